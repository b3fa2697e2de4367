/* SPDX-License-Identifier: GPL-2.0-or-later */
/* P4: a certificate that a person accepted is known again by host and port, across runs, and in libpurple's pool; another
 * one never is. Against libpurple's real pool and TLS plugin, and the real store. */
#include "fakephone.h"

#include "error.h"
#include "pins.h"
#include "store.h"

#include <glib/gstdio.h>
#include <purple.h>
#include <string.h>

/* Two self-signed certificates for one name; nothing here looks at their dates. */
static const char *const pem_a =
  "-----BEGIN CERTIFICATE-----\n"
  "MIIBiTCCAS+gAwIBAgIUfbLrn1pELzVR8xaR0gMy3DGE49EwCgYIKoZIzj0EAwIw\n"
  "GjEYMBYGA1UEAwwPc2lwLmV4YW1wbGUub3JnMB4XDTI2MTEyMzExMjQxNFoXDTM2\n"
  "MTEyMDExMjQxNFowGjEYMBYGA1UEAwwPc2lwLmV4YW1wbGUub3JnMFkwEwYHKoZI\n"
  "zj0CAQYIKoZIzj0DAQcDQgAEN4zlpG7ycmtiaMWHLhaycpdIQs1Ir/UvthwJjE5r\n"
  "OkYWgU7lWJsFPbjiTcS8XfokA44OKcD1dB0nUEYRoj2M76NTMFEwHQYDVR0OBBYE\n"
  "FAmGCnB1aPF8k+NnsD3Idosqb0M+MB8GA1UdIwQYMBaAFAmGCnB1aPF8k+NnsD3I\n"
  "dosqb0M+MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgYG6Mbs3t\n"
  "ePHgaCBbWOsRRgjrJun12f0XJ268474Hz9sCIQCy60cIkkFh86hCRPYhkJ7Gdw/w\n"
  "0QvklrhrJ29TDCLnZw==\n"
  "-----END CERTIFICATE-----\n";
static const char *const pem_b =
  "-----BEGIN CERTIFICATE-----\n"
  "MIIBiTCCAS+gAwIBAgIUOeghC3JGtZj2Wh4MKLiOamrMu0wwCgYIKoZIzj0EAwIw\n"
  "GjEYMBYGA1UEAwwPc2lwLmV4YW1wbGUub3JnMB4XDTI2MTEyMzExMjQxNFoXDTM2\n"
  "MTEyMDExMjQxNFowGjEYMBYGA1UEAwwPc2lwLmV4YW1wbGUub3JnMFkwEwYHKoZI\n"
  "zj0CAQYIKoZIzj0DAQcDQgAECZXAEItHDLAK2EkgrJsUEu1WzhYETbv6rxfzFqY7\n"
  "WF8izJjHtQfifpeY0DcXbZFuJzgKhZnSRT9/8Ie987+zsaNTMFEwHQYDVR0OBBYE\n"
  "FBdKtbO7Zkx7C0CIYX5zNuVIWtJDMB8GA1UdIwQYMBaAFBdKtbO7Zkx7C0CIYX5z\n"
  "NuVIWtJDMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgQxYReL/O\n"
  "3M6/jf28NU93R2YdlaS9OVQgIYrxqQ4W/hsCIQCPb+ZIT7Bik6sB69TjmL2R1Q2F\n"
  "53ixZ9dyK5z+kc6jaw==\n"
  "-----END CERTIFICATE-----\n";

/* Two that an authority signed, until 2021 and until 2099. */
static const char *const pem_old =
  "-----BEGIN CERTIFICATE-----\n"
  "MIIBDzCBtQIBATAKBggqhkjOPQQDAjANMQswCQYDVQQDDAJDQTAeFw0yMDAxMDEw\n"
  "MDAwMDBaFw0yMTAxMDEwMDAwMDBaMBoxGDAWBgNVBAMMD3NpcC5leGFtcGxlLm9y\n"
  "ZzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFHXYQGSLScsNU+kVlk/wPLN1e/I\n"
  "n5mUdmhiMjasTNyY9DOupG1B6hZ9cdkV854knJej6W7haRNDA1Uulkdh9jAwCgYI\n"
  "KoZIzj0EAwIDSQAwRgIhAIwHAI26mv2R+3Ph3nKIqweCaBWFXrccEsiOnNFpHSk+\n"
  "AiEAj77ogNjs3ZcWXqF8iPrEwCfFAhIoFoYTSQerATXE6F0=\n"
  "-----END CERTIFICATE-----\n";
