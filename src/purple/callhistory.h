/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls of the past in the user interface: the list with "Call back" and "Clear", its lines for the command, and one
 * question after sign-in about calls that were missed while nobody looked. Dialling goes the way of a click, with all that
 * is asked there. Who has seen the list has seen the missed calls.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** The account action "Call history": the list, in place of an open one. */
void cusax_callhistory_show (PurpleAccount *account);

/** Returns: (transfer full): the newest @count calls as numbered lines; seen now */
char *cusax_callhistory_list (PurpleAccount *account, guint count);

/**
 * cusax_callhistory_call_back:
 * @number: as in the last cusax_callhistory_list() of @account
 *
 * Returns: FALSE with words (translated)
 */
gboolean cusax_callhistory_call_back (PurpleAccount *account, guint number, GError **error);

/** Chat is up: tells of missed calls, once until cusax_callhistory_forget(). */
void cusax_callhistory_signed_on (PurpleAccount *account);

/** The person has seen elsewhere that calls were missed. */
void cusax_callhistory_mark_seen (PurpleAccount *account);

/** Closes its windows. Call it before @account's entry in the side table goes. */
void cusax_callhistory_forget (PurpleAccount *account);

G_END_DECLS
