/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one person decided about calls of one account, kept over restarts (R26, R43, R52): numbers that may be
 * called without asking, domains that were told of, the chosen number of a contact, numbers attached to a contact,
 * and the relation JID - AOR. One key file ("people") in the store; a broken one is set aside and begun anew.
 */
#pragma once

#include "config.h"
#include "ports.h"

G_BEGIN_DECLS

typedef struct _CusaxMemory CusaxMemory;

/** Reads the file. @store is borrowed. A file that cannot be read counts as empty. */
CusaxMemory *cusax_memory_new (CusaxStore *store);
/** Writes what is not written yet. */
void cusax_memory_free (CusaxMemory *memory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxMemory, cusax_memory_free)

/* @key: of cusax_classify_key(); per exact number (R43). Setters write the file at once. */
gboolean cusax_memory_is_allowed (const CusaxMemory *memory, const char *key);
void cusax_memory_allow (CusaxMemory *memory, const char *key);

gboolean cusax_memory_was_told (const CusaxMemory *memory, const char *domain);
void cusax_memory_set_told (CusaxMemory *memory, const char *domain);

/* The chosen key among a contact's, (nullable). */
const char *cusax_memory_get_choice (const CusaxMemory *memory, const char *jid);
void cusax_memory_set_choice (CusaxMemory *memory, const char *jid, const char *key);

/* @target: an address's URI. One address belongs to one contact: attaching takes it from another. */
const char *cusax_memory_get_attached (const CusaxMemory *memory, const char *key); /* (nullable): bare JID */
void cusax_memory_attach (CusaxMemory *memory, const char *key, const char *target, const char *jid);
void cusax_memory_detach (CusaxMemory *memory, const char *key);
/** Returns: (transfer full) NULL-terminated: the URIs attached to @jid */
char **cusax_memory_list_attached (const CusaxMemory *memory, const char *jid);

/** Makes the keys of attached addresses anew: settings may have changed what a number means. */
void cusax_memory_renew_keys (CusaxMemory *memory, const CusaxConfig *config);

/** Notes {JID, AOR, related domains, origin} (R52), if it changed. */
void cusax_memory_set_relation (CusaxMemory *memory, const CusaxConfig *config);

G_END_DECLS
