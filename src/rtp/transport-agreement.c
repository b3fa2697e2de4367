/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a transport is, and what it agreed on with the other side: sockets, addresses, keys. See transport-private.h. */
#include "transport-private.h"

#include "error.h"
#include "thread.h"

#include <string.h>

/* --------------------------------------------------------------- our side */

void
cusax_transport_describe (Transport *t, CusaxTransportDescription *local)
{
  local->rtcp_mux = TRUE; /* offered; RTCP is taken at either port, whatever comes of it */
  local->crypto = t->crypto;
  local->ssrc = cusax_leg_get (t->leg)->ssrc;
  if (t->offers_dtls && t->identity == NULL)
    t->identity = cusax_dtls_identity_new ();
  if (t->identity != NULL)
    {
      local->fingerprint_hash = g_strdup ("sha-256");
      local->fingerprint = g_strdup (cusax_dtls_identity_get_fingerprint (t->identity));
      local->setup = CUSAX_DTLS_SETUP_ACTPASS;
    }
}

/* What SDP will say of @path. */
static void
describe_path (Transport *t, const CusaxPath *path)
{
  g_clear_pointer (&t->local, cusax_transport_description_free);
  t->local = cusax_transport_description_new (t->local_address, cusax_path_get_port (path, CUSAX_PATH_RTP),
                                              cusax_path_get_port (path, CUSAX_PATH_RTCP));
  cusax_transport_describe (t, t->local);
}

static void
gather_path (Transport *t)
{
  GError *error = NULL;
  CusaxPath *path = cusax_path_new (t->local_address, t->port_min, t->port_max, &error);

  if (path != NULL)
    describe_path (t, path);
  g_mutex_lock (&t->lock);
  if (path != NULL)
    {
      t->path = path;
      cusax_path_attach (path, cusax_thread_get_context (), cusax_transport_on_network, t);
      cusax_transport_post (t, EVENT_LOCAL_READY);
    }
  else
    cusax_transport_fail (t, error);
  g_mutex_unlock (&t->lock);
}

void
cusax_transport_gather (CusaxTransport *transport)
{
  Transport *t = (Transport *) transport;

  g_return_if_fail (t->local == NULL);

  if (cusax_transport_has_failed (t) || t->carrier != NULL)
    return;
  if (t->uses_ice)
    cusax_transport_gather_ice (t, t->local_address);
  else
    gather_path (t);
}

/* In the media thread, where no packet of it can be under way. */
static void
close_path (gpointer path)
{
  cusax_path_free (path);
}

/* What there is may come back to life with its address; the call is the person's to end. */
static void
stay (Transport *t, const char *reason)
{
  g_message ("media stay where they are: %s", reason);
  g_mutex_lock (&t->lock);
  cusax_transport_post (t, EVENT_LOCAL_READY);
  g_mutex_unlock (&t->lock);
}

static void
move_path (Transport *t, const char *local_address)
{
  g_autoptr (GError) error = NULL;
  CusaxPath *path = cusax_path_new (local_address, t->port_min, t->port_max, &error), *old;

  if (path == NULL)
    {
      stay (t, error->message);
      return;
    }
  g_free (t->local_address);
  t->local_address = g_strdup (local_address);
  describe_path (t, path);

  g_mutex_lock (&t->lock);
  /* Sound goes on at once; their answer confirms it. Of another address family it waits for that. */
  t->has_remote = t->has_remote && cusax_path_set_remote (path, t->remote, NULL);
  old = t->path;
  t->path = path;
  cusax_path_attach (path, cusax_thread_get_context (), cusax_transport_on_network, t);
  cusax_transport_update_state (t);
  cusax_transport_post (t, EVENT_LOCAL_READY);
  g_mutex_unlock (&t->lock);
  cusax_thread_run (close_path, old);
}

void
cusax_transport_move (CusaxTransport *transport, const char *local_address)
{
  Transport *t = (Transport *) transport;

  g_return_if_fail (local_address != NULL);

  if (cusax_transport_has_failed (t) || t->local == NULL || t->carrier != NULL)
    return;
  if (t->uses_ice && !cusax_transport_can_ice (local_address))
    stay (t, "no address for ICE");
  else if (t->uses_ice)
    cusax_transport_gather_ice (t, local_address);
  else
    move_path (t, local_address);
}

