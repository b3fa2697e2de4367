/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a dialog, shared by dialog.c (events), dialog-new.c, dialog-setup.c, dialog-end.c, exchange.c (offers
 * after set-up, refreshes), dialog-refer.c, dialog-replaces.c and dialog-info.c.
 */
#pragma once

#include "dialog.h"
#include "farewell.h"
#include "notifier.h"
#include "presentation.h"

#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>

G_BEGIN_DECLS

typedef enum
{
  CUSAX_DIALOG_CALLING,
  CUSAX_DIALOG_OFFERED,
  CUSAX_DIALOG_INCOMING,
  CUSAX_DIALOG_ANSWERED,
  CUSAX_DIALOG_UP,
  CUSAX_DIALOG_ENDING,
  CUSAX_DIALOG_ENDED
} CusaxDialogState;

/** CusaxExchange: who owes what after set-up; one at a time (RFC 3264 section 4). */
typedef enum
{
  CUSAX_EXCHANGE_NONE,
  CUSAX_EXCHANGE_SENT,       /* our re-INVITE is out */
  CUSAX_EXCHANGE_SENT_UPDATE, /* CALLING: our UPDATE is */
  CUSAX_EXCHANGE_REFRESH,    /* the same, but nobody asked: timer or new address */
  CUSAX_EXCHANGE_RETRY,      /* 491: waiting to send our offer again */
  CUSAX_EXCHANGE_GOT_INVITE, /* their re-INVITE waits for answer_offer */
  CUSAX_EXCHANGE_GOT_UPDATE, /* their UPDATE does */
  CUSAX_EXCHANGE_GOT_IN_200, /* the 200 to Sofia's own refresh made an offer: answer in ACK */
  CUSAX_EXCHANGE_WAIT_ACK    /* we answered their re-INVITE, ACK is to come */
} CusaxExchange;

/** CusaxReferStage: our REFER; one at a time. */
typedef enum
{
  CUSAX_REFER_NONE,
  CUSAX_REFER_SENT,
  CUSAX_REFER_ACCEPTED /* 202: they will tell */
} CusaxReferStage;

struct _CusaxDialog
{
  CusaxHandler handler; /* first: what Sofia's handle is bound to */
  CusaxSipCall port;
  CusaxDialogState state;
  gboolean is_outgoing;
  gboolean is_released;  /* nobody holds us: free at the end */
  gboolean is_reporting; /* what is left is told at the end: a release does not free now */
  gboolean is_offerless; /* the INVITE had no SDP */
  gboolean bye_waits;    /* ENDING: BYE goes when ACK or the outer leg comes */
  gboolean cancel_waits; /* ENDING: CANCEL goes when the outer leg comes */
  gint64 bye_at;         /* ENDING: when BYE was asked for; 0: not yet */
  guint bye_wait_id;     /* ENDING: BYE may stand behind a request that nobody answers */
  gboolean leg_is_up;
  gboolean peer_has_allow; /* they have said what they take: */
  gboolean peer_has_update;
  gboolean peer_has_refer;
  gboolean peer_has_info;
  int declining; /* nua_r_invite or nua_r_update: under way without the answer that its challenge wanted; 0 */

  const CusaxSipCallListener *listener;
  gpointer user_data;
  CusaxStack *stack;
  CusaxCredentials *credentials;
  CusaxFarewell *farewell; /* NULL: it has begun */
  char *user;
  char *contact;
  char *focus; /* of their Contact now */
  char *call_id;
  char *local_tag;        /* (nullable): incoming: known from ACK on */
  GPtrArray *remote_tags; /* (element-type utf8): one; while we call, one for each fork that rings */
  CusaxPresentation presentation;
  char *local_sdp; /* our last one that counts; for refreshes */
  char *early_sdp; /* the last 18x's */
  char *early_tag;
  gboolean early_is_answer;   /* CALLING: it came reliably, so our offer is settled (RFC 3262 section 5) */
  gboolean early_has_changed; /* and an UPDATE has changed the session since */
  char *rack;                 /* CALLING: RAck for the 18x whose offer waits for answer_offer */
  gboolean is_silent;         /* INCOMING: no 18x may go, it would have to make an offer */
  int end_status; /* what to report at the end, once known: -1 = not known */
  char *end_reason;
  guint guard_id; /* ENDING must end */

