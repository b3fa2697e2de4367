/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "candidate.h"
#include "note.h"

#include <string.h>

#define HOST "1 1 UDP 2130706431 192.0.2.1 5000 typ host"

/* RFC 8839 section 5.1; what is taken is written as it would be read again. */
static void
test_parse (void)
{
  static const struct
  {
    const char *value;
    const char *written; /* NULL: not for us */
  } cases[] = {
    { HOST, HOST },
    { "  1  1\tudp 2130706431 192.0.2.1 5000 typ host generation 0 network-id 1 ", HOST },
    { "Ab+/9 2 UDP 1 2001:db8::1 65535 typ relay raddr 10.0.0.1 rport 9",
      "Ab+/9 2 UDP 1 2001:db8::1 65535 typ relay raddr 10.0.0.1 rport 9" },
    { "1 1 UDP 1694498815 203.0.113.1 5000 typ srflx raddr 10.0.0.1 rport 8998",
      "1 1 UDP 1694498815 203.0.113.1 5000 typ srflx raddr 10.0.0.1 rport 8998" },
    { "1 1 UDP 2147483647 203.0.113.1 5000 typ prflx", "1 1 UDP 2147483647 203.0.113.1 5000 typ prflx raddr 0.0.0.0 rport 9" },
    { "1 1 UDP 5 2001:db8::1 5000 typ srflx", "1 1 UDP 5 2001:db8::1 5000 typ srflx raddr :: rport 9" },
    { "1 1 UDP 5 203.0.113.1 5000 typ srflx raddr router.local rport 99999",
      "1 1 UDP 5 203.0.113.1 5000 typ srflx raddr 0.0.0.0 rport 9" },
    { "1 1 UDP 5 203.0.113.1 5000 typ srflx raddr", "1 1 UDP 5 203.0.113.1 5000 typ srflx raddr 0.0.0.0 rport 9" },
    { "12345678901234567890123456789012 1 UDP 5 192.0.2.1 5000 typ host",
      "12345678901234567890123456789012 1 UDP 5 192.0.2.1 5000 typ host" },
    { "123456789012345678901234567890123 1 UDP 5 192.0.2.1 5000 typ host", NULL },
    { "a-b 1 UDP 5 192.0.2.1 5000 typ host", NULL },
    { "1 1 TCP 2105524479 192.0.2.1 9 typ host tcptype active", NULL },
    { "1 1 UDP 5 0f7a3a0c-41f2-4b6c-8b0e-5b7a0f1b2c3d.local 5000 typ host", NULL },
    { "1 3 UDP 5 192.0.2.1 5000 typ host", NULL },
    { "1 0 UDP 5 192.0.2.1 5000 typ host", NULL },
    { "1 1 UDP 0 192.0.2.1 5000 typ host", NULL },
    { "1 1 UDP 2147483648 192.0.2.1 5000 typ host", NULL },
    { "1 1 UDP -5 192.0.2.1 5000 typ host", NULL },
    { "1 1 UDP 5 192.0.2.1 0 typ host", NULL },
    { "1 1 UDP 5 192.0.2.1 65536 typ host", NULL },
    { "1 1 UDP 5 192.0.2.1 5000 typ ghost", NULL },
    { "1 1 UDP 5 192.0.2.1 5000 host", NULL },
    { "1 1 UDP 5 192.0.2.1 5000", NULL },
    { "1 1 UDP 5 224.0.0.1 5000 typ host", NULL },
    { "1 1 UDP 5 255.255.255.255 5000 typ host", NULL },
    { "1 1 UDP 5 0.0.0.0 5000 typ host", NULL },
    { "1 1 UDP 5 ff02::1 5000 typ host", NULL },
    { "1 1 UDP 5 :: 5000 typ host", NULL },
    { "1 1 UDP 5 192.0.2.1.5 5000 typ host", NULL },
    { "", NULL },
    { " ", NULL },
    { "1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxCandidate) candidate = cusax_candidate_parse (cases[i].value);
      g_autofree char *written = candidate != NULL ? cusax_candidate_write (candidate) : NULL;

      note (cases[i].value);
      g_assert_cmpstr (written, ==, cases[i].written);
    }
}

static void
test_credentials (void)
{
  g_autofree char *long_one = g_strnfill (CUSAX_ICE_CREDENTIAL_MAX, 'a');
  g_autofree char *too_long = g_strnfill (CUSAX_ICE_CREDENTIAL_MAX + 1, 'a');

  g_assert_true (cusax_ice_credential_is_valid ("aB+/", 4));
  g_assert_true (cusax_ice_credential_is_valid (long_one, 22));
  g_assert_false (cusax_ice_credential_is_valid (too_long, 22));
  g_assert_false (cusax_ice_credential_is_valid ("abc", 4));
  g_assert_false (cusax_ice_credential_is_valid ("ab c", 4));
  g_assert_false (cusax_ice_credential_is_valid ("abc\n", 4));
  g_assert_false (cusax_ice_credential_is_valid ("", 4));
  g_assert_false (cusax_ice_credential_is_valid (NULL, 4));
}

static void
test_copy (void)
{
  g_autoptr (GPtrArray) list = cusax_candidates_new ();
  g_autoptr (GPtrArray) copy = NULL;
  g_autofree char *written = NULL;

  g_assert_null (cusax_candidates_copy (NULL));
  g_ptr_array_add (list, cusax_candidate_parse (HOST));
  copy = cusax_candidates_copy (list);
  g_ptr_array_set_size (list, 0);
  written = cusax_candidate_write (copy->pdata[0]);
  g_assert_cmpstr (written, ==, HOST);
}

static void
test_damaged (void)
{
  static const char good[] = "1 1 UDP 1694498815 203.0.113.1 5000 typ srflx raddr 10.0.0.1 rport 8998";
  static const char alphabet[] = "01289 .:\tabUDPtyp+/\xff-";

  for (guint i = 0; i < 20000; i++)
    {
      char text[sizeof good];
      g_autoptr (CusaxCandidate) candidate = NULL;

      memcpy (text, good, sizeof good);
      for (gint j = g_test_rand_int_range (0, 6); j > 0; j--)
        text[g_test_rand_int_range (0, sizeof good - 1)] = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      candidate = cusax_candidate_parse (text);
      if (candidate != NULL)
        {
          g_autofree char *written = cusax_candidate_write (candidate);
          g_autoptr (CusaxCandidate) again = cusax_candidate_parse (written);

          g_assert_nonnull (again);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/candidate/parse", test_parse);
  g_test_add_func ("/candidate/credentials", test_credentials);
  g_test_add_func ("/candidate/copy", test_copy);
  g_test_add_func ("/candidate/damaged", test_damaged);
  return g_test_run ();
}
