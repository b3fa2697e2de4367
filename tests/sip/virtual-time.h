/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A clock that can be put forward, for a test of things that take minutes by the protocol. Whatever asks libc for the time
 * in a program that has this linked in, GLib and Sofia too, is given the real time and the offset.
 */
#pragma once

#include <glib.h>

/** Lets @seconds pass in steps, between which the main loop runs for a moment: who refreshes in time has done so. */
void virtual_time_pass (guint seconds);
