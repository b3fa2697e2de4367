/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See protocol.h. */
#include "protocol.h"

#include "connection.h"
#include "contacts.h"
#include "dialling.h"
#include "menus.h"
#include "notices.h"
#include "peers.h"
#include "settings.h"
#include "textmessages.h"
#include "videocalls.h"
#include "watchmarks.h"
#include "words.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define VIDEO_KNOWN_SECONDS 3

/* The XMPP protocol's functions; all NULL while we are not loaded. */
static PurplePluginProtocolInfo xmpp;

const PurplePluginProtocolInfo *
cusax_protocol_get_xmpp (void)
{
  return xmpp.login != NULL ? &xmpp : NULL;
}

static const char *
protocol_list_icon (PurpleAccount *account, PurpleBuddy *buddy)
{
  return "cusax";
}

/* ------------------------------------------- names that are not JIDs */

/* libjabber takes a number for the name of a server and sends there what people type to it; so nothing about a
 * name that is no JID may reach it. */

static int
protocol_send_im (PurpleConnection *gc, const char *who, const char *message, PurpleMessageFlags flags)
{
  if (cusax_peers_is_jid (who))
    return xmpp.send_im (gc, who, message, flags);

  PurpleAccount *account = purple_connection_get_account (gc);
  g_autoptr (GError) error = NULL;
  if (cusax_textmessages_send (account, who, message, &error))
    return 1;
  cusax_notices_error (account, who, error->message);
  return -ENOTCONN; /* the one failure for which libpurple adds no line of its own */
}

static unsigned int
protocol_send_typing (PurpleConnection *gc, const char *who, PurpleTypingState state)
{
  return cusax_peers_is_jid (who) ? xmpp.send_typing (gc, who, state) : 0;
}

static void
protocol_get_info (PurpleConnection *gc, const char *who)
{
  if (cusax_peers_is_jid (who))
    {
      xmpp.get_info (gc, who);
      return;
    }
  PurpleNotifyUserInfo *info = purple_notify_user_info_new ();
  g_autofree char *markup = g_markup_escape_text (who, -1);
  purple_notify_user_info_add_pair (info, _ ("Telephone address"), markup);
  purple_notify_userinfo (gc, who, info, NULL, NULL);
  purple_notify_user_info_destroy (info);
}

/* libjabber writes each buddy of the group to the roster, whatever its name is. */
static void
protocol_rename_group (PurpleConnection *gc, const char *old_name, PurpleGroup *group, GList *buddies)
{
  GList *people = NULL;

  for (GList *l = buddies; l != NULL; l = l->next)
    if (cusax_peers_is_jid (purple_buddy_get_name (l->data)))
      people = g_list_append (people, l->data);
  xmpp.rename_group (gc, old_name, group, people);
  g_list_free (people);
}

static void
protocol_add_buddy (PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group)
{
  if (cusax_peers_is_jid (purple_buddy_get_name (buddy)))
    xmpp.add_buddy (gc, buddy, group);
}

static void
protocol_remove_buddy (PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group)
{
  if (cusax_peers_is_jid (purple_buddy_get_name (buddy)))
    xmpp.remove_buddy (gc, buddy, group);
}

static void
protocol_alias_buddy (PurpleConnection *gc, const char *who, const char *alias)
{
  if (cusax_peers_is_jid (who))
    xmpp.alias_buddy (gc, who, alias);
}

static void
protocol_group_buddy (PurpleConnection *gc, const char *who, const char *from, const char *to)
{
  if (cusax_peers_is_jid (who))
    xmpp.group_buddy (gc, who, from, to);
}

static void
protocol_add_deny (PurpleConnection *gc, const char *who)
{
  if (cusax_peers_is_jid (who))
    xmpp.add_deny (gc, who);
}

static void
protocol_rem_deny (PurpleConnection *gc, const char *who)
{
  if (cusax_peers_is_jid (who))
    xmpp.rem_deny (gc, who);
}

static void
protocol_chat_invite (PurpleConnection *gc, int id, const char *message, const char *who)
{
  if (cusax_peers_is_jid (who))
    xmpp.chat_invite (gc, id, message, who);
}

