/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hints about the network, with a monitor that says what the test wants and a bus of the test's own in place of
 * the system's.
 */
#include "netwatch.h"

#include <string.h>

#define DEADLINE_MS 8000
#define SETTLE_MS 100

/* ------------------------------------------------------------------ the monitor */

typedef struct
{
  GObject parent;
} FakeMonitor;

typedef struct
{
  GObjectClass parent;
} FakeMonitorClass;

static gboolean
fake_initable_init (GInitable *initable, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
fake_initable_iface_init (GInitableIface *iface)
{
  iface->init = fake_initable_init;
}

static void
fake_monitor_iface_init (GNetworkMonitorInterface *iface)
{
}

GType fake_monitor_get_type (void);
G_DEFINE_TYPE_WITH_CODE (FakeMonitor, fake_monitor, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, fake_initable_iface_init)
                           G_IMPLEMENT_INTERFACE (G_TYPE_NETWORK_MONITOR, fake_monitor_iface_init))

enum
{
  PROP_AVAILABLE = 1,
  PROP_METERED,
  PROP_CONNECTIVITY
};

static void
fake_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
}

static void
fake_monitor_class_init (FakeMonitorClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = fake_get_property;
  g_object_class_override_property (object_class, PROP_AVAILABLE, "network-available");
  g_object_class_override_property (object_class, PROP_METERED, "network-metered");
  g_object_class_override_property (object_class, PROP_CONNECTIVITY, "connectivity");
}

static void
fake_monitor_init (FakeMonitor *monitor)
{
}

static void
say_changed (GNetworkMonitor *monitor)
{
  g_signal_emit_by_name (monitor, "network-changed", TRUE);
}

/* --------------------------------------------------------------------- the watch */

typedef struct
{
  GNetworkMonitor *monitor;
  CusaxNetwatch *watch;
  guint called, destroyed;
  gboolean woke_up;
  gboolean frees; /* in the callback */
} Fixture;

static void
on_changed (gpointer data, gboolean woke_up)
{
  Fixture *fixture = data;

  fixture->called++;
  fixture->woke_up = woke_up;
  if (fixture->frees)
    g_clear_pointer (&fixture->watch, cusax_netwatch_free);
}

static void
on_destroyed (gpointer data)
{
  ((Fixture *) data)->destroyed++;
}

static gboolean
on_deadline (gpointer data)
{
  g_error ("nothing came of %s", (const char *) data);
  return G_SOURCE_REMOVE;
}

#define wait_until(condition)                                                                                  \
  G_STMT_START                                                                                                 \
  {                                                                                                            \
    guint deadline_ = g_timeout_add (DEADLINE_MS, on_deadline, (gpointer) #condition);                         \
    while (!(condition))                                                                                       \
      g_main_context_iteration (NULL, TRUE);                                                                   \
    g_source_remove (deadline_);                                                                               \
  }                                                                                                            \
  G_STMT_END

static gboolean
on_elapsed (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_for (guint ms)
{
  gboolean elapsed = FALSE;

  g_timeout_add (ms, on_elapsed, &elapsed);
  while (!elapsed)
    g_main_context_iteration (NULL, TRUE);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->monitor = g_object_new (fake_monitor_get_type (), NULL);
  fixture->watch
    = cusax_netwatch_new_full (fixture->monitor, NULL, SETTLE_MS, on_changed, fixture, on_destroyed);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->watch, cusax_netwatch_free);
  wait_until (fixture->destroyed == 1);
  g_object_unref (fixture->monitor);
}

static void
test_swarm (Fixture *fixture, gconstpointer data)
{
  run_for (20);
  g_assert_cmpuint (fixture->called, ==, 0); /* nothing by itself */
  for (guint i = 0; i < 20; i++)
    say_changed (fixture->monitor);
  g_assert_cmpuint (fixture->called, ==, 0);
  wait_until (fixture->called == 1);
  g_assert_false (fixture->woke_up);
  run_for (2 * SETTLE_MS);
  g_assert_cmpuint (fixture->called, ==, 1);
  say_changed (fixture->monitor);
  wait_until (fixture->called == 2);
}

/* Waking up within a swarm is not forgotten by a later hint of it. */
static void
test_woke_up (Fixture *fixture, gconstpointer data)
{
  cusax_netwatch_hint (fixture->watch, TRUE);
  say_changed (fixture->monitor);
  wait_until (fixture->called == 1);
  g_assert_true (fixture->woke_up);
  say_changed (fixture->monitor);
  wait_until (fixture->called == 2);
  g_assert_false (fixture->woke_up);
}

static gboolean
on_flap (gpointer data)
{
  say_changed (data);
  return G_SOURCE_CONTINUE;
}

/* Routes that come and go without an end do not put it off without an end. */
static void
test_flapping (Fixture *fixture, gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();
  guint flap_id = g_timeout_add (SETTLE_MS / 4, on_flap, fixture->monitor);

  wait_until (fixture->called == 1);
  g_source_remove (flap_id);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, (CUSAX_NETWATCH_SWARM_MS - SETTLE_MS) * 1000);
}

