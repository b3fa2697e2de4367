/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See uiops.h. */
#include "uiops.h"

#include "events.h"
#include "picture.h"
#include "requests.h"
#include "results.h"

#include <string.h>

/* Names of accounts, numbers of calls: kept beside the objects, which are libpurple's. */
static GHashTable *account_names;
/* So long no thread has ended: the others stay. */
#define QUIET (150 * 1000)

static GHashTable *media_numbers;
static guint last_media;

const char *
host_account_name (PurpleAccount *account)
{
  const char *name = account_names != NULL ? g_hash_table_lookup (account_names, account) : NULL;

  if (name != NULL)
    return name;
  return account != NULL ? purple_account_get_username (account) : "";
}

void
host_account_set_name (PurpleAccount *account, const char *name)
{
  if (account_names == NULL)
    account_names = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  if (name != NULL)
    g_hash_table_insert (account_names, account, g_strdup (name));
  else
    g_hash_table_remove (account_names, account);
}

guint
host_media_number (PurpleMedia *media)
{
  return media_numbers != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (media_numbers, media)) : 0;
}

static const char *
name_of_connection (PurpleConnection *gc)
{
  return gc != NULL ? host_account_name (purple_connection_get_account (gc)) : "";
}

/* ------------------------------------------------------------------------------- debug */

static void
debug_print (PurpleDebugLevel level, const char *category, const char *text)
{
  static const char *const names[] = { "ALL", "MISC", "INFO", "WARNING", "ERROR", "FATAL" };

  host_log (level < G_N_ELEMENTS (names) ? names[level] : "?", category, text);
}

static gboolean
debug_is_enabled (PurpleDebugLevel level, const char *category)
{
  return TRUE;
}

/* -------------------------------------------------------------------------- connections */

static void
connection_progress (PurpleConnection *gc, const char *text, size_t step, size_t step_count)
{
  host_event ("connecting", "account", name_of_connection (gc), "text", text, NULL);
}

static void
connection_connected (PurpleConnection *gc)
{
  host_event ("connected", "account", name_of_connection (gc), "name", purple_connection_get_display_name (gc),
              NULL);
}

static void
connection_disconnected (PurpleConnection *gc)
{
  host_event ("disconnected", "account", name_of_connection (gc), NULL);
}

static void
connection_notice (PurpleConnection *gc, const char *text)
{
  host_event ("connection-notice", "account", name_of_connection (gc), "text", text, NULL);
}

static void
connection_error (PurpleConnection *gc, PurpleConnectionError reason, const char *text)
{
  host_event ("connection-error", "account", name_of_connection (gc), "reason", host_number (reason), "fatal",
              purple_connection_error_is_fatal (reason) ? "true" : "false", "text", text, NULL);
}

/* ------------------------------------------------------------------------- conversations */

static void
conversation_create (PurpleConversation *conv)
{
  host_event ("conversation", "account", host_account_name (purple_conversation_get_account (conv)), "type",
              purple_conversation_get_type (conv) == PURPLE_CONV_TYPE_CHAT ? "chat" : "im", "name",
              purple_conversation_get_name (conv), NULL);
}

static void
conversation_destroy (PurpleConversation *conv)
{
  host_event ("conversation-closed", "account", host_account_name (purple_conversation_get_account (conv)),
              "name", purple_conversation_get_name (conv), NULL);
}

static void
conversation_write (PurpleConversation *conv, const char *name, const char *alias, const char *message,
                    PurpleMessageFlags flags, time_t mtime)
{
  g_autofree char *text = purple_markup_strip_html (message);
  const char *kind = "other";

  if (flags & PURPLE_MESSAGE_ERROR)
    kind = "error";
  else if (flags & PURPLE_MESSAGE_SYSTEM)
    kind = "system";
  else if (flags & PURPLE_MESSAGE_RECV)
    kind = "received";
  else if (flags & PURPLE_MESSAGE_SEND)
    kind = "sent";
  host_event ("message", "account", host_account_name (purple_conversation_get_account (conv)), "conversation",
              purple_conversation_get_name (conv), "kind", kind, "from", name, "text", text, NULL);
}

static void
chat_add_users (PurpleConversation *conv, GList *users, gboolean new_arrivals)
{
  for (GList *u = users; u != NULL; u = u->next)
    host_event ("chat-user", "conversation", purple_conversation_get_name (conv), "name",
                ((PurpleConvChatBuddy *)u->data)->name, NULL);
}

