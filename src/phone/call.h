/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One call: joins a SIP dialog, a media transport and a media session. Everything outside is a port, so the same
 * code runs with fakes. Knows no SIP syntax, no sockets, no libpurple.
 *
 *   outgoing  PREPARING -> CALLING -> (RINGING) -> ACTIVE -> ENDED
 *   incoming  INCOMING -> ANSWERING -> ACTIVE -> ENDED
 *   PREPARING  transport gathers, media session opens        INCOMING  180 sent, our dialog rings
 *   CALLING    INVITE sent                                   ANSWERING 200 sent or about to be, no ACK yet
 *   RINGING    180 came                                      ENDED     final, reported once
 */
#pragma once

#include "address.h"
#include "binding.h"
#include "ports.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxCall CusaxCall;

typedef enum
{
  CUSAX_CALL_PREPARING,
  CUSAX_CALL_CALLING,
  CUSAX_CALL_RINGING,
  CUSAX_CALL_INCOMING,
  CUSAX_CALL_ANSWERING,
  CUSAX_CALL_ACTIVE,
  CUSAX_CALL_ENDED
} CusaxCallState;

/** CusaxCallEnd: why a call ended; purple/ has the words. */
typedef enum
{
  CUSAX_CALL_END_NONE,          /* it has not */
  CUSAX_CALL_END_LOCAL,         /* we hung up or cancelled */
  CUSAX_CALL_END_REMOTE,        /* they hung up */
  CUSAX_CALL_END_DECLINED_HERE, /* we declined */
  CUSAX_CALL_END_DECLINED,      /* they declined (603, 403 from a person's device) */
  CUSAX_CALL_END_BUSY,          /* 486, 600 */
  CUSAX_CALL_END_NO_ANSWER,     /* outgoing: 408, 480, 487 after our 60 s */
  CUSAX_CALL_END_MISSED,        /* incoming: the caller gave up, or 60 s passed */
  CUSAX_CALL_END_ELSEWHERE,     /* another device answered */
  CUSAX_CALL_END_NOT_FOUND,     /* 404, 484, 604 */
  CUSAX_CALL_END_FORBIDDEN,     /* 403, 401/407 after credentials */
  CUSAX_CALL_END_NO_CODEC,      /* 488, 415, 606, or their SDP had nothing for us */
  CUSAX_CALL_END_NOT_PROTECTED, /* encryption was required and is not to be had */
  CUSAX_CALL_END_MEDIA,         /* sound on this machine failed */
  CUSAX_CALL_END_NETWORK,       /* signalling was lost or timed out */
  CUSAX_CALL_END_NO_PATH,       /* no way for the sound between both sides (ICE) */
  CUSAX_CALL_END_HANDSHAKE,     /* the keys could not be agreed on (DTLS) */
  CUSAX_CALL_END_REDIRECTED,    /* outgoing: 3xx: see cusax_call_get_redirects() */
  CUSAX_CALL_END_TRANSFERRED,   /* by our transfer the other side talks to somebody else now */
  CUSAX_CALL_END_REPLACED,      /* another call of ours took its place (RFC 3891) */
  CUSAX_CALL_END_FAILED         /* anything else: see status and reason */
} CusaxCallEnd;

/** CusaxTransfer: how far our transfer of the other side is; when it is through, the call is ENDED, TRANSFERRED. */
typedef enum
{
  CUSAX_TRANSFER_NONE,
  CUSAX_TRANSFER_ASKED,   /* the call is being put on hold, or REFER is on its way */
  CUSAX_TRANSFER_TRYING,  /* they say that they call */
  CUSAX_TRANSFER_RINGING, /* and that it rings there */
  CUSAX_TRANSFER_FAILED   /* refused, or it came to nothing: the call stands, on hold; another try may follow */
} CusaxTransfer;

CusaxCall *cusax_call_ref (CusaxCall *call);
void cusax_call_unref (CusaxCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxCall, cusax_call_unref)

