/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * P14, R49: every cell of the table in offer.h: what is offered, what the next try says, what is taken, and who begins a
 * DTLS handshake.
 */
#include "note.h"
#include "offer-helpers.h"

#define FP "a=fingerprint:sha-256 " PRINT "\r\n"
#define WEAK "a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB\r\n"
#define AVP HEAD "m=audio 5000 RTP/AVP 8\r\n"
#define SAVP HEAD "m=audio 5000 RTP/SAVP 8\r\n"
#define TLS HEAD "m=audio 5000 UDP/TLS/RTP/SAVPF 8\r\n"
#define ANSWER "192.0.2.9 5000/5001 sendrecv 8=PCMA/8"

typedef enum
{
  HAS_NONE = 0,
  HAS_KEY = 1,
  HAS_PRINT = 2,
  HAS_BOTH = 3
} Has;

static CusaxTransportDescription *
make_local_with (Has has)
{
  CusaxTransportDescription *local = make_local ((has & HAS_KEY) != 0);

  if ((has & HAS_PRINT) != 0)
    add_fingerprint (local);
  return local;
}

static CusaxOffer *
make_with (CusaxMediaSecurity security, gboolean is_private)
{
  CusaxOffer *offer = make (security);

  cusax_offer_set_private (offer, is_private);
  return offer;
}

/* "RTP/AVP crypto fingerprint actpass" */
static char *
words_of (const char *sdp)
{
  g_autofree char *media = lines (sdp, "m=");
  g_autofree char *setup = lines (sdp, "a=setup");
  g_auto (GStrv) words = g_strsplit (media, " ", 4);

  return g_strconcat (words[2], strstr (sdp, "a=crypto:1 ") != NULL ? " crypto" : "",
                      strstr (sdp, FP) != NULL ? " fingerprint" : "", *setup != '\0' ? setup + strlen ("a=setup") : "",
                      NULL);
}

static void
test_offered (void)
{
  static const struct
  {
    CusaxMediaSecurity security;
    gboolean is_private;
    Has has;
    const char *tries; /* joined by '|' */
  } cases[] = {
    { OFF, TRUE, HAS_BOTH, "RTP/AVP" },
    { OFF, FALSE, HAS_BOTH, "RTP/AVP" },
    { PREFER, TRUE, HAS_BOTH,
      "RTP/AVP crypto fingerprint:actpass|RTP/SAVP crypto fingerprint:actpass|UDP/TLS/RTP/SAVPF fingerprint:actpass" },
    { PREFER, TRUE, HAS_KEY, "RTP/AVP crypto|RTP/SAVP crypto" },
    { PREFER, TRUE, HAS_PRINT, "RTP/AVP fingerprint:actpass|UDP/TLS/RTP/SAVPF fingerprint:actpass" },
    { PREFER, TRUE, HAS_NONE, "RTP/AVP" },
    { PREFER, FALSE, HAS_BOTH, "RTP/AVP|UDP/TLS/RTP/SAVPF fingerprint:actpass" },
    { PREFER, FALSE, HAS_KEY, "RTP/AVP" },
    { REQUIRE, TRUE, HAS_BOTH, "RTP/SAVP crypto fingerprint:actpass|UDP/TLS/RTP/SAVPF fingerprint:actpass" },
    { REQUIRE, TRUE, HAS_KEY, "RTP/SAVP crypto" },
    { REQUIRE, TRUE, HAS_PRINT, "UDP/TLS/RTP/SAVPF fingerprint:actpass" },
    { REQUIRE, TRUE, HAS_NONE, "NOT_PROTECTED" },
    { REQUIRE, FALSE, HAS_BOTH, "NOT_PROTECTED" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make_with (cases[i].security, cases[i].is_private);
      g_autoptr (CusaxTransportDescription) local = make_local_with (cases[i].has);
      g_autoptr (GString) tries = g_string_new (NULL);
      guint64 version = 0;

      do
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *sdp = cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_SENDRECV, &error);
          g_autofree char *text = sdp != NULL ? words_of (sdp) : print_or_error (NULL, error);

          g_string_append_printf (tries, "%s%s", tries->len > 0 ? "|" : "", text);
          if (sdp != NULL)
            g_assert_cmpuint (version_of (sdp), ==, ++version); /* the same session, newer each time */
        }
      while (cusax_offer_next_try (offer));
      note (cases[i].tries);
      g_assert_cmpstr (tries->str, ==, cases[i].tries);
    }
}

