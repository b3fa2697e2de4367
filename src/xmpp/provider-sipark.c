/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A SIP account that a component of our own server hands out: Openfire's "SIP Phone" plugin and those that took over its
 * namespace. Two IQs where there is one, one where there is none: only a component that disco#items lists is asked.
 */
#include "provider-private.h"

#include "error.h"
#include "stream.h"

#include <string.h>

#define NS_SIPARK "http://www.jivesoftware.com/protocol/sipark"
#define NS_DISCO_ITEMS "http://jabber.org/protocol/disco#items"
#define MAX_ITEMS 128
#define MAX_TEXT 255 /* bytes of a value */

/* The last thing that happens to a job. @provision: (nullable); @error: (nullable) */
static void
answer (CusaxProviderJob *job, CusaxProvision *provision, const GError *error)
{
  CusaxProviderAccount done = job->account_done;
  gpointer user_data = job->user_data;

  cusax_provider_job_end (job);
  done (user_data, provision, error);
}

void
cusax_provider_sipark_give_up (CusaxProviderJob *job)
{
  answer (job, NULL, NULL);
}

/* --------------------------------------------------------------- the component */

/* Returns: TRUE for "x.example.org" where @domain is "example.org" */
static gboolean
is_right_below (const char *jid, const char *domain)
{
  const char *dot = strchr (jid, '.');
  return dot != NULL && dot != jid && strpbrk (jid, "@/") == NULL && strcmp (dot + 1, domain) == 0;
}

/* Its first label can be configured; the name that it gives itself cannot. */
static gboolean
is_named_so (const char *name)
{
  return name != NULL
         && (g_ascii_strcasecmp (name, "SIP Controller") == 0 || g_ascii_strcasecmp (name, "SIPAdmin") == 0);
}

/* Returns: (transfer full) (nullable) */
static char *
find_component (PurpleAccount *account, xmlnode *query, const char *domain)
{
  g_autofree char *usual = g_strconcat ("sipark.", domain, NULL);
  g_autofree char *named = NULL;
  xmlnode *item = xmlnode_get_child (query, "item");

  for (guint i = 0; item != NULL && i < MAX_ITEMS; i++, item = xmlnode_get_next_twin (item))
    {
      const char *raw = xmlnode_get_attrib (item, "jid");
      g_autofree char *jid = cusax_stream_bare_jid (account, raw);
      if (jid == NULL || strchr (raw, '/') != NULL || xmlnode_get_attrib (item, "node") != NULL
          || !is_right_below (jid, domain))
        continue;
      if (strcmp (jid, usual) == 0)
        return g_steal_pointer (&jid);
      if (named == NULL && is_named_so (xmlnode_get_attrib (item, "name")))
        named = g_steal_pointer (&jid);
    }
  return g_steal_pointer (&named);
}

/* -------------------------------------------------------------- the registration */

/* @value: (out) (nullable) (transfer full): the text of the child @name; NULL if it is not there or empty */
static gboolean
read_text (xmlnode *registration, const char *name, char **value, GError **error)
{
  xmlnode *child = xmlnode_get_child (registration, name);
  g_autofree char *text = child != NULL ? xmlnode_get_data (child) : NULL;

  *value = NULL;
  if (text != NULL && *g_strstrip (text) != '\0')
    *value = g_steal_pointer (&text);
  if (*value == NULL || strlen (*value) <= MAX_TEXT)
    return TRUE;
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "%s: too long", name);
  g_clear_pointer (value, g_free);
  return FALSE;
}

/* Returns: (transfer full): "host" or "[address]" of "host:port"; has_port says whether there was one */
static char *
cut_port (const char *server, gboolean *has_port)
{
  const char *colon = strrchr (server, ':');

  *has_port = colon != NULL && colon != server && (colon[-1] == ']' || strchr (server, ':') == colon);
  return *has_port ? g_strndup (server, (gsize) (colon - server)) : g_strdup (server);
}

