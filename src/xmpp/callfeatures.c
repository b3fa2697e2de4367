/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callfeatures.h. */
#include "callfeatures.h"

#include "libjabber.h"
#include "stream.h"

#include <string.h>

#define NS_JINGLE "urn:xmpp:jingle:1"
#define NS_JINGLE_RTP "urn:xmpp:jingle:apps:rtp:1"
#define NS_GOOGLE_SESSION "http://www.google.com/session"
#define NS_DISCO_INFO "http://jabber.org/protocol/disco#info"
#define NS_CAPS "http://jabber.org/protocol/caps"
#define NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"

/* What libjabber registers for calls, and the test it registers with it (it cannot be asked). Jingle itself and
 * its transports are in the list because libjabber has no other application of it: announced alone they would
 * invite sessions that nobody takes. */
static const struct
{
  const char *ns;
  JabberFeatureEnabled original;
} call_features[] = {
  { NS_JINGLE, NULL },
  { NS_JINGLE_RTP, NULL },
  { "urn:xmpp:jingle:apps:rtp:audio", jabber_audio_enabled },
  { "urn:xmpp:jingle:apps:rtp:video", jabber_video_enabled },
  { "urn:xmpp:jingle:transports:raw-udp:1", NULL },
  { "urn:xmpp:jingle:transports:ice-udp:1", NULL },
  { "http://www.google.com/xmpp/protocol/session", jabber_audio_enabled },
  { "http://www.google.com/xmpp/protocol/voice/v1", jabber_audio_enabled },
  { "http://www.google.com/xmpp/protocol/video/v1", jabber_video_enabled },
  { "http://www.google.com/xmpp/protocol/camera/v1", jabber_video_enabled },
};

/* libjabber's list is process-wide, so is this: whose streams are ours. NULL = not installed. */
static PurplePlugin *our_plugin = NULL;
static gboolean replaced = FALSE;

static gsize
find_call_feature (const char *ns)
{
  for (gsize i = 0; i < G_N_ELEMENTS (call_features); i++)
    if (purple_strequal (call_features[i].ns, ns))
      return i;
  return G_N_ELEMENTS (call_features);
}

static gboolean
on_feature_asked (JabberStream *js, const char *ns)
{
  if (cusax_stream_is_of (js, our_plugin))
    return FALSE;

  gsize i = find_call_feature (ns);
  return i == G_N_ELEMENTS (call_features) || call_features[i].original == NULL
         || call_features[i].original (js, ns);
}

/* ------------------------------------------------------------- outgoing */

/* A peer may ask for the node of a legacy ext bundle by name; libjabber then answers without asking anybody. */
static void
strip_disco_features (xmlnode *query)
{
  xmlnode *next;
  for (xmlnode *feature = xmlnode_get_child (query, "feature"); feature != NULL; feature = next)
    {
      next = xmlnode_get_next_twin (feature);
      if (find_call_feature (xmlnode_get_attrib (feature, "var")) < G_N_ELEMENTS (call_features))
        xmlnode_free (feature); /* unlinks it from its parent */
    }
}

static void
on_sending_xmlnode (PurpleConnection *gc, xmlnode **packet, gpointer unused)
{
  if (packet == NULL || *packet == NULL || (*packet)->name == NULL)
    return;

  if (purple_strequal ((*packet)->name, "presence"))
    {
      /* "voice-v1 camera-v1 video-v1": written by what the user interface can, without asking the features. */
      xmlnode *caps = xmlnode_get_child_with_namespace (*packet, "c", NS_CAPS);
      if (caps != NULL)
        xmlnode_remove_attrib (caps, "ext");
    }
  else if (purple_strequal ((*packet)->name, "iq")
           && purple_strequal (xmlnode_get_attrib (*packet, "type"), "result"))
    {
      xmlnode *query = xmlnode_get_child_with_namespace (*packet, "query", NS_DISCO_INFO);
      if (query != NULL)
        strip_disco_features (query);
    }
}

/* ------------------------------------------------------------- incoming */

/* Takes @packet over. */
static void
send_and_free (PurpleConnection *gc, xmlnode *packet)
{
  purple_signal_emit (our_plugin, "jabber-sending-xmlnode", gc, &packet);
  if (packet != NULL)
    xmlnode_free (packet);
}

static xmlnode *
new_iq (const char *type, const char *id, const char *to)
{
  xmlnode *iq = xmlnode_new ("iq");
  xmlnode_set_attrib (iq, "type", type);
  xmlnode_set_attrib (iq, "id", id);
  if (to != NULL)
    xmlnode_set_attrib (iq, "to", to);
  return iq;
}

