/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One account: two legs, one state for people (R1, R5, R6). Owns the SIP leg and the calls, decides when to try
 * again, knows of the XMPP leg only whether it is up. Knows no libpurple.
 *
 *   OFF        telephony is switched off or the account is signed off
 *   SIGNING_IN first attempt, or one after a back-off
 *   UP         registered
 *   WAITING    failed, will try again by itself: after the loss of a registration at once, then each 4 s for a minute
 *              while nobody is there, so that a server that comes back is found within 5 s; else 5 s doubling to 300 s, or
 *              as long as the server asked (Retry-After); spread by -20 %. A change of the network tries at once.
 *   REFUSED    failed in a way that only a person can change: no retry until configured or started again
 *   STOPPING   un-registering, 2 s at most
 */
#pragma once

#include "call.h"
#include "conference.h"
#include "config.h"
#include "directory.h"
#include "history.h"
#include "mailbox.h"
#include "ports.h"
#include "referral.h"
#include "watch.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxAccount CusaxAccount;

typedef enum
{
  CUSAX_PHONE_OFF,
  CUSAX_PHONE_SIGNING_IN,
  CUSAX_PHONE_UP,
  CUSAX_PHONE_WAITING,
  CUSAX_PHONE_REFUSED,
  CUSAX_PHONE_STOPPING
} CusaxPhoneState;

typedef struct
{
  /* Telephony or chat changed; read the getters. */
  void (*on_state) (gpointer user_data, CusaxAccount *account);
  /* A call rings: 180 has been sent. Ask the person; answer by the call's functions. Again for one that was to be answered
   * by itself, and now is not: somebody is spoken to by then. */
  void (*on_incoming) (gpointer user_data, CusaxAccount *account, CusaxCall *call);
  /* Its state, hold, mute, security or caller changed; ENDED comes last and once. Also for an incoming call that ended
   * before on_incoming: it was missed. Never for one that the rules for callers refused or have not decided on. */
  void (*on_call) (gpointer user_data, CusaxAccount *account, CusaxCall *call);
  /* Nothing was heard from the other side for @seconds. */
  void (*on_silence) (gpointer user_data, CusaxAccount *account, CusaxCall *call, guint seconds, gboolean incoming);
  /* (nullable): the microphone of a call that stands (else the loudspeaker) failed, and the call goes on without it; @error
   * NULL: it works again. */
  void (*on_device) (gpointer user_data, CusaxAccount *account, CusaxCall *call, gboolean is_microphone,
                     const GError *error);
  /* The libpurple name for an address: @jid (nullable), a contact whose binding is strong, else a display form of
   * @peer (nullable: anonymous). (transfer full) */
  char *(*name_peer) (gpointer user_data, CusaxAccount *account, const CusaxAddress *peer, const char *jid);
  /* TRUE if the person blocked @jid, a contact or not (XEP-0191, libpurple's privacy list). Asked when a call or message
   * comes, for whoever it claims to be from, and not again while it rings. */
  gboolean (*is_blocked) (gpointer user_data, CusaxAccount *account, const char *jid);
  /* What is known of a contact changed, see CusaxDirectoryListener. */
  void (*on_contact) (gpointer user_data, CusaxAccount *account, const char *jid);
  /* The conference behind @call changed (R38, R39); @conference dies with the call. */
  void (*on_conference) (gpointer user_data, CusaxAccount *account, CusaxCall *call, CusaxConference *conference);
  /* The server's certificate is not trusted; telephony is REFUSED right after. Accept it by pinning and start. */
  void (*on_certificate) (gpointer user_data, CusaxAccount *account, const CusaxCertificate *certificate);
  /* The server asks to sign in at @uri; telephony is REFUSED right after. */
  void (*on_redirect) (gpointer user_data, CusaxAccount *account, const char *uri);
  /* The network of this machine changed, or it woke up. */
  void (*on_network) (gpointer user_data, CusaxAccount *account);
  /* (nullable), as the three below: digits did not reach the other side. @status: what it answered, 0: there was no way. */
  void (*on_digits_refused) (gpointer user_data, CusaxAccount *account, CusaxCall *call, guint status);
  /* Somebody wants us to call somebody else (REFER): ask, answer by the referral's functions.
   * Again when it is not ASKING any more: the question may go. */
  void (*on_referral) (gpointer user_data, CusaxAccount *account, CusaxReferral *referral);
  /* What is known of the voicemail changed. */
  void (*on_mailbox) (gpointer user_data, CusaxAccount *account, CusaxMailbox *mailbox);
  /* The telephone of a contact is free, rings or is in use now (RFC 4235). */
  void (*on_watch) (gpointer user_data, CusaxAccount *account, const char *jid);
  /* A SIP message came (accept_sip_messages). @who: display form, also of a contact's number: a sender apart (R11). */
  void (*on_message) (gpointer user_data, CusaxAccount *account, const CusaxCallerId *caller, const char *who,
                      const char *text);
  /* (nullable): a call was refused without asking (busy, do not disturb); the history has it. @who: as name_peer says; NULL:
   * hidden. */
  void (*on_refused) (gpointer user_data, CusaxAccount *account, const char *who);
} CusaxAccountListener;

