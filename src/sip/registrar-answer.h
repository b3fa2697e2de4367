/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an answer to REGISTER says: pure functions for registrar.c; everything in it may be wrong. */
#pragma once

#include <sofia-sip/sip.h>

#include <glib.h>

G_BEGIN_DECLS

/** The longest time, in seconds, that a binding is believed to last. */
#define CUSAX_REGISTRAR_GRANTED_MAX 86400

/** Returns: for how many seconds the binding with user part @user was granted; 0: not at all. @asked if it is
 * not said. */
guint cusax_registrar_read_granted (const sip_t *sip, const char *user, guint asked);

/** Returns: (transfer full) (nullable): the IP literal that we come from (RFC 3261 section 18.2.1, RFC 3581);
 * @port: (out): 0: not said */
char *cusax_registrar_read_seen (const sip_t *sip, guint16 *port);

/** Returns: (transfer full) (nullable): the public GRUU of the binding with +sip.instance @instance (a UUID), RFC 5627
 * section 4.2; a valid SIP URI with "gr" */
char *cusax_registrar_read_gruu (const sip_t *sip, const char *instance);

/** Returns: seconds of Retry-After, bounded; 0: none */
guint cusax_registrar_read_retry_after (const sip_t *sip);

/** Returns: (transfer full) (nullable): the first sip: or sips: URI among the Contacts that is fit to be shown
 */
char *cusax_registrar_read_redirect (const sip_t *sip);

/** Returns: (transfer full): the event packages that Allow-Events names, at most 32 */
GStrv cusax_registrar_read_events (const sip_t *sip);

/** Returns: (transfer full): what the final answer @status means for whoever would try again */
GError *cusax_registrar_make_error (int status, const char *phrase);

G_END_DECLS
