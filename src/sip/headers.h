/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a message says about its sender, taken out of Sofia's message (R20, R30, R32, R35, R38): From of a
 * request, To of a response, P-Asserted-Identity, Privacy, Call-Info, and the Contacts. Judges nothing; that is
 * core/callerid's. Reads messages of our message class (messageclass.h).
 */
#pragma once

#include "callerid.h"

#include <sofia-sip/sip.h>

G_BEGIN_DECLS

/** CusaxHeaders: owns what the CusaxSipHeaders of ports.h borrow. */
typedef struct _CusaxHeaders CusaxHeaders;

/** At most so many values of each header are taken, of the first hundreds, broken ones included. */
#define CUSAX_HEADERS_MAX_VALUES 64

/** Returns: (transfer full): nothing of it points into @sip */
CusaxHeaders *cusax_headers_new (const sip_t *sip);
void cusax_headers_free (CusaxHeaders *headers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxHeaders, cusax_headers_free)

/** Returns: (transfer none): lives as long as @headers */
const CusaxSipHeaders *cusax_headers_get (const CusaxHeaders *headers);

/** Returns: TRUE if the first Contact of @sip is one that calls can be sent to. */
gboolean cusax_headers_have_target (const sip_t *sip);

/**
 * cusax_headers_find:
 * @name: of a header that is kept raw (messageclass.h), or that Sofia does not know
 * @short_name: its compact form; 0: none
 * @n: (out): how many there are
 *
 * Returns: (nullable): the value of the first one, as sent; owned by @sip
 */
const char *cusax_headers_find (const sip_t *sip, const char *name, char short_name, guint *n);

G_END_DECLS
