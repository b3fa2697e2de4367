/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The insides of a call, shared by the files that are one call: call.c (life, end, getters), call-setup.c (how it
 * comes to stand), call-reoffer.c (how it changes), call-restart.c (ICE anew), call-media.c (transport and media session of
 * the sound), call-video.c (the same of the picture), call-info.c (what goes by INFO), call-stats.c (what is measured).
 * Nobody else includes this.
 */
#pragma once

#include "call-internal.h"

#include "offer.h"

G_BEGIN_DECLS

/** CusaxCallWish: what an INFO of ours was for. */
typedef enum
{
  CUSAX_CALL_WISH_DIGIT,
  CUSAX_CALL_WISH_PICTURE
} CusaxCallWish;

/** CusaxCallKept: what was measured of a stream that has ended. */
typedef struct
{
  CusaxTransportStats stats; /* strings in @texts */
  char *texts[5];
  char *codec;               /* of a picture */
  gboolean is_kept;
} CusaxCallKept;

/** CusaxCallVideo: the picture. */
typedef struct
{
  gboolean is_wanted;   /* the person shows one, or wants to */
  gboolean is_offered;  /* incoming: their first offer has one */
  gboolean is_refused;  /* they did not take ours */
  gboolean is_bundled;  /* through the transport of the sound */
  gboolean is_accepted; /* incoming: theirs was chosen with the answer, whether ours is shown or not */
  gboolean is_dropped;  /* the person took it out, and they have not been told */
  gboolean is_untold;   /* our SDP has to say something new about it */
  gboolean is_told;     /* the last offer or answer of ours names @transport */
  gboolean is_open;     /* the session has it, */
  gboolean has_camera;  /* with our camera */
  gboolean is_lost;     /* as the sound's */
  CusaxTransport *transport;        /* while there is, or may soon be, a picture */
  CusaxTransportDescription *local; /* once @transport is ready */
  CusaxDirection direction;         /* as agreed */
  GPtrArray *codecs;                /* as agreed, with */
  guint bandwidth;
  char *codec;
  GError *error;        /* (nullable): why it ended here */
  CusaxCallKept kept;   /* of the last one that was agreed on */
  gint64 keyframe_at;   /* clock time of the last whole picture that was asked for, 0: none was */
  guint keyframe_id;    /* the next one's turn */
  gboolean asks_by_rtcp; /* the media session asks for whole pictures by itself */
} CusaxCallVideo;

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
  gboolean is_answered;        /* incoming: the 200 has left */
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
  char *media_address;         /* of this machine, as told to the transport; @local may name a relay's */
  char *codec;
  CusaxKeying keying;
  gboolean keys_are_verified;
  CusaxCallVideo video;
  CusaxOfferResult *their_offer; /* (nullable): ACTIVE: has been judged and waits for our addresses */
  gboolean is_moving;          /* the transport of the sound looks for its new addresses */
  gboolean is_lost;            /* ICE had a way for the sound, and it is gone */
  guint lost_id;               /* they may restart ICE until then */
  GQueue infos;                /* CusaxCallWish: ours that are on their way, in order */
  CusaxCallKept kept;          /* ENDED: of the sound */

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
/* @is_final: FALSE for early media, after which another answer may come. */
gboolean cusax_call_apply_result (CusaxCall *call, const CusaxOfferResult *result, gboolean is_final, GError **error);
/* The two halves of it: the network, then what is heard and seen. */
gboolean cusax_call_apply_transport (CusaxCall *call, const CusaxOfferResult *result, GError **error);
void cusax_call_apply_session (CusaxCall *call, const CusaxOfferResult *result, gboolean is_final);
/* Of transports: (transfer full) (nullable) */
GPtrArray *cusax_call_dup_servers (gpointer call);
/* For sound or picture. @theirs: (nullable): what they offer, if this answers it */
CusaxTransport *cusax_call_new_transport (CusaxCall *call, const CusaxOfferResult *theirs,
                                          const CusaxTransportListener *listener);
/* The offer engine alone: what they offer can be judged then. */
gboolean cusax_call_prepare_offer (CusaxCall *call, GError **error);

/* call-video.c */
/* Tells the offer engine what can be shown here. FALSE: nothing; CUSAX_ERROR_MEDIA says what is missing. */
gboolean cusax_call_video_prepare (CusaxCall *call, GError **error);
/* The same, and asks for the camera: only for a picture of ours that is to begin. */
gboolean cusax_call_video_prepare_ours (CusaxCall *call, GError **error);
/* @theirs: (nullable): the picture that they offer, if this answers it */
void cusax_call_video_open_transport (CusaxCall *call, const CusaxOfferResult *theirs);
/* Lets go of everything; nobody is told. */
void cusax_call_video_close (CusaxCall *call);
void cusax_call_video_clear (CusaxCall *call);
/* Nothing has to be waited for. */
gboolean cusax_call_video_is_ready (const CusaxCall *call);
/* Before each SDP of ours. */
void cusax_call_video_describe (CusaxCall *call);
void cusax_call_video_apply (CusaxCall *call, const CusaxOfferResult *result, gboolean is_final);
/* The SDP that was described did not come through, or had no place for it. */
void cusax_call_video_not_told (CusaxCall *call);
/* The other side has heard what our last SDP said. */
void cusax_call_video_was_told (CusaxCall *call);
/* One of ours that the other side has not heard of. */
gboolean cusax_call_video_is_coming (const CusaxCall *call);
void cusax_call_video_go_on (CusaxCall *call);
void cusax_call_video_on_leg_ready (gpointer user_data, guint16 rtp_port, guint16 rtcp_port);
void cusax_call_video_on_error (gpointer user_data, gboolean only_ours, const GError *error);
void cusax_call_video_on_keyframe_wanted (gpointer user_data);
void cusax_call_video_on_keyframe_asked (gpointer user_data);

/* call-info.c */
void cusax_call_send_info (CusaxCall *call, const char *type, const char *body, CusaxCallWish what);
void cusax_call_on_info_done (gpointer user_data, guint status);

/* call-stats.c */
/* Before the transport goes: of the sound, of the picture. */
void cusax_call_keep_stats (CusaxCall *call);
void cusax_call_keep_video_stats (CusaxCall *call);
void cusax_call_clear_stats (CusaxCall *call);

/* call-digits.c */
void cusax_call_stop_digits (CusaxCall *call);
void cusax_call_digits_on_info_done (CusaxCall *call, guint status);
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

/* call-restart.c */
/* Their offer may restart ICE: our answer then waits for what we say anew. */
void cusax_call_renew_for_answer (CusaxCall *call);
/* Of the transport of the sound, of the picture. */
void cusax_call_on_transport_lost (gpointer user_data);
void cusax_call_on_video_transport_lost (gpointer user_data);
/* What was lost is found, or looked for. */
void cusax_call_forget_loss (CusaxCall *call, gboolean *is_lost);

/* call-reoffer.c */
/* ACTIVE: tells the other side what the person wants; not while an offer is open. */
void cusax_call_send_reoffer (CusaxCall *call);
/* is_answering_offer: our addresses are known now. */
void cusax_call_finish_answer (CusaxCall *call);
/* The media have moved: tells the other side, now or when the open offer is settled. */
void cusax_call_tell_move (CusaxCall *call);
gboolean cusax_call_on_leg_back (gpointer user_data, const char *local_address);
void cusax_call_on_offer (gpointer user_data, const char *sdp, gsize length);
void cusax_call_on_offer_cancelled (gpointer user_data);
void cusax_call_on_reoffer_done (gpointer user_data, guint status, const char *sdp, gsize length);

G_END_DECLS
