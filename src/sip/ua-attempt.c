/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One attempt, from a name to a registration: locate, reach and verify a server, register, the next one if it
 * does not answer; and the same targets again when a registered leg is lost. See ua.h; what is remembered of
 * targets is trials.h.
 */
#include "ua-private.h"

#include "clientcert.h"
#include "error.h"

#define ANSWER_TIMEOUT_MS 8000
#define ANSWER_TIMEOUT_UDP_MS 4000
#define ANSWER_TIMEOUT_LEAST_MS 1000
/* A leg that is lost is dialled again at once, but not in a circle: a second loss is for the account's
 * back-off. */
#define REDIAL_PAUSE_US (10 * G_USEC_PER_SEC)
/* In that time: anybody can send such messages, if the proxy is careless. */
#define MAX_GARBLED 10

static void try_next (CusaxUa *ua);

const CusaxTarget *
cusax_ua_get_target (CusaxUa *ua)
{
  return ua->targets != NULL && ua->n_tried > 0 ? g_ptr_array_index (ua->targets, ua->n_tried - 1) : NULL;
}

/* -------------------------------------------------------------------- faults */

static void
begin_round (CusaxUa *ua)
{
  ua->n_tried = 0;
  ua->round_began = g_get_monotonic_time ();
  ua->fault_at = 0;
  g_clear_error (&ua->failure);
  g_clear_pointer (&ua->certificate, cusax_peercert_free);
}

/* Of several targets' faults the first that says more than "nobody there" is the one to show. */
static void
note_failure (CusaxUa *ua, const GError *error)
{
  gboolean is_dull = ua->failure == NULL || g_error_matches (ua->failure, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE)
                     || g_error_matches (ua->failure, CUSAX_ERROR, CUSAX_ERROR_TIMEOUT);
  const CusaxTarget *target = cusax_ua_get_target (ua);

  /* A certificate is for a person to judge: the target itself is there. */
  if (target != NULL && !g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE))
    cusax_trials_note_failure (ua->trials, target, g_get_monotonic_time ());
  if (!is_dull)
    return;
  g_clear_error (&ua->failure);
  ua->failure = g_error_copy (error);
  if (ua->server != NULL && strstr (error->message, ua->server) == NULL)
    g_prefix_error (&ua->failure, "%s: ", ua->server);
}

/* Right before on_connect_failed(). */
static void
on_certificate (gpointer user_data, const CusaxCertificate *certificate)
{
  CusaxUa *ua = user_data;

  if (ua->fault_at == 0)
    ua->fault_at = g_get_monotonic_time ();
  if (ua->certificate == NULL)
    ua->certificate = cusax_peercert_copy (certificate);
}

/* Returns: ms for all further targets together: a person waits for a question */
static guint
get_time_left (CusaxUa *ua)
{
  gint64 left_ms = G_MAXUINT;

  if (ua->fault_at != 0)
    left_ms = CUSAX_TRIALS_FAULT_MS - (g_get_monotonic_time () - ua->fault_at) / 1000;
  return (guint) MAX (left_ms, 0);
}

/* All targets are tried. */
static void
give_up (CusaxUa *ua)
{
  g_autoptr (GError) error = g_steal_pointer (&ua->failure);
  g_autoptr (CusaxPeercert) peercert = g_steal_pointer (&ua->certificate);
  gboolean lives = TRUE;

  if (peercert != NULL && g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE))
    {
      g_rc_box_acquire (ua);
      if (ua->listener != NULL && ua->listener->on_certificate != NULL)
        ua->listener->on_certificate (ua->user_data, cusax_peercert_get (peercert));
      lives = !ua->is_stopping && !ua->is_freed;
      cusax_ua_unref (ua);
    }
  if (lives)
    cusax_ua_stop_with_error (ua, error);
}

/* Dials what is lost, or looks dead, again: where it was first. */
void
cusax_ua_redial (CusaxUa *ua)
{
  g_clear_pointer (&ua->registrar, cusax_registrar_free);
  if (ua->n_tried > 0)
    g_ptr_array_insert (ua->targets, 0, g_ptr_array_steal_index (ua->targets, ua->n_tried - 1));
  begin_round (ua);
  try_next (ua);
}