static void
test_free (Fixture *fixture, gconstpointer data)
{
  say_changed (fixture->monitor);
  g_clear_pointer (&fixture->watch, cusax_netwatch_free);
  g_assert_cmpuint (fixture->destroyed, ==, 1);
  say_changed (fixture->monitor);
  run_for (2 * SETTLE_MS);
  g_assert_cmpuint (fixture->called, ==, 0);
}

static void
test_free_in_callback (Fixture *fixture, gconstpointer data)
{
  fixture->frees = TRUE;
  say_changed (fixture->monitor);
  wait_until (fixture->called == 1);
  g_assert_cmpuint (fixture->destroyed, ==, 1);
}

/* ------------------------------------------------------------------------ the bus */

/* No bus, one that is not there, one that never says anything: not an error, and no obstacle to the rest. */
static void
test_no_bus (Fixture *fixture, gconstpointer data)
{
  static const char *const addresses[] = { "unix:path=/nonexistent/bus", "garbage", "" };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      Fixture other = { fixture->monitor };

      other.watch
        = cusax_netwatch_new_full (fixture->monitor, addresses[i], SETTLE_MS, on_changed, &other, on_destroyed);
      say_changed (fixture->monitor);
      wait_until (other.called == 1);
      cusax_netwatch_free (other.watch);
      wait_until (other.destroyed == 1);

      /* Freed before the bus has said no. */
      memset (&other, 0, sizeof other);
      other.watch = cusax_netwatch_new_full (NULL, addresses[i], SETTLE_MS, on_changed, &other, on_destroyed);
      cusax_netwatch_free (other.watch);
      wait_until (other.destroyed == 1);
      g_assert_cmpuint (other.called, ==, 0);
    }
}

static void
on_name_acquired (GDBusConnection *connection, const char *name, gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
say_sleep (GDBusConnection *connection, GVariant *parameters)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_emit_signal (connection, NULL, "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
                                 "PrepareForSleep", parameters, &error);
  g_assert_no_error (error);
  g_assert_true (g_dbus_connection_flush_sync (connection, NULL, NULL));
}

static gboolean
on_wake_again (gpointer data)
{
  say_sleep (data, g_variant_new ("(b)", FALSE));
  return G_SOURCE_CONTINUE;
}

static void
test_logind (void)
{
  g_autofree char *daemon = g_find_program_in_path ("dbus-daemon");
  g_autoptr (GTestDBus) bus = NULL;
  g_autoptr (GDBusConnection) logind = NULL;
  Fixture fixture = { NULL };
  gboolean acquired = FALSE;
  guint name_id, wake_id;

  if (daemon == NULL)
    {
      g_test_skip ("dbus-daemon is not installed");
      return;
    }
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  logind = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus),
                                                   G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                     | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                   NULL, NULL, NULL);
  g_assert_nonnull (logind);
  name_id = g_bus_own_name_on_connection (logind, "org.freedesktop.login1", G_BUS_NAME_OWNER_FLAGS_NONE,
                                          on_name_acquired, NULL, &acquired, NULL);
  wait_until (acquired);

  fixture.watch = cusax_netwatch_new_full (NULL, g_test_dbus_get_bus_address (bus), SETTLE_MS, on_changed,
                                           &fixture, on_destroyed);
  /* When it listens cannot be seen from outside: said until it is heard. */
  wake_id = g_timeout_add (2 * SETTLE_MS, on_wake_again, logind);
  wait_until (fixture.called > 0);
  g_source_remove (wake_id);
  g_assert_true (fixture.woke_up);

  /* Going to sleep, and what only looks like the signal, are no hints. */
  run_for (2 * SETTLE_MS);
  fixture.called = 0;
  say_sleep (logind, g_variant_new ("(b)", TRUE));
  say_sleep (logind, g_variant_new ("(s)", "false"));
  run_for (2 * SETTLE_MS);
  g_assert_cmpuint (fixture.called, ==, 0);
  say_sleep (logind, g_variant_new ("(b)", FALSE));
  wait_until (fixture.called == 1);

  cusax_netwatch_free (fixture.watch);
  wait_until (fixture.destroyed == 1);
  g_bus_unown_name (name_id);
  g_dbus_connection_close_sync (logind, NULL, NULL);
  g_clear_object (&logind);
  g_test_dbus_down (bus);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add ("/netwatch/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("swarm", test_swarm);
  ADD ("woke-up", test_woke_up);
  ADD ("flapping", test_flapping);
  ADD ("free", test_free);
  ADD ("free-in-callback", test_free_in_callback);
  ADD ("no-bus", test_no_bus);
#undef ADD
  g_test_add_func ("/netwatch/logind", test_logind);
  return g_test_run ();
}
