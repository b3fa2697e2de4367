/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See conferences.h. */
#include "conferences.h"

#include "connection.h"
#include "dialling.h"
#include "dialwords.h"
#include "error.h"
#include "notices-private.h"
#include "notices.h"
#include "roomoffers.h"
#include "rooms.h"
#include "text.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_NAME 80

/* The bridge of a room that we are in. */
typedef struct
{
  PurpleAccount *account; /* borrowed, until it signs off */
  char *room;             /* normalised */
  CusaxAddress *address;
  char *display;
} Bridge;

/* Rooms and signals are libpurple's and process-wide. */
static GPtrArray *bridges; /* Bridge; NULL: not listening */

static void
bridge_free (gpointer data)
{
  Bridge *bridge = data;

  g_free (bridge->room);
  cusax_address_unref (bridge->address);
  g_free (bridge->display);
  g_free (bridge);
}

static Bridge *
find_bridge (PurpleAccount *account, const char *room)
{
  g_autofree char *name = room != NULL ? g_strdup (purple_normalize (account, room)) : NULL;

  for (guint i = 0; name != NULL && bridges != NULL && i < bridges->len; i++)
    {
      Bridge *bridge = g_ptr_array_index (bridges, i);
      if (bridge->account == account && g_strcmp0 (bridge->room, name) == 0)
        return bridge;
    }
  return NULL;
}

static gboolean
is_ours (PurpleAccount *account)
{
  PurplePlugin *plugin = cusax_connection_get_plugin ();
  return plugin != NULL
         && purple_strequal (purple_account_get_protocol_id (account), purple_plugin_get_id (plugin));
}

static CusaxConfig *
get_config (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  return connection != NULL ? cusax_account_get_config (cusax_connection_get_account (connection)) : NULL;
}

/* --------------------------------------------------------- rooms with a bridge (R40) */

static void
keep_bridge (PurpleAccount *account, const char *room, CusaxAddress *address)
{
  CusaxConfig *config = get_config (account);
  Bridge *bridge = find_bridge (account, room);

  if (bridge != NULL)
    g_ptr_array_remove_fast (bridges, bridge);
  bridge = g_new0 (Bridge, 1);
  bridge->account = account;
  bridge->room = g_strdup (purple_normalize (account, room));
  bridge->address = cusax_address_ref (address);
  bridge->display
    = config != NULL ? cusax_dialwords_address (address, config) : g_strdup (cusax_address_get_uri (address));
  g_ptr_array_add (bridges, bridge);
}

/* A URI of a telephone, never what a person might type: "tea" or an e-mail address is no bridge. */
static CusaxAddress *
read_bridge (PurpleAccount *account, const char *uri)
{
  static const char *const schemes[] = { "sip:", "sips:", "tel:" };
  CusaxConfig *config = get_config (account);

  for (gsize i = 0; config != NULL && uri != NULL && i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (uri, schemes[i], strlen (schemes[i])) == 0)
      return cusax_address_parse_target (uri, cusax_config_get_domain (config), NULL);
  return NULL;
}

/* The room's owner wrote @uri: it is shown, and dialled only by a click that asks what a click asks. */
static void
on_bridge (gpointer unused, PurpleConnection *gc, const char *room, const char *uri)
{
  PurpleAccount *account = gc != NULL ? purple_connection_get_account (gc) : NULL;
  PurpleConversation *chat = account != NULL ? cusax_roomoffers_find_chat (account, room) : NULL;
  g_autoptr (CusaxAddress) address = chat != NULL ? read_bridge (account, uri) : NULL;
  g_autofree char *text = NULL;

  if (bridges == NULL || address == NULL)
    return;
  keep_bridge (account, room, address);
  text
    = g_strdup_printf (_ ("This room can also be heard: it names the conference %s. /joinaudio calls there."),
                       cusax_conferences_get_bridge (account, room));
  cusax_notices_write (chat, text, 0);
}

static void
on_chat_joined (PurpleConversation *chat, gpointer unused)
{
  PurpleAccount *account = purple_conversation_get_account (chat);
  PurpleConnection *gc = purple_conversation_get_gc (chat);

  if (!is_ours (account) || gc == NULL)
    return;
  cusax_roomoffers_entered (chat);
  cusax_rooms_ask_bridge (gc, purple_conversation_get_name (chat), on_bridge, NULL);
}

static void
on_chat_left (PurpleConversation *chat, gpointer unused)
{
  Bridge *bridge = NULL;

  if (purple_conversation_get_type (chat) == PURPLE_CONV_TYPE_CHAT)
    bridge = find_bridge (purple_conversation_get_account (chat), purple_conversation_get_name (chat));
  if (bridge != NULL)
    g_ptr_array_remove_fast (bridges, bridge);
}

