/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See trials.h. */
#include "trials.h"

#define MAX_GREY 64

/** Grey: one that failed. */
typedef struct
{
  CusaxTarget *target;
  gint64 until;
} Grey;

struct _CusaxTrials
{
  GPtrArray *grey; /* (element-type Grey) */
  CusaxTarget *favourite;
};

static void
free_grey (gpointer data)
{
  Grey *grey = data;

  cusax_target_free (grey->target);
  g_free (grey);
}

CusaxTrials *
cusax_trials_new (void)
{
  CusaxTrials *trials = g_new0 (CusaxTrials, 1);

  trials->grey = g_ptr_array_new_with_free_func (free_grey);
  return trials;
}

void
cusax_trials_free (CusaxTrials *trials)
{
  if (trials == NULL)
    return;
  g_ptr_array_unref (trials->grey);
  cusax_target_free (trials->favourite);
  g_free (trials);
}

static void
remove_grey (CusaxTrials *trials, const CusaxTarget *target)
{
  for (guint i = trials->grey->len; i > 0; i--)
    {
      const Grey *grey = g_ptr_array_index (trials->grey, i - 1);

      if (cusax_target_equal (grey->target, target))
        g_ptr_array_remove_index (trials->grey, i - 1);
    }
}

static gboolean
is_grey (CusaxTrials *trials, const CusaxTarget *target, gint64 now)
{
  for (guint i = 0; i < trials->grey->len; i++)
    {
      const Grey *grey = g_ptr_array_index (trials->grey, i);

      if (grey->until > now && cusax_target_equal (grey->target, target))
        return TRUE;
    }
  return FALSE;
}

void
cusax_trials_note_failure (CusaxTrials *trials, const CusaxTarget *target, gint64 now)
{
  Grey *grey = g_new0 (Grey, 1);

  remove_grey (trials, target);
  if (trials->grey->len >= MAX_GREY)
    g_ptr_array_remove_index (trials->grey, 0);
  grey->target = cusax_target_copy (target);
  grey->until = now + (gint64) CUSAX_TRIALS_GREY_MS * 1000;
  g_ptr_array_add (trials->grey, grey);
}

void
cusax_trials_note_success (CusaxTrials *trials, const CusaxTarget *target)
{
  CusaxTarget *copy = cusax_target_copy (target);

  remove_grey (trials, target);
  cusax_target_free (trials->favourite);
  trials->favourite = copy;
}

/* Moves the element at @from to @to, which is not behind it. */
static void
move (GPtrArray *targets, guint from, guint to)
{
  gpointer target = targets->pdata[from];

  for (guint i = from; i > to; i--)
    targets->pdata[i] = targets->pdata[i - 1];
  targets->pdata[to] = target;
}

static void
put_favourite_first (CusaxTrials *trials, GPtrArray *targets)
{
  guint first = G_MAXUINT;

  for (guint i = 0; i < targets->len; i++)
    {
      const CusaxTarget *target = g_ptr_array_index (targets, i);

      if (target->transport != trials->favourite->transport)
        continue;
      if (first == G_MAXUINT)
        first = i;
      if (cusax_target_equal (target, trials->favourite))
        {
          move (targets, i, first);
          return;
        }
    }
}

void
cusax_trials_sort (CusaxTrials *trials, GPtrArray *targets, gint64 now)
{
  guint n_white = 0;

  if (trials->favourite != NULL)
    put_favourite_first (trials, targets);
  for (guint i = 0; i < targets->len; i++)
    if (!is_grey (trials, g_ptr_array_index (targets, i), now))
      move (targets, i, n_white++);
}

guint
cusax_trials_get_share (gint64 elapsed_ms, guint n_left)
{
  gint64 share = (CUSAX_TRIALS_TOTAL_MS - elapsed_ms) / MAX (n_left, 1);

  return (guint) CLAMP (share, CUSAX_TRIALS_LEAST_MS, CUSAX_TRIALS_EACH_MS);
}
