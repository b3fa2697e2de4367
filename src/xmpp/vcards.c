/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See vcards.h. */
#include "vcards.h"

#include "card-fetch.h"
#include "own-card.h"
#include "reach.h"
#include "stream.h"

#include <string.h>

#define NS_PHOTO_UPDATE "vcard-temp:x:update"
#define NS_EVENT "http://jabber.org/protocol/pubsub#event"
#define MAX_MARK 64
#define MAX_PHOTOS 20000

struct _CusaxVcards
{
  CusaxCardPort port; /* first */
  PurpleAccount *account;
  const CusaxVcardsListener *listener;
  gpointer user_data;
  CusaxCardFetch *fetch;
  CusaxOwnCard *own;
  CusaxReach *reach;
  GHashTable *photos; /* bare JID -> the photo hash that it announced last */
};

/* libjabber's feature list and signals are process-wide: whose streams are ours, and their accounts. */
static PurplePlugin *our_plugin = NULL;
static GHashTable *all = NULL; /* PurpleAccount -> CusaxVcards */
static gboolean listening = FALSE;

static const char *const features[] = { CUSAX_NODE_VCARD4 "+notify", CUSAX_NS_REACH, CUSAX_NS_REACH "+notify" };

static CusaxVcards *
find (PurpleConnection *gc)
{
  return all != NULL ? g_hash_table_lookup (all, purple_connection_get_account (gc)) : NULL;
}

/* ------------------------------------------------------- what contacts send */

/* The roster decides whose stanzas mean anything; the server vouches for from. */
static gboolean
is_contact (CusaxVcards *vcards, const char *jid)
{
  return purple_find_buddy (vcards->account, jid) != NULL;
}

/* Returns: (transfer full) (nullable): NULL for what is no hash; "none" for a photo that was taken away */
static char *
read_mark (xmlnode *photo)
{
  g_autofree char *text = xmlnode_get_data (photo);

  if (text == NULL || *g_strstrip (text) == '\0')
    return g_strdup ("none");
  if (strlen (text) > MAX_MARK || strspn (text, "0123456789abcdefABCDEF") != strlen (text))
    return NULL;
  return g_steal_pointer (&text);
}

/* XEP-0153. Which announcement is news is for those to say who keep cards over restarts; here each counts once.
 */
static void
take_photo (CusaxVcards *vcards, const char *jid, xmlnode *photo)
{
  g_autofree char *mark = read_mark (photo);
  const char *known = g_hash_table_lookup (vcards->photos, jid);

  if (mark == NULL || purple_strequal (mark, known)
      || (known == NULL && g_hash_table_size (vcards->photos) >= MAX_PHOTOS))
    return;
  g_hash_table_replace (vcards->photos, g_strdup (jid), g_strdup (mark));
  vcards->listener->on_announced (vcards->user_data, jid, mark);
}

/* Runs for each presence of the sign-in's flood: what costs something comes last. */
static gboolean
on_receiving_presence (PurpleConnection *gc, const char *type, const char *from, xmlnode *packet,
                       gpointer unused)
{
  CusaxVcards *vcards = find (gc);
  if (vcards == NULL || from == NULL || (type != NULL && !purple_strequal (type, "unavailable")))
    return FALSE;

  g_autofree char *jid = cusax_stream_bare_jid (vcards->account, from);
  if (jid == NULL || !is_contact (vcards, jid))
    return FALSE;

  const char *slash = strchr (from, '/');
  xmlnode *update = xmlnode_get_child_with_namespace (packet, "x", NS_PHOTO_UPDATE);
  xmlnode *photo = type == NULL && update != NULL ? xmlnode_get_child (update, "photo") : NULL;
  cusax_reach_take_presence (vcards->reach, jid, slash != NULL ? slash + 1 : NULL, packet);
  /* A listener may have run anybody's code. */
  if (photo != NULL && find (gc) == vcards)
    take_photo (vcards, jid, photo);
  return FALSE;
}

static void
take_card (CusaxVcards *vcards, const char *jid, xmlnode *items)
{
  g_autofree char *text = cusax_card_fetch_get_text (cusax_card_fetch_get_vcard4 (items));
  if (text != NULL)
    vcards->listener->on_card (vcards->user_data, jid, text, strlen (text));
}

/* XEP-0163: events of a person's own nodes come from the bare JID. */
static gboolean
on_receiving_message (PurpleConnection *gc, const char *type, const char *id, const char *from, const char *to,
                      xmlnode *packet, gpointer unused)
{
  CusaxVcards *vcards = find (gc);
  xmlnode *event = xmlnode_get_child_with_namespace (packet, "event", NS_EVENT);
  xmlnode *items = event != NULL ? xmlnode_get_child (event, "items") : NULL;
  if (vcards == NULL || items == NULL || purple_strequal (type, "error")
      || (from != NULL && strchr (from, '/')))
    return FALSE;

  g_autofree char *own = cusax_stream_own_jid (gc);
  g_autofree char *jid = from != NULL ? cusax_stream_bare_jid (vcards->account, from) : g_strdup (own);
  const char *node = xmlnode_get_attrib (items, "node");
  gboolean contact = jid != NULL && is_contact (vcards, jid);
  if (purple_strequal (node, CUSAX_NODE_VCARD4) && (contact || (jid != NULL && purple_strequal (jid, own))))
    take_card (vcards, jid, items);
  else if (purple_strequal (node, CUSAX_NS_REACH) && contact)
    cusax_reach_take_items (vcards->reach, jid, items);
  return FALSE;
}

