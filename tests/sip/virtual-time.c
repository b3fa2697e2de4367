/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See virtual-time.h. The program's own symbols come before libc's for the libraries, too. */
#include "virtual-time.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define STEP_SECONDS 3
#define STEP_MS 15
/* For the libraries to find. */
#define EXPORT __attribute__ ((visibility ("default")))

static time_t offset;

EXPORT int
clock_gettime (clockid_t id, struct timespec *now)
{
  int result = (int) syscall (SYS_clock_gettime, id, now);

  if (result == 0)
    now->tv_sec += offset;
  return result;
}

EXPORT int
gettimeofday (struct timeval *now, void *zone)
{
  struct timespec precise;

  clock_gettime (CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

EXPORT time_t
time (time_t *result)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (result != NULL)
    *result = now.tv_sec;
  return now.tv_sec;
}

static gboolean
on_end (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

void
virtual_time_pass (guint seconds)
{
  while (seconds > 0)
    {
      guint step = MIN (seconds, STEP_SECONDS);
      gboolean is_over = FALSE;

      offset += step;
      seconds -= step;
      g_timeout_add (STEP_MS, on_end, &is_over);
      while (!is_over)
        g_main_context_iteration (NULL, TRUE);
    }
}