static void
chat_remove_users (PurpleConversation *conv, GList *users)
{
  for (GList *u = users; u != NULL; u = u->next)
    host_event ("chat-user-left", "conversation", purple_conversation_get_name (conv), "name", u->data, NULL);
}

static void
present (PurpleConversation *conv)
{
  host_event ("present", "conversation", purple_conversation_get_name (conv), NULL);
}

/* ------------------------------------------------------------------------------ notices */

static void *
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  static const char *const kinds[] = { "error", "warning", "info" };

  host_event ("notify", "kind", kinds[type], "title", title, "primary", primary, "secondary", secondary, NULL);
  return g_new0 (char, 1);
}

static void *
notify_formatted (const char *title, const char *primary, const char *secondary, const char *text)
{
  g_autofree char *plain = purple_markup_strip_html (text != NULL ? text : "");

  host_event ("notify", "kind", "formatted", "title", title, "primary", primary, "secondary", secondary, "text",
              plain, NULL);
  return g_new0 (char, 1);
}

static void *
notify_userinfo (PurpleConnection *gc, const char *who, PurpleNotifyUserInfo *info)
{
  g_autofree char *html = purple_notify_user_info_get_text_with_newline (info, "\n");
  g_autofree char *plain = purple_markup_strip_html (html);

  host_event ("notify", "kind", "userinfo", "primary", who, "text", plain, NULL);
  return g_new0 (char, 1);
}

static void *
notify_uri (const char *uri)
{
  host_event ("notify", "kind", "uri", "text", uri, NULL);
  return g_new0 (char, 1);
}

static void
close_notify (PurpleNotifyType type, void *handle)
{
  if (!host_results_close (handle))
    g_free (handle);
}

/* ----------------------------------------------------------------------------- accounts */

static void *
request_authorize (PurpleAccount *account, const char *remote_user, const char *id, const char *alias,
                   const char *message, gboolean on_list, PurpleAccountRequestAuthorizationCb authorize,
                   PurpleAccountRequestAuthorizationCb deny, void *user_data)
{
  host_event ("authorize", "account", host_account_name (account), "who", remote_user, NULL);
  authorize (user_data);
  return NULL;
}

/* --------------------------------------------------------------------------- event loop */

typedef struct
{
  PurpleInputFunction function;
  gpointer data;
} Input;

static gboolean
on_input (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  Input *input = user_data;
  PurpleInputCondition ready = 0;

  if (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR))
    ready |= PURPLE_INPUT_READ;
  if (condition & (G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL))
    ready |= PURPLE_INPUT_WRITE;
  input->function (input->data, g_io_channel_unix_get_fd (channel), ready);
  return G_SOURCE_CONTINUE;
}

static guint
input_add (int fd, PurpleInputCondition condition, PurpleInputFunction function, gpointer data)
{
  GIOChannel *channel = g_io_channel_unix_new (fd);
  Input *input = g_new0 (Input, 1);
  GIOCondition wanted = 0;
  guint id;

  input->function = function;
  input->data = data;
  if (condition & PURPLE_INPUT_READ)
    wanted |= G_IO_IN | G_IO_HUP | G_IO_ERR;
  if (condition & PURPLE_INPUT_WRITE)
    wanted |= G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL;
  id = g_io_add_watch_full (channel, G_PRIORITY_DEFAULT, wanted, on_input, input, g_free);
  g_io_channel_unref (channel);
  return id;
}

/* ----------------------------------------------------------------------- buddies, calls */

static void
on_buddy_status (PurpleBuddy *buddy, PurpleStatus *old_status, PurpleStatus *status)
{
  host_event ("buddy-status", "account", host_account_name (purple_buddy_get_account (buddy)), "name",
              purple_buddy_get_name (buddy), "status", purple_status_get_id (status), "online",
              purple_status_is_online (status) ? "true" : "false", "message",
              purple_status_get_attr_string (status, "message"), NULL);
}

static void
on_buddy_signed (PurpleBuddy *buddy, gpointer event)
{
  host_event (event, "account", host_account_name (purple_buddy_get_account (buddy)), "name",
              purple_buddy_get_name (buddy), NULL);
}

static void
on_account_error (PurpleAccount *account, const PurpleConnectionErrorInfo *old,
                  const PurpleConnectionErrorInfo *error)
{
  if (error != NULL)
    host_event ("account-error", "account", host_account_name (account), "reason", host_number (error->type),
                "text", error->description, NULL);
}

