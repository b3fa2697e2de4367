/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See roomoffers.h. */
#include "roomoffers.h"

#include "choices.h"
#include "connection.h"
#include "dialwords.h"
#include "notices-private.h"
#include "notices.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A conference that announces ever new rooms must not keep a person busy. */
#define MAX_QUESTIONS 3

/* What was asked during one call; lives as long as it. */
typedef struct
{
  PurpleAccount *account; /* borrowed, until cusax_roomoffers_end() */
  CusaxCall *call;        /* likewise, compared only */
  char *focus;            /* for people */
  GPtrArray *rooms;       /* char *: of the open question, or of the last one */
  GPtrArray *trusted;     /* char *: those of rooms that need no warning */
  GHashTable *asked;      /* rooms that stood in a question */
  GHashTable *accepted;   /* normalised: rooms that the person wanted */
  char *chosen;           /* (nullable): of several, the one that the open warning is about */
  guint n_questions;
  guint serial; /* of the open question: what its callbacks carry; 0: none */
} Offer;

static GPtrArray *offers; /* NULL when there are none */
static guint last_serial;

static void
offer_free (gpointer data)
{
  Offer *offer = data;

  g_free (offer->focus);
  g_free (offer->chosen);
  g_ptr_array_unref (offer->rooms);
  g_ptr_array_unref (offer->trusted);
  g_hash_table_unref (offer->asked);
  g_hash_table_unref (offer->accepted);
  g_free (offer);
}

static Offer *
find (PurpleAccount *account, CusaxCall *call)
{
  for (guint i = 0; offers != NULL && i < offers->len; i++)
    {
      Offer *offer = g_ptr_array_index (offers, i);
      if (offer->account == account && offer->call == call)
        return offer;
    }
  return NULL;
}

/* Hosts call back late, or twice: the question that is not open any more finds nothing. */
static Offer *
take_serial (gpointer data)
{
  for (guint i = 0; data != NULL && offers != NULL && i < offers->len; i++)
    {
      Offer *offer = g_ptr_array_index (offers, i);
      if (GUINT_TO_POINTER (offer->serial) != data)
        continue;
      offer->serial = 0;
      return offer;
    }
  return NULL;
}

/* The offer is the handle: libpurple has one list of handles for all who ask, and numbers are not ours alone. */
static void
close_question (Offer *offer)
{
  gboolean is_open = offer->serial != 0;

  offer->serial = 0;
  if (is_open)
    purple_request_close_with_handle (offer);
}

/* ---------------------------------------------------------------- joining */

PurpleConversation *
cusax_roomoffers_find_chat (PurpleAccount *account, const char *room)
{
  PurpleConversation *chat
    = room != NULL ? purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, room, account) : NULL;

  return chat != NULL && !purple_conv_chat_has_left (PURPLE_CONV_CHAT (chat)) ? chat : NULL;
}

static void
join (PurpleAccount *account, const char *room)
{
  PurpleConnection *gc = purple_account_get_connection (account);
  PurplePluginProtocolInfo *info
    = gc != NULL ? PURPLE_PLUGIN_PROTOCOL_INFO (purple_connection_get_prpl (gc)) : NULL;
  GHashTable *components = NULL;

  if (purple_account_is_connected (account) && info->chat_info_defaults != NULL)
    components = info->chat_info_defaults (gc, room);
  if (components == NULL)
    {
      cusax_notices_error (account, NULL, _ ("Chat is not connected: the room cannot be joined now."));
      return;
    }
  serv_join_chat (gc, components);
  g_hash_table_unref (components);
}

static gboolean
is_trusted (Offer *offer, const char *room)
{
  return g_ptr_array_find_with_equal_func (offer->trusted, room, g_str_equal, NULL);
}

static void
accept (Offer *offer, const char *room)
{
  PurpleAccount *account = offer->account;
  g_autofree char *copy = g_strdup (room);

  g_hash_table_add (offer->accepted, g_strdup (purple_normalize (account, room)));
  join (account, copy);
}

static gboolean
was_accepted (Offer *offer, const char *room)
{
  return g_hash_table_contains (offer->accepted, purple_normalize (offer->account, room));
}

