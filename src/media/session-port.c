/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See session.h. */
#include "session-private.h"

#include "camera.h"
#include "error.h"

#include <purple.h>

gboolean
cusax_session_port_can_open (CusaxMediaPort *port, const char *who, GError **error)
{
  PurpleAccount *account = ((CusaxSessionPort *)port)->account;

  /* Finch shows a call in its conversation and makes one if there is none, which libpurple refuses (and Finch does
   * not survive) while chat is signed off. */
  if (!cusax_finch_is_running () || purple_account_get_connection (account) != NULL
      || purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, who, account) != NULL)
    return TRUE;
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA,
               "Finch shows calls in a conversation; while chat is signed off it cannot open one with %s", who);
  return FALSE;
}

static CusaxElements *
get_elements (CusaxMediaPort *port)
{
  CusaxSessionPort *self = (CusaxSessionPort *)port;
  const char *hints;

  if (self->elements != NULL)
    return self->elements;
  self->elements = cusax_elements_new ();
  hints = cusax_elements_get_hints (self->elements);
  if (cusax_elements_get_codecs (self->elements, NULL)->len > 0)
    self->warmup = cusax_warmup_new (cusax_camera_host_shows ()
                                     && cusax_elements_get_video_codecs (self->elements, NULL)->len > 0);
  if (hints != NULL)
    g_message ("more formats for calls would come with: %s", hints);
  return self->elements;
}

const GPtrArray *
cusax_session_port_get_video_formats (CusaxSessionPort *self)
{
  return cusax_elements_get_video_codecs (get_elements (&self->port), NULL);
}

static const GPtrArray *
port_get_codecs (CusaxMediaPort *port, const char **missing)
{
  return cusax_elements_get_codecs (get_elements (port), missing);
}

static const GPtrArray *
refuse_video (CusaxSessionPort *self, const char **missing, const char *why)
{
  if (missing != NULL)
    *missing = why;
  if (self->no_codecs == NULL)
    self->no_codecs = cusax_codecs_new ();
  return self->no_codecs;
}

static const GPtrArray *
port_get_video_codecs (CusaxMediaPort *port, const char **missing)
{
  CusaxSessionPort *self = (CusaxSessionPort *) port;
  const char *packages = NULL;
  const GPtrArray *codecs;

  if (missing != NULL)
    *missing = NULL;
  if (!cusax_camera_host_shows ())
    return refuse_video (self, missing, "this program shows no pictures");
  codecs = cusax_elements_get_video_codecs (get_elements (port), &packages);
  if (codecs->len > 0)
    return codecs;
  if (self->video_missing == NULL)
    self->video_missing = g_strdup_printf ("not installed: %s", packages != NULL ? packages : "GStreamer plugins");
  return refuse_video (self, missing, self->video_missing);
}

static gboolean
port_has_camera (CusaxMediaPort *port, const char **missing)
{
  if (port_get_video_codecs (port, missing)->len == 0)
    return FALSE;
  if (cusax_camera_exists ())
    return TRUE;
  if (missing != NULL)
    *missing = "there is no camera";
  return FALSE;
}

static const char *
port_get_hints (CusaxMediaPort *port)
{
  return cusax_elements_get_hints (get_elements (port));
}

static gboolean
port_protects_leg (CusaxMediaPort *port)
{
  return cusax_elements_have_srtp (get_elements (port));
}

static void
port_cancel_probe (CusaxMediaPort *port)
{
  g_clear_pointer (&((CusaxSessionPort *)port)->devices, cusax_devices_free);
}

static void
on_probed (gpointer user_data, const CusaxMediaProbe *probe)
{
  CusaxSessionPort *self = user_data;
  g_autoptr (CusaxDevices) devices = g_steal_pointer (&self->devices);

  self->probe_done (self->probe_data, probe);
}

static void
port_probe (CusaxMediaPort *port, CusaxMediaProbeDone done, gpointer user_data)
{
  CusaxSessionPort *self = (CusaxSessionPort *)port;

  port_cancel_probe (port);
  self->probe_done = done;
  self->probe_data = user_data;
  self->devices = cusax_devices_new (on_probed, self);
}

static CusaxMediaSession *
port_open (CusaxMediaPort *port, const char *who, gboolean outgoing, const CusaxLeg *leg,
           const CusaxMediaListener *listener, gpointer user_data, GError **error)
{
  CusaxSessionPort *self = (CusaxSessionPort *)port;

  cusax_devices_yield (self->devices);
  return cusax_session_open (self, who, outgoing, leg, listener, user_data, error);
}

static const CusaxMediaPortVtable port_vtable = {
  .can_open = cusax_session_port_can_open,
  .get_codecs = port_get_codecs,
  .get_video_codecs = port_get_video_codecs,
  .has_camera = port_has_camera,
  .get_hints = port_get_hints,
  .protects_leg = port_protects_leg,
  .probe = port_probe,
  .cancel_probe = port_cancel_probe,
  .open = port_open,
};

CusaxMediaPort *
cusax_session_port_new (PurpleAccount *account)
{
  CusaxSessionPort *self = g_new0 (CusaxSessionPort, 1);

  self->port.vtable = &port_vtable;
  self->account = account;
  return &self->port;
}

void
cusax_session_port_free (CusaxMediaPort *port)
{
  CusaxSessionPort *self = (CusaxSessionPort *)port;

  if (self == NULL)
    return;
  g_clear_pointer (&self->devices, cusax_devices_free);
  g_clear_pointer (&self->warmup, cusax_warmup_free);
  g_clear_pointer (&self->elements, cusax_elements_free);
  g_clear_pointer (&self->no_codecs, g_ptr_array_unref);
  g_free (self->video_missing);
  g_free (self);
}
