/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls as a user interface makes them, and the sound around them. See commands.h. */
#include "command-table.h"

#include "audio.h"
#include "events.h"
#include "lookup.h"
#include "picture.h"
#include "uiops.h"

#include <purple.h>
#include <string.h>

static gboolean
call (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);
  PurpleMediaSessionType type = PURPLE_MEDIA_AUDIO;

  if (account == NULL)
    return FALSE;
  if (args[1] != NULL && strcmp (args[1], "video") == 0)
    type |= PURPLE_MEDIA_VIDEO;
  return purple_prpl_initiate_media (account, args[0], type)
         || host_command_fail (error, "initiate_media said no");
}

static gboolean
caps (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);
  PurpleMediaCaps value;

  if (account == NULL)
    return FALSE;
  value = purple_prpl_get_media_caps (account, args[0]);
  host_event ("caps", "who", args[0], "value", host_number (value), "audio",
              value & PURPLE_MEDIA_CAPS_AUDIO ? "true" : "false", "video",
              value & PURPLE_MEDIA_CAPS_VIDEO ? "true" : "false", NULL);
  return TRUE;
}

static void
list_media (void)
{
  GList *all = purple_media_manager_get_media (purple_media_manager_get ());

  for (GList *m = all; m != NULL; m = m->next)
    {
      GList *sessions = purple_media_get_session_ids (m->data);
      const char *session = sessions != NULL ? sessions->data : NULL;
      GList *codecs = session != NULL ? purple_media_get_codecs (m->data, session) : NULL;

      for (GList *c = codecs; c != NULL; c = c->next)
        {
          g_autofree char *text = purple_media_codec_to_string (c->data);

          host_event ("media-codec", "id", host_number (host_media_number (m->data)), "codec", text, NULL);
        }
      host_event ("media", "id", host_number (host_media_number (m->data)), "session", session, "accepted",
                  purple_media_accepted (m->data, NULL, NULL) ? "true" : "false", NULL);
      purple_media_codec_list_free (codecs);
      g_list_free (sessions);
    }
  host_event ("media-list", "count", host_number (g_list_length (all)), NULL);
}

static gboolean
media (char **args, GError **error)
{
  static const struct
  {
    const char *name;
    PurpleMediaInfoType type;
  } infos[] = {
    { "hangup", PURPLE_MEDIA_INFO_HANGUP }, { "reject", PURPLE_MEDIA_INFO_REJECT },
    { "accept", PURPLE_MEDIA_INFO_ACCEPT }, { "hold", PURPLE_MEDIA_INFO_HOLD },
    { "unhold", PURPLE_MEDIA_INFO_UNHOLD }, { "mute", PURPLE_MEDIA_INFO_MUTE },
    { "unmute", PURPLE_MEDIA_INFO_UNMUTE },
  };
  PurpleMedia *found;

  if (strcmp (args[0], "list") == 0)
    {
      list_media ();
      return TRUE;
    }
  found = host_lookup_media (args[1], error);
  if (found == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (infos); i++)
    if (strcmp (args[0], infos[i].name) == 0)
      {
        purple_media_stream_info (found, infos[i].type, NULL, NULL, TRUE);
        return TRUE;
      }
  return host_command_fail (error, "media list|hangup|reject|accept|hold|unhold|mute|unmute [N]");
}

static gboolean
dtmf (char **args, GError **error)
{
  PurpleMedia *found = host_lookup_media (NULL, error);
  GList *sessions = found != NULL ? purple_media_get_session_ids (found) : NULL;
  gboolean sent = TRUE;

  if (found == NULL)
    return FALSE;
  for (const char *digit = args[0]; *digit != '\0' && sessions != NULL; digit++)
    sent = purple_media_send_dtmf (found, sessions->data, *digit, 25, 50) && sent;
  g_list_free (sessions);
  return sent || host_command_fail (error, "not sent");
}

static gboolean
tone (char **args, GError **error)
{
  host_audio_set_tone (g_ascii_strtod (args[0], NULL));
  return TRUE;
}

/* How loud all microphones are from now on: 0 to 1. */
static gboolean
speak (char **args, GError **error)
{
  host_audio_speak (g_ascii_strtod (args[0], NULL));
  return TRUE;
}

/* When the first sound since speak left a microphone here, and came out of the loudspeakers for somebody (monotonic
 * microseconds; 0: not yet). */
static gboolean
heard (char **args, GError **error)
{
  host_event ("heard", "who", args[0], "spoken", host_number (host_audio_get_spoken ()), "at",
              host_number (host_audio_get_heard (args[0])), NULL);
  return TRUE;
}

static gboolean
sink (char **args, GError **error)
{
  HostSink kind = HOST_SINK_WAV;

  if (strcmp (args[0], "broken") == 0)
    kind = HOST_SINK_BROKEN;
  else if (strcmp (args[0], "failing") == 0)
    kind = HOST_SINK_FAILING;
  else if (strcmp (args[0], "slow") == 0)
    kind = HOST_SINK_SLOW;
  else if (strcmp (args[0], "wav") != 0)
    return host_command_fail (error, "sink wav|broken|failing|slow");
  host_audio_set_sink_of (NULL, kind);
  return TRUE;
}

/* From now on this user interface has pictures, and a camera that shows this colour. */
static gboolean
camera (char **args, GError **error)
{
  guint64 colour;

  if (!g_ascii_string_to_unsigned (args[0], 16, 0, 0xffffff, &colour, error))
    return FALSE;
  host_picture_init (TRUE);
  host_picture_set_colour ((guint32) colour);
  return TRUE;
}

static gboolean
seen (char **args, GError **error)
{
  HostPicture picture = { 0 };
  g_autofree char *colour = NULL;

  if (!host_picture_is_on ())
    return host_command_fail (error, "no camera");
  host_picture_get (args[0], &picture);
  colour = g_strdup_printf ("%06x", picture.colour);
  host_event ("seen", "who", args[0], "count", host_number (picture.count), "colour", colour, "width",
              host_number ((guint) picture.width), "height", host_number ((guint) picture.height), NULL);
  return TRUE;
}

const HostCommand host_commands_calls[] = {
  { "call", 1, call },
  { "caps", 1, caps },
  { "media", 1, media },
  { "dtmf", 1, dtmf },
  { "tone", 1, tone },
  { "camera", 1, camera },
  { "seen", 1, seen },
  { "sink", 1, sink },
  { "speak", 1, speak },
  { "heard", 1, heard },
  { NULL, 0, NULL },
};
