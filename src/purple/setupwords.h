/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of "Test call setup": what a step found and, if it is broken, what to do about it. What servers and devices
 * call themselves is cleaned and cut.
 */
#pragma once

#include "setupcheck.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_setupwords_line:
 * @account: that was tested
 * @result: not PENDING
 *
 * Returns: (transfer full): "[ok] Connection: TLS 1.3", "[FAILED] Server name: example.org was not found. ..."
 */
char *cusax_setupwords_line (const CusaxAccount *account, CusaxCheckStep step, const CusaxCheckResult *result);

/**
 * cusax_setupwords_summary:
 * @check: done
 *
 * Returns: "Calls can be made." or what stands in the way
 */
const char *cusax_setupwords_summary (const CusaxSetupCheck *check);

G_END_DECLS
