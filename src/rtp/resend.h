/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was sent last of a picture, to be sent again, byte for byte, when the other side has lost it and says so (the generic NACK
 * of RFC 4585 section 6.2.1). A decoder then waits one round trip, and not for a whole picture that it asks for after a second
 * or three. Memory, and what is sent again, are bounded; media thread only.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** So many packets are kept: some two seconds of a picture. */
#define CUSAX_RESEND_PACKETS 256
/** A longer one is not kept. */
#define CUSAX_RESEND_LENGTH 1500

typedef struct _CusaxResend CusaxResend;

CusaxResend *cusax_resend_new (void);
void cusax_resend_free (CusaxResend *resend);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxResend, cusax_resend_free)

/** An RTP packet left as these bytes, encrypted or not. */
void cusax_resend_keep (CusaxResend *resend, const guint8 *data, gsize length);

typedef void (*CusaxResendSend) (gpointer user_data, const guint8 *data, gsize length);

/**
 * cusax_resend_answer:
 * @rtcp: decrypted, and classified (packet.h): a compound; input is hostile
 * @now: monotonic microseconds
 *
 * Calls @send for each packet that is missed there and still known here. One that has just been sent again is under way; and
 * what is sent again is never more than what was sent.
 *
 * Returns: how many
 */
guint cusax_resend_answer (CusaxResend *resend, const guint8 *rtcp, gsize length, gint64 now, CusaxResendSend send,
                           gpointer user_data);

G_END_DECLS