guint cusax_call_get_number (const CusaxCall *call);            /* 1...: "#1" */
CusaxCallState cusax_call_get_state (const CusaxCall *call);
gboolean cusax_call_is_outgoing (const CusaxCall *call);
CusaxAddress *cusax_call_get_peer (const CusaxCall *call);      /* (transfer none) (nullable): garbage From */
const char *cusax_call_get_who (const CusaxCall *call);         /* libpurple name of the other side */
const char *cusax_call_get_display_name (const CusaxCall *call);/* (nullable): what the caller calls himself */

/** (transfer none) (nullable): what the other side's messages say it is; outgoing: NULL until a response came. */
const CusaxCallerId *cusax_call_get_caller (const CusaxCall *call);

/**
 * cusax_call_get_grade:
 *
 * How sure it is that the other side is cusax_call_get_contact(). An outgoing call to a contact is STRONG: the person
 * chose it, and it stays. Of an incoming call it may change while it rings (on_call tells), never later; of an address
 * that was dialled with every message that says who answers.
 */
CusaxBindingGrade cusax_call_get_grade (const CusaxCall *call);
const char *cusax_call_get_contact (const CusaxCall *call); /* (nullable): bare JID, for WEAK and STRONG */

/** The class of the dialled address; ON_NET for incoming calls. */
CusaxClass cusax_call_get_class (const CusaxCall *call);
gboolean cusax_call_is_held (const CusaxCall *call);            /* by us */
gboolean cusax_call_is_hold_settled (const CusaxCall *call);    /* and the other side has agreed to that, or to its end */
gboolean cusax_call_is_remote_held (const CusaxCall *call);     /* by them */
gboolean cusax_call_is_muted (const CusaxCall *call);
gboolean cusax_call_is_joined (const CusaxCall *call);          /* mixed with another of ours: cusax_account_join() */
gboolean cusax_call_has_early_media (const CusaxCall *call);    /* outgoing, before the answer: their tones are heard */
/** CALLING or RINGING by order of a transfer, INCOMING to be answered without asking: no person waits at the dialog. */
gboolean cusax_call_is_automatic (const CusaxCall *call);
gboolean cusax_call_is_secure (const CusaxCall *call);          /* SRTP, keys over protected signalling; INCOMING:
                                                                   if answered */
CusaxCallEnd cusax_call_get_end (const CusaxCall *call);
guint cusax_call_get_end_status (const CusaxCall *call);        /* SIP status, 0 = none */
const char *cusax_call_get_end_reason (const CusaxCall *call);  /* (nullable): their words, printable UTF-8 */
guint cusax_call_get_seconds (const CusaxCall *call);           /* since the session stood, at least 1; 0 before */
guint cusax_call_get_age (const CusaxCall *call);               /* seconds since it was dialled or began to ring */
gboolean cusax_call_get_stats (CusaxCall *call, CusaxTransportStats *stats); /* FALSE: no transport now */
/* FALSE: no picture now, or, of a call that has ended, there never was one; else of the last. */
gboolean cusax_call_get_video_stats (CusaxCall *call, CusaxTransportStats *stats);
const char *cusax_call_get_codec (const CusaxCall *call);       /* (nullable): "opus/48000" */
const char *cusax_call_get_video_codec (const CusaxCall *call); /* (nullable): "VP8/90000"; of the same picture */
char *cusax_call_dup_devices (CusaxCall *call);                 /* (transfer full) (nullable): those in use, for people */

/** CusaxCallKeys: how sure it is that nobody listens; purple/ has the lock words. */
typedef enum
{
  CUSAX_CALL_KEYS_NONE,       /* plain RTP */
  CUSAX_CALL_KEYS_UNVERIFIED, /* encrypted, but the signalling that brought the fingerprint is not protected */
  CUSAX_CALL_KEYS_SDES,       /* encrypted; the servers on the way could listen */
  CUSAX_CALL_KEYS_DTLS        /* encrypted from end to end; the servers vouch for who the other end is */
} CusaxCallKeys;
CusaxCallKeys cusax_call_get_keys (const CusaxCall *call); /* as agreed; INCOMING: if answered */

