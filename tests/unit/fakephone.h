/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A telephone of plain values for the tests of src/purple's words, names, dialogs and notices: defines the
 * getters and actions of phone/account.h, phone/call.h and purple/connection.h over the structs below, and starts
 * a libpurple without a user interface, in a folder of its own.
 */
#pragma once

#include "account.h"
#include "call.h"
#include "connection.h"
#include "referral.h"

#include <account.h>
#include <conversation.h>
#include <glib.h>

struct _CusaxCall
{
  int refs;
  guint number;
  CusaxCallState state;
  gboolean outgoing, held, hold_unsettled, remote_held, muted, joined, early_media, automatic;
  CusaxAddress *peer;
  const char *who, *display_name, *reason, *codec;
  CusaxCallKeys keys;
  CusaxDirection video;
  gboolean video_offered, video_wanted, video_refused;
  const GError *video_error; /* also that of set_video */
  const char *video_codec, *devices;
  CusaxTransportStats stats, video_stats; /* of a call that stands or stood, or shows a picture */
  CusaxCallerId *caller; /* owned */
  CusaxBindingGrade grade;
  const char *contact;
  CusaxClass class_;
  CusaxCallEnd end;
  guint status, seconds;
  const char *const *redirects;
  CusaxTransfer transfer;
  guint transfer_status;
  const char *transfer_reason;
  const GError *error; /* send_digits and transfers fail with it */
  GString *trace; /* what was asked of it: "answer decline(0) ..." */
};

struct _CusaxReferral
{
  int refs;
  CusaxReferralState state;
  CusaxAddress *target, *referrer; /* owned */
  const char *who;
  CusaxClass class_;
  CusaxCall *call;
  gboolean replaces;
  GString *trace; /* "accept refuse " */
};

struct _CusaxAccount
{
  CusaxPhoneState state;
  gboolean chat_up;
  GError *error;
  guint retry_seconds;
  const char *server;
  CusaxConfig *config;
  GPtrArray *calls;
  CusaxDirectory *directory; /* whatever the test has put there */
  char *dialled;          /* "URI who", "URI who video" of the last dial */
  gboolean can_video, can_see; /* whoever can show, sees */
  const char *video_missing;
  const char *format_hints;
  GError *dial_error;     /* dial fails with it */
  GError *deed_error;     /* swap and join fail with it */
  GString *trace;         /* "swap join(1,2) part(1) dnd(1) pick-up(jid) " */
  CusaxHistory *history;  /* as directory */
  CusaxMailbox *mailbox;
  CusaxWatch *watch;
  char *sent;             /* "URI text" of the last SIP message */
  GError *send_error;
  CusaxSipMessageDone sent_done; /* the test reports the end */
  gpointer sent_data;
};

/* What cusax_connection_find() finds for every account. */
extern CusaxAccount fake_phone;
extern CusaxConnection *fake_connection; /* NULL: nothing is found */
extern PurplePlugin *fake_other_plugin;  /* a protocol beside ours; NULL: there is none */

/** Empties fake_phone; config is made for @jid. */
void fake_phone_reset (const char *jid);

CusaxCall *fake_call_new (guint number, CusaxCallState state, const char *who);
void fake_call_free (CusaxCall *call);

/** @referrer: (nullable): URIs. */
CusaxReferral *fake_referral_new (const char *target, const char *referrer);
void fake_referral_free (CusaxReferral *referral);

/** Starts libpurple as @ui in a new folder; fake_purple_stop removes it. */
void fake_purple_start (const char *ui);
void fake_purple_stop (void);

/** Returns: (transfer none): an account of our protocol id in libpurple's list */
PurpleAccount *fake_purple_account (const char *name);

/** What our protocol does with instant messages. */
void fake_protocol_set_send_im (int (*send_im) (PurpleConnection *gc, const char *who, const char *message,
                                                PurpleMessageFlags flags));

/** Gives @account a connection, without which libpurple makes no conversations, or takes it away. */
void fake_purple_connect (PurpleAccount *account, gboolean connected);