static void
test_no_next_try_in_a_call (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);

  g_free (create_offer (offer, CUSAX_DIRECTION_SENDRECV));
  g_free (receive_answer (offer, AVP));
  g_free (create_offer (offer, CUSAX_DIRECTION_SENDONLY));
  g_assert_false (cusax_offer_next_try (offer));
  cusax_offer_reject (offer);
}

static void
test_taken (void)
{
  static const struct
  {
    CusaxMediaSecurity security;
    gboolean is_private;
    const char *offer;
    const char *result; /* what follows the plain result; or the error */
  } cases[] = {
    { OFF, TRUE, AVP, "" },
    { OFF, TRUE, AVP CRYPTO ("1") FP, "" },
    { OFF, TRUE, SAVP CRYPTO ("1"), "NOT_PROTECTED" },
    { OFF, TRUE, TLS FP, "NOT_PROTECTED" },
    { PREFER, TRUE, AVP, "" },
    { PREFER, TRUE, AVP CRYPTO ("4"), " srtp=4/1" },
    { PREFER, TRUE, AVP FP "a=setup:actpass\r\n", " dtls=passive" },
    { PREFER, TRUE, AVP CRYPTO ("4") FP "a=setup:actpass\r\n", " dtls=passive" },
    { PREFER, TRUE, AVP WEAK, "" },
    { PREFER, TRUE, AVP CRYPTO ("4") WEAK, " srtp=4/1" },
    { PREFER, TRUE, SAVP, "NOT_PROTECTED" },
    { PREFER, TRUE, SAVP CRYPTO ("4"), " srtp=4/1" },
    { PREFER, TRUE, SAVP FP "a=setup:active\r\n", " dtls=active" },
    { PREFER, TRUE, TLS FP "a=setup:passive\r\n", " dtls=passive" },
    { PREFER, TRUE, TLS FP, " dtls=active" },                              /* RFC 4145 section 4 */
    { PREFER, TRUE, TLS FP "a=setup:holdconn\r\n", " dtls=active" },
    { PREFER, TRUE, TLS WEAK "a=setup:actpass\r\n", "NOT_PROTECTED" },
    { PREFER, TRUE, TLS WEAK FP "a=setup:actpass\r\n", " dtls=passive" },
    { PREFER, TRUE, TLS CRYPTO ("4"), "NOT_PROTECTED" },
    { PREFER, TRUE, TLS, "NOT_PROTECTED" },
    /* R49: what is not private carries no key; a fingerprint is none */
    { PREFER, FALSE, AVP CRYPTO ("4"), "" },
    { PREFER, FALSE, SAVP CRYPTO ("4"), "NOT_PROTECTED" },
    { PREFER, FALSE, AVP CRYPTO ("4") FP "a=setup:actpass\r\n", " dtls=passive?" },
    { PREFER, FALSE, TLS FP "a=setup:actpass\r\n", " dtls=passive?" },
    { REQUIRE, TRUE, AVP, "NOT_PROTECTED" },
    { REQUIRE, TRUE, AVP CRYPTO ("4"), " srtp=4/1" },
    { REQUIRE, TRUE, AVP FP "a=setup:actpass\r\n", " dtls=passive" },
    { REQUIRE, TRUE, SAVP CRYPTO ("4") FP "a=setup:actpass\r\n", " dtls=passive" },
    { REQUIRE, TRUE, TLS FP "a=setup:actpass\r\n", " dtls=passive" },
    { REQUIRE, FALSE, TLS FP "a=setup:actpass\r\n", "NOT_PROTECTED" },
    { REQUIRE, FALSE, SAVP CRYPTO ("4"), "NOT_PROTECTED" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make_with (cases[i].security, cases[i].is_private);
      g_autofree char *result = receive_offer (offer, cases[i].offer);
      gboolean is_error = g_ascii_isupper (cases[i].result[0]);
      g_autofree char *expected = g_strconcat (is_error ? "" : ANSWER, cases[i].result, NULL);

      note (cases[i].offer);
      g_assert_cmpstr (result, ==, expected);
      if (!is_error)
        {
          g_autofree char *answer = create_answer (offer, CUSAX_DIRECTION_SENDRECV);
          g_autofree char *words = words_of (answer);

          /* The answer names one way, with the tag of theirs, and the other role. */
          g_assert_cmpint (strstr (answer, "a=crypto:4 ") != NULL, ==, strstr (expected, "srtp") != NULL);
          g_assert_cmpint (strstr (answer, FP) != NULL, ==, strstr (expected, "dtls") != NULL);
          g_assert_cmpint (strstr (answer, "a=setup:active") != NULL, ==, strstr (expected, "dtls=passive") != NULL);
          g_assert_cmpint (strstr (answer, "a=setup:passive") != NULL, ==, strstr (expected, "dtls=active") != NULL);
        }
    }
}

static void
test_answered (void)
{
  static const struct
  {
    CusaxMediaSecurity security;
    gboolean is_private;
    guint tries;
    const char *answer;
    const char *result;
  } cases[] = {
    { PREFER, TRUE, 0, AVP, "" },
    { PREFER, TRUE, 0, AVP CRYPTO ("1"), " srtp=1/1" },
    { PREFER, TRUE, 0, AVP FP "a=setup:active\r\n", " dtls=active" },
    { PREFER, TRUE, 0, AVP FP "a=setup:passive\r\n", " dtls=passive" },
    { PREFER, TRUE, 0, AVP FP, " dtls=passive" },
    { PREFER, TRUE, 0, AVP FP "a=setup:actpass\r\n", " dtls=passive" },
    { PREFER, TRUE, 0, AVP WEAK "a=setup:active\r\n", "NOT_PROTECTED" },
    { PREFER, TRUE, 0, TLS FP "a=setup:active\r\n", " dtls=active" },
    { PREFER, TRUE, 1, SAVP CRYPTO ("1"), " srtp=1/1" },
    { PREFER, TRUE, 1, SAVP, "NOT_PROTECTED" },
    { PREFER, TRUE, 1, AVP, "NOT_PROTECTED" }, /* what it was offered as was no question */
    { PREFER, TRUE, 2, TLS FP "a=setup:active\r\n", " dtls=active" },
    { PREFER, TRUE, 2, TLS, "NOT_PROTECTED" },
    { PREFER, FALSE, 0, AVP CRYPTO ("1"), "" },
    { PREFER, FALSE, 0, AVP FP "a=setup:active\r\n", "" }, /* nobody has asked for it */
    { PREFER, FALSE, 1, TLS FP "a=setup:active\r\n", " dtls=active?" },
    { REQUIRE, TRUE, 0, SAVP CRYPTO ("1"), " srtp=1/1" },
    { REQUIRE, TRUE, 0, SAVP FP "a=setup:active\r\n", " dtls=active" },
    { REQUIRE, TRUE, 0, SAVP, "NOT_PROTECTED" },
    { REQUIRE, TRUE, 0, AVP, "NOT_PROTECTED" },
    { REQUIRE, TRUE, 1, TLS CRYPTO ("1"), "NOT_PROTECTED" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxOffer) offer = make_with (cases[i].security, cases[i].is_private);
      g_autoptr (CusaxTransportDescription) local = make_local_with (HAS_BOTH);
      g_autofree char *expected
          = g_strconcat (g_ascii_isupper (cases[i].result[0]) ? "" : ANSWER, cases[i].result, NULL);
      g_autofree char *result = NULL;

      for (guint n = 0; n <= cases[i].tries; n++)
        {
          g_free (cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_SENDRECV, NULL));
          if (n < cases[i].tries)
            g_assert_true (cusax_offer_next_try (offer));
        }
      result = receive_answer (offer, cases[i].answer);
      note (cases[i].answer);
      g_assert_cmpstr (result, ==, expected);
    }
}

