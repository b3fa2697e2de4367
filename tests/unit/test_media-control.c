/* SPDX-License-Identifier: GPL-2.0-or-later */
/* P25: the INFO that asks for a whole picture (RFC 5168). */
#include "media-control.h"

#include <string.h>

#define TYPE CUSAX_MEDIA_CONTROL_TYPE
#define PRIMITIVE(inner) "<media_control><vc_primitive><to_encoder>" inner "</to_encoder></vc_primitive></media_control>"

static void
test_p25_read (void)
{
  static const struct
  {
    const char *type, *body;
    CusaxMediaControl expected;
  } cases[] = {
    { TYPE, PRIMITIVE ("<picture_fast_update/>"), CUSAX_MEDIA_CONTROL_FAST_UPDATE },
    { TYPE, "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\r\n" PRIMITIVE ("\r\n<picture_fast_update>\r\n</picture_fast_update>"),
      CUSAX_MEDIA_CONTROL_FAST_UPDATE },
    { "Application/Media_Control+XML; charset=utf-8", PRIMITIVE ("<picture_fast_update/>"), CUSAX_MEDIA_CONTROL_FAST_UPDATE },
    { TYPE,
      "<media_control xmlns=\"urn:x\"><vc_primitive><stream_id>1</stream_id><to_encoder><picture_fast_update/></to_encoder>"
      "</vc_primitive></media_control>",
      CUSAX_MEDIA_CONTROL_FAST_UPDATE },
    { TYPE, "<m:media_control xmlns:m=\"urn:x\"><m:vc_primitive><m:to_encoder><m:picture_fast_update/></m:to_encoder>"
            "</m:vc_primitive></m:media_control>",
      CUSAX_MEDIA_CONTROL_FAST_UPDATE },
    { TYPE, PRIMITIVE ("<a xmlns=\"urn:y\"/><picture_fast_update xmlns=\"urn:y\"/>"), CUSAX_MEDIA_CONTROL_FAST_UPDATE },
    /* nothing that we do */
    { TYPE, "<media_control><general_error>no</general_error></media_control>", CUSAX_MEDIA_CONTROL_OTHER },
    { TYPE, PRIMITIVE ("<picture_freeze/>"), CUSAX_MEDIA_CONTROL_OTHER },
    { TYPE, PRIMITIVE ("<x><picture_fast_update/></x>"), CUSAX_MEDIA_CONTROL_OTHER },
    { TYPE, "<media_control><picture_fast_update/></media_control>", CUSAX_MEDIA_CONTROL_OTHER },
    { TYPE, "<media_control/>", CUSAX_MEDIA_CONTROL_OTHER },
    /* no such document */
    { TYPE, "", CUSAX_MEDIA_CONTROL_BROKEN },
    { TYPE, "picture_fast_update", CUSAX_MEDIA_CONTROL_BROKEN },
    { TYPE, "<picture_fast_update/>", CUSAX_MEDIA_CONTROL_BROKEN },
    { TYPE, "<media_control><vc_primitive><to_encoder><picture_fast_update/>", CUSAX_MEDIA_CONTROL_BROKEN },
    { TYPE, PRIMITIVE ("<picture_fast_update/>") "<media_control/>", CUSAX_MEDIA_CONTROL_BROKEN },
    { TYPE, PRIMITIVE ("<picture_fast_update/>&x;"), CUSAX_MEDIA_CONTROL_BROKEN },
    { TYPE, PRIMITIVE ("<picture_fast_update/>\xff"), CUSAX_MEDIA_CONTROL_BROKEN },
    { "application/dtmf-relay", PRIMITIVE ("<picture_fast_update/>"), CUSAX_MEDIA_CONTROL_NONE },
    { "application/media_control+xmlx", PRIMITIVE ("<picture_fast_update/>"), CUSAX_MEDIA_CONTROL_NONE },
    { NULL, PRIMITIVE ("<picture_fast_update/>"), CUSAX_MEDIA_CONTROL_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = g_utf8_make_valid (cases[i].body, -1);

      g_test_message ("%s", shown);
      g_assert_cmpint (cusax_media_control_read (cases[i].type, cases[i].body, strlen (cases[i].body)), ==,
                       cases[i].expected);
    }
}

static void
test_bounds (void)
{
  static const char body[] = PRIMITIVE ("<picture_fast_update/>");
  g_autofree char *blanks = g_strnfill (4096, ' ');
  g_autofree char *large = g_strconcat (body, blanks, NULL);

  g_assert_cmpint (cusax_media_control_read (TYPE, NULL, 0), ==, CUSAX_MEDIA_CONTROL_BROKEN);
  g_assert_cmpint (cusax_media_control_read (TYPE, large, strlen (large)), ==, CUSAX_MEDIA_CONTROL_BROKEN);
  g_assert_cmpint (cusax_media_control_read (TYPE, large, 4096), ==, CUSAX_MEDIA_CONTROL_FAST_UPDATE);
  /* @length counts, not a terminator. */
  g_assert_cmpint (cusax_media_control_read (TYPE, body, sizeof body), ==, CUSAX_MEDIA_CONTROL_BROKEN);
  g_assert_cmpint (cusax_media_control_read (TYPE, body, sizeof body - 2), ==, CUSAX_MEDIA_CONTROL_BROKEN);
}

static void
test_p25_write (void)
{
  const char *body = cusax_media_control_write_fast_update ();

  g_assert_cmpint (cusax_media_control_read (TYPE, body, strlen (body)), ==, CUSAX_MEDIA_CONTROL_FAST_UPDATE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media-control/p25-read", test_p25_read);
  g_test_add_func ("/media-control/bounds", test_bounds);
  g_test_add_func ("/media-control/p25-write", test_p25_write);
  return g_test_run ();
}
