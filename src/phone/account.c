/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See account.h. */
#include "account-private.h"

#include "error.h"

#define BACK_OFF_FIRST_S 5
#define BACK_OFF_LAST_S 300
/* Many clients of one server must not come back in the same second. */
#define BACK_OFF_SPREAD 0.2
/* A server that restarts is found within 5 s of its first answer; one that stays away is not hammered. */
#define LOST_FIRST_MS 1000
#define LOST_NEXT_MS 4000
#define LOST_US (60 * G_USEC_PER_SEC)

static const CusaxSipListener sip_listener;
static const CusaxDirectoryListener directory_listener;

static void
account_clear (gpointer data)
{
  CusaxAccount *account = data;

  cusax_account_shutdown (account);
  g_clear_pointer (&account->config, cusax_config_unref);
  g_clear_pointer (&account->ice_servers, g_ptr_array_unref);
  g_clear_pointer (&account->calls, g_ptr_array_unref);
  g_clear_pointer (&account->undecided, g_ptr_array_unref);
  g_clear_pointer (&account->referrals, g_ptr_array_unref);
  g_clear_pointer (&account->conferences, g_hash_table_unref);
  g_clear_error (&account->error);
  g_free (account->server);
}

CusaxAccount *
cusax_account_new (const CusaxPorts *ports, const CusaxAccountListener *listener, gpointer user_data)
{
  CusaxAccount *account = g_rc_box_new0 (CusaxAccount);
  CusaxDirectoryPorts people = {
    .clock = ports->clock,
    .wall_time = ports->wall_time,
    .cards = ports->cards,
    .store = ports->store,
  };

  account->ports = *ports;
  account->listener = listener;
  account->listener_data = user_data;
  account->back_off_s = BACK_OFF_FIRST_S;
  account->directory = cusax_directory_new (&people, &directory_listener, account);
  cusax_account_init_calls (account);
  cusax_account_init_services (account);
  ports->sip->vtable->set_listener (ports->sip, &sip_listener, account);
  return account;
}

CusaxAccount *
cusax_account_ref (CusaxAccount *account)
{
  return g_rc_box_acquire (account);
}

void
cusax_account_unref (CusaxAccount *account)
{
  g_rc_box_release_full (account, account_clear);
}

/* Emit last: callers touch nothing of the account afterwards, or hold a reference. */
static void
emit_state (CusaxAccount *account)
{
  cusax_account_update_services (account);
  if (account->listener != NULL)
    account->listener->on_state (account->listener_data, account);
}

static void
set_state (CusaxAccount *account, CusaxPhoneState state)
{
  g_debug ("telephony: state %d -> %d", (int) account->state, (int) state);
  account->state = state;
}

static void
clear_retry (CusaxAccount *account)
{
  if (account->retry_id != 0)
    account->ports.clock->remove (account->ports.clock, account->retry_id);
  account->retry_id = 0;
  account->retry_at = 0;
}

void
cusax_account_shutdown (CusaxAccount *account)
{
  CusaxSipPort *sip = g_steal_pointer (&account->ports.sip);

  account->listener = NULL;
  account->wanted = FALSE;
  clear_retry (account);
  cusax_account_drop_calls (account);
  cusax_account_update_sound (account);
  /* Their ports end before the last reference may. */
  cusax_account_free_services (account);
  g_clear_pointer (&account->directory, cusax_directory_free);
  if (sip != NULL)
    sip->vtable->free (sip);
  account->state = CUSAX_PHONE_OFF;
}

/* ------------------------------------------------------------- signing in */

static void
sign_in (CusaxAccount *account)
{
  g_autoptr (CusaxAccount) keep = cusax_account_ref (account);

  clear_retry (account);
  account->reached = CUSAX_SIP_STOPPED;
  set_state (account, CUSAX_PHONE_SIGNING_IN);
  account->ports.sip->vtable->start (account->ports.sip, account->config);
  emit_state (account);
}

static gboolean
on_retry (gpointer data)
{
  CusaxAccount *account = data;

  account->retry_id = 0;
  sign_in (account);
  return G_SOURCE_REMOVE;
}

