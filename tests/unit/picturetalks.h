/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls with pictures in a fake world, and what their one far end says. The far end of the fakes does not
 * hear the telephone's answers: what it offers after one has to be said anew.
 */
#pragma once

#include "fakes.h"

/** A registered account; @has_camera. */
FakeWorld *picture_world (gboolean has_camera);

/** bob is dialled with a picture. */
CusaxCall *picture_dial (FakeWorld *world);

/** bob calls with a picture (it is shown by both or, @direction, by one); the person has been told. */
CusaxCall *picture_rings (FakeWorld *world, CusaxDirection direction);

/** A call with sound that stands. */
CusaxCall *picture_talking (FakeWorld *world);

/** The same, and theirs is shown here, ours not to them. */
CusaxCall *picture_watching (FakeWorld *world);

/** Both see each other: ours was added in mid-call. @feedback: as fake_far_feedback() */
CusaxCall *picture_added (FakeWorld *world, const char *feedback);

/** 200 to the INVITE / @status to our re-INVITE / a re-INVITE of theirs. */
void picture_far_answers (FakeWorld *world);
void picture_far_says (FakeWorld *world, guint status);
void picture_far_offers (FakeWorld *world);

/** A re-INVITE of theirs that is no change of what they said before. */
void picture_far_offers_anew (FakeWorld *world, gboolean with_video);
