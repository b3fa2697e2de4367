/* SPDX-License-Identifier: GPL-2.0-or-later */
/* States, versions and later offers of one session. */
#include "offer-helpers.h"

/* ------------------------------------------------------------------- states */

#define PLAIN HEAD "m=audio 5000 RTP/AVP 8\r\n"

static void
test_states (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  g_autoptr (CusaxTransportDescription) local = make_local (FALSE);
  g_autofree char *first = NULL;
  char *text;

#define EXPECT(call, expected)                                                                                 \
  G_STMT_START                                                                                                 \
  {                                                                                                            \
    text = call;                                                                                               \
    g_assert_cmpstr (text, ==, expected);                                                                      \
    g_free (text);                                                                                             \
  }                                                                                                            \
  G_STMT_END
#define EXPECT_INVALID(call)                                                                                   \
  G_STMT_START                                                                                                 \
  {                                                                                                            \
    g_autoptr (GError) error = NULL;                                                                           \
    g_assert_null (call);                                                                                      \
    g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);                                                  \
  }                                                                                                            \
  G_STMT_END

  /* STABLE */
  EXPECT (receive_answer (offer, PLAIN), "INVALID");
  EXPECT_INVALID (cusax_offer_create_answer (offer, local, CUSAX_DIRECTION_SENDRECV, &error));
  cusax_offer_reject (offer);

  /* OFFER_SENT */
  first = create_offer (offer, CUSAX_DIRECTION_SENDRECV);
  EXPECT_INVALID (cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_SENDRECV, &error));
  EXPECT_INVALID (cusax_offer_create_answer (offer, local, CUSAX_DIRECTION_SENDRECV, &error));
  EXPECT (receive_offer (offer, PLAIN), "BUSY");
  EXPECT (receive_offer (offer, "garbage"), "BUSY");
  EXPECT (receive_answer (offer, PLAIN), "192.0.2.9 5000/5001 sendrecv 8=PCMA/8");
  EXPECT (receive_answer (offer, PLAIN), "INVALID");

  /* OFFER_RECEIVED; a refused offer leaves STABLE */
  EXPECT (receive_offer (offer, HEAD "m=video 5000 RTP/AVP 31\r\n"), "UNSUPPORTED");
  EXPECT (receive_offer (offer, PLAIN), "192.0.2.9 5000/5001 sendrecv 8=PCMA/8");
  EXPECT (receive_offer (offer, PLAIN), "INVALID");
  EXPECT (receive_answer (offer, PLAIN), "INVALID");
  EXPECT_INVALID (cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_SENDRECV, &error));
  cusax_offer_reject (offer);
  EXPECT (receive_offer (offer, PLAIN), "192.0.2.9 5000/5001 sendrecv 8=PCMA/8");
  g_free (create_answer (offer, CUSAX_DIRECTION_SENDRECV));
  EXPECT_INVALID (cusax_offer_create_answer (offer, local, CUSAX_DIRECTION_SENDRECV, &error));
}

