/* SPDX-License-Identifier: GPL-2.0-or-later */
/* P25: a picture beside the sound: offered, taken, refused, added, removed, and in one bundle with it. */
#include "note.h"
#include "offer-helpers.h"

#define SOUND "m=audio 5000 RTP/AVP 8\r\n"
#define VP8 "m=video 6000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
#define GONE "m=video 0 RTP/AVP 96\r\n"
#define H264(fmtp) "m=video 6000 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n" fmtp
#define HEARD "192.0.2.9 5000/5001 sendrecv 8=PCMA/8"
#define SEEN "192.0.2.9 6000/6001 sendrecv 96=VP8/90"
#define GROUPED HEAD "a=group:BUNDLE a v\r\n" SOUND "a=mid:a\r\na=rtcp-mux\r\n"

#define EXPECT(call, expected)                                                                                 \
  G_STMT_START                                                                                                 \
  {                                                                                                            \
    g_autofree char *text_ = call;                                                                             \
    g_assert_cmpstr (text_, ==, expected);                                                                     \
  }                                                                                                            \
  G_STMT_END

static char *
media_of (char *sdp)
{
  g_autofree char *owned = sdp;

  return lines (owned, "m= a=group a=mid");
}

static void
see_nothing (CusaxOffer *offer)
{
  cusax_offer_set_local_video (offer, NULL, CUSAX_DIRECTION_INACTIVE);
}

static void
test_offered (void)
{
  g_autoptr (CusaxOffer) offer = make_full (OFF, TRUE);
  g_autofree char *sdp = create_full_offer (offer);
  g_autofree char *video = g_strdup (strstr (sdp, "m=video"));
  g_autofree char *text = lines (video, "m= a=rtpmap a=fmtp a=rtcp a=send");

  g_assert_cmpstr (text, ==,
                   "m=video 4100 RTP/AVP 96 97 98|a=rtpmap:96 VP8/90000|a=rtpmap:97 H264/90000|"
                   "a=fmtp:97 packetization-mode=1;profile-level-id=42e01f|a=rtpmap:98 H264/90000|"
                   "a=fmtp:98 packetization-mode=0;profile-level-id=42e01f|a=sendrecv|a=rtcp-fb:* nack pli|"
                   "a=rtcp-fb:* ccm fir|a=rtcp-fb:* nack|a=rtcp-mux");
  g_assert_null (strstr (sdp, "BUNDLE"));
}

