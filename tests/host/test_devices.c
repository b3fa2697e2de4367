/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The media port's probe (R51): devices that work, that cannot be opened, that stay silent, that hang, and that a call
 * uses. No sound card is touched.
 */
#include "audio.h"
#include "error.h"
#include "events.h"
#include "session.h"
#include "streamthreads.h"
#include "uiops.h"

#include <glib/gstdio.h>
#include <media-gst.h>
#include <purple.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static CusaxMediaPort *port;
static PurpleAccount *account;
static char *folder;

/* Of the last probe. */
static guint done_count;
static char *microphone, *speaker;
static GError *microphone_error, *speaker_error;

static void
on_done (gpointer user_data, const CusaxMediaProbe *probe)
{
  g_assert_true (user_data == &done_count);
  done_count++;
  microphone = g_strdup (probe->microphone);
  speaker = g_strdup (probe->speaker);
  microphone_error = probe->microphone_error != NULL ? g_error_copy (probe->microphone_error) : NULL;
  speaker_error = probe->speaker_error != NULL ? g_error_copy (probe->speaker_error) : NULL;
}

static void
forget (void)
{
  done_count = 0;
  g_clear_pointer (&microphone, g_free);
  g_clear_pointer (&speaker, g_free);
  g_clear_error (&microphone_error);
  g_clear_error (&speaker_error);
}

/* Returns: after how many ms */
static guint
wait_done (void)
{
  gint64 begin = g_get_monotonic_time ();

  while (done_count == 0)
    {
      g_assert_cmpint (g_get_monotonic_time () - begin, <, 6 * G_USEC_PER_SEC);
      g_main_context_iteration (NULL, TRUE);
    }
  return (guint) ((g_get_monotonic_time () - begin) / 1000);
}

static guint
probe (void)
{
  forget ();
  port->vtable->probe (port, on_done, &done_count);
  g_assert_cmpuint (done_count, ==, 0);
  return wait_done ();
}

static void
use (PurpleMediaElementType direction, const char *id, GCallback create)
{
  purple_media_manager_set_active_element (
    purple_media_manager_get (), g_object_new (PURPLE_TYPE_MEDIA_ELEMENT_INFO, "id", id, "name", id, "type",
                                               PURPLE_MEDIA_ELEMENT_AUDIO | direction, "create-cb", create, NULL));
}

static void
test_R51_good (void)
{
  guint opened = host_audio_count_opened ();

  host_audio_init (folder, FALSE);
  g_assert_cmpuint (probe (), <, 3000);
  g_assert_no_error (microphone_error);
  g_assert_no_error (speaker_error);
  g_assert_cmpstr (microphone, ==, "host-microphone-each");
  g_assert_cmpstr (speaker, ==, "host-loudspeaker");
  g_assert_cmpuint (host_audio_count_opened (), ==, opened); /* not in libpurple's pipeline */
}

/* A device says itself what it is called. */
static GstElement *
create_named (PurpleMedia *media, const char *session, const char *who)
{
  return gst_element_factory_make ("pulsesrc", NULL);
}

static GstElement *
create_broken_source (PurpleMedia *media, const char *session, const char *who)
{
  GstElement *source = gst_element_factory_make ("filesrc", NULL);

  g_object_set (source, "location", "/nonexistent/microphone", NULL);
  return source;
}

