/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The insides of a media session, shared by the files that are one: session.c (life and what a call asks for),
 * session-video.c (its picture), session-bus.c (signals of PurpleMedia and of GStreamer's bus), session-farstream.c (which
 * messages of Farstream reach libpurple), session-devices.c (a call goes on without microphone or loudspeaker), session-news.c (what the listener is told), and session-port.c (the port that
 * opens them).
 */
#pragma once

#include "devices.h"
#include "elements.h"
#include "finch.h"
#include "guard.h"
#include "keyframes.h"
#include "keypad.h"
#include "microphone.h"
#include "mixer.h"
#include "pidginwindow.h"
#include "session.h"
#include "stream.h"
#include "warmup.h"

#include <gst/gst.h>
#include <media.h>

G_BEGIN_DECLS

/** CusaxSessionPort: of one account. */
typedef struct
{
  CusaxMediaPort port;
  PurpleAccount *account;
  CusaxElements *elements; /* NULL until asked for */
  CusaxWarmup *warmup;
  GPtrArray *no_codecs;    /* empty */
  char *video_missing;     /* (nullable): why there are no formats for pictures */
  CusaxDevices *devices;   /* being tried */
  CusaxMediaProbeDone probe_done;
  gpointer probe_data;
} CusaxSessionPort;

/** CusaxSessionVideo: the picture of a call. */
typedef struct
{
  gboolean is_open, has_camera;
  guint16 leg_rtp_port, leg_rtcp_port;
  CusaxMicrophone *camera; /* NULL without */
  CusaxGuard *guard;       /* from when Farstream's stream is known */
  GstPad *plug;            /* (nullable): in place of a camera */
  GPtrArray *codecs;       /* NULL until agreed */
  guint bandwidth;
  CusaxDirection direction;
  gboolean is_told, reaches; /* Farstream knows the formats, and whereto */
} CusaxSessionVideo;

/** CusaxSessionStreams: Farstream's streams of pictures, by their messages, which come in any thread. */
typedef struct
{
  GMutex mutex;
  gboolean is_open;
  FsStream *live; /* borrowed, to compare; NULL: not known yet */
  GPtrArray *dead; /* GWeakRef: ended, but messages of it may be on the way */
} CusaxSessionStreams;

typedef struct _CusaxFlow CusaxFlow;

/** CusaxSessionDevices: microphone and loudspeaker, and whether they have failed in mid-call. */
typedef struct
{
  CusaxFlow *microphone, *speaker;
  GstPad *source_pad; /* (nullable): of the microphone, from the answer on */
  gulong source_probe;
  GstPad *before_speaker; /* (nullable): what played into one that is gone */
  gboolean microphone_failed, speaker_failed;
  gboolean is_trying; /* to open a loudspeaker */
  guint tick_source, ticks;
} CusaxSessionDevices;

/** CusaxSession: one call. */
typedef struct
{
  CusaxMediaSession session;
  CusaxSessionPort *port;
  CusaxMediaListener listener;
  gpointer user_data;
  gboolean cut; /* the listener is gone */

  char *who;
  guint16 leg_rtp_port, leg_rtcp_port;
  GPtrArray *offered; /* NULL when the other side called */
  CusaxSessionVideo video;
  CusaxSessionStreams streams;
  CusaxKeyframes *keyframes;

  PurpleMedia *media; /* a reference of ours */
  GObject *backend;   /* of @media */
  GstBus *bus;
  GstElement *conference; /* the bin of this call in the shared pipeline */
  gboolean backend_blocked;
  gboolean goes_on; /* the error that is on the bus ends nothing */
  CusaxSessionDevices devices;
  CusaxGuard *guard; /* from the first local candidate until the end is near */
  gboolean guard_done;
  CusaxMicrophone *microphone;
  CusaxFinch *finch;
  CusaxPidginWindow *window;
  CusaxMixer *mixer; /* from when libpurple's elements are there */
  gboolean reaches;    /* Farstream knows whereto */
  gboolean has_events; /* the other side takes telephone-events beside the format that is sent */
  gboolean accepted, held, muted;
  gboolean media_ended; /* libpurple has ended it: not ours to end any more */
  gboolean applying;    /* we are telling PurpleMedia, so its signals are no news */

  guint settle_source; /* until the loudspeaker plays */
  guint settle_left;

  /* What the listener is to be told from the main loop. */
  guint news_source;
  gboolean news_leg, news_hang_up, news_hold, news_muted, news_video_leg, news_keyframe;
  GString *news_digits;
  GError *news_error, *news_video_error;
  gboolean news_microphone, news_speaker;
  GError *microphone_error, *speaker_error; /* (nullable): of that news; NULL: it works again */
  gboolean only_ours;      /* news_video_error is the camera's */
  gboolean error_from_bus; /* news_error is GStreamer's own text */
} CusaxSession;

