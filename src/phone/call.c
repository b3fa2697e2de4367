/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See call.h for the states, call-private.h for the other files of a call. */
#include "call-private.h"

#include "call-end.h"
#include "error.h"
#include "text.h"

/* The person is given so long to answer, here and there (RFC 3261 section 13.3.1.1 leaves it to policy). */
#define RING_MS 60000
#define MAX_REASON_CHARS 120

static void
call_clear (gpointer data)
{
  CusaxCall *call = data;

  g_clear_pointer (&call->config, cusax_config_unref);
  g_clear_pointer (&call->peer, cusax_address_unref);
  g_clear_pointer (&call->offer, cusax_offer_unref);
  g_clear_pointer (&call->pending, cusax_offer_result_free);
  g_clear_pointer (&call->their_offer, cusax_offer_result_free);
  g_clear_pointer (&call->local, cusax_transport_description_free);
  g_free (call->remote_sdp);
  g_free (call->media_address);
  g_free (call->who);
  g_clear_pointer (&call->caller, cusax_callerid_free);
  g_free (call->contact);
  g_free (call->end_reason);
  g_free (call->codec);
  cusax_call_video_clear (call);
  cusax_call_clear_stats (call);
  g_queue_clear (&call->infos);
  g_strfreev (call->redirects);
  g_free (call->replaces);
  g_free (call->referred_by);
  g_free (call->transfer_reason);
}

CusaxCall *
cusax_call_ref (CusaxCall *call)
{
  return g_rc_box_acquire (call);
}

void
cusax_call_unref (CusaxCall *call)
{
  g_rc_box_release_full (call, call_clear);
}

CusaxCall *
cusax_call_alloc (const CusaxPorts *ports, CusaxConfig *config, guint number, CusaxAddress *peer, const char *who,
                  const CusaxCallOwner *owner, gpointer owner_data)
{
  CusaxCall *call = g_rc_box_new0 (CusaxCall);

  call->ports = *ports;
  call->begun = ports->clock->now (ports->clock);
  call->config = cusax_config_ref (config);
  call->number = number;
  call->peer = peer != NULL ? cusax_address_ref (peer) : NULL;
  call->who = g_strdup (who);
  call->owner = owner;
  call->owner_data = owner_data;
  call->answer_after = -1;
  return call;
}

void
cusax_call_detach (CusaxCall *call)
{
  call->owner = NULL;
}

/* Emit last: callers hold a reference and touch nothing of the call afterwards. */
void
cusax_call_emit_changed (CusaxCall *call)
{
  if (call->owner != NULL)
    call->owner->on_changed (call->owner_data, call);
}

void
cusax_call_set_state (CusaxCall *call, CusaxCallState state)
{
  g_debug ("call #%u: state %d -> %d", call->number, (int) call->state, (int) state);
  call->state = state;
}

static void
clear_timers (CusaxCall *call)
{
  cusax_call_forget_loss (call, &call->video.is_lost);
  cusax_call_forget_loss (call, &call->is_lost);
  if (call->tick_id != 0)
    call->ports.clock->remove (call->ports.clock, call->tick_id);
  call->tick_id = 0;
  cusax_call_stop_ring_timer (call);
  cusax_call_stop_digits (call);
}

/* The one way out. Everything outside is let go before the owner hears of it, so that a new call started from
 * its callback finds microphone and sockets free. */
void
cusax_call_end (CusaxCall *call, CusaxCallEnd end, guint status, const char *reason)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  CusaxSipCall *sip_call = g_steal_pointer (&call->sip_call);
  CusaxMediaSession *session;
  CusaxTransport *transport;

  if (call->state == CUSAX_CALL_ENDED)
    return;

  cusax_call_keep_stats (call);
  session = g_steal_pointer (&call->session);
  transport = g_steal_pointer (&call->transport);
  cusax_call_set_state (call, CUSAX_CALL_ENDED);
  call->finished = call->ports.clock->now (call->ports.clock);
  call->end = end;
  call->end_status = status;
  call->end_reason = cusax_text_clean (reason, MAX_REASON_CHARS);
  clear_timers (call);
  cusax_call_clear_transfer (call);
  call->joined = FALSE;
  g_clear_pointer (&call->replaced, cusax_call_unref);

  if (sip_call != NULL)
    sip_call->vtable->release (sip_call);
  if (session != NULL)
    session->vtable->end (session);
  /* Bundled, it goes through the sound's. */
  cusax_call_video_close (call);
  if (transport != NULL)
    transport->vtable->shutdown (transport);

  cusax_call_emit_changed (call);
  call->owner = NULL;
}

