/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dial.h. */
#include "dial.h"

#include "error.h"

#include <string.h>

void
cusax_dial_free (CusaxDial *dial)
{
  if (dial == NULL)
    return;
  g_clear_pointer (&dial->address, cusax_address_unref);
  g_free (dial->key);
  g_free (dial->jid);
  g_clear_pointer (&dial->list, g_ptr_array_unref);
  g_free (dial);
}

static CusaxDial *
dial_new (CusaxConfig *config, CusaxAddress *address, const char *jid)
{
  CusaxDial *dial = g_new0 (CusaxDial, 1);

  dial->step = CUSAX_DIAL_GO;
  dial->address = cusax_address_ref (address);
  dial->key = cusax_classify_key (address, config);
  dial->class_ = cusax_classify_address (address, config);
  dial->jid = g_strdup (jid);
  return dial;
}

/* The table of policy: what a click on @dial's address asks for first. */
static CusaxDialStep
get_step_of_click (CusaxMemory *memory, const CusaxDial *dial)
{
  switch (dial->class_)
    {
    case CUSAX_CLASS_ON_NET:
    case CUSAX_CLASS_EMERGENCY:
      return CUSAX_DIAL_GO;
    case CUSAX_CLASS_FOREIGN_SIP:
      return cusax_memory_was_told (memory, cusax_address_get_host (dial->address)) ? CUSAX_DIAL_GO
                                                                                    : CUSAX_DIAL_TELL;
    case CUSAX_CLASS_TELEPHONE_NETWORK:
      return cusax_memory_is_allowed (memory, dial->key) ? CUSAX_DIAL_GO : CUSAX_DIAL_ASK_COST;
    }
  return CUSAX_DIAL_ASK_COST;
}

CusaxDial *
cusax_dial_address (CusaxDirectory *directory, CusaxConfig *config, CusaxAddress *address, const char *jid)
{
  CusaxDial *dial = dial_new (config, address, jid);

  dial->step = get_step_of_click (cusax_directory_get_memory (directory), dial);
  return dial;
}

static gboolean
is_as_good (const CusaxDialable *a, const CusaxDialable *b)
{
  const CusaxDialableSource unsure[] = { CUSAX_DIALABLE_GUESS, CUSAX_DIALABLE_HINT };

  for (guint i = 0; i < G_N_ELEMENTS (unsure); i++)
    if ((a->source == unsure[i]) != (b->source == unsure[i]))
      return FALSE;
  return a->class_ == b->class_ && a->pref == b->pref;
}

/* The ones between which nothing but a person can decide: as good as the first of @list (R26). */
static CusaxDial *
ask_which (const char *jid, GPtrArray *list)
{
  CusaxDial *dial = g_new0 (CusaxDial, 1);
  const CusaxDialable *first = g_ptr_array_index (list, 0);

  dial->step = CUSAX_DIAL_ASK_WHICH;
  dial->class_ = first->class_;
  dial->jid = g_strdup (jid);
  dial->list = g_ptr_array_ref (list);
  for (guint i = list->len - 1; i > 0; i--)
    if (!is_as_good (first, g_ptr_array_index (list, i)))
      g_ptr_array_remove_index (list, i);
  return dial;
}

CusaxDial *
cusax_dial_contact (CusaxDirectory *directory, CusaxConfig *config, const char *jid, GError **error)
{
  g_autoptr (GPtrArray) list = cusax_directory_list (directory, jid);
  const char *choice = cusax_memory_get_choice (cusax_directory_get_memory (directory), jid);
  const CusaxDialable *first = NULL;

  if (list->len == 0)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "no address to call is known");
      return NULL;
    }
  first = g_ptr_array_index (list, 0);
  if (g_strcmp0 (choice, first->key) != 0 && !cusax_dialable_is_clear (list))
    return ask_which (jid, list);
  return cusax_dial_address (directory, config, first->address, jid);
}

CusaxDial *
cusax_dial_typed (CusaxDirectory *directory, CusaxConfig *config, const char *text, GError **error)
{
  g_autofree char *trimmed = NULL;
  g_autofree char *jid = NULL;
  g_autoptr (CusaxAddress) address = NULL;

  if (strlen (text) > CUSAX_ADDRESS_MAX_LENGTH)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "too long");
      return NULL;
    }
  trimmed = g_strstrip (g_strdup (text));
  /* Neither a scheme nor a port is part of a JID, so those are SIP addresses. */
  if (strchr (trimmed, '@') != NULL)
    jid = cusax_address_jid_bare (trimmed, NULL);
  if (jid != NULL && cusax_directory_is_contact (directory, jid))
    return cusax_dial_contact (directory, config, jid, error);

  address = jid != NULL ? cusax_classify_guess (jid, config) : NULL;
  if (address != NULL)
    return dial_new (config, address, jid);
  address = cusax_address_parse_target (trimmed, cusax_config_get_domain (config), error);
  return address != NULL ? dial_new (config, address, NULL) : NULL;
}