void
cusax_roomoffers_entered (PurpleConversation *chat)
{
  PurpleAccount *account = purple_conversation_get_account (chat);
  const char *room = purple_conversation_get_name (chat);

  for (guint i = 0; offers != NULL && i < offers->len; i++)
    {
      Offer *offer = g_ptr_array_index (offers, i);
      g_autofree char *text = NULL;

      if (offer->account != account || !was_accepted (offer, room))
        continue;
      text = g_strdup_printf (_ ("This is %s, the text chat of the conference %s that you are in by voice."),
                              room, offer->focus);
      cusax_notices_write (chat, text, 0);
      return;
    }
}

/* -------------------------------------------------------------- questions */

static void ask_about (Offer *offer, const char *room);

static void
on_join (gpointer data, int action)
{
  Offer *offer = take_serial (data);

  if (offer != NULL)
    accept (offer, offer->chosen);
}

static void
on_not_now (gpointer data, int action)
{
  take_serial (data);
}

static void
on_pick (gpointer data, PurpleRequestFields *fields)
{
  Offer *offer = take_serial (data);
  int index = offer != NULL ? cusax_choices_get (fields, "room") : -1;
  const char *room;

  if (index < 0 || (guint) index >= offer->rooms->len)
    return;
  room = g_ptr_array_index (offer->rooms, index);
  if (is_trusted (offer, room))
    accept (offer, room);
  else
    ask_about (offer, room);
}

/* Finch calls this for the window's destruction too, with its window in place of @fields. */
static void
on_pick_nothing (gpointer data, PurpleRequestFields *fields)
{
  take_serial (data);
}

static gpointer
open_question (Offer *offer)
{
  offer->serial = ++last_serial != 0 ? last_serial : ++last_serial;
  return GUINT_TO_POINTER (offer->serial);
}

/* A JID has no blanks: what follows the last '@' is where it is. */
static const char *
domain_of (const char *room)
{
  const char *at = strrchr (room, '@');
  return at != NULL ? at + 1 : room;
}

/* RFC 7106 section 2: a room elsewhere may listen in, and may be somebody else's altogether. */
static void
ask_about (Offer *offer, const char *room)
{
  gboolean trusted = is_trusted (offer, room);
  g_autoptr (GString) text = g_string_new (NULL);
  gpointer serial = open_question (offer);
  g_autofree char *chosen = g_strdup (room);

  g_free (offer->chosen);
  offer->chosen = g_steal_pointer (&chosen);
  g_string_append_printf (text, _ ("Room: %s\nConference: %s"), offer->chosen, offer->focus);
  if (!trusted)
    {
      g_string_append (text, "\n\n");
      g_string_append_printf (text,
                              _ ("Attention: the room is at another service, %s. Whoever runs it reads what is "
                                 "written there, and nothing proves that it belongs to this conference."),
                              domain_of (offer->chosen));
    }
  /* The safe button is the default. */
  purple_request_action (offer, _ ("Conference"),
                         _ ("The conference has a text chat. Do you want to join it?"), text->str,
                         trusted ? 0 : 1, offer->account, NULL, NULL, serial, 2, _ ("Join text chat"),
                         G_CALLBACK (on_join), _ ("Not now"), G_CALLBACK (on_not_now));
}

static void
ask_which (Offer *offer)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  gpointer serial = open_question (offer);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < offer->rooms->len; i++)
    {
      const char *room = g_ptr_array_index (offer->rooms, i);

      g_ptr_array_add (lines, is_trusted (offer, room) ? g_strdup (room)
                                                       : g_strdup_printf (_ ("%s (another service)"), room));
    }
  g_string_append_printf (text, _ ("Conference: %s"), offer->focus);
  purple_request_field_group_add_field (group, cusax_choices_field ("room", _ ("Room"), lines, text));
  purple_request_fields_add_group (fields, group);
  purple_request_fields (offer, _ ("Conference"), _ ("The conference has several text chats. Which one?"),
                         text->str, fields, _ ("Join text chat"), G_CALLBACK (on_pick), _ ("Not now"),
                         G_CALLBACK (on_pick_nothing), offer->account, NULL, NULL, serial);
}

/* ------------------------------------------------------------ conferences */

static Offer *
ensure (PurpleAccount *account, CusaxCall *call, CusaxConference *conference, CusaxConfig *config)
{
  Offer *offer = find (account, call);

  if (offer != NULL)
    return offer;
  offer = g_new0 (Offer, 1);
  offer->account = account;
  offer->call = call;
  offer->focus = cusax_dialwords_address (cusax_conference_get_focus (conference), config);
  offer->rooms = g_ptr_array_new_with_free_func (g_free);
  offer->trusted = g_ptr_array_new_with_free_func (g_free);
  offer->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  offer->accepted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (offers == NULL)
    offers = g_ptr_array_new_with_free_func (offer_free);
  g_ptr_array_add (offers, offer);
  return offer;
}

