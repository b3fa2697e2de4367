/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads an XML document of others by a table of the elements that count, each below its parent, and passes over
 * all the rest: other elements, other namespaces, long texts. GMarkup expands no entities but XML's own five, so
 * a document cannot grow while it is read. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The deepest nesting of elements that a table may know. */
#define CUSAX_XML_RULES_MAX_DEPTH 8
/** Of one element's text; the rest is not looked at. */
#define CUSAX_XML_RULES_MAX_TEXT 4096

/** CusaxXmlRule: the element @name in @parent is @place. Places are an enum of the table's; 0 is outside. */
typedef struct
{
  guint parent;
  const char *name;
  guint place;
} CusaxXmlRule;

/** CusaxXmlRules: */
typedef struct
{
  const char *namespace; /* (nullable): NULL: any, or none */
  const CusaxXmlRule *rules;
  gsize n_rules;
  /* Returns: FALSE if the element is to be skipped with all that is in it; with @error all is refused. */
  gboolean (*begin) (gpointer user_data, guint place, const char **names, const char **values, GError **error);
  /* @text: that stands behind the last element in it, trimmed; never NULL */
  void (*end) (gpointer user_data, guint place, const char *text);
} CusaxXmlRules;

/**
 * cusax_xml_rules_read:
 * @xml: hostile, of a length that the caller has looked at
 *
 * Every begin that returned TRUE gets its end, unless the document turns out to be broken.
 *
 * Returns: FALSE with CUSAX_ERROR_INVALID: not well-formed, another root, or refused by begin
 */
gboolean cusax_xml_rules_read (const CusaxXmlRules *rules, const char *xml, gsize length, gpointer user_data,
                               GError **error);

/** Returns: (transfer none) (nullable) */
const char *cusax_xml_rules_get_attribute (const char **names, const char **values, const char *name);

G_END_DECLS
