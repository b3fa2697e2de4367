/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The voicemail of an account (RFC 3842): SUBSCRIBEs to message-summary of the own address while telephony is up, takes
 * unasked NOTIFYs too, and knows which address plays the messages. A server that refuses the subscription is asked again
 * with the next registration only.
 */
#pragma once

#include "config.h"
#include "ports.h"

G_BEGIN_DECLS

typedef struct _CusaxMailbox CusaxMailbox;

/* What is known changed. */
typedef void (*CusaxMailboxChanged) (gpointer user_data, CusaxMailbox *mailbox);

/** @sip, @clock: borrowed. Returns: (transfer full): knows nothing, asks nobody */
CusaxMailbox *cusax_mailbox_new (CusaxSipPort *sip, CusaxClock *clock, CusaxMailboxChanged changed, gpointer user_data);
void cusax_mailbox_free (CusaxMailbox *mailbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxMailbox, cusax_mailbox_free)

/** Telephony is up with @config (subscribes, unless that stands), or, with NULL, down: what was said stays. */
void cusax_mailbox_set_up (CusaxMailbox *mailbox, CusaxConfig *config);

/** A NOTIFY that nobody asked for. */
void cusax_mailbox_take (CusaxMailbox *mailbox, const char *content_type, const char *body, gsize length);

gboolean cusax_mailbox_is_known (const CusaxMailbox *mailbox);   /* the server has said something */
gboolean cusax_mailbox_is_waiting (const CusaxMailbox *mailbox); /* there are new ones */
guint cusax_mailbox_get_new (const CusaxMailbox *mailbox);       /* voice messages; 0 also if it told no number */
guint cusax_mailbox_get_old (const CusaxMailbox *mailbox);

/** (transfer none) (nullable): whom to call: the setting, else what the server announced if it is in a domain of ours. */
CusaxAddress *cusax_mailbox_get_address (const CusaxMailbox *mailbox);

G_END_DECLS
