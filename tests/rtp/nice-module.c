/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module that uses libnice and Sofia-SIP, as the plugin does. Both libraries export stun_message_length;
 * whose one libnice calls depends on their order on the link line (tests/rtp/meson.build builds it both ways).
 */
#include "nice-module.h"

#include <nice/agent.h>
#include <sofia-sip/su_alloc.h>
#include <string.h>

#define EXPORT __attribute__ ((visibility ("default")))

typedef struct
{
  NiceAgent *agents[2];
  guint streams[2];
  guint gathered, ready;
  gboolean late;
} Pair;

static void
on_receive (NiceAgent *agent, guint stream, guint component, guint length, char *data, gpointer user_data)
{
}

static void
on_gathered (NiceAgent *agent, guint stream, gpointer user_data)
{
  Pair *pair = user_data;

  pair->gathered++;
}

static void
on_state (NiceAgent *agent, guint stream, guint component, guint state, gpointer user_data)
{
  Pair *pair = user_data;

  pair->ready += state == NICE_COMPONENT_STATE_READY;
}

static gboolean
on_late (gpointer user_data)
{
  Pair *pair = user_data;

  pair->late = TRUE;
  return G_SOURCE_REMOVE;
}

static NiceAgent *
agent_new (Pair *pair, GMainContext *context, gboolean controlling, guint *stream)
{
  NiceAgent *agent
      = nice_agent_new_full (context, NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_REGULAR_NOMINATION);
  NiceAddress loopback;

  g_object_set (agent, "upnp", FALSE, "ice-tcp", FALSE, "controlling-mode", controlling, NULL);
  nice_address_init (&loopback);
  nice_address_set_from_string (&loopback, "127.0.0.1");
  nice_agent_add_local_address (agent, &loopback);
  g_signal_connect (agent, "candidate-gathering-done", G_CALLBACK (on_gathered), pair);
  g_signal_connect (agent, "component-state-changed", G_CALLBACK (on_state), pair);
  *stream = nice_agent_add_stream (agent, 1);
  nice_agent_attach_recv (agent, *stream, 1, context, on_receive, NULL);
  return agent;
}

static gboolean
introduce (Pair *pair, guint from, guint to)
{
  g_autofree char *user = NULL, *password = NULL;
  GSList *candidates = nice_agent_get_local_candidates (pair->agents[from], pair->streams[from], 1);
  gboolean ok = nice_agent_get_local_credentials (pair->agents[from], pair->streams[from], &user, &password)
                && nice_agent_set_remote_credentials (pair->agents[to], pair->streams[to], user, password)
                && nice_agent_set_remote_candidates (pair->agents[to], pair->streams[to], 1, candidates) > 0;

  g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
  return ok;
}

EXPORT gboolean
nice_module_connect (guint ms)
{
  GMainContext *context = g_main_context_new ();
  GSource *deadline = g_timeout_source_new (ms);
  su_home_t *home = su_home_new (sizeof *home); /* a use of Sofia, or the linker would leave it out */
  Pair pair = { 0 };
  gboolean ok = TRUE;

  g_source_set_callback (deadline, on_late, &pair, NULL);
  g_source_attach (deadline, context);
  for (guint i = 0; i < 2; i++)
    {
      pair.agents[i] = agent_new (&pair, context, i == 0, &pair.streams[i]);
      ok = ok && nice_agent_gather_candidates (pair.agents[i], pair.streams[i]);
    }
  while (ok && pair.gathered < 2 && !pair.late)
    g_main_context_iteration (context, TRUE);
  ok = ok && introduce (&pair, 0, 1) && introduce (&pair, 1, 0);
  while (ok && pair.ready < 2 && !pair.late)
    g_main_context_iteration (context, TRUE);

  for (guint i = 0; i < 2; i++)
    g_object_unref (pair.agents[i]);
  g_source_destroy (deadline);
  g_source_unref (deadline);
  g_main_context_unref (context);
  su_home_unref (home);
  return pair.ready >= 2;
}
