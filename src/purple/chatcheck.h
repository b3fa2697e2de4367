/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the chat server still answers, asked when this machine's network changed (P2): a TCP connection whose address
 * is gone says nothing for minutes. Without an answer the connection ends with a network error, and the user interface
 * dials again by itself.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** Asks (XEP-0199), 10 s at most; does nothing while chat is down. */
void cusax_chatcheck_run (PurpleAccount *account);

G_END_DECLS