/* session.c */
/* As the port's open. */
CusaxMediaSession *cusax_session_open (CusaxSessionPort *port, const char *who, gboolean outgoing,
                                       const CusaxLeg *leg, const CusaxMediaListener *listener,
                                       gpointer user_data, GError **error);
void cusax_session_release (CusaxSession *self);

/* session-video.c */
gboolean cusax_session_video_add (CusaxMediaSession *session, const CusaxLeg *leg, gboolean send, GError **error);
void cusax_session_video_remove (CusaxMediaSession *session);
void cusax_session_video_set_remote (CusaxMediaSession *session, const GPtrArray *codecs, guint bandwidth);
void cusax_session_video_set_direction (CusaxMediaSession *session, CusaxDirection direction);
void cusax_session_video_send_keyframe (CusaxMediaSession *session);
/* The call was accepted, held or let go: camera and stream do what that means. */
void cusax_session_video_update (CusaxSession *self);
/* Before the end of the whole call: lets go of what is ours. */
void cusax_session_video_clear (CusaxSession *self);

/* session-farstream.c */
void cusax_session_farstream_init (CusaxSession *self);
void cusax_session_farstream_clear (CusaxSession *self);
void cusax_session_farstream_watch (CusaxSession *self);
/* A picture is about to be added, or has just been ended. */
void cusax_session_farstream_set_video (CusaxSession *self, gboolean is_open);
/* Farstream's stream of the picture may be known by now. */
void cusax_session_farstream_take_video (CusaxSession *self);

/* session-news.c */
/* Something was noted in @self: the listener hears of it from the main loop. */
void cusax_session_news_tell (CusaxSession *self);
/* A digit of the window's keypad. */
void cusax_session_news_tell_digit (CusaxSession *self, char digit);
/* The first one tells most: what follows are consequences. */
void cusax_session_news_tell_error (CusaxSession *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* As above, of the picture alone; @only_ours: of the camera. */
void cusax_session_news_tell_video_error (CusaxSession *self, gboolean only_ours, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* The microphone or the loudspeaker: @error (nullable): NULL: it works again. */
void cusax_session_news_tell_device (CusaxSession *self, gboolean is_microphone, const GError *error);

/* session-devices.c */
void cusax_session_devices_init (CusaxSession *self);
void cusax_session_devices_clear (CusaxSession *self);
/* When the conference is there, and when the microphone is about to open. */
void cusax_session_devices_watch_speaker (CusaxSession *self);
void cusax_session_devices_watch_microphone (CusaxSession *self);
/* @source: of an error. Whether the call goes on, and the device is tried again: it has worked in this call. */
gboolean cusax_session_devices_can_do_without (CusaxSession *self, GstObject *source, gboolean is_microphone);
/* Only if it can do without. */
void cusax_session_devices_fail (CusaxSession *self, GstObject *source, gboolean is_microphone, const GError *error);

/* session-bus.c */
/* Before the stream is added, which is when the backend starts to listen to the bus. */
void cusax_session_bus_watch (CusaxSession *self);
void cusax_session_bus_unwatch (CusaxSession *self);
/* Before libpurple ends the media. */
void cusax_session_bus_prepare_end (CusaxSession *self);

/* session-port.c */
/* The port's can_open */
gboolean cusax_session_port_can_open (CusaxMediaPort *port, const char *who, GError **error);
/* (transfer none): what of pictures this machine can do, with a camera or without */
const GPtrArray *cusax_session_port_get_video_formats (CusaxSessionPort *self);

G_END_DECLS
