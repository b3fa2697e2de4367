/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The texts of the questions of loginquestions.c: what is wrong with a certificate, who refused which password, where a
 * server sends us. Whatever a certificate or a server says of itself is cleaned and cut (core/text).
 */
#pragma once

#include "account.h"

#include <glib.h>

G_BEGIN_DECLS

/** Returns: (transfer full): "AB:CD:.. AB:CD:..", in groups of four, on two lines */
char *cusax_loginwords_fingerprint (const char *fingerprint);

/** Returns: (transfer full): the secondary text of the certificate question, fit for this host */
char *cusax_loginwords_certificate (const char *username, const CusaxCertificate *certificate);

/**
 * cusax_loginwords_password:
 * @phone: REFUSED with CUSAX_ERROR_CREDENTIALS or _WITHHELD
 * @with_hint: the server says that the chat password is good there
 *
 * Returns: (transfer full): which side refused what
 */
char *cusax_loginwords_password (const char *username, const CusaxAccount *phone, gboolean with_hint);

/**
 * cusax_loginwords_redirect:
 * @uri: as the server named it
 * @host: of @uri
 *
 * Returns: (transfer full)
 */
char *cusax_loginwords_redirect (const char *username, const CusaxAccount *phone, const char *uri, const char *host);

/** Returns: TRUE if @host is one of the account's own domains or below one */
gboolean cusax_loginwords_is_own_host (const CusaxConfig *config, const char *host);

G_END_DECLS
