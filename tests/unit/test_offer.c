/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "note.h"
#include "offer-helpers.h"

#include <string.h>

/* ------------------------------------------------------------- first offer */

static void
test_create_offer (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);
  g_autofree char *sdp = create_offer (offer, CUSAX_DIRECTION_SENDRECV);
  g_autofree char *body = g_strdup (strstr (sdp, "s=-"));

  g_assert_cmpstr (body, ==,
                   "s=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 111 9 8 0 110 101\r\n"
                   "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\na=rtpmap:9 G722/8000\r\na=rtpmap:8 PCMA/8000\r\n"
                   "a=rtpmap:0 PCMU/8000\r\na=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-15\r\n"
                   "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
                   "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7\r\n");
  g_assert_true (g_str_has_prefix (sdp, "v=0\r\no=- "));
  g_assert_cmpuint (strlen (sdp), <, 600); /* an INVITE must fit into 1300 bytes (RFC 3261 section 18.1.1) */
}

static void
test_create_offer_policies (void)
{
  static const struct
  {
    CusaxMediaSecurity security;
    gboolean with_key;
    const char *expected; /* NULL: NOT_PROTECTED */
  } cases[] = {
    { OFF, TRUE, "m=audio 4000 RTP/AVP 111 9 8 0 110 101" },
    { OFF, FALSE, "m=audio 4000 RTP/AVP 111 9 8 0 110 101" },
    { PREFER, FALSE, "m=audio 4000 RTP/AVP 111 9 8 0 110 101" },
    { PREFER, TRUE, "m=audio 4000 RTP/AVP 111 9 8 0 110 101|a=crypto:1" },
    { REQUIRE, TRUE, "m=audio 4000 RTP/SAVP 111 9 8 0 110 101|a=crypto:1" },
    { REQUIRE, FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make (cases[i].security);
      g_autoptr (CusaxTransportDescription) local = make_local (cases[i].with_key);
      g_autoptr (GError) error = NULL;
      g_autofree char *sdp = cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_SENDRECV, &error);
      g_autofree char *text = NULL;

      if (cases[i].expected == NULL)
        {
          g_assert_null (sdp);
          g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED);
          continue;
        }
      text = lines (sdp, "m= a=crypto");
      g_assert_true (g_str_has_prefix (text, cases[i].expected));
      g_assert_cmpint (strstr (text, "a=crypto") != NULL, ==, strstr (cases[i].expected, "a=crypto") != NULL);
    }
}

static void
test_create_offer_addresses (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  g_autoptr (CusaxTransportDescription) local = cusax_transport_description_new ("2001:db8::1", 4000, 4007);
  g_autofree char *sdp = NULL;
  g_autofree char *text = NULL;

  local->rtcp_mux = TRUE;
  sdp = cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_RECVONLY, NULL);
  text = lines (sdp, "c= a=rtcp a=recv");
  g_assert_cmpstr (text, ==, "c=IN IP6 2001:db8::1|a=recvonly|a=rtcp-mux|a=rtcp:4007");
  g_assert_nonnull (strstr (sdp, " IN IP6 2001:db8::1\r\ns=-"));
}

