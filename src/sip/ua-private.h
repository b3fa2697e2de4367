/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the port, shared by ua.c (attempts and the port's table), ua-outgoing.c and
 * ua-incoming.c (requests of ours and of others). */
#pragma once

#include "registrar.h"
#include "self.h"
#include "stack.h"
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
  guint idle_id;           /* begin of an attempt, or end of a stop without a stack */

  GCancellable *locating;
  GPtrArray *targets; /* (element-type CusaxTarget) */
  guint n_tried;
  gint64 mended_at; /* when a leg lost to a bad message was dialled again */
  GError *failure;  /* the most telling one so far */

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
  CusaxSelf self = { ua->config, ua->user, ua->login, ua->is_anonymous };

  return self;
}

void cusax_ua_unref (CusaxUa *ua);

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

G_END_DECLS
