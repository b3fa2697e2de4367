/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See stream.h. */
#include "stream.h"

#include "error.h"

#include <farstream/fs-candidate.h>
#include <media-gst.h>
#include <string.h>

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* its GParameter */
#include <farstream/fs-conference.h>
    G_GNUC_END_IGNORE_DEPRECATIONS

#define CIPHER "aes-128-icm"
#define AUTHENTICATION "hmac-sha1-80"
#define RTP_SESSION "rtpsession"

    void
    cusax_stream_revive_pipeline (void)
{
  gst_element_set_state (purple_media_manager_get_pipeline (purple_media_manager_get ()), GST_STATE_PLAYING);
}

/* One that got nothing yet has no caps, and nothing to hold. */
static gboolean
takes_video (GstElement *sink)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
  g_autoptr (GstCaps) caps = pad != NULL ? gst_pad_get_current_caps (pad) : NULL;

  return caps != NULL && !gst_caps_is_empty (caps) && !gst_caps_is_any (caps)
         && g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps, 0)), "video/");
}

static void
close_sink (const GValue *value, gpointer only_video)
{
  GstElement *sink = g_value_get_object (value);

  /* Farstream's conference has sinks too, its sockets: those it closes by itself. */
  if (FS_IS_CONFERENCE (sink) || (GPOINTER_TO_INT (only_video) && !takes_video (sink)))
    return;
  gst_element_set_locked_state (sink, TRUE);
  gst_element_set_state (sink, GST_STATE_NULL);
}

