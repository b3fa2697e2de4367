/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a conference. See conference-info.h. */
#include "conference-info-private.h"

static void
endpoint_free (CusaxConferenceEndpoint *endpoint)
{
  g_free (endpoint->entity);
  g_free (endpoint);
}

static void
user_free (CusaxConferenceMember *user)
{
  g_free (user->shown.entity);
  g_free (user->shown.display_name);
  g_ptr_array_unref (user->endpoints);
  g_free (user);
}

CusaxConferenceMember *
cusax_conference_member_new (const char *entity)
{
  CusaxConferenceMember *user = g_new0 (CusaxConferenceMember, 1);

  user->shown.entity = g_strdup (entity);
  user->endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) endpoint_free);
  return user;
}

static CusaxConferenceMember *
user_copy (const CusaxConferenceMember *from)
{
  CusaxConferenceMember *user = cusax_conference_member_new (from->shown.entity);

  user->shown.display_name = g_strdup (from->shown.display_name);
  user->shown.is_connected = from->shown.is_connected;
  for (guint i = 0; i < from->endpoints->len; i++)
    {
      const CusaxConferenceEndpoint *old = g_ptr_array_index (from->endpoints, i);
      CusaxConferenceEndpoint *endpoint = g_new0 (CusaxConferenceEndpoint, 1);

      *endpoint = *old;
      endpoint->entity = g_strdup (old->entity);
      g_ptr_array_add (user->endpoints, endpoint);
    }
  return user;
}

CusaxConferenceInfo *
cusax_conference_info_new (void)
{
  CusaxConferenceInfo *info = g_new0 (CusaxConferenceInfo, 1);

  info->users = g_ptr_array_new_with_free_func ((GDestroyNotify) user_free);
  info->rooms = g_ptr_array_new_with_free_func (g_free);
  return info;
}

void
cusax_conference_info_free (CusaxConferenceInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->subject);
  g_free (info->display_text);
  g_ptr_array_unref (info->users);
  g_ptr_array_unref (info->rooms);
  g_free (info);
}

static CusaxConferenceInfo *
info_copy (const CusaxConferenceInfo *from)
{
  CusaxConferenceInfo *info = cusax_conference_info_new ();

  info->has_state = from->has_state;
  info->version = from->version;
  info->subject = g_strdup (from->subject);
  info->display_text = g_strdup (from->display_text);
  for (guint i = 0; i < from->users->len; i++)
    g_ptr_array_add (info->users, user_copy (g_ptr_array_index (from->users, i)));
  for (guint i = 0; i < from->rooms->len; i++)
    g_ptr_array_add (info->rooms, g_strdup (g_ptr_array_index (from->rooms, i)));
  return info;
}

void
cusax_conference_info_forget_description (CusaxConferenceInfo *info)
{
  g_clear_pointer (&info->subject, g_free);
  g_clear_pointer (&info->display_text, g_free);
  g_ptr_array_set_size (info->rooms, 0);
}

/* A document that breaks off in its middle changes nothing: it is read into a copy. */
gboolean
cusax_conference_info_update (CusaxConferenceInfo *info, const char *xml, gsize length, GError **error)
{
  g_autoptr (CusaxConferenceInfo) next = NULL;
  CusaxConferenceInfo old;

  g_return_val_if_fail (info != NULL && xml != NULL, FALSE);

  next = info_copy (info);
  if (!cusax_conference_reader_read (next, xml, length, error))
    return FALSE;
  old = *info;
  *info = *next;
  *next = old;
  return TRUE;
}

/* ---------------------------------------------------------------- getters */

const char *
cusax_conference_info_get_subject (const CusaxConferenceInfo *info)
{
  return info->subject != NULL ? info->subject : info->display_text;
}

const GPtrArray *
cusax_conference_info_get_users (const CusaxConferenceInfo *info)
{
  return info->users;
}

const GPtrArray *
cusax_conference_info_get_rooms (const CusaxConferenceInfo *info)
{
  return info->rooms;
}