void
cusax_call_reject (CusaxCall *call, guint status)
{
  CusaxSipCall *sip_call = g_steal_pointer (&call->sip_call);

  sip_call->vtable->reject (sip_call, status, NULL);
  sip_call->vtable->release (sip_call);
}

void
cusax_call_stop_ring_timer (CusaxCall *call)
{
  if (call->ring_id != 0)
    call->ports.clock->remove (call->ports.clock, call->ring_id);
  call->ring_id = 0;
}

void
cusax_call_end_with_error (CusaxCall *call, const GError *error)
{
  g_message ("call #%u: %s", call->number, error->message);
  cusax_call_end (call, cusax_call_end_from_error (error), 0, error->message);
}

static gboolean
on_ring_timeout (gpointer data)
{
  CusaxCall *call = data;

  call->ring_id = 0;
  if (call->state == CUSAX_CALL_INCOMING)
    cusax_call_withdraw (call);
  else
    cusax_call_end (call, call->rang ? CUSAX_CALL_END_NO_ANSWER : CUSAX_CALL_END_NETWORK, 0, NULL);
  return G_SOURCE_REMOVE;
}

void
cusax_call_start_ring_timer (CusaxCall *call)
{
  call->ring_id = call->ports.clock->add (call->ports.clock, RING_MS, on_ring_timeout, call);
}

void
cusax_call_decline (CusaxCall *call, guint status)
{
  if (call->state != CUSAX_CALL_INCOMING)
    return;

  cusax_call_reject (call, status != 0 ? status : 603);
  cusax_call_end (call, CUSAX_CALL_END_DECLINED_HERE, 0, NULL);
}

void
cusax_call_hang_up (CusaxCall *call)
{
  if (call->state == CUSAX_CALL_INCOMING)
    cusax_call_decline (call, 0);
  else
    cusax_call_end (call, CUSAX_CALL_END_LOCAL, 0, NULL);
}

void
cusax_call_withdraw (CusaxCall *call)
{
  if (call->state == CUSAX_CALL_INCOMING)
    {
      cusax_call_reject (call, 480);
      cusax_call_end (call, CUSAX_CALL_END_MISSED, 480, NULL);
    }
  else
    cusax_call_hang_up (call);
}

void
cusax_call_set_muted (CusaxCall *call, gboolean muted)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (call->state == CUSAX_CALL_ENDED)
    return;
  /* Also when it is so already: what the person asks for is made sure of. */
  if (call->session != NULL)
    call->session->vtable->set_muted (call->session, muted);
  if (call->muted == !!muted)
    return;
  call->muted = muted;
  cusax_call_emit_changed (call);
}

void
cusax_call_set_identity (CusaxCall *call, CusaxBindingGrade grade, const char *contact, const char *who,
                         CusaxDisclosure disclosure)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (call->state != CUSAX_CALL_INCOMING)
    return;
  call->grade = grade;
  g_free (call->contact);
  call->contact = g_strdup (contact);
  g_free (call->who);
  call->who = g_strdup (who);
  call->disclosure = disclosure;
  cusax_call_tell_disclosure (call);
  cusax_call_emit_changed (call);
}

void
cusax_call_set_caller (CusaxCall *call, CusaxCallerId *caller, CusaxBindingGrade grade, const char *contact)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  g_autofree char *jid = g_strdup (contact);

  g_clear_pointer (&call->caller, cusax_callerid_free);
  call->caller = caller;
  if (call->outgoing && !call->is_chosen)
    {
      call->grade = grade;
      g_free (call->contact);
      call->contact = g_steal_pointer (&jid);
    }
  if (call->state == CUSAX_CALL_ACTIVE)
    cusax_call_emit_changed (call);
}

guint
cusax_call_get_number (const CusaxCall *call)
{
  return call->number;
}

CusaxCallState
cusax_call_get_state (const CusaxCall *call)
{
  return call->state;
}

gboolean
cusax_call_is_outgoing (const CusaxCall *call)
{
  return call->outgoing;
}

CusaxAddress *
cusax_call_get_peer (const CusaxCall *call)
{
  return call->peer;
}

const char *
cusax_call_get_who (const CusaxCall *call)
{
  return call->who;
}

