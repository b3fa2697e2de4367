/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps from nua what it cannot bear on a stream. Sofia takes 400 and 505 for the end of the connection, and after a message
 * whose start line or From it cannot read it stops reading for good, without a word: the leg would be deaf. Our connection
 * leads to our server, which brings the messages of everybody. So each whole message is read beforehand, as nua will do
 * it, and one that it would stumble over is answered here, as Sofia would have.
 */
#pragma once

#include "framing.h"

#include <sofia-sip/msg_mclass.h>

G_BEGIN_DECLS

/**
 * cusax_screening_is_fit:
 * @mclass: (nullable): how nua reads
 * @framed: MESSAGE, TOO_LARGE or LOST
 * @answer: (out) (nullable) (transfer full): what the server is to be told; only with FALSE
 *
 * Returns: TRUE if nua may see it: never but for MESSAGE
 */
gboolean cusax_screening_is_fit (const msg_mclass_t *mclass, CusaxFramed framed, const char *bytes, gsize length,
                                 GBytes **answer);

G_END_DECLS
