/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callerchat.h: which number is whose, said by the person. */
#include "callerchat.h"

#include "callers.h"
#include "connection.h"
#include "directory.h"
#include "error.h"
#include "peers.h"
#include "callerquestions.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Places where "+33 1 77 bob" may be cut into number and buddy. */
#define MAX_CUTS 32

static CusaxAccount *
phone_of (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);

  return connection != NULL ? cusax_connection_get_account (connection) : NULL;
}

static CusaxDirectory *
directory_of (PurpleAccount *account)
{
  CusaxAccount *phone = phone_of (account);

  return phone != NULL ? cusax_account_get_directory (phone) : NULL;
}

/* In dialogs, and in the menus of all buddies: a caller who writes a long address must not make them wide. */
static char *
display_of (PurpleAccount *account, const CusaxAddress *address)
{
  CusaxAccount *phone = phone_of (account);
  CusaxConfig *config = phone != NULL ? cusax_account_get_config (phone) : NULL;
  g_autofree char *display
    = cusax_address_get_display (address, config != NULL ? cusax_config_get_domain (config) : NULL);

  return cusax_words_address (display, CUSAX_WORDS_MAX_LENGTH);
}

/* Returns: (transfer full) (nullable): the JID of the one buddy who is called so, or has this address */
static char *
find_contact (PurpleAccount *account, const char *text)
{
  PurpleBuddy *buddy = cusax_peers_is_jid (text) ? purple_find_buddy (account, text) : NULL;
  g_autofree char *wanted = g_utf8_casefold (text, -1);
  g_autofree char *found = NULL;
  GSList *all;

  if (buddy != NULL)
    return g_strdup (purple_normalize (account, purple_buddy_get_name (buddy)));
  all = purple_find_buddies (account, NULL);
  for (GSList *at = all; at != NULL; at = at->next)
    {
      const char *name = purple_buddy_get_name (at->data);
      g_autofree char *alias = g_utf8_casefold (purple_buddy_get_alias (at->data), -1);
      g_autofree char *jid = g_strdup (purple_normalize (account, name));

      if (!g_str_equal (alias, wanted) || !cusax_peers_is_jid (name) || g_strcmp0 (found, jid) == 0)
        continue;
      if (found != NULL) /* two of that name: neither */
        {
          g_slist_free (all);
          return NULL;
        }
      found = g_steal_pointer (&jid);
    }
  g_slist_free (all);
  return g_steal_pointer (&found);
}

static void
attach (PurpleAccount *account, CusaxAddress *address, const char *jid)
{
  CusaxDirectory *directory = directory_of (account);

  if (directory == NULL)
    return;
  cusax_directory_attach (directory, address, jid);
  if (jid != NULL)
    cusax_callerchat_forget_caller (account, address);
}

static void ask_attach (PurpleAccount *account, CusaxAddress *address, const char *proposed,
                        const char *problem);

static void
on_attach (gpointer data, PurpleRequestFields *fields)
{
  CusaxCallerQuestion *question = cusax_callerquestions_steal (data);
  g_autofree char *text = NULL;
  g_autofree char *jid = NULL;

  if (question == NULL)
    return;
  text = g_strdup (purple_request_fields_get_string (fields, "buddy"));
  if (text != NULL && *g_strstrip (text) != '\0')
    {
      jid = find_contact (question->account, text);
      if (jid != NULL)
        attach (question->account, question->address, jid);
      else
        ask_attach (question->account, question->address, text,
                    _ ("There is no such buddy, or more than one: write the chat address."));
    }
  cusax_callerquestions_free (question);
}

static void
ask_attach (PurpleAccount *account, CusaxAddress *address, const char *proposed, const char *problem)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  PurpleRequestField *field = purple_request_field_string_new ("buddy", _ ("Buddy"), proposed, FALSE);
  g_autofree char *display = display_of (account, address);
  g_autofree char *primary = g_strdup_printf (_ ("Whose is %s?"), display);
  CusaxCallerQuestion *question = cusax_callerquestions_new (account, address, NULL);

  if (problem == NULL)
    problem = _ ("Calls from there show this buddy's name if your telephony service vouches for the address.");
  /* Both hosts complete names for fields of this kind. */
  purple_request_field_set_type_hint (field, "screenname-all");
  purple_request_field_group_add_field (group, field);
  purple_request_fields_add_group (fields, group);
  purple_request_fields (question, _ ("Attach this number to a buddy"), primary, problem, fields, _ ("Attach"),
                         G_CALLBACK (on_attach), _ ("Cancel"), G_CALLBACK (cusax_callerquestions_on_cancel),
                         account, NULL, NULL, GUINT_TO_POINTER (question->id));
}