/* Returns: milliseconds until the next attempt */
static guint
next_wait (CusaxAccount *account)
{
  gboolean just_lost = account->just_lost;
  CusaxSipPort *sip = account->ports.sip;
  gint64 now = account->ports.clock->now (account->ports.clock);
  guint asked_s = sip->vtable->get_retry_after != NULL ? sip->vtable->get_retry_after (sip) : 0;
  double less = g_random_double_range (1 - BACK_OFF_SPREAD, 1);
  guint ms = account->back_off_s * 1000;

  account->just_lost = FALSE;
  /* Never earlier than the server asked for (RFC 3261 section 20.33). */
  if (asked_s > 0)
    return (guint) (MIN (asked_s, BACK_OFF_LAST_S) * 1000 * (2 - less));
  if (just_lost)
    return (guint) (LOST_FIRST_MS * less);
  if (account->lost_at != 0 && now - account->lost_at < LOST_US
      && g_error_matches (account->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE))
    return (guint) (LOST_NEXT_MS * less);

  account->back_off_s = MIN (account->back_off_s * 2, BACK_OFF_LAST_S);
  return (guint) (ms * less);
}

static void
wait_and_retry (CusaxAccount *account)
{
  guint ms = next_wait (account);

  account->retry_at = account->ports.clock->now (account->ports.clock) + (gint64) ms * 1000;
  account->retry_id = account->ports.clock->add (account->ports.clock, ms, on_retry, account);
  set_state (account, CUSAX_PHONE_WAITING);
}

void
cusax_account_start (CusaxAccount *account)
{
  if (account->config == NULL || !cusax_config_telephony_enabled (account->config))
    return;

  account->wanted = TRUE;
  switch (account->state)
    {
    case CUSAX_PHONE_OFF:
    case CUSAX_PHONE_WAITING:
    case CUSAX_PHONE_REFUSED:
      account->back_off_s = BACK_OFF_FIRST_S;
      g_clear_error (&account->error);
      sign_in (account);
      break;
    case CUSAX_PHONE_STOPPING: /* on_sip_state goes on from here */
    case CUSAX_PHONE_SIGNING_IN:
    case CUSAX_PHONE_UP:
      break;
    }
}

static void
stop_leg (CusaxAccount *account)
{
  clear_retry (account);
  switch (account->state)
    {
    case CUSAX_PHONE_SIGNING_IN:
    case CUSAX_PHONE_UP:
    /* Failed, but calls may have kept the connection, and a binding may be left at the server. */
    case CUSAX_PHONE_WAITING:
    case CUSAX_PHONE_REFUSED:
      set_state (account, CUSAX_PHONE_STOPPING);
      account->ports.sip->vtable->stop (account->ports.sip);
      break;
    case CUSAX_PHONE_OFF:
    case CUSAX_PHONE_STOPPING:
      break;
    }
}

void
cusax_account_stop (CusaxAccount *account)
{
  g_autoptr (CusaxAccount) keep = cusax_account_ref (account);

  account->wanted = FALSE;
  cusax_account_hang_up_all (account);
  g_clear_error (&account->error);
  stop_leg (account);
  emit_state (account);
}

static gboolean
needs_restart (CusaxConfig *old, CusaxConfig *new)
{
  return !cusax_address_equal (cusax_config_get_aor (old), cusax_config_get_aor (new))
         || g_strcmp0 (cusax_config_get_server_host (old), cusax_config_get_server_host (new)) != 0
         || cusax_config_get_server_port (old) != cusax_config_get_server_port (new)
         || cusax_config_get_transport (old) != cusax_config_get_transport (new)
         || cusax_config_requires_tls (old) != cusax_config_requires_tls (new)
         || cusax_config_telephony_enabled (old) != cusax_config_telephony_enabled (new)
         || g_strcmp0 (cusax_config_get_client_certificate (old), cusax_config_get_client_certificate (new)) != 0
         || cusax_config_wire_trace (old) != cusax_config_wire_trace (new);
}

/* What stands takes other credentials at its next challenge; only an attempt that failed or runs has to begin anew. Time
 * limited ones (XEP-0215) change many times in a call. */
