/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See notifier.h. */
#include "notifier.h"

#include "sipfrag.h"

#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_extra.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_alloc.h>

/* How long, in seconds, they may expect to be told something; Sofia's own default within calls is the same. */
#define EXPIRES_TEXT "300"

struct _CusaxNotifier
{
  CusaxSipReferral port;
  nua_handle_t *handle; /* NULL: over */
  const CusaxNotifierListener *listener;
  gpointer user_data;
  char *event; /* "refer;id=7" */
  char *contact;
  char *privacy;
  guint status; /* the latest */
  char *reason;
  gboolean is_due;      /* it has not been told */
  gboolean is_out;      /* a NOTIFY waits for its answer */
  gboolean is_unknown;  /* Sofia knows of no subscription yet (messageclass.h) */
  gboolean leg_is_up;
  gboolean is_released; /* nobody holds the port */
};

static CusaxNotifier *
from_port (CusaxSipReferral *referral)
{
  return (CusaxNotifier *) ((char *) referral - G_STRUCT_OFFSET (CusaxNotifier, port));
}

static void
free_if_unused (CusaxNotifier *notifier)
{
  if (notifier->handle != NULL || !notifier->is_released)
    return;
  g_free (notifier->event);
  g_free (notifier->contact);
  g_free (notifier->privacy);
  g_free (notifier->reason);
  g_free (notifier);
}

/* Last thing of whoever calls it. */
static void
end (CusaxNotifier *notifier)
{
  const CusaxNotifierListener *listener = notifier->listener;
  gpointer user_data = notifier->user_data;

  if (notifier->handle == NULL)
    return;
  notifier->handle = NULL;
  free_if_unused (notifier);
  listener->on_over (user_data);
}

static void
pump (CusaxNotifier *notifier)
{
  g_autofree char *body = NULL;
  gboolean is_last = notifier->status >= 200;

  if (notifier->handle == NULL || !notifier->is_due || notifier->is_out || !notifier->leg_is_up)
    return;
  body = cusax_sipfrag_write (notifier->status, notifier->reason);
  notifier->is_due = FALSE;
  notifier->is_out = TRUE;
  nua_notify (notifier->handle, SIPTAG_EVENT_STR (notifier->event),
              NUTAG_SUBSTATE (is_last ? nua_substate_terminated : nua_substate_active),
              TAG_IF (notifier->is_unknown, NUTAG_NEWSUB (1)),
              TAG_IF (notifier->is_unknown, SIPTAG_SUBSCRIPTION_STATE_STR ("active;expires=" EXPIRES_TEXT)),
              SIPTAG_CONTACT_STR (notifier->contact), SIPTAG_UNKNOWN_STR (notifier->privacy),
              SIPTAG_CONTENT_TYPE_STR ("message/sipfrag;version=2.0"), SIPTAG_PAYLOAD_STR (body), TAG_END ());
  notifier->is_unknown = FALSE;
}

static void
notify (CusaxSipReferral *referral, guint status, const char *reason)
{
  CusaxNotifier *notifier = from_port (referral);

  g_return_if_fail (status >= 100 && status < 700);
  if (notifier->handle == NULL || notifier->status >= 200)
    return;
  notifier->status = status;
  g_free (notifier->reason);
  notifier->reason = g_strdup (reason != NULL && reason[0] != '\0' ? reason : sip_status_phrase (status));
  notifier->is_due = TRUE;
  pump (notifier);
}

static void
release (CusaxSipReferral *referral)
{
  CusaxNotifier *notifier = from_port (referral);

  notifier->is_released = TRUE;
  cusax_notifier_close (notifier);
  free_if_unused (notifier);
}

static const CusaxSipReferralVtable vtable = { notify, release };

/* ---------------------------------------------------------------- the wire */

/* Their own word about the subscription: "Refer-Sub: false". */
static gboolean
wants_none (const sip_t *sip)
{
  const sip_refer_sub_t *sub = sip_refer_sub (sip);

  return sub != NULL && sub->rs_value != NULL && g_ascii_strcasecmp (sub->rs_value, "false") == 0;
}

static char *
dup_event (const CusaxSipEvent *refer)
{
  const sip_event_t *event = NULL;
  su_home_t home[1] = { SU_HOME_INIT (home) };
  char *text;

  tl_gets (refer->tags, NUTAG_REFER_EVENT_REF (event), TAG_END ());
  text = event != NULL ? g_strdup (sip_header_as_string (home, (const sip_header_t *) event)) : NULL;
  su_home_deinit (home);
  return text != NULL ? text : g_strdup ("refer");
}

CusaxNotifier *
cusax_notifier_new (const CusaxSipEvent *refer, const char *contact, const char *privacy,
                    const CusaxNotifierListener *listener, gpointer user_data)
{
  CusaxNotifier *notifier = g_new0 (CusaxNotifier, 1);
  gboolean is_wanted = !wants_none (refer->sip);

  notifier->port.vtable = &vtable;
  notifier->listener = listener;
  notifier->user_data = user_data;
  notifier->event = dup_event (refer);
  notifier->contact = g_strdup (contact);
  notifier->privacy = g_strdup (privacy);
  notifier->leg_is_up = TRUE;
  notifier->status = 100;
  notifier->reason = g_strdup ("Trying");
  nua_respond (refer->handle, SIP_202_ACCEPTED, NUTAG_WITH_THIS (refer->nua), SIPTAG_CONTACT_STR (contact),
               SIPTAG_UNKNOWN_STR (privacy), TAG_IF (!is_wanted, SIPTAG_REFER_SUB_STR ("false")), TAG_END ());
  if (is_wanted)
    {
      notifier->handle = refer->handle;
      notifier->is_unknown = refer->type != nua_i_refer;
      notifier->is_due = TRUE;
      pump (notifier);
    }
  return notifier;
}

CusaxSipReferral *
cusax_notifier_get_port (CusaxNotifier *notifier)
{
  return &notifier->port;
}

gboolean
cusax_notifier_is_over (CusaxNotifier *notifier)
{
  return notifier->handle == NULL;
}

gboolean
cusax_notifier_is_waiting (CusaxNotifier *notifier)
{
  return notifier->is_out;
}

void
cusax_notifier_on_answer (CusaxNotifier *notifier, const CusaxSipEvent *event)
{
  int substate = nua_substate_active;

  if (event->status < 200)
    return;
  tl_gets (event->tags, NUTAG_SUBSTATE_REF (substate), TAG_END ());
  notifier->is_out = FALSE;
  /* They know of no such subscription, do not answer, or have what they waited for. */
  if (event->status >= 300 || substate == nua_substate_terminated)
    end (notifier);
  else
    pump (notifier);
}

void
cusax_notifier_on_subscribe (CusaxNotifier *notifier, const CusaxSipEvent *event)
{
  int substate = nua_substate_active;

  if (event->status < 200 || event->status >= 300)
    return;
  tl_gets (event->tags, NUTAG_SUBSTATE_REF (substate), TAG_END ());
  if (substate != nua_substate_terminated)
    return;
  /* Sofia tells them that it is over; what they are told of the call has no place any more. */
  notifier->is_due = FALSE;
  notifier->status = MAX (notifier->status, 200);
}

void
cusax_notifier_set_leg (CusaxNotifier *notifier, gboolean is_up)
{
  notifier->leg_is_up = is_up;
  pump (notifier);
}

void
cusax_notifier_close (CusaxNotifier *notifier)
{
  notify (&notifier->port, 603, NULL);
}

void
cusax_notifier_cut (CusaxNotifier *notifier)
{
  notifier->handle = NULL;
  free_if_unused (notifier);
}