static gboolean
offers_rtp (xmlnode *jingle)
{
  for (xmlnode *content = xmlnode_get_child (jingle, "content"); content != NULL;
       content = xmlnode_get_next_twin (content))
    if (xmlnode_get_child_with_namespace (content, "description", NS_JINGLE_RTP) != NULL)
      return TRUE;
  return FALSE;
}

/* XEP-0166 section 6.2.1: acknowledge, then terminate with the reason. The caller's client stops ringing at once
 * and can tell its user why. */
static void
decline_jingle (PurpleConnection *gc, const char *id, const char *from, const char *sid)
{
  send_and_free (gc, new_iq ("result", id, from));

  g_autofree char *own_id = g_strdup_printf ("cusax%08x", g_random_int ());
  xmlnode *iq = new_iq ("set", own_id, from);
  xmlnode *jingle = xmlnode_new_child (iq, "jingle");
  xmlnode_set_namespace (jingle, NS_JINGLE);
  xmlnode_set_attrib (jingle, "action", "session-terminate");
  xmlnode_set_attrib (jingle, "sid", sid);
  xmlnode_new_child (xmlnode_new_child (jingle, "reason"), "unsupported-applications");
  send_and_free (gc, iq);
}

static void
refuse (PurpleConnection *gc, const char *id, const char *from)
{
  xmlnode *iq = new_iq ("error", id, from);
  xmlnode *error = xmlnode_new_child (iq, "error");
  xmlnode_set_attrib (error, "type", "cancel");
  xmlnode_set_namespace (xmlnode_new_child (error, "service-unavailable"), NS_STANZAS);
  send_and_free (gc, iq);
}

/* Runs before libjabber looks at the stanza; TRUE consumes it. Whatever arrives is answered to where it claims to
 * come from, exactly as libjabber would. */
static gboolean
on_receiving_iq (PurpleConnection *gc, const char *type, const char *id, const char *from, xmlnode *packet,
                 gpointer unused)
{
  if (id == NULL || from == NULL || !purple_strequal (type, "set"))
    return FALSE;

  xmlnode *jingle = xmlnode_get_child_with_namespace (packet, "jingle", NS_JINGLE);
  if (jingle != NULL && offers_rtp (jingle))
    {
      const char *sid = xmlnode_get_attrib (jingle, "sid");
      purple_debug_info ("cusax-xmpp", "declining a Jingle call: calls of this account use SIP\n");
      /* Anything but session-initiate (content-add) would slip a call into a session of another kind. */
      if (sid != NULL && purple_strequal (xmlnode_get_attrib (jingle, "action"), "session-initiate"))
        decline_jingle (gc, id, from, sid);
      else
        refuse (gc, id, from);
      return TRUE;
    }

  /* Google Talk's predecessor of Jingle knows nothing but calls. */
  if (xmlnode_get_child_with_namespace (packet, "session", NS_GOOGLE_SESSION) != NULL)
    {
      purple_debug_info ("cusax-xmpp", "refusing a Google session: calls of this account use SIP\n");
      refuse (gc, id, from);
      return TRUE;
    }
  return FALSE;
}

/* ------------------------------------------------------------ load, unload */

void
cusax_callfeatures_init (PurplePlugin *plugin)
{
  g_return_if_fail (our_plugin == NULL);
  our_plugin = plugin;

  /* A libpurple without voice and video has none of these in its list: adding them would advertise calls on plain
   * XMPP accounts. */
  replaced = purple_media_manager_get () != NULL;
  for (gsize i = 0; replaced && i < G_N_ELEMENTS (call_features); i++)
    jabber_add_feature (call_features[i].ns, on_feature_asked);

  /* libjabber's own handler, which writes to the socket, has the highest priority and so comes last. */
  purple_signal_connect (plugin, "jabber-sending-xmlnode", plugin, PURPLE_CALLBACK (on_sending_xmlnode), NULL);
  purple_signal_connect (plugin, "jabber-receiving-iq", plugin, PURPLE_CALLBACK (on_receiving_iq), NULL);
}

void
cusax_callfeatures_shutdown (void)
{
  if (our_plugin == NULL)
    return;

  purple_signal_disconnect (our_plugin, "jabber-receiving-iq", our_plugin, PURPLE_CALLBACK (on_receiving_iq));
  purple_signal_disconnect (our_plugin, "jabber-sending-xmlnode", our_plugin,
                            PURPLE_CALLBACK (on_sending_xmlnode));
  for (gsize i = 0; replaced && i < G_N_ELEMENTS (call_features); i++)
    jabber_add_feature (call_features[i].ns, call_features[i].original);
  replaced = FALSE;
  our_plugin = NULL;
}
