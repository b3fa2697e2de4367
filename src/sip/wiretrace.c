/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See wiretrace.h. */
#define _GNU_SOURCE /* memrchr */
#include "wiretrace.h"

#include "redact.h"

#include <string.h>

/* A longer line is not shown. */
#define MAX_LINE 65536

void
cusax_wiretrace_add (CusaxWiretrace *trace, const char *title, const char *bytes, gsize length)
{
  g_autofree char *text = NULL;
  const char *end;
  gsize whole;

  if (trace->pending == NULL)
    trace->pending = g_string_new (NULL);
  g_string_append_len (trace->pending, bytes, (gssize) length);

  end = memrchr (trace->pending->str, '\n', trace->pending->len);
  whole = end != NULL ? (gsize) (end - trace->pending->str) + 1 : 0;
  if (whole > 0)
    {
      text = cusax_redact (trace->pending->str, whole);
      g_debug ("%s\n%s", title, text);
      g_string_erase (trace->pending, 0, (gssize) whole);
    }
  else if (trace->pending->len > MAX_LINE)
    g_string_truncate (trace->pending, 0);
}

void
cusax_wiretrace_clear (CusaxWiretrace *trace)
{
  if (trace->pending != NULL)
    g_string_free (g_steal_pointer (&trace->pending), TRUE);
}
