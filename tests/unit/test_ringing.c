/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The incoming-call dialog against hosts that behave as Pidgin and Finch do: callbacks that come twice, or for a
 * window that we closed ourselves, or after the caller gave up; and a call that changes state inside a callback.
 */
#include "fakephone.h"

#include "ringing.h"

#include <purple.h>
#include <string.h>

/* What the host has on the screen; one dialog is enough. */
static struct
{
  gboolean open;
  char *title, *primary, *secondary, *ok_text, *cancel_text;
  PurpleRequestFields *fields;
  PurpleRequestFieldsCb ok, cancel;
  gpointer data;
  guint opened, closed;
  gboolean cancels_when_closed; /* Finch */
} host;

static PurpleAccount *account;

static void *
request_fields (const char *title, const char *primary, const char *secondary, PurpleRequestFields *fields,
                const char *ok_text, GCallback ok, const char *cancel_text, GCallback cancel,
                PurpleAccount *for_account, const char *who, PurpleConversation *conversation, void *data)
{
  g_assert_false (host.open);
  host.open = TRUE;
  host.opened++;
  host.title = g_strdup (title);
  host.primary = g_strdup (primary);
  host.secondary = g_strdup (secondary);
  host.ok_text = g_strdup (ok_text);
  host.cancel_text = g_strdup (cancel_text);
  host.fields = fields;
  host.ok = (PurpleRequestFieldsCb) ok;
  host.cancel = (PurpleRequestFieldsCb) cancel;
  host.data = data;
  return &host;
}

/* Finch frees the fields before it calls back for the destruction of the window. */
static void
close_request (PurpleRequestType type, void *handle)
{
  g_assert_true (host.open);
  host.open = FALSE;
  host.closed++;
  purple_request_fields_destroy (host.fields);
  host.fields = NULL;
  g_clear_pointer (&host.title, g_free);
  g_clear_pointer (&host.primary, g_free);
  g_clear_pointer (&host.secondary, g_free);
  g_clear_pointer (&host.ok_text, g_free);
  g_clear_pointer (&host.cancel_text, g_free);
  if (host.cancels_when_closed)
    host.cancel (host.data, (PurpleRequestFields *) &host);
}

static PurpleRequestUiOps request_ops = { .request_fields = request_fields, .close_request = close_request };

static void
press (PurpleRequestFieldsCb callback)
{
  callback (host.data, host.fields);
  g_assert_true (host.open);
  purple_request_close (PURPLE_REQUEST_FIELDS, &host);
}

static CusaxCall *
ring (const char *who)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, who);

  call->peer = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  cusax_ringing_show (account, &fake_phone, call);
  return call;
}

static void
setup (gboolean finch)
{
  host.opened = host.closed = 0;
  host.cancels_when_closed = finch;
}

/* design.md section 3: title, caller, address and line, buttons. */
static void
test_words (gconstpointer finch)
{
  CusaxCall *call;

  setup (finch != NULL);
  call = ring ("bob@example.org");
  g_assert_cmpstr (host.title, ==, "Incoming Call");
  g_assert_cmpstr (host.primary, ==, "Bob B. is calling");
  g_assert_cmpstr (host.secondary, ==, "Address: bob@example.org\nYour line: alice@example.org\nEncrypted: no");
  g_assert_cmpstr (host.ok_text, ==, "Answer");
  g_assert_cmpstr (host.cancel_text, ==, "Decline");
  press (host.ok);
  g_assert_cmpstr (call->trace->str, ==, "answer ");
  fake_call_free (call);
}

static void
test_muted (gconstpointer finch)
{
  CusaxCall *call;

  setup (finch != NULL);
  call = ring ("bob@example.org");
  purple_request_field_bool_set_value (purple_request_fields_get_field (host.fields, "muted"), TRUE);
  press (host.ok);
  g_assert_cmpstr (call->trace->str, ==, "mute answer ");
  fake_call_free (call);
}

