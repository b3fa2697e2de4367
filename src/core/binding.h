/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much it is worth that an address belongs to a JID (R31). One table decides (binding.c), because a vCard is
 * written by its owner: a contact at evil.example may list the CEO's number.
 *
 *   card lists the address   and                                                          grade
 *   by the person (attached) authenticated                                                STRONG
 *   by the person (attached) not authenticated (R32)                                      WEAK
 *   alone                    authenticated, and same or related domain or the cue agrees  STRONG
 *   alone                    anything less                                                WEAK
 *   no card entry to say so  own-domain JID with the same name, authenticated             STRONG (R2's guess)
 *   no card entry to say so  the same, not authenticated                                  WEAK
 *   two JIDs claim it (the same-name contact counts as one), or nobody                    NONE
 *
 * The same-name guess holds only for a contact whose card is not known or has no entry that can be dialled; whoever
 * bears the name contests another's claim in any case. A number's domain is that of the address that carried it.
 * Cards of JIDs outside of the roster name nobody.
 */
#pragma once

#include "callerid.h"
#include "identity.h"

G_BEGIN_DECLS

typedef enum
{
  CUSAX_BINDING_NONE,
  CUSAX_BINDING_WEAK,  /* the address stays in view; no avatar, no history, chat only after a question */
  CUSAX_BINDING_STRONG
} CusaxBindingGrade;

/** CusaxBindingSource: who the contacts are. */
typedef struct
{
  const CusaxIdentity *identity;
  /* TRUE if @jid (bare) is in the account's roster: nobody else is ever named. */
  gboolean (*is_contact) (gpointer user_data, const char *jid);
  /* (nullable): the JID that the person attached to @key. */
  const char *(*get_attached) (gpointer user_data, const char *key);
  gpointer user_data;
} CusaxBindingSource;

/**
 * cusax_binding_grade:
 * @jid: (out) (transfer full) (nullable): the contact; NULL for NONE
 *
 * Anonymous callers are NONE.
 */
CusaxBindingGrade cusax_binding_grade (const CusaxBindingSource *source, const CusaxCallerId *caller,
                                       const CusaxConfig *config, char **jid);

G_END_DECLS
