/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people read when calls stand, are protected, transferred, joined or waiting, and when digits cannot be sent: whole,
 * translated sentences, plain text. Names are as callers.h makes them. Knows no libpurple.
 */
#pragma once

#include "account.h"
#include "call.h"

G_BEGIN_DECLS

/**
 * cusax_callwords_transfer:
 * @name: of the other side, for people
 *
 * Returns: (transfer full) (nullable): how far the transfer of @call is; NULL for none
 */
char *cusax_callwords_transfer (CusaxCall *call, const char *name);

/** Returns: (transfer full): "The call with Ulla is on hold: /resume goes on." */
char *cusax_callwords_on_hold (const char *name);

/** The same where nobody has a conversation open to type into. */
char *cusax_callwords_on_hold_in_menu (const char *name);

/** CusaxCallDeed: what was tried when an error came. */
typedef enum
{
  CUSAX_CALL_DEED_DIGITS,
  CUSAX_CALL_DEED_TRANSFER,
  CUSAX_CALL_DEED_JOIN,
  CUSAX_CALL_DEED_SWAP
} CusaxCallDeed;

/**
 * Puts the sentence for @reason, an error of phone/call.h or phone/account.h, into @error.
 *
 * Returns: FALSE always
 */
gboolean cusax_callwords_fail (CusaxCallDeed deed, const GError *reason, GError **error);

/** Returns: (transfer full): why digits did not arrive; @status: what the other side answered, 0: there was no
 * way */
char *cusax_callwords_digits_refused (guint status, const char *name);

/** Returns: (transfer full): "In call with Ulla, encrypted end to end." (R49) */
char *cusax_callwords_in_call (CusaxCall *call, const char *name);

/** Returns: (transfer full): the same when it changes: "The call with Ulla is no longer encrypted." */
char *cusax_callwords_keys_changed (CusaxCall *call, const char *name);

/** Returns: for a call that rings, behind "Encrypted: ": "yes, end to end" */
const char *cusax_callwords_keys_if_answered (CusaxCall *call);

/** Returns: (transfer full): nothing came, or of ours nothing arrives, for @seconds, and what helps (P1) */
char *cusax_callwords_silence (CusaxCall *call, const char *name, guint seconds, gboolean incoming);

/** Returns: (transfer full): the microphone (else the loudspeaker) failed in mid-call; @error (nullable): NULL: it works again */
char *cusax_callwords_device (const char *name, gboolean is_microphone, const GError *error);

/**
 * cusax_callwords_waiting:
 * @other: the call that stands beside one that rings here
 * @name: of its other side, for people
 *
 * Returns: (transfer full): what answering does to it: "You are in a call with Ulla; answering puts it on
 * hold."
 */
char *cusax_callwords_waiting (CusaxCall *other, const char *name);

G_END_DECLS
