/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See buddylist.h. */
#include "buddylist.h"

/* Only the drawing: purple_blist_update_buddy_status() would count the buddy as signed on once more. */
void
cusax_buddylist_repaint (PurpleAccount *account, const char *jid)
{
  PurpleBlistUiOps *ops = purple_blist_get_ui_ops ();
  GSList *buddies;

  if (ops == NULL || ops->update == NULL || jid == NULL || purple_get_blist () == NULL)
    return;
  buddies = purple_find_buddies (account, jid);
  for (GSList *l = buddies; l != NULL; l = l->next)
    ops->update (purple_get_blist (), PURPLE_BLIST_NODE (l->data));
  g_slist_free (buddies);
}
