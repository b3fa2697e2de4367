/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callquestions.h. */
#include "callquestions.h"

#include "attention.h"
#include "callers.h"
#include "choices.h"
#include "classify.h"
#include "connection.h"
#include "dialling.h"
#include "dialogend.h"
#include "dialwords.h"
#include "notices.h"
#include "openquestions.h"
#include "words.h"

#include <glib/gi18n-lib.h>

/* Index of the button that Enter presses: whoever is just typing must not call anybody by it. */
#define DO_NOT 1

/** Question: one that stands. */
typedef struct
{
  CusaxOpenQuestion open;
  CusaxReferral *referral; /* (nullable): a redirection */
  GPtrArray *targets;      /* CusaxAddress, in the order of the list */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_clear_pointer (&question->referral, cusax_referral_unref);
  g_ptr_array_unref (question->targets);
  g_free (question);
}

static CusaxOpenQuestions questions = { .free_question = question_free };

static Question *
question_new (PurpleAccount *account, CusaxReferral *referral)
{
  Question *question = g_new0 (Question, 1);

  question->referral = referral != NULL ? cusax_referral_ref (referral) : NULL;
  question->targets = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_address_unref);
  cusax_openquestions_add (&questions, question, account);
  return question;
}

/* -------------------------------------------------------------- answers */

static void
call_target (Question *question, guint index)
{
  CusaxAddress *target = g_ptr_array_index (question->targets, index);
  g_autoptr (GError) error = NULL;

  if (!cusax_dialling_agreed (question->open.account, target, &error))
    cusax_notices_error (question->open.account, NULL, error->message);
}

static void
on_call (gpointer data, int action)
{
  Question *question = cusax_openquestions_take (&questions, data);

  if (question == NULL)
    return;
  if (question->referral != NULL)
    cusax_referral_accept (question->referral);
  else
    call_target (question, 0);
  question_free (question);
}

static void
on_call_chosen (gpointer data, PurpleRequestFields *fields)
{
  Question *question = cusax_openquestions_take (&questions, data);
  int index;

  if (question == NULL)
    return;
  index = cusax_choices_get (fields, "address");
  if (index >= 0 && (guint) index < question->targets->len)
    call_target (question, (guint) index);
  question_free (question);
}

static void
on_do_not (gpointer data, int action)
{
  Question *question = cusax_openquestions_take (&questions, data);

  if (question == NULL)
    return;
  if (question->referral != NULL)
    cusax_referral_refuse (question->referral);
  question_free (question);
}

static void
on_do_not_fields (gpointer data, PurpleRequestFields *fields)
{
  on_do_not (data, 0);
}

/* ---------------------------------------------------------------- words */

/* Returns: (transfer full) (nullable): what a call there means; NULL for the own service */
static char *
class_sentence (CusaxClass class_, const CusaxAddress *target, const char *address)
{
  const char *user = cusax_address_get_user (target);

  switch (class_)
    {
    case CUSAX_CLASS_FOREIGN_SIP:
      return g_strdup_printf (_ ("The call goes to another telephone service: %s"),
                              cusax_address_get_host (target));
    case CUSAX_CLASS_TELEPHONE_NETWORK:
      if (user != NULL && (*user == '*' || *user == '#'))
        return g_strdup_printf (_ ("%s is a code: it may change how your telephone works, and may be charged."),
                                address);
      return g_strdup_printf (_ ("%s calls the telephone network, may be charged."), address);
    case CUSAX_CLASS_EMERGENCY:
      return g_strdup_printf (_ ("%s is an emergency number."), address);
    case CUSAX_CLASS_ON_NET:
      break;
    }
  return NULL;
}

