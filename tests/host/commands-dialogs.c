/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to dialogs. See commands.h. */
#include "command-table.h"

#include "requests.h"

#include <stdlib.h>

static gboolean
respond (char **args, GError **error)
{
  return host_requests_respond ((guint)strtoul (args[0], NULL, 10), args[1], args[2], error);
}

static gboolean
field (char **args, GError **error)
{
  return host_requests_set_field ((guint)strtoul (args[0], NULL, 10), args[1], args[2], error);
}

static gboolean
close_request (char **args, GError **error)
{
  return host_requests_close ((guint)strtoul (args[0], NULL, 10), error);
}

static gboolean
list_requests (char **args, GError **error)
{
  host_requests_list ();
  return TRUE;
}

const HostCommand host_commands_dialogs[] = {
  { "respond", 2, respond },
  { "field", 3, field },
  { "close-request", 1, close_request },
  { "requests", 0, list_requests },
  { NULL, 0, NULL },
};
