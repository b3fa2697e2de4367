/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See chatcheck.h. */
#include "chatcheck.h"

#include "address.h"
#include "stanza.h"
#include "stream.h"

#include <glib/gi18n-lib.h>

#define ANSWER_MS 10000

/* The connection is remembered as a value to compare with: it may be gone, and another one in its place. */
typedef struct
{
  PurpleAccount *account;
  PurpleConnection *gc;
} Check;

static void
on_reply (gpointer user_data, xmlnode *reply)
{
  Check *check = user_data;
  gboolean is_same = g_list_find (purple_connections_get_all (), check->gc) != NULL
                     && purple_connection_get_account (check->gc) == check->account;

  /* An error is an answer, too. */
  if (reply == NULL && is_same && cusax_stream_is_up (check->gc))
    purple_connection_error_reason (check->gc, PURPLE_CONNECTION_ERROR_NETWORK_ERROR,
                                    _ ("The chat server does not answer any more."));
  g_free (check);
}

void
cusax_chatcheck_run (PurpleAccount *account)
{
  PurpleConnection *gc = purple_account_get_connection (account);
  g_autofree char *domain = cusax_address_jid_domain (purple_account_get_username (account), NULL);
  xmlnode *ping;
  Check *check;

  if (gc == NULL || domain == NULL || !cusax_stream_is_up (gc))
    return;
  ping = xmlnode_new ("ping");
  xmlnode_set_namespace (ping, "urn:xmpp:ping");
  check = g_new0 (Check, 1);
  check->account = account;
  check->gc = gc;
  cusax_stanza_send_iq (gc, "get", domain, ping, ANSWER_MS, on_reply, check);
}
