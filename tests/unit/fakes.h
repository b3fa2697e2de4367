/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world of fake ports around one telephone: every call of a port and every event of the account is a line of a
 * trace, time passes only when a test says so, and the n-th port call that can fail may be told to.
 */
#pragma once

#include "account.h"
#include "ports.h"

typedef struct _FakeWorld FakeWorld;

typedef struct
{
  CusaxSipCall base;
  FakeWorld *world;
  const CusaxSipCallListener *listener;
  gpointer listener_data;
  char *sdp;      /* the last one the telephone sent */
  guint number;   /* among those that stand: the second one's lines begin with "call2." */
  gboolean takes_info;
  gboolean has_no_refer;
  char *told;     /* what the telephone says of itself: "chat", "chat contact", "anonymous", "nothing" */
  gboolean released;
} FakeCall;

typedef struct
{
  CusaxTransport base;
  FakeWorld *world;
  guint number;
  const CusaxTransportListener *listener;
  gpointer listener_data;
  CusaxLeg leg;
  gboolean offer_crypto;
  gboolean gathered;
} FakeTransport;

typedef struct
{
  CusaxMediaSession base;
  FakeWorld *world;
  guint number;
  gboolean has_events; /* telephone-event was agreed */
  const CusaxMediaListener *listener;
  gpointer listener_data;
} FakeSession;

struct _FakeWorld
{
  CusaxClock clock;
  CusaxSipPort sip;
  CusaxMediaPort media;
  CusaxCardPort cards;
  CusaxStore store;
  CusaxSoundPort sounds;
  CusaxSound sound;   /* what plays */
  gboolean tells_sounds; /* in the trace */
  /* Of the next INVITE that comes. */
  CusaxSipCall *replaced; /* (nullable) */
  int answer_after;       /* -1: nobody asks for it */
  gint64 now;
  GArray *timers;
  guint next_timer;

  const CusaxSipListener *sip_listener;
  gpointer sip_listener_data;
  gboolean is_protected;
  gboolean cannot_open; /* the media port shows no calls now */
  const char *local_address; /* of the leg; may move */
  const char *seen_address;  /* (nullable) */
  const char *announces;     /* (nullable): an event package */
  guint retry_after;         /* seconds, 0 = not asked for */
  GPtrArray *codecs;
  GPtrArray *video_codecs;   /* empty: no pictures here */
  gboolean has_camera;
  guint camera_asked;        /* how often it was looked for */
  gboolean camera_fails;     /* when it is opened */
  gboolean they_restart;     /* their offers have other credentials of ICE */

  CusaxAccount *account;
  CusaxConfig *config;
  GString *trace;

  /* The card that was asked for last, and who waits for it; NULL: nobody. */
  char *card_jid;
  CusaxCardDone card_done;
  gpointer card_data;
  CusaxReferral *referral; /* (nullable): the last that was told of */
  const char *blocked; /* (nullable): the JID that the person blocked */
  void (*react) (FakeWorld *world, CusaxCall *call); /* (nullable): what the person does when told of a call */

  /* The newest of each; NULL once given up. */
  FakeCall *call;
  FakeTransport *transport;
  FakeSession *session;
  FakeTransport *transports[8]; /* by number - 1, those that stand */
  gboolean numbers[3][8]; /* of calls, transports, sessions that stand */
  guint subscriptions; /* not given up */
  guint live;         /* other fakes not given up: 0 at the end or something leaked */

  guint fallible;     /* port calls so far that could fail */
  guint fail_at;      /* 0 = none */
};

/** A signed-off account of alice@example.org with bob's settings all default but @settings ("name=value"...). */
FakeWorld *fake_world_new (const char *const *settings);
void fake_world_free (FakeWorld *world);

/** Starts telephony and reports it registered; forgets the trace. */
void fake_world_sign_in (FakeWorld *world);

/** Lets virtual time pass, running what comes due in order. */
void fake_world_pass (FakeWorld *world, guint ms);

/** Compares the trace with @expected (lines, each ended by \n) and forgets it. */
void fake_world_check (FakeWorld *world, const char *expected);
void fake_world_forget (FakeWorld *world);

/** Another set of settings for the same account. (transfer full) */
CusaxConfig *fake_config_new (const char *const *settings);

void fake_sip_state (FakeWorld *world, CusaxSipState state, int error_code);

/** bob calls: INVITE with @sdp (nullable). */
void fake_sip_incoming (FakeWorld *world, const char *sdp);

/** Somebody calls, with these headers and an offer. */
void fake_sip_incoming_from (FakeWorld *world, const CusaxSipHeaders *headers);

/** The card that was asked for comes: one TEL with @number, or no card (NULL). */
void fake_cards_answer (FakeWorld *world, const char *number);

/** The transport has its addresses. */
void fake_transport_ready (FakeWorld *world);

/** The far end's answer to what the telephone offered last / a first or later offer of the far end. (transfer full) */
char *fake_far_answer (FakeWorld *world, CusaxDirection direction);
char *fake_far_offer (FakeWorld *world, CusaxDirection direction);

/** Pictures can be shown here, without a camera. */
void fake_world_give_pictures (FakeWorld *world);
/** The same, and there is a camera. */
void fake_world_give_camera (FakeWorld *world);
/** The far end has a camera and shows it, or takes it away; in its next offers and answers. */
void fake_far_video (gboolean on);
/** Its next answers agree on that much feedback for pictures only: "a=rtcp-fb:* nack pli\r\n"; NULL: as it can. Until
 * fake_far_video(). */
void fake_far_feedback (const char *lines);
/** The transport with this number has its addresses. */
void fake_transport_ready_at (FakeWorld *world, guint number);

/** A far end with nothing agreed. */
void fake_far_reset (void);
