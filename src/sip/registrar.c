/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See registrar.h. */
#include "registrar.h"

#include "error.h"
#include "loop.h"
#include "registrar-answer.h"

#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_tag.h>

#include <string.h>

/* What we ask for, in seconds: short enough that a lost binding heals, long enough not to matter. */
#define EXPIRES 600
/* Of the granted time, when we refresh. nua may have done so before, at any time from a quarter of it on, but
 * without a deadline: an answer of that kind moves ours. */
#define REFRESH_PERCENT 45
#define REFRESH_LEAST_MS 300
/* A road that no nua of ours has. */
#define NOWHERE "sip:127.0.0.1:9;transport=sctp"

typedef enum
{
  STATE_SENT,
  STATE_GRANTED,
  STATE_UNREGISTERING,
  STATE_GONE
} State;

/* RFC 3581: the Contact follows what the server sees, by one further REGISTER after an answer, never by a
 * second. */
typedef enum
{
  CORRECTION_POSSIBLE,
  CORRECTION_SENT,   /* the REGISTER that is out is one */
  CORRECTION_REFUSED /* the server takes the Contact as we see it, and nothing else */
} Correction;

struct _CusaxRegistrar
{
  CusaxHandler handler; /* first: what Sofia's handle is bound to */
  State state;
  Correction correction;
  gboolean is_left; /* nobody holds us: free at the end */
  const CusaxRegistrarListener *listener;
  gpointer user_data;

  CusaxStack *stack;
  CusaxCredentials *credentials;
  char *registrar; /* Request-URI: sip:domain */
  char *user;
  char *instance;
  char *bare;    /* the Contact that stands at the registrar, without parameters */
  guint expires; /* to ask for: ours, or what a 423 wants */
  guint first_timeout_ms, timeout_ms;
  guint deadline_id; /* the REGISTER that is out must be answered */
  gint64 deadline;   /* monotonic */
  guint refresh_id;

  char *seen_address;
  GStrv events; /* (nullable): what Allow-Events names */
  guint retry_after;
  char *redirect;
};

static void
registrar_destroy (CusaxRegistrar *registrar)
{
  g_clear_handle_id (&registrar->deadline_id, g_source_remove);
  g_clear_handle_id (&registrar->refresh_id, g_source_remove);
  cusax_credentials_free (registrar->credentials);
  g_free (registrar->registrar);
  g_free (registrar->user);
  g_free (registrar->instance);
  g_free (registrar->bare);
  g_free (registrar->seen_address);
  g_strfreev (registrar->events);
  g_free (registrar->redirect);
  g_free (registrar);
}

/* Takes the object off the wire. Sofia would send an un-REGISTER by itself, without end in sight: to a server
 * that just refused us, or so late that it takes away what has been registered anew. */
