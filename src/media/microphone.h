/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the microphone, or the camera, shut until a call stands. libpurple makes the source when the stream is added and
 * starts it at once, so a call that only rings would already listen. The source inside libpurple's source bin
 * is locked in GST_STATE_NULL while it is being added (no device is opened, no sound server asked) and let go
 * later.
 *
 * A user interface that registers its source without PURPLE_MEDIA_ELEMENT_UNIQUE and as a bare element cannot
 * be held back; Pidgin and Finch do not.
 */
#pragma once

#include <glib.h>
#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _CusaxMicrophone CusaxMicrophone;

/**
 * cusax_microphone_new:
 * @pipeline: libpurple's
 *
 * Sources that this thread adds to @pipeline from now on stay shut, until cusax_microphone_added(). Holds the
 * state lock of @pipeline up to there (or to cusax_microphone_free()): do not return to the main loop in
 * between.
 *
 * Returns: (transfer full)
 */
CusaxMicrophone *cusax_microphone_new (GstElement *pipeline);

/**
 * cusax_microphone_added:
 *
 * The stream is added: what else comes is none of ours. If another call starts to share the source, it opens at
 * once.
 */
void cusax_microphone_added (CusaxMicrophone *microphone);

/** Lets the source start; nothing happens if it has, or if it was there before this call. */
void cusax_microphone_open (CusaxMicrophone *microphone);

/**
 * cusax_microphone_shut:
 *
 * After cusax_microphone_open(): closes the device until the next one. Nothing happens if another call shares it.
 */
void cusax_microphone_shut (CusaxMicrophone *microphone);

/** Returns: (transfer none) (nullable): libpurple's bin with the source in it, if it was made for this call */
GstElement *cusax_microphone_get_bin (CusaxMicrophone *microphone);

/** Forgets the source and leaves it as it is: libpurple removes it with the stream. */
void cusax_microphone_free (CusaxMicrophone *microphone);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxMicrophone, cusax_microphone_free)

G_END_DECLS
