/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fakes of what a directory needs: a card port whose answers a test gives (or that answers by itself after a
 * while), a store of files in memory, a wall clock and a virtual clock. Every port call is a line of a trace;
 * the n-th call that can fail may be told to. Also for tests of the account, which bring a clock of their own.
 */
#pragma once

#include "ports.h"

typedef struct
{
  CusaxCardPort cards;
  CusaxStore store;
  CusaxClock clock;
  gint64 now;  /* of clock, microseconds */
  gint64 wall; /* seconds since 1970; passes with the virtual clock */
  GString *trace;

  GPtrArray *requests; /* asked and not answered, oldest first */
  GHashTable *answers; /* JID -> card element: what the port answers by itself; others have no card */
  guint answer_ms;     /* > 0: answers by itself after so long, on the virtual clock */
  gboolean chat_down;  /* fetch returns 0 */
  GArray *times;       /* gint64: when each fetch left */
  guint most_in_flight;
  guint next_id;

  GHashTable *files; /* name -> text */
  gboolean save_fails, load_fails;

  GArray *timers;
  guint next_timer;

  guint fallible; /* port calls so far that can fail: fetch, load, save */
  guint fail_at;  /* 0 = none */
} FakePeople;

/** One at a time: wall_time is a bare function. */
FakePeople *fake_people_new (void);
/** Nothing may be in flight, no timer set. */
void fake_people_free (FakePeople *people);

/** For CusaxPorts.wall_time. */
gint64 fake_people_wall_time (void);

/** Lets time of both clocks pass, running what comes due in order. */
void fake_people_pass (FakePeople *people, guint ms);

/** Returns: (transfer full): "<vCard ...>" with one TEL per value; @tels ends with NULL */
char *fake_people_card (const char *const *tels);

/** Answers the oldest open request for @jid. There must be one. @xml only for READ. */
void fake_people_answer (FakePeople *people, const char *jid, CusaxCardState state, const char *xml);
/** Answers it with a card of one telephone. */
void fake_people_answer_tel (FakePeople *people, const char *jid, const char *tel);
gboolean fake_people_is_asked (FakePeople *people, const char *jid);

/** Returns: the largest number of requests that left within any 1 second */
guint fake_people_most_in_a_second (FakePeople *people);

void fake_people_set_file (FakePeople *people, const char *name, const char *text);
/** Returns: (nullable) */
const char *fake_people_get_file (FakePeople *people, const char *name);

/** Adds a line to the trace. */
void fake_people_say (FakePeople *people, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** Compares the trace with @expected (lines, each ended by \n) and forgets it. */
void fake_people_check (FakePeople *people, const char *expected);
void fake_people_forget (FakePeople *people);
