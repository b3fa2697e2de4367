/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See strict-registrar.h. */
#include "strict-registrar.h"

#include "digest.h"

#include <string.h>

#define REALM "home"

typedef struct
{
  char *session; /* the challenge's nonce, for -sess */
  guint count;   /* last nc */
} Nonce;

struct _Strict
{
  Peer *peer;
  const StrictPolicy *policy;
  const char *user;
  const char *password;
  const char *more;
  GHashTable *nonces; /* (element-type utf8 Nonce) */
  guint n_nonces;
  guint n_passed, n_challenges, n_registered;
  GString *faults;
  char *last_user;
  char info[200]; /* the peer borrows it */
};

static void
nonce_free (gpointer data)
{
  Nonce *nonce = data;

  g_free (nonce->session);
  g_free (nonce);
}

static const char *
add_nonce (Strict *strict, const char *session)
{
  char *text = g_strdup_printf ("nonce-%u/%08x==", ++strict->n_nonces, g_random_int ());
  Nonce *nonce = g_new0 (Nonce, 1);

  nonce->session = g_strdup (session != NULL ? session : text);
  g_hash_table_insert (strict->nonces, text, nonce);
  return text;
}

static gboolean G_GNUC_PRINTF (2, 3) fault (Strict *strict, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (strict->faults, format, args);
  va_end (args);
  g_string_append_c (strict->faults, '\n');
  return FALSE;
}

/* "Digest a=b, c=\"d\"": (element-type utf8 utf8) */
static GHashTable *
parse (const char *value)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *p = value + strlen ("Digest ");

  while (*p != '\0')
    {
      gsize length = strcspn (p, "=");
      g_autofree char *name = g_strstrip (g_strndup (p, length));
      GString *text = g_string_new (NULL);
      gboolean is_quoted;

      p += length;
      if (*p == '=')
        p++;
      is_quoted = *p == '"';
      p += is_quoted;
      for (; *p != '\0' && *p != (is_quoted ? '"' : ','); p++)
        {
          if (is_quoted && *p == '\\' && p[1] != '\0')
            p++;
          g_string_append_c (text, *p);
        }
      p += strcspn (p, ",");
      p += *p == ',';
      g_hash_table_insert (table, g_steal_pointer (&name), g_string_free (text, FALSE));
    }
  return table;
}

static void
challenge (Strict *strict, const PeerMessage *request, gboolean is_register, gboolean is_stale)
{
  gboolean as_registrar = is_register || strict->policy->asks_calls_as_registrar;
  g_autoptr (GString) text = g_string_new (NULL);
  const char *nonce = add_nonce (strict, NULL);

  strict->n_challenges++;
  for (const char *const *algorithm = strict->policy->algorithms; *algorithm != NULL; algorithm++)
    {
      g_string_append_printf (text, "%s: Digest realm=\"" REALM "\", nonce=\"%s\", opaque=\"o-%s\"",
                              as_registrar ? "WWW-Authenticate" : "Proxy-Authenticate", nonce, nonce);
      if (strict->policy->qop != NULL)
        g_string_append_printf (text, ", qop=\"%s\"", strict->policy->qop);
      if (**algorithm != '\0')
        g_string_append_printf (text, ", algorithm=%s", *algorithm);
      g_string_append_printf (text, "%s%s\n", is_stale ? ", stale=true" : "",
                              strict->more != NULL ? strict->more : "");
    }
  peer_reply (strict->peer, request, as_registrar ? "401 Unauthorized" : "407 Proxy Authentication Required",
              "strict", text->str, NULL);
}

/* Returns: TRUE if all but the nonce's age and the secret is as it has to be */
static gboolean
check_form (Strict *strict, GHashTable *fields, const char *method, const char *uri)
{
  static const char *const needed[] = { "username", "realm", "nonce", "uri", "response", "opaque" };
  const char *nonce = g_hash_table_lookup (fields, "nonce"), *qop = g_hash_table_lookup (fields, "qop");
  const char *algorithm = g_hash_table_lookup (fields, "algorithm");
  g_autofree char *opaque = NULL;
  const char *count = g_hash_table_lookup (fields, "nc");

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    if (g_hash_table_lookup (fields, needed[i]) == NULL)
      return fault (strict, "%s without %s", method, needed[i]);
  opaque = g_strconcat ("o-", nonce, NULL);
  if (!strict->policy->next_nonce && g_strcmp0 (g_hash_table_lookup (fields, "opaque"), opaque) != 0)
    return fault (strict, "%s with a foreign opaque", method);
  if (g_strcmp0 (g_hash_table_lookup (fields, "realm"), REALM) != 0)
    return fault (strict, "%s for another realm", method);
  if (g_strcmp0 (g_hash_table_lookup (fields, "uri"), uri) != 0)
    return fault (strict, "%s with uri %s", method, (char *) g_hash_table_lookup (fields, "uri"));
  if (g_strcmp0 (qop, strict->policy->qop) != 0)
    return fault (strict, "%s with qop %s", method, qop);
  if ((qop != NULL) != (count != NULL) || (count != NULL && strlen (count) != 8))
    return fault (strict, "%s with nc %s", method, count);
  if (g_ascii_strcasecmp (algorithm != NULL ? algorithm : "", strict->policy->accepted) != 0)
    return fault (strict, "%s with algorithm %s", method, algorithm);
  return TRUE;
}

