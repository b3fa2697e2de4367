/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the digest plug-in, shared by digest.c (challenges and answers), digest-text.c (how texts are
 * written) and digest-install.c (Sofia's table). */
#pragma once

#include "digest.h"

/* Without this the installed struct ends before auc_clear (Sofia itself is built with it). */
#define SOFIA_EXTEND_AUTH_CLIENT 1
#include <sofia-sip/auth_client.h>
#include <sofia-sip/auth_client_plugin.h>

G_BEGIN_DECLS

/* digest.c */
extern const auth_client_plugin_t cusax_digest_plugin;

/* digest-text.c */
/** Returns: (transfer full): @text as a quoted-string (RFC 3261 section 25.1); control characters are dropped
 */
char *cusax_digest_quote (const char *text);
/** Returns: (transfer full): @text with our coding undone, if it is ours; wipe it. @limits: (out) (optional) */
char *cusax_digest_decode_secret (const char *text, CusaxDigestLimits *limits);

/* digest-install.c */
gboolean cusax_digest_is_installed (void);

G_END_DECLS
