/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens the microphone and the loudspeaker that a call would use, for a moment, to see whether they work (R51). They are
 * made in the main thread, as libpurple asks for, in pipelines apart from libpurple's, and opened each in a thread of its
 * own: a sound server that hangs is not waited for.
 */
#pragma once

#include "ports.h"

#include <glib.h>
#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _CusaxDevices CusaxDevices;

/**
 * cusax_devices_new:
 * @done: once, within 5 s, from the main loop, never from inside this call; free it from there or later
 *
 * While libpurple has any call nothing is opened.
 */
CusaxDevices *cusax_devices_new (CusaxMediaProbeDone done, gpointer user_data);

/** A call is about to need them: lets go of them at once. @done still comes. */
void cusax_devices_yield (CusaxDevices *devices);

/** @done is not called any more; what is open is closed in the background. */
void cusax_devices_free (CusaxDevices *devices);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxDevices, cusax_devices_free)

/**
 * cusax_devices_dup_names:
 * @source, @camera: (nullable): of a call that stands
 * @conference: its bin, with the loudspeaker
 *
 * Returns: (transfer full) (nullable): what the microphone, the loudspeaker and the camera in use call themselves, or what
 *   libpurple calls them, separated by commas
 */
char *cusax_devices_dup_names (GstElement *source, GstElement *conference, GstElement *camera);

G_END_DECLS
