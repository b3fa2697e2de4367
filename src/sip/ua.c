/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ua.h. */
#include "ua-private.h"

#include "loop.h"
#include "naptr.h"

/* Freed ports that some pending callback still holds: process-wide because the unloading of the product asks.
 */
static guint n_ghosts;

/* ------------------------------------------------------------------- states */

/* What counts without a new registration. */
static void
take_switches (CusaxUa *ua, CusaxConfig *config)
{
  ua->accepts_messages = cusax_config_accepts_sip_messages (config);
  ua->is_anonymous = cusax_config_is_anonymous (config);
}

static void
take_config (CusaxUa *ua, CusaxConfig *config)
{
  cusax_config_ref (config);
  g_clear_pointer (&ua->config, cusax_config_unref);
  ua->config = config;
  take_switches (ua, config);
}

/* For an attempt. Calls that stand at the same place sign in with what is new, at another one as they always
 * did. */
static void
take_login (CusaxUa *ua, CusaxConfig *config)
{
  take_config (ua, config);
  ua->retry_after = 0;
  if (ua->login != NULL && cusax_login_renew (ua->login, config))
    return;
  g_clear_pointer (&ua->login, cusax_login_unref);
  ua->login = cusax_login_new (config);
}

static void
emit_state (CusaxUa *ua, const GError *error)
{
  if (ua->listener != NULL)
    ua->listener->on_state (ua->user_data, ua->state, error);
}

/* Returns FALSE if the listener's reaction has made an end of this attempt: hands off then. */
gboolean
cusax_ua_set_state (CusaxUa *ua, CusaxSipState state)
{
  static const char *const names[] = { "stopped", "locating", "connecting", "registering", "registered" };
  gboolean lives;

  if (ua->state == state)
    return TRUE;
  g_debug ("sip: %s -> %s (%s)", names[ua->state], names[state],
           ua->server != NULL ? ua->server : "no server yet");
  ua->state = state;
  g_rc_box_acquire (ua);
  emit_state (ua, NULL);
  lives = ua->state == state && !ua->is_stopping && !ua->is_freed;
  cusax_ua_unref (ua);
  return lives;
}

void
cusax_ua_retire_stack (CusaxUa *ua)
{
  if (ua->stack == NULL)
    return;
  cusax_stack_detach (ua->stack);
  cusax_stack_retire (g_steal_pointer (&ua->stack));
}

static void
clear_attempt (CusaxUa *ua)
{
  g_clear_handle_id (&ua->idle_id, g_source_remove);
  if (ua->locating != NULL)
    g_cancellable_cancel (ua->locating);
  g_clear_object (&ua->locating);
  g_clear_pointer (&ua->targets, g_ptr_array_unref);
  g_clear_error (&ua->failure);
  g_clear_pointer (&ua->certificate, cusax_peercert_free);
}

/* Ends the attempt, or what it had reached. Calls stay if they have a stack to stay on. */
void
cusax_ua_stop_with_error (CusaxUa *ua, const GError *error)
{
  g_autoptr (GError) copy = NULL;

  copy = g_error_copy (error);
  if (ua->server != NULL && strstr (copy->message, ua->server) == NULL)
    g_prefix_error (&copy, "%s: ", ua->server);
  clear_attempt (ua);
  g_clear_pointer (&ua->registrar, cusax_registrar_free);
  if (ua->stack != NULL && cusax_stack_get_n_handlers (ua->stack) == 0)
    cusax_ua_retire_stack (ua);
  g_debug ("sip: stopped: %s", copy->message);
  ua->state = CUSAX_SIP_STOPPED;
  emit_state (ua, copy);
}

static gboolean
finish_stop (gpointer user_data)
{
  CusaxUa *ua = user_data;

  ua->idle_id = 0;
  ua->retiring = NULL;
  ua->is_stopping = FALSE;
  ua->state = CUSAX_SIP_STOPPED;
  /* Before the listener is told: it may start again. */
  if (ua->next_config != NULL)
    {
      take_login (ua, ua->next_config);
      cusax_ua_watch_network (ua);
      g_clear_pointer (&ua->next_config, cusax_config_unref);
      ua->idle_id = cusax_loop_add_idle (cusax_ua_begin, ua);
    }
  emit_state (ua, NULL);
  return G_SOURCE_REMOVE;
}

