/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the commands of the host are listed: one table per subject, each in a file of its own. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** HostCommand: a table ends with a NULL name. */
typedef struct
{
  const char *name;  /* one word or two */
  guint required;    /* arguments */
  /* @args: the arguments; missing ones read as NULL. */
  gboolean (*function) (char **args, GError **error);
} HostCommand;

extern const HostCommand host_commands_accounts[];
extern const HostCommand host_commands_people[];
extern const HostCommand host_commands_talk[];
extern const HostCommand host_commands_calls[];
extern const HostCommand host_commands_dialogs[];
extern const HostCommand host_commands_process[];

/** Sets @error. Returns: FALSE */
gboolean host_command_fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
