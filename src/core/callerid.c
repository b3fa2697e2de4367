/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callerid.h. */
#include "callerid.h"
#include "text.h"
#include "xmpp-uri.h"

#include <string.h>

#define MAX_VALUES 64 /* of one header; nobody honest has more */
#define MAX_DISPLAY 80

/* ---------------------------------------------------------------- privacy */

/* RFC 3323 section 4.2: priv-values between semicolons; "critical", "session" and "none" hide nobody. */
static gboolean
hides_caller (const char *privacy)
{
  static const char *const hiding[] = { "id", "user", "header", NULL };
  g_auto (GStrv) values = g_strsplit_set (privacy, ";,", MAX_VALUES);

  for (guint i = 0; values[i] != NULL; i++)
    {
      g_autofree char *value = g_ascii_strdown (g_strstrip (values[i]), -1);

      if (g_strv_contains (hiding, value))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_anonymous_address (const CusaxAddress *address)
{
  return g_str_equal (cusax_address_get_host (address), "anonymous.invalid");
}

/* ---------------------------------------------------------------- address */

static CusaxAddress *
parse (const char *uri, const CusaxConfig *config)
{
  if (g_ascii_strncasecmp (uri, "tel:", 4) == 0)
    return cusax_address_parse_target (uri, cusax_config_get_domain (config), NULL);
  return cusax_address_parse_uri (uri, NULL);
}

/* RFC 3325 section 9.1 allows two values, a sip: and a tel: one: the first that can be read counts. */
static CusaxAddress *
get_asserted (const CusaxSipHeaders *headers, const CusaxConfig *config)
{
  for (guint i = 0; headers->asserted != NULL && headers->asserted[i] != NULL && i < MAX_VALUES; i++)
    {
      CusaxAddress *address = parse (headers->asserted[i], config);

      if (address != NULL)
        return address;
    }
  return NULL;
}

/*
 * Does our own proxy know who sends this From? It checks names of its own domain, and of those that are said to
 * be of the same service. Not of the chat's domain where that is another one; no number without a domain; and
 * with a port the name is not the proxy's any more.
 */
static gboolean
is_vouched_for (const CusaxAddress *from, const char *uri, const CusaxConfig *config)
{
  const char *host = cusax_address_get_host (from);

  return g_ascii_strncasecmp (uri, "tel:", 4) != 0 && cusax_address_get_port (from) == 0
         && (g_str_equal (host, cusax_config_get_domain (config))
             || g_strv_contains (cusax_config_get_related_domains (config), host));
}

static void
read_address (CusaxCallerId *id, const CusaxSipHeaders *headers, gboolean is_protected,
              const CusaxConfig *config)
{
  g_autoptr (CusaxAddress) from = headers->from_uri != NULL ? parse (headers->from_uri, config) : NULL;
  g_autoptr (CusaxAddress) asserted = is_protected ? get_asserted (headers, config) : NULL;
  const char *display = headers->from_display;

  id->is_anonymous = (headers->privacy != NULL && hides_caller (headers->privacy))
                     || (from != NULL && is_anonymous_address (from))
                     || (asserted != NULL && is_anonymous_address (asserted));
  if (id->is_anonymous)
    return;

  if (asserted != NULL)
    {
      id->address = g_steal_pointer (&asserted);
      id->is_authenticated = TRUE;
      if (headers->asserted_display != NULL)
        display = headers->asserted_display;
    }
  else if (from != NULL)
    {
      id->is_authenticated = is_protected && is_vouched_for (from, headers->from_uri, config);
      id->address = g_steal_pointer (&from);
    }
  id->display_name = cusax_text_clean (display, MAX_DISPLAY);
}

/* -------------------------------------------------------------------- cue */

/* Parameters are compared without regard to case, and some quote them. */
static gboolean
is_impp (const char *purpose)
{
  gsize length;

  if (purpose == NULL)
    return FALSE;
  length = strlen (purpose);
  if (length >= 2 && *purpose == '"' && purpose[length - 1] == '"')
    return length == 6 && g_ascii_strncasecmp (purpose + 1, "impp", 4) == 0;
  return g_ascii_strcasecmp (purpose, "impp") == 0;
}

/* Returns: (transfer full) (nullable): a bare JID: the whole of what is taken from these headers (R35). */
static char *
get_cue (const CusaxSipHeaders *headers)
{
  const CusaxCallInfo *info = headers->call_info;

  for (guint i = 0; info != NULL && info[i].uri != NULL && i < MAX_VALUES; i++)
    {
      char *jid = is_impp (info[i].purpose) ? cusax_xmpp_uri_to_jid (info[i].uri, NULL) : NULL;

      if (jid != NULL)
        return jid;
    }
  /* The seed draft's form (R20): a cue as good as the other, and never a place to send anything to. */
  for (guint i = 0; headers->contacts != NULL && headers->contacts[i] != NULL && i < MAX_VALUES; i++)
    {
      char *jid = cusax_xmpp_uri_to_jid (headers->contacts[i], NULL);

      if (jid != NULL)
        return jid;
    }
  return NULL;
}

/* ----------------------------------------------------------------- object */

CusaxCallerId *
cusax_callerid_new (const CusaxSipHeaders *headers, gboolean is_protected, const CusaxConfig *config)
{
  CusaxCallerId *id = g_new0 (CusaxCallerId, 1);

  g_return_val_if_fail (headers != NULL && config != NULL, id);

  read_address (id, headers, is_protected, config);
  if (id->is_anonymous)
    return id;
  id->claimed_jid = get_cue (headers);
  if (headers->focus != NULL)
    id->focus = cusax_address_parse_uri (headers->focus, NULL);
  return id;
}

void
cusax_callerid_free (CusaxCallerId *id)
{
  if (id == NULL)
    return;
  g_clear_pointer (&id->address, cusax_address_unref);
  g_clear_pointer (&id->focus, cusax_address_unref);
  g_free (id->claimed_jid);
  g_free (id->display_name);
  g_free (id);
}