void
cusax_ua_on_retired (gpointer user_data)
{
  finish_stop (user_data);
}

/* ---------------------------------------------------------------------- port */

static void
ua_set_listener (CusaxSipPort *port, const CusaxSipListener *listener, gpointer user_data)
{
  CusaxUa *ua = (CusaxUa *) port;

  ua->listener = listener;
  ua->user_data = user_data;
}

static void
ua_start (CusaxSipPort *port, CusaxConfig *config)
{
  CusaxUa *ua = (CusaxUa *) port;

  if (ua->is_stopping)
    {
      g_clear_pointer (&ua->next_config, cusax_config_unref);
      ua->next_config = cusax_config_ref (config);
      return;
    }
  g_return_if_fail (ua->state == CUSAX_SIP_STOPPED && ua->idle_id == 0);

  take_login (ua, config);
  cusax_ua_watch_network (ua);
  ua->idle_id = cusax_loop_add_idle (cusax_ua_begin, ua);
}

static void
ua_stop (CusaxSipPort *port)
{
  CusaxUa *ua = (CusaxUa *) port;

  g_clear_pointer (&ua->next_config, cusax_config_unref);
  if (ua->is_stopping)
    return;
  clear_attempt (ua);
  g_clear_pointer (&ua->netwatch, cusax_netwatch_free);
  ua->is_stopping = TRUE;
  if (ua->registrar != NULL)
    cusax_registrar_leave (g_steal_pointer (&ua->registrar));
  if (ua->stack != NULL)
    {
      ua->retiring = ua->stack;
      cusax_stack_retire (g_steal_pointer (&ua->stack));
    }
  else
    ua->idle_id = cusax_loop_add_idle (finish_stop, ua);
}

static void
ua_configure (CusaxSipPort *port, CusaxConfig *config)
{
  CusaxUa *ua = (CusaxUa *) port;

  /* A start that waits for the end of a stop has older ones. */
  if (ua->next_config != NULL)
    {
      cusax_config_ref (config);
      cusax_config_unref (ua->next_config);
      ua->next_config = config;
    }
  /* Other credentials for the same place are for all that stands, at once. */
  if (ua->login != NULL && cusax_login_renew (ua->login, config))
    take_config (ua, config);
  else
    take_switches (ua, config);
  if (ua->stack != NULL)
    cusax_stack_set_accepts_messages (ua->stack, ua->accepts_messages);
}

static gboolean
ua_is_protected (CusaxSipPort *port)
{
  CusaxUa *ua = (CusaxUa *) port;

  return ua->stack != NULL && cusax_stack_is_protected (ua->stack);
}

static void
ua_get_protection (CusaxSipPort *port, CusaxProtection *protection)
{
  CusaxUa *ua = (CusaxUa *) port;

  memset (protection, 0, sizeof *protection);
  protection->is_up = ua->state == CUSAX_SIP_REGISTERED;
  if (ua->stack != NULL)
    cusax_stack_get_protection (ua->stack, protection);
  protection->server = ua->server;
  if (ua->login != NULL)
    protection->authentication = cusax_login_get_algorithm (ua->login);
  /* The server asked for nothing else, so it was enough. */
  if (protection->is_up && protection->is_tls && protection->authentication == NULL
      && cusax_config_get_client_certificate (ua->config) != NULL)
    protection->authentication = "client certificate";
}

static gboolean
ua_announces (CusaxSipPort *port, const char *event)
{
  CusaxUa *ua = (CusaxUa *) port;

  return ua->registrar != NULL && cusax_registrar_announces (ua->registrar, event);
}

static const char *
ua_get_seen_address (CusaxSipPort *port)
{
  CusaxUa *ua = (CusaxUa *) port;

  return ua->registrar != NULL ? cusax_registrar_get_seen_address (ua->registrar) : NULL;
}

