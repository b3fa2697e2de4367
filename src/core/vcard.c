/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See vcard.h. GMarkup knows no entities but XML's own five, so nothing can be made to expand. */
#include "vcard.h"
#include "error.h"
#include "text.h"

#include <string.h>

#define MAX_DEPTH 64    /* real cards have 6 */
#define MAX_PREFIXES 32 /* namespaces in force at the same time: each element looks through them */

typedef enum
{
  FORMAT_OTHER, /* any namespace that is none of ours */
  FORMAT_TEMP,
  FORMAT_4
} Format;

static const struct
{
  const char *uri;
  const char *root;
} formats[] = {
  [FORMAT_TEMP] = { "vcard-temp", "vCard" },
  [FORMAT_4] = { "urn:ietf:params:xml:ns:vcard-4.0", "vcard" },
};

/* What an open element is to us. */
typedef enum
{
  PLACE_OTHER, /* skipped with all that is in it */
  PLACE_CARD,
  PLACE_TEL,
  PLACE_VALUE,
  PLACE_FLAG, /* <WORK/> */
  PLACE_PARAMETERS,
  PLACE_TYPE,
  PLACE_TYPE_NAME,
  PLACE_PREF,
  PLACE_PREF_NUMBER
} Place;

/* XEP-0054 section 4; RFC 6351 section 5 with RFC 6350 section 6.4.1. */
static const struct
{
  Format format;
  Place parent;
  const char *name; /* NULL: any other */
  Place place;
} rules[] = {
  { FORMAT_TEMP, PLACE_CARD, "TEL", PLACE_TEL },      { FORMAT_TEMP, PLACE_TEL, "NUMBER", PLACE_VALUE },
  { FORMAT_TEMP, PLACE_TEL, NULL, PLACE_FLAG },       { FORMAT_4, PLACE_CARD, "group", PLACE_CARD },
  { FORMAT_4, PLACE_CARD, "tel", PLACE_TEL },         { FORMAT_4, PLACE_TEL, "uri", PLACE_VALUE },
  { FORMAT_4, PLACE_TEL, "text", PLACE_VALUE },       { FORMAT_4, PLACE_TEL, "parameters", PLACE_PARAMETERS },
  { FORMAT_4, PLACE_PARAMETERS, "type", PLACE_TYPE }, { FORMAT_4, PLACE_TYPE, "text", PLACE_TYPE_NAME },
  { FORMAT_4, PLACE_PARAMETERS, "pref", PLACE_PREF }, { FORMAT_4, PLACE_PREF, "integer", PLACE_PREF_NUMBER },
};

/* Read in any case and in both formats. The first row of a type is the one that is written. */
static const struct
{
  CusaxTelTypes type;
  const char *name; /* RFC 6350 section 6.4.1, and what older versions had */
  const char *temp; /* XEP-0054 */
} type_names[] = {
  { CUSAX_TEL_WORK, "work", "WORK" },     { CUSAX_TEL_HOME, "home", "HOME" },
  { CUSAX_TEL_VOICE, "voice", "VOICE" },  { CUSAX_TEL_VIDEO, "video", "VIDEO" },
  { CUSAX_TEL_CELL, "cell", "CELL" },     { CUSAX_TEL_FAX, "fax", "FAX" },
  { CUSAX_TEL_PAGER, "pager", "PAGER" },  { CUSAX_TEL_MODEM, "modem", "MODEM" },
  { CUSAX_TEL_BBS, "bbs", "BBS" },        { CUSAX_TEL_TEXT, "text", "MSG" },
  { CUSAX_TEL_TEXT, "textphone", "MSG" },
};

typedef struct
{
  char *prefix; /* "" for the default namespace */
  Format format;
  guint depth; /* of the element that declares it */
} Namespace;

typedef struct
{
  GPtrArray *tels;
  Format format;
  char *root;          /* (nullable): the root's name as written, with its prefix */
  gboolean is_over;    /* the root's end was seen */
  GArray *places;      /* of Place: the open elements */
  GArray *namespaces;  /* of Namespace: innermost last */
  GString *text;       /* of the innermost element that matters */
  GString *loose_text; /* directly in TEL: some clients write the number there */
  CusaxTel *tel;       /* (nullable): the open one */
} Reader;

void
cusax_tel_free (CusaxTel *tel)
{
  g_return_if_fail (tel != NULL);
  g_free (tel->value);
  g_free (tel);
}