static void
test_create_offer_without_transport (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  g_autoptr (CusaxTransportDescription) local = cusax_transport_description_new ("192.0.2.1", 0, 0);
  g_autoptr (GError) error = NULL;

  g_assert_null (cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_SENDRECV, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
}

/* ----------------------------------------------------------------- vendors */

static const struct
{
  const char *file;
  CusaxMediaSecurity security;
  const char *result;
  const char *answer; /* its m=, a=crypto without key and direction lines; NULL: refused */
} vendors[] = {
  { "rfc4317-2.1", PREFER, "192.0.2.10 49170/49171 sendrecv 0=PCMU/8 8=PCMA/8",
    "m=audio 4000 RTP/AVP 0 8|a=sendrecv|m=video 0 RTP/AVP 31" },
  { "rfc4317-2.4", PREFER, "192.0.2.10 49172/49173 recvonly 0=PCMU/8 98=telephone-event/8",
    "m=audio 0 RTP/AVP 99|m=audio 4000 RTP/AVP 0 98|a=recvonly" },
  { "rfc4317-3.1-hold", PREFER, "192.0.2.20 49174/49175 recvonly 0=PCMU/8",
    "m=audio 4000 RTP/AVP 0|a=recvonly" },
  { "rfc2543-hold", PREFER, "0.0.0.0 17544/17545 recvonly 8=PCMA/8 101=telephone-event/8",
    "m=audio 4000 RTP/AVP 8 101|a=recvonly" },
  { "rfc4568", PREFER, "192.0.2.50 49170/49171 sendrecv 0=PCMU/8 srtp=3/2",
    "m=audio 4000 RTP/SAVP 0|a=sendrecv|a=crypto:3 AES_CM_128_HMAC_SHA1_32" },
  { "rfc4568", OFF, "NOT_PROTECTED", NULL },
  { "rfc8643-best-effort", PREFER,
    "198.51.100.1 54609/54610 sendrecv 0=PCMU/8 8=PCMA/8 101=telephone-event/8 srtp=7/1",
    "m=audio 4000 RTP/AVP 0 8 101|a=sendrecv|a=crypto:7 AES_CM_128_HMAC_SHA1_80" },
  { "rfc8643-best-effort", REQUIRE,
    "198.51.100.1 54609/54610 sendrecv 0=PCMU/8 8=PCMA/8 101=telephone-event/8 srtp=7/1",
    "m=audio 4000 RTP/AVP 0 8 101|a=sendrecv|a=crypto:7 AES_CM_128_HMAC_SHA1_80" },
  { "rfc8643-best-effort", OFF, "198.51.100.1 54609/54610 sendrecv 0=PCMU/8 8=PCMA/8 101=telephone-event/8",
    "m=audio 4000 RTP/AVP 0 8 101|a=sendrecv" },
  { "rfc5761-mux", PREFER, "2001:db8::211:24ff:fea3:7a2e 49170/49170+mux sendrecv 0=PCMU/8",
    "m=audio 4000 RTP/AVP 0|a=sendrecv|a=rtcp-mux" },
  { "rfc3605-rtcp", PREFER, "126.16.64.4 49170/53020 sendrecv 0=PCMU/8", "m=audio 4000 RTP/AVP 0|a=sendrecv" },
  { "baresip", PREFER,
    "192.0.2.61 30152/30153 sendrecv 96=opus/48 0=PCMU/8 8=PCMA/8 101=telephone-event/8 ptime=20 max=128",
    "m=audio 4000 RTP/AVP 96 0 8 101|a=sendrecv" },
  { "baresip", REQUIRE, "NOT_PROTECTED", NULL },
  { "asterisk", PREFER,
    "203.0.113.7 10024/10025 sendrecv 8=PCMA/8 0=PCMU/8 9=G722/8 107=opus/48 101=telephone-event/8 ptime=20 maxptime=60",
    "m=audio 4000 RTP/AVP 8 0 9 107 101|a=sendrecv" },
  { "asterisk-sdes", REQUIRE,
    "203.0.113.7 14480/14481 sendrecv 0=PCMU/8 101=telephone-event/8 srtp=1/1 ptime=20 maxptime=150",
    "m=audio 4000 RTP/SAVP 0 101|a=sendrecv|a=crypto:1 AES_CM_128_HMAC_SHA1_80" },
  { "fritzbox", PREFER, "192.168.178.1 7078/7079 sendrecv 9=G722/8 8=PCMA/8 0=PCMU/8 101=telephone-event/8",
    "m=audio 4000 RTP/AVP 9 8 0 101|a=sendrecv" },
  { "linphone", PREFER,
    "198.51.100.23 7078/7078+mux sendrecv 96=opus/48 0=PCMU/8 8=PCMA/8 101=telephone-event/48 "
    "100=telephone-event/8 srtp=1/1",
    "a=group:BUNDLE as|m=audio 4000 RTP/SAVPF 96 0 8 101 100|a=sendrecv|a=mid:as|a=rtcp-mux|"
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80|m=video 0 RTP/SAVPF 96|a=mid:vs" },
  { "grandstream-twin", PREFER, "192.0.2.77 5004/5005 sendrecv 8=PCMA/8 101=telephone-event/8 srtp=1/1",
    "m=audio 4000 RTP/SAVP 8 101|a=sendrecv|a=crypto:1 AES_CM_128_HMAC_SHA1_80|m=audio 0 RTP/AVP 8" },
  { "grandstream-twin", OFF, "192.0.2.77 5006/5007 sendrecv 8=PCMA/8 101=telephone-event/8",
    "m=audio 0 RTP/SAVP 8|m=audio 4000 RTP/AVP 8 101|a=sendrecv" },
  { "ice-plain", PREFER, "198.51.100.40 40000/40001 sendrecv 102=OPUS/48 8=PCMA/8 ice=8hhY/2-lite",
    "m=audio 4000 RTP/AVPF 102 8|a=sendrecv|m=text 0 RTP/AVP 98|m=message 0 TCP/MSRP *" },
  { "fax-t38", PREFER, "UNSUPPORTED", NULL },
  { "video-only", PREFER, "UNSUPPORTED", NULL },
  { "chrome", PREFER,
    "203.0.113.99 54321/54321+mux sendrecv 111=opus/48 9=G722/8 0=PCMU/8 8=PCMA/8 110=telephone-event/48 "
    "126=telephone-event/8 dtls=passive ice=aMlp/1",
    NULL },
};

static void
test_vendors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vendors); i++)
    {
      g_autoptr (CusaxOffer) offer = make (vendors[i].security);
      g_autofree char *sdp = load (vendors[i].file);
      g_autofree char *result = NULL;
      g_autofree char *answer = NULL;
      g_autofree char *text = NULL;
      char *key;

      note (vendors[i].file);
      result = receive_offer (offer, sdp);
      g_assert_cmpstr (result, ==, vendors[i].result);
      if (vendors[i].answer == NULL)
        continue;
      answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);
      text = lines (answer, "m= a=send a=recv a=inactive a=crypto a=rtcp a=ice a=group a=mid");
      while ((key = strstr (text, " inline:")) != NULL)
        memmove (key, key + 48, strlen (key + 48) + 1);
      g_assert_cmpstr (text, ==, vendors[i].answer);
    }
}

