/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dialog-info.h. A document is read to its end before anything of it counts. */
#include "dialog-info.h"
#include "error.h"
#include "text.h"
#include "xml-rules.h"

#include <string.h>

#define MAX_ID 256
#define MAX_URI 1024

struct _CusaxDialogInfo
{
  gboolean has_state; /* a full document came, partial ones may follow */
  guint64 version;
  GPtrArray *dialogs; /* (element-type CusaxDialogInfoDialog) */
};

typedef enum
{
  PLACE_OUTSIDE,
  PLACE_ROOT,
  PLACE_DIALOG,
  PLACE_STATE,
  PLACE_REMOTE,
  PLACE_IDENTITY,
  PLACE_TARGET
} Place;

static const CusaxXmlRule rules[] = {
  { PLACE_OUTSIDE, "dialog-info", PLACE_ROOT }, { PLACE_ROOT, "dialog", PLACE_DIALOG },
  { PLACE_DIALOG, "state", PLACE_STATE },       { PLACE_DIALOG, "remote", PLACE_REMOTE },
  { PLACE_REMOTE, "identity", PLACE_IDENTITY }, { PLACE_REMOTE, "target", PLACE_TARGET },
};

typedef struct
{
  const CusaxDialogInfo *info;
  gboolean is_full;
  guint64 version;
  GPtrArray *changes;            /* (element-type CusaxDialogInfoDialog): in the order of the document */
  CusaxDialogInfoDialog *dialog; /* (nullable): the open one */
  gboolean has_dialog_state;     /* of it */
  gboolean has_target;           /* remote_uri is one */
} Reader;

/* ------------------------------------------------------------------ dialogs */

static void
dialog_free (CusaxDialogInfoDialog *dialog)
{
  g_free (dialog->id);
  g_free (dialog->call_id);
  g_free (dialog->local_tag);
  g_free (dialog->remote_tag);
  g_free (dialog->remote_uri);
  g_free (dialog);
}

CusaxDialogInfo *
cusax_dialog_info_new (void)
{
  CusaxDialogInfo *info = g_new0 (CusaxDialogInfo, 1);

  info->dialogs = g_ptr_array_new_with_free_func ((GDestroyNotify) dialog_free);
  return info;
}

void
cusax_dialog_info_free (CusaxDialogInfo *info)
{
  if (info == NULL)
    return;
  g_ptr_array_unref (info->dialogs);
  g_free (info);
}

const GPtrArray *
cusax_dialog_info_get_dialogs (const CusaxDialogInfo *info)
{
  return info->dialogs;
}

/* An element tells all of its dialog, also in a partial document (RFC 4235 section 4.1.2).
 * @dialog: (transfer full) */
static void
replace (CusaxDialogInfo *info, CusaxDialogInfoDialog *dialog)
{
  for (guint i = 0; i < info->dialogs->len; i++)
    {
      const CusaxDialogInfoDialog *old = g_ptr_array_index (info->dialogs, i);

      if (g_str_equal (old->id, dialog->id))
        {
          g_ptr_array_remove_index (info->dialogs, i);
          break;
        }
    }
  if (dialog->state == CUSAX_DIALOG_INFO_TERMINATED || info->dialogs->len >= CUSAX_DIALOG_INFO_MAX_DIALOGS)
    dialog_free (dialog);
  else
    g_ptr_array_add (info->dialogs, dialog);
}

/* ------------------------------------------------------------------ reading */

/* Returns: (transfer full) (nullable): NULL if it is not there, empty or nothing to show to anybody */
static char *
take_text (const char *text, gsize max)
{
  return text != NULL && *text != '\0' && strlen (text) <= max && cusax_text_is_plain (text) ? g_strdup (text)
                                                                                             : NULL;
}

/* RFC 4235 section 4.3: what is not newer is old; a partial document counts only behind the one it continues. */
static gboolean
begin_root (Reader *reader, const char **names, const char **values, GError **error)
{
  const CusaxDialogInfo *info = reader->info;
  const char *version = cusax_xml_rules_get_attribute (names, values, "version");
  const char *state = cusax_xml_rules_get_attribute (names, values, "state");

  reader->is_full = g_strcmp0 (state, "full") == 0;
  if (version == NULL || !g_ascii_string_to_unsigned (version, 10, 0, G_MAXUINT32, &reader->version, NULL)
      || (!reader->is_full && g_strcmp0 (state, "partial") != 0))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "neither a full nor a partial document");
      return FALSE;
    }
  if ((info->has_state && reader->version <= info->version)
      || (!reader->is_full && (!info->has_state || reader->version != info->version + 1)))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "a document that does not follow");
      return FALSE;
    }
  return TRUE;
}

