/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is remembered of one contact's vCard: the JID, when it was read, the telephone entries with the keys by
 * which callers are compared. Immutable and packed into one allocation, because there may be 100,000; one line of
 * the cache file each.
 */
#pragma once

#include "classify.h"
#include "vcard.h"

G_BEGIN_DECLS

typedef struct _CusaxCard CusaxCard;

typedef enum
{
  CUSAX_CARD_READ,     /* the card as its owner wrote it, perhaps without entries */
  CUSAX_CARD_NONE,     /* there is no card (item-not-found, empty) */
  CUSAX_CARD_FAILED    /* could not be asked: remembered, so that it is not asked again and again */
} CusaxCardState;

/** CusaxCardEntry: borrowed from the card. */
typedef struct
{
  const char *value;   /* as in CusaxTel */
  const char *key;     /* cusax_classify_key() of the value as a target; "" if it cannot be dialled */
  CusaxTelTypes types;
  guint pref;
} CusaxCardEntry;

/**
 * cusax_card_new:
 * @jid: bare, normalised by the caller
 * @tels: (nullable) (element-type CusaxTel)
 * @read_at: seconds since 1970
 *
 * Makes the keys with cusax_address_parse_target() in the domain of @config.
 *
 * Returns: (transfer full)
 */
CusaxCard *cusax_card_new (const char *jid, CusaxCardState state, gint64 read_at, const GPtrArray *tels,
                           const CusaxConfig *config);
CusaxCard *cusax_card_ref (CusaxCard *card);
void cusax_card_unref (CusaxCard *card);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxCard, cusax_card_unref)

const char *cusax_card_get_jid (const CusaxCard *card);
CusaxCardState cusax_card_get_state (const CusaxCard *card);
gint64 cusax_card_get_read_at (const CusaxCard *card);
guint cusax_card_get_n_entries (const CusaxCard *card);
void cusax_card_get_entry (const CusaxCard *card, guint index, CusaxCardEntry *entry);

/** Appends one line (ended by \n) of the cache file to @text: fields by tabs, see card.c. */
void cusax_card_to_line (const CusaxCard *card, GString *text);

/**
 * cusax_card_from_line:
 * @line: @length bytes, without the newline; a file may have been edited by anybody
 *
 * Takes the keys from the line: the caller has checked that they were made with the same settings.
 *
 * Returns: (transfer full) (nullable): NULL if the line is broken
 */
CusaxCard *cusax_card_from_line (const char *line, gsize length);

G_END_DECLS
