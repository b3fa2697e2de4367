/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the telephones of contacts are in use (RFC 4235), where our registrar announces that it knows (Allow-Events): at
 * most 50 contacts whose binding is strong and whose address is in a domain of ours, those that were called last first.
 * Asks slowly, a refusal is not repeated before the next registration.
 */
#pragma once

#include "config.h"
#include "directory.h"
#include "history.h"
#include "ports.h"

G_BEGIN_DECLS

typedef struct _CusaxWatch CusaxWatch;

typedef enum
{
  CUSAX_WATCH_UNKNOWN,
  CUSAX_WATCH_FREE,
  CUSAX_WATCH_RINGING, /* a call that comes there rings: it can be picked up */
  CUSAX_WATCH_BUSY     /* in a call, or calling */
} CusaxWatchState;

/* The telephone of @jid changed. */
typedef void (*CusaxWatchChanged) (gpointer user_data, const char *jid);

/** Everything is borrowed; @history: (nullable): who was called last. Returns: (transfer full): watches nobody */
CusaxWatch *cusax_watch_new (CusaxSipPort *sip, CusaxClock *clock, CusaxDirectory *directory,
                             const CusaxHistory *history, CusaxWatchChanged changed, gpointer user_data);
void cusax_watch_free (CusaxWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxWatch, cusax_watch_free)

/** Telephony is up with @config, or, with NULL, down: nothing is known then. */
void cusax_watch_set_up (CusaxWatch *watch, CusaxConfig *config);

/** What is known of the people changed: @jid may be somebody to watch now, or none any more. */
void cusax_watch_update (CusaxWatch *watch, const char *jid);

CusaxWatchState cusax_watch_get (const CusaxWatch *watch, const char *jid);

/**
 * cusax_watch_get_pick_up:
 * @target: (out) (transfer full): who calls there: gets our INVITE
 * @replaces: (out) (transfer full): for CusaxSipDisclosure
 *
 * Returns: FALSE if none rings, or its dialog is not told in full
 */
gboolean cusax_watch_get_pick_up (const CusaxWatch *watch, const char *jid, CusaxAddress **target, char **replaces);

G_END_DECLS