/* @line: (transfer full) (nullable) */
static void
add_line (GString *text, char *line)
{
  if (line != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", line);
  g_free (line);
}

/* Who asks is who is spoken with; of requests outside of calls only the service is sure (R19: a name in them
 * proves nothing). */
static char *
referral_primary (PurpleAccount *account, CusaxReferral *referral, const char *address)
{
  CusaxCall *call = cusax_referral_get_call (referral);
  g_autofree char *name = call != NULL ? cusax_callers_name (account, call) : NULL;

  if (name == NULL)
    return g_strdup_printf (_ ("Your telephone service asks you to call %s."), address);
  return g_strdup_printf (_ ("%s asks you to call %s."), name, address);
}

static char *
referral_secondary (PurpleAccount *account, CusaxReferral *referral, const char *address)
{
  CusaxAddress *target = cusax_referral_get_target (referral);
  CusaxAddress *referrer = cusax_referral_get_referrer (referral);
  CusaxCall *call = cusax_referral_get_call (referral);
  g_autoptr (GString) text = g_string_new (NULL);

  add_line (text, class_sentence (cusax_referral_get_class (referral), target, address));
  if (call == NULL && referrer != NULL)
    {
      g_autofree char *claimed
        = cusax_words_address (cusax_address_get_uri (referrer), CUSAX_WORDS_FULL_LENGTH);

      add_line (text, g_strdup_printf (_ ("On behalf of: %s (not confirmed)"), claimed));
    }
  if (cusax_referral_replaces (referral))
    add_line (text, g_strdup (_ ("Somebody is on that line already and is waiting for you.")));
  if (call != NULL)
    {
      g_autofree char *name = cusax_callers_name (account, call);

      add_line (text, g_strdup_printf (_ ("The call with %s ends when the new one stands."), name));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Finch opens a window that no key has asked for behind the others. */
static void
point_at (PurpleAccount *account, CusaxCall *call, const char *primary, const char *title)
{
  g_autofree char *text = NULL;

  if (call == NULL || !purple_strequal (purple_core_get_ui (), "gnt-purple"))
    return;
  /* Translators: a question, then the title of the window that asks it */
  text = g_strdup_printf (_ ("%s (The window “%s” asks.)"), primary, title);
  cusax_notices_call_says (account, call, text);
}

/* ------------------------------------------------------------- referral */

static CusaxConfig *
config_of (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);

  return connection != NULL ? cusax_account_get_config (cusax_connection_get_account (connection)) : NULL;
}

/* Nobody said yes: closed by Escape or by the frame is no, at once. */
static void
on_closed (gpointer serial)
{
  on_do_not (serial, DO_NOT);
}

static void
ask_referral (PurpleAccount *account, CusaxConfig *config, CusaxReferral *referral)
{
  CusaxCall *call = cusax_referral_get_call (referral);
  g_autofree char *address = cusax_dialwords_address (cusax_referral_get_target (referral), config);
  g_autofree char *primary = referral_primary (account, referral, address);
  g_autofree char *secondary = referral_secondary (account, referral, address);
  const char *title = call != NULL ? _ ("Transfer") : _ ("Request to call");
  Question *question = question_new (account, referral);
  gpointer serial = cusax_openquestions_serial (question);
  void *window = purple_request_action (question, title, primary, secondary, DO_NOT, account,
                                        call != NULL ? cusax_call_get_who (call) : NULL, NULL, serial, 2, _ ("Call"),
                                        G_CALLBACK (on_call), _ ("Do not call"), G_CALLBACK (on_do_not));

  cusax_openquestions_drop_unshown (&questions, serial, window);
  cusax_dialogend_watch (window, title, on_closed, serial);
  cusax_attention_raise (title);
  point_at (account, call, primary, title);
}

static gboolean
is_about (gconstpointer question, gconstpointer referral)
{
  return ((const Question *) question)->referral == referral;
}

void
cusax_callquestions_referral (PurpleAccount *account, CusaxReferral *referral)
{
  gboolean is_asking = cusax_referral_get_state (referral) == CUSAX_REFERRAL_ASKING;
  CusaxConfig *config = config_of (account);
  Question *question = cusax_openquestions_find (&questions, is_about, referral);

  if (question != NULL && !is_asking)
    cusax_openquestions_close (&questions, question);
  else if (question == NULL && is_asking && config != NULL)
    ask_referral (account, config, referral);
}

/* ---------------------------------------------------------- redirection */

/* As they were sent: what is no address that can be called is left out, and what is said twice. */
static void
take_targets (Question *question, CusaxCall *call)
{
  const char *const *uris = cusax_call_get_redirects (call);

  for (guint i = 0; uris != NULL && uris[i] != NULL; i++)
    {
      g_autoptr (CusaxAddress) address = cusax_address_parse_uri (uris[i], NULL);

      if (address != NULL
          && !g_ptr_array_find_with_equal_func (question->targets, address, (GEqualFunc) cusax_address_equal,
                                                NULL))
        g_ptr_array_add (question->targets, g_steal_pointer (&address));
    }
}

static void *
show_one (Question *question, CusaxConfig *config, const char *name)
{
  CusaxAddress *target = g_ptr_array_index (question->targets, 0);
  g_autofree char *address = cusax_dialwords_address (target, config);
  g_autofree char *primary = g_strdup_printf (_ ("%s is to be reached at %s. Call there?"), name, address);
  g_autofree char *secondary = class_sentence (cusax_classify_address (target, config), target, address);
  gpointer serial = cusax_openquestions_serial (question);
  void *window = purple_request_action (question, _ ("Call elsewhere"), primary, secondary, DO_NOT, question->open.account,
                                        NULL, NULL, serial, 2, _ ("Call"), G_CALLBACK (on_call), _ ("Do not call"),
                                        G_CALLBACK (on_do_not));

  cusax_dialogend_watch (window, _ ("Call elsewhere"), on_closed, serial);
  return window;
}

static void *
show_several (Question *question, CusaxConfig *config, const char *name)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  g_autofree char *primary
    = g_strdup_printf (_ ("%s is to be reached elsewhere. Which address do you want to call?"), name);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  gpointer serial = cusax_openquestions_serial (question);
  void *handle;

  for (guint i = 0; i < question->targets->len; i++)
    {
      CusaxAddress *target = g_ptr_array_index (question->targets, i);
      const CusaxDialable dialable = { .address = target, .class_ = cusax_classify_address (target, config) };

      g_ptr_array_add (lines, cusax_dialwords_line (&dialable, config, FALSE));
    }
  purple_request_field_group_add_field (group, cusax_choices_field ("address", _ ("Address"), lines, text));
  purple_request_fields_add_group (fields, group);
  handle = purple_request_fields (question, _ ("Call elsewhere"), primary, text->str, fields, _ ("Call"),
                                  G_CALLBACK (on_call_chosen), _ ("Do not call"), G_CALLBACK (on_do_not_fields),
                                  question->open.account, NULL, NULL, serial);
  /* A host without such dialogs leaves them to us; one that answered from within has taken the question. */
  if (handle == NULL && cusax_openquestions_find (&questions, g_direct_equal, question) != NULL)
    purple_request_fields_destroy (fields);
  return handle;
}

void
cusax_callquestions_redirect (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call)
{
  CusaxConfig *config = cusax_account_get_config (phone);
  g_autofree char *name = NULL;
  Question *question;
  gpointer serial;

  if (config == NULL || cusax_call_get_end (call) != CUSAX_CALL_END_REDIRECTED)
    return;
  name = cusax_callers_name (account, call);
  question = question_new (account, NULL);
  serial = cusax_openquestions_serial (question);
  take_targets (question, call);
  if (question->targets->len == 0)
    {
      g_autofree char *words = g_strdup_printf (
        _ ("%s is to be reached elsewhere, but the telephone server named no address that can be called."),
        name);

      cusax_openquestions_drop_unshown (&questions, serial, NULL);
      cusax_notices_error (account, NULL, words);
      return;
    }
  cusax_openquestions_drop_unshown (&questions, serial, question->targets->len == 1 ? show_one (question, config, name)
                                                    : show_several (question, config, name));
  cusax_attention_raise (_ ("Call elsewhere"));
}

void
cusax_callquestions_forget (PurpleAccount *account)
{
  cusax_openquestions_forget (&questions, account);
}
