/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a call says by INFO: digits and wishes for a whole picture. The dialog sends them one after another and tells the end
 * of each in the same order. See call-private.h. */
#include "call-private.h"

void
cusax_call_send_info (CusaxCall *call, const char *type, const char *body, CusaxCallWish what)
{
  g_queue_push_tail (&call->infos, GINT_TO_POINTER (what));
  call->sip_call->vtable->send_info (call->sip_call, type, body);
}

void
cusax_call_on_info_done (gpointer user_data, guint status)
{
  CusaxCall *call = user_data;
  CusaxCallWish what = GPOINTER_TO_INT (g_queue_pop_head (&call->infos));

  if (what == CUSAX_CALL_WISH_DIGIT)
    cusax_call_digits_on_info_done (call, status);
  else
    g_debug ("call #%u: whole picture asked for: %u", call->number, status);
}
