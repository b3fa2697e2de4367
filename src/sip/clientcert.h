/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our own certificate for servers that ask for one (setting client_certificate): read and checked before
 * anything goes out, so that a wrong file is a fault in words and not a refused handshake.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * cusax_clientcert_load:
 * @path: absolute path of a PEM file with the certificate, its chain if there is one, and its unencrypted key
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_INVALID, whose words begin with the setting's name
 */
GTlsCertificate *cusax_clientcert_load (const char *path, GError **error);

G_END_DECLS