static const char *const pem_signed =
  "-----BEGIN CERTIFICATE-----\n"
  "MIIBEDCBtwIBAjAKBggqhkjOPQQDAjANMQswCQYDVQQDDAJDQTAgFw0yMDAxMDEw\n"
  "MDAwMDBaGA8yMDk5MTIzMTAwMDAwMFowGjEYMBYGA1UEAwwPc2lwLmV4YW1wbGUu\n"
  "b3JnMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEUddhAZItJyw1T6RWWT/A8s3V\n"
  "78ifmZR2aGIyNqxM3Jj0M66kbUHqFn1x2RXzniScl6PpbuFpE0MDVS6WR2H2MDAK\n"
  "BggqhkjOPQQDAgNIADBFAiEAkcwklKJNl/ZiJCeZixDcVBj0hoC2QndqTwKNbhC8\n"
  "FzkCIFRQDDe29/+lKhTS2r7xtTHzM4h2AvaW0mABelkYwL6d\n"
  "-----END CERTIFICATE-----\n";

#define PRINT_A "4E:D8:8C:3D:37:89:64:23:03:4A:C3:03:58:26:AE:C0:92:F5:88:B6:7C:CF:89:5C:28:49:DA:53:91:7A:E7:5E"
#define PRINT_B "A5:E4:6F:14:C8:AC:BB:4D:9E:54:F3:A6:BA:67:32:E3:8B:8F:91:58:32:9C:C3:15:98:0B:F8:58:FA:3F:15:D8"
#define PRINT_OLD "F4:B6:85:79:F3:21:24:95:11:79:FC:2C:17:22:07:6C:18:84:24:E1:6E:0B:02:1E:AC:4D:75:95:BF:31:15:20"
#define HOST "sip.example.org"

static PurpleAccount *account;
static CusaxStore *store;
static CusaxPins *pins;
static char *path; /* of the file */

static void
reload (void)
{
  g_clear_pointer (&pins, cusax_pins_free);
  pins = cusax_pins_new (store);
}

static gboolean
is_pinned (const char *host, guint16 port, const char *pem)
{
  g_autofree char *body = g_strdup (strchr (pem, '\n'));
  gsize length;

  *strstr (body, "-----END") = '\0';
  g_autofree guchar *der = g_base64_decode (body, &length);
  CusaxTrust *trust = cusax_pins_get_trust (pins);
  return trust->is_pinned (trust, host, port, der, length);
}

static void
assert_pin (const char *host, guint16 port, const char *expected)
{
  CusaxTrust *trust = cusax_pins_get_trust (pins);
  g_autofree char *pin = trust->dup_pin (trust, host, port);
  g_assert_cmpstr (pin, ==, expected);
}

static void
add (const char *host, guint16 port, const char *fingerprint, const char *pem)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cusax_pins_add (pins, host, port, fingerprint, pem, &error));
  g_assert_no_error (error);
}

static PurpleCertificatePool *
get_pool (void)
{
  return purple_ssl_is_supported () ? purple_certificate_find_pool ("x509", "tls_peers") : NULL;
}

/* As if the person had accepted it in libpurple's own dialog. */
static void
pool_put (const char *host, const char *pem)
{
  g_autofree char *file = g_build_filename (purple_user_dir (), "seen.pem", NULL);

  g_assert_true (g_file_set_contents (file, pem, -1, NULL));
  PurpleCertificate *certificate = purple_certificate_import (purple_certificate_find_scheme ("x509"), file);
  g_assert_nonnull (certificate);
  g_assert_true (purple_certificate_pool_store (get_pool (), host, certificate));
  purple_certificate_destroy (certificate);
  g_unlink (file);
}

static void
setup (void)
{
  g_unlink (path);
  if (get_pool () != NULL && purple_certificate_pool_contains (get_pool (), HOST))
    purple_certificate_pool_delete (get_pool (), HOST);
  reload ();
}

