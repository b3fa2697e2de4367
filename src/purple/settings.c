/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See settings.h. */
#include "settings.h"

#include "connection.h"
#include "error.h"
#include "ladder.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Words for the keywords that are stored; a keyword without words is shown as it is. */
static const struct
{
  const char *keyword;
  const char *words;
} choice_words[] = {
  { "auto", N_ ("Automatic") },
  { "tls", N_ ("TLS") },
  { "tcp", N_ ("TCP, not encrypted") },
  { "udp", N_ ("UDP, not encrypted") },
  { "require_tls", N_ ("Require encryption") },
  { "allow_plain", N_ ("Allow without encryption") },
  { "off", N_ ("Off") },
  { "prefer", N_ ("If the other side can") },
  { "require", N_ ("Require") },
  { "all", N_ ("Everybody") },
  { "contacts", N_ ("Confirmed contacts only") },
  { "no_anonymous", N_ ("Everybody who shows an address") },
};

static const char *
get_choice_words (const char *keyword)
{
  for (gsize i = 0; i < G_N_ELEMENTS (choice_words); i++)
    if (purple_strequal (choice_words[i].keyword, keyword))
      return _ (choice_words[i].words);
  return keyword;
}

/* ----------------------------------------------------------- the editor */

static GList *
add_choice (GList *list, const char *keyword)
{
  PurpleKeyValuePair *pair = g_new0 (PurpleKeyValuePair, 1);
  pair->key = g_strdup (get_choice_words (keyword));
  pair->value = g_strdup (keyword);
  return g_list_append (list, pair);
}

/* Finch draws three rows for a list and cannot scroll the editor, so there it is a text with the keywords. */
static PurpleAccountOption *
new_choice_option (const CusaxSetting *setting)
{
  if (purple_strequal (purple_core_get_ui (), "gnt-purple"))
    {
      g_autofree char *keywords = g_strjoinv ("/", (char **) setting->choices);
      g_autofree char *label = g_strdup_printf ("%s (%s)", _ (setting->label), keywords);
      return purple_account_option_string_new (label, setting->name, setting->default_string);
    }

  /* libpurple takes the first one as default. */
  GList *list = add_choice (NULL, setting->default_string);
  for (const char *const *choice = setting->choices; *choice != NULL; choice++)
    if (!purple_strequal (*choice, setting->default_string))
      list = add_choice (list, *choice);
  return purple_account_option_list_new (_ (setting->label), setting->name, list);
}

static PurpleAccountOption *
new_option (const CusaxSetting *setting)
{
  const char *label = _ (setting->label);
  PurpleAccountOption *option;

  switch (setting->type)
    {
    case CUSAX_SETTING_BOOL:
      return purple_account_option_bool_new (label, setting->name, setting->default_int);
    case CUSAX_SETTING_INT:
      return purple_account_option_int_new (label, setting->name, setting->default_int);
    case CUSAX_SETTING_CHOICE:
      return new_choice_option (setting);
    case CUSAX_SETTING_STRING:
    case CUSAX_SETTING_SECRET:
      option = purple_account_option_string_new (label, setting->name, setting->default_string);
      purple_account_option_set_masked (option, setting->type == CUSAX_SETTING_SECRET);
      return option;
    }
  g_return_val_if_reached (NULL);
}

