/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Part of the relay: joins an outer and an inner stream and moves bytes unchanged, 16 KiB at most in each
 * direction, so that a slow side holds up the fast one. Until the inner stream is there the server's bytes
 * wait. With a screen, the server's messages pass whole or not at all, and what it says instead goes to the server between
 * two messages of nua's.
 */
#pragma once

#include "framing.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _CusaxSplice CusaxSplice;

typedef struct
{
  void (*on_bytes) (gpointer user_data, gboolean outgoing, const char *bytes, gsize length);
  /* (nullable): see CusaxRelayListener */
  gboolean (*is_fit) (gpointer user_data, CusaxFramed framed, const char *bytes, gsize length, GBytes **answer);
  /* One of the streams ended; both are closed. The splice is dead, and still to be freed. */
  void (*on_end) (gpointer user_data, gboolean outer, const GError *error);
} CusaxSpliceListener;

/**
 * cusax_splice_new:
 * @outer: (transfer full)
 * @connection: (transfer full): the TCP connection under it
 * @keepalive_ms: (RFC 5626 section 3.5.1) CRLFCRLF goes out after this time without a byte to the server; 0:
 * never
 */
CusaxSplice *cusax_splice_new (GIOStream *outer, GSocketConnection *connection, guint keepalive_ms,
                               const CusaxSpliceListener *listener, gpointer user_data);

/** Both (transfer full); once per splice. */
void cusax_splice_set_inner (CusaxSplice *splice, GIOStream *inner, GSocketConnection *connection);

gboolean cusax_splice_has_inner (CusaxSplice *splice);

/** Closes both streams at once. The listener is not called any more. */
void cusax_splice_free (CusaxSplice *splice);

G_END_DECLS
