/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests that open something: calls, subscriptions, messages. See ua.h. */
#include "ua-private.h"

#include "dialog.h"
#include "error.h"
#include "pager.h"
#include "subscription.h"

static gboolean
can_send (CusaxUa *ua, GError **error)
{
  if (ua->state == CUSAX_SIP_REGISTERED && !ua->is_stopping && ua->stack != NULL
      && cusax_stack_is_up (ua->stack))
    return TRUE;
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "not registered");
  return FALSE;
}

CusaxSipCall *
cusax_ua_invite (CusaxSipPort *port, const CusaxAddress *target, const char *sdp,
                 const CusaxSipDisclosure *disclosure, const CusaxSipCallListener *listener, gpointer user_data,
                 GError **error)
{
  CusaxUa *ua = (CusaxUa *) port;
  CusaxSelf self = cusax_ua_get_self (ua);

  if (!can_send (ua, error))
    return NULL;
  return cusax_dialog_new_outgoing (ua->stack, &self, target, sdp, disclosure, listener, user_data, error);
}

CusaxSipSubscription *
cusax_ua_subscribe (CusaxSipPort *port, const CusaxAddress *target, const char *event, const char *accept,
                    const CusaxSipSubscriptionListener *listener, gpointer user_data, GError **error)
{
  CusaxUa *ua = (CusaxUa *) port;
  CusaxSelf self = cusax_ua_get_self (ua);

  if (!can_send (ua, error))
    return NULL;
  return cusax_subscription_new (ua->stack, &self, target, event, accept, listener, user_data, error);
}

/* A message whose end is awaited. The port may be gone by then: hence the reference. */
typedef struct
{
  CusaxUa *ua;
  CusaxSipMessageDone done;
  gpointer user_data;
} Sent;

static void
on_sent (gpointer data, guint status, const char *reason)
{
  Sent *sent = data;

  if (!sent->ua->is_freed)
    sent->done (sent->user_data, status, reason);
  cusax_ua_unref (sent->ua);
  g_free (sent);
}

gboolean
cusax_ua_send_message (CusaxSipPort *port, const CusaxAddress *target, const char *text,
                       CusaxSipMessageDone done, gpointer user_data, GError **error)
{
  CusaxUa *ua = (CusaxUa *) port;
  CusaxSelf self = cusax_ua_get_self (ua);
  Sent *sent;

  if (!can_send (ua, error))
    return FALSE;
  sent = g_new0 (Sent, 1);
  sent->ua = g_rc_box_acquire (ua);
  sent->done = done;
  sent->user_data = user_data;
  if (cusax_pager_send (ua->stack, &self, target, text, on_sent, sent, error))
    return TRUE;
  cusax_ua_unref (ua);
  g_free (sent);
  return FALSE;
}