/**
 * cusax_account_new:
 * @ports: copied; ports->sip is taken over (transfer full), the others are borrowed and must outlive the account
 *
 * Returns: (transfer full): OFF
 */
CusaxAccount *cusax_account_new (const CusaxPorts *ports, const CusaxAccountListener *listener,
                                 gpointer user_data);
CusaxAccount *cusax_account_ref (CusaxAccount *account);
void cusax_account_unref (CusaxAccount *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxAccount, cusax_account_unref)

/**
 * Cuts the listener, hangs up, un-registers in the background (2 s at most), writes what is to be kept of the people.
 * The directory dies, and no port is used any more. Unref afterwards.
 */
void cusax_account_shutdown (CusaxAccount *account);

/** Takes new settings (may be equal); a running leg is restarted only if they changed what it uses. */
void cusax_account_configure (CusaxAccount *account, CusaxConfig *config);

/** Starts telephony, also out of WAITING and REFUSED. Needs a configuration with sip_enabled. */
void cusax_account_start (CusaxAccount *account);

/** A wanted sign-off: hangs up and un-registers. */
void cusax_account_stop (CusaxAccount *account);

/** Tells whether the XMPP leg is up; calls go on without it. */
void cusax_account_set_chat_up (CusaxAccount *account, gboolean up);

gboolean cusax_account_is_chat_up (const CusaxAccount *account);
CusaxPhoneState cusax_account_get_phone_state (const CusaxAccount *account);
const GError *cusax_account_get_phone_error (const CusaxAccount *account);  /* (nullable): why not UP */
guint cusax_account_get_retry_seconds (const CusaxAccount *account);        /* WAITING: until the next try */
const char *cusax_account_get_server (const CusaxAccount *account);         /* (nullable): last one tried */
CusaxConfig *cusax_account_get_config (const CusaxAccount *account);        /* (nullable) (transfer none) */
/** How far the last or current attempt came: what is broken lies one step further. */
CusaxSipState cusax_account_get_reached (const CusaxAccount *account);
/** The telephony leg's protection (R46); strings are valid until the next on_state. */
void cusax_account_get_protection (const CusaxAccount *account, CusaxProtection *protection);
const char *cusax_account_get_local_address (const CusaxAccount *account); /* (nullable): towards the registrar */
const char *cusax_account_get_seen_address (const CusaxAccount *account);  /* (nullable): as the registrar sees it */
/** The refusal came with the hint that the chat password is good there (digest's domain=). */
gboolean cusax_account_has_password_hint (const CusaxAccount *account);

/**
 * cusax_account_dial:
 * @target: whom; on the account's own registrar
 * @who: the libpurple name for windows and texts
 * @jid: (nullable): the contact that is meant, bare
 *
 * Says of us what the settings allow towards this class of target (R18, R19, R50).
 *
 * Returns: (transfer none): PREPARING; NULL with CUSAX_ERROR_OFFLINE (telephony not UP), _BUSY (limit of calls),
 *   _MEDIA (no codec or no device: message names the package), _NOT_PROTECTED
 */
