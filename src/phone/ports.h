/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ports: what the telephone needs from the outside world, as small tables that the adapters implement
 * (sip/, rtp/, media/, purple/) and that tests fake. An implementing struct has the port as its first member.
 *
 * Rules for all of them. Everything happens in the default main context. Listeners are never called from inside
 * the call that starts a thing unless said so ("may call back at once"), and never after _cancel, _release,
 * _shutdown, _end or _free. Strings and structs handed to a listener are borrowed for the call.
 */
#pragma once

#include "card.h"
#include "config.h"
#include "media-port.h"
#include "sip-port.h"

#include <glib.h>

G_BEGIN_DECLS

/* ------------------------------------------------------------------ clock */

typedef struct _CusaxClock CusaxClock;

/** CusaxClock: time, real or virtual. */
struct _CusaxClock
{
  gint64 (*now) (CusaxClock *clock);                                        /* microseconds, monotonic */
  guint (*add) (CusaxClock *clock, guint ms, GSourceFunc function, gpointer data); /* like g_timeout_add */
  void (*remove) (CusaxClock *clock, guint id);
};

/* ----------------------------------------------------------------- sounds */

typedef struct _CusaxSoundPort CusaxSoundPort;

/** CusaxSound: what a telephone sounds of itself. */
typedef enum
{
  CUSAX_SOUND_NONE,
  CUSAX_SOUND_RING,     /* a call comes: the ring device, the host's sound settings hold */
  CUSAX_SOUND_WAITING,  /* a call comes during another: softly, in the ear */
  CUSAX_SOUND_RINGBACK, /* their telephone rings: in the ear */
  CUSAX_SOUND_BUSY      /* the call that was dialled found them busy: in the ear, by itself over after 3 s */
} CusaxSound;

/** CusaxSoundPort: plays one sound at a time, again and again until told otherwise. */
struct _CusaxSoundPort
{
  /* NONE: silence, within 100 ms. The same one again goes on. Failures are logged: a telephone without sounds still works. */
  void (*play) (CusaxSoundPort *port, CusaxSound sound);
};

/* ------------------------------------------------------------------ trust */

typedef struct _CusaxTrust CusaxTrust;

/** CusaxTrust: certificates that the person accepted for a host, whatever protocol they were seen on. */
struct _CusaxTrust
{
  /* @der: @length bytes of the end-entity certificate. Returns: TRUE if exactly it is pinned for @host and @port. */
  gboolean (*is_pinned) (CusaxTrust *trust, const char *host, guint16 port, const guint8 *der, gsize length);
  /* (transfer full) (nullable): SHA-256 of what a person surely accepted for @host and @port, "AB:CD:..." */
  char *(*dup_pin) (CusaxTrust *trust, const char *host, guint16 port);
};

/* ------------------------------------------------------------------ cards */

typedef struct _CusaxCardPort CusaxCardPort;

/* What asking for a card gave. @state READ: @xml is the card element, @length bytes; NONE, FAILED: NULL. */
typedef void (*CusaxCardDone) (gpointer user_data, CusaxCardState state, const char *xml, gsize length);

/** CusaxCardPortVtable: vCards over the XMPP leg. No queue: whoever asks keeps to R27's bounds. */
typedef struct
{
  /* Asks for vcard-temp, then, if that has no telephone entry, vCard4. @done once, within 15 s, from the main loop.
   * Returns: an id for cancel, 0 if chat is down. */
  guint (*fetch) (CusaxCardPort *port, const char *jid, CusaxCardDone done, gpointer user_data);
  void (*cancel) (CusaxCardPort *port, guint id); /* done is not called; the reply is dropped */
} CusaxCardPortVtable;

struct _CusaxCardPort
{
  const CusaxCardPortVtable *vtable;
};

/* ------------------------------------------------------- the chat server */

typedef struct _CusaxProviderPort CusaxProviderPort;

/* @services: (nullable) (element-type CusaxService): NULL: the server knows nothing of it, or did not answer (@failed). */
typedef void (*CusaxProviderServices) (gpointer user_data, const GPtrArray *services, gboolean failed);
/* @provision: (nullable): NULL: no such component, nothing in it, or @error names what is wrong with it. */
typedef void (*CusaxProviderAccount) (gpointer user_data, CusaxProvision *provision, const GError *error);