void
cusax_callerchat_attach (PurpleAccount *account, CusaxAddress *address, const char *jid)
{
  ask_attach (account, address, jid, NULL);
}

/* ---------------------------------------------------------- typed words */

/* Returns: (transfer full): of #n, or of a number or address */
static CusaxAddress *
read_address (PurpleAccount *account, const char *text, GError **error)
{
  CusaxAccount *phone = phone_of (account);
  CusaxConfig *config = cusax_account_get_config (phone);
  CusaxAddress *address = NULL;
  guint64 number;

  if (*text == '#' && g_ascii_string_to_unsigned (text + 1, 10, 1, G_MAXINT, &number, NULL))
    {
      CusaxCall *call = cusax_account_get_call (phone, (guint) number);

      if (call != NULL && !cusax_callers_is_anonymous (call) && cusax_call_get_peer (call) != NULL)
        return cusax_address_ref (cusax_call_get_peer (call));
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID,
                   call == NULL ? _ ("There is no call #%u.") : _ ("The call #%u has no number."),
                   (guint) number);
      return NULL;
    }
  if (config != NULL && g_utf8_validate (text, -1, NULL))
    address = cusax_address_parse_target (text, cusax_config_get_domain (config), NULL);
  if (address == NULL)
    {
      g_autofree char *clean = cusax_words_address (text, CUSAX_WORDS_MAX_LENGTH);

      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID,
                   _ ("“%s” is neither a telephone number nor an address."), clean != NULL ? clean : "");
    }
  return address;
}

/* The only call that may be meant, or the last one. */
static CusaxAddress *
guess_address (PurpleAccount *account, GError **error)
{
  const GPtrArray *calls = cusax_account_get_calls (phone_of (account));
  CusaxAddress *found = NULL;

  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);

      if (!cusax_callerchat_can_attach (call))
        continue;
      if (found != NULL)
        {
          g_set_error_literal (
            error, CUSAX_ERROR, CUSAX_ERROR_INVALID,
            _ ("There are several calls: say which one, for example #2. /calls lists them."));
          return NULL;
        }
      found = cusax_call_get_peer (call);
    }
  if (found == NULL)
    found = cusax_callerchat_get_last_unknown (account);
  if (found == NULL)
    g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID,
                         _ ("Nobody unknown has called: write the number before the buddy."));
  return found != NULL ? cusax_address_ref (found) : NULL;
}

/* Both may have blanks in them ("+33 1 77", "Anna B."): the first cut that leaves a buddy behind it counts. */
static char *
cut (PurpleAccount *account, const char *text, CusaxAddress **address, GError **error)
{
  g_autofree char *jid = find_contact (account, text);
  const char *blank = text;

  if (jid != NULL)
    {
      *address = guess_address (account, error);
      return *address != NULL ? g_steal_pointer (&jid) : NULL;
    }
  for (guint cuts = 0; cuts < MAX_CUTS && (blank = strchr (blank, ' ')) != NULL; cuts++, blank++)
    {
      g_autofree char *front = g_strstrip (g_strndup (text, blank - text));

      g_free (jid);
      jid = blank[1] != '\0' ? find_contact (account, blank + 1) : NULL;
      if (jid == NULL)
        continue;
      *address = read_address (account, front, error);
      return *address != NULL ? g_steal_pointer (&jid) : NULL;
    }
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID,
                       _ ("There is no such buddy, or more than one: write the chat address."));
  return NULL;
}

char *
cusax_callerchat_attach_typed (PurpleAccount *account, const char *text, GError **error)
{
  g_autoptr (CusaxAddress) address = NULL;
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autofree char *display = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *jid = NULL;

  if (phone_of (account) == NULL || *trimmed == '\0' || !g_utf8_validate (trimmed, -1, NULL))
    {
      g_set_error_literal (
        error, CUSAX_ERROR, CUSAX_ERROR_INVALID,
        _ ("Say whose the number is: /attach buddy, /attach #1 buddy or /attach number buddy."));
      return NULL;
    }
  jid = cut (account, trimmed, &address, error);
  if (jid == NULL)
    return NULL;
  attach (account, address, jid);
  display = display_of (account, address);
  shown = cusax_words_address (jid, CUSAX_WORDS_FULL_LENGTH);
  return g_strdup_printf (_ ("Calls from %s belong to %s from now on."), display, shown);
}

