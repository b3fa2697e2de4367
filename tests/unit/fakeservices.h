/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In place of callhistory.c and voicemail.c, for tests of those who tell them something or ask them.
 */
#pragma once

#include <glib.h>

/* "list(10) back(2) voicemail "; the test frees it. NULL: nothing is noted. */
extern GString *fake_services_trace;
extern gboolean fake_services_refuse;
/* What is known of the voicemail; NULL: nothing. */
extern const char *fake_services_voicemail;
