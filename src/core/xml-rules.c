/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See xml-rules.h. */
#include "xml-rules.h"
#include "error.h"

#include <string.h>

#define OUTSIDE 0

typedef struct
{
  const CusaxXmlRules *rules;
  gpointer user_data;
  char *prefix; /* (nullable): of the root's namespace: "" or "ci:"; NULL: no root yet */
  guint places[CUSAX_XML_RULES_MAX_DEPTH];
  guint depth;
  guint skipped; /* open elements that are none of ours */
  GString *text; /* of the innermost element */
} Reader;

/* Returns: FALSE */
static gboolean
invalid (GError **error, const char *words)
{
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, words);
  return FALSE;
}

const char *
cusax_xml_rules_get_attribute (const char **names, const char **values, const char *name)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return values[i];
  return NULL;
}

static guint
find_rule (const CusaxXmlRules *rules, guint parent, const char *name)
{
  for (gsize i = 0; i < rules->n_rules; i++)
    if (rules->rules[i].parent == parent && g_str_equal (rules->rules[i].name, name))
      return rules->rules[i].place;
  return OUTSIDE;
}

/* The root says which prefix the namespace has. Returns: OUTSIDE: another document, or a second root */
static guint
find_root (Reader *reader, const char *name, const char **names, const char **values)
{
  const char *colon = strchr (name, ':');
  g_autofree char *declaration
    = colon != NULL ? g_strdup_printf ("xmlns:%.*s", (int) (colon - name), name) : g_strdup ("xmlns");
  const char *namespace = cusax_xml_rules_get_attribute (names, values, declaration);

  if (reader->prefix != NULL
      || (reader->rules->namespace != NULL && g_strcmp0 (namespace, reader->rules->namespace) != 0))
    return OUTSIDE;
  reader->prefix = g_strndup (name, colon != NULL ? (gsize) (colon + 1 - name) : 0);
  return find_rule (reader->rules, OUTSIDE, colon != NULL ? colon + 1 : name);
}

/* Elements of other namespaces carry another prefix than the root, or declare their own. */
static guint
find_place (const Reader *reader, const char *name, const char **names, const char **values)
{
  const char *own = cusax_xml_rules_get_attribute (names, values, "xmlns");
  gsize length = strlen (reader->prefix);

  if (strncmp (name, reader->prefix, length) != 0
      || (length == 0 && own != NULL && reader->rules->namespace != NULL
          && !g_str_equal (own, reader->rules->namespace)))
    return OUTSIDE;
  return find_rule (reader->rules, reader->places[reader->depth - 1], name + length);
}

static void
on_start (GMarkupParseContext *context, const char *name, const char **names, const char **values,
          gpointer user_data, GError **error)
{
  Reader *reader = user_data;
  g_autoptr (GError) reason = NULL;
  gboolean is_root = reader->depth == 0;
  guint place;

  if (reader->skipped > 0)
    {
      reader->skipped++;
      return;
    }
  place = is_root ? find_root (reader, name, names, values) : find_place (reader, name, names, values);
  if (is_root && place == OUTSIDE)
    {
      invalid (error, "not the document that was asked for");
      return;
    }

  if (place != OUTSIDE && reader->depth < CUSAX_XML_RULES_MAX_DEPTH
      && reader->rules->begin (reader->user_data, place, names, values, &reason))
    reader->places[reader->depth++] = place;
  else
    reader->skipped = 1;
  g_string_truncate (reader->text, 0);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
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
  reader->rules->end (reader->user_data, reader->places[--reader->depth], g_strstrip (reader->text->str));
  g_string_truncate (reader->text, 0);
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  Reader *reader = user_data;

  if (reader->skipped == 0)
    g_string_append_len (reader->text, text,
                         (gssize) MIN (length, CUSAX_XML_RULES_MAX_TEXT - reader->text->len));
}

static const GMarkupParser parser = { on_start, on_end, on_text, NULL, NULL };

gboolean
cusax_xml_rules_read (const CusaxXmlRules *rules, const char *xml, gsize length, gpointer user_data,
                      GError **error)
{
  Reader reader = { .rules = rules, .user_data = user_data };
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GError) reason = NULL;
  gboolean sound;

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
  return sound;
}