/* Returns: FALSE if that was so a short time ago */
static gboolean
may_redial (CusaxUa *ua)
{
  gint64 now = g_get_monotonic_time ();

  if (ua->redialled_at != 0 && now - ua->redialled_at <= REDIAL_PAUSE_US)
    return FALSE;
  ua->redialled_at = now;
  return TRUE;
}

/* The server is well: a message that somebody sent cost the connection. That must not sign us off, nor make us dial without
 * end. */
static gboolean
may_redial_after_garbled (CusaxUa *ua)
{
  gint64 now = g_get_monotonic_time ();

  if (ua->garbled_at == 0 || now - ua->garbled_at > REDIAL_PAUSE_US)
    {
      /* A server that begins like that speaks no SIP. */
      if (ua->state != CUSAX_SIP_REGISTERED)
        return FALSE;
      ua->garbled_at = now;
      ua->n_garbled = 0;
    }
  return ua->n_garbled++ < MAX_GARBLED;
}

/* ----------------------------------------------------------------- registration */

static void
on_registered (gpointer user_data)
{
  CusaxUa *ua = user_data;
  const CusaxTarget *target = cusax_ua_get_target (ua);

  if (target != NULL)
    cusax_trials_note_success (ua->trials, target);
  cusax_ua_set_state (ua, CUSAX_SIP_REGISTERED);
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
  gboolean is_silence = g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_TIMEOUT);
  g_autofree char *redirect = g_strdup (cusax_registrar_get_redirect (ua->registrar));

  ua->retry_after = cusax_registrar_get_retry_after (ua->registrar);
  g_clear_pointer (&ua->registrar, cusax_registrar_free);
  if (redirect != NULL && !tell_redirect (ua, redirect))
    return;
  if (was_first && (is_silence || g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_UNAVAILABLE)))
    {
      note_failure (ua, error);
      try_next (ua);
    }
  else if (ua->state == CUSAX_SIP_REGISTERED && is_silence && may_redial (ua))
    {
      g_debug ("sip: the server does not answer any more: dialling again");
      cusax_ua_redial (ua);
    }
  else
    cusax_ua_stop_with_error (ua, error);
}

static const CusaxRegistrarListener registrar_listener = {
  on_registered,
  on_registrar_failed,
};

static guint
get_answer_timeout (CusaxUa *ua, CusaxTransportKind transport)
{
  if (ua->answer_timeout_ms != 0)
    return ua->answer_timeout_ms;
  return transport == CUSAX_TRANSPORT_UDP ? ANSWER_TIMEOUT_UDP_MS : ANSWER_TIMEOUT_MS;
}

/* A server that takes connections and says nothing may not use up the time of those behind it. */
static guint
get_first_timeout (CusaxUa *ua, CusaxTransportKind transport)
{
  guint ms = get_answer_timeout (ua, transport);

  if (ua->targets != NULL && ua->n_tried < ua->targets->len)
    ms = MIN (ms, CUSAX_TRIALS_EACH_MS);
  return MIN (ms, MAX (get_time_left (ua), ANSWER_TIMEOUT_LEAST_MS));
}

static void
register_now (CusaxUa *ua, CusaxTransportKind transport)
{
  CusaxRegistrarConfig config = { 0 };

  config.config = ua->config;
  config.login = ua->login;
  config.user = ua->user;
  config.instance = ua->instance;
  config.first_timeout_ms = get_first_timeout (ua, transport);
  config.timeout_ms = get_answer_timeout (ua, transport);
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
  if (cusax_ua_set_state (ua, CUSAX_SIP_REGISTERING))
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
  g_autoptr (GError) lost = g_error_new (CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "%s", error->message);

  gboolean is_garbled = g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);

  g_clear_pointer (&ua->registrar, cusax_registrar_free);
  if (is_garbled && ua->state != CUSAX_SIP_STOPPED && may_redial_after_garbled (ua))
    {
      g_message ("sip: a message that could not be read cost the connection; dialling again");
      cusax_ua_redial (ua);
    }
  else if (ua->state == CUSAX_SIP_REGISTERING)
    on_connect_failed (ua, lost);
  else if (ua->state == CUSAX_SIP_REGISTERED && !is_garbled && may_redial (ua))
    {
      g_debug ("sip: %s; dialling again", error->message);
      cusax_ua_redial (ua);
    }
  else if (ua->state != CUSAX_SIP_STOPPED)
    cusax_ua_stop_with_error (ua, lost);
}

