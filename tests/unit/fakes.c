/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fakes.h. */
#include "fakes.h"

#include "error.h"
#include "offer.h"

#include <string.h>

/* One world at a time: transports are made by a bare function. */
static FakeWorld *the_world;
static CusaxOffer *far_end;
static gboolean far_has_video;
static const char *far_feedback; /* (nullable) */

static void say (FakeWorld *world, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (FakeWorld *world, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (world->trace, format, args);
  va_end (args);
  g_string_append_c (world->trace, '\n');
}

/* What one of several fakes of a kind was asked: the first one's lines have no number. */
static void say_of (guint number, const char *kind, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
say_of (guint number, const char *kind, const char *format, ...)
{
  va_list args;

  g_string_append (the_world->trace, kind);
  if (number > 1)
    g_string_append_printf (the_world->trace, "%u", number);
  g_string_append_c (the_world->trace, '.');
  va_start (args, format);
  g_string_append_vprintf (the_world->trace, format, args);
  va_end (args);
  g_string_append_c (the_world->trace, '\n');
}

typedef enum
{
  KIND_CALL,
  KIND_TRANSPORT,
  KIND_SESSION
} Kind;

static guint
take_number (Kind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (the_world->numbers[kind]); i++)
    if (!the_world->numbers[kind][i])
      {
        the_world->numbers[kind][i] = TRUE;
        return i + 1;
      }
  g_assert_not_reached ();
}

static void
free_number (FakeWorld *world, Kind kind, guint number)
{
  world->numbers[kind][number - 1] = FALSE;
}

static gboolean
fails (FakeWorld *world)
{
  return ++world->fallible == world->fail_at;
}

/* ------------------------------------------------------------------ clock */

typedef struct
{
  guint id;
  gint64 due;
  gint64 interval;
  GSourceFunc function;
  gpointer data;
} Timer;

static gint64
fake_now (CusaxClock *clock)
{
  return the_world->now;
}

static guint
fake_add (CusaxClock *clock, guint ms, GSourceFunc function, gpointer data)
{
  FakeWorld *world = the_world;
  Timer timer = { ++world->next_timer, world->now + (gint64) ms * 1000, (gint64) ms * 1000, function, data };

  g_array_append_val (world->timers, timer);
  return timer.id;
}

static void
fake_remove (CusaxClock *clock, guint id)
{
  FakeWorld *world = the_world;

  for (guint i = 0; i < world->timers->len; i++)
    if (g_array_index (world->timers, Timer, i).id == id)
      {
        g_array_remove_index (world->timers, i);
        return;
      }
  g_error ("timer %u is not there", id);
}

static gboolean
next_due (FakeWorld *world, gint64 until, Timer *due)
{
  gboolean found = FALSE;

  for (guint i = 0; i < world->timers->len; i++)
    {
      Timer *timer = &g_array_index (world->timers, Timer, i);

      if (timer->due <= until && (!found || timer->due < due->due))
        {
          *due = *timer;
          found = TRUE;
        }
    }
  return found;
}

void
fake_world_pass (FakeWorld *world, guint ms)
{
  gint64 until = world->now + (gint64) ms * 1000;
  Timer due = { 0 };

  while (next_due (world, until, &due))
    {
      world->now = due.due;
      if (!due.function (due.data))
        {
          /* Like a GSource: removed by its return value; it must not have been removed by hand as well, but a
           * function that cleared its id and returned FALSE is the rule. */
          fake_remove (&world->clock, due.id);
          continue;
        }
      for (guint i = 0; i < world->timers->len; i++)
        if (g_array_index (world->timers, Timer, i).id == due.id)
          g_array_index (world->timers, Timer, i).due += MAX (due.interval, 1);
    }
  world->now = until;
}

/* -------------------------------------------------------------- SIP calls */

static void
call_set_listener (CusaxSipCall *call, const CusaxSipCallListener *listener, gpointer user_data)
{
  FakeCall *fake = (FakeCall *) call;

  fake->listener = listener;
  fake->listener_data = user_data;
}

static void
call_set_disclosure (CusaxSipCall *call, const CusaxSipDisclosure *disclosure)
{
  FakeCall *fake = (FakeCall *) call;

  g_free (fake->told);
  fake->told = g_strdup (disclosure->is_anonymous         ? "anonymous"
                         : disclosure->chat_contact != NULL ? "chat contact"
                         : disclosure->chat_uri != NULL     ? "chat"
                                                            : "nothing");
  if (disclosure->chat_uri != NULL)
    g_assert_cmpstr (disclosure->chat_uri, ==, "xmpp:alice@example.org");
  if (disclosure->chat_contact != NULL)
    g_assert_cmpstr (disclosure->chat_contact, ==, "xmpp:alice@example.org/desk");
}

static void
call_ring (CusaxSipCall *call)
{
  say_of (((FakeCall *) call)->number, "call", "ring");
}

static void
remember_sdp (FakeCall *fake, const char *sdp)
{
  g_free (fake->sdp);
  fake->sdp = g_strdup (sdp);
}

/* " video" with a port, " video-off" without. */
static const char *
sdp_video (const char *sdp)
{
  const char *line = sdp != NULL ? strstr (sdp, "m=video ") : NULL;

  if (line == NULL)
    return "";
  return g_str_has_prefix (line, "m=video 0 ") ? " video-off" : " video";
}

static void
call_accept (CusaxSipCall *call, const char *sdp)
{
  remember_sdp ((FakeCall *) call, sdp);
  say_of (((FakeCall *) call)->number, "call", "accept%s", sdp_video (sdp));
}

static void
call_reject (CusaxSipCall *call, guint status, const char *reason)
{
  say_of (((FakeCall *) call)->number, "call", "reject %u", status);
}

static void
call_hang_up (CusaxSipCall *call)
{
  say_of (((FakeCall *) call)->number, "call", "hang_up");
}

/* Of the sound. */
static const char *
sdp_direction (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "m=video", 2);
  const char *sdp = parts[0];

  return strstr (sdp, "a=sendonly") != NULL   ? "sendonly"
         : strstr (sdp, "a=recvonly") != NULL ? "recvonly"
         : strstr (sdp, "a=inactive") != NULL ? "inactive"
                                              : "sendrecv";
}

