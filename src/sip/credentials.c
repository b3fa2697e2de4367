/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See credentials.h. */
#include "credentials.h"

#include "digest.h"
#include "error.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_header.h>

/* nua sends one request again per nua_authenticate(), so that all challenges of a message are answered in one
 * call; more than two (a proxy's and the registrar's) have not been seen. */
#define MAX_CHALLENGES 2

struct _CusaxCredentials
{
  CusaxConfig *config;
  GPtrArray *realms;    /* borrowed, NULL: any */
  GPtrArray *noted;     /* (element-type utf8): realms as quoted in the challenge */
  GHashTable *answered; /* (element-type utf8): "status realm" */
};

CusaxCredentials *
cusax_credentials_new (CusaxConfig *config, GPtrArray *realms)
{
  CusaxCredentials *credentials = g_new0 (CusaxCredentials, 1);

  credentials->config = cusax_config_ref (config);
  credentials->realms = realms != NULL ? g_ptr_array_ref (realms) : NULL;
  credentials->noted = g_ptr_array_new_with_free_func (g_free);
  credentials->answered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return credentials;
}

void
cusax_credentials_free (CusaxCredentials *credentials)
{
  if (credentials == NULL)
    return;
  cusax_config_unref (credentials->config);
  g_clear_pointer (&credentials->realms, g_ptr_array_unref);
  g_ptr_array_unref (credentials->noted);
  g_hash_table_unref (credentials->answered);
  g_free (credentials);
}

GPtrArray *
cusax_credentials_get_realms (CusaxCredentials *credentials)
{
  return g_ptr_array_ref (credentials->noted);
}

/* The far end of a call may ask for a password too, by 401, or by a 407 that our proxies pass on as it came; it gets
 * an answer only if it speaks for a realm of our registrar. A password that serves telephony alone is also shown to
 * proxies of other realms, since providers have them; the one that opens the chat is not (R47). */
static gboolean
is_acceptable (CusaxCredentials *credentials, int status, const char *realm)
{
  g_autofree char *own = g_strdup_printf ("\"%s\"", cusax_config_get_domain (credentials->config));

  if (status == 407 && !cusax_config_password_is_shared (credentials->config))
    return TRUE;
  if (credentials->realms == NULL || g_ascii_strcasecmp (realm, own) == 0)
    return TRUE;
  for (guint i = 0; i < credentials->realms->len; i++)
    if (strcmp (g_ptr_array_index (credentials->realms, i), realm) == 0)
      return TRUE;
  return FALSE;
}

/* Fills @found with the realms of the message's digest challenges, without doubles (SHA-256 beside MD5). */
static guint
collect_realms (const CusaxSipEvent *event, const char *found[MAX_CHALLENGES])
{
  const msg_auth_t *challenge;
  guint n = 0;

  if (event->sip == NULL)
    return 0;

  challenge = event->status == 407 ? event->sip->sip_proxy_authenticate : event->sip->sip_www_authenticate;
  for (; challenge != NULL && n < MAX_CHALLENGES; challenge = challenge->au_next)
    {
      const char *realm;

      if (challenge->au_scheme == NULL || g_ascii_strcasecmp (challenge->au_scheme, "Digest") != 0)
        continue;
      realm = msg_params_find (challenge->au_params, "realm=");
      if (realm == NULL || realm[0] != '"' || (n > 0 && strcmp (found[0], realm) == 0))
        continue;
      found[n++] = realm;
    }
  return n;
}

gboolean
cusax_credentials_answer (CusaxCredentials *credentials, const CusaxSipEvent *event, gboolean is_protected,
                          GError **error)
{
  const char *found[MAX_CHALLENGES] = { NULL };
  const char *user = cusax_config_get_auth_user (credentials->config);
  const char *password = cusax_config_get_sip_password (credentials->config);
  char *auth[MAX_CHALLENGES] = { NULL };
  guint n = collect_realms (event, found);

  if (n == 0)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "no way of signing in that we know: %d %s",
                   event->status, event->phrase);
      return FALSE;
    }
  if (!cusax_config_may_answer_challenge (credentials->config, is_protected, error))
    return FALSE;
  if (password == NULL)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_CREDENTIALS, "a password is needed for user %s: %d %s", user,
                   event->status, event->phrase);
      return FALSE;
    }

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("%d %s", event->status, found[i]);

      if (!is_acceptable (credentials, event->status, found[i])
          || !g_hash_table_add (credentials->answered, g_steal_pointer (&key)))
        {
          /* Once is enough: servers that count failures (fail2ban) count this one, not a row of them. */
          g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_CREDENTIALS,
                       "user %s or the password was refused: %d %s", user, event->status, event->phrase);
          return FALSE;
        }
    }

  for (guint i = 0; i < n; i++)
    {
      auth[i] = cusax_digest_make_auth (found[i], user, password, (CusaxDigestLimits) { 0 });
      g_ptr_array_add (credentials->noted, g_strdup (found[i]));
    }
  nua_authenticate (event->handle, NUTAG_AUTH (auth[0]), TAG_IF (auth[1] != NULL, NUTAG_AUTH (auth[1])),
                    TAG_END ());
  for (guint i = 0; i < n; i++)
    cusax_digest_free_auth (auth[i]);
  return TRUE;
}
