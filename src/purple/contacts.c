/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See contacts.h. */
#include "contacts.h"

#include "activity.h"
#include "buddylist.h"
#include "connection.h"
#include "dialwords.h"
#include "peers.h"
#include "store.h"

#include <glib/gi18n-lib.h>

/* More lines than this do not fit a tooltip. */
#define MAX_TOOLTIP_LINES 8

struct _CusaxContacts
{
  PurpleAccount *account;    /* borrowed: its connection owns us */
  CusaxDirectory *directory; /* borrowed, NULL before attach; never touched by free */
  CusaxAccount *phone;       /* likewise */
  CusaxStore *store;
  CusaxVcards *vcards;
  CusaxActivity *activity;
};

/* --------------------------------------------------------------- roster */

/* The bare JID of a buddy as the directory keys it: (nullable) for numbers, servers and other accounts'
 * buddies. */
static char *
jid_of (CusaxContacts *contacts, PurpleBuddy *buddy)
{
  if (purple_buddy_get_account (buddy) != contacts->account)
    return NULL;
  return cusax_peers_contact (contacts->account, purple_buddy_get_name (buddy));
}

/* The directory tells of cards, not of the roster. */
static void
update_watch (CusaxContacts *contacts, const char *jid)
{
  CusaxWatch *watch = contacts->phone != NULL ? cusax_account_get_watch (contacts->phone) : NULL;

  if (watch != NULL)
    cusax_watch_update (watch, jid);
}

static void
on_buddy_added (PurpleBuddy *buddy, gpointer data)
{
  CusaxContacts *contacts = data;
  g_autofree char *jid = jid_of (contacts, buddy);

  if (jid == NULL)
    return;
  cusax_directory_add_contact (contacts->directory, jid);
  update_watch (contacts, jid);
}

/* One contact may stand in several groups, and another entry may still be there. */
static void
on_buddy_removed (PurpleBuddy *buddy, gpointer data)
{
  CusaxContacts *contacts = data;
  g_autofree char *jid = jid_of (contacts, buddy);

  if (jid == NULL || purple_find_buddy (contacts->account, jid) != NULL)
    return;
  cusax_directory_remove_contact (contacts->directory, jid);
  update_watch (contacts, jid);
}

/* ---------------------------------------------------------------- cards */

static void
on_announced (gpointer user_data, const char *jid, const char *mark)
{
  CusaxContacts *contacts = user_data;

  if (contacts->directory != NULL)
    cusax_directory_announce (contacts->directory, jid, mark);
}

static void
on_card (gpointer user_data, const char *jid, const char *xml, gsize length)
{
  CusaxContacts *contacts = user_data;

  if (contacts->directory != NULL)
    cusax_directory_take (contacts->directory, jid, xml, length);
}

static void
on_reach (gpointer user_data, const char *jid, const char *const *uris)
{
  CusaxContacts *contacts = user_data;

  if (contacts->directory != NULL)
    cusax_directory_set_hints (contacts->directory, jid, uris != NULL && uris[0] != NULL ? uris : NULL);
}

static const CusaxVcardsListener vcards_listener = {
  .on_announced = on_announced,
  .on_card = on_card,
  .on_reach = on_reach,
};

/* R17: only who registered can be reached. */
void
cusax_contacts_update_reach (CusaxContacts *contacts)
{
  CusaxConfig *config = contacts->phone != NULL ? cusax_account_get_config (contacts->phone) : NULL;
  const char *uri = NULL;

  if (config != NULL && cusax_config_shares_reachability (config)
      && cusax_account_get_phone_state (contacts->phone) == CUSAX_PHONE_UP)
    uri = cusax_address_get_uri (cusax_config_get_aor (config));
  cusax_vcards_set_reach (contacts->vcards, uri);
}

/* ------------------------------------------------------------- on the phone */

static void
on_activity (gpointer user_data, const char *jid)
{
  cusax_buddylist_repaint (((CusaxContacts *) user_data)->account, jid);
}

