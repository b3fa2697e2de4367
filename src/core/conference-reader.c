/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A conference-info document (RFC 4575 section 5) into what is known. */
#include "conference-info-private.h"
#include "error.h"
#include "text.h"
#include "xml-rules.h"
#include "xmpp-uri.h"

#include <string.h>

#define MAX_NAME 80
#define MAX_URI 1024
#define MAX_ENDPOINTS 16 /* of one user */

/* What an open element is to us. */
typedef enum
{
  PLACE_OUTSIDE,
  PLACE_ROOT,
  PLACE_DESCRIPTION,
  PLACE_SUBJECT,
  PLACE_DISPLAY_TEXT,
  PLACE_SERVICES,
  PLACE_ENTRY,
  PLACE_URI,
  PLACE_PURPOSE,
  PLACE_USERS,
  PLACE_USER,
  PLACE_USER_NAME,
  PLACE_ENDPOINT,
  PLACE_STATUS
} Place;

static const CusaxXmlRule rules[] = {
  { PLACE_OUTSIDE, "conference-info", PLACE_ROOT },
  { PLACE_ROOT, "conference-description", PLACE_DESCRIPTION },
  { PLACE_DESCRIPTION, "subject", PLACE_SUBJECT },
  { PLACE_DESCRIPTION, "display-text", PLACE_DISPLAY_TEXT },
  { PLACE_DESCRIPTION, "service-uris", PLACE_SERVICES },
  { PLACE_SERVICES, "entry", PLACE_ENTRY },
  { PLACE_ENTRY, "uri", PLACE_URI },
  { PLACE_ENTRY, "purpose", PLACE_PURPOSE },
  { PLACE_ROOT, "users", PLACE_USERS },
  { PLACE_USERS, "user", PLACE_USER },
  { PLACE_USER, "display-text", PLACE_USER_NAME },
  { PLACE_USER, "endpoint", PLACE_ENDPOINT },
  { PLACE_ENDPOINT, "status", PLACE_STATUS },
};

typedef struct
{
  CusaxConferenceInfo *info;         /* what will be known if the document is sound to its end */
  CusaxConferenceMember *user;       /* (nullable): the open one; owned by @info */
  CusaxConferenceEndpoint *endpoint; /* (nullable): the same */
  char *uri;                         /* (nullable): of the open entry */
  gboolean is_room;                  /* the open entry says grouptextchat */
} Reader;

/* Returns: FALSE */
static gboolean
invalid (GError **error, const char *words)
{
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, words);
  return FALSE;
}

static CusaxConferenceMember *
find_user (const CusaxConferenceInfo *info, const char *entity)
{
  for (guint i = 0; i < info->users->len; i++)
    {
      CusaxConferenceMember *user = g_ptr_array_index (info->users, i);

      if (g_str_equal (user->shown.entity, entity))
        return user;
    }
  return NULL;
}

static CusaxConferenceEndpoint *
find_endpoint (const CusaxConferenceMember *user, const char *entity)
{
  for (guint i = 0; i < user->endpoints->len; i++)
    {
      CusaxConferenceEndpoint *endpoint = g_ptr_array_index (user->endpoints, i);

      if (g_str_equal (endpoint->entity, entity))
        return endpoint;
    }
  return NULL;
}

/* --------------------------------------------------------------- elements */

typedef enum
{
  STATE_FULL, /* also what is meant when nothing is said */
  STATE_PARTIAL,
  STATE_DELETED
} State;

static State
get_state (const char **names, const char **values)
{
  const char *state = cusax_xml_rules_get_attribute (names, values, "state");

  if (g_strcmp0 (state, "partial") == 0)
    return STATE_PARTIAL;
  return g_strcmp0 (state, "deleted") == 0 ? STATE_DELETED : STATE_FULL;
}

/* Returns: (nullable): the key of a user or endpoint; without a usable one there is nobody to speak of. */
static const char *
get_entity (const char **names, const char **values)
{
  const char *entity = cusax_xml_rules_get_attribute (names, values, "entity");

  return entity != NULL && *entity != '\0' && strlen (entity) <= MAX_URI && cusax_text_is_plain (entity)
           ? entity
           : NULL;
}