static CusaxOfferResult *
offer_and_answer (CusaxOffer *from, CusaxOffer *to, const char *setup_offered, const char *setup_answered)
{
  g_autoptr (CusaxTransportDescription) local = make_local_with (HAS_BOTH);
  g_autofree char *offer = cusax_offer_create_offer (from, local, CUSAX_DIRECTION_SENDRECV, NULL);
  g_autoptr (CusaxOfferResult) there = cusax_offer_receive_offer (to, offer, strlen (offer), NULL);
  g_autofree char *answer = cusax_offer_create_answer (to, local, CUSAX_DIRECTION_SENDRECV, NULL);
  CusaxOfferResult *here = cusax_offer_receive_answer (from, answer, strlen (answer), NULL);

  g_assert_nonnull (strstr (offer, setup_offered));
  g_assert_nonnull (strstr (answer, setup_answered));
  g_assert_null (strstr (answer, "a=crypto"));
  g_assert_cmpint (here->keying, ==, CUSAX_KEYING_DTLS);
  g_assert_cmpint (there->keying, ==, CUSAX_KEYING_DTLS);
  g_assert_true (here->secure && there->secure);
  g_assert_cmpint (here->remote->crypto.suite, ==, CUSAX_SRTP_NONE);
  g_assert_cmpint (here->remote->setup + there->remote->setup, ==, CUSAX_DTLS_SETUP_ACTIVE + CUSAX_DTLS_SETUP_PASSIVE);
  return here;
}