void
cusax_stream_close_sinks (GstElement *conference, gboolean only_video)
{
  GstIterator *sinks = gst_bin_iterate_sinks (GST_BIN (conference));

  while (gst_iterator_foreach (sinks, close_sink, GINT_TO_POINTER (only_video)) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (sinks);
  gst_iterator_free (sinks);
}

static GList *
make_preferred_candidates (void)
{
  GList *list = NULL;

  for (guint component = 1; component <= 2; component++)
    list = g_list_append (list, fs_candidate_new ("1", component, FS_CANDIDATE_TYPE_HOST,
                                                  FS_NETWORK_PROTOCOL_UDP, "127.0.0.1", 0));
  return list;
}

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* GParameter is libpurple's choice */

    static void
    set_boolean (GParameter *parameter, const char *name, gboolean value)
{
  parameter->name = name;
  g_value_init (&parameter->value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&parameter->value, value);
}

/* libpurple copies the parameters shallowly and its backend unsets the values: they are given away with the
 * call and must not be unset here. */
static gboolean
add_stream (PurpleMedia *media, const char *session, const char *who, PurpleMediaSessionType type)
{
  GParameter parameters[4] = { 0 };

  set_boolean (&parameters[0], "upnp-mapping", FALSE);
  set_boolean (&parameters[1], "upnp-discovery", FALSE);
  parameters[2].name = "stun-timeout";
  g_value_init (&parameters[2].value, G_TYPE_UINT);
  g_value_set_uint (&parameters[2].value, 1);
  parameters[3].name = "preferred-local-candidates";
  g_value_init (&parameters[3].value, FS_TYPE_CANDIDATE_LIST);
  g_value_take_boxed (&parameters[3].value, make_preferred_candidates ());

  /* initiator: Farstream may then send and receive as soon as it knows whereto, and no user interface asks
   * whether to accept: our own dialog has done that. */
  return purple_media_add_stream (media, session, who, type, TRUE, "rawudp",
                                  G_N_ELEMENTS (parameters), parameters);
}

G_GNUC_END_IGNORE_DEPRECATIONS

/* libpurple gives its global STUN server to every stream, after our parameters. A socket bound to loopback
 * cannot reach it, and candidates take seconds or never come. Clearing the address for the moment does not
 * touch the preference; setting it again has a literal to resolve, which takes one turn of the main loop. */
static gboolean
add_stream_without_stun (PurpleMedia *media, const char *session, const char *who, PurpleMediaSessionType type)
{
  g_autofree char *stun = g_strdup (purple_network_get_stun_ip ());
  gboolean added;

  if (stun != NULL)
    purple_network_set_stun_server ("");
  added = add_stream (media, session, who, type);
  if (stun != NULL)
    purple_network_set_stun_server (stun);
  return added;
}

static gboolean
set_keys (PurpleMedia *media, const char *session, const char *who, const CusaxLeg *leg)
{
  return purple_media_set_encryption_parameters (media, session, CIPHER, AUTHENTICATION,
                                                 (const char *)leg->key_from_session, CUSAX_SRTP_KEY_LENGTH)
         && purple_media_set_decryption_parameters (media, session, who, CIPHER, AUTHENTICATION,
                                                    (const char *)leg->key_to_session, CUSAX_SRTP_KEY_LENGTH)
         && purple_media_set_require_encryption (media, session, who, TRUE);
}

/* RTP sessions are numbered as they are made, through the whole program. */
static void
take_newer (const GValue *value, gpointer newest)
{
  GstElement *element = g_value_get_object (value);
  GstElement **best = newest;
  guint64 number = g_ascii_strtoull (GST_OBJECT_NAME (element) + strlen (RTP_SESSION), NULL, 10);

  if (*best == NULL || number > g_ascii_strtoull (GST_OBJECT_NAME (*best) + strlen (RTP_SESSION), NULL, 10))
    *best = element;
}

/* What SDP says of us. Before codecs are agreed on nothing has been sent, and payloaders take what the session has. The stream
 * was just added, so its session is the newest. */
static void
set_ssrc (PurpleMedia *media, guint32 ssrc)
{
  g_autoptr (GstObject) conference
    = gst_object_get_parent (GST_OBJECT (purple_media_get_tee (media, CUSAX_STREAM_SESSION, NULL)));
  GstIterator *sessions = gst_bin_iterate_all_by_element_factory_name (GST_BIN (conference), RTP_SESSION);
  GstElement *element = NULL;
  g_autoptr (GObject) rtp = NULL;

  while (gst_iterator_foreach (sessions, take_newer, &element) == GST_ITERATOR_RESYNC)
    {
      gst_iterator_resync (sessions);
      element = NULL;
    }
  gst_iterator_free (sessions);
  if (element != NULL)
    g_object_get (element, "internal-session", &rtp, NULL);
  if (rtp != NULL)
    g_object_set (rtp, "internal-ssrc", ssrc, NULL);
}

gboolean
cusax_stream_add (PurpleMedia *media, const char *session, const char *who, PurpleMediaSessionType type,
                  const CusaxLeg *leg, GError **error)
{
  gboolean added = add_stream_without_stun (media, session, who, type);

  cusax_stream_revive_pipeline ();
  if (!added)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA,
                           (type & PURPLE_MEDIA_VIDEO) != 0
                             ? "the camera or GStreamer's RTP elements could not be set up"
                             : "the sound devices or GStreamer's RTP elements could not be set up");
      return FALSE;
    }
  /* Before anything can flow: elements that were started without keys stay without. */
  if (leg->is_protected && !set_keys (media, session, who, leg))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "GStreamer did not take the keys of the leg");
      return FALSE;
    }
  if (leg->ssrc != 0)
    set_ssrc (media, leg->ssrc);
  return TRUE;
}

gboolean
cusax_stream_get_local_ports (PurpleMedia *media, const char *session, const char *who, guint16 *rtp_port,
                              guint16 *rtcp_port)
{
  GList *candidates = purple_media_get_local_candidates (media, session, who);

  *rtp_port = *rtcp_port = 0;
  for (GList *c = candidates; c != NULL; c = c->next)
    {
      guint16 port = (guint16)purple_media_candidate_get_port (c->data);

      if (purple_media_candidate_get_component_id (c->data) == 1)
        *rtp_port = port;
      else
        *rtcp_port = port;
    }
  purple_media_candidate_list_free (candidates);
  return *rtp_port != 0 && *rtcp_port != 0;
}
