/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See transport-description.h. */
#include "transport-description.h"

#include <string.h>

CusaxDirection
cusax_direction_reverse (CusaxDirection direction)
{
  switch (direction)
    {
    case CUSAX_DIRECTION_SENDONLY:
      return CUSAX_DIRECTION_RECVONLY;
    case CUSAX_DIRECTION_RECVONLY:
      return CUSAX_DIRECTION_SENDONLY;
    case CUSAX_DIRECTION_INACTIVE:
    case CUSAX_DIRECTION_SENDRECV:
      return direction;
    }
  g_return_val_if_reached (CUSAX_DIRECTION_INACTIVE);
}

CusaxTransportDescription *
cusax_transport_description_new (const char *address, guint16 rtp_port, guint16 rtcp_port)
{
  CusaxTransportDescription *description = g_new0 (CusaxTransportDescription, 1);

  description->address = g_strdup (address);
  description->rtp_port = rtp_port;
  description->rtcp_port = rtcp_port;
  return description;
}

CusaxTransportDescription *
cusax_transport_description_copy (const CusaxTransportDescription *description)
{
  CusaxTransportDescription *copy;

  if (description == NULL)
    return NULL;
  copy = g_new (CusaxTransportDescription, 1);
  *copy = *description;
  copy->address = g_strdup (description->address);
  copy->fingerprint_hash = g_strdup (description->fingerprint_hash);
  copy->fingerprint = g_strdup (description->fingerprint);
  copy->ice_ufrag = g_strdup (description->ice_ufrag);
  copy->ice_password = g_strdup (description->ice_password);
  copy->candidates = cusax_candidates_copy (description->candidates);
  return copy;
}

void
cusax_transport_description_free (CusaxTransportDescription *description)
{
  if (description == NULL)
    return;
  g_free (description->address);
  explicit_bzero (&description->crypto, sizeof description->crypto);
  g_free (description->fingerprint_hash);
  g_free (description->fingerprint);
  g_free (description->ice_ufrag);
  g_free (description->ice_password);
  g_clear_pointer (&description->candidates, g_ptr_array_unref);
  g_free (description);
}

const char *
cusax_srtp_suite_get_name (CusaxSrtpSuite suite)
{
  switch (suite)
    {
    case CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80:
      return "AES_CM_128_HMAC_SHA1_80";
    case CUSAX_SRTP_AES_CM_128_HMAC_SHA1_32:
      return "AES_CM_128_HMAC_SHA1_32";
    case CUSAX_SRTP_AEAD_AES_128_GCM:
      return "AEAD_AES_128_GCM";
    case CUSAX_SRTP_NONE:
      return NULL;
    }
  g_return_val_if_reached (NULL);
}
