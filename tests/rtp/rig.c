/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See rig.h. */
#include "rig.h"

#include "transport.h"
#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------------ events */

static void
note (RigSide *side, const char *event)
{
  g_string_append_printf (side->events, " %s", event);
  g_assert_nonnull (side->transport); /* nothing may come after shutdown */
  g_assert_true (g_main_context_is_owner (NULL));
  if (g_strcmp0 (side->shut_down_in, event) == 0)
    rig_side_shutdown (side);
}

static void
on_local_ready (gpointer user_data, const CusaxTransportDescription *local)
{
  RigSide *side = user_data;

  g_clear_pointer (&side->local, cusax_transport_description_free);
  side->local = cusax_transport_description_copy (local);
  note (side, "ready");
  g_assert_cmpint (local->rtp_port, ==, side->local->rtp_port); /* ours for the whole call, come what may */
}

static void
on_failed (gpointer user_data, const GError *error)
{
  RigSide *side = user_data;

  g_assert_null (side->failure);
  side->failure = g_error_copy (error);
  note (side, "failed");
  g_assert_cmpstr (error->message, ==, side->failure->message);
}

static void
on_first_rtp (gpointer user_data, gboolean incoming)
{
  note (user_data, incoming ? "in" : "out");
}

static void
on_silence (gpointer user_data, guint seconds, gboolean incoming)
{
  g_autofree char *event = g_strdup_printf ("silence:%s:%u", incoming ? "in" : "out", seconds);

  note (user_data, event);
}

static void
on_state (gpointer user_data, CusaxTransportState state)
{
  RigSide *side = user_data;

  g_assert_nonnull (side->transport);
  g_assert_cmpint (state, !=, side->state);
  side->state = state;
  if (state == CUSAX_TRANSPORT_READY)
    side->ready_at = g_get_monotonic_time ();
}

static void
on_lost (gpointer user_data)
{
  note (user_data, "lost");
}

static GPtrArray *
dup_servers (gpointer user_data)
{
  const RigSide *side = user_data;

  return side->servers != NULL ? cusax_ice_servers_copy (side->servers) : NULL;
}

const CusaxTransportListener rig_listener = { on_local_ready, on_failed, on_first_rtp, on_silence, on_state, on_lost, dup_servers };

/* ------------------------------------------------------------------- sides */

static void
make_session (RigSide *side)
{
  const CusaxLeg *leg = side->transport->vtable->get_leg (side->transport);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    side->session[i] = rig_socket ("127.0.0.1", NULL);
  if (!leg->is_protected)
    return;
  side->encrypt
      = cusax_srtp_new (CUSAX_SRTP_ENCRYPT, CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80, leg->key_from_session, &error);
  g_assert_no_error (error);
  side->decrypt
      = cusax_srtp_new (CUSAX_SRTP_DECRYPT, CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80, leg->key_to_session, &error);
  g_assert_no_error (error);
}

RigSide *
rig_side_new (const char *address, gboolean offer_crypto, const CusaxTransportConfig *config)
{
  static guint32 ssrc = 0x1000;
  CusaxTransportConfig usual = { .local_address = address, .offer_crypto = offer_crypto, .protect_leg = TRUE };
  RigSide *side = g_new0 (RigSide, 1);

  side->events = g_string_new (NULL);
  side->ssrc = ssrc++;
  side->sequence = 65000; /* wraps in longer tests */
  side->transport = cusax_transport_new (config != NULL ? config : &usual, &rig_listener, side);
  make_session (side);
  return side;
}

void
rig_side_shutdown (RigSide *side)
{
  CusaxTransport *transport = g_steal_pointer (&side->transport);

  if (transport != NULL)
    transport->vtable->shutdown (transport);
}

void
rig_side_free (RigSide *side)
{
  rig_side_shutdown (side);
  for (guint i = 0; i < 2; i++)
    close (side->session[i]);
  cusax_srtp_free (side->encrypt);
  cusax_srtp_free (side->decrypt);
  cusax_transport_description_free (side->local);
  g_clear_error (&side->failure);
  g_clear_pointer (&side->servers, g_ptr_array_unref);
  g_string_free (side->events, TRUE);
  g_free (side);
}

static guint16
port_of (int fd)
{
  CusaxUdpAddress address;
  socklen_t length = sizeof address;

  g_assert_cmpint (getsockname (fd, &address.any, &length), ==, 0);
  return cusax_udp_address_get_port (&address);
}

void
rig_side_set_leg (RigSide *side)
{
  side->transport->vtable->set_leg_peer (side->transport, port_of (side->session[0]), port_of (side->session[1]));
}

