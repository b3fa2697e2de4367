/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See roomcommands.h. */
#include "roomcommands.h"

#include <glib/gi18n-lib.h>

#define XMPP_ID "prpl-jabber"

/* A command as registered, and ours that stands for it. */
typedef struct
{
  PurpleCmd *original;
  PurpleCmdId id;
} Twin;

static PurplePlugin *our_plugin = NULL;
static GHashTable *twins = NULL; /* name -> Twin */
static PurpleCommandsUiOps *previous_ops = NULL;

static PurpleCmdRet
on_command (PurpleConversation *conv, const char *name, char **args, char **error, void *data)
{
  const Twin *twin = data;

  /* libpurple reports success or not, and drops the reason. */
  if (purple_cmd_execute (twin->original, conv, args[0] != NULL ? args[0] : ""))
    return PURPLE_CMD_RET_OK;
  *error = g_strdup_printf (_ ("/%s did not work here. “/help %s” tells how to write it."), name, name);
  return PURPLE_CMD_RET_FAILED;
}

static void
free_twin (gpointer data)
{
  Twin *twin = data;
  purple_cmd_unregister (twin->id);
  g_free (twin);
}

static void
on_register (const char *name, PurpleCmdPriority priority, PurpleCmdFlag flags, const char *prpl_id,
             const char *help, PurpleCmd *command)
{
  if (previous_ops != NULL && previous_ops->register_command != NULL)
    previous_ops->register_command (name, priority, flags, prpl_id, help, command);

  /* Each plugin that initialises libjabber registers the same names again: one twin is enough. */
  if (twins == NULL || !(flags & PURPLE_CMD_FLAG_PRPL_ONLY) || !purple_strequal (prpl_id, XMPP_ID)
      || g_hash_table_contains (twins, name))
    return;

  /* "s" and wrong arguments allowed: the original parses the line, by its own rules. Flags as int: an enum of
   * bits has no name for their union. */
  Twin *twin = g_new0 (Twin, 1);
  int our_flags = (int) (flags & (PURPLE_CMD_FLAG_IM | PURPLE_CMD_FLAG_CHAT)) | PURPLE_CMD_FLAG_PRPL_ONLY
                  | PURPLE_CMD_FLAG_ALLOW_WRONG_ARGS;
  twin->original = command;
  g_hash_table_insert (twins, g_strdup (name), twin);
  twin->id = purple_cmd_register (name, "s", priority, (PurpleCmdFlag) our_flags, purple_plugin_get_id (our_plugin),
                                  on_command, help, twin);
}

static void
on_unregister (const char *name, const char *prpl_id)
{
  if (previous_ops != NULL && previous_ops->unregister_command != NULL)
    previous_ops->unregister_command (name, prpl_id);

  /* The original may be the one that dies now: which of several of that name is not told, so the twin goes. */
  if (twins != NULL && purple_strequal (prpl_id, XMPP_ID))
    g_hash_table_remove (twins, name);
}

static PurpleCommandsUiOps ops = { .register_command = on_register, .unregister_command = on_unregister };

void
cusax_roomcommands_init (PurplePlugin *plugin)
{
  g_return_if_fail (twins == NULL);
  our_plugin = plugin;
  twins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_twin);
  previous_ops = purple_cmds_get_ui_ops ();
  purple_cmds_set_ui_ops (&ops);
}

void
cusax_roomcommands_shutdown (void)
{
  if (twins == NULL)
    return;

  /* Somebody who chained behind us keeps calling us; that does nothing without the table. */
  if (purple_cmds_get_ui_ops () == &ops)
    {
      purple_cmds_set_ui_ops (previous_ops);
      previous_ops = NULL;
    }
  g_autoptr (GHashTable) old = g_steal_pointer (&twins);
  g_hash_table_remove_all (old);
  our_plugin = NULL;
}
