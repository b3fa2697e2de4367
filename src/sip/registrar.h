/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of one registration on a standing stack: REGISTER, digest, refresh, un-REGISTER (RFC 3261 section
 * 10, RFC 3581, RFC 5626 for +sip.instance and reg-id). Refreshes at 45 % of the granted time with a deadline
 * for the answer, so that a dead server is noticed; what nua refreshes by itself has none. One try: whoever
 * owns it backs off. After a failure nothing is un-registered, the binding expires.
 *
 * States: SENT -200-> GRANTED -refresh 200-> GRANTED; wind up -> UNREGISTERING -> gone; a failure -> gone.
 */
#pragma once

#include "credentials.h"
#include "stack.h"

G_BEGIN_DECLS

/** The longest Retry-After that is believed, in seconds. */
#define CUSAX_REGISTRAR_RETRY_MAX 300

typedef struct _CusaxRegistrar CusaxRegistrar;

typedef struct
{
  /* The first 200. */
  void (*on_registered) (gpointer user_data);
  /* REGISTER, first or later, failed for good; the object is dead but for its getters and free. @error has no
   * server name. CUSAX_ERROR_TIMEOUT: no answer within the deadline. */
  void (*on_failed) (gpointer user_data, const GError *error);
} CusaxRegistrarListener;

/** CusaxRegistrarConfig: borrowed for the call. */
typedef struct
{
  CusaxConfig *config;
  CusaxLogin *login;
  const char *user;       /* user part of our Contact, to know it again in the list of bindings */
  const char *instance;   /* UUID (RFC 5626 section 4.1) */
  guint first_timeout_ms; /* for each answer up to the first 200 */
  guint timeout_ms;       /* for those to refreshes */
} CusaxRegistrarConfig;

/**
 * cusax_registrar_new:
 * @stack: UP; borrowed
 *
 * Sends REGISTER. The listener is called from the main loop, never from inside this call.
 *
 * Returns: (transfer full)
 */
CusaxRegistrar *cusax_registrar_new (CusaxStack *stack, const CusaxRegistrarConfig *config,
                                     const CusaxRegistrarListener *listener, gpointer user_data);

/**
 * cusax_registrar_free:
 * @registrar: (transfer full) (nullable)
 *
 * Cuts the listener. If the stack is about to be retired, what is registered is un-registered by that; else the
 * binding is left to expire.
 */
void cusax_registrar_free (CusaxRegistrar *registrar);

/** Leaves the object to the stack, which un-registers when it is retired; the pointer dies. */
void cusax_registrar_leave (CusaxRegistrar *registrar);

/**
 * cusax_registrar_refresh:
 * @timeout_ms: for the answer
 *
 * Refreshes now: a question whether the server still hears us. on_failed with CUSAX_ERROR_TIMEOUT if it does
 * not. A refresh that is under way gets the shorter deadline instead. Does nothing before the first 200.
 */
void cusax_registrar_refresh (CusaxRegistrar *registrar, guint timeout_ms);

/** Returns: (nullable): "203.0.113.5:4242", "[2001:db8::5]:4242": where the server sees us, from its last
 * answer */
const char *cusax_registrar_get_seen_address (CusaxRegistrar *registrar);

/** Returns: TRUE if the last 200 names the event package @event in Allow-Events */
gboolean cusax_registrar_announces (CusaxRegistrar *registrar, const char *event);

/** Returns: seconds that the refusal asked to wait, at most CUSAX_REGISTRAR_RETRY_MAX; 0: none; from on_failed
 * on. */
guint cusax_registrar_get_retry_after (CusaxRegistrar *registrar);

/** Returns: (nullable): the sip: or sips: URI of a redirection that nobody followed; from on_failed with
 * CUSAX_ERROR_REDIRECTED on */
const char *cusax_registrar_get_redirect (CusaxRegistrar *registrar);

G_END_DECLS
