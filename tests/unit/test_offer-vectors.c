/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Offers as browsers, exchanges and telephones write them, with sound and picture, to an engine that can do everything (P14,
 * P25); then the same damaged.
 */
#include "note.h"
#include "offer-helpers.h"
#include "sdp.h"

#define ANSWER_LINES "m= c= a=group a=mid a=send a=recv a=inactive a=setup a=rtcp a=ptime a=ice-m a=crypto"

static const struct
{
  const char *file;
  CusaxMediaSecurity security;
  gboolean is_private;
  const char *result;
  const char *answer;
} vectors[] = {
  { "chrome-av", PREFER, TRUE,
    "192.0.2.44 52036/52036+mux sendrecv 111=opus/48 9=G722/8 0=PCMU/8 8=PCMA/8 110=telephone-event/48 "
    "126=telephone-event/8 dtls=passive ice=4ZcD/2 + 192.0.2.44 52036/52036+mux sendrecv 96=VP8/90 "
    "103=H264/90 107=H264/90 dtls=passive ice=4ZcD/2 bundled plifir",
    "c=IN IP4 192.0.2.1|a=group:BUNDLE 0 1|m=audio 4000 UDP/TLS/RTP/SAVPF 111 9 0 8 110 126|a=ptime:20|"
    "a=sendrecv|a=mid:0|a=rtcp-mux|a=setup:active|m=video 4000 UDP/TLS/RTP/SAVPF 96 103 107|a=sendrecv|"
    "a=rtcp-fb:96 nack pli|a=rtcp-fb:96 ccm fir|a=rtcp-fb:96 nack|a=rtcp-fb:103 nack pli|"
    "a=rtcp-fb:103 ccm fir|a=rtcp-fb:107 nack pli|a=mid:1|a=rtcp-mux|m=application 0 UDP/DTLS/SCTP webrtc-datachannel|a=mid:2" },
  { "chrome-av", PREFER, FALSE,
    "192.0.2.44 52036/52036+mux sendrecv 111=opus/48 9=G722/8 0=PCMU/8 8=PCMA/8 110=telephone-event/48 "
    "126=telephone-event/8 dtls=passive? ice=4ZcD/2 + 192.0.2.44 52036/52036+mux sendrecv 96=VP8/90 "
    "103=H264/90 107=H264/90 dtls=passive? ice=4ZcD/2 bundled plifir",
    "c=IN IP4 192.0.2.1|a=group:BUNDLE 0 1|m=audio 4000 UDP/TLS/RTP/SAVPF 111 9 0 8 110 126|a=ptime:20|"
    "a=sendrecv|a=mid:0|a=rtcp-mux|a=setup:active|m=video 4000 UDP/TLS/RTP/SAVPF 96 103 107|a=sendrecv|"
    "a=rtcp-fb:96 nack pli|a=rtcp-fb:96 ccm fir|a=rtcp-fb:96 nack|a=rtcp-fb:103 nack pli|"
    "a=rtcp-fb:103 ccm fir|a=rtcp-fb:107 nack pli|a=mid:1|a=rtcp-mux|m=application 0 UDP/DTLS/SCTP webrtc-datachannel|a=mid:2" },
  { "chrome-av", REQUIRE, TRUE,
    "192.0.2.44 52036/52036+mux sendrecv 111=opus/48 9=G722/8 0=PCMU/8 8=PCMA/8 110=telephone-event/48 "
    "126=telephone-event/8 dtls=passive ice=4ZcD/2 + 192.0.2.44 52036/52036+mux sendrecv 96=VP8/90 "
    "103=H264/90 107=H264/90 dtls=passive ice=4ZcD/2 bundled plifir",
    "c=IN IP4 192.0.2.1|a=group:BUNDLE 0 1|m=audio 4000 UDP/TLS/RTP/SAVPF 111 9 0 8 110 126|a=ptime:20|"
    "a=sendrecv|a=mid:0|a=rtcp-mux|a=setup:active|m=video 4000 UDP/TLS/RTP/SAVPF 96 103 107|a=sendrecv|"
    "a=rtcp-fb:96 nack pli|a=rtcp-fb:96 ccm fir|a=rtcp-fb:96 nack|a=rtcp-fb:103 nack pli|"
    "a=rtcp-fb:103 ccm fir|a=rtcp-fb:107 nack pli|a=mid:1|a=rtcp-mux|m=application 0 UDP/DTLS/SCTP webrtc-datachannel|a=mid:2" },
  { "chrome-av", OFF, TRUE,
    "NOT_PROTECTED",
    NULL },
  { "chrome-max-bundle", PREFER, TRUE,
    "0.0.0.0 9/9+mux sendrecv 111=opus/48 0=PCMU/8 8=PCMA/8 110=telephone-event/48 dtls=passive "
    "ice=Zx9q/0 + 0.0.0.0 9/9+mux sendrecv 96=VP8/90 dtls=passive ice=Zx9q/0 bundled pli",
    "c=IN IP4 192.0.2.1|a=group:BUNDLE 0 1|m=audio 4000 UDP/TLS/RTP/SAVPF 111 0 8 110|a=ptime:20|"
    "a=sendrecv|a=mid:0|a=rtcp-mux|a=setup:active|m=video 4000 UDP/TLS/RTP/SAVPF 96|a=sendrecv|"
    "a=rtcp-fb:96 nack pli|a=mid:1|a=rtcp-mux" },
  { "firefox-av", PREFER, TRUE,
    "192.168.178.20 46112/46112+mux sendrecv 109=opus/48 9=G722/8 0=PCMU/8 8=PCMA/8 "
    "101=telephone-event/8 dtls=passive ice=e8e6b3f2/3 + 192.168.178.20 46112/46112+mux sendrecv "
    "120=VP8/90 126=H264/90 97=H264/90 dtls=passive ice=e8e6b3f2/3 bundled plifir",
    "c=IN IP4 192.0.2.1|a=group:BUNDLE 0 1|m=audio 4000 UDP/TLS/RTP/SAVPF 109 9 0 8 101|a=ptime:20|"
    "a=sendrecv|a=mid:0|a=rtcp-mux|a=setup:active|m=video 4000 UDP/TLS/RTP/SAVPF 120 126 97|a=sendrecv|"
    "a=rtcp-fb:120 nack pli|a=rtcp-fb:120 ccm fir|a=rtcp-fb:120 nack|a=rtcp-fb:126 nack pli|a=mid:1|a=rtcp-mux" },
  { "linphone-dtls-av", PREFER, TRUE,
    "192.0.2.31 41234/41235 sendrecv 96=opus/48 0=PCMU/8 8=PCMA/8 101=telephone-event/48 "
    "98=telephone-event/8 dtls=passive ice=9f3a81b7/2 + 192.0.2.31 52340/52341 sendrecv 96=VP8/90 "
    "97=H264/90 dtls=passive ice=9f3a81b7/2 plifir",
    "c=IN IP4 192.0.2.1|m=audio 4000 UDP/TLS/RTP/SAVPF 96 0 8 101 98|a=ptime:20|a=sendrecv|"
    "a=setup:active|m=video 4100 UDP/TLS/RTP/SAVPF 96 97|a=sendrecv|a=rtcp-fb:96 nack pli|a=rtcp-fb:96 "
    "ccm fir|a=rtcp-fb:97 nack pli|a=setup:active" },
  { "linphone", PREFER, TRUE,
    "198.51.100.23 7078/7078+mux sendrecv 96=opus/48 0=PCMU/8 8=PCMA/8 101=telephone-event/48 "
    "100=telephone-event/8 srtp=1/1 + 198.51.100.23 9078/9078+mux sendrecv 96=VP8/90 srtp=1/1",
    "c=IN IP4 192.0.2.1|a=group:BUNDLE as|m=audio 4000 RTP/SAVPF 96 0 8 101 100|a=ptime:20|a=sendrecv|"
    "a=mid:as|a=rtcp-mux|a=crypto:1 AES_CM_128_HMAC_SHA1_80|m=video 4100 RTP/SAVPF 96|a=sendrecv|"
    "a=mid:vs|a=rtcp-mux|a=crypto:1 AES_CM_128_HMAC_SHA1_80" },
  { "linphone", PREFER, FALSE,
    "NOT_PROTECTED",
    NULL },
  { "baresip-dtls-ice", PREFER, TRUE,
    "192.0.2.62 20010/20010+mux sendrecv 96=opus/48 0=PCMU/8 8=PCMA/8 101=telephone-event/8 dtls=passive "
    "ptime=20 ice=Hk4p/3 max=128 + 192.0.2.62 20014/20014+mux sendrecv 97=H264/90 dtls=passive "
    "ice=Hk4p/1 pli max=1000",
    "c=IN IP4 192.0.2.1|m=audio 4000 UDP/TLS/RTP/SAVP 96 0 8 101|a=ptime:20|a=sendrecv|a=rtcp-mux|"
    "a=setup:active|m=video 4100 UDP/TLS/RTP/SAVP 97|a=sendrecv|a=rtcp-fb:97 nack pli|a=rtcp-mux|"
    "a=setup:active" },
  { "asterisk-webrtc", PREFER, TRUE,
    "203.0.113.7 16340/16340+mux sendrecv 107=opus/48 8=PCMA/8 0=PCMU/8 101=telephone-event/8 "
    "dtls=passive ptime=20 maxptime=20 ice=6f2b0a7d24b8d0a57f7a5a4c3d4e7a11/1 + 203.0.113.7 "
    "16340/16340+mux sendrecv 100=VP8/90 99=H264/90 dtls=passive ice=6f2b0a7d24b8d0a57f7a5a4c3d4e7a11/1 "
    "bundled plifir",
    "c=IN IP4 192.0.2.1|a=group:BUNDLE audio-0 video-1|m=audio 4000 UDP/TLS/RTP/SAVPF 107 8 0 101|"
    "a=ptime:20|a=sendrecv|a=mid:audio-0|a=rtcp-mux|a=setup:active|m=video 4000 UDP/TLS/RTP/SAVPF 100 99|"
    "a=sendrecv|a=rtcp-fb:100 nack pli|a=rtcp-fb:100 ccm fir|a=rtcp-fb:99 nack pli|a=rtcp-fb:99 ccm fir|"
    "a=mid:video-1|a=rtcp-mux" },
  { "freeswitch-webrtc", PREFER, TRUE,
    "198.51.100.80 23456/23456+mux sendrecv 102=opus/48 9=G722/8 0=PCMU/8 8=PCMA/8 "
    "103=telephone-event/48 101=telephone-event/8 dtls=passive ptime=20 ice=x9OPsA9ghQ5pSUd6/1 + -",
    "c=IN IP4 192.0.2.1|m=audio 4000 RTP/SAVPF 102 9 0 8 103 101|a=ptime:20|a=sendrecv|a=rtcp-mux|"
    "a=setup:active" },
  { "fritzbox-srtp", PREFER, TRUE,
    "192.168.178.1 7082/7083 sendrecv 9=G722/8 8=PCMA/8 0=PCMU/8 101=telephone-event/8 srtp=1/2 ptime=30 "
    "+ -",
    "c=IN IP4 192.0.2.1|m=audio 4000 RTP/SAVP 9 8 0 101|a=ptime:30|a=sendrecv|a=crypto:1 "
    "AES_CM_128_HMAC_SHA1_32|m=image 0 UDPTL t38" },
  { "fritzbox-srtp", PREFER, FALSE,
    "NOT_PROTECTED",
    NULL },
  { "fritzbox", PREFER, FALSE,
    "192.168.178.1 7078/7079 sendrecv 9=G722/8 8=PCMA/8 0=PCMU/8 101=telephone-event/8 + -",
    "c=IN IP4 192.0.2.1|m=audio 4000 RTP/AVP 9 8 0 101|a=ptime:20|a=sendrecv" },
  { "ice-plain", PREFER, TRUE,
    "198.51.100.40 40000/40001 sendrecv 102=OPUS/48 8=PCMA/8 ice=8hhY/2-lite + -",
    "c=IN IP4 192.0.2.1|m=audio 4000 RTP/AVPF 102 8|a=ptime:20|a=sendrecv|m=text 0 RTP/AVP 98|m=message "
    "0 TCP/MSRP *" },
  { "rfc4317-2.1", PREFER, TRUE,
    "192.0.2.10 49170/49171 sendrecv 0=PCMU/8 8=PCMA/8 + -",
    "c=IN IP4 192.0.2.1|m=audio 4000 RTP/AVP 0 8|a=ptime:20|a=sendrecv|m=video 0 RTP/AVP 31" },
};

