/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP sockets as the media thread needs them: pairs of ports (RFC 3550 section 11), buffers and DSCP set, read
 * in bounded bursts. Knows nothing of what the datagrams mean.
 */
#pragma once

#include <glib.h>
#include <netinet/in.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/** CusaxUdpAddress: an IPv4 or IPv6 address with port; family AF_UNSPEC = none. A value. */
typedef union
{
  struct sockaddr any;
  struct sockaddr_in in;
  struct sockaddr_in6 in6;
} CusaxUdpAddress;

typedef struct _CusaxUdp CusaxUdp;

/**
 * CusaxUdpReceive:
 * @tag: as given to cusax_udp_attach
 * @data: writable, aligned to 8 bytes, CUSAX_PACKET_ROOM spare bytes behind it
 * @length: 0 for an empty datagram and for one that was longer than CUSAX_PACKET_MAX
 * @from: the sender, without a scope unless it is link-local
 *
 * One datagram; called in the media thread. Must not free the socket.
 */
typedef void (*CusaxUdpReceive) (gpointer user_data, guint tag, guint8 *data, gsize length,
                                 const CusaxUdpAddress *from);

/** Reads an IP literal. Returns: FALSE with CUSAX_ERROR_INVALID; names are not looked up */
gboolean cusax_udp_address_parse (CusaxUdpAddress *address, const char *text, guint16 port, GError **error);

/** Returns: TRUE if family, address and port are the same. */
gboolean cusax_udp_address_equal (const CusaxUdpAddress *a, const CusaxUdpAddress *b);

gboolean cusax_udp_address_is_unspecified (const CusaxUdpAddress *address); /* 0.0.0.0 or :: */
gboolean cusax_udp_address_is_multicast (const CusaxUdpAddress *address);   /* or broadcast */

/** Returns: TRUE if it is good on one link only: 169.254/16, fe80::/10. */
gboolean cusax_udp_address_is_link_local (const CusaxUdpAddress *address);
guint16 cusax_udp_address_get_port (const CusaxUdpAddress *address);
void cusax_udp_address_set_port (CusaxUdpAddress *address, guint16 port);

/** Returns: (transfer full): "192.0.2.1:5004", "[2001:db8::1]:5004"; empty for none */
char *cusax_udp_address_to_string (const CusaxUdpAddress *address);

/** Takes a bound socket over, with all that waits in it. */
CusaxUdp *cusax_udp_new_from_fd (int fd);

/**
 * cusax_udp_new_pair:
 * @local: the address to bind to; its port is ignored
 * @port_min: 0 = any port
 * @port_max: 0 = 65535 if there is a @port_min
 * @pair: (out): an even port and the next odd one
 *
 * Returns: FALSE with CUSAX_ERROR_MEDIA (no free pair, no such address here) or CUSAX_ERROR_INVALID (range)
 */
gboolean cusax_udp_new_pair (const CusaxUdpAddress *local, guint port_min, guint port_max, CusaxUdp *pair[2],
                             GError **error);

guint16 cusax_udp_get_port (const CusaxUdp *udp);

/** Marks what @udp sends as telephony (DSCP EF, RFC 4594 section 4.1), if the system allows it. */
void cusax_udp_set_expedited (CusaxUdp *udp);

/** Starts reading in @context. At most once. */
void cusax_udp_attach (CusaxUdp *udp, GMainContext *context, CusaxUdpReceive receive, gpointer user_data,
                       guint tag);

/**
 * cusax_udp_connect:
 *
 * From now on talks with @peer only: the kernel drops datagrams of others. What came before still waits in the
 * queue: compare the sender too.
 *
 * Returns: FALSE if the system refuses
 */
gboolean cusax_udp_connect (CusaxUdp *udp, const CusaxUdpAddress *peer);

/**
 * cusax_udp_send:
 * @to: (nullable): NULL for a connected socket
 *
 * Never waits: what does not fit into the socket buffer is lost, as on any hop.
 *
 * Returns: TRUE if the datagram left
 */
gboolean cusax_udp_send (CusaxUdp *udp, const CusaxUdpAddress *to, const guint8 *data, gsize length);

/** Closes. After cusax_udp_attach only in the thread of that context: it may be polling the socket. */
void cusax_udp_free (CusaxUdp *udp);

G_END_DECLS