/* Our parameters, not theirs, stand beside their payload types. */
static void
test_answer_parameters (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);
  g_autofree char *sdp = load ("baresip");
  g_autofree char *result = receive_offer (offer, sdp);
  g_autofree char *answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);
  g_autofree char *text = lines (answer, "a=rtpmap a=fmtp");

  g_assert_cmpstr (
      text, ==,
      "a=rtpmap:96 opus/48000/2|a=fmtp:96 useinbandfec=1|a=rtpmap:0 PCMU/8000|a=rtpmap:8 PCMA/8000|"
      "a=rtpmap:101 telephone-event/8000|a=fmtp:101 0-15");
}

static void
test_remote_key (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);
  g_autoptr (CusaxOfferResult) result
      = cusax_offer_receive_offer (offer, HEAD "m=audio 5000 RTP/SAVP 8\r\n" CRYPTO ("5"),
                                   strlen (HEAD "m=audio 5000 RTP/SAVP 8\r\n" CRYPTO ("5")), NULL);
  static const guint8 zero[CUSAX_SRTP_KEY_LENGTH] = { 0 };

  g_assert_true (result->secure);
  g_assert_cmpmem (result->remote->crypto.key, CUSAX_SRTP_KEY_LENGTH, "YS___semctl () {\t220;}\n}\nunles", 30);
  g_assert_cmpmem (result->local_crypto.key, CUSAX_SRTP_KEY_LENGTH, zero, sizeof zero);
}

/* ----------------------------------------------------------------- answers */

