/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See rooms.h. */
#include "rooms.h"

#include "stanza.h"
#include "stream.h"
#include "text.h"

#include <string.h>

#define NS_MUC "http://jabber.org/protocol/muc"
#define NS_MUC_USER "http://jabber.org/protocol/muc#user"
#define NS_DISCO_INFO "http://jabber.org/protocol/disco#info"
#define NS_DATA "jabber:x:data"
#define ROOM_INFO "http://jabber.org/protocol/muc#roominfo"
#define REPLY_MS 14000
#define MAX_URI 1024
#define MAX_ROOMS 64
#define MAX_OCCUPANTS 2000

/* A room that we entered; signals are process-wide, so is the list. */
typedef struct
{
  PurpleConnection *gc; /* borrowed */
  char *jid;
  GHashTable *people; /* nick -> bare JID */
} Room;

typedef struct
{
  PurpleConnection *gc; /* borrowed, compared with those that exist */
  char *room;
  guint request;
  CusaxRoomsBridge done;
  gpointer user_data;
} Question;

static PurplePlugin *our_plugin = NULL;
static GPtrArray *rooms = NULL;     /* Room */
static GPtrArray *questions = NULL; /* Question */
static gboolean listening = FALSE;

static void
room_free (gpointer data)
{
  Room *room = data;

  g_free (room->jid);
  g_hash_table_unref (room->people);
  g_free (room);
}

static void
question_free (gpointer data)
{
  Question *question = data;

  cusax_stanza_cancel (question->request);
  g_free (question->room);
  g_free (question);
}

/* @jid: prepared */
static Room *
find (PurpleConnection *gc, const char *jid)
{
  for (guint i = 0; i < rooms->len; i++)
    {
      Room *room = g_ptr_array_index (rooms, i);
      if (room->gc == gc && purple_strequal (room->jid, jid))
        return room;
    }
  return NULL;
}

static void
on_signed_off (PurpleConnection *gc, gpointer unused)
{
  for (guint i = rooms->len; i > 0; i--)
    if (((Room *) g_ptr_array_index (rooms, i - 1))->gc == gc)
      g_ptr_array_remove_index_fast (rooms, i - 1);
}

/* Not in load(): there are no connections yet when plugins are probed. */
static void
listen (void)
{
  if (!listening)
    purple_signal_connect (purple_connections_get_handle (), "signed-off", &rooms,
                           PURPLE_CALLBACK (on_signed_off), NULL);
  listening = TRUE;
}

/* ---------------------------------------------------------------- occupants */

/* Our own presence opens a room's list and closes it: nobody can fill the memory by telling of rooms where we
 * are not. */
static void
on_sending_xmlnode (PurpleConnection *gc, xmlnode **packet, gpointer unused)
{
  if (packet == NULL || *packet == NULL || !purple_strequal ((*packet)->name, "presence"))
    return;

  const char *to = xmlnode_get_attrib (*packet, "to");
  if (to == NULL || strchr (to, '/') == NULL)
    return;
  const char *type = xmlnode_get_attrib (*packet, "type");
  g_autofree char *jid = cusax_stream_bare_jid (purple_connection_get_account (gc), to);
  Room *room = find (gc, jid);

  if (purple_strequal (type, "unavailable") && room != NULL)
    g_ptr_array_remove_fast (rooms, room);
  else if (type == NULL && room == NULL && jid != NULL && rooms->len < MAX_ROOMS
           && xmlnode_get_child_with_namespace (*packet, "x", NS_MUC) != NULL)
    {
      listen ();
      room = g_new0 (Room, 1);
      room->gc = gc;
      room->jid = g_steal_pointer (&jid);
      room->people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_ptr_array_add (rooms, room);
    }
}

static gboolean
on_receiving_presence (PurpleConnection *gc, const char *type, const char *from, xmlnode *packet,
                       gpointer unused)
{
  const char *slash = from != NULL ? strchr (from, '/') : NULL;
  if (rooms->len == 0 || slash == NULL || slash[1] == '\0')
    return FALSE;

  PurpleAccount *account = purple_connection_get_account (gc);
  g_autofree char *jid = cusax_stream_bare_jid (account, from);
  Room *room = find (gc, jid);
  if (room == NULL)
    return FALSE;
  if (purple_strequal (type, "error"))
    {
      if (g_hash_table_size (room->people) == 0)
        g_ptr_array_remove_fast (rooms, room); /* we were not let in */
      return FALSE;
    }

  xmlnode *user = xmlnode_get_child_with_namespace (packet, "x", NS_MUC_USER);
  xmlnode *item = user != NULL ? xmlnode_get_child (user, "item") : NULL;
  g_autofree char *real
    = type == NULL && item != NULL ? cusax_stream_bare_jid (account, xmlnode_get_attrib (item, "jid")) : NULL;
  if (real == NULL)
    g_hash_table_remove (room->people, slash + 1);
  else if (g_hash_table_size (room->people) < MAX_OCCUPANTS || g_hash_table_contains (room->people, slash + 1))
    g_hash_table_replace (room->people, g_strdup (slash + 1), g_steal_pointer (&real));
  return FALSE;
}

