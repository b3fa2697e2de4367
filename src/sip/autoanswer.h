/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether an INVITE asks to be answered without a person (paging, intercom, third-party call control): Answer-Mode and
 * Priv-Answer-Mode (RFC 5373), and what telephones understood before: Alert-Info with info=alert-autoanswer or
 * answer-after=N, Call-Info with answer-after=N. Whether that is allowed is decided elsewhere.
 */
#pragma once

#include <sofia-sip/sip.h>

#include <glib.h>

G_BEGIN_DECLS

/** The longest delay, in seconds; who asks for more gets this. */
#define CUSAX_AUTOANSWER_MAX 3600

/** Returns: after how many seconds; -1: nobody asks for it */
int cusax_autoanswer_read (const sip_t *sip);

G_END_DECLS
