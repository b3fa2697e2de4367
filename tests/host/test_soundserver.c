/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The telephone's sounds on a PulseAudio of the test's own with two loudspeakers (P16): as in Pidgin the ring comes
 * from the default one or from the one that the person chose, call audio from where calls are heard, and silence is quick.
 */
#include "events.h"
#include "sounds.h"
#include "tone.h"
#include "streamthreads.h"
#include "uiops.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <media-gst.h>
#include <purple.h>

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define RATE 16000
#define WAV_HEADER 44

static CusaxSoundPort *port;
static PurpleAccount *account;
static char *folder;
static GSubprocess *server;

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

/* A test that is aborted leaves nothing behind. */
static void
die_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
spawn (const char *const *command)
{
  g_autoptr (GSubprocessLauncher) launcher
    = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, command, &error);
  g_assert_no_error (error);
  return process;
}

/* ------------------------------------------------------------------- a recorder */

/** Ear: hears one loudspeaker. */
typedef struct
{
  GSubprocess *process;
  char *file;
} Ear;

static void
ear_open (Ear *ear, const char *sink)
{
  static guint count;
  g_autofree char *name = g_strdup_printf ("%s-%u.wav", sink, ++count);
  g_autofree char *device = g_strdup_printf ("--device=%s.monitor", sink);
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
  GStatBuf status = { 0 };

  ear->file = g_build_filename (folder, name, NULL);
  ear->process = spawn ((const char *const[]){ "parec", device, "--format=s16le", "--rate=16000", "--channels=1",
                                               "--latency-msec=20", "--file-format=wav", ear->file, NULL });
  while ((g_stat (ear->file, &status) != 0 || status.st_size < WAV_HEADER + RATE / 5)
         && g_get_monotonic_time () < end)
    let_pass (20);
  g_assert_cmpint (status.st_size, >, WAV_HEADER);
}

static void
ear_close (Ear *ear)
{
  g_subprocess_send_signal (ear->process, SIGTERM);
  g_assert_true (g_subprocess_wait (ear->process, NULL, NULL));
  g_object_unref (ear->process);
  g_free (ear->file);
}

/* In ms: where the last sound ended, and how much there is of all. */
static guint
get_end (Ear *ear, guint *length_ms)
{
  g_autofree char *data = NULL;
  gsize length = 0, count, last = 0;

  g_assert_true (g_file_get_contents (ear->file, &data, &length, NULL));
  count = (length - WAV_HEADER) / 2;
  for (gsize i = 0; i < count; i++)
    if (ABS (((const gint16 *) (gpointer) (data + WAV_HEADER))[i]) > 100)
      last = i;
  *length_ms = (guint) (count * 1000 / RATE);
  return (guint) (last * 1000 / RATE);
}

static gboolean
has_heard (Ear *ear)
{
  guint length;

  return get_end (ear, &length) > 0;
}

static gboolean
wait_heard (Ear *ear)
{
  gint64 end = g_get_monotonic_time () + 4 * G_USEC_PER_SEC;

  while (!has_heard (ear) && g_get_monotonic_time () < end)
    let_pass (20);
  return has_heard (ear);
}

/* ----------------------------------------------------------------------- tests */

static void
check_ring (const char *device, const char *loud, const char *silent)
{
  Ear heard = { 0 }, other = { 0 };

  cusax_sounds_set_ring_device (port, device);
  ear_open (&heard, loud);
  ear_open (&other, silent);
  port->play (port, CUSAX_SOUND_RING);
  g_assert_true (wait_heard (&heard));
  let_pass (300);
  port->play (port, CUSAX_SOUND_NONE);
  let_pass (300);
  g_assert_false (has_heard (&other));
  ear_close (&heard);
  ear_close (&other);
}

static void
test_P16_ring_devices (void)
{
  check_ring (NULL, "room", "desk");
  check_ring ("desk", "desk", "room");
  check_ring ("gone", "room", "desk"); /* it rings all the same */
  cusax_sounds_set_ring_device (port, NULL);
}

static GstElement *
create_headset (PurpleMedia *media, const char *session, const char *who)
{
  GstElement *sink = gst_element_factory_make ("pulsesink", NULL);

  g_object_set (sink, "device", "desk", NULL);
  return sink;
}

