/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A name server for tests: NAPTR records from a table, over UDP on a free loopback port, in the main loop.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NaptrRow: one record; @name "" ends the table. */
typedef struct
{
  const char *name;
  guint16 order, preference;
  const char *flags, *service, *regexp, *replacement;
} NaptrRow;

typedef enum
{
  DNS_ANSWERS,
  DNS_SILENT,
  DNS_SERVFAIL,
  DNS_GARBAGE
} DnsMode;

typedef struct
{
  GSocket *socket;
  GSource *source;
  GInetSocketAddress *address;
  const NaptrRow *rows;
  DnsMode mode;
  guint questions;
} DnsServer;

DnsServer *dns_server_new (const NaptrRow *rows);
void dns_server_free (DnsServer *server);

/** Appends @name as labels. */
void dns_append_name (GByteArray *bytes, const char *name);
/** Appends the part of a record from its owner's name (a pointer to the question) on. */
void dns_append_naptr (GByteArray *bytes, const NaptrRow *row);
/** Returns: (transfer full): header and question for @name, an answer with @n_answers to come */
GByteArray *dns_begin_answer (guint16 id, const char *name, guint rcode, guint n_answers);

G_END_DECLS