static const CusaxStackListener stack_listener = {
  .on_up = on_up,
  .on_failed = on_connect_failed,
  .on_down = on_down,
  .on_request = cusax_ua_on_request,
  .on_retired = cusax_ua_on_retired,
  .on_certificate = on_certificate,
};

/* ------------------------------------------------------------------- targets */

/* Makes a stack that can dial @target. An old one is worth keeping for the calls on it only. */
static gboolean
prepare_stack (CusaxUa *ua, const CusaxTarget *target, GError **error)
{
  if (ua->stack != NULL
      && (cusax_stack_get_n_handlers (ua->stack) == 0
          || !cusax_stack_can_connect (ua->stack, target->transport)))
    cusax_ua_retire_stack (ua);
  if (ua->stack == NULL)
    ua->stack = cusax_stack_new (ua->trust, cusax_config_wire_trace (ua->config), &stack_listener, ua, error);
  if (ua->stack == NULL)
    return FALSE;
  cusax_stack_set_accepts_messages (ua->stack, ua->accepts_messages);
  cusax_stack_set_client_certificate (ua->stack, ua->client_certificate);
  return TRUE;
}

static void
try_next (CusaxUa *ua)
{
  const char *typed = cusax_config_get_server_host (ua->config);
  const char *domain = cusax_config_get_domain (ua->config);
  guint time_left = get_time_left (ua), share;
  const CusaxTarget *target;
  g_autoptr (GError) error = NULL;

  if (ua->targets == NULL || ua->n_tried >= ua->targets->len || time_left == 0)
    {
      give_up (ua);
      return;
    }

  share = cusax_trials_get_share ((g_get_monotonic_time () - ua->round_began) / 1000,
                                  ua->targets->len - ua->n_tried);
  target = g_ptr_array_index (ua->targets, ua->n_tried++);
  g_free (ua->server);
  ua->server = cusax_target_describe (target);
  if (!prepare_stack (ua, target, &error))
    {
      cusax_ua_stop_with_error (ua, error);
      return;
    }
  cusax_stack_set_timeout (ua->stack, MIN (share, time_left));
  if (cusax_ua_set_state (ua, CUSAX_SIP_CONNECTING))
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
      begin_round (ua);
      if (targets != NULL)
        {
          cusax_trials_sort (ua->trials, targets, ua->round_began);
          try_next (ua);
        }
      else
        cusax_ua_stop_with_error (ua, error);
    }
  cusax_ua_unref (ua);
}

static gboolean
load_client_certificate (CusaxUa *ua, GError **error)
{
  const char *path = cusax_config_get_client_certificate (ua->config);

  g_clear_object (&ua->client_certificate);
  if (path == NULL)
    return TRUE;
  ua->client_certificate = cusax_clientcert_load (path, error);
  return ua->client_certificate != NULL;
}

gboolean
cusax_ua_begin (gpointer user_data)
{
  CusaxUa *ua = user_data;
  CusaxLocateQuery query = { 0 };
  g_autoptr (GError) error = NULL;

  ua->idle_id = 0;
  g_clear_pointer (&ua->server, g_free);
  if (!load_client_certificate (ua, &error))
    {
      cusax_ua_stop_with_error (ua, error);
      return G_SOURCE_REMOVE;
    }
  if (!cusax_ua_set_state (ua, CUSAX_SIP_LOCATING))
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
