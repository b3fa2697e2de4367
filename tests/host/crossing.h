/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two media sessions that talk to each other, for tests: in place of two transports, their legs are crossed by
 * a forwarder of plain sockets. Each leg is told the other's keys, so packets pass as they are; only
 * telephone-events are looked into, where a test asks for it.
 * Counts what it sees and notes what the sessions report.
 */
#pragma once

#include "ports.h"

#include <glib.h>

G_BEGIN_DECLS

/** CrossingEnd: one of the two, with all that is worth checking. */
typedef struct _CrossingEnd
{
  const char *who; /* the other side, as libpurple names it */
  CusaxLeg leg;
  int rtp_fd, rtcp_fd;
  guint rtp_source, rtcp_source;
  guint16 session_rtp, session_rtcp; /* where the session listens; 0 before on_leg_ready */
  CusaxMediaSession *session;
  struct _CrossingEnd *peer;

  guint packets;                          /* RTP that the session sent */
  guint strange;                          /* of those: not with the SSRC of the leg */
  guint payload_type;                     /* of the last one that was no telephone-event */
  guint16 sequence;                       /* of the last one */
  guint32 timestamp;
  guint step;                             /* of the timestamp, between the last two that follow each other */
  guint wanted_step;                      /* a test's own note */
  guint same_steps;                       /* how often it was the same, in a row */
  guint event_type;                       /* payload type of telephone-events; 0: not looked for */
  GString *events;                        /* what they said: "12#" */
  gpointer srtp;                          /* reads them */
  guint32 event_timestamp;                /* of the last one */
  guint event_ended;                      /* packets of it with the E bit */
  guint event_duration;                   /* of it, in its clock */
  GString *pressed;                       /* the window's keypad */
  gint64 opened, leg_ready, first_packet; /* monotonic microseconds */
  guint leg_ready_count, hang_ups, holds, errors;
  gboolean held;
  char *error;
  guint microphone_failures, microphone_returns, speaker_failures, speaker_returns;

  struct _CrossingEnd *video; /* (nullable): leg and counts of the picture; its session is this one's */
  guint video_errors, keyframes_wanted;
  gboolean only_ours; /* the last of them was the camera's */
  char *video_error;
  guint late;   /* packets to its session that are on the way */
  guint jitter; /* ms: its packets are late by up to so many */
  guint delay;  /* ms: and by so many at least */
  guint lose; /* one packet in so many that the session sends is lost; 0: none */
} CrossingEnd;

typedef struct
{
  CusaxMediaPort *port;   /* borrowed */
  CrossingEnd alice, bob; /* alice calls */
  CrossingEnd alice_video, bob_video;
} Crossing;

/** Returns: (transfer full): both ends have sockets and keys, no sessions yet. */
Crossing *crossing_new (CusaxMediaPort *port);

/** Ends what is left of the sessions and closes all. */
void crossing_free (Crossing *crossing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Crossing, crossing_free)

/** Opens the session of @end with a microphone of @hertz; fails the test if it cannot. */
void crossing_open (Crossing *crossing, CrossingEnd *end, double hertz);

/** Opens the picture of @end, whose session is open; fails the test if it cannot. @send: with its camera. */
void crossing_add_video (CrossingEnd *end, gboolean send);

/** Ends the session of @end. */
void crossing_end (CrossingEnd *end);

G_END_DECLS