/* ------------------------------------------------------------- namespaces */

static void
namespace_clear (Namespace *namespace)
{
  g_free (namespace->prefix);
}

static Format
find_format (const char *uri)
{
  for (Format format = FORMAT_TEMP; format <= FORMAT_4; format++)
    if (g_str_equal (uri, formats[format].uri))
      return format;
  return FORMAT_OTHER;
}

static gboolean
declare_namespaces (Reader *reader, const char **names, const char **values)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      Namespace namespace = { .format = find_format (values[i]), .depth = reader->places->len };

      if (!g_str_has_prefix (names[i], "xmlns") || (names[i][5] != '\0' && names[i][5] != ':'))
        continue;
      if (reader->namespaces->len == MAX_PREFIXES)
        return FALSE;
      namespace.prefix = g_strdup (names[i][5] == ':' ? names[i] + 6 : "");
      g_array_append_val (reader->namespaces, namespace);
    }
  return TRUE;
}

/* Splits "prefix:local". */
static Format
resolve (Reader *reader, const char *name, const char **local)
{
  const char *colon = strchr (name, ':');
  gsize length = colon != NULL ? (gsize) (colon - name) : 0;

  *local = colon != NULL ? colon + 1 : name;
  for (guint i = reader->namespaces->len; i > 0; i--)
    {
      const Namespace *namespace = &g_array_index (reader->namespaces, Namespace, i - 1);

      if (strlen (namespace->prefix) == length && memcmp (namespace->prefix, name, length) == 0)
        return namespace->format;
    }
  return FORMAT_OTHER;
}

/* ---------------------------------------------------------------- reading */

/* Servers that keep one card in both formats (Prosody's vcard_legacy) write "tel:" in front of any NUMBER. */
static const char *
skip_second_scheme (const char *value)
{
  gboolean has_two = g_ascii_strncasecmp (value, "tel:sip:", strlen ("tel:sip:")) == 0
                     || g_ascii_strncasecmp (value, "tel:sips:", strlen ("tel:sips:")) == 0;

  return has_two ? value + strlen ("tel:") : value;
}

/* Trimmed, one line, nothing hidden; NULL otherwise. */
static char *
plain_value (const GString *text)
{
  g_autofree char *written = g_strstrip (g_strdup (text->str));
  g_autofree char *value = g_strdup (skip_second_scheme (written));
  gsize length = strlen (value);

  return length > 0 && length <= CUSAX_VCARD_MAX_VALUE && cusax_text_is_plain (value) ? g_steal_pointer (&value)
                                                                                      : NULL;
}

/* No value of any use is as long as this; what is longer stays too long to be taken. */
static void
collect (GString *into, const char *text, gsize length)
{
  if (into->len < 4 * CUSAX_VCARD_MAX_VALUE)
    g_string_append_len (into, text, MIN (length, 4 * CUSAX_VCARD_MAX_VALUE));
}

static void
take_type (CusaxTel *tel, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (g_ascii_strcasecmp (name, type_names[i].name) == 0
        || g_ascii_strcasecmp (name, type_names[i].temp) == 0)
      tel->types |= type_names[i].type;
  if (g_ascii_strcasecmp (name, "pref") == 0)
    tel->pref = 1;
}

static void
take_pref (CusaxTel *tel, const char *text)
{
  guint64 pref;

  if (g_ascii_string_to_unsigned (text, 10, 1, 100, &pref, NULL))
    tel->pref = (guint) pref;
}

static void
finish_tel (Reader *reader)
{
  if (reader->tel->value == NULL)
    reader->tel->value = plain_value (reader->loose_text);
  if (reader->tel->value != NULL && reader->tels->len < CUSAX_VCARD_MAX_TELS)
    g_ptr_array_add (reader->tels, g_steal_pointer (&reader->tel));
  g_clear_pointer (&reader->tel, cusax_tel_free);
}

static Place
find_place (Reader *reader, Place parent, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (rules[i].format == reader->format && rules[i].parent == parent
        && (rules[i].name == NULL || g_str_equal (rules[i].name, name)))
      return rules[i].place;
  return PLACE_OTHER;
}

static void
enter (Reader *reader, Place place, const char *name)
{
  g_array_append_val (reader->places, place);
  if (place == PLACE_TEL)
    {
      reader->tel = g_new0 (CusaxTel, 1);
      reader->tel->pref = 101;
      g_string_truncate (reader->loose_text, 0);
    }
  else if (place == PLACE_FLAG)
    take_type (reader->tel, name);
  else if (place != PLACE_OTHER)
    g_string_truncate (reader->text, 0);
}

