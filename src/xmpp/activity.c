/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See activity.h. */
#include "activity.h"

#include "card-fetch.h"
#include "stanza.h"
#include "stream.h"

#include <string.h>

#define NS_EVENT "http://jabber.org/protocol/pubsub#event"
#define STORE_NAME "activity"
#define REPLY_MS 15000

/* What is larger could not be put back, so nothing is put in its place. */
#define MAX_ITEM 8192

typedef enum
{
  STATE_IDLE,
  STATE_READING,
  STATE_PUBLISHING,
  STATE_SHOWN,
  STATE_CHECKING,
  STATE_RESTORING,
  STATE_LEFT,   /* somebody else's, for this call */
  STATE_REFUSED /* nothing more until the next sign-in */
} State;

struct _CusaxActivity
{
  PurpleAccount *account;
  CusaxStore *store;
  CusaxActivityChanged changed;
  gpointer user_data;
  State state;
  gboolean is_wanted;
  gboolean is_broken; /* the stream ended by an error: no last words */
  gboolean is_ours;   /* ours stands on the server, or may: the store says so, too */
  char *previous;     /* (nullable): the activity element that stood there before; NULL: none */
  guint request;
  GHashTable *people; /* bare JIDs that are on the phone */
};

/* libjabber's feature list and signals are process-wide: whose streams are ours, and their accounts. */
static PurplePlugin *our_plugin = NULL;
static GHashTable *all = NULL; /* PurpleAccount -> CusaxActivity */
static gboolean listening = FALSE;

static CusaxActivity *
find (PurpleConnection *gc)
{
  return all != NULL ? g_hash_table_lookup (all, purple_connection_get_account (gc)) : NULL;
}

static gboolean
is_up (CusaxActivity *activity)
{
  return !activity->is_broken && cusax_stream_is_up (purple_account_get_connection (activity->account));
}

/* ------------------------------------------------------------- the element */

static gboolean
is_on_the_phone (xmlnode *element)
{
  xmlnode *talking = element != NULL ? xmlnode_get_child (element, "talking") : NULL;

  return talking != NULL && xmlnode_get_child (talking, "on_the_phone") != NULL;
}

static xmlnode *
new_on_the_phone (void)
{
  xmlnode *element = xmlnode_new ("activity");

  xmlnode_set_namespace (element, CUSAX_NS_ACTIVITY);
  xmlnode_new_child (xmlnode_new_child (element, "talking"), "on_the_phone");
  return element;
}

/* @items: (nullable): what a pubsub result or an event holds. Returns: (transfer none) (nullable): its activity
 */
static xmlnode *
element_of (xmlnode *items)
{
  xmlnode *item = items != NULL ? xmlnode_get_child (items, "item") : NULL;

  return item != NULL ? xmlnode_get_child_with_namespace (item, "activity", CUSAX_NS_ACTIVITY) : NULL;
}

static xmlnode *
element_of_reply (xmlnode *reply)
{
  xmlnode *pubsub = xmlnode_get_child_with_namespace (reply, "pubsub", CUSAX_NS_PUBSUB);

  return element_of (pubsub != NULL ? xmlnode_get_child (pubsub, "items") : NULL);
}

/* Returns: (transfer full) (nullable): what @text was, if it is one */
static xmlnode *
parse_element (const char *text)
{
  xmlnode *element = text != NULL ? xmlnode_from_str (text, -1) : NULL;

  if (element == NULL)
    return NULL;
  if (purple_strequal (element->name, "activity")
      && purple_strequal (xmlnode_get_namespace (element), CUSAX_NS_ACTIVITY))
    return element;
  xmlnode_free (element);
  return NULL;
}

/* --------------------------------------------------------------- the store */

/* The file: a line that names the format, then what to put back, if anything. Empty: nothing of ours stands. */
#define HEADER "purple-cusax activity 1\n"

static void
remember (CusaxActivity *activity, gboolean is_ours)
{
  g_autofree char *text = g_strconcat (HEADER, activity->previous, NULL);
  g_autoptr (GError) error = NULL;

  activity->is_ours = is_ours;
  if (!is_ours)
    g_clear_pointer (&activity->previous, g_free);
  if (!activity->store->save (activity->store, STORE_NAME, is_ours ? text : "", is_ours ? strlen (text) : 0,
                              &error))
    purple_debug_warning ("cusax-xmpp", "activity: %s\n", error->message);
}

