/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See path.h. */
#include "path.h"

#include "error.h"

#include <string.h>

#define SILENT_US G_USEC_PER_SEC

typedef struct
{
  CusaxUdp *socket;
  CusaxUdpAddress said;   /* by SDP; AF_UNSPEC = nothing yet, or no RTCP */
  CusaxUdpAddress target; /* where we send */
  gboolean may_send;      /* FALSE: SDP gave no usable address */
  gboolean heard_said;    /* something came from @said */
  gboolean has_moved;     /* @target was learnt since the last SDP */
  gint64 heard;           /* monotonic: when @target sent something last; 0 = never */
} Component;

struct _CusaxPath
{
  CusaxUdpAddress local;
  Component components[2];
  gboolean rtcp_mux;
};

static void
set_sockets (CusaxPath *path, CusaxUdp *pair[2])
{
  for (guint i = 0; i < 2; i++)
    {
      path->components[i].socket = pair[i];
      cusax_udp_set_expedited (pair[i]);
    }
}

CusaxPath *
cusax_path_new (const char *local_address, guint port_min, guint port_max, GError **error)
{
  g_autoptr (CusaxPath) path = g_new0 (CusaxPath, 1);
  CusaxUdp *pair[2];

  if (!cusax_udp_address_parse (&path->local, local_address, 0, error)
      || !cusax_udp_new_pair (&path->local, port_min, port_max, pair, error))
    return NULL;
  set_sockets (path, pair);
  return g_steal_pointer (&path);
}

CusaxPath *
cusax_path_new_from_sockets (const char *local_address, CusaxUdp *pair[2], GError **error)
{
  g_autoptr (CusaxPath) path = g_new0 (CusaxPath, 1);

  set_sockets (path, pair);
  if (!cusax_udp_address_parse (&path->local, local_address, 0, error))
    return NULL;
  return g_steal_pointer (&path);
}

guint16
cusax_path_get_port (const CusaxPath *path, CusaxPathComponent component)
{
  return cusax_udp_get_port (path->components[component].socket);
}

void
cusax_path_attach (CusaxPath *path, GMainContext *context, CusaxUdpReceive receive, gpointer user_data)
{
  for (guint i = 0; i < 2; i++)
    cusax_udp_attach (path->components[i].socket, context, receive, user_data, i);
}

static void
component_set_remote (Component *component, const CusaxUdpAddress *said)
{
  /* The same address again (session refresh, hold): a peer behind NAT is still where we found it. */
  if (!cusax_udp_address_equal (&component->said, said))
    {
      component->target = *said;
      component->heard = 0;
    }
  component->said = *said;
  component->may_send = !cusax_udp_address_is_unspecified (said);
  component->heard_said = FALSE;
  component->has_moved = FALSE;
}

gboolean
cusax_path_set_remote (CusaxPath *path, const CusaxTransportDescription *remote, GError **error)
{
  CusaxUdpAddress said;

  if (!cusax_udp_address_parse (&said, remote->address, remote->rtp_port, error))
    return FALSE;
  if (remote->rtp_port == 0 || cusax_udp_address_is_multicast (&said))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "no address that media can be sent to");
      return FALSE;
    }
  if (said.any.sa_family != path->local.any.sa_family)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "media address of the other family");
      return FALSE;
    }

  component_set_remote (&path->components[CUSAX_PATH_RTP], &said);
  path->rtcp_mux = remote->rtcp_mux;
  if (path->rtcp_mux || remote->rtcp_port == 0)
    memset (&said, 0, sizeof said);
  else
    cusax_udp_address_set_port (&said, remote->rtcp_port);
  component_set_remote (&path->components[CUSAX_PATH_RTCP], &said);
  return TRUE;
}

gboolean
cusax_path_is_known (const CusaxPath *path, CusaxPathComponent component, const CusaxUdpAddress *from)
{
  const Component *c = &path->components[component];

  return cusax_udp_address_equal (from, &c->said) || cusax_udp_address_equal (from, &c->target);
}

gboolean
cusax_path_may_come_from (const CusaxPath *path, CusaxPathComponent component, const CusaxUdpAddress *from,
                          gboolean is_srtp, gint64 now)
{
  const Component *c = &path->components[component];

  if (c->said.any.sa_family == AF_UNSPEC)
    return FALSE;
  if (is_srtp)
    return TRUE;
  if (cusax_path_is_known (path, component, from))
    return !c->heard_said || cusax_udp_address_equal (from, &c->said);
  return !c->has_moved && !c->heard_said && (c->heard == 0 || now - c->heard >= SILENT_US);
}

void
cusax_path_note_source (CusaxPath *path, CusaxPathComponent component, const CusaxUdpAddress *from,
                        gboolean is_srtp, gint64 now)
{
  Component *c = &path->components[component];
  gboolean is_said = cusax_udp_address_equal (from, &c->said);

  /* Nothing proves who sends plain RTP: one stray packet must not keep the one whom the SDP names out for good. */
  if (is_said && !is_srtp)
    c->has_moved = FALSE;
  if (is_said || cusax_udp_address_equal (from, &c->target))
    c->heard = now;
  if (c->has_moved)
    return;
  c->heard = now;
  c->target = *from; /* also where it is SDP's: a target kept from the SDP before is out of date */
  if (is_said)
    c->heard_said = TRUE;
  else
    c->has_moved = TRUE;
}

void
cusax_path_note_handshake (CusaxPath *path, CusaxPathComponent component, const CusaxUdpAddress *from)
{
  Component *c = &path->components[component];

  if (c->heard_said || c->has_moved)
    return;
  c->target = *from;
  if (cusax_udp_address_equal (from, &c->said))
    c->heard_said = TRUE;
}

gboolean
cusax_path_send_raw (CusaxPath *path, CusaxPathComponent component, const guint8 *data, gsize length)
{
  Component *c = &path->components[component];

  return c->may_send && cusax_udp_send (c->socket, &c->target, data, length);
}

char *
cusax_path_dup_local (const CusaxPath *path)
{
  CusaxUdpAddress local = path->local;

  cusax_udp_address_set_port (&local, cusax_path_get_port (path, CUSAX_PATH_RTP));
  return cusax_udp_address_to_string (&local);
}

const CusaxUdpAddress *
cusax_path_get_target (const CusaxPath *path)
{
  return &path->components[CUSAX_PATH_RTP].target;
}

gboolean
cusax_path_send (CusaxPath *path, CusaxPacketKind kind, const guint8 *data, gsize length)
{
  Component *c
      = &path->components[kind == CUSAX_PACKET_RTCP && !path->rtcp_mux ? CUSAX_PATH_RTCP : CUSAX_PATH_RTP];

  return c->may_send && cusax_udp_send (c->socket, &c->target, data, length);
}

void
cusax_path_free (CusaxPath *path)
{
  if (path == NULL)
    return;
  for (guint i = 0; i < 2; i++)
    cusax_udp_free (path->components[i].socket);
  g_free (path);
}
