/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of tests/data/torture, in the notation of RFC 4475 sections 2.1 to 2.3: <allOneLine> joins lines, <hex> has
 * bytes that no text holds, <repeat count=N> repeats. Line ends become CRLF.
 */
#pragma once

#include "scripted-peer.h"

/** Returns: (transfer full): the bytes of data/torture/@name.sip; NUL may be among them. */
GString *message_file_read (const char *name);

/**
 * message_file_readdress:
 *
 * The same message within @dialog: request line, To, From, Call-ID and the number of CSeq are the dialog's, the rest is as it
 * was. Only for messages whose fault lies elsewhere.
 */
void message_file_readdress (GString *message, PeerDialog *dialog);
