/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One document of settings that somebody else than the person wrote (R9): a company's key file, a provider's JSON, what
 * the chat server hands out, the own vCard. A fixed whitelist of names (core/config's table), bounded, validated value by
 * value; a bad document is refused as a whole and the error names what is wrong. Immutable once it is read or built.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_PROVISION_MAX_BYTES (64 * 1024)

typedef enum
{
  CUSAX_PROVISION_SYSTEM_FILE, /* /etc/purple-cusax.conf */
  CUSAX_PROVISION_USER_FILE,   /* purple-cusax.conf of the user's configuration folder */
  CUSAX_PROVISION_SERVICES,    /* the chat server, XEP-0215: server and time-limited credentials */
  CUSAX_PROVISION_SIPARK,      /* a component of the chat server, Openfire's sipark namespace */
  CUSAX_PROVISION_DOCUMENT,    /* JSON over HTTPS */
  CUSAX_PROVISION_CARD,        /* the own vCard: sip_address only */
  CUSAX_PROVISION_N_SOURCES
} CusaxProvisionSource;

typedef struct _CusaxProvision CusaxProvision;

/**
 * cusax_provision_new:
 * @where: for people: a path, an address, a JID
 *
 * Returns: (transfer full): empty; fill by cusax_provision_set() before anybody else sees it
 */
CusaxProvision *cusax_provision_new (CusaxProvisionSource source, const char *where);
CusaxProvision *cusax_provision_ref (CusaxProvision *provision);
/** Wipes secrets with the last reference. */
void cusax_provision_unref (CusaxProvision *provision);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxProvision, cusax_provision_unref)

/**
 * cusax_provision_set:
 * @name: a setting of core/config's table that @source may set: from_network, unless it is a file; SERVICES server,
 *   transport and credentials only, CARD sip_address only
 * @value: as text: "true"/"false" for BOOL, decimal for INT, a keyword for CHOICE
 *
 * From the network media_encryption can be prefer or require only.
 *
 * Returns: FALSE with CUSAX_ERROR_INVALID "NAME: ..."; the value is never repeated in it
 */
gboolean cusax_provision_set (CusaxProvision *provision, const char *name, const char *value, GError **error);

/** Locks @name (files and DOCUMENT only): it counts more than what the person typed. The name must have been set. */
gboolean cusax_provision_lock (CusaxProvision *provision, const char *name, GError **error);

/** Until when it holds: seconds since 1970, 0 = no end. */
void cusax_provision_set_expires (CusaxProvision *provision, gint64 expires);

/**
 * cusax_provision_read_json:
 * @jid: bare, the account's; a document whose "jid" is another one is refused
 *
 * An object: setting names as keys (strings, booleans, integers; related_domains and on_net_numbers also as arrays of
 * strings), "jid", "locked" (array of names), "expires" (seconds since 1970). Keys that are no setting are ignored (and
 * logged); a key that is one but may not come from the network is an error. Strings, except secrets, may contain {user}
 * and {domain} of the JID. Names that come twice, NUL characters and more than 256 brackets are errors.
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_INVALID
 */
CusaxProvision *cusax_provision_read_json (CusaxProvisionSource source, const char *where, const char *text,
                                           gsize length, const char *jid, GError **error);

/**
 * cusax_provision_read_key_file:
 *
 * Group [account]: the same names, also with {user} and {domain}; jid (nullable list): JIDs or domains the file is for;
 * locked (list). Lists have semicolons between their entries.
 *
 * Returns: (transfer full) (nullable): NULL without error if the file is for other accounts; NULL with
 *   CUSAX_ERROR_INVALID
 */
CusaxProvision *cusax_provision_read_key_file (CusaxProvisionSource source, const char *where, const char *text,
                                               gsize length, const char *jid, GError **error);

/** Returns: (transfer full): JSON that cusax_provision_read_json() takes again, without secrets (for a cache). */
char *cusax_provision_to_json (const CusaxProvision *provision);

CusaxProvisionSource cusax_provision_get_source (const CusaxProvision *provision);
const char *cusax_provision_get_where (const CusaxProvision *provision);
/** (nullable) (transfer none): the value as text */
const char *cusax_provision_get (const CusaxProvision *provision, const char *name);
gboolean cusax_provision_is_locked (const CusaxProvision *provision, const char *name);
gint64 cusax_provision_get_expires (const CusaxProvision *provision);
/** Returns: TRUE if it has a secret, which cusax_provision_to_json() leaves out */
gboolean cusax_provision_has_secret (const CusaxProvision *provision);
gboolean cusax_provision_equal (const CusaxProvision *a, const CusaxProvision *b); /* both (nullable) */

G_END_DECLS
