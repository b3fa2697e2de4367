/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How our nua reads messages: Sofia's message class with some changes. Call-Info, Privacy and a few others stay raw
 * (sip_unknown), because Sofia drops the whole field for one broken value, a wish for privacy included, and
 * rewrites URIs; a reader of ours takes what is good (headers.h). A Contact that is no SIP address never stands first, because
 * Sofia makes a dialog's remote target of the first one (R20). And why a subscription was ended, Sofia does not
 * learn: it would start it again. Some statuses look like others to Sofia, which would act on them by itself; a
 * REFER outside of dialogs looks like a method that it does not know (nua_i_method).
 */
#pragma once

#include <sofia-sip/sip.h>

#include <sofia-sip/msg_mclass.h>

#include <glib.h>

G_BEGIN_DECLS

/** Returns: (transfer full) (nullable): for NTATAG_MCLASS(); free() it when nua and its messages are gone. */
msg_mclass_t *cusax_messageclass_new (void);

/** Returns: what the other side said when Sofia tells of @status */
int cusax_messageclass_get_status (int status);

G_END_DECLS