static void
call_reoffer (CusaxSipCall *call, const char *sdp)
{
  remember_sdp ((FakeCall *) call, sdp);
  say_of (((FakeCall *) call)->number, "call", "reoffer %s%s", sdp_direction (sdp), sdp_video (sdp));
}

static void
call_answer_offer (CusaxSipCall *call, guint status, const char *sdp)
{
  remember_sdp ((FakeCall *) call, sdp);
  say_of (((FakeCall *) call)->number, "call", "answer_offer %u %s%s", status, sdp != NULL ? sdp_direction (sdp) : "-",
          sdp_video (sdp));
}

static gboolean
call_refer (CusaxSipCall *call, const CusaxAddress *target, CusaxSipCall *replaces, GError **error)
{
  say_of (((FakeCall *) call)->number, "call", "refer %s%s", cusax_address_get_uri (target),
          replaces != NULL ? " replaces" : "");
  if (!fails (the_world))
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "told to fail");
  return FALSE;
}

static gboolean
call_takes_refer (CusaxSipCall *call)
{
  return !((FakeCall *) call)->has_no_refer;
}

static void
call_send_info (CusaxSipCall *call, const char *content_type, const char *body)
{
  g_autofree char *line = g_strdelimit (g_strdup (body), "\r\n", ' ');

  say_of (((FakeCall *) call)->number, "call", "send_info %s: %s", content_type, g_strstrip (line));
}

static gboolean
call_takes_info (CusaxSipCall *call)
{
  return ((FakeCall *) call)->takes_info;
}

static void
call_release (CusaxSipCall *call)
{
  FakeCall *fake = (FakeCall *) call;

  say_of (((FakeCall *) call)->number, "call", "release");
  fake->world->live--;
  free_number (fake->world, KIND_CALL, fake->number);
  if (fake->world->call == fake)
    fake->world->call = NULL;
  g_free (fake->sdp);
  g_free (fake->told);
  g_free (fake);
}

static const CusaxSipCallVtable call_vtable = {
  .set_listener = call_set_listener,
  .set_disclosure = call_set_disclosure,
  .ring = call_ring,
  .accept = call_accept,
  .reject = call_reject,
  .hang_up = call_hang_up,
  .reoffer = call_reoffer,
  .answer_offer = call_answer_offer,
  .refer = call_refer,
  .takes_refer = call_takes_refer,
  .send_info = call_send_info,
  .takes_info = call_takes_info,
  .release = call_release,
};

static FakeCall *
fake_call_new (FakeWorld *world)
{
  FakeCall *fake = g_new0 (FakeCall, 1);

  fake->base.vtable = &call_vtable;
  fake->world = world;
  fake->number = take_number (KIND_CALL);
  fake->takes_info = TRUE;
  world->call = fake;
  world->live++;
  return fake;
}

/* ---------------------------------------------------------------- SIP port */

static void
sip_set_listener (CusaxSipPort *port, const CusaxSipListener *listener, gpointer user_data)
{
  the_world->sip_listener = listener;
  the_world->sip_listener_data = user_data;
}

static void
sip_start (CusaxSipPort *port, CusaxConfig *config)
{
  say (the_world, "sip.start");
}

static void
sip_stop (CusaxSipPort *port)
{
  say (the_world, "sip.stop");
}

static CusaxSipCall *
sip_invite (CusaxSipPort *port, const CusaxAddress *target, const char *sdp,
            const CusaxSipDisclosure *disclosure, const CusaxSipCallListener *listener, gpointer user_data, GError **error)
{
  FakeCall *fake = NULL;

  say (the_world, "sip.invite %s%s", cusax_address_get_uri (target), sdp_video (sdp));
  if (fails (the_world))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "told to fail");
      return NULL;
    }
  fake = fake_call_new (the_world);
  remember_sdp (fake, sdp);
  call_set_listener (&fake->base, listener, user_data);
  call_set_disclosure (&fake->base, disclosure);
  return &fake->base;
}

