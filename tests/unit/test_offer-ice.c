/* SPDX-License-Identifier: GPL-2.0-or-later */
/* P1, P15, A6: ICE in offers and answers: when, which candidates, in which order, and when not. RFC 8839. */
#include "note.h"
#include "offer-helpers.h"

#define ICE "a=ice-ufrag:9uB6\r\na=ice-pwd:YH75Fviy6338Vbrhrlp8Yh\r\n"
#define SOUND "m=audio 5000 RTP/AVP 8\r\n"
#define HEARD "192.0.2.9 5000/5001 sendrecv 8=PCMA/8"
#define MUXED "192.0.2.9 5000/5000+mux sendrecv 8=PCMA/8"
#define HOST_9 "a=candidate:1 1 UDP 2130706431 192.0.2.9 5000 typ host\r\n"
#define HOST_9_RTCP "a=candidate:1 2 UDP 2130706430 192.0.2.9 5001 typ host\r\n"

/* "host/1 host/2 srflx/1": types and components in order. */
static char *
candidates_of (const char *sdp)
{
  g_auto (GStrv) all = g_strsplit (sdp, "\r\n", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; all[i] != NULL; i++)
    {
      g_auto (GStrv) words = NULL;

      if (!g_str_has_prefix (all[i], "a=candidate:"))
        continue;
      words = g_strsplit (all[i], " ", -1);
      g_string_append_printf (text, "%s%s/%s=%s:%s", text->len > 0 ? " " : "", words[7], words[1], words[4], words[5]);
    }
  return g_string_free (text, FALSE);
}

#define DEFAULT "host/1=192.0.2.1:4000"
#define DEFAULT_RTCP " host/2=192.0.2.1:4001"
#define FURTHER                                                                                                      \
  " srflx/1=203.0.113.1:4000 relay/1=198.51.100.9:4020 host/1=2001:db8::1:4010 host/1=10.8.0.6:4000"
#define FURTHER_RTCP " host/2=2001:db8::1:4011"

static void
test_offered (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);
  g_autofree char *sdp = create_full_offer (offer);
  g_autofree char *text = candidates_of (sdp);
  g_autofree char *credentials = lines (sdp, "a=ice");

  g_assert_cmpstr (text, ==, DEFAULT DEFAULT_RTCP FURTHER FURTHER_RTCP);
  g_assert_cmpstr (credentials, ==, "a=ice-ufrag:aB3d|a=ice-pwd:0123456789abcdefghijkl");
}

/* A6: where the signalling may be UDP, with and without a picture. Without rtcp-mux RTCP needs its default address, too. */
static void
test_offered_small (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);
  g_autoptr (CusaxOffer) offer_with_picture = make_full (PREFER, FALSE);
  g_autoptr (CusaxOffer) offer_without_mux = make (PREFER);
  g_autoptr (CusaxTransportDescription) local = make_full_local (4000);
  g_autofree char *sdp = NULL, *both = NULL, *two = NULL, *text = NULL, *texts = NULL, *pair = NULL;

  cusax_offer_set_private (offer, FALSE);
  sdp = create_full_offer (offer);
  text = candidates_of (sdp);
  g_assert_cmpstr (text, ==, DEFAULT);
  g_assert_cmpuint (strlen (sdp), <=, 450);

  both = create_full_offer (offer_with_picture);
  texts = candidates_of (both);
  g_assert_cmpstr (texts, ==, DEFAULT " host/1=192.0.2.1:4100");

  cusax_offer_set_private (offer_without_mux, FALSE);
  local->rtcp_mux = FALSE;
  two = cusax_offer_create_offer (offer_without_mux, local, CUSAX_DIRECTION_SENDRECV, NULL);
  pair = candidates_of (two);
  g_assert_cmpstr (pair, ==, DEFAULT DEFAULT_RTCP);
}

/* Our own default address has to be a candidate: the other side would believe that somebody has changed it. */
static void
test_not_offered (void)
{
  g_autoptr (CusaxTransportDescription) moved = make_full_local (4000);
  g_autoptr (CusaxTransportDescription) none = make_local (FALSE);
  g_autoptr (CusaxOffer) offer = make (OFF);
  g_autofree char *without = cusax_offer_create_offer (offer, none, CUSAX_DIRECTION_SENDRECV, NULL);
  g_autofree char *sdp = NULL;

  g_assert_null (strstr (without, "a=ice"));
  cusax_offer_reject (offer);
  g_free (moved->address);
  moved->address = g_strdup ("192.0.2.77");
  sdp = cusax_offer_create_offer (offer, moved, CUSAX_DIRECTION_SENDRECV, NULL);
  g_assert_null (strstr (sdp, "a=ice"));
  g_assert_null (strstr (sdp, "a=candidate"));
}