/* RFC 8839 section 4.4.1.1.1 changes both; one alone cannot be what our checks knew, either. */
static gboolean
is_restart (const CusaxTransportDescription *before, const CusaxTransportDescription *remote)
{
  return before != NULL && before->ice_ufrag != NULL && remote->ice_ufrag != NULL
         && (strcmp (before->ice_ufrag, remote->ice_ufrag) != 0
             || g_strcmp0 (before->ice_password, remote->ice_password) != 0);
}

gboolean
cusax_transport_renew (CusaxTransport *transport, const CusaxTransportDescription *remote)
{
  Transport *t = (Transport *) transport;

  if (cusax_transport_has_failed (t) || t->local == NULL || t->carrier != NULL || !t->uses_ice
      || (remote != NULL && !is_restart (t->remote, remote)))
    return FALSE;
  /* With other ports, so that whatever still comes to the old ones is told apart. */
  cusax_transport_gather_ice (t, t->local_address);
  return TRUE;
}

/* ------------------------------------------------------------------- keys */

static CusaxKeying
get_keying (const CusaxTransportDescription *remote, const CusaxCrypto *local_crypto)
{
  if (remote->fingerprint != NULL)
    return CUSAX_KEYING_DTLS;
  return local_crypto != NULL && local_crypto->suite != CUSAX_SRTP_NONE ? CUSAX_KEYING_SDES : CUSAX_KEYING_NONE;
}

/* Checks that both sides have keys or none. Returns: FALSE with @error */
static gboolean
check_keys (Transport *t, const CusaxTransportDescription *remote, CusaxSrtpSuite local_suite, GError **error)
{
  if ((remote->crypto.suite != CUSAX_SRTP_NONE) != (local_suite != CUSAX_SRTP_NONE))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "one side has a key, the other has none");
      return FALSE;
    }
  if (local_suite != CUSAX_SRTP_NONE && t->crypto.suite == CUSAX_SRTP_NONE)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED, "this transport has no key");
      return FALSE;
    }
  /* Both suites make the same key stream of one key: a second one would encrypt other sound with used stream. */
  if (local_suite != CUSAX_SRTP_NONE && t->outbound != NULL
      && !cusax_srtp_matches (t->outbound, local_suite, t->crypto.key))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "the SRTP suite cannot change in a call");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_fingerprint (Transport *t, GError **error)
{
  if (t->identity != NULL)
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED, "this transport has announced no fingerprint");
  return FALSE;
}

/* A context for @suite and @key unless @current is one already (only the main thread changes it). */
static gboolean
renew_srtp (const CusaxSrtp *current, CusaxSrtpRole role, CusaxSrtpSuite suite, const guint8 *key,
            CusaxSrtp **renewed, GError **error)
{
  if (suite == CUSAX_SRTP_NONE || cusax_srtp_matches (current, suite, key))
    return TRUE;
  *renewed = cusax_srtp_new (role, suite, key, error);
  return *renewed != NULL;
}

static void
swap_srtp (CusaxSrtp **current, CusaxSrtp **renewed)
{
  CusaxSrtp *old = *current;

  if (*renewed == NULL)
    return;
  *current = *renewed;
  *renewed = old;
}

/* -------------------------------------------------------------- their side */

typedef struct
{
  Transport *transport;
  const CusaxTransportDescription *remote;
  CusaxKeying keying;
  CusaxSrtp *outbound, *inbound; /* (nullable): of SDES, other than those in use; swapped */
  gboolean ok;
  GError *error;
} Agreement;

static gboolean
is_same_fingerprint (const CusaxTransportDescription *a, const CusaxTransportDescription *b)
{
  return a != NULL && a->fingerprint != NULL && g_strcmp0 (a->fingerprint, b->fingerprint) == 0
         && g_strcmp0 (a->fingerprint_hash, b->fingerprint_hash) == 0;
}

/* Towards @remote with ICE. What served without is closed. */
static void
enter_ice (Transport *t, const CusaxTransportDescription *remote)
{
  CusaxPath *old;

  cusax_ice_set_remote (t->ice, remote);
  g_mutex_lock (&t->lock);
  old = g_steal_pointer (&t->path);
  t->is_relay_fixed = FALSE;
  g_mutex_unlock (&t->lock);
  cusax_path_free (old);
}

static gboolean
is_new_setup (const Transport *t, const CusaxTransportDescription *remote, gboolean has_new_dtls)
{
  return has_new_dtls || t->remote == NULL || g_strcmp0 (t->remote->ice_ufrag, remote->ice_ufrag) != 0
         || g_strcmp0 (t->remote->ice_password, remote->ice_password) != 0;
}

