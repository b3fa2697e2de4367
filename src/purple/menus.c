/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See menus.h. */
#include "menus.h"

#include "account.h"
#include "callerchat.h"
#include "callhistory.h"
#include "callmenus.h"
#include "conferences.h"
#include "connection.h"
#include "dialling.h"
#include "dialwords.h"
#include "legs.h"
#include "move.h"
#include "notices.h"
#include "peers.h"
#include "privacy.h"
#include "protocol.h"
#include "settings.h"
#include "setuptest.h"
#include "videocalls.h"
#include "voicemail.h"
#include "watchmarks.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <purple.h>
#include <string.h>

/* -------------------------------------------------------------- actions */

static PurpleAccount *
account_of_action (PurplePluginAction *action)
{
  return purple_connection_get_account (action->context);
}

static void
on_action_dial (PurplePluginAction *action)
{
  cusax_dialling_show (account_of_action (action));
}

static void
on_action_voicemail (PurplePluginAction *action)
{
  cusax_voicemail_call_or_tell (account_of_action (action));
}

static void
on_action_history (PurplePluginAction *action)
{
  cusax_callhistory_show (account_of_action (action));
}

static void
on_action_settings (PurplePluginAction *action)
{
  cusax_settings_show (account_of_action (action));
}

static void
on_action_publish (PurplePluginAction *action)
{
  cusax_privacy_show_publish (account_of_action (action));
}

static void
on_action_privacy (PurplePluginAction *action)
{
  cusax_privacy_show (account_of_action (action));
}

static void
on_action_test (PurplePluginAction *action)
{
  cusax_setuptest_show (account_of_action (action));
}

static void
on_action_require (PurplePluginAction *action)
{
  cusax_legs_require_both (account_of_action (action));
}

static void
on_action_details (PurplePluginAction *action)
{
  cusax_legs_show (account_of_action (action));
}

static void
on_action_chat_only (PurplePluginAction *action)
{
  cusax_move_show_to_xmpp (account_of_action (action));
}

static GList *
add_action (GList *actions, const char *label, void (*callback) (PurplePluginAction *))
{
  return g_list_append (actions, purple_plugin_action_new (label, callback));
}

GList *
cusax_menus_actions (PurplePlugin *plugin, gpointer gc)
{
  PurplePlugin *xmpp = purple_plugins_find_with_id ("prpl-jabber");
  GList *actions = NULL;
  GList *more = NULL;

  actions = add_action (actions, _ ("Dial..."), on_action_dial);
  if (gc != NULL)
    actions = g_list_concat (actions, cusax_callmenus_actions (purple_connection_get_account (gc)));
  actions = add_action (actions, _ ("Call voicemail"), on_action_voicemail);
  actions = add_action (actions, _ ("Call history"), on_action_history);
  actions = add_action (actions, _ ("Telephony settings..."), on_action_settings);
  actions = add_action (actions, _ ("Test call setup..."), on_action_test);
  actions = add_action (actions, _ ("Publish my phone address..."), on_action_publish);
  actions = add_action (actions, _ ("Privacy..."), on_action_privacy);
  actions = add_action (actions, _ ("Connection details"), on_action_details);
  if (gc != NULL && cusax_legs_can_require_both (purple_connection_get_account (gc)))
    actions = add_action (actions, _ ("Require encryption for both"), on_action_require);
  actions = add_action (actions, _ ("Use for chat only..."), on_action_chat_only);
  /* libjabber looks at the stream behind @gc, which is its own. Not xmpp->info->actions, which has our entry for accounts
   * of the XMPP protocol. */
  if (xmpp != NULL && cusax_move_get_xmpp_actions () != NULL)
    more = cusax_move_get_xmpp_actions () (xmpp, gc);
  if (more != NULL)
    actions = g_list_append (actions, NULL);
  return g_list_concat (actions, more);
}

/* ------------------------------------------------------------ buddy menu */

static PurpleMenuAction *
new_entry (const char *text, PurpleCallback callback, gpointer data, GList *children)
{
  g_autofree char *label = cusax_words_menu_label (text);

  return purple_menu_action_new (label, callback, data, children);
}

