/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The window that a call opened asks for attention: the hint that makes window managers flash it or its entry
 * in their list (ICCCM urgency). libpurple has no way to do so and we link no user interface, so GTK is looked
 * for in the process; where it is not, nothing happens.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Marks the open windows of Pidgin with @title as urgent. */
void cusax_attention_raise (const char *title);

G_END_DECLS