/* R36: from the first call that stands to the end of the last one; a call on hold is still one. */
void
cusax_contacts_update_activity (CusaxContacts *contacts)
{
  CusaxConfig *config = contacts->phone != NULL ? cusax_account_get_config (contacts->phone) : NULL;
  const GPtrArray *calls = config != NULL ? cusax_account_get_calls (contacts->phone) : NULL;
  gboolean is_talking = FALSE;

  for (guint i = 0; calls != NULL && i < calls->len; i++)
    is_talking |= cusax_call_get_state (g_ptr_array_index (calls, i)) == CUSAX_CALL_ACTIVE;
  cusax_activity_set (contacts->activity, is_talking && cusax_config_shares_on_the_phone (config));
}

/* ----------------------------------------------------------------- life */

CusaxContacts *
cusax_contacts_new (PurpleAccount *account)
{
  CusaxContacts *contacts = g_new0 (CusaxContacts, 1);

  contacts->account = account;
  contacts->store = cusax_store_new (account);
  contacts->vcards = cusax_vcards_new (account, &vcards_listener, contacts);
  contacts->activity = cusax_activity_new (account, contacts->store, on_activity, contacts);
  return contacts;
}

void
cusax_contacts_free (CusaxContacts *contacts)
{
  if (contacts == NULL)
    return;
  purple_signals_disconnect_by_handle (contacts);
  cusax_activity_free (contacts->activity);
  cusax_vcards_free (contacts->vcards);
  cusax_store_free (contacts->store);
  g_free (contacts);
}

CusaxCardPort *
cusax_contacts_get_cards (CusaxContacts *contacts)
{
  return cusax_vcards_get_port (contacts->vcards);
}

CusaxStore *
cusax_contacts_get_store (CusaxContacts *contacts)
{
  return contacts->store;
}

CusaxVcards *
cusax_contacts_get_vcards (CusaxContacts *contacts)
{
  return contacts->vcards;
}

gint64
cusax_contacts_wall_time (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

void
cusax_contacts_attach (CusaxContacts *contacts, CusaxAccount *phone)
{
  void *blist = purple_blist_get_handle ();
  GSList *buddies;

  g_return_if_fail (contacts->phone == NULL);
  contacts->phone = phone;
  contacts->directory = cusax_account_get_directory (phone);

  /* The list of the last session, from disk: callers have names before chat is up. */
  buddies = purple_find_buddies (contacts->account, NULL);
  for (GSList *l = buddies; l != NULL; l = l->next)
    on_buddy_added (l->data, contacts);
  g_slist_free (buddies);
  purple_signal_connect (blist, "buddy-added", contacts, PURPLE_CALLBACK (on_buddy_added), contacts);
  purple_signal_connect (blist, "buddy-removed", contacts, PURPLE_CALLBACK (on_buddy_removed), contacts);
}

/* -------------------------------------------------------------- tooltip */

void
cusax_contacts_tooltip (PurpleBuddy *buddy, PurpleNotifyUserInfo *info)
{
  PurpleAccount *account = purple_buddy_get_account (buddy);
  CusaxConnection *connection = cusax_connection_find (account);
  CusaxAccount *phone = connection != NULL ? cusax_connection_get_account (connection) : NULL;
  CusaxConfig *config = phone != NULL ? cusax_account_get_config (phone) : NULL;
  g_autofree char *jid = cusax_peers_contact (account, purple_buddy_get_name (buddy));
  g_autoptr (GPtrArray) list = NULL;

  if (config == NULL || jid == NULL)
    return;
  if (cusax_activity_is_on_the_phone (cusax_connection_get_contacts (connection)->activity, jid))
    purple_notify_user_info_add_pair (info, _ ("Activity"), _ ("On the phone"));
  cusax_directory_look (cusax_account_get_directory (phone), jid);
  list = cusax_directory_list (cusax_account_get_directory (phone), jid);
  for (guint i = 0; i < list->len && i < MAX_TOOLTIP_LINES; i++)
    {
      g_autofree char *line = cusax_dialwords_line (g_ptr_array_index (list, i), config, TRUE);
      g_autofree char *escaped = g_markup_escape_text (line, -1);

      purple_notify_user_info_add_pair (info, _ ("Phone"), escaped);
    }
}