static gboolean
set (CusaxProvision *provision, const char *name, const char *value, GError **error)
{
  return value == NULL || cusax_provision_set (provision, name, value, error);
}

/* The address: user and server of the plugin's form, which asks for a whole address in neither. */
static gboolean
set_address (CusaxProvision *provision, const char *username, const char *server, gboolean *has_port, GError **error)
{
  *has_port = FALSE;
  if (username == NULL || (server == NULL && strchr (username, '@') == NULL))
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "%s: missing", username == NULL ? "username" : "server");
      return FALSE;
    }
  g_autofree char *host = server != NULL ? cut_port (server, has_port) : NULL;
  g_autofree char *address
    = strchr (username, '@') != NULL ? g_strdup (username) : g_strconcat (username, "@", host, NULL);
  return set (provision, "sip_address", address, error);
}

/* Returns: (transfer full): NULL with an error */
static CusaxProvision *
read_registration (xmlnode *registration, const char *component, GError **error)
{
  g_autoptr (CusaxProvision) provision = cusax_provision_new (CUSAX_PROVISION_SIPARK, component);
  g_autofree char *username = NULL, *server = NULL, *auth = NULL, *password = NULL, *proxy = NULL;
  gboolean has_port, good;

  good = read_text (registration, "username", &username, error) && read_text (registration, "server", &server, error)
         && read_text (registration, "authUsername", &auth, error)
         && read_text (registration, "password", &password, error)
         && read_text (registration, "outboundproxy", &proxy, error)
         && set_address (provision, username, server, &has_port, error) && set (provision, "sip_auth_user", auth, error)
         && set (provision, "sip_password", password, error)
         && set (provision, "sip_server", proxy != NULL ? proxy : has_port ? server : NULL, error);
  if (password != NULL)
    explicit_bzero (password, strlen (password));
  return good ? g_steal_pointer (&provision) : NULL;
}

static gboolean
is_switched_off (xmlnode *registration)
{
  g_autofree char *enabled = NULL;
  return read_text (registration, "enabled", &enabled, NULL) && enabled != NULL
         && g_ascii_strcasecmp (enabled, "false") == 0;
}

/* What the plugin answers: our element, and in it another one of the same name; type='unregistered' without it. */
static void
on_registration (gpointer data, xmlnode *reply)
{
  CusaxProviderJob *job = data;
  xmlnode *outer = reply != NULL && cusax_stanza_get_error (reply) == NULL
                     ? xmlnode_get_child_with_namespace (reply, "registration", NS_SIPARK)
                     : NULL;
  xmlnode *inner = outer != NULL ? xmlnode_get_child (outer, "registration") : NULL;
  g_autoptr (GError) error = NULL;

  job->request = 0;
  g_autoptr (CusaxProvision) provision
    = inner != NULL && !is_switched_off (inner) ? read_registration (inner, job->component, &error) : NULL;
  answer (job, provision, error);
}

static void
on_items (gpointer data, xmlnode *reply)
{
  CusaxProviderJob *job = data;
  g_autofree char *domain = cusax_provider_dup_domain (job->provider);
  xmlnode *query = reply != NULL && cusax_stanza_get_error (reply) == NULL
                     ? xmlnode_get_child_with_namespace (reply, "query", NS_DISCO_ITEMS)
                     : NULL;

  job->request = 0;
  if (query != NULL && domain != NULL)
    job->component = find_component (cusax_provider_get_account (job->provider), query, domain);
  if (job->component == NULL)
    {
      answer (job, NULL, NULL);
      return;
    }
  xmlnode *registration = xmlnode_new ("registration");
  xmlnode_set_namespace (registration, NS_SIPARK);
  cusax_provider_job_ask (job, job->component, registration, on_registration);
}

void
cusax_provider_sipark_start (CusaxProviderJob *job, const char *domain)
{
  xmlnode *query = xmlnode_new ("query");

  xmlnode_set_namespace (query, NS_DISCO_ITEMS);
  cusax_provider_job_ask (job, domain, query, on_items);
}
