/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is offered with which GStreamer plugins missing, and how codecs are told to Farstream. Opens nothing. */
#include "conversion.h"
#include "elements.h"

#include <string.h>

/* @missing: names of elements that are not there, with blanks around each. */
static gboolean
has (const char *name, gpointer missing)
{
  g_autofree char *word = g_strdup_printf (" %s ", name);

  return strstr (missing, word) == NULL;
}

static gboolean
has_none (const char *name, gpointer unused)
{
  return FALSE;
}

static char *
names_of (const GPtrArray *codecs)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < codecs->len; i++)
    {
      const CusaxCodec *codec = codecs->pdata[i];

      g_string_append_printf (text, "%s%s/%u", i > 0 ? " " : "", codec->name, codec->clock_rate);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define ALL "opus/48000 G722/8000 PCMA/8000 PCMU/8000 telephone-event/48000 telephone-event/8000"
#define VIDEO "VP8/90000 H264/90000 H264/90000"

static const struct
{
  const char *missing;  /* elements */
  const char *codecs;   /* that are left */
  const char *packages; /* NULL: none are asked for */
  const char *video;
  const char *video_packages;
  const char *hints;
} cases[] = {
  { "", ALL, NULL, VIDEO, NULL, NULL },
  { " opusenc ", "G722/8000 PCMA/8000 PCMU/8000 telephone-event/8000", NULL, VIDEO, NULL, "gstreamer1.0-plugins-base" },
  { " avenc_g722 ", "opus/48000 PCMA/8000 PCMU/8000 telephone-event/48000 telephone-event/8000", NULL, VIDEO, NULL,
    "gstreamer1.0-libav" },
  { " rtppcmapay  mulawdec  rtpg722depay ", "opus/48000 telephone-event/48000", NULL, VIDEO, NULL,
    "gstreamer1.0-plugins-good" },
  { " rtpdtmfsrc ", "opus/48000 G722/8000 PCMA/8000 PCMU/8000", NULL, VIDEO, NULL, "gstreamer1.0-plugins-good" },
  { " srtpenc ", ALL, NULL, VIDEO, NULL, NULL },
  { " opusdec  alawdec  mulawdec  avdec_g722 ", "",
    "gstreamer1.0-plugins-base, gstreamer1.0-libav, gstreamer1.0-plugins-good", VIDEO, NULL,
    "gstreamer1.0-plugins-base, gstreamer1.0-libav, gstreamer1.0-plugins-good" },
  { " fsrtpconference ", "", "libfarstream-0.2-5", "", "libfarstream-0.2-5", "libfarstream-0.2-5" },
  { " level  rtpbin ", "", "gstreamer1.0-plugins-good", "", "gstreamer1.0-plugins-good", "gstreamer1.0-plugins-good" },
  /* As good as the other. */
  { " openh264enc  openh264dec ", ALL, NULL, VIDEO, NULL, NULL },
  { " x264enc  avdec_h264 ", ALL, NULL, "VP8/90000 H264/90000", NULL, NULL },
  { " x264enc  openh264enc ", ALL, NULL, "VP8/90000", NULL, "gstreamer1.0-plugins-ugly" },
  { " avdec_h264  openh264dec  vp8enc ", ALL, NULL, "", "gstreamer1.0-plugins-good, gstreamer1.0-libav",
    "gstreamer1.0-plugins-good, gstreamer1.0-libav" },
  { " ximagesink ", ALL, NULL, VIDEO, NULL, NULL },
  { " ximagesink  glimagesink ", ALL, NULL, "", "gstreamer1.0-x", "gstreamer1.0-x" },
  { " videoconvert ", ALL, NULL, "", "gstreamer1.0-plugins-base", "gstreamer1.0-plugins-base" },
};

static void
test_elements (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxElements) elements = cusax_elements_new_with (has, (gpointer)cases[i].missing);
      const char *missing = "unset", *video_missing = "unset";
      g_autofree char *names = names_of (cusax_elements_get_codecs (elements, &missing));
      g_autofree char *video = names_of (cusax_elements_get_video_codecs (elements, &video_missing));

      g_assert_cmpstr (names, ==, cases[i].codecs);
      g_assert_cmpstr (missing, ==, cases[i].packages);
      g_assert_cmpstr (video, ==, cases[i].video);
      g_assert_cmpstr (video_missing, ==, cases[i].video_packages);
      g_assert_cmpstr (cusax_elements_get_hints (elements), ==, cases[i].hints);
      g_assert_cmpint (cusax_elements_have_srtp (elements), ==,
                       !has ("srtpenc", (gpointer)cases[i].missing) ? 0 : 1);
    }
}

