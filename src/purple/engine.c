/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See engine.h. */
#include "engine.h"

#include "digest.h"
#include "loop.h"
#include "servers.h"
#include "thread.h"
#include "transport.h"
#include "ua.h"

/* How long quit and unload may wait, all in all. */
#define FAREWELL_MS 2000

/* All are counted by those who use them; we are one user each. */
static gboolean has_loop = FALSE;
static gboolean has_digest = FALSE;
static gboolean has_thread = FALSE;
static gint64 farewell_end = 0; /* monotonic; 0 = nobody has waited yet */

void
cusax_engine_start (void)
{
  g_autoptr (GError) loop_error = NULL;
  g_autoptr (GError) digest_error = NULL;

  farewell_end = 0;
  if (has_loop)
    return;

  has_loop = cusax_loop_init (&loop_error);
  if (!has_loop)
    {
      g_warning ("SIP cannot be started: %s", loop_error->message);
      return;
    }
  if (!has_digest)
    has_digest = cusax_digest_install (&digest_error);
  if (!has_digest)
    g_warning ("no SHA-256 for SIP passwords: %s", digest_error->message);

  /* Here and not at load: who never signs in pays no thread, and who does waits for none at the first call. */
  cusax_thread_init ();
  cusax_servers_init ();
  has_thread = TRUE;
  cusax_transport_prepare ();
}

void
cusax_engine_stop_media (void)
{
  if (has_thread)
    {
      cusax_servers_shutdown ();
      cusax_thread_shutdown ();
    }
  has_thread = FALSE;
}

static guint
get_rest_ms (void)
{
  gint64 now = g_get_monotonic_time ();
  if (farewell_end == 0)
    farewell_end = now + FAREWELL_MS * G_TIME_SPAN_MILLISECOND;
  return now < farewell_end ? (guint) ((farewell_end - now) / G_TIME_SPAN_MILLISECOND) : 0;
}

void
cusax_engine_wait (gboolean (*is_done) (void))
{
  cusax_loop_wait (is_done, get_rest_ms ());
}

void
cusax_engine_stop (gboolean is_quitting)
{
  cusax_engine_stop_media ();
  if (!has_loop)
    return;
  if (!cusax_ua_drain (get_rest_ms (), is_quitting))
    {
      if (!is_quitting)
        g_warning ("SIP did not end in time");
      return;
    }

  if (has_digest)
    cusax_digest_restore ();
  cusax_loop_shutdown ();
  has_digest = FALSE;
  has_loop = FALSE;
}