static void
sip_configure (CusaxSipPort *port, CusaxConfig *config)
{
  g_assert_nonnull (config);
}

typedef struct
{
  CusaxSipSubscription base;
  gboolean is_told;
} FakeSubscription;

static void
subscription_release (CusaxSipSubscription *subscription)
{
  if (((FakeSubscription *) subscription)->is_told)
    say (the_world, "subscription.release");
  the_world->subscriptions--;
  g_free (subscription);
}

static CusaxSipSubscription *
sip_subscribe (CusaxSipPort *port, const CusaxAddress *target, const char *event, const char *accept,
               const CusaxSipSubscriptionListener *listener, gpointer user_data, GError **error)
{
  static const CusaxSipSubscriptionVtable subscription_vtable = { subscription_release };
  FakeSubscription *subscription = g_new0 (FakeSubscription, 1);

  /* That of the mailbox comes and goes with telephony, and has tests of its own. */
  subscription->is_told = !g_str_equal (event, "message-summary");
  if (subscription->is_told)
    say (the_world, "sip.subscribe %s %s", cusax_address_get_uri (target), event);
  subscription->base.vtable = &subscription_vtable;
  the_world->subscriptions++;
  return &subscription->base;
}

static gboolean
sip_send_message (CusaxSipPort *port, const CusaxAddress *target, const char *text, CusaxSipMessageDone done,
                  gpointer user_data, GError **error)
{
  say (the_world, "sip.send_message %s %s", cusax_address_get_uri (target), text);
  return TRUE;
}

static gboolean
sip_is_protected (CusaxSipPort *port)
{
  return the_world->is_protected;
}

static const char *
sip_get_local_address (CusaxSipPort *port)
{
  return the_world->local_address;
}

static const char *
sip_get_server (CusaxSipPort *port)
{
  return "sip.example.org:5061 (TLS)";
}

static void
sip_free (CusaxSipPort *port)
{
  say (the_world, "sip.free");
}

static void
sip_get_protection (CusaxSipPort *port, CusaxProtection *protection)
{
  protection->is_up = TRUE;
  protection->is_tls = the_world->is_protected;
}

static const char *
sip_get_seen_address (CusaxSipPort *port)
{
  return the_world->seen_address;
}

static guint
sip_get_retry_after (CusaxSipPort *port)
{
  return the_world->retry_after;
}

static gboolean
sip_announces (CusaxSipPort *port, const char *event)
{
  return the_world->announces != NULL && g_str_equal (the_world->announces, event);
}

static gboolean
sip_has_password_hint (CusaxSipPort *port)
{
  return FALSE;
}

static const CusaxSipPortVtable sip_vtable = {
  .set_listener = sip_set_listener,
  .start = sip_start,
  .stop = sip_stop,
  .configure = sip_configure,
  .subscribe = sip_subscribe,
  .send_message = sip_send_message,
  .invite = sip_invite,
  .is_protected = sip_is_protected,
  .get_protection = sip_get_protection,
  .announces = sip_announces,
  .get_seen_address = sip_get_seen_address,
  .get_retry_after = sip_get_retry_after,
  .has_password_hint = sip_has_password_hint,
  .get_local_address = sip_get_local_address,
  .get_server = sip_get_server,
  .free = sip_free,
};

/* --------------------------------------------------------------- transport */

static void
transport_gather (CusaxTransport *transport)
{
  say_of (((FakeTransport *) transport)->number, "transport", "gather");
}

static const CusaxLeg *
transport_get_leg (CusaxTransport *transport)
{
  return &((FakeTransport *) transport)->leg;
}

static void
transport_set_leg_peer (CusaxTransport *transport, guint16 rtp_port, guint16 rtcp_port)
{
  say_of (((FakeTransport *) transport)->number, "transport", "set_leg_peer %u %u", rtp_port, rtcp_port);
}

static gboolean
transport_set_remote (CusaxTransport *transport, const CusaxTransportDescription *remote,
                      const CusaxCrypto *local_crypto, GError **error)
{
  say_of (((FakeTransport *) transport)->number, "transport", "set_remote %s:%u%s", remote->address, remote->rtp_port,
       local_crypto->suite != CUSAX_SRTP_NONE ? " srtp" : "");
  if (fails (the_world))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "told to fail");
      return FALSE;
    }
  return TRUE;
}

static const char *const direction_names[] = { "inactive", "sendonly", "recvonly", "sendrecv" };

static void
transport_set_direction (CusaxTransport *transport, CusaxDirection direction)
{
  say_of (((FakeTransport *) transport)->number, "transport", "set_direction %s", direction_names[direction & 3]);
}

static void
transport_get_stats (CusaxTransport *transport, CusaxTransportStats *stats)
{
  memset (stats, 0, sizeof *stats);
}

