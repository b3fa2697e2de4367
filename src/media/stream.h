/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts a stream of a call, sound or picture, into a PurpleMedia so that Farstream talks to nobody but the leg: bound to
 * 127.0.0.1, no UPnP, no STUN, SRTP with the leg's keys. Each step stands for something that was measured to go
 * wrong without it.
 */
#pragma once

#include "ports.h"

#include <glib.h>
#include <gst/gst.h>
#include <purple.h>

G_BEGIN_DECLS

/** The sessions of our calls, in libpurple's sense of the word: sound, and picture if there is one. */
#define CUSAX_STREAM_SESSION "audio"
#define CUSAX_STREAM_VIDEO "video"

/**
 * cusax_stream_add:
 * @session: one of the above
 * @who: the participant
 * @type: what flows: PURPLE_MEDIA_AUDIO, PURPLE_MEDIA_VIDEO, or PURPLE_MEDIA_RECV_VIDEO, which opens no camera
 *
 * Makes devices and sockets; PurpleMedia's "candidates-prepared" follows from the main loop.
 *
 * Returns: FALSE with CUSAX_ERROR_MEDIA
 */
gboolean cusax_stream_add (PurpleMedia *media, const char *session, const char *who, PurpleMediaSessionType type,
                           const CusaxLeg *leg, GError **error);

/**
 * cusax_stream_revive_pipeline:
 *
 * libpurple has one pipeline for all calls of all protocols. An error in one call leaves it half stopped while
 * it still claims to play: the next call is then silent, and ending it hangs in Farstream. Setting it to
 * PLAYING again, whatever it says, after each stream that is added, is the cure. Never set it to anything else.
 */
void cusax_stream_revive_pipeline (void);

/**
 * cusax_stream_close_sinks:
 * @conference: the bin of one call
 * @only_video: the loudspeaker goes on
 *
 * Stops its loudspeaker and the windows of its pictures. libpurple leaves it for last when it ends a call: one that still waits for the
 * pipeline to play then holds the elements before it, which libpurple waits for, for ever. Nothing must be
 * building sinks.
 */
void cusax_stream_close_sinks (GstElement *conference, gboolean only_video);

/** Returns: TRUE with the ports on which Farstream listens, once candidates are prepared. */
gboolean cusax_stream_get_local_ports (PurpleMedia *media, const char *session, const char *who, guint16 *rtp_port,
                                       guint16 *rtcp_port);

G_END_DECLS
