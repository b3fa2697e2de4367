/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * STUN and TURN servers of our own chat server (XEP-0215): asked for when chat comes and when the server says that they
 * changed, kept while chat is away, renewed before they end. Independent of bootstrap: who typed everything for telephony
 * needs a relay just the same. Knows no libpurple, no XML.
 */
#pragma once

#include "ports.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxIceServices CusaxIceServices;

/** CusaxIceServicesPorts: borrowed, must outlive it. */
typedef struct
{
  CusaxClock *clock;
  gint64 (*wall_time) (void);
  CusaxProviderPort *provider;
} CusaxIceServicesPorts;

/* @servers: (element-type CusaxIceServer): all that are known and have not ended, after every change of them; may be empty.
 * Nothing of ours is touched afterwards: free is fine. */
typedef void (*CusaxIceServicesChanged) (gpointer user_data, const GPtrArray *servers);

CusaxIceServices *cusax_ice_services_new (const CusaxIceServicesPorts *ports, CusaxIceServicesChanged on_changed,
                                          gpointer user_data);
/** No listener is called any more; (nullable). */
void cusax_ice_services_free (CusaxIceServices *services);

/** (transfer none) (element-type CusaxIceServer): as told last; until the next change */
const GPtrArray *cusax_ice_services_get_servers (const CusaxIceServices *services);

/** Chat came, over a stream whose server is verified: asks. Or went: what is known stays until it ends. */
void cusax_ice_services_set_chat_up (CusaxIceServices *services, gboolean up);

/** Whether anybody needs them (telephony is switched on, media_ice); FALSE at first. Asks, or forgets all. */
void cusax_ice_services_set_wanted (CusaxIceServices *services, gboolean wanted);

G_END_DECLS
