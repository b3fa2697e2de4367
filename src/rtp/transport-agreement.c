/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a transport is, and what it agreed on with the other side: sockets, addresses, keys. See transport-private.h. */
#include "transport-private.h"

#include "error.h"
#include "thread.h"

/* What SDP will say of @path. */
static void
describe_local (Transport *t, const CusaxPath *path)
{
  g_clear_pointer (&t->local, cusax_transport_description_free);
  t->local = cusax_transport_description_new (t->local_address, cusax_path_get_port (path, CUSAX_PATH_RTP),
                                              cusax_path_get_port (path, CUSAX_PATH_RTCP));
  t->local->rtcp_mux = TRUE; /* offered; RTCP is taken at either port, whatever comes of it */
  t->local->crypto = t->crypto;
}

void
cusax_transport_gather (CusaxTransport *transport)
{
  Transport *t = (Transport *) transport;
  GError *error = NULL;
  CusaxPath *path;

  g_return_if_fail (t->local == NULL);

  if (t->failure != NULL)
    return;
  path = cusax_path_new (t->local_address, t->port_min, t->port_max, &error);
  if (path == NULL)
    {
      cusax_transport_fail (t, error);
      return;
    }
  describe_local (t, path);

  g_mutex_lock (&t->lock);
  t->path = path;
  cusax_path_attach (path, cusax_thread_get_context (), cusax_transport_on_network, t);
  cusax_transport_post (t, EVENT_LOCAL_READY);
  g_mutex_unlock (&t->lock);
}

/* In the media thread, where no packet of it can be under way. */
static void
close_path (gpointer path)
{
  cusax_path_free (path);
}

void
cusax_transport_move (CusaxTransport *transport, const char *local_address)
{
  Transport *t = (Transport *) transport;
  g_autoptr (GError) error = NULL;
  CusaxPath *path, *old;

  g_return_if_fail (local_address != NULL);

  if (t->failure != NULL || t->path == NULL)
    return;
  path = cusax_path_new (local_address, t->port_min, t->port_max, &error);
  if (path == NULL)
    {
      /* What there is may come back to life with its address; the call is the person's to end. */
      g_message ("media stay where they are: %s", error->message);
      g_mutex_lock (&t->lock);
      cusax_transport_post (t, EVENT_LOCAL_READY);
      g_mutex_unlock (&t->lock);
      return;
    }
  g_free (t->local_address);
  t->local_address = g_strdup (local_address);
  describe_local (t, path);

  g_mutex_lock (&t->lock);
  /* Sound goes on at once; their answer confirms it. Of another address family it waits for that. */
  t->has_remote = t->has_remote && cusax_path_set_remote (path, t->remote, NULL);
  old = t->path;
  t->path = path;
  cusax_path_attach (path, cusax_thread_get_context (), cusax_transport_on_network, t);
  cusax_transport_arm_watch (t);
  cusax_transport_post (t, EVENT_LOCAL_READY);
  g_mutex_unlock (&t->lock);
  cusax_thread_run (close_path, old);
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

gboolean
cusax_transport_set_remote (CusaxTransport *transport, const CusaxTransportDescription *remote,
                      const CusaxCrypto *local_crypto, GError **error)
{
  Transport *t = (Transport *) transport;
  g_autoptr (CusaxSrtp) outbound = NULL;
  g_autoptr (CusaxSrtp) inbound = NULL;
  CusaxSrtpSuite suite = local_crypto != NULL ? local_crypto->suite : CUSAX_SRTP_NONE;
  gboolean ok;

  if (t->path == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "the transport has no sockets");
      return FALSE;
    }
  if (!check_keys (t, remote, suite, error)
      || !renew_srtp (t->outbound, CUSAX_SRTP_ENCRYPT, suite, t->crypto.key, &outbound, error)
      || !renew_srtp (t->inbound, CUSAX_SRTP_DECRYPT, remote->crypto.suite, remote->crypto.key, &inbound,
                      error))
    return FALSE;

  g_mutex_lock (&t->lock);
  ok = cusax_path_set_remote (t->path, remote, error);
  if (ok)
    {
      swap_srtp (&t->outbound, &outbound);
      swap_srtp (&t->inbound, &inbound);
      t->is_secure = suite != CUSAX_SRTP_NONE;
      t->has_remote = TRUE;
      t->watch_since = g_get_monotonic_time ();
      cusax_transport_arm_watch (t);
    }
  g_mutex_unlock (&t->lock);
  if (ok)
    {
      g_clear_pointer (&t->remote, cusax_transport_description_free);
      t->remote = cusax_transport_description_copy (remote);
    }
  return ok;
}
