/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callstats.h. */
#include "callstats.h"

#include "words.h"

#include <glib/gi18n-lib.h>

/* Returns: of what they sent, in percent */
static double
loss_percent (const CusaxTransportStats *stats)
{
  guint64 all = stats->packets_lost + stats->packets_received;

  return all > 0 ? 100.0 * (double) stats->packets_lost / (double) all : 0.0;
}

/* --------------------------------------------------------------- for people */

/* @line: (transfer full) */
static void
add_line (GString *text, char *line)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", line);
  g_free (line);
}

/* The numbers as text first: the width of guint64 has no place in a translatable sentence. */
static char *
count (guint64 number)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

static void
add_packets (GString *text, const CusaxTransportStats *stats)
{
  g_autofree char *sent = count (stats->packets_sent);
  g_autofree char *received = count (stats->packets_received);
  g_autofree char *dropped = count (stats->packets_dropped);
  g_autofree char *sent_size = g_format_size (stats->bytes_sent);
  g_autofree char *received_size = g_format_size (stats->bytes_received);

  add_line (text, g_strdup_printf (_ ("Packets sent: %s (%s)"), sent, sent_size));
  add_line (text, g_strdup_printf (_ ("Packets received: %s (%s)"), received, received_size));
  add_line (text, g_strdup_printf (_ ("Packets refused: %s"), dropped));
}

static void
add_quality (GString *text, const CusaxTransportStats *stats)
{
  g_autofree char *lost = count (stats->packets_lost);
  g_autofree char *reported = count (stats->reported_lost);

  if (stats->packets_received > 0)
    add_line (text, g_strdup_printf (_ ("Lost on the way here: %s (%.1f %%), jitter %.1f ms"), lost, loss_percent (stats),
                                     stats->jitter_ms));
  if (stats->has_reports)
    add_line (text, g_strdup_printf (_ ("Lost on the way there: %s, jitter %.1f ms"), reported, stats->reported_jitter_ms));
  if (stats->round_trip_ms >= 0.0)
    add_line (text, g_strdup_printf (_ ("Round trip: %.0f ms"), stats->round_trip_ms));
}

/* Returns: (nullable): for one of ICE's names (RFC 8445 section 5.1.1) */
static const char *
kind_words (const char *kind)
{
  if (kind == NULL)
    return NULL;
  if (g_str_equal (kind, "relay"))
    return _ ("through a TURN server");
  if (g_str_equal (kind, "srflx") || g_str_equal (kind, "prflx"))
    return _ ("through a router");
  return _ ("direct");
}

/* "192.0.2.1:7078 (direct)". Returns: (transfer full) (nullable) */
static char *
end_words (const char *address, const char *kind)
{
  const char *words = kind_words (kind);

  if (address == NULL)
    return NULL;
  return words != NULL ? g_strdup_printf ("%s (%s)", address, words) : g_strdup (address);
}

static void
add_path (GString *text, const CusaxTransportStats *stats)
{
  g_autofree char *here = end_words (stats->local_address, stats->local_kind);
  g_autofree char *there = end_words (stats->remote_address, stats->remote_kind);

  if (here != NULL)
    add_line (text, g_strdup_printf (_ ("Address here: %s"), here));
  if (there != NULL)
    add_line (text, g_strdup_printf (_ ("Address there: %s"), there));
}

static const char *
keying_name (CusaxKeying keying)
{
  switch (keying)
    {
    case CUSAX_KEYING_SDES:
      return "SDES";
    case CUSAX_KEYING_DTLS:
      return "DTLS";
    case CUSAX_KEYING_NONE:
      break;
    }
  return NULL;
}

/* Agreed is one thing, in use another: a handshake takes its time. */
static void
add_keys (GString *text, CusaxCall *call, const CusaxTransportStats *stats)
{
  const char *name = keying_name (stats->keying);

  if (name != NULL)
    add_line (text, g_strdup_printf (stats->suite != NULL ? _ ("Keys: %s, %s") : _ ("Keys: %s"), name, stats->suite));
  else if (cusax_call_get_keys (call) != CUSAX_CALL_KEYS_NONE)
    add_line (text, g_strdup (_ ("Keys: not agreed on yet")));
}

