/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers 401 and 407 on a nua handle with the account's user and password, or says why not (R47). Keeps count
 * of the realms it has answered on that handle: asked again, the password is wrong, and there is no second try.
 * The computation is digest.c's. RFC 3261 section 22.
 */
#pragma once

#include "stack.h"

G_BEGIN_DECLS

typedef struct _CusaxCredentials CusaxCredentials;

/**
 * cusax_credentials_new:
 * @realms: (nullable) (element-type utf8): what this server has asked for at registration; a 401 of another
 * realm comes from a stranger at the far end, who gets no hash of our password. Borrowed, must outlive the
 * result. NULL: any realm is answered and noted.
 */
CusaxCredentials *cusax_credentials_new (CusaxConfig *config, GPtrArray *realms);

/** cusax_credentials_free: wipes */
void cusax_credentials_free (CusaxCredentials *credentials);

/**
 * cusax_credentials_answer:
 * @event: an answer of 401 or 407
 * @is_protected: the hop is verified TLS
 *
 * Calls nua_authenticate().
 *
 * Returns: FALSE with CUSAX_ERROR_CREDENTIALS (refused, or none set), CUSAX_ERROR_NOT_PROTECTED (R47),
 *   CUSAX_ERROR_UNSUPPORTED (no digest challenge in it)
 */
gboolean cusax_credentials_answer (CusaxCredentials *credentials, const CusaxSipEvent *event,
                                   gboolean is_protected, GError **error);

/** Returns: (transfer full) (element-type utf8): the realms answered so far. */
GPtrArray *cusax_credentials_get_realms (CusaxCredentials *credentials);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxCredentials, cusax_credentials_free)

G_END_DECLS
