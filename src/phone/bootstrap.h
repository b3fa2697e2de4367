/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a service ID and a password to a configuration (R2, R3, R9): asks the chat server (XEP-0215, sipark, own vCard)
 * and the provider's documents, keeps core/ladder's rungs, remembers without secrets what was found, renews what expires.
 * Knows no libpurple, no XML, no HTTP.
 *
 *   IDLE     not started
 *   ASKING   first answers are awaited, 5 s at most; what is remembered or typed in full does not wait
 *   SETTLED  a configuration was given; answers and changes give new ones
 *
 * A password that is known to come from a source of the network is waited for: neither at the next sign-in nor when it
 * has expired does the chat password stand in for it. What expires is asked for again at 80 % of its life, then after 10 s
 * doubling to 60 s; the document once a day. Who typed everything (cusax_ladder_is_manual) is asked about nowhere, except
 * at a provisioning_url that a person or file gave. The bootstrap may be stopped or freed from its listener.
 */
#pragma once

#include "ladder.h"
#include "ports.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxBootstrap CusaxBootstrap;

/** CusaxBootstrapPorts: borrowed, must outlive it. */
typedef struct
{
  CusaxClock *clock;
  gint64 (*wall_time) (void);
  CusaxStore *store;            /* file "provision" */
  CusaxProviderPort *provider;
  CusaxDocumentPort *documents;
} CusaxBootstrapPorts;

typedef struct
{
  /* The settings as they are now, after every change of them. @config NULL: none can be made: @error is INVALID (a
   * setting), or OFFLINE (the credentials come with chat, which is down). */
  void (*on_config) (gpointer user_data, CusaxConfig *config, const GError *error);
  /* A document was not taken; it changed nothing. @where: its address, for people. */
  void (*on_bad_document) (gpointer user_data, const char *where, const GError *error);
} CusaxBootstrapListener;

/**
 * cusax_bootstrap_new:
 * @typed: what the person typed, read whenever a configuration is made; with @typed_data valid until free
 */
CusaxBootstrap *cusax_bootstrap_new (const CusaxBootstrapPorts *ports, const CusaxConfigReader *typed,
                                     gpointer typed_data, const CusaxBootstrapListener *listener, gpointer user_data);
/** No listener is called any more. */
void cusax_bootstrap_free (CusaxBootstrap *bootstrap);

/** The key files (R9), (nullable) each; before start, or again when they changed. */
void cusax_bootstrap_set_files (CusaxBootstrap *bootstrap, CusaxProvision *system_file, CusaxProvision *user_file);

/**
 * cusax_bootstrap_start:
 * @jid: the account name
 * @password: (nullable)
 *
 * At each sign-in. on_config follows, at once if nothing has to be waited for (from inside this call, too). Chat that signs
 * in again without a stop before loses nothing: what was said and what was complained about stays.
 */
void cusax_bootstrap_start (CusaxBootstrap *bootstrap, const char *jid, const char *password);

/** Typed settings or the password changed: on_config at once (ASKING: when that is over), and whoever was not asked before
 * is asked. */
void cusax_bootstrap_reread (CusaxBootstrap *bootstrap, const char *password);

/** Chat came: the chat server is asked, unless everything was typed (R8). Or went. */
void cusax_bootstrap_set_chat_up (CusaxBootstrap *bootstrap, gboolean up);

/** A wanted sign-off: what is under way is given up, secrets are forgotten. Start begins anew. */
void cusax_bootstrap_stop (CusaxBootstrap *bootstrap);

gboolean cusax_bootstrap_is_asking (const CusaxBootstrap *bootstrap);
/** (transfer none): for settings dialogs (what is locked) and connection details (where a setting is from) */
const CusaxLadder *cusax_bootstrap_get_ladder (const CusaxBootstrap *bootstrap);

G_END_DECLS
