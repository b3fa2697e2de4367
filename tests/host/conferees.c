/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See conferees.h. */
#include "conferees.h"

#include "audio.h"
#include "mediatest.h"
#include "tone.h"

#include <purple.h>

#define SECONDS 0.25 /* of a recording that is looked at */

/* Whole numbers of periods in SECONDS: tones do not leak into each other. */
const double conferees_tones[CONFEREES_TONES] = { 440, 880, 1320, 1760 };

/* -------------------------------------------------------------------------------- hearing */

typedef struct
{
  const char *recording;
  guint tones;
  double shares[CONFEREES_TONES], level;
} Hearing;

static gboolean
hears_exactly (gpointer user_data)
{
  Hearing *hearing = user_data;
  g_autofree char *file = host_audio_get_recording (hearing->recording);
  guint count = (guint) __builtin_popcount (hearing->tones);
  double sum = 0;
  gboolean is_right = TRUE;

  hearing->level = -120;
  for (guint i = 0; i < CONFEREES_TONES; i++)
    {
      hearing->shares[i]
        = file != NULL ? host_tone_share (file, conferees_tones[i], SECONDS, &hearing->level) : 0;
      if ((hearing->tones & 1u << i) == 0)
        is_right &= count == 0 || hearing->shares[i] < 0.002;
      else
        {
          is_right &= hearing->shares[i] > 0.6 / count && hearing->shares[i] < 1.5 / count;
          sum += hearing->shares[i];
        }
    }
  if (count == 0)
    return hearing->level < -60;
  return is_right && sum > 0.985 && hearing->level > -30;
}

/* For so long these tones, about equally loud, and nothing else. */
void
conferees_assert_hears (const char *recording, guint set)
{
  Hearing hearing = { recording, set, { 0 }, 0 };
  gboolean passed = mediatest_wait (hears_exactly, &hearing, 8000);
  g_autofree char *found = g_strdup_printf (
    "%s: 440 Hz %.3f, 880 Hz %.3f, 1320 Hz %.3f, 1760 Hz %.3f, %.1f dBFS", recording, hearing.shares[0],
    hearing.shares[1], hearing.shares[2], hearing.shares[3], hearing.level);

  if (!passed)
    g_error ("wanted set %u, %s", set, found);
  g_test_message ("%s", found);
}

/* ------------------------------------------------------------------------------- calling */

static gboolean
is_leg_ready (gpointer end)
{
  return ((CrossingEnd *) end)->leg_ready_count > 0;
}

static gboolean
has_no_media (gpointer unused)
{
  return purple_media_manager_get_media (purple_media_manager_get ()) == NULL;
}

static void
set_codec (CrossingEnd *end, const CusaxCodec *codec)
{
  g_autoptr (GPtrArray) codecs = cusax_codecs_new ();

  g_ptr_array_add (codecs, cusax_codec_copy (codec));
  end->session->vtable->set_remote_codecs (end->session, codecs);
}

void
conferees_answer (CrossingEnd *end)
{
  end->session->vtable->accept (end->session);
}

/* Ours shares its microphone with the other calls, as in Pidgin and Finch; the far ends have their own. */
static void
call_open (Conferee *call, CusaxMediaPort *port, guint index, const CusaxCodec *codec)
{
  static const char *const who[CONFEREES_MAX] = { "anna", "ben", "carl" };
  static const char *const me[CONFEREES_MAX] = { "me, for anna", "me, for ben", "me, for carl" };

  call->crossing = crossing_new (port);
  call->ours = &call->crossing->alice;
  call->far = &call->crossing->bob;
  call->ours->who = call->we_hear = who[index];
  call->far->who = call->far_hears = me[index];
  host_audio_init (purple_user_dir (), TRUE);
  crossing_open (call->crossing, call->ours, conferees_tones[0]);
  host_audio_init (purple_user_dir (), FALSE);
  crossing_open (call->crossing, call->far, conferees_tones[index + 1]);
  g_assert_true (mediatest_wait (is_leg_ready, call->ours, 3000));
  g_assert_true (mediatest_wait (is_leg_ready, call->far, 3000));
  set_codec (call->ours, codec);
  set_codec (call->far, codec);
}

void
conferees_open (Conferees *table, CusaxMediaPort *port, guint count, const CusaxCodec *const *codecs)
{
  table->count = count;
  for (guint i = 0; i < count; i++)
    call_open (&table->calls[i], port, i, codecs[i]);
}

void
conferees_accept (Conferees *table)
{
  for (guint i = 0; i < table->count; i++)
    {
      conferees_answer (table->calls[i].ours);
      conferees_answer (table->calls[i].far);
    }
}

void
conferees_clear (Conferees *table)
{
  for (guint i = 0; i < table->count; i++)
    g_clear_pointer (&table->calls[i].crossing, crossing_free);
  g_assert_true (mediatest_wait (has_no_media, NULL, 2000));
}

void
conferees_join (Conferees *table, guint first, guint second)
{
  CusaxMediaSession *session = table->calls[first].ours->session;
  g_autoptr (GError) error = NULL;

  g_assert_true (session->vtable->join (session, table->calls[second].ours->session, &error));
  g_assert_no_error (error);
}

void
conferees_part (Conferees *table, guint index)
{
  CusaxMediaSession *session = table->calls[index].ours->session;

  session->vtable->part (session);
}

/* @sets: what each far end hears; we hear each far end in its own call. */
void
conferees_assert (Conferees *table, const guint *sets)
{
  for (guint i = 0; i < table->count; i++)
    {
      conferees_assert_hears (table->calls[i].far_hears, sets[i]);
      conferees_assert_hears (table->calls[i].we_hear, 2u << i);
    }
}
