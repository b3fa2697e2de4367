/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sound goes with which calls, over calls of plain values. */
#include "ringer.h"

#include "note.h"

#include <string.h>

struct _CusaxCall
{
  CusaxCallState state;
  gboolean held, early_media, automatic;
};

CusaxCallState
cusax_call_get_state (const CusaxCall *call)
{
  return call->state;
}

gboolean
cusax_call_is_held (const CusaxCall *call)
{
  return call->held;
}

gboolean
cusax_call_has_early_media (const CusaxCall *call)
{
  return call->early_media;
}

gboolean
cusax_call_is_automatic (const CusaxCall *call)
{
  return call->automatic;
}

/* "active held" and so on: the first word is the state. */
static CusaxCall *
call_new (const char *text)
{
  static const char *const states[]
    = { "preparing", "calling", "ringing", "incoming", "answering", "active", "ended", NULL };
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  CusaxCall *call = g_new0 (CusaxCall, 1);
  guint state = 0;

  while (g_strcmp0 (states[state], words[0]) != 0)
    g_assert_nonnull (states[state++]);
  call->state = (CusaxCallState) state;
  call->held = g_strv_contains ((const char *const *) words, "held");
  call->early_media = g_strv_contains ((const char *const *) words, "early");
  call->automatic = g_strv_contains ((const char *const *) words, "automatic");
  return call;
}

static void
test_p5_choose (void)
{
  static const struct
  {
    const char *calls;
    CusaxSound expected;
  } cases[] = {
    { "", CUSAX_SOUND_NONE },
    { "preparing", CUSAX_SOUND_NONE },
    { "calling", CUSAX_SOUND_NONE },
    { "calling early", CUSAX_SOUND_NONE },
    { "ringing", CUSAX_SOUND_RINGBACK },
    { "ringing early", CUSAX_SOUND_NONE },
    { "ringing held", CUSAX_SOUND_NONE },
    { "ringing automatic", CUSAX_SOUND_RINGBACK },
    { "incoming", CUSAX_SOUND_RING },
    { "incoming automatic", CUSAX_SOUND_NONE },
    { "answering", CUSAX_SOUND_NONE },
    { "active", CUSAX_SOUND_NONE },
    { "active held", CUSAX_SOUND_NONE },
    { "ended", CUSAX_SOUND_NONE },
    /* a second call comes */
    { "incoming, incoming", CUSAX_SOUND_RING },
    { "active, incoming", CUSAX_SOUND_WAITING },
    { "incoming, active", CUSAX_SOUND_WAITING },
    { "active held, incoming", CUSAX_SOUND_RING },
    { "active held, active, incoming", CUSAX_SOUND_WAITING },
    { "answering, incoming", CUSAX_SOUND_WAITING },
    { "active, incoming automatic", CUSAX_SOUND_NONE },
    { "incoming automatic, incoming", CUSAX_SOUND_RING },
    { "ended, incoming", CUSAX_SOUND_RING },
    /* one comes while another is being dialled */
    { "calling, incoming", CUSAX_SOUND_RING },
    { "ringing, incoming", CUSAX_SOUND_RING },
    { "ringing early, incoming", CUSAX_SOUND_WAITING },
    { "calling early, incoming", CUSAX_SOUND_WAITING },
    { "ringing early held, incoming", CUSAX_SOUND_RING },
    /* one is dialled while another stands (attended transfer) */
    { "active held, ringing", CUSAX_SOUND_RINGBACK },
    { "active, ringing", CUSAX_SOUND_RINGBACK },
    { "ringing early, ringing", CUSAX_SOUND_RINGBACK },
    { "active held, ringing early", CUSAX_SOUND_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func (g_free);
      g_auto (GStrv) texts = g_strsplit (cases[i].calls, ", ", -1);

      note (cases[i].calls);
      for (guint j = 0; texts[j] != NULL; j++)
        g_ptr_array_add (calls, call_new (texts[j]));
      g_assert_cmpint (cusax_ringer_choose (calls), ==, cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ringer/p5-choose", test_p5_choose);
  return g_test_run ();
}
