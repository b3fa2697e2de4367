/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins an account's directory to libpurple: the roster goes in, vCards come by xmpp/vcards, files lie in
 * "cusax/" of the user folder (CusaxStore), and what is known of a contact shows in tooltips. Owned by the
 * connection, made before its telephone.
 */
#pragma once

#include <purple.h>

#include "account.h"
#include "ports.h"
#include "vcards.h"

G_BEGIN_DECLS

typedef struct _CusaxContacts CusaxContacts;

CusaxContacts *cusax_contacts_new (PurpleAccount *account);
void cusax_contacts_free (CusaxContacts *contacts);

/* For CusaxPorts; (transfer none). */
CusaxCardPort *cusax_contacts_get_cards (CusaxContacts *contacts);
CusaxStore *cusax_contacts_get_store (CusaxContacts *contacts);
CusaxVcards *cusax_contacts_get_vcards (CusaxContacts *contacts);
gint64 cusax_contacts_wall_time (void);

/** After the telephone was made, before it is configured: feeds the roster, now and as it changes. Cut by free. */
void cusax_contacts_attach (CusaxContacts *contacts, CusaxAccount *phone);

/** The telephone's state changed: reachability is told or withdrawn (R17). */
void cusax_contacts_update_reach (CusaxContacts *contacts);

/** A call began or ended, or the settings changed: "on the phone" is told or taken back (R36). */
void cusax_contacts_update_activity (CusaxContacts *contacts);

/** Adds "On the phone" if the contact says so, and "Phone" lines (address, class, where it is from) for a buddy; a look in the sense of R27. */
void cusax_contacts_tooltip (PurpleBuddy *buddy, PurpleNotifyUserInfo *info);

G_END_DECLS
