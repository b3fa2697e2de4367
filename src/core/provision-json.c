/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A document as JSON: the one file that sees json-glib. That parser is generous (comments, a second value of
 * one name, 99999999999999999999 as -1) and its messages repeat what they tripped over, so texts are looked at
 * before and after.
 */
#include "provision-private.h"

#include "error.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_BRACKETS 256 /* bounds the parser's recursion, whatever it takes for text or comment */
#define MAX_ENTRIES 64   /* of a list */
#define LATEST G_GINT64_CONSTANT (253402300799) /* the year 9999 */

/* ---------------------------------------------------------------- parsing */

static gboolean
check_json (const char *text, gsize length, GError **error)
{
  guint brackets = 0;

  if (!cusax_provision_check_text (text, length, error))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    brackets += text[i] == '{' || text[i] == '[';
  if (brackets > MAX_BRACKETS)
    return cusax_provision_invalid (error, NULL, "more than %d brackets", MAX_BRACKETS);
  /* An escaped NUL ends a string early: what is read would not be what stands there. */
  if (g_strstr_len (text, (gssize) length, "\\u0000") != NULL)
    return cusax_provision_invalid (error, NULL, "has a NUL character");
  return TRUE;
}

typedef struct
{
  GHashTable *seen; /* set of "object/name" */
  char *twice;      /* (nullable): the first name that comes twice in one object */
} Members;

static void
on_member (JsonParser *parser, JsonObject *object, const char *name, gpointer user_data)
{
  Members *members = user_data;

  if (!g_hash_table_add (members->seen, g_strdup_printf ("%p/%s", (gpointer) object, name))
      && members->twice == NULL)
    members->twice = g_strndup (name, 64);
}

/* The parser's message has the line, and after it what stood there: maybe a password. */
static guint64
line_of (const GError *reason)
{
  const char *colon = strchr (reason->message, ':');

  return colon != NULL ? g_ascii_strtoull (colon + 1, NULL, 10) : 0;
}

/* Returns: (transfer full): the parser, which holds the object; NULL with an error */
static JsonParser *
parse (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) reason = NULL;
  Members members = { seen, NULL };
  g_autofree char *twice = NULL;
  gboolean good;

  if (!check_json (text, length, error))
    return NULL;
  g_signal_connect (parser, "object-member", G_CALLBACK (on_member), &members);
  good = json_parser_load_from_data (parser, text, (gssize) length, &reason);
  g_signal_handlers_disconnect_by_data (parser, &members);
  twice = members.twice;
  if (!good)
    cusax_provision_invalid (error, NULL, "line %" G_GUINT64_FORMAT ": not JSON", line_of (reason));
  else if (twice != NULL)
    {
      g_autofree char *name = g_strescape (twice, NULL);

      cusax_provision_invalid (error, name, "stands there twice");
    }
  else if (json_parser_get_root (parser) == NULL || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    cusax_provision_invalid (error, NULL, "not a JSON object");
  else
    return g_steal_pointer (&parser);
  return NULL;
}

/* ---------------------------------------------------------------- reading */

static gboolean
holds (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

/* Returns: (transfer full): the strings with blanks between them; NULL with an error */
static char *
join_list (const char *name, JsonNode *node, GError **error)
{
  JsonArray *list = json_node_get_array (node);
  GString *joined;

  if (json_array_get_length (list) > MAX_ENTRIES)
    {
      cusax_provision_invalid (error, name, "more than %d entries", MAX_ENTRIES);
      return NULL;
    }
  joined = g_string_new (NULL);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *entry = json_array_get_element (list, i);

      if (!holds (entry, G_TYPE_STRING))
        {
          g_string_free (joined, TRUE);
          cusax_provision_invalid (error, name, "must be a list of strings");
          return NULL;
        }
      g_string_append_printf (joined, "%s%s", i > 0 ? " " : "", json_node_get_string (entry));
    }
  return g_string_free (joined, FALSE);
}

/* Returns: (transfer full): @node as text; NULL with an error */
static char *
value_to_text (const CusaxSetting *setting, JsonNode *node, GError **error)
{
  gboolean may_be_list
    = g_str_equal (setting->name, "related_domains") || g_str_equal (setting->name, "on_net_numbers");

  switch (setting->type)
    {
    case CUSAX_SETTING_BOOL:
      if (holds (node, G_TYPE_BOOLEAN))
        return g_strdup (json_node_get_boolean (node) ? "true" : "false");
      cusax_provision_invalid (error, setting->name, "must be true or false");
      return NULL;
    case CUSAX_SETTING_INT:
      if (holds (node, G_TYPE_INT64))
        return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
      cusax_provision_invalid (error, setting->name, "must be a whole number");
      return NULL;
    case CUSAX_SETTING_STRING:
    case CUSAX_SETTING_SECRET:
    case CUSAX_SETTING_CHOICE:
    default:
      if (holds (node, G_TYPE_STRING))
        return json_node_dup_string (node);
      if (may_be_list && JSON_NODE_HOLDS_ARRAY (node))
        return join_list (setting->name, node, error);
      cusax_provision_invalid (error, setting->name,
                               may_be_list ? "must be a list of strings" : "must be a string");
      return NULL;
    }
}