static void
test_received (void)
{
  static const struct
  {
    const char *offer;
    const char *result;
    const char *candidates; /* of the answer */
  } cases[] = {
    { HEAD SOUND, HEARD, "" },
    { HEAD SOUND ICE HOST_9 HOST_9_RTCP, HEARD " ice=9uB6/2", DEFAULT DEFAULT_RTCP FURTHER FURTHER_RTCP },
    { HEAD ICE SOUND HOST_9, HEARD " ice=9uB6/1", DEFAULT DEFAULT_RTCP FURTHER FURTHER_RTCP },
    { HEAD SOUND ICE HOST_9 "a=rtcp-mux\r\n", MUXED " ice=9uB6/1", DEFAULT FURTHER },
    { HEAD "a=ice-lite\r\n" SOUND ICE HOST_9 "a=rtcp-mux\r\n", MUXED " ice=9uB6/1-lite", DEFAULT FURTHER },
    { HEAD "a=ice-pwd:YH75Fviy6338Vbrhrlp8Yh\r\n" SOUND "a=ice-ufrag:9uB6\r\n" HOST_9 "a=rtcp-mux\r\n",
      MUXED " ice=9uB6/1", DEFAULT FURTHER },
    /* half of the credentials, or broken ones, are none */
    { HEAD SOUND "a=ice-ufrag:9uB6\r\n" HOST_9, HEARD, "" },
    { HEAD SOUND "a=ice-pwd:YH75Fviy6338Vbrhrlp8Yh\r\n" HOST_9, HEARD, "" },
    { HEAD SOUND "a=ice-ufrag:9u6\r\na=ice-pwd:YH75Fviy6338Vbrhrlp8Yh\r\n" HOST_9, HEARD, "" },
    { HEAD SOUND "a=ice-ufrag:9uB6\r\na=ice-pwd:short\r\n" HOST_9, HEARD, "" },
    /* section 4.2.5: somebody in between put himself into c= or m= */
    { HEAD SOUND ICE "a=candidate:1 1 UDP 2130706431 10.0.0.5 5000 typ host\r\n", HEARD " mismatch", "" },
    { HEAD SOUND ICE "a=candidate:1 1 UDP 2130706431 192.0.2.9 5002 typ host\r\n", HEARD " mismatch", "" },
    { HEAD SOUND ICE HOST_9_RTCP, HEARD " mismatch", "" },
    { HEAD SOUND ICE, HEARD " mismatch", "" },
    /* addresses are still to come (RFC 8840), or cannot be shown (mDNS) */
    { HEAD SOUND ICE "a=ice-options:trickle\r\n", HEARD " ice=9uB6/0", DEFAULT DEFAULT_RTCP FURTHER FURTHER_RTCP },
    { HEAD "m=audio 9 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\n" ICE "a=rtcp-mux\r\n"
           "a=candidate:1 1 udp 2113937151 0f7a3a0c-41f2-4b6c-8b0e-5b7a0f1b2c3d.local 51411 typ host\r\n",
      "0.0.0.0 9/9+mux sendrecv 8=PCMA/8 ice=9uB6/0", DEFAULT FURTHER },
    /* P15: the same address, written differently; both families */
    { HEAD "m=audio 5000 RTP/AVP 8\r\nc=IN IP6 2001:db8:0:0::9\r\na=rtcp-mux\r\n" ICE
           "a=candidate:1 1 UDP 5 2001:0DB8::9 5000 typ host\r\n" HOST_9,
      "2001:db8:0:0::9 5000/5000+mux sendrecv 8=PCMA/8 ice=9uB6/2", DEFAULT FURTHER },
    /* hold as of old; with ICE c=0.0.0.0 is none */
    { HEAD "m=audio 5000 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\n", "0.0.0.0 5000/5001 recvonly 8=PCMA/8", "" },
    { HEAD "m=audio 5000 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\n" ICE HOST_9 "a=inactive\r\n",
      "0.0.0.0 5000/5000+mux inactive 8=PCMA/8 ice=9uB6/1", DEFAULT FURTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make (PREFER);
      g_autofree char *result = receive_offer (offer, cases[i].offer);
      g_autofree char *answer = create_full_answer (offer);
      g_autofree char *text = candidates_of (answer);
      gboolean is_mismatch = strstr (cases[i].result, "mismatch") != NULL;

      note (cases[i].offer);
      g_assert_cmpstr (result, ==, cases[i].result);
      g_assert_cmpstr (text, ==, cases[i].candidates);
      g_assert_cmpint (strstr (answer, "a=ice-ufrag:") != NULL, ==, *cases[i].candidates != '\0');
      g_assert_cmpint (strstr (answer, "a=ice-mismatch\r\n") != NULL, ==, is_mismatch);
    }
}

/* Who has no ICE answers without, whatever was offered. */
static void
test_answer_without (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);
  g_autofree char *result = receive_offer (offer, HEAD SOUND ICE HOST_9);
  g_autofree char *answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);

  g_assert_null (strstr (answer, "a=ice"));
}

