/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See mixer.h. */
#include "mixer.h"

#include "crossfeed.h"
#include "error.h"
#include "stream.h"

#include <media-gst.h>

/* One direction of a call. Belongs to its probe too, which may run in a streaming thread while it is removed.
 */
typedef struct
{
  GMutex mutex;     /* of @feeds; a thread that streams holds it for one buffer */
  GPtrArray *feeds; /* CusaxCrossfeed: where it goes to, or comes from */
  gint is_held;     /* atomic */

  /* The streaming thread's own. */
  GstCaps *caps;
  CusaxPcm pcm; /* of @caps, if @is_pcm */
  gboolean is_pcm;
  float *sum;
  gsize sum_size; /* samples */

  /* The main thread's own. */
  GstPad *pad; /* NULL: not probed */
  gulong probe;
} Lane;

struct _CusaxMixer
{
  PurpleMedia *media;
  GstElement *conference;
  char *who;
  gboolean is_held;
  gulong state_changed;
  Lane *received, *sent; /* NULL: not joined */
  GstElement *valve;     /* libpurple's, on the way out */
  gulong valve_dropped;
  GHashTable *heard; /* CusaxMixer (borrowed) -> CusaxCrossfeed: what comes from that one to us */
};

#define FRAMES_MAX 192000 /* in one buffer of a microphone */

/* ---------------------------------------------------------------------------------- lanes */

static Lane *
lane_new (void)
{
  Lane *lane = g_atomic_rc_box_new0 (Lane);

  g_mutex_init (&lane->mutex);
  lane->feeds = g_ptr_array_new_with_free_func (cusax_crossfeed_unref);
  return lane;
}

static void
lane_clear (gpointer data)
{
  Lane *lane = data;

  g_ptr_array_unref (lane->feeds);
  gst_clear_caps (&lane->caps);
  g_free (lane->sum);
  g_mutex_clear (&lane->mutex);
}

static void
lane_unref (gpointer lane)
{
  g_atomic_rc_box_release_full (lane, lane_clear);
}

static void
lane_add (Lane *lane, CusaxCrossfeed *feed)
{
  g_mutex_lock (&lane->mutex);
  g_ptr_array_add (lane->feeds, cusax_crossfeed_ref (feed));
  g_mutex_unlock (&lane->mutex);
}

static void
lane_remove (Lane *lane, CusaxCrossfeed *feed)
{
  g_mutex_lock (&lane->mutex);
  g_ptr_array_remove (lane->feeds, feed);
  g_mutex_unlock (&lane->mutex);
}

static void
lane_watch (Lane *lane, GstPad *pad, GstPadProbeCallback callback)
{
  lane->pad = gst_object_ref (pad);
  lane->probe
    = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, g_atomic_rc_box_acquire (lane), lane_unref);
}

/* A probe that runs now ends when it ends; it has a reference of its own. */
static void
lane_free (Lane *lane)
{
  if (lane->pad != NULL)
    gst_pad_remove_probe (lane->pad, lane->probe);
  g_clear_object (&lane->pad);
  lane_unref (lane);
}

/* Streaming thread. Returns: whether the lane's sound is PCM. */
static gboolean
lane_follow_caps (Lane *lane, GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (caps != lane->caps)
    {
      gst_caps_replace (&lane->caps, caps);
      lane->is_pcm = cusax_pcm_from_caps (&lane->pcm, caps);
    }
  return lane->is_pcm;
}

/* ------------------------------------------------------------- probes, in streaming threads */

/* What the far end says, on its way to our loudspeaker. */
static GstPadProbeReturn
on_received (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Lane *lane = user_data;

  if (g_atomic_int_get (&lane->is_held) || !lane_follow_caps (lane, pad))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&lane->mutex);
  for (guint i = 0; i < lane->feeds->len; i++)
    cusax_crossfeed_write (lane->feeds->pdata[i], lane->caps, GST_PAD_PROBE_INFO_BUFFER (info));
  g_mutex_unlock (&lane->mutex);
  return GST_PAD_PROBE_OK;
}

