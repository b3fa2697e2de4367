/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See warmup.h. */
#include "warmup.h"

#include <gst/gst.h>

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* its GParameter */
#include <farstream/fs-conference.h>
G_GNUC_END_IGNORE_DEPRECATIONS

struct _CusaxWarmup
{
  GThread *thread;
  gint is_cut; /* atomic */
  GstElement *pipeline; /* both are the thread's until it has ended */
  FsSession *session, *video;
  gboolean with_video;
};

/* What a call is made of; those of formats come by Farstream's own look. */
static const char *const elements[] = {
  "rtpbin",       "rtpjitterbuffer", "srtpenc",       "srtpdec",   "udpsrc",    "udpsink",      "multiudpsink",
  "audioconvert", "audioresample",   "volume",        "level",     "valve",     "liveadder",    "tee",
  "funnel",       "queue",           "capsfilter",    "opusenc",   "opusdec",   "rtpopuspay",   "rtpopusdepay",
  "alawenc",      "alawdec",         "rtppcmapay",    "mulawenc",  "mulawdec",  "rtpdtmfsrc",   "dtmfsrc",
  "pulsesrc",     "pulsesink",       "autoaudiosink", "avenc_g722", "avdec_g722", "rtpg722pay", "rtpg722depay",
};

static void
load_elements (CusaxWarmup *warmup)
{
  for (gsize i = 0; i < G_N_ELEMENTS (elements) && !g_atomic_int_get (&warmup->is_cut); i++)
    {
      g_autoptr (GstElementFactory) factory = gst_element_factory_find (elements[i]);
      g_autoptr (GstPluginFeature) feature = factory != NULL ? gst_plugin_feature_load (GST_PLUGIN_FEATURE (factory)) : NULL;
    }
}

/* What it found it forgets with the last session of a conference: this one stays, as an entry in a list. */
static void
look_at_formats (CusaxWarmup *warmup)
{
  GstElement *conference = gst_element_factory_make ("fsrtpconference", NULL);

  if (conference == NULL)
    return;
  warmup->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  gst_bin_add (GST_BIN (warmup->pipeline), conference);
  warmup->session = fs_conference_new_session (FS_CONFERENCE (conference), FS_MEDIA_TYPE_AUDIO, NULL);
  if (warmup->with_video && !g_atomic_int_get (&warmup->is_cut))
    warmup->video = fs_conference_new_session (FS_CONFERENCE (conference), FS_MEDIA_TYPE_VIDEO, NULL);
}

static gpointer
warm_up (gpointer data)
{
  CusaxWarmup *warmup = data;

  load_elements (warmup);
  if (!g_atomic_int_get (&warmup->is_cut))
    look_at_formats (warmup);
  return NULL;
}

CusaxWarmup *
cusax_warmup_new (gboolean with_video)
{
  CusaxWarmup *warmup = g_new0 (CusaxWarmup, 1);

  warmup->with_video = with_video;
  warmup->thread = g_thread_try_new ("cusax-warmup", warm_up, warmup, NULL);
  return warmup;
}

static void
give_up (FsSession **session)
{
  if (*session != NULL)
    fs_session_destroy (*session);
  g_clear_object (session);
}

void
cusax_warmup_free (CusaxWarmup *warmup)
{
  if (warmup == NULL)
    return;
  g_atomic_int_set (&warmup->is_cut, TRUE);
  if (warmup->thread != NULL)
    g_thread_join (warmup->thread);
  give_up (&warmup->session);
  give_up (&warmup->video);
  if (warmup->pipeline != NULL)
    gst_element_set_state (warmup->pipeline, GST_STATE_NULL);
  g_clear_object (&warmup->pipeline);
  g_free (warmup);
}
