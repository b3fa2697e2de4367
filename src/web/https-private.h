/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests of src/web need: a world of their own. No setting and no document leads here. */
#pragma once

#include "https.h"

G_BEGIN_DECLS

/**
 * cusax_https_set_world:
 * @ca_file: (nullable): PEM of who is trusted in place of the system's authorities
 * @connect_to: (nullable): "HOST:PORT:ADDRESS:PORT" as of CURLOPT_CONNECT_TO: where connections go in truth
 *
 * Both are copied; nothing may be under way.
 */
void cusax_https_set_world (const char *ca_file, const char *connect_to);

G_END_DECLS
