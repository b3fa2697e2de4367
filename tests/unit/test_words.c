/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people read of calls, errors and states; text from the network in it is bounded and harmless. */
#include "fakephone.h"

#include "error.h"
#include "words.h"

#include <gio/gio.h>
#include <locale.h>
#include <string.h>

/* R45, issue "The first call": every end of a call shown in words. */
static void
test_call_ends (void)
{
  static const struct
  {
    CusaxCallEnd end;
    guint seconds, status;
    const char *reason, *expected;
  } rows[] = {
    { CUSAX_CALL_END_LOCAL, 0, 0, NULL, "You have ended the call with bob." },
    { CUSAX_CALL_END_LOCAL, 187, 0, NULL, "The call with bob has ended after 3:07." },
    { CUSAX_CALL_END_REMOTE, 1, 0, NULL, "bob has hung up after 1 second." },
    { CUSAX_CALL_END_REMOTE, 59, 0, NULL, "bob has hung up after 59 seconds." },
    { CUSAX_CALL_END_REMOTE, 3605, 0, NULL, "bob has hung up after 1:00:05." },
    { CUSAX_CALL_END_DECLINED_HERE, 0, 0, NULL, "You have declined the call from bob." },
    { CUSAX_CALL_END_DECLINED, 0, 603, "Decline", "bob has declined the call." },
    { CUSAX_CALL_END_DECLINED, 0, 603, "In a meeting",
      "bob has declined the call. The reply was: “In a meeting” (603)." },
    { CUSAX_CALL_END_BUSY, 0, 486, "Busy Here", "bob is busy." },
    { CUSAX_CALL_END_BUSY, 0, 486, "In a meeting until two", "bob is busy. The reply was: “In a meeting until two” (486)." },
    { CUSAX_CALL_END_NO_ANSWER, 0, 480, NULL, "bob did not answer." },
    { CUSAX_CALL_END_NO_ANSWER, 0, 480, "Temporarily Unavailable", "bob did not answer." },
    { CUSAX_CALL_END_NO_ANSWER, 0, 480, "Bob is at lunch", "bob did not answer. The reply was: “Bob is at lunch” (480)." },
    { CUSAX_CALL_END_NO_ANSWER, 0, 0, "our own words", "bob did not answer." },
    { CUSAX_CALL_END_MISSED, 0, 0, NULL, "You have missed a call from bob." },
    { CUSAX_CALL_END_ELSEWHERE, 0, 0, NULL, "The call from bob was taken on another device." },
    { CUSAX_CALL_END_NOT_FOUND, 0, 404, "Not Found", "bob is not known to the telephone server." },
    { CUSAX_CALL_END_FORBIDDEN, 0, 403, NULL,
      "The telephone server does not allow this account to call bob. The reply was: 403." },
    { CUSAX_CALL_END_REDIRECTED, 0, 302, "Moved", "bob is to be reached elsewhere." },
    { CUSAX_CALL_END_TRANSFERRED, 9, 0, NULL, "bob has been transferred." },
    { CUSAX_CALL_END_REPLACED, 9, 0, NULL, "Another call has taken the place of the one with bob." },
    { CUSAX_CALL_END_NETWORK, 9, 0, NULL, "The connection to bob was lost." },
    { CUSAX_CALL_END_NO_PATH, 0, 0, NULL,
      "The call with bob failed: no way for the sound was found between both networks. A TURN server in “Telephony "
      "settings...” can help." },
    { CUSAX_CALL_END_HANDSHAKE, 0, 0, NULL,
      "The call with bob failed: the encryption of the sound could not be agreed on. Call again; if it fails always, change "
      "“Sound encryption” in “Telephony settings...”." },
    { CUSAX_CALL_END_FAILED, 0, 500, "Server <b>Error</b>",
      "The call with bob failed. The reply was: “Server <b>Error</b>” (500)." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCall *call = fake_call_new (1, CUSAX_CALL_ENDED, "bob");
      g_autofree char *text = NULL;

      call->end = rows[i].end;
      call->seconds = rows[i].seconds;
      call->status = rows[i].status;
      call->reason = rows[i].reason;
      text = cusax_words_call_end (call, "bob");
      g_assert_cmpstr (text, ==, rows[i].expected);
      fake_call_free (call);
    }
}

/* R45: a service that is an island, and a contact whom chat reaches. */
static void
test_refused_network (void)
{
#define REFUSED "Your telephony service does not allow calls to other networks."
  static const struct
  {
    guint status;
    CusaxCallEnd end;
    CusaxClass class_;
    gboolean incoming, answered; /* answered: there was a response before the end */
    const char *contact, *reason, *expected;
  } rows[] = {
    { 403, CUSAX_CALL_END_FORBIDDEN, CUSAX_CLASS_FOREIGN_SIP, FALSE, FALSE, "carol@other.example", "Forbidden",
      REFUSED " Write to Carol instead." },
    { 404, CUSAX_CALL_END_NOT_FOUND, CUSAX_CLASS_FOREIGN_SIP, FALSE, FALSE, NULL, "Not Found", REFUSED },
    { 484, CUSAX_CALL_END_NOT_FOUND, CUSAX_CLASS_FOREIGN_SIP, FALSE, FALSE, NULL, "Address Incomplete", REFUSED },
    { 488, CUSAX_CALL_END_NO_CODEC, CUSAX_CLASS_FOREIGN_SIP, FALSE, FALSE, NULL, "Not Acceptable Here", REFUSED },
    { 603, CUSAX_CALL_END_DECLINED, CUSAX_CLASS_FOREIGN_SIP, FALSE, FALSE, "carol@other.example", "Decline",
      REFUSED " Write to Carol instead." },
    /* R44: what the service itself says stays to be seen. */
    { 403, CUSAX_CALL_END_FORBIDDEN, CUSAX_CLASS_FOREIGN_SIP, FALSE, FALSE, NULL, "Calls to <b>other</b>\ndomains cost extra",
      REFUSED " The reply was: “Calls to <b>other</b> domains cost extra” (403)." },
    /* It rang there: a person declined. */
    { 603, CUSAX_CALL_END_DECLINED, CUSAX_CLASS_FOREIGN_SIP, FALSE, TRUE, "carol@other.example", "Decline",
      "Carol has declined the call." },
    { 486, CUSAX_CALL_END_BUSY, CUSAX_CLASS_FOREIGN_SIP, FALSE, FALSE, NULL, "Busy Here", "Carol is busy." },
    { 0, CUSAX_CALL_END_LOCAL, CUSAX_CLASS_FOREIGN_SIP, FALSE, FALSE, NULL, NULL, "You have ended the call with Carol." },
    { 403, CUSAX_CALL_END_FORBIDDEN, CUSAX_CLASS_TELEPHONE_NETWORK, FALSE, FALSE, NULL, "Forbidden", REFUSED },
    /* A wrong number says nothing of the service; the own domain keeps its words, and so do callers. */
    { 404, CUSAX_CALL_END_NOT_FOUND, CUSAX_CLASS_TELEPHONE_NETWORK, FALSE, FALSE, NULL, "Not Found",
      "Carol is not known to the telephone server." },
    { 404, CUSAX_CALL_END_NOT_FOUND, CUSAX_CLASS_ON_NET, FALSE, FALSE, NULL, "Not Found",
      "Carol is not known to the telephone server." },
    { 603, CUSAX_CALL_END_DECLINED, CUSAX_CLASS_TELEPHONE_NETWORK, FALSE, FALSE, NULL, "Decline",
      "Carol has declined the call." },
    { 488, CUSAX_CALL_END_NO_CODEC, CUSAX_CLASS_FOREIGN_SIP, TRUE, FALSE, NULL, NULL,
      "The call with Carol failed: both sides have no sound format in common." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCall *call = fake_call_new (1, CUSAX_CALL_ENDED, "carol@other.example");
      g_autofree char *text = NULL;

      g_test_message ("row %u", (guint) i);
      call->outgoing = !rows[i].incoming;
      call->end = rows[i].end;
      call->status = rows[i].status;
      call->reason = rows[i].reason;
      call->class_ = rows[i].class_;
      call->contact = rows[i].contact;
      if (rows[i].answered)
        call->caller = g_new0 (CusaxCallerId, 1);
      text = cusax_words_call_end (call, "Carol");
      g_assert_cmpstr (text, ==, rows[i].expected);
      fake_call_free (call);
    }
#undef REFUSED
}

/* Every end has a sentence of its own, whatever is added to the list. */
static void
test_call_ends_differ (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_ENDED, "bob");

  for (int end = CUSAX_CALL_END_LOCAL; end <= CUSAX_CALL_END_FAILED; end++)
    {
      call->end = (CusaxCallEnd)end;
      g_assert_true (g_hash_table_add (seen, cusax_words_call_end (call, "bob")));
    }
  fake_call_free (call);
}

/* A reason or name must not forge lines, turn the text round, or grow without end. */
static void
test_hostile_text (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_ENDED, "x");
  g_autofree char *huge = g_strnfill (5000, 'A');
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;

  call->end = CUSAX_CALL_END_FAILED;
  call->reason = "a\r\nb\xe2\x80\xae"
                 "c\x07\xff";
  text = cusax_words_call_end (call, huge);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_null (strpbrk (text, "\r\n\a"));
  g_assert_null (strstr (text, "\xe2\x80\xae"));
  g_assert_cmpuint (strlen (text), <, 400);
  name = cusax_words_call_name (NULL, NULL);
  g_assert_cmpstr (name, ==, "somebody unknown");
  fake_call_free (call);
}

