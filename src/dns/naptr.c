/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See naptr.h: the question. Each lookup has a resolver state of its own, so threads share nothing but a count.
 */
#include "naptr.h"

#include "error.h"

#include <netinet/in.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#define MAX_ANSWER 8192

/* Threads that run code of ours: process-wide because the unloading of the product asks. */
static gint n_running;

/** Question: the task's data; the thread's alone while it runs. */
typedef struct
{
  char *name;
  GInetSocketAddress *server;
} Question;

static void
free_question (gpointer data)
{
  Question *question = data;

  g_free (question->name);
  g_clear_object (&question->server);
  g_free (question);
}

/*
 * libresolv waits retrans seconds for each server, then for all of them together twice as long: one server is
 * asked twice (1 s, 2 s), up to three once each (3 s). An answer that is cut short is taken as it is: asking
 * again over TCP has no time limit, and what is missing is found by SRV.
 */
static void
prepare (res_state state, const Question *question)
{
  if (question->server != NULL)
    {
      g_socket_address_to_native (G_SOCKET_ADDRESS (question->server), &state->nsaddr_list[0],
                                  sizeof state->nsaddr_list[0], NULL);
      state->nscount = 1;
    }
  state->retrans = 1;
  state->retry = state->nscount > 1 ? 1 : 2;
  state->options |= RES_USE_EDNS0 | RES_IGNTC;
  state->options &= ~(gulong) (RES_DNSRCH | RES_DEFNAMES | RES_ROTATE);
}

static GPtrArray *
ask (const Question *question, GError **error)
{
  g_autofree guint8 *answer = g_malloc (MAX_ANSWER);
  struct __res_state state = { 0 };
  int length, fault;

  if (res_ninit (&state) != 0)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "no DNS on this machine");
      return NULL;
    }
  prepare (&state, question);
  length = res_nquery (&state, question->name, ns_c_in, ns_t_naptr, answer, MAX_ANSWER);
  fault = state.res_h_errno;
  res_nclose (&state);

  if (length > 0)
    return cusax_naptr_parse (answer, MIN ((gsize) length, MAX_ANSWER), error);
  if (fault == HOST_NOT_FOUND || fault == NO_DATA)
    return g_ptr_array_new ();
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "no answer from DNS about %s", question->name);
  return NULL;
}

static void
run (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *records = g_cancellable_is_cancelled (cancellable) ? g_ptr_array_new () : ask (data, &error);

  if (records != NULL)
    g_task_return_pointer (task, records, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
  g_atomic_int_add (&n_running, -1);
}

void
cusax_naptr_lookup_async (const char *name, GInetSocketAddress *server, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  g_task_set_source_tag (task, cusax_naptr_lookup_async);
  g_task_set_task_data (task, question, free_question);
  question->name = name != NULL ? g_hostname_to_ascii (name) : NULL;
  if (question->name == NULL || *question->name == '\0' || g_hostname_is_ip_address (question->name))
    {
      g_task_return_new_error (task, CUSAX_ERROR, CUSAX_ERROR_INVALID, "no domain name");
      return;
    }
  if (server != NULL)
    question->server = g_object_ref (server);
  g_task_set_return_on_cancel (task, TRUE);
  g_atomic_int_inc (&n_running);
  g_task_run_in_thread (task, run);
}

GPtrArray *
cusax_naptr_lookup_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
cusax_naptr_is_idle (void)
{
  return g_atomic_int_get (&n_running) == 0;
}
