/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a connection, shared by connection.c (the table, sign-in and sign-off), connection-phone.c (what the
 * telephone tells) and connection-signals.c (what libpurple tells). Nobody else includes this.
 */
#pragma once

#include "bootstrap.h"
#include "connection.h"
#include "ice-services.h"

G_BEGIN_DECLS

struct _CusaxConnection
{
  PurpleAccount *account;   /* the key, borrowed */
  PurpleConnection *gc;     /* borrowed: set by login, cleared by close */
  CusaxAccount *phone;
  CusaxMediaPort *media;    /* borrowed by phone */
  CusaxSoundPort *sounds;   /* borrowed by phone */
  CusaxContacts *contacts;  /* borrowed by phone, pins and bootstrap */
  CusaxPins *pins;          /* borrowed by phone */
  CusaxProviderPort *provider;   /* borrowed by bootstrap */
  CusaxDocumentPort *documents;  /* borrowed by bootstrap */
  CusaxBootstrap *bootstrap;
  CusaxIceServices *ice_services;
  char *password;           /* as typed for this session; libpurple forgets it when it is not to be remembered */
  char *sip_password;       /* the same for telephony's own */
  GError *config_error;
  char *file_problems[CUSAX_PROVISION_USER_FILE + 1]; /* (nullable): what was said about each since the sign-in */
  guint presence_id;        /* how long presence may be held */
  gboolean stop_when_idle;  /* signed off by an error: the call that stands may end first */
};

/* connection.c: policy */
gboolean cusax_connection_is_ours (PurpleAccount *account);
/* What a person wants, as opposed to what the network does. */
gboolean cusax_connection_is_wanted (PurpleAccount *account);
gboolean cusax_connection_requires_both (CusaxConnection *connection);
void cusax_connection_stop_phone (CusaxConnection *connection);
/* R5, require_both: chat goes when telephony is lost. */
void cusax_connection_enforce_both (CusaxConnection *connection);

/* R7: the initial presence leaves when telephony has come to a result, or 5 s after chat. */
void cusax_connection_release_presence (CusaxConnection *connection);
void cusax_connection_start_presence_timer (CusaxConnection *connection);

/* connection-settings.c: from what is typed, filed and provided to the telephone's configuration */
void cusax_connection_init_bootstrap (CusaxConnection *connection);
/* At sign-in: reads the files, begins. */
void cusax_connection_start_bootstrap (CusaxConnection *connection);
/* What was typed may be other now. */
void cusax_connection_reread (CusaxConnection *connection);
void cusax_connection_forget_secrets (CusaxConnection *connection);
/* Bad files are named again. */
void cusax_connection_forget_files (CusaxConnection *connection);

/* connection-ice.c: STUN and TURN servers of the chat server, for the telephone */
void cusax_connection_init_ice (CusaxConnection *connection);
/* The settings changed, or chat came or went. */
void cusax_connection_update_ice (CusaxConnection *connection);
/* Telephony came up: a call may come, and should not wait for names. */
void cusax_connection_prefetch_ice (CusaxConnection *connection);

/* connection-phone.c: user_data is the CusaxConnection */
extern const CusaxAccountListener cusax_connection_phone_listener;

/* connection-signals.c: at the first sign-in, since these subsystems do not exist yet when plugins are probed; at unload */
void cusax_connection_listen (void);
void cusax_connection_unlisten (void);
/* R37: the status "do not disturb" of chat is telephony's, too. */
void cusax_connection_tell_dnd (CusaxConnection *connection);

G_END_DECLS