static void
on_start (GMarkupParseContext *context, const char *name, const char **names, const char **values,
          gpointer user_data, GError **error)
{
  Reader *reader = user_data;
  guint depth = reader->places->len;
  Format format;
  const char *local;

  if (reader->is_over || depth == MAX_DEPTH || !declare_namespaces (reader, names, values))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID,
                           "more than one card, or an absurdly complicated one");
      return;
    }
  format = resolve (reader, name, &local);
  if (depth > 0)
    {
      Place parent = g_array_index (reader->places, Place, depth - 1);

      enter (reader, format == reader->format ? find_place (reader, parent, local) : PLACE_OTHER, local);
      return;
    }
  if (format == FORMAT_OTHER || g_ascii_strcasecmp (local, formats[format].root) != 0)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "not a vCard");
      return;
    }
  reader->format = format;
  reader->root = g_strdup (name);
  enter (reader, PLACE_CARD, local);
}

static void
leave (Reader *reader, Place place)
{
  switch (place)
    {
    case PLACE_TEL:
      finish_tel (reader);
      break;
    case PLACE_VALUE:
      if (reader->tel->value == NULL)
        reader->tel->value = plain_value (reader->text);
      break;
    case PLACE_TYPE_NAME:
      take_type (reader->tel, g_strstrip (reader->text->str));
      break;
    case PLACE_PREF_NUMBER:
      take_pref (reader->tel, g_strstrip (reader->text->str));
      break;
    case PLACE_OTHER:
    case PLACE_CARD:
    case PLACE_FLAG:
    case PLACE_PARAMETERS:
    case PLACE_TYPE:
    case PLACE_PREF:
      break;
    }
}

static void
on_end (GMarkupParseContext *context, const char *name, gpointer user_data, GError **error)
{
  Reader *reader = user_data;
  guint depth = reader->places->len - 1;

  leave (reader, g_array_index (reader->places, Place, depth));
  g_array_set_size (reader->places, depth);
  while (reader->namespaces->len > 0
         && g_array_index (reader->namespaces, Namespace, reader->namespaces->len - 1).depth == depth)
    g_array_set_size (reader->namespaces, reader->namespaces->len - 1);
  reader->is_over = depth == 0;
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  Reader *reader = user_data;
  Place place
    = reader->places->len > 0 ? g_array_index (reader->places, Place, reader->places->len - 1) : PLACE_OTHER;

  if (place == PLACE_VALUE || place == PLACE_TYPE_NAME || place == PLACE_PREF_NUMBER)
    collect (reader->text, text, length);
  else if (place == PLACE_TEL && reader->format == FORMAT_TEMP)
    collect (reader->loose_text, text, length);
}

static const GMarkupParser parser = { .start_element = on_start, .end_element = on_end, .text = on_text };

static Reader *
reader_new (void)
{
  Reader *reader = g_new0 (Reader, 1);

  reader->tels = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_tel_free);
  reader->places = g_array_new (FALSE, FALSE, sizeof (Place));
  reader->namespaces = g_array_new (FALSE, FALSE, sizeof (Namespace));
  g_array_set_clear_func (reader->namespaces, (GDestroyNotify) namespace_clear);
  reader->text = g_string_new (NULL);
  reader->loose_text = g_string_new (NULL);
  return reader;
}

static void
reader_free (Reader *reader)
{
  g_clear_pointer (&reader->tels, g_ptr_array_unref);
  g_clear_pointer (&reader->tel, cusax_tel_free);
  g_array_unref (reader->places);
  g_array_unref (reader->namespaces);
  g_string_free (reader->text, TRUE);
  g_string_free (reader->loose_text, TRUE);
  g_free (reader->root);
  g_free (reader);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_free)

/* Goes from one '>' to the next, because GMarkup does not tell at which byte an element ended. Returns the byte
 * after the root's end in @end. */