/* ----------------------------------------------------------- buddy menu */

static char **
list_attached (PurpleAccount *account, const char *jid)
{
  CusaxDirectory *directory = directory_of (account);

  if (directory == NULL)
    return g_new0 (char *, 1);
  return cusax_memory_list_attached (cusax_directory_get_memory (directory), jid);
}

/* What is shown may have changed since: the caller is the one that is the last one now, as the dialog says. */
static void
on_menu_attach (PurpleBlistNode *node, gpointer data)
{
  PurpleBuddy *buddy = PURPLE_BUDDY (node);
  PurpleAccount *account = purple_buddy_get_account (buddy);
  CusaxAddress *address = cusax_callerchat_get_last_unknown (account);

  if (address != NULL)
    cusax_callerchat_attach (account, address, purple_buddy_get_name (buddy));
}

static void
on_detach (gpointer data, PurpleRequestFields *fields)
{
  CusaxCallerQuestion *question = cusax_callerquestions_steal (data);

  if (question == NULL)
    return;
  for (guint i = 0; question->attached[i] != NULL; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      g_autoptr (CusaxAddress) address = cusax_address_parse_uri (question->attached[i], NULL);

      if (address != NULL && purple_request_fields_get_bool (fields, id))
        attach (question->account, address, NULL);
    }
  cusax_callerquestions_free (question);
}

static void
on_menu_detach (PurpleBlistNode *node, gpointer data)
{
  PurpleBuddy *buddy = PURPLE_BUDDY (node);
  PurpleAccount *account = purple_buddy_get_account (buddy);
  g_autofree char *jid = g_strdup (purple_normalize (account, purple_buddy_get_name (buddy)));
  g_autofree char *primary = g_strdup_printf (_ ("Which do not belong to %s?"), jid);
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  CusaxCallerQuestion *question = cusax_callerquestions_new (account, NULL, jid);

  question->attached = list_attached (account, jid);
  for (guint i = 0; question->attached[i] != NULL; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      g_autoptr (CusaxAddress) address = cusax_address_parse_uri (question->attached[i], NULL);
      g_autofree char *label = address != NULL ? display_of (account, address) : NULL;

      if (label != NULL)
        purple_request_field_group_add_field (group, purple_request_field_bool_new (id, label, FALSE));
    }
  purple_request_fields_add_group (fields, group);
  purple_request_fields (question, _ ("Detach a number"), primary, NULL, fields, _ ("Detach"),
                         G_CALLBACK (on_detach), _ ("Cancel"), G_CALLBACK (cusax_callerquestions_on_cancel),
                         account, NULL, NULL, GUINT_TO_POINTER (question->id));
}

static char *
menu_label (PurpleAccount *account, const CusaxAddress *address)
{
  g_autofree char *display = display_of (account, address);
  g_autofree char *text = g_strdup_printf (_ ("Attach %s to this contact..."), display);

  return cusax_words_menu_label (text);
}

/* Attached, and yet unknown, if nobody vouched for the call (R32). */
static gboolean
is_listed (char **attached, const CusaxAddress *address)
{
  for (guint i = 0; attached[i] != NULL; i++)
    if (g_strcmp0 (attached[i], cusax_address_get_uri (address)) == 0)
      return TRUE;
  return FALSE;
}

GList *
cusax_callerchat_menu (PurpleBuddy *buddy)
{
  PurpleAccount *account = purple_buddy_get_account (buddy);
  const char *name = purple_buddy_get_name (buddy);
  CusaxAddress *unknown = cusax_callerchat_get_last_unknown (account);
  GList *entries = NULL;
  g_autofree char *jid = NULL;
  g_auto (GStrv) attached = NULL;

  if (!cusax_peers_is_jid (name))
    return NULL;
  jid = g_strdup (purple_normalize (account, name));
  attached = list_attached (account, jid);
  if (unknown != NULL && !is_listed (attached, unknown))
    {
      g_autofree char *label = menu_label (account, unknown);

      entries
        = g_list_append (entries, purple_menu_action_new (label, PURPLE_CALLBACK (on_menu_attach), NULL, NULL));
    }
  if (attached[0] != NULL)
    entries = g_list_append (
      entries, purple_menu_action_new (_ ("Detach a number..."), PURPLE_CALLBACK (on_menu_detach), NULL, NULL));
  return entries;
}