/* Ringback in the headset of calls, and the ring in the room. Then: silence within 100 ms, plus what the recorder is
 * behind (its own 20, and a piece of the null sink's). */
static void
test_P16_in_the_ear (void)
{
  Ear headset = { 0 }, room = { 0 };
  guint stopped, end, length;
  double level;

  ear_open (&headset, "desk");
  ear_open (&room, "room");
  port->play (port, CUSAX_SOUND_RINGBACK);
  g_assert_true (wait_heard (&headset));
  let_pass (500);
  g_assert_cmpfloat (host_tone_share (headset.file, 425, 0.2, &level), >, 0.9);
  g_test_message ("%.1f dBFS", level);
  (void) get_end (&headset, &stopped);
  port->play (port, CUSAX_SOUND_NONE);
  let_pass (500);
  end = get_end (&headset, &length);
  g_test_message ("stopped at %u, silent at %u ms of %u", stopped, end, length);
  g_assert_cmpuint (end, <, stopped + 250);
  g_assert_cmpuint (length, >, stopped + 300);
  g_assert_false (has_heard (&room));
  ear_close (&headset);
  ear_close (&room);
}

/* The last one. The server goes away while it plays: nothing hangs, nothing is critical. */
static void
test_P16_server_goes (void)
{
  port->play (port, CUSAX_SOUND_RINGBACK);
  let_pass (500);
  g_subprocess_force_exit (server);
  let_pass (500);
  port->play (port, CUSAX_SOUND_NONE);
  port->play (port, CUSAX_SOUND_RING);
  let_pass (300);
  port->play (port, CUSAX_SOUND_NONE);
}

/* ------------------------------------------------------------------------ main */

/* Returns: FALSE if there is none on this machine */
static gboolean
start_server (void)
{
  g_autofree char *socket = g_build_filename (folder, "socket", NULL);
  g_autofree char *address = g_strconcat ("unix:", socket, NULL);
  g_autofree char *protocol
    = g_strdup_printf ("--load=module-native-protocol-unix auth-anonymous=1 socket=%s", socket);
  g_autofree char *program = g_find_program_in_path ("pulseaudio");
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  if (program == NULL)
    return FALSE;
  g_setenv ("HOME", folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);
  g_unsetenv ("PULSE_SERVER");
  server = spawn ((const char *const[]){ program, "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
                                         "--high-priority=no", "--realtime=no", "-n", protocol,
                                         "--load=module-null-sink sink_name=room rate=48000",
                                         "--load=module-null-sink sink_name=desk rate=48000", NULL });
  while (!g_file_test (socket, G_FILE_TEST_EXISTS) && g_get_monotonic_time () < end)
    let_pass (20);
  g_setenv ("PULSE_SERVER", address, TRUE);
  g_setenv ("PULSE_SINK", "room", TRUE);
  return g_file_test (socket, G_FILE_TEST_EXISTS);
}

static void
start_libpurple (void)
{
  g_autofree char *log = g_build_filename (folder, "log", NULL);

  host_events_to_stderr ();
  host_log_open (log);
  purple_util_set_user_dir (folder);
  host_uiops_init ();
  g_assert_true (purple_core_init ("gtk-gaim"));
  purple_set_blist (purple_blist_new ());
  purple_media_manager_set_active_element (
    purple_media_manager_get (),
    g_object_new (PURPLE_TYPE_MEDIA_ELEMENT_INFO, "id", "headset", "name", "headset", "type",
                  PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SINK, "create-cb", create_headset, NULL));
  account = purple_account_new ("me@localhost", "prpl-jabber");
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

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("cusax-soundserver-XXXXXX", NULL);
  if (!start_server ())
    g_error ("no PulseAudio (tests/lib/packages)");
  start_libpurple ();
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/media/soundserver/P16/ring-devices", test_P16_ring_devices);
  g_test_add_func ("/media/soundserver/P16/in-the-ear", test_P16_in_the_ear);
  g_test_add_func ("/media/soundserver/P16/server-goes", test_P16_server_goes);
  result = g_test_run ();
  cusax_sounds_free (port);
  g_subprocess_force_exit (server);
  g_subprocess_wait (server, NULL, NULL);
  g_object_unref (server);
  purple_account_destroy (account);
  cusax_streamthreads_keep ();
  host_uiops_quit ();
  remove_folder (folder);
  g_free (folder);
  return result;
}