/* One decline, though Finch calls back twice. */
static void
test_decline (gconstpointer finch)
{
  CusaxCall *call;

  setup (finch != NULL);
  call = ring ("bob@example.org");
  press (host.cancel);
  g_assert_cmpstr (call->trace->str, ==, "decline(0) ");
  g_assert_cmpuint (host.closed, ==, 1);
  fake_call_free (call);
}

/* The caller gives up: the dialog goes, and nothing is sent. */
static void
test_caller_gives_up (gconstpointer finch)
{
  CusaxCall *call;

  setup (finch != NULL);
  call = ring ("bob@example.org");
  cusax_ringing_update (account, call);
  g_assert_true (host.open);
  call->state = CUSAX_CALL_ENDED;
  cusax_ringing_update (account, call);
  cusax_ringing_update (account, call);
  g_assert_false (host.open);
  g_assert_cmpstr (call->trace->str, ==, "");
  /* Too late, from a host that is slow. */
  host.cancel (host.data, NULL);
  host.ok (host.data, NULL);
  g_assert_cmpstr (call->trace->str, ==, "");
  fake_call_free (call);
}

static CusaxCall *changing;

static void
answer_and_change (gpointer data, PurpleRequestFields *fields)
{
  PurpleRequestFieldsCb ok = host.ok;

  ok (data, fields);
  changing->state = CUSAX_CALL_ANSWERING;
  cusax_ringing_update (account, changing);
}

/* What the call does inside Answer must not close the dialog whose handler runs. */
static void
test_change_inside_callback (gconstpointer finch)
{
  setup (finch != NULL);
  changing = ring ("bob@example.org");
  press (answer_and_change);
  g_assert_cmpuint (host.closed, ==, 1);
  g_assert_cmpstr (changing->trace->str, ==, "answer ");
  fake_call_free (changing);
}

/* Sign-off, unload: neither answered nor declined by us; who hangs up is the account's business. */
static void
test_close_all (gconstpointer finch)
{
  CusaxCall *call;

  setup (finch != NULL);
  call = ring ("bob@example.org");
  cusax_ringing_close_all (account);
  cusax_ringing_close_all (account);
  g_assert_false (host.open);
  g_assert_cmpstr (call->trace->str, ==, "");
  fake_call_free (call);
}

/* Answered by a command before the dialog could open. */
static void
test_not_ringing_any_more (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_ENDED, "bob@example.org");

  setup (FALSE);
  cusax_ringing_show (account, &fake_phone, call);
  g_assert_cmpuint (host.opened, ==, 0);
  fake_call_free (call);
}

/* A stranger with a name of his own choice and no readable address. */
static void
test_stranger (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, NULL);

  setup (FALSE);
  call->display_name = "Your bank\n\xe2\x80\xae<b>";
  cusax_ringing_show (account, &fake_phone, call);
  g_assert_cmpstr (host.primary, ==, "“Your bank <b>” (somebody unknown) is calling");
  g_assert_nonnull (strstr (host.secondary, "Address: unknown\n"));
  press (host.cancel);
  fake_call_free (call);
}

static const struct
{
  const char *name;
  GTestDataFunc function;
} both_hosts[] = {
  { "words", test_words },
  { "muted", test_muted },
  { "decline", test_decline },
  { "caller-gives-up", test_caller_gives_up },
  { "change-inside-callback", test_change_inside_callback },
  { "close-all", test_close_all },
};

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  fake_phone_reset ("alice@example.org");
  purple_request_set_ui_ops (&request_ops);
  account = fake_purple_account ("alice@example.org");
  purple_blist_add_buddy (purple_buddy_new (account, "bob@example.org", "Bob B."), NULL, NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (both_hosts); i++)
    {
      g_autofree char *pidgin = g_strconcat ("/ringing/pidgin/", both_hosts[i].name, NULL);
      g_autofree char *finch = g_strconcat ("/ringing/finch/", both_hosts[i].name, NULL);

      g_test_add_data_func (pidgin, NULL, both_hosts[i].function);
      g_test_add_data_func (finch, "finch", both_hosts[i].function);
    }
  g_test_add_func ("/ringing/not-ringing-any-more", test_not_ringing_any_more);
  g_test_add_func ("/ringing/stranger", test_stranger);
  result = g_test_run ();

  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
