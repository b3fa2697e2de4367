/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See credentials.h. */
#include "credentials.h"

#include "digest.h"
#include "error.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_tag.h>

#include <string.h>

/* nua sends one request again per nua_authenticate(), so that all challenges of a message are answered in one
 * call; more than two realms (a proxy's and the registrar's) have not been seen. */
#define MAX_CHALLENGES 4
/* A far end that asks for more in one message harms nobody but its own call. */
#define MAX_REFUSALS 32
/* Of the domain parameter; more is no list that somebody wrote. */
#define MAX_DOMAINS 1024

/** Challenge: all headers of one message with the same name and realm. */
typedef struct
{
  char *realm;                    /* as it came, with quotes */
  CusaxDigestAlgorithm algorithm; /* the strongest that we would answer with */
  gboolean is_proxy;              /* Proxy-Authenticate */
  CusaxDigestLimits limits;
} Challenge;

struct _CusaxLogin
{
  CusaxConfig *config;
  GPtrArray *asked;   /* (element-type Challenge): by the registrar that accepted us last */
  GPtrArray *members; /* (element-type CusaxCredentials): borrowed */
  gboolean has_hint;
};

struct _CusaxCredentials
{
  CusaxLogin *login;
  CusaxHandler *handler;
  CusaxCredentialsUse use;
  GPtrArray *answered; /* (element-type Challenge) */
  gboolean was_protected;
};

static void
challenge_free (gpointer data)
{
  Challenge *challenge = data;

  g_free (challenge->realm);
  g_free (challenge);
}

static Challenge *
find_challenge (GPtrArray *all, const char *realm, int is_proxy)
{
  for (guint i = 0; i < all->len; i++)
    {
      Challenge *challenge = g_ptr_array_index (all, i);

      if (strcmp (challenge->realm, realm) == 0 && (is_proxy < 0 || challenge->is_proxy == is_proxy))
        return challenge;
    }
  return NULL;
}

/* ---------------------------------------------------------------------- login */

CusaxLogin *
cusax_login_new (CusaxConfig *config)
{
  CusaxLogin *login = g_rc_box_new0 (CusaxLogin);

  login->config = cusax_config_ref (config);
  login->asked = g_ptr_array_new_with_free_func (challenge_free);
  login->members = g_ptr_array_new ();
  return login;
}

CusaxLogin *
cusax_login_ref (CusaxLogin *login)
{
  return g_rc_box_acquire (login);
}

static void
login_clear (gpointer data)
{
  CusaxLogin *login = data;

  cusax_config_unref (login->config);
  g_ptr_array_unref (login->asked);
  g_ptr_array_unref (login->members);
}

void
cusax_login_unref (CusaxLogin *login)
{
  g_rc_box_release_full (login, login_clear);
}

static gboolean
is_same_place (const CusaxConfig *one, const CusaxConfig *other)
{
  return cusax_address_equal (cusax_config_get_aor (one), cusax_config_get_aor (other))
         && g_strcmp0 (cusax_config_get_server_host (one), cusax_config_get_server_host (other)) == 0
         && cusax_config_get_server_port (one) == cusax_config_get_server_port (other);
}

/* Sofia answers by itself what the handle has met before: it needs the new ones now. */
static void
hand_over (CusaxCredentials *credentials)
{
  CusaxConfig *config = credentials->login->config;
  const char *password = cusax_config_get_sip_password (config);

  if (credentials->handler->handle == NULL || password == NULL
      || !cusax_config_may_answer_challenge (config, credentials->was_protected, NULL))
    return;
  for (guint i = 0; i < credentials->answered->len; i++)
    {
      const Challenge *challenge = g_ptr_array_index (credentials->answered, i);
      char *auth = cusax_digest_make_auth (challenge->realm, cusax_config_get_auth_user (config), password,
                                           challenge->limits);

      nua_authenticate (credentials->handler->handle, NUTAG_AUTH (auth), TAG_END ());
      cusax_digest_free_auth (auth);
    }
}

