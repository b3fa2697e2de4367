/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See loginquestions.h. */
#include "loginquestions.h"

#include "connection.h"
#include "error.h"
#include "ladder.h"
#include "loginwords.h"
#include "openquestions.h"
#include "pins.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef enum
{
  QUESTION_CERTIFICATE,
  QUESTION_PASSWORD,
  QUESTION_REDIRECT
} Kind;

typedef struct
{
  CusaxOpenQuestion open;
  Kind kind;
  char *key;              /* what makes it the same question */
  /* certificate */
  char *host;
  guint16 port;
  char *fingerprint, *pem;
  /* redirect */
  char *server;
} Question;

/* PurpleAccount -> set of the keys that were put to the person; NULL when there are none. */
static GHashTable *asked;

#define MAX_ASKED 64 /* of an account: whoever shows a new certificate each time is not heard for ever */

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->key);
  g_free (question->host);
  g_free (question->fingerprint);
  g_free (question->pem);
  g_free (question->server);
  g_free (question);
}

/* One for each account. */
static CusaxOpenQuestions questions = { .free_question = question_free };

static Question *
find_open (PurpleAccount *account)
{
  return cusax_openquestions_find (&questions, cusax_openquestions_is_of, account);
}

/* ------------------------------------------------------- what was asked */

/* FALSE: it has been put to the person, who may have closed it. */
static gboolean
note_asked (PurpleAccount *account, const char *key)
{
  GHashTable *keys;

  if (asked == NULL)
    asked = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_hash_table_unref);
  keys = g_hash_table_lookup (asked, account);
  if (keys == NULL)
    {
      keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (asked, account, keys);
    }
  return !g_hash_table_contains (keys, key) && g_hash_table_size (keys) < MAX_ASKED
         && g_hash_table_add (keys, g_strdup (key));
}

/* An answer is no refusal to answer: should it not help, the question comes again. */
static void
note_answered (const Question *question)
{
  GHashTable *keys = asked != NULL ? g_hash_table_lookup (asked, question->open.account) : NULL;

  if (keys != NULL)
    g_hash_table_remove (keys, question->key);
}

void
cusax_loginquestions_reset (PurpleAccount *account)
{
  if (asked == NULL)
    return;
  g_hash_table_remove (asked, account);
  if (g_hash_table_size (asked) == 0)
    g_clear_pointer (&asked, g_hash_table_unref);
}

void
cusax_loginquestions_forget (PurpleAccount *account)
{
  cusax_openquestions_forget (&questions, account);
  cusax_loginquestions_reset (account);
}

/* The one question of the account; NULL: it was asked before, or there is nobody to ask. (transfer none) */
static Question *
open_question (PurpleAccount *account, Kind kind, const char *key)
{
  Question *question;

  if (!note_asked (account, key))
    return NULL;
  cusax_openquestions_forget (&questions, account);
  question = g_new0 (Question, 1);
  question->kind = kind;
  question->key = g_strdup (key);
  cusax_openquestions_add (&questions, question, account);
  return question;
}

/* Pidgin never tells of Escape; whoever tells ends here. */
static void
on_closed_action (gpointer data, int action)
{
  cusax_openquestions_drop (&questions, data);
}

static void
on_closed_fields (gpointer data, PurpleRequestFields *fields)
{
  on_closed_action (data, 0);
}

/* NULL: the account has gone, and the question with it. */
static CusaxConnection *
connection_of (const Question *question)
{
  return cusax_connection_find (question->open.account);
}

static gboolean
is_locked (PurpleAccount *account, const char *setting)
{
  CusaxConnection *connection = cusax_connection_find (account);
  const CusaxLadder *ladder = connection != NULL ? cusax_connection_get_ladder (connection) : NULL;

  return ladder != NULL && cusax_ladder_get_lock (ladder, setting) != NULL;
}

/* ------------------------------------------------------------ certificate */

