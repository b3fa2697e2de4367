/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A conference-info document (RFC 4575 section 5) into what is known. GMarkup expands no entities but XML's own
 * five, so a document cannot grow while it is read.
 */
#include "conference-info-private.h"
#include "error.h"
#include "text.h"
#include "xmpp-uri.h"

#include <string.h>

#define NAMESPACE "urn:ietf:params:xml:ns:conference-info"
#define MAX_NAME 80
#define MAX_URI 1024
#define MAX_ENDPOINTS 16 /* of one user */
#define MAX_TEXT 4096    /* of one element; the rest is not looked at */
#define MAX_PLACES 8     /* open elements that we know: the deepest has 5 */

/* What an open element is to us. */
typedef enum
{
  PLACE_NONE,
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

static const struct
{
  Place parent;
  const char *name;
  Place place;
} rules[] = {
  { PLACE_NONE, "conference-info", PLACE_ROOT },
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
  CusaxConferenceInfo *info; /* what will be known if the document is sound to its end */
  char *prefix;              /* of the root's namespace: "" or "ci:" */
  Place places[MAX_PLACES];
  guint depth;
  guint skipped;                     /* open elements that are none of ours */
  GString *text;                     /* of the innermost element */
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

static const char *
get_attribute (const char **names, const char **values, const char *name)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return values[i];
  return NULL;
}

static State
get_state (const char **names, const char **values)
{
  const char *state = get_attribute (names, values, "state");

  if (g_strcmp0 (state, "partial") == 0)
    return STATE_PARTIAL;
  return g_strcmp0 (state, "deleted") == 0 ? STATE_DELETED : STATE_FULL;
}

/* Returns: (nullable): the key of a user or endpoint; without a usable one there is nobody to speak of. */
static const char *
get_entity (const char **names, const char **values)
{
  const char *entity = get_attribute (names, values, "entity");

  return entity != NULL && *entity != '\0' && strlen (entity) <= MAX_URI && cusax_text_is_plain (entity)
           ? entity
           : NULL;
}

static gboolean
begin_root (Reader *reader, const char *name, const char **names, const char **values, GError **error)
{
  CusaxConferenceInfo *info = reader->info;
  const char *colon = strchr (name, ':');
  g_autofree char *declaration
    = colon != NULL ? g_strdup_printf ("xmlns:%.*s", (int) (colon - name), name) : g_strdup ("xmlns");
  const char *written = get_attribute (names, values, "version");
  State state = get_state (names, values);
  guint64 version = 0;

  if (reader->prefix != NULL || g_strcmp0 (get_attribute (names, values, declaration), NAMESPACE) != 0
      || (written != NULL && !g_ascii_string_to_unsigned (written, 10, 0, G_MAXUINT32, &version, NULL)))
    return invalid (error, "not a conference-info document");
  if (state == STATE_PARTIAL && (!info->has_state || written == NULL || version != info->version + 1))
    return invalid (error, "a partial document that does not follow");

  reader->prefix = g_strndup (name, colon != NULL ? (gsize) (colon + 1 - name) : 0);
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

/* Returns: FALSE if the element is to be skipped with all that is in it. */
static gboolean
begin (Reader *reader, Place place, const char **names, const char **values)
{
  CusaxConferenceInfo *info = reader->info;
  State state = get_state (names, values);

  switch (place)
    {
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
    case PLACE_NONE:
    case PLACE_ROOT:
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
end (Reader *reader, Place place)
{
  CusaxConferenceInfo *info = reader->info;
  const char *text = g_strstrip (reader->text->str);

  switch (place)
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
    case PLACE_NONE:
    case PLACE_ROOT:
    case PLACE_DESCRIPTION:
    case PLACE_SERVICES:
    case PLACE_USERS:
      break;
    }
}

/* ----------------------------------------------------------------- parser */

/* Elements of other namespaces carry another prefix than the root, or declare their own. */
static Place
find_place (const Reader *reader, Place parent, const char *name, const char **names, const char **values)
{
  const char *local = name;

  if (parent == PLACE_NONE)
    local = strchr (name, ':') != NULL ? strchr (name, ':') + 1 : name;
  else
    {
      const char *own = get_attribute (names, values, "xmlns");
      gsize length = strlen (reader->prefix);

      if (strncmp (name, reader->prefix, length) != 0
          || (length == 0 && own != NULL && !g_str_equal (own, NAMESPACE)))
        return PLACE_NONE;
      local += length;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    if (rules[i].parent == parent && g_str_equal (rules[i].name, local))
      return rules[i].place;
  return PLACE_NONE;
}

static void
on_start (GMarkupParseContext *context, const char *name, const char **names, const char **values,
          gpointer user_data, GError **error)
{
  Reader *reader = user_data;
  Place parent = reader->depth > 0 ? reader->places[reader->depth - 1] : PLACE_NONE;
  Place place;
  gboolean enter;

  if (reader->skipped > 0)
    {
      reader->skipped++;
      return;
    }
  place = find_place (reader, parent, name, names, values);
  if (parent == PLACE_NONE && place == PLACE_NONE)
    {
      invalid (error, "not a conference-info document");
      return;
    }
  if (place == PLACE_NONE || reader->depth == MAX_PLACES)
    enter = FALSE;
  else if (place == PLACE_ROOT)
    {
      g_autoptr (GError) reason = NULL;

      enter = begin_root (reader, name, names, values, &reason);
      if (reason != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return;
        }
    }
  else
    enter = begin (reader, place, names, values);

  if (enter)
    reader->places[reader->depth++] = place;
  else
    reader->skipped = 1;
  g_string_truncate (reader->text, 0);
}

static void
on_end (GMarkupParseContext *context, const char *name, gpointer user_data, GError **error)
{
  Reader *reader = user_data;

  if (reader->skipped > 0)
    {
      reader->skipped--;
      return;
    }
  end (reader, reader->places[--reader->depth]);
  g_string_truncate (reader->text, 0);
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  Reader *reader = user_data;

  if (reader->skipped == 0)
    g_string_append_len (reader->text, text, (gssize) MIN (length, MAX_TEXT - reader->text->len));
}

static const GMarkupParser parser = { on_start, on_end, on_text, NULL, NULL };

gboolean
cusax_conference_reader_read (CusaxConferenceInfo *info, const char *xml, gsize length, GError **error)
{
  Reader reader = { .info = info };
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GError) reason = NULL;
  gboolean sound;

  if (length > CUSAX_CONFERENCE_INFO_MAX_BYTES)
    return invalid (error, "too large");
  if (length >= 3 && memcmp (xml, "\xef\xbb\xbf", 3) == 0)
    {
      xml += 3; /* a byte order mark, which GMarkup takes for stray text */
      length -= 3;
    }

  reader.text = g_string_new (NULL);
  context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reader, NULL);
  sound = g_markup_parse_context_parse (context, xml, (gssize) length, &reason)
          && g_markup_parse_context_end_parse (context, &reason);
  if (!sound)
    invalid (error, reason->message);
  g_string_free (reader.text, TRUE);
  g_free (reader.prefix);
  g_free (reader.uri);
  return sound;
}