char *
cusax_rooms_get_real_jid (PurpleConnection *gc, const char *room_jid, const char *nick)
{
  g_return_val_if_fail (rooms != NULL, NULL);

  g_autofree char *jid = cusax_stream_bare_jid (purple_connection_get_account (gc), room_jid);
  Room *room = find (gc, jid);
  return room != NULL && nick != NULL ? g_strdup (g_hash_table_lookup (room->people, nick)) : NULL;
}

/* ------------------------------------------------------------------ bridge */

static char *
get_value (xmlnode *field)
{
  xmlnode *value = xmlnode_get_child (field, "value");
  return value != NULL ? xmlnode_get_data (value) : NULL;
}

/* Returns: (transfer full) (nullable) */
static char *
read_form (xmlnode *form)
{
  g_autofree char *kind = NULL;
  g_autofree char *uri = NULL;

  for (xmlnode *field = xmlnode_get_child (form, "field"); field != NULL; field = xmlnode_get_next_twin (field))
    {
      const char *name = xmlnode_get_attrib (field, "var");
      if (purple_strequal (name, "FORM_TYPE") && kind == NULL)
        kind = get_value (field);
      else if (uri == NULL
               && (purple_strequal (name, "audio-video-uri")
                   || purple_strequal (name, "muc#roominfo_audio-video-uri")))
        uri = get_value (field);
    }
  return purple_strequal (kind, ROOM_INFO) ? g_steal_pointer (&uri) : NULL;
}

static char *
read_bridge (xmlnode *reply)
{
  xmlnode *query = xmlnode_get_child_with_namespace (reply, "query", NS_DISCO_INFO);

  for (xmlnode *form = query != NULL ? xmlnode_get_child (query, "x") : NULL; form != NULL;
       form = xmlnode_get_next_twin (form))
    {
      g_autofree char *uri = purple_strequal (xmlnode_get_namespace (form), NS_DATA) ? read_form (form) : NULL;
      /* Cleaned but not cut: the rest of an address would be another address. */
      g_autofree char *clean = uri != NULL && strlen (uri) <= MAX_URI ? cusax_text_clean (uri, MAX_URI) : NULL;
      if (clean != NULL)
        return g_steal_pointer (&clean);
    }
  return NULL;
}

static void
on_reply (gpointer data, xmlnode *reply)
{
  Question *question = data;
  PurpleConnection *gc
    = g_list_find (purple_connections_get_all (), question->gc) != NULL ? question->gc : NULL;
  CusaxRoomsBridge done = question->done;
  gpointer user_data = question->user_data;
  g_autofree char *room = g_steal_pointer (&question->room);
  g_autofree char *uri = NULL;

  if (reply != NULL && cusax_stanza_get_error (reply) == NULL)
    uri = read_bridge (reply);
  question->request = 0;
  g_ptr_array_remove_fast (questions, question);
  done (user_data, gc, room, uri);
}

gboolean
cusax_rooms_ask_bridge (PurpleConnection *gc, const char *room, CusaxRoomsBridge done, gpointer user_data)
{
  g_return_val_if_fail (questions != NULL, FALSE);
  if (!cusax_stream_is_up (gc))
    return FALSE;

  Question *question = g_new0 (Question, 1);
  question->gc = gc;
  question->room = g_strdup (room);
  question->done = done;
  question->user_data = user_data;
  g_ptr_array_add (questions, question);
  xmlnode *query = xmlnode_new ("query");
  xmlnode_set_namespace (query, NS_DISCO_INFO);
  question->request = cusax_stanza_send_iq (gc, "get", room, query, REPLY_MS, on_reply, question);
  return TRUE;
}

/* ------------------------------------------------------------ load, unload */

void
cusax_rooms_init (PurplePlugin *plugin)
{
  g_return_if_fail (our_plugin == NULL);
  our_plugin = plugin;
  rooms = g_ptr_array_new_with_free_func (room_free);
  questions = g_ptr_array_new_with_free_func (question_free);
  purple_signal_connect (plugin, "jabber-sending-xmlnode", &rooms, PURPLE_CALLBACK (on_sending_xmlnode), NULL);
  purple_signal_connect (plugin, "jabber-receiving-presence", &rooms, PURPLE_CALLBACK (on_receiving_presence),
                         NULL);
}

void
cusax_rooms_shutdown (void)
{
  if (our_plugin == NULL)
    return;

  purple_signals_disconnect_by_handle (&rooms);
  listening = FALSE;
  g_clear_pointer (&questions, g_ptr_array_unref);
  g_clear_pointer (&rooms, g_ptr_array_unref);
  our_plugin = NULL;
}