static void
on_accept (gpointer data, int action)
{
  Question *question = cusax_openquestions_take (&questions, data);
  CusaxConnection *connection = question != NULL ? connection_of (question) : NULL;
  g_autoptr (GError) error = NULL;

  if (connection != NULL)
    {
      note_answered (question);
      if (!cusax_pins_add (cusax_connection_get_pins (connection), question->host, question->port,
                           question->fingerprint, question->pem, &error))
        g_warning ("the accepted certificate of %s is kept for this run only: %s", question->host, error->message);
      cusax_connection_start_phone (connection);
    }
  g_clear_pointer (&question, question_free);
}

void
cusax_loginquestions_certificate (PurpleAccount *account, const CusaxCertificate *certificate)
{
  g_autofree char *key = g_strdup_printf ("certificate %s %u %s %d", certificate->host, certificate->port,
                                          certificate->fingerprint, (int) certificate->faults);
  Question *question = open_question (account, QUESTION_CERTIFICATE, key);
  g_autofree char *secondary = NULL;
  const char *primary;
  gpointer serial;

  if (question == NULL)
    return;
  question->host = g_strdup (certificate->host);
  question->port = certificate->port;
  question->fingerprint = g_strdup (certificate->fingerprint);
  question->pem = g_strdup (certificate->pem);
  serial = cusax_openquestions_serial (question);
  secondary = cusax_loginwords_certificate (purple_account_get_username (account), certificate);
  primary = certificate->pinned != NULL ? _ ("The telephone server shows another certificate")
                                        : _ ("Do you trust this telephone server?");
  cusax_openquestions_drop_unshown (&questions, serial, purple_request_action (question, _ ("Certificate of the telephone server"), primary, secondary,
                                               1, account, NULL, NULL, serial, 2, _ ("Accept"), G_CALLBACK (on_accept),
                                               _ ("Reject"), G_CALLBACK (on_closed_action)));
}

/* --------------------------------------------------------------- redirect */

static void
on_sign_in_there (gpointer data, int action)
{
  Question *question = cusax_openquestions_take (&questions, data);

  if (question != NULL && connection_of (question) != NULL)
    {
      PurpleAccount *account = question->open.account;

      note_answered (question);
      purple_account_set_string (account, "sip_server", question->server);
      cusax_connection_reconfigure (account);
    }
  g_clear_pointer (&question, question_free);
}

/* As the setting sip_server has it. */
static char *
server_of (const CusaxAddress *address)
{
  const char *host = cusax_address_get_host (address);
  const char *transport = cusax_address_is_sips (address) ? "tls" : cusax_address_get_transport (address);
  g_autoptr (GString) server = g_string_new (NULL);

  g_string_printf (server, strchr (host, ':') != NULL ? "[%s]" : "%s", host);
  if (cusax_address_get_port (address) != 0)
    g_string_append_printf (server, ":%u", cusax_address_get_port (address));
  if (transport != NULL)
    g_string_append_printf (server, ";transport=%s", transport);
  return g_string_free (g_steal_pointer (&server), FALSE);
}

void
cusax_loginquestions_redirect (PurpleAccount *account, const char *uri)
{
  CusaxConnection *connection = cusax_connection_find (account);
  CusaxAccount *phone = connection != NULL ? cusax_connection_get_account (connection) : NULL;
  g_autoptr (CusaxAddress) address = cusax_address_parse_uri (uri, NULL);
  g_autofree char *key = g_strconcat ("redirect ", uri, NULL);
  g_autofree char *secondary = NULL;
  Question *question;
  gboolean is_own;
  gpointer serial;

  if (phone == NULL || address == NULL || cusax_account_get_config (phone) == NULL || is_locked (account, "sip_server"))
    return;
  question = open_question (account, QUESTION_REDIRECT, key);
  if (question == NULL)
    return;
  question->server = server_of (address);
  serial = cusax_openquestions_serial (question);
  is_own = cusax_loginwords_is_own_host (cusax_account_get_config (phone), cusax_address_get_host (address));
  secondary = cusax_loginwords_redirect (purple_account_get_username (account), phone,
                                         cusax_address_get_uri (address), cusax_address_get_host (address));
  cusax_openquestions_drop_unshown (&questions, serial,
                purple_request_action (question, _ ("Another telephone server"), _ ("Sign in at another server?"),
                                       secondary, is_own ? 0 : 1, account, NULL, NULL, serial, 2, _ ("Sign in there"),
                                       G_CALLBACK (on_sign_in_there), _ ("Cancel"), G_CALLBACK (on_closed_action)));
}

