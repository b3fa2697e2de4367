/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See subscription.h. */
#include "subscription.h"

#include "credentials.h"
#include "error.h"
#include "loop.h"
#include "presentation.h"

#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_tag.h>

/* What we ask for; they may grant less, and Sofia refreshes in time. */
#define EXPIRES_TEXT "3600"
/* How long LEAVING lasts at most: the answer, then the last NOTIFY, which deserves its 200. */
#define LEAVING_MS 5000

typedef enum
{
  STATE_ASKING,
  STATE_STANDING,
  STATE_LEAVING,
  STATE_GONE
} State;

typedef struct
{
  CusaxHandler handler; /* first: what Sofia's handle is bound to */
  CusaxSipSubscription port;
  State state;
  gboolean is_released;   /* nobody holds us: free at the end */
  gboolean is_winding_up; /* signing off: leave, and do not wait for the last NOTIFY */
  const CusaxSipSubscriptionListener *listener;
  gpointer user_data;
  CusaxStack *stack;
  CusaxCredentials *credentials;
  guint guard_id;
} Subscription;

static void
subscription_free (Subscription *subscription)
{
  cusax_credentials_free (subscription->credentials);
  g_free (subscription);
}

/* Takes it off the wire; the last thing of whoever calls it. */
static void
go (Subscription *subscription, guint status)
{
  const CusaxSipSubscriptionListener *listener = g_steal_pointer (&subscription->listener);

  if (subscription->state == STATE_GONE)
    return;
  g_debug ("sip: subscription is over (%u)", status);
  subscription->state = STATE_GONE;
  g_clear_handle_id (&subscription->guard_id, g_source_remove);
  cusax_stack_drop (subscription->stack, &subscription->handler);
  if (subscription->is_released)
    subscription_free (subscription);
  else if (listener != NULL)
    listener->on_ended (subscription->user_data, status);
}

static gboolean
on_guard (gpointer user_data)
{
  Subscription *subscription = user_data;

  subscription->guard_id = 0;
  go (subscription, 0);
  return G_SOURCE_REMOVE;
}

static void
leave (Subscription *subscription)
{
  subscription->state = STATE_LEAVING;
  subscription->guard_id = cusax_loop_add_timeout (LEAVING_MS, on_guard, subscription);
  nua_unsubscribe (subscription->handler.handle, TAG_END ());
}

/* Returns FALSE if there is no answer to the challenge. */
static gboolean
answer_challenge (Subscription *subscription, const CusaxSipEvent *event)
{
  g_autoptr (GError) error = NULL;

  if (event->status != 401 && event->status != 407)
    return FALSE;
  if (cusax_credentials_answer (subscription->credentials, event,
                                cusax_stack_is_protected (subscription->stack), &error))
    return TRUE;
  g_debug ("sip: SUBSCRIBE not authorised: %s", error->message);
  return FALSE;
}

static void
on_answer (Subscription *subscription, const CusaxSipEvent *event)
{
  if (event->status < 200 || subscription->state == STATE_LEAVING)
    return;
  if (event->status < 300)
    {
      if (subscription->is_released || subscription->is_winding_up)
        leave (subscription);
      else
        subscription->state = STATE_STANDING;
    }
  else if (subscription->is_released || !answer_challenge (subscription, event))
    /* Sofia's own codes: it did not leave, or the password was of no use (904). */
    go (subscription, event->status < 700 ? event->status : event->status == 904 ? 403 : 503);
}

static void
on_left (Subscription *subscription, const CusaxSipEvent *event)
{
  if (event->status < 200 || subscription->state != STATE_LEAVING)
    return;
  if (event->status < 300 ? subscription->is_winding_up : !answer_challenge (subscription, event))
    go (subscription, subscription->is_winding_up ? 503 : 0);
}

static gboolean
is_last (const CusaxSipEvent *event)
{
  int substate = nua_substate_active;

  tl_gets (event->tags, NUTAG_SUBSTATE_REF (substate), TAG_END ());
  return substate == nua_substate_terminated;
}

