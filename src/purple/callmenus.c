/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callmenus.h. */
#include "callmenus.h"

#include "callers.h"
#include "callpick.h"
#include "callreply.h"
#include "callwords.h"
#include "connection.h"
#include "dialling.h"
#include "legs.h"
#include "notices.h"
#include "transferdialog.h"
#include "words.h"

#include <glib/gi18n-lib.h>

/** Told: what a host's menu has. */
typedef struct
{
  char *labels;
  guint source; /* the host is about to be told */
} Told;

/* PurpleAccount -> Told; process-wide because hosts ask by account, freed with the last entry. */
static GHashTable *all_told;

static CusaxAccount *
phone_of (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);

  return connection != NULL ? cusax_connection_get_account (connection) : NULL;
}

static void
tell (PurpleAccount *account, const GError *error)
{
  if (error != NULL)
    cusax_notices_error (account, NULL, error->message);
}

/* -------------------------------------------------------------- actions */

static PurpleAccount *
account_of (PurplePluginAction *action)
{
  return purple_connection_get_account (action->context);
}

/* Looked up by its number: the menu may stand open longer than the call. */
static CusaxCall *
call_of (PurplePluginAction *action)
{
  CusaxAccount *phone = phone_of (account_of (action));

  return phone != NULL ? cusax_account_get_call (phone, GPOINTER_TO_UINT (action->user_data)) : NULL;
}

static void
on_hold (PurplePluginAction *action)
{
  CusaxCall *call = call_of (action);

  if (call != NULL)
    cusax_call_set_hold (call, TRUE);
}

static void
on_resume (PurplePluginAction *action)
{
  CusaxCall *call = call_of (action);

  if (call != NULL)
    cusax_call_set_hold (call, FALSE);
}

static void
on_hang_up (PurplePluginAction *action)
{
  CusaxCall *call = call_of (action);

  if (call != NULL)
    cusax_call_hang_up (call);
}

static void
on_details (PurplePluginAction *action)
{
  CusaxCall *call = call_of (action);

  if (call != NULL)
    cusax_legs_show_call (account_of (action), call);
}

static void
on_swap (PurplePluginAction *action)
{
  CusaxAccount *phone = phone_of (account_of (action));
  g_autoptr (GError) reason = NULL;
  g_autoptr (GError) error = NULL;

  if (phone != NULL && !cusax_account_swap (phone, &reason))
    cusax_callwords_fail (CUSAX_CALL_DEED_SWAP, reason, &error);
  tell (account_of (action), error);
}

static void
on_join (PurplePluginAction *action)
{
  CusaxAccount *phone = phone_of (account_of (action));
  g_autoptr (GPtrArray) active = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  if (phone == NULL)
    return;
  for (guint i = 0; i < cusax_account_get_calls (phone)->len; i++)
    if (cusax_callpick_is_active (g_ptr_array_index (cusax_account_get_calls (phone), i)))
      g_ptr_array_add (active, g_ptr_array_index (cusax_account_get_calls (phone), i));
  cusax_callreply_join (phone, active, &error);
  tell (account_of (action), error);
}

static void
on_transfer (PurplePluginAction *action)
{
  cusax_transferdialog_show (account_of (action));
}

static GList *
add_action (GList *actions, const char *text, void (*callback) (PurplePluginAction *), guint number)
{
  g_autofree char *label = cusax_words_menu_label (text);
  PurplePluginAction *action = purple_plugin_action_new (label, callback);

  action->user_data = GUINT_TO_POINTER (number);
  return g_list_append (actions, action);
}

/* The only call needs no name: @text; among several: "Hang up #2 (Bob)". */
static GList *
add_call_action (GList *actions, PurpleAccount *account, CusaxCall *call, gboolean several, const char *text,
                 void (*callback) (PurplePluginAction *))
{
  guint number = cusax_call_get_number (call);
  g_autofree char *name = cusax_callers_name (account, call);
  /* Translators: an entry of a menu ("Hang up"), the number of a call, the other side */
  g_autofree char *full = g_strdup_printf (_ ("%s #%u (%s)"), text, number, name);

  return add_action (actions, several ? full : text, callback, number);
}

static gboolean
is_not_joined (CusaxCall *call)
{
  return cusax_callpick_is_active (call) && !cusax_call_is_joined (call);
}

static GList *
add_common_actions (GList *actions, CusaxAccount *phone)
{
  guint active = cusax_callpick_count (phone, cusax_callpick_is_active);
  guint on_hold = cusax_callpick_count (phone, cusax_callpick_is_on_hold);

  if (active >= 2 && on_hold > 0)
    actions = add_action (actions, _ ("Swap calls"), on_swap, 0);
  if (active >= 2 && cusax_callpick_count (phone, is_not_joined) > 0)
    actions = add_action (actions, _ ("Join calls"), on_join, 0);
  if (active > 0)
    actions = add_action (actions, _ ("Transfer call..."), on_transfer, 0);
  return actions;
}

