/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See digest.h and digest-private.h: user names and passwords on their way through Sofia, quoted strings. */
#include "digest-private.h"

#include <string.h>

/* In front of hex-coded user names and passwords; '%' begins no hex and no sensible plain one. Between the mark
 * and the hex stands a random number and another '%': Sofia takes no credentials that equal the old ones. */
#define HEX_MARK "%cusax%"

char *
cusax_digest_decode_secret (const char *text)
{
  const char *hex;
  gsize length;
  GString *plain;

  if (!g_str_has_prefix (text, HEX_MARK))
    return g_strdup (text);
  hex = strchr (text + strlen (HEX_MARK), '%');
  if (hex == NULL)
    return g_strdup (text);

  hex++;
  length = strlen (hex);
  plain = g_string_sized_new (length / 2 + 1); /* large enough: a growing copy would leave the secret behind */
  for (gsize i = 0; i + 1 < length; i += 2)
    {
      int high = g_ascii_xdigit_value (hex[i]), low = g_ascii_xdigit_value (hex[i + 1]);

      if (high < 0 || low < 0)
        break;
      g_string_append_c (plain, (char) (high << 4 | low));
    }
  return g_string_free (plain, FALSE);
}

static char *
encode_secret (const char *text)
{
  static const char digits[] = "0123456789abcdef";
  GString *coded = g_string_sized_new (strlen (HEX_MARK) + 9 + 2 * strlen (text) + 1);

  g_string_append (coded, HEX_MARK);
  g_string_append_printf (coded, "%08x%%", g_random_int ());
  for (const guchar *byte = (const guchar *) text; *byte != '\0'; byte++)
    {
      g_string_append_c (coded, digits[*byte >> 4]);
      g_string_append_c (coded, digits[*byte & 15]);
    }
  return g_string_free (coded, FALSE);
}

char *
cusax_digest_quote (const char *text)
{
  GString *quoted = g_string_new ("\"");

  for (; *text != '\0'; text++)
    {
      if (g_ascii_iscntrl (*text))
        continue;
      if (*text == '"' || *text == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *text);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

char *
cusax_digest_make_auth (const char *realm, const char *user, const char *password)
{
  g_autofree char *quoted_realm = realm[0] == '"' ? g_strdup (realm) : cusax_digest_quote (realm);
  char *coded_user, *coded_password, *auth;

  if (!cusax_digest_is_installed ())
    return g_strdup_printf ("Digest:%s:%s:%s", quoted_realm, user, password);

  coded_user = encode_secret (user);
  coded_password = encode_secret (password);
  auth = g_strdup_printf ("Digest:%s:%s:%s", quoted_realm, coded_user, coded_password);
  cusax_digest_free_auth (coded_user);
  cusax_digest_free_auth (coded_password);
  return auth;
}
