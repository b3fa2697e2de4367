/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The telephone's sounds (P16): what they are, where they come from, when they are silent, and that devices which fail
 * or hang cost nothing. No sound card and no sound server is touched: the host's loudspeaker writes what it plays.
 */
#include "audio.h"
#include "events.h"
#include "sounds.h"
#include "tone.h"
#include "streamthreads.h"
#include "uiops.h"

#include <glib/gstdio.h>
#include <media-gst.h>
#include <purple.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of /purple/sound/while_status, as Pidgin and Finch write them */
#define WHILE_AVAILABLE 1
#define WHILE_AWAY 2
#define ALWAYS 3

static CusaxSoundPort *port;
static PurpleAccount *account;
static char *folder;
static gint warnings;
static guint events; /* that the host was asked to play */

/* ----------------------------------------------------------------- waiting */

static void
let_pass (guint ms)
{
  gint64 end = g_get_monotonic_time () + (gint64) ms * 1000;

  while (g_get_monotonic_time () < end)
    {
      while (g_main_context_iteration (NULL, FALSE))
        continue;
      g_usleep (2000);
    }
}

typedef gboolean (*Condition) (void);

static gboolean
wait_for (Condition condition, guint ms)
{
  gint64 end = g_get_monotonic_time () + (gint64) ms * 1000;

  while (!condition () && g_get_monotonic_time () < end)
    let_pass (5);
  return condition ();
}

/* ------------------------------------------------------------------ playing */

static void
play (CusaxSound sound)
{
  gint64 begin = g_get_monotonic_time ();

  port->play (port, sound);
  /* Whatever the device does. */
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 50 * 1000);
}

static gint64
get_size (void)
{
  g_autofree char *file = host_audio_get_recording (NULL);
  GStatBuf status;

  return file != NULL && g_stat (file, &status) == 0 ? (gint64) status.st_size : 0;
}

static double wanted_hertz;

static gboolean
hears (void)
{
  g_autofree char *file = host_audio_get_recording (NULL);
  double level = -120;

  return file != NULL && host_tone_share (file, wanted_hertz, 0.1, &level) > 0.9 && level > -32;
}

static gboolean
is_recording (void)
{
  return get_size () > 44 + 16000 / 10 * 2;
}

static guint
count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
test_P16_in_the_ear (void)
{
  static const CusaxSound sounds[] = { CUSAX_SOUND_RINGBACK, CUSAX_SOUND_BUSY, CUSAX_SOUND_WAITING };

  wanted_hertz = 425;
  for (gsize i = 0; i < G_N_ELEMENTS (sounds); i++)
    {
      host_audio_forget_recordings ();
      play (sounds[i]);
      g_assert_true (wait_for (hears, 3000));
    }
  play (CUSAX_SOUND_NONE);
}

/* R: silence within 100 ms, and what was asked for before does not begin later. */
static void
test_stop (void)
{
  gint64 size;

  host_audio_forget_recordings ();
  play (CUSAX_SOUND_RINGBACK);
  g_assert_true (wait_for (is_recording, 3000));
  play (CUSAX_SOUND_NONE);
  let_pass (100);
  size = get_size ();
  let_pass (300);
  g_assert_cmpint (get_size (), ==, size);

  for (guint i = 0; i < 20; i++)
    {
      play (CUSAX_SOUND_RING);
      play (CUSAX_SOUND_NONE);
    }
  let_pass (100);
  size = get_size ();
  let_pass (300);
  g_assert_cmpint (get_size (), ==, size);
}

/* The same one again goes on where it is. */
static void
test_again (void)
{
  g_autofree char *before = NULL, *after = NULL;

  host_audio_forget_recordings ();
  play (CUSAX_SOUND_RINGBACK);
  g_assert_true (wait_for (is_recording, 3000));
  before = host_audio_get_recording (NULL);
  play (CUSAX_SOUND_RINGBACK);
  let_pass (100);
  after = host_audio_get_recording (NULL);
  g_assert_cmpstr (before, ==, after);
  play (CUSAX_SOUND_NONE);
}