static void
transport_shutdown (CusaxTransport *transport)
{
  FakeTransport *fake = (FakeTransport *) transport;

  say_of (((FakeTransport *) transport)->number, "transport", "shutdown");
  fake->world->live--;
  free_number (fake->world, KIND_TRANSPORT, fake->number);
  fake->world->transports[fake->number - 1] = NULL;
  if (fake->world->transport == fake)
    fake->world->transport = NULL;
  g_free (fake);
}

static void
transport_move (CusaxTransport *transport, const char *local_address)
{
  say_of (((FakeTransport *) transport)->number, "transport", "move %s", local_address);
}

static gboolean
transport_renew (CusaxTransport *transport, const CusaxTransportDescription *remote)
{
  if (remote != NULL && !the_world->they_restart)
    return FALSE;
  say_of (((FakeTransport *) transport)->number, "transport", "renew %s", remote != NULL ? "answer" : "offer");
  return TRUE;
}

static gboolean
transport_bundle (CusaxTransport *transport, CusaxTransport *base, const guint8 *payload_types, guint n, GError **error)
{
  say_of (((FakeTransport *) transport)->number, "transport", "bundle %u", ((FakeTransport *) base)->number);
  return TRUE;
}

static const CusaxTransportVtable transport_vtable = {
  .bundle = transport_bundle,
  .gather = transport_gather,
  .get_leg = transport_get_leg,
  .set_leg_peer = transport_set_leg_peer,
  .set_remote = transport_set_remote,
  .set_direction = transport_set_direction,
  .move = transport_move,
  .renew = transport_renew,
  .get_stats = transport_get_stats,
  .shutdown = transport_shutdown,
};

static CusaxTransport *
fake_transport_new (const CusaxTransportConfig *config, const CusaxTransportListener *listener,
                    gpointer user_data)
{
  FakeTransport *fake = g_new0 (FakeTransport, 1);

  fake->base.vtable = &transport_vtable;
  fake->world = the_world;
  fake->number = take_number (KIND_TRANSPORT);
  fake->listener = listener;
  fake->listener_data = user_data;
  fake->offer_crypto = config->offer_crypto;
  the_world->transport = fake;
  the_world->transports[fake->number - 1] = fake;
  the_world->live++;
  say (the_world, "transport.new %s%s%s", config->local_address, config->offer_crypto ? " crypto" : "",
       config->hides_address ? " hidden" : "");
  return &fake->base;
}

void
fake_transport_ready (FakeWorld *world)
{
  fake_transport_ready_at (world, world->transport->number);
}

void
fake_transport_ready_at (FakeWorld *world, guint number)
{
  FakeTransport *fake = world->transports[number - 1];
  guint16 port = (guint16) (40000 + 10 * (number - 1));
  g_autoptr (CusaxTransportDescription) local = cusax_transport_description_new ("192.0.2.1", port, port + 1);

  if (fake->offer_crypto)
    {
      local->crypto.tag = 1;
      local->crypto.suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
      memset (local->crypto.key, 7, sizeof local->crypto.key);
    }
  fake->listener->on_local_ready (fake->listener_data, local);
}

/* ------------------------------------------------------------------- media */

static void
session_set_remote_codecs (CusaxMediaSession *session, const GPtrArray *codecs)
{
  const CusaxCodec *best = g_ptr_array_index (codecs, 0);

  say_of (((FakeSession *) session)->number, "session", "set_remote_codecs %s", best->name);
}

/* What is usual goes without saying. */
static void
session_set_packet_time (CusaxMediaSession *session, guint ms)
{
  if (ms != 20)
    say_of (((FakeSession *) session)->number, "session", "set_packet_time %u", ms);
}

static void
session_listen (CusaxMediaSession *session)
{
  say_of (((FakeSession *) session)->number, "session", "listen");
}

static gboolean
session_send_event (CusaxMediaSession *session, char digit, guint ms)
{
  FakeSession *fake = (FakeSession *) session;

  if (fake->has_events)
    say_of (fake->number, "session", "send_event %c %u", digit, ms);
  return fake->has_events;
}

static gboolean
session_join (CusaxMediaSession *session, CusaxMediaSession *other, GError **error)
{
  say_of (((FakeSession *) session)->number, "session", "join %u", ((FakeSession *) other)->number);
  if (!fails (the_world))
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "told to fail");
  return FALSE;
}

static void
session_part (CusaxMediaSession *session)
{
  say_of (((FakeSession *) session)->number, "session", "part");
}

static void
session_accept (CusaxMediaSession *session)
{
  say_of (((FakeSession *) session)->number, "session", "accept");
}

static void
session_set_hold (CusaxMediaSession *session, gboolean held)
{
  say_of (((FakeSession *) session)->number, "session", "set_hold %d", held);
}

static void
session_set_muted (CusaxMediaSession *session, gboolean muted)
{
  say_of (((FakeSession *) session)->number, "session", "set_muted %d", muted);
}

static void
session_end (CusaxMediaSession *session)
{
  FakeSession *fake = (FakeSession *) session;

  say_of (((FakeSession *) session)->number, "session", "end");
  fake->world->live--;
  free_number (fake->world, KIND_SESSION, fake->number);
  if (fake->world->session == fake)
    fake->world->session = NULL;
  g_free (fake);
}