void
rig_side_open (RigSide *side)
{
  rig_side_set_leg (side);
  side->transport->vtable->gather (side->transport);
  g_assert_cmpstr (side->events->str, ==, ""); /* never from inside */
  rig_until (side, side->events->len > 0);
  g_assert_no_error (side->failure);
  g_assert_nonnull (side->local);
}

RigSide *
rig_side_new_open (const char *address, gboolean offer_crypto)
{
  RigSide *side = rig_side_new (address, offer_crypto, NULL);

  rig_side_open (side);
  return side;
}

void
rig_side_set_remote (RigSide *side, const RigSide *other, CusaxSrtpSuite suite, gboolean mux)
{
  g_autoptr (CusaxTransportDescription) remote = cusax_transport_description_copy (other->local);
  CusaxCrypto local_crypto = { .tag = 1, .suite = suite };
  g_autoptr (GError) error = NULL;

  remote->crypto.suite = suite;
  remote->rtcp_mux = mux;
  if (mux)
    remote->rtcp_port = remote->rtp_port;
  side->transport->vtable->set_remote (side->transport, remote, &local_crypto, &error);
  g_assert_no_error (error);
}

RigSide *
rig_side_new_ice (const char *address, gboolean controlling)
{
  CusaxTransportConfig config = { .local_address = address, .offer_crypto = TRUE, .offer_dtls = TRUE, .protect_leg = TRUE,
                                  .use_ice = TRUE, .is_controlling = controlling };
  RigSide *side = rig_side_new (NULL, FALSE, &config);

  rig_side_open (side);
  return side;
}

CusaxTransportDescription *
rig_side_dup_offer (const RigSide *other, CusaxDtlsSetup setup, gboolean mux)
{
  CusaxTransportDescription *remote = cusax_transport_description_copy (other->local);

  memset (&remote->crypto, 0, sizeof remote->crypto);
  remote->setup = setup;
  if (setup == CUSAX_DTLS_SETUP_NONE)
    {
      g_clear_pointer (&remote->fingerprint, g_free);
      g_clear_pointer (&remote->fingerprint_hash, g_free);
    }
  remote->rtcp_mux = mux;
  if (mux)
    remote->rtcp_port = remote->rtp_port;
  return remote;
}

void
rig_side_agree (RigSide *side, const CusaxTransportDescription *remote)
{
  CusaxCrypto ours = { .tag = 1, .suite = remote->crypto.suite };
  g_autoptr (GError) error = NULL;

  side->transport->vtable->set_remote (side->transport, remote, &ours, &error);
  g_assert_no_error (error);
}

void
rig_side_set_plain_remote (RigSide *side, const char *address, guint16 rtp_port, guint16 rtcp_port)
{
  g_autoptr (CusaxTransportDescription) remote = cusax_transport_description_new (address, rtp_port, rtcp_port);
  g_autoptr (GError) error = NULL;

  side->transport->vtable->set_remote (side->transport, remote, NULL, &error);
  g_assert_no_error (error);
}

CusaxTransportStats
rig_side_stats (RigSide *side)
{
  CusaxTransportStats stats;

  side->transport->vtable->get_stats (side->transport, &stats);
  return stats;
}

/* ----------------------------------------------------------------- packets */

static void
put32 (guint8 *data, guint32 value)
{
  value = g_htonl (value);
  memcpy (data, &value, sizeof value);
}

static guint32
get32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return g_ntohl (value);
}

gsize
rig_write_rtp (guint8 *data, guint32 ssrc, guint16 sequence, guint32 number)
{
  data[0] = 0x80;
  data[1] = 8; /* PCMA */
  data[2] = sequence >> 8;
  data[3] = sequence & 0xff;
  put32 (data + 4, number * 160);
  put32 (data + 8, ssrc);
  put32 (data + 12, number);
  return 16;
}

/* A receiver report without blocks, then a BYE that carries the number in place of a reason. */
gsize
rig_write_rtcp (guint8 *data, guint32 ssrc, guint32 number)
{
  put32 (data, 0x80c90001);
  put32 (data + 4, ssrc);
  put32 (data + 8, 0x81cb0001);
  put32 (data + 12, number);
  return 16;
}

guint32
rig_read_rtp (const guint8 *data, gssize length)
{
  g_assert_cmpint (length, ==, 16);
  g_assert_cmphex (data[0], ==, 0x80);
  g_assert_cmphex (data[1], ==, 8);
  return get32 (data + 12);
}

guint32
rig_read_rtcp (const guint8 *data, gssize length)
{
  g_assert_cmpint (length, ==, 16);
  g_assert_cmphex (get32 (data), ==, 0x80c90001);
  return get32 (data + 12);
}

