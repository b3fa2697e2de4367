/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See stack.h. */
#include "stack-private.h"

#include "agent.h"
#include "error.h"
#include "loop.h"
#include "messageclass.h"
#include "screening.h"

#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>

/* Ended calls that somebody may still want to replace. */
#define MAX_GONE 32

/* ------------------------------------------------------------------ events */

/* A request that nobody owns; a handle made for it is ours to destroy. */
static void
on_stranger (CusaxStack *stack, const CusaxSipEvent *event)
{
  if (stack->listener != NULL && stack->state != CUSAX_STACK_RETIRED)
    stack->listener->on_request (stack->user_data, event);
  else if (event->status < 200 && nua_event_is_incoming_request (event->type))
    nua_respond (event->handle, SIP_480_TEMPORARILY_UNAVAILABLE, NUTAG_WITH_THIS (event->nua), TAG_END ());

  /* Whoever took the handle over has bound it by now. */
  if (event->handle != NULL && nua_handle_magic (event->handle) == NULL)
    nua_handle_destroy (event->handle);
}

static void
on_nua_event (nua_event_t type, int status, const char *phrase, nua_t *nua, nua_magic_t *magic,
              nua_handle_t *handle, nua_hmagic_t *hmagic, const sip_t *sip, tagi_t tags[])
{
  CusaxStack *stack = magic;
  CusaxHandler *handler = hmagic;
  CusaxSipEvent event = { .type = type, .nua = nua, .handle = handle, .sip = sip, .tags = tags };

  event.status = cusax_messageclass_get_status (status);
  event.phrase = phrase != NULL ? phrase : "";

  if (stack->trace)
    g_debug ("sip: %s %d %s", nua_event_name (type), event.status, event.phrase);

  if (type == nua_r_shutdown)
    cusax_stack_on_shutdown (stack, status);
  else if (type != nua_i_message && handler != NULL && g_hash_table_contains (stack->handlers, handler))
    handler->on_event (handler, &event);
  else if (handle != NULL && (handler == NULL || type == nua_i_message))
    on_stranger (stack, &event);
}

/* ------------------------------------------------------------------- relay */

static void
tell_leg (CusaxStack *stack, const CusaxRelayInfo *info)
{
  g_autoptr (GList) all = g_hash_table_get_keys (stack->handlers);

  /* Handlers drop themselves and each other meanwhile. */
  for (GList *l = all; l != NULL; l = l->next)
    {
      CusaxHandler *handler = l->data;

      if (g_hash_table_contains (stack->handlers, handler))
        handler->on_leg (handler, info);
    }
}

static void
on_relay_ready (gpointer user_data, const CusaxRelayInfo *info)
{
  CusaxStack *stack = user_data;
  g_autoptr (GError) error = NULL;

  if (stack->state != CUSAX_STACK_CONNECTING)
    return;

  g_free (stack->local_address);
  stack->local_address = g_strdup (info->local_address);
  stack->local_port = info->local_port;
  stack->tls_version = info->tls_version;
  stack->trust = info->trust;
  g_clear_pointer (&stack->seen_address, g_free);
  if (stack->nua == NULL)
    {
      if (stack->message_class == NULL)
        stack->message_class = cusax_messageclass_new ();
      stack->nua
        = cusax_agent_create (info, stack->message_class, stack->accepts_messages, on_nua_event, stack);
      cusax_relay_drop_key_files (stack->relay);
      stack->transport = info->transport;
      stack->inner_port = info->inner_port;
      stack->nua_port = info->nua_port;
      if (stack->nua == NULL)
        g_set_error (&error, CUSAX_ERROR, CUSAX_ERROR_UNAVAILABLE, "Sofia-SIP could not be started");
    }
  else if (stack->inner_port != info->inner_port || stack->nua_port != info->nua_port)
    g_set_error (&error, CUSAX_ERROR, CUSAX_ERROR_UNAVAILABLE,
                 "the loopback ports of a standing call are lost");

  if (error != NULL)
    {
      stack->state = CUSAX_STACK_DOWN;
      if (stack->listener != NULL)
        stack->listener->on_failed (stack->user_data, error);
      return;
    }

  stack->state = CUSAX_STACK_UP;
  tell_leg (stack, info);
  if (stack->listener != NULL && stack->state == CUSAX_STACK_UP)
    stack->listener->on_up (stack->user_data, info);
}

