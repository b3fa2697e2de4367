/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slash commands of the telephone, in every conversation of a CUSAX account. A call is written #n; without
 * one the only or active call is meant. The list of registered commands is process-wide because libpurple's is.
 */
#pragma once

#include <account.h>
#include <glib.h>
#include <plugin.h>

G_BEGIN_DECLS

/** Registers all commands for the protocol id of @plugin. Works in load(); /call is left to Finch, which owns
 * it. */
void cusax_commands_register (PurplePlugin *plugin);

/** Takes back what cusax_commands_register did; safe without it. */
void cusax_commands_unregister (void);

G_END_DECLS
