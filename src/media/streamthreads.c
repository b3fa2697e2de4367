/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See streamthreads.h. */
#include "streamthreads.h"

#include <sound.h>

/* WORKAROUND libpurple 2.14 (purple_ssl_uninit) with NSPR 4.35: PR_Cleanup() takes the lock away that NSPR wants when a
 * thread that has used it ends (PR_Lock in its thread-specific data). The pool of GLib lets threads go when they were idle
 * for a while, and Pidgin and Finch let all of them go when they end their sounds, by gst_deinit(), which makes no
 * difference to a process that ends. Remove when purple_ssl_uninit() comes after purple_media_manager's end. */
void
cusax_streamthreads_keep (void)
{
  PurpleSoundUiOps *ops = purple_sound_get_ui_ops ();

  g_thread_pool_set_max_unused_threads (-1);
  g_thread_pool_set_max_idle_time (0);
  /* Other ones cannot be set in its place: that calls it. */
  if (ops != NULL)
    ops->uninit = NULL;
}