static gboolean
has_one_second (void)
{
  return get_size () > 44 + 16000 * 2;
}

/* What the file says, not only the arithmetic: a second of tone, then silence. */
static void
test_P16_recorded (void)
{
  g_autofree char *file = NULL;
  double level;

  host_audio_forget_recordings ();
  play (CUSAX_SOUND_RINGBACK);
  g_assert_true (wait_for (has_one_second, 4000));
  file = host_audio_get_recording (NULL);
  g_assert_cmpfloat (host_tone_share (file, 425, 0.8, &level), >, 0.9);
  let_pass (400);
  (void) host_tone_share (file, 425, 0.2, &level);
  g_assert_cmpfloat (level, <, -60);
  play (CUSAX_SOUND_NONE);
}

static guint threads_before, descriptors_before;

static gboolean
is_as_before (void)
{
  return count_threads () <= threads_before && count_descriptors () <= descriptors_before;
}

static void
test_no_leak (void)
{
  let_pass (300);
  threads_before = count_threads ();
  descriptors_before = count_descriptors ();
  for (guint i = 0; i < 20; i++)
    {
      play (i % 2 == 0 ? CUSAX_SOUND_RINGBACK : CUSAX_SOUND_RING);
      let_pass (i * 10);
      play (CUSAX_SOUND_NONE);
    }
  g_test_message ("threads %u -> %u, descriptors %u -> %u", threads_before, count_threads (), descriptors_before,
                  count_descriptors ());
  g_assert_true (wait_for (is_as_before, 3000));
}

/* ----------------------------------------------------------------- settings */

static gboolean
rings (void)
{
  gboolean heard;

  host_audio_forget_recordings ();
  events = 0;
  play (CUSAX_SOUND_RING);
  heard = wait_for (is_recording, 1000);
  play (CUSAX_SOUND_NONE);
  return heard;
}

static void
use (const char *id, GCallback create)
{
  purple_media_manager_set_active_element (
    purple_media_manager_get (),
    g_object_new (PURPLE_TYPE_MEDIA_ELEMENT_INFO, "id", id, "name", id, "type",
                  PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SINK, "create-cb", create, NULL));
}

static void
test_P16_status (void)
{
  static const struct
  {
    int wanted;
    const char *status;
    gboolean rings;
  } cases[] = {
    { WHILE_AVAILABLE, "available", TRUE }, { WHILE_AVAILABLE, "dnd", FALSE },
    { WHILE_AVAILABLE, "away", FALSE },     { WHILE_AWAY, "dnd", TRUE },
    { WHILE_AWAY, "available", FALSE },     { ALWAYS, "dnd", TRUE },
    { WHILE_AVAILABLE, "offline", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].status);
      purple_prefs_set_int ("/purple/sound/while_status", cases[i].wanted);
      purple_account_set_status (account, cases[i].status, TRUE, NULL);
      g_assert_cmpint (rings (), ==, cases[i].rings);
    }
  /* Call audio is no event. */
  purple_prefs_set_int ("/purple/sound/while_status", WHILE_AVAILABLE);
  purple_account_set_status (account, "dnd", TRUE, NULL);
  host_audio_forget_recordings ();
  play (CUSAX_SOUND_WAITING);
  g_assert_true (wait_for (is_recording, 2000));
  play (CUSAX_SOUND_NONE);
  purple_account_set_status (account, "available", TRUE, NULL);
}

static GstElement *
create_desk (PurpleMedia *media, const char *session, const char *who)
{
  g_autofree char *path = g_build_filename (folder, "desk", NULL);
  GstElement *sink = gst_element_factory_make ("filesink", NULL);

  g_object_set (sink, "location", path, "buffer-mode", 2, NULL); /* unbuffered */
  return sink;
}

static gint64
get_desk_size (void)
{
  g_autofree char *path = g_build_filename (folder, "desk", NULL);
  GStatBuf status;

  return g_stat (path, &status) == 0 ? (gint64) status.st_size : 0;
}