static void
test_answered (void)
{
  static const struct
  {
    gboolean offered;
    const char *answer;
    const char *result;
  } cases[] = {
    { TRUE, HEAD SOUND ICE HOST_9, HEARD " ice=9uB6/1" },
    { TRUE, HEAD SOUND, HEARD },
    { TRUE, HEAD SOUND "a=ice-mismatch\r\n", HEARD },
    { TRUE, HEAD SOUND ICE HOST_9 "a=ice-mismatch\r\n", HEARD },
    { TRUE, HEAD SOUND ICE "a=candidate:1 1 UDP 2130706431 10.0.0.5 5000 typ host\r\n", HEARD " mismatch" },
    { FALSE, HEAD SOUND ICE HOST_9, HEARD },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make (OFF);
      g_autofree char *result = NULL;

      g_free (cases[i].offered ? create_full_offer (offer) : create_offer (offer, CUSAX_DIRECTION_SENDRECV));
      result = receive_answer (offer, cases[i].answer);
      note (cases[i].answer);
      g_assert_cmpstr (result, ==, cases[i].result);
    }
}

static void
test_many_candidates (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  GString *sdp = g_string_new (HEAD SOUND ICE);
  g_autofree char *result = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < 900; i++)
    g_string_append_printf (sdp, "a=candidate:%u 1 UDP %u 10.0.0.1 %u typ host\r\n", i, 1000 - i, 1024 + i);
  g_string_append (sdp, HOST_9); /* the one that counts may be behind the limit */
  text = g_string_free (sdp, FALSE);
  result = receive_offer (offer, text);
  g_assert_cmpstr (result, ==, HEARD " ice=9uB6/32");
}

/* P15: c= of the picture where it is not that of the sound. */
static void
test_other_family (void)
{
  g_autoptr (CusaxOffer) offer = make_full (OFF, TRUE);
  g_autoptr (CusaxTransportDescription) video = cusax_transport_description_new ("2001:db8::7", 4100, 4101);
  g_autofree char *sdp = NULL;
  g_autofree char *text = NULL;

  cusax_offer_set_local_video (offer, video, CUSAX_DIRECTION_RECVONLY);
  sdp = create_full_offer (offer);
  text = lines (sdp, "c= m=");
  g_assert_cmpstr (text, ==,
                   "c=IN IP4 192.0.2.1|m=audio 4000 RTP/AVP 111 9 8 0 110 101|m=video 4100 RTP/AVP 96 97 98|"
                   "c=IN IP6 2001:db8::7");
}

/* P6: packet times as they like them. */
static void
test_ptime (void)
{
  static const struct
  {
    const char *lines;
    const char *answered;
  } cases[] = {
    { "", "a=ptime:20" },
    { "a=ptime:20\r\n", "a=ptime:20" },
    { "a=ptime:30\r\na=maxptime:60\r\n", "a=ptime:30" },
    { "a=ptime:20.0\r\n", "a=ptime:20" },
    { "a=maxptime:10\r\n", "a=ptime:10" },
    { "a=ptime:40\r\na=maxptime:20\r\n", "a=ptime:20" },
    { "a=ptime:5\r\n", "a=ptime:20" },
    { "a=ptime:500\r\n", "a=ptime:20" },
    { "a=ptime:60\r\na=maxptime:45\r\n", "a=ptime:40" },
    { "a=ptime:35\r\n", "a=ptime:30" },
    { "a=maxptime:3\r\n", "a=ptime:20" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make (OFF);
      g_autofree char *sdp = g_strconcat (HEAD SOUND, cases[i].lines, NULL);
      g_autofree char *result = receive_offer (offer, sdp);
      g_autofree char *answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);
      g_autofree char *text = lines (answer, "a=ptime a=maxptime");

      note (cases[i].lines);
      g_assert_cmpstr (text, ==, cases[i].answered);
    }
}

/* P6: what was agreed on stays said, so that an offer of ours changes nothing. */
static void
test_ptime_stays (void)
{
  g_autoptr (CusaxOffer) offer = make (OFF);
  g_autofree char *received = receive_offer (offer, HEAD SOUND "a=ptime:30\r\n");
  g_autofree char *answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);
  g_autofree char *next = create_offer (offer, CUSAX_DIRECTION_SENDRECV);
  g_autofree char *text = lines (next, "a=ptime a=maxptime");

  g_assert_cmpstr (text, ==, "a=ptime:30");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offer-ice/p1-offered", test_offered);
  g_test_add_func ("/offer-ice/a6-offered-small", test_offered_small);
  g_test_add_func ("/offer-ice/not-offered", test_not_offered);
  g_test_add_func ("/offer-ice/p1-p15-received", test_received);
  g_test_add_func ("/offer-ice/answer-without", test_answer_without);
  g_test_add_func ("/offer-ice/answered", test_answered);
  g_test_add_func ("/offer-ice/many-candidates", test_many_candidates);
  g_test_add_func ("/offer-ice/p15-other-family", test_other_family);
  g_test_add_func ("/offer-ice/p6-ptime", test_ptime);
  g_test_add_func ("/offer-ice/p6-ptime-stays", test_ptime_stays);
  return g_test_run ();
}
