/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is measured of a call, also after its end. See call-private.h. */
#include "call-private.h"

static const char **
text_of (CusaxTransportStats *stats, guint i)
{
  const char **const texts[] = { &stats->suite, &stats->local_kind, &stats->remote_kind, &stats->local_address,
                                 &stats->remote_address };

  G_STATIC_ASSERT (G_N_ELEMENTS (texts) == G_N_ELEMENTS (((CusaxCallKept *) NULL)->texts));
  return texts[i];
}

static void
forget (CusaxCallKept *kept)
{
  for (guint i = 0; i < G_N_ELEMENTS (kept->texts); i++)
    g_clear_pointer (&kept->texts[i], g_free);
  g_clear_pointer (&kept->codec, g_free);
  kept->is_kept = FALSE;
}

static void
keep (CusaxCallKept *kept, CusaxTransport *transport)
{
  forget (kept);
  transport->vtable->get_stats (transport, &kept->stats);
  kept->is_kept = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (kept->texts); i++)
    {
      kept->texts[i] = g_strdup (*text_of (&kept->stats, i));
      *text_of (&kept->stats, i) = kept->texts[i];
    }
}

void
cusax_call_keep_stats (CusaxCall *call)
{
  if (call->transport != NULL && call->established != 0)
    keep (&call->kept, call->transport);
}

void
cusax_call_keep_video_stats (CusaxCall *call)
{
  if (call->video.transport == NULL || call->video.codec == NULL || call->established == 0)
    return;
  keep (&call->video.kept, call->video.transport);
  call->video.kept.codec = g_strdup (call->video.codec);
}

void
cusax_call_clear_stats (CusaxCall *call)
{
  forget (&call->kept);
  forget (&call->video.kept);
}

static gboolean
get_stats (CusaxTransport *transport, const CusaxCallKept *kept, CusaxTransportStats *stats)
{
  if (transport != NULL)
    transport->vtable->get_stats (transport, stats);
  else if (kept->is_kept)
    *stats = kept->stats;
  else
    return FALSE;
  return TRUE;
}

gboolean
cusax_call_get_stats (CusaxCall *call, CusaxTransportStats *stats)
{
  return get_stats (call->transport, &call->kept, stats);
}

/* A picture that was dropped is none while the call goes on. */
gboolean
cusax_call_get_video_stats (CusaxCall *call, CusaxTransportStats *stats)
{
  if (call->video.transport == NULL && call->state != CUSAX_CALL_ENDED)
    return FALSE;
  return get_stats (call->video.transport, &call->video.kept, stats);
}

const char *
cusax_call_get_video_codec (const CusaxCall *call)
{
  return call->state == CUSAX_CALL_ENDED ? call->video.kept.codec : call->video.codec;
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