gboolean
cusax_login_renew (CusaxLogin *login, CusaxConfig *config)
{
  CusaxConfig *old = login->config;
  gboolean is_new;

  if (!is_same_place (old, config))
    return FALSE;

  is_new = g_strcmp0 (cusax_config_get_auth_user (old), cusax_config_get_auth_user (config)) != 0
           || g_strcmp0 (cusax_config_get_sip_password (old), cusax_config_get_sip_password (config)) != 0;
  login->config = cusax_config_ref (config);
  cusax_config_unref (old);
  for (guint i = 0; is_new && i < login->members->len; i++)
    hand_over (g_ptr_array_index (login->members, i));
  return TRUE;
}

const char *
cusax_login_get_algorithm (CusaxLogin *login)
{
  CusaxDigestAlgorithm weakest = CUSAX_DIGEST_UNKNOWN;

  for (guint i = 0; i < login->asked->len; i++)
    {
      CusaxDigestAlgorithm algorithm = ((Challenge *) g_ptr_array_index (login->asked, i))->algorithm;

      if (weakest == CUSAX_DIGEST_UNKNOWN || algorithm < weakest)
        weakest = algorithm;
    }
  return cusax_digest_algorithm_name (weakest);
}

gboolean
cusax_login_has_hint (CusaxLogin *login)
{
  return login->has_hint;
}

/* ----------------------------------------------------------------- credentials */

CusaxCredentials *
cusax_credentials_new (CusaxLogin *login, CusaxHandler *handler, CusaxCredentialsUse use)
{
  CusaxCredentials *credentials = g_new0 (CusaxCredentials, 1);

  credentials->login = cusax_login_ref (login);
  credentials->handler = handler;
  credentials->use = use;
  credentials->answered = g_ptr_array_new_with_free_func (challenge_free);
  g_ptr_array_add (login->members, credentials);
  return credentials;
}

void
cusax_credentials_free (CusaxCredentials *credentials)
{
  if (credentials == NULL)
    return;
  g_ptr_array_remove_fast (credentials->login->members, credentials);
  cusax_login_unref (credentials->login);
  g_ptr_array_unref (credentials->answered);
  g_free (credentials);
}

void
cusax_credentials_forget (CusaxCredentials *credentials)
{
  g_ptr_array_set_size (credentials->answered, 0);
}

/* Adds what @header, a list, asks for with digest. */
static void
collect (GPtrArray *found, const msg_auth_t *header, gboolean is_proxy)
{
  for (; header != NULL && found->len < MAX_CHALLENGES; header = header->au_next)
    {
      CusaxDigestAlgorithm algorithm = cusax_digest_judge_challenge (header);
      const char *realm
        = algorithm != CUSAX_DIGEST_UNKNOWN ? msg_params_find (header->au_params, "realm=") : NULL;
      Challenge *challenge;

      if (realm == NULL || realm[0] != '"')
        continue;
      challenge = find_challenge (found, realm, is_proxy);
      if (challenge == NULL)
        {
          challenge = g_new0 (Challenge, 1);
          challenge->realm = g_strdup (realm);
          challenge->is_proxy = is_proxy;
          g_ptr_array_add (found, challenge);
        }
      challenge->algorithm = MAX (challenge->algorithm, algorithm);
    }
}

/* Returns: (transfer full) (element-type Challenge): of both headers, since Sofia reads both if the one that
 * belongs to the status is there */
static GPtrArray *
collect_all (const CusaxSipEvent *event)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (challenge_free);
  const sip_t *sip = event->sip;

  if (sip != NULL
      && (event->status == 407 ? sip->sip_proxy_authenticate != NULL : sip->sip_www_authenticate != NULL))
    {
      collect (found, sip->sip_www_authenticate, FALSE);
      collect (found, sip->sip_proxy_authenticate, TRUE);
    }
  return found;
}

static gboolean
names_domain (const msg_auth_t *header, const char *wanted)
{
  for (; header != NULL; header = header->au_next)
    {
      const char *value = header->au_params != NULL ? msg_params_find (header->au_params, "domain=") : NULL;
      g_auto (GStrv) items = NULL;

      if (value == NULL || strlen (value) > MAX_DOMAINS)
        continue;
      items = g_strsplit_set (value, "\" ", -1);
      for (char **item = items; *item != NULL; item++)
        if (g_ascii_strcasecmp (*item, wanted) == 0)
          return TRUE;
    }
  return FALSE;
}

