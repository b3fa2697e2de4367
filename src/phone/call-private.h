/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The insides of a call, shared by the files that are one call: call.c (life, end, getters), call-setup.c (how it
 * comes to stand), call-reoffer.c (how it changes), call-media.c (transport and media session). Nobody else
 * includes this.
 */
#pragma once

#include "call-internal.h"

#include "offer.h"

G_BEGIN_DECLS

struct _CusaxCall
{
  CusaxPorts ports;
  CusaxConfig *config;
  const CusaxCallOwner *owner; /* NULL once detached or ended */
  gpointer owner_data;

  guint number;
  gboolean outgoing;
  CusaxAddress *peer;
  char *who;
  CusaxCallerId *caller;       /* incoming: always; outgoing: once a response came */
  CusaxBindingGrade grade;
  char *contact;               /* bare JID for WEAK and STRONG */
  CusaxClass class_;
  CusaxDisclosure disclosure;  /* what our messages say of us */

  CusaxCallState state;
  gboolean rang;               /* outgoing: a 180 came */
  gboolean announced;          /* incoming: the owner's on_incoming was called */
  gboolean is_chosen;          /* outgoing: the person said which contact this is */
  gboolean want_held;          /* what the person asked for */
  gboolean told_held;          /* what our SDP that is on its way says */
  gboolean held;               /* what the last settled offer says */
  gboolean hold_refused;       /* they would not be held, and nobody has asked again */
  gboolean remote_held;
  gboolean muted;
  gboolean secure;
  gboolean reoffering;         /* our re-INVITE is on its way */
  gboolean has_moved;          /* the media are at another address, and the other side has not been told */
  gboolean telling_move;       /* the re-INVITE on its way tells it */
  gboolean joined;             /* its sound is mixed with another call's */
  gboolean has_early_media;    /* their tones are heard before the answer */
  gboolean is_automatic;       /* nobody is asked */
  CusaxCall *replaced;         /* incoming (nullable) */
  gboolean is_replacement;
  int answer_after;            /* incoming: seconds, -1: a person decides */
  char *replaces;              /* outgoing (nullable) */
  char *referred_by;           /* outgoing (nullable) */
  GString *digits;             /* (nullable): waiting to be sent */
  guint digits_id;             /* the next one's turn */
  CusaxTransfer transfer;
  gboolean is_referred;        /* REFER has left */
  CusaxAddress *transfer_target;
  CusaxCall *transfer_other;   /* (nullable): attended: the call that is to be replaced */
  gboolean is_transfer_target; /* the other side of it is about to be called by somebody else */
  guint transfer_status;       /* of their last report */
  char *transfer_reason;
  char **redirects;            /* (nullable): END_REDIRECTED */
  gboolean is_settled_early;   /* outgoing: that is the answer for good, an UPDATE followed it */
  gboolean offerless;          /* incoming INVITE without SDP: our 200 makes the offer */
  gint64 held_at;              /* clock time of want_held */
  gint64 begun;                /* clock time */
  gint64 established;          /* clock time, 0 before */
  gint64 finished;             /* clock time, 0 before */

  CusaxCallEnd end;
  guint end_status;
  char *end_reason;

  CusaxOffer *offer;
  CusaxOfferResult *pending;   /* incoming: judged offer, applied after the 200 */
  char *remote_sdp;            /* incoming: the offer as it came; outgoing: the last early answer that can be used */
  gsize remote_sdp_length;
  CusaxTransportDescription *local; /* once the transport is ready */
  char *codec;

  CusaxSipCall *sip_call;
  CusaxTransport *transport;
  CusaxMediaSession *session;
  guint tick_id;               /* one step that must wait until the wire has been served */
  guint ring_id;
};

/* call.c */
CusaxCall *cusax_call_alloc (const CusaxPorts *ports, CusaxConfig *config, guint number, CusaxAddress *peer,
                             const char *who, const CusaxCallOwner *owner, gpointer owner_data);
void cusax_call_set_state (CusaxCall *call, CusaxCallState state);
/* Emit last: the caller holds a reference and touches nothing of the call afterwards. */
void cusax_call_emit_changed (CusaxCall *call);
void cusax_call_end_with_error (CusaxCall *call, const GError *error);
/* Refuses an incoming call on the wire; the caller ends it. */
void cusax_call_reject (CusaxCall *call, guint status);
void cusax_call_start_ring_timer (CusaxCall *call);
void cusax_call_stop_ring_timer (CusaxCall *call);

/* call-media.c */
/* Makes the offer engine and the transport. CUSAX_ERROR_MEDIA, CUSAX_ERROR_NOT_PROTECTED. */
gboolean cusax_call_prepare_media (CusaxCall *call, GError **error);
gboolean cusax_call_open_session (CusaxCall *call, GError **error);
/* What the person wants to flow. */
CusaxDirection cusax_call_get_wanted_direction (const CusaxCall *call);
/* Brings what both sides agreed on to the transport and, if it is open, the media session. */
gboolean cusax_call_apply_result (CusaxCall *call, const CusaxOfferResult *result, GError **error);

/* call-digits.c */
void cusax_call_stop_digits (CusaxCall *call);
void cusax_call_on_info_done (gpointer user_data, guint status);
void cusax_call_on_keypad (gpointer user_data, char digit);

/* call-transfer.c */
/* The hold is settled, or refused: REFER may leave. */
void cusax_call_continue_transfer (CusaxCall *call);
void cusax_call_clear_transfer (CusaxCall *call);
void cusax_call_on_refer_progress (gpointer user_data, guint status, const char *reason);
/* Their BYE is the end of our transfer: they went to where we sent them. */
gboolean cusax_call_is_transferred (const CusaxCall *call);

/* call-setup.c */
/* Incoming: what our responses shall say of us, from now on. */
void cusax_call_tell_disclosure (CusaxCall *call);
/* The transport knows its addresses: INVITE or 200 may leave. */
void cusax_call_local_ready (CusaxCall *call);

/* call-reoffer.c */
/* ACTIVE: tells the other side what the person wants; not while an offer is open. */
void cusax_call_send_reoffer (CusaxCall *call);
/* The media have moved: tells the other side, now or when the open offer is settled. */
void cusax_call_tell_move (CusaxCall *call);
gboolean cusax_call_on_leg_back (gpointer user_data, const char *local_address);
void cusax_call_on_offer (gpointer user_data, const char *sdp, gsize length);
void cusax_call_on_reoffer_done (gpointer user_data, guint status, const char *sdp, gsize length);

G_END_DECLS
