/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See move.h. */
#include "move.h"

#include "connection.h"
#include "movelogs.h"
#include "words.h"
#include "wrap.h"

#include <glib/gi18n-lib.h>

typedef GList *(*ActionsFunction) (PurplePlugin *plugin, gpointer gc);

/* libpurple's XMPP plugin is one of the process, and so is the list of actions that we wrap. */
static PurplePlugin *xmpp_plugin;       /* NULL: not wrapped */
static ActionsFunction xmpp_actions;    /* stays when another plugin has wrapped ours, which it goes on calling */

static const char *
xmpp_id (void)
{
  return xmpp_plugin != NULL ? purple_plugin_get_id (xmpp_plugin) : NULL;
}

static const char *
our_id (void)
{
  PurplePlugin *plugin = cusax_connection_get_plugin ();

  return plugin != NULL ? purple_plugin_get_id (plugin) : NULL;
}

/* ------------------------------------------------------ everything that stays */

/* These files name the protocol beside each account, and are written only when something in them changes: what stands
 * there until then would be lost at the next start. */
static void
save_everything (PurpleAccount *account)
{
  purple_blist_schedule_save (); /* contacts, rooms and privacy lists */
  for (GList *l = purple_pounces_get_all (); l != NULL; l = l->next)
    if (purple_pounce_get_pouncer (l->data) == account)
      purple_pounce_set_save (l->data, purple_pounce_get_save (l->data));
  for (GList *l = purple_savedstatuses_get_all (); l != NULL; l = l->next)
    {
      PurpleSavedStatusSub *sub = purple_savedstatus_get_substatus (l->data, account);
      g_autofree char *message = NULL;

      if (sub == NULL)
        continue;
      message = g_strdup (purple_savedstatus_substatus_get_message (sub));
      purple_savedstatus_set_substatus (l->data, account, purple_savedstatus_substatus_get_type (sub), message);
    }
}

/* (nullable): where libpurple keeps the account's logs under its protocol of now */
static char *
log_folder (PurpleAccount *account)
{
  g_autofree char *system = purple_log_get_log_dir (PURPLE_LOG_SYSTEM, "", account);

  return system != NULL ? g_path_get_dirname (system) : NULL;
}

