/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what a person clicked or typed to an address, and what has to be said or asked before it is dialled (R22 to
 * R28, R42, R43). One table of policy; decides, does nothing.
 *
 *   from       class              says
 *   click      on-net             GO
 *   click      foreign SIP        TELL once per domain, then GO
 *   click      telephone network  ASK_COST unless allowed for this number
 *   any        emergency          GO
 *   typed      any                GO
 *   click, several equal and no choice yet       ASK_WHICH
 *
 * A contact that is named by hand counts as clicked: nobody sees in a JID that it costs something.
 */
#pragma once

#include "directory.h"

G_BEGIN_DECLS

typedef enum
{
  CUSAX_DIAL_GO,
  CUSAX_DIAL_TELL,      /* one-time notice: @address goes to another service; dial after it was seen */
  CUSAX_DIAL_ASK_COST,  /* "calls the telephone network, may be charged": Call, Chat instead, Always */
  CUSAX_DIAL_ASK_WHICH  /* several equal ones in @list */
} CusaxDialStep;

/** CusaxDial: a decision. */
typedef struct
{
  CusaxDialStep step;
  CusaxAddress *address; /* (nullable): NULL for ASK_WHICH */
  char *key;             /* (nullable): of @address */
  CusaxClass class_;
  char *jid;             /* (nullable): the contact, for its name and "Chat instead" */
  GPtrArray *list;       /* (nullable) (element-type CusaxDialable): for ASK_WHICH, the equal ones only */
} CusaxDial;

void cusax_dial_free (CusaxDial *dial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxDial, cusax_dial_free)

/**
 * cusax_dial_contact:
 * @jid: bare: a roster click, or a JID that was typed
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_UNSUPPORTED: nothing is known by which it could be called
 */
CusaxDial *cusax_dial_contact (CusaxDirectory *directory, CusaxConfig *config, const char *jid, GError **error);

/** A click on one of several numbers of @jid (nullable): as above, for this @address. */
CusaxDial *cusax_dial_address (CusaxDirectory *directory, CusaxConfig *config, CusaxAddress *address,
                               const char *jid);

/**
 * cusax_dial_typed:
 * @text: number, SIP address or JID, by hand (R28)
 *
 * "user@domain" is a JID if it is a contact's, or of the own chat domain; otherwise a SIP address.
 *
 * Returns: (transfer full): as cusax_dial_contact() for the JID of a contact, otherwise GO; NULL with
 *   CUSAX_ERROR_INVALID, or CUSAX_ERROR_UNSUPPORTED for a contact without an address
 */
CusaxDial *cusax_dial_typed (CusaxDirectory *directory, CusaxConfig *config, const char *text, GError **error);

G_END_DECLS
