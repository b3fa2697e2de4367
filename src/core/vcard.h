/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The telephone entries of a vCard: vcard-temp (XEP-0054) and vCard4 (XEP-0292, RFC 6351), read from XML text that
 * its owner wrote, and added to one's own. Bounded: size, entries, length of each. Photos, names and everything
 * else of a card are skipped; stray text and unknown elements are survived.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_VCARD_MAX_BYTES (1024 * 1024) /* photos are in there */
#define CUSAX_VCARD_MAX_TELS 32
#define CUSAX_VCARD_MAX_VALUE 255

typedef enum
{
  CUSAX_TEL_WORK = 1 << 0,
  CUSAX_TEL_HOME = 1 << 1,
  CUSAX_TEL_VOICE = 1 << 2,
  CUSAX_TEL_VIDEO = 1 << 3,
  CUSAX_TEL_CELL = 1 << 4,
  CUSAX_TEL_FAX = 1 << 5,
  CUSAX_TEL_PAGER = 1 << 6,
  CUSAX_TEL_MODEM = 1 << 7,
  CUSAX_TEL_BBS = 1 << 8,
  CUSAX_TEL_TEXT = 1 << 9 /* also MSG, textphone */
} CusaxTelTypes;

/** Where no person answers: never offered, claims nothing. */
#define CUSAX_TEL_MACHINES (CUSAX_TEL_FAX | CUSAX_TEL_PAGER | CUSAX_TEL_MODEM | CUSAX_TEL_BBS)

/** CusaxTel: one entry. */
typedef struct
{
  char *value;         /* as written, trimmed, plain text on one line: "+33.1.77", "sip:alice@example.org", "tel:..."
                        * ("tel:sip:..." is read as "sip:...") */
  CusaxTelTypes types; /* 0: none given */
  guint pref;          /* 1 best ... 100 (RFC 6350 section 5.3); <PREF/> is 1; 101: none given */
} CusaxTel;

void cusax_tel_free (CusaxTel *tel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxTel, cusax_tel_free)

/**
 * cusax_vcard_parse:
 * @xml: the element <vCard xmlns='vcard-temp'/> or <vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'/>, UTF-8
 * @length: bytes
 *
 * Values with control or format characters, empty or too long ones are dropped; of more than
 * CUSAX_VCARD_MAX_TELS entries the first ones are kept.
 *
 * Returns: (transfer full) (element-type CusaxTel): may be empty; NULL with CUSAX_ERROR_INVALID (no XML, another
 *   element, too large)
 */
GPtrArray *cusax_vcard_parse (const char *xml, gsize length, GError **error);

/**
 * cusax_vcard_add_tel:
 * @xml: (nullable): the whole card as it was read; NULL or "": there is none yet
 * @uri: "sip:alice@example.org"
 * @types: for example CUSAX_TEL_WORK | CUSAX_TEL_VOICE
 *
 * Adds a TEL to the card and leaves everything else in it byte for byte (R15: whole-card read-modify-write).
 *
 * Returns: (transfer full): the new card's text, in the same format (vcard-temp if there was none); NULL with
 *   CUSAX_ERROR_INVALID if @xml is not one card, or one too full, or @uri is longer than CUSAX_VCARD_MAX_VALUE
 */
char *cusax_vcard_add_tel (const char *xml, const char *uri, CusaxTelTypes types, GError **error);

G_END_DECLS