static void
recall (CusaxActivity *activity)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes
    = activity->store->load (activity->store, STORE_NAME, sizeof HEADER + MAX_ITEM, &error);
  g_autofree char *text = NULL;
  xmlnode *element;

  if (error == NULL && (bytes == NULL || g_bytes_get_size (bytes) == 0))
    return;
  if (bytes != NULL)
    text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (text == NULL || !g_str_has_prefix (text, HEADER))
    {
      activity->store->set_aside (activity->store, STORE_NAME);
      return;
    }
  activity->is_ours = TRUE;
  element = parse_element (text + strlen (HEADER));
  if (element == NULL)
    return;
  activity->previous = g_strdup (text + strlen (HEADER));
  xmlnode_free (element);
}

/* --------------------------------------------------------------- the steps */

static void go_on (CusaxActivity *activity);

/* Returns: (transfer full): a pubsub element with @child, whose node is set */
static xmlnode *
new_pubsub (const char *child, xmlnode **made)
{
  xmlnode *pubsub = xmlnode_new ("pubsub");

  xmlnode_set_namespace (pubsub, CUSAX_NS_PUBSUB);
  *made = xmlnode_new_child (pubsub, child);
  xmlnode_set_attrib (*made, "node", CUSAX_NS_ACTIVITY);
  return pubsub;
}

static void
ask (CusaxActivity *activity, State state, const char *type, xmlnode *payload, CusaxStanzaReply done)
{
  activity->state = state;
  activity->request = cusax_stanza_send_iq (purple_account_get_connection (activity->account), type, NULL,
                                            payload, REPLY_MS, done, activity);
}

/* @element: (transfer full) */
static void
publish (CusaxActivity *activity, State state, xmlnode *element, CusaxStanzaReply done)
{
  xmlnode *child;
  xmlnode *pubsub = new_pubsub ("publish", &child);
  xmlnode *item = xmlnode_new_child (child, "item");

  xmlnode_set_attrib (item, "id", "current");
  xmlnode_insert_child (item, element);
  ask (activity, state, "set", pubsub, done);
}

/* XEP-0108 section 2.3: an empty one says that there is none. */
static xmlnode *
new_previous (CusaxActivity *activity)
{
  xmlnode *element = parse_element (activity->previous);

  if (element != NULL)
    return element;
  element = xmlnode_new ("activity");
  xmlnode_set_namespace (element, CUSAX_NS_ACTIVITY);
  return element;
}

/* Without an answer the file stays, and the next sign-in looks again; refused, also the end of the next call. */
static void
on_restored (gpointer user_data, xmlnode *reply)
{
  CusaxActivity *activity = user_data;

  activity->request = 0;
  activity->state = reply != NULL ? STATE_SHOWN : STATE_REFUSED;
  if (reply == NULL || cusax_stanza_get_error (reply) != NULL)
    return;
  activity->state = STATE_IDLE;
  remember (activity, FALSE);
  go_on (activity);
}

static void
restore (CusaxActivity *activity, CusaxStanzaReply done)
{
  publish (activity, STATE_RESTORING, new_previous (activity), done);
}

/* An account whose server has no PEP refuses the question itself; nothing is published then. */
static gboolean
is_readable (xmlnode *reply)
{
  const char *error = reply != NULL ? cusax_stanza_get_error (reply) : "";

  return error == NULL || purple_strequal (error, "item-not-found");
}

/* Somebody may have said something else on another device meanwhile: that is not ours to take away. */
static void
on_checked (gpointer user_data, xmlnode *reply)
{
  CusaxActivity *activity = user_data;

  activity->request = 0;
  /* A server that cannot tell has not said that it is gone. */
  if (!is_readable (reply))
    {
      activity->state = reply != NULL ? STATE_SHOWN : STATE_REFUSED;
      return;
    }
  activity->state = activity->is_wanted ? STATE_SHOWN : STATE_IDLE;
  if (!is_on_the_phone (element_of_reply (reply)))
    {
      activity->state = STATE_IDLE;
      remember (activity, FALSE);
    }
  else if (!activity->is_wanted)
    {
      restore (activity, on_restored);
      return;
    }
  go_on (activity);
}

static void
on_published (gpointer user_data, xmlnode *reply)
{
  CusaxActivity *activity = user_data;

  activity->request = 0;
  /* Without an answer it may stand there. */
  activity->state = STATE_SHOWN;
  if (reply != NULL && cusax_stanza_get_error (reply) != NULL)
    {
      activity->state = STATE_REFUSED;
      remember (activity, FALSE);
    }
  go_on (activity);
}