CusaxCall *cusax_account_dial (CusaxAccount *account, CusaxAddress *target, const char *who, const char *jid,
                               GError **error);

/** As cusax_account_dial(), with a picture beside the sound; without a camera or an encoder _MEDIA names what is missing. */
CusaxCall *cusax_account_dial_video (CusaxAccount *account, CusaxAddress *target, const char *who, const char *jid,
                                     GError **error);

/** Returns: (transfer none) (nullable): packages for formats of calls that this machine has not, beside those it has */
const char *cusax_account_get_format_hints (CusaxAccount *account);

/** (nullable) @why: (out) (optional) (transfer none): what is missing, in words, if FALSE. Asks for the camera. */
gboolean cusax_account_can_do_video (CusaxAccount *account, const char **why);

/** Returns: TRUE if a picture of the other side could be shown here, with a camera of ours or without */
gboolean cusax_account_can_see_video (CusaxAccount *account);

/** What the chat server announced (XEP-0215), or announces now: (element-type CusaxIceServer), (nullable); copied. The next
 * calls use it, before the servers of the settings. */
void cusax_account_set_ice_servers (CusaxAccount *account, const GPtrArray *servers);

/** Do Not Disturb: a call that comes is answered 486 (R37) and stands in the history. */
void cusax_account_set_dnd (CusaxAccount *account, gboolean dnd);

/** The call that is spoken on goes on hold, the one that waited longest on hold is resumed. FALSE + CUSAX_ERROR_OFFLINE: there
 * are no two. Resuming or answering a call holds what was spoken on anyway, unless they are joined. */
gboolean cusax_account_swap (CusaxAccount *account, GError **error);

/**
 * cusax_account_join:
 *
 * A conference of three or more (R38): with conference_uri set, both others are transferred to the bridge and we call it;
 * else we mix: each hears the others. Both must be ACTIVE; what is on hold is resumed.
 *
 * Returns: FALSE with CUSAX_ERROR_OFFLINE, _BUSY, _MEDIA, _UNSUPPORTED
 */
gboolean cusax_account_join (CusaxAccount *account, CusaxCall *call, CusaxCall *other, GError **error);

/** Takes @call out of the mix and puts it on hold; nothing happens if it is in none. */
void cusax_account_part (CusaxAccount *account, CusaxCall *call);

/** Picks up the call that rings at the contact's telephone (RFC 3891, RFC 4235). As cusax_account_dial(); _UNSUPPORTED: it is
 * not known that one rings. */
CusaxCall *cusax_account_pick_up (CusaxAccount *account, const char *jid, const char *who, GError **error);

/** (transfer none): until the account is shut down, NULL afterwards */
CusaxHistory *cusax_account_get_history (CusaxAccount *account);
CusaxMailbox *cusax_account_get_mailbox (CusaxAccount *account);
CusaxWatch *cusax_account_get_watch (CusaxAccount *account);

/** Sends a SIP MESSAGE (accept_sip_messages must be on). @done as in CusaxSipPortVtable. FALSE with
 * CUSAX_ERROR_OFFLINE, _UNSUPPORTED (switched off) or _INVALID. */
gboolean cusax_account_send_message (CusaxAccount *account, CusaxAddress *target, const char *text,
                                     CusaxSipMessageDone done, gpointer user_data, GError **error);

/** (transfer none): the people of the account; until it is shut down, NULL afterwards */
CusaxDirectory *cusax_account_get_directory (CusaxAccount *account);

/** Returns: (transfer none) (nullable): the conference behind a call that stands */
CusaxConference *cusax_account_get_conference (CusaxAccount *account, CusaxCall *call);

/** Returns: (transfer none) (element-type CusaxCall): those not ENDED, by number. */
const GPtrArray *cusax_account_get_calls (const CusaxAccount *account);

/** Returns: (transfer none) (nullable): call #@number; with 0 the only one, or the one that is ACTIVE. */
CusaxCall *cusax_account_get_call (const CusaxAccount *account, guint number);

G_END_DECLS