const char *
cusax_call_get_display_name (const CusaxCall *call)
{
  return call->caller != NULL ? call->caller->display_name : NULL;
}

const CusaxCallerId *
cusax_call_get_caller (const CusaxCall *call)
{
  return call->caller;
}

CusaxBindingGrade
cusax_call_get_grade (const CusaxCall *call)
{
  return call->grade;
}

const char *
cusax_call_get_contact (const CusaxCall *call)
{
  return call->contact;
}

CusaxClass
cusax_call_get_class (const CusaxCall *call)
{
  return call->class_;
}

gboolean
cusax_call_is_unannounced (const CusaxCall *call)
{
  return !call->outgoing && !call->announced;
}

CusaxAddress *
cusax_call_get_focus (const CusaxCall *call)
{
  return call->caller != NULL ? call->caller->focus : NULL;
}

gboolean
cusax_call_is_held (const CusaxCall *call)
{
  return call->want_held;
}

gboolean
cusax_call_is_hold_settled (const CusaxCall *call)
{
  return call->want_held == call->held;
}

gboolean
cusax_call_is_remote_held (const CusaxCall *call)
{
  return call->remote_held;
}

gboolean
cusax_call_is_muted (const CusaxCall *call)
{
  return call->muted;
}

gboolean
cusax_call_is_secure (const CusaxCall *call)
{
  CusaxCallKeys keys = cusax_call_get_keys (call);

  return keys == CUSAX_CALL_KEYS_SDES || keys == CUSAX_CALL_KEYS_DTLS;
}

gboolean
cusax_call_is_joined (const CusaxCall *call)
{
  return call->joined;
}

gboolean
cusax_call_has_early_media (const CusaxCall *call)
{
  return call->has_early_media && call->state != CUSAX_CALL_ACTIVE && call->state != CUSAX_CALL_ENDED;
}

gboolean
cusax_call_is_replacement (const CusaxCall *call)
{
  return call->is_replacement;
}

gboolean
cusax_call_has_dialog (const CusaxCall *call, const CusaxSipCall *sip_call)
{
  return sip_call != NULL && call->sip_call == sip_call;
}

gboolean
cusax_call_join (CusaxCall *call, CusaxCall *other, GError **error)
{
  if (call->session != NULL && other->session != NULL)
    return call->session->vtable->join (call->session, other->session, error);
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "there is no sound to mix");
  return FALSE;
}

void
cusax_call_part (CusaxCall *call)
{
  if (call->session != NULL)
    call->session->vtable->part (call->session);
}

void
cusax_call_set_joined (CusaxCall *call, gboolean joined)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (call->joined == !!joined || call->state == CUSAX_CALL_ENDED)
    return;
  call->joined = joined;
  if (!joined)
    cusax_call_part (call);
  cusax_call_emit_changed (call);
}

gboolean
cusax_call_has_refused_hold (const CusaxCall *call)
{
  return call->hold_refused;
}

gint64
cusax_call_get_held_at (const CusaxCall *call)
{
  return call->held_at;
}

gboolean
cusax_call_is_automatic (const CusaxCall *call)
{
  return call->is_automatic;
}

const char *const *
cusax_call_get_redirects (const CusaxCall *call)
{
  return (const char *const *) call->redirects;
}

CusaxTransfer
cusax_call_get_transfer (const CusaxCall *call, guint *status, const char **reason)
{
  if (status != NULL)
    *status = call->transfer_status;
  if (reason != NULL)
    *reason = call->transfer_reason;
  return call->transfer;
}

CusaxCallEnd
cusax_call_get_end (const CusaxCall *call)
{
  return call->end;
}

guint
cusax_call_get_end_status (const CusaxCall *call)
{
  return call->end_status;
}

const char *
cusax_call_get_end_reason (const CusaxCall *call)
{
  return call->end_reason;
}

guint
cusax_call_get_seconds (const CusaxCall *call)
{
  gint64 until = call->finished;

  if (call->established == 0)
    return 0;
  if (until == 0)
    until = call->ports.clock->now (call->ports.clock);
  /* However short: what stood was not missed. */
  return MAX ((guint) ((until - call->established) / G_USEC_PER_SEC), 1);
}

guint
cusax_call_get_age (const CusaxCall *call)
{
  return (guint) ((call->ports.clock->now (call->ports.clock) - call->begun) / G_USEC_PER_SEC);
}