/* Somebody else may be in the place of whom it was sent to, and without keys could read it. */
static void
forget_sent (Transport *t, const Agreement *agreement)
{
  const CusaxTransportDescription *remote = agreement->remote;

  if (agreement->keying != CUSAX_KEYING_NONE || t->remote == NULL
      || (strcmp (t->remote->address, remote->address) == 0 && t->remote->rtp_port == remote->rtp_port))
    return;
  g_clear_pointer (&t->resend, cusax_resend_free);
  if (t->guest != NULL)
    g_clear_pointer (&t->guest->resend, cusax_resend_free);
}

static void
commit (Agreement *agreement, gboolean is_new)
{
  Transport *t = agreement->transport;

  forget_sent (t, agreement);
  g_mutex_lock (&t->lock);
  swap_srtp (&t->outbound, &agreement->outbound);
  swap_srtp (&t->inbound, &agreement->inbound);
  t->agreed = agreement->keying;
  t->rtcp_mux = agreement->remote->rtcp_mux;
  t->has_remote = TRUE;
  cusax_transport_look_at_path (t);
  cusax_transport_restart_watch (t, &t->in);
  cusax_transport_restart_watch (t, &t->out);
  cusax_transport_update_state (t);
  if (is_new)
    cusax_transport_begin_setup (t);
  cusax_transport_arm_watch (t);
  g_mutex_unlock (&t->lock);
}

/* In the media thread. What can fail comes first. */
static void
apply (gpointer data)
{
  Agreement *agreement = data;
  Transport *t = agreement->transport;
  const CusaxTransportDescription *remote = agreement->remote;
  gboolean with_ice = t->ice != NULL && remote->ice_ufrag != NULL && remote->ice_password != NULL;
  gboolean has_new_dtls;
  CusaxDtls *renewed[2];

  if (!cusax_transport_renew_dtls (t, remote, is_same_fingerprint (t->remote, remote), renewed, &agreement->error))
    return;
  has_new_dtls = renewed[0] != NULL;
  if (with_ice)
    enter_ice (t, remote);
  else if (!cusax_transport_leave_ice (t, remote, agreement->keying != CUSAX_KEYING_NONE, &agreement->error))
    {
      for (guint i = 0; i < 2; i++)
        g_clear_pointer (&renewed[i], cusax_dtls_free);
      return;
    }
  if (agreement->keying == CUSAX_KEYING_DTLS)
    cusax_transport_take_dtls (t, remote, renewed);
  else
    cusax_transport_end_dtls (t);
  commit (agreement, is_new_setup (t, remote, has_new_dtls));
  cusax_transport_start_dtls (t);
  agreement->ok = TRUE;
}

gboolean
cusax_transport_set_remote (CusaxTransport *transport, const CusaxTransportDescription *remote,
                      const CusaxCrypto *local_crypto, GError **error)
{
  Transport *t = (Transport *) transport;
  Agreement agreement = { .transport = t, .remote = remote, .keying = get_keying (remote, local_crypto) };
  CusaxSrtpSuite suite = agreement.keying == CUSAX_KEYING_SDES ? local_crypto->suite : CUSAX_SRTP_NONE;

  if (t->path == NULL && t->ice == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "the transport has no sockets");
      return FALSE;
    }
  if (agreement.keying == CUSAX_KEYING_DTLS ? !check_fingerprint (t, error) : !check_keys (t, remote, suite, error))
    return FALSE;
  if (renew_srtp (t->outbound, CUSAX_SRTP_ENCRYPT, suite, t->crypto.key, &agreement.outbound, error)
      && renew_srtp (t->inbound, CUSAX_SRTP_DECRYPT, suite != CUSAX_SRTP_NONE ? remote->crypto.suite : CUSAX_SRTP_NONE,
                     remote->crypto.key, &agreement.inbound, error))
    {
      cusax_thread_run (apply, &agreement);
      if (agreement.error != NULL)
        g_propagate_error (error, agreement.error);
    }
  cusax_srtp_free (agreement.outbound);
  cusax_srtp_free (agreement.inbound);
  if (agreement.ok)
    {
      g_clear_pointer (&t->remote, cusax_transport_description_free);
      t->remote = cusax_transport_description_copy (remote);
    }
  return agreement.ok;
}
