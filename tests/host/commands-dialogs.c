/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to dialogs. See commands.h. */
#include "command-table.h"

#include "requests.h"
#include "results.h"

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

static gboolean
press_result (char **args, GError **error)
{
  return host_results_press (args[0], args[1] != NULL ? (guint)strtoul (args[1], NULL, 10) : 0, error);
}

static gboolean
close_results (char **args, GError **error)
{
  return host_results_dismiss (error);
}

const HostCommand host_commands_dialogs[] = {
  { "respond", 2, respond },
  { "field", 3, field },
  { "close-request", 1, close_request },
  { "requests", 0, list_requests },
  { "results press", 1, press_result },
  { "results close", 0, close_results },
  { NULL, 0, NULL },
};
