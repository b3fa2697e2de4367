/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses, SRV and TXT records through GResolver, for a host program that has no resolver fit for threads. Answers come from
 * the main loop, once, and never after cancel.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxLookup CusaxLookup;

/** CusaxLookupRecord: */
typedef struct
{
  guint16 priority, weight, port; /* SRV */
  const char *text;               /* SRV: the target; TXT: its strings, joined */
} CusaxLookupRecord;

/* @addresses: (element-type GBytes): struct sockaddr, in the resolver's order; NULL with @error. */
typedef void (*CusaxLookupAddresses) (gpointer user_data, const GPtrArray *addresses, const GError *error);
/* @records: (element-type CusaxLookupRecord): NULL with @error, also when there is none. */
typedef void (*CusaxLookupRecords) (gpointer user_data, const GPtrArray *records, const GError *error);

/** A literal is answered like a name. Returns: (transfer none): valid until the answer or cancel */
CusaxLookup *cusax_lookup_addresses (const char *host, guint16 port, CusaxLookupAddresses done, gpointer user_data);
CusaxLookup *cusax_lookup_srv (const char *name, CusaxLookupRecords done, gpointer user_data);
CusaxLookup *cusax_lookup_txt (const char *name, CusaxLookupRecords done, gpointer user_data);

/** The pointer dies. */
void cusax_lookup_cancel (CusaxLookup *lookup);

G_END_DECLS
