/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See peers.h. */
#include "peers.h"

#include "connection.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <blist.h>
#include <plugin.h>
#include <prpl.h>
#include <string.h>

/* Longest JID: 3 * 1023 bytes and two separators (RFC 7622); libjabber's own buffer has the same size. */
#define MAX_WHO_LENGTH 3072

/* -------------------------------------------------------------- domains */

static char *
chat_domain (const PurpleAccount *account)
{
  return cusax_address_jid_domain (purple_account_get_username (account), NULL);
}

/* Numbers live in the domain of the address of record, which settings may have moved away from the JID's. */
static char *
phone_domain (const PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find ((PurpleAccount *) account);
  CusaxConfig *config = NULL;

  if (connection != NULL)
    config = cusax_account_get_config (cusax_connection_get_account (connection));
  if (config != NULL)
    return g_strdup (cusax_config_get_domain (config));
  return chat_domain (account);
}

/* ---------------------------------------------------------------- names */

/* Scheme of a URI in front, not "host:port". */
static gboolean
has_scheme (const char *who)
{
  static const char *const schemes[] = { "sip:", "sips:", "tel:", "callto:", "xmpp:" };

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (who, schemes[i], strlen (schemes[i])) == 0)
      return TRUE;
  return FALSE;
}

/* The bare JIDs that nearly everybody has, without a copy: libpurple asks for each line of a roster, several times. */
static gboolean
is_common_jid (const char *who)
{
  gsize node = strspn (who, "abcdefghijklmnopqrstuvwxyz0123456789._-");

  return node > 0 && who[node] == '@' && strlen (who) <= CUSAX_ADDRESS_MAX_LENGTH
         && who[node + 1 + strspn (who + node + 1, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0'
         && cusax_address_host_is_valid (who + node + 1);
}

gboolean
cusax_peers_is_jid (const char *who)
{
  if (who != NULL && is_common_jid (who))
    return TRUE;
  if (who == NULL || *who == '\0' || strlen (who) >= MAX_WHO_LENGTH || has_scheme (who))
    return FALSE;
  if (strpbrk (who, "@/") != NULL)
    {
      g_autofree char *domain = cusax_address_jid_domain (who, NULL);

      return domain != NULL;
    }
  /* Without '@' only servers and gateways are meant. To libjabber "0612345678" is a host name, to people it is
   * a number, so a host must have a letter. */
  if (!cusax_address_host_is_valid (who))
    return FALSE;
  for (const char *at = who; *at != '\0'; at++)
    if (g_ascii_isalpha (*at))
      return TRUE;
  return FALSE;
}

/* A number alone, or "sip:" in front of the full form: without it the name would be a JID, and what is typed
 * into such a conversation would go to whoever owns that JID. */
static char *
display_form (const CusaxAddress *address, const char *domain)
{
  g_autofree char *display = cusax_address_get_display (address, domain);
  g_autofree char *full = NULL;

  if (cusax_address_get_user (address) != NULL && strpbrk (display, "@/:") == NULL
      && !cusax_peers_is_jid (display))
    return g_steal_pointer (&display);
  full = cusax_address_get_display (address, NULL);
  return g_strconcat ("sip:", full, NULL);
}

char *
cusax_peers_name (PurpleAccount *account, const CusaxAddress *address, const char *jid)
{
  g_autofree char *domain = phone_domain (account);
  PurpleBuddy *buddy = jid != NULL ? purple_find_buddy (account, jid) : NULL;

  if (buddy != NULL)
    return g_strdup (purple_buddy_get_name (buddy));
  return address != NULL ? display_form (address, domain) : g_strdup (CUSAX_PEERS_ANONYMOUS);
}

char *
cusax_peers_label (PurpleAccount *account, const char *who)
{
  PurpleBuddy *buddy = who != NULL && *who != '\0' ? purple_find_buddy (account, who) : NULL;
  g_autofree char *clean = NULL;

  if (purple_strequal (who, CUSAX_PEERS_ANONYMOUS))
    return g_strdup (_ ("somebody who hides the number"));
  if (buddy != NULL)
    who = purple_buddy_get_alias (buddy);
  clean = cusax_words_address (who, CUSAX_WORDS_MAX_LENGTH);
  return clean != NULL ? g_steal_pointer (&clean) : g_strdup (_ ("somebody unknown"));
}

/* ------------------------------------------------------------ ways back */

char *
cusax_peers_contact (PurpleAccount *account, const char *who)
{
  const char *normalized = cusax_peers_is_jid (who) ? purple_normalize (account, who) : NULL;
  g_autofree char *bare = NULL;

  if (normalized == NULL)
    return NULL;
  if (is_common_jid (normalized))
    return g_strdup (normalized);
  bare = cusax_address_jid_bare (normalized, NULL);
  return bare != NULL && strchr (bare, '@') != NULL ? g_steal_pointer (&bare) : NULL;
}

CusaxAddress *
cusax_peers_address (PurpleAccount *account, const char *who)
{
  g_autofree char *domain = NULL;

  /* Nobody can be called or written to under the name of all who hide. */
  if (who == NULL || strlen (who) >= MAX_WHO_LENGTH || cusax_peers_is_jid (who)
      || !g_utf8_validate (who, -1, NULL) || g_ascii_strcasecmp (who, CUSAX_PEERS_ANONYMOUS) == 0)
    return NULL;
  domain = phone_domain (account);
  return domain != NULL ? cusax_address_parse_target (who, domain, NULL) : NULL;
}

/* ------------------------------------------------------------ normalize */

/* libjabber's own function knows nodeprep, and that room occupants keep their resource. */
static const char *
normalize_jid (const PurpleAccount *account, const char *who)
{
  PurplePlugin *xmpp = purple_plugins_find_with_id ("prpl-jabber");
  PurplePluginProtocolInfo *info = xmpp != NULL ? PURPLE_PLUGIN_PROTOCOL_INFO (xmpp) : NULL;

  return info != NULL && info->normalize != NULL ? info->normalize (account, who) : NULL;
}

const char *
cusax_peers_normalize (const PurpleAccount *account, const char *who)
{
  static char buffer[MAX_WHO_LENGTH]; /* libpurple's contract for this function; main thread only */
  g_autoptr (CusaxAddress) address = NULL;
  g_autofree char *domain = NULL;
  g_autofree char *name = NULL;

  if (who == NULL)
    return NULL;
  if (cusax_peers_is_jid (who))
    return normalize_jid (account, who);
  if (g_ascii_strcasecmp (who, CUSAX_PEERS_ANONYMOUS) == 0)
    return CUSAX_PEERS_ANONYMOUS;
  address = account != NULL ? cusax_peers_address ((PurpleAccount *) account, who) : NULL;
  if (address == NULL)
    return NULL;
  domain = phone_domain (account);
  name = display_form (address, domain);
  return g_strlcpy (buffer, name, sizeof buffer) < sizeof buffer ? buffer : NULL;
}
