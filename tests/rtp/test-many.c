/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls with ICE and DTLS one after the other in one process: neither memory nor descriptors grow. A few by default; with the
 * number in CUSAX_TEST_CALLS, as many as that (1000 take some two minutes).
 */
#include "ice-rig.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define USUAL 40
/* Libraries' caches fill up in the first ones. */
#define WARM_UP 15

/* Returns: bytes in use in malloc's arenas */
static gsize
count_memory (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static guint
count_resident_kb (void)
{
  g_autofree char *text = NULL;
  unsigned long total = 0, resident = 0;
  char *end;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  total = strtoul (text, &end, 10);
  resident = total > 0 ? strtoul (end, NULL, 10) : 0;
  return resident * (sysconf (_SC_PAGESIZE) / 1024);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  g_assert_nonnull (folder);
  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

static void
call_once (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);

  ice_call (a, b, &ice_dtls_mux);
}

static void
test_P25_many_calls (void)
{
  const char *wanted = g_getenv ("CUSAX_TEST_CALLS");
  guint n = wanted != NULL ? (guint) g_ascii_strtoull (wanted, NULL, 10) : USUAL;
  g_autoptr (RigSide) keeper = rig_side_new_open ("127.0.0.1", FALSE); /* the media thread stays, as with an account */
  guint descriptors, resident;
  gsize memory, grown;

  for (guint i = 0; i < WARM_UP; i++)
    call_once ();
  memory = count_memory ();
  descriptors = count_descriptors ();
  resident = count_resident_kb ();
  for (guint i = 0; i < n; i++)
    {
      call_once ();
      if (i % 100 == 99)
        g_test_message ("%u calls: %" G_GSIZE_FORMAT " bytes in use, %u kB resident, %u descriptors", i + 1, count_memory (),
                        count_resident_kb (), count_descriptors ());
    }
  g_assert_cmpuint (count_descriptors (), ==, descriptors);
  grown = count_memory () > memory ? count_memory () - memory : 0;
  g_test_message ("%u calls: %" G_GSIZE_FORMAT " bytes more in use, resident %u kB, then %u kB", n, grown, resident,
                  count_resident_kb ());
  /* Caches go on filling up through some hundred calls. What an agent, an association or a certificate has is more. */
  g_assert_cmpuint (grown / n, <, n < 500 ? 6000 : 500);
}

int
main (int argc, char **argv)
{
  mallopt (M_ARENA_MAX, 1); /* all of it is counted */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/many/P25-calls", test_P25_many_calls);
  return g_test_run ();
}
