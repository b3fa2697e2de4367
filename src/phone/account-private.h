/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The insides of an account, shared by account.c (the leg: registration, back-off, settings) and account-calls.c
 * (calls, messages) and account-callers.c (who may call, who it is). Nobody else includes this.
 */
#pragma once

#include "account.h"
#include "call-internal.h"
#include "classify.h"
#include "ringer.h"

G_BEGIN_DECLS

struct _CusaxAccount
{
  CusaxPorts ports;
  const CusaxAccountListener *listener;
  gpointer listener_data;
  CusaxConfig *config;
  CusaxDirectory *directory;

  CusaxPhoneState state;
  gboolean chat_up;
  gboolean wanted;      /* a person wants telephony; STOPPING goes on to SIGNING_IN then */
  GError *error;        /* why not UP */
  char *server;         /* the last one tried */
  CusaxSipState reached; /* how far the last attempt came */
  guint back_off_s;     /* the next wait, without its spread */
  gint64 lost_at;       /* when a registration was lost; 0: none was, or long ago */
  gboolean just_lost;   /* and nothing was waited for since */
  guint retry_id;
  gint64 retry_at;

  GPtrArray *calls;        /* not ENDED, by number */
  GPtrArray *undecided;    /* Undecided: incoming calls that may yet turn out to be a contact's */
  GHashTable *conferences; /* CusaxCall (borrowed) -> CusaxConference */
  GPtrArray *referrals;    /* CusaxReferral: not ENDED */
  CusaxCall *spoken;       /* (nullable), borrowed: the last that was heard; others were put on hold for it */
  CusaxCall *bridge;       /* (nullable), borrowed: being called for @bridged */
  CusaxCall *bridged[2];   /* (nullable): go there when it answers */
  gboolean dnd;
  GPtrArray *ice_servers;  /* (nullable) CusaxIceServer: the chat server's */

  CusaxHistory *history;   /* NULL once shut down, as the two below */
  CusaxMailbox *mailbox;
  CusaxWatch *watch;
};

/* account-calls.c */
void cusax_account_init_calls (CusaxAccount *account);
/* Ends the calls as for a person who signs off. */
void cusax_account_hang_up_all (CusaxAccount *account);
/* Cuts and ends the calls; nobody hears of it. */
void cusax_account_drop_calls (CusaxAccount *account);
/* Does not look at the limit of calls: it is for those that a person dials. Returns: (transfer none), as cusax_account_dial() */
CusaxCall *cusax_account_place (CusaxAccount *account, const CusaxCallOutgoing *outgoing, GError **error);
/* The same, and whoever can be heard now is put on hold, once it is sure that there is a call. */
CusaxCall *cusax_account_place_alone (CusaxAccount *account, const CusaxCallOutgoing *outgoing, GError **error);
gboolean cusax_account_is_leg_protected (CusaxAccount *account);
void cusax_account_on_sip_incoming (gpointer user_data, CusaxSipCall *sip_call, const CusaxSipIncoming *incoming);
void cusax_account_on_sip_message (gpointer user_data, const CusaxSipMessage *message);

/* account-lines.c: after each change of a call; may change others */
void cusax_account_follow_lines (CusaxAccount *account, CusaxCall *call);
/* The calls that somebody can hear now are put on hold. */
void cusax_account_hold_all (CusaxAccount *account);
void cusax_account_forget_bridge (CusaxAccount *account);
/* Another call rings, or none. */
void cusax_account_update_sound (CusaxAccount *account);

/* account-referrals.c */
/* @call: (nullable): the one it came in; (transfer full) @sip */
void cusax_account_on_refer (CusaxAccount *account, CusaxCall *call, CusaxSipReferral *sip, const CusaxSipRefer *refer);
void cusax_account_on_sip_refer (gpointer user_data, CusaxSipReferral *sip, const CusaxSipRefer *refer);
void cusax_account_follow_referrals (CusaxAccount *account, CusaxCall *call);
void cusax_account_drop_referrals (CusaxAccount *account);

/* account-services.c: history, voicemail, telephones of others */
void cusax_account_init_services (CusaxAccount *account);
void cusax_account_free_services (CusaxAccount *account);
/* Telephony came or went, or has other settings. */
void cusax_account_update_services (CusaxAccount *account);
void cusax_account_on_sip_notify (gpointer user_data, const char *event, const char *content_type, const char *body,
                                  gsize length);

/* account-callers.c */
void cusax_account_init_callers (CusaxAccount *account);
/* (transfer full): the libpurple name: only a confirmed contact has a JID's, anybody else is an address. @address:
 * (nullable): hidden, or cannot be read. */
char *cusax_account_name_caller (CusaxAccount *account, const CusaxAddress *address, const char *confirmed_jid);
/* 0, or the status that refuses (R19, R33; RFC 5079 for 433). */
guint cusax_account_judge_caller (CusaxAccount *account, const CusaxCallerId *caller, CusaxBindingGrade grade,
                                  const char *jid);
/* Whether a contact calls, as far as accept_calls = contacts is concerned. */
gboolean cusax_account_is_contact (CusaxAccount *account, const CusaxCallerId *caller, CusaxBindingGrade grade);
/* Whether the person wants to hear of it. */
gboolean cusax_account_is_welcome (CusaxAccount *account, CusaxCall *call);
/* 603, and the person never hears of it, as of everything that the rules for callers refuse. */
void cusax_account_refuse_unseen (CusaxAccount *account, CusaxCall *call);
/* A cue names a contact whose card does not say so yet: ask for it while it rings (R30). */
void cusax_account_confirm (CusaxAccount *account, CusaxCall *call, const char *jid);
/* The person hears of it when it is decided. FALSE: there is nothing to wait for. */
gboolean cusax_account_hide_undecided (CusaxAccount *account, CusaxCall *call);
gboolean cusax_account_is_hidden (CusaxAccount *account, CusaxCall *call);
void cusax_account_forget_undecided (CusaxAccount *account, CusaxCall *call);
/* Of the directory: somebody that rings may have a name now. */
void cusax_account_on_contact (gpointer user_data, CusaxDirectory *directory, const char *jid);

G_END_DECLS
