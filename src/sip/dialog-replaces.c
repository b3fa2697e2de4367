/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which dialog is which (RFC 3261 section 12), and which one an INVITE wants to take the place of (RFC 3891). See
 * dialog-private.h. */
#include "dialog-private.h"

#include "headers.h"
#include "refer-to.h"

/* Telephones that ring for one call of ours, as far as we keep them apart. */
#define MAX_FORKS 16

static gboolean
has_tag (const CusaxDialog *dialog, const char *remote_tag)
{
  for (guint i = 0; i < dialog->remote_tags->len; i++)
    if (strcmp (g_ptr_array_index (dialog->remote_tags, i), remote_tag) == 0)
      return TRUE;
  return FALSE;
}

static void
learn_tags (CusaxDialog *dialog, const char *local_tag, const char *remote_tag, gboolean is_settled)
{
  if (local_tag != NULL && dialog->local_tag == NULL)
    dialog->local_tag = g_strdup (local_tag);
  if (is_settled)
    g_ptr_array_set_size (dialog->remote_tags, 0);
  if (remote_tag != NULL && dialog->remote_tags->len < MAX_FORKS && !has_tag (dialog, remote_tag))
    g_ptr_array_add (dialog->remote_tags, g_strdup (remote_tag));
}

void
cusax_dialog_learn_id (CusaxDialog *dialog, const sip_t *sip)
{
  const char *from_tag, *to_tag;

  if (sip == NULL || sip->sip_from == NULL || sip->sip_to == NULL || sip->sip_call_id == NULL)
    return;
  from_tag = sip->sip_from->a_tag;
  to_tag = sip->sip_to->a_tag;
  if (dialog->call_id == NULL)
    dialog->call_id = g_strdup (sip->sip_call_id->i_id);
  if (!dialog->is_outgoing)
    {
      if (sip->sip_request != NULL)
        learn_tags (dialog, to_tag, from_tag, FALSE);
    }
  else if (sip->sip_status != NULL && dialog->state == CUSAX_DIALOG_CALLING && to_tag != NULL)
    learn_tags (dialog, from_tag, to_tag, sip->sip_status->st_status >= 200 && sip->sip_status->st_status < 300);
}

static char *
format_id (const char *call_id, const char *local_tag, const char *remote_tag)
{
  return g_strdup_printf ("%s;to-tag=%s;from-tag=%s", call_id, local_tag, remote_tag);
}

char *
cusax_dialog_dup_replaces (CusaxDialog *dialog)
{
  g_autofree char *id = NULL;

  if (dialog->state != CUSAX_DIALOG_UP || dialog->call_id == NULL || dialog->local_tag == NULL
      || dialog->remote_tags->len != 1)
    return NULL;
  /* As the other side knows it: its own tag is the to-tag. */
  id = format_id (dialog->call_id, g_ptr_array_index (dialog->remote_tags, 0), dialog->local_tag);
  return cusax_refer_to_is_replaces (id) ? g_steal_pointer (&id) : NULL;
}

void
cusax_dialog_note_gone (CusaxDialog *dialog)
{
  if (dialog->stack == NULL || dialog->call_id == NULL || dialog->local_tag == NULL)
    return;
  for (guint i = 0; i < dialog->remote_tags->len; i++)
    {
      g_autofree char *id
        = format_id (dialog->call_id, dialog->local_tag, g_ptr_array_index (dialog->remote_tags, i));

      cusax_stack_note_gone (dialog->stack, id);
    }
}

/* ---------------------------------------------------------------- Replaces */

typedef struct
{
  char *call_id, *to_tag, *from_tag;
  gboolean early_only;
} Replaces;

static void
replaces_clear (Replaces *replaces)
{
  g_free (replaces->call_id);
  g_free (replaces->to_tag);
  g_free (replaces->from_tag);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Replaces, replaces_clear)

static void
read_parameter (Replaces *replaces, const char *parameter)
{
  if (g_ascii_strncasecmp (parameter, "to-tag=", 7) == 0)
    replaces->to_tag = g_strdup (parameter + 7);
  else if (g_ascii_strncasecmp (parameter, "from-tag=", 9) == 0)
    replaces->from_tag = g_strdup (parameter + 9);
  else if (g_ascii_strcasecmp (parameter, "early-only") == 0)
    replaces->early_only = TRUE;
}

/* Blanks may stand around the parameters of a field. */
static gboolean
read_replaces (Replaces *replaces, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, ";", 16);
  g_autofree char *plain = NULL;

  for (guint i = 0; parts[i] != NULL; i++)
    g_strstrip (parts[i]);
  plain = g_strjoinv (";", parts);
  if (!cusax_refer_to_is_replaces (plain))
    return FALSE;
  replaces->call_id = g_strdup (parts[0]);
  for (guint i = 1; parts[i] != NULL; i++)
    read_parameter (replaces, parts[i]);
  return TRUE;
}

static gboolean
is_meant (const CusaxDialog *dialog, const Replaces *replaces)
{
  return g_strcmp0 (dialog->call_id, replaces->call_id) == 0 && g_strcmp0 (dialog->local_tag, replaces->to_tag) == 0
         && has_tag (dialog, replaces->from_tag);
}

/* RFC 3891 section 3. Returns 0, or the status to refuse with. */
static int
judge_match (const CusaxDialog *dialog, gboolean early_only)
{
  switch (dialog->state)
    {
    case CUSAX_DIALOG_CALLING:
      return 0;
    case CUSAX_DIALOG_OFFERED:
    case CUSAX_DIALOG_UP:
      return early_only ? 486 : 0;
    case CUSAX_DIALOG_INCOMING:
    case CUSAX_DIALOG_ANSWERED:
      /* Early, and not begun by us. */
      return 481;
    case CUSAX_DIALOG_ENDING:
    case CUSAX_DIALOG_ENDED:
      break;
    }
  return 603;
}

int
cusax_dialog_find_replaced (CusaxStack *stack, const sip_t *sip, CusaxSipCall **replaced)
{
  guint n;
  const char *value = cusax_headers_find (sip, "Replaces", '\0', &n);
  g_auto (Replaces) replaces = { 0 };
  g_autoptr (GList) all = NULL;
  g_autofree char *id = NULL;

  *replaced = NULL;
  if (value == NULL)
    return 0;
  if (n > 1 || !read_replaces (&replaces, value))
    return 400;
  all = cusax_stack_get_handlers (stack);
  for (GList *l = all; l != NULL; l = l->next)
    {
      CusaxDialog *dialog = cusax_dialog_from_handler (l->data);

      if (dialog != NULL && is_meant (dialog, &replaces))
        {
          int status = judge_match (dialog, replaces.early_only);

          if (status == 0)
            *replaced = &dialog->port;
          return status;
        }
    }
  id = format_id (replaces.call_id, replaces.to_tag, replaces.from_tag);
  return cusax_stack_is_gone (stack, id) ? 603 : 481;
}