/* "xmpp:example.org" among the places where the password is said to be good. */
static void
read_hint (CusaxLogin *login, const CusaxSipEvent *event)
{
  const char *at = strchr (cusax_config_get_jid (login->config), '@');
  g_autofree char *wanted
    = g_strconcat ("xmpp:", at != NULL ? at + 1 : cusax_config_get_jid (login->config), NULL);

  if (event->sip != NULL
      && (names_domain (event->sip->sip_www_authenticate, wanted)
          || names_domain (event->sip->sip_proxy_authenticate, wanted)))
    login->has_hint = TRUE;
}

static gboolean
is_own_realm (const CusaxLogin *login, const char *realm)
{
  g_autofree char *own = g_strdup_printf ("\"%s\"", cusax_config_get_domain (login->config));

  return g_ascii_strcasecmp (realm, own) == 0;
}

/* Whether the one who asks may have an answer, and within which limits all later ones on this handle may. */
static gboolean
is_acceptable (CusaxCredentials *credentials, Challenge *challenge)
{
  CusaxLogin *login = credentials->login;
  gboolean is_shared = cusax_config_password_is_shared (login->config);
  const Challenge *asked;

  if (credentials->use == CUSAX_CREDENTIALS_REGISTER)
    return TRUE;

  asked = find_challenge (login->asked, challenge->realm, -1);
  if (asked != NULL)
    {
      if (is_shared)
        challenge->limits.weakest = asked->algorithm;
      return !cusax_digest_algorithm_is_weaker (challenge->algorithm, challenge->limits.weakest);
    }

  challenge->limits.proxies_only = TRUE;
  if (!challenge->is_proxy)
    return FALSE;
  if (login->asked->len == 0 && is_own_realm (login, challenge->realm))
    return TRUE;
  return !is_shared && credentials->use != CUSAX_CREDENTIALS_ANONYMOUS;
}

/* Each of @found must be answerable: nua sends nothing as long as one is not. */
static gboolean
judge_all (CusaxCredentials *credentials, GPtrArray *found, const CusaxSipEvent *event, GError **error)
{
  const char *user = cusax_config_get_auth_user (credentials->login->config);

  for (guint i = 0; i < found->len; i++)
    {
      Challenge *challenge = g_ptr_array_index (found, i);

      if (!is_acceptable (credentials, challenge))
        {
          g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_WITHHELD, "no password for the realm %s: %d %s",
                       challenge->realm, event->status, event->phrase);
          return FALSE;
        }
      if (find_challenge (credentials->answered, challenge->realm, challenge->is_proxy) != NULL)
        {
          /* Once is enough: servers that count failures (fail2ban) count this one, not a row of them. */
          g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_CREDENTIALS,
                       "user %s or the password was refused: %d %s", user, event->status, event->phrase);
          return FALSE;
        }
    }
  return TRUE;
}

static void
authenticate (CusaxCredentials *credentials, GPtrArray *found, nua_handle_t *handle, const char *cseq)
{
  CusaxConfig *config = credentials->login->config;
  char *auth[MAX_CHALLENGES] = { NULL };

  for (guint i = 0; i < found->len; i++)
    {
      const Challenge *challenge = g_ptr_array_index (found, i);

      auth[i] = cusax_digest_make_auth (challenge->realm, cusax_config_get_auth_user (config),
                                        cusax_config_get_sip_password (config), challenge->limits);
    }
  nua_authenticate (handle, NUTAG_AUTH (auth[0]), TAG_IF (auth[1] != NULL, NUTAG_AUTH (auth[1])),
                    TAG_IF (auth[2] != NULL, NUTAG_AUTH (auth[2])),
                    TAG_IF (auth[3] != NULL, NUTAG_AUTH (auth[3])), TAG_IF (cseq != NULL, SIPTAG_CSEQ_STR (cseq)),
                    TAG_END ());
  for (guint i = 0; i < MAX_CHALLENGES; i++)
    cusax_digest_free_auth (auth[i]);
}

