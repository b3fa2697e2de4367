/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keypad of the host's call window. Pidgin hands its digits straight to libpurple's media backend, which sends them
 * by itself, always as telephone-events (RFC 4733) and silently not at all if there are none. A backend type of ours,
 * derived from libpurple's, tells of the digit instead, so that the call may send it in whatever way the other side
 * takes. Only media made here have that backend: other protocols keep theirs.
 */
#pragma once

#include "codecs.h"

#include <gst/gst.h>
#include <media.h>

G_BEGIN_DECLS

/** Called from inside the host's press of a button. @digit: 0-9 * # A-D */
typedef void (*CusaxKeypadPressed) (gpointer user_data, char digit);

/**
 * cusax_keypad_create_media:
 *
 * As purple_media_manager_create_media() with "fsrtpconference".
 *
 * Returns: (transfer full) (nullable)
 */
PurpleMedia *cusax_keypad_create_media (PurpleAccount *account, const char *who, gboolean initiator);

/** @pressed is called for each digit of @backend, the backend of such a media; NULL: digits are lost. */
void cusax_keypad_watch (GObject *backend, CusaxKeypadPressed pressed, gpointer user_data);

/**
 * cusax_keypad_tune:
 * @conference: the call's bin, before a codec is agreed on
 *
 * The end of each event is told three times (RFC 4733 section 2.5.1.4): a lost packet is not a key that stays down.
 * What the other side sends of them is left out, see cusax_keypad_set_received().
 */
void cusax_keypad_tune (GstElement *conference);

/**
 * cusax_keypad_set_received:
 * @agreed: (element-type CusaxCodec)
 * @offered: (nullable) (element-type CusaxCodec)
 *
 * By which payload types the other side's telephone-events come.
 */
void cusax_keypad_set_received (GstElement *conference, const GPtrArray *agreed, const GPtrArray *offered);

/**
 * cusax_keypad_send:
 *
 * Sends @digit as libpurple's own backend does, the shortest that GStreamer makes: 250 ms and a pause of 100. What
 * comes sooner waits.
 *
 * Returns: FALSE if the backend refuses, which it does not for want of an agreed telephone-event: then it makes a tone
 */
gboolean cusax_keypad_send (GObject *backend, const char *session, char digit);

G_END_DECLS