/* --------------------------------------------------------------- password */

static void
on_password (gpointer data, PurpleRequestFields *fields)
{
  Question *question = cusax_openquestions_take (&questions, data);
  CusaxConnection *connection = question != NULL ? connection_of (question) : NULL;
  const char *password = connection != NULL ? purple_request_fields_get_string (fields, "password") : NULL;

  if (password != NULL && *password != '\0')
    {
      gboolean remember = purple_request_fields_get_bool (fields, "remember");

      note_answered (question);
      if (remember)
        purple_account_set_string (question->open.account, "sip_password", password);
      /* One kept for the session goes before what is stored. */
      cusax_connection_set_sip_password (connection, remember ? NULL : password);
      cusax_connection_reconfigure (question->open.account);
    }
  g_clear_pointer (&question, question_free);
}

static void
show_password (Question *question, const char *secondary)
{
  PurpleAccount *account = question->open.account;
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  PurpleRequestField *field = purple_request_field_string_new ("password", _ ("Telephony password"), NULL, FALSE);
  gpointer serial = cusax_openquestions_serial (question);
  void *handle;

  purple_request_field_string_set_masked (field, TRUE);
  purple_request_field_set_required (field, TRUE);
  purple_request_field_group_add_field (group, field);
  purple_request_field_group_add_field (
    group, purple_request_field_bool_new ("remember", _ ("Remember"), purple_account_get_remember_password (account)));
  purple_request_fields_add_group (fields, group);
  handle = purple_request_fields (question, _ ("Telephony password"), _ ("Telephony needs a password"), secondary,
                                  fields, _ ("Sign in"), G_CALLBACK (on_password), _ ("Cancel"),
                                  G_CALLBACK (on_closed_fields), account, NULL, NULL, serial);
  /* A host without such dialogs leaves the fields to us; one that answers from within has taken the question. */
  if (handle == NULL && find_open (account) == question)
    purple_request_fields_destroy (fields);
  cusax_openquestions_drop_unshown (&questions, serial, handle);
}

/* The AOR's domain becomes one of ours, beside those that are already, wherever they came from. */
static void
on_use_chat_password (gpointer data, int action)
{
  Question *question = cusax_openquestions_take (&questions, data);
  CusaxConnection *connection = question != NULL ? connection_of (question) : NULL;
  CusaxConfig *config = connection != NULL ? cusax_account_get_config (cusax_connection_get_account (connection)) : NULL;

  if (config != NULL)
    {
      const char *const *related = cusax_config_get_related_domains (config);
      g_autofree char *others = related != NULL ? g_strjoinv (" ", (char **) related) : g_strdup ("");
      g_autofree char *all = *others != '\0' ? g_strconcat (others, " ", cusax_config_get_domain (config), NULL)
                                             : g_strdup (cusax_config_get_domain (config));

      note_answered (question);
      purple_account_set_string (question->open.account, "related_domains", all);
      cusax_connection_reconfigure (question->open.account);
    }
  g_clear_pointer (&question, question_free);
}

/* The same question goes on with a field. */
static void
on_other_password (gpointer data, int action)
{
  Question *question = cusax_openquestions_take (&questions, data);
  CusaxConnection *connection = question != NULL ? connection_of (question) : NULL;

  if (connection != NULL && cusax_account_get_config (cusax_connection_get_account (connection)) != NULL)
    {
      g_autofree char *key = g_strconcat (question->key, " typed", NULL);
      g_autofree char *secondary = NULL;
      Question *next;

      note_answered (question);
      secondary = cusax_loginwords_password (purple_account_get_username (question->open.account),
                                             cusax_connection_get_account (connection), FALSE);
      next = open_question (question->open.account, QUESTION_PASSWORD, key);
      if (next != NULL)
        show_password (next, secondary);
    }
  g_clear_pointer (&question, question_free);
}

