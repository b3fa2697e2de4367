/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See statistics.h. */
#include "statistics.h"

#include "packet.h"

#include <math.h>
#include <string.h>

/* RFC 3550 appendix A.1 */
#define MAX_DROPOUT 3000
#define MAX_MISORDER 100
/* A device has one or two; mixers and transfers bring others. Whoever was unheard for longest makes room. */
#define MAX_SOURCES 8
#define MAX_REPORTS 8 /* sender reports of ours that a receiver may still refer to */
#define N_PAYLOAD_TYPES 128
#define MAX_CLOCK_RATE 1000000

#define DEAF_US (8 * G_USEC_PER_SEC)
/* A pause in what we send, after which they need time again to notice. */
#define BREAK_US (2 * G_USEC_PER_SEC)
/* Beyond these a number is nonsense, not a network. */
#define MAX_TRANSIT_CHANGE_SECONDS 10
#define MAX_ROUND_TRIP_US (60 * G_USEC_PER_SEC)

enum
{
  RTCP_SR = 200,
  RTCP_RR = 201
};
#define HEADER 8       /* of any RTCP packet with an SSRC */
#define SENDER_INFO 20 /* of SR, behind the header */
#define BLOCK 24

/* One of theirs. */
typedef struct
{
  guint32 ssrc;
  guint32 cycles; /* of sequence numbers, in 65536 */
  guint16 highest, base;
  gint32 bad; /* the number that would prove a restart; -1: none */
  guint64 received;
  guint64 lost_before; /* until the last restart */
  guint rate;          /* that @transit is in; 0: no transit yet */
  guint32 transit;
  double jitter; /* in clock units of @rate */
} Source;

/* One of ours, and what they last said of it. */
typedef struct
{
  guint32 ssrc;
  guint rate;
  gboolean is_reported;
  guint32 reported_highest;
  gint32 reported_lost;
  guint32 reported_jitter;
} Sender;

typedef struct
{
  guint32 stamp; /* middle 32 bits of the NTP time, as they come back in LSR; 0: none */
  gint64 sent;
} SenderReport;

struct _CusaxStatistics
{
  guint rates[N_PAYLOAD_TYPES]; /* 0: not known, or nothing that jitter is measured by */
  Source sources[MAX_SOURCES];  /* latest first */
  guint n_sources;
  guint64 lost_of_others; /* of sources that had to make room */
  Sender senders[MAX_SOURCES]; /* latest first */
  guint n_senders;
  SenderReport reports[MAX_REPORTS];
  guint next_report;
  double round_trip_ms; /* < 0: not known */

  gboolean is_shared;
  gint64 deaf_us;
  gint64 sending_since, last_sent; /* 0: never */
  gint64 last_progress;
  gboolean is_deaf;
};

static guint32
get32 (const guint8 *data)
{
  return (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];
}

CusaxStatistics *
cusax_statistics_new (void)
{
  CusaxStatistics *s = g_new0 (CusaxStatistics, 1);

  s->round_trip_ms = -1;
  s->deaf_us = DEAF_US;
  return s;
}

void
cusax_statistics_free (CusaxStatistics *s)
{
  g_free (s);
}

void
cusax_statistics_set_codecs (CusaxStatistics *s, const GPtrArray *codecs)
{
  memset (s->rates, 0, sizeof s->rates);
  for (guint i = 0; codecs != NULL && i < codecs->len; i++)
    {
      const CusaxCodec *codec = codecs->pdata[i];

      /* RFC 4733: packets of one event all have the same time. */
      if (codec->payload_type < N_PAYLOAD_TYPES && codec->clock_rate <= MAX_CLOCK_RATE
          && !cusax_codec_is_auxiliary (codec))
        s->rates[codec->payload_type] = codec->clock_rate;
    }
}

void
cusax_statistics_set_shared (CusaxStatistics *s, gboolean is_shared)
{
  s->is_shared = is_shared;
}

void
cusax_statistics_set_deaf_interval (CusaxStatistics *s, gint64 us)
{
  s->deaf_us = us;
}

/* ------------------------------------------------------------- what comes */

static guint64
lost_of (const Source *source)
{
  guint64 expected = (guint64) source->cycles * 65536 + source->highest - source->base + 1;

  return source->lost_before + (expected > source->received ? expected - source->received : 0); /* fewer: doubled ones */
}

static void
restart (Source *source, guint16 sequence)
{
  source->base = source->highest = sequence;
  source->cycles = 0;
  source->received = 0;
  source->bad = -1;
  source->rate = 0;
}