static gboolean
session_add_video (CusaxMediaSession *session, const CusaxLeg *leg, gboolean send, GError **error)
{
  FakeSession *fake = (FakeSession *) session;

  say_of (fake->number, "session", "add_video%s", send ? " camera" : "");
  if (send && the_world->camera_fails)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "the camera is broken");
      return FALSE;
    }
  fake->listener->on_video_leg_ready (fake->listener_data, 7080, 7081);
  return TRUE;
}

static void
session_remove_video (CusaxMediaSession *session)
{
  say_of (((FakeSession *) session)->number, "session", "remove_video");
}

static void
session_set_remote_video (CusaxMediaSession *session, const GPtrArray *codecs, guint bandwidth)
{
  const CusaxCodec *best = g_ptr_array_index (codecs, 0);

  say_of (((FakeSession *) session)->number, "session", "set_remote_video %s", best->name);
}

static void
session_set_video_direction (CusaxMediaSession *session, CusaxDirection direction)
{
  say_of (((FakeSession *) session)->number, "session", "set_video_direction %s", direction_names[direction & 3]);
}

static void
session_send_keyframe (CusaxMediaSession *session)
{
  say_of (((FakeSession *) session)->number, "session", "send_keyframe");
}

static const CusaxMediaSessionVtable session_vtable = {
  .add_video = session_add_video,
  .remove_video = session_remove_video,
  .set_remote_video = session_set_remote_video,
  .set_video_direction = session_set_video_direction,
  .send_keyframe = session_send_keyframe,
  .set_remote_codecs = session_set_remote_codecs,
  .set_packet_time = session_set_packet_time,
  .listen = session_listen,
  .accept = session_accept,
  .set_hold = session_set_hold,
  .set_muted = session_set_muted,
  .send_event = session_send_event,
  .join = session_join,
  .part = session_part,
  .end = session_end,
};

static gboolean
media_can_open (CusaxMediaPort *port, const char *who, GError **error)
{
  if (!the_world->cannot_open)
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "told to fail");
  return FALSE;
}

static const GPtrArray *
media_get_codecs (CusaxMediaPort *port, const char **missing)
{
  static GPtrArray *none;

  if (fails (the_world))
    {
      if (none == NULL)
        none = cusax_codecs_new ();
      *missing = "gstreamer1.0-plugins-good";
      return none;
    }
  return the_world->codecs;
}

static const GPtrArray *
media_get_video_codecs (CusaxMediaPort *port, const char **missing)
{
  if (the_world->video_codecs->len == 0 && missing != NULL)
    *missing = "there are no pictures here";
  return the_world->video_codecs;
}

static gboolean
media_has_camera (CusaxMediaPort *port, const char **missing)
{
  the_world->camera_asked++;
  if (!the_world->has_camera && missing != NULL)
    *missing = "there is no camera";
  return the_world->has_camera;
}

static gboolean
media_protects_leg (CusaxMediaPort *port)
{
  return TRUE;
}

static CusaxMediaSession *
media_open (CusaxMediaPort *port, const char *who, gboolean outgoing, const CusaxLeg *leg,
            const CusaxMediaListener *listener, gpointer user_data, GError **error)
{
  FakeSession *fake = NULL;

  say (the_world, "media.open %s%s", who, outgoing ? " outgoing" : "");
  if (fails (the_world))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "told to fail");
      return NULL;
    }
  fake = g_new0 (FakeSession, 1);
  fake->base.vtable = &session_vtable;
  fake->world = the_world;
  fake->number = take_number (KIND_SESSION);
  fake->has_events = TRUE;
  fake->listener = listener;
  fake->listener_data = user_data;
  the_world->session = fake;
  the_world->live++;
  listener->on_leg_ready (user_data, 7078, 7079);
  return &fake->base;
}

static const CusaxMediaPortVtable media_vtable = {
  .can_open = media_can_open,
  .get_codecs = media_get_codecs,
  .get_video_codecs = media_get_video_codecs,
  .has_camera = media_has_camera,
  .protects_leg = media_protects_leg,
  .open = media_open,
};

/* ------------------------------------------------------------------ sounds */

static void
sounds_play (CusaxSoundPort *port, CusaxSound sound)
{
  static const char *const names[] = { "none", "ring", "waiting", "ringback", "busy" };

  if (the_world->sound == sound)
    return;
  the_world->sound = sound;
  if (the_world->tells_sounds)
    say (the_world, "sound %s", names[sound]);
}

/* ----------------------------------------------------------- cards, store */

static guint
cards_fetch (CusaxCardPort *port, const char *jid, CusaxCardDone done, gpointer user_data)
{
  FakeWorld *world = the_world;

  say (world, "cards.fetch %s", jid);
  g_assert_null (world->card_done);
  g_free (world->card_jid);
  world->card_jid = g_strdup (jid);
  world->card_done = done;
  world->card_data = user_data;
  return 1;
}

static void
cards_cancel (CusaxCardPort *port, guint id)
{
  the_world->card_done = NULL;
}