static PurpleAccountOption *
copy_option (const PurpleAccountOption *option)
{
  const char *text = purple_account_option_get_text (option);
  const char *name = purple_account_option_get_setting (option);
  PurplePrefType type = purple_account_option_get_type (option);
  PurpleAccountOption *copy;

  if (type == PURPLE_PREF_BOOLEAN)
    return purple_account_option_bool_new (text, name, purple_account_option_get_default_bool (option));
  if (type == PURPLE_PREF_INT)
    return purple_account_option_int_new (text, name, purple_account_option_get_default_int (option));
  if (type == PURPLE_PREF_STRING)
    {
      copy = purple_account_option_string_new (text, name, purple_account_option_get_default_string (option));
      purple_account_option_set_masked (copy, purple_account_option_get_masked (option));
      return copy;
    }
  if (type == PURPLE_PREF_STRING_LIST)
    {
      GList *list = NULL;
      for (GList *l = purple_account_option_get_list (option); l != NULL; l = l->next)
        {
          const PurpleKeyValuePair *from = l->data;
          PurpleKeyValuePair *pair = g_new0 (PurpleKeyValuePair, 1);
          pair->key = g_strdup (from->key);
          pair->value = g_strdup (from->value);
          list = g_list_append (list, pair);
        }
      return purple_account_option_list_new (text, name, list);
    }
  return NULL; /* no other type stands in an account editor */
}

GList *
cusax_settings_options (GList *xmpp)
{
  GList *options = NULL;
  guint rows = g_list_length (xmpp);

  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    {
      if (!setting->in_editor)
        continue;
      /* The XMPP protocol's own come first when a newer one brings more; the dialog has all of ours anyway. */
      if (++rows > CUSAX_SETTINGS_MAX_EDITOR_ROWS)
        {
          g_info ("no room for %s in the account editor", setting->name);
          continue;
        }
      options = g_list_append (options, new_option (setting));
    }

  for (GList *l = xmpp; l != NULL; l = l->next)
    {
      PurpleAccountOption *copy = copy_option (l->data);
      if (copy != NULL)
        options = g_list_append (options, copy);
    }
  return options;
}

/* -------------------------------------------------------- as stored */

static const char *
stored_string (gpointer account, const char *name, const char *fallback)
{
  return purple_account_get_string (account, name, fallback);
}

static gboolean
stored_bool (gpointer account, const char *name, gboolean fallback)
{
  return purple_account_get_bool (account, name, fallback);
}

static int
stored_int (gpointer account, const char *name, int fallback)
{
  return purple_account_get_int (account, name, fallback);
}

static const CusaxConfigReader stored_reader = { stored_string, stored_bool, stored_int };

const CusaxConfigReader *
cusax_settings_get_reader (void)
{
  return &stored_reader;
}

CusaxConfig *
cusax_settings_read (PurpleAccount *account, const char *password, GError **error)
{
  return cusax_config_new (purple_account_get_username (account), password, &stored_reader, account, error);
}

/* ----------------------------------------------------------- the dialog */

static void show_dialog (PurpleAccount *account, const CusaxConfigReader *reader, gpointer user_data,
                         const char *problem);

/* A dialog that was answered, or opens again with everything that was typed. */
typedef struct
{
  PurpleAccount *account;
  PurpleRequestFields *fields;
  gboolean is_judged; /* a row that cannot be edited counts as empty: what is stored there can be nobody's mistake now */
} Typed;

/* (nullable): NULL for a row that cannot be edited: what is stored stays. */
static PurpleRequestField *
editable_field (const Typed *typed, const char *name)
{
  PurpleRequestField *field = purple_request_fields_get_field (typed->fields, name);
  if (field == NULL || purple_request_field_get_type (field) == PURPLE_REQUEST_FIELD_LABEL
      || (purple_request_field_get_type (field) == PURPLE_REQUEST_FIELD_STRING
          && !purple_request_field_string_is_editable (field)))
    return NULL;
  return field;
}

/* What stands in the dialog, read as if it were stored; user_data is a Typed. */
static const char *
typed_string (gpointer user_data, const char *name, const char *fallback)
{
  const Typed *typed = user_data;
  PurpleRequestField *field = editable_field (typed, name);
  if (field == NULL)
    return typed->is_judged ? fallback : stored_string (typed->account, name, fallback);

  if (purple_request_field_get_type (field) == PURPLE_REQUEST_FIELD_CHOICE)
    {
      int chosen = purple_request_field_choice_get_value (field);
      for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
        if (purple_strequal (setting->name, name) && chosen >= 0
            && (guint) chosen < g_strv_length ((char **) setting->choices))
          return setting->choices[chosen];
      return fallback;
    }

  /* An emptied entry comes back as NULL. */
  const char *value = purple_request_field_string_get_value (field);
  return value != NULL ? value : "";
}

