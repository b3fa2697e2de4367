/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What provision.c (the value and its rules), provision-json.c and provision-keyfile.c (two ways to write it) share.
 * Nobody else includes this.
 */
#pragma once

#include "config.h"
#include "provision.h"

G_BEGIN_DECLS

/** Sets "@name: words", or words alone if @name is NULL. Returns: FALSE */
gboolean cusax_provision_invalid (GError **error, const char *name, const char *format, ...) G_GNUC_PRINTF (3, 4);

/** Returns: FALSE if @text is too large, has NUL bytes or is not UTF-8 */
gboolean cusax_provision_check_text (const char *text, gsize length, GError **error);

/** As cusax_provision_set(), after {user} and {domain} of @jid were filled in. */
gboolean cusax_provision_set_expanded (CusaxProvision *provision, const CusaxSetting *setting, const char *value,
                                       const char *jid, GError **error);

/** As cusax_provision_lock(); names that are no setting are ignored. */
gboolean cusax_provision_lock_listed (CusaxProvision *provision, const char *name, GError **error);

/** Returns: FALSE if values that are good one by one make no sense together */
gboolean cusax_provision_check_whole (const CusaxProvision *provision, GError **error);

/** Returns: TRUE if @text, a JID in any spelling, is @jid (bare) */
gboolean cusax_provision_is_for (const char *text, const char *jid);

G_END_DECLS
