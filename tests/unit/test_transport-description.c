/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport-description.h"

#include <string.h>

static void
test_reverse (void)
{
  g_assert_cmpint (cusax_direction_reverse (CUSAX_DIRECTION_SENDONLY), ==, CUSAX_DIRECTION_RECVONLY);
  g_assert_cmpint (cusax_direction_reverse (CUSAX_DIRECTION_RECVONLY), ==, CUSAX_DIRECTION_SENDONLY);
  g_assert_cmpint (cusax_direction_reverse (CUSAX_DIRECTION_SENDRECV), ==, CUSAX_DIRECTION_SENDRECV);
  g_assert_cmpint (cusax_direction_reverse (CUSAX_DIRECTION_INACTIVE), ==, CUSAX_DIRECTION_INACTIVE);
}

static void
test_copy (void)
{
  g_autoptr (CusaxTransportDescription) one = cusax_transport_description_new ("192.0.2.1", 4000, 4001);
  g_autoptr (CusaxTransportDescription) two = NULL;

  one->crypto.suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
  one->crypto.tag = 3;
  memset (one->crypto.key, 7, sizeof one->crypto.key);
  two = cusax_transport_description_copy (one);
  g_assert_cmpstr (two->address, ==, "192.0.2.1");
  g_assert_true (two->address != one->address);
  g_assert_cmpuint (two->rtp_port, ==, 4000);
  g_assert_cmpuint (two->rtcp_port, ==, 4001);
  g_assert_cmpmem (&one->crypto, sizeof one->crypto, &two->crypto, sizeof two->crypto);
  g_assert_null (cusax_transport_description_copy (NULL));
}

static void
test_suite_names (void)
{
  g_assert_null (cusax_srtp_suite_get_name (CUSAX_SRTP_NONE));
  g_assert_cmpstr (cusax_srtp_suite_get_name (CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80), ==,
                   "AES_CM_128_HMAC_SHA1_80");
  g_assert_cmpstr (cusax_srtp_suite_get_name (CUSAX_SRTP_AES_CM_128_HMAC_SHA1_32), ==,
                   "AES_CM_128_HMAC_SHA1_32");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport-description/reverse", test_reverse);
  g_test_add_func ("/transport-description/copy", test_copy);
  g_test_add_func ("/transport-description/suite-names", test_suite_names);
  return g_test_run ();
}