static gboolean
typed_bool (gpointer user_data, const char *name, gboolean fallback)
{
  const Typed *typed = user_data;
  PurpleRequestField *field = editable_field (typed, name);
  if (field == NULL)
    return typed->is_judged ? fallback : stored_bool (typed->account, name, fallback);
  return purple_request_field_bool_get_value (field);
}

static int
typed_int (gpointer user_data, const char *name, int fallback)
{
  const Typed *typed = user_data;
  PurpleRequestField *field = editable_field (typed, name);
  if (field == NULL)
    return typed->is_judged ? fallback : stored_int (typed->account, name, fallback);
  return purple_request_field_int_get_value (field);
}

static const CusaxConfigReader typed_reader = { typed_string, typed_bool, typed_int };

/* Writes what differs, and nothing for a default, so that later versions may change their defaults. */
static void
store (Typed *typed)
{
  PurpleAccount *account = typed->account;

  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    {
      if (setting->type == CUSAX_SETTING_BOOL)
        {
          gboolean value = typed_bool (typed, setting->name, setting->default_int);
          if (value != purple_account_get_bool (account, setting->name, setting->default_int))
            purple_account_set_bool (account, setting->name, value);
        }
      else if (setting->type == CUSAX_SETTING_INT)
        {
          int value = typed_int (typed, setting->name, setting->default_int);
          if (value != purple_account_get_int (account, setting->name, setting->default_int))
            purple_account_set_int (account, setting->name, value);
        }
      else
        {
          const char *fallback = setting->default_string != NULL ? setting->default_string : "";
          const char *value = typed_string (typed, setting->name, fallback);
          if (!purple_strequal (value, purple_account_get_string (account, setting->name, fallback)))
            purple_account_set_string (account, setting->name, value);
        }
    }
}

static void
on_ok (gpointer user_data, PurpleRequestFields *fields)
{
  PurpleAccount *account = user_data;
  /* The dialog may outlive the account. */
  if (g_list_find (purple_accounts_get_all (), account) == NULL)
    return;

  Typed typed = { account, fields, TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxConfig) config
    = cusax_config_new (purple_account_get_username (account), purple_account_get_password (account),
                        &typed_reader, &typed, &error);
  typed.is_judged = FALSE;
  if (config == NULL)
    {
      g_autofree char *words = cusax_words_error (error, NULL);
      g_autofree char *problem = g_strdup_printf (_ ("%s Nothing was saved yet."), words);

      show_dialog (account, &typed_reader, &typed, problem);
      return;
    }

  store (&typed);
  cusax_connection_reconfigure (account);
}

/* What a company's file or document says, in the words of the dialog; a secret is not shown. */
static char *
locked_value (const CusaxSetting *setting, CusaxProvision *lock)
{
  const char *value = cusax_provision_get (lock, setting->name);

  if (value == NULL || *value == '\0')
    return g_strdup ("-");
  switch (setting->type)
    {
    case CUSAX_SETTING_SECRET:
      return g_strdup ("***");
    case CUSAX_SETTING_BOOL:
      return g_strdup (purple_strequal (value, "true") ? _ ("yes") : _ ("no"));
    case CUSAX_SETTING_CHOICE:
      return g_strdup (get_choice_words (value));
    case CUSAX_SETTING_STRING:
    case CUSAX_SETTING_INT:
      return cusax_words_address (value, CUSAX_WORDS_NAME_LENGTH);
    }
  g_return_val_if_reached (NULL);
}

