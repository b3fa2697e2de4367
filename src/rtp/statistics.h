/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be told of one stream by watching its packets: loss and jitter of what comes (RFC 3550 appendix A), and what RTCP of
 * the other side says of what we send: its loss, its jitter, the time there and back (section 6.4.1), and that nothing of it
 * arrives. Pure arithmetic on packets in the clear, with time from outside; input is hostile, memory bounded.
 */
#pragma once

#include "ports.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxStatistics CusaxStatistics;

CusaxStatistics *cusax_statistics_new (void);
void cusax_statistics_free (CusaxStatistics *statistics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxStatistics, cusax_statistics_free)

/** Clock rates by payload type, in either direction: (nullable) (element-type CusaxCodec). Without one there is no jitter. */
void cusax_statistics_set_codecs (CusaxStatistics *statistics, const GPtrArray *codecs);

/** TRUE: reports come of other streams, too, so one that does not speak of us means nothing (BUNDLE). */
void cusax_statistics_set_shared (CusaxStatistics *statistics, gboolean is_shared);

/** For how long nothing of ours has to be missing there before they count as deaf to us; 8 s if never called. */
void cusax_statistics_set_deaf_interval (CusaxStatistics *statistics, gint64 us);

/* @data: decrypted, and classified (packet.h); @now: monotonic microseconds. Of RTP only the header is looked at. */
void cusax_statistics_note_rtp_in (CusaxStatistics *statistics, const guint8 *data, gint64 now);
void cusax_statistics_note_rtp_out (CusaxStatistics *statistics, const guint8 *data, gint64 now);
void cusax_statistics_note_rtcp_in (CusaxStatistics *statistics, const guint8 *data, gsize length, gint64 now);
void cusax_statistics_note_rtcp_out (CusaxStatistics *statistics, const guint8 *data, gsize length, gint64 now);

/**
 * cusax_statistics_is_deaf:
 *
 * Judged whenever a report of theirs comes in while we send without a break: the highest number that they have seen of us has not
 * moved for 8 s, or they do not speak of us at all. Who sends no reports is never deaf.
 */
gboolean cusax_statistics_is_deaf (const CusaxStatistics *statistics);

/** Returns: TRUE if @ssrc sent something here, or was spoken of as a sender, lately. */
gboolean cusax_statistics_knows_them (const CusaxStatistics *statistics, guint32 ssrc);
gboolean cusax_statistics_knows_us (const CusaxStatistics *statistics, guint32 ssrc);

/** Fills in packets_lost, jitter_ms and what has_reports is about; leaves the rest alone. */
void cusax_statistics_get (const CusaxStatistics *statistics, CusaxTransportStats *stats);

G_END_DECLS
