/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fakestream.h. */
#include "fakestream.h"

#include "libjabber.h"

#include <glib/gstdio.h>
#include <string.h>

static char *user_dir;
static guint speed = 1;
static GQueue sent = G_QUEUE_INIT; /* xmlnode */

static GList *
status_types (PurpleAccount *account)
{
  GList *types = g_list_append (NULL, purple_status_type_new (PURPLE_STATUS_OFFLINE, NULL, NULL, TRUE));

  return g_list_append (types, purple_status_type_new (PURPLE_STATUS_AVAILABLE, NULL, NULL, TRUE));
}

static const char *
list_icon (PurpleAccount *account, PurpleBuddy *buddy)
{
  return "fake";
}

static void
login (PurpleAccount *account)
{
  g_autofree char *bound = g_strconcat (purple_account_get_username (account), "/desk", NULL);
  PurpleConnection *gc = purple_account_get_connection (account);

  purple_connection_set_display_name (gc, bound);
  purple_connection_set_state (gc, PURPLE_CONNECTED);
}

static void
close_connection (PurpleConnection *gc)
{
}

static GHashTable *
chat_info_defaults (PurpleConnection *gc, const char *name)
{
  return g_hash_table_new (g_str_hash, g_str_equal);
}

static PurplePluginProtocolInfo fake_protocol = {
  .options = OPT_PROTO_NO_PASSWORD,
  .status_types = status_types,
  .list_icon = list_icon,
  .login = login,
  .close = close_connection,
  .chat_info_defaults = chat_info_defaults,
  .normalize = jabber_normalize,
  .struct_size = sizeof (PurplePluginProtocolInfo),
};
static PurplePluginInfo fake_info = { .id = (char *) "prpl-jabber-cusax", .extra_info = &fake_protocol };
static PurplePlugin fake_plugin = { .info = &fake_info };

/* In place of libpurple's own, which knows only plugins from files; libpurple calls it through here, too. */
__attribute__ ((visibility ("default"))) PurplePlugin *
purple_find_prpl (const char *id)
{
  return g_strcmp0 (id, fake_info.id) == 0 ? &fake_plugin : NULL;
}

PurplePlugin *
fake_stream_get_plugin (void)
{
  return &fake_plugin;
}

/* ------------------------------------------------------------------- time */

void
fake_stream_set_speed (guint times)
{
  speed = times;
}

static guint
timeout_add (guint ms, GSourceFunc function, gpointer data)
{
  return g_timeout_add (ms / speed, function, data);
}

static guint
timeout_add_seconds (guint seconds, GSourceFunc function, gpointer data)
{
  return g_timeout_add (seconds * 1000 / speed, function, data);
}

static PurpleEventLoopUiOps eventloop_ops = {
  .timeout_add = timeout_add,
  .timeout_remove = g_source_remove,
  .input_remove = g_source_remove,
  .timeout_add_seconds = timeout_add_seconds,
};

static gboolean
on_too_late (gpointer data)
{
  g_error ("nothing happened within 5 s");
  return G_SOURCE_REMOVE;
}

void
fake_stream_wait (gboolean (*is_done) (void))
{
  guint deadline = g_timeout_add_seconds (5, on_too_late, NULL);

  while (!is_done ())
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
}

