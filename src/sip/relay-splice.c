/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See relay-splice.h. Operations under way hold a reference, so the buffers outlive cusax_splice_free(). */
#include "relay-splice.h"

#include "loop.h"

#define BUFFER_SIZE 16384
/* The server's time to take the answer to a message that costs the connection. */
#define ANSWER_MS 1000

/** Pump: one direction; reads, then writes, then reads. */
typedef struct
{
  CusaxSplice *splice;
  gboolean outgoing;
  GInputStream *from;  /* NULL: no such stream yet */
  GOutputStream *to;   /* NULL: no such stream yet */
  gboolean is_writing; /* bytes of ours or a keep-alive are on their way through @to */
  const guint8 *data;  /* what waits to be written: in the buffer, or in the splice's @screened */
  gsize length;
  guint8 buffer[BUFFER_SIZE];
} Pump;

struct _CusaxSplice
{
  const CusaxSpliceListener *listener; /* NULL once ended */
  gpointer user_data;
  GIOStream *outer, *inner;
  GSocketConnection *outer_connection, *inner_connection;
  GCancellable *cancellable;
  Pump to_server, from_server;
  guint keepalive_ms, keepalive_id;

  /* With a screen only. */
  CusaxFraming *incoming, *outgoing;
  GByteArray *screened; /* what nua may see of what was read last */
  GByteArray *answers;  /* what waits for the end of nua's message */
  GBytes *own;          /* of ours, while it is written */
  gboolean is_lost;     /* nothing more is read from the server: ends when it has its answer */
  gint64 last_outgoing; /* monotonic: when nua's last byte passed, or a keep-alive */
};

static void start_read (Pump *pump);
static void write_answers (CusaxSplice *splice);
static void arm_keepalive (CusaxSplice *splice, gint64 ms);

static void
clear_splice (gpointer data)
{
  CusaxSplice *splice = data;

  g_clear_object (&splice->outer);
  g_clear_object (&splice->inner);
  g_clear_object (&splice->outer_connection);
  g_clear_object (&splice->inner_connection);
  g_clear_object (&splice->cancellable);
  g_clear_pointer (&splice->incoming, cusax_framing_free);
  g_clear_pointer (&splice->outgoing, cusax_framing_free);
  g_clear_pointer (&splice->screened, g_byte_array_unref);
  g_clear_pointer (&splice->answers, g_byte_array_unref);
  g_clear_pointer (&splice->own, g_bytes_unref);
}

static void
release (CusaxSplice *splice)
{
  g_rc_box_release_full (splice, clear_splice);
}

/* Down to the sockets, so that neither TLS nor a full buffer makes it wait. */
static void
shut (GSocketConnection *connection)
{
  if (connection != NULL)
    g_socket_shutdown (g_socket_connection_get_socket (connection), TRUE, TRUE, NULL);
}

static void
close_streams (CusaxSplice *splice)
{
  splice->listener = NULL;
  g_clear_handle_id (&splice->keepalive_id, g_source_remove);
  g_cancellable_cancel (splice->cancellable);
  shut (splice->outer_connection);
  shut (splice->inner_connection);
}

/* @outer: which of the two ended; @error: (nullable): NULL is a regular end */
static void
end (CusaxSplice *splice, gboolean outer, const GError *error)
{
  const CusaxSpliceListener *listener = splice->listener;
  gpointer user_data = splice->user_data;

  if (listener == NULL)
    return;
  close_streams (splice);
  listener->on_end (user_data, outer, error);
}

/* As if it were nua's end: the server did nothing. */
static void
end_lost (CusaxSplice *splice)
{
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "one has no length, or is no SIP");

  end (splice, FALSE, error);
}

/* ----------------------------------------------------------------------- pumps */

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  Pump *pump = data;
  CusaxSplice *splice = pump->splice;
  g_autoptr (GError) error = NULL;

  pump->is_writing = FALSE;
  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    {
      pump->length = 0;
      if (splice->listener != NULL)
        write_answers (splice);
      if (splice->listener != NULL && (pump->outgoing || !splice->is_lost))
        start_read (pump);
    }
  else
    end (splice, pump->outgoing, error);
  release (splice);
}