static void
forget_bridges (PurpleAccount *account)
{
  for (guint i = bridges != NULL ? bridges->len : 0; i > 0; i--)
    if (((Bridge *) g_ptr_array_index (bridges, i - 1))->account == account)
      g_ptr_array_remove_index_fast (bridges, i - 1);
}

static void
on_signed_off (PurpleConnection *gc, gpointer unused)
{
  forget_bridges (purple_connection_get_account (gc));
}

const char *
cusax_conferences_get_bridge (PurpleAccount *account, const char *room)
{
  Bridge *bridge = find_bridge (account, room);
  return bridge != NULL ? bridge->display : NULL;
}

gboolean
cusax_conferences_join_audio (PurpleAccount *account, const char *room, GError **error)
{
  Bridge *bridge = find_bridge (account, room);
  g_autofree char *uri = bridge != NULL ? g_strdup (cusax_address_get_uri (bridge->address)) : NULL;

  if (uri != NULL)
    return cusax_dialling_click (account, uri, error);
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
                       _ ("This room names no conference that could be called."));
  return FALSE;
}

/* ---------------------------------------------------------------------- menu */

static void
on_conversation_join (PurpleConversation *chat, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!cusax_conferences_join_audio (purple_conversation_get_account (chat),
                                     purple_conversation_get_name (chat), &error))
    cusax_notices_write (chat, error->message, PURPLE_MESSAGE_NO_LOG);
}

/* The window of a room, also of one that stands in no buddy list. */
static void
on_conversation_menu (PurpleConversation *conversation, GList **menu)
{
  const char *bridge = NULL;
  g_autofree char *text = NULL;
  g_autofree char *label = NULL;

  if (purple_conversation_get_type (conversation) == PURPLE_CONV_TYPE_CHAT)
    bridge = cusax_conferences_get_bridge (purple_conversation_get_account (conversation),
                                           purple_conversation_get_name (conversation));
  if (bridge == NULL)
    return;
  text = g_strdup_printf (_ ("Join audio (%s)"), bridge);
  label = cusax_words_menu_label (text);
  *menu
    = g_list_append (*menu, purple_menu_action_new (label, PURPLE_CALLBACK (on_conversation_join), NULL, NULL));
}

/* -------------------------------------------------------------- calls to conferences */

void
cusax_conferences_update (PurpleAccount *account, CusaxCall *call, CusaxConference *conference)
{
  cusax_roomoffers_update (account, call, conference);
}

void
cusax_conferences_end (PurpleAccount *account, CusaxCall *call)
{
  cusax_roomoffers_end (account, call);
}

void
cusax_conferences_forget (PurpleAccount *account)
{
  forget_bridges (account);
  cusax_roomoffers_end (account, NULL);
}

/* ------------------------------------------------------------------- people (R41) */

static gboolean
names_room (PurpleAccount *account, const GPtrArray *rooms, const char *room)
{
  g_autofree char *name = g_strdup (purple_normalize (account, room));

  for (guint i = 0; name != NULL && rooms != NULL && i < rooms->len; i++)
    if (g_strcmp0 (purple_normalize (account, g_ptr_array_index (rooms, i)), name) == 0)
      return TRUE;
  return FALSE;
}

/* Both have to agree: a conference cannot put its people into any room that it names, and who calls us cannot
 * say that he is a room's bridge (the focus can: it is who the list of people came from). */
static gboolean
belongs (PurpleAccount *account, CusaxCall *call, CusaxConference *conference, const char *room)
{
  Bridge *bridge = find_bridge (account, room);
  CusaxAddress *dialled = cusax_call_is_outgoing (call) ? cusax_call_get_peer (call) : NULL;
  CusaxConfig *config = get_config (account);

  if (bridge != NULL
      && (cusax_address_equal (bridge->address, cusax_conference_get_focus (conference))
          || (dialled != NULL && cusax_address_equal (bridge->address, dialled))))
    return TRUE;
  return names_room (account, cusax_conference_info_get_rooms (cusax_conference_get_info (conference)), room)
         && (cusax_roomoffers_was_accepted (account, call, room)
             || (config != NULL && cusax_conference_trusts_room (conference, room, config)));
}

/* The room of @conference in which we are. */
static const char *
room_of_conference (PurpleAccount *account, CusaxCall *call, CusaxConference *conference)
{
  const GPtrArray *rooms = cusax_conference_info_get_rooms (cusax_conference_get_info (conference));

  for (guint i = 0; rooms != NULL && i < rooms->len; i++)
    if (cusax_roomoffers_find_chat (account, g_ptr_array_index (rooms, i)) != NULL
        && belongs (account, call, conference, g_ptr_array_index (rooms, i)))
      return g_ptr_array_index (rooms, i);
  for (guint i = 0; bridges != NULL && i < bridges->len; i++)
    {
      const Bridge *bridge = g_ptr_array_index (bridges, i);
      if (bridge->account == account && belongs (account, call, conference, bridge->room))
        return bridge->room;
    }
  return NULL;
}