static char *
without_keys (char *text)
{
  char *key;

  while ((key = strstr (text, " inline:")) != NULL)
    memmove (key, key + 48, strlen (key + 48) + 1);
  return text;
}

static void
test_vectors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (CusaxOffer) offer = make_full (vectors[i].security, vectors[i].is_private);
      g_autofree char *sdp = load (vectors[i].file);
      g_autofree char *result = receive_both (offer, sdp);
      g_autofree char *answer = NULL;
      g_autofree char *text = NULL;

      note (vectors[i].file);
      g_assert_cmpstr (result, ==, vectors[i].result);
      if (vectors[i].answer == NULL)
        continue;
      answer = create_full_answer (offer);
      text = without_keys (lines (answer, ANSWER_LINES));
      g_assert_cmpstr (text, ==, vectors[i].answer);
    }
}

/* --------------------------------------------------------------- properties */

/* What @answer says is what our own reader understands, and it has a section for each one of @offer. */
static void
check_answer (const char *offer, gsize length, const char *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxSdp) theirs = cusax_sdp_parse (offer, length, NULL);
  g_autoptr (CusaxSdp) ours = cusax_sdp_parse (answer, strlen (answer), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (ours->media->len, ==, theirs->media->len);
  for (guint i = 0; i < ours->media->len; i++)
    {
      const CusaxSdpMedia *our = ours->media->pdata[i];
      const CusaxSdpMedia *their = theirs->media->pdata[i];

      g_assert_cmpstr (our->type, ==, their->type);
      g_assert_cmpstr (our->protocol, ==, their->protocol);
      g_assert_true (our->port == 0 || their->port != 0 || their->bundle_only);
      g_assert_true (our->ice_ufrag == NULL || their->ice_ufrag != NULL);
    }
}

