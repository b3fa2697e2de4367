/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One HTTPS GET by libcurl: system CAs, name checked, TLS 1.2 or later, a few redirects to https only, bounded in size
 * and time. A password goes to the first host alone, and only after a challenge.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define CUSAX_HTTPS_TIMEOUT_MS 5000
#define CUSAX_HTTPS_MAX_REDIRECTS 3

/** Process-wide, counted: libcurl is ready between the two. Whoever asks is inside of a pair. */
void cusax_https_init (void);
void cusax_https_shutdown (void);

/** Returns: TRUE if no thread runs. A cancelled one goes on until libcurl notices, which may take as long as the system's
 * resolver does; until then this code must stay mapped. */
gboolean cusax_https_is_idle (void);

/** CusaxHttpsRequest: borrowed for the call. */
typedef struct
{
  const char *url;       /* https: */
  const char *accept;    /* "application/json" */
  const char *user;      /* (nullable): for a 401 challenge of the first host */
  const char *password;  /* (nullable): secret */
  gsize max_bytes;
} CusaxHttpsRequest;

/** Does it in a worker thread; @callback once, from the main loop; at once when cancelled. No proxy, no cookies, no .netrc;
 * an address with a user name in it is refused. */
void cusax_https_get_async (const CusaxHttpsRequest *request, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data);

/**
 * cusax_https_get_finish:
 * @final_url: (out) (nullable) (transfer full): where it came from in the end
 *
 * Returns: (transfer full): the body of a 200; NULL with CUSAX_ERROR_INVALID (address, size, redirect to http:), _NO_HOST,
 *   _UNREACHABLE, _TIMEOUT, _CERTIFICATE, _CREDENTIALS (401), _REFUSED (403, 404, 410), _UNAVAILABLE (5xx and others), or
 *   G_IO_ERROR_CANCELLED
 */
GBytes *cusax_https_get_finish (GAsyncResult *result, char **final_url, GError **error);

G_END_DECLS