static guint
ua_get_retry_after (CusaxSipPort *port)
{
  return ((CusaxUa *) port)->retry_after;
}

static gboolean
ua_has_password_hint (CusaxSipPort *port)
{
  CusaxUa *ua = (CusaxUa *) port;

  return ua->login != NULL && cusax_login_has_hint (ua->login);
}

static const char *
ua_get_local_address (CusaxSipPort *port)
{
  return ((CusaxUa *) port)->local_address;
}

static const char *
ua_get_server (CusaxSipPort *port)
{
  return ((CusaxUa *) port)->server;
}

static void
ua_clear (gpointer data)
{
  CusaxUa *ua = data;

  g_clear_pointer (&ua->config, cusax_config_unref);
  g_clear_pointer (&ua->next_config, cusax_config_unref);
  g_clear_pointer (&ua->login, cusax_login_unref);
  g_free (ua->user);
  g_free (ua->instance);
  g_free (ua->local_address);
  g_free (ua->server);
  cusax_trials_free (ua->trials);
  g_clear_object (&ua->client_certificate);
  n_ghosts--;
}

void
cusax_ua_unref (CusaxUa *ua)
{
  g_rc_box_release_full (ua, ua_clear);
}

static void
ua_free (CusaxSipPort *port)
{
  CusaxUa *ua = (CusaxUa *) port;

  ua->listener = NULL;
  ua->is_freed = TRUE;
  n_ghosts++;
  clear_attempt (ua);
  g_clear_pointer (&ua->netwatch, cusax_netwatch_free);
  if (ua->registrar != NULL)
    cusax_registrar_leave (g_steal_pointer (&ua->registrar));
  cusax_ua_retire_stack (ua);
  if (ua->retiring != NULL)
    cusax_stack_detach (ua->retiring);
  cusax_ua_unref (ua);
}

static const CusaxSipPortVtable vtable = {
  .set_listener = ua_set_listener,
  .start = ua_start,
  .stop = ua_stop,
  .configure = ua_configure,
  .invite = cusax_ua_invite,
  .subscribe = cusax_ua_subscribe,
  .send_message = cusax_ua_send_message,
  .is_protected = ua_is_protected,
  .get_protection = ua_get_protection,
  .announces = ua_announces,
  .get_seen_address = ua_get_seen_address,
  .get_retry_after = ua_get_retry_after,
  .has_password_hint = ua_has_password_hint,
  .get_local_address = ua_get_local_address,
  .get_server = ua_get_server,
  .free = ua_free,
};

CusaxSipPort *
cusax_ua_new (CusaxTrust *trust)
{
  CusaxUa *ua = g_rc_box_new0 (CusaxUa);
  g_autofree char *random = g_uuid_string_random ();

  ua->port.vtable = &vtable;
  ua->trust = trust;
  ua->trials = cusax_trials_new ();
  random[8] = '\0';
  ua->user = g_strconcat ("c", random, NULL);
  ua->instance = g_uuid_string_random ();
  return &ua->port;
}

void
cusax_ua_set_answer_timeout (CusaxSipPort *port, guint ms)
{
  ((CusaxUa *) port)->answer_timeout_ms = ms;
}

void
cusax_ua_set_refer_wait (CusaxSipPort *port, guint ms)
{
  ((CusaxUa *) port)->refer_wait_ms = ms;
}

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* What was cancelled is told by GIO, as urgent as anything else. */
static void
lay_ghosts (gint64 deadline)
{
  guint wake_id = g_timeout_add (20, on_tick, NULL);

  while (n_ghosts > 0 && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wake_id);
}

static gboolean
is_dry (void)
{
  return cusax_stack_is_dry () && cusax_naptr_is_idle ();
}

gboolean
cusax_ua_drain (guint ms, gboolean is_quitting)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) ms * 1000;
  gboolean has_ended = cusax_loop_wait (is_dry, ms);

  if (!is_quitting)
    lay_ghosts (deadline);
  return has_ended && n_ghosts == 0;
}