static void
test_call_name (void)
{
  g_autofree char *plain = cusax_words_call_name ("+33177624339", NULL);
  g_autofree char *named = cusax_words_call_name ("+33177624339", "Dr. No");
  g_autofree char *same = cusax_words_call_name ("bob", "Bob");

  g_assert_cmpstr (plain, ==, "+33177624339");
  g_assert_cmpstr (named, ==, "“Dr. No” (+33177624339)");
  g_assert_cmpstr (same, ==, "bob");
}

/* Cut in the middle: at the end stands whose it is. */
static void
test_address (void)
{
  g_autofree char *fits = cusax_words_address ("ceo@corp.example", 16);
  g_autofree char *cut = cusax_words_address ("ceo@corp.example.evil.example", 16);
  g_autofree char *wide = cusax_words_address ("ééééé@ééééééééé.example", 16);
  g_autofree char *dirty = cusax_words_address (" ce\xe2\x80\xaeo@\ncorp", 16);

  g_assert_cmpstr (fits, ==, "ceo@corp.example");
  g_assert_cmpstr (cut, ==, "ceo@c…il.example");
  g_assert_cmpstr (wide, ==, "ééééé…éé.example");
  g_assert_cmpstr (dirty, ==, "ceo@ corp");
  g_assert_null (cusax_words_address ("\n", 16));
  g_assert_null (cusax_words_address (NULL, 16));
}

