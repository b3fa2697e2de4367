/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Masks secrets in texts that are about to be logged: digest responses, SDES keys, passwords in URIs, SASL data.
 * Every wire trace passes through here.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_redact:
 * @text: @length bytes, a SIP message or SDP, possibly cut or hostile
 *
 * Masks the values of Authorization, Proxy-Authorization, Authentication-Info, WWW-/Proxy-Authenticate nonces,
 * a=crypto inline keys and k= lines, and passwords in SIP URIs.
 *
 * Returns: (transfer full): valid UTF-8 of bounded length
 */
char *cusax_redact (const char *text, gsize length);

G_END_DECLS
