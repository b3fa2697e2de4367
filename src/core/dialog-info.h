/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a NOTIFY of the dialog package says (RFC 4235): the calls of one telephone, kept over full and partial documents. Pure;
 * bounded; the XML reader is GLib's.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_DIALOG_INFO_TYPE "application/dialog-info+xml"
#define CUSAX_DIALOG_INFO_MAX_BYTES 65536
#define CUSAX_DIALOG_INFO_MAX_DIALOGS 64

typedef enum
{
  CUSAX_DIALOG_INFO_TRYING,
  CUSAX_DIALOG_INFO_EARLY,     /* proceeding and early */
  CUSAX_DIALOG_INFO_CONFIRMED,
  CUSAX_DIALOG_INFO_TERMINATED
} CusaxDialogInfoState;

/** CusaxDialogInfoDialog: one call there. */
typedef struct
{
  char *id;
  CusaxDialogInfoState state;
  gboolean is_incoming;  /* direction="recipient" */
  char *call_id;         /* (nullable), as the rest */
  char *local_tag;
  char *remote_tag;
  char *remote_uri;      /* its target, else its identity, as sent */
} CusaxDialogInfoDialog;

typedef struct _CusaxDialogInfo CusaxDialogInfo;

/** Returns: (transfer full): knows of no call */
CusaxDialogInfo *cusax_dialog_info_new (void);
void cusax_dialog_info_free (CusaxDialogInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxDialogInfo, cusax_dialog_info_free)

/**
 * cusax_dialog_info_take:
 *
 * A partial document changes the calls that it names, a full one replaces all.
 *
 * Returns: FALSE with CUSAX_ERROR_INVALID: nothing changed; also for a version that is not newer, or, of a partial one, not
 *   the next: the caller waits for the next full one
 */
gboolean cusax_dialog_info_take (CusaxDialogInfo *info, const char *body, gsize length, GError **error);

/** Returns: (transfer none) (element-type CusaxDialogInfoDialog): those not TERMINATED */
const GPtrArray *cusax_dialog_info_get_dialogs (const CusaxDialogInfo *info);

G_END_DECLS
