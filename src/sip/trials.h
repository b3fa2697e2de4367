/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What earlier trials taught about targets (RFC 3263 section 4.3): who failed a short time ago is tried last,
 * who worked is tried first; and how long each trial may take, so that a person does not wait for a list of
 * dead servers. Values only, time is an argument. Owned by one ua: what one account learns is not for others.
 */
#pragma once

#include "locate.h"

G_BEGIN_DECLS

/** How long a target that failed is tried last. */
#define CUSAX_TRIALS_GREY_MS 60000
/** What one target gets at most and at least; what all together should not exceed. */
#define CUSAX_TRIALS_EACH_MS 4000
#define CUSAX_TRIALS_LEAST_MS 1000
#define CUSAX_TRIALS_TOTAL_MS 9500
/** After a certificate that a person has to be asked about, what all further targets get together. */
#define CUSAX_TRIALS_FAULT_MS 4000

typedef struct _CusaxTrials CusaxTrials;

CusaxTrials *cusax_trials_new (void);
void cusax_trials_free (CusaxTrials *trials);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxTrials, cusax_trials_free)

/** @target did not answer. @now: monotonic microseconds, here and below */
void cusax_trials_note_failure (CusaxTrials *trials, const CusaxTarget *target, gint64 now);

/** @target worked: it is not grey any more, and the one to begin with. */
void cusax_trials_note_success (CusaxTrials *trials, const CusaxTarget *target);

/**
 * cusax_trials_sort:
 * @targets: (element-type CusaxTarget)
 *
 * Puts what is grey last. Of the others the one that worked comes first among those of its transport, and no
 * further: that TLS was down once is no reason to stay with UDP. The order is kept otherwise.
 */
void cusax_trials_sort (CusaxTrials *trials, GPtrArray *targets, gint64 now);

/**
 * cusax_trials_get_share:
 * @elapsed_ms: since the first target of this round was tried
 * @n_left: targets not tried yet, this one included
 *
 * Returns: ms for reaching the next one
 */
guint cusax_trials_get_share (gint64 elapsed_ms, guint n_left);

G_END_DECLS
