/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An HTTPS server on loopback, in threads of its own, to which libcurl is led whatever host and port it asks for; with an
 * authority of its own, or certificates that nobody should trust. For src/web.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define FAKE_WEB_NAMES "DNS:example.org,DNS:www.example.org,DNS:config.example.org,DNS:other.test"

typedef enum
{
  FAKE_WEB_GOOD,
  FAKE_WEB_WRONG_NAME,
  FAKE_WEB_EXPIRED,
  FAKE_WEB_SELF_SIGNED
} FakeWebCertificate;

/** Starts it, and makes it the world of src/web. */
void fake_web_start (void);
void fake_web_stop (void);

void fake_web_show (FakeWebCertificate certificate);

/** Every address leads to @target, "host:port"; NULL: to this server again. */
void fake_web_lead_to (const char *target);

/** A name that no resolver sends out: one of its labels is too long to be asked for. */
#define FAKE_WEB_NO_NAME                                                                                               \
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.invalid:443"

/** Forgets all pages and requests. */
void fake_web_clear (void);

/**
 * fake_web_page:
 * @host: as in the Host header, "example.org" or "example.org:8443"
 * @path: without query
 * @headers: (nullable): complete lines with CRLF
 * @authorization: (nullable): what an Authorization header has to begin with, else 401 and the challenge
 */
void fake_web_page (const char *host, const char *path, guint status, const char *headers, const char *body,
                    const char *authorization);

#define FAKE_WEB_CHALLENGE                                                                                             \
  "WWW-Authenticate: Basic realm=\"r\"\r\n"                                                                            \
  "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256\r\n"

/** Says by default Basic only; with @offers_digest both. */
void fake_web_set_digest (gboolean offers_digest);

/** The connection is held after the header until fake_web_clear(). */
void fake_web_hang (const char *host, const char *path);

/** Returns: (transfer full): the requests so far, "GET example.org /path?query AUTHORIZATION\n" each */
char *fake_web_get_requests (void);
/** Returns: TRUE if a request had a line that begins so */
gboolean fake_web_had_header (const char *start);

/** Runs the loop until @is_done; fails the test after 15 s. */
void fake_web_wait (gboolean (*is_done) (void));

G_END_DECLS
