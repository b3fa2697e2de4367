/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates for tests, made when they run: an authority of our own, and servers of every good and bad kind.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TestAuthority TestAuthority;

TestAuthority *test_authority_new (void);
void test_authority_free (TestAuthority *authority);

/** Returns: (transfer full): the authority's own certificate, PEM */
char *test_authority_get_pem (TestAuthority *authority);

/**
 * test_certificate_new:
 * @authority: (nullable): NULL: signed by itself
 * @alt_names: OpenSSL syntax, "DNS:a.test,IP:127.0.0.1"
 * @from_days, @to_days: validity from now
 *
 * Returns: (transfer full): certificate with key
 */
GTlsCertificate *test_certificate_new (TestAuthority *authority, const char *alt_names, int from_days,
                                       int to_days);

G_END_DECLS