/* A focus often gives no name but the address of a machine: what the person dialled is the conference's name,
 * too. Who calls us names himself, so that counts for nothing. */
static gboolean
needs_no_warning (CusaxCall *call, CusaxConference *conference, const char *room, CusaxConfig *config)
{
  CusaxAddress *dialled = cusax_call_is_outgoing (call) ? cusax_call_get_peer (call) : NULL;

  return cusax_conference_trusts_room (conference, room, config)
         || (dialled != NULL && cusax_conference_is_room_of (room, dialled, config));
}

static gboolean
has_news (Offer *offer, const GPtrArray *rooms)
{
  for (guint i = 0; i < rooms->len; i++)
    {
      const char *room = g_ptr_array_index (rooms, i);
      if (!g_hash_table_contains (offer->asked, room)
          && cusax_roomoffers_find_chat (offer->account, room) == NULL)
        return TRUE;
    }
  return FALSE;
}

/* All that can be joined now, also what was declined before: the new question stands for the old one, too. */
static void
take_rooms (Offer *offer, CusaxConference *conference, const GPtrArray *rooms, CusaxConfig *config)
{
  g_ptr_array_set_size (offer->rooms, 0);
  g_ptr_array_set_size (offer->trusted, 0);
  for (guint i = 0; i < rooms->len; i++)
    {
      const char *room = g_ptr_array_index (rooms, i);

      g_hash_table_add (offer->asked, g_strdup (room));
      if (cusax_roomoffers_find_chat (offer->account, room) != NULL)
        continue;
      g_ptr_array_add (offer->rooms, g_strdup (room));
      if (needs_no_warning (offer->call, conference, room, config))
        g_ptr_array_add (offer->trusted, g_strdup (room));
    }
}

void
cusax_roomoffers_update (PurpleAccount *account, CusaxCall *call, CusaxConference *conference)
{
  CusaxConnection *connection = cusax_connection_find (account);
  CusaxConfig *config
    = connection != NULL ? cusax_account_get_config (cusax_connection_get_account (connection)) : NULL;
  const GPtrArray *rooms = cusax_conference_info_get_rooms (cusax_conference_get_info (conference));
  Offer *offer;

  if (config == NULL || rooms == NULL || rooms->len == 0)
    return;
  offer = ensure (account, call, conference, config);
  if (offer->n_questions >= MAX_QUESTIONS || !has_news (offer, rooms))
    return;
  offer->n_questions++;
  close_question (offer);
  take_rooms (offer, conference, rooms, config);
  if (offer->rooms->len == 1)
    ask_about (offer, g_ptr_array_index (offer->rooms, 0));
  else
    ask_which (offer);
}

gboolean
cusax_roomoffers_was_accepted (PurpleAccount *account, CusaxCall *call, const char *room)
{
  Offer *offer = find (account, call);
  return offer != NULL && was_accepted (offer, room);
}

/* R41: leaving one side never leaves the other, nor silently stays in it. */
static void
say_that_rooms_stay (Offer *offer)
{
  GHashTableIter iter;
  gpointer room;

  g_hash_table_iter_init (&iter, offer->accepted);
  while (g_hash_table_iter_next (&iter, &room, NULL))
    {
      PurpleConversation *chat = cusax_roomoffers_find_chat (offer->account, room);
      if (chat != NULL)
        cusax_notices_write (chat, _ ("The call to the conference has ended; you are still in its text chat."),
                             0);
    }
}

void
cusax_roomoffers_end (PurpleAccount *account, CusaxCall *call)
{
  g_autoptr (GPtrArray) ended = g_ptr_array_new_with_free_func (offer_free);

  for (guint i = offers != NULL ? offers->len : 0; i > 0; i--)
    {
      const Offer *offer = g_ptr_array_index (offers, i - 1);
      if (offer->account == account && (call == NULL || offer->call == call))
        g_ptr_array_add (ended, g_ptr_array_steal_index (offers, i - 1));
    }
  if (offers != NULL && offers->len == 0)
    g_clear_pointer (&offers, g_ptr_array_unref);

  /* Out of the list before a host or a plugin that sees the line can ask for them. */
  for (guint i = 0; i < ended->len; i++)
    {
      close_question (g_ptr_array_index (ended, i));
      say_that_rooms_stay (g_ptr_array_index (ended, i));
    }
}