/* RFC 3550 appendix A.1; the first packet counts at once. Returns: FALSE if it belongs to nothing that we know */
static gboolean
count_sequence (Source *source, guint16 sequence)
{
  guint16 step = sequence - source->highest;

  if (step < MAX_DROPOUT)
    {
      if (sequence < source->highest)
        source->cycles++;
      source->highest = sequence;
    }
  else if (step <= 65535 - MAX_MISORDER)
    {
      if (sequence != source->bad)
        {
          source->bad = (guint16) (sequence + 1);
          return FALSE;
        }
      source->lost_before = lost_of (source); /* two in a row: they began anew */
      restart (source, sequence - 1);
      source->highest = sequence;
      source->cycles = sequence == 0;
      source->received = 1; /* the one before */
    }
  source->received++;
  return TRUE;
}

/* RFC 3550 appendix A.8 */
static void
measure_jitter (Source *source, guint rate, guint32 timestamp, gint64 now)
{
  guint32 arrival = (guint32) ((guint64) (now / G_USEC_PER_SEC) * rate + now % G_USEC_PER_SEC * rate / G_USEC_PER_SEC);
  guint32 transit = arrival - timestamp;
  gint64 change = ABS ((gint64) (gint32) (transit - source->transit));

  if (rate == 0)
    return;
  if (source->rate == rate && change <= (gint64) rate * MAX_TRANSIT_CHANGE_SECONDS)
    source->jitter += (change - source->jitter) / 16;
  else if (source->rate != rate)
    source->jitter = 0;
  source->rate = rate;
  source->transit = transit;
}

/* Returns: the entry of @ssrc, now the first one */
static Source *
find_source (CusaxStatistics *s, guint32 ssrc, guint16 sequence)
{
  Source found = { .ssrc = ssrc };
  guint i;

  for (i = 0; i < s->n_sources && s->sources[i].ssrc != ssrc; i++)
    ;
  if (i < s->n_sources)
    found = s->sources[i];
  else
    {
      restart (&found, sequence);
      if (s->n_sources < MAX_SOURCES)
        s->n_sources++;
      else
        s->lost_of_others += lost_of (&s->sources[--i]);
    }
  memmove (s->sources + 1, s->sources, i * sizeof found);
  s->sources[0] = found;
  return &s->sources[0];
}

void
cusax_statistics_note_rtp_in (CusaxStatistics *s, const guint8 *data, gint64 now)
{
  guint16 sequence = cusax_packet_get_sequence (data);
  Source *source = find_source (s, cusax_packet_get_ssrc (CUSAX_PACKET_RTP, data), sequence);

  if (count_sequence (source, sequence))
    measure_jitter (source, s->rates[data[1] & 0x7f], get32 (data + 4), now);
}

/* -------------------------------------------------------- what they tell */

static Sender *
find_sender (CusaxStatistics *s, guint32 ssrc)
{
  for (guint i = 0; i < s->n_senders; i++)
    if (s->senders[i].ssrc == ssrc)
      return &s->senders[i];
  return NULL;
}

void
cusax_statistics_note_rtp_out (CusaxStatistics *s, const guint8 *data, gint64 now)
{
  guint32 ssrc = cusax_packet_get_ssrc (CUSAX_PACKET_RTP, data);
  guint rate = s->rates[data[1] & 0x7f];
  Sender *known = find_sender (s, ssrc);
  Sender sender = known != NULL ? *known : (Sender){ .ssrc = ssrc };
  guint position = known != NULL ? known - s->senders : MIN (s->n_senders, MAX_SOURCES - 1);

  if (known == NULL && s->n_senders < MAX_SOURCES)
    s->n_senders++;
  if (rate != 0)
    sender.rate = rate;
  memmove (s->senders + 1, s->senders, position * sizeof sender);
  s->senders[0] = sender;

  if (s->sending_since == 0 || now - s->last_sent > BREAK_US)
    s->sending_since = now;
  s->last_sent = now;
}

/* RFC 3550 section 6.4.1: A - LSR - DLSR, with our own clock at both ends. */
static void
measure_round_trip (CusaxStatistics *s, guint32 last, guint32 delay, gint64 now)
{
  gint64 held = (gint64) delay * G_USEC_PER_SEC / 65536;

  if (last == 0)
    return;
  for (guint i = 0; i < MAX_REPORTS; i++)
    if (s->reports[i].stamp == last)
      {
        gint64 there_and_back = now - s->reports[i].sent - held;

        if (there_and_back >= -G_USEC_PER_SEC / 100 && there_and_back <= MAX_ROUND_TRIP_US) /* their clock is not exact */
          s->round_trip_ms = MAX (there_and_back, 0) / 1000.0;
        return;
      }
}

