/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See netwatch.h. */
#include "netwatch.h"

#define LOGIND "org.freedesktop.login1"

struct _CusaxNetwatch
{
  CusaxNetwatchCallback callback; /* NULL once freed: an operation under way still holds us */
  gpointer user_data;
  GDestroyNotify destroy;
  guint settle_ms;
  guint settle_id;
  gint64 swarm_began; /* monotonic; 0: none */
  gboolean woke_up;   /* in this swarm */

  GNetworkMonitor *monitor;
  gulong monitor_id;
  GCancellable *cancellable;
  GDBusConnection *bus;
  guint sleep_id;
};

static void
clear_watch (gpointer data)
{
  CusaxNetwatch *watch = data;

  g_clear_object (&watch->monitor);
  g_clear_object (&watch->bus);
  g_clear_object (&watch->cancellable);
  if (watch->destroy != NULL)
    watch->destroy (watch->user_data);
}

static void
release (CusaxNetwatch *watch)
{
  g_rc_box_release_full (watch, clear_watch);
}

/* ------------------------------------------------------------------------ hints */

static gboolean
on_settled (gpointer data)
{
  CusaxNetwatch *watch = data;
  gboolean woke_up = watch->woke_up;

  watch->settle_id = 0;
  watch->swarm_began = 0;
  watch->woke_up = FALSE;
  g_debug ("sip: the network changed%s", woke_up ? " (the machine slept)" : "");
  watch->callback (watch->user_data, woke_up);
  return G_SOURCE_REMOVE;
}

void
cusax_netwatch_hint (CusaxNetwatch *watch, gboolean woke_up)
{
  gint64 now = g_get_monotonic_time ();
  gint64 left_ms;

  if (watch->swarm_began == 0)
    watch->swarm_began = now;
  watch->woke_up |= woke_up;
  /* Routes that flap for ever do not put it off for ever. */
  left_ms = CUSAX_NETWATCH_SWARM_MS - (now - watch->swarm_began) / 1000;
  g_clear_handle_id (&watch->settle_id, g_source_remove);
  watch->settle_id = g_timeout_add ((guint) CLAMP (left_ms, 0, (gint64) watch->settle_ms), on_settled, watch);
}

static void
on_network_changed (GNetworkMonitor *monitor, gboolean is_available, gpointer data)
{
  cusax_netwatch_hint (data, FALSE);
}

/* ----------------------------------------------------------------------- logind */

static void
on_prepare_for_sleep (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
                      const char *signal, GVariant *parameters, gpointer data)
{
  gboolean begins;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;
  g_variant_get (parameters, "(b)", &begins);
  if (!begins)
    cusax_netwatch_hint (data, TRUE);
}

static void
on_bus (GObject *source, GAsyncResult *result, gpointer data)
{
  CusaxNetwatch *watch = data;
  g_autoptr (GError) error = NULL;

  watch->bus = g_dbus_connection_new_for_address_finish (result, &error);
  if (watch->bus == NULL)
    g_debug ("sip: no system bus: %s", error->message);
  else if (watch->callback != NULL)
    watch->sleep_id = g_dbus_connection_signal_subscribe (
      watch->bus, LOGIND, LOGIND ".Manager", "PrepareForSleep", "/org/freedesktop/login1", NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_prepare_for_sleep, watch, NULL);
  release (watch);
}

/* ----------------------------------------------------------------------- public */

CusaxNetwatch *
cusax_netwatch_new_full (GNetworkMonitor *monitor, const char *bus_address, guint settle_ms,
                         CusaxNetwatchCallback callback, gpointer user_data, GDestroyNotify destroy)
{
  CusaxNetwatch *watch = g_rc_box_new0 (CusaxNetwatch);

  watch->callback = callback;
  watch->user_data = user_data;
  watch->destroy = destroy;
  watch->settle_ms = settle_ms;
  watch->cancellable = g_cancellable_new ();
  if (monitor != NULL)
    {
      watch->monitor = g_object_ref (monitor);
      watch->monitor_id = g_signal_connect (monitor, "network-changed", G_CALLBACK (on_network_changed), watch);
    }
  /* A connection of our own: the shared one ends the program when the bus goes, unless somebody forbids it. */
  if (bus_address != NULL)
    g_dbus_connection_new_for_address (bus_address,
                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                         | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                       NULL, watch->cancellable, on_bus, g_rc_box_acquire (watch));
  return watch;
}

CusaxNetwatch *
cusax_netwatch_new (CusaxNetwatchCallback callback, gpointer user_data, GDestroyNotify destroy)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, NULL);

  return cusax_netwatch_new_full (g_network_monitor_get_default (), address, CUSAX_NETWATCH_SETTLE_MS, callback,
                                  user_data, destroy);
}

void
cusax_netwatch_free (CusaxNetwatch *watch)
{
  if (watch == NULL)
    return;
  watch->callback = NULL;
  g_clear_handle_id (&watch->settle_id, g_source_remove);
  if (watch->monitor_id != 0)
    g_signal_handler_disconnect (watch->monitor, watch->monitor_id);
  watch->monitor_id = 0;
  if (watch->sleep_id != 0)
    g_dbus_connection_signal_unsubscribe (watch->bus, watch->sleep_id);
  watch->sleep_id = 0;
  g_cancellable_cancel (watch->cancellable);
  release (watch);
}