static void
start_write (Pump *pump)
{
  if (pump->to == NULL || pump->is_writing || pump->length == 0)
    return;
  pump->is_writing = TRUE;
  g_rc_box_acquire (pump->splice);
  g_output_stream_write_all_async (pump->to, pump->data, pump->length, CUSAX_LOOP_PRIORITY,
                                   pump->splice->cancellable, on_written, pump);
}

/* ---------------------------------------------------------------------- screen */

static gboolean
on_answer_too_slow (gpointer data)
{
  CusaxSplice *splice = data;

  splice->keepalive_id = 0;
  end_lost (splice);
  return G_SOURCE_REMOVE;
}

/* The server is told, if it listens; nua gets what came before, and then the leg has to begin anew. */
static void
lose (CusaxSplice *splice)
{
  splice->is_lost = TRUE;
  g_clear_handle_id (&splice->keepalive_id, g_source_remove);
  splice->keepalive_id = cusax_loop_add_timeout (ANSWER_MS, on_answer_too_slow, splice);
}

/* From the server. A server that takes no answers gets no more of them. */
static void
screen_message (CusaxSplice *splice, CusaxFramed framed, const char *bytes, gsize length)
{
  g_autoptr (GBytes) answer = NULL;

  if (splice->listener->is_fit (splice->user_data, framed, bytes, length, &answer))
    g_byte_array_append (splice->screened, (const guint8 *) bytes, (guint) length);
  else if (answer != NULL && splice->answers->len < BUFFER_SIZE)
    g_byte_array_append (splice->answers, g_bytes_get_data (answer, NULL), (guint) g_bytes_get_size (answer));
  if (framed == CUSAX_FRAMING_LOST)
    lose (splice);
}

/* What was read: of the server's bytes only whole messages that are fit for nua go on. Of nua's the ends are looked for. */
static void
screen (Pump *pump)
{
  CusaxSplice *splice = pump->splice;
  CusaxFraming *framing = pump->outgoing ? splice->outgoing : splice->incoming;
  CusaxFramed framed;
  const char *bytes;
  gsize length;

  cusax_framing_push (framing, (const char *) pump->buffer, pump->length);
  if (!pump->outgoing)
    g_byte_array_set_size (splice->screened, 0);
  while ((framed = cusax_framing_next (framing, &bytes, &length)) != CUSAX_FRAMING_MORE)
    if (!pump->outgoing && framed == CUSAX_FRAMING_BETWEEN)
      g_byte_array_append (splice->screened, (const guint8 *) bytes, (guint) length);
    else if (!pump->outgoing)
      screen_message (splice, framed, bytes, length);
  if (pump->outgoing)
    return;
  pump->data = splice->screened->data;
  pump->length = splice->screened->len;
  write_answers (splice);
}

/* Nothing may be left after the screen. */
static void
pass_on (Pump *pump)
{
  CusaxSplice *splice = pump->splice;

  if (pump->length > 0)
    start_write (pump);
  else if (!splice->is_lost)
    start_read (pump);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Pump *pump = data;
  CusaxSplice *splice = pump->splice;
  g_autoptr (GError) error = NULL;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (splice->listener == NULL)
    {
      release (splice);
      return;
    }
  if (length <= 0)
    end (splice, !pump->outgoing, error);
  else
    {
      pump->data = pump->buffer;
      pump->length = (gsize) length;
      if (pump->outgoing)
        splice->last_outgoing = g_get_monotonic_time ();
      splice->listener->on_bytes (splice->user_data, pump->outgoing, (const char *) pump->buffer, pump->length);
      if (splice->listener != NULL && splice->incoming != NULL)
        screen (pump);
      if (splice->listener != NULL)
        pass_on (pump);
    }
  release (splice);
}

static void
start_read (Pump *pump)
{
  g_rc_box_acquire (pump->splice);
  g_input_stream_read_async (pump->from, pump->buffer, sizeof pump->buffer, CUSAX_LOOP_PRIORITY,
                             pump->splice->cancellable, on_read, pump);
}

/* ------------------------------------------------------------------ keep-alive */

static void
on_own_written (GObject *source, GAsyncResult *result, gpointer data)
{
  Pump *pump = data;
  CusaxSplice *splice = pump->splice;
  g_autoptr (GError) error = NULL;

  pump->is_writing = FALSE;
  g_clear_pointer (&splice->own, g_bytes_unref);
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    end (splice, TRUE, error);
  else if (splice->listener != NULL)
    {
      start_write (pump); /* what nua sent meanwhile */
      write_answers (splice);
    }
  release (splice);
}

