/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See stanza.h. */
#include "stanza.h"

#include "stream.h"

#include <string.h>

#define NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"

/* An IQ under way. A cancelled one stays, with done NULL, as a tombstone until its reply or its deadline. */
typedef struct
{
  guint number;
  char *id;
  PurpleConnection *gc; /* borrowed; NULL: the connection has ended, the deadline answers */
  char *to;             /* bare part, prepared; NULL: our own account */
  char *resource;       /* (nullable): of to, compared byte by byte */
  guint deadline;
  CusaxStanzaReply done;
  gpointer user_data;
} Request;

/* libjabber's streams are process-wide, so is this. NULL: not started. */
static PurplePlugin *our_plugin = NULL;
static GHashTable *requests = NULL; /* id -> Request */
static gboolean listening = FALSE;
static guint last_number = 0;

static void
request_free (gpointer data)
{
  Request *request = data;

  if (request->deadline != 0)
    purple_timeout_remove (request->deadline);
  g_free (request->id);
  g_free (request->to);
  g_free (request->resource);
  g_free (request);
}

/* The end of a request: out of the table first, so that whatever the callback does finds it gone. */
static void
finish (Request *request, xmlnode *reply)
{
  CusaxStanzaReply done = request->done;
  gpointer user_data = request->user_data;

  g_hash_table_remove (requests, request->id);
  if (done != NULL)
    done (user_data, reply);
}

static gboolean
on_deadline (gpointer data)
{
  Request *request = data;

  request->deadline = 0;
  finish (request, NULL);
  return G_SOURCE_REMOVE;
}

/* ------------------------------------------------------------- incoming */

/* RFC 6120 section 8.1.2.1 with 10.3.3: our account answers without from, or from our bare JID; everybody else
 * from the address that was asked. Not from our domain and not from another resource of ours, which libjabber
 * would take: whoever can send from there is not who was asked. */
static gboolean
is_from_whom_we_asked (const Request *request, const char *from)
{
  if (from == NULL || *from == '\0')
    return request->to == NULL;

  const char *slash = strchr (from, '/');
  g_autofree char *own = cusax_stream_own_jid (request->gc);
  g_autofree char *bare = cusax_stream_bare_jid (purple_connection_get_account (request->gc), from);
  return bare != NULL && purple_strequal (bare, request->to != NULL ? request->to : own)
         && purple_strequal (slash != NULL ? slash + 1 : NULL, request->resource);
}

/* Runs before libjabber looks at the stanza; TRUE consumes it. */
static gboolean
on_receiving_iq (PurpleConnection *gc, const char *type, const char *id, const char *from, xmlnode *packet,
                 gpointer unused)
{
  if (id == NULL || (!purple_strequal (type, "result") && !purple_strequal (type, "error")))
    return FALSE;

  Request *request = g_hash_table_lookup (requests, id);
  if (request == NULL)
    return FALSE;
  if (request->gc == gc && is_from_whom_we_asked (request, from))
    finish (request, packet);
  else
    purple_debug_warning ("cusax-xmpp", "dropping a reply that does not come from whom we asked\n");
  return TRUE;
}

/* ------------------------------------------------------------ the end of a stream */

/* The answers come from the loop: the stream may have broken in the middle of somebody's sending. */
static void
end_requests (PurpleConnection *gc)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Request *request = value;
      if (request->gc != gc)
        continue;
      request->gc = NULL;
      purple_timeout_remove (request->deadline);
      request->deadline = purple_timeout_add (0, on_deadline, request);
    }
}

static void
on_signed_off (PurpleConnection *gc, gpointer unused)
{
  end_requests (gc);
}

static void
on_connection_error (PurpleConnection *gc, PurpleConnectionError reason, const char *words, gpointer unused)
{
  end_requests (gc);
}

/* Not in load(): there are no connections yet when plugins are probed. */
static void
listen (void)
{
  void *connections = purple_connections_get_handle ();

  if (listening)
    return;
  listening = TRUE;
  purple_signal_connect (connections, "signed-off", &requests, PURPLE_CALLBACK (on_signed_off), NULL);
  purple_signal_connect (connections, "connection-error", &requests, PURPLE_CALLBACK (on_connection_error),
                         NULL);
}

