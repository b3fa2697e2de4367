/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keypad digits: as people write them, and as the body of an INFO. Pure. RFC 4733 section 3.2 (the sixteen events),
 * application/dtmf-relay as Cisco and everybody after them use it (no RFC).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The most digits and pauses in one text. */
#define CUSAX_DTMF_MAX 64

/** Returns: TRUE for 0-9 * # A-D */
gboolean cusax_dtmf_is_digit (char c);

/**
 * cusax_dtmf_clean:
 * @text: "123,4#"; blanks, - . ( ) / are passed over, a-d count as A-D, ',' 'p' 'w' and ';' are pauses
 *
 * Returns: (transfer full): 0-9 * # A-D and ',' only, at least one digit; NULL with CUSAX_ERROR_INVALID
 */
char *cusax_dtmf_clean (const char *text, GError **error);

#define CUSAX_DTMF_INFO_TYPE "application/dtmf-relay"

/** Returns: (transfer full): "Signal=5\r\nDuration=160\r\n" */
char *cusax_dtmf_info_body (char digit, guint ms);

/** Returns: the digit of an INFO's body of @content_type (dtmf-relay, or application/dtmf with the digit alone); 0: none */
char cusax_dtmf_info_read (const char *content_type, const char *body, gsize length);

G_END_DECLS
