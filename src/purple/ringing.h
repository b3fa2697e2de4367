/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The incoming-call request: a dialog of our own in the host's style, because the host's built-in one names no
 * number and leaves a call that nobody can answer when it is closed. The sound is the telephone's own. Keeps one entry
 * per ringing call, so the order of "answered", "caller gave up" and "window closed" does not matter. Boxes that
 * are ticked ("Chat with caller", "Attach this number to a buddy...") count with either button.
 */
#pragma once

#include "account.h"
#include "call.h"

#include <account.h>

G_BEGIN_DECLS

/**
 * cusax_ringing_show:
 * @call: INCOMING, and a person is to answer; otherwise nothing happens
 *
 * Opens "Incoming Call" with "Answer" and "Decline"; closing it declines. Keeps a reference to @call until the
 * dialog is gone.
 */
void cusax_ringing_show (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call);

/**
 * Call it on every change of a call. Closes the dialog if @call is no longer INCOMING; puts another in place of those
 * that would say something else now, of the caller or of what answering does to another call. A person who has pressed a
 * button is never asked again.
 */
void cusax_ringing_update (PurpleAccount *account, CusaxCall *call);

/** Closes all dialogs of @account without answering or declining: before the account or the plugin goes. */
void cusax_ringing_close_all (PurpleAccount *account);

G_END_DECLS
