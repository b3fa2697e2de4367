/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "On the phone" (R36, T10): what is read before, shown and put back, also after a crash; contacts' own. */
#include "fakestream.h"

#include "activity.h"
#include "error.h"
#include "stanza.h"

#include <string.h>

#define ACTIVITY "<activity xmlns='" CUSAX_NS_ACTIVITY "'>%s</activity>"
#define TALKING "<talking><on_the_phone/></talking>"

static PurpleAccount *account;
static CusaxActivity *activity;
static GString *changes;

/* ---------------------------------------------------------------- the store */

typedef struct
{
  CusaxStore port;
  char *text; /* NULL: no file */
  guint aside;
} Store;

static GBytes *
store_load (CusaxStore *store, const char *name, gsize max, GError **error)
{
  const char *text = ((Store *) store)->text;

  g_assert_cmpstr (name, ==, "activity");
  if (text == NULL)
    return NULL;
  if (strlen (text) > max)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "large");
      return NULL;
    }
  return g_bytes_new (text, strlen (text));
}

static gboolean
store_save (CusaxStore *store, const char *name, const char *data, gsize length, GError **error)
{
  g_free (((Store *) store)->text);
  ((Store *) store)->text = g_strndup (data, length);
  return TRUE;
}

static void
store_set_aside (CusaxStore *store, const char *name)
{
  ((Store *) store)->aside++;
}

static Store store = { { store_load, store_save, store_set_aside }, NULL, 0 };

/* ------------------------------------------------------------------ helpers */

static void
on_changed (gpointer user_data, const char *jid)
{
  g_string_append_printf (changes, "%s=%d ", jid, cusax_activity_is_on_the_phone (activity, jid));
}

static void
check_changes (const char *expected)
{
  g_assert_cmpstr (changes->str, ==, expected);
  g_string_truncate (changes, 0);
}

static void
begin (const char *file)
{
  g_free (store.text);
  store.text = g_strdup (file);
  store.aside = 0;
  activity = cusax_activity_new (account, &store.port, on_changed, NULL);
}

static void
end (void)
{
  g_clear_pointer (&activity, cusax_activity_free);
  fake_stream_drop_all ();
}

/* Takes the question for the own item and answers: @inside (nullable): no item. */
static void
answer_read (const char *inside)
{
  xmlnode *request = fake_stream_take ();
  xmlnode *items = xmlnode_get_child (xmlnode_get_child (request, "pubsub"), "items");
  g_autofree char *element = g_strdup_printf (ACTIVITY, inside != NULL ? inside : "");
  g_autofree char *payload
    = g_strdup_printf ("<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='" CUSAX_NS_ACTIVITY "'>"
                       "<item id='x'>%s</item></items></pubsub>",
                       element);

  g_assert_cmpstr (xmlnode_get_attrib (request, "type"), ==, "get");
  g_assert_nonnull (items);
  g_assert_cmpstr (xmlnode_get_attrib (items, "node"), ==, CUSAX_NS_ACTIVITY);
  if (inside != NULL)
    fake_stream_reply (account, request, "result", NULL, payload);
  else
    fake_stream_refuse (account, request, "item-not-found");
  xmlnode_free (request);
}

/* Takes a publication, compares it, and answers unless @condition is "". */
static void
answer_publish (const char *inside, const char *condition)
{
  xmlnode *request = fake_stream_take ();
  xmlnode *publish = xmlnode_get_child (xmlnode_get_child (request, "pubsub"), "publish");
  g_autofree char *expected = g_strdup_printf (ACTIVITY, inside);
  g_autofree char *plain = NULL;
  g_autofree char *text = NULL;
  xmlnode *reference = xmlnode_from_str (expected, -1);

  g_assert_cmpstr (xmlnode_get_attrib (request, "type"), ==, "set");
  g_assert_nonnull (publish);
  g_assert_cmpstr (xmlnode_get_attrib (publish, "node"), ==, CUSAX_NS_ACTIVITY);
  text = xmlnode_to_str (xmlnode_get_child (xmlnode_get_child (publish, "item"), "activity"), NULL);
  plain = xmlnode_to_str (reference, NULL);
  g_assert_cmpstr (text, ==, plain);
  if (condition == NULL)
    fake_stream_reply (account, request, "result", NULL, NULL);
  else if (*condition != '\0')
    fake_stream_refuse (account, request, condition);
  xmlnode_free (reference);
  xmlnode_free (request);
}

