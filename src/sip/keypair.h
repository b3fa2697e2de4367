/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one-time key of the relay's inner leg: a P-256 key and a self-signed certificate for 127.0.0.1 that live
 * no longer than the process. Both ends of the leg show this certificate and accept no other. Sofia reads keys
 * from files only, so they are on disk between new and drop_files, in a folder of our own (0700, files 0600).
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _CusaxKeypair CusaxKeypair;

/** Returns: (transfer full): NULL with CUSAX_ERROR_UNSUPPORTED (no key, or no folder to write to) */
CusaxKeypair *cusax_keypair_new (GError **error);

/** Removes the files too. */
void cusax_keypair_free (CusaxKeypair *keypair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxKeypair, cusax_keypair_free)

/** Returns: (transfer none): certificate with its key */
GTlsCertificate *cusax_keypair_get_certificate (CusaxKeypair *keypair);

/** Returns: (nullable): the folder for NUTAG_CERTIFICATE_DIR (agent.pem, cafile.pem); NULL once dropped */
const char *cusax_keypair_get_dir (CusaxKeypair *keypair);

/** Removes the files and the folder. */
void cusax_keypair_drop_files (CusaxKeypair *keypair);

G_END_DECLS
