/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a transport waits for, and for how long: a pair, a handshake, packets both ways. See transport-private.h. */
#include "transport-private.h"

#include "error.h"
#include "transport.h"

/* ICE and the handshake together, of the time that each has alone: 8 s are 10. */
#define WHOLE_PERCENT 125

/* ------------------------------------------------------------------- state */

static CusaxTransportState
work_out_state (const Transport *t)
{
  if (t->carrier != NULL)
    return t->carrier_state;
  if (!t->has_remote)
    return CUSAX_TRANSPORT_NEW;
  if (!t->is_connected || (t->agreed == CUSAX_KEYING_DTLS && t->associations[0].outbound == NULL))
    return CUSAX_TRANSPORT_CONNECTING;
  return CUSAX_TRANSPORT_READY;
}

static void
set_deadline (Transport *t, gint64 interval)
{
  t->setup_began = g_get_monotonic_time ();
  t->deadline = t->setup_began + interval;
}

void
cusax_transport_begin_setup (Transport *t)
{
  if (t->state == CUSAX_TRANSPORT_CONNECTING)
    set_deadline (t, t->setup_us);
  cusax_transport_arm_watch (t);
}

/* A way was found at last: the handshake has its own time, as far as both together stay within what people are promised. */
static void
give_handshake_time (Transport *t)
{
  if (t->deadline != 0)
    t->deadline = MIN (g_get_monotonic_time () + t->setup_us, t->setup_began + t->setup_us * WHOLE_PERCENT / 100);
  cusax_transport_arm_watch (t);
}

/* ICE had found a way, and it is gone. */
static gboolean
is_lost (const Transport *t, CusaxTransportState before)
{
  return before == CUSAX_TRANSPORT_READY && t->state == CUSAX_TRANSPORT_CONNECTING && t->carrier == NULL && t->path == NULL
         && t->ice != NULL && cusax_ice_is_lost (t->ice, 0);
}

void
cusax_transport_update_state (Transport *t)
{
  CusaxTransportState before = t->state;
  gboolean had_way = t->had_way;

  t->had_way = t->is_connected;
  t->state = work_out_state (t);
  if (t->state == before)
    {
      if (t->state == CUSAX_TRANSPORT_CONNECTING && t->is_connected && !had_way)
        give_handshake_time (t);
      return;
    }
  t->deadline = 0;
  if (t->state == CUSAX_TRANSPORT_CONNECTING && t->carrier == NULL)
    set_deadline (t, before == CUSAX_TRANSPORT_READY && !t->is_connected ? t->loss_us : t->setup_us);
  t->events &= ~EVENT_LOST;
  if (is_lost (t, before))
    cusax_transport_post (t, EVENT_LOST);
  if (t->state == CUSAX_TRANSPORT_READY)
    {
      cusax_transport_restart_watch (t, &t->in);
      cusax_transport_restart_watch (t, &t->out);
    }
  cusax_transport_arm_watch (t);
  cusax_transport_post (t, EVENT_STATE);
  cusax_transport_tell_guest (t);
}

/* In words that a log understands; people read those of the code. */
static void
check_deadline (Transport *t, gint64 now)
{
  if (t->deadline == 0 || now < t->deadline)
    return;
  t->deadline = 0;
  if (!t->is_connected)
    cusax_transport_fail (t, g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_NO_PATH,
                                                  "no candidate pair answers: no way between the two sides"));
  else
    cusax_transport_fail (t, g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_HANDSHAKE,
                                                  "the DTLS handshake came to no end in time"));
}

/* ----------------------------------------------------------------- silence */

static gint64
get_silence_end (const Transport *t, const Watch *watch, CusaxDirection bit)
{
  if (t->state != CUSAX_TRANSPORT_READY || (t->direction & bit) == 0 || watch->told)
    return -1;
  return MAX (watch->last, watch->since) + t->silence_us;
}

static gint64
sooner (gint64 a, gint64 b)
{
  return a < 0 ? b : b < 0 ? a : MIN (a, b);
}

void
cusax_transport_arm_watch (Transport *t)
{
  gint64 next = t->deadline != 0 ? t->deadline : -1;

  next = sooner (next, t->previous_end != 0 ? t->previous_end : -1);
  next = sooner (next, get_silence_end (t, &t->in, CUSAX_DIRECTION_RECVONLY));
  next = sooner (next, get_silence_end (t, &t->out, CUSAX_DIRECTION_SENDONLY));
  if (t->watch != NULL)
    g_source_set_ready_time (t->watch, next);
}

static void
check_silence (Transport *t, Watch *watch, CusaxDirection bit, guint event, gint64 now)
{
  gint64 end = get_silence_end (t, watch, bit);

  if (end < 0 || now < end)
    return;
  watch->told = TRUE;
  cusax_transport_post (t, event);
}

/* Packets do not touch the timer: it looks for itself whether some came, at most once per interval. */
gboolean
cusax_transport_on_watch (gpointer transport)
{
  Transport *t = transport;
  gint64 now = g_get_monotonic_time ();

  cusax_transport_let_previous_go (t);
  g_mutex_lock (&t->lock);
  check_deadline (t, now);
  check_silence (t, &t->in, CUSAX_DIRECTION_RECVONLY, EVENT_SILENCE_IN, now);
  check_silence (t, &t->out, CUSAX_DIRECTION_SENDONLY, EVENT_SILENCE_OUT, now);
  cusax_transport_arm_watch (t);
  g_mutex_unlock (&t->lock);
  return G_SOURCE_CONTINUE;
}

void
cusax_transport_restart_watch (Transport *t, Watch *watch)
{
  watch->since = g_get_monotonic_time ();
  watch->told = FALSE;
}

/* @event: of @watch, which may be pending: it is no longer true then. */
void
cusax_transport_note_traffic (Transport *t, Watch *watch, guint event)
{
  watch->last = g_get_monotonic_time ();
  t->events &= ~event;
  if (watch->told)
    {
      watch->told = FALSE;
      cusax_transport_arm_watch (t);
    }
}

/* ------------------------------------------------------------------- tests */

void
cusax_transport_set_silence_interval (CusaxTransport *transport, guint ms)
{
  Transport *t = (Transport *) transport;

  g_mutex_lock (&t->lock);
  t->silence_us = ms * G_GINT64_CONSTANT (1000);
  cusax_statistics_set_deaf_interval (t->statistics, t->silence_us);
  cusax_transport_arm_watch (t);
  g_mutex_unlock (&t->lock);
}

void
cusax_transport_set_setup_interval (CusaxTransport *transport, guint ms, guint loss_ms)
{
  Transport *t = (Transport *) transport;

  g_mutex_lock (&t->lock);
  t->setup_us = ms * G_GINT64_CONSTANT (1000);
  t->loss_us = loss_ms * G_GINT64_CONSTANT (1000);
  cusax_transport_begin_setup (t);
  g_mutex_unlock (&t->lock);
}
