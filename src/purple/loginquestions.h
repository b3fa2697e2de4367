/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person is asked while telephony signs in: an untrusted certificate (P4), the one field for a telephony password
 * when the shared one was refused or is withheld (R2, R47), a server elsewhere (301, 302, 305). One question per account
 * at a time; the same one is not asked again in a session once it was closed without an answer, until settings change or
 * a person starts telephony.
 */
#pragma once

#include <purple.h>

#include "account.h"

G_BEGIN_DECLS

/** CusaxAccountListener.on_certificate: asks; yes pins and starts telephony. */
void cusax_loginquestions_certificate (PurpleAccount *account, const CusaxCertificate *certificate);

/** CusaxAccountListener.on_redirect: asks; yes stores it as sip_server and starts telephony. */
void cusax_loginquestions_redirect (PurpleAccount *account, const char *uri);

/** After each on_state: asks for a telephony password when that is what helps, closes what is answered by the state. */
void cusax_loginquestions_update (PurpleAccount *account, CusaxAccount *phone);

/** Returns: TRUE while a question about the state of now stands, or was closed by Escape: nothing else need be said of it. */
gboolean cusax_loginquestions_is_open (PurpleAccount *account);

/** A person changed settings or started telephony: what was closed may be asked again. */
void cusax_loginquestions_reset (PurpleAccount *account);

/** Closes everything of the account. */
void cusax_loginquestions_forget (PurpleAccount *account);

G_END_DECLS
