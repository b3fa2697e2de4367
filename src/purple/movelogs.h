/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moves the logs of an account from one protocol's folder to another's. What is there already stays: folders are merged
 * file by file, and of two files of one name both are kept. Knows no libpurple.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_movelogs_run:
 * @from: a folder, which need not exist
 * @to: where it goes
 *
 * Files that are being written to stay open and go along.
 *
 * Returns: how many files or folders could not be moved and are where they were; @error names the first
 */
guint cusax_movelogs_run (const char *from, const char *to, GError **error);

G_END_DECLS