static void
protocol_convo_closed (PurpleConnection *gc, const char *who)
{
  if (cusax_peers_is_jid (who))
    xmpp.convo_closed (gc, who);
}

static gboolean
protocol_can_receive_file (PurpleConnection *gc, const char *who)
{
  return cusax_peers_is_jid (who) && xmpp.can_receive_file (gc, who);
}

static void
protocol_send_file (PurpleConnection *gc, const char *who, const char *file)
{
  if (cusax_peers_is_jid (who))
    xmpp.send_file (gc, who, file);
}

static gboolean
protocol_offline_message (const PurpleBuddy *buddy)
{
  return cusax_peers_is_jid (purple_buddy_get_name ((PurpleBuddy *) buddy)) && xmpp.offline_message (buddy);
}

static gboolean
protocol_send_attention (PurpleConnection *gc, const char *who, guint type)
{
  return cusax_peers_is_jid (who) && xmpp.send_attention (gc, who, type);
}

/* ------------------------------------------------------------------ calls */

static CusaxAccount *
find_phone (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  return connection != NULL ? cusax_connection_get_account (connection) : NULL;
}

/* Cameras are looked for in a moment, but not for each of a thousand presences at once. */
static gboolean
can_do_video (CusaxAccount *phone)
{
  static gint64 asked;
  static gboolean can;
  gint64 now = g_get_monotonic_time ();

  if (asked == 0 || now - asked > VIDEO_KNOWN_SECONDS * G_USEC_PER_SEC)
    {
      asked = now;
      can = cusax_videocalls_can (phone, NULL);
    }
  return can;
}

/* Answers from what is known. Asked each time a menu opens, but by libpurple also at every presence: only with the
 * conversation open is that a look in the sense of R27. Our calls with a picture have sound, too. */
static PurpleMediaCaps
protocol_get_media_caps (PurpleAccount *account, const char *who)
{
  CusaxAccount *phone = find_phone (account);
  if (phone == NULL || cusax_account_get_config (phone) == NULL
      || cusax_account_get_phone_state (phone) != CUSAX_PHONE_UP)
    return PURPLE_MEDIA_CAPS_NONE;

  g_autofree char *jid = cusax_peers_contact (account, who);
  if (jid == NULL)
    {
      g_autoptr (CusaxAddress) address = cusax_peers_address (account, who);
      return address != NULL ? PURPLE_MEDIA_CAPS_AUDIO : PURPLE_MEDIA_CAPS_NONE;
    }

  CusaxDirectory *directory = cusax_account_get_directory (phone);
  if (purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, who, account) != NULL)
    cusax_directory_look (directory, jid);
  g_autoptr (GPtrArray) list = cusax_directory_list (directory, jid);
  if (list->len == 0)
    return PURPLE_MEDIA_CAPS_NONE;
  return PURPLE_MEDIA_CAPS_AUDIO
         | (cusax_videocalls_are_for (list) && can_do_video (phone)
              ? PURPLE_MEDIA_CAPS_VIDEO | PURPLE_MEDIA_CAPS_AUDIO_VIDEO
              : PURPLE_MEDIA_CAPS_NONE);
}

/* Always TRUE: a failure has been told here, and Finch would add "Command failed." to it. */
static gboolean
protocol_initiate_media (PurpleAccount *account, const char *who, PurpleMediaSessionType type)
{
  g_autoptr (GError) error = NULL;

  if (!((type & PURPLE_MEDIA_VIDEO) != 0 ? cusax_dialling_click_video (account, who, &error)
                                         : cusax_dialling_click (account, who, &error)))
    cusax_notices_error (account, who, error->message);
  return TRUE;
}

/* ------------------------------------------------------------------ words */

/* The account's own entry in its buddy list is where its state can be seen at a glance. */
static gboolean
is_self (PurpleBuddy *buddy)
{
  PurpleAccount *account = purple_buddy_get_account (buddy);
  g_autofree char *own = cusax_address_jid_bare (purple_account_get_username (account), NULL);
  g_autofree char *name = cusax_address_jid_bare (purple_buddy_get_name (buddy), NULL);
  return own != NULL && purple_strequal (own, name);
}

