/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See pictures.h. */
#include "pictures.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_BYTES (1024 * 1024)

/* -------------------------------------------------------------- measure */

static guint
big_endian (const guint8 *data, gsize bytes)
{
  guint value = 0;

  for (gsize i = 0; i < bytes; i++)
    value = value << 8 | data[i];
  return value;
}

static gboolean
measure_png (const guint8 *data, gsize length, guint *width, guint *height)
{
  static const guint8 head[] = { 0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 'I', 'H', 'D', 'R' };

  if (length < sizeof head + 8 || memcmp (data, head, sizeof head) != 0)
    return FALSE;
  *width = big_endian (data + sizeof head, 4);
  *height = big_endian (data + sizeof head + 4, 4);
  return TRUE;
}

static gboolean
measure_gif (const guint8 *data, gsize length, guint *width, guint *height)
{
  if (length < 10 || (memcmp (data, "GIF87a", 6) != 0 && memcmp (data, "GIF89a", 6) != 0))
    return FALSE;
  *width = data[6] | data[7] << 8;
  *height = data[8] | data[9] << 8;
  return TRUE;
}

/* Segments up to the first start of frame: marker, length, then precision, height, width (ITU-T T.81, B.2.2).
 */
static gboolean
measure_jpeg (const guint8 *data, gsize length, guint *width, guint *height)
{
  gsize at = 2;

  if (length < 4 || data[0] != 0xff || data[1] != 0xd8)
    return FALSE;
  while (at + 9 <= length && data[at] == 0xff)
    {
      guint8 marker = data[at + 1];

      if (marker == 0xff) /* filling */
        {
          at++;
          continue;
        }
      if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc)
        {
          *height = big_endian (data + at + 5, 2);
          *width = big_endian (data + at + 7, 2);
          return TRUE;
        }
      at += 2 + MAX (big_endian (data + at + 2, 2), 2);
    }
  return FALSE;
}

gboolean
cusax_pictures_measure (const guint8 *data, gsize length, guint *width, guint *height)
{
  if (!measure_png (data, length, width, height) && !measure_gif (data, length, width, height)
      && !measure_jpeg (data, length, width, height))
    return FALSE;
  return *width > 0 && *height > 0;
}

/* ---------------------------------------------------------------- field */

static PurpleRequestField *
new_field (gconstpointer data, gsize length)
{
  guint width, height;

  if (data == NULL || length > MAX_BYTES || !cusax_pictures_measure (data, length, &width, &height)
      || MAX (width, height) > CUSAX_PICTURES_SIDE)
    return NULL;
  return purple_request_field_image_new ("picture", _ ("Picture"), data, length);
}

PurpleRequestField *
cusax_pictures_field (PurpleAccount *account, const char *jid)
{
  PurpleBuddy *buddy = purple_find_buddy (account, jid);
  PurpleContact *contact = buddy != NULL ? purple_buddy_get_contact (buddy) : NULL;
  PurpleStoredImage *own
    = contact != NULL ? purple_buddy_icons_node_find_custom_icon (PURPLE_BLIST_NODE (contact)) : NULL;
  PurpleRequestField *field = NULL;
  PurpleBuddyIcon *icon;
  gconstpointer data;
  gsize length = 0;

  if (buddy == NULL)
    return NULL;
  if (own != NULL)
    {
      field = new_field (purple_imgstore_get_data (own), purple_imgstore_get_size (own));
      purple_imgstore_unref (own);
      return field;
    }
  icon = purple_buddy_icons_find (account, purple_buddy_get_name (buddy));
  if (icon == NULL)
    return NULL;
  data = purple_buddy_icon_get_data (icon, &length);
  field = new_field (data, length);
  purple_buddy_icon_unref (icon);
  return field;
}
