/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IQs of our own on libjabber's stream: sent through its signal, replies caught before libjabber sees them and
 * matched by id and sender (it checks the sender only later, RFC 6120 section 8.1.2.1). Each has a deadline,
 * and ends with the connection.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/* @reply: the iq, borrowed; NULL: no answer in time, or the connection ended. */
typedef void (*CusaxStanzaReply) (gpointer user_data, xmlnode *reply);

void cusax_stanza_init (PurplePlugin *plugin);
void cusax_stanza_shutdown (void);

/**
 * cusax_stanza_send_iq:
 * @to: (nullable): NULL: the own account; the reply may then come without from, or from the own bare JID
 * @payload: (transfer full): the child
 * @timeout_ms: deadline
 *
 * Returns: an id for cusax_stanza_cancel(); never 0
 */
guint cusax_stanza_send_iq (PurpleConnection *gc, const char *type, const char *to, xmlnode *payload,
                            guint timeout_ms, CusaxStanzaReply done, gpointer user_data);

/** @done is not called; the reply is still recognised and dropped, so that libjabber never wonders about it. */
void cusax_stanza_cancel (guint id);

/** Returns: the defined condition of an error reply ("item-not-found"), "" if there is none; NULL: no error */
const char *cusax_stanza_get_error (xmlnode *reply);

/** Sends any stanza. @packet: (transfer full) */
void cusax_stanza_send (PurpleConnection *gc, xmlnode *packet);

G_END_DECLS
