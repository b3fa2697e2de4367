/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See voicemail.h. */
#include "voicemail.h"

#include "connection.h"
#include "dialling.h"
#include "error.h"
#include "notices.h"

#include <glib/gi18n-lib.h>

/** Told: what was said to the owner of one account. */
typedef struct
{
  PurpleAccount *account;
  guint new_messages; /* 1 also for "some" */
  gboolean is_asking; /* the window stands, or was closed by Escape, of which Pidgin tells nobody */
} Told;

/* Process-wide, as windows are; freed with the last entry. */
static GHashTable *all; /* PurpleAccount -> Told */

/* A host that calls back for the end of a question says nothing by that. */
static void
close_question (Told *told)
{
  told->is_asking = FALSE;
  purple_request_close_with_handle (told);
}

static void
told_free (gpointer data)
{
  close_question (data);
  g_free (data);
}

static Told *
get (PurpleAccount *account)
{
  Told *told;

  if (all == NULL)
    all = g_hash_table_new_full (NULL, NULL, NULL, told_free);
  told = g_hash_table_lookup (all, account);
  if (told != NULL)
    return told;
  told = g_new0 (Told, 1);
  told->account = account;
  g_hash_table_insert (all, account, told);
  return told;
}

/* NULL where the telephone is gone, or was never there. */
static CusaxMailbox *
mailbox_of (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);

  return connection != NULL ? cusax_account_get_mailbox (cusax_connection_get_account (connection)) : NULL;
}

/* ------------------------------------------------------------------- words */

/* Returns: (transfer full): "3 new messages (1 old)" */
static char *
count_words (const CusaxMailbox *mailbox)
{
  guint fresh = cusax_mailbox_get_new (mailbox);
  guint old = cusax_mailbox_get_old (mailbox);
  g_autofree char *fresh_words = NULL;

  if (!cusax_mailbox_is_waiting (mailbox))
    fresh_words = g_strdup (_ ("no new messages"));
  else if (fresh == 0)
    fresh_words = g_strdup (_ ("new messages"));
  else
    fresh_words = g_strdup_printf (ngettext ("%u new message", "%u new messages", fresh), fresh);
  if (old == 0)
    return g_steal_pointer (&fresh_words);
  /* Translators: "3 new messages (1 old)" */
  return g_strdup_printf (ngettext ("%s (%u old)", "%s (%u old)", old), fresh_words, old);
}

char *
cusax_voicemail_words (PurpleAccount *account)
{
  CusaxMailbox *mailbox = mailbox_of (account);
  g_autofree char *count = NULL;

  if (mailbox == NULL || !cusax_mailbox_is_known (mailbox))
    return NULL;
  count = count_words (mailbox);
  return g_strdup_printf (_ ("Voicemail: %s."), count);
}

/* ------------------------------------------------------------------ calling */

/* By hand: the person set the number, or the own service named an address of its own
 * (cusax_mailbox_get_address()). */
gboolean
cusax_voicemail_call (PurpleAccount *account, GError **error)
{
  CusaxMailbox *mailbox = mailbox_of (account);
  CusaxAddress *address = mailbox != NULL ? cusax_mailbox_get_address (mailbox) : NULL;

  if (address != NULL)
    return cusax_dialling_typed (account, cusax_address_get_uri (address), error);
  if (mailbox == NULL)
    g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, _ ("Telephony: off."));
  else
    g_set_error_literal (
      error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
      _ ("The telephony service has not said which number its voicemail has. Write it into “Voicemail "
         "number or address” of “Telephony settings...”."));
  return FALSE;
}

void
cusax_voicemail_call_or_tell (PurpleAccount *account)
{
  g_autoptr (GError) error = NULL;

  if (!cusax_voicemail_call (account, &error))
    cusax_notices_error (account, NULL, error->message);
}

/* ------------------------------------------------------------------ the window */

/* A button closes the window by itself, after its handler. */
static void
on_call (gpointer data, int action)
{
  Told *told = data;

  if (!told->is_asking)
    return;
  told->is_asking = FALSE;
  cusax_voicemail_call_or_tell (told->account);
}

static void
on_known (gpointer data, int action)
{
  ((Told *) data)->is_asking = FALSE;
}

static void
show (Told *told, CusaxMailbox *mailbox)
{
  g_autofree char *count = count_words (mailbox);
  g_autofree char *primary = g_strdup_printf (_ ("Voicemail: %s."), count);
  g_autofree char *secondary = g_strdup_printf (_ ("Account: %s"), purple_account_get_username (told->account));

  close_question (told);
  told->is_asking = TRUE;
  if (cusax_mailbox_get_address (mailbox) == NULL)
    {
      purple_request_action (told, _ ("Voicemail"), primary, secondary, 0, told->account, NULL, NULL, told, 1,
                             _ ("Close"), G_CALLBACK (on_known));
      return;
    }
  purple_request_action (told, _ ("Voicemail"), primary, secondary, 1, told->account, NULL, NULL, told, 2,
                         _ ("Call voicemail"), G_CALLBACK (on_call), _ ("Close"), G_CALLBACK (on_known));
}

void
cusax_voicemail_changed (PurpleAccount *account, CusaxMailbox *mailbox)
{
  Told *told = get (account);
  guint now = cusax_mailbox_is_waiting (mailbox) ? MAX (cusax_mailbox_get_new (mailbox), 1) : 0;
  guint before = told->new_messages;

  told->new_messages = now;
  if (now > before)
    show (told, mailbox);
  else if (now == 0)
    close_question (told);
}

void
cusax_voicemail_forget (PurpleAccount *account)
{
  if (all == NULL)
    return;
  g_hash_table_remove (all, account);
  if (g_hash_table_size (all) == 0)
    g_clear_pointer (&all, g_hash_table_destroy);
}
