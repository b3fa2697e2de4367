/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A local conference: what the far end of one call says is added to what we send in another. Nothing is
 * inserted into the shared pipeline, nobody is blocked and nothing waits: two pad probes per call look at what
 * passes. One takes a copy of the received sound, before our loudspeaker's volume; the other adds to our
 * microphone's buffers, behind its volume, so that mute silences us and not the others. A call that stops or
 * fails is silence to the others.
 */
#pragma once

#include <gst/gst.h>
#include <media.h>

G_BEGIN_DECLS

/** CusaxMixer: one call's place in conferences. */
typedef struct _CusaxMixer CusaxMixer;

/**
 * cusax_mixer_new:
 * @conference: the bin of the call in the shared pipeline
 * @who: the other side, as libpurple names it
 *
 * Nothing happens to the call before it is joined. Main thread, as all here.
 *
 * Returns: (transfer full)
 */
CusaxMixer *cusax_mixer_new (PurpleMedia *media, GstElement *conference, const char *who);

/** Parts first. May be called when libpurple has ended the call already. */
void cusax_mixer_free (CusaxMixer *mixer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxMixer, cusax_mixer_free)

/**
 * cusax_mixer_join:
 *
 * From now on each hears the other; a call whose sound has not come yet joins in when it does. Both have been
 * accepted. Joined already: nothing to do.
 *
 * Returns: FALSE if libpurple's elements are not where they are expected; neither has changed
 */
gboolean cusax_mixer_join (CusaxMixer *mixer, CusaxMixer *other, GError **error);

/** Out of all joins. The others stay joined with each other. @mixer: (nullable), as below */
void cusax_mixer_part (CusaxMixer *mixer);

/** A held call is not heard by the others either, whatever its far end still sends. */
void cusax_mixer_set_held (CusaxMixer *mixer, gboolean held);

G_END_DECLS