static void
show (const char *before)
{
  cusax_activity_set (activity, TRUE);
  answer_read (before);
  answer_publish (TALKING, NULL);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
}

static void
own_event (const char *inside)
{
  g_autofree char *element = g_strdup_printf (ACTIVITY, inside);
  g_autofree char *xml = g_strdup_printf (
    "<message from='" OWN
    "'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='" CUSAX_NS_ACTIVITY
    "'><item>%s</item></items></event></message>",
    element);

  g_assert_false (fake_stream_receive (account, xml));
}

/* --------------------------------------------------------------------- ours */

static const char *const previous[] = { NULL, "", "<eating><having_lunch/></eating><text>Mhm &amp; so</text>" };

/* T10: hangup restores what stood there. */
static void
test_restores (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (previous); i++)
    {
      begin (NULL);
      show (previous[i]);
      g_assert_true (g_str_has_prefix (store.text, "purple-cusax activity 1\n"));
      cusax_activity_set (activity, FALSE);
      answer_read (TALKING);
      answer_publish (previous[i] != NULL ? previous[i] : "", NULL);
      g_assert_cmpstr (store.text, ==, "");
      /* The next call begins anew. */
      show (previous[i]);
      end ();
    }
}

/* A call that is over before the server has answered shows nothing for long, or nothing at all. */
static void
test_short_call (void)
{
  begin (NULL);
  cusax_activity_set (activity, TRUE);
  cusax_activity_set (activity, FALSE);
  answer_read (NULL);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  g_assert_null (store.text);

  cusax_activity_set (activity, TRUE);
  answer_read (NULL);
  cusax_activity_set (activity, FALSE);
  answer_publish (TALKING, NULL);
  answer_read (TALKING);
  answer_publish ("", NULL);
  g_assert_cmpstr (store.text, ==, "");
  end ();
}

/* What another device of the owner says stays. */
static void
test_somebody_else (void)
{
  begin (NULL);
  cusax_activity_set (activity, TRUE);
  answer_read (TALKING);
  cusax_activity_set (activity, FALSE);
  g_assert_cmpuint (fake_stream_count (), ==, 0);

  show (NULL);
  cusax_activity_set (activity, FALSE);
  answer_read ("<relaxing/>");
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  g_assert_cmpstr (store.text, ==, "");

  show (NULL);
  own_event (TALKING);
  own_event ("<relaxing/>");
  cusax_activity_set (activity, FALSE);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  g_assert_cmpstr (store.text, ==, "");
  end ();
}

static const char *const refusals[] = { "service-unavailable", "feature-not-implemented", "forbidden" };

/* A server without PEP is asked once, and nothing is published. */
static void
test_no_pep (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      xmlnode *request;

      begin (NULL);
      cusax_activity_set (activity, TRUE);
      request = fake_stream_take ();
      fake_stream_refuse (account, request, refusals[i]);
      xmlnode_free (request);
      cusax_activity_set (activity, FALSE);
      cusax_activity_set (activity, TRUE);
      g_assert_cmpuint (fake_stream_count (), ==, 0);
      g_assert_null (store.text);
      end ();

      begin (NULL);
      cusax_activity_set (activity, TRUE);
      answer_read (NULL);
      answer_publish (TALKING, refusals[i]);
      g_assert_cmpstr (store.text, ==, "");
      cusax_activity_set (activity, FALSE);
      g_assert_cmpuint (fake_stream_count (), ==, 0);
      end ();
    }
}