static gboolean
begin_root (Reader *reader, const char **names, const char **values, GError **error)
{
  CusaxConferenceInfo *info = reader->info;
  const char *written = cusax_xml_rules_get_attribute (names, values, "version");
  State state = get_state (names, values);
  guint64 version = 0;

  if (written != NULL && !g_ascii_string_to_unsigned (written, 10, 0, G_MAXUINT32, &version, NULL))
    return invalid (error, "not a conference-info document");
  if (state == STATE_PARTIAL && (!info->has_state || written == NULL || version != info->version + 1))
    return invalid (error, "a partial document that does not follow");

  info->has_state = state != STATE_DELETED;
  info->version = version;
  if (state != STATE_PARTIAL)
    {
      cusax_conference_info_forget_description (info);
      g_ptr_array_set_size (info->users, 0);
    }
  return state != STATE_DELETED;
}

/* Returns: FALSE if the element is to be skipped with all that is in it. */
static gboolean
begin_user (Reader *reader, const char **names, const char **values)
{
  CusaxConferenceInfo *info = reader->info;
  const char *entity = get_entity (names, values);
  CusaxConferenceMember *user = entity != NULL ? find_user (info, entity) : NULL;
  State state = get_state (names, values);

  if (state == STATE_DELETED)
    {
      if (user != NULL)
        g_ptr_array_remove (info->users, user);
      return FALSE;
    }
  if (user == NULL)
    {
      if (entity == NULL || info->users->len >= CUSAX_CONFERENCE_INFO_MAX_USERS)
        return FALSE;
      user = cusax_conference_member_new (entity);
      g_ptr_array_add (info->users, user);
    }
  else if (state == STATE_FULL)
    {
      g_clear_pointer (&user->shown.display_name, g_free);
      g_ptr_array_set_size (user->endpoints, 0);
    }
  reader->user = user;
  return TRUE;
}

static gboolean
begin_endpoint (Reader *reader, const char **names, const char **values)
{
  CusaxConferenceMember *user = reader->user;
  const char *entity = get_entity (names, values);
  CusaxConferenceEndpoint *endpoint = entity != NULL ? find_endpoint (user, entity) : NULL;
  State state = get_state (names, values);

  if (state == STATE_DELETED)
    {
      if (endpoint != NULL)
        g_ptr_array_remove (user->endpoints, endpoint);
      return FALSE;
    }
  if (endpoint == NULL)
    {
      if (entity == NULL || user->endpoints->len >= MAX_ENDPOINTS)
        return FALSE;
      endpoint = g_new0 (CusaxConferenceEndpoint, 1);
      endpoint->entity = g_strdup (entity);
      g_ptr_array_add (user->endpoints, endpoint);
    }
  else if (state == STATE_FULL)
    endpoint->says_status = FALSE;
  reader->endpoint = endpoint;
  return TRUE;
}

static gboolean
begin (gpointer user_data, guint place, const char **names, const char **values, GError **error)
{
  Reader *reader = user_data;
  CusaxConferenceInfo *info = reader->info;
  State state = get_state (names, values);

  switch ((Place) place)
    {
    case PLACE_ROOT:
      return begin_root (reader, names, values, error);
    case PLACE_DESCRIPTION:
      if (state != STATE_PARTIAL)
        cusax_conference_info_forget_description (info);
      return state != STATE_DELETED;
    case PLACE_SERVICES:
      if (state != STATE_PARTIAL)
        g_ptr_array_set_size (info->rooms, 0);
      return state != STATE_DELETED;
    case PLACE_USERS:
      if (state != STATE_PARTIAL)
        g_ptr_array_set_size (info->users, 0);
      return state != STATE_DELETED;
    case PLACE_USER:
      return begin_user (reader, names, values);
    case PLACE_ENDPOINT:
      return begin_endpoint (reader, names, values);
    case PLACE_ENTRY:
      g_clear_pointer (&reader->uri, g_free);
      reader->is_room = FALSE;
      return TRUE;
    case PLACE_OUTSIDE:
    case PLACE_SUBJECT:
    case PLACE_DISPLAY_TEXT:
    case PLACE_URI:
    case PLACE_PURPOSE:
    case PLACE_USER_NAME:
    case PLACE_STATUS:
      return TRUE;
    }
  return FALSE;
}

