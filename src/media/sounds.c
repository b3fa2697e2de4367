/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See sounds.h. */
#include "sounds.h"

#include "cadence.h"
#include "hostsound.h"
#include "player.h"
#include "soundsink.h"

#include <purple.h>

/* Devices that hang keep a thread each: no more are tried. */
#define MAX_PLAYERS 4
/* libpurple plays an event once in 2 s at most. */
#define EVENT_SECONDS 3
/* The tone is over by itself; then the device is closed. */
#define BUSY_MS (CUSAX_CADENCE_BUSY_MS + 1000)

typedef struct
{
  CusaxSoundPort port;
  PurpleAccount *account;
  char *ring_device;
  CusaxSound sound;     /* what was asked for */
  double gain;
  guint choice;         /* of device: the next one */
  gboolean is_waiting;  /* until one of @players is gone */
  char *name;           /* of that */
  CusaxPlayer *playing; /* (nullable): one of @players */
  GPtrArray *players;   /* also those that are being closed */
  guint busy_source, event_source;
  GHashTable *failures; /* device -> why: what has been logged */
} Sounds;

static void start (Sounds *self);

/* ------------------------------------------------------------------- devices */

static void
log_failure (Sounds *self, const char *device, const char *text)
{
  if (g_strcmp0 (g_hash_table_lookup (self->failures, device), text) == 0)
    return;
  g_hash_table_insert (self->failures, g_strdup (device), g_strdup (text));
  g_message ("no sound from %s: %s", device, text);
}

static void
on_done (gpointer user_data, CusaxPlayer *player, const GError *error)
{
  Sounds *self = user_data;
  gboolean was_playing = self->playing == player;

  if (error != NULL && was_playing)
    log_failure (self, self->name, error->message);
  if (was_playing)
    self->playing = NULL;
  g_ptr_array_remove (self->players, player); /* frees */
  if (self->is_waiting || (error != NULL && was_playing))
    start (self);
}

static void
start (Sounds *self)
{
  g_autofree char *name = NULL;
  GstElement *sink;

  self->is_waiting = self->players->len >= MAX_PLAYERS;
  if (self->is_waiting)
    {
      g_info ("devices that do not answer: no sound until one does");
      return;
    }
  sink = cusax_soundsink_make (self->sound, self->ring_device, &self->choice, &name);
  if (sink == NULL)
    return;
  g_free (self->name);
  self->name = g_steal_pointer (&name);
  self->playing = cusax_player_new (sink, self->sound, self->gain, self->sound == CUSAX_SOUND_RING ? "event" : "phone",
                                    on_done, self);
  g_ptr_array_add (self->players, self->playing);
}

/* -------------------------------------------------------------------- sounds */

static void
silence (Sounds *self)
{
  g_clear_handle_id (&self->busy_source, g_source_remove);
  g_clear_handle_id (&self->event_source, g_source_remove);
  if (self->playing != NULL)
    cusax_player_stop (g_steal_pointer (&self->playing));
  self->is_waiting = FALSE;
  self->sound = CUSAX_SOUND_NONE;
}

static gboolean
on_busy_over (gpointer user_data)
{
  Sounds *self = user_data;

  self->busy_source = 0;
  silence (self);
  return G_SOURCE_REMOVE;
}

/* "Attention received" is on by default in Pidgin and Finch. */
static gboolean
on_event (gpointer user_data)
{
  purple_sound_play_event (PURPLE_SOUND_GOT_ATTENTION, ((Sounds *) user_data)->account);
  return G_SOURCE_CONTINUE;
}

static void
start_ring (Sounds *self)
{
  CusaxHostsound allowed = cusax_hostsound_get (self->account, &self->gain);

  if (allowed == CUSAX_HOSTSOUND_SILENT)
    g_info ("a call comes, silently: the settings for sounds say so");
  else if (allowed == CUSAX_HOSTSOUND_TONE || self->ring_device != NULL)
    start (self);
  else
    {
      self->event_source = g_timeout_add_seconds (EVENT_SECONDS, on_event, self);
      on_event (self);
    }
}

static void
sounds_play (CusaxSoundPort *port, CusaxSound sound)
{
  Sounds *self = (Sounds *) port;

  if (sound == self->sound)
    return;
  silence (self);
  self->sound = sound;
  self->choice = 0;
  self->gain = cusax_hostsound_get_call_gain ();
  switch (sound)
    {
    case CUSAX_SOUND_NONE:
      break;
    case CUSAX_SOUND_RING:
      start_ring (self);
      break;
    case CUSAX_SOUND_BUSY:
      self->busy_source = g_timeout_add (BUSY_MS, on_busy_over, self);
      start (self);
      break;
    case CUSAX_SOUND_WAITING:
    case CUSAX_SOUND_RINGBACK:
      start (self);
      break;
    }
}

/* ---------------------------------------------------------------------- life */

static void
free_player (gpointer player)
{
  cusax_player_free (player);
}

CusaxSoundPort *
cusax_sounds_new (PurpleAccount *account)
{
  Sounds *self = g_new0 (Sounds, 1);

  self->port.play = sounds_play;
  self->account = account;
  self->players = g_ptr_array_new_with_free_func (free_player);
  self->failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return &self->port;
}

void
cusax_sounds_set_ring_device (CusaxSoundPort *port, const char *device)
{
  Sounds *self = (Sounds *) port;

  g_free (self->ring_device);
  self->ring_device = g_strdup (device);
}

void
cusax_sounds_free (CusaxSoundPort *port)
{
  Sounds *self = (Sounds *) port;

  if (self == NULL)
    return;
  silence (self);
  g_ptr_array_unref (self->players);
  g_hash_table_unref (self->failures);
  g_free (self->ring_device);
  g_free (self->name);
  g_free (self);
}
