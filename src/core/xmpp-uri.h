/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xmpp: URIs (RFC 5122) as far as they name a bare JID in a SIP header or a conference description. Everything
 * else in them (authority, query, node, fragment, resource) is hostile decoration: dropped, never acted upon (R35).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_xmpp_uri_to_jid:
 * @uri: "xmpp:alice%40x@example.org/desk?message;body=hi", "xmpp://me@here/alice@example.org"; any case of scheme
 *
 * Percent-decodes the path and reduces it to node@domain. Refuses other schemes, more than 3072 bytes, control and
 * format characters after decoding, a missing node.
 *
 * Returns: (transfer full): the bare JID, domain in lower case; NULL with CUSAX_ERROR_INVALID
 */
char *cusax_xmpp_uri_to_jid (const char *uri, GError **error);

/**
 * cusax_xmpp_uri_from_jid:
 * @jid: "node@domain[/resource]"
 * @with_resource: keep the resource (the seed draft's Contact); otherwise the bare JID
 *
 * Returns: (transfer full): "xmpp:node@domain", escaped for RFC 5122 and for a SIP header; NULL + INVALID
 */
char *cusax_xmpp_uri_from_jid (const char *jid, gboolean with_resource, GError **error);

G_END_DECLS
