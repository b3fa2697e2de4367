/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codecs.h"

/* "8 PCMA/8000,101 telephone-event/8000" */
static GPtrArray *
parse (const char *text)
{
  GPtrArray *codecs = cusax_codecs_new ();
  g_auto (GStrv) items = g_strsplit (text, ",", -1);

  for (guint i = 0; items[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit_set (items[i], " /", -1);

      g_ptr_array_add (
          codecs, cusax_codec_new ((guint8) g_ascii_strtoull (words[0], NULL, 10), words[1],
                                   (guint) g_ascii_strtoull (words[2], NULL, 10),
                                   words[3] != NULL ? (guint) g_ascii_strtoull (words[3], NULL, 10) : 1, NULL));
    }
  return codecs;
}

static char *
print (const GPtrArray *codecs)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < codecs->len; i++)
    {
      const CusaxCodec *codec = codecs->pdata[i];

      g_string_append_printf (text, "%s%u %s/%u", i > 0 ? "," : "", codec->payload_type, codec->name,
                              codec->clock_rate);
      if (codec->channels > 1)
        g_string_append_printf (text, "/%u", codec->channels);
    }
  return g_string_free (text, FALSE);
}

static void
test_policy (void)
{
  g_autoptr (GPtrArray) codecs = cusax_codecs_policy ();
  g_autofree char *text = print (codecs);

  g_assert_cmpstr (text, ==,
                   "111 opus/48000/2,9 G722/8000,8 PCMA/8000,0 PCMU/8000,110 telephone-event/48000,"
                   "101 telephone-event/8000");
}

static void
test_intersect (void)
{
  static const struct
  {
    const char *ours;
    const char *theirs;
    const char *both;
  } cases[] = {
    { "111 opus/48000/2,8 PCMA/8000", "0 PCMU/8000,8 PCMA/8000,96 OPUS/48000/2",
      "8 PCMA/8000,96 OPUS/48000/2" },
    { "8 PCMA/8000", "0 PCMU/8000", "" },
    { "111 opus/48000/2", "111 opus/48000", "" }, /* channels are part of the format */
    { "8 PCMA/8000", "8 PCMA/16000", "" },
    { "8 PCMA/8000,101 telephone-event/8000", "0 PCMU/8000,99 telephone-event/8000",
      "" }, /* RFC 4733: alone no call */
    { "8 PCMA/8000,13 CN/8000", "13 CN/8000", "" },
    { "8 PCMA/8000,101 telephone-event/8000", "99 Telephone-Event/8000,8 pcma/8000",
      "99 Telephone-Event/8000,8 pcma/8000" },
    { "8 PCMA/8000,0 PCMU/8000", "8 PCMA/8000,8 PCMU/8000", "8 PCMA/8000" }, /* one number twice */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) ours = parse (cases[i].ours);
      g_autoptr (GPtrArray) theirs = parse (cases[i].theirs);
      g_autoptr (GPtrArray) both = cusax_codecs_intersect (ours, theirs);
      g_autofree char *text = print (both);

      g_assert_cmpstr (text, ==, cases[i].both);
    }
}

/* G722 says 8000 for 16000 samples (RFC 3551 section 4.5.2); what says 16000 or two channels is not it. */
static void
test_p6_g722 (void)
{
  g_autoptr (GPtrArray) ours = cusax_codecs_policy ();
  g_autoptr (GPtrArray) theirs = parse ("9 G722/8000,97 g722/8000/1,98 G722/16000,99 G722/8000/2");
  g_autoptr (GPtrArray) both = cusax_codecs_intersect (ours, theirs);
  g_autofree char *text = print (both);

  g_assert_cmpstr (text, ==, "9 G722/8000,97 g722/8000");
}

static void
test_video_policy (void)
{
  g_autoptr (GPtrArray) codecs = cusax_codecs_video_policy ();
  g_autoptr (GPtrArray) sound = cusax_codecs_policy ();
  g_autofree char *text = print (codecs);

  g_assert_cmpstr (text, ==, "96 VP8/90000,97 H264/90000,98 H264/90000");
  g_assert_false (cusax_codec_matches (codecs->pdata[1], codecs->pdata[2])); /* modes */
  for (guint i = 0; i < codecs->len; i++) /* both may come to one port */
    for (guint j = 0; j < sound->len; j++)
      g_assert_cmpuint (((CusaxCodec *) codecs->pdata[i])->payload_type, !=,
                        ((CusaxCodec *) sound->pdata[j])->payload_type);
}

static void
test_intersect_is_bounded (void)
{
  g_autoptr (GPtrArray) ours = cusax_codecs_policy ();
  g_autoptr (GPtrArray) theirs = cusax_codecs_new ();
  g_autoptr (GPtrArray) both = NULL;

  for (guint i = 0; i < 20000; i++)
    g_ptr_array_add (theirs, cusax_codec_new ((guint8) (i % 128), "PCMA", 8000, 1, NULL));
  both = cusax_codecs_intersect (ours, theirs);
  g_assert_cmpuint (both->len, ==, 128);
}

static void
test_copy (void)
{
  g_autoptr (CusaxCodec) codec = cusax_codec_new (111, "opus", 48000, 2, "useinbandfec=1");
  g_autoptr (CusaxCodec) copy = cusax_codec_copy (codec);

  g_assert_true (cusax_codec_matches (codec, copy));
  g_assert_cmpstr (copy->fmtp, ==, "useinbandfec=1");
  g_assert_true (copy->fmtp != codec->fmtp);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codecs/policy", test_policy);
  g_test_add_func ("/codecs/intersect", test_intersect);
  g_test_add_func ("/codecs/p6-g722", test_p6_g722);
  g_test_add_func ("/codecs/video-policy", test_video_policy);
  g_test_add_func ("/codecs/intersect-is-bounded", test_intersect_is_bounded);
  g_test_add_func ("/codecs/copy", test_copy);
  return g_test_run ();
}