/* What a compound says of us. */
typedef struct
{
  gboolean has_report;
  gboolean is_about_us;
  gboolean is_progress; /* of more than the one before */
} Said;

static void
read_block (CusaxStatistics *s, const guint8 *block, gint64 now, Said *said)
{
  Sender *sender = find_sender (s, get32 (block));
  guint32 highest = get32 (block + 8);

  if (sender == NULL)
    return;
  said->is_about_us = TRUE;
  if (!sender->is_reported || sender->reported_highest != highest)
    said->is_progress = TRUE;
  sender->is_reported = TRUE;
  sender->reported_lost = (gint32) (get32 (block + 4) << 8) / 256; /* 24 bits with a sign; the first 8 are the fraction */
  sender->reported_highest = highest;
  sender->reported_jitter = get32 (block + 12);
  measure_round_trip (s, get32 (block + 16), get32 (block + 20), now);
}

static void
judge (CusaxStatistics *s, const Said *said, gint64 now)
{
  if (!said->has_report || (s->is_shared && !said->is_about_us))
    return;
  if (said->is_progress)
    {
      s->last_progress = now;
      s->is_deaf = FALSE;
    }
  else if (s->sending_since != 0 && now - s->last_sent <= BREAK_US
           && now - MAX (s->sending_since, s->last_progress) >= s->deaf_us)
    s->is_deaf = TRUE;
}

/* Returns: length of the packet at @data, 0 if there is none any more */
static gsize
packet_length (const guint8 *data, gsize left)
{
  gsize length;

  if (left < 4 || data[0] >> 6 != 2)
    return 0;
  length = 4 * ((data[2] << 8 | data[3]) + 1);
  return length <= left ? length : 0;
}

void
cusax_statistics_note_rtcp_in (CusaxStatistics *s, const guint8 *data, gsize left, gint64 now)
{
  Said said = { FALSE };
  gsize length;

  for (; (length = packet_length (data, left)) > 0; data += length, left -= length)
    {
      gsize offset = data[1] == RTCP_SR ? HEADER + SENDER_INFO : HEADER;

      if ((data[1] != RTCP_SR && data[1] != RTCP_RR) || length < offset)
        continue;
      said.has_report = TRUE;
      for (guint i = 0; i < (data[0] & 0x1fu) && offset + BLOCK <= length; i++, offset += BLOCK)
        read_block (s, data + offset, now, &said);
    }
  judge (s, &said, now);
}

/* When our reports left: their time, as whoever wrote them counts it, comes back in LSR. */
void
cusax_statistics_note_rtcp_out (CusaxStatistics *s, const guint8 *data, gsize left, gint64 now)
{
  gsize length;

  for (; (length = packet_length (data, left)) > 0; data += length, left -= length)
    if (data[1] == RTCP_SR && length >= HEADER + SENDER_INFO)
      {
        s->reports[s->next_report] = (SenderReport){ get32 (data + HEADER + 2), now };
        s->next_report = (s->next_report + 1) % MAX_REPORTS;
      }
}

/* ----------------------------------------------------------------- answers */

gboolean
cusax_statistics_is_deaf (const CusaxStatistics *s)
{
  return s->is_deaf;
}

gboolean
cusax_statistics_knows_them (const CusaxStatistics *s, guint32 ssrc)
{
  for (guint i = 0; i < s->n_sources; i++)
    if (s->sources[i].ssrc == ssrc)
      return TRUE;
  return FALSE;
}

gboolean
cusax_statistics_knows_us (const CusaxStatistics *s, guint32 ssrc)
{
  return find_sender ((CusaxStatistics *) s, ssrc) != NULL;
}

void
cusax_statistics_get (const CusaxStatistics *s, CusaxTransportStats *stats)
{
  const Source *latest = &s->sources[0];

  stats->packets_lost = s->lost_of_others;
  for (guint i = 0; i < s->n_sources; i++)
    stats->packets_lost += lost_of (&s->sources[i]);
  stats->jitter_ms = s->n_sources > 0 && latest->rate > 0 ? latest->jitter * 1000 / latest->rate : 0;

  stats->has_reports = FALSE;
  stats->reported_lost = 0;
  stats->reported_jitter_ms = 0;
  for (guint i = s->n_senders; i-- > 0;) /* the latest has the last word */
    {
      const Sender *sender = &s->senders[i];

      if (!sender->is_reported)
        continue;
      stats->has_reports = TRUE;
      stats->reported_lost += MAX (sender->reported_lost, 0);
      if (sender->rate > 0)
        stats->reported_jitter_ms = sender->reported_jitter * 1000.0 / sender->rate;
    }
  stats->round_trip_ms = s->round_trip_ms;
}