/* RFC 8643 between two of ours, which agree on DTLS; later offers, of either side, keep who is who. */
static void
test_roles_stay (void)
{
  static const CusaxMediaSecurity policies[] = { PREFER, REQUIRE };

  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    {
      g_autoptr (CusaxOffer) a = make (policies[i]);
      g_autoptr (CusaxOffer) b = make (policies[i]);
      g_autoptr (CusaxOfferResult) first = offer_and_answer (a, b, "a=setup:actpass", "a=setup:active");
      g_autoptr (CusaxOfferResult) second = offer_and_answer (a, b, "a=setup:passive", "a=setup:active");
      g_autoptr (CusaxOfferResult) third = offer_and_answer (b, a, "a=setup:active", "a=setup:passive");

      g_assert_cmpint (first->remote->setup, ==, CUSAX_DTLS_SETUP_ACTIVE);
      g_assert_cmpint (second->remote->setup, ==, CUSAX_DTLS_SETUP_ACTIVE);
      g_assert_cmpint (third->remote->setup, ==, CUSAX_DTLS_SETUP_PASSIVE);
    }
}

/* "actpass" in a later offer with the same fingerprint is no new handshake; with another one it is. */
static void
test_roles_of_others (void)
{
  g_autoptr (CusaxOffer) offer = make (PREFER);
  char *text;

#define OTHER "a=fingerprint:sha-256 00" FP_TAIL
#define FP_TAIL ":CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89\r\n"
#define EXPECT(sdp, expected)                                                                                        \
  text = receive_offer (offer, sdp);                                                                                 \
  g_assert_cmpstr (text, ==, ANSWER expected);                                                                       \
  g_free (text);                                                                                                     \
  g_free (create_answer (offer, CUSAX_DIRECTION_SENDRECV))

  EXPECT (TLS FP "a=setup:active\r\n", " dtls=active");
  EXPECT (TLS FP "a=setup:actpass\r\n", " dtls=active");
  EXPECT (TLS OTHER "a=setup:actpass\r\n", " dtls=passive");
  EXPECT (TLS FP "a=setup:active\r\n", " dtls=active");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offer-security/p14-offered", test_offered);
  g_test_add_func ("/offer-security/p14-no-next-try-in-a-call", test_no_next_try_in_a_call);
  g_test_add_func ("/offer-security/r49-taken", test_taken);
  g_test_add_func ("/offer-security/p14-answered", test_answered);
  g_test_add_func ("/offer-security/roles-stay", test_roles_stay);
  g_test_add_func ("/offer-security/roles-of-others", test_roles_of_others);
  return g_test_run ();
}