static void
test_answered (void)
{
  static const struct
  {
    const char *answer;
    const char *result;
  } cases[] = {
    { HEAD SOUND VP8, HEARD " + " SEEN },
    { HEAD SOUND VP8 "b=AS:512\r\na=rtcp-fb:96 nack pli\r\n", HEARD " + " SEEN " pli max=512" },
    { HEAD SOUND VP8 "b=TIAS:300500\r\nb=AS:512\r\n", HEARD " + " SEEN " max=300" },
    { HEAD SOUND VP8 "a=recvonly\r\n", HEARD " + 192.0.2.9 6000/6001 sendonly 96=VP8/90" },
    { HEAD SOUND GONE, HEARD " + refused" },
    { HEAD SOUND, HEARD " + refused" },
    { HEAD SOUND "m=video 6000 RTP/AVP 31\r\n", HEARD " + refused" },
    { HEAD SOUND "m=image 6000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", HEARD " + refused" },
    { HEAD "m=audio 0 RTP/AVP 8\r\n" VP8, "UNSUPPORTED" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make_full (OFF, TRUE);
      gboolean is_refused = strstr (cases[i].result, "refused") != NULL;

      g_free (create_full_offer (offer));
      note (cases[i].answer);
      EXPECT (receive_both_answer (offer, cases[i].answer), cases[i].result);
      if (!g_ascii_isupper (cases[i].result[0])) /* what was refused is not asked for again, and its line stays */
        {
          g_autofree char *sdp = create_full_offer (offer);

          g_assert_cmpint (strstr (sdp, "m=video 0 RTP/AVP") != NULL, ==, is_refused);
          g_assert_cmpint (strstr (sdp, "m=video 4100 RTP/AVP") != NULL, ==, !is_refused);
        }
    }
}

static void
test_taken (void)
{
  static const struct
  {
    const char *offer;
    const char *result;
    const char *answer;
  } cases[] = {
    { HEAD SOUND VP8, HEARD " + " SEEN, "m=audio 4000 RTP/AVP 8|m=video 4100 RTP/AVP 96" },
    { HEAD VP8 SOUND, HEARD " + " SEEN, "m=video 4100 RTP/AVP 96|m=audio 4000 RTP/AVP 8" },
    { HEAD SOUND GONE VP8, HEARD " + " SEEN, "m=audio 4000 RTP/AVP 8|m=video 0 RTP/AVP 96|m=video 4100 RTP/AVP 96" },
    { HEAD SOUND VP8 VP8, HEARD " + " SEEN, "m=audio 4000 RTP/AVP 8|m=video 4100 RTP/AVP 96|m=video 0 RTP/AVP 96" },
    { HEAD SOUND "m=video 6000 RTP/AVP 31\r\n", HEARD " + -", "m=audio 4000 RTP/AVP 8|m=video 0 RTP/AVP 31" },
    { HEAD SOUND SOUND "m=text 7000 RTP/AVP 98\r\nm=application 9 UDP/BFCP *\r\n", HEARD " + -",
      "m=audio 4000 RTP/AVP 8|m=audio 0 RTP/AVP 8|m=text 0 RTP/AVP 98|m=application 0 UDP/BFCP *" },
    /* a picture less protected than the sound */
    { HEAD SOUND CRYPTO ("1") VP8, HEARD " srtp=1/1 + -", "m=audio 4000 RTP/AVP 8|m=video 0 RTP/AVP 96" },
    { HEAD SOUND CRYPTO ("1") VP8 CRYPTO ("1"), HEARD " srtp=1/1 + " SEEN " srtp=1/1",
      "m=audio 4000 RTP/AVP 8|m=video 4100 RTP/AVP 96" },
    /* the same of keys that servers on the way can read beside a fingerprint: the call would be "end to end" for people */
    { HEAD SOUND "a=fingerprint:sha-256 " PRINT "\r\na=setup:actpass\r\n" VP8 CRYPTO ("1"), HEARD " dtls=passive + -",
      "m=audio 4000 RTP/AVP 8|m=video 0 RTP/AVP 96" },
    /* bundles (RFC 8843) */
    { GROUPED VP8 "a=mid:v\r\na=rtcp-mux\r\n",
      "192.0.2.9 5000/5000+mux sendrecv 8=PCMA/8 + 192.0.2.9 5000/5000+mux sendrecv 96=VP8/90 bundled",
      "a=group:BUNDLE a v|m=audio 4000 RTP/AVP 8|a=mid:a|m=video 4000 RTP/AVP 96|a=mid:v" },
    { GROUPED "m=video 0 RTP/AVP 96\r\na=bundle-only\r\na=rtpmap:96 VP8/90000\r\na=mid:v\r\na=rtcp-mux\r\n",
      "192.0.2.9 5000/5000+mux sendrecv 8=PCMA/8 + 192.0.2.9 5000/5000+mux sendrecv 96=VP8/90 bundled",
      "a=group:BUNDLE a v|m=audio 4000 RTP/AVP 8|a=mid:a|m=video 4000 RTP/AVP 96|a=mid:v" },
    /* without rtcp-mux, with the same number for both, or with a name that stands twice: each its own way */
    { GROUPED VP8 "a=mid:v\r\n", "192.0.2.9 5000/5000+mux sendrecv 8=PCMA/8 + " SEEN,
      "a=group:BUNDLE a|m=audio 4000 RTP/AVP 8|a=mid:a|m=video 4100 RTP/AVP 96|a=mid:v" },
    { GROUPED "m=video 6000 RTP/AVP 8\r\na=rtpmap:8 VP8/90000\r\na=mid:v\r\na=rtcp-mux\r\n",
      "192.0.2.9 5000/5000+mux sendrecv 8=PCMA/8 + -",
      "a=group:BUNDLE a|m=audio 4000 RTP/AVP 8|a=mid:a|m=video 0 RTP/AVP 8|a=mid:v" },
    { GROUPED VP8 "a=mid:a\r\na=rtcp-mux\r\n",
      "192.0.2.9 5000/5000+mux sendrecv 8=PCMA/8 + 192.0.2.9 6000/6000+mux sendrecv 96=VP8/90",
      "m=audio 4000 RTP/AVP 8|a=mid:a|m=video 4100 RTP/AVP 96|a=mid:a" },
    { HEAD "a=group:BUNDLE v a\r\n" SOUND "a=mid:a\r\na=rtcp-mux\r\n" VP8 "a=mid:v\r\na=rtcp-mux\r\n",
      "192.0.2.9 5000/5000+mux sendrecv 8=PCMA/8 + 192.0.2.9 6000/6000+mux sendrecv 96=VP8/90",
      "m=audio 4000 RTP/AVP 8|a=mid:a|m=video 4100 RTP/AVP 96|a=mid:v" },
    { HEAD "a=group:LS a v\r\n" SOUND "a=mid:a\r\n" VP8 "a=mid:v\r\n", HEARD " + " SEEN,
      "m=audio 4000 RTP/AVP 8|a=mid:a|m=video 4100 RTP/AVP 96|a=mid:v" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make_full (PREFER, TRUE);

      note (cases[i].offer);
      EXPECT (receive_both (offer, cases[i].offer), cases[i].result);
      EXPECT (media_of (create_full_answer (offer)), cases[i].answer);
    }
}

/* RFC 6184 section 8.2.2: mode and profile are the format; the level is negotiated. */
static void
test_h264 (void)
{
  static const struct
  {
    const char *offer;
    const char *fmtp; /* of the answer; NULL: no picture */
  } cases[] = {
    { HEAD SOUND H264 ("a=fmtp:97 packetization-mode=1;profile-level-id=42e01f\r\n"),
      "a=fmtp:97 packetization-mode=1;profile-level-id=42e01f" },
    { HEAD SOUND H264 ("a=fmtp:97 profile-level-id=42E00D; packetization-mode=1; max-mbps=40500\r\n"),
      "a=fmtp:97 packetization-mode=1;profile-level-id=42e00d" },
    { HEAD SOUND H264 ("a=fmtp:97 profile-level-id=428028\r\n"), "a=fmtp:97 packetization-mode=0;profile-level-id=42801f" },
    { HEAD SOUND H264 (""), "a=fmtp:97 packetization-mode=0;profile-level-id=42000a" },
    { HEAD SOUND H264 ("a=fmtp:97 packetization-mode=2;profile-level-id=42e01f\r\n"), NULL },
    { HEAD SOUND H264 ("a=fmtp:97 packetization-mode=1;profile-level-id=64001f\r\n"), NULL },
    { HEAD SOUND H264 ("a=fmtp:97 packetization-mode=1;profile-level-id=4d001f\r\n"), NULL },
    { HEAD SOUND H264 ("a=fmtp:97 packetization-mode=1;profile-level-id=4d801f\r\n"),
      "a=fmtp:97 packetization-mode=1;profile-level-id=4d801f" },
    { HEAD SOUND H264 ("a=fmtp:97 packetization-mode=99999999999999999999;profile-level-id=42e01f\r\n"), NULL },
    { HEAD SOUND H264 ("a=fmtp:97 ;;packetization-mode=1; ;profile-level-id=xyzxyz\r\n"),
      "a=fmtp:97 packetization-mode=1;profile-level-id=42000a" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make_full (OFF, TRUE);
      g_autofree char *result = receive_both (offer, cases[i].offer);
      g_autofree char *answer = create_full_answer (offer);

      note (cases[i].offer);
      EXPECT (lines (answer, "a=fmtp:97"), cases[i].fmtp != NULL ? cases[i].fmtp : "");
      g_assert_cmpint (strstr (answer, "m=video 0 ") != NULL, ==, cases[i].fmtp == NULL);
    }
}

/* Nobody has said that we do pictures: it is told that there would be one, and it is refused. */
static void
test_not_asked_for (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);

  EXPECT (receive_both (offer, HEAD SOUND VP8), HEARD " + offered");
  EXPECT (media_of (create_full_answer (offer)), "m=audio 4000 RTP/AVP 8|m=video 0 RTP/AVP 96");
}

/* With the list, but without a transport: answered with sound alone. */
static void
test_answer_with_sound_alone (void)
{
  g_autoptr (CusaxOffer) offer = make_full (OFF, TRUE);

  see_nothing (offer);
  EXPECT (receive_both (offer, HEAD SOUND VP8), HEARD " + " SEEN);
  EXPECT (media_of (create_full_answer (offer)), "m=audio 4000 RTP/AVP 8|m=video 0 RTP/AVP 96");
}

/* RFC 3264 section 8: by us. Added, removed, added again: the line stays where it is. */
static void
test_added_and_removed (void)
{
  g_autoptr (CusaxTransportDescription) video = make_full_local (4100);
  g_autoptr (CusaxOffer) offer = make_full (OFF, TRUE);

  see_nothing (offer);
  EXPECT (media_of (create_full_offer (offer)), "m=audio 4000 RTP/AVP 111 9 8 0 110 101");
  EXPECT (receive_both_answer (offer, HEAD SOUND), HEARD " + -");

  cusax_offer_set_local_video (offer, video, CUSAX_DIRECTION_SENDRECV);
  EXPECT (media_of (create_full_offer (offer)), "m=audio 4000 RTP/AVP 8 111 9 0 110 101|m=video 4100 RTP/AVP 96 97 98");
  EXPECT (receive_both_answer (offer, HEAD SOUND VP8), HEARD " + " SEEN);

  see_nothing (offer);
  EXPECT (media_of (create_full_offer (offer)), "m=audio 4000 RTP/AVP 8 111 9 0 110 101|m=video 0 RTP/AVP 96");
  EXPECT (receive_both_answer (offer, HEAD SOUND GONE), HEARD " + -");
  EXPECT (media_of (create_full_offer (offer)), "m=audio 4000 RTP/AVP 8 111 9 0 110 101|m=video 0 RTP/AVP 96");
  EXPECT (receive_both_answer (offer, HEAD SOUND GONE), HEARD " + -");

  cusax_offer_set_local_video (offer, video, CUSAX_DIRECTION_SENDRECV);
  EXPECT (media_of (create_full_offer (offer)), "m=audio 4000 RTP/AVP 8 111 9 0 110 101|m=video 4100 RTP/AVP 96 97 98");
  cusax_offer_reject (offer); /* the change is refused: what was agreed stays */
  see_nothing (offer);
  EXPECT (media_of (create_full_offer (offer)), "m=audio 4000 RTP/AVP 8 111 9 0 110 101|m=video 0 RTP/AVP 96");
}

/* By them; what they have removed is not asked for again by our next hold. */
static void
test_removed_by_them (void)
{
  g_autoptr (CusaxOffer) offer = make_full (OFF, TRUE);

  EXPECT (receive_both (offer, HEAD SOUND VP8), HEARD " + " SEEN);
  EXPECT (media_of (create_full_answer (offer)), "m=audio 4000 RTP/AVP 8|m=video 4100 RTP/AVP 96");
  EXPECT (media_of (create_full_offer (offer)), "m=audio 4000 RTP/AVP 8 111 9 0 110 101|m=video 4100 RTP/AVP 96 97 98");
  EXPECT (receive_both_answer (offer, HEAD SOUND VP8), HEARD " + " SEEN);
  EXPECT (receive_both (offer, HEAD SOUND GONE), HEARD " + -");
  EXPECT (media_of (create_full_answer (offer)), "m=audio 4000 RTP/AVP 8|m=video 0 RTP/AVP 96");
  EXPECT (media_of (create_full_offer (offer)), "m=audio 4000 RTP/AVP 8 111 9 0 110 101|m=video 0 RTP/AVP 96");
}

/* A bundle that stands is kept in our offers; the picture comes and goes in it. */
static void
test_bundle_stands (void)
{
  g_autoptr (CusaxTransportDescription) video = make_full_local (4100);
  g_autoptr (CusaxOffer) offer = make_full (OFF, TRUE);
  const char *answer = GROUPED "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\na=mid:v\r\na=rtcp-mux\r\n";
  const char *both = "192.0.2.9 5000/5000+mux sendrecv 8=PCMA/8 + 192.0.2.9 5000/5000+mux sendrecv 96=VP8/90 bundled";

  EXPECT (receive_both (offer, GROUPED VP8 "a=mid:v\r\na=rtcp-mux\r\n"), both);
  g_free (create_full_answer (offer));
  EXPECT (media_of (create_full_offer (offer)),
          "a=group:BUNDLE a v|m=audio 4000 RTP/AVP 8 111 9 0 110 101|a=mid:a|m=video 4000 RTP/AVP 96 97 98|a=mid:v");
  EXPECT (receive_both_answer (offer, answer), both);

  see_nothing (offer);
  EXPECT (media_of (create_full_offer (offer)),
          "a=group:BUNDLE a|m=audio 4000 RTP/AVP 8 111 9 0 110 101|a=mid:a|m=video 0 RTP/AVP 96|a=mid:v");
  EXPECT (receive_both_answer (offer, HEAD "a=group:BUNDLE a\r\n" SOUND "a=mid:a\r\na=rtcp-mux\r\n" GONE "a=mid:v\r\n"),
          "192.0.2.9 5000/5000+mux sendrecv 8=PCMA/8 + -");

  cusax_offer_set_local_video (offer, video, CUSAX_DIRECTION_SENDRECV);
  EXPECT (media_of (create_full_offer (offer)),
          "a=group:BUNDLE a v|m=audio 4000 RTP/AVP 8 111 9 0 110 101|a=mid:a|m=video 4000 RTP/AVP 96 97 98|a=mid:v");
  /* They take it, but another way than the one that both have. */
  EXPECT (receive_both_answer (offer, HEAD SOUND "a=mid:a\r\na=rtcp-mux\r\n" VP8 "a=mid:v\r\na=rtcp-mux\r\n"),
          "192.0.2.9 5000/5000+mux sendrecv 8=PCMA/8 + refused");
}

/* "mid ssrc" of each section and, if all of them have the same one, their CNAME. */
static char *
sources_of (char *sdp, char **cname)
{
  g_autofree char *owned = sdp;
  g_autofree char *all = lines (owned, "a=mid a=ssrc");
  g_auto (GStrv) words = g_strsplit (all, " cname:", -1);
  GString *text = g_string_new (words[0]);

  for (guint i = 1; words[i] != NULL; i++)
    {
      gsize length = strcspn (words[i], "|");

      if (*cname == NULL)
        *cname = g_strndup (words[i], length);
      g_assert_cmpuint (length, ==, strlen (*cname));
      g_assert_true (g_str_has_prefix (words[i], *cname));
      g_string_append (text, words[i] + length);
    }
  return g_string_free (text, FALSE);
}

/* RFC 5576: in a bundle each source has its name, in answers and in what we offer later; the same one through the whole call,
 * and nobody else's. Without a bundle there is nothing to be told from another. */
static void
test_sources (void)
{
  const char *both = "a=mid:a|a=ssrc:4000|a=mid:v|a=ssrc:4100";
  g_autofree char *cname = NULL, *other_cname = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (CusaxOffer) offer = make_full (PREFER, i == 0);

      g_free (receive_both (offer, GROUPED VP8 "a=mid:v\r\na=rtcp-mux\r\n"));
      EXPECT (sources_of (create_full_answer (offer), i == 0 ? &cname : &other_cname), both);
      EXPECT (sources_of (create_full_offer (offer), i == 0 ? &cname : &other_cname), both);
      g_free (receive_both_answer (offer, GROUPED GONE "a=mid:v\r\n"));
      EXPECT (sources_of (create_full_offer (offer), i == 0 ? &cname : &other_cname), "a=mid:a|a=ssrc:4000|a=mid:v");
    }
  g_assert_cmpuint (strlen (cname), ==, 24); /* 96 bits, RFC 7022 section 4.2 */
  g_assert_cmpstr (cname, !=, other_cname);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (CusaxOffer) offer = make_full (PREFER, TRUE);

      g_free (i == 0 ? receive_both (offer, HEAD SOUND "a=mid:a\r\n" VP8 "a=mid:v\r\n") : NULL);
      EXPECT (sources_of (i == 0 ? create_full_answer (offer) : create_full_offer (offer), &cname), i == 0 ? "a=mid:a|a=mid:v" : "");
    }
}

