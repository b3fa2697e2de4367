/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See engine.h. */
#include "engine.h"

#include "digest.h"
#include "loop.h"
#include "ua.h"

/* Both are counted by those who use them; we are one user each. */
static gboolean has_loop = FALSE;
static gboolean has_digest = FALSE;

void
cusax_engine_start (void)
{
  g_autoptr (GError) loop_error = NULL;
  g_autoptr (GError) digest_error = NULL;
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
}

void
cusax_engine_stop (guint ms)
{
  if (!has_loop)
    return;
  if (!cusax_ua_drain (ms))
    {
      g_warning ("SIP did not end in time");
      return;
    }

  if (has_digest)
    cusax_digest_restore ();
  cusax_loop_shutdown ();
  has_digest = FALSE;
  has_loop = FALSE;
}
