/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DTLS-SRTP of a transport: one association for each component in use, begun when it has a way. See transport-private.h. */
#include "transport-private.h"

#include "thread.h"

#include <string.h>

#define DTLS_HANDSHAKE 22 /* the type of a record */

/* --------------------------------------------------------------- callbacks */

static void
on_send (gpointer user_data, const guint8 *data, gsize length)
{
  Association *a = user_data;
  Transport *t = a->transport;

  g_mutex_lock (&t->lock);
  cusax_transport_send_raw (t, a->component, data, length);
  g_mutex_unlock (&t->lock);
}

static void
swap (CusaxSrtp **current, CusaxSrtp **renewed)
{
  CusaxSrtp *old = *current;

  *current = *renewed;
  *renewed = old;
}

static void
on_keys (gpointer user_data, const CusaxDtlsKeys *keys)
{
  Association *a = user_data;
  Transport *t = a->transport;
  GError *error = NULL;
  g_autoptr (CusaxSrtp) outbound = cusax_srtp_new (CUSAX_SRTP_ENCRYPT, keys->suite, keys->outbound, &error);
  g_autoptr (CusaxSrtp) inbound
      = outbound != NULL ? cusax_srtp_new (CUSAX_SRTP_DECRYPT, keys->suite, keys->inbound, &error) : NULL;

  g_mutex_lock (&t->lock);
  if (inbound != NULL)
    {
      swap (&a->outbound, &outbound);
      swap (&a->inbound, &inbound);
      a->suite = keys->suite;
      /* The fingerprint has said who it is: that is where they are. */
      if (t->path != NULL && a->from.any.sa_family != AF_UNSPEC)
        cusax_path_note_source (t->path, a->component, &a->from, TRUE, g_get_monotonic_time ());
      cusax_transport_update_state (t);
    }
  else
    cusax_transport_fail (t, error);
  g_mutex_unlock (&t->lock);
}

/* Without RTCP a call goes on. */
static void
on_failed (gpointer user_data, const GError *error)
{
  Association *a = user_data;
  Transport *t = a->transport;

  g_mutex_lock (&t->lock);
  if (a->component == 0)
    cusax_transport_fail (t, g_error_copy (error));
  g_mutex_unlock (&t->lock);
}

/* -------------------------------------------------------------------- life */

static void
forget_keys (Association *a)
{
  g_clear_pointer (&a->outbound, cusax_srtp_free);
  g_clear_pointer (&a->inbound, cusax_srtp_free);
  a->suite = CUSAX_SRTP_NONE;
  memset (&a->from, 0, sizeof a->from);
}

static void
forget_early (Association *a)
{
  for (guint i = 0; i < a->n_early; i++)
    g_bytes_unref (a->early[i]);
  a->n_early = 0;
}

/* RFC 8842 section 4: other roles are another association, whoever it is. "actpass" leaves things as they are. */
static gboolean
has_association (const Association *a, const CusaxTransportDescription *remote, gboolean is_client)
{
  return a->dtls != NULL && (remote->setup == CUSAX_DTLS_SETUP_ACTPASS || cusax_dtls_is_client (a->dtls) == is_client);
}

