/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dialling.h. */
#include "dialling.h"

#include "callwords.h"
#include "connection.h"
#include "dialwords.h"
#include "error.h"
#include "notices.h"
#include "peers.h"
#include "questions.h"
#include "videocalls.h"
#include "words.h"

#include <glib/gi18n-lib.h>

/** Line: what a call needs; borrowed. */
typedef struct
{
  PurpleAccount *account;
  CusaxQuestionPurpose purpose;
  CusaxAccount *phone;
  CusaxDirectory *directory;
  CusaxConfig *config;
} Line;

static const CusaxQuestionPurpose a_call = { 0, FALSE };
static const CusaxQuestionPurpose a_video_call = { 0, TRUE };

static CusaxQuestionPurpose
a_transfer_of (CusaxCall *call)
{
  return (CusaxQuestionPurpose){ cusax_call_get_number (call), FALSE };
}

/* Before anything is asked: an answer that could not be carried out would be in vain. */
static gboolean
check_video (const Line *line, GError **error)
{
  g_autofree char *why = NULL;

  if (!line->purpose.with_video || cusax_videocalls_can (line->phone, &why))
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, why);
  return FALSE;
}

static gboolean
find_line (PurpleAccount *account, CusaxQuestionPurpose purpose, Line *line, GError **error)
{
  CusaxConnection *connection = cusax_connection_find (account);

  line->account = account;
  line->purpose = purpose;
  line->phone = connection != NULL ? cusax_connection_get_account (connection) : NULL;
  line->config = line->phone != NULL ? cusax_account_get_config (line->phone) : NULL;
  if (line->config == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, _ ("Telephony: off."));
      return FALSE;
    }
  line->directory = cusax_account_get_directory (line->phone);
  return check_video (line, error);
}

/* ---------------------------------------------------------------- dialling */

/* cusax_account_dial's codes, where the general sentence would not fit a call. */
static void
put_dial_words (CusaxAccount *phone, gboolean with_video, const GError *reason, GError **error)
{
  g_autofree char *words = NULL;

  if (g_error_matches (reason, CUSAX_ERROR, CUSAX_ERROR_OFFLINE))
    words = cusax_words_phone_state (phone);
  else if (g_error_matches (reason, CUSAX_ERROR, CUSAX_ERROR_BUSY))
    {
      guint most = cusax_config_get_max_calls (cusax_account_get_config (phone));

      words = g_strdup_printf (ngettext ("The settings allow %u call at a time: hang up first.",
                                         "The settings allow %u calls at a time: end one first.", most),
                               most);
    }
  else if (g_error_matches (reason, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED))
    words
      = g_strdup (_ ("The settings require encrypted calls, but the connection to the telephone server is not "
                     "protected."));
  else if (with_video && g_error_matches (reason, CUSAX_ERROR, CUSAX_ERROR_MEDIA))
    words = cusax_videocalls_failure (reason);
  else
    words = cusax_words_error (reason, cusax_account_get_server (phone));
  g_set_error_literal (error, CUSAX_ERROR,
                       reason->domain == CUSAX_ERROR ? reason->code : CUSAX_ERROR_UNAVAILABLE, words);
}

/* Looked up again: a question may stand longer than the call. */
static gboolean
transfer_now (const Line *line, CusaxAddress *address, GError **error)
{
  CusaxCall *call = cusax_account_get_call (line->phone, line->purpose.transfer);
  g_autoptr (GError) reason = NULL;

  if (call == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE,
                           _ ("The call that was to be transferred has ended."));
      return FALSE;
    }
  if (cusax_call_transfer (call, address, &reason))
    return TRUE;
  return cusax_callwords_fail (CUSAX_CALL_DEED_TRANSFER, reason, error);
}

