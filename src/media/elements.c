/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See elements.h. */
#include "elements.h"

#include <gst/gst.h>
#include <string.h>

struct _CusaxElements
{
  GPtrArray *codecs;
  char *missing;
  gboolean has_srtp;
};

typedef struct
{
  const char *element;
  const char *package;
} Need;

#define BASE "gstreamer1.0-plugins-base"
#define GOOD "gstreamer1.0-plugins-good"

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
  { "telephone-event", { { "rtpdtmfsrc", GOOD } } },
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
    if (!has (needs[i].element, user_data))
      {
        add_missing (missing, needs[i].package);
        complete = FALSE;
      }
  return complete;
}

static gboolean
can_do (const CusaxCodec *codec, CusaxElementsHas has, gpointer user_data, GPtrArray *missing)
{
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

CusaxElements *
cusax_elements_new_with (CusaxElementsHas has, gpointer user_data)
{
  CusaxElements *elements = g_new0 (CusaxElements, 1);
  g_autoptr (GPtrArray) policy = cusax_codecs_policy ();
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();

  elements->codecs = cusax_codecs_new ();
  elements->has_srtp = has ("srtpenc", user_data) && has ("srtpdec", user_data);

  if (has_all (always, G_N_ELEMENTS (always), has, user_data, missing))
    for (guint i = 0; i < policy->len; i++)
      {
        const CusaxCodec *codec = policy->pdata[i];

        if (can_do (codec, has, user_data, missing)
            && (!cusax_codec_is_auxiliary (codec) || has_voice_at (elements->codecs, codec->clock_rate)))
          g_ptr_array_add (elements->codecs, cusax_codec_copy (codec));
      }

  if (elements->codecs->len == 0)
    {
      g_ptr_array_add (missing, NULL);
      elements->missing = g_strjoinv (", ", (char **)missing->pdata);
    }
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
  g_free (elements->missing);
  g_free (elements);
}

const GPtrArray *
cusax_elements_get_codecs (const CusaxElements *elements, const char **missing)
{
  if (missing != NULL)
    *missing = elements->missing;
  return elements->codecs;
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