/* RFC 3605: where RTCP comes to the port of RTP, no other one is named; an offer names it for those who cannot do that. */
static void
test_rtcp_port (void)
{
  static const struct
  {
    const char *offer;
    const char *answer;
  } cases[] = {
    { HEAD SOUND, "a=rtcp:4009" },
    { HEAD SOUND "a=rtcp-mux\r\n", "a=rtcp-mux" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make (OFF);
      g_autoptr (CusaxTransportDescription) local = make_full_local (4000);
      char *sdp;

      local->rtcp_port = 4009;
      g_free (receive_both (offer, cases[i].offer));
      sdp = cusax_offer_create_answer (offer, local, CUSAX_DIRECTION_SENDRECV, NULL);
      EXPECT (lines (sdp, "a=rtcp"), cases[i].answer);
      g_free (sdp);
      sdp = cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_SENDRECV, NULL);
      EXPECT (lines (sdp, "a=rtcp"), "a=rtcp-mux|a=rtcp:4009");
      g_free (sdp);
    }
}

/* Two of ours, all policies: what one says the other one understands. */
static void
test_two_of_ours (void)
{
  static const CusaxMediaSecurity policies[] = { OFF, PREFER, REQUIRE };

  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    {
      g_autoptr (CusaxOffer) a = make_full (policies[i], TRUE);
      g_autoptr (CusaxOffer) b = make_full (policies[i], TRUE);

      for (guint round = 0; round < 4; round++)
        {
          CusaxOffer *from = round % 2 == 0 ? a : b;
          CusaxOffer *to = round % 2 == 0 ? b : a;
          g_autofree char *offer = create_full_offer (from);
          g_autoptr (CusaxOfferResult) there = cusax_offer_receive_offer (to, offer, strlen (offer), NULL);
          g_autofree char *answer = create_full_answer (to);
          g_autoptr (CusaxOfferResult) here = cusax_offer_receive_answer (from, answer, strlen (answer), NULL);

          g_assert_nonnull (here->video);
          g_assert_nonnull (there->video);
          g_assert_cmpuint (here->video->codecs->len, ==, 3);
          g_assert_true (here->video->has_pli && here->video->has_fir && there->video->has_pli);
          g_assert_cmpint (here->video->keying, ==, policies[i] == OFF ? CUSAX_KEYING_NONE : CUSAX_KEYING_DTLS);
          g_assert_cmpuint (here->video->remote->rtp_port, ==, 4100);
          g_assert_nonnull (here->video->remote->ice_ufrag);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offer-video/offered", test_offered);
  g_test_add_func ("/offer-video/answered", test_answered);
  g_test_add_func ("/offer-video/taken", test_taken);
  g_test_add_func ("/offer-video/h264", test_h264);
  g_test_add_func ("/offer-video/not-asked-for", test_not_asked_for);
  g_test_add_func ("/offer-video/answer-with-sound-alone", test_answer_with_sound_alone);
  g_test_add_func ("/offer-video/added-and-removed", test_added_and_removed);
  g_test_add_func ("/offer-video/removed-by-them", test_removed_by_them);
  g_test_add_func ("/offer-video/bundle-stands", test_bundle_stands);
  g_test_add_func ("/offer-video/sources", test_sources);
  g_test_add_func ("/offer-video/rtcp-port", test_rtcp_port);
  g_test_add_func ("/offer-video/two-of-ours", test_two_of_ours);
  return g_test_run ();
}