static gboolean
is_on_desk (void)
{
  return get_desk_size () > 10000;
}

/* The ring on the device of that name, as the host lists it; the rest stays in the ear. */
static void
test_P16_ring_device (void)
{
  gint64 size;

  purple_media_manager_register_element (
    purple_media_manager_get (),
    g_object_new (PURPLE_TYPE_MEDIA_ELEMENT_INFO, "id", "desk-speaker 7", "name", "Desk Speaker", "type",
                  PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SINK, "create-cb", create_desk, NULL));
  cusax_sounds_set_ring_device (port, "Desk Speaker");
  g_assert_false (rings ()); /* in the ear */
  g_assert_true (is_on_desk ());
  let_pass (100);
  size = get_desk_size ();
  host_audio_forget_recordings ();
  play (CUSAX_SOUND_WAITING);
  g_assert_true (wait_for (is_recording, 2000));
  play (CUSAX_SOUND_NONE);
  g_assert_cmpint (get_desk_size (), ==, size);
}

/* A device that is gone, for every ring of the day: told once, and it rings elsewhere. */
static void
test_P16_ring_device_gone (void)
{
  gint before = g_atomic_int_get (&warnings);

  cusax_sounds_set_ring_device (port, "alsa_output.usb-gone");
  for (guint i = 0; i < 3; i++)
    g_assert_true (rings ());
  g_assert_cmpint (g_atomic_int_get (&warnings), ==, before + 1);
  /* No description of a pipeline: it could write files. */
  cusax_sounds_set_ring_device (port, "filesink location=/tmp/cusax-never");
  g_assert_true (rings ());
  g_assert_false (g_file_test ("/tmp/cusax-never", G_FILE_TEST_EXISTS));
  cusax_sounds_set_ring_device (port, NULL);
}

/* ------------------------------------------------------------------ failures */

static gboolean
has_warned (void)
{
  return g_atomic_int_get (&warnings) > 0;
}

static void
test_broken (void)
{
  g_atomic_int_set (&warnings, 0);
  host_audio_set_sink_of (NULL, HOST_SINK_BROKEN);
  for (guint i = 0; i < 5; i++)
    {
      play (CUSAX_SOUND_RINGBACK);
      g_assert_true (wait_for (has_warned, 3000));
      let_pass (100);
      play (CUSAX_SOUND_NONE);
    }
  /* One for the loudspeaker, one for what is tried in its place. */
  g_assert_cmpint (g_atomic_int_get (&warnings), <=, 2);
  host_audio_set_sink_of (NULL, HOST_SINK_FAILING);
  play (CUSAX_SOUND_RINGBACK);
  let_pass (1500);
  play (CUSAX_SOUND_NONE);
  g_assert_cmpint (g_atomic_int_get (&warnings), <=, 3);
  host_audio_set_sink_of (NULL, HOST_SINK_WAV);
  g_assert_true (rings ());
}

/* Opening the pipe hangs until somebody reads. */
static GstElement *
create_hanging (PurpleMedia *media, const char *session, const char *who)
{
  g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);
  GstElement *sink = gst_element_factory_make ("filesink", NULL);

  g_object_set (sink, "location", pipe, NULL);
  return sink;
}

static void
test_hanging (void)
{
  g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);
  CusaxSoundPort *other = cusax_sounds_new (account);
  gint64 begin;
  int reader;

  let_pass (200);
  threads_before = count_threads ();
  descriptors_before = count_descriptors ();
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  use ("hanging-loudspeaker", G_CALLBACK (create_hanging));
  for (guint i = 0; i < 10; i++)
    {
      play (CUSAX_SOUND_RINGBACK);
      let_pass (20);
      play (CUSAX_SOUND_NONE);
    }
  g_assert_cmpuint (count_threads (), <=, threads_before + 12); /* four that hang, and what they brought */
  other->play (other, CUSAX_SOUND_RINGBACK);
  let_pass (50);
  begin = g_get_monotonic_time ();
  cusax_sounds_free (other);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 50 * 1000);

  reader = open (pipe, O_RDONLY | O_NONBLOCK);
  g_assert_cmpint (reader, >=, 0);
  descriptors_before++;
  g_assert_true (wait_for (is_as_before, 5000));
  close (reader);
  host_audio_init (folder, FALSE);
  g_assert_true (rings ());
}

