/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See media-control.h. */
#include "media-control.h"
#include "text.h"
#include "xml-rules.h"

#include <string.h>

#define MAX_BODY 4096

typedef enum
{
  PLACE_OUTSIDE,
  PLACE_ROOT,
  PLACE_PRIMITIVE,
  PLACE_ENCODER,
  PLACE_UPDATE
} Place;

static const CusaxXmlRule rules[] = {
  { PLACE_OUTSIDE, "media_control", PLACE_ROOT },
  { PLACE_ROOT, "vc_primitive", PLACE_PRIMITIVE },
  { PLACE_PRIMITIVE, "to_encoder", PLACE_ENCODER },
  { PLACE_ENCODER, "picture_fast_update", PLACE_UPDATE },
};

static gboolean
begin (gpointer user_data, guint place, const char **names, const char **values, GError **error)
{
  gboolean *wants_update = user_data;

  if (place == PLACE_UPDATE)
    *wants_update = TRUE;
  return TRUE;
}

static void
end (gpointer user_data, guint place, const char *text)
{
}

/* RFC 5168 section 7 has no namespace; who writes one means the same. */
static const CusaxXmlRules document = { NULL, rules, G_N_ELEMENTS (rules), begin, end };

CusaxMediaControl
cusax_media_control_read (const char *content_type, const char *body, gsize length)
{
  gboolean wants_update = FALSE;

  if (!cusax_text_is_media_type (content_type, CUSAX_MEDIA_CONTROL_TYPE))
    return CUSAX_MEDIA_CONTROL_NONE;
  if (body == NULL || length > MAX_BODY || memchr (body, '\0', length) != NULL
      || !cusax_xml_rules_read (&document, body, length, &wants_update, NULL))
    return CUSAX_MEDIA_CONTROL_BROKEN;
  return wants_update ? CUSAX_MEDIA_CONTROL_FAST_UPDATE : CUSAX_MEDIA_CONTROL_OTHER;
}

const char *
cusax_media_control_write_fast_update (void)
{
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n"
         "<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive></media_control>"
         "\r\n";
}