static CusaxAccount *
phone_of_buddy (PurpleBuddy *buddy)
{
  CusaxConnection *connection = cusax_connection_find (purple_buddy_get_account (buddy));

  return connection != NULL ? cusax_connection_get_account (connection) : NULL;
}

static char *
jid_of_buddy (PurpleBuddy *buddy)
{
  return cusax_peers_contact (purple_buddy_get_account (buddy), purple_buddy_get_name (buddy));
}

static CusaxCall *
call_with (PurpleBuddy *buddy, CusaxAccount *phone)
{
  PurpleAccount *account = purple_buddy_get_account (buddy);
  const GPtrArray *calls = cusax_account_get_calls (phone);
  g_autofree char *name = g_strdup (purple_normalize (account, purple_buddy_get_name (buddy)));

  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);
      const char *who = cusax_call_get_who (call);

      if (who != NULL && g_strcmp0 (purple_normalize (account, who), name) == 0)
        return call;
    }
  return NULL;
}

static void
tell (PurpleBuddy *buddy, const GError *error)
{
  if (error != NULL)
    cusax_notices_error (purple_buddy_get_account (buddy), purple_buddy_get_name (buddy), error->message);
}

static void
on_node_call (PurpleBlistNode *node, gpointer data)
{
  PurpleBuddy *buddy = PURPLE_BUDDY (node);
  g_autoptr (GError) error = NULL;

  cusax_dialling_click (purple_buddy_get_account (buddy), purple_buddy_get_name (buddy), &error);
  tell (buddy, error);
}

static void
on_node_video (PurpleBlistNode *node, gpointer data)
{
  PurpleBuddy *buddy = PURPLE_BUDDY (node);
  g_autoptr (GError) error = NULL;

  cusax_dialling_click_video (purple_buddy_get_account (buddy), purple_buddy_get_name (buddy), &error);
  tell (buddy, error);
}

/* Looked up again: the menu may stand open longer than the call. */
static void
on_node_details (PurpleBlistNode *node, gpointer data)
{
  CusaxAccount *phone = phone_of_buddy (PURPLE_BUDDY (node));
  CusaxCall *call = phone != NULL ? call_with (PURPLE_BUDDY (node), phone) : NULL;

  if (call != NULL)
    cusax_legs_show_call (purple_buddy_get_account (PURPLE_BUDDY (node)), call);
}

static void
on_node_hang_up (PurpleBlistNode *node, gpointer data)
{
  CusaxAccount *phone = phone_of_buddy (PURPLE_BUDDY (node));
  CusaxCall *call = phone != NULL ? call_with (PURPLE_BUDDY (node), phone) : NULL;

  if (call != NULL)
    cusax_call_hang_up (call);
}

/* ------------------------------------------------------- several numbers */

/* What an entry of the submenu carries: nobody would free a text, and an index would mean another number after
 * the card has changed. Hardly two of one contact's keys meet; if they do, neither is dialled. */
static gpointer
mark_of_key (const char *key)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;
  gpointer mark;

  g_checksum_update (checksum, (const guchar *) key, -1);
  g_checksum_get_digest (checksum, digest, &length);
  memcpy (&mark, digest, sizeof mark);
  return mark;
}

static const CusaxDialable *
find_mark (GPtrArray *list, gpointer mark)
{
  const CusaxDialable *found = NULL;

  for (guint i = 0; i < list->len; i++)
    {
      const CusaxDialable *dialable = g_ptr_array_index (list, i);

      if (mark_of_key (dialable->key) != mark)
        continue;
      if (found != NULL)
        return NULL;
      found = dialable;
    }
  return found;
}

