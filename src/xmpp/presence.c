/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See presence.h. libjabber writes a stanza in the last handler of its own signal, and survives no handler that takes
 * the stanza out before. So that handler is replaced by a gate, which calls it for everything that may leave. Who
 * watches the signal (the XMPP console, libjabber's extensions) has seen a held presence already, and sees it once.
 */
#include "presence.h"

#include "libjabber.h"
#include "stream.h"

#include <string.h>

/* libjabber's signals are process-wide, so is this. NULL: not started. */
static PurplePlugin *our_plugin = NULL;
static GHashTable *holds = NULL; /* PurpleAccount -> Hold */
static gboolean listening = FALSE;

typedef struct
{
  xmlnode *newest; /* (nullable): ours, a copy */
} Hold;

static void
hold_free (gpointer data)
{
  Hold *hold = data;

  g_clear_pointer (&hold->newest, xmlnode_free);
  g_free (hold);
}

/* ------------------------------------------------------------------ the gate */

/* Broadcast presence (RFC 6121 section 4.2.1, 4.5.1): to nobody in particular, so neither a room nor a subscription. */
static gboolean
is_broadcast (xmlnode *packet)
{
  return purple_strequal (packet->name, "presence") && xmlnode_get_attrib (packet, "to") == NULL;
}

/* Returns: TRUE if @packet stays here. The caller frees @packet, whatever happens. */
static gboolean
keep (Hold *hold, xmlnode *packet)
{
  const char *type = xmlnode_get_attrib (packet, "type");

  /* "unavailable" outdates what waits: to send that later would undo it. */
  if (type == NULL || purple_strequal (type, "unavailable"))
    g_clear_pointer (&hold->newest, xmlnode_free);
  if (type != NULL)
    return FALSE;
  hold->newest = xmlnode_copy (packet);
  return TRUE;
}

static void
on_last_before_the_wire (PurpleConnection *gc, xmlnode **packet, gpointer unused)
{
  /* Somebody else's plugin may have taken it out. */
  if (packet == NULL || *packet == NULL)
    return;

  Hold *hold = g_hash_table_lookup (holds, purple_connection_get_account (gc));
  if (hold == NULL || !is_broadcast (*packet) || !keep (hold, *packet))
    jabber_send_signal_cb (gc, packet, NULL);
}

/* -------------------------------------------------------------- connections */

static void
on_signed_off (PurpleConnection *gc, gpointer unused)
{
  g_hash_table_remove (holds, purple_connection_get_account (gc));
}

/* Not in load(): there are no connections yet when plugins are probed. */
static void
listen (void)
{
  if (listening)
    return;
  listening = TRUE;
  purple_signal_connect (purple_connections_get_handle (), "signed-off", &holds, PURPLE_CALLBACK (on_signed_off),
                         NULL);
}

void
cusax_presence_hold (PurpleAccount *account)
{
  g_return_if_fail (holds != NULL);

  listen ();
  if (!cusax_presence_is_held (account))
    g_hash_table_insert (holds, account, g_new0 (Hold, 1));
}

void
cusax_presence_release (PurpleAccount *account)
{
  Hold *hold = holds != NULL ? g_hash_table_lookup (holds, account) : NULL;
  if (hold == NULL)
    return;

  /* First gone, then sent: sending may end the connection. */
  PurpleConnection *gc = purple_account_get_connection (account);
  xmlnode *newest = g_steal_pointer (&hold->newest);
  g_hash_table_remove (holds, account);
  if (newest != NULL && cusax_stream_is_up (gc))
    jabber_send_signal_cb (gc, &newest, NULL);
  g_clear_pointer (&newest, xmlnode_free);
}

gboolean
cusax_presence_is_held (PurpleAccount *account)
{
  return holds != NULL && g_hash_table_contains (holds, account);
}

/* -------------------------------------------------------------- load, unload */

void
cusax_presence_init (PurplePlugin *plugin)
{
  g_return_if_fail (our_plugin == NULL);
  our_plugin = plugin;
  holds = g_hash_table_new_full (NULL, NULL, NULL, hold_free);
  purple_signal_disconnect (plugin, "jabber-sending-xmlnode", plugin, PURPLE_CALLBACK (jabber_send_signal_cb));
  purple_signal_connect_priority (plugin, "jabber-sending-xmlnode", &holds, PURPLE_CALLBACK (on_last_before_the_wire),
                                  NULL, PURPLE_SIGNAL_PRIORITY_HIGHEST);
}

void
cusax_presence_shutdown (void)
{
  if (our_plugin == NULL)
    return;

  purple_signals_disconnect_by_handle (&holds);
  purple_signal_connect_priority (our_plugin, "jabber-sending-xmlnode", our_plugin,
                                  PURPLE_CALLBACK (jabber_send_signal_cb), NULL, PURPLE_SIGNAL_PRIORITY_HIGHEST);
  listening = FALSE;
  g_clear_pointer (&holds, g_hash_table_unref);
  our_plugin = NULL;
}