GList *
cusax_callmenus_actions (PurpleAccount *account)
{
  CusaxAccount *phone = phone_of (account);
  const GPtrArray *calls = phone != NULL ? cusax_account_get_calls (phone) : NULL;
  gboolean several;
  GList *actions = NULL;

  if (calls == NULL || calls->len == 0)
    return NULL;
  several = cusax_callpick_count (phone, cusax_callpick_is_ours_to_end) > 1;
  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);

      if (cusax_callpick_is_spoken_on (call))
        actions = add_call_action (actions, account, call, several, _ ("Hold call"), on_hold);
      else if (cusax_callpick_is_on_hold (call))
        actions = add_call_action (actions, account, call, several, _ ("Resume call"), on_resume);
    }
  actions = add_common_actions (actions, phone);
  for (guint i = 0; i < calls->len; i++)
    if (cusax_callpick_is_ours_to_end (g_ptr_array_index (calls, i)))
      actions
        = add_call_action (actions, account, g_ptr_array_index (calls, i), several, _ ("Hang up"), on_hang_up);
  for (guint i = 0; i < calls->len; i++)
    if (cusax_callpick_is_active (g_ptr_array_index (calls, i)))
      actions
        = add_call_action (actions, account, g_ptr_array_index (calls, i), several, _ ("Call details"), on_details);
  return actions;
}

/* ------------------------------------------------------------- the host */

static void
told_free (gpointer data)
{
  Told *told = data;

  g_clear_handle_id (&told->source, g_source_remove);
  g_free (told->labels);
  g_free (told);
}

static char *
join_labels (PurpleAccount *account)
{
  GList *actions = cusax_callmenus_actions (account);
  GString *labels = g_string_new (NULL);

  for (GList *at = actions; at != NULL; at = at->next)
    g_string_append_printf (labels, "%s\n", ((PurplePluginAction *) at->data)->label);
  g_list_free_full (actions, (GDestroyNotify) purple_plugin_action_free);
  return g_string_free (labels, FALSE);
}

/* Not from inside of a call's report, nor of a menu's own callback: hosts build the whole menu anew. */
static gboolean
on_tell (gpointer account)
{
  Told *told = all_told != NULL ? g_hash_table_lookup (all_told, account) : NULL;

  if (told != NULL)
    told->source = 0;
  if (told != NULL && purple_account_is_connected (account))
    purple_prpl_got_account_actions (account);
  return G_SOURCE_REMOVE;
}

void
cusax_callmenus_update (PurpleAccount *account)
{
  g_autofree char *labels = join_labels (account);
  Told *told;

  if (all_told == NULL)
    all_told = g_hash_table_new_full (NULL, NULL, NULL, told_free);
  told = g_hash_table_lookup (all_told, account);
  if (told == NULL)
    {
      told = g_new0 (Told, 1);
      told->labels = g_strdup ("");
      g_hash_table_insert (all_told, account, told);
    }
  if (g_str_equal (told->labels, labels))
    return;
  g_free (told->labels);
  told->labels = g_steal_pointer (&labels);
  if (told->source == 0)
    told->source = g_idle_add (on_tell, account);
}

void
cusax_callmenus_forget (PurpleAccount *account)
{
  if (all_told == NULL)
    return;
  g_hash_table_remove (all_told, account);
  if (g_hash_table_size (all_told) == 0)
    g_clear_pointer (&all_told, g_hash_table_destroy);
}

/* ---------------------------------------------------------------- buddy */

/* The number of the call with the buddy, if that is where the other one goes: both then talk to each other. */
static void
on_node_transfer (PurpleBlistNode *node, gpointer with)
{
  PurpleAccount *account = purple_buddy_get_account (PURPLE_BUDDY (node));
  const char *name = purple_buddy_get_name (PURPLE_BUDDY (node));
  CusaxAccount *phone = phone_of (account);
  CusaxCall *other = NULL;
  CusaxCall *call = NULL;
  g_autoptr (GError) reason = NULL;
  g_autoptr (GError) error = NULL;

  if (phone != NULL && with != NULL)
    other = cusax_account_get_call (phone, GPOINTER_TO_UINT (with));
  call = phone != NULL ? cusax_callpick_to_transfer (phone, other) : NULL;
  if (call == NULL)
    return;
  if (other == NULL)
    cusax_dialling_transfer_click (account, call, name, &error);
  else if (!cusax_call_transfer_to (call, other, &reason))
    cusax_callwords_fail (CUSAX_CALL_DEED_TRANSFER, reason, &error);
  tell (account, error);
}

GList *
cusax_callmenus_buddy (PurpleBuddy *buddy, CusaxAccount *phone, CusaxCall *with)
{
  guint number = with != NULL && cusax_callpick_can_be_reached (with) ? cusax_call_get_number (with) : 0;

  if (cusax_callpick_to_transfer (phone, with) == NULL || (with != NULL && number == 0))
    return NULL;
  return g_list_append (NULL,
                        purple_menu_action_new (_ ("Transfer call to here"), PURPLE_CALLBACK (on_node_transfer),
                                                GUINT_TO_POINTER (number), NULL));
}
