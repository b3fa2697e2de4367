/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See protection.h. */
#include "protection.h"

#include "libjabber.h"
#include "stream.h"

#include <string.h>

#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_IQ_AUTH "jabber:iq:auth"
#define MAX_MECHANISM 20 /* RFC 4422 section 3.1 */

/* libjabber's signals are process-wide, so is this. NULL: not started. */
static PurplePlugin *our_plugin = NULL;
static GHashTable *sign_ins = NULL; /* PurpleAccount -> SignIn, the newest */
static gboolean listening = FALSE;

/* It stays after signing off, because cusax_protection_get() promised its strings until the next one. */
typedef struct
{
  gboolean is_over;
  char *authentication;
  char *server;
} SignIn;

static void
sign_in_free (gpointer data)
{
  SignIn *sign_in = data;

  g_free (sign_in->authentication);
  g_free (sign_in->server);
  g_free (sign_in);
}

static void
on_signed_off (PurpleConnection *gc, gpointer unused)
{
  SignIn *sign_in = g_hash_table_lookup (sign_ins, purple_connection_get_account (gc));
  if (sign_in != NULL)
    sign_in->is_over = TRUE;
}

/* Not in load(): there are no connections yet when plugins are probed. */
static void
listen (void)
{
  if (listening)
    return;
  listening = TRUE;
  purple_signal_connect (purple_connections_get_handle (), "signed-off", &sign_ins, PURPLE_CALLBACK (on_signed_off),
                         NULL);
}

/* ------------------------------------------------------------------ signing in */

/* RFC 4422 section 3.1: capitals, digits, hyphens, underscores. */
static gboolean
is_mechanism (const char *name)
{
  gsize length = name != NULL ? strlen (name) : 0;
  return length > 0 && length <= MAX_MECHANISM
         && strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == length;
}

/* What @packet, on its way out, signs in with: its name and nothing of what it carries. Returns: (nullable) */
static const char *
find_mechanism (xmlnode *packet)
{
  if (purple_strequal (packet->name, "auth") && purple_strequal (xmlnode_get_namespace (packet), NS_SASL))
    {
      const char *name = xmlnode_get_attrib (packet, "mechanism");
      return is_mechanism (name) ? name : NULL;
    }
  /* XEP-0078, before SASL. */
  if (purple_strequal (packet->name, "iq") && purple_strequal (xmlnode_get_attrib (packet, "type"), "set")
      && xmlnode_get_child_with_namespace (packet, "query", NS_IQ_AUTH) != NULL)
    return NS_IQ_AUTH;
  return NULL;
}

/* Where the person sent us, else the domain, whose records libjabber followed. */
static char *
dup_server (PurpleAccount *account)
{
  const char *typed = purple_account_get_string (account, "connect_server", "");
  g_autofree char *bare = cusax_stream_bare_jid (account, purple_account_get_username (account));
  const char *at = bare != NULL ? strchr (bare, '@') : NULL;

  return g_strdup (typed != NULL && *typed != '\0' ? typed : at != NULL ? at + 1 : NULL);
}

static void
on_sending (PurpleConnection *gc, xmlnode **packet, gpointer unused)
{
  const char *mechanism;

  if (packet == NULL || *packet == NULL || PURPLE_CONNECTION_IS_CONNECTED (gc)
      || (mechanism = find_mechanism (*packet)) == NULL)
    return;

  PurpleAccount *account = purple_connection_get_account (gc);
  SignIn *sign_in = g_new0 (SignIn, 1);
  sign_in->authentication = g_strdup (mechanism);
  sign_in->server = dup_server (account);
  g_hash_table_replace (sign_ins, account, sign_in);
  listen ();
}

void
cusax_protection_get (PurpleAccount *account, CusaxProtection *protection)
{
  PurpleConnection *gc = purple_account_get_connection (account);

  memset (protection, 0, sizeof *protection);
  if (!cusax_stream_is_up (gc))
    return;

  /* libjabber is asked, not the wire: a <proceed/> that nobody asked for is no TLS. A stream that is up had its
   * certificate verified, or accepted; libpurple does not say which, and keeps both kinds in one place. */
  JabberStream *js = purple_connection_get_protocol_data (gc);
  SignIn *sign_in = sign_ins != NULL ? g_hash_table_lookup (sign_ins, account) : NULL;
  protection->is_up = TRUE;
  protection->is_tls = js != NULL && jabber_stream_is_ssl (js);
  protection->transport = protection->is_tls ? "TLS" : "TCP";
  protection->trust = CUSAX_PEER_UNKNOWN;
  if (sign_in != NULL && !sign_in->is_over)
    {
      protection->authentication = sign_in->authentication;
      protection->server = sign_in->server;
    }
}

/* -------------------------------------------------------------- load, unload */

void
cusax_protection_init (PurplePlugin *plugin)
{
  g_return_if_fail (our_plugin == NULL);
  our_plugin = plugin;
  sign_ins = g_hash_table_new_full (NULL, NULL, NULL, sign_in_free);
  purple_signal_connect (plugin, "jabber-sending-xmlnode", &sign_ins, PURPLE_CALLBACK (on_sending), NULL);
}

void
cusax_protection_shutdown (void)
{
  if (our_plugin == NULL)
    return;

  purple_signals_disconnect_by_handle (&sign_ins);
  listening = FALSE;
  g_clear_pointer (&sign_ins, g_hash_table_unref);
  our_plugin = NULL;
}