static void
test_R51_broken (void)
{
  host_audio_set_sink_of (NULL, HOST_SINK_BROKEN);
  g_assert_cmpuint (probe (), <, 3000);
  g_assert_cmpstr (microphone, ==, "host-microphone-each");
  g_assert_error (speaker_error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  g_assert_null (speaker);

  host_audio_set_sink_of (NULL, HOST_SINK_WAV);
  use (PURPLE_MEDIA_ELEMENT_SRC, "broken-microphone", G_CALLBACK (create_broken_source));
  g_assert_cmpuint (probe (), <, 3000);
  g_assert_error (microphone_error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  g_assert_cmpstr (speaker, ==, "host-loudspeaker");
}

/* No sound server: autoaudiosrc makes do with nothing, and would be called good. */
static GstElement *
create_auto (PurpleMedia *media, const char *session, const char *who)
{
  return gst_element_factory_make ("autoaudiosrc", NULL);
}

static void
test_no_sound_server (void)
{
  use (PURPLE_MEDIA_ELEMENT_SRC, "auto-microphone", G_CALLBACK (create_auto));
  probe ();
  g_assert_error (microphone_error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  use (PURPLE_MEDIA_ELEMENT_SRC, "pulse-microphone", G_CALLBACK (create_named));
  probe ();
  g_assert_error (microphone_error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
}

/* Opens, and nothing ever comes of it. */
static GstElement *
create_silent (PurpleMedia *media, const char *session, const char *who)
{
  return gst_element_factory_make ("appsrc", NULL);
}

static GstElement *
create_hanging (PurpleMedia *media, const char *session, const char *who)
{
  g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);
  GstElement *sink = gst_element_factory_make ("filesink", NULL);

  g_object_set (sink, "location", pipe, NULL);
  return sink;
}

/* Opening the pipe hangs until somebody reads: the time is kept, and nobody waits for the thread. */
static void
test_R51_hanging (void)
{
  g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);
  int reader;

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  use (PURPLE_MEDIA_ELEMENT_SRC, "silent-microphone", G_CALLBACK (create_silent));
  use (PURPLE_MEDIA_ELEMENT_SINK, "hanging-loudspeaker", G_CALLBACK (create_hanging));
  g_assert_cmpuint (probe (), <, 5000);
  g_assert_error (microphone_error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  g_assert_error (speaker_error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  /* What is started while it hangs does not wait for it either. */
  host_audio_init (folder, FALSE);
  g_assert_cmpuint (probe (), <, 3000);
  g_assert_no_error (speaker_error);
  reader = open (pipe, O_RDONLY | O_NONBLOCK);
  g_assert_cmpint (reader, >=, 0);
  g_assert_cmpuint (probe (), <, 3000);
  close (reader);
}

/* libpurple's UNIQUE microphone belongs to the call. */
static void
test_R51_in_use (void)
{
  PurpleMedia *media = purple_media_manager_create_media (purple_media_manager_get (), account, "fsrtpconference", "bob", TRUE);
  guint opened = host_audio_count_opened ();

  g_assert_nonnull (media);
  g_assert_cmpuint (probe (), <, 1000);
  g_assert_null (microphone);
  g_assert_null (speaker);
  g_assert_no_error (microphone_error);
  g_assert_no_error (speaker_error);
  g_assert_cmpuint (host_audio_count_opened (), ==, opened);
  g_object_unref (media);
}

static void
ignore_leg (gpointer user_data, guint16 rtp_port, guint16 rtcp_port)
{
}

static void
ignore (gpointer user_data)
{
}

/* Never after a cancel, once for the second of two, and at once if a call comes in between. */
static void
test_cancelled (void)
{
  static const CusaxMediaListener nobody = { .on_leg_ready = ignore_leg, .on_hang_up = ignore };
  static const CusaxLeg leg = { 1, 2 };
  CusaxMediaSession *session;
  GLogLevelFlags fatal;

  forget ();
  use (PURPLE_MEDIA_ELEMENT_SRC, "silent-microphone", G_CALLBACK (create_silent));
  port->vtable->probe (port, on_done, &done_count);
  port->vtable->cancel_probe (port);
  port->vtable->cancel_probe (port);
  host_audio_init (folder, FALSE);
  port->vtable->probe (port, on_done, &done_count);
  port->vtable->probe (port, on_done, &done_count);
  g_assert_cmpuint (wait_done (), <, 3000);
  g_assert_cmpuint (done_count, ==, 1);

  use (PURPLE_MEDIA_ELEMENT_SRC, "silent-microphone", G_CALLBACK (create_silent));
  forget ();
  port->vtable->probe (port, on_done, &done_count);
  host_audio_init (folder, FALSE);
  /* Farstream looks for a property that its raw UDP transmitter has not. */
  fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);
  session = port->vtable->open (port, "bob", TRUE, &leg, &nobody, NULL, NULL);
  g_log_set_always_fatal (fatal);
  g_assert_nonnull (session);
  g_assert_cmpuint (done_count, ==, 0);
  g_assert_cmpuint (wait_done (), <, 1000);
  g_assert_null (microphone);
  g_assert_no_error (microphone_error);
  session->vtable->end (session);
  forget ();
}

static void
start_libpurple (void)
{
  g_autofree char *log = NULL;

  folder = g_dir_make_tmp ("cusax-devices-XXXXXX", NULL);
  log = g_build_filename (folder, "log", NULL);
  /* No sound server of the person who runs this. */
  g_setenv ("PULSE_SERVER", "unix:/nonexistent/pulse", TRUE);
  g_setenv ("PULSE_RUNTIME_PATH", folder, TRUE);
  host_events_to_stderr ();
  host_log_open (log);
  purple_util_set_user_dir (folder);
  host_uiops_init ();
  g_assert_true (purple_core_init ("cusax-test"));
  purple_set_blist (purple_blist_new ());
  host_uiops_connect ();
  host_audio_init (folder, FALSE);
  account = purple_account_new ("me@localhost", "prpl-jabber");
  purple_accounts_add (account);
  port = cusax_session_port_new (account);
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
  int result;

  g_test_init (&argc, &argv, NULL);
  start_libpurple ();
  g_test_add_func ("/media/devices/R51/good", test_R51_good);
  g_test_add_func ("/media/devices/R51/broken", test_R51_broken);
  g_test_add_func ("/media/devices/no-sound-server", test_no_sound_server);
  g_test_add_func ("/media/devices/R51/hanging", test_R51_hanging);
  g_test_add_func ("/media/devices/R51/in-use", test_R51_in_use);
  g_test_add_func ("/media/devices/cancelled", test_cancelled);
  result = g_test_run ();
  forget ();
  cusax_session_port_free (port);
  cusax_streamthreads_keep ();
  host_uiops_quit ();
  remove_folder (folder);
  g_free (folder);
  return result;
}