void
fake_cards_answer (FakeWorld *world, const char *number)
{
  CusaxCardDone done = g_steal_pointer (&world->card_done);
  g_autofree char *xml = g_strdup_printf (
      "<vCard xmlns='vcard-temp'><TEL><WORK/><VOICE/><NUMBER>%s</NUMBER></TEL></vCard>", number);

  g_assert_nonnull (done);
  if (number != NULL)
    done (world->card_data, CUSAX_CARD_READ, xml, strlen (xml));
  else
    done (world->card_data, CUSAX_CARD_NONE, NULL, 0);
}

static GBytes *
store_load (CusaxStore *store, const char *name, gsize max, GError **error)
{
  return NULL;
}

static gboolean
store_save (CusaxStore *store, const char *name, const char *data, gsize length, GError **error)
{
  return TRUE;
}

static void
store_set_aside (CusaxStore *store, const char *name)
{
  g_error ("nothing is there to be set aside");
}

static gint64
wall_time (void)
{
  return 1700000000 + the_world->now / G_USEC_PER_SEC;
}

/* -------------------------------------------------------------- the account */

static void
on_state (gpointer user_data, CusaxAccount *account)
{
  static const char *const names[] = { "OFF", "SIGNING_IN", "UP", "WAITING", "REFUSED", "STOPPING" };

  say (user_data, "phone %s%s", names[cusax_account_get_phone_state (account)],
       cusax_account_is_chat_up (account) ? ", chat" : "");
}

static void
on_incoming (gpointer user_data, CusaxAccount *account, CusaxCall *call)
{
  say (user_data, "incoming #%u %s", cusax_call_get_number (call), cusax_call_get_who (call));
}

static void
append_video (GString *line, CusaxCall *call)
{
  if (cusax_call_get_video (call) != CUSAX_DIRECTION_INACTIVE)
    g_string_append_printf (line, " video-%s", direction_names[cusax_call_get_video (call)]);
  if (cusax_call_is_video_offered (call))
    g_string_append (line, " video-offered");
  if (cusax_call_is_video_refused (call))
    g_string_append (line, " video-refused");
  if (cusax_call_get_video_error (call) != NULL)
    g_string_append (line, " video-failed");
}

static void
on_call (gpointer user_data, CusaxAccount *account, CusaxCall *call)
{
  static const char *const states[]
      = { "PREPARING", "CALLING", "RINGING", "INCOMING", "ANSWERING", "ACTIVE", "ENDED" };
  static const char *const ends[]
      = { "NONE",      "LOCAL",     "REMOTE",    "DECLINED_HERE", "DECLINED",      "BUSY",  "NO_ANSWER", "MISSED",
          "ELSEWHERE", "NOT_FOUND", "FORBIDDEN", "NO_CODEC",      "NOT_PROTECTED", "MEDIA", "NETWORK",
          "NO_PATH", "HANDSHAKE", "REDIRECTED", "TRANSFERRED", "REPLACED", "FAILED" };
  static const char *const transfers[] = { "none", "asked", "trying", "ringing", "failed" };
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line, "call #%u %s", cusax_call_get_number (call), states[cusax_call_get_state (call)]);
  if (cusax_call_get_state (call) == CUSAX_CALL_ENDED)
    g_string_append_printf (line, " %s", ends[cusax_call_get_end (call)]);
  if (cusax_call_is_held (call))
    g_string_append (line, " held");
  if (cusax_call_is_remote_held (call))
    g_string_append (line, " held-by-them");
  if (cusax_call_is_secure (call))
    g_string_append (line, " secure");
  if (cusax_call_is_muted (call))
    g_string_append (line, " muted");
  if (cusax_call_is_joined (call))
    g_string_append (line, " joined");
  if (cusax_call_has_early_media (call))
    g_string_append (line, " early-media");
  append_video (line, call);
  if (cusax_call_get_transfer (call, NULL, NULL) != CUSAX_TRANSFER_NONE)
    g_string_append_printf (line, " transfer-%s", transfers[cusax_call_get_transfer (call, NULL, NULL)]);
  say (user_data, "%s", line->str);
  if (((FakeWorld *) user_data)->react != NULL)
    ((FakeWorld *) user_data)->react (user_data, call);
}

static void
on_silence (gpointer user_data, CusaxAccount *account, CusaxCall *call, guint seconds, gboolean incoming)
{
  say (user_data, "silence #%u %s %u s", cusax_call_get_number (call), incoming ? "in" : "out", seconds);
}

static gboolean
is_blocked (gpointer user_data, CusaxAccount *account, const char *jid)
{
  return g_strcmp0 (((FakeWorld *) user_data)->blocked, jid) == 0;
}

static void
on_message (gpointer user_data, CusaxAccount *account, const CusaxCallerId *caller, const char *who, const char *text)
{
  say (user_data, "message from %s: %s", who, text);
}

