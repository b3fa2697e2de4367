/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rooms and bridges for people (R38 to R41): a conference call that announces a chat room offers "Join text
 * chat", a room that announces a SIP bridge offers "Join audio", always with full addresses and never by
 * itself; /people lists who is in by text, by voice or both.
 */
#pragma once

#include <purple.h>

#include "account.h"

G_BEGIN_DECLS

/** Connects to room signals and registers /joinaudio and /people at first login; safe to call again. */
void cusax_conferences_listen (void);
void cusax_conferences_unlisten (void);

/** @account leaves the side table: what is kept of it goes. Call it before its entry does. */
void cusax_conferences_forget (PurpleAccount *account);

/** From CusaxAccountListener.on_conference. */
void cusax_conferences_update (PurpleAccount *account, CusaxCall *call, CusaxConference *conference);

/** The call is over: open questions close. Leaving the call never leaves the room. */
void cusax_conferences_end (PurpleAccount *account, CusaxCall *call);

/** The room's own entry "Join audio" for the chat menu and /joinaudio; asks as a click on a contact does (R42).
 * FALSE with words. */
gboolean cusax_conferences_join_audio (PurpleAccount *account, const char *room, GError **error);
/** Returns: (nullable) (transfer none): the bridge that the room announced, as a display form */
const char *cusax_conferences_get_bridge (PurpleAccount *account, const char *room);

/** Returns: (transfer full): "Alice: text and voice\nBob: voice"; @room (nullable): the one that belongs to the
 * call */
char *cusax_conferences_list_people (PurpleAccount *account, const char *room);

G_END_DECLS