/* Returns: whether lane->sum has something to add to the @frames frames that we send. */
static gboolean
gather (Lane *lane, gsize frames)
{
  gsize samples = frames * lane->pcm.channels;
  gboolean found = FALSE;

  if (lane->sum_size < samples)
    {
      lane->sum = g_renew (float, lane->sum, samples);
      lane->sum_size = samples;
    }
  for (gsize i = 0; i < samples; i++)
    lane->sum[i] = 0;
  g_mutex_lock (&lane->mutex);
  for (guint i = 0; i < lane->feeds->len; i++)
    found |= cusax_crossfeed_read (lane->feeds->pdata[i], lane->caps, &lane->pcm, frames, lane->sum);
  g_mutex_unlock (&lane->mutex);
  return found;
}

/* What we say, on its way to Farstream. All calls have the same microphone's buffers: the copy is what changes.
 */
static GstPadProbeReturn
on_sent (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Lane *lane = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstMapInfo map;
  gsize frames;

  if (!lane_follow_caps (lane, pad))
    return GST_PAD_PROBE_OK;
  frames = gst_buffer_get_size (buffer) / lane->pcm.frame_size;
  if (frames == 0 || frames > FRAMES_MAX || !gather (lane, frames))
    return GST_PAD_PROBE_OK;
  buffer = gst_buffer_make_writable (buffer);
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_GAP);
  if (gst_buffer_map (buffer, &map, GST_MAP_READWRITE))
    {
      cusax_pcm_add (&lane->pcm, map.data, frames, lane->sum);
      gst_buffer_unmap (buffer, &map);
    }
  return GST_PAD_PROBE_OK;
}

/* -------------------------------------------------------------------------- a call's place */

/* Silence suppression, if a person has switched it on, shuts the valve when the microphone is silent; the
 * others are not. */
static void
on_valve_dropped (GstElement *valve, GParamSpec *property, gpointer unused)
{
  gboolean dropped;

  g_object_get (valve, "drop", &dropped, NULL);
  if (dropped)
    g_object_set (valve, "drop", FALSE, NULL);
}

/* Behind the meter of our voice stands the valve, and then the conference. */
static GstElement *
find_valve (CusaxMixer *mixer)
{
  g_autoptr (GstElement) level
    = gst_bin_get_by_name (GST_BIN (mixer->conference), "sendlevel_" CUSAX_STREAM_SESSION);
  g_autoptr (GstPad) src = level != NULL ? gst_element_get_static_pad (level, "src") : NULL;
  g_autoptr (GstPad) sink = src != NULL ? gst_pad_get_peer (src) : NULL;
  g_autoptr (GstElement) valve = sink != NULL ? gst_pad_get_parent_element (sink) : NULL;

  if (valve == NULL || g_object_class_find_property (G_OBJECT_GET_CLASS (valve), "drop") == NULL)
    return NULL;
  return g_steal_pointer (&valve);
}

/* The elements of what is received come with the first packet. */
static void
watch_received (CusaxMixer *mixer)
{
  GstElement *tee = purple_media_get_tee (mixer->media, CUSAX_STREAM_SESSION, mixer->who);
  g_autoptr (GstPad) pad = tee != NULL ? gst_element_get_static_pad (tee, "sink") : NULL;

  if (pad != NULL)
    lane_watch (mixer->received, pad, on_received);
}

static void
on_state_changed (PurpleMedia *media, PurpleMediaState state, const char *session, const char *who,
                  CusaxMixer *mixer)
{
  if (state == PURPLE_MEDIA_STATE_CONNECTED && mixer->received != NULL && mixer->received->pad == NULL)
    watch_received (mixer);
}

static gboolean
enter (CusaxMixer *mixer, GError **error)
{
  g_autoptr (GstElement) valve = NULL;
  g_autoptr (GstPad) pad = NULL;

  if (mixer->sent != NULL)
    return TRUE;
  valve = find_valve (mixer);
  pad = valve != NULL ? gst_element_get_static_pad (valve, "src") : NULL;
  if (pad == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA,
                           "this version of libpurple is not known to mix calls");
      return FALSE;
    }
  mixer->sent = lane_new ();
  lane_watch (mixer->sent, pad, on_sent);
  mixer->received = lane_new ();
  g_atomic_int_set (&mixer->received->is_held, mixer->is_held);
  watch_received (mixer);
  mixer->valve_dropped = g_signal_connect (valve, "notify::drop", G_CALLBACK (on_valve_dropped), NULL);
  mixer->valve = g_steal_pointer (&valve);
  return TRUE;
}