static void
on_referral (gpointer user_data, CusaxAccount *account, CusaxReferral *referral)
{
  static const char *const names[] = { "asking", "calling", "ended" };
  FakeWorld *world = user_data;

  say (world, "referral %s %s", names[cusax_referral_get_state (referral)], cusax_referral_get_who (referral));
  cusax_referral_ref (referral);
  g_clear_pointer (&world->referral, cusax_referral_unref);
  world->referral = referral;
}

static void
on_digits_refused (gpointer user_data, CusaxAccount *account, CusaxCall *call, guint status)
{
  say (user_data, "digits refused #%u %u", cusax_call_get_number (call), status);
}

static char *
name_peer (gpointer user_data, CusaxAccount *account, const CusaxAddress *peer, const char *jid)
{
  if (jid != NULL)
    return g_strdup (jid);
  if (peer == NULL)
    return g_strdup ("nobody");
  return cusax_address_get_display (peer, "example.org");
}

static const CusaxAccountListener account_listener = {
  .on_state = on_state,
  .on_incoming = on_incoming,
  .on_call = on_call,
  .on_silence = on_silence,
  .name_peer = name_peer,
  .is_blocked = is_blocked,
  .on_message = on_message,
  .on_referral = on_referral,
  .on_digits_refused = on_digits_refused,
};

/* ------------------------------------------------------------------ config */

static const char *
find_setting (gpointer user_data, const char *name)
{
  const char *const *settings = user_data;

  for (; settings != NULL && *settings != NULL; settings++)
    if (g_str_has_prefix (*settings, name) && (*settings)[strlen (name)] == '=')
      return *settings + strlen (name) + 1;
  return NULL;
}

static const char *
read_string (gpointer user_data, const char *name, const char *fallback)
{
  const char *value = find_setting (user_data, name);

  return value != NULL ? value : fallback;
}

static gboolean
read_bool (gpointer user_data, const char *name, gboolean fallback)
{
  const char *value = find_setting (user_data, name);

  return value != NULL ? strcmp (value, "1") == 0 : fallback;
}

static int
read_int (gpointer user_data, const char *name, int fallback)
{
  const char *value = find_setting (user_data, name);

  return value != NULL ? (int) g_ascii_strtoll (value, NULL, 10) : fallback;
}

CusaxConfig *
fake_config_new (const char *const *settings)
{
  static const CusaxConfigReader reader = { read_string, read_bool, read_int };
  g_autoptr (GError) error = NULL;
  CusaxConfig *config = cusax_config_new ("alice@example.org/desk", "secret", &reader, (gpointer) settings, &error);

  g_assert_no_error (error);
  return config;
}

/* ------------------------------------------------------------------- world */

FakeWorld *
fake_world_new (const char *const *settings)
{
  FakeWorld *world = g_new0 (FakeWorld, 1);
  static const CusaxCardPortVtable cards_vtable = { cards_fetch, cards_cancel };
  CusaxPorts ports = {
    .clock = &world->clock,
    .sip = &world->sip,
    .media = &world->media,
    .transport_new = fake_transport_new,
    .cards = &world->cards,
    .store = &world->store,
    .wall_time = wall_time,
    .sounds = &world->sounds,
  };

  g_assert_null (the_world);
  the_world = world;
  world->answer_after = -1;
  world->clock = (CusaxClock) { fake_now, fake_add, fake_remove };
  world->sounds.play = sounds_play;
  world->sip.vtable = &sip_vtable;
  world->media.vtable = &media_vtable;
  world->cards.vtable = &cards_vtable;
  world->store = (CusaxStore) { store_load, store_save, store_set_aside };
  world->now = 1000000;
  world->timers = g_array_new (FALSE, FALSE, sizeof (Timer));
  world->codecs = cusax_codecs_policy ();
  world->video_codecs = cusax_codecs_new ();
  world->is_protected = TRUE;
  world->local_address = "192.0.2.1";
  world->trace = g_string_new (NULL);
  world->config = fake_config_new (settings);
  world->account = cusax_account_new (&ports, &account_listener, world);
  cusax_account_configure (world->account, world->config);
  return world;
}

void
fake_world_free (FakeWorld *world)
{
  cusax_account_shutdown (world->account);
  cusax_account_unref (world->account);
  g_assert_cmpuint (world->live, ==, 0);
  g_assert_cmpuint (world->subscriptions, ==, 0);
  g_assert_cmpuint (world->timers->len, ==, 0);
  cusax_config_unref (world->config);
  g_ptr_array_unref (world->codecs);
  g_ptr_array_unref (world->video_codecs);
  g_free (world->card_jid);
  g_clear_pointer (&world->referral, cusax_referral_unref);
  g_array_unref (world->timers);
  g_string_free (world->trace, TRUE);
  g_free (world);
  fake_far_reset ();
  the_world = NULL;
}

void
fake_world_sign_in (FakeWorld *world)
{
  cusax_account_start (world->account);
  fake_sip_state (world, CUSAX_SIP_REGISTERED, -1);
  fake_world_forget (world);
}

void
fake_world_check (FakeWorld *world, const char *expected)
{
  g_assert_cmpstr (world->trace->str, ==, expected);
  fake_world_forget (world);
}

