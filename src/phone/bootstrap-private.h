/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What bootstrap.c (what is given when), bootstrap-ask.c (who is asked, and when again) and bootstrap-memory.c (what is
 * kept over restarts) share. Nobody else includes this.
 */
#pragma once

#include "bootstrap.h"

G_BEGIN_DECLS

#define CUSAX_BOOTSTRAP_PLACEHOLDER "?" /* stands for a password that is known to exist; never leaves the ladder */

typedef enum
{
  CUSAX_BOOTSTRAP_IDLE,
  CUSAX_BOOTSTRAP_ASKING,
  CUSAX_BOOTSTRAP_SETTLED
} CusaxBootstrapState;

/** CusaxQuestion: what is asked of one source of the network. */
typedef struct
{
  guint id;          /* of the port; 0 = not under way */
  gboolean is_asked; /* has been answered, or need not be asked, since the start */
  gboolean is_owed;  /* what is remembered of it had a password, which has to be had again */
  guint misses;      /* answers in a row that there is nothing where there was something */
  guint delay;       /* seconds waited after the last failure; 0 = the last one was none */
  gint64 due;        /* wall time at which it is asked again; 0 = not by itself */
  char *bad;         /* (nullable): what was complained about last, so that it is done once */
} CusaxQuestion;

struct _CusaxBootstrap
{
  CusaxBootstrapPorts ports;
  const CusaxConfigReader *typed;
  gpointer typed_data;
  const CusaxBootstrapListener *listener; /* (nullable): NULL = freed */
  gpointer user_data;

  CusaxBootstrapState state;
  char *jid;      /* bare, as long as it is one; NULL: IDLE */
  char *full_jid; /* as the account has it */
  char *password; /* (nullable): secret */
  gboolean chat_up;
  gboolean is_manual; /* nobody is asked */

  CusaxLadder *ladder;
  CusaxQuestion questions[CUSAX_PROVISION_N_SOURCES]; /* those of files are not used */
  gboolean is_remembered; /* the file is there: all were asked once */
  char *remembered;       /* (nullable): the file as it is */
  gint64 document_asked;  /* wall time; 0 = never */
  char *document_url;     /* what was asked then; "" = discovered */

  guint wait_timer;   /* ASKING */
  guint upkeep_timer; /* what is due, what expires */

  CusaxConfig *given; /* (nullable): the last that the listener has */
  char *given_error;  /* (nullable) */
};

/* ---- bootstrap.c */

/** For whoever calls the listener and goes on: hold a reference (g_rc_box_acquire()), for it may free the bootstrap. */
void cusax_bootstrap_unref (CusaxBootstrap *bootstrap);

/** Something was answered, or could not be: gives settings if it is time. The last thing to do. */
void cusax_bootstrap_go_on (CusaxBootstrap *bootstrap);

/** Returns: (transfer full) (nullable): as cusax_ladder_make_config() */
CusaxConfig *cusax_bootstrap_make_config (const CusaxBootstrap *bootstrap, GError **error);

/** Returns: (transfer none) (nullable): what gives the password, if that is not known yet or has expired */
CusaxProvision *cusax_bootstrap_find_debtor (const CusaxBootstrap *bootstrap);

/* ---- bootstrap-ask.c */

/** Asks everybody who should be and is not asked now; @anew: also those who were since the start. */
void cusax_bootstrap_ask (CusaxBootstrap *bootstrap, gboolean anew);
/** The chat server changed its services. @data: the bootstrap */
void cusax_bootstrap_on_services_changed (gpointer data);
/** Nothing asked counts any more; @chat_only: of the chat server. */
void cusax_bootstrap_cancel (CusaxBootstrap *bootstrap, gboolean chat_only);
/** Sets the timer for what comes due next. */
void cusax_bootstrap_arm (CusaxBootstrap *bootstrap);
/** Notes when @source is to be asked again, as what it gave expires. */
void cusax_bootstrap_plan (CusaxBootstrap *bootstrap, CusaxProvisionSource source);

/* ---- bootstrap-memory.c */

void cusax_bootstrap_load (CusaxBootstrap *bootstrap);
/** Writes if that changes the file, once everybody was asked. */
void cusax_bootstrap_save (CusaxBootstrap *bootstrap);

G_END_DECLS