static void
on_node_number (PurpleBlistNode *node, gpointer mark)
{
  PurpleBuddy *buddy = PURPLE_BUDDY (node);
  CusaxAccount *phone = phone_of_buddy (buddy);
  g_autofree char *jid = jid_of_buddy (buddy);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  const CusaxDialable *dialable;

  if (phone == NULL || jid == NULL)
    return;
  list = cusax_directory_list (cusax_account_get_directory (phone), jid);
  dialable = find_mark (list, mark);
  cusax_dialling_click_number (purple_buddy_get_account (buddy), jid, dialable != NULL ? dialable->key : "",
                               &error);
  tell (buddy, error);
}

static PurpleMenuAction *
numbers_entry (GPtrArray *list, CusaxConfig *config)
{
  GList *children = NULL;

  for (guint i = 0; i < list->len; i++)
    {
      const CusaxDialable *dialable = g_ptr_array_index (list, i);
      g_autofree char *line = cusax_dialwords_line (dialable, config, FALSE);

      children = g_list_append (
        children, new_entry (line, PURPLE_CALLBACK (on_node_number), mark_of_key (dialable->key), NULL));
    }
  return new_entry (_ ("Phone"), NULL, NULL, children);
}

/* ------------------------------------------------ calls by another account */

/* R12, R53: a plain XMPP account, never one of ours or of another protocol. */
static gboolean
can_call_by_xmpp (PurpleAccount *account, const char *jid)
{
  return purple_strequal (purple_account_get_protocol_id (account), "prpl-jabber")
         && purple_account_is_connected (account) && purple_find_buddy (account, jid) != NULL
         && (purple_prpl_get_media_caps (account, jid) & PURPLE_MEDIA_CAPS_AUDIO) != 0;
}

/* The account may have gone while the menu stood open: only the list knows. */
static void
on_node_xmpp (PurpleBlistNode *node, gpointer data)
{
  g_autofree char *jid = jid_of_buddy (PURPLE_BUDDY (node));

  for (GList *l = purple_accounts_get_all (); l != NULL && jid != NULL; l = l->next)
    if (l->data == data && can_call_by_xmpp (data, jid))
      {
        purple_prpl_initiate_media (data, jid, PURPLE_MEDIA_AUDIO);
        return;
      }
}

static GList *
xmpp_entries (const char *jid)
{
  GList *entries = NULL;

  for (GList *l = purple_accounts_get_all (); l != NULL; l = l->next)
    if (can_call_by_xmpp (l->data, jid))
      {
        g_autofree char *name
          = cusax_words_address (purple_account_get_username (l->data), CUSAX_WORDS_MAX_LENGTH);
        g_autofree char *label = g_strdup_printf (_ ("Call by XMPP with %s"), name);

        entries = g_list_append (entries, new_entry (label, PURPLE_CALLBACK (on_node_xmpp), l->data, NULL));
      }
  return entries;
}

/* -------------------------------------------------------------- the menu */

static GList *
with_transfer (GList *entries, PurpleBuddy *buddy, CusaxAccount *phone)
{
  return g_list_concat (entries, cusax_callmenus_buddy (buddy, phone, NULL));
}

/* A look in the sense of R27: the card may be asked for, and the next menu knows more. */
static GList *
contact_entries (PurpleBuddy *buddy, CusaxAccount *phone, const char *jid)
{
  CusaxDirectory *directory = cusax_account_get_directory (phone);
  CusaxConfig *config = cusax_account_get_config (phone);
  g_autoptr (GPtrArray) list = NULL;
  GList *entries;

  if (config == NULL)
    return NULL;
  cusax_directory_look (directory, jid);
  list = cusax_directory_list (directory, jid);
  if (list->len == 0)
    return xmpp_entries (jid);
  if (cusax_account_get_phone_state (phone) != CUSAX_PHONE_UP)
    return NULL;
  entries = g_list_append (NULL, list->len == 1 ? new_entry (_ ("Call"), PURPLE_CALLBACK (on_node_call), NULL, NULL)
                                                : numbers_entry (list, config));
  if (cusax_videocalls_are_for (list) && cusax_videocalls_can (phone, NULL))
    entries = g_list_append (entries, new_entry (_ ("Call with video"), PURPLE_CALLBACK (on_node_video), NULL, NULL));
  return with_transfer (entries, buddy, phone);
}