static gboolean
has_other_login (CusaxConfig *old, CusaxConfig *new)
{
  return g_strcmp0 (cusax_config_get_auth_user (old), cusax_config_get_auth_user (new)) != 0
         || g_strcmp0 (cusax_config_get_sip_password (old), cusax_config_get_sip_password (new)) != 0
         || cusax_config_password_is_shared (old) != cusax_config_password_is_shared (new)
         || !g_strv_equal (cusax_config_get_related_domains (old), cusax_config_get_related_domains (new));
}

void
cusax_account_configure (CusaxAccount *account, CusaxConfig *config)
{
  g_autoptr (CusaxAccount) keep = cusax_account_ref (account);
  g_autoptr (CusaxConfig) old = g_steal_pointer (&account->config);
  gboolean restart = old == NULL || needs_restart (old, config);
  gboolean has_failed = account->state == CUSAX_PHONE_WAITING || account->state == CUSAX_PHONE_REFUSED;

  account->config = cusax_config_ref (config);
  cusax_directory_configure (account->directory, config);
  account->ports.sip->vtable->configure (account->ports.sip, config);
  if (account->state == CUSAX_PHONE_OFF || !account->wanted)
    return;

  /* A changed setting is also the cure for REFUSED. Calls that stand are not hung up for other credentials. */
  if (restart)
    {
      stop_leg (account);
      if (!cusax_config_telephony_enabled (config))
        account->wanted = FALSE;
      if (account->state == CUSAX_PHONE_OFF)
        cusax_account_start (account);
      emit_state (account);
    }
  else if (has_failed && has_other_login (old, config))
    cusax_account_start (account);
  else
    cusax_account_update_services (account);
}

static void
note_loss (CusaxAccount *account)
{
  account->just_lost = TRUE;
  account->lost_at = account->ports.clock->now (account->ports.clock);
}

static void
on_sip_stopped (CusaxAccount *account, const GError *error)
{
  gboolean was_stopping = account->state == CUSAX_PHONE_STOPPING;

  if (account->state == CUSAX_PHONE_UP)
    note_loss (account);
  g_clear_error (&account->error);
  if (was_stopping || error == NULL)
    {
      set_state (account, CUSAX_PHONE_OFF);
      if (account->wanted)
        cusax_account_start (account);
      return;
    }

  account->error = g_error_copy (error);
  if (cusax_error_is_retryable (error))
    wait_and_retry (account);
  else
    set_state (account, CUSAX_PHONE_REFUSED);
}

static void
on_sip_state (gpointer user_data, CusaxSipState state, const GError *error)
{
  CusaxAccount *account = user_data;
  g_autoptr (CusaxAccount) keep = cusax_account_ref (account);
  const char *server = account->ports.sip->vtable->get_server (account->ports.sip);

  if (state != CUSAX_SIP_STOPPED)
    account->reached = state;
  if (server != NULL)
    {
      g_free (account->server);
      account->server = g_strdup (server);
    }

  switch (state)
    {
    case CUSAX_SIP_STOPPED:
      on_sip_stopped (account, error);
      break;
    case CUSAX_SIP_REGISTERED:
      if (account->state != CUSAX_PHONE_SIGNING_IN)
        return;
      g_clear_error (&account->error);
      account->back_off_s = BACK_OFF_FIRST_S;
      account->lost_at = 0;
      account->just_lost = FALSE;
      set_state (account, CUSAX_PHONE_UP);
      break;
    case CUSAX_SIP_LOCATING:
    case CUSAX_SIP_CONNECTING:
    case CUSAX_SIP_REGISTERING:
      /* The leg was lost, and looks after itself first: until it is back nobody can be called. */
      if (account->state != CUSAX_PHONE_UP)
        return;
      note_loss (account);
      set_state (account, CUSAX_PHONE_SIGNING_IN);
      break;
    }
  emit_state (account);
}

void
cusax_account_set_chat_up (CusaxAccount *account, gboolean up)
{
  if (account->chat_up == !!up)
    return;
  account->chat_up = up;
  cusax_directory_set_online (account->directory, up);
  emit_state (account);
}

static void
on_sip_certificate (gpointer user_data, const CusaxCertificate *certificate)
{
  CusaxAccount *account = user_data;

  if (account->listener != NULL && account->listener->on_certificate != NULL)
    account->listener->on_certificate (account->listener_data, account, certificate);
}

