/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See digest.h and digest-private.h: user names and passwords on their way through Sofia, quoted strings. */
#include "digest-private.h"

#include <string.h>

/* In front of coded user names and passwords; '%' begins no sensible plain one. Behind it stand a random
 * number, since Sofia takes no credentials that equal the old ones, the limits (two digits), '%' and the text in hex. */
#define MARK "%cusax%"
#define MARK_LENGTH 7
#define HEAD_LENGTH (MARK_LENGTH + 8 + 2 + 1)

char *
cusax_digest_decode_secret (const char *text, CusaxDigestLimits *limits)
{
  gsize length = strlen (text);
  const char *hex = text + HEAD_LENGTH;
  GString *plain;

  if (limits != NULL)
    *limits = (CusaxDigestLimits){ 0 };
  if (length < HEAD_LENGTH || !g_str_has_prefix (text, MARK) || hex[-1] != '%')
    return g_strdup (text);

  if (limits != NULL)
    {
      limits->weakest = (CusaxDigestAlgorithm) (hex[-3] - '0');
      limits->proxies_only = hex[-2] == '1';
      limits->nobody = hex[-2] == '2';
    }
  length -= HEAD_LENGTH;
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
encode_secret (const char *text, CusaxDigestLimits limits)
{
  static const char digits[] = "0123456789abcdef";
  guint whom = limits.nobody ? 2 : limits.proxies_only ? 1 : 0;
  GString *coded = g_string_sized_new (HEAD_LENGTH + 2 * strlen (text) + 1);

  g_string_append (coded, MARK);
  g_string_append_printf (coded, "%08x%u%u%%", g_random_int (), limits.weakest, whom);
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
cusax_digest_make_auth (const char *realm, const char *user, const char *password, CusaxDigestLimits limits)
{
  g_autofree char *quoted_realm = realm[0] == '"' ? g_strdup (realm) : cusax_digest_quote (realm);
  char *coded_user, *coded_password, *auth;

  if (!cusax_digest_is_installed ())
    return g_strdup_printf ("Digest:%s:%s:%s", quoted_realm, user, password);

  coded_user = encode_secret (user, limits);
  coded_password = encode_secret (password, limits);
  auth = g_strdup_printf ("Digest:%s:%s:%s", quoted_realm, coded_user, coded_password);
  cusax_digest_free_auth (coded_user);
  cusax_digest_free_auth (coded_password);
  return auth;
}

char *
cusax_digest_make_refusal (const char *scheme, const char *realm)
{
  CusaxDigestLimits limits = { .nobody = TRUE };
  g_autofree char *nothing = encode_secret ("", limits);

  return g_strdup_printf ("%s:%s:%s:%s", scheme, realm, nothing, nothing);
}