/* ------------------------------------------------------------- outgoing */

void
cusax_stanza_send (PurpleConnection *gc, xmlnode *packet)
{
  if (our_plugin != NULL && cusax_stream_is_up (gc))
    purple_signal_emit (our_plugin, "jabber-sending-xmlnode", gc, &packet);
  if (packet != NULL)
    xmlnode_free (packet);
}

/* Nobody can guess it, and it never equals one of libjabber's ("purple1f"). */
static char *
new_id (void)
{
  g_autofree char *uuid = g_uuid_string_random ();
  return g_strconcat ("cusax-", uuid, NULL);
}

static void
set_target (Request *request, PurpleConnection *gc, const char *to)
{
  g_autofree char *own = cusax_stream_own_jid (gc);
  const char *slash = to != NULL ? strchr (to, '/') : NULL;

  request->to = cusax_stream_bare_jid (purple_connection_get_account (gc), to);
  request->resource = slash != NULL ? g_strdup (slash + 1) : NULL;
  /* The server answers for us, by RFC 6120 section 10.3.3 as if nobody had been named. */
  if (request->resource == NULL && purple_strequal (request->to, own))
    g_clear_pointer (&request->to, g_free);
}

guint
cusax_stanza_send_iq (PurpleConnection *gc, const char *type, const char *to, xmlnode *payload,
                      guint timeout_ms, CusaxStanzaReply done, gpointer user_data)
{
  g_return_val_if_fail (requests != NULL, 0);
  listen ();

  /* What is no JID reaches nobody, neither does what a dead stream is given: the deadline says so at once. */
  g_autofree char *bare = cusax_stream_bare_jid (NULL, to);
  gboolean up = cusax_stream_is_up (gc) && (to == NULL || bare != NULL);
  Request *request = g_new0 (Request, 1);
  guint number = request->number = ++last_number != 0 ? last_number : ++last_number;
  request->id = new_id ();
  request->done = done;
  request->user_data = user_data;
  request->deadline = purple_timeout_add (up ? timeout_ms : 0, on_deadline, request);
  g_hash_table_insert (requests, request->id, request);
  if (!up)
    {
      xmlnode_free (payload);
      return number;
    }

  request->gc = gc;
  set_target (request, gc, to);
  xmlnode *iq = xmlnode_new ("iq");
  xmlnode_set_attrib (iq, "type", type);
  xmlnode_set_attrib (iq, "id", request->id);
  if (to != NULL)
    xmlnode_set_attrib (iq, "to", to);
  xmlnode_insert_child (iq, payload);
  cusax_stanza_send (gc, iq);
  return number;
}

void
cusax_stanza_cancel (guint number)
{
  GHashTableIter iter;
  gpointer value;

  if (requests == NULL || number == 0)
    return;
  g_hash_table_iter_init (&iter, requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Request *) value)->number == number)
      {
        ((Request *) value)->done = NULL;
        return;
      }
}

const char *
cusax_stanza_get_error (xmlnode *reply)
{
  if (!purple_strequal (xmlnode_get_attrib (reply, "type"), "error"))
    return NULL;

  xmlnode *error = xmlnode_get_child (reply, "error");
  for (xmlnode *child = error != NULL ? error->child : NULL; child != NULL; child = child->next)
    if (child->type == XMLNODE_TYPE_TAG && purple_strequal (xmlnode_get_namespace (child), NS_STANZAS)
        && !purple_strequal (child->name, "text"))
      return child->name;
  return "";
}

/* ------------------------------------------------------------ load, unload */

void
cusax_stanza_init (PurplePlugin *plugin)
{
  g_return_if_fail (our_plugin == NULL);
  our_plugin = plugin;
  requests = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, request_free);
  purple_signal_connect (plugin, "jabber-receiving-iq", &requests, PURPLE_CALLBACK (on_receiving_iq), NULL);
}

void
cusax_stanza_shutdown (void)
{
  if (our_plugin == NULL)
    return;

  purple_signals_disconnect_by_handle (&requests);
  listening = FALSE;
  g_clear_pointer (&requests, g_hash_table_unref);
  our_plugin = NULL;
}
