/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sound of one call on its way into another. It is written as the far end's packets come and read as our
 * microphone's buffers go, so each side keeps its own time: the reader never waits, and what is late is
 * silence. Between them lies as little sound as their uneven steps allow (some 20 ms), more only after it has
 * run dry.
 */
#pragma once

#include "pcm.h"

G_BEGIN_DECLS

typedef struct _CusaxCrossfeed CusaxCrossfeed;

/** CusaxCrossfeedCount: how it went. */
typedef struct
{
  guint gaps;     /* times that it ran dry while sound was coming */
  guint skips;    /* times that sound was left out because too much had piled up */
  guint delay_ms; /* that sound spent in here, on the average of the time that it flowed */
} CusaxCrossfeedCount;

/** Returns: (transfer full) */
CusaxCrossfeed *cusax_crossfeed_new (void);

/** References are counted for any thread. */
CusaxCrossfeed *cusax_crossfeed_ref (CusaxCrossfeed *feed);
void cusax_crossfeed_unref (gpointer feed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxCrossfeed, cusax_crossfeed_unref)

/** The writer's thread. Nothing is kept before somebody has read: nobody knows the format. */
void cusax_crossfeed_write (CusaxCrossfeed *feed, GstCaps *caps, GstBuffer *buffer);

/**
 * cusax_crossfeed_read:
 * @caps: of the reader's sound, and @pcm what they say
 * @sum: @frames frames of float, which the sound is added to
 *
 * The reader's thread.
 *
 * Returns: FALSE if there was nothing to add
 */
gboolean cusax_crossfeed_read (CusaxCrossfeed *feed, const GstCaps *caps, const CusaxPcm *pcm, gsize frames,
                               float *sum);

/** Any thread. */
void cusax_crossfeed_get_count (CusaxCrossfeed *feed, CusaxCrossfeedCount *count);

G_END_DECLS