static void
go (CusaxRegistrar *registrar)
{
  if (registrar->state == STATE_GONE)
    return;
  if (registrar->state != STATE_UNREGISTERING && registrar->handler.handle != NULL)
    nua_set_hparams (registrar->handler.handle, NUTAG_PROXY (NOWHERE), TAG_END ());
  registrar->state = STATE_GONE;
  g_clear_handle_id (&registrar->deadline_id, g_source_remove);
  g_clear_handle_id (&registrar->refresh_id, g_source_remove);
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

/* -------------------------------------------------------------------- sending */

static gboolean
on_deadline (gpointer user_data)
{
  CusaxRegistrar *registrar = user_data;

  registrar->deadline_id = 0;
  fail (registrar, g_error_new (CUSAX_ERROR, CUSAX_ERROR_TIMEOUT, "no answer to REGISTER"));
  return G_SOURCE_REMOVE;
}

static guint
get_timeout (CusaxRegistrar *registrar)
{
  return registrar->state == STATE_SENT ? registrar->first_timeout_ms : registrar->timeout_ms;
}

static void
set_deadline (CusaxRegistrar *registrar, guint ms)
{
  g_clear_handle_id (&registrar->deadline_id, g_source_remove);
  registrar->deadline = g_get_monotonic_time () + (gint64) ms * 1000;
  registrar->deadline_id = cusax_loop_add_timeout (ms, on_deadline, registrar);
}

/* A binding that our Contact has moved away from goes with it: calls would come twice. */
static void
send_register (CusaxRegistrar *registrar, guint timeout_ms)
{
  g_autofree char *before = g_steal_pointer (&registrar->bare);
  g_autofree char *expires = g_strdup_printf ("%u", registrar->expires);
  g_autofree char *contact = NULL;
  gboolean has_moved;

  registrar->bare = cusax_stack_dup_contact (registrar->stack, registrar->user);
  has_moved = before != NULL && strcmp (before, registrar->bare) != 0;
  contact = g_strdup_printf ("%s;+sip.instance=\"<urn:uuid:%s>\";reg-id=1%s%s%s", registrar->bare,
                             registrar->instance, has_moved ? ", " : "", has_moved ? before : "",
                             has_moved ? ";expires=0" : "");
  g_clear_handle_id (&registrar->refresh_id, g_source_remove);
  set_deadline (registrar, timeout_ms);
  nua_register (registrar->handler.handle, NUTAG_REGISTRAR (registrar->registrar), SIPTAG_CONTACT_STR (contact),
                SIPTAG_EXPIRES_STR (expires), TAG_END ());
}

static gboolean
on_refresh (gpointer user_data)
{
  CusaxRegistrar *registrar = user_data;

  registrar->refresh_id = 0;
  send_register (registrar, registrar->timeout_ms);
  return G_SOURCE_REMOVE;
}

static void
schedule_refresh (CusaxRegistrar *registrar, guint seconds)
{
  guint ms = seconds * (1000 * REFRESH_PERCENT / 100);

  g_clear_handle_id (&registrar->refresh_id, g_source_remove);
  registrar->refresh_id = cusax_loop_add_timeout (MAX (ms, REFRESH_LEAST_MS), on_refresh, registrar);
}

/* -------------------------------------------------------------------- answers */

/* Returns: TRUE if the Contact that we registered is not where the server sees us. */
static gboolean
learn_seen (CusaxRegistrar *registrar, const sip_t *sip)
{
  guint16 port;
  g_autofree char *address = cusax_registrar_read_seen (sip, &port);

  if (address == NULL)
    return FALSE;
  g_free (registrar->seen_address);
  if (port == 0)
    registrar->seen_address = g_strdup (address);
  else
    registrar->seen_address
      = g_strdup_printf (strchr (address, ':') != NULL ? "[%s]:%u" : "%s:%u", address, port);
  /* A server that does not say the port has not heard of NATs; half a Contact would be of no use. */
  return port != 0 && registrar->correction != CORRECTION_REFUSED
         && cusax_stack_set_seen (registrar->stack, address, port);
}

/* The last answer counts: a registrar may stop giving them. */
static void
learn_gruu (CusaxRegistrar *registrar, const sip_t *sip)
{
  g_autofree char *gruu = sip != NULL ? cusax_registrar_read_gruu (sip, registrar->instance) : NULL;

  if (gruu != NULL)
    g_debug ("sip: calls are at %s", gruu);
  cusax_stack_set_gruu (registrar->stack, registrar->user, gruu);
}

static void
on_granted (CusaxRegistrar *registrar, const CusaxSipEvent *event)
{
  gboolean is_first = registrar->state == STATE_SENT;
  gboolean was_correction = registrar->correction == CORRECTION_SENT;
  guint seconds = event->sip != NULL
                    ? cusax_registrar_read_granted (event->sip, registrar->user, registrar->expires)
                    : registrar->expires;
  gboolean is_elsewhere = event->sip != NULL && learn_seen (registrar, event->sip);

  g_clear_handle_id (&registrar->deadline_id, g_source_remove);
  if (seconds == 0)
    {
      fail (registrar, g_error_new (CUSAX_ERROR, CUSAX_ERROR_UNAVAILABLE, "the server took us off its list"));
      return;
    }
  registrar->state = STATE_GRANTED;
  g_strfreev (registrar->events);
  registrar->events = cusax_registrar_read_events (event->sip);
  cusax_credentials_settle (registrar->credentials);
  learn_gruu (registrar, event->sip);
  g_debug ("sip: registered for %u s%s", seconds, is_elsewhere ? ", behind a NAT" : "");

  if (was_correction)
    registrar->correction = CORRECTION_POSSIBLE;
  if (is_elsewhere && !was_correction)
    {
      registrar->correction = CORRECTION_SENT;
      send_register (registrar, registrar->timeout_ms);
    }
  else
    schedule_refresh (registrar, seconds);
  if (is_first && registrar->listener != NULL)
    registrar->listener->on_registered (registrar->user_data);
}

/* Sofia tells that it repeats the request: the server lives, and may have asked for a longer time. */
static void
on_repeated (CusaxRegistrar *registrar, const CusaxSipEvent *event)
{
  const sip_t *sip = event->sip;

  if (sip == NULL || sip->sip_status == NULL || sip->sip_status->st_status < 300)
    return;
  if (sip->sip_status->st_status == 423 && sip->sip_min_expires != NULL)
    registrar->expires
      = CLAMP (sip->sip_min_expires->me_delta, registrar->expires, CUSAX_REGISTRAR_GRANTED_MAX);
  set_deadline (registrar, get_timeout (registrar));
}

/* After a 5xx to a refresh Sofia has sent an un-REGISTER already (nua_client.c, nua_client_response: any answer
 * that sip_response_terminates_dialog() does not name ends the usage "gracefully"), before this event. Only a
 * handle that was never accepted goes without, and a new handle for each refresh would forget nonce and count
 * (RFC 7616 section 3.4): it is left so, since the account registers anew after a 5xx anyway. */
static void
on_refused (CusaxRegistrar *registrar, const CusaxSipEvent *event)
{
  GError *error;

  if (registrar->correction == CORRECTION_SENT && event->status >= 400 && event->status < 500)
    {
      registrar->correction = CORRECTION_REFUSED;
      cusax_stack_set_seen (registrar->stack, NULL, 0);
      g_debug ("sip: the server does not take the Contact where it sees us: %d %s", event->status,
               event->phrase);
      send_register (registrar, registrar->timeout_ms);
      return;
    }

  error = cusax_registrar_make_error (event->status, event->phrase);
  if (error->code == CUSAX_ERROR_UNAVAILABLE)
    registrar->retry_after = cusax_registrar_read_retry_after (event->sip);
  if (event->status == 301 || event->status == 302 || event->status == 305)
    registrar->redirect = cusax_registrar_read_redirect (event->sip);
  if (registrar->redirect != NULL)
    error->code = CUSAX_ERROR_REDIRECTED;
  fail (registrar, error);
}

static void
on_answer (CusaxRegistrar *registrar, const CusaxSipEvent *event)
{
  g_autoptr (GError) error = NULL;

  if (event->status < 200)
    on_repeated (registrar, event);
  else if (event->status < 300)
    on_granted (registrar, event);
  else if (event->status != 401 && event->status != 407)
    on_refused (registrar, event);
  else if (!cusax_credentials_answer (registrar->credentials, event,
                                      cusax_stack_is_protected (registrar->stack), &error))
    fail (registrar, g_steal_pointer (&error));
  else
    set_deadline (registrar, get_timeout (registrar));
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
  else if (cusax_credentials_is_failure (event) && !is_unregistering)
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

  g_clear_handle_id (&registrar->deadline_id, g_source_remove);
  g_clear_handle_id (&registrar->refresh_id, g_source_remove);
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
  registrar->credentials
    = cusax_credentials_new (config->login, &registrar->handler, CUSAX_CREDENTIALS_REGISTER);
  /* Never sips: the hop is protected by the relay, and servers take sips for a promise about all hops. */
  registrar->registrar = g_strdup_printf (strchr (domain, ':') != NULL ? "sip:[%s]" : "sip:%s", domain);
  registrar->user = g_strdup (config->user);
  registrar->instance = g_strdup (config->instance);
  registrar->expires = EXPIRES;
  registrar->first_timeout_ms = config->first_timeout_ms;
  registrar->timeout_ms = config->timeout_ms;

  registrar->handler.on_event = on_event;
  registrar->handler.on_leg = on_leg;
  registrar->handler.wind_up = wind_up;
  registrar->handler.give_up = give_up;
  registrar->handler.handle = nua_handle (cusax_stack_get_nua (stack), NULL, SIPTAG_TO_STR (bracketed),
                                          SIPTAG_FROM_STR (bracketed), TAG_END ());
  if (registrar->handler.handle != NULL)
    {
      cusax_stack_add (stack, &registrar->handler);
      send_register (registrar, config->first_timeout_ms);
    }
  else
    set_deadline (registrar, 0);
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

void
cusax_registrar_refresh (CusaxRegistrar *registrar, guint timeout_ms)
{
  if (registrar->state != STATE_GRANTED)
    return;
  if (registrar->deadline_id == 0)
    send_register (registrar, timeout_ms);
  else if (registrar->deadline > g_get_monotonic_time () + (gint64) timeout_ms * 1000)
    set_deadline (registrar, timeout_ms);
}

const char *
cusax_registrar_get_seen_address (CusaxRegistrar *registrar)
{
  return registrar->seen_address;
}

gboolean
cusax_registrar_announces (CusaxRegistrar *registrar, const char *event)
{
  return registrar->events != NULL && g_strv_contains ((const char *const *) registrar->events, event);
}

guint
cusax_registrar_get_retry_after (CusaxRegistrar *registrar)
{
  return registrar->retry_after;
}

const char *
cusax_registrar_get_redirect (CusaxRegistrar *registrar)
{
  return registrar->redirect;
}