static void
on_sip_redirect (gpointer user_data, const char *uri)
{
  CusaxAccount *account = user_data;

  if (account->listener != NULL && account->listener->on_redirect != NULL)
    account->listener->on_redirect (account->listener_data, account, uri);
}

/* What was out of reach may be there now, and nobody should wait for a timer then (P2). */
static void
on_sip_network (gpointer user_data)
{
  CusaxAccount *account = user_data;
  g_autoptr (CusaxAccount) keep = cusax_account_ref (account);

  if (account->state == CUSAX_PHONE_WAITING)
    {
      account->back_off_s = BACK_OFF_FIRST_S;
      sign_in (account);
    }
  if (account->listener != NULL && account->listener->on_network != NULL)
    account->listener->on_network (account->listener_data, account);
}

static const CusaxSipListener sip_listener = {
  .on_state = on_sip_state,
  .on_certificate = on_sip_certificate,
  .on_redirect = on_sip_redirect,
  .on_network = on_sip_network,
  .on_incoming = cusax_account_on_sip_incoming,
  .on_message = cusax_account_on_sip_message,
  .on_refer = cusax_account_on_sip_refer,
  .on_notify = cusax_account_on_sip_notify,
};

static const CusaxDirectoryListener directory_listener = {
  .on_contact = cusax_account_on_contact,
};

/* ----------------------------------------------------------------- getters */

gboolean
cusax_account_is_chat_up (const CusaxAccount *account)
{
  return account->chat_up;
}

CusaxPhoneState
cusax_account_get_phone_state (const CusaxAccount *account)
{
  return account->state;
}

const GError *
cusax_account_get_phone_error (const CusaxAccount *account)
{
  return account->error;
}

guint
cusax_account_get_retry_seconds (const CusaxAccount *account)
{
  gint64 left;

  if (account->retry_at == 0)
    return 0;
  left = account->retry_at - account->ports.clock->now (account->ports.clock);
  return left > 0 ? (guint) ((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC) : 0;
}

const char *
cusax_account_get_server (const CusaxAccount *account)
{
  return account->server;
}

CusaxSipState
cusax_account_get_reached (const CusaxAccount *account)
{
  return account->reached;
}

void
cusax_account_get_protection (const CusaxAccount *account, CusaxProtection *protection)
{
  CusaxSipPort *sip = account->ports.sip;

  memset (protection, 0, sizeof *protection);
  if (sip != NULL && account->state == CUSAX_PHONE_UP)
    sip->vtable->get_protection (sip, protection);
}

const char *
cusax_account_get_local_address (const CusaxAccount *account)
{
  CusaxSipPort *sip = account->ports.sip;

  return sip != NULL ? sip->vtable->get_local_address (sip) : NULL;
}

const char *
cusax_account_get_seen_address (const CusaxAccount *account)
{
  CusaxSipPort *sip = account->ports.sip;

  return sip != NULL ? sip->vtable->get_seen_address (sip) : NULL;
}

gboolean
cusax_account_has_password_hint (const CusaxAccount *account)
{
  CusaxSipPort *sip = account->ports.sip;

  return sip != NULL && sip->vtable->has_password_hint (sip);
}

CusaxConfig *
cusax_account_get_config (const CusaxAccount *account)
{
  return account->config;
}

CusaxDirectory *
cusax_account_get_directory (CusaxAccount *account)
{
  return account->directory;
}

const GPtrArray *
cusax_account_get_calls (const CusaxAccount *account)
{
  return account->calls;
}

CusaxCall *
cusax_account_get_call (const CusaxAccount *account, guint number)
{
  CusaxCall *active = NULL;

  if (number == 0 && account->calls->len == 1)
    return g_ptr_array_index (account->calls, 0);

  for (guint i = 0; i < account->calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (account->calls, i);

      if (number != 0 && cusax_call_get_number (call) == number)
        return call;
      if (number == 0 && cusax_call_get_state (call) == CUSAX_CALL_ACTIVE && !cusax_call_is_held (call))
        active = call;
    }
  return active;
}
