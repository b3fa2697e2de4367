/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the offer/answer engine share: short ways to drive it, results as one line of text. */
#pragma once

#include "error.h"
#include "offer.h"

#include <string.h>

#define HEAD "v=0\r\no=- 7 7 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
#define KEY "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
#define CRYPTO(tag) "a=crypto:" tag " AES_CM_128_HMAC_SHA1_80 inline:" KEY "\r\n"
#define PRINT "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89"
#define OFF CUSAX_MEDIA_SECURITY_OFF
#define PREFER CUSAX_MEDIA_SECURITY_PREFER
#define REQUIRE CUSAX_MEDIA_SECURITY_REQUIRE

static inline CusaxOffer *
make (CusaxMediaSecurity security)
{
  g_autoptr (GPtrArray) codecs = cusax_codecs_policy ();

  return cusax_offer_new (security, codecs);
}

static inline CusaxTransportDescription *
make_local (gboolean with_key)
{
  CusaxTransportDescription *local = cusax_transport_description_new ("192.0.2.1", 4000, 4001);

  if (with_key)
    {
      local->crypto.tag = 1;
      local->crypto.suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
      memset (local->crypto.key, 0xfb, sizeof local->crypto.key);
    }
  return local;
}

static inline void
add_fingerprint (CusaxTransportDescription *local)
{
  local->fingerprint_hash = g_strdup ("sha-256");
  local->fingerprint = g_strdup (PRINT);
  local->setup = CUSAX_DTLS_SETUP_ACTPASS;
}

static inline void
add_candidate (CusaxTransportDescription *local, guint component, guint32 priority, const char *address, guint16 port,
               CusaxCandidateType type)
{
  CusaxCandidate *candidate = g_new0 (CusaxCandidate, 1);

  candidate->foundation = g_strdup_printf ("%u", (guint) type + 1);
  candidate->component = component;
  candidate->priority = priority;
  candidate->address = g_strdup (address);
  candidate->port = port;
  candidate->type = type;
  g_ptr_array_add (local->candidates, candidate);
}

/* A host of two families behind a NAT, with a relay. */
static inline void
add_ice (CusaxTransportDescription *local)
{
  local->rtcp_mux = TRUE;
  local->ice_ufrag = g_strdup ("aB3d");
  local->ice_password = g_strdup ("0123456789abcdefghijkl");
  local->candidates = cusax_candidates_new ();
  add_candidate (local, 1, 2130706175, "2001:db8::1", 4010, CUSAX_CANDIDATE_HOST);
  add_candidate (local, 1, 16777215, "198.51.100.9", 4020, CUSAX_CANDIDATE_RELAYED);
  add_candidate (local, 1, 2130705919, "10.8.0.6", 4000, CUSAX_CANDIDATE_HOST);
  add_candidate (local, 1, 1694498815, "203.0.113.1", 4000, CUSAX_CANDIDATE_SERVER_REFLEXIVE);
  add_candidate (local, 1, 2130706431, local->address, local->rtp_port, CUSAX_CANDIDATE_HOST);
  add_candidate (local, 2, 2130706430, local->address, local->rtcp_port, CUSAX_CANDIDATE_HOST);
  add_candidate (local, 2, 2130706174, "2001:db8::1", 4011, CUSAX_CANDIDATE_HOST);
}

static inline CusaxTransportDescription *
make_full_local (guint16 port)
{
  CusaxTransportDescription *local = make_local (TRUE);

  local->rtp_port = port;
  local->rtcp_port = port + 1;
  local->ssrc = port;
  add_fingerprint (local);
  add_ice (local);
  return local;
}

/* With a picture, and with all that we can do. */
static inline CusaxOffer *
make_full (CusaxMediaSecurity security, gboolean is_private)
{
  g_autoptr (GPtrArray) pictures = cusax_codecs_video_policy ();
  g_autoptr (CusaxTransportDescription) video = make_full_local (4100);
  CusaxOffer *offer = make (security);

  cusax_offer_set_private (offer, is_private);
  cusax_offer_set_video (offer, pictures);
  cusax_offer_set_local_video (offer, video, CUSAX_DIRECTION_SENDRECV);
  return offer;
}

static inline char *
create_full_offer (CusaxOffer *offer)
{
  g_autoptr (CusaxTransportDescription) local = make_full_local (4000);
  g_autoptr (GError) error = NULL;
  char *sdp = cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_SENDRECV, &error);

  g_assert_no_error (error);
  return sdp;
}

static inline char *
create_full_answer (CusaxOffer *offer)
{
  g_autoptr (CusaxTransportDescription) local = make_full_local (4000);
  g_autoptr (GError) error = NULL;
  char *sdp = cusax_offer_create_answer (offer, local, CUSAX_DIRECTION_SENDRECV, &error);

  g_assert_no_error (error);
  return sdp;
}

