/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See farewell.h. */
#include "farewell.h"

#include "loop.h"

#include <sofia-sip/nta.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_alloc.h>

/* Calls that end while the leg is gone are few; more are no calls of a person. */
#define MAX_WAITING 8
/* The leg may come and go: so often it is said at most. */
#define MAX_TRIES 4
/* Requests of ours that no answer was seen of have taken numbers, too. Gaps are allowed (RFC 3261 section 12.2.2). */
#define CSEQ_GAP 16
/* Sofia's first number is below 2^30, and all are below 2^31: for a dialog in which nothing of ours was answered. */
#define CSEQ_UNKNOWN 0x50000000u

struct _CusaxFarewell
{
  CusaxHandler handler; /* first; without a handle while nothing is out */
  CusaxStack *stack;    /* NULL: it has not begun */
  CusaxCredentials *credentials; /* NULL: it is CANCEL, which nobody may ask */
  char *call_id;
  char *local; /* From, with our tag */
  char *remote;
  char *target;
  GPtrArray *routes; /* (element-type utf8): in our order */
  gboolean is_settled; /* routes and tags stand */
  guint32 cseq;        /* the last one of ours that was seen; 0: none */
  char *via;           /* (nullable): of our INVITE */
  guint32 invite_cseq;
  char *privacy;
  guint n_tries;
  guint guard_id;
};

/* ---------------------------------------------------------------- learning */

static void
take (char **place, const void *header)
{
  su_home_t home[1] = { SU_HOME_INIT (home) };
  const char *text = header != NULL ? sip_header_as_string (home, header) : NULL;

  if (text != NULL)
    {
      g_free (*place);
      *place = g_strdup (text);
    }
  su_home_deinit (home);
}

static void
take_routes (CusaxFarewell *farewell, const sip_record_route_t *route, gboolean is_reversed)
{
  g_ptr_array_set_size (farewell->routes, 0);
  for (; route != NULL; route = route->r_next)
    {
      char *text = NULL;

      take (&text, route);
      if (text != NULL)
        g_ptr_array_insert (farewell->routes, is_reversed ? 0 : -1, text);
    }
}

/* RFC 3261 section 12.2.1.1: what INVITE and UPDATE, or their answers, say. */
static void
take_target (CusaxFarewell *farewell, const sip_t *sip)
{
  const sip_contact_t *contact = sip->sip_contact;
  su_home_t home[1] = { SU_HOME_INIT (home) };

  if (contact != NULL && (contact->m_url->url_type == url_sip || contact->m_url->url_type == url_sips)
      && (sip->sip_cseq->cs_method == sip_method_invite || sip->sip_cseq->cs_method == sip_method_update))
    {
      g_free (farewell->target);
      farewell->target = g_strdup (url_as_string (home, contact->m_url));
    }
  su_home_deinit (home);
}

/* Of the INVITE that counts: the one before was challenged. */
static void
take_invite (CusaxFarewell *farewell, const sip_t *sip)
{
  const sip_via_t *via = sip->sip_via;

  if (sip->sip_cseq->cs_method != sip_method_invite || sip->sip_cseq->cs_seq < farewell->invite_cseq || via == NULL
      || via->v_branch == NULL || via->v_host == NULL)
    return;
  farewell->invite_cseq = sip->sip_cseq->cs_seq;
  g_free (farewell->via);
  farewell->via = g_strdup_printf ("%s %s%s%s;rport;branch=%s", via->v_protocol, via->v_host, via->v_port != NULL ? ":" : "",
                                   via->v_port != NULL ? via->v_port : "", via->v_branch);
}

static void
learn_response (CusaxFarewell *farewell, const sip_t *sip)
{
  int status = sip->sip_status->st_status;

  farewell->cseq = MAX (farewell->cseq, sip->sip_cseq->cs_seq);
  if (nta_sip_is_internal (sip) || status <= 100 || status >= 300 || sip->sip_to->a_tag == NULL)
    return;
  take_target (farewell, sip);
  if (farewell->is_settled || sip->sip_cseq->cs_method != sip_method_invite)
    return;
  take_invite (farewell, sip);
  take (&farewell->local, sip->sip_from);
  take (&farewell->remote, sip->sip_to);
  take_routes (farewell, sip->sip_record_route, TRUE);
  farewell->is_settled = status >= 200;
}

