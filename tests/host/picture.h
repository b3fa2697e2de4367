/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures without a camera and a screen: a camera that shows one colour, and a window that notes the colour it was shown,
 * given to libpurple as its media elements. What was seen is then proven by content.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** HostCamera: what the camera does. */
typedef enum
{
  HOST_CAMERA_WORKS,
  HOST_CAMERA_BROKEN, /* cannot be opened */
  HOST_CAMERA_FAILING /* fails after half a second, as one that is pulled out */
} HostCamera;

/**
 * host_picture_init:
 * @unique: one camera is shared by all calls, as in Pidgin; FALSE: each call has its own
 *
 * Registers camera and window with the media manager, and says that this user interface can do pictures. May be called again.
 */
void host_picture_init (gboolean unique);

/** Returns: TRUE after host_picture_init(). */
gboolean host_picture_is_on (void);

/** Says that it cannot, as Finch does. */
void host_picture_shut (void);

/** What cameras made from now on show: 0xRRGGBB. */
void host_picture_set_colour (guint32 colour);

void host_picture_set_camera (HostCamera camera);

/** Returns: how many cameras were opened (left GST_STATE_NULL) so far. */
guint host_picture_count_opened (void);

/** How many of them are open now. */
guint host_picture_count_open (void);

/** Opens a window for what @who shows in @media, as a user interface does when a session begins. */
void host_picture_show (PurpleMedia *media, const char *session, const char *who);

/** HostPicture: what was shown last by somebody. */
typedef struct
{
  guint count; /* pictures so far */
  guint32 colour;
  int width, height;
} HostPicture;

/** Returns: FALSE if there has been none of @who since host_picture_forget(). */
gboolean host_picture_get (const char *who, HostPicture *picture);

void host_picture_forget (void);

/** Returns: whether two colours are alike, as far as coding keeps them. */
gboolean host_picture_is (guint32 colour, guint32 other);

G_END_DECLS
