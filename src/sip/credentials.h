/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who gets an answer to 401 and 407, and who does not (R47). A CusaxLogin is what everything on one leg signs
 * in with: the settings as they are now, and what the registrar asked with. CusaxCredentials answers on one nua
 * handle and keeps count: asked again, the password is wrong, and there is no second try. Far ends of calls and
 * their proxies may ask as well; they get no hash of the password. The computation is digest.c's. RFC 3261
 * section 22, RFC 8760.
 */
#pragma once

#include "stack.h"

G_BEGIN_DECLS

typedef struct _CusaxLogin CusaxLogin;
typedef struct _CusaxCredentials CusaxCredentials;

CusaxLogin *cusax_login_new (CusaxConfig *config);
CusaxLogin *cusax_login_ref (CusaxLogin *login);
void cusax_login_unref (CusaxLogin *login);

/**
 * cusax_login_renew:
 *
 * Takes other settings for the same address of record and server. If user or password differ, all that stands
 * (registration, calls) answers its next challenge with the new ones, once more even if it is about the old
 * ones; nothing is sent.
 *
 * Returns: FALSE if @config is for another place: nothing is taken
 */
gboolean cusax_login_renew (CusaxLogin *login, CusaxConfig *config);

/** Returns: (nullable): "SHA-256": with what the registrar was answered, the weakest if its proxies asked too;
 * NULL: nobody asked */
const char *cusax_login_get_algorithm (CusaxLogin *login);

/** Returns: TRUE if the registrar, over verified TLS, named our XMPP domain as one where the password is good
 * (domain=, RFC 7616 section 3.3). A hint for a question to people, never a permission. */
gboolean cusax_login_has_hint (CusaxLogin *login);

typedef enum
{
  CUSAX_CREDENTIALS_REGISTER, /* any realm is answered, and noted */
  CUSAX_CREDENTIALS_CALL,     /* what the registrar asked with counts */
  CUSAX_CREDENTIALS_ANONYMOUS /* the same; a stranger who asks does not learn the user name either */
} CusaxCredentialsUse;

/**
 * cusax_credentials_new:
 * @handler: whose handle is answered on; borrowed, must outlive the result
 *
 * Who is answered, apart from the registrar itself: a realm that the registrar asked for, and for the chat
 * password with an algorithm that is no weaker than the registrar's. If the registrar never asked: 407 with our
 * domain as realm. A password for telephony alone is also shown to proxies (407) of other realms, since
 * providers have them, but not on anonymous calls.
 */
CusaxCredentials *cusax_credentials_new (CusaxLogin *login, CusaxHandler *handler, CusaxCredentialsUse use);
void cusax_credentials_free (CusaxCredentials *credentials);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxCredentials, cusax_credentials_free)

/**
 * cusax_credentials_answer:
 * @event: an answer of 401 or 407
 * @is_protected: the hop is verified TLS
 *
 * Calls nua_authenticate().
 *
 * Returns: FALSE with CUSAX_ERROR_CREDENTIALS (refused, or none set), CUSAX_ERROR_NOT_PROTECTED or
 *   CUSAX_ERROR_WITHHELD (R47), CUSAX_ERROR_UNSUPPORTED (no digest challenge that we know in it)
 */
gboolean cusax_credentials_answer (CusaxCredentials *credentials, const CusaxSipEvent *event,
                                   gboolean is_protected, GError **error);

/** The same; the request goes on as @cseq (nullable): "7 BYE", for one that Sofia does not count by itself. */
gboolean cusax_credentials_answer_anew (CusaxCredentials *credentials, const CusaxSipEvent *event, gboolean is_protected,
                                        const char *cseq, GError **error);

/** The handle is another one: whoever asks there has had no answer yet. */
void cusax_credentials_forget (CusaxCredentials *credentials);

/**
 * cusax_credentials_decline:
 * @event: a challenge that cusax_credentials_answer() has just refused, to a request of a handle that goes on
 *
 * Lets the request be sent once more without an answer, and the handle's later ones too.
 *
 * Returns: FALSE if nothing waits: @event was the end of the request
 */
gboolean cusax_credentials_decline (CusaxCredentials *credentials, const CusaxSipEvent *event);

/** CUSAX_CREDENTIALS_REGISTER: the registrar has accepted us; what it asked with is what counts from now on. */
void cusax_credentials_settle (CusaxCredentials *credentials);

/** Returns: TRUE if @event (any) says that nua_authenticate() was of no use. */
gboolean cusax_credentials_is_failure (const CusaxSipEvent *event);

G_END_DECLS
