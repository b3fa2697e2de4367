/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The account's settings as people meet them: the rows of the account editor and the dialog "Telephony
 * settings...". Both are built from the one table in core/config; nothing here knows what a setting means.
 */
#pragma once

#include <purple.h>

#include "config.h"

G_BEGIN_DECLS

/** The most rows that Pidgin's account editor can show on a 768 px screen (src/README.md). */
#define CUSAX_SETTINGS_MAX_EDITOR_ROWS 16

/**
 * cusax_settings_options:
 * @xmpp: (element-type PurpleAccountOption) (transfer none): the XMPP protocol's own options
 *
 * Returns: (transfer full) (element-type PurpleAccountOption): ours first, then copies of @xmpp under the same
 *   names; libpurple frees them when it unloads the plugin
 */
GList *cusax_settings_options (GList *xmpp);

/**
 * cusax_settings_read:
 * @password: (nullable): the account's password
 *
 * Returns: (transfer full): the account's settings as stored; NULL with CUSAX_ERROR_INVALID that names the setting
 */
CusaxConfig *cusax_settings_read (PurpleAccount *account, const char *password, GError **error);

/** Returns: (transfer none): reads what is stored; user_data is the PurpleAccount */
const CusaxConfigReader *cusax_settings_get_reader (void);

/**
 * cusax_settings_show:
 *
 * Opens "Telephony settings..." for the account, connected or not. OK validates; a faulty value is named and the
 * dialog opens again with everything that was typed; nothing is stored before all of it is valid.
 */
void cusax_settings_show (PurpleAccount *account);

G_END_DECLS