static void
learn_request (CusaxFarewell *farewell, const sip_t *sip)
{
  take_target (farewell, sip);
  if (!farewell->is_settled && sip->sip_cseq->cs_method == sip_method_invite)
    {
      take (&farewell->remote, sip->sip_from);
      take_routes (farewell, sip->sip_record_route, FALSE);
      farewell->is_settled = TRUE;
    }
  if (farewell->local == NULL && sip->sip_to->a_tag != NULL)
    take (&farewell->local, sip->sip_to);
}

void
cusax_farewell_learn (CusaxFarewell *farewell, const sip_t *sip)
{
  if (sip == NULL || sip->sip_from == NULL || sip->sip_to == NULL || sip->sip_call_id == NULL || sip->sip_cseq == NULL)
    return;
  if (farewell->call_id == NULL)
    farewell->call_id = g_strdup (sip->sip_call_id->i_id);
  if (sip->sip_status != NULL)
    learn_response (farewell, sip);
  else if (sip->sip_request != NULL)
    learn_request (farewell, sip);
}

gboolean
cusax_farewell_is_lost (const CusaxSipEvent *event)
{
  gboolean is_own = event->sip == NULL || nta_sip_is_internal (event->sip);

  /* 408 is a time-out: then the time is over for us, too. */
  return is_own && (event->status == 503 || event->status >= 700);
}

/* ------------------------------------------------------------------ saying */

static void
forget_handle (CusaxFarewell *farewell)
{
  if (farewell->handler.handle != NULL)
    nua_handle_destroy (g_steal_pointer (&farewell->handler.handle));
  if (farewell->credentials != NULL)
    cusax_credentials_forget (farewell->credentials);
}

void
cusax_farewell_free (CusaxFarewell *farewell)
{
  if (farewell == NULL)
    return;
  g_clear_handle_id (&farewell->guard_id, g_source_remove);
  if (farewell->stack != NULL)
    cusax_stack_drop (farewell->stack, &farewell->handler);
  cusax_credentials_free (farewell->credentials);
  g_free (farewell->call_id);
  g_free (farewell->local);
  g_free (farewell->remote);
  g_free (farewell->target);
  g_ptr_array_unref (farewell->routes);
  g_free (farewell->via);
  g_free (farewell->privacy);
  g_free (farewell);
}

/* Returns: (transfer full): CSeq of the next try */
static char *
next_cseq (CusaxFarewell *farewell)
{
  farewell->cseq = farewell->cseq == 0 ? CSEQ_UNKNOWN : farewell->cseq + (farewell->n_tries == 0 ? CSEQ_GAP : 1);
  return g_strdup_printf ("%u BYE", farewell->cseq);
}

/* nua_bye() wants a call of the handle's own. As a method that nua does not know BYE needs none; nta knows it by its
 * name. NUTAG_DIALOG (0): no Contact, and no dialog that could catch what is meant for the real one. */
static void
send_bye (CusaxFarewell *farewell)
{
  g_autofree char *cseq = next_cseq (farewell);
  g_autoptr (GString) route = g_string_new (NULL);

  for (guint i = 0; i < farewell->routes->len; i++)
    g_string_append_printf (route, "%s%s", i > 0 ? ", " : "", (const char *) g_ptr_array_index (farewell->routes, i));
  farewell->n_tries++;
  farewell->handler.handle = nua_handle (cusax_stack_get_nua (farewell->stack), &farewell->handler, TAG_END ());
  if (farewell->handler.handle == NULL)
    return;
  nua_method (farewell->handler.handle, NUTAG_METHOD ("BYE"), NUTAG_DIALOG (0), NUTAG_URL (farewell->target),
              SIPTAG_CALL_ID_STR (farewell->call_id), SIPTAG_FROM_STR (farewell->local), SIPTAG_TO_STR (farewell->remote),
              SIPTAG_CSEQ_STR (cseq), TAG_IF (route->len > 0, SIPTAG_ROUTE_STR (route->str)),
              SIPTAG_UNKNOWN_STR (farewell->privacy), TAG_END ());
}

