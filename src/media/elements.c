/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See elements.h. */
#include "elements.h"

#include <gst/gst.h>
#include <string.h>

struct _CusaxElements
{
  GPtrArray *codecs, *video_codecs;
  char *missing, *video_missing; /* of an empty list */
  char *hints;                   /* packages for what is left out of a list that is not empty */
  gboolean has_srtp;
};

typedef struct
{
  const char *element;
  const char *package;     /* that would help */
  const char *alternative; /* (nullable): an element that is as good */
} Need;

#define BASE "gstreamer1.0-plugins-base"
#define GOOD "gstreamer1.0-plugins-good"
#define UGLY "gstreamer1.0-plugins-ugly"
#define LIBAV "gstreamer1.0-libav"
#define X "gstreamer1.0-x"

/* Without these there is no call at all: what Farstream and libpurple's backend put together by name. */
static const Need always[] = {
  { "fsrtpconference", "libfarstream-0.2-5" },
  { "rtpbin", GOOD },
  { "udpsrc", GOOD },
  { "level", GOOD },
  { "volume", BASE },
  { "audioconvert", BASE },
  { "audioresample", BASE },
  { "liveadder", BASE },
};

/* The same for pictures. */
static const Need always_video[] = {
  { "videoconvert", BASE },
  { "videoscale", BASE },
  { "videorate", BASE },
  /* Without these Pidgin's window is looked for among all that draws anything anywhere, and DirectFB, which
   * gstreamer1.0-plugins-bad brings, takes Pidgin down with it. Pidgin's package does not ask for them. */
  { "ximagesink", X, "glimagesink" },
};

/* A format needs all four of its elements. A telephone-event is made by Farstream out of rtpdtmfsrc; received
 * ones are left out. */
static const struct
{
  const char *name;
  Need needs[4];
} formats[] = {
  { "opus", { { "opusenc", BASE }, { "opusdec", BASE }, { "rtpopuspay", GOOD }, { "rtpopusdepay", GOOD } } },
  { "PCMA", { { "alawenc", GOOD }, { "alawdec", GOOD }, { "rtppcmapay", GOOD }, { "rtppcmadepay", GOOD } } },
  { "PCMU", { { "mulawenc", GOOD }, { "mulawdec", GOOD }, { "rtppcmupay", GOOD }, { "rtppcmudepay", GOOD } } },
  { "G722", { { "avenc_g722", LIBAV }, { "avdec_g722", LIBAV }, { "rtpg722pay", GOOD }, { "rtpg722depay", GOOD } } },
  { "telephone-event", { { "rtpdtmfsrc", GOOD } } },
  { "VP8", { { "vp8enc", GOOD }, { "vp8dec", GOOD }, { "rtpvp8pay", GOOD }, { "rtpvp8depay", GOOD } } },
  { "H264",
    { { "x264enc", UGLY, "openh264enc" },
      { "avdec_h264", LIBAV, "openh264dec" },
      { "rtph264pay", GOOD },
      { "rtph264depay", GOOD } } },
};

static void
add_missing (GPtrArray *missing, const char *package)
{
  if (!g_ptr_array_find_with_equal_func (missing, package, g_str_equal, NULL))
    g_ptr_array_add (missing, (gpointer)package);
}

/* Returns: TRUE if all of @needs are there; what is not goes to @missing. */
static gboolean
has_all (const Need *needs, gsize length, CusaxElementsHas has, gpointer user_data, GPtrArray *missing)
{
  gboolean complete = TRUE;

  for (gsize i = 0; i < length && needs[i].element != NULL; i++)
    if (!has (needs[i].element, user_data) && (needs[i].alternative == NULL || !has (needs[i].alternative, user_data)))
      {
        add_missing (missing, needs[i].package);
        complete = FALSE;
      }
  return complete;
}

/* RFC 6184 section 6.2: in mode 0 a picture is cut into slices by the encoder. Of ours only this one takes a size of slices
 * (openh264enc a number); what is larger GStreamer's payloader would cut, which those who ask for mode 0 may not put together
 * again. Farstream takes it before others. */
#define SLICES "x264enc"

static gboolean
can_do (const CusaxCodec *codec, CusaxElementsHas has, gpointer user_data, GPtrArray *missing)
{
  if (cusax_codec_is_single_nal (codec) && !has (SLICES, user_data))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_ascii_strcasecmp (formats[i].name, codec->name) == 0)
      return has_all (formats[i].needs, G_N_ELEMENTS (formats[i].needs), has, user_data, missing);
  return FALSE;
}

