/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the name of a SIP server or domain to a list of places to try (RFC 3263 section 4): NAPTR and SRV, then
 * addresses, through the system's own rules (hosts file, mDNS). Asynchronous, cancelable, knows no policy
 * beyond "TLS only", and remembers nothing (trials.h does).
 */
#pragma once

#include "config.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/** The most targets that one query yields; more are dropped. */
#define CUSAX_LOCATE_MAX_TARGETS 16

/** CusaxTarget: one place to try. */
typedef struct
{
  CusaxTransportKind transport; /* TLS, TCP or UDP, never AUTO */
  char *host;                   /* the name that led here (SRV target or host); no proof of anything */
  char *address;                /* IP literal */
  guint16 port;
} CusaxTarget;

CusaxTarget *cusax_target_new (CusaxTransportKind transport, const char *host, const char *address,
                               guint16 port);
CusaxTarget *cusax_target_copy (const CusaxTarget *target);
void cusax_target_free (CusaxTarget *target);
/** Returns: TRUE if both are the same transport, address and port; names do not count. */
gboolean cusax_target_equal (const CusaxTarget *one, const CusaxTarget *other);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxTarget, cusax_target_free)

/** Returns: (transfer full): for people: "sip.example.org:5061 (TLS)" */
char *cusax_target_describe (const CusaxTarget *target);

/** CusaxLocateQuery: what is looked for; borrowed for the call of cusax_locate_async(). */
typedef struct
{
  const char *host; /* name or IP literal (IPv6 without brackets) */
  guint16 port;     /* 0 = not given */
  CusaxTransportKind
    transport;          /* AUTO: whatever the domain has, in NAPTR's order or TLS before TCP before UDP */
  gboolean require_tls; /* only TLS targets */
  GInetSocketAddress *name_server; /* (nullable): to ask for NAPTR instead of the system's */
} CusaxLocateQuery;

/**
 * cusax_locate_async:
 * @query: usually cusax_config_get_server_host() if set, else cusax_config_get_domain()
 * @callback: called once, from the main loop; never from inside this call
 *
 * An IP literal or a given port: addresses only. Else SRV for each transport asked for (_sips._tcp, _sip._tcp,
 * _sip._udp) and, with transport AUTO, NAPTR, all side by side. NAPTR with a transport that may be used says
 * which ones, in which order, and the names of their SRV records; without, a transport without SRV record is
 * left out if another one has some. If there are none at all, the addresses of @host with the default port. An
 * SRV target of "." means "not here" (RFC 2782). require_tls with transport TCP or UDP fails with
 * CUSAX_ERROR_NOT_PROTECTED; a domain whose NAPTR lists no TLS is asked for TLS all the same.
 */
void cusax_locate_async (const CusaxLocateQuery *query, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);

/**
 * cusax_locate_finish:
 *
 * Returns: (transfer full) (element-type CusaxTarget): at least one target, in order of trial, no doubles; NULL
 *   with CUSAX_ERROR_NO_HOST (DNS says no), CUSAX_ERROR_UNREACHABLE (DNS does not answer),
 *   CUSAX_ERROR_NOT_PROTECTED, CUSAX_ERROR_INVALID, or G_IO_ERROR_CANCELLED
 */
GPtrArray *cusax_locate_finish (GAsyncResult *result, GError **error);

G_END_DECLS
