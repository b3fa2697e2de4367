/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See registrar.h. */
#include "registrar.h"

#include "error.h"

#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_tag.h>

/* What we ask for, in seconds: short enough that a lost binding heals, long enough not to matter. */
#define EXPIRES 600
#define EXPIRES_TEXT "600"

typedef enum
{
  STATE_SENT,
  STATE_GRANTED,
  STATE_UNREGISTERING,
  STATE_GONE
} State;

struct _CusaxRegistrar
{
  CusaxHandler handler; /* first: what Sofia's handle is bound to */
  State state;
  gboolean is_left; /* nobody holds us: free at the end */
  const CusaxRegistrarListener *listener;
  gpointer user_data;

  CusaxStack *stack;
  CusaxCredentials *credentials;
  char *registrar; /* Request-URI: sip:domain */
  char *contact;
  char *user;
  guint answer_id; /* first answer */
  guint guard_id;  /* refresh that nua forgot */
};

static void
registrar_destroy (CusaxRegistrar *registrar)
{
  g_clear_handle_id (&registrar->answer_id, g_source_remove);
  g_clear_handle_id (&registrar->guard_id, g_source_remove);
  cusax_credentials_free (registrar->credentials);
  g_free (registrar->registrar);
  g_free (registrar->contact);
  g_free (registrar->user);
  g_free (registrar);
}

/* Takes the object off the wire. */
static void
go (CusaxRegistrar *registrar)
{
  if (registrar->state == STATE_GONE)
    return;
  registrar->state = STATE_GONE;
  g_clear_handle_id (&registrar->answer_id, g_source_remove);
  g_clear_handle_id (&registrar->guard_id, g_source_remove);
  cusax_stack_drop (registrar->stack, &registrar->handler);
  if (registrar->is_left)
    registrar_destroy (registrar);
}

static void
fail (CusaxRegistrar *registrar, GError *error)
{
  const CusaxRegistrarListener *listener = registrar->listener;
  gpointer user_data = registrar->user_data;

  g_debug ("sip: registration failed: %s", error->message);
  go (registrar);
  if (listener != NULL)
    listener->on_failed (user_data, error);
  g_error_free (error);
}

static gboolean
on_answer_timeout (gpointer user_data)
{
  CusaxRegistrar *registrar = user_data;

  registrar->answer_id = 0;
  fail (registrar, g_error_new (CUSAX_ERROR, CUSAX_ERROR_TIMEOUT, "no answer to REGISTER"));
  return G_SOURCE_REMOVE;
}

static void
send_register (CusaxRegistrar *registrar)
{
  nua_register (registrar->handler.handle, NUTAG_REGISTRAR (registrar->registrar),
                SIPTAG_CONTACT_STR (registrar->contact), SIPTAG_EXPIRES_STR (EXPIRES_TEXT), TAG_END ());
}

static gboolean
on_guard (gpointer user_data)
{
  CusaxRegistrar *registrar = user_data;

  registrar->guard_id = 0;
  g_debug ("sip: the registration is about to end without a refresh by Sofia");
  send_register (registrar);
  return G_SOURCE_REMOVE;
}

/* The registrar lists every binding of the address of record: ours is the one with our user part. */
static guint
granted_seconds (CusaxRegistrar *registrar, const sip_t *sip)
{
  for (const sip_contact_t *m = sip->sip_contact; m != NULL; m = m->m_next)
    {
      guint64 seconds;

      if (m->m_url->url_user == NULL || strcmp (m->m_url->url_user, registrar->user) != 0)
        continue;
      if (m->m_expires != NULL && g_ascii_string_to_unsigned (m->m_expires, 10, 1, G_MAXINT32, &seconds, NULL))
        return seconds;
    }
  if (sip->sip_expires != NULL && sip->sip_expires->ex_delta > 0)
    return MIN (sip->sip_expires->ex_delta, G_MAXINT32);
  return EXPIRES;
}

static void
on_granted (CusaxRegistrar *registrar, const CusaxSipEvent *event)
{
  gboolean is_first = registrar->state == STATE_SENT;
  guint seconds = event->sip != NULL ? granted_seconds (registrar, event->sip) : EXPIRES;

  g_clear_handle_id (&registrar->answer_id, g_source_remove);
  g_clear_handle_id (&registrar->guard_id, g_source_remove);
  registrar->guard_id = g_timeout_add_seconds (MAX (1, seconds - seconds / 20), on_guard, registrar);
  registrar->state = STATE_GRANTED;
  g_debug ("sip: registered for %u s", seconds);
  if (is_first && registrar->listener != NULL)
    registrar->listener->on_registered (registrar->user_data);
}