/* @jid: (nullable): who is meant; only a contact lends the call its name. */
static gboolean
dial_now (const Line *line, CusaxAddress *address, const char *jid, GError **error)
{
  const char *contact = jid != NULL && purple_find_buddy (line->account, jid) != NULL ? jid : NULL;
  g_autofree char *who = cusax_peers_name (line->account, address, contact);
  g_autoptr (GError) reason = NULL;

  if (line->purpose.transfer > 0)
    return transfer_now (line, address, error);
  if (line->purpose.with_video ? cusax_account_dial_video (line->phone, address, who, contact, &reason) != NULL
                               : cusax_account_dial (line->phone, address, who, contact, &reason) != NULL)
    return TRUE;
  put_dial_words (line->phone, line->purpose.with_video, reason, error);
  return FALSE;
}

/* --------------------------------------------------------------- questions */

static void carry_out (const Line *line, CusaxDial *dial, GError **error);

static void
tell (PurpleAccount *account, CusaxDial *dial, const GError *error)
{
  g_autofree char *name = dial->jid != NULL ? g_strdup (dial->jid) : NULL;

  if (error == NULL)
    return;
  if (name == NULL && dial->address != NULL)
    name = cusax_peers_name (account, dial->address, NULL);
  cusax_notices_error (account, name, error->message);
}

/* The person said yes: to what stood in the question, whatever a card says by now. */
static void
dial_answered (PurpleAccount *account, CusaxDial *dial, CusaxQuestionPurpose purpose, CusaxQuestionAnswer answer)
{
  g_autoptr (GError) error = NULL;
  Line line;

  if (find_line (account, purpose, &line, &error))
    {
      CusaxMemory *memory = cusax_directory_get_memory (line.directory);

      if (answer == CUSAX_QUESTION_ALWAYS)
        cusax_memory_allow (memory, dial->key);
      if (dial->step == CUSAX_DIAL_TELL)
        cusax_memory_set_told (memory, cusax_address_get_host (dial->address));
      dial_now (&line, dial->address, dial->jid, &error);
    }
  tell (account, dial, error);
}

static void
choice_answered (PurpleAccount *account, CusaxDial *dial, CusaxQuestionPurpose purpose, const CusaxDialable *choice)
{
  g_autoptr (GError) error = NULL;
  Line line;

  if (find_line (account, purpose, &line, &error))
    {
      cusax_memory_set_choice (cusax_directory_get_memory (line.directory), dial->jid, choice->key);
      carry_out (&line, cusax_dial_address (line.directory, line.config, choice->address, dial->jid), &error);
    }
  tell (account, dial, error);
}

static void
on_answer (PurpleAccount *account, CusaxDial *dial, CusaxQuestionPurpose purpose, CusaxQuestionAnswer answer,
           const CusaxDialable *choice)
{
  switch (answer)
    {
    case CUSAX_QUESTION_CALL:
    case CUSAX_QUESTION_ALWAYS:
      dial_answered (account, dial, purpose, answer);
      break;
    case CUSAX_QUESTION_CHOICE:
      choice_answered (account, dial, purpose, choice);
      break;
    case CUSAX_QUESTION_CHAT:
      cusax_dialling_chat (account, dial->jid);
      break;
    }
}

/* Takes @dial. A question is not worth asking if the answer could not be carried out. */
static void
carry_out (const Line *line, CusaxDial *dial, GError **error)
{
  g_autoptr (CusaxDial) decision = dial;

  if (decision->step == CUSAX_DIAL_GO)
    dial_now (line, decision->address, decision->jid, error);
  else if (cusax_account_get_phone_state (line->phone) != CUSAX_PHONE_UP)
    {
      g_autofree char *words = cusax_words_phone_state (line->phone);

      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, words);
    }
  else if (!cusax_questions_ask (line->account, line->config, g_steal_pointer (&decision), line->purpose, on_answer))
    g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
                         _ ("This call needs an answer first, and this program cannot ask."));
}

/* ------------------------------------------------------------- words of no */

