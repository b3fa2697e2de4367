/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links that call somebody (tel:, sip:, sips:, callto:): a page can open them, so nothing is dialled before the person has
 * seen where it goes and what it may cost. Also what other programs of the same person ask for, by the scheme "cusax:",
 * which no desktop file registers: answer, decline, hangup, hold, resume, mute, unmute (P26). One question at a time;
 * it is process-wide, as links are.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** Returns: TRUE if the link was ours, whatever came of it */
gboolean cusax_phonelinks_open (const char *scheme, const char *rest);

/** Closes the question, at unload. */
void cusax_phonelinks_shutdown (void);

/** An account goes: so does a question that could call by it. Call it before its entry in the side table goes. */
void cusax_phonelinks_forget (PurpleAccount *account);

G_END_DECLS
