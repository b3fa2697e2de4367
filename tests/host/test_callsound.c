/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A call on a PulseAudio of the test's own (P13): the server is told that it is a telephone's and should cancel echo, devices are
 * named, and a loudspeaker or microphone that is pulled out takes no call with it while there is another.
 */
#include "audio.h"
#include "crossing.h"
#include "mediatest.h"
#include "tone.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
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

/* ------------------------------------------------------------- nothing takes the place */

/* Alice has the server's devices, Bob a microphone of his own that says 440 Hz. */
static gboolean is_alices; /* the next microphone: libpurple does not say whose it is */

static GstElement *
create_source_of (PurpleMedia *media, const char *session, const char *who)
{
  GstElement *bin = gst_bin_new (NULL);
  GstElement *source = gst_element_factory_make (is_alices ? "pulsesrc" : "audiotestsrc", NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  if (is_alices)
    g_object_set (source, "device", "plug.monitor", NULL);
  else
    g_object_set (source, "is-live", TRUE, "freq", 440.0, NULL);
  gst_bin_add (GST_BIN (bin), source);
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", pad));
  return bin;
}

static GstElement *
create_sink_of (PurpleMedia *media, const char *session, const char *who)
{
  gboolean is_alice = g_strcmp0 (who, "bob") == 0;
  GstElement *sink = gst_element_factory_make (is_alice ? "pulsesink" : "fakesink", NULL);

  if (is_alice)
    g_object_set (sink, "device", "ear", NULL);
  else
    g_object_set (sink, "sync", TRUE, NULL);
  return sink;
}

static void
plug_in (void)
{
  g_autofree char *control = g_strdup_printf ("load-module module-cli-protocol-unix socket=%s/control", folder);

  tell ("load-module module-null-sink sink_name=plug rate=48000");
  tell ("load-module module-null-sink sink_name=ear rate=48000");
  tell (control);
}

/* The server ends the stream that @list lists first, as it does when no device is left for it. */
static void
end_stream (const char *list, const char *order)
{
  g_autofree char *path = g_build_filename (folder, "control", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection
    = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_autofree char *streams = ask (list);
  g_autofree char *command = g_strdup_printf ("%s %d\n", order, (int) g_ascii_strtoll (streams, NULL, 10));

  g_assert_no_error (error);
  g_assert_cmpstr (streams, !=, "");
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), command,
                                            strlen (command), NULL, NULL, NULL));
}

/* Returns: whether there is 440 Hz in Alice's ear now */
static gboolean
hears (gpointer unused)
{
  g_autofree char *file = g_build_filename (folder, "ear.wav", NULL);
  g_autoptr (GSubprocess) recorder
    = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, "parec", "--device=ear.monitor", "--format=s16le",
                        "--rate=16000", "--channels=1", "--latency-msec=20", "--file-format=wav", file, NULL);
  double level = 0, share;

  mediatest_let_pass (700);
  g_subprocess_send_signal (recorder, SIGTERM);
  g_subprocess_wait (recorder, NULL, NULL);
  share = host_tone_share (file, 440, 0.2, &level);
  g_unlink (file);
  return share > 0.8;
}

static gboolean
microphone_failed (gpointer end)
{
  return ((CrossingEnd *) end)->microphone_failures > 0;
}

static gboolean
microphone_returned (gpointer end)
{
  return ((CrossingEnd *) end)->microphone_returns > 0;
}

static gboolean
speaker_failed (gpointer end)
{
  return ((CrossingEnd *) end)->speaker_failures > 0;
}

static gboolean
speaker_returned (gpointer end)
{
  return ((CrossingEnd *) end)->speaker_returns > 0;
}

static gboolean
sends_more (gpointer end)
{
  return ((CrossingEnd *) end)->packets > ((CrossingEnd *) end)->wanted_step;
}

/* @end sends another second of packets. */
static void
assert_sends (CrossingEnd *end)
{
  end->wanted_step = end->packets + 50;
  g_assert_true (mediatest_wait (sends_more, end, 8000));
}

static void
assert_stands (Crossing *crossing)
{
  g_assert_cmpuint (crossing->alice.errors + crossing->bob.errors, ==, 0);
  g_assert_cmpuint (crossing->alice.hang_ups + crossing->bob.hang_ups, ==, 0);
  g_assert_cmpuint (crossing->bob.microphone_failures + crossing->bob.speaker_failures, ==, 0);
  g_assert_cmpuint (mediatest_count_criticals (), ==, 0);
}