static void
put_unknown_words (PurpleAccount *account, const char *who, const GError *reason, GError **error)
{
  g_autofree char *name = NULL;

  if (g_error_matches (reason, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED))
    {
      name = cusax_peers_label (account, who);
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
                   _ ("No telephone number and no SIP address of %s is known."), name);
      return;
    }
  name = cusax_words_address (who, CUSAX_WORDS_MAX_LENGTH);
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID,
               _ ("“%s” is neither a telephone number nor an address."), name != NULL ? name : "");
}

/* Takes @dial (nullable: then @reason says why). */
static gboolean
finish (const Line *line, const char *who, CusaxDial *dial, const GError *reason, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (dial != NULL)
    carry_out (line, dial, &failure);
  else
    put_unknown_words (line->account, who, reason, &failure);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* ------------------------------------------------------------------ entries */

static gboolean
click (PurpleAccount *account, CusaxQuestionPurpose purpose, const char *who, GError **error)
{
  g_autofree char *jid = cusax_peers_contact (account, who);
  g_autoptr (CusaxAddress) address = cusax_peers_address (account, who);
  g_autoptr (GError) reason = NULL;
  CusaxDial *dial = NULL;
  Line line;

  if (!find_line (account, purpose, &line, error))
    return FALSE;
  if (jid != NULL)
    dial = cusax_dial_contact (line.directory, line.config, jid, &reason);
  else if (address != NULL)
    dial = cusax_dial_address (line.directory, line.config, address, NULL);
  return finish (&line, who, dial, reason, error);
}

gboolean
cusax_dialling_click (PurpleAccount *account, const char *who, GError **error)
{
  return click (account, a_call, who, error);
}

gboolean
cusax_dialling_click_video (PurpleAccount *account, const char *who, GError **error)
{
  return click (account, a_video_call, who, error);
}

gboolean
cusax_dialling_click_number (PurpleAccount *account, const char *jid, const char *key, GError **error)
{
  g_autoptr (GPtrArray) list = NULL;
  g_autofree char *name = NULL;
  Line line;

  if (!find_line (account, a_call, &line, error))
    return FALSE;
  list = cusax_directory_list (line.directory, jid);
  for (guint i = 0; i < list->len; i++)
    {
      CusaxDialable *dialable = g_ptr_array_index (list, i);

      if (!g_str_equal (dialable->key, key))
        continue;
      cusax_memory_set_choice (cusax_directory_get_memory (line.directory), jid, key);
      return finish (&line, jid, cusax_dial_address (line.directory, line.config, dialable->address, jid), NULL,
                     error);
    }
  name = cusax_peers_label (account, jid);
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
               _ ("The card of %s has changed: open the menu again."), name);
  return FALSE;
}

static gboolean
typed (PurpleAccount *account, CusaxQuestionPurpose purpose, const char *text, GError **error)
{
  g_autofree char *target = g_strdup (text != NULL ? text : "");
  g_autoptr (GError) reason = NULL;
  CusaxDial *dial = NULL;
  Line line;

  if (!find_line (account, purpose, &line, error))
    return FALSE;
  g_strstrip (target);
  if (*target != '\0' && g_utf8_validate (target, -1, NULL))
    dial = cusax_dial_typed (line.directory, line.config, target, &reason);
  return finish (&line, target, dial, reason, error);
}

gboolean
cusax_dialling_typed (PurpleAccount *account, const char *text, GError **error)
{
  return typed (account, a_call, text, error);
}

gboolean
cusax_dialling_typed_video (PurpleAccount *account, const char *text, GError **error)
{
  return typed (account, a_video_call, text, error);
}

gboolean
cusax_dialling_transfer_click (PurpleAccount *account, CusaxCall *call, const char *who, GError **error)
{
  return click (account, a_transfer_of (call), who, error);
}

gboolean
cusax_dialling_transfer_typed (PurpleAccount *account, CusaxCall *call, const char *text, GError **error)
{
  return typed (account, a_transfer_of (call), text, error);
}