static void
on_reach_changed (gpointer user_data, const char *jid, const char *const *uris)
{
  CusaxVcards *vcards = user_data;
  vcards->listener->on_reach (vcards->user_data, jid, uris);
}

/* ------------------------------------------------------------- connections */

static void
on_signed_on (PurpleConnection *gc, gpointer unused)
{
  CusaxVcards *vcards = find (gc);
  if (vcards != NULL && purple_connection_get_prpl (gc) == our_plugin)
    cusax_reach_signed_on (vcards->reach);
}

static void
on_signed_off (PurpleConnection *gc, gpointer unused)
{
  CusaxVcards *vcards = find (gc);
  if (vcards != NULL)
    cusax_reach_signed_off (vcards->reach);
}

/* Not in load(): there are no connections yet when plugins are probed. */
static void
listen (void)
{
  void *connections = purple_connections_get_handle ();

  if (listening)
    return;
  listening = TRUE;
  purple_signal_connect (connections, "signed-on", &all, PURPLE_CALLBACK (on_signed_on), NULL);
  purple_signal_connect (connections, "signed-off", &all, PURPLE_CALLBACK (on_signed_off), NULL);
}

/* ---------------------------------------------------------------- the port */

static guint
port_fetch (CusaxCardPort *port, const char *jid, CusaxCardDone done, gpointer user_data)
{
  return cusax_card_fetch_ask (((CusaxVcards *) port)->fetch, jid, done, user_data);
}

static void
port_cancel (CusaxCardPort *port, guint id)
{
  cusax_card_fetch_cancel (((CusaxVcards *) port)->fetch, id);
}

static const CusaxCardPortVtable port_vtable = { .fetch = port_fetch, .cancel = port_cancel };

CusaxCardPort *
cusax_vcards_get_port (CusaxVcards *vcards)
{
  return &vcards->port;
}

gboolean
cusax_vcards_publish (CusaxVcards *vcards, const char *uri, gboolean check_only, CusaxPublishDone done,
                      gpointer user_data)
{
  return cusax_own_card_publish (vcards->own, uri, check_only, done, user_data);
}

void
cusax_vcards_set_reach (CusaxVcards *vcards, const char *uri)
{
  cusax_reach_set (vcards->reach, uri);
}

/* -------------------------------------------------------------------- life */

CusaxVcards *
cusax_vcards_new (PurpleAccount *account, const CusaxVcardsListener *listener, gpointer user_data)
{
  CusaxVcards *vcards = g_new0 (CusaxVcards, 1);

  listen ();
  vcards->port.vtable = &port_vtable;
  vcards->account = account;
  vcards->listener = listener;
  vcards->user_data = user_data;
  vcards->fetch = cusax_card_fetch_new (account);
  vcards->own = cusax_own_card_new (account);
  vcards->reach = cusax_reach_new (account, on_reach_changed, vcards);
  vcards->photos = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (all, account, vcards);
  return vcards;
}

void
cusax_vcards_free (CusaxVcards *vcards)
{
  if (vcards == NULL)
    return;
  if (all != NULL)
    g_hash_table_remove (all, vcards->account);
  cusax_card_fetch_free (vcards->fetch);
  cusax_own_card_free (vcards->own);
  cusax_reach_free (vcards->reach);
  g_hash_table_unref (vcards->photos);
  g_free (vcards);
}

/* ------------------------------------------------------------ load, unload */

static gboolean
is_feature_on (JabberStream *js, const char *ns)
{
  return cusax_stream_is_of (js, our_plugin);
}

void
cusax_vcards_init (PurplePlugin *plugin)
{
  g_return_if_fail (our_plugin == NULL);
  our_plugin = plugin;
  all = g_hash_table_new (NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (features); i++)
    jabber_add_feature (features[i], is_feature_on);
  purple_signal_connect (plugin, "jabber-receiving-presence", &all, PURPLE_CALLBACK (on_receiving_presence),
                         NULL);
  purple_signal_connect (plugin, "jabber-receiving-message", &all, PURPLE_CALLBACK (on_receiving_message),
                         NULL);
}

void
cusax_vcards_shutdown (void)
{
  if (our_plugin == NULL)
    return;

  /* libjabber's list may outlive us: plain XMPP accounts use it. */
  for (gsize i = 0; i < G_N_ELEMENTS (features); i++)
    jabber_remove_feature (features[i]);
  purple_signals_disconnect_by_handle (&all);
  listening = FALSE;
  g_clear_pointer (&all, g_hash_table_unref);
  our_plugin = NULL;
}