static void
add_picture (GString *text, CusaxCall *call)
{
  static const char *const directions[] = { NULL, N_ ("yours is shown there"), N_ ("theirs is shown here"),
                                            N_ ("both are shown") };
  CusaxDirection direction = cusax_call_get_video (call);
  const char *codec = cusax_call_get_video_codec (call);
  CusaxTransportStats stats;

  if (direction == CUSAX_DIRECTION_INACTIVE)
    return;
  add_line (text, g_strdup_printf (codec != NULL ? _ ("Picture: %s, %s") : _ ("Picture: %s"), _ (directions[direction]),
                                   codec));
  if (!cusax_call_get_video_stats (call, &stats))
    return;
  add_packets (text, &stats);
  add_quality (text, &stats);
}

char *
cusax_callstats_words (CusaxCall *call)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *devices = cusax_call_dup_devices (call);
  g_autofree char *clean = cusax_words_address (devices, CUSAX_WORDS_FULL_LENGTH);
  CusaxTransportStats stats;

  if (cusax_call_get_codec (call) != NULL)
    add_line (text, g_strdup_printf (_ ("Codec: %s"), cusax_call_get_codec (call)));
  if (cusax_call_get_stats (call, &stats))
    {
      add_packets (text, &stats);
      add_quality (text, &stats);
      add_path (text, &stats);
      add_keys (text, call, &stats);
    }
  if (clean != NULL)
    add_line (text, g_strdup_printf (_ ("Devices: %s"), clean));
  add_picture (text, call);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --------------------------------------------------------------- for the log */

static void
log_stats (GString *line, const CusaxTransportStats *stats)
{
  const char *keying = keying_name (stats->keying);

  g_string_append_printf (line, ", %s%s%s", keying != NULL ? keying : "no keys", stats->suite != NULL ? " " : "",
                          stats->suite != NULL ? stats->suite : "");
  g_string_append_printf (line, ", sent %" G_GUINT64_FORMAT ", received %" G_GUINT64_FORMAT ", lost %" G_GUINT64_FORMAT
                                " (%.1f %%), jitter %.1f ms",
                          stats->packets_sent, stats->packets_received, stats->packets_lost, loss_percent (stats),
                          stats->jitter_ms);
  if (stats->has_reports)
    g_string_append_printf (line, ", there lost %" G_GUINT64_FORMAT ", jitter %.1f ms", stats->reported_lost,
                            stats->reported_jitter_ms);
  if (stats->round_trip_ms >= 0.0)
    g_string_append_printf (line, ", round trip %.0f ms", stats->round_trip_ms);
  g_string_append_printf (line, ", refused %" G_GUINT64_FORMAT, stats->packets_dropped);
  if (stats->local_address != NULL && stats->remote_address != NULL)
    g_string_append_printf (line, ", %s %s to %s %s", stats->local_kind != NULL ? stats->local_kind : "from",
                            stats->local_address, stats->remote_kind != NULL ? stats->remote_kind : "address",
                            stats->remote_address);
}

char *
cusax_callstats_log_line (CusaxCall *call)
{
  g_autoptr (GString) line = NULL;
  const char *codec = cusax_call_get_codec (call);
  CusaxTransportStats stats;

  if (!cusax_call_get_stats (call, &stats))
    return NULL;
  line = g_string_new (NULL);
  g_string_append_printf (line, "call #%u ended after %u s: %s", cusax_call_get_number (call), cusax_call_get_seconds (call),
                          codec != NULL ? codec : "no codec");
  log_stats (line, &stats);
  codec = cusax_call_get_video_codec (call);
  if (codec != NULL && cusax_call_get_video_stats (call, &stats))
    {
      g_string_append_printf (line, "; picture %s", codec);
      log_stats (line, &stats);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}
