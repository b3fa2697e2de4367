/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What counts as an address of a document: https, a valid host, no user name, ASCII, bounded. One judge for all who look
 * at one, because two parsers that differ in where a host ends are a way to get a password.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_WEBURL_MAX 2048

/** Returns: (transfer full) (nullable): @url (nullable) parsed; NULL if it is no such address */
GUri *cusax_weburl_parse (const char *url);

G_END_DECLS