static void
test_secure_answer_needs_key (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);
  g_autoptr (CusaxTransportDescription) local = make_local (FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *result = receive_offer (offer, PLAIN CRYPTO ("1"));

  g_assert_null (cusax_offer_create_answer (offer, local, CUSAX_DIRECTION_SENDRECV, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED);
  g_free (create_answer (offer, CUSAX_DIRECTION_SENDRECV)); /* still possible with a key */
}

/* --------------------------------------------------------------- re-offers */

/* RFC 3264 section 8: the version grows by one if something changed, all else in o= stays. */
static void
test_version (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  g_autoptr (CusaxTransportDescription) moved = cusax_transport_description_new ("198.51.100.1", 5000, 5001);
  g_autofree char *first = create_offer (offer, CUSAX_DIRECTION_SENDRECV);
  g_autofree char *origin = lines (first, "o=");
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autofree char *fourth = NULL;
  guint64 version = version_of (first);

  g_free (receive_answer (offer,
                          HEAD "m=audio 5000 RTP/AVP 111 9 8 0 110 101\r\na=rtpmap:111 opus/48000/2\r\n"
                               "a=rtpmap:110 telephone-event/48000\r\na=rtpmap:101 telephone-event/8000\r\n"));
  second = create_offer (offer, CUSAX_DIRECTION_SENDRECV);
  g_assert_cmpstr (second, ==, first);
  cusax_offer_reject (offer);

  third = create_offer (offer, CUSAX_DIRECTION_SENDONLY);
  g_assert_cmpuint (version_of (third), ==, version + 1);
  cusax_offer_reject (offer);

  fourth = cusax_offer_create_offer (offer, moved, CUSAX_DIRECTION_SENDONLY, NULL);
  g_assert_cmpuint (version_of (fourth), ==, version + 2);
  g_assert_nonnull (strstr (fourth, " IN IP4 192.0.2.1\r\ns="));
  g_assert_nonnull (strstr (fourth, "\r\nc=IN IP4 198.51.100.1\r\n"));
}

/* Two engines talk: call, hold, resume, hold from the other side, with keys. */
static void
test_conversation (void)
{
  static const struct
  {
    gboolean from_a;
    CusaxDirection offered;
    CusaxDirection wanted;
    CusaxDirection a;
  } steps[] = {
    { TRUE, CUSAX_DIRECTION_SENDRECV, CUSAX_DIRECTION_SENDRECV, CUSAX_DIRECTION_SENDRECV },
    { TRUE, CUSAX_DIRECTION_SENDONLY, CUSAX_DIRECTION_SENDRECV, CUSAX_DIRECTION_SENDONLY },
    { FALSE, CUSAX_DIRECTION_SENDONLY, CUSAX_DIRECTION_SENDONLY, CUSAX_DIRECTION_INACTIVE },
    { TRUE, CUSAX_DIRECTION_SENDRECV, CUSAX_DIRECTION_SENDONLY, CUSAX_DIRECTION_RECVONLY },
    { FALSE, CUSAX_DIRECTION_SENDRECV, CUSAX_DIRECTION_SENDRECV, CUSAX_DIRECTION_SENDRECV },
  };
  static const CusaxMediaSecurity policies[] = { OFF, PREFER, REQUIRE };

  for (guint p = 0; p < G_N_ELEMENTS (policies); p++)
    {
      g_autoptr (CusaxOffer) a = make (policies[p]);
      g_autoptr (CusaxOffer) b = make (policies[p]);

      for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
        {
          CusaxOffer *offerer = steps[i].from_a ? a : b;
          CusaxOffer *answerer = steps[i].from_a ? b : a;
          g_autofree char *offer = create_offer (offerer, steps[i].offered);
          g_autoptr (CusaxOfferResult) at_answerer
              = cusax_offer_receive_offer (answerer, offer, strlen (offer), NULL);
          g_autofree char *answer = create_answer (answerer, steps[i].wanted);
          g_autoptr (CusaxOfferResult) at_offerer
              = cusax_offer_receive_answer (offerer, answer, strlen (answer), NULL);
          CusaxDirection seen_by_a
              = steps[i].from_a ? at_offerer->direction : cusax_direction_reverse (at_offerer->direction);

          g_assert_cmpint (seen_by_a, ==, steps[i].a);
          g_assert_cmpint (at_offerer->secure, ==, policies[p] != OFF);
          g_assert_cmpint (at_answerer->secure, ==, policies[p] != OFF);
          g_assert_cmpuint (at_offerer->codecs->len, ==, 6);
        }
    }
}

/* RFC 3264 section 8.3.2: a number keeps its meaning; what was agreed comes first. */
static void
test_reoffer_payload_types (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  g_autofree char *result
      = receive_offer (offer, HEAD "m=audio 5000 RTP/AVP 101 111\r\na=rtpmap:101 opus/48000/2\r\n"
                                   "a=rtpmap:111 telephone-event/8000\r\n");
  g_autofree char *answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);
  g_autofree char *reoffer = create_offer (offer, CUSAX_DIRECTION_SENDRECV);
  g_autofree char *text = lines (reoffer, "m= a=rtpmap");

  g_assert_cmpstr (result, ==, "192.0.2.9 5000/5001 sendrecv 101=opus/48 111=telephone-event/8");
  g_assert_cmpstr (text, ==,
                   "m=audio 4000 RTP/AVP 101 111 9 8 0 110|a=rtpmap:101 opus/48000/2|"
                   "a=rtpmap:111 telephone-event/8000|a=rtpmap:9 G722/8000|a=rtpmap:8 PCMA/8000|a=rtpmap:0 PCMU/8000|"
                   "a=rtpmap:110 telephone-event/48000");
}

static void
test_reoffer_evades_foreign_numbers (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  g_autofree char *result
      = receive_offer (offer, HEAD "m=audio 5000 RTP/AVP 8 111\r\na=rtpmap:111 telephone-event/8000\r\n");
  g_autofree char *answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);
  g_autofree char *reoffer = create_offer (offer, CUSAX_DIRECTION_SENDRECV);
  g_autofree char *text = lines (reoffer, "m= a=rtpmap:96");

  g_assert_cmpstr (text, ==, "m=audio 4000 RTP/AVP 8 111 96 9 0 110|a=rtpmap:96 opus/48000/2");
}

/* ... also when it was used only in an earlier round. */
static void
test_reoffer_evades_old_numbers (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  g_autofree char *reoffer = NULL;
  g_autofree char *text = NULL;

  g_free (receive_offer (offer, HEAD "m=audio 5000 RTP/AVP 8 111\r\na=rtpmap:111 telephone-event/8000\r\n"));
  g_free (create_answer (offer, CUSAX_DIRECTION_SENDRECV));
  g_free (receive_offer (offer, PLAIN));
  g_free (create_answer (offer, CUSAX_DIRECTION_SENDRECV));
  reoffer = create_offer (offer, CUSAX_DIRECTION_SENDRECV);
  text = lines (reoffer, "m= a=rtpmap:96");
  g_assert_cmpstr (text, ==, "m=audio 4000 RTP/AVP 8 96 9 0 110 101|a=rtpmap:96 opus/48000/2");
}