static gboolean
secret_is_right (Strict *strict, GHashTable *fields, const char *method, const PeerMessage *request,
                 const Nonce *nonce)
{
  const char *count = g_hash_table_lookup (fields, "nc");
  CusaxDigestInput input = { .realm = REALM,
                             .user = strict->user,
                             .password = strict->password,
                             .nonce = g_hash_table_lookup (fields, "nonce"),
                             .session_nonce = nonce->session,
                             .cnonce = g_hash_table_lookup (fields, "cnonce"),
                             .nonce_count = count != NULL ? (guint) g_ascii_strtoull (count, NULL, 16) : 0,
                             .method = method,
                             .uri = g_hash_table_lookup (fields, "uri"),
                             .body = request->body,
                             .body_length = strlen (request->body) };
  g_autofree char *wanted = NULL;

  input.algorithm
    = cusax_digest_parse_algorithm (*strict->policy->accepted != '\0' ? strict->policy->accepted : NULL);
  if (g_strcmp0 (strict->policy->qop, "auth") == 0)
    input.qop = CUSAX_DIGEST_QOP_AUTH;
  else if (strict->policy->qop != NULL)
    input.qop = CUSAX_DIGEST_QOP_AUTH_INT;
  wanted = cusax_digest_compute (&input);
  return g_strcmp0 (strict->last_user, strict->user) == 0 && wanted != NULL
         && g_strcmp0 (wanted, g_hash_table_lookup (fields, "response")) == 0;
}

/* Returns: TRUE if the request may pass; else *@is_stale */
static gboolean
judge (Strict *strict, const PeerMessage *request, const char *method, const char *uri, const char *value,
       gboolean *is_stale)
{
  g_autoptr (GHashTable) fields = parse (value);
  const char *text = g_hash_table_lookup (fields, "nonce"), *count = g_hash_table_lookup (fields, "nc");
  Nonce *nonce = text != NULL ? g_hash_table_lookup (strict->nonces, text) : NULL;
  guint64 number = count != NULL ? g_ascii_strtoull (count, NULL, 16) : 0;

  g_free (strict->last_user);
  strict->last_user = g_strdup (g_hash_table_lookup (fields, "username"));
  if (!check_form (strict, fields, method, uri))
    return FALSE;
  if (nonce == NULL)
    return fault (strict, "%s with an unknown nonce", method);
  if (count != NULL && number != nonce->count + 1)
    return fault (strict, "%s with nc %s after %u", method, count, nonce->count);
  nonce->count++;
  if (!secret_is_right (strict, fields, method, request, nonce))
    return FALSE;
  if (strict->policy->nonce_uses != 0 && nonce->count > strict->policy->nonce_uses)
    {
      *is_stale = strict->policy->nonce_uses > 1;
      return FALSE;
    }
  if (strict->policy->next_nonce)
    {
      const char *next = add_nonce (strict, nonce->session);

      g_snprintf (strict->info, sizeof strict->info, "Authentication-Info: nextnonce=\"%s\", qop=auth\n", next);
      peer_set_register_extra (strict->peer, strict->info);
      if (nonce->count > 1 && g_str_equal (method, "REGISTER"))
        return fault (strict, "REGISTER with a nonce that had a successor");
    }
  return TRUE;
}

static gboolean
on_request (gpointer user_data, Peer *peer, const PeerMessage *request)
{
  Strict *strict = user_data;
  g_auto (GStrv) words = g_strsplit (request->first_line, " ", 3);
  gboolean is_register = g_str_equal (words[0], "REGISTER"), is_stale = FALSE;
  gboolean as_registrar = is_register || strict->policy->asks_calls_as_registrar;
  g_autofree char *value = peer_message_get (request, as_registrar ? "Authorization" : "Proxy-Authorization");

  if (g_str_equal (words[0], "ACK") || g_str_equal (words[0], "CANCEL"))
    return FALSE;
  if (value == NULL || !judge (strict, request, words[0], words[1], value, &is_stale))
    {
      challenge (strict, request, is_register, is_stale);
      return TRUE;
    }
  strict->n_passed++;
  strict->n_registered += is_register;
  return FALSE;
}

PeerFilter
strict_get_filter (void)
{
  return on_request;
}

Strict *
strict_new (Peer *peer, const StrictPolicy *policy)
{
  Strict *strict = g_new0 (Strict, 1);

  strict->peer = peer;
  strict->policy = policy;
  strict->user = "alice";
  strict->password = "wonder:land";
  strict->nonces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, nonce_free);
  strict->faults = g_string_new (NULL);
  peer_set_filter (peer, on_request, strict);
  return strict;
}

void
strict_free (Strict *strict)
{
  g_hash_table_unref (strict->nonces);
  g_string_free (strict->faults, TRUE);
  g_free (strict->last_user);
  g_free (strict);
}

void
strict_set_user (Strict *strict, const char *user, const char *password)
{
  strict->user = user;
  strict->password = password;
}

void
strict_set_more (Strict *strict, const char *parameters)
{
  strict->more = parameters;
}

guint
strict_get_n_passed (Strict *strict)
{
  return strict->n_passed;
}

guint
strict_get_n_challenges (Strict *strict)
{
  return strict->n_challenges;
}

guint
strict_get_n_registered (Strict *strict)
{
  return strict->n_registered;
}

const char *
strict_get_faults (Strict *strict)
{
  return strict->faults->str;
}

const char *
strict_get_last_user (Strict *strict)
{
  return strict->last_user;
}
