/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NAPTR records (RFC 3403) of a domain, which GLib's resolver does not know: what services it has and by which
 * names (RFC 3263 for SIP, RFC 6011 for settings). Asked through libresolv in a thread of its own; what came is
 * read by a pure function. Knows neither SIP nor what a service means. DNS is not signed: a hint, never a
 * proof.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** No lookup takes longer, whatever the name servers do. */
#define CUSAX_NAPTR_TIMEOUT_MS 4000

/** More records of an answer are dropped. */
#define CUSAX_NAPTR_MAX_RECORDS 32

/** CusaxNaptr: one record; texts are printable ASCII (regexp: UTF-8), "" where the record has nothing. */
typedef struct
{
  guint16 order, preference;
  char *flags;       /* upper case: "S", "A", "U", "P" or "" */
  char *service;     /* upper case: "SIPS+D2T" */
  char *regexp;      /* as it came */
  char *replacement; /* a domain name without the final dot; "" for the root: none */
} CusaxNaptr;

/**
 * cusax_naptr_parse:
 * @answer: @length bytes of a DNS message, from anybody
 *
 * Reads the NAPTR records of the answer section; what is broken, not of class IN or not fit to be shown is left
 * out.
 *
 * Returns: (transfer full) (element-type CusaxNaptr): by order, then preference; may be empty; NULL with
 *   CUSAX_ERROR_INVALID if it is no DNS answer
 */
GPtrArray *cusax_naptr_parse (const guint8 *answer, gsize length, GError **error);

/**
 * cusax_naptr_lookup_async:
 * @name: a domain
 * @server: (nullable): the one name server to ask (IPv4); NULL: the system's
 * @callback: called once, from the main loop; never from inside this call; at once when cancelled
 */
void cusax_naptr_lookup_async (const char *name, GInetSocketAddress *server, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);

/**
 * cusax_naptr_lookup_finish:
 *
 * Returns: (transfer full) (element-type CusaxNaptr): as of cusax_naptr_parse(), empty if DNS says that there
 * are none; NULL with CUSAX_ERROR_UNREACHABLE (no answer), CUSAX_ERROR_INVALID or G_IO_ERROR_CANCELLED
 */
GPtrArray *cusax_naptr_lookup_finish (GAsyncResult *result, GError **error);

/**
 * cusax_naptr_is_idle:
 *
 * A cancelled lookup's thread goes on until its name server answers or CUSAX_NAPTR_TIMEOUT_MS are over; until
 * then this code must stay mapped.
 *
 * Returns: TRUE if no thread runs
 */
gboolean cusax_naptr_is_idle (void);

G_END_DECLS
