/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls of an account, newest first, kept in its store ("history"): at most 500, at most a year old. A broken file is
 * set aside. Knows no words and no libpurple.
 */
#pragma once

#include "call.h"
#include "ports.h"

G_BEGIN_DECLS

/** CusaxHistoryEntry: one call that ended; strings are as the call had them, cleaned, never NULL unless said so. */
typedef struct
{
  gint64 started;  /* seconds since 1970: when it began to ring or was dialled */
  gboolean outgoing;
  char *who;       /* libpurple's name of the other side; "" if it hid */
  char *uri;       /* (nullable): what calls back */
  char *name;      /* (nullable): what it called itself */
  char *contact;   /* (nullable): bare JID, for a STRONG binding only */
  guint seconds;   /* it stood; 0: never */
  CusaxCallEnd end;
  guint status;    /* SIP, 0 = none */
  char *reason;    /* (nullable) */
  gboolean seen;   /* a missed call that the person has looked at; TRUE for all others */
} CusaxHistoryEntry;

typedef struct _CusaxHistory CusaxHistory;

/** @store: (nullable): keeps nothing; @wall_time: as in CusaxPorts. Returns: (transfer full): with what the file had */
CusaxHistory *cusax_history_new (CusaxStore *store, CusaxClock *clock, gint64 (*wall_time) (void));

/** Writes what is not written yet. */
void cusax_history_free (CusaxHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxHistory, cusax_history_free)

/** Notes a call that is ENDED; written soon (a crash loses seconds, not days). */
void cusax_history_add (CusaxHistory *history, const CusaxCall *call);

/** Notes a call that never became a CusaxCall: refused because of Do Not Disturb or the limit. @status: what it was told. */
void cusax_history_add_refused (CusaxHistory *history, const char *who, CusaxAddress *peer, const char *name,
                                const char *contact, guint status);

/** Returns: (transfer none) (element-type CusaxHistoryEntry): newest first; valid until the next change */
const GPtrArray *cusax_history_get_entries (const CusaxHistory *history);

/** Returns: missed calls that nobody has looked at */
guint cusax_history_count_unseen (const CusaxHistory *history);
void cusax_history_mark_seen (CusaxHistory *history);
void cusax_history_clear (CusaxHistory *history);

G_END_DECLS