static gboolean
read_settings (CusaxProvision *provision, JsonObject *object, const char *jid, GError **error)
{
  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    {
      JsonNode *node = json_object_get_member (object, setting->name);
      char *value;
      gboolean good;

      if (node == NULL)
        continue;
      value = value_to_text (setting, node, error);
      if (value == NULL)
        return FALSE;
      good = cusax_provision_set_expanded (provision, setting, value, jid, error);
      explicit_bzero (value, strlen (value));
      g_free (value);
      if (!good)
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_locked (CusaxProvision *provision, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "locked");
  JsonArray *list;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return cusax_provision_invalid (error, "locked", "must be a list of names");
  list = json_node_get_array (node);
  if (json_array_get_length (list) > MAX_ENTRIES)
    return cusax_provision_invalid (error, "locked", "more than %d entries", MAX_ENTRIES);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *entry = json_array_get_element (list, i);

      if (!holds (entry, G_TYPE_STRING))
        return cusax_provision_invalid (error, "locked", "must be a list of names");
      if (!cusax_provision_lock_listed (provision, json_node_get_string (entry), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_head (CusaxProvision *provision, JsonObject *object, const char *jid, GError **error)
{
  JsonNode *node = json_object_get_member (object, "jid");
  gint64 expires;

  if (node != NULL && !holds (node, G_TYPE_STRING))
    return cusax_provision_invalid (error, "jid", "must be a string");
  if (node != NULL && !cusax_provision_is_for (json_node_get_string (node), jid))
    return cusax_provision_invalid (error, "jid", "it is for another account");

  node = json_object_get_member (object, "expires");
  if (node == NULL)
    return TRUE;
  expires = holds (node, G_TYPE_INT64) ? json_node_get_int (node) : -1;
  if (expires < 0 || expires > LATEST)
    return cusax_provision_invalid (error, "expires", "must be seconds since 1970");
  cusax_provision_set_expires (provision, expires);
  return TRUE;
}

static void
tell_unknown (JsonObject *object, const char *where)
{
  static const char *const others[] = { "jid", "locked", "expires", NULL };
  JsonObjectIter iter;
  const char *name = NULL;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, NULL))
    {
      const CusaxSetting *setting = cusax_config_get_settings ();
      g_autofree char *escaped = NULL;

      while (setting->name != NULL && !g_str_equal (setting->name, name))
        setting++;
      if (setting->name != NULL || g_strv_contains (others, name))
        continue;
      escaped = g_strescape (name, NULL);
      g_info ("%s: \"%.64s\" is no setting here", where, escaped);
    }
}

CusaxProvision *
cusax_provision_read_json (CusaxProvisionSource source, const char *where, const char *text, gsize length,
                           const char *jid, GError **error)
{
  g_autoptr (CusaxProvision) provision = NULL;
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object;

  g_return_val_if_fail (where != NULL && text != NULL && jid != NULL, NULL);
  parser = parse (text, length, error);
  if (parser == NULL)
    return NULL;
  object = json_node_get_object (json_parser_get_root (parser));
  provision = cusax_provision_new (source, where);
  if (!read_head (provision, object, jid, error) || !read_settings (provision, object, jid, error)
      || !read_locked (provision, object, error) || !cusax_provision_check_whole (provision, error))
    return NULL;
  tell_unknown (object, where);
  return g_steal_pointer (&provision);
}

/* ---------------------------------------------------------------- writing */

static void
write_value (JsonBuilder *builder, const CusaxSetting *setting, const char *value)
{
  json_builder_set_member_name (builder, setting->name);
  if (setting->type == CUSAX_SETTING_BOOL)
    json_builder_add_boolean_value (builder, g_str_equal (value, "true"));
  else if (setting->type == CUSAX_SETTING_INT)
    json_builder_add_int_value (builder, g_ascii_strtoll (value, NULL, 10));
  else
    json_builder_add_string_value (builder, value);
}

char *
cusax_provision_to_json (const CusaxProvision *provision)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GPtrArray) locked = g_ptr_array_new ();

  g_return_val_if_fail (provision != NULL, NULL);
  json_builder_begin_object (builder);
  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    {
      const char *value = cusax_provision_get (provision, setting->name);

      if (value == NULL || setting->type == CUSAX_SETTING_SECRET)
        continue;
      write_value (builder, setting, value);
      if (cusax_provision_is_locked (provision, setting->name))
        g_ptr_array_add (locked, (gpointer) setting->name);
    }
  if (locked->len > 0)
    {
      json_builder_set_member_name (builder, "locked");
      json_builder_begin_array (builder);
      for (guint i = 0; i < locked->len; i++)
        json_builder_add_string_value (builder, g_ptr_array_index (locked, i));
      json_builder_end_array (builder);
    }
  if (cusax_provision_get_expires (provision) > 0)
    {
      json_builder_set_member_name (builder, "expires");
      json_builder_add_int_value (builder, cusax_provision_get_expires (provision));
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
