/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See crossing.h. */
#include "crossing.h"

#include "audio.h"

#include <arpa/inet.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <srtp2/srtp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int
open_socket (guint16 *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0 || bind (fd, (struct sockaddr *)&address, sizeof address) != 0
      || getsockname (fd, (struct sockaddr *)&address, &length) != 0)
    g_error ("no socket on loopback");
  *port = ntohs (address.sin_port);
  return fd;
}

static srtp_t
get_srtp (CrossingEnd *end)
{
  srtp_policy_t policy = { .ssrc = { .type = ssrc_any_inbound }, .key = end->leg.key_from_session, .window_size = 1024 };

  if (end->srtp != NULL)
    return end->srtp;
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy.rtp);
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy.rtcp);
  /* GStreamer's elements have done it in this process, and a second time is refused. */
  (void) srtp_init ();
  if (srtp_create ((srtp_t *) &end->srtp, &policy) != srtp_err_status_ok)
    g_error ("no SRTP");
  return end->srtp;
}

/* RFC 4733 section 2.3, behind an RTP header without extensions. One event has one timestamp. */
static void
note_event (CrossingEnd *end, const guint8 *protected, int length)
{
  static const char digits[] = "0123456789*#ABCD";
  guint8 packet[2048];
  guint32 timestamp = 0;
  srtp_err_status_t status;

  memcpy (packet, protected, (gsize) length);
  status = end->leg.is_protected ? srtp_unprotect (get_srtp (end), packet, &length) : srtp_err_status_ok;
  if (status != srtp_err_status_ok)
    g_error ("a telephone-event that cannot be read: %d", (int) status);
  if (length < 16 || packet[12] >= sizeof digits - 1)
    g_error ("not a telephone-event: %" G_GSIZE_FORMAT " bytes", (gsize) length);
  memcpy (&timestamp, packet + 4, sizeof timestamp);
  if (end->events->len == 0 || timestamp != end->event_timestamp)
    {
      g_string_append_c (end->events, digits[packet[12]]);
      end->event_ended = 0;
    }
  end->event_timestamp = timestamp;
  end->event_duration = (guint) (packet[14] << 8 | packet[15]);
  if ((packet[13] & 0x80) != 0)
    end->event_ended++;
}

/** Late: a packet on its way. */
typedef struct
{
  CrossingEnd *to;
  gsize length;
  guint8 packet[2048];
} Late;

static void
deliver (int out, guint16 port, const guint8 *packet, gsize length)
{
  struct sockaddr_in to
    = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK), .sin_port = htons (port) };

  if (port != 0)
    (void) !sendto (out, packet, length, 0, (struct sockaddr *) &to, sizeof to);
}

static gboolean
on_late (gpointer data)
{
  Late *late = data;

  late->to->late--;
  if (late->to->rtp_source != 0)
    deliver (late->to->rtp_fd, late->to->session_rtp, late->packet, late->length);
  return G_SOURCE_REMOVE;
}

static void
deliver_late (CrossingEnd *end, const guint8 *packet, gsize length)
{
  Late *late = g_new0 (Late, 1);

  late->to = end->peer;
  late->to->late++;
  late->length = length;
  memcpy (late->packet, packet, length);
  g_timeout_add_full (G_PRIORITY_DEFAULT, end->delay + (guint) g_random_int_range (0, (gint32) end->jitter + 1), on_late, late,
                      g_free);
}

/* How much sound a packet holds, in its clock. */
static void
note_step (CrossingEnd *end, const guint8 *packet)
{
  guint16 sequence = (guint16) (packet[2] << 8 | packet[3]);
  guint32 timestamp = 0;
  guint step;

  memcpy (&timestamp, packet + 4, sizeof timestamp);
  timestamp = ntohl (timestamp);
  step = timestamp - end->timestamp;
  if (end->packets > 1 && sequence == (guint16) (end->sequence + 1))
    {
      end->same_steps = step == end->step ? end->same_steps + 1 : 0;
      end->step = step;
    }
  end->sequence = sequence;
  end->timestamp = timestamp;
}

