/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICE of one transport (RFC 8445), on libnice: gathers within a time, announces few candidates, finds a pair for each component
 * and sends through it. Lives in the media thread, all functions and callbacks; not locked. Knows nothing of what the datagrams
 * mean, and not of SDP. Its callbacks never come from inside of its functions.
 */
#pragma once

#include "servers.h"
#include "transport-description.h"
#include "udp.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxIce CusaxIce;

/** CusaxIceConfig: borrowed for the call. */
typedef struct
{
  const char *local_address;       /* literal that routes to the registrar */
  const char *const *addresses;    /* where candidates are gathered, that one first: cusax_ice_addresses_list() */
  guint port_min, port_max;        /* 0 = any */
  gboolean is_controlling;
  gboolean is_behind_nat;          /* the default address is a relayed or reflexive one, if there is any */
  gboolean hides_address;          /* announces and uses relays alone, if there are any; else one address */
  const GPtrArray *servers;        /* (nullable) (element-type CusaxServerAddress) */
  guint gather_ms;                 /* what servers are given to answer */
  GMainContext *context;           /* the media thread's */
} CusaxIceConfig;

typedef struct
{
  void (*on_gathered) (gpointer user_data); /* once: all answered, or the time is over */
  void (*on_changed) (gpointer user_data);  /* a component got a pair, another one, or lost it: cusax_ice_is_connected() */
  CusaxUdpReceive receive;                  /* as of a socket; tag 0 RTP, 1 RTCP; the sender is known only to ICE (AF_UNSPEC) */
} CusaxIceCallbacks;

/** CusaxIcePair: how packets go; strings are borrowed until the pair changes. */
typedef struct
{
  const char *local_kind, *remote_kind; /* "host", "srflx", "prflx", "relay" */
  char *local_address, *remote_address; /* with port; owned */
} CusaxIcePair;

/** Does what the first one of a process would else wait for. */
void cusax_ice_prepare (GMainContext *context);

/** Begins to gather. Returns: (transfer full): NULL with CUSAX_ERROR_MEDIA */
CusaxIce *cusax_ice_new (const CusaxIceConfig *config, const CusaxIceCallbacks *callbacks, gpointer user_data, GError **error);

/** What to announce: default address, credentials, candidates; after on_gathered. Returns: FALSE if there is no address */
gboolean cusax_ice_describe (CusaxIce *ice, CusaxTransportDescription *local);

/**
 * cusax_ice_set_remote:
 *
 * Credentials and candidates of the other side: checks begin. The same credentials again: further candidates are taken.
 * Others: begins anew with our own credentials as they are (RFC 8445 section 9); the pair in use serves until there is another.
 */
void cusax_ice_set_remote (CusaxIce *ice, const CusaxTransportDescription *remote);

/** Returns: TRUE if the other side's credentials are known. */
gboolean cusax_ice_has_remote (const CusaxIce *ice);

/** Returns: TRUE if there is a pair for @component (0 RTP, 1 RTCP) that the other side consents to (RFC 7675). */
gboolean cusax_ice_is_connected (const CusaxIce *ice, guint component);

/** Returns: TRUE if there was one, and there is no consent any more. */
gboolean cusax_ice_is_lost (const CusaxIce *ice, guint component);

/** Returns: FALSE if there is none. */
gboolean cusax_ice_get_pair (CusaxIce *ice, guint component, CusaxIcePair *pair);
void cusax_ice_pair_clear (CusaxIcePair *pair);

gboolean cusax_ice_send (CusaxIce *ice, guint component, const guint8 *data, gsize length);

/** Returns: TRUE if the default address is a relayed one: towards those without ICE use_relay serves, not take_sockets. */
gboolean cusax_ice_default_is_relayed (const CusaxIce *ice);

/**
 * cusax_ice_use_relay:
 * @any_source: packets from other ports of that host are taken too; not for plain RTP
 *
 * Without ICE towards @remote, through the TURN server. Returns: FALSE if that cannot be
 */
gboolean cusax_ice_use_relay (CusaxIce *ice, const CusaxTransportDescription *remote, gboolean any_source);

/** Returns: (transfer none): the address of this machine behind the default one */
const char *cusax_ice_get_base (const CusaxIce *ice);

/** Hands out the sockets behind the default address and reads them no more, until set_remote. Returns: FALSE if there are none */
gboolean cusax_ice_take_sockets (CusaxIce *ice, CusaxUdp *pair[2]);

/** Reads them again: what took them has closed its copies. */
void cusax_ice_give_back (CusaxIce *ice);

/** Closes; relays are given back to their servers, which may take a moment longer. */
void cusax_ice_free (CusaxIce *ice);

G_END_DECLS