static void
on_typing (PurpleAccount *account, const char *name, gpointer user_data)
{
  host_event ("typing", "account", host_account_name (account), "name", name, NULL);
}

/* A window for each side of a picture that begins. */
static void
show_pictures (PurpleMedia *media, const char *session, const char *who)
{
  PurpleMediaSessionType type = purple_media_get_session_type (media, session);

  if (!host_picture_is_on () || (type & PURPLE_MEDIA_VIDEO) == 0)
    return;
  host_picture_show (media, session, who);
  if ((type & PURPLE_MEDIA_SEND_VIDEO) != 0)
    host_picture_show (media, session, NULL);
}

static void
on_media_state (PurpleMedia *media, PurpleMediaState state, char *session, char *who, gpointer user_data)
{
  static const char *const names[] = { "new", "connected", "end" };

  host_event ("media-state", "id", host_number (host_media_number (media)), "state",
              state < G_N_ELEMENTS (names) ? names[state] : "?", "session", session, "who", who, NULL);
  if (state == PURPLE_MEDIA_STATE_NEW && session != NULL && who != NULL)
    show_pictures (media, session, who);
  if (state == PURPLE_MEDIA_STATE_END && session == NULL && who == NULL)
    g_hash_table_remove (media_numbers, media);
}

static void
on_media_info (PurpleMedia *media, PurpleMediaInfoType type, char *session, char *who, gboolean local,
               gpointer user_data)
{
  static const char *const names[]
      = { "hangup", "accept", "reject", "mute", "unmute", "pause", "unpause", "hold", "unhold" };

  host_event ("media-info", "id", host_number (host_media_number (media)), "type",
              type < G_N_ELEMENTS (names) ? names[type] : "?", "session", session, "who", who, "local",
              local ? "true" : "false", NULL);
}

static void
on_media_error (PurpleMedia *media, const char *text, gpointer user_data)
{
  host_event ("media-error", "id", host_number (host_media_number (media)), "text", text, NULL);
}

static gboolean
on_init_media (PurpleMediaManager *manager, PurpleMedia *media, PurpleAccount *account, char *who,
               gpointer user_data)
{
  g_hash_table_insert (media_numbers, media, GUINT_TO_POINTER (++last_media));
  host_event ("media-new", "id", host_number (last_media), "account", host_account_name (account), "who", who,
              NULL);
  g_signal_connect (media, "state-changed", G_CALLBACK (on_media_state), NULL);
  g_signal_connect (media, "stream-info", G_CALLBACK (on_media_info), NULL);
  g_signal_connect (media, "error", G_CALLBACK (on_media_error), NULL);
  return TRUE;
}

/* -------------------------------------------------------------------------------- set-up */

static void
ui_init (void)
{
  static PurpleConnectionUiOps connections;
  static PurpleConversationUiOps conversations;
  static PurpleNotifyUiOps notices;
  static PurpleAccountUiOps accounts;
  static PurpleBlistUiOps blist;

  connections.connect_progress = connection_progress;
  connections.connected = connection_connected;
  connections.disconnected = connection_disconnected;
  connections.notice = connection_notice;
  connections.report_disconnect_reason = connection_error;
  purple_connections_set_ui_ops (&connections);

  conversations.create_conversation = conversation_create;
  conversations.destroy_conversation = conversation_destroy;
  conversations.write_conv = conversation_write;
  conversations.chat_add_users = chat_add_users;
  conversations.chat_remove_users = chat_remove_users;
  conversations.present = present;
  purple_conversations_set_ui_ops (&conversations);

  notices.notify_message = notify_message;
  notices.notify_formatted = notify_formatted;
  notices.notify_userinfo = notify_userinfo;
  notices.notify_uri = notify_uri;
  notices.notify_searchresults = host_results_show;
  notices.close_notify = close_notify;
  purple_notify_set_ui_ops (&notices);

  /* With a table, however empty, libpurple keeps the contact list in its file. */
  purple_blist_set_ui_ops (&blist);
  accounts.request_authorize = request_authorize;
  purple_accounts_set_ui_ops (&accounts);
  purple_request_set_ui_ops (host_requests_get_ui_ops ());
}