/* Freed while it plays: nothing comes back. */
static void
test_freed (void)
{
  CusaxSoundPort *other = cusax_sounds_new (account);
  gint64 size;

  host_audio_forget_recordings ();
  other->play (other, CUSAX_SOUND_RING);
  g_assert_true (wait_for (is_recording, 2000));
  cusax_sounds_free (other);
  let_pass (100);
  size = get_size ();
  let_pass (200);
  g_assert_cmpint (get_size (), ==, size);
  cusax_sounds_free (NULL);
}

/* -------------------------------------------------- Pidgin's and Finch's settings */

static void
on_play_event (PurpleSoundEventID event)
{
  events++;
}

static PurpleSoundUiOps sound_ops = { .play_event = on_play_event };

static void
check_settings (const char *root)
{
  static const struct
  {
    const char *method;
    gboolean mute;
    int volume;
    gboolean rings, asks_host;
  } cases[] = {
    { "automatic", FALSE, 50, TRUE, FALSE }, { "automatic", TRUE, 50, FALSE, FALSE }, { "none", FALSE, 50, FALSE, FALSE },
    { "nosound", FALSE, 50, FALSE, FALSE },  { "alsa", FALSE, 100, TRUE, FALSE },     { "custom", FALSE, 50, FALSE, TRUE },
    { "beep", FALSE, 50, FALSE, TRUE },      { "custom", TRUE, 50, FALSE, FALSE },
  };
  g_autofree char *method = g_strconcat (root, "/method", NULL);
  g_autofree char *mute = g_strconcat (root, "/mute", NULL);
  g_autofree char *volume = g_strconcat (root, "/volume", NULL);

  purple_prefs_add_string (method, "automatic");
  purple_prefs_add_bool (mute, FALSE);
  purple_prefs_add_int (volume, 50);
  purple_sound_set_ui_ops (&sound_ops);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gboolean heard;

      g_test_message ("%s: method %s, mute %d", root, cases[i].method, cases[i].mute);
      purple_prefs_set_string (method, cases[i].method);
      purple_prefs_set_bool (mute, cases[i].mute);
      purple_prefs_set_int (volume, cases[i].volume);
      heard = rings ();
      g_assert_cmpint (heard, ==, cases[i].rings);
      /* libpurple plays an event once in two seconds: the second may be swallowed. */
      g_assert_true (cases[i].asks_host || events == 0);
      if (cases[i].asks_host && i == 5)
        g_assert_cmpuint (events, ==, 1);
      /* Call audio is not muted. */
      host_audio_forget_recordings ();
      play (CUSAX_SOUND_RINGBACK);
      g_assert_true (wait_for (is_recording, 2000));
      play (CUSAX_SOUND_NONE);
    }
}

static void
test_P16_pidgin (void)
{
  purple_prefs_add_none ("/pidgin");
  purple_prefs_add_none ("/pidgin/sound");
  check_settings ("/pidgin/sound");
}

static void
test_P16_finch (void)
{
  purple_prefs_add_none ("/finch");
  purple_prefs_add_none ("/finch/sound");
  purple_prefs_add_string ("/finch/sound/actprofile", "Night");
  purple_prefs_add_none ("/finch/sound/profiles");
  purple_prefs_add_none ("/finch/sound/profiles/Default");
  purple_prefs_add_bool ("/finch/sound/profiles/Default/mute", TRUE);
  purple_prefs_add_none ("/finch/sound/profiles/Night");
  check_settings ("/finch/sound/profiles/Night");
}

/* ---------------------------------------------------------------------- main */

