/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See reach.h. */
#include "reach.h"

#include "card-fetch.h"
#include "stanza.h"
#include "stream.h"

#include <string.h>

#define REPLY_MS 15000

struct _CusaxReach
{
  PurpleAccount *account;
  CusaxReachChanged changed;
  gpointer user_data;
  GHashTable *hints; /* bare JID -> Hints */
  char *wanted;      /* (nullable): ours */
  gboolean is_ours;  /* the node is our business: it was set once and its withdrawal is not confirmed */
  guint request;     /* the withdrawal under way */
};

/* One contact's; the lists are NULL-terminated or NULL. */
typedef struct
{
  char **by_pep;
  char **by_presence;
  char *resource; /* who sent by_presence */
} Hints;

static void
hints_free (gpointer data)
{
  Hints *hints = data;

  g_strfreev (hints->by_pep);
  g_strfreev (hints->by_presence);
  g_free (hints->resource);
  g_free (hints);
}

/* ------------------------------------------------------------------ ours */

static xmlnode *
new_publish (const char *uri)
{
  xmlnode *pubsub = xmlnode_new ("pubsub");
  xmlnode_set_namespace (pubsub, CUSAX_NS_PUBSUB);
  xmlnode *publish = xmlnode_new_child (pubsub, "publish");
  xmlnode_set_namespace (publish, CUSAX_NS_PUBSUB);
  xmlnode_set_attrib (publish, "node", CUSAX_NS_REACH);
  xmlnode *item = xmlnode_new_child (publish, "item");
  xmlnode_set_namespace (item, CUSAX_NS_PUBSUB);
  xmlnode_set_attrib (item, "id", "current");
  xmlnode *reach = xmlnode_new_child (item, "reach");
  xmlnode_set_namespace (reach, CUSAX_NS_REACH);
  if (uri != NULL)
    {
      xmlnode *addr = xmlnode_new_child (reach, "addr");
      xmlnode_set_namespace (addr, CUSAX_NS_REACH);
      xmlnode_set_attrib (addr, "uri", uri);
    }
  return pubsub;
}

static void
on_withdrawn (gpointer data, xmlnode *reply)
{
  CusaxReach *reach = data;

  reach->request = 0;
  if (reply != NULL && cusax_stanza_get_error (reply) == NULL && reach->wanted == NULL)
    reach->is_ours = FALSE;
}

/* An account whose server has no PEP refuses it, each time; nothing else comes of that. */
static void
publish (CusaxReach *reach)
{
  PurpleConnection *gc = purple_account_get_connection (reach->account);

  if (!reach->is_ours || !cusax_stream_is_up (gc))
    return;
  cusax_stanza_cancel (reach->request);
  reach->request = 0;
  if (reach->wanted != NULL)
    cusax_stanza_send_iq (gc, "set", NULL, new_publish (reach->wanted), REPLY_MS, NULL, NULL);
  else
    reach->request = cusax_stanza_send_iq (gc, "set", NULL, new_publish (NULL), REPLY_MS, on_withdrawn, reach);
}

void
cusax_reach_set (CusaxReach *reach, const char *uri)
{
  if (purple_strequal (uri, reach->wanted))
    return;
  g_free (reach->wanted);
  reach->wanted = g_strdup (uri);
  reach->is_ours = TRUE;
  publish (reach);
}

void
cusax_reach_signed_on (CusaxReach *reach)
{
  publish (reach);
}

/* ---------------------------------------------------------------- theirs */

/* Returns: (transfer full) (nullable): NULL for nothing usable */
static char **
read_addresses (xmlnode *element)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint count = 0;

  for (xmlnode *addr = element != NULL ? xmlnode_get_child (element, "addr") : NULL;
       addr != NULL && count < CUSAX_REACH_MAX_ADDRESSES; addr = xmlnode_get_next_twin (addr))
    {
      const char *uri = xmlnode_get_attrib (addr, "uri");
      if (uri == NULL || *uri == '\0' || strlen (uri) > CUSAX_REACH_MAX_LENGTH)
        continue;
      g_strv_builder_add (builder, uri);
      count++;
    }
  return count > 0 ? g_strv_builder_end (builder) : NULL;
}

