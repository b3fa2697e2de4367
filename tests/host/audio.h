/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sound without a sound card: a microphone that hears one tone and a loudspeaker that writes a WAV file, given
 * to libpurple as its media elements. What was said and heard is then proven by content. The WAV file is valid
 * at every moment, also after a crash.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** HostSink: what the loudspeaker does. */
typedef enum
{
  HOST_SINK_WAV,     /* writes what it hears */
  HOST_SINK_BROKEN,  /* cannot be opened, as a sound card that somebody else has */
  HOST_SINK_FAILING, /* fails after half a second, as a sound card that is pulled out */
  HOST_SINK_SLOW     /* takes 100 ms to open, as a sound server that must be started, then as WAV */
} HostSink;

/**
 * host_audio_init:
 * @folder: where recordings go: sound-1.wav, sound-2.wav, ...
 * @unique: one microphone is shared by all calls, as in Pidgin and Finch; FALSE: each call has its own
 *
 * Registers source and sink with the media manager and says that this user interface can do audio. May be
 * called again with another @unique.
 */
void host_audio_init (const char *folder, gboolean unique);

/** The frequency of microphones made from now on. */
void host_audio_set_tone (double hertz);

/** And how loud, 0.5 if nothing was said: 1 is full scale. */
void host_audio_set_volume (double volume);

/** Sets how loud all microphones are that are there already. */
void host_audio_speak (double volume);

/** Returns: when the loudspeakers of @who first played something since host_audio_speak(), monotonic microseconds; 0: not yet */
gint64 host_audio_get_heard (const char *who);

/** Returns: when the first sound since host_audio_speak() left a microphone, monotonic microseconds; 0: not yet */
gint64 host_audio_get_spoken (void);

/** What loudspeakers made from now on for calls with @who do (NULL: with anybody; what it was for others ends).
 */
void host_audio_set_sink_of (const char *who, HostSink sink);

/** Returns: (transfer full) (nullable): the file of the newest loudspeaker made for @who (NULL: for anybody).
 */
char *host_audio_get_recording (const char *who);

/** Forgets who was recorded where: a new call must not be judged by the sound of an old one. */
void host_audio_forget_recordings (void);

/** Returns: how many microphones were opened (left GST_STATE_NULL) so far. */
guint host_audio_count_opened (void);

G_END_DECLS