/* Ours are counted; GLib's and GStreamer's criticals end the test. */
static void
on_log (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  if ((level & G_LOG_LEVEL_CRITICAL) != 0)
    g_error ("%s: %s", domain, message);
  if ((level & G_LOG_LEVEL_MASK) > G_LOG_LEVEL_MESSAGE || g_strcmp0 (domain, "cusax-media") != 0)
    return;
  g_test_message ("%s: %s", domain, message);
  g_atomic_int_inc (&warnings);
}

static void
make_account (void)
{
  GList *types = NULL;
  PurplePresence *presence;

  account = purple_account_new ("me@localhost", "prpl-jabber");
  types = g_list_append (types, purple_status_type_new (PURPLE_STATUS_AVAILABLE, "available", NULL, TRUE));
  types = g_list_append (types, purple_status_type_new (PURPLE_STATUS_AWAY, "away", NULL, TRUE));
  types = g_list_append (types, purple_status_type_new (PURPLE_STATUS_UNAVAILABLE, "dnd", NULL, TRUE));
  types = g_list_append (types, purple_status_type_new (PURPLE_STATUS_OFFLINE, "offline", NULL, TRUE));
  purple_account_set_status_types (account, types);
  presence = purple_account_get_presence (account);
  purple_presence_add_list (presence, purple_prpl_get_statuses (account, presence));
  purple_account_set_status (account, "available", TRUE, NULL);
}

static void
start_libpurple (const char *ui)
{
  g_autofree char *log = NULL;

  folder = g_dir_make_tmp ("cusax-sounds-XXXXXX", NULL);
  log = g_build_filename (folder, "log", NULL);
  /* No sound server of the person who runs this. */
  g_setenv ("PULSE_SERVER", "unix:/nonexistent/pulse", TRUE);
  g_setenv ("PULSE_RUNTIME_PATH", folder, TRUE);
  g_setenv ("ALSA_CONFIG_PATH", "/dev/null", TRUE);
  host_events_to_stderr ();
  host_log_open (log);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_default_handler (on_log, NULL);
  purple_util_set_user_dir (folder);
  host_uiops_init ();
  g_assert_true (purple_core_init (ui));
  purple_set_blist (purple_blist_new ());
  host_audio_init (folder, FALSE);
  make_account ();
  port = cusax_sounds_new (account);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

int
main (int argc, char **argv)
{
  const char *ui = "cusax-test";
  int result;

  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    ui = strcmp (argv[1], "--pidgin") == 0 ? "gtk-gaim" : "gnt-purple";
  start_libpurple (ui);
  if (strcmp (ui, "gtk-gaim") == 0)
    g_test_add_func ("/media/sounds/P16/pidgin", test_P16_pidgin);
  else if (strcmp (ui, "gnt-purple") == 0)
    g_test_add_func ("/media/sounds/P16/finch", test_P16_finch);
  else
    {
      g_test_add_func ("/media/sounds/P16/in-the-ear", test_P16_in_the_ear);
      g_test_add_func ("/media/sounds/P16/recorded", test_P16_recorded);
      g_test_add_func ("/media/sounds/stop", test_stop);
      g_test_add_func ("/media/sounds/again", test_again);
      g_test_add_func ("/media/sounds/no-leak", test_no_leak);
      g_test_add_func ("/media/sounds/P16/status", test_P16_status);
      g_test_add_func ("/media/sounds/P16/ring-device", test_P16_ring_device);
      g_test_add_func ("/media/sounds/P16/ring-device-gone", test_P16_ring_device_gone);
      g_test_add_func ("/media/sounds/broken", test_broken);
      g_test_add_func ("/media/sounds/hanging", test_hanging);
      g_test_add_func ("/media/sounds/freed", test_freed);
    }
  result = g_test_run ();
  cusax_sounds_free (port);
  purple_account_destroy (account);
  cusax_streamthreads_keep ();
  host_uiops_quit ();
  remove_folder (folder);
  g_free (folder);
  return result;
}
