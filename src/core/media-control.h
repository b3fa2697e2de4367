/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The body of an INFO that wants a whole picture of the other side's encoder (RFC 5168): for those who cannot say so by
 * RTCP (RFC 4585, RFC 5104). Written, and read from others. Pure; bounded.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_MEDIA_CONTROL_TYPE "application/media_control+xml"

typedef enum
{
  CUSAX_MEDIA_CONTROL_NONE,        /* another content type */
  CUSAX_MEDIA_CONTROL_BROKEN,      /* of this type, but no such document, or longer than 4 KiB */
  CUSAX_MEDIA_CONTROL_OTHER,       /* such a document that asks for nothing that we do (general_error) */
  CUSAX_MEDIA_CONTROL_FAST_UPDATE  /* they want a whole picture */
} CusaxMediaControl;

/** Returns: what an INFO's body (hostile) of @content_type says */
CusaxMediaControl cusax_media_control_read (const char *content_type, const char *body, gsize length);

/** Returns: (transfer none): the body that asks for a whole picture; its type is CUSAX_MEDIA_CONTROL_TYPE */
const char *cusax_media_control_write_fast_update (void);

G_END_DECLS