/* What a final answer means for whoever would try again. */
static GError *
error_from_status (int status, const char *phrase)
{
  CusaxErrorCode code = CUSAX_ERROR_REFUSED;

  if (status == 401 || status == 407 || status == 904)
    code = CUSAX_ERROR_CREDENTIALS;
  else if (status == 408 || status == 504)
    code = CUSAX_ERROR_TIMEOUT;
  else if (status == 480 || status == 491 || (status >= 500 && status < 600) || status >= 700)
    code = CUSAX_ERROR_UNAVAILABLE;

  /* Sofia's own codes are no SIP. */
  if (status >= 700)
    return g_error_new (CUSAX_ERROR, code, "REGISTER could not be sent: %s", phrase);
  return g_error_new (CUSAX_ERROR, code, "registration was answered with %d %s", status, phrase);
}

static void
on_answer (CusaxRegistrar *registrar, const CusaxSipEvent *event)
{
  g_autoptr (GError) error = NULL;

  /* 100 is Sofia telling that it repeats the request (423, new nonce). */
  if (event->status < 200)
    return;
  if (event->status < 300)
    on_granted (registrar, event);
  else if (event->status != 401 && event->status != 407)
    fail (registrar, error_from_status (event->status, event->phrase));
  else if (!cusax_credentials_answer (registrar->credentials, event,
                                      cusax_stack_is_protected (registrar->stack), &error))
    fail (registrar, g_steal_pointer (&error));
}

static void
on_event (CusaxHandler *handler, const CusaxSipEvent *event)
{
  CusaxRegistrar *registrar = (CusaxRegistrar *) handler;
  gboolean is_unregistering = registrar->state == STATE_UNREGISTERING;

  if (event->type == nua_r_unregister && is_unregistering)
    {
      /* A challenge is answered, anything else ends it: there is nothing more to be had. */
      if (event->status >= 200
          && ((event->status != 401 && event->status != 407)
              || !cusax_credentials_answer (registrar->credentials, event,
                                            cusax_stack_is_protected (registrar->stack), NULL)))
        go (registrar);
    }
  else if (event->type == nua_r_register && !is_unregistering)
    on_answer (registrar, event);
  else if (event->type == nua_r_authenticate && !is_unregistering)
    /* The challenge was none that can be answered, or there was nothing to repeat. */
    fail (registrar, g_error_new (CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
                                  "the server asks for the password in a way that we do not know"));
}

static void
on_leg (CusaxHandler *handler, const CusaxRelayInfo *info)
{
  CusaxRegistrar *registrar = (CusaxRegistrar *) handler;

  /* Sofia would try again by itself at once; the stack's owner knows and makes a new one of us. */
  if (info == NULL)
    go (registrar);
}

static void
wind_up (CusaxHandler *handler)
{
  CusaxRegistrar *registrar = (CusaxRegistrar *) handler;

  g_clear_handle_id (&registrar->answer_id, g_source_remove);
  g_clear_handle_id (&registrar->guard_id, g_source_remove);
  registrar->state = STATE_UNREGISTERING;
  nua_unregister (handler->handle, TAG_END ());
}

static void
give_up (CusaxHandler *handler)
{
  go ((CusaxRegistrar *) handler);
}

CusaxRegistrar *
cusax_registrar_new (CusaxStack *stack, const CusaxRegistrarConfig *config,
                     const CusaxRegistrarListener *listener, gpointer user_data)
{
  CusaxRegistrar *registrar = g_new0 (CusaxRegistrar, 1);
  const char *aor = cusax_address_get_uri (cusax_config_get_aor (config->config));
  g_autofree char *bracketed = g_strdup_printf ("<%s>", aor);
  const char *domain = cusax_config_get_domain (config->config);

  registrar->listener = listener;
  registrar->user_data = user_data;
  registrar->stack = stack;
  registrar->credentials = cusax_credentials_new (config->config, NULL);
  /* Never sips: the hop is protected by the relay, and servers take sips for a promise about all hops. */
  registrar->registrar = g_strdup_printf (strchr (domain, ':') != NULL ? "sip:[%s]" : "sip:%s", domain);
  registrar->contact = g_strdup (config->contact);
  registrar->user = g_strdup (config->user);

  registrar->handler.on_event = on_event;
  registrar->handler.on_leg = on_leg;
  registrar->handler.wind_up = wind_up;
  registrar->handler.give_up = give_up;
  registrar->handler.handle = nua_handle (cusax_stack_get_nua (stack), NULL, SIPTAG_TO_STR (bracketed),
                                          SIPTAG_FROM_STR (bracketed), TAG_END ());
  registrar->answer_id = g_timeout_add (config->timeout_ms, on_answer_timeout, registrar);
  if (registrar->handler.handle != NULL)
    {
      cusax_stack_add (stack, &registrar->handler);
      send_register (registrar);
    }
  return registrar;
}

void
cusax_registrar_free (CusaxRegistrar *registrar)
{
  if (registrar == NULL)
    return;
  registrar->listener = NULL;
  go (registrar);
  registrar_destroy (registrar);
}

void
cusax_registrar_leave (CusaxRegistrar *registrar)
{
  registrar->listener = NULL;
  registrar->is_left = TRUE;
  if (registrar->state == STATE_GONE)
    registrar_destroy (registrar);
}

GPtrArray *
cusax_registrar_get_realms (CusaxRegistrar *registrar)
{
  return cusax_credentials_get_realms (registrar->credentials);
}