/* Associations that SDP asks for and that are not there yet; @renewed belongs to the caller. */
gboolean
cusax_transport_renew_dtls (Transport *t, const CusaxTransportDescription *remote, gboolean is_same, CusaxDtls *renewed[2],
                            GError **error)
{
  static const CusaxDtlsCallbacks callbacks = { on_send, on_keys, on_failed };
  /* Who offered "actpass" leaves it to us: the active side's hello saves a round trip (RFC 5763 section 5). */
  gboolean is_client = remote->setup != CUSAX_DTLS_SETUP_ACTIVE;

  renewed[0] = renewed[1] = NULL;
  for (guint i = 0; i < 2 && remote->fingerprint != NULL; i++)
    {
      if ((i == 1 && remote->rtcp_mux) || (is_same && has_association (&t->associations[i], remote, is_client)))
        continue;
      renewed[i] = cusax_dtls_new (t->identity, is_client, remote->fingerprint_hash, remote->fingerprint, &callbacks,
                                   &t->associations[i], error);
      if (renewed[i] == NULL)
        {
          g_clear_pointer (&renewed[0], cusax_dtls_free);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
is_at (const CusaxUdpAddress *from, const char *address)
{
  CusaxUdpAddress said;

  return cusax_udp_address_parse (&said, address, cusax_udp_address_get_port (from), NULL)
         && cusax_udp_address_equal (&said, from);
}

/* Ports apart: behind NAT these are others. */
static gboolean
is_named (const CusaxUdpAddress *from, const CusaxTransportDescription *remote)
{
  for (guint i = 0; remote->candidates != NULL && i < remote->candidates->len; i++)
    if (is_at (from, ((const CusaxCandidate *) g_ptr_array_index (remote->candidates, i))->address))
      return TRUE;
  return is_at (from, remote->address);
}

/* A stranger's hello would have us fail on his certificate. With ICE the others say where they are; without, they may be behind
 * NAT, and strangers count only if nobody else came. */
static void
sift_early (Association *a, const CusaxTransportDescription *remote)
{
  guint n = 0;

  for (guint i = 0; i < a->n_early; i++)
    n += is_named (&a->early_from[i], remote);
  if (n == 0 && remote->ice_ufrag == NULL)
    return;
  n = a->n_early;
  a->n_early = 0;
  for (guint i = 0; i < n; i++)
    if (is_named (&a->early_from[i], remote))
      {
        a->early_from[a->n_early] = a->early_from[i];
        a->early[a->n_early++] = a->early[i];
      }
    else
      g_bytes_unref (a->early[i]);
}

void
cusax_transport_take_dtls (Transport *t, const CusaxTransportDescription *remote, CusaxDtls *renewed[2])
{
  for (guint i = 0; i < 2; i++)
    {
      Association *a = &t->associations[i];
      CusaxDtls *old = a->dtls;

      if (renewed[i] == NULL)
        continue;
      g_mutex_lock (&t->lock);
      forget_keys (a);
      g_mutex_unlock (&t->lock);
      a->dtls = g_steal_pointer (&renewed[i]);
      a->is_started = FALSE;
      sift_early (a, remote);
      g_clear_pointer (&old, cusax_dtls_free);
    }
}

void
cusax_transport_end_dtls (Transport *t)
{
  for (guint i = 0; i < 2; i++)
    {
      Association *a = &t->associations[i];

      g_clear_pointer (&a->dtls, cusax_dtls_free);
      a->is_started = FALSE;
      forget_early (a);
      g_mutex_lock (&t->lock);
      forget_keys (a);
      g_mutex_unlock (&t->lock);
    }
}

/* ------------------------------------------------------------------- begin */

static gboolean
has_way (Transport *t, guint component)
{
  gboolean has;

  g_mutex_lock (&t->lock);
  has = t->has_remote && cusax_transport_has_way (t, component);
  g_mutex_unlock (&t->lock);
  return has;
}

static void
note_source (Association *a, const CusaxUdpAddress *from)
{
  Transport *t = a->transport;

  g_mutex_lock (&t->lock);
  if (a->outbound == NULL && t->path != NULL)
    {
      a->from = *from;
      cusax_path_note_handshake (t->path, a->component, from);
    }
  g_mutex_unlock (&t->lock);
}

static void
deliver_early (Association *a)
{
  for (guint i = 0; i < a->n_early && !cusax_dtls_is_client (a->dtls); i++) /* whom we shall ask has nothing to say yet */
    {
      gsize length;
      const guint8 *data = g_bytes_get_data (a->early[i], &length);

      note_source (a, &a->early_from[i]);
      cusax_dtls_receive (a->dtls, data, length);
    }
  forget_early (a);
}

void
cusax_transport_start_dtls (Transport *t)
{
  for (guint i = 0; i < 2; i++)
    {
      Association *a = &t->associations[i];

      if (a->dtls == NULL || a->is_started || !has_way (t, i))
        continue;
      a->is_started = TRUE;
      deliver_early (a);
      cusax_dtls_start (a->dtls, cusax_thread_get_context ());
    }
}

/* Alerts and the like are believed of whom we are talking to: a stranger's would end the call. */
static gboolean
is_believed (Association *a, const guint8 *data, const CusaxUdpAddress *from)
{
  Transport *t = a->transport;
  gboolean is;

  g_mutex_lock (&t->lock);
  is = data[0] == DTLS_HANDSHAKE || t->path == NULL || cusax_path_is_known (t->path, a->component, from);
  if (!is)
    t->stats.packets_dropped++;
  g_mutex_unlock (&t->lock);
  return is;
}

/* A ClientHello overtakes the answer that names its fingerprint, and our own pair: it is kept, up to a few. */
static void
keep_early (Association *a, const guint8 *data, gsize length, const CusaxUdpAddress *from)
{
  Transport *t = a->transport;
  gboolean is_kept;

  g_mutex_lock (&t->lock);
  is_kept = (!t->has_remote || t->agreed == CUSAX_KEYING_DTLS) && a->n_early < CUSAX_TRANSPORT_MAX_EARLY
            && cusax_packet_is_client_hello (data, length);
  if (!is_kept)
    t->stats.packets_dropped++;
  g_mutex_unlock (&t->lock);
  if (!is_kept)
    return;
  a->early[a->n_early] = g_bytes_new (data, length);
  a->early_from[a->n_early++] = *from;
}

void
cusax_transport_on_handshake (Transport *t, guint component, const guint8 *data, gsize length, const CusaxUdpAddress *from)
{
  Association *a = &t->associations[component];

  if (!a->is_started)
    {
      keep_early (a, data, length, from);
      return;
    }
  if (!is_believed (a, data, from))
    return;
  note_source (a, from);
  cusax_dtls_receive (a->dtls, data, length);
}
