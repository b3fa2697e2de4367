/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an account needs of its calls and nobody else: making them, and hearing of them. See call.h.
 */
#pragma once

#include "call.h"
#include "disclosure.h"

G_BEGIN_DECLS

/** CusaxCallOwner: the account's side. Called last in every change; the call may be gone afterwards. */
typedef struct
{
  /* An incoming call is ready for the person: 180 is on its way. Again for one that was to be answered without asking, if
   * may_answer says no then. */
  void (*on_incoming) (gpointer owner, CusaxCall *call);
  /* Whether a call may be answered without asking now; nothing is changed by it. */
  gboolean (*may_answer) (gpointer owner, CusaxCall *call);
  /* State, hold, mute, security or identity changed. */
  void (*on_changed) (gpointer owner, CusaxCall *call);
  /* What a message of the other side says it is, after the first one; answer by cusax_call_set_caller. */
  void (*on_remote) (gpointer owner, CusaxCall *call, const CusaxSipHeaders *headers);
  /* (nullable) (transfer full): STUN and TURN servers for a call that begins now */
  GPtrArray *(*dup_ice_servers) (gpointer owner);
  void (*on_silence) (gpointer owner, CusaxCall *call, guint seconds, gboolean incoming);
  /* (nullable): as the media session's */
  void (*on_device) (gpointer owner, CusaxCall *call, gboolean is_microphone, const GError *error);
  /* The other side wants us to call somebody; (transfer full) @referral. */
  void (*on_refer) (gpointer owner, CusaxCall *call, CusaxSipReferral *referral, const CusaxSipRefer *refer);
  /* Digits did not reach the other side; @status: what their INFO was answered, 0: there was no way. */
  void (*on_digits_refused) (gpointer owner, CusaxCall *call, guint status);
} CusaxCallOwner;

/** CusaxCallOutgoing: whom to call, and what to say of us; borrowed. */
typedef struct
{
  CusaxAddress *target;
  const char *who;
  const char *contact; /* (nullable): bare JID that the person meant */
  CusaxClass class_;
  CusaxDisclosure disclosure;
  const char *replaces;    /* (nullable): as in CusaxSipDisclosure */
  const char *referred_by; /* (nullable) */
  gboolean is_automatic;   /* nobody here wanted it: a transfer of theirs */
  gboolean with_video;     /* CUSAX_ERROR_MEDIA if that is not to be had */
} CusaxCallOutgoing;

/** CusaxCallIncoming: who calls, and what to say of us; borrowed but for @caller. */
typedef struct
{
  CusaxCallerId *caller; /* (transfer full) */
  const char *who;
  CusaxBindingGrade grade;
  const char *contact;   /* (nullable) */
  CusaxDisclosure disclosure;
  CusaxCall *replaced;   /* (nullable): ends, REPLACED, when this one stands */
  int answer_after;      /* seconds: answered then by itself; -1: a person decides */
} CusaxCallIncoming;

/**
 * cusax_call_new_outgoing:
 *
 * Opens the media session and gathers; the INVITE leaves when the transport is ready.
 *
 * Returns: (transfer full): PREPARING; NULL with CUSAX_ERROR_MEDIA or CUSAX_ERROR_NOT_PROTECTED
 */
CusaxCall *cusax_call_new_outgoing (const CusaxPorts *ports, CusaxConfig *config, guint number,
                                    const CusaxCallOutgoing *outgoing, const CusaxCallOwner *owner,
                                    gpointer owner_data, GError **error);

/**
 * cusax_call_new_incoming:
 * @sip_call: (transfer full)
 *
 * Judges the offer with the codecs of our policy and sends 180 or a refusal, before anything else is built.
 *
 * Returns: (transfer full) (nullable): INCOMING; NULL if it was refused
 */
CusaxCall *cusax_call_new_incoming (const CusaxPorts *ports, CusaxConfig *config, guint number,
                                    CusaxSipCall *sip_call, const CusaxSipIncoming *incoming,
                                    const CusaxCallIncoming *details, const CusaxCallOwner *owner,
                                    gpointer owner_data);

/** Incoming, while it rings: another name; emits. No effect in another state. */
void cusax_call_set_identity (CusaxCall *call, CusaxBindingGrade grade, const char *contact, const char *who,
                              CusaxDisclosure disclosure);

/**
 * What the other side is, as its messages say now; @caller: (transfer full). Emits if the call stands. Only an address
 * that was dialled may turn out to be a contact's: the contact that the person chose stays, and so does who called us.
 */
void cusax_call_set_caller (CusaxCall *call, CusaxCallerId *caller, CusaxBindingGrade grade, const char *contact);

/** Returns: TRUE if it is an incoming call of which on_incoming has not told yet */
gboolean cusax_call_is_unannounced (const CusaxCall *call);

/** Returns: (transfer none) (nullable): the conference behind this call (R38) */
CusaxAddress *cusax_call_get_focus (const CusaxCall *call);

/**
 * cusax_call_withdraw:
 *
 * Ends the call because the account goes, not because the person said so: a ringing one is answered 480, so that the
 * caller's proxy tries other devices (603 would end it everywhere, RFC 3261 section 21.6), and counts as missed.
 */
void cusax_call_withdraw (CusaxCall *call);

/** The one way out for the account: ends the call, and says why. No effect on an ended call. */
void cusax_call_end (CusaxCall *call, CusaxCallEnd end, guint status, const char *reason);

/** Returns: TRUE if it came in place of another one of ours */
gboolean cusax_call_is_replacement (const CusaxCall *call);

/** Returns: TRUE if @sip_call is this call's dialog */
gboolean cusax_call_has_dialog (const CusaxCall *call, const CusaxSipCall *sip_call);

/** Says that a transfer came to nothing: FAILED, with @status and @reason (both may be none); emits. */
void cusax_call_fail_transfer (CusaxCall *call, guint status, const char *reason);

/** Both ACTIVE: mixes their sound. FALSE: CUSAX_ERROR_MEDIA */
gboolean cusax_call_join (CusaxCall *call, CusaxCall *other, GError **error);

/** Takes back what joins gave to a call that is not said to be joined. */
void cusax_call_part (CusaxCall *call);

/** Says that the call is one of those that are mixed, or not any more (then its sound is parted); emits. */
void cusax_call_set_joined (CusaxCall *call, gboolean joined);

/** They refused to be held when they were asked last: it goes on as it was. */
gboolean cusax_call_has_refused_hold (const CusaxCall *call);

/** Holds here alone, without another offer: nothing is heard of us and by us; emits. */
void cusax_call_hold_here (CusaxCall *call);

/** When the person or the account put it on hold last (clock time). */
gint64 cusax_call_get_held_at (const CusaxCall *call);

/** Cuts the owner off: it hears nothing any more. */
void cusax_call_detach (CusaxCall *call);

G_END_DECLS