/* Pidgin has them in the menu of the conversation, too. */
static GList *
entries_in_call (CusaxCall *call)
{
  GList *entries = g_list_append (NULL, new_entry (_ ("Hang up"), PURPLE_CALLBACK (on_node_hang_up), NULL, NULL));

  if (cusax_call_get_state (call) != CUSAX_CALL_ACTIVE)
    return entries;
  return g_list_append (entries, new_entry (_ ("Call details"), PURPLE_CALLBACK (on_node_details), NULL, NULL));
}

static GList *
phone_entries (PurpleBuddy *buddy)
{
  CusaxAccount *phone = phone_of_buddy (buddy);
  g_autofree char *jid = jid_of_buddy (buddy);
  g_autoptr (CusaxAddress) address = NULL;
  CusaxCall *call = phone != NULL ? call_with (buddy, phone) : NULL;

  if (phone == NULL)
    return NULL;
  if (call != NULL)
    return g_list_concat (cusax_callmenus_buddy (buddy, phone, call), entries_in_call (call));
  if (jid != NULL)
    return contact_entries (buddy, phone, jid);
  address = cusax_peers_address (purple_buddy_get_account (buddy), purple_buddy_get_name (buddy));
  if (address == NULL || cusax_account_get_phone_state (phone) != CUSAX_PHONE_UP)
    return NULL;
  return with_transfer (g_list_append (NULL, new_entry (_ ("Call"), PURPLE_CALLBACK (on_node_call), NULL, NULL)),
                        buddy, phone);
}

/* ----------------------------------------------------------------- rooms */

static char *
room_of (PurpleChat *chat, const PurplePluginProtocolInfo *info)
{
  if (info == NULL || info->get_chat_name == NULL)
    return NULL;
  return info->get_chat_name (purple_chat_get_components (chat));
}

static void
on_node_join_audio (PurpleBlistNode *node, gpointer data)
{
  PurpleAccount *account = purple_chat_get_account (PURPLE_CHAT (node));
  g_autofree char *room = room_of (PURPLE_CHAT (node), cusax_protocol_get_xmpp ());
  g_autoptr (GError) error = NULL;

  if (room != NULL && !cusax_conferences_join_audio (account, room, &error))
    cusax_notices_error (account, room, error->message);
}

/* The bridge stands in the entry, in full: the room's owner wrote it (R40). */
static GList *
room_entries (PurpleChat *chat, const PurplePluginProtocolInfo *info)
{
  g_autofree char *room = room_of (chat, info);
  const char *bridge
    = room != NULL ? cusax_conferences_get_bridge (purple_chat_get_account (chat), room) : NULL;
  g_autofree char *label = NULL;

  if (bridge == NULL)
    return NULL;
  label = g_strdup_printf (_ ("Join audio (%s)"), bridge);
  return g_list_append (NULL, new_entry (label, PURPLE_CALLBACK (on_node_join_audio), NULL, NULL));
}

GList *
cusax_menus_node (PurpleBlistNode *node)
{
  const PurplePluginProtocolInfo *info = cusax_protocol_get_xmpp ();
  GList *entries = NULL;
  /* To a number libjabber would offer to send presence. */
  gboolean is_number
    = PURPLE_BLIST_NODE_IS_BUDDY (node) && !cusax_peers_is_jid (purple_buddy_get_name (PURPLE_BUDDY (node)));

  if (info != NULL && info->blist_node_menu != NULL && !is_number)
    entries = info->blist_node_menu (node);
  if (PURPLE_BLIST_NODE_IS_CHAT (node))
    return g_list_concat (entries, room_entries (PURPLE_CHAT (node), info));
  if (!PURPLE_BLIST_NODE_IS_BUDDY (node))
    return entries;
  entries = g_list_concat (entries, phone_entries (PURPLE_BUDDY (node)));
  entries = g_list_concat (entries, cusax_watchmarks_menu (PURPLE_BUDDY (node)));
  return g_list_concat (entries, cusax_callerchat_menu (PURPLE_BUDDY (node)));
}