static void
test_host_and_port (void)
{
  setup ();
  assert_pin (HOST, 5061, NULL);
  g_assert_false (is_pinned (HOST, 5061, pem_a));

  /* No PEM: nothing goes into the pool, so that the port counts. */
  add ("SIP.example.ORG", 5061, PRINT_A, NULL);
  for (int run = 0; run < 2; run++)
    {
      g_assert_true (is_pinned (HOST, 5061, pem_a));
      g_assert_true (is_pinned ("sip.EXAMPLE.org", 5061, pem_a));
      g_assert_false (is_pinned (HOST, 5061, pem_b));
      g_assert_false (is_pinned (HOST, 5062, pem_a));
      g_assert_false (is_pinned ("example.org", 5061, pem_a));
      g_assert_false (is_pinned ("", 5061, pem_a));
      assert_pin (HOST, 5061, PRINT_A);
      assert_pin (HOST, 5062, NULL);
      reload ();
    }

  add (HOST, 5061, PRINT_B, NULL);
  add ("2001:db8::1", 5061, PRINT_A, NULL);
  reload ();
  g_assert_true (is_pinned (HOST, 5061, pem_b));
  g_assert_false (is_pinned (HOST, 5061, pem_a));
  g_assert_true (is_pinned ("2001:db8::1", 5061, pem_a));
}

