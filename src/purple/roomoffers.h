/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Join text chat" (R39): the question that a conference call opens when it announces chat rooms. The full
 * address of each room stands in it; a room of another service is joined only after a warning that names it.
 * Nothing is joined without a click, and nothing asked twice during a call.
 */
#pragma once

#include <purple.h>

#include "account.h"

G_BEGIN_DECLS

/** The conference behind @call changed: asks if it announces rooms that were not asked about and are not
 * joined. */
void cusax_roomoffers_update (PurpleAccount *account, CusaxCall *call, CusaxConference *conference);

/** @call (nullable: all of @account) is over: its question closes. Rooms stay joined; a line there says so. */
void cusax_roomoffers_end (PurpleAccount *account, CusaxCall *call);

/** Returns: TRUE if the person joined @room as the text chat of @call */
gboolean cusax_roomoffers_was_accepted (PurpleAccount *account, CusaxCall *call, const char *room);

/** A room was entered: if that was by our question, a line says where this is. */
void cusax_roomoffers_entered (PurpleConversation *chat);

/** Returns: (nullable) (transfer none): the conversation of @room while we are in */
PurpleConversation *cusax_roomoffers_find_chat (PurpleAccount *account, const char *room);

G_END_DECLS
