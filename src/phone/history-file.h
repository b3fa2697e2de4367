/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of the call history: a head line with a version, then a line per call, newest first, fields between
 * tabs, texts escaped like URIs. What cannot be read is set aside, what can be is kept. Knows nothing of when.
 */
#pragma once

#include "history.h"

G_BEGIN_DECLS

#define CUSAX_HISTORY_FILE_MAX_ENTRIES 500

/** Reads the file into @entries (element-type CusaxHistoryEntry). Returns: TRUE if it should be written anew */
gboolean cusax_history_file_load (CusaxStore *store, GPtrArray *entries);

/** Returns: FALSE if it could not be written */
gboolean cusax_history_file_save (CusaxStore *store, const GPtrArray *entries);

void cusax_history_entry_free (CusaxHistoryEntry *entry);

G_END_DECLS