/* A caller chose the address, so it is not what the person typed. */
gboolean
cusax_dialling_back (PurpleAccount *account, const char *uri, const char *jid, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (CusaxAddress) address = cusax_address_parse_uri (uri, &reason);
  CusaxDial *dial = NULL;
  Line line;

  if (!find_line (account, a_call, &line, error))
    return FALSE;
  if (address != NULL)
    dial = cusax_dial_address (line.directory, line.config, address, jid);
  return finish (&line, uri, dial, reason, error);
}

/* Somebody else named the address: it is called as such, no contact lends the call his name. */
gboolean
cusax_dialling_agreed (PurpleAccount *account, CusaxAddress *address, GError **error)
{
  Line line;

  if (!find_line (account, a_call, &line, error))
    return FALSE;
  return dial_now (&line, address, NULL, error);
}

/* ---------------------------------------------------------------- "Dial..." */

/* The account may have gone while the dialog stood: the side table knows. */
static void
dial_shown (PurpleAccount *account, const char *target, CusaxQuestionPurpose purpose)
{
  g_autoptr (GError) error = NULL;

  if (cusax_connection_find (account) == NULL || target == NULL || *target == '\0')
    return;
  if (!typed (account, purpose, target, &error))
    cusax_notices_error (account, target, error->message);
}

static void
on_show_ok (gpointer data, const char *target)
{
  dial_shown (data, target, a_call);
}

static void
on_show_cancel (gpointer data, const char *target)
{
}

static void
on_fields_ok (gpointer data, PurpleRequestFields *fields)
{
  g_autofree char *target = g_strdup (purple_request_fields_get_string (fields, "target"));

  dial_shown (data, target, purple_request_fields_get_bool (fields, "video") ? a_video_call : a_call);
}

static void
on_fields_cancel (gpointer data, PurpleRequestFields *fields)
{
}

#define DIAL_HINT N_ ("Type a telephone number, a SIP address or the chat address of a contact.")

/* Whoever has no camera gets no box that could not be ticked. */
static void
show_fields (PurpleAccount *account, CusaxConnection *connection)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  PurpleRequestField *target = purple_request_field_string_new ("target", _ ("Number or address"), NULL, FALSE);

  purple_request_field_set_required (target, TRUE);
  purple_request_field_group_add_field (group, target);
  purple_request_field_group_add_field (group, purple_request_field_bool_new ("video", _ ("With video"), FALSE));
  purple_request_fields_add_group (fields, group);
  if (purple_request_fields (connection, _ ("Dial"), _ ("Whom do you want to call?"), _ (DIAL_HINT), fields, _ ("Call"),
                             G_CALLBACK (on_fields_ok), _ ("Cancel"), G_CALLBACK (on_fields_cancel), account, NULL,
                             NULL, account)
      == NULL)
    purple_request_fields_destroy (fields);
}

void
cusax_dialling_show (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);

  if (connection == NULL)
    return;
  if (cusax_videocalls_can (cusax_connection_get_account (connection), NULL))
    {
      show_fields (account, connection);
      return;
    }
  purple_request_input (connection, _ ("Dial"), _ ("Whom do you want to call?"),
                        _ (DIAL_HINT), NULL,
                        FALSE, FALSE, NULL, _ ("Call"), G_CALLBACK (on_show_ok), _ ("Cancel"),
                        G_CALLBACK (on_show_cancel), account, NULL, NULL, account);
}

/* --------------------------------------------------------------------- chat */

void
cusax_dialling_chat (PurpleAccount *account, const char *jid)
{
  PurpleConversation *conversation = purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, jid, account);

  if (conversation == NULL && purple_account_is_connected (account))
    conversation = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, jid);
  if (conversation != NULL)
    purple_conversation_present (conversation);
  else
    cusax_notices_error (account, jid, _ ("Chat: not connected."));
}

void
cusax_dialling_forget (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);

  cusax_questions_forget (account);
  if (connection != NULL)
    purple_request_close_with_handle (connection);
}
