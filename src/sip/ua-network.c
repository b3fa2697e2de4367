/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the port does about hints that the network changed (sip-stack: never rebuild nua, dial the relay's outer
 * leg again): another address of ours, or a machine that slept: dial again at once, calls stay; the same
 * address: the server has to prove that it still hears us. See ua.h.
 */
#include "ua-private.h"

#include "route.h"

/* How long a server that may be gone has for its answer. */
#define PROOF_MS 4000

/* Returns: TRUE if what leads to the server now is not what our leg stands on */
static gboolean
has_moved (CusaxUa *ua)
{
  const CusaxTarget *target = cusax_ua_get_target (ua);
  g_autofree char *local = target != NULL ? cusax_route_find_local (target, NULL) : NULL;

  /* No way at all: it may come back in a second, and the next hint says so; until then the proof runs. */
  return local != NULL && g_strcmp0 (local, ua->local_address) != 0;
}

static void
look_after_leg (CusaxUa *ua, gboolean woke_up)
{
  switch (ua->state)
    {
    case CUSAX_SIP_REGISTERED:
      if (woke_up || has_moved (ua))
        cusax_ua_redial (ua);
      else if (ua->registrar != NULL)
        cusax_registrar_refresh (ua->registrar, PROOF_MS);
      break;
    case CUSAX_SIP_REGISTERING:
      /* The question is out on a leg that nothing comes back on. */
      if (has_moved (ua))
        cusax_ua_redial (ua);
      break;
    case CUSAX_SIP_STOPPED:
    case CUSAX_SIP_LOCATING:
    case CUSAX_SIP_CONNECTING:
      break;
    }
}

static void
on_changed (gpointer user_data, gboolean woke_up)
{
  CusaxUa *ua = user_data;

  g_rc_box_acquire (ua);
  if (!ua->is_stopping && !ua->is_freed)
    look_after_leg (ua, woke_up);
  if (ua->listener != NULL && ua->listener->on_network != NULL && !ua->is_stopping)
    ua->listener->on_network (ua->user_data);
  cusax_ua_unref (ua);
}

static void
release_ua (gpointer data)
{
  cusax_ua_unref (data);
}

void
cusax_ua_watch_network (CusaxUa *ua)
{
  if (ua->netwatch == NULL)
    ua->netwatch = cusax_netwatch_new (on_changed, g_rc_box_acquire (ua), release_ua);
}

void
cusax_ua_hint_network (CusaxSipPort *port, gboolean woke_up)
{
  on_changed (port, woke_up);
}
