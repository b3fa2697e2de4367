/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a stack, within bounds: handlers say good-bye, then nua is shut down and destroyed. See
 * stack.h. */
#include "stack-private.h"

#include "loop.h"

/* nua ticks in seconds; what is still there after this stays, and so must the code. */
#define SHUTDOWN_MS 5000

/* The dying: nua_t cannot be destroyed before it says so, and a freed port must not wait for it. Process-wide
 * because cusax_stack_is_dry() is asked by the unloading of the product, when no account is left. */
static GPtrArray *lame_ducks;

static void
stack_free (CusaxStack *stack)
{
  if (lame_ducks != NULL)
    g_ptr_array_remove (lame_ducks, stack);
  g_clear_handle_id (&stack->timer_id, g_source_remove);
  g_clear_handle_id (&stack->settle_id, g_source_remove);
  g_clear_handle_id (&stack->destroy_id, g_source_remove);
  if (stack->nua != NULL)
    nua_destroy (stack->nua);
  free (stack->message_class); /* Sofia made it by malloc () */
  g_free (stack->local_address);
  g_free (stack->seen_address);
  g_free (stack->gruu);
  g_free (stack->gruu_user);
  cusax_relay_unref (stack->relay);
  g_hash_table_unref (stack->handlers);
  g_queue_clear_full (&stack->gone, g_free);
  cusax_stack_clear_traced (stack);
  g_free (stack);
  cusax_loop_shutdown ();
}

static gboolean
on_destroy_idle (gpointer user_data)
{
  CusaxStack *stack = user_data;

  stack->destroy_id = 0;
  stack_free (stack);
  return G_SOURCE_REMOVE;
}

void
cusax_stack_on_shutdown (CusaxStack *stack, int status)
{
  if (status < 200)
    return;
  if (status >= 300)
    g_debug ("sip: Sofia's shutdown ended with %d", status);
  if (stack->destroy_id == 0)
    stack->destroy_id = cusax_loop_add_idle (on_destroy_idle, stack);
}

static gboolean
on_shutdown_timeout (gpointer user_data)
{
  CusaxStack *stack = user_data;

  /* nua_destroy() would abort now. What is left is lost memory, not a crash. */
  stack->timer_id = 0;
  g_warning ("sip: Sofia did not shut down in time");
  return G_SOURCE_REMOVE;
}

/* All handlers are gone, or patience is: from here on only Sofia itself is waited for. */
static void
finish_retirement (CusaxStack *stack)
{
  const CusaxStackListener *listener = stack->listener;
  gpointer listener_data = stack->user_data;
  g_autoptr (GList) all = g_hash_table_get_keys (stack->handlers);

  stack->retired_told = TRUE;
  stack->listener = NULL;
  g_clear_handle_id (&stack->timer_id, g_source_remove);
  for (GList *l = all; l != NULL; l = l->next)
    {
      CusaxHandler *handler = l->data;

      if (g_hash_table_contains (stack->handlers, handler))
        handler->give_up (handler);
    }

  /* What nua has pending fails at once now, instead of after 32 s. */
  cusax_relay_cut (stack->relay);
  if (stack->nua != NULL)
    {
      stack->timer_id = cusax_loop_add_timeout (SHUTDOWN_MS, on_shutdown_timeout, stack);
      nua_shutdown (stack->nua);
    }
  else
    stack->destroy_id = cusax_loop_add_idle (on_destroy_idle, stack);

  if (listener != NULL)
    listener->on_retired (listener_data);
}

static gboolean
on_settle (gpointer user_data)
{
  CusaxStack *stack = user_data;

  stack->settle_id = 0;
  if (!stack->retired_told && g_hash_table_size (stack->handlers) == 0)
    finish_retirement (stack);
  return G_SOURCE_REMOVE;
}

void
cusax_stack_schedule_settle (CusaxStack *stack)
{
  if (stack->state == CUSAX_STACK_RETIRED && !stack->retired_told && stack->settle_id == 0)
    stack->settle_id = cusax_loop_add_idle (on_settle, stack);
}

static gboolean
on_wind_up_timeout (gpointer user_data)
{
  CusaxStack *stack = user_data;

  stack->timer_id = 0;
  finish_retirement (stack);
  return G_SOURCE_REMOVE;
}

void
cusax_stack_retire (CusaxStack *stack)
{
  gboolean is_up = stack->state == CUSAX_STACK_UP;
  g_autoptr (GList) all = NULL;

  g_return_if_fail (stack->state != CUSAX_STACK_RETIRED);

  if (lame_ducks == NULL)
    lame_ducks = g_ptr_array_new ();
  g_ptr_array_add (lame_ducks, stack);

  /* Without an outer leg nothing can be said any more; and the relay must not ask for trust again. */
  if (!is_up)
    cusax_relay_cut (stack->relay);
  stack->timer_id = cusax_loop_add_timeout (is_up ? CUSAX_STACK_WIND_UP_MS : 0, on_wind_up_timeout, stack);

  all = g_hash_table_get_keys (stack->handlers);
  for (GList *l = all; l != NULL; l = l->next)
    {
      CusaxHandler *handler = l->data;

      if (g_hash_table_contains (stack->handlers, handler))
        handler->wind_up (handler);
    }

  stack->state = CUSAX_STACK_RETIRED;
  cusax_stack_schedule_settle (stack);
}

gboolean
cusax_stack_is_dry (void)
{
  return lame_ducks == NULL || lame_ducks->len == 0;
}
