/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host can be told: one command per line on stdin, words as in a shell. Each line is answered by
 * `ok n="<line number>"` or `error n="..." text="..."` after the events that it caused at once.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Runs @line; @number: its number, counted from 1. Returns: FALSE when it was "quit". */
gboolean host_commands_run (const char *line, guint number);

G_END_DECLS