/** CusaxProviderPortVtable: what our own XMPP server knows of telephony. All of it needs chat; each @done once, within
 * 10 s, from the main loop, with "failed" or NULL if chat goes down meanwhile. */
typedef struct
{
  /* XEP-0215 of the JID's server: services of types sip and sips, with credentials (asked for where restricted). */
  guint (*fetch_services) (CusaxProviderPort *port, CusaxProviderServices done, gpointer user_data);
  /* Openfire's sipark registration, from a component of the JID's own server that disco#items lists. */
  guint (*fetch_account) (CusaxProviderPort *port, CusaxProviderAccount done, gpointer user_data);
  /* The own vCard, vcard-temp then vCard4 (R3b); as CusaxCardDone. */
  guint (*fetch_own_card) (CusaxProviderPort *port, CusaxCardDone done, gpointer user_data);
  void (*cancel) (CusaxProviderPort *port, guint id);
  /* The server pushed a change of its services (XEP-0215 section 3.3): ask again. NULL: nobody listens. */
  void (*set_listener) (CusaxProviderPort *port, void (*on_changed) (gpointer user_data), gpointer user_data);
  /* As fetch_services and set_listener, of types stun, turn and turns. */
  guint (*fetch_ice_services) (CusaxProviderPort *port, CusaxProviderServices done, gpointer user_data);
  void (*set_ice_listener) (CusaxProviderPort *port, void (*on_changed) (gpointer user_data), gpointer user_data);
} CusaxProviderPortVtable;

struct _CusaxProviderPort
{
  const CusaxProviderPortVtable *vtable;
};

/* ---------------------------------------------------- provider's documents */

typedef struct _CusaxDocumentPort CusaxDocumentPort;

/** CusaxDocumentQuery: borrowed for the call. */
typedef struct
{
  const char *jid;      /* bare */
  const char *url;      /* (nullable): provisioning_url; NULL: discover */
  const char *password; /* (nullable): the account's, for a challenge of a host in the JID's domain */
} CusaxDocumentQuery;

/* @text: (nullable): @length bytes that came from @url; NULL: there is none (@error NULL), or it cannot be had. @url:
 * (nullable): with an error: where the document was said to be; NULL: nobody said that. */
typedef void (*CusaxDocumentDone) (gpointer user_data, const char *text, gsize length, const char *url,
                                   const GError *error);

/** CusaxDocumentPortVtable: */
typedef struct
{
  /* @done once, within 10 s, from the main loop. Returns: an id for cancel */
  guint (*fetch) (CusaxDocumentPort *port, const CusaxDocumentQuery *query, CusaxDocumentDone done, gpointer user_data);
  void (*cancel) (CusaxDocumentPort *port, guint id);
} CusaxDocumentPortVtable;

struct _CusaxDocumentPort
{
  const CusaxDocumentPortVtable *vtable;
};

/* ------------------------------------------------------------------ store */

typedef struct _CusaxStore CusaxStore;

/** CusaxStore: small files of the account in libpurple's user folder, 0600, written atomically. */
struct _CusaxStore
{
  /* (transfer full) (nullable): NULL without error if there is none. CUSAX_ERROR_INVALID: larger than @max bytes. */
  GBytes *(*load) (CusaxStore *store, const char *name, gsize max, GError **error);
  gboolean (*save) (CusaxStore *store, const char *name, const char *data, gsize length, GError **error);
  /* A broken file is kept for people: NAME.broken, replacing an older one. */
  void (*set_aside) (CusaxStore *store, const char *name);
};

/** CusaxPorts: everything an account needs; borrowed, must outlive it. sip is owned by the account. */
typedef struct
{
  CusaxClock *clock;
  CusaxSipPort *sip;
  CusaxMediaPort *media;
  CusaxTransportNew transport_new;
  CusaxCardPort *cards;
  CusaxStore *store;
  CusaxSoundPort *sounds; /* (nullable): silent */
  gint64 (*wall_time) (void); /* seconds since 1970 */
} CusaxPorts;

G_END_DECLS