static GHashTable *
get_ui_info (void)
{
  static GHashTable *info;

  if (info == NULL)
    {
      info = g_hash_table_new (g_str_hash, g_str_equal);
      g_hash_table_insert (info, (gpointer) "name", (gpointer) "cusax-host");
      g_hash_table_insert (info, (gpointer) "version", (gpointer)CUSAX_VERSION);
      g_hash_table_insert (info, (gpointer) "client_type", (gpointer) "bot");
    }
  return info;
}

void
host_uiops_init (void)
{
  static PurpleEventLoopUiOps loop;
  static PurpleDebugUiOps debug;
  static PurpleCoreUiOps core;

  loop.timeout_add = g_timeout_add;
  loop.timeout_remove = g_source_remove;
  loop.input_add = input_add;
  loop.input_remove = g_source_remove;
  loop.timeout_add_seconds = g_timeout_add_seconds;
  purple_eventloop_set_ui_ops (&loop);

  debug.print = debug_print;
  debug.is_enabled = debug_is_enabled;
  purple_debug_set_ui_ops (&debug);

  core.ui_init = ui_init;
  core.get_ui_info = get_ui_info;
  purple_core_set_ui_ops (&core);
}

/* Every offered file is taken, under its own name, into the profile. */
static void
on_file_offered (PurpleXfer *xfer, gpointer user_data)
{
  g_autofree char *name = g_path_get_basename (purple_xfer_get_filename (xfer));
  g_autofree char *path = g_strconcat (purple_user_dir (), G_DIR_SEPARATOR_S, "received-", name, NULL);

  host_event ("file-offered", "who", purple_xfer_get_remote_user (xfer), "name", name, NULL);
  purple_xfer_request_accepted (xfer, path);
}

static void
on_file_done (PurpleXfer *xfer, gpointer what)
{
  host_event (what, "who", purple_xfer_get_remote_user (xfer), "path", purple_xfer_get_local_filename (xfer), NULL);
}

static void
connect_files (void *handle)
{
  void *xfers = purple_xfers_get_handle ();

  purple_signal_connect (xfers, "file-recv-request", handle, PURPLE_CALLBACK (on_file_offered), NULL);
  purple_signal_connect (xfers, "file-recv-complete", handle, PURPLE_CALLBACK (on_file_done),
                         (gpointer) "file-received");
  purple_signal_connect (xfers, "file-send-complete", handle, PURPLE_CALLBACK (on_file_done), (gpointer) "file-sent");
  purple_signal_connect (xfers, "file-send-cancel", handle, PURPLE_CALLBACK (on_file_done),
                         (gpointer) "file-cancelled");
}

void
host_uiops_connect (void)
{
  static int handle;
  void *blist = purple_blist_get_handle ();

  media_numbers = g_hash_table_new (NULL, NULL);
  connect_files (&handle);
  purple_signal_connect (blist, "buddy-status-changed", &handle, PURPLE_CALLBACK (on_buddy_status), NULL);
  purple_signal_connect (blist, "buddy-signed-on", &handle, PURPLE_CALLBACK (on_buddy_signed),
                         (gpointer) "buddy-signed-on");
  purple_signal_connect (blist, "buddy-signed-off", &handle, PURPLE_CALLBACK (on_buddy_signed),
                         (gpointer) "buddy-signed-off");
  purple_signal_connect (purple_accounts_get_handle (), "account-error-changed", &handle,
                         PURPLE_CALLBACK (on_account_error), NULL);
  purple_signal_connect (purple_conversations_get_handle (), "buddy-typing", &handle,
                         PURPLE_CALLBACK (on_typing), NULL);
  g_signal_connect (purple_media_manager_get (), "init-media", G_CALLBACK (on_init_media), NULL);
}

static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint count = 0;

  while (tasks != NULL && g_dir_read_name (tasks) != NULL)
    count++;
  return count;
}

/* A thread is in the pool's count no more while it still has to go: after a call with pictures there are some fifty. */
void
host_uiops_quit (void)
{
  gint64 deadline = g_get_monotonic_time () + G_TIME_SPAN_SECOND;
  gint64 changed = g_get_monotonic_time ();
  guint count = count_threads ();

  g_thread_pool_stop_unused_threads ();
  while ((g_thread_pool_get_num_unused_threads () > 0 || g_get_monotonic_time () < changed + QUIET)
         && g_get_monotonic_time () < deadline)
    {
      guint now = count_threads ();

      if (now != count)
        changed = g_get_monotonic_time ();
      count = now;
      g_usleep (2000);
    }
  purple_core_quit ();
}