static void
write_own (CusaxSplice *splice, const void *bytes, gsize length)
{
  Pump *pump = &splice->to_server;

  pump->is_writing = TRUE;
  splice->last_outgoing = g_get_monotonic_time ();
  g_rc_box_acquire (splice);
  g_output_stream_write_all_async (pump->to, bytes, length, CUSAX_LOOP_PRIORITY, splice->cancellable, on_own_written,
                                   pump);
}

/* As soon as nua is not in the middle of a message, and has none that waits. */
static void
write_answers (CusaxSplice *splice)
{
  Pump *pump = &splice->to_server;
  const char *bytes;
  gsize length;

  if (splice->answers == NULL || pump->is_writing || pump->length > 0 || !cusax_framing_is_between (splice->outgoing))
    return;
  if (splice->answers->len == 0)
    {
      if (splice->is_lost && splice->from_server.length == 0)
        end_lost (splice);
      return;
    }
  splice->own = g_byte_array_free_to_bytes (g_steal_pointer (&splice->answers));
  splice->answers = g_byte_array_new ();
  bytes = g_bytes_get_data (splice->own, &length);
  splice->listener->on_bytes (splice->user_data, TRUE, bytes, length);
  if (splice->listener != NULL)
    write_own (splice, bytes, length);
}

static gboolean
on_keepalive (gpointer data)
{
  CusaxSplice *splice = data;
  Pump *pump = &splice->to_server;
  gint64 silence = (g_get_monotonic_time () - splice->last_outgoing) / 1000;

  splice->keepalive_id = 0;
  if (silence < splice->keepalive_ms)
    {
      arm_keepalive (splice, splice->keepalive_ms - silence);
      return G_SOURCE_REMOVE;
    }
  /* nua has been silent for many seconds: this is no place inside a message. */
  if (!pump->is_writing && pump->length == 0)
    write_own (splice, "\r\n\r\n", 4);
  arm_keepalive (splice, splice->keepalive_ms);
  return G_SOURCE_REMOVE;
}

static void
arm_keepalive (CusaxSplice *splice, gint64 ms)
{
  if (splice->keepalive_ms > 0)
    splice->keepalive_id = cusax_loop_add_timeout ((guint) ms, on_keepalive, splice);
}

/* ---------------------------------------------------------------------- public */

CusaxSplice *
cusax_splice_new (GIOStream *outer, GSocketConnection *connection, guint keepalive_ms,
                  const CusaxSpliceListener *listener, gpointer user_data)
{
  CusaxSplice *splice = g_rc_box_new0 (CusaxSplice);

  splice->listener = listener;
  splice->user_data = user_data;
  splice->outer = outer;
  splice->outer_connection = connection;
  splice->cancellable = g_cancellable_new ();
  if (listener->is_fit != NULL)
    {
      splice->incoming = cusax_framing_new ();
      splice->outgoing = cusax_framing_new ();
      splice->screened = g_byte_array_new ();
      splice->answers = g_byte_array_new ();
    }
  splice->keepalive_ms = keepalive_ms;
  splice->last_outgoing = g_get_monotonic_time ();
  splice->to_server.splice = splice->from_server.splice = splice;
  splice->to_server.outgoing = TRUE;
  splice->to_server.to = g_io_stream_get_output_stream (outer);
  splice->from_server.from = g_io_stream_get_input_stream (outer);

  /* At once, so that the server's end is noticed even while nobody listens. */
  start_read (&splice->from_server);
  arm_keepalive (splice, keepalive_ms);
  return splice;
}

void
cusax_splice_set_inner (CusaxSplice *splice, GIOStream *inner, GSocketConnection *connection)
{
  splice->inner = inner;
  splice->inner_connection = connection;
  splice->from_server.to = g_io_stream_get_output_stream (inner);
  splice->to_server.from = g_io_stream_get_input_stream (inner);
  start_write (&splice->from_server);
  start_read (&splice->to_server);
}

gboolean
cusax_splice_has_inner (CusaxSplice *splice)
{
  return splice->inner != NULL;
}

void
cusax_splice_free (CusaxSplice *splice)
{
  if (splice == NULL)
    return;
  close_streams (splice);
  release (splice);
}
