/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Test call setup": which of the steps of a call is broken (R51). Has the account try again if telephony is not up,
 * reads from how far it came which step failed, asks the media port for codecs and devices. Facts only; words and
 * remedies are purple/'s.
 */
#pragma once

#include "account.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CUSAX_CHECK_SETTINGS,   /* they can be used */
  CUSAX_CHECK_NAME,       /* DNS */
  CUSAX_CHECK_CONNECTION, /* TCP and TLS, the certificate */
  CUSAX_CHECK_LOGIN,
  CUSAX_CHECK_NAT,        /* the server sees us where we are */
  CUSAX_CHECK_CODECS,     /* GStreamer plug-ins */
  CUSAX_CHECK_MICROPHONE,
  CUSAX_CHECK_SPEAKER,
  CUSAX_CHECK_N_STEPS
} CusaxCheckStep;

typedef enum
{
  CUSAX_CHECK_PENDING,
  CUSAX_CHECK_GOOD,
  CUSAX_CHECK_WARNING, /* works, but */
  CUSAX_CHECK_BAD,
  CUSAX_CHECK_SKIPPED  /* an earlier step that it needs is broken, or telephony is switched off; NAT: the server does
                          not say where it sees us. Sound needs no server and is always tested. */
} CusaxCheckVerdict;

/** CusaxCheckResult: of one step. */
typedef struct
{
  CusaxCheckVerdict verdict;
  GError *error; /* (nullable): BAD and WARNING: why */
  /* (nullable): address of record; server ("sip.example.org:5061 (TLS)"), or what was asked for where there is none;
   * "TLS 1.3" or "UDP"; "SHA-256"; NAT: our address, with a WARNING ours and the seen one ("192.168.1.2, 203.0.113.5");
   * codecs, or the missing packages; device (NULL though GOOD: a call uses it, so it was not opened). */
  char *detail;
} CusaxCheckResult;

typedef struct _CusaxSetupCheck CusaxSetupCheck;

/** CusaxSetupCheckListener: */
typedef struct
{
  /* A step has its verdict now. */
  void (*on_step) (gpointer user_data, CusaxCheckStep step, const CusaxCheckResult *result);
  /* All have; once. Free it from here or later. */
  void (*on_done) (gpointer user_data);
} CusaxSetupCheckListener;

/**
 * cusax_setupcheck_new:
 * @account: configured, or @config_error says why not; must outlive it
 *
 * Nothing is reported from inside this call. Over within 30 s.
 */
CusaxSetupCheck *cusax_setupcheck_new (CusaxAccount *account, const GError *config_error, CusaxClock *clock,
                                       CusaxMediaPort *media, const CusaxSetupCheckListener *listener,
                                       gpointer user_data);
/** Gives up; nothing is reported any more. */
void cusax_setupcheck_free (CusaxSetupCheck *check);

/** The account's state changed (CusaxAccountListener.on_state): hand it on. */
void cusax_setupcheck_on_state (CusaxSetupCheck *check);

/** (transfer none): PENDING until on_step told of it */
const CusaxCheckResult *cusax_setupcheck_get (const CusaxSetupCheck *check, CusaxCheckStep step);

G_END_DECLS
