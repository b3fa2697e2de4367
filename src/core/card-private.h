/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What card.c and identity.c share: the index keeps pointers to texts inside of cards, not copies, and finds
 * the card from the text. Nobody else includes this.
 */
#pragma once

#include "card.h"

G_BEGIN_DECLS

/** Returns: (transfer none): the card whose JID, or whose entry's key (not ""), @text points to */
CusaxCard *cusax_card_from_text (const char *text);

G_END_DECLS
