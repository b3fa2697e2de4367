/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ice-rig.h. */
#include "ice-rig.h"

const IceWay ice_ways[ICE_N_WAYS] = {
  { "plain", CUSAX_KEYING_NONE, FALSE, CUSAX_DTLS_SETUP_NONE },
  { "plain-mux", CUSAX_KEYING_NONE, TRUE, CUSAX_DTLS_SETUP_NONE },
  { "sdes", CUSAX_KEYING_SDES, FALSE, CUSAX_DTLS_SETUP_NONE },
  { "sdes-mux", CUSAX_KEYING_SDES, TRUE, CUSAX_DTLS_SETUP_NONE },
  { "dtls-active", CUSAX_KEYING_DTLS, FALSE, CUSAX_DTLS_SETUP_ACTIVE },
  { "dtls-active-mux", CUSAX_KEYING_DTLS, TRUE, CUSAX_DTLS_SETUP_ACTIVE },
  { "dtls-passive-mux", CUSAX_KEYING_DTLS, TRUE, CUSAX_DTLS_SETUP_PASSIVE },
};

const IceWay ice_dtls_mux = { "dtls-mux", CUSAX_KEYING_DTLS, TRUE, CUSAX_DTLS_SETUP_ACTIVE };
const IceWay ice_plain_mux = { "plain-mux", CUSAX_KEYING_NONE, TRUE, CUSAX_DTLS_SETUP_NONE };

CusaxTransportDescription *
ice_dup_for (const RigSide *other, const IceWay *way, gboolean is_answer)
{
  CusaxDtlsSetup setup = CUSAX_DTLS_SETUP_NONE;
  CusaxTransportDescription *remote;

  if (way->keying == CUSAX_KEYING_DTLS)
    setup = is_answer ? way->answer : way->answer == CUSAX_DTLS_SETUP_PASSIVE ? CUSAX_DTLS_SETUP_ACTIVE : CUSAX_DTLS_SETUP_ACTPASS;
  remote = rig_side_dup_offer (other, setup, way->mux);
  if (way->keying == CUSAX_KEYING_SDES)
    remote->crypto = other->local->crypto;
  return remote;
}

void
ice_agree (RigSide *a, RigSide *b, const IceWay *way)
{
  g_autoptr (CusaxTransportDescription) offer = ice_dup_for (a, way, FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, way, TRUE);

  rig_side_agree (b, offer);
  rig_side_agree (a, answer);
}

void
ice_until_ready (RigSide *a, RigSide *b)
{
  rig_until (a, a->state == CUSAX_TRANSPORT_READY);
  rig_until (b, b->state == CUSAX_TRANSPORT_READY);
}

void
ice_exchange (RigSide *a, RigSide *b, guint32 first)
{
  for (guint32 i = first; i < first + 3; i++)
    {
      rig_session_send_rtp (a, i);
      g_assert_cmpint (rig_session_next_rtp (b), ==, i);
      rig_session_send_rtp (b, i);
      g_assert_cmpint (rig_session_next_rtp (a), ==, i);
    }
}

void
ice_call (RigSide *a, RigSide *b, const IceWay *way)
{
  ice_agree (a, b, way);
  ice_until_ready (a, b);
  ice_exchange (a, b, 1);
}

void
ice_forget (CusaxTransportDescription *remote)
{
  g_clear_pointer (&remote->ice_ufrag, g_free);
  g_clear_pointer (&remote->ice_password, g_free);
  g_clear_pointer (&remote->candidates, g_ptr_array_unref);
}
