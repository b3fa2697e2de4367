/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pure half of finding a provider's document: addresses to ask, answers to read, hosts to trust. WebFinger (RFC 7033
 * with acct: of RFC 7565) comes over the domain's own certificate, so its link may lead anywhere over https; NAPTR (RFC
 * 6011) is unsigned, so what it names must lie in the domain. No network.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_WEBFINGER_LINK "tag:purple-cusax,2026:config"
#define CUSAX_WEBFINGER_MAX_BYTES (64 * 1024)

/** Returns: (transfer full) (nullable): the domain of bare @jid in lower-case ASCII; NULL if it has none that DNS knows */
char *cusax_webfinger_dup_domain (const char *jid);

/** Returns: (transfer full) (nullable): whom to ask about bare @jid, and how; NULL if it has no such domain */
char *cusax_webfinger_build_url (const char *jid);

/**
 * cusax_webfinger_read:
 * @text: @length bytes of an answer with status 200
 *
 * A page for people, which many servers give for any address, is as good as no answer.
 *
 * Returns: (transfer full) (nullable): where the document is, as of cusax_weburl_parse(); NULL without error if there is no
 *   such link; NULL with CUSAX_ERROR_INVALID if it is broken
 */
char *cusax_webfinger_read (const char *text, gsize length, GError **error);

/**
 * cusax_webfinger_read_naptr:
 * @records: (element-type CusaxNaptr): as of cusax_naptr_parse(): sorted
 * @domain: whose they are
 *
 * Takes the first SFUA.CFG record with flag U whose regexp is "!.*!https://...!", with any delimiter, and names a host of
 * @domain.
 *
 * Returns: (transfer full) (nullable)
 */
char *cusax_webfinger_read_naptr (const GPtrArray *records, const char *domain);

/** Returns: TRUE if the host of @url is @domain or below it: it may see the password of the account */
gboolean cusax_webfinger_is_in_domain (const char *url, const char *domain);

G_END_DECLS
