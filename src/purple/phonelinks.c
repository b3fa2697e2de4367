/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See phonelinks.h. */
#include "phonelinks.h"

#include "choices.h"
#include "classify.h"
#include "connection.h"
#include "dialling.h"
#include "dialwords.h"
#include "notices.h"
#include "phone-link.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/** Way: one account by which a link could be called. */
typedef struct
{
  PurpleAccount *account; /* borrowed, until cusax_phonelinks_forget() */
  CusaxAddress *address;  /* as that account dials it */
} Way;

/** Question: what is asked now. */
typedef struct
{
  guint serial;    /* what callbacks carry: unlike an address it is never used again */
  GPtrArray *ways; /* Way */
} Question;

static Question *question; /* NULL: none, or closed by Escape, of which Pidgin tells nobody */
static guint last_serial;

static void
way_free (gpointer data)
{
  Way *way = data;

  cusax_address_unref (way->address);
  g_free (way);
}

static void
question_free (Question *asked)
{
  g_ptr_array_unref (asked->ways);
  g_free (asked);
}

/* Out of the way before anything else happens: hosts call back while they close, and late. */
static Question *
take (gpointer serial)
{
  return question != NULL && GUINT_TO_POINTER (question->serial) == serial ? g_steal_pointer (&question) : NULL;
}

static void
close_question (void)
{
  Question *asked = g_steal_pointer (&question);

  if (asked == NULL)
    return;
  purple_request_close_with_handle (asked);
  question_free (asked);
}

/* ------------------------------------------------------------------ answers */

static void
call (const Way *way)
{
  g_autoptr (GError) error = NULL;

  if (!cusax_dialling_agreed (way->account, way->address, &error))
    cusax_notices_error (way->account, NULL, error->message);
}

static void
on_call (gpointer data, int action)
{
  Question *asked = take (data);

  if (asked == NULL)
    return;
  call (g_ptr_array_index (asked->ways, 0));
  question_free (asked);
}

static void
on_call_by (gpointer data, PurpleRequestFields *fields)
{
  Question *asked = take (data);
  int index;

  if (asked == NULL)
    return;
  index = cusax_choices_get (fields, "account");
  if (index >= 0 && (guint) index < asked->ways->len)
    call (g_ptr_array_index (asked->ways, index));
  question_free (asked);
}

static void
on_cancel (gpointer data, int action)
{
  Question *asked = take (data);

  if (asked != NULL)
    question_free (asked);
}

static void
on_cancel_fields (gpointer data, PurpleRequestFields *fields)
{
  on_cancel (data, 0);
}

/* ---------------------------------------------------------------- questions */

static CusaxConfig *
config_of (const Way *way)
{
  return cusax_account_get_config (cusax_connection_get_account (cusax_connection_find (way->account)));
}

/* Returns: (transfer full): what a person should know of where it goes */
static char *
describe (const Way *way, const char *name)
{
  const char *user = cusax_address_get_user (way->address);

  switch (cusax_classify_address (way->address, config_of (way)))
    {
    case CUSAX_CLASS_FOREIGN_SIP:
      return g_strdup_printf (_ ("The call goes to another telephone service: %s"),
                              cusax_address_get_host (way->address));
    case CUSAX_CLASS_TELEPHONE_NETWORK:
      if (user != NULL && (*user == '*' || *user == '#'))
        return g_strdup_printf (_ ("%s is a code: it may change how your telephone works, and may be charged."),
                                name);
      return g_strdup_printf (_ ("%s calls the telephone network, may be charged."), name);
    case CUSAX_CLASS_EMERGENCY:
      return g_strdup_printf (_ ("%s is an emergency number."), name);
    case CUSAX_CLASS_ON_NET:
      break;
    }
  return g_strdup (_ ("The call stays within your telephone service."));
}

/* A page may ask while somebody types: Enter must not call. */
static void *
show_one (const Way *way)
{
  g_autofree char *name = cusax_dialwords_address (way->address, config_of (way));
  g_autofree char *primary = g_strdup_printf (_ ("Call %s?"), name);
  g_autofree char *what = describe (way, name);
  g_autofree char *secondary = g_strdup_printf (_ ("%s\nA link asks for this call."), what);

  return purple_request_action (question, _ ("Call from a link"), primary, secondary, 1, way->account, NULL,
                                NULL, GUINT_TO_POINTER (question->serial), 2, _ ("Call"), G_CALLBACK (on_call),
                                _ ("Cancel"), G_CALLBACK (on_cancel));
}