static void
send_cancel (CusaxFarewell *farewell)
{
  g_autofree char *cseq = g_strdup_printf ("%u CANCEL", farewell->invite_cseq);

  farewell->n_tries++;
  farewell->handler.handle = nua_handle (cusax_stack_get_nua (farewell->stack), &farewell->handler, TAG_END ());
  if (farewell->handler.handle == NULL)
    return;
  nua_method (farewell->handler.handle, NUTAG_METHOD ("CANCEL"), NUTAG_DIALOG (0), NUTAG_URL (farewell->target),
              SIPTAG_VIA_STR (farewell->via), SIPTAG_CALL_ID_STR (farewell->call_id), SIPTAG_FROM_STR (farewell->local),
              SIPTAG_TO_STR (farewell->remote), SIPTAG_CSEQ_STR (cseq), SIPTAG_UNKNOWN_STR (farewell->privacy),
              TAG_END ());
}

static void
send_now (CusaxFarewell *farewell)
{
  if (farewell->credentials != NULL)
    send_bye (farewell);
  else
    send_cancel (farewell);
}

static void
on_event (CusaxHandler *handler, const CusaxSipEvent *event)
{
  CusaxFarewell *farewell = (CusaxFarewell *) handler;
  g_autofree char *cseq = NULL;

  if (event->handle != handler->handle || (event->type != nua_r_method && !cusax_credentials_is_failure (event))
      || event->status < 200)
    return;
  if (farewell->credentials != NULL && (event->status == 401 || event->status == 407))
    {
      cseq = next_cseq (farewell);
      if (cusax_credentials_answer_anew (farewell->credentials, event, cusax_stack_is_protected (farewell->stack), cseq,
                                         NULL))
        return;
    }
  if (cusax_farewell_is_lost (event) && farewell->n_tries < MAX_TRIES && !cusax_stack_is_retired (farewell->stack))
    forget_handle (farewell); /* the leg comes back, or time runs out */
  else
    cusax_farewell_free (farewell);
}

static void
on_leg (CusaxHandler *handler, const CusaxRelayInfo *info)
{
  CusaxFarewell *farewell = (CusaxFarewell *) handler;

  /* What goes with the leg tells on_event(). Over UDP Sofia repeats it by itself. */
  if (info == NULL || (handler->handle != NULL && info->transport == CUSAX_TRANSPORT_UDP))
    return;
  forget_handle (farewell);
  if (farewell->n_tries < MAX_TRIES)
    send_now (farewell);
}

/* The answer may still come in the time that is left. */
static void
wind_up (CusaxHandler *handler)
{
  if (handler->handle == NULL)
    cusax_farewell_free ((CusaxFarewell *) handler);
}

static void
give_up (CusaxHandler *handler)
{
  cusax_farewell_free ((CusaxFarewell *) handler);
}

static gboolean
on_guard (gpointer user_data)
{
  CusaxFarewell *farewell = user_data;

  farewell->guard_id = 0;
  cusax_farewell_free (farewell);
  return G_SOURCE_REMOVE;
}

static CusaxFarewell *
make (void)
{
  CusaxFarewell *farewell = g_new0 (CusaxFarewell, 1);

  farewell->handler.on_event = on_event;
  farewell->handler.on_leg = on_leg;
  farewell->handler.wind_up = wind_up;
  farewell->handler.give_up = give_up;
  farewell->routes = g_ptr_array_new_with_free_func (g_free);
  return farewell;
}