static char *
protocol_status_text (PurpleBuddy *buddy)
{
  CusaxAccount *phone = find_phone (purple_buddy_get_account (buddy));
  char *chat = xmpp.status_text (buddy);
  if (phone == NULL || !is_self (buddy))
    return chat;

  g_autofree char *words = cusax_words_phone_state (phone);
  g_autofree char *escaped = g_markup_escape_text (words, -1);
  if (chat == NULL)
    return g_steal_pointer (&escaped);

  char *both = g_strdup_printf ("%s %s", escaped, chat);
  g_free (chat);
  return both;
}

static void
protocol_tooltip_text (PurpleBuddy *buddy, PurpleNotifyUserInfo *info, gboolean full)
{
  xmpp.tooltip_text (buddy, info, full);
  cusax_watchmarks_tooltip (buddy, info);
  cusax_contacts_tooltip (buddy, info);
  if (!is_self (buddy))
    return;

  g_autofree char *words = cusax_notices_status_text (purple_buddy_get_account (buddy));
  g_auto (GStrv) lines = g_strsplit (words, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *escaped = g_markup_escape_text (lines[i], -1);
      if (*escaped != '\0')
        purple_notify_user_info_add_pair (info, NULL, escaped);
    }
}

/* ------------------------------------------------------------ load, unload */

PurplePluginProtocolInfo cusax_protocol_info = {
  .list_icon = protocol_list_icon,
  .login = cusax_connection_login,
  .close = cusax_connection_close,
  .struct_size = sizeof (PurplePluginProtocolInfo),
};

/* A function that the XMPP protocol does not have is not put in front of nothing. */
#define WRAP(member)                                                                                              \
  G_STMT_START                                                                                                    \
  {                                                                                                               \
    if (xmpp.member != NULL)                                                                                      \
      cusax_protocol_info.member = protocol_##member;                                                             \
  }                                                                                                               \
  G_STMT_END

void
cusax_protocol_init (PurplePlugin *plugin)
{
  const PurplePluginProtocolInfo *installed = PURPLE_PLUGIN_PROTOCOL_INFO (plugin);
  PurplePluginProtocolInfo *info = &cusax_protocol_info;

  /* The installed struct may be shorter or longer than the one we were built with. */
  memset (&xmpp, 0, sizeof xmpp);
  memcpy (&xmpp, installed, MIN (installed->struct_size, sizeof xmpp));
  xmpp.struct_size = sizeof xmpp;
  *info = xmpp;

  /* The name of an account is user@domain[/resource], typed into one field. */
  info->user_splits = NULL;
  info->protocol_options = cusax_settings_options (installed->protocol_options);
  info->options = (PurpleProtocolOptions) ((int) xmpp.options & ~OPT_PROTO_MAIL_CHECK);

  info->list_icon = protocol_list_icon;
  info->login = cusax_connection_login;
  info->close = cusax_connection_close;
  info->blist_node_menu = cusax_menus_node;
  info->normalize = cusax_peers_normalize;
  info->initiate_media = protocol_initiate_media;
  info->get_media_caps = protocol_get_media_caps;

  WRAP (status_text);
  WRAP (tooltip_text);
  WRAP (send_im);
  WRAP (send_typing);
  WRAP (get_info);
  WRAP (add_buddy);
  WRAP (remove_buddy);
  WRAP (alias_buddy);
  WRAP (group_buddy);
  WRAP (rename_group);
  WRAP (add_deny);
  WRAP (rem_deny);
  WRAP (chat_invite);
  WRAP (convo_closed);
  WRAP (can_receive_file);
  WRAP (send_file);
  WRAP (offline_message);
  WRAP (send_attention);
}

void
cusax_protocol_shutdown (void)
{
  GList *options = cusax_protocol_info.protocol_options;

  memset (&cusax_protocol_info, 0, sizeof cusax_protocol_info);
  cusax_protocol_info.list_icon = protocol_list_icon;
  cusax_protocol_info.login = cusax_connection_login;
  cusax_protocol_info.close = cusax_connection_close;
  cusax_protocol_info.struct_size = sizeof cusax_protocol_info;
  cusax_protocol_info.protocol_options = options;
  memset (&xmpp, 0, sizeof xmpp);
}