static void *
show_several (const GPtrArray *ways)
{
  const Way *first = g_ptr_array_index (ways, 0);
  g_autofree char *name = cusax_dialwords_address (first->address, config_of (first));
  g_autofree char *primary = g_strdup_printf (_ ("Call %s?"), name);
  g_autoptr (GString) text = g_string_new (_ ("A link asks for this call. By which account?"));
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  guint serial = question->serial;
  void *handle;

  for (guint i = 0; i < ways->len; i++)
    {
      const Way *way = g_ptr_array_index (ways, i);
      g_autofree char *own
        = cusax_words_address (purple_account_get_username (way->account), CUSAX_WORDS_MAX_LENGTH);
      g_autofree char *target = cusax_dialwords_address (way->address, config_of (way));
      g_autofree char *what = describe (way, target);

      g_ptr_array_add (lines, g_strdup_printf ("%s: %s", own, what));
    }
  purple_request_field_group_add_field (group, cusax_choices_field ("account", _ ("Account"), lines, text));
  purple_request_fields_add_group (fields, group);
  handle = purple_request_fields (question, _ ("Call from a link"), primary, text->str, fields, _ ("Call"),
                                  G_CALLBACK (on_call_by), _ ("Cancel"), G_CALLBACK (on_cancel_fields),
                                  first->account, NULL, NULL, GUINT_TO_POINTER (serial));
  /* A host without such dialogs leaves them to us. */
  if (handle == NULL && question != NULL && question->serial == serial)
    purple_request_fields_destroy (fields);
  return handle;
}

/* A page that opens a hundred links gets one window. Takes @ways. */
static void
ask (GPtrArray *ways)
{
  guint serial = ++last_serial;
  void *handle;

  close_question ();
  question = g_new0 (Question, 1);
  question->serial = serial;
  question->ways = ways;
  handle = ways->len == 1 ? show_one (g_ptr_array_index (ways, 0)) : show_several (ways);
  /* One that answers from within has taken it. */
  if (handle == NULL && question != NULL && question->serial == serial)
    close_question ();
}

/* ------------------------------------------------------------------- links */

/* By libpurple's order of accounts, so that the first of several is always the same. @state_up: registered ones
 * only. */
static GPtrArray *
find_ways (const char *scheme, const char *rest, gboolean state_up, gboolean *any)
{
  GPtrArray *ways = g_ptr_array_new_with_free_func (way_free);

  for (GList *l = purple_accounts_get_all (); l != NULL; l = l->next)
    {
      CusaxConnection *connection = cusax_connection_find (l->data);
      CusaxAccount *phone = connection != NULL ? cusax_connection_get_account (connection) : NULL;
      CusaxConfig *config = phone != NULL ? cusax_account_get_config (phone) : NULL;
      CusaxAddress *address;

      if (config == NULL || (state_up && cusax_account_get_phone_state (phone) != CUSAX_PHONE_UP))
        continue;
      *any = TRUE;
      address = cusax_phone_link_parse (scheme, rest, cusax_config_get_domain (config), NULL);
      if (address == NULL)
        continue;
      Way *way = g_new0 (Way, 1);
      way->account = l->data;
      way->address = address;
      g_ptr_array_add (ways, way);
    }
  return ways;
}

static void
tell_broken (const char *scheme, const char *rest)
{
  g_autofree char *link = g_strconcat (scheme, ":", rest, NULL);
  g_autofree char *clean = cusax_words_address (link, CUSAX_WORDS_MAX_LENGTH);
  g_autofree char *text
    = g_strdup_printf (_ ("“%s” is neither a telephone number nor an address."), clean != NULL ? clean : "");

  purple_notify_message (cusax_connection_get_plugin (), PURPLE_NOTIFY_MSG_ERROR, _ ("Call from a link"), text,
                         NULL, NULL, NULL);
}

