/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCM of one rate and format into another: GStreamer's own audioconvert and audioresample, but in no pipeline,
 * without clock, bus or thread. What is pushed in comes out in the same call.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _CusaxPcmConverter CusaxPcmConverter;

/** CusaxPcmOut: what comes out; borrowed. In the thread that pushes. */
typedef void (*CusaxPcmOut) (gpointer user_data, GstBuffer *buffer);

/** Returns: (transfer full) (nullable): to @caps; NULL if this GStreamer has not got the elements. */
CusaxPcmConverter *cusax_pcmconverter_new (const GstCaps *caps, CusaxPcmOut out, gpointer user_data);

void cusax_pcmconverter_free (CusaxPcmConverter *converter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxPcmConverter, cusax_pcmconverter_free)

/** One thread at a time. @caps are those of @buffer; what cannot be converted is dropped. */
void cusax_pcmconverter_push (CusaxPcmConverter *converter, GstCaps *caps, GstBuffer *buffer);

G_END_DECLS