void
fake_world_forget (FakeWorld *world)
{
  g_string_truncate (world->trace, 0);
}

void
fake_sip_state (FakeWorld *world, CusaxSipState state, int error_code)
{
  g_autoptr (GError) error = NULL;

  if (error_code >= 0)
    error = g_error_new_literal (CUSAX_ERROR, error_code, "told to fail");
  world->sip_listener->on_state (world->sip_listener_data, state, error);
}

static void
incoming_with (FakeWorld *world, const CusaxSipHeaders *headers, const char *sdp)
{
  FakeCall *fake = fake_call_new (world);
  CusaxSipIncoming incoming = { .headers = *headers, .replaced = world->replaced, .answer_after = -1 };

  if (world->answer_after >= 0)
    incoming.answer_after = world->answer_after;

  incoming.to_uri = "sip:alice@example.org";
  incoming.call_id = "1@192.0.2.9";
  incoming.sdp = sdp;
  incoming.sdp_length = sdp != NULL ? strlen (sdp) : 0;
  world->sip_listener->on_incoming (world->sip_listener_data, &fake->base, &incoming);
}

void
fake_sip_incoming (FakeWorld *world, const char *sdp)
{
  CusaxSipHeaders headers = { .from_uri = "sip:bob@example.org", .from_display = "Bob" };

  incoming_with (world, &headers, sdp);
}

void
fake_sip_incoming_from (FakeWorld *world, const CusaxSipHeaders *headers)
{
  g_autofree char *offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);

  incoming_with (world, headers, offer);
}

/* ----------------------------------------------------------------- far end */

static GPtrArray *
make_video_codecs (void)
{
  GPtrArray *codecs = cusax_codecs_new ();

  g_ptr_array_add (codecs, cusax_codec_new (96, "VP8", 90000, 1, NULL));
  return codecs;
}

static void
describe_far_video (CusaxOffer *offer)
{
  g_autoptr (GPtrArray) codecs = make_video_codecs ();
  g_autoptr (CusaxTransportDescription) video = cusax_transport_description_new ("192.0.2.9", 50010, 50011);

  video->crypto.tag = 1;
  video->crypto.suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
  memset (video->crypto.key, 8, sizeof video->crypto.key);
  cusax_offer_set_video (offer, far_has_video ? codecs : NULL);
  cusax_offer_set_local_video (offer, far_has_video ? video : NULL, CUSAX_DIRECTION_SENDRECV);
}

void
fake_far_video (gboolean on)
{
  far_has_video = on;
  far_feedback = NULL;
}

void
fake_far_feedback (const char *lines)
{
  far_feedback = lines;
}

/* The picture is the last stream. (transfer full) */
static char *
with_feedback (char *answer)
{
  g_autoptr (GRegex) regex = g_regex_new ("a=rtcp-fb:.*\r\n", 0, 0, NULL);
  g_autofree char *owned = answer, *without = NULL;

  if (far_feedback == NULL)
    return g_steal_pointer (&owned);
  without = g_regex_replace_literal (regex, answer, -1, 0, "", 0, NULL);
  return g_strconcat (without, far_feedback, NULL);
}

void
fake_world_give_pictures (FakeWorld *world)
{
  g_ptr_array_unref (world->video_codecs);
  world->video_codecs = make_video_codecs ();
}

void
fake_world_give_camera (FakeWorld *world)
{
  fake_world_give_pictures (world);
  world->has_camera = TRUE;
}

static CusaxOffer *
get_far_end (void)
{
  if (far_end == NULL)
    {
      g_autoptr (GPtrArray) codecs = cusax_codecs_policy ();

      far_end = cusax_offer_new (CUSAX_MEDIA_SECURITY_PREFER, codecs);
    }
  describe_far_video (far_end);
  return far_end;
}

static CusaxTransportDescription *
far_transport (void)
{
  CusaxTransportDescription *far = cusax_transport_description_new ("192.0.2.9", 50000, 50001);

  far->crypto.tag = 1;
  far->crypto.suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
  memset (far->crypto.key, 9, sizeof far->crypto.key);
  return far;
}

char *
fake_far_answer (FakeWorld *world, CusaxDirection direction)
{
  g_autoptr (CusaxTransportDescription) far = far_transport ();
  g_autoptr (CusaxOfferResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *answer = NULL;

  result = cusax_offer_receive_offer (get_far_end (), world->call->sdp, strlen (world->call->sdp), &error);
  g_assert_no_error (error);
  answer = cusax_offer_create_answer (get_far_end (), far, direction, &error);
  g_assert_no_error (error);
  return with_feedback (answer);
}

char *
fake_far_offer (FakeWorld *world, CusaxDirection direction)
{
  g_autoptr (CusaxTransportDescription) far = far_transport ();
  g_autoptr (GError) error = NULL;
  char *offer = cusax_offer_create_offer (get_far_end (), far, direction, &error);

  g_assert_no_error (error);
  return offer;
}

void
fake_far_reset (void)
{
  g_clear_pointer (&far_end, cusax_offer_unref);
  far_has_video = FALSE;
  far_feedback = NULL;
}