/* Returns: FALSE if there is no account of ours that has ever signed in: another plugin may know what to do */
static gboolean
open_link (const char *scheme, const char *rest)
{
  gboolean any = FALSE;
  GPtrArray *ways = find_ways (scheme, rest, TRUE, &any);

  /* Who is not signed in is told so when he wants to call. */
  if (!any)
    {
      g_ptr_array_unref (ways);
      ways = find_ways (scheme, rest, FALSE, &any);
      if (ways->len > 1)
        g_ptr_array_set_size (ways, 1);
    }
  if (ways->len > 0)
    {
      ask (ways);
      return TRUE;
    }
  g_ptr_array_unref (ways);
  if (any)
    tell_broken (scheme, rest);
  return any;
}

/* ---------------------------------------------------------------- commands */

/* Returns: (transfer full): the calls that @fits, of all accounts; acting on one may end others */
static GPtrArray *
find_calls (gboolean (*fits) (CusaxCall *))
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_call_unref);

  for (GList *l = purple_accounts_get_all (); l != NULL; l = l->next)
    {
      CusaxConnection *connection = cusax_connection_find (l->data);
      const GPtrArray *calls
        = connection != NULL ? cusax_account_get_calls (cusax_connection_get_account (connection)) : NULL;

      for (guint i = 0; calls != NULL && i < calls->len; i++)
        if (fits (g_ptr_array_index (calls, i)))
          g_ptr_array_add (found, cusax_call_ref (g_ptr_array_index (calls, i)));
    }
  return found;
}

static gboolean
is_ringing (CusaxCall *one)
{
  return cusax_call_get_state (one) == CUSAX_CALL_INCOMING;
}

static gboolean
is_spoken_on (CusaxCall *one)
{
  return cusax_call_get_state (one) == CUSAX_CALL_ACTIVE && !cusax_call_is_held (one);
}

static gboolean
is_on_hold (CusaxCall *one)
{
  return cusax_call_get_state (one) == CUSAX_CALL_ACTIVE && cusax_call_is_held (one);
}

/* What hangs up: what is spoken on, else what we dial; a call that rings here is declined by its own word. */
static gboolean
is_ours_to_end (CusaxCall *one)
{
  return cusax_call_get_state (one) != CUSAX_CALL_INCOMING && cusax_call_get_state (one) != CUSAX_CALL_ENDED;
}

static void
decline (CusaxCall *one)
{
  cusax_call_decline (one, 0);
}

static void
hold (CusaxCall *one)
{
  cusax_call_set_hold (one, TRUE);
}

static void
resume (CusaxCall *one)
{
  cusax_call_set_hold (one, FALSE);
}

static void
mute (CusaxCall *one)
{
  cusax_call_set_muted (one, TRUE);
}

static void
unmute (CusaxCall *one)
{
  cusax_call_set_muted (one, FALSE);
}

static const struct
{
  const char *name;
  gboolean (*fits) (CusaxCall *);
  void (*act) (CusaxCall *);
  gboolean for_all; /* who mutes himself in a conference is to be heard by nobody; else the first that fits */
} commands[] = {
  { "answer", is_ringing, cusax_call_answer, FALSE },
  { "decline", is_ringing, decline, FALSE },
  { "hangup", is_spoken_on, cusax_call_hang_up, FALSE },
  { "hangup", is_ours_to_end, cusax_call_hang_up, FALSE },
  { "hold", is_spoken_on, hold, FALSE },
  { "resume", is_on_hold, resume, FALSE },
  { "mute", is_spoken_on, mute, TRUE },
  { "unmute", is_spoken_on, unmute, TRUE },
};

static gboolean
run_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (GPtrArray) calls = NULL;

      if (strcmp (commands[i].name, name) != 0)
        continue;
      calls = find_calls (commands[i].fits);
      for (guint n = 0; n < calls->len && (n == 0 || commands[i].for_all); n++)
        commands[i].act (g_ptr_array_index (calls, n));
      if (calls->len > 0)
        break;
    }
  return TRUE;
}

gboolean
cusax_phonelinks_open (const char *scheme, const char *rest)
{
  if (scheme == NULL || rest == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (scheme, "cusax") == 0)
    return run_command (rest);
  return cusax_phone_link_is_one (scheme) && open_link (scheme, rest);
}

void
cusax_phonelinks_shutdown (void)
{
  close_question ();
}

void
cusax_phonelinks_forget (PurpleAccount *account)
{
  for (guint i = 0; question != NULL && i < question->ways->len; i++)
    if (((Way *) g_ptr_array_index (question->ways, i))->account == account)
      close_question ();
}
