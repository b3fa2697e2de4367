/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of cards ("cards" in the store), so that callers have names in the first second and while chat is
 * down. Bounded in bytes, lines and age; read and written as a whole.
 *
 *   cusax-cards 1 FINGERPRINT                        of the settings that make keys
 *   FAILS <tab> FAILED_AT <tab> MARK <tab> PUSHED <tab> CARD      one line each; CARD as in card.h
 *
 * With another fingerprint the keys are made anew from the values. Lines that cannot be read are left out, and
 * the file is set aside for people.
 */
#pragma once

#include "card.h"
#include "ports.h"

G_BEGIN_DECLS

#define CUSAX_DIRECTORY_CACHE_MAX_BYTES (32 * 1024 * 1024)
#define CUSAX_DIRECTORY_CACHE_MAX_LINES 200000
#define CUSAX_DIRECTORY_CACHE_MAX_MARK 128

/** CusaxDirectoryCacheLine: borrowed. */
typedef struct
{
  CusaxCard *card;
  guint fails;        /* in a row, since the card was read */
  gint64 failed_at;   /* seconds since 1970, of the last one */
  const char *mark;   /* the last announcement that was heard, "" = none: no blanks, no controls */
  const char *pushed; /* likewise, of another kind */
} CusaxDirectoryCacheLine;

typedef void (*CusaxDirectoryCacheFunc) (gpointer user_data, const CusaxDirectoryCacheLine *line);

/** Calls @function for each line; it takes references. Returns: TRUE if the file should be written anew. */
gboolean cusax_directory_cache_load (CusaxStore *store, const CusaxConfig *config,
                                     CusaxDirectoryCacheFunc function, gpointer user_data);

/** CusaxDirectoryCacheText: a file that is being written. */
typedef struct
{
  GString *text;
  guint n_lines;
} CusaxDirectoryCacheText;

void cusax_directory_cache_begin (CusaxDirectoryCacheText *text, const CusaxConfig *config);
/** Returns: FALSE if the bounds are reached and the line was left out */
gboolean cusax_directory_cache_append (CusaxDirectoryCacheText *text, const CusaxDirectoryCacheLine *line);
/** Frees @text. Returns: FALSE if it could not be written */
gboolean cusax_directory_cache_end (CusaxDirectoryCacheText *text, CusaxStore *store);

/** Returns: (transfer full): equal for settings that make equal keys; letters and digits */
char *cusax_directory_cache_fingerprint (const CusaxConfig *config);

/** Returns: (transfer full): @card with the keys that @config makes */
CusaxCard *cusax_directory_cache_renew (CusaxCard *card, const CusaxConfig *config);

G_END_DECLS