/* @room: (inout): NULL: the one that belongs to the call. */
static CusaxConference *
find_conference (PurpleAccount *account, CusaxAccount *phone, const char **room)
{
  const GPtrArray *calls = cusax_account_get_calls (phone);

  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);
      CusaxConference *conference = cusax_account_get_conference (phone, call);

      if (conference == NULL || (*room != NULL && !belongs (account, call, conference, *room)))
        continue;
      if (*room == NULL)
        *room = room_of_conference (account, call, conference);
      return conference;
    }
  return NULL;
}

static void
occupant_clear (gpointer data)
{
  CusaxOccupant *occupant = data;
  g_free ((char *) occupant->jid);
}

/* Returns: (transfer full) (element-type CusaxOccupant): nicks are the conversation's */
static GArray *
list_occupants (PurpleConversation *chat)
{
  GArray *occupants = g_array_new (FALSE, FALSE, sizeof (CusaxOccupant));
  PurpleConnection *gc = chat != NULL ? purple_conversation_get_gc (chat) : NULL;
  GList *users = chat != NULL ? purple_conv_chat_get_users (PURPLE_CONV_CHAT (chat)) : NULL;

  g_array_set_clear_func (occupants, occupant_clear);
  for (GList *l = users; gc != NULL && l != NULL; l = l->next)
    {
      CusaxOccupant occupant = { .nick = purple_conv_chat_cb_get_name (l->data) };
      occupant.jid = cusax_rooms_get_real_jid (gc, purple_conversation_get_name (chat), occupant.nick);
      g_array_append_val (occupants, occupant);
    }
  return occupants;
}

/* Whoever is in by voice alone chose his name himself: his address stands beside it. */
static char *
describe (const CusaxParticipant *participant)
{
  g_autofree char *name = cusax_text_clean (participant->name, MAX_NAME);
  g_autofree char *address = cusax_text_clean (participant->address, CUSAX_ADDRESS_MAX_LENGTH);
  const char *known = name != NULL ? name : address != NULL ? address : _ ("unknown");

  if (participant->has_text && participant->has_voice)
    return g_strdup_printf (_ ("%s: text and voice"), known);
  if (participant->has_text)
    return g_strdup_printf (_ ("%s: text"), known);
  if (address != NULL && g_strcmp0 (address, known) != 0)
    return g_strdup_printf (_ ("%s (%s): voice"), known, address);
  return g_strdup_printf (_ ("%s: voice"), known);
}

char *
cusax_conferences_list_people (PurpleAccount *account, const char *room)
{
  CusaxConnection *connection = cusax_connection_find (account);
  CusaxAccount *phone = connection != NULL ? cusax_connection_get_account (connection) : NULL;
  CusaxConfig *config = phone != NULL ? cusax_account_get_config (phone) : NULL;
  CusaxConference *conference = config != NULL ? find_conference (account, phone, &room) : NULL;
  PurpleConversation *chat = cusax_roomoffers_find_chat (account, room);
  g_autoptr (GArray) occupants = NULL;
  g_autoptr (GPtrArray) people = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (config == NULL || (chat == NULL && conference == NULL))
    return g_strdup (_ ("There is no room here, and no call to a conference."));
  occupants = list_occupants (chat);
  people = cusax_conference_list (conference, (const CusaxOccupant *) (gconstpointer) occupants->data,
                                  occupants->len, cusax_account_get_directory (phone), config);
  for (guint i = 0; i < people->len; i++)
    {
      g_autofree char *line = describe (g_ptr_array_index (people, i));
      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", line);
    }
  return people->len > 0 ? g_strdup (text->str) : g_strdup (_ ("Nobody is in."));
}

/* ------------------------------------------------------------ first login, unload */

void
cusax_conferences_listen (void)
{
  void *conversations = purple_conversations_get_handle ();

  if (bridges != NULL)
    return;
  bridges = g_ptr_array_new_with_free_func (bridge_free);
  purple_signal_connect (conversations, "chat-joined", &bridges, PURPLE_CALLBACK (on_chat_joined), NULL);
  purple_signal_connect (conversations, "chat-left", &bridges, PURPLE_CALLBACK (on_chat_left), NULL);
  purple_signal_connect (conversations, "deleting-conversation", &bridges, PURPLE_CALLBACK (on_chat_left),
                         NULL);
  purple_signal_connect (conversations, "conversation-extended-menu", &bridges,
                         PURPLE_CALLBACK (on_conversation_menu), NULL);
  purple_signal_connect (purple_connections_get_handle (), "signed-off", &bridges,
                         PURPLE_CALLBACK (on_signed_off), NULL);
}

void
cusax_conferences_unlisten (void)
{
  if (bridges == NULL)
    return;
  purple_signals_disconnect_by_handle (&bridges);
  g_clear_pointer (&bridges, g_ptr_array_unref);
}