static void
on_notify (Subscription *subscription, const CusaxSipEvent *event)
{
  gboolean ends = is_last (event);
  const sip_t *sip = event->sip;
  const char *type = NULL, *body = NULL;
  gsize length = 0;

  if (sip == NULL)
    {
      /* Sofia tells that the time is over. */
      if (ends)
        go (subscription, 408);
      return;
    }
  /* 100: one that does not belong to our subscription. */
  if (event->status < 200)
    {
      cusax_stack_refuse (event);
      return;
    }
  if (sip->sip_payload != NULL && sip->sip_content_encoding == NULL)
    {
      type = sip->sip_content_type != NULL ? sip->sip_content_type->c_type : NULL;
      body = sip->sip_payload->pl_data;
      length = sip->sip_payload->pl_len;
    }
  if (subscription->listener != NULL)
    subscription->listener->on_notify (subscription->user_data, type, body, length);
  if (ends)
    go (subscription, 0);
}

static void
on_event (CusaxHandler *handler, const CusaxSipEvent *event)
{
  Subscription *subscription = (Subscription *) handler;

  switch ((int) event->type)
    {
    case nua_r_subscribe:
      on_answer (subscription, event);
      break;
    case nua_r_unsubscribe:
      on_left (subscription, event);
      break;
    case nua_i_notify:
      on_notify (subscription, event);
      break;
    case nua_r_authenticate:
      if (cusax_credentials_is_failure (event))
        go (subscription, 403);
      break;
    default:
      cusax_stack_refuse (event);
      break;
    }
}

static void
on_leg (CusaxHandler *handler, const CusaxRelayInfo *info)
{
  if (info == NULL)
    go ((Subscription *) handler, 503);
}

static void
wind_up (CusaxHandler *handler)
{
  Subscription *subscription = (Subscription *) handler;

  subscription->is_winding_up = TRUE;
  if (subscription->state == STATE_STANDING)
    leave (subscription);
}

static void
give_up (CusaxHandler *handler)
{
  go ((Subscription *) handler, 503);
}

static void
release (CusaxSipSubscription *port)
{
  Subscription *subscription = (Subscription *) ((char *) port - G_STRUCT_OFFSET (Subscription, port));

  subscription->listener = NULL;
  subscription->is_released = TRUE;
  if (subscription->state == STATE_GONE)
    subscription_free (subscription);
  else if (subscription->state == STATE_STANDING)
    leave (subscription);
}

static const CusaxSipSubscriptionVtable vtable = { release };

CusaxSipSubscription *
cusax_subscription_new (CusaxStack *stack, const CusaxSelf *self, const CusaxAddress *target, const char *event,
                        const char *accept, const CusaxSipSubscriptionListener *listener, gpointer user_data,
                        GError **error)
{
  g_autofree char *user = NULL, *contact = NULL;
  /* It belongs to a call: an account that calls anonymously does not give its name here (R19). */
  CusaxSipDisclosure disclosure = { .is_anonymous = self->is_anonymous };
  CusaxPresentation presentation = { 0 };
  Subscription *subscription;
  nua_handle_t *handle;

  cusax_presentation_set (&presentation, &disclosure);
  handle = cusax_presentation_make_handle (&presentation, stack, self, target);
  user = cusax_presentation_make_user (&presentation, self->user);
  cusax_presentation_clear (&presentation);
  if (handle == NULL)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "Sofia-SIP does not take %s",
                   cusax_address_get_uri (target));
      return NULL;
    }

  subscription = g_new0 (Subscription, 1);
  subscription->handler.on_event = on_event;
  subscription->handler.on_leg = on_leg;
  subscription->handler.wind_up = wind_up;
  subscription->handler.give_up = give_up;
  subscription->handler.handle = handle;
  subscription->port.vtable = &vtable;
  subscription->listener = listener;
  subscription->user_data = user_data;
  subscription->stack = stack;
  subscription->credentials
    = cusax_credentials_new (self->login, &subscription->handler,
                             self->is_anonymous ? CUSAX_CREDENTIALS_ANONYMOUS : CUSAX_CREDENTIALS_CALL);
  cusax_stack_add (stack, &subscription->handler);
  contact = cusax_stack_dup_target (stack, user);
  nua_subscribe (handle, SIPTAG_CONTACT_STR (contact), SIPTAG_EVENT_STR (event), SIPTAG_ACCEPT_STR (accept),
                 SIPTAG_EXPIRES_STR (EXPIRES_TEXT), TAG_END ());
  return &subscription->port;
}
