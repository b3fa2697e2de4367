/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host can be told: one command per line on stdin, words as in a shell. Each line is answered by
 * `ok n="<line number>"` or `error n="..." text="..."` after the events that it caused at once.
 *
 *   account add ID PROTOCOL USER | use ID | enable [ID] | disable [ID] | connect [ID] | disconnect [ID]
 *           | remove [ID] | protocol ID | list             "add" and "use" choose the account that the other commands mean
 *   password TEXT; set NAME VALUE; set-string NAME VALUE; set-int NAME VALUE
 *   status [STATUS-ID [MESSAGE]]             without arguments: prints the account's state
 *   roster; buddy WHO [GROUP]; remove-buddy WHO; tooltip WHO; avatar WHO; caps WHO; deny WHO; allow WHO
 *   menu WHO [LABEL[/LABEL]]; room-menu ROOM [LABEL]; action [LABEL] without label: prints them
 *   im WHO TEXT; open WHO; close WHO; join ROOM [NICK]; cmd WHO "/command text"; help WHO; uri URI
 *   send-file WHO PATH (what is offered is taken into the profile)
 *   call WHO [video]; media list | hangup [N] | reject [N] | accept [N] | hold [N] | unhold [N] | mute [N]
 *           | unmute [N]; dtmf DIGITS; tone HZ; sink wav|broken|failing|slow; speak VOLUME; heard WHO; camera RRGGBB
 *   seen WHO                                 the newest picture of somebody in a call: pictures so far, colour, size
 *   requests (prints "open-request" for each); respond ID BUTTON [TEXT]; field ID FIELD VALUE; close-request ID
 *   plugin info|load|unload|reload NAME [TIMES]; pref NAME VALUE; block MS; stat; quit; click-quit
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Runs @line; @number: its number, counted from 1. Returns: FALSE when it was "quit". */
gboolean host_commands_run (const char *line, guint number);

G_END_DECLS
