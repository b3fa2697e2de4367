/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ice-early.h. */
#include "ice-early.h"

#include "packet.h"

#include <string.h>
#include <sys/socket.h>

/* Datagrams per turn of the loop: a flood must not keep the others waiting. */
#define BURST 32

typedef struct
{
  GSource source;
  GPollFD poll; /* not g_source_add_unix_fd(): with that, GLib takes a source for ready whatever its check says */
  CusaxUdpReceive receive;
  gpointer user_data;
  guint tag;
} Early;

static gssize
read_one (int fd, guint8 *buffer, CusaxUdpAddress *from, int flags)
{
  struct iovec part = { buffer, CUSAX_PACKET_MAX };
  struct msghdr message = { .msg_name = from, .msg_namelen = sizeof *from, .msg_iov = &part, .msg_iovlen = 1 };
  gssize length;

  memset (from, 0, sizeof *from);
  length = recvmsg (fd, &message, flags | MSG_DONTWAIT);
  return length > 0 && (message.msg_flags & MSG_TRUNC) != 0 ? 0 : length;
}

/* A channel of TURN (RFC 7983) is libnice's, too. */
static gboolean
is_for_nice (const guint8 *data, gssize length)
{
  return length > 0 && (data[0] < 4 || (data[0] >= 64 && data[0] < 80));
}

/* GLib checks sources before it calls any, the urgent ones first: what is taken here, the socket's reader does not see. Never
 * ready itself, or the reader, being less urgent, would not have its turn while STUN waits. */
static gboolean
early_check (GSource *source)
{
  Early *early = (Early *) source;
  guint8 buffer[CUSAX_PACKET_MAX + CUSAX_PACKET_ROOM] __attribute__ ((aligned (8)));
  CusaxUdpAddress from;

  if ((early->poll.revents & G_IO_IN) == 0)
    return FALSE;
  for (guint i = 0; i < BURST; i++)
    {
      gssize length = read_one (early->poll.fd, buffer, &from, MSG_PEEK);

      if (length < 0 || is_for_nice (buffer, length))
        break;
      read_one (early->poll.fd, buffer, &from, 0);
      early->receive (early->user_data, early->tag, buffer, length, &from);
    }
  return FALSE;
}

static gboolean
early_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

GSource *
cusax_ice_early_new (int fd, GMainContext *context, CusaxUdpReceive receive, gpointer user_data, guint tag)
{
  static GSourceFuncs functions = { .check = early_check, .dispatch = early_dispatch };
  Early *early = (Early *) g_source_new (&functions, sizeof (Early));

  early->poll.fd = fd;
  early->poll.events = G_IO_IN;
  early->receive = receive;
  early->user_data = user_data;
  early->tag = tag;
  g_source_set_priority (&early->source, G_PRIORITY_HIGH);
  g_source_add_poll (&early->source, &early->poll);
  g_source_attach (&early->source, context);
  return &early->source;
}