  CusaxExchange exchange;
  nua_saved_event_t saved[1]; /* their request that waits for answer_offer */
  gboolean saved_has_sdp;     /* it made an offer; else we make one */
  gboolean ack_brings_answer;
  char *sent_sdp;   /* ours, in an exchange that is not settled */
  char *queued_sdp; /* reoffer that waits for its turn */
  gboolean is_moving; /* an UPDATE that tells our Contact waits for its answer */
  guint retry_id;
  guint n_retries;
  guint refresh_id;
  guint refresh_seconds;

  CusaxReferStage refer;
  char *refer_event_id; /* (nullable): of its NOTIFYs */
  guint refer_wait_id;
  guint refer_wait_ms;     /* 0: as usual */
  char *referrer;          /* (nullable): our address of record; NULL: anonymous */
  CusaxNotifier *notifier; /* (nullable): their REFER, as long as its subscription stands, even past the call */
  GQueue infos;            /* of ours; the first one may be out */
  gboolean info_is_out;
};

static inline CusaxDialog *
cusax_dialog_from_port (CusaxSipCall *call)
{
  return (CusaxDialog *) ((char *) call - G_STRUCT_OFFSET (CusaxDialog, port));
}

/* What our INVITEs and their answers say of us. An outgoing dialog's handle has Privacy for all requests. */
#define CUSAX_DIALOG_PRIVACY(dialog)                                                                           \
  SIPTAG_UNKNOWN_STR ((dialog)->is_outgoing ? NULL : (dialog)->presentation.privacy)
#define CUSAX_DIALOG_SAYS(dialog)                                                                              \
  SIPTAG_UNKNOWN_STR ((dialog)->presentation.call_info), SIPTAG_UNKNOWN_STR ((dialog)->presentation.contact),  \
    CUSAX_DIALOG_PRIVACY (dialog)

/** Returns: (transfer full): bound to @handle; its state is the caller's to set */
CusaxDialog *cusax_dialog_new (CusaxStack *stack, const CusaxSelf *self, nua_handle_t *handle, gboolean is_anonymous);

/** Allow of a message of theirs: what they take is what they said last. */
void cusax_dialog_learn_allow (CusaxDialog *dialog, const CusaxSipEvent *event);

/** Returns: (nullable): the dialog that @handler is, if it is one */
CusaxDialog *cusax_dialog_from_handler (CusaxHandler *handler);

/** Returns: the status of a final response, with one of SIP for those of Sofia's own. */
guint cusax_dialog_get_status (const CusaxSipEvent *event);

/** The one setter of the state. */
void cusax_dialog_set_state (CusaxDialog *dialog, CusaxDialogState state);

/** Sofia asks for credentials again from here on. */
void cusax_dialog_end_declining (CusaxDialog *dialog);

/** No listener is called any more, no handle is left. */
void cusax_dialog_free (CusaxDialog *dialog);

/** Reports what @sip (nullable) says of the other side: @always, or if its conference is another one now.
 * Returns: FALSE if there is nobody to report to, or the listener's reaction has changed the state: hands off
 * then. */
gboolean cusax_dialog_tell_remote (CusaxDialog *dialog, const sip_t *sip, gboolean always);

/* dialog-setup.c */
void cusax_dialog_ring (CusaxSipCall *call);
void cusax_dialog_accept (CusaxSipCall *call, const char *sdp);
void cusax_dialog_answer_offer (CusaxSipCall *call, guint status, const char *sdp);
void cusax_dialog_set_local_sdp (CusaxDialog *dialog, const char *sdp);
void cusax_dialog_on_invite_response (CusaxDialog *dialog, const CusaxSipEvent *event);
void cusax_dialog_on_ack (CusaxDialog *dialog, const CusaxSipEvent *event);

