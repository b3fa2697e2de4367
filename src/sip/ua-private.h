/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the port, shared by ua.c (states and the port's table), ua-attempt.c (from a name to a
 * registration), ua-network.c (when the network changes), ua-outgoing.c, ua-incoming.c and ua-refer.c (requests of
 * ours and of others). */
#pragma once

#include "netwatch.h"
#include "peercert.h"
#include "registrar.h"
#include "self.h"
#include "stack.h"
#include "trials.h"
#include "ua.h"

G_BEGIN_DECLS

typedef struct
{
  CusaxSipPort port;
  CusaxTrust *trust;
  const CusaxSipListener *listener;
  gpointer user_data;
  CusaxSipState state;
  CusaxConfig *config;      /* of the running attempt */
  CusaxConfig *next_config; /* start was called while stop is not through */
  gboolean is_stopping;
  gboolean is_freed; /* only pending callbacks hold it */
  gboolean accepts_messages;
  gboolean is_anonymous;
  guint answer_timeout_ms; /* 0: by transport */
  guint refer_wait_ms;     /* 0: as usual */
  guint idle_id;           /* begin of an attempt, or end of a stop without a stack */

  GCancellable *locating;
  GPtrArray *targets;         /* (element-type CusaxTarget) */
  guint n_tried;              /* the last one of them is the leg's */
  gint64 round_began;         /* when the first of them was tried */
  gint64 redialled_at;        /* when a lost leg was dialled again */
  gint64 garbled_at;          /* the first of @n_garbled messages that cost the connection */
  guint n_garbled;
  gint64 fault_at;            /* when a certificate was refused; 0: none in this round */
  GError *failure;            /* the most telling one so far */
  CusaxPeercert *certificate; /* the first that was refused */
  GTlsCertificate *client_certificate;
  CusaxTrials *trials;
  CusaxNetwatch *netwatch; /* NULL while stopped on purpose */

  CusaxStack *stack;    /* NULL: none; may be down while calls stand */
  CusaxStack *retiring; /* stop waits for it; borrowed from the dying */
  CusaxRegistrar *registrar;
  CusaxLogin *login; /* of the running attempt, and of what stands since earlier ones */
  char *user;        /* random: scanners cannot guess it */
  char *instance;    /* RFC 5626 section 4.1 */
  char *local_address;
  guint retry_after; /* seconds that the last refusal asked for */
  char *server;
} CusaxUa;

static inline CusaxSelf
cusax_ua_get_self (CusaxUa *ua)
{
  CusaxSelf self = { ua->config, ua->user, ua->login, ua->refer_wait_ms, ua->is_anonymous };

  return self;
}

void cusax_ua_unref (CusaxUa *ua);

/* ua.c */
/** Returns FALSE if the listener's reaction has made an end of this attempt: hands off then. */
gboolean cusax_ua_set_state (CusaxUa *ua, CusaxSipState state);
/** Ends the attempt, or what it had reached. Calls stay if they have a stack to stay on. */
void cusax_ua_stop_with_error (CusaxUa *ua, const GError *error);
void cusax_ua_retire_stack (CusaxUa *ua);
void cusax_ua_on_retired (gpointer ua);

/* ua-attempt.c */
/** A GSourceFunc: an attempt from the beginning. */
gboolean cusax_ua_begin (gpointer ua);
/** The same targets again, the current one first, on the same stack if something but the registration stands on
 * it. */
void cusax_ua_redial (CusaxUa *ua);
/** Returns: (nullable): what is being tried, or stands. */
const CusaxTarget *cusax_ua_get_target (CusaxUa *ua);

/* ua-network.c */
void cusax_ua_watch_network (CusaxUa *ua);

/* ua-outgoing.c: of the port's table */
CusaxSipCall *cusax_ua_invite (CusaxSipPort *port, const CusaxAddress *target, const char *sdp,
                               const CusaxSipDisclosure *disclosure, const CusaxSipCallListener *listener,
                               gpointer user_data, GError **error);
CusaxSipSubscription *cusax_ua_subscribe (CusaxSipPort *port, const CusaxAddress *target, const char *event,
                                          const char *accept, const CusaxSipSubscriptionListener *listener,
                                          gpointer user_data, GError **error);
gboolean cusax_ua_send_message (CusaxSipPort *port, const CusaxAddress *target, const char *text,
                                CusaxSipMessageDone done, gpointer user_data, GError **error);

/* ua-incoming.c */
/** Answers a request that belongs to nothing known: calls and messages go to the listener. */
void cusax_ua_on_request (gpointer user_data, const CusaxSipEvent *event);
/** A leg that only standing calls keep up takes nothing new. */
gboolean cusax_ua_is_open (CusaxUa *ua);
/** Returns: TRUE if @sip is sent to our Contact, whose user part only our registrar knows, or to our address of record */
gboolean cusax_ua_is_for_us (CusaxUa *ua, const sip_t *sip);

/* ua-refer.c: nobody's */
void cusax_ua_on_refer (CusaxUa *ua, const CusaxSipEvent *event);
void cusax_ua_on_notify (CusaxUa *ua, const CusaxSipEvent *event);

G_END_DECLS