static void
note_packet (CrossingEnd *end, const guint8 *packet, int length)
{
  guint32 ssrc = 0;

  if (length >= 12)
    memcpy (&ssrc, packet + 8, sizeof ssrc);
  if (ntohl (ssrc) != end->leg.ssrc)
    end->strange++;
  if (end->packets++ == 0)
    end->first_packet = g_get_monotonic_time ();
  if (length >= 12)
    note_step (end, packet);
  if (end->event_type != 0 && (packet[1] & 0x7f) == end->event_type)
    note_event (end, packet, length);
  else
    end->payload_type = packet[1] & 0x7f;
}

static gboolean
forward (int fd, int out, guint16 port, CrossingEnd *count)
{
  guint8 packet[2048];
  ssize_t length;

  while ((length = recv (fd, packet, sizeof packet, 0)) > 0)
    {
      if (count != NULL && length > 1)
        note_packet (count, packet, (int) length);
      if (count != NULL && count->lose != 0 && count->packets % count->lose == 0)
        continue;
      if (count != NULL && (count->jitter != 0 || count->delay != 0))
        deliver_late (count, packet, (gsize) length);
      else
        deliver (out, port, packet, (gsize) length);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_rtp (int fd, GIOCondition condition, gpointer user_data)
{
  CrossingEnd *end = user_data;

  return forward (fd, end->peer->rtp_fd, end->peer->session_rtp, end);
}

static gboolean
on_rtcp (int fd, GIOCondition condition, gpointer user_data)
{
  CrossingEnd *end = user_data;

  return forward (fd, end->peer->rtcp_fd, end->peer->session_rtcp, NULL);
}

static void
on_leg_ready (gpointer user_data, guint16 rtp_port, guint16 rtcp_port)
{
  CrossingEnd *end = user_data;

  end->session_rtp = rtp_port;
  end->session_rtcp = rtcp_port;
  end->leg_ready = g_get_monotonic_time ();
  end->leg_ready_count++;
}

static void
on_hang_up (gpointer user_data)
{
  ((CrossingEnd *)user_data)->hang_ups++;
}

static void
on_hold (gpointer user_data, gboolean held)
{
  CrossingEnd *end = user_data;

  end->holds++;
  end->held = held;
}

static void
on_muted (gpointer user_data, gboolean muted)
{
}

static void
on_keypad (gpointer user_data, char digit)
{
  g_string_append_c (((CrossingEnd *) user_data)->pressed, digit);
}

static void
on_video_leg_ready (gpointer user_data, guint16 rtp_port, guint16 rtcp_port)
{
  on_leg_ready (((CrossingEnd *) user_data)->video, rtp_port, rtcp_port);
}

static void
on_video_error (gpointer user_data, gboolean only_ours, const GError *error)
{
  CrossingEnd *end = user_data;

  end->video_errors++;
  end->only_ours = only_ours;
  g_free (end->video_error);
  end->video_error = g_strdup (error->message);
}

static void
on_keyframe_wanted (gpointer user_data)
{
  ((CrossingEnd *) user_data)->keyframes_wanted++;
}

static void
on_error (gpointer user_data, const GError *error)
{
  CrossingEnd *end = user_data;

  end->errors++;
  g_free (end->error);
  end->error = g_strdup (error->message);
}

static void
on_device (gpointer user_data, gboolean is_microphone, const GError *error)
{
  CrossingEnd *end = user_data;

  if (is_microphone)
    *(error != NULL ? &end->microphone_failures : &end->microphone_returns) += 1;
  else
    *(error != NULL ? &end->speaker_failures : &end->speaker_returns) += 1;
  if (error != NULL)
    g_test_message ("%s: %s", end->who, error->message);
}

static void
end_init (CrossingEnd *end, const char *who, CrossingEnd *peer, gboolean is_protected)
{
  end->who = who;
  end->peer = peer;
  end->rtp_fd = open_socket (&end->leg.rtp_port);
  end->rtcp_fd = open_socket (&end->leg.rtcp_port);
  end->leg.ssrc = g_random_int () | 1;
  end->leg.is_protected = is_protected;
  end->events = g_string_new (NULL);
  end->pressed = g_string_new (NULL);
  for (gsize i = 0; i < CUSAX_SRTP_KEY_LENGTH; i++)
    end->leg.key_from_session[i] = (guint8)g_random_int ();
  end->rtp_source = g_unix_fd_add (end->rtp_fd, G_IO_IN, on_rtp, end);
  end->rtcp_source = g_unix_fd_add (end->rtcp_fd, G_IO_IN, on_rtcp, end);
}

static void
cross_keys (CrossingEnd *end, const CrossingEnd *peer)
{
  memcpy (end->leg.key_to_session, peer->leg.key_from_session, CUSAX_SRTP_KEY_LENGTH);
}

Crossing *
crossing_new (CusaxMediaPort *port)
{
  Crossing *crossing = g_new0 (Crossing, 1);
  gboolean is_protected = port->vtable->protects_leg (port);

  host_audio_forget_recordings ();
  crossing->port = port;
  end_init (&crossing->alice, "bob", &crossing->bob, is_protected);
  end_init (&crossing->bob, "alice", &crossing->alice, is_protected);
  end_init (&crossing->alice_video, "bob", &crossing->bob_video, is_protected);
  end_init (&crossing->bob_video, "alice", &crossing->alice_video, is_protected);
  crossing->alice.video = &crossing->alice_video;
  crossing->bob.video = &crossing->bob_video;
  cross_keys (&crossing->alice_video, &crossing->bob_video);
  cross_keys (&crossing->bob_video, &crossing->alice_video);
  cross_keys (&crossing->alice, &crossing->bob);
  cross_keys (&crossing->bob, &crossing->alice);
  return crossing;
}

void
crossing_open (Crossing *crossing, CrossingEnd *end, double hertz)
{
  static const CusaxMediaListener listener = { .on_leg_ready = on_leg_ready, .on_hang_up = on_hang_up, .on_hold = on_hold,
                                               .on_muted = on_muted, .on_keypad = on_keypad, .on_error = on_error,
                                               .on_device = on_device,
                                               .on_video_leg_ready = on_video_leg_ready,
                                               .on_video_error = on_video_error,
                                               .on_keyframe_wanted = on_keyframe_wanted };
  g_autoptr (GError) error = NULL;

  host_audio_set_tone (hertz);
  end->opened = g_get_monotonic_time ();
  end->session = crossing->port->vtable->open (crossing->port, end->who, end == &crossing->alice, &end->leg,
                                               &listener, end, &error);
  g_assert_no_error (error);
  g_assert_nonnull (end->session);
}

void
crossing_add_video (CrossingEnd *end, gboolean send)
{
  g_autoptr (GError) error = NULL;

  end->video->session_rtp = end->video->session_rtcp = 0;
  end->video->leg_ready_count = 0;
  end->session->vtable->add_video (end->session, &end->video->leg, send, &error);
  g_assert_no_error (error);
}

void
crossing_end (CrossingEnd *end)
{
  if (end->session != NULL)
    end->session->vtable->end (end->session);
  end->session = NULL;
}

static void
end_clear (CrossingEnd *end)
{
  /* SDP has named who sends. */
  g_assert_cmpuint (end->strange, ==, 0);
  crossing_end (end);
  while (end->late > 0)
    g_main_context_iteration (NULL, TRUE);
  g_clear_handle_id (&end->rtp_source, g_source_remove);
  g_clear_handle_id (&end->rtcp_source, g_source_remove);
  close (end->rtp_fd);
  close (end->rtcp_fd);
  g_free (end->error);
  g_free (end->video_error);
  g_string_free (end->events, TRUE);
  if (end->srtp != NULL)
    srtp_dealloc (end->srtp);
  g_string_free (end->pressed, TRUE);
}

void
crossing_free (Crossing *crossing)
{
  end_clear (&crossing->alice);
  end_clear (&crossing->bob);
  end_clear (&crossing->alice_video);
  end_clear (&crossing->bob_video);
  g_free (crossing);
}