/** What is done with pictures: bit SENDONLY our camera is shown to them, bit RECVONLY theirs is shown here. */
CusaxDirection cusax_call_get_video (const CusaxCall *call);
/** INCOMING: they offer a picture. ACTIVE: they show or offer one, and ours is not shown. */
gboolean cusax_call_is_video_offered (const CusaxCall *call);
/** The person wants to show a picture (set_video, dial_video, answer_video). */
gboolean cusax_call_is_video_wanted (const CusaxCall *call);
/** They refused the picture that we offered last. */
gboolean cusax_call_is_video_refused (const CusaxCall *call);
/** (nullable) (transfer none): why the picture ended on this machine (camera, encoder); NULL again with the next one */
const GError *cusax_call_get_video_error (const CusaxCall *call);

/**
 * cusax_call_set_video:
 *
 * Shows our camera in a call that stands, or takes the picture out of it (both ways), by re-INVITE.
 *
 * Returns: FALSE with CUSAX_ERROR_OFFLINE (not ACTIVE) or _MEDIA (no camera, no encoder: the message names it)
 */
gboolean cusax_call_set_video (CusaxCall *call, gboolean on, GError **error);

/** As cusax_call_answer(), with the picture that they offered: they see ours if there is a camera, and we see theirs. */
void cusax_call_answer_video (CusaxCall *call);

/** (nullable) (transfer none): END_REDIRECTED: whom to call instead, best first, as sent: SIP URIs, maybe foreign ones. */
const char *const *cusax_call_get_redirects (const CusaxCall *call);

/** @status, @reason: (out) (optional): of their last report; 0 and NULL before one came */
CusaxTransfer cusax_call_get_transfer (const CusaxCall *call, guint *status, const char **reason);

/** Incoming: opens the media and sends 200. No effect in another state. */
void cusax_call_answer (CusaxCall *call);

/** Incoming: 603 (or @status 486 when not 0); no effect in another state. */
void cusax_call_decline (CusaxCall *call, guint status);

/** Any state: CANCEL, BYE or decline, whichever fits. ENDED is reported at once; the wire follows. */
void cusax_call_hang_up (CusaxCall *call);

/** Re-INVITE with the new direction, at once or as soon as the call stands; not while it rings here. */
void cusax_call_set_hold (CusaxCall *call, gboolean held);

void cusax_call_set_muted (CusaxCall *call, gboolean muted);

/**
 * cusax_call_send_digits:
 * @digits: as people write them: cusax_dtmf_clean()
 *
 * About two a second, commas are pauses of 2 s; behind what waits already. By RFC 4733 or INFO as the setting "dtmf" and the
 * other side have it (A9). ACTIVE, or RINGING with early media (then RFC 4733 only).
 *
 * Returns: FALSE with CUSAX_ERROR_INVALID (nothing that is a digit, or too many wait), _OFFLINE (no such state) or
 *   _UNSUPPORTED (the other side takes neither)
 */
gboolean cusax_call_send_digits (CusaxCall *call, const char *digits, GError **error);

/**
 * cusax_call_transfer:
 * @target: whom the other side shall call
 *
 * Blind transfer of an ACTIVE call (RFC 5589 section 6): hold, then, when that is settled, REFER.
 *
 * Returns: FALSE with CUSAX_ERROR_OFFLINE (not ACTIVE), _BUSY (a transfer is under way), _UNSUPPORTED (their Allow has no
 *   REFER)
 */
gboolean cusax_call_transfer (CusaxCall *call, CusaxAddress *target, GError **error);

/** Attended transfer (RFC 5589 section 7): the other side of @call shall talk to the other side of @other, both ACTIVE or
 * @other RINGING. Errors as above. */
gboolean cusax_call_transfer_to (CusaxCall *call, CusaxCall *other, GError **error);

G_END_DECLS
