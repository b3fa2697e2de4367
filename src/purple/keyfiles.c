/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See keyfiles.h. */
#include "keyfiles.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "purple-cusax.conf"

static char *
dup_path (CusaxProvisionSource source)
{
  const char *folder = source == CUSAX_PROVISION_SYSTEM_FILE ? CUSAX_SYSCONFDIR : g_get_user_config_dir ();

  return g_build_filename (folder, FILE_NAME, NULL);
}

static gboolean
fail (const char *path, const char *words, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "%s: %s", name, words);
  return FALSE;
}

/* Reads one byte more than is allowed, so that a larger file is seen to be one. Returns: FALSE with an error */
static gboolean
read_all (int fd, const char *path, char *buffer, gsize *length, GError **error)
{
  *length = 0;
  while (*length <= CUSAX_PROVISION_MAX_BYTES)
    {
      gssize n = read (fd, buffer + *length, CUSAX_PROVISION_MAX_BYTES + 1 - *length);

      if (n == 0)
        return TRUE;
      if (n < 0 && errno != EINTR)
        return fail (path, g_strerror (errno), error);
      if (n > 0)
        *length += (gsize) n;
    }
  return fail (path, "too large", error);
}

/* Returns: a file descriptor; -1 with an error, or without one if there is no file. */
static int
open_regular (const char *path, GError **error)
{
  /* Not to wait for whoever writes into a pipe of that name. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat status;

  if (fd < 0)
    {
      if (errno != ENOENT && errno != ENOTDIR)
        fail (path, g_strerror (errno), error);
      return -1;
    }
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    return fd;
  fail (path, "not a regular file", error);
  close (fd);
  return -1;
}

CusaxProvision *
cusax_keyfiles_read (CusaxProvisionSource source, const char *jid, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) reason = NULL;
  CusaxProvision *provision = NULL;
  char *text;
  gsize length = 0;
  int fd;

  g_return_val_if_fail (source == CUSAX_PROVISION_SYSTEM_FILE || source == CUSAX_PROVISION_USER_FILE, NULL);
  g_return_val_if_fail (jid != NULL, NULL);
  path = dup_path (source);
  fd = open_regular (path, error);
  if (fd < 0)
    return NULL;
  text = g_malloc (CUSAX_PROVISION_MAX_BYTES + 1);
  if (read_all (fd, path, text, &length, error))
    {
      g_autofree char *where = g_filename_display_name (path);

      provision = cusax_provision_read_key_file (source, where, text, length, jid, &reason);
    }
  explicit_bzero (text, CUSAX_PROVISION_MAX_BYTES + 1); /* there may be a password in it */
  g_free (text);
  close (fd);
  if (reason != NULL)
    fail (path, reason->message, error);
  return provision;
}
