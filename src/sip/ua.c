/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ua.h. */
#include "ua-private.h"

#include "error.h"
#include "locate.h"

#define ANSWER_TIMEOUT_MS 8000
#define ANSWER_TIMEOUT_UDP_MS 4000
/* A message that Sofia cannot read costs the connection. Anybody can send one through a careless proxy: we dial
 * again at once, but not in a circle. */
#define MENDING_PAUSE_US (10 * G_USEC_PER_SEC)

static void try_next (CusaxUa *ua);
static gboolean begin (gpointer user_data);

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

/* For an attempt. Calls that stand at the same place sign in with what is new, at another one as they always did. */
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
static gboolean
set_state (CusaxUa *ua, CusaxSipState state)
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

static void
retire_stack (CusaxUa *ua)
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
}

/* Ends the attempt, or what it had reached. Calls stay if they have a stack to stay on. */
static void
stop_with_error (CusaxUa *ua, const GError *error)
{
  g_autoptr (GError) copy = NULL;

  copy = g_error_copy (error);
  if (ua->server != NULL && strstr (copy->message, ua->server) == NULL)
    g_prefix_error (&copy, "%s: ", ua->server);
  clear_attempt (ua);
  g_clear_pointer (&ua->registrar, cusax_registrar_free);
  if (ua->stack != NULL && cusax_stack_get_n_handlers (ua->stack) == 0)
    retire_stack (ua);
  g_debug ("sip: stopped: %s", copy->message);
  ua->state = CUSAX_SIP_STOPPED;
  emit_state (ua, copy);
}

/* ----------------------------------------------------------------- registration */

/* Of several targets' faults the first that says more than "nobody there" is the one to show. */
static void
note_failure (CusaxUa *ua, const GError *error)
{
  gboolean is_dull = ua->failure == NULL || g_error_matches (ua->failure, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE)
                     || g_error_matches (ua->failure, CUSAX_ERROR, CUSAX_ERROR_TIMEOUT);

  if (!is_dull)
    return;
  g_clear_error (&ua->failure);
  ua->failure = g_error_copy (error);
  if (ua->server != NULL && strstr (error->message, ua->server) == NULL)
    g_prefix_error (&ua->failure, "%s: ", ua->server);
}

static void
on_registered (gpointer user_data)
{
  CusaxUa *ua = user_data;

  set_state (ua, CUSAX_SIP_REGISTERED);
}

/* Returns FALSE if the listener has made an end of it: hands off then. */
static gboolean
tell_redirect (CusaxUa *ua, const char *uri)
{
  gboolean lives;

  g_rc_box_acquire (ua);
  if (ua->listener != NULL && ua->listener->on_redirect != NULL)
    ua->listener->on_redirect (ua->user_data, uri);
  lives = !ua->is_stopping && !ua->is_freed;
  cusax_ua_unref (ua);
  return lives;
}

static void
on_registrar_failed (gpointer user_data, const GError *error)
{
  CusaxUa *ua = user_data;
  gboolean was_first = ua->state == CUSAX_SIP_REGISTERING;
  g_autofree char *redirect = g_strdup (cusax_registrar_get_redirect (ua->registrar));

  ua->retry_after = cusax_registrar_get_retry_after (ua->registrar);
  g_clear_pointer (&ua->registrar, cusax_registrar_free);
  if (redirect != NULL && !tell_redirect (ua, redirect))
    return;
  if (was_first
      && (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_TIMEOUT)
          || g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_UNAVAILABLE)))
    {
      note_failure (ua, error);
      try_next (ua);
    }
  else
    stop_with_error (ua, error);
}

static const CusaxRegistrarListener registrar_listener = {
  on_registered,
  on_registrar_failed,
};

static void
register_now (CusaxUa *ua, CusaxTransportKind transport)
{
  CusaxRegistrarConfig config = { 0 };

  config.config = ua->config;
  config.login = ua->login;
  config.user = ua->user;
  config.instance = ua->instance;
  config.timeout_ms = ua->answer_timeout_ms;
  if (config.timeout_ms == 0)
    config.timeout_ms = transport == CUSAX_TRANSPORT_UDP ? ANSWER_TIMEOUT_UDP_MS : ANSWER_TIMEOUT_MS;
  ua->registrar = cusax_registrar_new (ua->stack, &config, &registrar_listener, ua);
}

/* -------------------------------------------------------------------- stack */

static void
on_up (gpointer user_data, const CusaxRelayInfo *info)
{
  CusaxUa *ua = user_data;
  CusaxTransportKind transport = info->transport;

  g_free (ua->local_address);
  ua->local_address = g_strdup (info->local_address);
  if (set_state (ua, CUSAX_SIP_REGISTERING))
    register_now (ua, transport);
}

static void
on_connect_failed (gpointer user_data, const GError *error)
{
  CusaxUa *ua = user_data;

  note_failure (ua, error);
  try_next (ua);
}