/* Nobody closes our quotes and goes on in our words. */
static void
test_claimed_quotes (void)
{
  g_autofree char *name = cusax_words_call_name ("x@evil.example", "Bob” is \"calling\" «you» “");

  g_assert_cmpstr (name, ==, "“Bob' is 'calling' 'you' '” (x@evil.example)");
}

static void
test_call_state (void)
{
  CusaxCall *call = fake_call_new (2, CUSAX_CALL_ACTIVE, "bob");
  g_autofree char *active = NULL;
  g_autofree char *ringing = NULL;

  call->keys = CUSAX_CALL_KEYS_DTLS;
  call->held = call->muted = TRUE;
  call->seconds = 187;
  active = cusax_words_call_state (call, "bob");
  g_assert_cmpstr (active, ==, "#2 bob: in call, 3:07, encrypted end to end, on hold, microphone muted");
  call->keys = CUSAX_CALL_KEYS_NONE;
  call->held = call->muted = FALSE;
  call->joined = TRUE;
  g_free (active);
  call->keys = CUSAX_CALL_KEYS_SDES;
  active = cusax_words_call_state (call, "bob");
  g_assert_cmpstr (active, ==, "#2 bob: in call, 3:07, encrypted (servers on the way could listen), in a conference");
  g_free (active);
  call->keys = CUSAX_CALL_KEYS_UNVERIFIED;
  active = cusax_words_call_state (call, "bob");
  g_assert_cmpstr (active, ==, "#2 bob: in call, 3:07, encrypted (who is at the other end is not proven), in a conference");
  g_free (active);
  call->keys = CUSAX_CALL_KEYS_NONE;
  active = cusax_words_call_state (call, "bob");
  g_assert_cmpstr (active, ==, "#2 bob: in call, 3:07, not encrypted, in a conference");
  call->state = CUSAX_CALL_INCOMING;
  call->joined = FALSE;
  call->seconds = 0;
  ringing = cusax_words_call_state (call, "bob");
  g_assert_cmpstr (ringing, ==, "#2 bob: ringing here");
  fake_call_free (call);
}