/* A telephone-event clock that no voice format is left for would only confuse (RFC 4733 section 2.1). */
static gboolean
has_voice_at (const GPtrArray *codecs, guint clock_rate)
{
  for (guint i = 0; i < codecs->len; i++)
    {
      const CusaxCodec *codec = codecs->pdata[i];

      if (!cusax_codec_is_auxiliary (codec) && codec->clock_rate == clock_rate)
        return TRUE;
    }
  return FALSE;
}

/* What of @policy is left, and, in @missing, which packages would help with the rest. */
static GPtrArray *
list_codecs (const GPtrArray *policy, CusaxElementsHas has, gpointer user_data, GPtrArray *missing)
{
  GPtrArray *codecs = cusax_codecs_new ();

  for (guint i = 0; i < policy->len; i++)
    {
      const CusaxCodec *codec = policy->pdata[i];

      if (can_do (codec, has, user_data, missing)
          && (!cusax_codec_is_auxiliary (codec) || has_voice_at (codecs, codec->clock_rate)))
        g_ptr_array_add (codecs, cusax_codec_copy (codec));
    }
  return codecs;
}

/* (nullable): NULL if there is none */
static char *
join_packages (GPtrArray *missing)
{
  char *text = NULL;

  g_ptr_array_add (missing, NULL);
  if (missing->len > 1)
    text = g_strjoinv (", ", (char **) missing->pdata);
  g_ptr_array_set_size (missing, missing->len - 1);
  return text;
}

CusaxElements *
cusax_elements_new_with (CusaxElementsHas has, gpointer user_data)
{
  CusaxElements *elements = g_new0 (CusaxElements, 1);
  g_autoptr (GPtrArray) policy = cusax_codecs_policy ();
  g_autoptr (GPtrArray) video_policy = cusax_codecs_video_policy ();
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();
  g_autoptr (GPtrArray) video_missing = g_ptr_array_new ();
  gboolean can_call = has_all (always, G_N_ELEMENTS (always), has, user_data, missing);
  gboolean can_show = has_all (always_video, G_N_ELEMENTS (always_video), has, user_data, video_missing) && can_call;

  elements->has_srtp = has ("srtpenc", user_data) && has ("srtpdec", user_data);
  if (!can_call)
    g_ptr_array_set_size (policy, 0);
  if (!can_show)
    g_ptr_array_set_size (video_policy, 0);
  elements->codecs = list_codecs (policy, has, user_data, missing);
  elements->video_codecs = list_codecs (video_policy, has, user_data, video_missing);

  if (elements->codecs->len == 0)
    elements->missing = join_packages (missing);
  if (elements->video_codecs->len == 0)
    elements->video_missing = join_packages (can_call ? video_missing : missing);
  for (guint i = 0; i < video_missing->len; i++)
    add_missing (missing, video_missing->pdata[i]);
  elements->hints = join_packages (missing);
  return elements;
}

static gboolean
has_factory (const char *name, gpointer user_data)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

static gboolean
has_nothing (const char *name, gpointer user_data)
{
  return FALSE;
}

CusaxElements *
cusax_elements_new (void)
{
  g_autoptr (GError) error = NULL;

  /* libpurple has started GStreamer with its media manager; if that failed, so does this, and says why. */
  if (!gst_init_check (NULL, NULL, &error))
    {
      g_warning ("GStreamer does not start: %s", error != NULL ? error->message : "no reason given");
      return cusax_elements_new_with (has_nothing, NULL);
    }
  return cusax_elements_new_with (has_factory, NULL);
}

void
cusax_elements_free (CusaxElements *elements)
{
  if (elements == NULL)
    return;
  g_ptr_array_unref (elements->codecs);
  g_ptr_array_unref (elements->video_codecs);
  g_free (elements->missing);
  g_free (elements->video_missing);
  g_free (elements->hints);
  g_free (elements);
}

const GPtrArray *
cusax_elements_get_codecs (const CusaxElements *elements, const char **missing)
{
  if (missing != NULL)
    *missing = elements->missing;
  return elements->codecs;
}

const GPtrArray *
cusax_elements_get_video_codecs (const CusaxElements *elements, const char **missing)
{
  if (missing != NULL)
    *missing = elements->video_missing;
  return elements->video_codecs;
}

const char *
cusax_elements_get_hints (const CusaxElements *elements)
{
  return elements->hints;
}

gboolean
cusax_elements_have_srtp (const CusaxElements *elements)
{
  return elements->has_srtp;
}

char *
cusax_elements_get_version (void)
{
  return gst_version_string ();
}