/* RFC 4575 section 5.7: who is held or muted is in as well. */
static gboolean
is_in (const char *status)
{
  static const char *const in[] = { "connected", "on-hold", "muted-via-focus", NULL };

  return g_strv_contains (in, status);
}

static void
end_user (Reader *reader)
{
  CusaxConferenceMember *user = reader->user;
  gboolean says = FALSE;
  gboolean connected = FALSE;

  for (guint i = 0; i < user->endpoints->len; i++)
    {
      const CusaxConferenceEndpoint *endpoint = g_ptr_array_index (user->endpoints, i);

      says |= endpoint->says_status;
      connected |= endpoint->says_status && endpoint->is_connected;
    }
  user->shown.is_connected = connected || !says;
  reader->user = NULL;
}

/* Only xmpp: here (R39); an entry may say so before or after its purpose. */
static void
end_entry (Reader *reader)
{
  GPtrArray *rooms = reader->info->rooms;
  g_autofree char *jid
    = reader->is_room && reader->uri != NULL ? cusax_xmpp_uri_to_jid (reader->uri, NULL) : NULL;

  if (jid != NULL && rooms->len < CUSAX_CONFERENCE_INFO_MAX_ROOMS
      && !g_ptr_array_find_with_equal_func (rooms, jid, g_str_equal, NULL))
    g_ptr_array_add (rooms, g_steal_pointer (&jid));
}

static void
end (gpointer user_data, guint place, const char *text)
{
  Reader *reader = user_data;
  CusaxConferenceInfo *info = reader->info;

  switch ((Place) place)
    {
    case PLACE_SUBJECT:
      g_free (info->subject);
      info->subject = cusax_text_clean (text, MAX_NAME);
      break;
    case PLACE_DISPLAY_TEXT:
      g_free (info->display_text);
      info->display_text = cusax_text_clean (text, MAX_NAME);
      break;
    case PLACE_URI:
      g_free (reader->uri);
      reader->uri = g_strdup (text);
      break;
    case PLACE_PURPOSE:
      reader->is_room = g_ascii_strcasecmp (text, "grouptextchat") == 0;
      break;
    case PLACE_ENTRY:
      end_entry (reader);
      break;
    case PLACE_USER_NAME:
      g_free (reader->user->shown.display_name);
      reader->user->shown.display_name = cusax_text_clean (text, MAX_NAME);
      break;
    case PLACE_STATUS:
      reader->endpoint->says_status = TRUE;
      reader->endpoint->is_connected = is_in (text);
      break;
    case PLACE_USER:
      end_user (reader);
      break;
    case PLACE_ENDPOINT:
      reader->endpoint = NULL;
      break;
    case PLACE_OUTSIDE:
    case PLACE_ROOT:
    case PLACE_DESCRIPTION:
    case PLACE_SERVICES:
    case PLACE_USERS:
      break;
    }
}

/* ----------------------------------------------------------------- document */

static const CusaxXmlRules conference_rules
  = { "urn:ietf:params:xml:ns:conference-info", rules, G_N_ELEMENTS (rules), begin, end };

gboolean
cusax_conference_reader_read (CusaxConferenceInfo *info, const char *xml, gsize length, GError **error)
{
  Reader reader = { .info = info };
  gboolean sound;

  if (length > CUSAX_CONFERENCE_INFO_MAX_BYTES)
    return invalid (error, "too large");
  sound = cusax_xml_rules_read (&conference_rules, xml, length, &reader, error);
  g_free (reader.uri);
  return sound;
}