CusaxFarewell *
cusax_farewell_new (CusaxLogin *login, CusaxCredentialsUse use)
{
  CusaxFarewell *farewell = make ();

  farewell->credentials = cusax_credentials_new (login, &farewell->handler, use);
  return farewell;
}

/* A first hop that is no loose router wants to be the Request-URI (RFC 3261 section 12.2.1.1). */
static void
settle_routes (CusaxFarewell *farewell)
{
  su_home_t home[1] = { SU_HOME_INIT (home) };
  sip_route_t *first
    = farewell->routes->len > 0 ? sip_route_make (home, g_ptr_array_index (farewell->routes, 0)) : NULL;

  if (farewell->target == NULL && farewell->remote != NULL)
    {
      sip_to_t *to = sip_to_make (home, farewell->remote);

      farewell->target = to != NULL ? g_strdup (url_as_string (home, to->a_url)) : NULL;
    }
  if (first != NULL && farewell->target != NULL && !url_has_param (first->r_url, "lr"))
    {
      g_ptr_array_add (farewell->routes, g_strdup_printf ("<%s>", farewell->target));
      g_free (farewell->target);
      farewell->target = g_strdup (url_as_string (home, first->r_url));
      g_ptr_array_remove_index (farewell->routes, 0);
    }
  su_home_deinit (home);
}

static guint
count_waiting (CusaxStack *stack)
{
  g_autoptr (GList) all = cusax_stack_get_handlers (stack);
  guint n = 0;

  for (GList *l = all; l != NULL; l = l->next)
    n += ((CusaxHandler *) l->data)->on_event == on_event;
  return n;
}

static void
begin (CusaxFarewell *farewell, CusaxStack *stack, const char *privacy, gboolean leg_is_up, guint ms)
{
  if (farewell->call_id == NULL || farewell->local == NULL || farewell->remote == NULL || farewell->target == NULL
      || ms == 0 || (cusax_stack_is_retired (stack) && !leg_is_up) || count_waiting (stack) >= MAX_WAITING)
    {
      cusax_farewell_free (farewell);
      return;
    }
  g_debug ("sip: %s beside the call's handle, %s", farewell->credentials != NULL ? "BYE" : "CANCEL",
           leg_is_up ? "now" : "when the leg is back");
  farewell->stack = stack;
  farewell->privacy = g_strdup (privacy);
  farewell->guard_id = cusax_loop_add_timeout (ms, on_guard, farewell);
  cusax_stack_add (stack, &farewell->handler);
  if (leg_is_up)
    send_now (farewell);
}

void
cusax_farewell_begin (CusaxFarewell *farewell, CusaxStack *stack, const char *privacy, gboolean leg_is_up, guint ms)
{
  settle_routes (farewell);
  begin (farewell, stack, privacy, leg_is_up, ms);
}

/* As our INVITE had them: To without a tag, and its URI as the Request-URI (RFC 3261 section 9.1). */
static void
take_first_to (CusaxFarewell *cancel, const char *remote)
{
  su_home_t home[1] = { SU_HOME_INIT (home) };
  sip_to_t *to = remote != NULL ? sip_to_make (home, remote) : NULL;

  if (to != NULL)
    {
      msg_header_remove_param (to->a_common, "tag");
      cancel->target = g_strdup (url_as_string (home, to->a_url));
      take (&cancel->remote, to);
    }
  su_home_deinit (home);
}

void
cusax_farewell_cancel (const CusaxFarewell *farewell, CusaxStack *stack, const char *privacy, gboolean leg_is_up, guint ms)
{
  CusaxFarewell *cancel;

  if (farewell->via == NULL)
    return;
  cancel = make ();
  cancel->call_id = g_strdup (farewell->call_id);
  cancel->local = g_strdup (farewell->local);
  cancel->via = g_strdup (farewell->via);
  cancel->invite_cseq = farewell->invite_cseq;
  take_first_to (cancel, farewell->remote);
  begin (cancel, stack, privacy, leg_is_up, ms);
}
