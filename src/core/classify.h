/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a target is before it is dialled (R42): free on the own network, another SIP service, the telephone network,
 * an emergency. What follows from it (asking, telling, words for refusals) is a table in phone/dial and purple/words.
 */
#pragma once

#include "address.h"
#include "config.h"

G_BEGIN_DECLS

typedef enum
{
  CUSAX_CLASS_ON_NET,            /* name at an own or related domain, or a number of on_net_numbers */
  CUSAX_CLASS_FOREIGN_SIP,       /* another host, or any name with a port or at an IP literal */
  CUSAX_CLASS_TELEPHONE_NETWORK, /* a number at an own domain or what may be our proxy by another name (sip_server, a
                                  * machine of the domain, an IP literal), also "*21*0900..#" codes; user=phone anywhere */
  CUSAX_CLASS_EMERGENCY          /* never delayed by a question */
} CusaxClass;

/**
 * cusax_classify_address:
 *
 * What an exchange could dial is a number, with user=phone or without; only "sip:7042@own", up to 4 digits not begun
 * by 0, is an extension and on-net.
 *
 * Returns: the class of @target, as seen from the account of @config
 */
CusaxClass cusax_classify_address (const CusaxAddress *target, const CusaxConfig *config);

/**
 * cusax_classify_key:
 *
 * The one text by which addresses are compared across cards and calls (R31: equality only). A number at an own or
 * related domain gives "tel:" and its E.164 form, or "tel:" and its digits when it has none (extension, code);
 * everything else its canonical URI, so RFC 3261 section 19.1.4 is a comparison of texts.
 *
 * Returns: (transfer full): never NULL
 */
char *cusax_classify_key (const CusaxAddress *address, const CusaxConfig *config);

/**
 * cusax_classify_guess:
 * @jid: bare or full
 *
 * The same-name address of a contact (R2): user@AOR-domain for a contact of the account's own chat domain, if the
 * AOR's domain is that domain or one of related_domains (a separate provider's bob is another bob).
 *
 * Returns: (transfer full) (nullable)
 */
CusaxAddress *cusax_classify_guess (const char *jid, const CusaxConfig *config);

/** Returns: TRUE if both domains are the same, or both are own or related ones (R31) */
gboolean cusax_classify_is_same_service (const char *domain, const char *other, const CusaxConfig *config);

G_END_DECLS
