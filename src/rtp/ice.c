/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ice.h. */
#include "ice-private.h"

#include "error.h"
#include "ice-early.h"
#include "packet.h"
#include "thread.h"

#include <string.h>

#define DSCP_EF (46 << 2)
/* RFC 8445 section 14.2: not less than 5 ms. libnice's 20 ms would add 15 ms to each of the steps before there is a pair. */
#define PACING_MS 5

/* ------------------------------------------------------------------ events */

/* libnice tells from inside of its functions and ours: what it told is looked at when they have returned. */
void
cusax_ice_wake (CusaxIce *ice)
{
  g_source_set_ready_time (ice->wake, 0);
}

static void
on_gathering_done (NiceAgent *agent, guint stream, gpointer user_data)
{
  CusaxIce *ice = user_data;

  ice->is_gathered = TRUE;
  cusax_ice_wake (ice);
}

static void
on_selected_pair (NiceAgent *agent, guint stream, guint component, NiceCandidate *local, NiceCandidate *remote,
                  gpointer user_data)
{
  CusaxIce *ice = user_data;

  ice->is_selected[component - 1] = TRUE;
  ice->is_lost[component - 1] = FALSE;
  ice->has_changed = TRUE;
  cusax_ice_wake (ice);
}

/* FAILED without a pair is no news: late checks of theirs may still find one, and the owner has a deadline of its own. */
static void
on_component_state (NiceAgent *agent, guint stream, guint component, guint state, gpointer user_data)
{
  CusaxIce *ice = user_data;
  gboolean is_lost = state == NICE_COMPONENT_STATE_FAILED;

  if (!ice->is_selected[component - 1] || ice->is_lost[component - 1] == is_lost)
    return;
  if (!is_lost && state != NICE_COMPONENT_STATE_CONNECTED && state != NICE_COMPONENT_STATE_READY)
    return;
  ice->is_lost[component - 1] = is_lost;
  ice->has_changed = TRUE;
  cusax_ice_wake (ice);
}