static void
on_down (gpointer user_data, const GError *error)
{
  CusaxUa *ua = user_data;
  gint64 now = g_get_monotonic_time ();
  gboolean is_mendable = g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_autoptr (GError) lost = g_error_new (CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "%s", error->message);

  g_clear_pointer (&ua->registrar, cusax_registrar_free);
  if (ua->state == CUSAX_SIP_REGISTERING)
    on_connect_failed (ua, lost);
  else if (ua->state == CUSAX_SIP_REGISTERED && is_mendable
           && (ua->mended_at == 0 || now - ua->mended_at > MENDING_PAUSE_US))
    {
      g_message ("sip: a message that could not be read cost the connection; dialling again");
      ua->mended_at = now;
      ua->n_tried--;
      try_next (ua);
    }
  else if (ua->state != CUSAX_SIP_STOPPED)
    stop_with_error (ua, lost);
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
      g_clear_pointer (&ua->next_config, cusax_config_unref);
      ua->idle_id = g_idle_add (begin, ua);
    }
  emit_state (ua, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_retired (gpointer user_data)
{
  finish_stop (user_data);
}

static const CusaxStackListener stack_listener = {
  on_up, on_connect_failed, on_down, cusax_ua_on_request, on_retired,
};

/* ------------------------------------------------------------------- attempt */

static void
try_next (CusaxUa *ua)
{
  const char *typed = cusax_config_get_server_host (ua->config);
  const char *domain = cusax_config_get_domain (ua->config);
  const CusaxTarget *target;
  GError *error = NULL;

  if (ua->targets == NULL || ua->n_tried >= ua->targets->len)
    {
      error = g_steal_pointer (&ua->failure);
      stop_with_error (ua, error);
      g_error_free (error);
      return;
    }

  target = g_ptr_array_index (ua->targets, ua->n_tried++);
  g_free (ua->server);
  ua->server = cusax_target_describe (target);

  /* An old stack is worth keeping for the calls on it only. */
  if (ua->stack != NULL
      && (cusax_stack_get_n_handlers (ua->stack) == 0
          || !cusax_stack_can_connect (ua->stack, target->transport)))
    retire_stack (ua);
  if (ua->stack == NULL)
    ua->stack = cusax_stack_new (ua->trust, cusax_config_wire_trace (ua->config), &stack_listener, ua, &error);
  if (ua->stack == NULL)
    {
      stop_with_error (ua, error);
      g_error_free (error);
      return;
    }
  cusax_stack_set_accepts_messages (ua->stack, ua->accepts_messages);
  if (set_state (ua, CUSAX_SIP_CONNECTING))
    cusax_stack_connect (ua->stack, target, typed != NULL ? typed : domain, typed != NULL ? domain : NULL);
}

static void
on_located (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CusaxUa *ua = user_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *targets = cusax_locate_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || ua->locating == NULL
      || ua->state != CUSAX_SIP_LOCATING || ua->is_stopping || ua->is_freed)
    g_clear_pointer (&targets, g_ptr_array_unref);
  else
    {
      g_clear_object (&ua->locating);
      ua->targets = targets;
      ua->n_tried = 0;
      if (targets != NULL)
        try_next (ua);
      else
        stop_with_error (ua, error);
    }
  cusax_ua_unref (ua);
}

static gboolean
begin (gpointer user_data)
{
  CusaxUa *ua = user_data;
  CusaxLocateQuery query = { 0 };

  ua->idle_id = 0;
  g_clear_pointer (&ua->server, g_free);
  if (!set_state (ua, CUSAX_SIP_LOCATING))
    return G_SOURCE_REMOVE;

  query.host = cusax_config_get_server_host (ua->config);
  if (query.host == NULL)
    query.host = cusax_config_get_domain (ua->config);
  query.port = cusax_config_get_server_port (ua->config);
  query.transport = cusax_config_get_transport (ua->config);
  query.require_tls = cusax_config_requires_tls (ua->config);
  ua->locating = g_cancellable_new ();
  /* Called back even when cancelled, and then perhaps after our end: hence the reference. */
  cusax_locate_async (&query, ua->locating, on_located, g_rc_box_acquire (ua));
  return G_SOURCE_REMOVE;
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
  ua->idle_id = g_idle_add (begin, ua);
}

static void
ua_stop (CusaxSipPort *port)
{
  CusaxUa *ua = (CusaxUa *) port;

  g_clear_pointer (&ua->next_config, cusax_config_unref);
  if (ua->is_stopping)
    return;
  clear_attempt (ua);
  ua->is_stopping = TRUE;
  if (ua->registrar != NULL)
    cusax_registrar_leave (g_steal_pointer (&ua->registrar));
  if (ua->stack != NULL)
    {
      ua->retiring = ua->stack;
      cusax_stack_retire (g_steal_pointer (&ua->stack));
    }
  else
    ua->idle_id = g_idle_add (finish_stop, ua);
}

static void
ua_configure (CusaxSipPort *port, CusaxConfig *config)
{
  CusaxUa *ua = (CusaxUa *) port;

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
  protection->is_tls = ua_is_protected (port);
  protection->server = ua->server;
  if (ua->login != NULL)
    protection->authentication = cusax_login_get_algorithm (ua->login);
  /* The server asked for nothing else, so it was enough. */
  if (protection->is_up && protection->is_tls && protection->authentication == NULL
      && cusax_config_get_client_certificate (ua->config) != NULL)
    protection->authentication = "client certificate";
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
  clear_attempt (ua);
  if (ua->registrar != NULL)
    cusax_registrar_leave (g_steal_pointer (&ua->registrar));
  retire_stack (ua);
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

gboolean
cusax_ua_drain (guint ms)
{
  return cusax_stack_drain (ms);
}