/* ----------------------------------------------------------------- session */

static void
session_send (RigSide *side, CusaxPacketKind kind, guint8 *data, gsize length)
{
  const CusaxLeg *leg = side->transport->vtable->get_leg (side->transport);
  gboolean is_rtcp = kind == CUSAX_PACKET_RTCP;

  if (side->encrypt != NULL)
    g_assert_true (cusax_srtp_apply (side->encrypt, kind, data, &length));
  rig_socket_send (side->session[is_rtcp], "127.0.0.1", is_rtcp ? leg->rtcp_port : leg->rtp_port, data, length);
}

void
rig_session_send_rtp (RigSide *side, guint32 number)
{
  guint8 data[RIG_PACKET_SIZE] __attribute__ ((aligned (8)));

  session_send (side, CUSAX_PACKET_RTP, data, rig_write_rtp (data, side->ssrc, side->sequence++, number));
}

void
rig_session_send_rtcp (RigSide *side, guint32 number)
{
  guint8 data[RIG_PACKET_SIZE] __attribute__ ((aligned (8)));

  session_send (side, CUSAX_PACKET_RTCP, data, rig_write_rtcp (data, side->ssrc, number));
}

static gsize
session_next (RigSide *side, CusaxPacketKind kind, guint8 *data)
{
  gsize length = rig_socket_next (side->session[kind == CUSAX_PACKET_RTCP], data, NULL);

  if (side->decrypt != NULL)
    g_assert_true (cusax_srtp_apply (side->decrypt, kind, data, &length));
  return length;
}

guint32
rig_session_next_rtp (RigSide *side)
{
  guint8 data[RIG_PACKET_SIZE] __attribute__ ((aligned (8)));
  gsize length = session_next (side, CUSAX_PACKET_RTP, data);

  return rig_read_rtp (data, length);
}

guint32
rig_session_next_rtcp (RigSide *side)
{
  guint8 data[RIG_PACKET_SIZE] __attribute__ ((aligned (8)));
  gsize length = session_next (side, CUSAX_PACKET_RTCP, data);

  return rig_read_rtcp (data, length);
}

/* ----------------------------------------------------------------- sockets */

static socklen_t
size_of (const CusaxUdpAddress *address)
{
  return address->any.sa_family == AF_INET6 ? sizeof address->in6 : sizeof address->in;
}

int
rig_socket_at (const char *address, guint16 port)
{
  CusaxUdpAddress local;
  int fd;

  g_assert_true (cusax_udp_address_parse (&local, address, port, NULL));
  fd = socket (local.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (fd, >=, 0);
  if (bind (fd, &local.any, size_of (&local)) == 0)
    return fd;
  close (fd);
  return -1;
}

int
rig_socket (const char *address, guint16 *port)
{
  int fd = rig_socket_at (address, 0);

  g_assert_cmpint (fd, >=, 0);
  if (port != NULL)
    *port = port_of (fd);
  return fd;
}

void
rig_socket_send (int fd, const char *address, guint16 port, const guint8 *data, gsize length)
{
  CusaxUdpAddress to;

  g_assert_true (cusax_udp_address_parse (&to, address, port, NULL));
  g_assert_cmpint (sendto (fd, data, length, 0, &to.any, size_of (&to)), ==, length);
}

gsize
rig_socket_next (int fd, guint8 data[RIG_PACKET_SIZE], guint16 *from_port)
{
  CusaxUdpAddress from = { 0 };
  socklen_t from_length = sizeof from;
  struct pollfd poller = { .fd = fd, .events = POLLIN };
  gssize length;

  if (poll (&poller, 1, RIG_MS) != 1)
    g_error ("nothing came to port %u within %d ms", port_of (fd), RIG_MS);
  length = recvfrom (fd, data, CUSAX_PACKET_MAX, 0, &from.any, &from_length);
  g_assert_cmpint (length, >=, 0);
  if (from_port != NULL)
    *from_port = cusax_udp_address_get_port (&from);
  return length;
}

gboolean
rig_socket_is_quiet (int fd)
{
  struct pollfd poller = { .fd = fd, .events = POLLIN };

  return poll (&poller, 1, 0) == 0;
}

static gboolean
on_timeout (gpointer data)
{
  gboolean *done = data;

  *done = TRUE;
  return G_SOURCE_REMOVE;
}

void
rig_run_for (guint ms)
{
  gboolean done = FALSE;

  g_timeout_add (ms, on_timeout, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

void
rig_run_once (void)
{
  gboolean done = FALSE;
  guint id = g_timeout_add (10, on_timeout, &done);

  g_main_context_iteration (NULL, TRUE);
  if (!done)
    g_source_remove (id);
}