/* Bad input of the issue: "the account says telephony was refused by which server". */
static void
test_phone_states (void)
{
  g_autofree char *up = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *failure = NULL;
  g_autofree char *waiting = NULL;

  fake_phone_reset (NULL);
  fake_phone.state = CUSAX_PHONE_UP;
  up = cusax_words_phone_state (&fake_phone);
  g_assert_cmpstr (up, ==, "Telephony: signed in.");
  g_assert_null (cusax_words_phone_failure (&fake_phone));

  fake_phone.state = CUSAX_PHONE_REFUSED;
  fake_phone.server = "sip.example.org:5061 (TLS)";
  fake_phone.chat_up = TRUE;
  fake_phone.error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_CREDENTIALS, "403 twice");
  refused = cusax_words_phone_state (&fake_phone);
  failure = cusax_words_phone_failure (&fake_phone);
  g_assert_cmpstr (refused, ==, "Telephony: sip.example.org:5061 refused the password.");
  g_assert_cmpstr (failure, ==, "Telephony: sip.example.org:5061 refused the password. Chat works.");

  fake_phone.state = CUSAX_PHONE_WAITING;
  fake_phone.server = NULL;
  fake_phone.retry_seconds = 5;
  g_clear_error (&fake_phone.error);
  fake_phone.error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "ECONNREFUSED");
  waiting = cusax_words_phone_state (&fake_phone);
  g_assert_cmpstr (waiting, ==, "Telephony: The telephone server cannot be reached. Next try in 5 seconds.");
  fake_phone_reset (NULL);
}

/* A sentence for every code, and for what GIO or nobody says. */
static void
test_errors (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *none = cusax_words_error (NULL, "h");
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "Broken pipe.");
  g_autofree char *other = cusax_words_error (foreign, "h");

  /* R8: a setting has the name that the person sees. */
  g_autoptr (GError) setting = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_INVALID, "sip_server: not a host");
  g_autofree char *named = cusax_words_error (setting, NULL);

  g_assert_cmpstr (named, ==, "“Telephony server” cannot be used: not a host.");
  for (int code = CUSAX_ERROR_INVALID; code <= CUSAX_ERROR_OFFLINE; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, code, "detail");
      char *text = cusax_words_error (error, "h");

      g_assert_true (g_str_has_suffix (text, "."));
      g_assert_true (g_hash_table_add (seen, text));
    }
  g_assert_cmpstr (none, ==, "h cannot be used: no reason was given.");
  g_assert_cmpstr (other, ==, "h cannot be used: Broken pipe.");
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/call-ends", test_call_ends);
  g_test_add_func ("/words/R45-refused-network", test_refused_network);
  g_test_add_func ("/words/call-ends-differ", test_call_ends_differ);
  g_test_add_func ("/words/address", test_address);
  g_test_add_func ("/words/claimed-quotes", test_claimed_quotes);
  g_test_add_func ("/words/hostile-text", test_hostile_text);
  g_test_add_func ("/words/call-name", test_call_name);
  g_test_add_func ("/words/call-state", test_call_state);
  g_test_add_func ("/words/phone-states", test_phone_states);
  g_test_add_func ("/words/errors", test_errors);
  return g_test_run ();
}
