/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telephone addresses: SIP URIs, numbers and what people type, read strictly, written in one form, compared by
 * the rules (RFC 3261 section 19.1, RFC 3966). Input is hostile: cards, headers and links end here. Also JIDs,
 * as far as a bare JID names an address of record (R2). Knows no libpurple and asks nobody.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The longest text that any function here takes; longer ones are CUSAX_ERROR_INVALID. */
#define CUSAX_ADDRESS_MAX_LENGTH 1024

/** CusaxAddress: an immutable SIP address (scheme sip or sips). */
typedef struct _CusaxAddress CusaxAddress;

CusaxAddress *cusax_address_ref (CusaxAddress *address);
void cusax_address_unref (CusaxAddress *address);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxAddress, cusax_address_unref)

/**
 * cusax_address_parse_uri:
 * @text: a "sip:" or "sips:" URI, without display name or angle brackets
 *
 * Keeps user, host, port, user=phone and transport; drops headers, method, maddr, ttl, lr and a password.
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_INVALID
 */
CusaxAddress *cusax_address_parse_uri (const char *text, GError **error);

/**
 * cusax_address_parse_target:
 * @text: what a person typed or a card says: a SIP URI, "user@host", "tel:...", or digits with the usual
 *   punctuation ("+33.1.77", "0177 62 43 39", "**621", "*31#")
 * @domain: the account's own domain, to which numbers are sent
 *
 * R23: numbers become sip:NUMBER@domain;user=phone with visual separators removed; strings that start with
 * '*' or '#' are kept as they are.
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_INVALID
 */
CusaxAddress *cusax_address_parse_target (const char *text, const char *domain, GError **error);

/**
 * cusax_address_new_from_jid:
 * @jid: "node@domain[/resource]"
 *
 * Returns: (transfer full): sip:node@domain, the same-name guess of R2, with the node's characters escaped as
 *   RFC 3261 needs it; NULL with CUSAX_ERROR_INVALID (no node, bad domain)
 */
CusaxAddress *cusax_address_new_from_jid (const char *jid, GError **error);

/** Returns: (transfer full): the bare form of @jid, lower-case domain, without the resource; NULL + INVALID */
char *cusax_address_jid_bare (const char *jid, GError **error);

/** Returns: (transfer full): the domain of @jid in lower case; NULL + INVALID */
char *cusax_address_jid_domain (const char *jid, GError **error);

/** Returns: the URI as it goes on the wire ("sip:alice@example.org"); owned by @address */
const char *cusax_address_get_uri (const CusaxAddress *address);

/** Returns: the user part, unescaped; NULL if there is none; owned by @address */
const char *cusax_address_get_user (const CusaxAddress *address);

/** Returns: the host in lower case, IPv6 without brackets; owned by @address */
const char *cusax_address_get_host (const CusaxAddress *address);

/** Returns: the port, 0 if none was given */
guint16 cusax_address_get_port (const CusaxAddress *address);

/** Returns: (nullable): the transport parameter in lower case ("tls"); owned by @address */
const char *cusax_address_get_transport (const CusaxAddress *address);

/** Returns: TRUE for the scheme sips */
gboolean cusax_address_is_sips (const CusaxAddress *address);

/** Returns: TRUE if the user part is a telephone number (user=phone, or '+' and digits) */
gboolean cusax_address_is_number (const CusaxAddress *address);

/**
 * cusax_address_get_display:
 * @domain: (nullable): the account's own domain
 *
 * Returns: (transfer full): one short form for people: the number alone for a number at @domain, else
 *   "user@host[:port]". Equal addresses give equal texts.
 */
char *cusax_address_get_display (const CusaxAddress *address, const char *domain);

/** Returns: TRUE if both are equal by RFC 3261 section 19.1.4 (user with, host without regard to case). */
gboolean cusax_address_equal (const CusaxAddress *a, const CusaxAddress *b);

/** Returns: TRUE if @host is a syntactically valid DNS name or IP literal (no port). */
gboolean cusax_address_host_is_valid (const char *host);

G_END_DECLS