static void
test_answers (void)
{
  static const struct
  {
    CusaxMediaSecurity security;
    const char *answer;
    const char *result;
  } cases[] = {
    { PREFER, HEAD "m=audio 5000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n",
      "192.0.2.9 5000/5001 sendrecv 8=PCMA/8 101=telephone-event/8" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\na=ptime:60\r\n",
      "192.0.2.9 5000/5001 sendrecv 111=opus/48 ptime=60" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 8\r\na=sendonly\r\n", "192.0.2.9 5000/5001 recvonly 8=PCMA/8" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 8\r\na=inactive\r\n", "192.0.2.9 5000/5001 inactive 8=PCMA/8" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 8\r\na=rtcp-mux\r\n",
      "192.0.2.9 5000/5001 sendrecv 8=PCMA/8" }, /* unasked */
    { PREFER, HEAD "m=audio 65535 RTP/AVP 8\r\n", "192.0.2.9 65535/0 sendrecv 8=PCMA/8" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 3\r\n", "NO_CODEC" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n", "NO_CODEC" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 96\r\n", "NO_CODEC" },
    { PREFER, HEAD "m=audio 0 RTP/AVP 8\r\n", "UNSUPPORTED" },
    { PREFER, HEAD "m=video 5000 RTP/AVP 8\r\n", "UNSUPPORTED" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 8\r\nc=IN IP4 239.1.1.1/32\r\n", "UNSUPPORTED" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 8\r\nc=IN IP4 peer.example.org\r\n", "UNSUPPORTED" },
    { PREFER, "v=0\r\no=- 7 7 IN IP4 192.0.2.9\r\nm=audio 5000 RTP/AVP 8\r\n", "INVALID" }, /* no c= */
    { PREFER, HEAD, "INVALID" },
    { PREFER, "garbage", "INVALID" },
    { PREFER, "", "INVALID" },
    /* RFC 8643: with our tag and suite it is SRTP, with none it is plain, with another one nobody knows */
    { PREFER, HEAD "m=audio 5000 RTP/AVP 8\r\n" CRYPTO ("1"),
      "192.0.2.9 5000/5001 sendrecv 8=PCMA/8 srtp=1/1" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 8\r\n" CRYPTO ("2"), "NOT_PROTECTED" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:" KEY "\r\n",
      "NOT_PROTECTED" },
    { PREFER, HEAD "m=audio 5000 RTP/AVP 8\r\na=crypto:1 nonsense\r\n", "NOT_PROTECTED" },
    { PREFER, HEAD "m=audio 5000 RTP/SAVP 8\r\n" CRYPTO ("1"),
      "192.0.2.9 5000/5001 sendrecv 8=PCMA/8 srtp=1/1" },
    { PREFER, HEAD "m=audio 5000 RTP/SAVP 8\r\n", "NOT_PROTECTED" },
    { REQUIRE, HEAD "m=audio 5000 RTP/SAVP 8\r\n" CRYPTO ("1"),
      "192.0.2.9 5000/5001 sendrecv 8=PCMA/8 srtp=1/1" },
    { REQUIRE, HEAD "m=audio 5000 RTP/SAVP 8\r\n", "NOT_PROTECTED" },
    { REQUIRE, HEAD "m=audio 5000 RTP/AVP 8\r\n", "NOT_PROTECTED" },
    { OFF, HEAD "m=audio 5000 RTP/AVP 8\r\n" CRYPTO ("1"), "192.0.2.9 5000/5001 sendrecv 8=PCMA/8" },
    { OFF, HEAD "m=audio 5000 RTP/SAVP 8\r\n" CRYPTO ("1"), "NOT_PROTECTED" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make (cases[i].security);
      g_autofree char *sdp = create_offer (offer, CUSAX_DIRECTION_SENDRECV);
      g_autofree char *result = receive_answer (offer, cases[i].answer);

      note (cases[i].answer);
      g_assert_cmpstr (result, ==, cases[i].result);
      g_free (create_offer (offer, CUSAX_DIRECTION_SENDRECV)); /* settled, well or badly */
    }
}

static void
test_answer_with_mux (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  g_autoptr (CusaxTransportDescription) local = make_local (FALSE);
  g_autofree char *sdp = NULL;
  g_autofree char *result = NULL;

  local->rtcp_mux = TRUE;
  sdp = cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_SENDRECV, NULL);
  result = receive_answer (offer, HEAD "m=audio 5000 RTP/AVP 8\r\na=rtcp:5005\r\na=rtcp-mux\r\n");
  g_assert_cmpstr (result, ==, "192.0.2.9 5000/5000+mux sendrecv 8=PCMA/8");
}

/* RFC 3264 section 6.1: every pair of directions. */
static void
test_directions (void)
{
  static const char *const names[] = { "inactive", "sendonly", "recvonly", "sendrecv" };

  for (int ours = CUSAX_DIRECTION_INACTIVE; ours <= CUSAX_DIRECTION_SENDRECV; ours++)
    for (int theirs = CUSAX_DIRECTION_INACTIVE; theirs <= CUSAX_DIRECTION_SENDRECV; theirs++)
      {
        g_autofree char *sdp = g_strconcat (HEAD "m=audio 5000 RTP/AVP 8\r\na=", names[theirs], "\r\n", NULL);
        int both = ours & (int) cusax_direction_reverse ((CusaxDirection) theirs);
        g_autoptr (CusaxOffer) offerer = make (OFF);
        g_autoptr (CusaxOffer) answerer = make (OFF);
        g_autoptr (CusaxOfferResult) result = NULL;
        g_autofree char *offered = create_offer (offerer, (CusaxDirection) ours);
        g_autofree char *received = receive_offer (answerer, sdp);
        g_autofree char *answer = create_answer (answerer, (CusaxDirection) ours);
        g_autofree char *line = lines (answer, "a=send a=recv a=inactive");

        result = cusax_offer_receive_answer (offerer, sdp, strlen (sdp), NULL);
        g_assert_cmpint (result->direction, ==, both);
        g_assert_cmpstr (line + 2, ==, names[both]);
      }
}

/* ------------------------------------------------------------------ hostile */

static void
test_many_streams (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);
  GString *sdp = g_string_new (HEAD);
  g_autofree char *text = NULL;
  g_autofree char *answer = NULL;

  for (guint i = 0; i < 31; i++)
    g_string_append (sdp, "m=video 6000 RTP/AVP 31\r\n");
  g_string_append (sdp, "m=audio 5000 RTP/AVP 8\r\n");
  text = receive_offer (offer, sdp->str);
  g_assert_cmpstr (text, ==, "192.0.2.9 5000/5001 sendrecv 8=PCMA/8");
  answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);
  g_assert_true (g_strrstr (answer, "m=audio 4000") != NULL);
  g_string_append (sdp, "m=audio 5000 RTP/AVP 8\r\n");
  g_free (text);
  text = receive_offer (offer, sdp->str);
  g_assert_cmpstr (text, ==, "INVALID");
  g_string_free (sdp, TRUE);
}

