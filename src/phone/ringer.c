/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ringer.h. */
#include "ringer.h"

/* Somebody is heard in it, or will be in a moment: a loud ring would drown him. */
static gboolean
is_spoken_on (const CusaxCall *call)
{
  switch (cusax_call_get_state (call))
    {
    case CUSAX_CALL_ANSWERING:
    case CUSAX_CALL_ACTIVE:
      return !cusax_call_is_held (call);
    case CUSAX_CALL_PREPARING:
    case CUSAX_CALL_CALLING:
    case CUSAX_CALL_RINGING:
      return cusax_call_has_early_media (call) && !cusax_call_is_held (call);
    case CUSAX_CALL_INCOMING:
    case CUSAX_CALL_ENDED:
      return FALSE;
    }
  return FALSE;
}

/* One that answers itself needs nobody's attention. */
static gboolean
is_coming (const CusaxCall *call)
{
  return cusax_call_get_state (call) == CUSAX_CALL_INCOMING && !cusax_call_is_automatic (call);
}

/* Also one that a transfer made: the person hears that it goes on, as with one of his own. */
static gboolean
is_ringing_there (const CusaxCall *call)
{
  return cusax_call_get_state (call) == CUSAX_CALL_RINGING && !cusax_call_has_early_media (call)
         && !cusax_call_is_held (call);
}

CusaxSound
cusax_ringer_choose (const GPtrArray *calls)
{
  gboolean spoken = FALSE;
  gboolean coming = FALSE;
  gboolean ringing_there = FALSE;

  for (guint i = 0; i < calls->len; i++)
    {
      const CusaxCall *call = g_ptr_array_index (calls, i);

      spoken |= is_spoken_on (call);
      coming |= is_coming (call);
      ringing_there |= is_ringing_there (call);
    }
  if (coming)
    return spoken ? CUSAX_SOUND_WAITING : CUSAX_SOUND_RING;
  return ringing_there ? CUSAX_SOUND_RINGBACK : CUSAX_SOUND_NONE;
}
