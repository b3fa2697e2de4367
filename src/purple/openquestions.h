/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The questions of one kind that stand on the screen, or that were closed by Escape, of which Pidgin tells nobody.
 * libpurple's callbacks carry a serial and not an address: they come late and more than once, and a serial, unlike
 * an address, is never used again. Each kind of question has one such table, process-wide because libpurple's list
 * of dialogs is, and empty most of the time.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** CusaxOpenQuestion: the first member of every question; filled in by _add. */
typedef struct
{
  guint serial;
  PurpleAccount *account; /* borrowed, until _forget */
} CusaxOpenQuestion;

/** CusaxOpenQuestions: = { .free_question = ... }; the list is NULL when there are none. */
typedef struct
{
  GDestroyNotify free_question;
  GPtrArray *list;
  guint last_serial;
} CusaxOpenQuestions;

/** @question: (transfer full). Returns: what callbacks carry, never NULL; also the question's own, see _serial. */
gpointer cusax_openquestions_add (CusaxOpenQuestions *open, gpointer question, PurpleAccount *account);

gpointer cusax_openquestions_serial (gconstpointer question);

/** Out of the table before anything else happens: hosts call back while they close, and late.
 * Returns: (transfer full) (nullable): NULL if it was answered, closed or forgotten */
gpointer cusax_openquestions_take (CusaxOpenQuestions *open, gpointer serial);

/** Takes and frees it. No effect if it is gone. */
void cusax_openquestions_drop (CusaxOpenQuestions *open, gpointer serial);

/** Drops it where libpurple has shown nothing, @handle NULL; it may have been answered from within, too. */
void cusax_openquestions_drop_unshown (CusaxOpenQuestions *open, gpointer serial, const void *handle);

/** Closes what is on the screen with the question as handle, and frees it: libpurple has one list of handles for all
 * who ask, compares and never follows them, and numbers are not ours alone. */
void cusax_openquestions_close (CusaxOpenQuestions *open, gpointer question);

/** Closes those of @account. */
void cusax_openquestions_forget (CusaxOpenQuestions *open, PurpleAccount *account);

/** Returns: (nullable): the first one of which @matches is true; (transfer none) */
gpointer cusax_openquestions_find (const CusaxOpenQuestions *open, GEqualFunc matches, gconstpointer what);

/** A GEqualFunc for _find: of an account. */
gboolean cusax_openquestions_is_of (gconstpointer question, gconstpointer account);

G_END_DECLS
