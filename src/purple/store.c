/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See store.h. */
#include "store.h"

#include "address.h"
#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  CusaxStore port;
  char *root;   /* "cusax" */
  char *folder; /* "cusax/alice@example.org" */
} Store;

/* Names come from settings and the network; as a part of a path they are one plain name. */
static char *
path_of (CusaxStore *store, const char *name)
{
  return g_build_filename (((Store *) store)->folder, purple_escape_filename (name), NULL);
}

static void
set_error (GError **error, const char *path)
{
  int code = errno;

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s", path, g_strerror (code));
}

/* ------------------------------------------------------------- reading */

/* All of it, or NULL: the file may shrink or grow while it is read. */
static GBytes *
read_all (int fd, gsize size, const char *path, GError **error)
{
  g_autofree char *data = g_malloc (size + 1);
  gsize length = 0;

  while (length < size)
    {
      gssize got = read (fd, data + length, size - length);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          set_error (error, path);
          return NULL;
        }
      if (got == 0)
        break;
      length += (gsize) got;
    }
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

static GBytes *
store_load (CusaxStore *store, const char *name, gsize max, GError **error)
{
  g_autofree char *path = path_of (store, name);
  GBytes *bytes = NULL;
  struct stat info;
  int fd;

  /* Without waiting: somebody may have put a pipe there. */
  fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (fd < 0)
    {
      if (errno != ENOENT)
        set_error (error, path);
      return NULL;
    }
  if (fstat (fd, &info) != 0)
    set_error (error, path);
  else if (!S_ISREG (info.st_mode) || info.st_size < 0)
    g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "%s: not a file", path);
  else if ((guint64) info.st_size > max)
    g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "%s: larger than %" G_GSIZE_FORMAT " bytes", path,
                 max);
  else
    bytes = read_all (fd, (gsize) info.st_size, path, error);
  close (fd);
  return bytes;
}

/* ------------------------------------------------------------- writing */

/* An older or foreign program may have made the folders with other rights. */
static gboolean
make_folders (Store *store, GError **error)
{
  const char *const folders[] = { store->root, store->folder };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    if (g_mkdir_with_parents (folders[i], 0700) != 0 || g_chmod (folders[i], 0700) != 0)
      {
        set_error (error, folders[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
store_save (CusaxStore *store, const char *name, const char *data, gsize length, GError **error)
{
  g_autofree char *path = path_of (store, name);

  return make_folders ((Store *) store, error)
         && g_file_set_contents_full (path, data, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static void
store_set_aside (CusaxStore *store, const char *name)
{
  g_autofree char *path = path_of (store, name);
  g_autofree char *aside = g_strconcat (path, ".broken", NULL);

  if (g_rename (path, aside) == 0)
    g_message ("%s was broken; it is kept as %s", path, aside);
  else if (errno != ENOENT)
    g_warning ("%s is broken, and cannot be renamed: %s", path, g_strerror (errno));
}

/* ----------------------------------------------------------------- life */

CusaxStore *
cusax_store_new (PurpleAccount *account)
{
  const char *username = purple_account_get_username (account);
  g_autofree char *jid = cusax_address_jid_bare (username, NULL);
  Store *store = g_new0 (Store, 1);

  store->port.load = store_load;
  store->port.save = store_save;
  store->port.set_aside = store_set_aside;
  store->root = g_build_filename (purple_user_dir (), "cusax", NULL);
  store->folder = g_build_filename (store->root, purple_escape_filename (jid != NULL ? jid : username), NULL);
  return &store->port;
}

void
cusax_store_free (CusaxStore *store)
{
  Store *self = (Store *) store;

  if (self == NULL)
    return;
  g_free (self->root);
  g_free (self->folder);
  g_free (self);
}