/* What stands there is kept before ours goes out: after a crash in between nothing is put back but itself. */
static void
on_read (gpointer user_data, xmlnode *reply)
{
  CusaxActivity *activity = user_data;
  g_autofree char *text = NULL;
  xmlnode *element;
  int length = 0;

  activity->request = 0;
  activity->state = STATE_REFUSED;
  if (!is_readable (reply))
    return;
  activity->state = activity->is_wanted ? STATE_LEFT : STATE_IDLE;
  element = element_of_reply (reply);
  /* Another device of the owner takes care of it. */
  if (!activity->is_wanted || is_on_the_phone (element))
    return;
  text = element != NULL ? xmlnode_to_str (element, &length) : NULL;
  if (length > MAX_ITEM)
    return;
  g_free (activity->previous);
  activity->previous = g_steal_pointer (&text);
  remember (activity, TRUE);
  publish (activity, STATE_PUBLISHING, new_on_the_phone (), on_published);
}

static void
read_own (CusaxActivity *activity, State state, CusaxStanzaReply done)
{
  xmlnode *child;
  xmlnode *pubsub = new_pubsub ("items", &child);

  xmlnode_set_attrib (child, "max_items", "1");
  ask (activity, state, "get", pubsub, done);
}

/* From wherever it stands to what is wanted; each answer comes back here. */
static void
go_on (CusaxActivity *activity)
{
  if (!is_up (activity))
    return;
  switch (activity->state)
    {
    case STATE_IDLE:
      /* What an earlier run left there counts as shown. */
      if (activity->is_ours)
        read_own (activity, STATE_CHECKING, on_checked);
      else if (activity->is_wanted)
        read_own (activity, STATE_READING, on_read);
      break;
    case STATE_SHOWN:
      if (!activity->is_wanted)
        read_own (activity, STATE_CHECKING, on_checked);
      break;
    case STATE_LEFT:
      if (!activity->is_wanted)
        activity->state = STATE_IDLE;
      break;
    case STATE_REFUSED:
    case STATE_READING:
    case STATE_PUBLISHING:
    case STATE_CHECKING:
    case STATE_RESTORING:
      break;
    }
}

void
cusax_activity_set (CusaxActivity *activity, gboolean wanted)
{
  if (activity->is_wanted == wanted)
    return;
  activity->is_wanted = wanted;
  go_on (activity);
}

/* ------------------------------------------------------------- connections */

static void
forget_request (CusaxActivity *activity)
{
  cusax_stanza_cancel (activity->request);
  activity->request = 0;
}

/* The last words of this stream: nobody will hear an answer, so the file stays and the next sign-in looks. */
static void
restore_now (CusaxActivity *activity)
{
  if (!activity->is_ours || !is_up (activity))
    return;
  forget_request (activity);
  restore (activity, NULL);
  activity->request = 0;
}

static void
on_signed_on (PurpleConnection *gc, gpointer unused)
{
  CusaxActivity *activity = find (gc);

  if (activity == NULL || purple_connection_get_prpl (gc) != our_plugin)
    return;
  activity->is_broken = FALSE;
  activity->state = STATE_IDLE;
  go_on (activity);
}

static void
on_connection_error (PurpleConnection *gc, PurpleConnectionError reason, const char *words, gpointer unused)
{
  CusaxActivity *activity = find (gc);

  if (activity != NULL)
    activity->is_broken = TRUE;
}

static void
on_signing_off (PurpleConnection *gc, gpointer unused)
{
  CusaxActivity *activity = find (gc);

  if (activity != NULL)
    restore_now (activity);
}

/* Nobody's activity is known without a stream. */
static void
on_signed_off (PurpleConnection *gc, gpointer unused)
{
  CusaxActivity *activity = find (gc);
  g_autoptr (GPtrArray) jids = NULL;
  GHashTableIter iter;
  gpointer jid;

  if (activity == NULL)
    return;
  forget_request (activity);
  activity->state = STATE_IDLE;
  jids = g_ptr_array_new_with_free_func (g_free);
  g_hash_table_iter_init (&iter, activity->people);
  while (g_hash_table_iter_next (&iter, &jid, NULL))
    g_ptr_array_add (jids, g_strdup (jid));
  g_hash_table_remove_all (activity->people);
  for (guint i = 0; i < jids->len; i++)
    activity->changed (activity->user_data, g_ptr_array_index (jids, i));
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
  purple_signal_connect (connections, "connection-error", &all, PURPLE_CALLBACK (on_connection_error), NULL);
  purple_signal_connect (connections, "signing-off", &all, PURPLE_CALLBACK (on_signing_off), NULL);
  purple_signal_connect (connections, "signed-off", &all, PURPLE_CALLBACK (on_signed_off), NULL);
}

