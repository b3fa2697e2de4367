/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a refused certificate says, as a person is asked about it: the CusaxCertificate of ports.h out of GIO's
 * object, and the same in words for logs. Everything in it was written by whoever is at the other end. Part of
 * the relay.
 */
#pragma once

#include "ports.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _CusaxPeercert CusaxPeercert;

/**
 * cusax_peercert_new:
 * @flags: what GIO found wrong
 * @host: the name that it should be for
 * @trust: (nullable): knows what was accepted for @host and @port before
 *
 * Returns: (transfer full)
 */
CusaxPeercert *cusax_peercert_new (GTlsCertificate *certificate, GTlsCertificateFlags flags, const char *host,
                                   guint16 port, CusaxTrust *trust);
/** Returns: (transfer full): the same facts */
CusaxPeercert *cusax_peercert_copy (const CusaxCertificate *certificate);
void cusax_peercert_free (CusaxPeercert *peercert);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxPeercert, cusax_peercert_free)

/** (transfer none) */
const CusaxCertificate *cusax_peercert_get (const CusaxPeercert *peercert);

/** Returns: (transfer full): "it has expired; it is not for example.org" */
char *cusax_peercert_describe (const CusaxCertificate *certificate);

/** Returns: (nullable): static: "TLS 1.3" */
const char *cusax_peercert_get_tls_version (GTlsConnection *connection);

G_END_DECLS
