/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See offer-policy.h. */
#include "offer-policy.h"
#include "error.h"

#define ANY -1

static const struct
{
  CusaxMediaSecurity security;
  int is_private;
  guint step;
  CusaxOfferWords words;
} table[] = {
  { CUSAX_MEDIA_SECURITY_OFF, ANY, 0, { "RTP/AVP", FALSE, FALSE } },
  { CUSAX_MEDIA_SECURITY_PREFER, TRUE, 0, { "RTP/AVP", TRUE, TRUE } },
  { CUSAX_MEDIA_SECURITY_PREFER, TRUE, 1, { "RTP/SAVP", TRUE, TRUE } },
  { CUSAX_MEDIA_SECURITY_PREFER, TRUE, 2, { "UDP/TLS/RTP/SAVPF", FALSE, TRUE } },
  { CUSAX_MEDIA_SECURITY_PREFER, FALSE, 0, { "RTP/AVP", FALSE, FALSE } },
  { CUSAX_MEDIA_SECURITY_PREFER, FALSE, 1, { "UDP/TLS/RTP/SAVPF", FALSE, TRUE } },
  { CUSAX_MEDIA_SECURITY_REQUIRE, TRUE, 0, { "RTP/SAVP", TRUE, TRUE } },
  { CUSAX_MEDIA_SECURITY_REQUIRE, TRUE, 1, { "UDP/TLS/RTP/SAVPF", FALSE, TRUE } },
};

const CusaxOfferWords *
cusax_offer_policy_get_words (CusaxMediaSecurity security, gboolean is_private, guint step)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].security == security && table[i].step == step
        && (table[i].is_private == ANY || table[i].is_private == !!is_private))
      return &table[i].words;
  return NULL;
}

gboolean
cusax_offer_policy_choose (CusaxMediaSecurity security, gboolean is_private, const CusaxSdpMedia *media,
                           CusaxKeying *keying, GError **error)
{
  gboolean is_secure = media->profile == CUSAX_SDP_SRTP || media->profile == CUSAX_SDP_DTLS;
  gboolean may_be_read = security != CUSAX_MEDIA_SECURITY_REQUIRE || is_private;

  *keying = CUSAX_KEYING_NONE;
  if (security == CUSAX_MEDIA_SECURITY_OFF)
    {
      if (is_secure)
        g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED,
                             "they ask for encryption, which is off here");
      return !is_secure;
    }
  if (media->fingerprint != NULL && may_be_read)
    *keying = CUSAX_KEYING_DTLS;
  else if (media->n_crypto > 0 && media->profile != CUSAX_SDP_DTLS && is_private)
    *keying = CUSAX_KEYING_SDES;
  else if (is_secure || security == CUSAX_MEDIA_SECURITY_REQUIRE)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED, "no key that we can use");
      return FALSE;
    }
  return TRUE;
}

CusaxDtlsSetup
cusax_offer_policy_reverse_setup (CusaxDtlsSetup setup)
{
  return setup == CUSAX_DTLS_SETUP_ACTIVE    ? CUSAX_DTLS_SETUP_PASSIVE
         : setup == CUSAX_DTLS_SETUP_PASSIVE ? CUSAX_DTLS_SETUP_ACTIVE
                                             : setup;
}

CusaxDtlsSetup
cusax_offer_policy_answer_setup (CusaxDtlsSetup setup, CusaxDtlsSetup kept)
{
  switch (setup)
    {
    case CUSAX_DTLS_SETUP_ACTPASS:
      /* We begin: their answer to our hello is then the first thing that has to come through their NAT. */
      return kept != CUSAX_DTLS_SETUP_NONE ? kept : CUSAX_DTLS_SETUP_PASSIVE;
    case CUSAX_DTLS_SETUP_PASSIVE:
      return CUSAX_DTLS_SETUP_PASSIVE;
    case CUSAX_DTLS_SETUP_NONE: /* in an offer it means active (RFC 4145 section 4) */
    case CUSAX_DTLS_SETUP_ACTIVE:
      return CUSAX_DTLS_SETUP_ACTIVE;
    }
  g_return_val_if_reached (CUSAX_DTLS_SETUP_PASSIVE);
}

CusaxDtlsSetup
cusax_offer_policy_settle_setup (CusaxDtlsSetup sent, CusaxDtlsSetup setup, CusaxDtlsSetup kept)
{
  /* Some answer a later offer as if it were the first one; the association that stands goes on all the same. */
  if (kept != CUSAX_DTLS_SETUP_NONE)
    return kept;
  if (sent == CUSAX_DTLS_SETUP_ACTIVE || sent == CUSAX_DTLS_SETUP_PASSIVE)
    return cusax_offer_policy_reverse_setup (sent);
  /* "actpass", or nothing, is no answer: they wait for us, or else they are not heard of. */
  return setup == CUSAX_DTLS_SETUP_ACTIVE ? CUSAX_DTLS_SETUP_ACTIVE : CUSAX_DTLS_SETUP_PASSIVE;
}