static gboolean
read_card (Reader *reader, const char *xml, gsize length, const char **end, GError **error)
{
  g_autoptr (GMarkupParseContext) context
    = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, reader, NULL);
  g_autoptr (GError) inner = NULL;
  const char *stop = xml + length;
  /* GMarkup looks at UTF-8 too, but goes on after a broken CDATA section as if nothing was, and takes NUL. */
  gboolean good = length <= CUSAX_VCARD_MAX_BYTES && g_utf8_validate (xml, (gssize) length, NULL);

  *end = NULL;
  for (const char *p = xml; good && p < stop;)
    {
      const char *bracket = memchr (p, '>', (gsize) (stop - p));
      const char *next = bracket != NULL ? bracket + 1 : stop;

      good = g_markup_parse_context_parse (context, p, next - p, &inner);
      p = next;
      if (reader->is_over && *end == NULL)
        *end = p;
    }
  if (good && g_markup_parse_context_end_parse (context, &inner) && *end != NULL)
    return TRUE;
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "not a card: %s",
               inner != NULL ? inner->message : "too large, or broken");
  return FALSE;
}

GPtrArray *
cusax_vcard_parse (const char *xml, gsize length, GError **error)
{
  g_autoptr (Reader) reader = reader_new ();
  const char *end;

  g_return_val_if_fail (xml != NULL || length == 0, NULL);

  return read_card (reader, xml != NULL ? xml : "", length, &end, error) ? g_steal_pointer (&reader->tels)
                                                                         : NULL;
}

/* ---------------------------------------------------------------- writing */

/* @prefix: "" or "v:" */
static void
append_types (GString *out, Format format, const char *prefix, CusaxTelTypes types)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++)
    {
      if ((types & type_names[i].type) == 0)
        continue;
      types &= ~type_names[i].type;
      if (format == FORMAT_TEMP)
        g_string_append_printf (out, "<%s%s/>", prefix, type_names[i].temp);
      else
        g_string_append_printf (out, "<%stext>%s</%stext>", prefix, type_names[i].name, prefix);
    }
}

static char *
write_tel (Format format, const char *prefix, const char *uri, CusaxTelTypes types)
{
  g_autofree char *escaped = g_markup_escape_text (uri, -1);
  GString *out = g_string_new (NULL);

  if (format == FORMAT_TEMP)
    {
      g_string_append_printf (out, "<%sTEL>", prefix);
      append_types (out, format, prefix, types);
      g_string_append_printf (out, "<%sNUMBER>%s</%sNUMBER></%sTEL>", prefix, escaped, prefix, prefix);
      return g_string_free (out, FALSE);
    }
  g_string_append_printf (out, "<%stel>", prefix);
  if (types != 0)
    {
      g_string_append_printf (out, "<%sparameters><%stype>", prefix, prefix);
      append_types (out, format, prefix, types);
      g_string_append_printf (out, "</%stype></%sparameters>", prefix, prefix);
    }
  g_string_append_printf (out, "<%suri>%s</%suri></%stel>", prefix, escaped, prefix, prefix);
  return g_string_free (out, FALSE);
}

char *
cusax_vcard_add_tel (const char *xml, const char *uri, CusaxTelTypes types, GError **error)
{
  g_autoptr (Reader) reader = reader_new ();
  g_autofree char *prefix = NULL;
  g_autofree char *tel = NULL;
  const char *card = xml != NULL && *xml != '\0' ? xml : "<vCard xmlns='vcard-temp'/>";
  const char *colon;
  const char *end;
  const char *here;
  g_autofree char *result = NULL;

  g_return_val_if_fail (uri != NULL && *uri != '\0', NULL);

  if (strlen (uri) > CUSAX_VCARD_MAX_VALUE || !cusax_text_is_plain (uri))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "an address that no card can hold");
      return NULL;
    }
  if (!read_card (reader, card, strlen (card), &end, error))
    return NULL;
  colon = strchr (reader->root, ':');
  prefix = colon != NULL ? g_strndup (reader->root, (gsize) (colon + 1 - reader->root)) : g_strdup ("");
  tel = write_tel (reader->format, prefix, uri, types);

  if (end[-2] == '/') /* <vCard xmlns='...'/> */
    result = g_strdup_printf ("%.*s>%s</%s>%s", (int) (end - 2 - card), card, tel, reader->root, end);
  else
    {
      here = g_strrstr_len (card, end - card, "</");
      result = g_strdup_printf ("%.*s%s%s", (int) (here - card), card, tel, here);
    }
  if (strlen (result) <= CUSAX_VCARD_MAX_BYTES)
    return g_steal_pointer (&result);
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "the card has no room for one more entry");
  return NULL;
}
