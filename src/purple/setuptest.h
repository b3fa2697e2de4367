/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Test call setup...": runs phone/setupcheck and shows one line per step with a remedy, and offers to save a redacted
 * log for whoever helps (R51).
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** Runs it; one per account at a time. */
void cusax_setuptest_show (PurpleAccount *account);

/** The telephone's state changed. */
void cusax_setuptest_on_state (PurpleAccount *account);

/** Ends what runs and closes its windows. */
void cusax_setuptest_forget (PurpleAccount *account);

G_END_DECLS
