/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds what a command speaks of: the account in use, a conversation, a buddy, a call. All return NULL with an
 * error when there is none.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** @name: as given to "account add" or a user name; NULL: the one in use. */
PurpleAccount *host_lookup_account (const char *name, GError **error);
void host_lookup_use (PurpleAccount *account);

/** The connection of the account in use. */
PurpleConnection *host_lookup_connection (GError **error);

/** @create: an IM window is opened when there is no conversation with @name. */
PurpleConversation *host_lookup_conversation (const char *name, gboolean create, GError **error);

PurpleBuddy *host_lookup_buddy (const char *name, GError **error);

/** @number: (nullable): of the call as in "media-new"; NULL: the newest. */
PurpleMedia *host_lookup_media (const char *number, GError **error);

G_END_DECLS
