/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of one registration on a standing stack: REGISTER, digest, refresh, un-REGISTER (RFC 3261 section
 * 10, RFC 5626 for +sip.instance and reg-id). nua refreshes by itself; a guard timer at 95 % of the granted
 * time does it if nua did not. One try: whoever owns it backs off.
 *
 * States: SENT -200-> GRANTED -refresh 200-> GRANTED; wind up -> UNREGISTERING -> gone; a failure -> gone.
 */
#pragma once

#include "credentials.h"
#include "stack.h"

G_BEGIN_DECLS

typedef struct _CusaxRegistrar CusaxRegistrar;

typedef struct
{
  /* The first 200. */
  void (*on_registered) (gpointer user_data);
  /* REGISTER, first or later, failed for good; the object is dead but for its free. @error has no server name.
   */
  void (*on_failed) (gpointer user_data, const GError *error);
} CusaxRegistrarListener;

/** CusaxRegistrarConfig: borrowed for the call. */
typedef struct
{
  CusaxConfig *config;
  const char *contact; /* "<sip:user@host:port;...>", with parameters of the registration behind it */
  const char *user;    /* user part of it, to know it again in the list of bindings */
  guint timeout_ms;    /* for the first answer */
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

/** Returns: (transfer full) (element-type utf8): the realms that asked for a password. */
GPtrArray *cusax_registrar_get_realms (CusaxRegistrar *registrar);

G_END_DECLS