gboolean
cusax_credentials_answer (CusaxCredentials *credentials, const CusaxSipEvent *event, gboolean is_protected,
                          GError **error)
{
  return cusax_credentials_answer_anew (credentials, event, is_protected, NULL, error);
}

gboolean
cusax_credentials_answer_anew (CusaxCredentials *credentials, const CusaxSipEvent *event, gboolean is_protected,
                               const char *cseq, GError **error)
{
  CusaxLogin *login = credentials->login;
  g_autoptr (GPtrArray) found = collect_all (event);

  if (credentials->use == CUSAX_CREDENTIALS_REGISTER && is_protected)
    read_hint (login, event);
  if (found->len == 0)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "no way of signing in that we know: %d %s",
                   event->status, event->phrase);
      return FALSE;
    }
  if (!cusax_config_may_answer_challenge (login->config, is_protected, error))
    return FALSE;
  if (cusax_config_get_sip_password (login->config) == NULL)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_CREDENTIALS, "a password is needed for user %s: %d %s",
                   cusax_config_get_auth_user (login->config), event->status, event->phrase);
      return FALSE;
    }
  if (!judge_all (credentials, found, event, error))
    return FALSE;

  credentials->was_protected = is_protected;
  authenticate (credentials, found, event->handle, cseq);
  g_ptr_array_extend_and_steal (credentials->answered, g_steal_pointer (&found));
  return TRUE;
}

/* What was answered before in @realm is overwritten in Sofia: it is to be given anew when somebody asks. */
static void
forget_answered (CusaxCredentials *credentials, const char *realm)
{
  for (guint i = credentials->answered->len; i > 0; i--)
    if (strcmp (((Challenge *) g_ptr_array_index (credentials->answered, i - 1))->realm, realm) == 0)
      g_ptr_array_remove_index (credentials->answered, i - 1);
}

/* Adds a refusal per header to @auth. One that is left out would keep every later answer on the handle back. */
static void
refuse_each (CusaxCredentials *credentials, const msg_auth_t *header, GPtrArray *auth)
{
  for (; header != NULL && auth->len < MAX_REFUSALS; header = header->au_next)
    {
      const char *realm = header->au_params != NULL ? msg_params_find (header->au_params, "realm=") : NULL;

      if (realm == NULL || header->au_scheme == NULL)
        continue;
      forget_answered (credentials, realm);
      g_ptr_array_add (auth, cusax_digest_make_refusal (header->au_scheme, realm));
    }
}

gboolean
cusax_credentials_decline (CusaxCredentials *credentials, const CusaxSipEvent *event)
{
  g_autoptr (GPtrArray) auth = g_ptr_array_new_with_free_func (g_free);
  tagi_t tags[MAX_REFUSALS + 1] = { { NULL, 0 } }; /* the last one stays TAG_END */
  const sip_t *sip = event->sip;

  if (sip == NULL
      || (event->status == 407 ? sip->sip_proxy_authenticate == NULL : sip->sip_www_authenticate == NULL))
    return FALSE;
  refuse_each (credentials, sip->sip_www_authenticate, auth);
  refuse_each (credentials, sip->sip_proxy_authenticate, auth);
  for (guint i = 0; i < auth->len; i++)
    tags[i] = (tagi_t){ nutag_auth, (tag_value_t) g_ptr_array_index (auth, i) };
  nua_authenticate (event->handle, TAG_NEXT (tags));
  return TRUE;
}

static gpointer
copy_challenge (gconstpointer data, gpointer user_data)
{
  const Challenge *challenge = data;
  Challenge *copy = g_new0 (Challenge, 1);

  *copy = *challenge;
  copy->realm = g_strdup (challenge->realm);
  return copy;
}

void
cusax_credentials_settle (CusaxCredentials *credentials)
{
  CusaxLogin *login = credentials->login;

  g_return_if_fail (credentials->use == CUSAX_CREDENTIALS_REGISTER);
  g_ptr_array_unref (login->asked);
  login->asked = g_ptr_array_copy (credentials->answered, copy_challenge, NULL);
}

gboolean
cusax_credentials_is_failure (const CusaxSipEvent *event)
{
  /* 202: nothing waited for credentials, it was a change for later. */
  return event->type == nua_r_authenticate && event->status >= 300;
}
