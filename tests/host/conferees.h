/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls to confer with, for tests: real PurpleMedia sessions that share our microphone of 440 Hz, each with a
 * far end of its own that says a tone of its own. Recordings say who hears what.
 */
#pragma once

#include "crossing.h"

G_BEGIN_DECLS

#define CONFEREES_MAX 3
#define CONFEREES_TONES 4
extern const double conferees_tones[CONFEREES_TONES];

/* Sets of tones, as bits: ours and those of the far ends, in order. */
#define OURS 1
#define ANNA 2
#define BEN 4
#define CARL 8

/** Conferee: a call. */
typedef struct
{
  Crossing *crossing;
  CrossingEnd *ours, *far;
  const char *far_hears; /* names of recordings: of what the far end hears, and of what we hear of it */
  const char *we_hear;
} Conferee;

/** Conferees: all of a test; zero before conferees_open(). */
typedef struct
{
  Conferee calls[CONFEREES_MAX];
  guint count;
} Conferees;

/** So many calls that ring, each with the codec in its place. */
void conferees_open (Conferees *table, CusaxMediaPort *port, guint count, const CusaxCodec *const *codecs);

/** Ends what has not ended; fails the test if libpurple keeps one. */
void conferees_clear (Conferees *table);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Conferees, conferees_clear)

/** One end of one call answers. */
void conferees_answer (CrossingEnd *end);

/** All ends of all calls do. */
void conferees_accept (Conferees *table);

/** What the port says, of our ends of two calls. Fails the test if it cannot be. */
void conferees_join (Conferees *table, guint first, guint second);
void conferees_part (Conferees *table, guint index);

/** Fails the test unless @recording has these tones soon, about equally loud, and nothing else; none: silence.
 */
void conferees_assert_hears (const char *recording, guint tones);

/** @sets: what each far end hears; we hear each far end in its own call. */
void conferees_assert (Conferees *table, const guint *sets);
#define ASSERT_CONFEREES(table, ...) conferees_assert (table, (const guint[]){ __VA_ARGS__ })

G_END_DECLS
