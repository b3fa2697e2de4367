/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See textmessages.h. */
#include "textmessages.h"

#include "connection.h"
#include "error.h"
#include "notices.h"
#include "peers.h"
#include "text.h"
#include "words.h"

#include <glib/gi18n-lib.h>

/** Sent: a message whose end is not known. */
typedef struct
{
  guint serial; /* the data of its callback, which may come when the account is gone */
  PurpleAccount *account;
  char *who;
} Sent;

/* Under way; NULL when there are none. Process-wide, so that a late answer finds nothing instead of freed
 * memory. */
static GPtrArray *under_way;
static guint last_serial;

static void
sent_free (gpointer data)
{
  Sent *sent = data;

  g_free (sent->who);
  g_free (sent);
}

static void
drop (guint index)
{
  g_ptr_array_remove_index (under_way, index);
  if (under_way->len == 0)
    g_clear_pointer (&under_way, g_ptr_array_unref);
}

static Sent *
find (gpointer serial, guint *index)
{
  for (*index = 0; under_way != NULL && *index < under_way->len; (*index)++)
    {
      Sent *sent = g_ptr_array_index (under_way, *index);

      if (GUINT_TO_POINTER (sent->serial) == serial)
        return sent;
    }
  return NULL;
}

static char *
failure_words (const char *who, guint status, const char *reason)
{
  g_autofree char *said = cusax_text_clean (reason, CUSAX_WORDS_MAX_LENGTH);

  switch (status)
    {
    case 404:
    case 484:
    case 604:
      return g_strdup_printf (_ ("The message was not delivered: %s does not exist."), who);
    case 405:
    case 415:
    case 488:
    case 501:
    case 606:
      return g_strdup_printf (_ ("The message was not delivered: %s does not take text messages."), who);
    case 408:
    case 480:
    case 503:
      return g_strdup_printf (_ ("The message was not delivered: %s cannot be reached now."), who);
    default:
      return g_strdup_printf (_ ("The message was not delivered: %s"),
                              said != NULL ? said : _ ("it was refused."));
    }
}

static void
on_sent (gpointer serial, guint status, const char *reason)
{
  guint index;
  Sent *sent = find (serial, &index);
  g_autofree char *who = NULL;
  PurpleAccount *account;

  if (sent == NULL)
    return;
  account = sent->account;
  who = g_steal_pointer (&sent->who);
  drop (index);
  if (status < 200 || status >= 300)
    {
      g_autofree char *words = failure_words (who, status, reason);

      cusax_notices_error (account, who, words);
    }
}

static void
put_words (CusaxAccount *phone, const GError *reason, GError **error)
{
  g_autofree char *words = NULL;

  if (g_error_matches (reason, CUSAX_ERROR, CUSAX_ERROR_OFFLINE))
    words = cusax_words_phone_state (phone);
  else if (g_error_matches (reason, CUSAX_ERROR, CUSAX_ERROR_INVALID))
    words = g_strdup (_ ("The message is too long."));
  else
    words = cusax_words_error (reason, cusax_account_get_server (phone));
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNAVAILABLE, words);
}

gboolean
cusax_textmessages_send (PurpleAccount *account, const char *who, const char *html, GError **error)
{
  CusaxConnection *connection = cusax_connection_find (account);
  CusaxAccount *phone = connection != NULL ? cusax_connection_get_account (connection) : NULL;
  CusaxConfig *config = phone != NULL ? cusax_account_get_config (phone) : NULL;
  g_autoptr (CusaxAddress) address = cusax_peers_address (account, who);
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;
  Sent *sent;
  guint index;

  if (purple_strequal (who, CUSAX_PEERS_ANONYMOUS))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
                           _ ("This is somebody who hides the number: nothing can be written there."));
      return FALSE;
    }
  if (config == NULL || !cusax_config_accepts_sip_messages (config) || address == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
                           _ ("This is a telephone address: nothing can be written there. /dial calls it."));
      return FALSE;
    }
  text = purple_markup_strip_html (html);
  sent = g_new0 (Sent, 1);
  sent->serial = ++last_serial;
  sent->account = account;
  sent->who = g_strdup (who);
  if (under_way == NULL)
    under_way = g_ptr_array_new_with_free_func (sent_free);
  g_ptr_array_add (under_way, sent);
  if (cusax_account_send_message (phone, address, text, on_sent, GUINT_TO_POINTER (sent->serial), &reason))
    return TRUE;
  if (find (GUINT_TO_POINTER (sent->serial), &index) != NULL)
    drop (index);
  put_words (phone, reason, error);
  return FALSE;
}

void
cusax_textmessages_forget (PurpleAccount *account)
{
  for (guint i = under_way != NULL ? under_way->len : 0; i > 0; i--)
    if (((Sent *) g_ptr_array_index (under_way, i - 1))->account == account)
      drop (i - 1);
}