/* A call that was SRTP by SAVP does not become plain because an answer forgets the key. */
static void
test_reoffer_is_not_downgraded (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);
  g_autofree char *sdp = load ("asterisk-sdes");
  char *text;

  g_free (receive_offer (offer, sdp));
  g_free (create_answer (offer, CUSAX_DIRECTION_SENDRECV));
  g_free (create_offer (offer, CUSAX_DIRECTION_SENDONLY));
  EXPECT (receive_answer (offer, PLAIN), "NOT_PROTECTED");
}

/* RFC 3264 section 8: after an offer of many streams ours has as many lines; an answer is read at our line. */
static void
test_reoffer_keeps_lines (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  g_autofree char *result = receive_offer (
      offer, HEAD "m=video 6000 RTP/AVP 31\r\nm=audio 5000 RTP/AVP 8\r\nm=image 7000 udptl t38\r\n");
  g_autofree char *answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);
  g_autofree char *reoffer = create_offer (offer, CUSAX_DIRECTION_SENDONLY);
  g_autofree char *text = lines (reoffer, "m=");
  char *second;

  g_assert_cmpstr (text, ==, "m=video 0 RTP/AVP 31|m=audio 4000 RTP/AVP 8 111 9 0 110 101|m=image 0 udptl t38");
  second = receive_answer (offer, HEAD "m=video 0 RTP/AVP 31\r\nm=audio 5000 RTP/AVP 8\r\na=recvonly\r\n"
                                       "m=image 0 udptl t38\r\n");
  g_assert_cmpstr (second, ==, "192.0.2.9 5000/5001 sendonly 8=PCMA/8");
  g_free (second);
}

/* A later offer with one more stream before ours does not move the call. */
static void
test_later_offer_keeps_stream (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  char *text;

  EXPECT (receive_offer (offer, HEAD "m=audio 0 RTP/AVP 8\r\nm=audio 5000 RTP/AVP 8\r\n"),
          "192.0.2.9 5000/5001 sendrecv 8=PCMA/8");
  g_free (create_answer (offer, CUSAX_DIRECTION_SENDRECV));
  EXPECT (receive_offer (offer, HEAD "m=audio 6000 RTP/AVP 8\r\nm=audio 5000 RTP/AVP 8\r\n"),
          "192.0.2.9 5000/5001 sendrecv 8=PCMA/8");
  g_free (create_answer (offer, CUSAX_DIRECTION_SENDRECV));
  /* ... unless it is gone */
  EXPECT (receive_offer (offer, HEAD "m=audio 6000 RTP/AVP 8\r\nm=audio 0 RTP/AVP 8\r\n"),
          "192.0.2.9 6000/6001 sendrecv 8=PCMA/8");
}

/* The refused re-offer of either side leaves what was agreed. */
static void
test_reject_keeps_session (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);
  g_autofree char *sdp = load ("asterisk-sdes");
  g_autofree char *first = receive_offer (offer, sdp);
  g_autofree char *answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);
  g_autofree char *reoffer = NULL;
  g_autofree char *text = NULL;
  char *refused = receive_offer (offer, HEAD "m=audio 5000 RTP/AVP 3\r\n");

  g_assert_cmpstr (refused, ==, "NO_CODEC");
  g_free (refused);
  reoffer = create_offer (offer, CUSAX_DIRECTION_SENDRECV);
  text = lines (reoffer, "m=");
  /* SAVP was agreed: it is not given up for the opportunistic form */
  g_assert_cmpstr (text, ==, "m=audio 4000 RTP/SAVP 0 101 111 9 8 110");
}

static void
test_ref (void)
{
  CusaxOffer *offer = make (OFF);
  CusaxOffer *same = cusax_offer_ref (offer);

  cusax_offer_unref (offer);
  g_free (create_offer (same, CUSAX_DIRECTION_SENDRECV));
  cusax_offer_unref (same);
  cusax_offer_result_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offer-session/states", test_states);
  g_test_add_func ("/offer-session/secure-answer-needs-key", test_secure_answer_needs_key);
  g_test_add_func ("/offer-session/version", test_version);
  g_test_add_func ("/offer-session/conversation", test_conversation);
  g_test_add_func ("/offer-session/reoffer-payload-types", test_reoffer_payload_types);
  g_test_add_func ("/offer-session/reoffer-evades-foreign-numbers", test_reoffer_evades_foreign_numbers);
  g_test_add_func ("/offer-session/reoffer-evades-old-numbers", test_reoffer_evades_old_numbers);
  g_test_add_func ("/offer-session/reoffer-is-not-downgraded", test_reoffer_is_not_downgraded);
  g_test_add_func ("/offer-session/reoffer-keeps-lines", test_reoffer_keeps_lines);
  g_test_add_func ("/offer-session/later-offer-keeps-stream", test_later_offer_keeps_stream);
  g_test_add_func ("/offer-session/reject-keeps-session", test_reject_keeps_session);
  g_test_add_func ("/offer-session/ref", test_ref);
  return g_test_run ();
}