static void
leave (CusaxMixer *mixer)
{
  if (mixer->valve != NULL)
    g_clear_signal_handler (&mixer->valve_dropped, mixer->valve);
  g_clear_object (&mixer->valve);
  g_clear_pointer (&mixer->sent, lane_free);
  g_clear_pointer (&mixer->received, lane_free);
}

CusaxMixer *
cusax_mixer_new (PurpleMedia *media, GstElement *conference, const char *who)
{
  CusaxMixer *mixer = g_new0 (CusaxMixer, 1);

  mixer->media = g_object_ref (media);
  mixer->conference = gst_object_ref (conference);
  mixer->who = g_strdup (who);
  mixer->heard = g_hash_table_new_full (NULL, NULL, NULL, cusax_crossfeed_unref);
  mixer->state_changed = g_signal_connect (media, "state-changed", G_CALLBACK (on_state_changed), mixer);
  return mixer;
}

void
cusax_mixer_free (CusaxMixer *mixer)
{
  if (mixer == NULL)
    return;
  cusax_mixer_part (mixer);
  g_clear_signal_handler (&mixer->state_changed, mixer->media);
  g_hash_table_unref (mixer->heard);
  g_clear_object (&mixer->conference);
  g_clear_object (&mixer->media);
  g_free (mixer->who);
  g_free (mixer);
}

/* ------------------------------------------------------------------------------ conferences */

/* From now on @hearer's far end hears @speaker's. */
static void
start_hearing (CusaxMixer *hearer, CusaxMixer *speaker)
{
  CusaxCrossfeed *feed = cusax_crossfeed_new ();

  g_hash_table_insert (hearer->heard, speaker, feed);
  lane_add (speaker->received, feed);
  lane_add (hearer->sent, feed);
}

static void
stop_hearing (CusaxMixer *hearer, CusaxMixer *speaker)
{
  CusaxCrossfeed *feed = g_hash_table_lookup (hearer->heard, speaker);
  CusaxCrossfeedCount count;

  cusax_crossfeed_get_count (feed, &count);
  g_info ("%s no longer hears %s: delay %u ms, %u gaps, %u skips", hearer->who, speaker->who, count.delay_ms,
          count.gaps, count.skips);
  lane_remove (hearer->sent, feed);
  lane_remove (speaker->received, feed);
  g_hash_table_remove (hearer->heard, speaker);
}

gboolean
cusax_mixer_join (CusaxMixer *mixer, CusaxMixer *other, GError **error)
{
  if (mixer == other || g_hash_table_contains (mixer->heard, other))
    return TRUE;
  if (!enter (mixer, error) || !enter (other, error))
    {
      if (g_hash_table_size (mixer->heard) == 0)
        leave (mixer);
      return FALSE;
    }
  start_hearing (mixer, other);
  start_hearing (other, mixer);
  g_info ("%s and %s hear each other", mixer->who, other->who);
  return TRUE;
}

void
cusax_mixer_part (CusaxMixer *mixer)
{
  g_autoptr (GList) others = mixer != NULL ? g_hash_table_get_keys (mixer->heard) : NULL;

  if (mixer == NULL)
    return;
  for (GList *o = others; o != NULL; o = o->next)
    {
      CusaxMixer *other = o->data;

      stop_hearing (mixer, other);
      stop_hearing (other, mixer);
      if (g_hash_table_size (other->heard) == 0)
        leave (other);
    }
  leave (mixer);
}

void
cusax_mixer_set_held (CusaxMixer *mixer, gboolean held)
{
  if (mixer == NULL)
    return;
  mixer->is_held = held;
  if (mixer->received != NULL)
    g_atomic_int_set (&mixer->received->is_held, held);
}
