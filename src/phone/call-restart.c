/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICE that begins anew in a standing call (RFC 8445 section 9): for an offer of theirs that restarts it, and for one of ours when
 * the way is lost at the same address (RFC 7675). Both sides lose it in the same moment: whoever made the call offers at once,
 * the other one after a while, unless an offer came meanwhile, so that they do not meet on the way. Once for each loss: what is
 * not found then is the end of the call, in the transport's time. See call-private.h.
 */
#include "call-private.h"

/* They have noticed within a second or two, and a re-INVITE needs its round trips. */
#define TURN_MS 3000

static gboolean
renew (CusaxTransport *transport, const CusaxTransportDescription *remote)
{
  return transport->vtable->renew != NULL && transport->vtable->renew (transport, remote);
}

/* @remote: (nullable): of their offer */
static void
renew_sound (CusaxCall *call, const CusaxTransportDescription *remote)
{
  if (call->is_moving || !renew (call->transport, remote))
    return;
  g_debug ("call #%u: ICE begins anew", call->number);
  call->is_moving = TRUE;
  cusax_call_forget_loss (call, &call->is_lost);
}

static void
renew_picture (CusaxCall *call, const CusaxTransportDescription *remote)
{
  if (call->video.transport == NULL || call->video.is_bundled || call->video.local == NULL
      || !renew (call->video.transport, remote))
    return;
  g_clear_pointer (&call->video.local, cusax_transport_description_free);
  cusax_call_forget_loss (call, &call->video.is_lost);
}

void
cusax_call_renew_for_answer (CusaxCall *call)
{
  const CusaxOfferResult *theirs = call->their_offer;

  if (call->transport != NULL)
    renew_sound (call, theirs->remote);
  if (theirs->video != NULL && !theirs->video->is_bundled)
    renew_picture (call, theirs->video->remote);
}

void
cusax_call_forget_loss (CusaxCall *call, gboolean *is_lost)
{
  *is_lost = FALSE;
  if (call->lost_id == 0 || call->is_lost || call->video.is_lost)
    return;
  call->ports.clock->remove (call->ports.clock, call->lost_id);
  call->lost_id = 0;
}

/* on_local_ready then tells them. */
static void
restart (CusaxCall *call)
{
  if (call->is_lost)
    renew_sound (call, NULL);
  if (call->video.is_lost)
    renew_picture (call, NULL);
}

static gboolean
on_turn (gpointer user_data)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  call->lost_id = 0;
  restart (call);
  return G_SOURCE_REMOVE;
}

static void
note_loss (CusaxCall *call, gboolean *is_lost)
{
  /* What is on its way, or about to be, names other sockets than those that were lost. */
  if (call->state != CUSAX_CALL_ACTIVE || call->is_moving || call->has_moved || call->telling_move)
    return;
  g_message ("call #%u: the other side does not answer any more on the way that ICE found", call->number);
  *is_lost = TRUE;
  if (call->outgoing)
    restart (call);
  else if (call->lost_id == 0)
    call->lost_id = call->ports.clock->add (call->ports.clock, TURN_MS, on_turn, call);
}

void
cusax_call_on_transport_lost (gpointer user_data)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  note_loss (call, &call->is_lost);
}

void
cusax_call_on_video_transport_lost (gpointer user_data)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  note_loss (call, &call->video.is_lost);
}