static gboolean
on_wake (gpointer data)
{
  CusaxIce *ice = data;
  gboolean has_changed = ice->has_changed;

  g_source_set_ready_time (ice->wake, -1);
  ice->has_changed = FALSE;
  if (ice->is_gathered && !ice->gathered_told)
    {
      ice->gathered_told = TRUE;
      ice->callbacks.on_gathered (ice->user_data);
    }
  if (has_changed)
    ice->callbacks.on_changed (ice->user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_deadline (gpointer data)
{
  CusaxIce *ice = data;

  ice->is_gathered = TRUE;
  cusax_ice_wake (ice);
  return G_SOURCE_REMOVE;
}

static gboolean
wake_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static void
attach_sources (CusaxIce *ice, guint gather_ms)
{
  static GSourceFuncs functions = { .dispatch = wake_dispatch };

  ice->wake = g_source_new (&functions, sizeof (GSource));
  g_source_set_callback (ice->wake, on_wake, ice, NULL);
  g_source_attach (ice->wake, ice->context);
  ice->deadline = g_timeout_source_new (gather_ms);
  g_source_set_callback (ice->deadline, on_deadline, ice, NULL);
  g_source_attach (ice->deadline, ice->context);
}

/* ----------------------------------------------------------------- packets */

static void
on_receive (NiceAgent *agent, guint stream, guint component, guint length, char *data, gpointer user_data)
{
  static const CusaxUdpAddress unknown;
  CusaxIce *ice = user_data;
  guint8 buffer[CUSAX_PACKET_MAX + CUSAX_PACKET_ROOM] __attribute__ ((aligned (8)));

  if (length > CUSAX_PACKET_MAX)
    length = 0;
  memcpy (buffer, data, length);
  ice->callbacks.receive (ice->user_data, component - 1, buffer, length, &unknown);
}

void
cusax_ice_attach (CusaxIce *ice, gboolean reads)
{
  for (guint component = 1; component <= 2 && ice->reads != reads; component++)
    nice_agent_attach_recv (ice->agent, ice->stream, component, ice->context, reads ? on_receive : NULL, ice);
  ice->reads = reads;
}

void
cusax_ice_begin_early (CusaxIce *ice)
{
  for (guint i = 0; i < 2; i++)
    {
      int fd = ice->early[i] == NULL ? cusax_ice_find_socket (ice, i + 1) : -1;

      if (fd >= 0)
        ice->early[i] = cusax_ice_early_new (fd, ice->context, ice->callbacks.receive, ice->user_data, i);
    }
}

void
cusax_ice_end_early (CusaxIce *ice)
{
  for (guint i = 0; i < 2; i++)
    if (ice->early[i] != NULL)
      {
        g_source_destroy (ice->early[i]);
        g_clear_pointer (&ice->early[i], g_source_unref);
      }
}

gboolean
cusax_ice_send (CusaxIce *ice, guint component, const guint8 *data, gsize length)
{
  return ice->is_selected[component]
         && nice_agent_send (ice->agent, ice->stream, component + 1, length, (const char *) data) == (gint) length;
}

/* ------------------------------------------------------------------- begin */

static void
add_addresses (CusaxIce *ice, const char *const *addresses)
{
  for (guint i = 0; addresses[i] != NULL; i++)
    {
      NiceAddress address;

      nice_address_init (&address);
      if (nice_address_set_from_string (&address, addresses[i]))
        nice_agent_add_local_address (ice->agent, &address);
    }
}

static void
add_relay (CusaxIce *ice, const CusaxServerAddress *server)
{
  NiceRelayType type = server->kind == CUSAX_ICE_TURN_TCP ? NICE_RELAY_TYPE_TURN_TCP : NICE_RELAY_TYPE_TURN_UDP;

  for (guint component = 1; component <= 2; component++)
    nice_agent_set_relay_info (ice->agent, ice->stream, component, server->address, server->port, server->username,
                               server->password, type);
  ice->has_relays = TRUE;
}

/* libnice knows one STUN server. */
static gboolean
add_servers (CusaxIce *ice, const GPtrArray *servers)
{
  gboolean has_stun = FALSE;

  for (guint i = 0; servers != NULL && i < servers->len; i++)
    {
      const CusaxServerAddress *server = g_ptr_array_index (servers, i);

      if (server->kind != CUSAX_ICE_STUN)
        add_relay (ice, server);
      else if (!has_stun)
        {
          g_object_set (ice->agent, "stun-server", server->address, "stun-server-port", (guint) server->port, NULL);
          has_stun = TRUE;
        }
    }
  return has_stun || ice->has_relays;
}

static void
make_agent (CusaxIce *ice, const CusaxIceConfig *config)
{
  ice->agent = g_object_new (NICE_TYPE_AGENT, "main-context", config->context, "compatibility", NICE_COMPATIBILITY_RFC5245,
                             "nomination-mode", NICE_NOMINATION_MODE_AGGRESSIVE, "consent-freshness", TRUE, "full-mode", TRUE,
                             "stun-pacing-timer", PACING_MS, "upnp", FALSE, "ice-tcp", FALSE, "controlling-mode",
                             config->is_controlling, NULL);
  g_signal_connect (ice->agent, "candidate-gathering-done", G_CALLBACK (on_gathering_done), ice);
  g_signal_connect (ice->agent, "new-selected-pair-full", G_CALLBACK (on_selected_pair), ice);
  g_signal_connect (ice->agent, "component-state-changed", G_CALLBACK (on_component_state), ice);
  ice->stream = nice_agent_add_stream (ice->agent, 2);
  nice_agent_set_stream_tos (ice->agent, ice->stream, DSCP_EF);
  for (guint component = 1; component <= 2 && config->port_max != 0; component++)
    nice_agent_set_port_range (ice->agent, ice->stream, component, config->port_min, config->port_max);
}

void
cusax_ice_prepare (GMainContext *context)
{
  g_object_unref (nice_agent_new (context, NICE_COMPATIBILITY_RFC5245));
}

CusaxIce *
cusax_ice_new (const CusaxIceConfig *config, const CusaxIceCallbacks *callbacks, gpointer user_data, GError **error)
{
  CusaxIce *ice = g_new0 (CusaxIce, 1);
  gboolean has_servers;

  ice->callbacks = *callbacks;
  ice->user_data = user_data;
  ice->context = config->context;
  ice->local_address = g_strdup (config->local_address);
  ice->is_behind_nat = config->is_behind_nat;
  ice->hides_address = config->hides_address;
  ice->is_controlling = config->is_controlling;
  attach_sources (ice, config->gather_ms);
  make_agent (ice, config);
  add_addresses (ice, config->addresses);
  has_servers = add_servers (ice, config->servers);
  cusax_ice_attach (ice, TRUE); /* before gathering: answers of servers are read by the same sources */
  /* What routes to the registrar has to be among them: others alone would be another network. */
  if (!nice_agent_gather_candidates (ice->agent, ice->stream) || cusax_ice_find_socket (ice, 1) < 0)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "no UDP ports at %s", config->local_address);
      cusax_ice_free (ice);
      return NULL;
    }
  cusax_ice_begin_early (ice);
  if (!has_servers)
    ice->is_gathered = TRUE;
  if (ice->is_gathered)
    cusax_ice_wake (ice);
  return ice;
}

/* --------------------------------------------------------------------- end */

static void
on_nothing (NiceAgent *agent, guint stream, guint component, guint length, char *data, gpointer user_data)
{
}

/* Answers of TURN servers come along with the packets that nobody wants any more. */
static void
listen_for_relays (CusaxIce *ice)
{
  for (guint component = 1; component <= 2; component++)
    nice_agent_attach_recv (ice->agent, ice->stream, component, ice->context, on_nothing, NULL);
}

static void
on_closed (GObject *agent, GAsyncResult *result, gpointer user_data)
{
  g_object_unref (agent);
  cusax_thread_let_go ();
}

void
cusax_ice_free (CusaxIce *ice)
{
  if (ice == NULL)
    return;
  g_signal_handlers_disconnect_by_data (ice->agent, ice);
  cusax_ice_end_early (ice);
  if (ice->has_relays)
    listen_for_relays (ice);
  else
    cusax_ice_attach (ice, FALSE);
  g_source_destroy (ice->wake);
  g_source_unref (ice->wake);
  g_source_destroy (ice->deadline);
  g_source_unref (ice->deadline);
  if (ice->has_relays)
    {
      /* The server is told, in the background: who calls a lot would else run out of relays that nobody uses. */
      cusax_thread_hold ();
      nice_agent_close_async (ice->agent, on_closed, NULL);
    }
  else
    g_object_unref (ice->agent);
  g_clear_pointer (&ice->candidates, g_ptr_array_unref);
  g_free (ice->local_address);
  g_free (ice->remote_ufrag);
  g_free (ice->remote_password);
  g_free (ice);
}