/* ---------------------------------------------------------------- contacts */

static void
take_contact (CusaxActivity *activity, const char *jid, gboolean now)
{
  if (now == g_hash_table_contains (activity->people, jid))
    return;
  if (now)
    g_hash_table_add (activity->people, g_strdup (jid));
  else
    g_hash_table_remove (activity->people, jid);
  activity->changed (activity->user_data, jid);
}

/* The owner says something else by another device: what stands there now is not ours to put away. */
static void
take_own (CusaxActivity *activity, gboolean now)
{
  if (now || activity->state != STATE_SHOWN)
    return;
  remember (activity, FALSE);
  activity->state = STATE_LEFT;
}

/* XEP-0163: events of a person's own nodes come from the bare JID; the roster decides whose mean anything. */
static gboolean
on_receiving_message (PurpleConnection *gc, const char *type, const char *id, const char *from, const char *to,
                      xmlnode *packet, gpointer unused)
{
  CusaxActivity *activity = find (gc);
  xmlnode *event = xmlnode_get_child_with_namespace (packet, "event", NS_EVENT);
  xmlnode *items = event != NULL ? xmlnode_get_child (event, "items") : NULL;
  g_autofree char *own = NULL;
  g_autofree char *jid = NULL;
  gboolean now;

  if (activity == NULL || items == NULL || purple_strequal (type, "error")
      || (from != NULL && strchr (from, '/') != NULL)
      || !purple_strequal (xmlnode_get_attrib (items, "node"), CUSAX_NS_ACTIVITY))
    return FALSE;
  own = cusax_stream_own_jid (gc);
  jid = from != NULL ? cusax_stream_bare_jid (activity->account, from) : g_strdup (own);
  now = is_on_the_phone (element_of (items));
  if (jid != NULL && purple_strequal (jid, own))
    take_own (activity, now);
  if (jid != NULL && purple_find_buddy (activity->account, jid) != NULL)
    take_contact (activity, jid, now);
  return FALSE;
}

gboolean
cusax_activity_is_on_the_phone (const CusaxActivity *activity, const char *jid)
{
  return g_hash_table_contains (activity->people, jid);
}

/* -------------------------------------------------------------------- life */

CusaxActivity *
cusax_activity_new (PurpleAccount *account, CusaxStore *store, CusaxActivityChanged changed, gpointer user_data)
{
  CusaxActivity *activity = g_new0 (CusaxActivity, 1);

  listen ();
  activity->account = account;
  activity->store = store;
  activity->changed = changed;
  activity->user_data = user_data;
  activity->people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  recall (activity);
  g_hash_table_insert (all, account, activity);
  return activity;
}

void
cusax_activity_free (CusaxActivity *activity)
{
  if (activity == NULL)
    return;
  restore_now (activity);
  forget_request (activity);
  if (all != NULL)
    g_hash_table_remove (all, activity->account);
  g_hash_table_unref (activity->people);
  g_free (activity->previous);
  g_free (activity);
}

/* ------------------------------------------------------------ load, unload */

static gboolean
is_feature_on (JabberStream *js, const char *ns)
{
  return cusax_stream_is_of (js, our_plugin);
}

void
cusax_activity_init (PurplePlugin *plugin)
{
  g_return_if_fail (our_plugin == NULL);
  our_plugin = plugin;
  all = g_hash_table_new (NULL, NULL);
  jabber_add_feature (CUSAX_NS_ACTIVITY "+notify", is_feature_on);
  purple_signal_connect (plugin, "jabber-receiving-message", &all, PURPLE_CALLBACK (on_receiving_message),
                         NULL);
}

void
cusax_activity_shutdown (void)
{
  if (our_plugin == NULL)
    return;
  jabber_remove_feature (CUSAX_NS_ACTIVITY "+notify");
  purple_signals_disconnect_by_handle (&all);
  listening = FALSE;
  g_clear_pointer (&all, g_hash_table_unref);
  our_plugin = NULL;
}