static void
on_relay_failed (gpointer user_data, const GError *error, const CusaxCertificate *certificate)
{
  CusaxStack *stack = user_data;

  if (stack->state != CUSAX_STACK_CONNECTING)
    return;
  stack->state = CUSAX_STACK_DOWN;
  if (certificate != NULL && stack->listener != NULL && stack->listener->on_certificate != NULL)
    stack->listener->on_certificate (stack->user_data, certificate);
  if (stack->listener != NULL)
    stack->listener->on_failed (stack->user_data, error);
}

void
cusax_stack_clear_traced (CusaxStack *stack)
{
  for (guint i = 0; i < G_N_ELEMENTS (stack->traced); i++)
    cusax_wiretrace_clear (&stack->traced[i]);
}

static void
on_relay_closed (gpointer user_data, const GError *error)
{
  CusaxStack *stack = user_data;

  if (stack->state != CUSAX_STACK_UP)
    return;
  stack->state = CUSAX_STACK_DOWN;
  cusax_stack_clear_traced (stack);
  tell_leg (stack, NULL);
  if (stack->listener != NULL)
    stack->listener->on_down (stack->user_data, error);
}

static void
on_relay_trace (gpointer user_data, gboolean outgoing, const char *bytes, gsize length)
{
  CusaxStack *stack = user_data;

  if (stack->trace)
    cusax_wiretrace_add (&stack->traced[outgoing], outgoing ? "to the server:" : "from the server:", bytes,
                         length);
}

static gboolean
on_relay_is_fit (gpointer user_data, CusaxFramed framed, const char *bytes, gsize length, GBytes **answer)
{
  CusaxStack *stack = user_data;
  gboolean is_fit = cusax_screening_is_fit (stack->message_class, framed, bytes, length, answer);

  if (!is_fit)
    g_debug ("sip: a message of %" G_GSIZE_FORMAT " bytes cannot be read: %s", length,
             *answer != NULL ? "refused" : "dropped");
  return is_fit;
}

static const CusaxRelayListener relay_listener = {
  on_relay_ready,
  on_relay_failed,
  on_relay_closed,
  on_relay_trace,
  on_relay_is_fit,
};

/* -------------------------------------------------------------------- life */

CusaxStack *
cusax_stack_new (CusaxTrust *trust, gboolean trace, const CusaxStackListener *listener, gpointer user_data,
                 GError **error)
{
  CusaxStack *stack;

  if (!cusax_loop_init (error))
    return NULL;

  stack = g_new0 (CusaxStack, 1);
  stack->listener = listener;
  stack->user_data = user_data;
  stack->trace = trace;
  stack->handlers = g_hash_table_new (NULL, NULL);
  g_queue_init (&stack->gone);
  stack->relay = cusax_relay_new (trust, &relay_listener, stack);
  return stack;
}

void
cusax_stack_connect (CusaxStack *stack, const CusaxTarget *target, const char *verify_name,
                     const char *other_name)
{
  g_return_if_fail (stack->state != CUSAX_STACK_RETIRED);
  g_return_if_fail (cusax_stack_can_connect (stack, target->transport));

  if (stack->state == CUSAX_STACK_UP)
    tell_leg (stack, NULL);
  /* A call that ended over it may have made its owner give us up. */
  if (stack->state == CUSAX_STACK_RETIRED)
    return;
  stack->state = CUSAX_STACK_CONNECTING;
  cusax_relay_connect (stack->relay, target, verify_name, other_name);
}

void
cusax_stack_set_timeout (CusaxStack *stack, guint ms)
{
  cusax_relay_set_timeout (stack->relay, ms);
}

void
cusax_stack_set_client_certificate (CusaxStack *stack, GTlsCertificate *certificate)
{
  cusax_relay_set_client_certificate (stack->relay, certificate);
}

gboolean
cusax_stack_can_connect (CusaxStack *stack, CusaxTransportKind transport)
{
  return stack->nua == NULL || stack->transport == transport;
}

void
cusax_stack_detach (CusaxStack *stack)
{
  stack->listener = NULL;
}

gboolean
cusax_stack_is_up (CusaxStack *stack)
{
  return cusax_relay_is_ready (stack->relay);
}

gboolean
cusax_stack_is_retired (CusaxStack *stack)
{
  return stack->state == CUSAX_STACK_RETIRED;
}

gboolean
cusax_stack_is_protected (CusaxStack *stack)
{
  return cusax_relay_is_protected (stack->relay);
}

