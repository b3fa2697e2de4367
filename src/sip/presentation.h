/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What our messages say about us beyond the address of record, as header lines (R18 to R21; RFC 3323, RFC 3325,
 * RFC 6993): Call-Info, the seed draft's second Contact, or anonymity. Whether it may be said at all is decided
 * above.
 */
#pragma once

#include "ports.h"
#include "self.h"
#include "stack.h"

G_BEGIN_DECLS

/** CusaxPresentation: lines for SIPTAG_UNKNOWN_STR(), which skips NULL: written as they are, after the headers
 * that Sofia writes itself, and never read by it as a Contact of the dialog. */
typedef struct
{
  gboolean is_anonymous;
  char *call_info; /* "Call-Info: <xmpp:...>;purpose=impp" */
  char *contact;   /* "Contact: <xmpp:...>" */
  char *privacy;   /* "Privacy: id" */
  char *call_id;   /* of a handle for requests from us */
} CusaxPresentation;

/** Replaces what was there. @disclosure: (nullable): nothing; a URI that would break its line is left out. */
void cusax_presentation_set (CusaxPresentation *presentation, const CusaxSipDisclosure *disclosure);
void cusax_presentation_clear (CusaxPresentation *presentation);

/** Returns: (transfer full): the user part for our Contact: @user, or for an anonymous dialog one of its own,
 * because
 * @user would join it to our other dialogs */
char *cusax_presentation_make_user (const CusaxPresentation *presentation, const char *user);

/** Returns: (transfer full): the value of From */
char *cusax_presentation_format_from (const CusaxPresentation *presentation, const CusaxAddress *aor);

/**
 * cusax_presentation_format_preferred:
 * @is_protected: the message goes to our own proxy over verified TLS
 *
 * Returns: (transfer full) (nullable): an anonymous caller's line for his own proxy alone, which has to know
 * whom it lets call and takes the line out (RFC 3325 section 9.2)
 */
char *cusax_presentation_format_preferred (const CusaxPresentation *presentation, const CusaxAddress *aor,
                                           gboolean is_protected);

/** Returns: (transfer full) (nullable): a handle for requests from us to @target. What it says goes with every
 * request on it, those that Sofia sends by itself included: a BYE without Privacy would have our proxy assert
 * who we are. */
nua_handle_t *cusax_presentation_make_handle (const CusaxPresentation *presentation, CusaxStack *stack,
                                              const CusaxSelf *self, const CusaxAddress *target);

G_END_DECLS