static void
test_mode (void)
{
  GStatBuf info;

  setup ();
  add (HOST, 5061, PRINT_A, NULL);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *host;
    guint16 port;
    const char *fingerprint;
  } rows[] = {
    { "", 5061, PRINT_A },
    { "two words", 5061, PRINT_A },
    { "line\nline", 5061, PRINT_A },
    { HOST, 0, PRINT_A },
    { HOST, 5061, "" },
    { HOST, 5061, "AB:CD" },
    { HOST, 5061, PRINT_A ":AB" },
  };

  setup ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (cusax_pins_add (pins, rows[i].host, rows[i].port, rows[i].fingerprint, NULL, &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
    }
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_broken_file (void)
{
  static const struct
  {
    const char *text;
    gssize length;
  } rows[] = {
    { "", -1 },
    { "2\n" HOST " 5061 " PRINT_A "\n", -1 },
    { "1\n" HOST " 5061 " PRINT_A "\nhalf", -1 },
    { "1\n" HOST " 65536 " PRINT_A "\n", -1 },
    { "1\n" HOST " 0 " PRINT_A "\n", -1 },
    { "1\n" HOST " 5061 " PRINT_A " x\n", -1 },
    { "1\n" HOST " 5061 " PRINT_A " " PRINT_B " " PRINT_B "\n", -1 },
    { "1\n" HOST " 5061 4E:D8\n", -1 },
    { "1\n" HOST " 5061 " PRINT_A "\n\0x", sizeof ("1\n" HOST " 5061 " PRINT_A "\n\0x") - 1 },
  };
  g_autofree char *aside = g_strconcat (path, ".broken", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      setup ();
      add (HOST, 5061, PRINT_A, NULL); /* makes the folder */
      g_unlink (aside);
      g_assert_true (g_file_set_contents (path, rows[i].text, rows[i].length, NULL));
      reload ();
      g_assert_false (is_pinned (HOST, 5061, pem_a));
      g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
      add (HOST, 5061, PRINT_B, NULL);
      reload ();
      g_assert_true (is_pinned (HOST, 5061, pem_b));
    }
}

/* Bounded: the oldest goes; what cannot be written holds for this run. */
static void
test_bounds (void)
{
  setup ();
  for (guint i = 1; i <= 300; i++)
    add (HOST, (guint16) i, PRINT_A, NULL);
  reload ();
  g_assert_false (is_pinned (HOST, 44, pem_a));
  g_assert_true (is_pinned (HOST, 45, pem_a));
  g_assert_true (is_pinned (HOST, 300, pem_a));

  setup ();
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_assert_false (cusax_pins_add (pins, HOST, 5061, PRINT_A, NULL, &error));
  g_assert_nonnull (error);
  g_assert_true (is_pinned (HOST, 5061, pem_a));
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

static gboolean
skip_without_tls (void)
{
  if (get_pool () != NULL)
    return FALSE;
  g_test_skip ("libpurple has no TLS plugin");
  return TRUE;
}

/* One accepted certificate serves both legs on the same host. */
static void
test_pool (void)
{
  if (skip_without_tls ())
    return;
  setup ();
  pool_put (HOST, pem_a);
  g_assert_true (is_pinned (HOST, 5061, pem_a));
  g_assert_true (is_pinned ("SIP.Example.org", 443, pem_a));
  g_assert_false (is_pinned (HOST, 5061, pem_b));
  assert_pin (HOST, 5061, PRINT_A);

  /* Accepted here in place of it: the pool is chat's, and what it has does not count here any more. */
  add (HOST, 5061, PRINT_B, pem_b);
  reload ();
  g_assert_true (is_pinned (HOST, 5061, pem_b));
  g_assert_false (is_pinned (HOST, 5061, pem_a));
  assert_pin (HOST, 5061, PRINT_B);
  assert_pin (HOST, 5062, PRINT_A);

  /* A later one accepted in libpurple's dialog does count. */
  add (HOST, 5061, PRINT_A, pem_a);
  pool_put (HOST, pem_b);
  reload ();
  g_assert_true (is_pinned (HOST, 5061, pem_b));
  g_assert_true (is_pinned (HOST, 5061, pem_a));
}

static gboolean
has_leftovers (void)
{
  GDir *folder = g_dir_open (g_get_tmp_dir (), 0, NULL);
  const char *name;
  gboolean found = FALSE;

  while ((name = g_dir_read_name (folder)) != NULL)
    found |= g_str_has_prefix (name, "cusax-") && g_str_has_suffix (name, ".pem");
  g_dir_close (folder);
  return found;
}

/* libpurple keeps in its pool what it verified by itself, too. */
static void
test_verified_is_not_accepted (void)
{
  if (skip_without_tls ())
    return;
  setup ();
  pool_put (HOST, pem_signed);
  g_assert_true (is_pinned (HOST, 5061, pem_signed));
  assert_pin (HOST, 5061, NULL);

  /* Good once, and nobody was asked since it is not: libpurple asks about it for chat, and so do we. */
  pool_put (HOST, pem_old);
  g_assert_false (is_pinned (HOST, 5061, pem_old));
  assert_pin (HOST, 5061, NULL);
  add (HOST, 5061, PRINT_OLD, pem_old);
  g_assert_true (is_pinned (HOST, 5061, pem_old));
  assert_pin (HOST, 5061, PRINT_OLD);
}

static void
test_into_pool (void)
{
  if (skip_without_tls ())
    return;
  setup ();
  /* What was shown to the person and what came along are two things: not into the pool. */
  add (HOST, 5061, PRINT_B, pem_a);
  g_assert_false (purple_certificate_pool_contains (get_pool (), HOST));
  add (HOST, 5061, PRINT_B, "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n");
  g_assert_false (purple_certificate_pool_contains (get_pool (), HOST));

  add (HOST, 5061, PRINT_A, pem_a);
  g_assert_true (purple_certificate_pool_contains (get_pool (), HOST));
  g_assert_false (has_leftovers ());
  /* Chat on the same host; another port of it. */
  assert_pin (HOST, 5222, PRINT_A);
  g_assert_true (is_pinned (HOST, 5222, pem_a));
}

int
main (int argc, char **argv)
{
  char tmp[] = "/tmp/cusax-pins-XXXXXX"; /* GLib keeps the first answer to where temporary files go */
  int result;

  g_assert_nonnull (g_mkdtemp (tmp));
  g_setenv ("TMPDIR", tmp, TRUE);
  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  account = fake_purple_account ("alice@example.org");
  store = cusax_store_new (account);
  path = g_build_filename (purple_user_dir (), "cusax", purple_escape_filename ("alice@example.org"), "pins", NULL);
  g_test_add_func ("/pins/P4-host-and-port", test_host_and_port);
  g_test_add_func ("/pins/P4-mode", test_mode);
  g_test_add_func ("/pins/refused", test_refused);
  g_test_add_func ("/pins/broken-file", test_broken_file);
  g_test_add_func ("/pins/bounds", test_bounds);
  g_test_add_func ("/pins/P4-pool", test_pool);
  g_test_add_func ("/pins/P4-verified-is-not-accepted", test_verified_is_not_accepted);
  g_test_add_func ("/pins/P4-into-pool", test_into_pool);
  result = g_test_run ();
  g_clear_pointer (&pins, cusax_pins_free);
  g_clear_pointer (&store, cusax_store_free);
  g_free (path);
  fake_purple_stop ();
  g_rmdir (tmp);
  return result;
}
