/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "On the phone" (R36) as a user activity (XEP-0108) over PEP: ours while somebody wants it, what stood there before
 * afterwards, also after a crash, and whether contacts are. Before the first publication the previous item is read and kept
 * in the store; nothing is touched that somebody else published meanwhile, nor on a server without PEP.
 *
 *   IDLE -> READING (the own item) -> PUBLISHING -> SHOWN -> CHECKING (is it still ours?) -> RESTORING -> IDLE
 *   SHOWN, READING -> LEFT (somebody else's), until the calls end; any -> REFUSED, until the next sign-in
 */
#pragma once

#include <purple.h>

#include "ports.h"

G_BEGIN_DECLS

#define CUSAX_NS_ACTIVITY "http://jabber.org/protocol/activity"

typedef struct _CusaxActivity CusaxActivity;

/* Contact @jid (bare) is on the phone now, or not any more. */
typedef void (*CusaxActivityChanged) (gpointer user_data, const char *jid);

/** Process-wide, after jabber_plugin_init(): asks for contacts' activities, on our streams only. */
void cusax_activity_init (PurplePlugin *plugin);
void cusax_activity_shutdown (void);

/** For one account; follows its connections by itself. @store: borrowed */
CusaxActivity *cusax_activity_new (PurpleAccount *account, CusaxStore *store, CusaxActivityChanged changed,
                                   gpointer user_data);

/** What is shown is put back, if chat is up. */
void cusax_activity_free (CusaxActivity *activity);

/** Whether the owner is on the phone and wants that to be seen. */
void cusax_activity_set (CusaxActivity *activity, gboolean is_on_the_phone);

/** @jid: bare. Returns: TRUE if that contact says so */
gboolean cusax_activity_is_on_the_phone (const CusaxActivity *activity, const char *jid);

G_END_DECLS