/* Only where the domain is what withholds it; a file that locks the domains has decided. */
static gboolean
can_use_chat_password (PurpleAccount *account, CusaxAccount *phone)
{
  CusaxConfig *config = cusax_account_get_config (phone);

  return cusax_account_has_password_hint (phone) && !cusax_config_may_answer_challenge (config, TRUE, NULL)
         && !is_locked (account, "related_domains");
}

static void
ask_password (PurpleAccount *account, CusaxAccount *phone, int code)
{
  CusaxConfig *config = cusax_account_get_config (phone);
  const char *server = cusax_account_get_server (phone);
  g_autofree char *key = NULL;
  g_autofree char *secondary = NULL;
  gboolean with_hint;
  Question *question;
  gpointer serial;

  if (config == NULL || is_locked (account, "sip_password"))
    return;
  with_hint = can_use_chat_password (account, phone);
  key = g_strdup_printf ("password %d %s %s", code, server != NULL ? server : cusax_config_get_domain (config),
                         cusax_config_get_auth_user (config));
  question = open_question (account, QUESTION_PASSWORD, key);
  if (question == NULL)
    return;
  secondary = cusax_loginwords_password (purple_account_get_username (account), phone, with_hint);
  if (!with_hint)
    {
      show_password (question, secondary);
      return;
    }
  serial = cusax_openquestions_serial (question);
  cusax_openquestions_drop_unshown (&questions, serial, purple_request_action (question, _ ("Telephony password"), _ ("Telephony needs a password"),
                                               secondary, 2, account, NULL, NULL, serial, 3, _ ("Use the chat password"),
                                               G_CALLBACK (on_use_chat_password), _ ("Other password..."),
                                               G_CALLBACK (on_other_password), _ ("Cancel"),
                                               G_CALLBACK (on_closed_action)));
}

/* ------------------------------------------------------------------ state */

gboolean
cusax_loginquestions_is_open (PurpleAccount *account)
{
  return find_open (account) != NULL;
}

static gboolean
is_about (Kind kind, const GError *error)
{
  if (error == NULL || error->domain != CUSAX_ERROR)
    return FALSE;
  switch (kind)
    {
    case QUESTION_CERTIFICATE:
      return error->code == CUSAX_ERROR_CERTIFICATE;
    case QUESTION_PASSWORD:
      return error->code == CUSAX_ERROR_CREDENTIALS || error->code == CUSAX_ERROR_WITHHELD;
    case QUESTION_REDIRECT:
      return error->code == CUSAX_ERROR_REDIRECTED;
    }
  return FALSE;
}

void
cusax_loginquestions_update (PurpleAccount *account, CusaxAccount *phone)
{
  const GError *error = cusax_account_get_phone_error (phone);
  const Question *open = find_open (account);

  switch (cusax_account_get_phone_state (phone))
    {
    case CUSAX_PHONE_UP:
      cusax_openquestions_forget (&questions, account);
      return;
    case CUSAX_PHONE_OFF:
      /* Switched off or signed off: whoever switches on again is a person. */
      cusax_loginquestions_forget (account);
      return;
    case CUSAX_PHONE_REFUSED:
      if (open != NULL && !is_about (open->kind, error))
        cusax_openquestions_forget (&questions, account);
      if (is_about (QUESTION_PASSWORD, error))
        ask_password (account, phone, error->code);
      return;
    case CUSAX_PHONE_SIGNING_IN:
    case CUSAX_PHONE_WAITING:
    case CUSAX_PHONE_STOPPING:
      return; /* nothing is answered by that */
    }
}