/* What could not be put back is not put away. */
static void
test_large (void)
{
  g_autofree char *large = g_strnfill (9000, 'x');
  g_autofree char *inside = g_strdup_printf ("<text>%s</text>", large);

  begin (NULL);
  cusax_activity_set (activity, TRUE);
  answer_read (inside);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  g_assert_null (store.text);
  end ();
}

/* R36: also after a crash: the next run knows, and looks first whether it still stands there. */
static void
test_crash (void)
{
  g_autofree char *file = NULL;

  begin (NULL);
  show ("<eating/>");
  file = g_strdup (store.text);
  fake_stream_break (account);
  fake_stream_turn ();
  end ();

  begin (file);
  fake_stream_connect (account);
  answer_read (TALKING);
  answer_publish ("<eating/>", NULL);
  g_assert_cmpstr (store.text, ==, "");
  end ();

  fake_stream_disconnect (account);
  begin (file);
  fake_stream_connect (account);
  answer_read ("<relaxing/>");
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  g_assert_cmpstr (store.text, ==, "");
  end ();

  /* No answer: the file stays for the next time. */
  fake_stream_disconnect (account);
  begin (file);
  fake_stream_connect (account);
  answer_read (TALKING);
  answer_publish ("<eating/>", "");
  fake_stream_break (account);
  fake_stream_turn ();
  g_assert_cmpstr (store.text, ==, file);
  fake_stream_connect (account);
  answer_read (TALKING);
  answer_publish ("<eating/>", NULL);
  end ();
}

/* A server that cannot tell now, or takes nothing now, has put nothing back: the next sign-in looks again. */
static void
test_refused_end (void)
{
  g_autofree char *file = NULL;
  xmlnode *request;

  begin (NULL);
  show ("<eating/>");
  file = g_strdup (store.text);
  cusax_activity_set (activity, FALSE);
  request = fake_stream_take ();
  fake_stream_refuse (account, request, "internal-server-error");
  xmlnode_free (request);
  g_assert_cmpstr (store.text, ==, file);
  g_assert_cmpuint (fake_stream_count (), ==, 0);

  fake_stream_break (account);
  fake_stream_turn ();
  fake_stream_connect (account);
  answer_read (TALKING);
  answer_publish ("<eating/>", "resource-constraint");
  g_assert_cmpstr (store.text, ==, file);
  g_assert_cmpuint (fake_stream_count (), ==, 0);

  fake_stream_break (account);
  fake_stream_turn ();
  fake_stream_connect (account);
  answer_read (TALKING);
  answer_publish ("<eating/>", NULL);
  g_assert_cmpstr (store.text, ==, "");
  end ();
}

static const char *const broken[] = {
  "nonsense",
  "purple-cusax activity 2\n",
  "purple-cusax activity",
};

static void
test_broken_file (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      begin (broken[i]);
      g_assert_cmpuint (store.aside, ==, 1);
      show (NULL);
      end ();
    }
  /* Something that is no activity is not published. */
  fake_stream_disconnect (account);
  begin ("purple-cusax activity 1\n<message xmlns='jabber:client'/>");
  fake_stream_connect (account);
  answer_read (TALKING);
  answer_publish ("", NULL);
  end ();
}

/* Chat comes and goes while the call stands. */
static void
test_chat_returns (void)
{
  begin (NULL);
  fake_stream_disconnect (account);
  cusax_activity_set (activity, TRUE);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  fake_stream_connect (account);
  answer_read (NULL);
  answer_publish (TALKING, NULL);
  fake_stream_break (account);
  fake_stream_turn ();
  fake_stream_connect (account);
  answer_read (TALKING);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  /* A server that forgot it. */
  fake_stream_break (account);
  fake_stream_turn ();
  fake_stream_connect (account);
  answer_read (NULL);
  answer_read (NULL);
  answer_publish (TALKING, NULL);
  cusax_activity_set (activity, FALSE);
  answer_read (TALKING);
  answer_publish ("", NULL);
  end ();
}