/* dialog-end.c */
void cusax_dialog_reject (CusaxSipCall *call, guint status, const char *reason);
void cusax_dialog_hang_up (CusaxSipCall *call);
void cusax_dialog_release (CusaxSipCall *call);
/** Takes the dialog off the wire and reports on_ended; the pointer may be dead after it. */
void cusax_dialog_finish (CusaxDialog *dialog, int status, const char *reason);
/** ENDED: gives up the handle, which a referral had kept; the pointer may be dead after it. */
void cusax_dialog_let_go (CusaxDialog *dialog);
/** From OFFERED or UP: BYE, now or when the leg is there. */
void cusax_dialog_send_bye (CusaxDialog *dialog);
/** What came of BYE. */
void cusax_dialog_on_bye_response (CusaxDialog *dialog, const CusaxSipEvent *event);
/** Our first INVITE is lost with its connection: what rings is told when there is one. */
void cusax_dialog_on_lost_invite (CusaxDialog *dialog);
/** Sofia has hung up by itself over @status. */
void cusax_dialog_on_bye_sent (CusaxDialog *dialog, int status);
void cusax_dialog_on_cancel (CusaxDialog *dialog, const CusaxSipEvent *event);
void cusax_dialog_on_bye (CusaxDialog *dialog, const CusaxSipEvent *event);
void cusax_dialog_on_leg_lost (CusaxDialog *dialog);
void cusax_dialog_on_leg_back (CusaxDialog *dialog, const char *local_address);

/* exchange.c; each takes an UP (or just-up) dialog, those about UPDATE also a CALLING one. */
void cusax_exchange_reoffer (CusaxDialog *dialog, const char *sdp);
void cusax_exchange_answer (CusaxDialog *dialog, guint status, const char *sdp);
void cusax_exchange_on_invite (CusaxDialog *dialog, const CusaxSipEvent *event);
void cusax_exchange_on_update (CusaxDialog *dialog, const CusaxSipEvent *event);
void cusax_exchange_on_response (CusaxDialog *dialog, const CusaxSipEvent *event);
void cusax_exchange_on_update_response (CusaxDialog *dialog, const CusaxSipEvent *event);
void cusax_exchange_on_ack (CusaxDialog *dialog, const CusaxSipEvent *event);
void cusax_exchange_on_cancel (CusaxDialog *dialog);
/** An offer that waited for the dialog to be UP leaves. */
void cusax_exchange_pump (CusaxDialog *dialog);
/** The same session again: for the timer, or from a new address. */
void cusax_exchange_send_refresh (CusaxDialog *dialog);
void cusax_exchange_clear (CusaxDialog *dialog);

/* exchange-timer.c */
/** Their Allow promised UPDATE, and it was refused. */
void cusax_exchange_stop_updates (CusaxDialog *dialog);
/** Whether their messages allow UPDATE. */
void cusax_exchange_learn_allow (CusaxDialog *dialog, const sip_t *sip);
/** Session timer and Allow of the message that brought the dialog up. */
void cusax_exchange_learn (CusaxDialog *dialog, const sip_t *sip);
/** Tells the other side our new Contact. */
void cusax_exchange_move (CusaxDialog *dialog);

/* dialog-refer.c */
gboolean cusax_dialog_refer (CusaxSipCall *call, const CusaxAddress *target, CusaxSipCall *replaces, GError **error);
void cusax_dialog_on_refer_response (CusaxDialog *dialog, const CusaxSipEvent *event);
void cusax_dialog_on_notify (CusaxDialog *dialog, const CusaxSipEvent *event);
void cusax_dialog_on_refer (CusaxDialog *dialog, const CusaxSipEvent *event);
/** At the end of the call: the last word about our REFER. */
void cusax_dialog_refer_clear (CusaxDialog *dialog);

/* dialog-replaces.c */
/** Call-ID and tags of a message of the set-up. */
void cusax_dialog_learn_id (CusaxDialog *dialog, const sip_t *sip);
/** Returns: (transfer full) (nullable): for a Replaces that the other side may use; NULL: the call does not stand */
char *cusax_dialog_dup_replaces (CusaxDialog *dialog);
/** At the end of the call: whoever still wants to replace it is told so. */
void cusax_dialog_note_gone (CusaxDialog *dialog);

/* dialog-info.c */
void cusax_dialog_send_info (CusaxSipCall *call, const char *content_type, const char *body);
gboolean cusax_dialog_takes_info (CusaxSipCall *call);
gboolean cusax_dialog_takes_refer (CusaxSipCall *call);
/** What waited for the call to stand, or for the leg, leaves. */
void cusax_dialog_info_pump (CusaxDialog *dialog);
void cusax_dialog_on_info (CusaxDialog *dialog, const CusaxSipEvent *event);
void cusax_dialog_on_info_response (CusaxDialog *dialog, const CusaxSipEvent *event);
/** At the end of the call: nothing of it will leave. */
void cusax_dialog_info_clear (CusaxDialog *dialog);

G_END_DECLS
