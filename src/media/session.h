/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The media port over libpurple: sound devices, codecs and the call window of Pidgin or Finch (PurpleMedia),
 * with Farstream behind the loopback leg. Knows no SIP, no SDP and no network beyond 127.0.0.1.
 *
 * The listener is called from the main loop only, never from inside a signal of PurpleMedia: so a call may end
 * its session in any callback. After on_error nothing else is reported.
 */
#pragma once

#include "ports.h"

#include <account.h>

G_BEGIN_DECLS

/**
 * cusax_session_port_new:
 * @account: whose calls these are; borrowed, must outlive the port
 *
 * Nothing is loaded before the port is asked for its codecs.
 *
 * Returns: (transfer full): for cusax_session_port_free()
 */
CusaxMediaPort *cusax_session_port_new (PurpleAccount *account);

/** All its sessions must have been ended. */
void cusax_session_port_free (CusaxMediaPort *port);

G_END_DECLS