static gboolean
begin_dialog (Reader *reader, const char **names, const char **values)
{
  g_autofree char *id = take_text (cusax_xml_rules_get_attribute (names, values, "id"), MAX_ID);
  const char *direction = cusax_xml_rules_get_attribute (names, values, "direction");
  CusaxDialogInfoDialog *dialog;

  if (id == NULL)
    return FALSE;
  dialog = g_new0 (CusaxDialogInfoDialog, 1);
  dialog->id = g_steal_pointer (&id);
  dialog->is_incoming = g_strcmp0 (direction, "recipient") == 0;
  dialog->call_id = take_text (cusax_xml_rules_get_attribute (names, values, "call-id"), MAX_ID);
  dialog->local_tag = take_text (cusax_xml_rules_get_attribute (names, values, "local-tag"), MAX_ID);
  dialog->remote_tag = take_text (cusax_xml_rules_get_attribute (names, values, "remote-tag"), MAX_ID);
  reader->dialog = dialog;
  reader->has_dialog_state = FALSE;
  reader->has_target = FALSE;
  return TRUE;
}

static void
take_uri (Reader *reader, const char *uri, gboolean is_target)
{
  char *taken = reader->has_target ? NULL : take_text (uri, MAX_URI);

  if (taken == NULL)
    return;
  g_free (reader->dialog->remote_uri);
  reader->dialog->remote_uri = taken;
  reader->has_target = is_target;
}

static gboolean
begin (gpointer user_data, guint place, const char **names, const char **values, GError **error)
{
  Reader *reader = user_data;

  switch ((Place) place)
    {
    case PLACE_ROOT:
      return begin_root (reader, names, values, error);
    case PLACE_DIALOG:
      return begin_dialog (reader, names, values);
    case PLACE_TARGET:
      take_uri (reader, cusax_xml_rules_get_attribute (names, values, "uri"), TRUE);
      return TRUE;
    case PLACE_OUTSIDE:
    case PLACE_STATE:
    case PLACE_REMOTE:
    case PLACE_IDENTITY:
      return TRUE;
    }
  return FALSE;
}

static void
read_state (Reader *reader, const char *text)
{
  static const struct
  {
    const char *text;
    CusaxDialogInfoState state;
  } states[] = {
    { "trying", CUSAX_DIALOG_INFO_TRYING },         { "proceeding", CUSAX_DIALOG_INFO_EARLY },
    { "early", CUSAX_DIALOG_INFO_EARLY },           { "confirmed", CUSAX_DIALOG_INFO_CONFIRMED },
    { "terminated", CUSAX_DIALOG_INFO_TERMINATED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_ascii_strcasecmp (text, states[i].text) == 0)
      {
        reader->dialog->state = states[i].state;
        reader->has_dialog_state = TRUE;
      }
}

/* Nothing is known of a dialog that has no state, or one that nobody has heard of. */
static void
end_dialog (Reader *reader)
{
  CusaxDialogInfoDialog *dialog = g_steal_pointer (&reader->dialog);

  if (reader->has_dialog_state)
    g_ptr_array_add (reader->changes, dialog);
  else
    dialog_free (dialog);
}

static void
end (gpointer user_data, guint place, const char *text)
{
  Reader *reader = user_data;

  switch ((Place) place)
    {
    case PLACE_STATE:
      read_state (reader, text);
      break;
    case PLACE_IDENTITY:
      take_uri (reader, text, FALSE);
      break;
    case PLACE_DIALOG:
      end_dialog (reader);
      break;
    case PLACE_OUTSIDE:
    case PLACE_ROOT:
    case PLACE_REMOTE:
    case PLACE_TARGET:
      break;
    }
}

static const CusaxXmlRules dialog_info_rules
  = { "urn:ietf:params:xml:ns:dialog-info", rules, G_N_ELEMENTS (rules), begin, end };

gboolean
cusax_dialog_info_take (CusaxDialogInfo *info, const char *body, gsize length, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) dialog_free);
  Reader reader = { .info = info, .changes = changes };
  gboolean sound;

  if (body == NULL || length > CUSAX_DIALOG_INFO_MAX_BYTES)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "no document, or too large");
      return FALSE;
    }
  sound = cusax_xml_rules_read (&dialog_info_rules, body, length, &reader, error);
  g_clear_pointer (&reader.dialog, dialog_free);
  if (!sound)
    return FALSE;

  info->has_state = TRUE;
  info->version = reader.version;
  if (reader.is_full)
    g_ptr_array_set_size (info->dialogs, 0);
  g_ptr_array_set_free_func (changes, NULL); /* each goes over, or is freed there */
  for (guint i = 0; i < changes->len; i++)
    replace (info, g_ptr_array_index (changes, i));
  return TRUE;
}