void
fake_stream_turn (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* ---------------------------------------------------------------- stanzas */

static void
on_sending (PurpleConnection *gc, xmlnode **packet, gpointer unused)
{
  g_queue_push_tail (&sent, xmlnode_copy (*packet));
}

guint
fake_stream_count (void)
{
  return g_queue_get_length (&sent);
}

xmlnode *
fake_stream_take (void)
{
  g_assert_cmpuint (g_queue_get_length (&sent), >, 0);
  return g_queue_pop_head (&sent);
}

void
fake_stream_drop_all (void)
{
  g_queue_clear_full (&sent, (GDestroyNotify) xmlnode_free);
}

gboolean
fake_stream_receive (PurpleAccount *account, const char *xml)
{
  PurpleConnection *gc = fake_stream_gc (account);
  xmlnode *packet = xmlnode_from_str (xml, -1);
  gpointer consumed;

  g_assert_nonnull (packet);
  const char *type = xmlnode_get_attrib (packet, "type");
  const char *from = xmlnode_get_attrib (packet, "from");
  const char *id = xmlnode_get_attrib (packet, "id");
  if (strcmp (packet->name, "iq") == 0)
    consumed = purple_signal_emit_return_1 (&fake_plugin, "jabber-receiving-iq", gc, type, id, from, packet);
  else if (strcmp (packet->name, "presence") == 0)
    consumed = purple_signal_emit_return_1 (&fake_plugin, "jabber-receiving-presence", gc, type, from, packet);
  else
    consumed = purple_signal_emit_return_1 (&fake_plugin, "jabber-receiving-message", gc, type, id, from,
                                            xmlnode_get_attrib (packet, "to"), packet);
  xmlnode_free (packet);
  return GPOINTER_TO_INT (consumed);
}

gboolean
fake_stream_reply (PurpleAccount *account, xmlnode *request, const char *type, const char *from,
                   const char *payload)
{
  g_autofree char *from_text = from != NULL ? g_markup_printf_escaped (" from='%s'", from) : g_strdup ("");
  g_autofree char *xml
    = g_strdup_printf ("<iq xmlns='jabber:client' type='%s' id='%s'%s>%s</iq>", type,
                       xmlnode_get_attrib (request, "id"), from_text, payload != NULL ? payload : "");

  return fake_stream_receive (account, xml);
}

gboolean
fake_stream_refuse (PurpleAccount *account, xmlnode *request, const char *condition)
{
  g_autofree char *error
    = g_strdup_printf ("<error type='cancel'><%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                       "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Not\nso</text></error>",
                       condition);

  return fake_stream_reply (account, request, "error", xmlnode_get_attrib (request, "to"), error);
}

/* ------------------------------------------------------------------- life */

void
fake_stream_start (void)
{
  user_dir = g_dir_make_tmp ("cusax-unit-XXXXXX", NULL);
  g_assert_nonnull (user_dir);
  purple_util_set_user_dir (user_dir);
  purple_debug_set_enabled (FALSE);
  purple_eventloop_set_ui_ops (&eventloop_ops);
  g_assert_true (purple_core_init ("unit"));
  purple_set_blist (purple_blist_new ());
  jabber_plugin_init (&fake_plugin);
  purple_signal_connect (&fake_plugin, "jabber-sending-xmlnode", &sent, PURPLE_CALLBACK (on_sending), NULL);
}

void
fake_stream_connect (PurpleAccount *account)
{
  purple_account_connect (account);
  g_assert_true (purple_account_is_connected (account));
}

PurpleAccount *
fake_stream_account (const char *jid)
{
  PurpleAccount *account = purple_account_new (jid, fake_info.id);

  purple_accounts_add (account);
  purple_account_set_enabled (account, purple_core_get_ui (), TRUE);
  if (!purple_account_is_connected (account))
    fake_stream_connect (account);
  return account;
}

void
fake_stream_disconnect (PurpleAccount *account)
{
  purple_account_disconnect (account);
  g_assert_false (purple_account_is_connected (account));
}

void
fake_stream_break (PurpleAccount *account)
{
  purple_connection_error_reason (fake_stream_gc (account), PURPLE_CONNECTION_ERROR_NETWORK_ERROR, "gone");
}

PurpleConnection *
fake_stream_gc (PurpleAccount *account)
{
  return purple_account_get_connection (account);
}

static void
remove_folder (const char *path)
{
  GDir *folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_clear_pointer (&folder, g_dir_close);
  g_rmdir (path);
}

void
fake_stream_stop (void)
{
  speed = 1;
  fake_stream_drop_all ();
  purple_signals_disconnect_by_handle (&sent);
  jabber_plugin_uninit (&fake_plugin);
  purple_core_quit ();
  remove_folder (user_dir);
  g_clear_pointer (&user_dir, g_free);
}