static void
stop_server (void)
{
  g_autofree char *socket = g_build_filename (folder, "socket", NULL);
  g_autofree char *control = g_build_filename (folder, "control", NULL);

  g_subprocess_force_exit (server);
  g_subprocess_wait (server, NULL, NULL);
  g_clear_object (&server);
  g_unlink (socket);
  g_unlink (control);
}

static void
use_devices (void)
{
  g_autofree char *control = g_build_filename (folder, "control", NULL);
  PurpleMediaManager *manager = purple_media_manager_get ();

  if (!g_file_test (control, G_FILE_TEST_EXISTS))
    plug_in ();
  purple_media_manager_set_active_element (
    manager, g_object_new (PURPLE_TYPE_MEDIA_ELEMENT_INFO, "id", "plug-in", "name", "plug-in", "type",
                           PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SRC | PURPLE_MEDIA_ELEMENT_ONE_SRC,
                           "create-cb", create_source_of, NULL));
  purple_media_manager_set_active_element (
    manager, g_object_new (PURPLE_TYPE_MEDIA_ELEMENT_INFO, "id", "plug-out", "name", "plug-out", "type",
                           PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SINK | PURPLE_MEDIA_ELEMENT_ONE_SINK,
                           "create-cb", create_sink_of, NULL));
}

static Crossing *
call_with_devices (void)
{
  Crossing *crossing = crossing_new (port);
  g_autoptr (GPtrArray) codecs = cusax_codecs_new ();
  CrossingEnd *ends[] = { &crossing->alice, &crossing->bob };

  use_devices ();
  g_ptr_array_add (codecs, cusax_codec_copy (&pcma));
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      is_alices = i == 0;
      crossing_open (crossing, ends[i], 440);
      g_assert_true (mediatest_wait (is_leg_ready, ends[i], 5000));
      ends[i]->session->vtable->set_remote_codecs (ends[i]->session, codecs);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    ends[i]->session->vtable->accept (ends[i]->session);
  assert_sends (&crossing->alice);
  assert_sends (&crossing->bob);
  g_assert_true (mediatest_wait (hears, NULL, 8000));
  return crossing;
}

static void
test_P13_microphone_goes (void)
{
  g_autoptr (Crossing) crossing = call_with_devices ();

  end_stream ("list short source-outputs", "kill-source-output");
  g_assert_true (mediatest_wait (microphone_failed, &crossing->alice, 8000));
  g_assert_true (mediatest_wait (hears, NULL, 8000));
  assert_stands (crossing);
  g_assert_true (mediatest_wait (microphone_returned, &crossing->alice, 10000));
  assert_sends (&crossing->alice);
  g_assert_true (mediatest_wait (hears, NULL, 8000));
  assert_stands (crossing);
  g_assert_cmpuint (crossing->alice.microphone_failures, ==, 1);
}

static void
test_P13_speaker_goes (void)
{
  g_autoptr (Crossing) crossing = call_with_devices ();

  end_stream ("list short sink-inputs", "kill-sink-input");
  g_assert_true (mediatest_wait (speaker_failed, &crossing->alice, 8000));
  assert_sends (&crossing->alice);
  assert_stands (crossing);
  g_assert_true (mediatest_wait (speaker_returned, &crossing->alice, 10000));
  g_assert_true (mediatest_wait (hears, NULL, 8000));
  assert_sends (&crossing->alice);
  assert_stands (crossing);
  g_assert_cmpuint (crossing->alice.speaker_failures, ==, 1);
}

static void
test_P13_server_restarts (void)
{
  g_autoptr (Crossing) crossing = call_with_devices ();

  stop_server ();
  g_assert_true (mediatest_wait (microphone_failed, &crossing->alice, 8000));
  g_assert_true (mediatest_wait (speaker_failed, &crossing->alice, 8000));
  assert_stands (crossing);
  g_assert_true (start_server ());
  plug_in ();
  g_assert_true (mediatest_wait (microphone_returned, &crossing->alice, 10000));
  g_assert_true (mediatest_wait (speaker_returned, &crossing->alice, 10000));
  g_assert_true (mediatest_wait (hears, NULL, 8000));
  assert_sends (&crossing->alice);
  assert_stands (crossing);
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
  g_test_add_func ("/media/callsound/P13/microphone-goes", test_P13_microphone_goes);
  g_test_add_func ("/media/callsound/P13/speaker-goes", test_P13_speaker_goes);
  g_test_add_func ("/media/callsound/P13/server-restarts", test_P13_server_restarts);
  result = g_test_run ();
  mediatest_quit (result == 0);
  g_subprocess_force_exit (server);
  g_subprocess_wait (server, NULL, NULL);
  g_object_unref (server);
  g_free (folder);
  return result;
}