static void
test_no_gstreamer (void)
{
  g_autoptr (CusaxElements) elements = cusax_elements_new_with (has_none, NULL);
  const char *missing = NULL;

  g_assert_cmpuint (cusax_elements_get_codecs (elements, &missing)->len, ==, 0);
  g_assert_nonnull (strstr (missing, "libfarstream-0.2-5"));
  g_assert_nonnull (strstr (missing, "gstreamer1.0-plugins-base"));
  g_assert_nonnull (strstr (missing, "gstreamer1.0-plugins-good"));
}

/* ------------------------------------------------------------------------------ conversion */

static const struct
{
  const char *fmtp;
  const char *parameters; /* name=value, joined by '|' */
} formats[] = {
  { NULL, "" },
  { "0-15", "=0-15" },
  { "useinbandfec=1", "useinbandfec=1" },
  { "minptime=10; useinbandfec=1", "minptime=10|useinbandfec=1" },
  { ";;  ;a=;=b;c=d=e", "a=|=b|c=d=e" },
};

static void
test_codec_to_purple (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      const CusaxCodec codec = { 111, (char *)"opus", 48000, 2, (char *)formats[i].fmtp };
      g_autoptr (GString) text = g_string_new (NULL);
      PurpleMediaCodec *result = cusax_conversion_codec_to_purple (&codec);
      g_autofree char *name = purple_media_codec_get_encoding_name (result);

      g_assert_cmpstr (name, ==, "opus");
      g_assert_cmpuint (purple_media_codec_get_id (result), ==, 111);
      g_assert_cmpuint (purple_media_codec_get_clock_rate (result), ==, 48000);
      g_assert_cmpuint (purple_media_codec_get_channels (result), ==, 2);
      for (GList *p = purple_media_codec_get_optional_parameters (result); p != NULL; p = p->next)
        {
          PurpleKeyValuePair *pair = p->data;

          g_string_append_printf (text, "%s%s=%s", text->len > 0 ? "|" : "", pair->key, (char *)pair->value);
        }
      g_assert_cmpstr (text->str, ==, formats[i].parameters);
      g_object_unref (result);
    }
}

static char *
payload_types_of (GList *codecs)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (GList *c = codecs; c != NULL; c = c->next)
    g_string_append_printf (text, "%s%u", c != codecs ? " " : "", purple_media_codec_get_id (c->data));
  purple_media_codec_list_free (codecs);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Theirs first, ours as well where they differ, unless they gave our number to something else. */
static void
test_remote_codecs (void)
{
  g_autoptr (GPtrArray) offered = cusax_codecs_policy ();
  g_autoptr (GPtrArray) agreed = cusax_codecs_new ();
  g_autofree char *answered = NULL, *both = NULL, *taken = NULL;

  g_ptr_array_add (agreed, cusax_codec_new (107, "OPUS", 48000, 2, NULL));
  g_ptr_array_add (agreed, cusax_codec_new (8, "PCMA", 8000, 1, NULL));
  answered = payload_types_of (cusax_conversion_remote_codecs (agreed, NULL));
  g_assert_cmpstr (answered, ==, "107 8");
  both = payload_types_of (cusax_conversion_remote_codecs (agreed, offered));
  g_assert_cmpstr (both, ==, "107 8 111");

  g_ptr_array_add (agreed, cusax_codec_new (111, "telephone-event", 8000, 1, "0-15"));
  taken = payload_types_of (cusax_conversion_remote_codecs (agreed, offered));
  g_assert_cmpstr (taken, ==, "107 8 111 101");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/elements/missing", test_elements);
  g_test_add_func ("/media/elements/no-gstreamer", test_no_gstreamer);
  g_test_add_func ("/media/conversion/codec", test_codec_to_purple);
  g_test_add_func ("/media/conversion/remote-codecs", test_remote_codecs);
  return g_test_run ();
}
