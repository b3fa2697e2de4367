/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libnice and Sofia-SIP in one module, loaded as libpurple loads the plugin. Linked in our order ICE must work;
 * the wrong order shows that this test would notice. This program itself uses neither library: what is loaded
 * first would decide.
 */
#include "nice-module.h"

#include <dlfcn.h>

#define DEADLINE_MS 10000
#define WRONG_ORDER_MS 1500 /* connected takes 20 to 100 */

static gboolean
connect_inside (const char *variable, guint ms)
{
  const char *file = g_getenv (variable);
  NiceModuleConnect function;
  void *module;

  g_assert_nonnull (file);
  g_assert_null (dlopen ("libnice.so.10", RTLD_LAZY | RTLD_NOLOAD));
  g_assert_null (dlopen ("libsofia-sip-ua.so.0", RTLD_LAZY | RTLD_NOLOAD));
  module = dlopen (file, RTLD_LAZY | RTLD_LOCAL);
  if (module == NULL)
    g_error ("%s", dlerror ());
  function = (NiceModuleConnect) dlsym (module, "nice_module_connect");
  g_assert_nonnull (function);
  return function (ms); /* stays loaded: GObject types cannot be taken back */
}

static void
test_right_order (void)
{
  if (g_test_subprocess ())
    {
      g_assert_true (connect_inside ("NICE_FIRST", DEADLINE_MS));
      return;
    }
  g_test_trap_subprocess (NULL, (DEADLINE_MS + 5000) * 1000, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

static void
test_wrong_order (void)
{
  if (g_test_subprocess ())
    {
      g_assert_false (connect_inside ("SOFIA_FIRST", WRONG_ORDER_MS));
      return;
    }
  g_test_trap_subprocess (NULL, (DEADLINE_MS + 5000) * 1000, G_TEST_SUBPROCESS_DEFAULT);
  if (!g_test_trap_has_passed ())
    g_test_skip ("connects in either order: these versions of libnice and Sofia-SIP do not clash");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nice-order/right", test_right_order);
  g_test_add_func ("/nice-order/wrong", test_wrong_order);
  return g_test_run ();
}
