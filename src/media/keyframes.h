/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole pictures on request. A decoder that lost something asks upstream; libpurple's codecs carry no rtcp-fb, so by itself
 * GStreamer would ask nobody: the request is told here, for SIP's INFO (RFC 5168), and Farstream is given the feedback
 * parameters with which it also sends RTCP's PLI (RFC 4585).
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _CusaxKeyframes CusaxKeyframes;

/** Called from the main loop, at most once a second. */
typedef void (*CusaxKeyframesWanted) (gpointer user_data);

/**
 * cusax_keyframes_new:
 * @conference: the call's bin, before there is a picture
 *
 * Returns: (transfer full)
 */
CusaxKeyframes *cusax_keyframes_new (GstElement *conference, CusaxKeyframesWanted wanted, gpointer user_data);

/** The encoder's next picture is a whole one. Nothing happens without an encoder. */
void cusax_keyframes_send (CusaxKeyframes *keyframes);

/** Nothing is told any more. */
void cusax_keyframes_free (CusaxKeyframes *keyframes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxKeyframes, cusax_keyframes_free)

G_END_DECLS