/* Quit and sign-off: the last word is what stood there before. */
static void
test_sign_off (void)
{
  begin (NULL);
  show ("<eating/>");
  fake_stream_disconnect (account);
  answer_publish ("<eating/>", "");
  g_assert_true (g_str_has_prefix (store.text, "purple-cusax"));
  fake_stream_connect (account);
  answer_read ("<eating/>");
  answer_read ("<eating/>");
  answer_publish (TALKING, NULL);
  g_clear_pointer (&activity, cusax_activity_free);
  answer_publish ("<eating/>", "");
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  end ();
}

/* ------------------------------------------------------------------- theirs */

static const struct
{
  const char *from;
  const char *node;
  const char *inside;
  const char *expected;
} events[] = {
  { "bob@example.org", CUSAX_NS_ACTIVITY, TALKING, "bob@example.org=1 " },
  { "bob@example.org", CUSAX_NS_ACTIVITY, TALKING, "" },
  { "bob@example.org", CUSAX_NS_ACTIVITY, "<talking/>", "bob@example.org=0 " },
  { "bob@example.org", CUSAX_NS_ACTIVITY, "", "" },
  { "bob@example.org", "http://jabber.org/protocol/mood", TALKING, "" },
  { "bob@example.org/desk", CUSAX_NS_ACTIVITY, TALKING, "" },
  { "stranger@example.org", CUSAX_NS_ACTIVITY, TALKING, "" },
  { "@", CUSAX_NS_ACTIVITY, TALKING, "" },
  { "Bob@EXAMPLE.org", CUSAX_NS_ACTIVITY, TALKING, "bob@example.org=1 " },
};

static void
test_contacts (void)
{
  PurpleBuddy *buddy = purple_buddy_new (account, "bob@example.org", NULL);

  purple_blist_add_buddy (buddy, NULL, NULL, NULL);
  begin (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (events); i++)
    {
      g_autofree char *element = g_strdup_printf (ACTIVITY, events[i].inside);
      g_autofree char *xml
        = g_strdup_printf ("<message from='%s'><event xmlns='http://jabber.org/protocol/pubsub#event'>"
                           "<items node='%s'><item>%s</item></items></event></message>",
                           events[i].from, events[i].node, element);

      g_test_message ("%s", xml);
      g_assert_false (fake_stream_receive (account, xml));
      check_changes (events[i].expected);
    }
  g_assert_true (cusax_activity_is_on_the_phone (activity, "bob@example.org"));
  fake_stream_disconnect (account);
  check_changes ("bob@example.org=0 ");
  fake_stream_connect (account);
  end ();
  purple_blist_remove_buddy (buddy);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_stream_start ();
  cusax_stanza_init (fake_stream_get_plugin ());
  cusax_activity_init (fake_stream_get_plugin ());
  account = fake_stream_account (OWN);
  changes = g_string_new (NULL);

  g_test_add_func ("/activity/T10-restores", test_restores);
  g_test_add_func ("/activity/short-call", test_short_call);
  g_test_add_func ("/activity/somebody-else", test_somebody_else);
  g_test_add_func ("/activity/no-pep", test_no_pep);
  g_test_add_func ("/activity/large", test_large);
  g_test_add_func ("/activity/R36-crash", test_crash);
  g_test_add_func ("/activity/refused-end", test_refused_end);
  g_test_add_func ("/activity/broken-file", test_broken_file);
  g_test_add_func ("/activity/chat-returns", test_chat_returns);
  g_test_add_func ("/activity/sign-off", test_sign_off);
  g_test_add_func ("/activity/contacts", test_contacts);
  result = g_test_run ();

  cusax_activity_shutdown ();
  cusax_stanza_shutdown ();
  g_string_free (changes, TRUE);
  g_free (store.text);
  fake_stream_stop ();
  return result;
}
