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

#include <account.h>
#include <glib.h>

struct _CusaxCall
{
  int refs;
  guint number;
  CusaxCallState state;
  gboolean outgoing, held, remote_held, muted, secure;
  CusaxAddress *peer;
  const char *who, *display_name, *reason, *codec;
  CusaxCallerId *caller; /* owned */
  CusaxBindingGrade grade;
  const char *contact;
  CusaxClass class_;
  CusaxCallEnd end;
  guint status, seconds;
  GString *trace; /* what was asked of it: "answer decline(0) ..." */
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
  char *dialled;          /* "URI who" of the last dial */
  GError *dial_error;     /* dial fails with it */
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

/** Starts libpurple as @ui in a new folder; fake_purple_stop removes it. */
void fake_purple_start (const char *ui);
void fake_purple_stop (void);

/** Returns: (transfer none): an account of our protocol id in libpurple's list */
PurpleAccount *fake_purple_account (const char *name);

/** Gives @account a connection, without which libpurple makes no conversations, or takes it away. */
void fake_purple_connect (PurpleAccount *account, gboolean connected);