/* Vendors' texts with damage: the answer, if there is one, has as many m= lines as the offer. */
static void
test_damaged_vendors (void)
{
  static const char alphabet[] = "0129=:/ \r\n\t()amvcoxINP.|-\xff";

  for (guint i = 0; i < 4000; i++)
    {
      g_autofree char *sdp = load (vendors[i % G_N_ELEMENTS (vendors)].file);
      g_autoptr (CusaxOffer) offer = make ((CusaxMediaSecurity) (i % 3));
      g_autoptr (CusaxOfferResult) result = NULL;
      g_autofree char *answer = NULL;
      gsize length = strlen (sdp);

      for (gint j = g_test_rand_int_range (0, 6); j > 0; j--)
        sdp[g_test_rand_int_range (0, (gint) length)]
            = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      result = cusax_offer_receive_offer (offer, sdp, length, NULL);
      if (result == NULL)
        continue;
      g_assert_nonnull (result->remote->address);
      g_assert_cmpuint (result->remote->rtp_port, >, 0);
      g_assert_cmpuint (result->codecs->len, >, 0);
      answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);
      g_assert_true (strstr (answer, "m=audio 4000 RTP/") != NULL || strstr (answer, "m=audio 4000 UDP/TLS/RTP/") != NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offer/create-offer", test_create_offer);
  g_test_add_func ("/offer/create-offer-policies", test_create_offer_policies);
  g_test_add_func ("/offer/create-offer-addresses", test_create_offer_addresses);
  g_test_add_func ("/offer/create-offer-without-transport", test_create_offer_without_transport);
  g_test_add_func ("/offer/vendors", test_vendors);
  g_test_add_func ("/offer/answer-parameters", test_answer_parameters);
  g_test_add_func ("/offer/remote-key", test_remote_key);
  g_test_add_func ("/offer/answers", test_answers);
  g_test_add_func ("/offer/answer-with-mux", test_answer_with_mux);
  g_test_add_func ("/offer/directions", test_directions);
  g_test_add_func ("/offer/many-streams", test_many_streams);
  g_test_add_func ("/offer/damaged-vendors", test_damaged_vendors);
  return g_test_run ();
}
