/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SIP leg of one account: implements CusaxSipPort of ports.h. One attempt per start: locate, reach and
 * verify a server (the next one if it does not answer), register; then calls in and out. Who may ring us is
 * decided here: an INVITE must name our Contact's random user part or our address of record. RFC 3261, RFC
 * 3263.
 *
 * States as in ports.h; start -> LOCATING -> CONNECTING -> REGISTERING -> REGISTERED; a failure or stop ->
 * STOPPED. A leg that is lost, or whose server does not answer any more, is dialled again at once (REGISTERED
 * -> CONNECTING, not twice in 10 s, after messages that nobody can read not eleven times); so is one whose network changed (ua-network.c). After a loss of the outer
 * leg standing calls keep their Sofia stack; the next start dials from below it again.
 */
#pragma once

#include "ports.h"

G_BEGIN_DECLS

/**
 * cusax_ua_new:
 * @trust: (nullable): accepted certificates; must outlive the port
 *
 * Needs cusax_loop_init() and cusax_digest_install() to have been called (without the latter: MD5 only).
 *
 * Returns: (transfer full): STOPPED; end with its free
 */
CusaxSipPort *cusax_ua_new (CusaxTrust *trust);

/** Sets how long the first REGISTER of a target waits for its answer (default 8 s, UDP 4 s); before start. */
void cusax_ua_set_answer_timeout (CusaxSipPort *port, guint ms);

/** Sets how long a call waits for what came of its REFER (default 240 s), for calls from now on. */
void cusax_ua_set_refer_wait (CusaxSipPort *port, guint ms);

/** As if the machine's network had changed, or it had woken up, and that had settled (netwatch.h). */
void cusax_ua_hint_network (CusaxSipPort *port, gboolean woke_up);

/**
 * cusax_ua_drain:
 * @ms: at most
 * @is_quitting: nothing but our own may run, see cusax_loop_wait(); what GIO was asked to cancel is left to the end of
 *   the process
 *
 * Runs the main context until everything of freed or stopped ports is gone from Sofia; for the unloading of the
 * product, before cusax_digest_restore() and cusax_loop_shutdown().
 *
 * Returns: FALSE if something is left: the code must then stay mapped
 */
gboolean cusax_ua_drain (guint ms, gboolean is_quitting);

G_END_DECLS
