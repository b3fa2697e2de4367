/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See movelogs.h. */
#include "movelogs.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_DEPTH 8      /* logs have three; a loop of folders has no end */
#define MAX_NAMES 10000  /* of one file: "log.2.txt", "log.3.txt" ... */

/* Counts what stays where it is, and keeps the first reason. */
static guint
fail (const char *path, GError **error)
{
  int code = errno;

  if (error != NULL && *error == NULL)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s", path, g_strerror (code));
  return 1;
}

/* A link to a folder is moved as it is: only real folders are looked into. */
static gboolean
is_folder (const char *path)
{
  GStatBuf info;

  return g_lstat (path, &info) == 0 && S_ISDIR (info.st_mode);
}

static gboolean
exists (const char *path)
{
  GStatBuf info;

  return g_lstat (path, &info) == 0;
}

/* rename() would replace what is there. Nobody but this program writes logs. */
static int
move_if_free (const char *from, const char *to)
{
  if (!exists (to))
    return g_rename (from, to);
  errno = EEXIST;
  return -1;
}

/* "2026-11-23.111300+0000UTC.txt" becomes "...UTC.2.txt": libpurple reads the date before the first point and the kind
 * of log after the last one, and lists both. */
static char *
numbered (const char *path, guint number)
{
  const char *slash = strrchr (path, G_DIR_SEPARATOR);
  const char *point = strrchr (path, '.');
  g_autofree char *stem = NULL;

  if (point == NULL || (slash != NULL && point <= slash + 1))
    return g_strdup_printf ("%s.%u", path, number);
  stem = g_strndup (path, (gsize) (point - path));
  return g_strdup_printf ("%s.%u%s", stem, number, point);
}

static guint
move_beside (const char *from, const char *to, GError **error)
{
  for (guint number = 2; number < MAX_NAMES; number++)
    {
      g_autofree char *other = numbered (to, number);

      if (move_if_free (from, other) == 0)
        return 0;
      if (errno != EEXIST)
        break;
    }
  return fail (from, error);
}

static guint move (const char *from, const char *to, guint depth, GError **error);

static guint
merge (const char *from, const char *to, guint depth, GError **error)
{
  GDir *folder = g_dir_open (from, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  guint failed = 0;

  if (folder == NULL || depth == 0)
    {
      g_clear_pointer (&folder, g_dir_close);
      return fail (from, error);
    }
  /* All of them before the first one goes: a folder that changes is not to be read. */
  while ((name = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_dir_close (folder);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *source = g_build_filename (from, g_ptr_array_index (names, i), NULL);
      g_autofree char *target = g_build_filename (to, g_ptr_array_index (names, i), NULL);

      failed += move (source, target, depth - 1, error);
    }
  if (failed == 0 && g_rmdir (from) != 0)
    g_debug ("%s is not removed: %s", from, g_strerror (errno));
  return failed;
}

static guint
move (const char *from, const char *to, guint depth, GError **error)
{
  if (move_if_free (from, to) == 0)
    return 0;
  if (errno != EEXIST)
    return fail (from, error);
  if (is_folder (from) && is_folder (to))
    return merge (from, to, depth, error);
  return move_beside (from, to, error);
}

guint
cusax_movelogs_run (const char *from, const char *to, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (to);

  if (g_strcmp0 (from, to) == 0 || !exists (from))
    return 0;
  if (g_mkdir_with_parents (parent, 0700) != 0)
    return fail (parent, error);
  return move (from, to, MAX_DEPTH, error);
}