/* "remote:rtp/rtcp[+mux] direction codecs [srtp=tag/suite of ours|dtls=what they are][? not authenticated] [ptime]" */
static inline char *
print (const CusaxOfferResult *result)
{
  static const char *const directions[] = { "inactive", "sendonly", "recvonly", "sendrecv" };
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s %u/%u%s %s", result->remote->address, result->remote->rtp_port,
                          result->remote->rtcp_port, result->remote->rtcp_mux ? "+mux" : "",
                          directions[result->direction]);
  for (guint i = 0; i < result->codecs->len; i++)
    {
      const CusaxCodec *codec = result->codecs->pdata[i];

      g_string_append_printf (text, " %u=%s/%u", codec->payload_type, codec->name, codec->clock_rate / 1000);
    }
  if (result->keying == CUSAX_KEYING_SDES)
    g_string_append_printf (text, " srtp=%u/%d", result->local_crypto.tag, result->local_crypto.suite);
  if (result->keying == CUSAX_KEYING_DTLS)
    g_string_append_printf (text, " dtls=%s", result->remote->setup == CUSAX_DTLS_SETUP_ACTIVE ? "active" : "passive");
  if (result->keying != CUSAX_KEYING_NONE && !result->is_authenticated)
    g_string_append (text, "?");
  if (result->ptime != 0)
    g_string_append_printf (text, " ptime=%u", result->ptime);
  if (result->maxptime != 0)
    g_string_append_printf (text, " maxptime=%u", result->maxptime);
  if (result->remote->ice_ufrag != NULL)
    g_string_append_printf (text, " ice=%s/%u%s", result->remote->ice_ufrag, result->remote->candidates->len,
                            result->remote->is_ice_lite ? "-lite" : "");
  if (result->ice_mismatch)
    g_string_append (text, " mismatch");
  if (result->is_bundled)
    g_string_append (text, " bundled");
  if (result->has_pli || result->has_fir)
    g_string_append_printf (text, " %s%s", result->has_pli ? "pli" : "", result->has_fir ? "fir" : "");
  if (result->bandwidth != 0)
    g_string_append_printf (text, " max=%u", result->bandwidth);
  return g_string_free (text, FALSE);
}

static inline char *
print_or_error (const CusaxOfferResult *result, const GError *error)
{
  static const char *const names[] = { "INVALID", "UNSUPPORTED", "NO_CODEC" };

  if (result != NULL)
    {
      g_assert_no_error (error);
      return print (result);
    }
  g_assert_cmpint (error->domain, ==, CUSAX_ERROR);
  if (error->code == CUSAX_ERROR_NOT_PROTECTED)
    return g_strdup ("NOT_PROTECTED");
  if (error->code == CUSAX_ERROR_BUSY)
    return g_strdup ("BUSY");
  g_assert_cmpint (error->code, <, (int) G_N_ELEMENTS (names));
  return g_strdup (names[error->code]);
}

static inline char *
receive_offer (CusaxOffer *offer, const char *sdp)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxOfferResult) result = cusax_offer_receive_offer (offer, sdp, strlen (sdp), &error);

  return print_or_error (result, error);
}

/* The picture after the sound, "-" for none, "refused", "offered". */
static inline char *
print_both (const CusaxOfferResult *result, const GError *error)
{
  g_autofree char *sound = print_or_error (result, error);
  g_autofree char *picture = NULL;

  if (result == NULL)
    return g_steal_pointer (&sound);
  if (result->video != NULL)
    picture = print (result->video);
  return g_strconcat (sound, " + ",
                      picture != NULL           ? picture
                      : result->video_refused   ? "refused"
                      : result->has_video_offer ? "offered"
                                                : "-",
                      NULL);
}

static inline char *
receive_both (CusaxOffer *offer, const char *sdp)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxOfferResult) result = cusax_offer_receive_offer (offer, sdp, strlen (sdp), &error);

  return print_both (result, error);
}

static inline char *
receive_both_answer (CusaxOffer *offer, const char *sdp)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxOfferResult) result = cusax_offer_receive_answer (offer, sdp, strlen (sdp), &error);

  return print_both (result, error);
}

static inline char *
receive_answer (CusaxOffer *offer, const char *sdp)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxOfferResult) result = cusax_offer_receive_answer (offer, sdp, strlen (sdp), &error);

  return print_or_error (result, error);
}

static inline char *
create_offer (CusaxOffer *offer, CusaxDirection direction)
{
  g_autoptr (CusaxTransportDescription) local = make_local (TRUE);
  g_autoptr (GError) error = NULL;
  char *sdp = cusax_offer_create_offer (offer, local, direction, &error);

  g_assert_no_error (error);
  return sdp;
}

static inline char *
create_answer (CusaxOffer *offer, CusaxDirection direction)
{
  g_autoptr (CusaxTransportDescription) local = make_local (TRUE);
  g_autoptr (GError) error = NULL;
  char *sdp;

  add_fingerprint (local);
  sdp = cusax_offer_create_answer (offer, local, direction, &error);
  g_assert_no_error (error);
  return sdp;
}

/* The lines of @sdp that begin with one of the words in @prefixes, joined by '|'. */
static inline char *
lines (const char *sdp, const char *prefixes)
{
  g_auto (GStrv) all = g_strsplit (sdp, "\r\n", -1);
  g_auto (GStrv) wanted = g_strsplit (prefixes, " ", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; all[i] != NULL; i++)
    for (guint j = 0; wanted[j] != NULL; j++)
      if (g_str_has_prefix (all[i], wanted[j]))
        g_string_append_printf (text, "%s%s", text->len > 0 ? "|" : "", all[i]);
  return g_string_free (text, FALSE);
}

static inline guint64
version_of (const char *sdp)
{
  g_auto (GStrv) words = g_strsplit (strstr (sdp, "o="), " ", 4);

  return g_ascii_strtoull (words[2], NULL, 10);
}

static inline char *
load (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".sdp", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "sdp", file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) split = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  split = g_strsplit (text, "\n", -1);
  return g_strjoinv ("\r\n", split);
}
