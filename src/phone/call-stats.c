/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is measured of a call, also after its end. See call-private.h. */
#include "call-private.h"

static const char **
text_of (CusaxTransportStats *stats, guint i)
{
  const char **const texts[] = { &stats->suite, &stats->local_kind, &stats->remote_kind, &stats->local_address,
                                 &stats->remote_address };

  G_STATIC_ASSERT (G_N_ELEMENTS (texts) == G_N_ELEMENTS (((CusaxCall *) NULL)->last_texts));
  return texts[i];
}

void
cusax_call_keep_stats (CusaxCall *call)
{
  if (call->transport == NULL || call->established == 0)
    return;
  cusax_call_clear_stats (call);
  call->transport->vtable->get_stats (call->transport, &call->last_stats);
  call->has_last_stats = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (call->last_texts); i++)
    {
      call->last_texts[i] = g_strdup (*text_of (&call->last_stats, i));
      *text_of (&call->last_stats, i) = call->last_texts[i];
    }
}

void
cusax_call_clear_stats (CusaxCall *call)
{
  for (guint i = 0; i < G_N_ELEMENTS (call->last_texts); i++)
    g_clear_pointer (&call->last_texts[i], g_free);
  call->has_last_stats = FALSE;
}

gboolean
cusax_call_get_stats (CusaxCall *call, CusaxTransportStats *stats)
{
  if (call->transport != NULL)
    call->transport->vtable->get_stats (call->transport, stats);
  else if (call->has_last_stats)
    *stats = call->last_stats;
  else
    return FALSE;
  return TRUE;
}

const char *
cusax_call_get_codec (const CusaxCall *call)
{
  return call->codec;
}

char *
cusax_call_dup_devices (CusaxCall *call)
{
  if (call->session == NULL || call->session->vtable->dup_devices == NULL)
    return NULL;
  return call->session->vtable->dup_devices (call->session);
}

CusaxCallKeys
cusax_call_get_keys (const CusaxCall *call)
{
  const CusaxOfferResult *pending = call->state == CUSAX_CALL_INCOMING ? call->pending : NULL;
  CusaxKeying keying = pending != NULL ? pending->keying : call->keying;
  gboolean verified = pending != NULL ? pending->is_authenticated : call->keys_are_verified;

  if (keying == CUSAX_KEYING_NONE)
    return CUSAX_CALL_KEYS_NONE;
  if (!verified)
    return CUSAX_CALL_KEYS_UNVERIFIED;
  return keying == CUSAX_KEYING_DTLS ? CUSAX_CALL_KEYS_DTLS : CUSAX_CALL_KEYS_SDES;
}