/* Two resources of one JID have one folder of logs. */
static gboolean
shares_logs (PurpleAccount *account)
{
  g_autofree char *own = log_folder (account);

  for (GList *l = purple_accounts_get_all (); l != NULL; l = l->next)
    {
      g_autofree char *other = l->data != account ? log_folder (l->data) : NULL;

      if (own != NULL && g_strcmp0 (own, other) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
move_logs (PurpleAccount *account, const char *from)
{
  g_autofree char *to = log_folder (account);
  g_autoptr (GError) error = NULL;
  guint failed = from != NULL && to != NULL ? cusax_movelogs_run (from, to, &error) : 0;
  g_autofree char *text = NULL;

  if (failed == 0)
    return;
  g_warning ("%u logs are not moved: %s", failed, error->message);
  text = g_strdup_printf (_ ("Some logs could not be moved. They are still in %s.\n%s"), from, error->message);
  purple_notify_warning (cusax_connection_get_plugin (), _ ("Logs"), purple_account_get_username (account), text);
}

/* The account object stays, and with it all that points to it. */
static void
move_account (PurpleAccount *account, const char *target)
{
  const char *ui = purple_core_get_ui ();
  gboolean was_enabled = purple_account_get_enabled (account, ui);
  g_autofree char *logs = shares_logs (account) ? NULL : log_folder (account);

  if (was_enabled)
    purple_account_set_enabled (account, ui, FALSE);
  cusax_connection_forget (account);
  purple_account_set_protocol_id (account, target);
  move_logs (account, logs);
  save_everything (account);
  purple_debug_info ("cusax", "%s is an account of %s now\n", purple_account_get_username (account), target);
  if (was_enabled)
    purple_account_set_enabled (account, ui, TRUE);
}

/* ---------------------------------------------------------------- questions */

/* The dialog may outlive the account, or stand twice. */
static gboolean
is_still (PurpleAccount *account, const char *id)
{
  return id != NULL && g_list_find (purple_accounts_get_all (), account) != NULL
         && purple_strequal (purple_account_get_protocol_id (account), id);
}

static void
on_to_cusax (gpointer data, int action)
{
  if (is_still (data, xmpp_id ()) && purple_accounts_find (purple_account_get_username (data), our_id ()) == NULL)
    move_account (data, our_id ());
}

static void
on_to_xmpp (gpointer data, int action)
{
  if (is_still (data, our_id ()) && purple_accounts_find (purple_account_get_username (data), xmpp_id ()) == NULL)
    move_account (data, xmpp_id ());
}

static void
on_cancel (gpointer data, int action)
{
}

/* libpurple tells accounts of one protocol apart by their JIDs alone: two of them would share contacts and settings, and
 * at the next start one would have none. */
static gboolean
refuse_double (PurpleAccount *account, const char *target, const char *title)
{
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (purple_accounts_find (purple_account_get_username (account), target) == NULL)
    return FALSE;
  name = cusax_words_address (purple_account_get_username (account), CUSAX_WORDS_MAX_LENGTH);
  text = cusax_wrap_text (purple_strequal (target, our_id ())
                            ? _ ("There is a CUSAX account of this address already. Both would be one for this "
                                 "program, and sign in twice. Delete one of them first.")
                            : _ ("There is an XMPP account of this address already. Both would be one for this "
                                 "program, and sign in twice. Delete one of them first."));
  purple_notify_warning (cusax_connection_get_plugin (), title, name, text);
  return TRUE;
}

static void
append_common (GString *text, PurpleAccount *account)
{
  g_string_append (text, _ ("\n- It signs off, and on again."));
  g_string_append (text, shares_logs (account)
                           ? _ ("\n- Contacts, settings and pounces stay; the logs belong to another account of this "
                                "address, too, and stay with that.")
                           : _ ("\n- Contacts, settings, pounces and logs stay."));
  if (!purple_account_get_remember_password (account))
    g_string_append (text, _ ("\n- The password is not stored, so you are asked for it."));
}

static void
ask (PurpleAccount *account, const char *title, const char *primary, const char *text, const char *yes,
     PurpleRequestActionCb callback)
{
  g_autofree char *wrapped = cusax_wrap_text (text);

  purple_request_action (cusax_connection_get_plugin (), title, primary, wrapped, 0, account, NULL, NULL, account, 2,
                         yes, G_CALLBACK (callback), _ ("Cancel"), G_CALLBACK (on_cancel));
}

void
cusax_move_show_to_cusax (PurpleAccount *account)
{
  g_autofree char *name = cusax_words_address (purple_account_get_username (account), CUSAX_WORDS_NAME_LENGTH);
  g_autofree char *primary = g_strdup_printf (_ ("Use %s for calls too?"), name);
  g_autoptr (GString) text = g_string_new (_ ("It becomes an account for chat and calls (CUSAX)."));

  if (!is_still (account, xmpp_id ()) || our_id () == NULL
      || refuse_double (account, our_id (), _ ("Use for calls too")))
    return;
  append_common (text, account);
  g_string_append (text, _ ("\n- The chat password signs in to your provider's telephone server, too."));
  g_string_append (text, _ ("\n- Plugins that know only XMPP accounts may not know it any more."));
  g_string_append (text, _ ("\nThe way back is “Use for chat only...” in the menu of the account."));
  ask (account, _ ("Use for calls too"), primary, text->str, _ ("Use for calls too"), on_to_cusax);
}

void
cusax_move_show_to_xmpp (PurpleAccount *account)
{
  g_autofree char *name = cusax_words_address (purple_account_get_username (account), CUSAX_WORDS_NAME_LENGTH);
  g_autofree char *primary = g_strdup_printf (_ ("Use %s for chat only?"), name);
  g_autoptr (GString) text = g_string_new (_ ("It becomes an account of libpurple's own XMPP protocol."));

  if (!is_still (account, our_id ()) || xmpp_id () == NULL
      || refuse_double (account, xmpp_id (), _ ("Use for chat only")))
    return;
  append_common (text, account);
  g_string_append (text, _ ("\n- Calls end, and nobody can call you here any more."));
  g_string_append (text, _ ("\n- The telephony settings are kept for the way back, “Use for calls too...”."));
  ask (account, _ ("Use for chat only"), primary, text->str, _ ("Use for chat only"), on_to_xmpp);
}

/* ------------------------------------------------------------ the XMPP menu */

static void
on_action_to_cusax (PurplePluginAction *action)
{
  /* Menus may stand open while we are unloaded. */
  if (xmpp_plugin != NULL && action->context != NULL)
    cusax_move_show_to_cusax (purple_connection_get_account (action->context));
}

static GList *
wrapped_actions (PurplePlugin *plugin, gpointer gc)
{
  GList *actions = xmpp_actions != NULL ? xmpp_actions (plugin, gc) : NULL;

  if (xmpp_plugin == NULL)
    return actions;
  return g_list_prepend (actions, purple_plugin_action_new (_ ("Use for calls too..."), on_action_to_cusax));
}

ActionsFunction
cusax_move_get_xmpp_actions (void)
{
  return xmpp_actions;
}

void
cusax_move_init (PurplePlugin *xmpp)
{
  g_return_if_fail (xmpp_plugin == NULL);
  xmpp_plugin = xmpp;
  /* Loaded once more while another plugin's wrapper calls ours: wrapping that would never end. */
  if (xmpp_actions != NULL)
    return;
  xmpp_actions = xmpp->info->actions;
  xmpp->info->actions = wrapped_actions;
}

void
cusax_move_shutdown (void)
{
  if (xmpp_plugin == NULL)
    return;
  /* We stay in memory (plugin.c): whoever has wrapped ours may go on calling it. */
  if (xmpp_plugin->info->actions == wrapped_actions)
    {
      xmpp_plugin->info->actions = xmpp_actions;
      xmpp_actions = NULL;
    }
  xmpp_plugin = NULL;
}
