/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key files of companies and people (R9): purple-cusax.conf of the system's and of the user's configuration folder,
 * read at each sign-in. A file that cannot be used is named and changes nothing. The system's folder is /etc, also below
 * another prefix, unless Meson's sysconfdir says otherwise.
 */
#pragma once

#include "provision.h"

G_BEGIN_DECLS

/**
 * cusax_keyfiles_read:
 * @source: CUSAX_PROVISION_SYSTEM_FILE or _USER_FILE
 * @jid: bare
 *
 * Regular files of at most CUSAX_PROVISION_MAX_BYTES.
 *
 * Returns: (transfer full) (nullable): NULL without error: there is no file, or it is for others; NULL with
 *   CUSAX_ERROR_INVALID "PATH: ..."
 */
CusaxProvision *cusax_keyfiles_read (CusaxProvisionSource source, const char *jid, GError **error);

G_END_DECLS
