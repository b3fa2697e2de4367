/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file "provision": what the network said last, without secrets, so that the next sign-in waits for nobody.
 * One line for each: source, where from, which password there was, JSON.
 */
#include "bootstrap-private.h"

#include "error.h"

#include <string.h>

#define FILE_NAME "provision"
#define FIRST_LINE "cusax-provision 1"
#define MAX_FILE_BYTES (6 * CUSAX_PROVISION_MAX_BYTES)
#define MAX_LINES 16

static const struct
{
  CusaxProvisionSource source;
  const char *name;
} sources[] = {
  { CUSAX_PROVISION_SERVICES, "services" },
  { CUSAX_PROVISION_SIPARK, "sipark" },
  { CUSAX_PROVISION_DOCUMENT, "document" },
  { CUSAX_PROVISION_CARD, "card" },
};

/* ---------------------------------------------------------------- reading */

static gboolean
read_document (CusaxBootstrap *bootstrap, CusaxProvisionSource source, char **words)
{
  g_autofree char *where = g_uri_unescape_string (words[1], NULL);
  g_autoptr (CusaxProvision) provision = NULL;

  if (where == NULL)
    return FALSE;
  provision = cusax_provision_read_json (source, where, words[3], strlen (words[3]), bootstrap->jid, NULL);
  if (provision == NULL)
    return FALSE;
  if (g_str_equal (words[2], "secret"))
    {
      if (!cusax_provision_set (provision, "sip_password", CUSAX_BOOTSTRAP_PLACEHOLDER, NULL))
        return FALSE;
      bootstrap->questions[source].is_owed = TRUE;
    }
  else if (g_str_equal (words[2], "relay")) /* no TURN until it is asked for again, but nothing waits for it */
    bootstrap->questions[source].is_owed = TRUE;
  cusax_ladder_set (bootstrap->ladder, source, provision);
  return TRUE;
}

static gboolean
read_asked (CusaxBootstrap *bootstrap, char **words)
{
  g_autofree char *url = g_uri_unescape_string (words[2], NULL);
  gint64 time = 0;

  if (url == NULL || !g_ascii_string_to_signed (words[1], 10, 0, G_MAXINT64, &time, NULL))
    return FALSE;
  bootstrap->document_asked = time;
  g_free (bootstrap->document_url);
  bootstrap->document_url = g_steal_pointer (&url);
  return TRUE;
}

static gboolean
read_line (CusaxBootstrap *bootstrap, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, "\t", 4);
  guint n = g_strv_length (words);

  if (n == 3 && g_str_equal (words[0], "asked"))
    return read_asked (bootstrap, words);
  for (guint i = 0; i < G_N_ELEMENTS (sources) && n == 4; i++)
    if (g_str_equal (words[0], sources[i].name))
      return read_document (bootstrap, sources[i].source, words);
  return FALSE;
}

static void
forget (CusaxBootstrap *bootstrap)
{
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      cusax_ladder_set (bootstrap->ladder, sources[i].source, NULL);
      bootstrap->questions[sources[i].source].is_owed = FALSE;
    }
  bootstrap->document_asked = 0;
  g_clear_pointer (&bootstrap->document_url, g_free);
}

static gboolean
read_file (CusaxBootstrap *bootstrap, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", MAX_LINES);
  g_autofree char *jid = g_uri_escape_string (bootstrap->jid, "@", TRUE);
  g_autofree char *whose = g_strconcat ("jid\t", jid, NULL);

  if (g_strcmp0 (lines[0], FIRST_LINE) != 0 || lines[1] == NULL)
    return FALSE;
  if (!g_str_equal (lines[1], whose)) /* the account was renamed: nothing to keep, nothing wrong */
    return TRUE;
  bootstrap->is_remembered = TRUE;
  for (guint i = 2; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !read_line (bootstrap, lines[i]))
      return FALSE;
  return TRUE;
}

void
cusax_bootstrap_load (CusaxBootstrap *bootstrap)
{
  CusaxStore *store = bootstrap->ports.store;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = store->load (store, FILE_NAME, MAX_FILE_BYTES, &error);
  gsize length = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  g_clear_pointer (&bootstrap->remembered, g_free);
  bootstrap->is_remembered = FALSE;
  if (bytes == NULL && error == NULL)
    return;
  if (data != NULL && g_utf8_validate (data, (gssize) length, NULL))
    {
      bootstrap->remembered = g_strndup (data, length);
      if (read_file (bootstrap, bootstrap->remembered))
        return;
    }
  g_debug ("what was remembered of the provider is asked for anew: %s",
           error != NULL ? error->message : "not readable");
  bootstrap->is_remembered = FALSE;
  g_clear_pointer (&bootstrap->remembered, g_free);
  forget (bootstrap);
  store->set_aside (store, FILE_NAME);
}

/* ---------------------------------------------------------------- writing */

/* Which secrets were left out: telephony's password, or that of a TURN server alone. */
static const char *
describe_secret (const CusaxProvision *provision)
{
  const char *password = cusax_provision_get (provision, "sip_password");

  if (password != NULL && *password != '\0')
    return "secret";
  return cusax_provision_has_secret (provision) ? "relay" : "-";
}

static char *
write_file (const CusaxBootstrap *bootstrap)
{
  GString *text = g_string_new (FIRST_LINE "\n");
  g_autofree char *jid = g_uri_escape_string (bootstrap->jid, "@", TRUE);
  const char *url = bootstrap->document_url != NULL ? bootstrap->document_url : "";
  g_autofree char *escaped = g_uri_escape_string (url, NULL, TRUE);

  g_string_append_printf (text, "jid\t%s\nasked\t%" G_GINT64_FORMAT "\t%s\n", jid, bootstrap->document_asked,
                          escaped);
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      const CusaxProvision *provision = cusax_ladder_get (bootstrap->ladder, sources[i].source);
      g_autofree char *json = provision != NULL ? cusax_provision_to_json (provision) : NULL;
      g_autofree char *where
        = provision != NULL ? g_uri_escape_string (cusax_provision_get_where (provision), NULL, TRUE) : NULL;

      if (provision != NULL)
        g_string_append_printf (text, "%s\t%s\t%s\t%s\n", sources[i].name, where,
                                describe_secret (provision), json);
    }
  return g_string_free (text, FALSE);
}

void
cusax_bootstrap_save (CusaxBootstrap *bootstrap)
{
  CusaxStore *store = bootstrap->ports.store;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  /* Half of it would keep the next sign-in from waiting for the rest. */
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (!bootstrap->is_remembered && !bootstrap->questions[sources[i].source].is_asked)
      return;
  text = write_file (bootstrap);
  if (g_strcmp0 (text, bootstrap->remembered) == 0)
    return;
  if (store->save (store, FILE_NAME, text, strlen (text), &error))
    {
      g_free (bootstrap->remembered);
      bootstrap->remembered = g_steal_pointer (&text);
    }
  else
    g_info ("what the provider said is not remembered: %s", error->message);
}