static void
test_answers_fit (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *sdp = load (vectors[i].file);
      g_autoptr (CusaxOffer) offer = make_full (PREFER, TRUE);
      g_autoptr (CusaxOfferResult) result = cusax_offer_receive_offer (offer, sdp, strlen (sdp), NULL);
      g_autofree char *answer = NULL;

      note (vectors[i].file);
      g_assert_nonnull (result);
      answer = create_full_answer (offer);
      check_answer (sdp, strlen (sdp), answer);
    }
}

/* Any bytes changed, lines doubled or lost: no crash, and if there is an answer, then one that fits. Afterwards the session
 * still makes offers, with a section at each place. */
static void
test_damaged (void)
{
  static const char alphabet[] = "0129=:/ \r\n\t()amvcoxINP.|-*\xff";
  guint rounds = g_test_thorough () ? 200000 : 3000;

  for (guint i = 0; i < rounds; i++)
    {
      g_autofree char *sdp = load (vectors[i % G_N_ELEMENTS (vectors)].file);
      g_autoptr (CusaxOffer) offer = make_full ((CusaxMediaSecurity) (i % 2), i % 3 != 0);
      g_autoptr (CusaxOfferResult) result = NULL;
      g_autofree char *answer = NULL;
      g_autofree char *again = NULL;
      gsize length = strlen (sdp);

      for (gint j = g_test_rand_int_range (0, 8); j > 0; j--)
        sdp[g_test_rand_int_range (0, (gint) length)] = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      if (i % 5 == 0)
        {
          gsize from = (gsize) g_test_rand_int_range (0, (gint) length);
          gsize gone = (gsize) g_test_rand_int_range (0, (gint) (length - from));

          memmove (sdp + from, sdp + from + gone, length - from - gone);
          length -= gone;
        }
      result = cusax_offer_receive_offer (offer, sdp, length, NULL);
      if (result == NULL)
        continue;
      answer = create_full_answer (offer);
      check_answer (sdp, length, answer);
      again = create_full_offer (offer);
      g_clear_pointer (&result, cusax_offer_result_free);
      result = cusax_offer_receive_answer (offer, sdp, length, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offer-vectors/p14-p25-vectors", test_vectors);
  g_test_add_func ("/offer-vectors/answers-fit", test_answers_fit);
  g_test_add_func ("/offer-vectors/damaged", test_damaged);
  return g_test_run ();
}