/* Both lists of @hints (nullable) as one, without doubles. */
static char **
merge (const Hints *hints)
{
  char **lists[] = { hints != NULL ? hints->by_pep : NULL, hints != NULL ? hints->by_presence : NULL };
  char **all = g_new0 (char *, CUSAX_REACH_MAX_ADDRESSES + 1);
  guint count = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    for (char **uri = lists[i]; uri != NULL && *uri != NULL && count < CUSAX_REACH_MAX_ADDRESSES; uri++)
      if (!g_strv_contains ((const char *const *) all, *uri))
        all[count++] = g_strdup (*uri);
  return all;
}

/* Puts @list (transfer full) in place of one of the lists of @jid and tells if that changed the whole. */
static void
put (CusaxReach *reach, const char *jid, gboolean is_pep, const char *resource, char **list)
{
  Hints *hints = g_hash_table_lookup (reach->hints, jid);
  g_auto (GStrv) before = merge (hints);

  if (hints == NULL)
    {
      if (list == NULL)
        return;
      hints = g_new0 (Hints, 1);
      g_hash_table_insert (reach->hints, g_strdup (jid), hints);
    }
  char ***place = is_pep ? &hints->by_pep : &hints->by_presence;
  g_strfreev (*place);
  *place = list;
  if (!is_pep)
    {
      g_free (hints->resource);
      hints->resource = g_strdup (resource);
    }

  g_auto (GStrv) after = merge (hints);
  if (hints->by_pep == NULL && hints->by_presence == NULL)
    g_hash_table_remove (reach->hints, jid);
  if (!g_strv_equal ((const char *const *) before, (const char *const *) after))
    reach->changed (reach->user_data, jid, (const char *const *) after);
}

void
cusax_reach_take_presence (CusaxReach *reach, const char *jid, const char *resource, xmlnode *presence)
{
  const Hints *hints = g_hash_table_lookup (reach->hints, jid);
  xmlnode *element = xmlnode_get_child_with_namespace (presence, "reach", CUSAX_NS_REACH);
  char **list = xmlnode_get_attrib (presence, "type") == NULL ? read_addresses (element) : NULL;

  if (list != NULL)
    put (reach, jid, FALSE, resource, list);
  /* Another device that says nothing takes nothing back; the server, for all of them, does. */
  else if (hints != NULL && hints->by_presence != NULL
           && (resource == NULL || purple_strequal (resource, hints->resource)))
    put (reach, jid, FALSE, NULL, NULL);
}

void
cusax_reach_take_items (CusaxReach *reach, const char *jid, xmlnode *items)
{
  xmlnode *item = xmlnode_get_child (items, "item");
  xmlnode *element = item != NULL ? xmlnode_get_child_with_namespace (item, "reach", CUSAX_NS_REACH) : NULL;

  /* A retracted item says as little as an empty one. */
  if (element != NULL || xmlnode_get_child (items, "retract") != NULL)
    put (reach, jid, TRUE, NULL, read_addresses (element));
}

void
cusax_reach_signed_off (CusaxReach *reach)
{
  static const char *const nothing[] = { NULL };
  g_autoptr (GPtrArray) jids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer jid;

  g_hash_table_iter_init (&iter, reach->hints);
  while (g_hash_table_iter_next (&iter, &jid, NULL))
    g_ptr_array_add (jids, g_strdup (jid));
  g_hash_table_remove_all (reach->hints);
  for (guint i = 0; i < jids->len; i++)
    reach->changed (reach->user_data, g_ptr_array_index (jids, i), nothing);
}

/* ------------------------------------------------------------------- life */

CusaxReach *
cusax_reach_new (PurpleAccount *account, CusaxReachChanged changed, gpointer user_data)
{
  CusaxReach *reach = g_new0 (CusaxReach, 1);

  reach->account = account;
  reach->changed = changed;
  reach->user_data = user_data;
  reach->hints = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, hints_free);
  return reach;
}

void
cusax_reach_free (CusaxReach *reach)
{
  cusax_stanza_cancel (reach->request);
  g_hash_table_unref (reach->hints);
  g_free (reach->wanted);
  g_free (reach);
}