/* Finch's entries can all be edited; Pidgin's labels are markup, all stand in one column, and end in a colon. */
static PurpleRequestField *
new_locked_field (const CusaxSetting *setting, CusaxProvision *lock)
{
  g_autofree char *value = locked_value (setting, lock);
  g_autofree char *where = cusax_words_address (cusax_provision_get_where (lock), CUSAX_WORDS_MAX_LENGTH);
  /* Translators: the value of a setting, and the file or address that does not let people change it */
  g_autofree char *text = g_strdup_printf (_ ("%s (set by %s)"), value != NULL ? value : "-",
                                           where != NULL ? where : "?");
  g_autofree char *line = g_strdup_printf ("%s: %s", _ (setting->label), text);
  PurpleRequestField *field;

  if (purple_strequal (purple_core_get_ui (), "gnt-purple"))
    return purple_request_field_label_new (setting->name, line);
  field = purple_request_field_string_new (setting->name, _ (setting->label), text, FALSE);
  purple_request_field_string_set_editable (field, FALSE);
  return field;
}

static PurpleRequestField *
new_field (const CusaxSetting *setting, const CusaxConfigReader *reader, gpointer user_data)
{
  const char *label = _ (setting->label);
  const char *value;
  PurpleRequestField *field;

  switch (setting->type)
    {
    case CUSAX_SETTING_BOOL:
      return purple_request_field_bool_new (setting->name, label,
                                            reader->get_bool (user_data, setting->name, setting->default_int));
    case CUSAX_SETTING_INT:
      return purple_request_field_int_new (setting->name, label,
                                           reader->get_int (user_data, setting->name, setting->default_int));
    case CUSAX_SETTING_CHOICE:
      value = reader->get_string (user_data, setting->name, setting->default_string);
      field = purple_request_field_choice_new (setting->name, label, 0);
      for (int i = 0; setting->choices[i] != NULL; i++)
        {
          purple_request_field_choice_add (field, get_choice_words (setting->choices[i]));
          /* A stored keyword that is none shows as the default. */
          if (purple_strequal (setting->choices[i], value)
              || (purple_strequal (setting->choices[i], setting->default_string)
                  && !g_strv_contains (setting->choices, value != NULL ? value : "")))
            {
              purple_request_field_choice_set_default_value (field, i);
              purple_request_field_choice_set_value (field, i);
            }
        }
      return field;
    case CUSAX_SETTING_STRING:
    case CUSAX_SETTING_SECRET:
      value = reader->get_string (user_data, setting->name, setting->default_string);
      field = purple_request_field_string_new (setting->name, label, value, FALSE);
      purple_request_field_string_set_masked (field, setting->type == CUSAX_SETTING_SECRET);
      return field;
    }
  g_return_val_if_reached (NULL);
}

static void
show_dialog (PurpleAccount *account, const CusaxConfigReader *reader, gpointer user_data, const char *problem)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  CusaxConnection *connection = cusax_connection_find (account);
  const CusaxLadder *ladder = connection != NULL ? cusax_connection_get_ladder (connection) : NULL;
  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    {
      CusaxProvision *lock = ladder != NULL ? cusax_ladder_get_lock (ladder, setting->name) : NULL;
      purple_request_field_group_add_field (group, lock != NULL ? new_locked_field (setting, lock)
                                                                : new_field (setting, reader, user_data));
    }
  purple_request_fields_add_group (fields, group);

  g_autofree char *primary
    = g_strdup_printf (_ ("Telephony settings of %s"), purple_account_get_username (account));
  /* libpurple closes a plugin's dialogs when it unloads. */
  purple_request_fields (cusax_connection_get_plugin (), _ ("Telephony settings"), primary,
                         problem != NULL ? problem : _ ("An empty field means: as the provider has it."), fields,
                         _ ("Save"), G_CALLBACK (on_ok), _ ("Cancel"), NULL, account, NULL, NULL, account);
}

void
cusax_settings_show (PurpleAccount *account)
{
  g_return_if_fail (account != NULL);
  show_dialog (account, &stored_reader, account, NULL);
}
