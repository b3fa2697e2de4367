/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What our SIP messages may say about us beyond the address of record, towards whom (R18 to R21, R50; RFC 6993 section
 * 2: tying identifiers together is the user's choice). One table, asked for each call.
 */
#pragma once

#include "binding.h"
#include "classify.h"
#include "config.h"

G_BEGIN_DECLS

typedef enum
{
  CUSAX_DISCLOSURE_NOTHING = 0,
  CUSAX_DISCLOSURE_CHAT_URI = 1 << 0,     /* Call-Info with the bare JID */
  CUSAX_DISCLOSURE_CHAT_CONTACT = 1 << 1, /* the seed draft's second Contact */
  CUSAX_DISCLOSURE_ANONYMOUS = 1 << 2     /* no name at all; then nothing else */
} CusaxDisclosure;

/**
 * cusax_disclosure_to_callee:
 * @callee: the address that is dialled
 *
 * Own services (numbers go there too) by share_chat_address; another service only with share_chat_address_foreign, also
 * where user=phone makes its address a number. A call for help is never anonymous.
 */
CusaxDisclosure cusax_disclosure_to_callee (const CusaxAddress *callee, const CusaxConfig *config);

/**
 * cusax_disclosure_to_caller:
 * @grade: of the caller
 * @caller: (nullable): his address
 *
 * In our 18x and 200 (R21): only towards a confirmed contact, under the same switches.
 */
CusaxDisclosure cusax_disclosure_to_caller (CusaxBindingGrade grade, const CusaxAddress *caller,
                                            const CusaxConfig *config);

G_END_DECLS
