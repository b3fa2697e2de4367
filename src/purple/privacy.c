/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See privacy.h. */
#include "privacy.h"

#include "connection.h"
#include "contacts.h"
#include "text.h"
#include "vcards.h"
#include "words.h"

#include <glib/gi18n-lib.h>

/* ------------------------------------------------------------- switches */

/* Whom we tell what; who may call us, and whether SMS are taken, tells nobody anything and stands in the
 * settings. */
static const struct
{
  const char *name; /* of a setting (core/config), which has the default */
  const char *label;
} switches[] = {
  { "share_chat_address", N_ ("Tell people I call, and contacts who call me, my chat address") },
  { "share_chat_address_foreign", N_ ("Tell it people of other services, too") },
  { "send_xmpp_contact", N_ ("Tell it in the old form, too (xmpp: as a second Contact)") },
  { "share_reachability", N_ ("Tell my contacts by chat under which address I can be called") },
  { "share_on_the_phone", N_ ("Tell my contacts by chat when I am on the phone") },
  { "anonymous", N_ ("Hide my number, my name and my chat address when I call") },
};

static gboolean
default_of (const char *name)
{
  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    if (g_str_equal (setting->name, name))
      return setting->default_int;
  g_return_val_if_reached (FALSE);
}

/* The dialog may outlive the account. */
static gboolean
account_exists (PurpleAccount *account)
{
  return g_list_find (purple_accounts_get_all (), account) != NULL;
}

/* What differs, and nothing for a default, as in "Telephony settings...". */
static void
on_save (gpointer data, PurpleRequestFields *fields)
{
  PurpleAccount *account = data;
  gboolean changed = FALSE;

  if (!account_exists (account))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    {
      gboolean value = purple_request_fields_get_bool (fields, switches[i].name);

      if (value == purple_account_get_bool (account, switches[i].name, default_of (switches[i].name)))
        continue;
      purple_account_set_bool (account, switches[i].name, value);
      changed = TRUE;
    }
  if (changed)
    cusax_connection_reconfigure (account);
}

void
cusax_privacy_show (PurpleAccount *account)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  g_autofree char *primary
    = g_strdup_printf (_ ("What others learn of %s"), purple_account_get_username (account));

  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    {
      gboolean value = purple_account_get_bool (account, switches[i].name, default_of (switches[i].name));

      purple_request_field_group_add_field (
        group, purple_request_field_bool_new (switches[i].name, _ (switches[i].label), value));
    }
  purple_request_fields_add_group (fields, group);
  purple_request_fields (
    cusax_connection_get_plugin (), _ ("Privacy"), primary,
    _ ("Calls and chat are two services: each learns of the other only what is ticked here."), fields,
    _ ("Save"), G_CALLBACK (on_save), _ ("Cancel"), NULL, account, NULL, NULL, account);
}

/* -------------------------------------------------------------- publish */

static void
tell (PurpleAccount *account, PurpleNotifyMsgType type, const char *primary, const char *secondary)
{
  g_autofree char *line = g_strdup_printf (_ ("Account: %s"), purple_account_get_username (account));
  g_autofree char *text = secondary != NULL ? g_strconcat (secondary, "\n", line, NULL) : g_strdup (line);

  purple_notify_message (cusax_connection_get_plugin (), type, _ ("Publish my phone address"), primary, text,
                         NULL, NULL);
}

/* The telephone address of @account; NULL while telephony has no valid settings. */
static const char *
address_of (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  CusaxConfig *config = NULL;

  if (connection != NULL)
    config = cusax_account_get_config (cusax_connection_get_account (connection));
  return config != NULL ? cusax_address_get_uri (cusax_config_get_aor (config)) : NULL;
}

static void
tell_failure (PurpleAccount *account, const char *words)
{
  g_autofree char *clean = cusax_text_clean (words, CUSAX_WORDS_MAX_LENGTH);
  g_autofree char *said = clean != NULL ? g_strdup_printf (_ ("The reply was: “%s”."), clean) : NULL;

  tell (account, PURPLE_NOTIFY_MSG_ERROR, _ ("Your card could not be changed."), said);
}

static void
on_published (gpointer data, CusaxPublishResult result, const char *words)
{
  PurpleAccount *account = data;

  switch (result)
    {
    case CUSAX_PUBLISH_DONE:
      tell (account, PURPLE_NOTIFY_MSG_INFO, _ ("Your phone address is in your card now."), NULL);
      return;
    case CUSAX_PUBLISH_PRESENT:
      tell (account, PURPLE_NOTIFY_MSG_INFO, _ ("Your phone address was in your card already."), NULL);
      return;
    case CUSAX_PUBLISH_MANAGED:
      tell (account, PURPLE_NOTIFY_MSG_INFO, _ ("Your provider keeps your card."),
            _ ("There is nothing for you to do: it says itself how you can be called."));
      return;
    case CUSAX_PUBLISH_FAILED:
      break;
    }
  tell_failure (account, words);
}

static void
on_publish (gpointer data, int action)
{
  PurpleAccount *account = data;
  const char *uri = account_exists (account) ? address_of (account) : NULL;
  CusaxContacts *contacts;

  if (uri == NULL)
    return;
  contacts = cusax_connection_get_contacts (cusax_connection_find (account));
  if (!cusax_vcards_publish (cusax_contacts_get_vcards (contacts), uri, FALSE, on_published, account))
    tell (account, PURPLE_NOTIFY_MSG_ERROR, _ ("Your card could not be changed."), _ ("Chat: not connected."));
}

static void
on_publish_cancel (gpointer data, int action)
{
}

void
cusax_privacy_show_publish (PurpleAccount *account)
{
  const char *uri = address_of (account);
  g_autofree char *primary = NULL;

  if (uri == NULL)
    {
      tell (account, PURPLE_NOTIFY_MSG_ERROR, _ ("Telephony: off."), NULL);
      return;
    }
  primary = g_strdup_printf (_ ("Write %s into your card?"), uri);
  purple_request_action (
    cusax_connection_get_plugin (), _ ("Publish my phone address"), primary,
    _ ("With it your contacts can call you by a click. A card (vCard) can be read by everybody "
       "who knows your chat address, not only by your contacts."),
    0, account, NULL, NULL, account, 2, _ ("Publish"), on_publish, _ ("Cancel"), on_publish_cancel);
}
