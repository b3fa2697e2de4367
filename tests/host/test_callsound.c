/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A call on a PulseAudio of the test's own (P13): the server is told that it is a telephone's and should cancel echo, devices are
 * named, and a loudspeaker or microphone that is pulled out takes no call with it while there is another.
 */
#include "crossing.h"
#include "mediatest.h"

#include <gio/gio.h>
#include <media-gst.h>
#include <purple.h>

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

static CusaxMediaPort *port;
static GSubprocess *server;
static char *folder;

static const CusaxCodec pcma = { 8, (char *) "PCMA", 8000, 1, NULL };

/* A test that is aborted leaves nothing behind. */
static void
die_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
start_server (void)
{
  g_autofree char *socket = g_build_filename (folder, "socket", NULL);
  g_autofree char *address = g_strconcat ("unix:", socket, NULL);
  g_autofree char *protocol = g_strdup_printf ("--load=module-native-protocol-unix auth-anonymous=1 socket=%s", socket);
  g_autofree char *program = g_find_program_in_path ("pulseaudio");
  g_autoptr (GSubprocessLauncher) launcher
    = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  if (program == NULL)
    return FALSE;
  g_setenv ("HOME", folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);
  g_setenv ("PULSE_SERVER", address, TRUE);
  g_unsetenv ("PULSE_SINK");
  g_subprocess_launcher_unsetenv (launcher, "PULSE_SERVER");
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  server = g_subprocess_launcher_spawn (launcher, NULL, program, "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
                                        "--high-priority=no", "--realtime=no", "-n", protocol,
                                        "--load=module-null-sink sink_name=room rate=48000",
                                        "--load=module-null-sink sink_name=desk rate=48000",
                                        "--load=module-null-sink sink_name=wall rate=48000",
                                        "--load=module-null-sink sink_name=headset rate=48000",
                                        "--load=module-rescue-streams", NULL);
  while (!g_file_test (socket, G_FILE_TEST_EXISTS) && g_get_monotonic_time () < end)
    g_usleep (20000);
  return g_file_test (socket, G_FILE_TEST_EXISTS);
}

/* Returns: (transfer full): what pactl says */
static char *
ask (const char *command)
{
  g_autofree char *line = g_strconcat ("pactl ", command, NULL);
  char *text = NULL;

  g_assert_true (g_spawn_command_line_sync (line, &text, NULL, NULL, NULL));
  return text;
}

static void
tell (const char *command)
{
  g_autofree char *text = ask (command);
}

/* Unloads the module that makes the device @name. */
static void
pull_out (const char *name)
{
  g_autofree char *modules = ask ("list short modules");
  g_auto (GStrv) lines = g_strsplit (modules, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    if (strstr (*line, name) != NULL)
      {
        g_autofree char *command = g_strdup_printf ("unload-module %d", (int) g_ascii_strtoll (*line, NULL, 10));

        tell (command);
        return;
      }
  g_error ("no module with %s", name);
}

static GstElement *
create_source (PurpleMedia *media, const char *session, const char *who)
{
  return gst_element_factory_make ("pulsesrc", NULL);
}

static GstElement *
create_sink (PurpleMedia *media, const char *session, const char *who)
{
  return gst_element_factory_make ("pulsesink", NULL);
}

static void
use_server (void)
{
  PurpleMediaManager *manager = purple_media_manager_get ();

  purple_media_manager_set_active_element (
    manager, g_object_new (PURPLE_TYPE_MEDIA_ELEMENT_INFO, "id", "pulse-in", "name", "pulse-in", "type",
                           PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SRC | PURPLE_MEDIA_ELEMENT_ONE_SRC
                             | PURPLE_MEDIA_ELEMENT_UNIQUE,
                           "create-cb", create_source, NULL));
  purple_media_manager_set_active_element (
    manager, g_object_new (PURPLE_TYPE_MEDIA_ELEMENT_INFO, "id", "pulse-out", "name", "pulse-out", "type",
                           PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SINK | PURPLE_MEDIA_ELEMENT_ONE_SINK,
                           "create-cb", create_sink, NULL));
}

static gboolean
is_leg_ready (gpointer end)
{
  return ((CrossingEnd *) end)->leg_ready_count > 0;
}

static gboolean
plays (gpointer unused)
{
  g_autofree char *inputs = ask ("list short sink-inputs");

  return *inputs != '\0';
}

/* It plays and sends: 40 packets in a second, and a stream at the server. */
static void
assert_goes_on (Crossing *crossing)
{
  guint sent = crossing->alice.packets;

  mediatest_let_pass (1500);
  g_assert_cmpuint (crossing->alice.packets, >, sent + 40);
  g_assert_true (plays (NULL));
  g_assert_cmpuint (crossing->alice.errors + crossing->bob.errors, ==, 0);
  g_assert_cmpuint (crossing->alice.hang_ups + crossing->bob.hang_ups, ==, 0);
}

static guint
count_of (const char *text, const char *part)
{
  guint count = 0;

  while ((text = strstr (text, part)) != NULL)
    {
      count++;
      text += strlen (part);
    }
  return count;
}

static void
test_P13_call (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);
  g_autoptr (GPtrArray) codecs = cusax_codecs_new ();
  CrossingEnd *ends[] = { &crossing->alice, &crossing->bob };
  g_autofree char *inputs = NULL, *outputs = NULL, *devices = NULL;

  tell ("set-default-sink desk");
  tell ("set-default-source headset.monitor");
  g_ptr_array_add (codecs, cusax_codec_copy (&pcma));
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      crossing_open (crossing, ends[i], 440);
      g_assert_true (mediatest_wait (is_leg_ready, ends[i], 5000));
      ends[i]->session->vtable->set_remote_codecs (ends[i]->session, codecs);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    ends[i]->session->vtable->accept (ends[i]->session);
  g_assert_true (mediatest_wait (plays, NULL, 5000));
  assert_goes_on (crossing);

  inputs = ask ("list sink-inputs");
  outputs = ask ("list source-outputs");
  g_assert_cmpuint (count_of (inputs, "media.role = \"phone\""), ==, 2);
  g_assert_cmpuint (count_of (inputs, "filter.want = \"echo-cancel\""), ==, 2);
  g_assert_cmpuint (count_of (outputs, "media.role = \"phone\""), ==, 1);
  g_assert_cmpuint (count_of (outputs, "filter.want = \"echo-cancel\""), ==, 1);

  devices = crossing->alice.session->vtable->dup_devices (crossing->alice.session);
  g_test_message ("devices: %s", devices);
  g_assert_nonnull (devices);
  g_assert_nonnull (strchr (devices, ','));

  pull_out ("sink_name=desk");
  assert_goes_on (crossing);
  pull_out ("sink_name=headset");
  assert_goes_on (crossing);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("cusax-callsound-XXXXXX", NULL);
  if (!start_server ())
    g_error ("no PulseAudio (tests/lib/packages)");
  port = mediatest_init ("cusax-test");
  use_server ();
  g_test_add_func ("/media/callsound/P13/call", test_P13_call);
  result = g_test_run ();
  mediatest_quit (result == 0);
  g_subprocess_force_exit (server);
  g_subprocess_wait (server, NULL, NULL);
  g_object_unref (server);
  g_free (folder);
  return result;
}
