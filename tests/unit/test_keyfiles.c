/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of companies and people (R9): where they are looked for, and that nothing odd is read or waited
 * for. */
#include "keyfiles.h"

#include "error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define JID "alice@example.org"
#define FILE_NAME "purple-cusax.conf"

/* CUSAX_SYSCONFDIR is "system" here, and the test runs in a folder of its own. */
static const struct
{
  CusaxProvisionSource source;
  const char *folder;
} places[] = { { CUSAX_PROVISION_SYSTEM_FILE, "system" }, { CUSAX_PROVISION_USER_FILE, "user" } };

static char *
path_of (guint place)
{
  return g_build_filename (places[place].folder, FILE_NAME, NULL);
}

static void
write_file (guint place, const char *text, gssize length)
{
  g_autofree char *path = path_of (place);

  g_assert_true (g_file_set_contents (path, text, length, NULL));
}

static void
remove_file (guint place)
{
  g_autofree char *path = path_of (place);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
test_r9_places (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxProvision) provision = NULL;
      CusaxProvision *other;

      write_file (i, "[account]\nsip_server=h.example\nlocked=sip_server\n", -1);
      provision = cusax_keyfiles_read (places[i].source, JID, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (cusax_provision_get (provision, "sip_server"), ==, "h.example");
      g_assert_true (cusax_provision_is_locked (provision, "sip_server"));
      g_assert_cmpint (cusax_provision_get_source (provision), ==, places[i].source);
      g_assert_true (g_str_has_suffix (cusax_provision_get_where (provision), FILE_NAME));
      other = cusax_keyfiles_read (places[1 - i].source, JID, &error);
      g_assert_no_error (error);
      g_assert_null (other);
      remove_file (i);
    }
}

static void
test_for_others (void)
{
  g_autoptr (GError) error = NULL;

  write_file (0, "[account]\njid=bob@example.org\n", -1);
  g_assert_null (cusax_keyfiles_read (CUSAX_PROVISION_SYSTEM_FILE, JID, &error));
  g_assert_no_error (error);
  remove_file (0);
}

/* The file is named, and its secrets are not. */
static void
check_refused (const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (cusax_keyfiles_read (CUSAX_PROVISION_SYSTEM_FILE, JID, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "system/" FILE_NAME ": "));
  g_assert_nonnull (strstr (error->message, words));
  g_assert_null (strstr (error->message, "HIDDEN"));
}

static void
test_bad_content (void)
{
  g_autofree char *large = g_strnfill (CUSAX_PROVISION_MAX_BYTES + 1, '\n');
  g_autofree char *just = g_strdup (large);
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxProvision) provision = NULL;

  write_file (0, large, -1);
  check_refused ("too large");
  write_file (0, "", 0);
  check_refused ("empty");
  write_file (0, "[account]\nsip_password=HIDDEN\nHIDDEN\n", -1);
  check_refused ("not a key file");
  write_file (0, "[account]\nsip_server=HIDDEN \n\0\n", 30);
  check_refused ("UTF-8");

  memcpy (just, "[account]", strlen ("[account]"));
  write_file (0, just, CUSAX_PROVISION_MAX_BYTES);
  provision = cusax_keyfiles_read (CUSAX_PROVISION_SYSTEM_FILE, JID, &error);
  g_assert_no_error (error);
  g_assert_nonnull (provision);
  remove_file (0);
}

/* A folder, a pipe that nobody writes into, a device, a file that may not be read. */
static void
test_no_files (void)
{
  g_autofree char *path = path_of (0);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  check_refused ("not a regular file");
  g_assert_cmpint (g_rmdir (path), ==, 0);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  check_refused ("not a regular file");
  remove_file (0);
  g_assert_cmpint (symlink ("/dev/zero", path), ==, 0);
  check_refused ("not a regular file");
  remove_file (0);
  g_assert_cmpint (symlink (FILE_NAME, path), ==, 0);
  check_refused ("");
  remove_file (0);

  write_file (0, "[account]\n", -1);
  if (geteuid () != 0) /* root reads everything */
    {
      g_assert_cmpint (g_chmod (path, 0), ==, 0);
      check_refused ("");
    }
  remove_file (0);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("cusax-keyfiles-XXXXXX", NULL);
  g_autofree char *user = g_build_filename (folder, "user", NULL);
  int result;

  g_test_init (&argc, &argv, NULL);
  g_assert_nonnull (folder);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_assert_cmpint (g_mkdir ("system", 0700) + g_mkdir ("user", 0700), ==, 0);
  g_setenv ("XDG_CONFIG_HOME", user, TRUE);
  g_test_add_func ("/keyfiles/r9-places", test_r9_places);
  g_test_add_func ("/keyfiles/for-others", test_for_others);
  g_test_add_func ("/keyfiles/bad-content", test_bad_content);
  g_test_add_func ("/keyfiles/no-files", test_no_files);
  result = g_test_run ();
  g_assert_cmpint (g_rmdir ("system") + g_rmdir ("user") + g_chdir ("/") + g_rmdir (folder), ==, 0);
  return result;
}