void
cusax_stack_get_protection (CusaxStack *stack, CusaxProtection *protection)
{
  static const char *const names[] = { NULL, "TLS", "TCP", "UDP" };

  if (!cusax_relay_is_ready (stack->relay))
    return;
  protection->transport = names[stack->transport];
  protection->is_tls = cusax_relay_is_protected (stack->relay);
  protection->tls_version = stack->tls_version;
  protection->trust = stack->trust;
}

nua_t *
cusax_stack_get_nua (CusaxStack *stack)
{
  return stack->nua;
}

guint
cusax_stack_get_n_handlers (CusaxStack *stack)
{
  return g_hash_table_size (stack->handlers);
}

GList *
cusax_stack_get_handlers (CusaxStack *stack)
{
  return g_hash_table_get_keys (stack->handlers);
}

void
cusax_stack_note_gone (CusaxStack *stack, const char *dialog)
{
  g_queue_push_tail (&stack->gone, g_strdup (dialog));
  if (stack->gone.length > MAX_GONE)
    g_free (g_queue_pop_head (&stack->gone));
}

gboolean
cusax_stack_is_gone (CusaxStack *stack, const char *dialog)
{
  return g_queue_find_custom (&stack->gone, dialog, (GCompareFunc) g_strcmp0) != NULL;
}

void
cusax_stack_add (CusaxStack *stack, CusaxHandler *handler)
{
  g_hash_table_add (stack->handlers, handler);
  nua_handle_bind (handler->handle, handler);
}

void
cusax_stack_drop (CusaxStack *stack, CusaxHandler *handler)
{
  g_hash_table_remove (stack->handlers, handler);
  if (handler->handle != NULL)
    nua_handle_destroy (g_steal_pointer (&handler->handle));
  cusax_stack_schedule_settle (stack);
}

void
cusax_stack_refuse (const CusaxSipEvent *event)
{
  int status = 501;

  if (event->status >= 200 || !nua_event_is_incoming_request (event->type))
    return;
  if (event->type == nua_i_subscribe || event->type == nua_i_notify)
    status = 489;
  else if (event->type == nua_i_info || event->type == nua_i_update)
    status = 481;
  else if (event->type == nua_i_refer)
    status = 603;
  nua_respond (event->handle, status, sip_status_phrase (status), NUTAG_WITH_THIS (event->nua), TAG_END ());
}

char *
cusax_stack_dup_contact (CusaxStack *stack, const char *user)
{
  const char *address = stack->seen_address != NULL ? stack->seen_address : stack->local_address;
  guint port = stack->seen_address != NULL ? stack->seen_port : stack->local_port;
  gboolean is_v6 = strchr (address, ':') != NULL;
  const char *transport = "";

  if (stack->transport == CUSAX_TRANSPORT_TLS)
    transport = ";transport=tls";
  else if (stack->transport == CUSAX_TRANSPORT_TCP)
    transport = ";transport=tcp";
  return g_strdup_printf (is_v6 ? "<sip:%s@[%s]:%u%s>" : "<sip:%s@%s:%u%s>", user, address, port, transport);
}

gboolean
cusax_stack_set_seen (CusaxStack *stack, const char *address, guint16 port)
{
  g_autofree char *before = cusax_stack_dup_contact (stack, "");
  g_autofree char *after = NULL;

  g_free (stack->seen_address);
  stack->seen_address = g_strdup (address);
  stack->seen_port = port;
  after = cusax_stack_dup_contact (stack, "");
  return strcmp (before, after) != 0;
}

char *
cusax_stack_dup_target (CusaxStack *stack, const char *user)
{
  /* An anonymous call has a user of its own, and a public GRUU tells the address of record. */
  if (stack->gruu != NULL && g_strcmp0 (user, stack->gruu_user) == 0)
    return g_strdup_printf ("<%s>", stack->gruu);
  return cusax_stack_dup_contact (stack, user);
}

void
cusax_stack_set_gruu (CusaxStack *stack, const char *user, const char *gruu)
{
  g_free (stack->gruu_user);
  g_free (stack->gruu);
  stack->gruu_user = gruu != NULL ? g_strdup (user) : NULL;
  stack->gruu = g_strdup (gruu);
}

void
cusax_stack_set_accepts_messages (CusaxStack *stack, gboolean accepts)
{
  if (stack->accepts_messages == accepts)
    return;
  stack->accepts_messages = accepts;
  if (stack->nua != NULL)
    nua_set_params (stack->nua, SIPTAG_ALLOW_STR (cusax_agent_get_allow (accepts)), TAG_END ());
}
