/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callpick.h. */
#include "callpick.h"

gboolean
cusax_callpick_is_any (CusaxCall *call)
{
  return TRUE;
}

gboolean
cusax_callpick_is_ringing_here (CusaxCall *call)
{
  return cusax_call_get_state (call) == CUSAX_CALL_INCOMING;
}

gboolean
cusax_callpick_is_active (CusaxCall *call)
{
  return cusax_call_get_state (call) == CUSAX_CALL_ACTIVE;
}

gboolean
cusax_callpick_is_spoken_on (CusaxCall *call)
{
  return cusax_callpick_is_active (call) && !cusax_call_is_held (call);
}

gboolean
cusax_callpick_is_on_hold (CusaxCall *call)
{
  return cusax_callpick_is_active (call) && cusax_call_is_held (call);
}

gboolean
cusax_callpick_is_ours_to_end (CusaxCall *call)
{
  return !cusax_callpick_is_ringing_here (call) && cusax_call_get_state (call) != CUSAX_CALL_ENDED;
}

gboolean
cusax_callpick_takes_digits (CusaxCall *call)
{
  return cusax_callpick_is_active (call) || cusax_call_has_early_media (call);
}

gboolean
cusax_callpick_can_be_reached (CusaxCall *call)
{
  return cusax_callpick_is_active (call) || cusax_call_get_state (call) == CUSAX_CALL_RINGING;
}

/* Returns: the last one that fits both (@second nullable); @count: how many do */
static CusaxCall *
search (const CusaxAccount *phone, CusaxCallFilter filter, CusaxCallFilter second, guint *count)
{
  const GPtrArray *calls = cusax_account_get_calls (phone);
  CusaxCall *found = NULL;

  *count = 0;
  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);

      if (!filter (call) || (second != NULL && !second (call)))
        continue;
      found = call;
      (*count)++;
    }
  return found;
}

guint
cusax_callpick_count (const CusaxAccount *phone, CusaxCallFilter filter)
{
  guint count;

  search (phone, filter, NULL, &count);
  return count;
}

CusaxCall *
cusax_callpick_find (const CusaxAccount *phone, CusaxCallFilter filter)
{
  guint count;
  CusaxCall *found = search (phone, filter, NULL, &count);

  if (count <= 1)
    return found;
  found = search (phone, filter, cusax_callpick_is_spoken_on, &count);
  return count == 1 ? found : NULL;
}

CusaxCall *
cusax_callpick_beside (const CusaxAccount *phone, CusaxCall *call)
{
  const GPtrArray *calls = cusax_account_get_calls (phone);
  CusaxCall *found = NULL;

  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *other = g_ptr_array_index (calls, i);

      if (other == call || !cusax_callpick_is_ours_to_end (other) || cusax_call_is_held (other))
        continue;
      if (cusax_callpick_is_active (other))
        return other;
      if (found == NULL)
        found = other;
    }
  return found;
}

CusaxCall *
cusax_callpick_to_transfer (const CusaxAccount *phone, CusaxCall *target)
{
  const GPtrArray *calls = cusax_account_get_calls (phone);
  CusaxCall *only = NULL;
  CusaxCall *spoken_on = NULL;
  guint count = 0;

  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);

      if (call == target || !cusax_callpick_is_active (call))
        continue;
      only = call;
      count++;
      if (!cusax_call_is_held (call))
        spoken_on = call;
    }
  return count == 1 ? only : spoken_on;
}
