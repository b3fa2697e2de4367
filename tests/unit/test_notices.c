/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said where: lines in conversations, one window for the first failure of a kind, one for missed calls. */
#include "calllogs.h"
#include "fakephone.h"

#include "error.h"
#include "fakeservices.h"
#include "legs.h"
#include "notices.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static PurpleConversation *with_bob;
static GString *lines;    /* what conversations got, one per line */
static GPtrArray *windows; /* "title|primary|secondary", open ones */
static guint window_count;

static const char *protection = "";

/* Of legs.c. */
char *
cusax_legs_words (PurpleAccount *of)
{
  return g_strdup (protection);
}

/* ----------------------------------------------------------------- host */

static void
write_conversation (PurpleConversation *conversation, const char *name, const char *alias, const char *message,
                    PurpleMessageFlags flags, time_t mtime)
{
  g_assert_true (flags & PURPLE_MESSAGE_SYSTEM);
  g_assert_cmpint (mtime, >, 0);
  g_string_append_printf (lines, "%s\n", message);
}

static PurpleConversationUiOps conversation_ops = { .write_conv = write_conversation };

static void *
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  char *window = g_strdup_printf ("%s|%s|%s", title, primary, secondary);

  window_count++;
  g_ptr_array_add (windows, window);
  return window;
}

static void
close_notify (PurpleNotifyType type, void *handle)
{
  g_assert_true (g_ptr_array_remove (windows, handle));
}

static PurpleNotifyUiOps notify_ops = { .notify_message = notify_message, .close_notify = close_notify };

static void
spin (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
assert_lines (const char *expected)
{
  spin ();
  g_assert_cmpstr (lines->str, ==, expected);
  g_string_truncate (lines, 0);
}

static void
setup (gboolean talking)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.chat_up = TRUE;
  fake_phone.server = "sip.example.org";
  fake_purple_connect (account, TRUE);
  g_string_truncate (lines, 0);
  window_count = 0;
  if (talking)
    with_bob = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, "bob@example.org");
}

static void
teardown (void)
{
  g_clear_pointer (&with_bob, purple_conversation_destroy);
  cusax_notices_forget (account);
  cusax_notices_forget (account);
  g_assert_cmpuint (windows->len, ==, 0);
  fake_purple_connect (account, FALSE);
  fake_phone_reset (NULL);
}

static gboolean is_asked; /* a question about it stands */

static void
set_phone (CusaxPhoneState state, int code)
{
  g_clear_error (&fake_phone.error);
  fake_phone.state = state;
  if (state == CUSAX_PHONE_WAITING || state == CUSAX_PHONE_REFUSED)
    fake_phone.error = g_error_new_literal (CUSAX_ERROR, code, "detail");
  cusax_notices_state (account, &fake_phone, is_asked);
}

/* ---------------------------------------------------------------- state */

/* Issue: "chat works, the account says telephony was refused by which server, and no storm". */
static void
test_refused_once (void)
{
  setup (TRUE);
  set_phone (CUSAX_PHONE_SIGNING_IN, 0);
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  assert_lines ("Chat: signed in.\nTelephony: sip.example.org refused the password. Chat works.\n");
  g_assert_cmpuint (window_count, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (windows, 0),
                                   "Telephony|Telephony: sip.example.org refused the password. Chat works.|"));
  /* Put right: the window goes. Wrong again later: that is news. */
  set_phone (CUSAX_PHONE_UP, 0);
  g_assert_cmpuint (windows->len, ==, 0);
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  g_assert_cmpuint (window_count, ==, 2);
  teardown ();
}

/* One window for one fault: the question; what it did not cure is told then. */
static void
test_asked (void)
{
  setup (TRUE);
  is_asked = TRUE;
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CERTIFICATE);
  g_assert_cmpuint (window_count, ==, 0);
  is_asked = FALSE;
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CERTIFICATE);
  g_assert_cmpuint (window_count, ==, 1);
  teardown ();
}

/* A network that comes and goes: one window, a line for each change, none for each try. */
static void
test_flapping (void)
{
  setup (TRUE);
  for (int i = 0; i < 3; i++)
    {
      for (int try = 0; try < 4; try++)
        {
          set_phone (CUSAX_PHONE_SIGNING_IN, 0);
          set_phone (CUSAX_PHONE_WAITING, CUSAX_ERROR_UNREACHABLE);
        }
      set_phone (CUSAX_PHONE_UP, 0);
      set_phone (CUSAX_PHONE_UP, 0);
    }
  g_assert_cmpuint (window_count, ==, 1);
  assert_lines ("Chat: signed in.\n"
                "Telephony: sip.example.org cannot be reached. Chat works.\nTelephony: signed in.\n"
                "Telephony: sip.example.org cannot be reached. Chat works.\nTelephony: signed in.\n"
                "Telephony: sip.example.org cannot be reached. Chat works.\nTelephony: signed in.\n");
  teardown ();
}

/* Without any network the host has its own words; ours wait until chat is back. */
static void
test_both_down (void)
{
  setup (FALSE);
  fake_phone.chat_up = FALSE;
  set_phone (CUSAX_PHONE_WAITING, CUSAX_ERROR_NO_HOST);
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  g_assert_cmpuint (window_count, ==, 0);
  fake_phone.chat_up = TRUE;
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  g_assert_cmpuint (window_count, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (windows, 0), "refused the password. Chat works."));
  teardown ();
}

static void
test_chat_lost (void)
{
  setup (TRUE);
  set_phone (CUSAX_PHONE_UP, 0);
  fake_phone.chat_up = FALSE;
  set_phone (CUSAX_PHONE_UP, 0);
  fake_phone.chat_up = TRUE;
  set_phone (CUSAX_PHONE_UP, 0);
  assert_lines ("Chat: signed in.\nTelephony: signed in.\nChat: not connected.\nChat: signed in.\n");
  teardown ();
}

static void
test_status_text (void)
{
  g_autofree char *known = NULL;
  g_autofree char *both = NULL;
  g_autofree char *unknown = NULL;

  setup (FALSE);
  fake_phone.state = CUSAX_PHONE_UP;
  known = cusax_notices_status_text (account);
  g_assert_cmpstr (known, ==, "Telephony: signed in.\nChat: signed in.");
  protection = "Both protected.";
  both = cusax_notices_status_text (account);
  g_assert_cmpstr (both, ==, "Telephony: signed in.\nChat: signed in.\nBoth protected.");
  protection = "";
  fake_connection = NULL;
  unknown = cusax_notices_status_text (account);
  g_assert_cmpstr (unknown, ==, "Telephony: off.");
  teardown ();
}

/* ---------------------------------------------------------------- calls */

static CusaxCall *
call_bob (guint number, CusaxCallState state)
{
  CusaxCall *call = fake_call_new (number, state, "bob@example.org");

  call->peer = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  call->grade = CUSAX_BINDING_STRONG;
  call->contact = "bob@example.org";
  return call;
}

static void
change (CusaxCall *call, CusaxCallState state)
{
  call->state = state;
  cusax_notices_call (account, &fake_phone, call);
}

static void
finish (CusaxCall *call, CusaxCallEnd end)
{
  call->end = end;
  change (call, CUSAX_CALL_ENDED);
  fake_call_free (call);
}

static void
test_outgoing (void)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_PREPARING);

  setup (TRUE);
  call->outgoing = TRUE;
  change (call, CUSAX_CALL_PREPARING);
  change (call, CUSAX_CALL_CALLING);
  change (call, CUSAX_CALL_RINGING);
  call->keys = CUSAX_CALL_KEYS_DTLS;
  change (call, CUSAX_CALL_ACTIVE);
  change (call, CUSAX_CALL_ACTIVE);
  call->held = TRUE;
  change (call, CUSAX_CALL_ACTIVE);
  call->held = FALSE;
  call->remote_held = TRUE;
  change (call, CUSAX_CALL_ACTIVE);
  call->remote_held = FALSE;
  change (call, CUSAX_CALL_ACTIVE);
  cusax_notices_silence (account, &fake_phone, call, 8, TRUE);
  call->seconds = 187;
  finish (call, CUSAX_CALL_END_REMOTE);
  assert_lines ("Calling Bob &amp; Co.\nThe phone of Bob &amp; Co is ringing.\nIn call with Bob &amp; Co, encrypted end to end.\n"
                "The call with Bob &amp; Co is on hold. Type /resume to go on.\nThe call with Bob &amp; Co goes on.\n"
                "Bob &amp; Co has put the call on hold.\nBob &amp; Co has resumed the call.\n"
                "Nothing has been heard from Bob &amp; Co for 8 seconds. Perhaps the microphone over there is off, or a firewall or "
                "router is in the way: a TURN server in “Telephony settings...” goes around it.\n"
                "Bob &amp; Co has hung up after 3:07.\n");
  g_assert_cmpuint (window_count, ==, 0);
  teardown ();
}

/* Issue: "missing encoder: not offered, and the Debian package is named": with the first call that stands, once. */
static void
test_format_hints (void)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_ACTIVE), *other;

  setup (TRUE);
  fake_phone.format_hints = "gstreamer1.0-libav";
  call->keys = CUSAX_CALL_KEYS_DTLS;
  change (call, CUSAX_CALL_ACTIVE);
  change (call, CUSAX_CALL_ACTIVE);
  finish (call, CUSAX_CALL_END_LOCAL);
  other = call_bob (2, CUSAX_CALL_ACTIVE);
  other->keys = CUSAX_CALL_KEYS_DTLS;
  change (other, CUSAX_CALL_ACTIVE);
  assert_lines ("In call with Bob &amp; Co, encrypted end to end.\n"
                "Calls would have more formats of sound or picture with gstreamer1.0-libav.\n"
                "In call with Bob &amp; Co, encrypted end to end.\nYou have ended the call with Bob &amp; Co.\n");
  finish (other, CUSAX_CALL_END_LOCAL);
  fake_phone.format_hints = NULL;
  teardown ();
}

/* How a call is protected is said when it stands, and whenever that changes; once. */
static void
test_R49_lock_words (void)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_ACTIVE);

  setup (TRUE);
  call->keys = CUSAX_CALL_KEYS_SDES;
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("In call with Bob &amp; Co, encrypted; servers on the way could listen.\n");
  call->keys = CUSAX_CALL_KEYS_DTLS;
  change (call, CUSAX_CALL_ACTIVE);
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("The call with Bob &amp; Co is now encrypted end to end.\n");
  call->keys = CUSAX_CALL_KEYS_UNVERIFIED;
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("The call with Bob &amp; Co is now encrypted; who is at the other end is not proven.\n");
  call->keys = CUSAX_CALL_KEYS_SDES;
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("The call with Bob &amp; Co is now encrypted; servers on the way could listen.\n");
  call->keys = CUSAX_CALL_KEYS_NONE;
  change (call, CUSAX_CALL_ACTIVE);
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("The call with Bob &amp; Co is no longer encrypted.\n");
  finish (call, CUSAX_CALL_END_LOCAL);
  teardown ();

  setup (TRUE);
  call = call_bob (2, CUSAX_CALL_ACTIVE);
  call->keys = CUSAX_CALL_KEYS_UNVERIFIED;
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("In call with Bob &amp; Co, encrypted; who is at the other end is not proven.\n");
  finish (call, CUSAX_CALL_END_LOCAL);
  teardown ();
}

/* Pictures come and go in the call's conversation; on hold that is not said twice. */
static void
test_P25_pictures (void)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_ACTIVE);

  setup (TRUE);
  fake_phone.can_video = TRUE;
  call->video = CUSAX_DIRECTION_SENDRECV;
  change (call, CUSAX_CALL_ACTIVE);
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("In call with Bob &amp; Co, not encrypted.\n"
                "You and Bob &amp; Co see each other now. /video off ends that.\n");
  call->held = TRUE;
  call->video = CUSAX_DIRECTION_INACTIVE;
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("The call with Bob &amp; Co is on hold. Type /resume to go on.\n");
  call->held = FALSE;
  call->video = CUSAX_DIRECTION_RECVONLY;
  call->video_offered = TRUE;
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("Bob &amp; Co does not see you any more.\nThe call with Bob &amp; Co goes on.\n");
  finish (call, CUSAX_CALL_END_LOCAL);
  teardown ();

  setup (TRUE);
  call = call_bob (2, CUSAX_CALL_INCOMING);
  fake_phone.can_video = call->video_offered = TRUE;
  change (call, CUSAX_CALL_INCOMING);
  assert_lines ("Bob &amp; Co is calling with a picture. Type /answer, /answer video to show yours, or /decline.\n");
  finish (call, CUSAX_CALL_END_LOCAL);
  teardown ();
}

/* Which direction is dead, and what to try; a microphone that gives nothing is no matter of networks. */
static void
test_P1_silence (void)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_ACTIVE);

  setup (TRUE);
  cusax_notices_silence (account, &fake_phone, call, 8, FALSE);
  assert_lines ("Bob &amp; Co has not heard anything from here for 8 seconds. Perhaps a firewall or router is in the way: a "
                "TURN server in “Telephony settings...” goes around it.\n");
  call->stats.packets_sent = 0;
  cusax_notices_silence (account, &fake_phone, call, 8, FALSE);
  assert_lines ("Bob &amp; Co has not heard anything from here for 8 seconds. Your microphone gives no sound: “Test call "
                "setup...” in the account&apos;s menu looks for the reason.\n");
  fake_call_free (call);
  teardown ();
}

/* One line for whoever reads the log of a call that stood; no secret is in it, and none for one that did not. */
static void
test_P1_log (void)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_ACTIVE);

  setup (TRUE);
  change (call, CUSAX_CALL_ACTIVE);
  call->seconds = 5;
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "call #1 ended after 5 s: *sent 50*");
  finish (call, CUSAX_CALL_END_LOCAL);
  g_test_assert_expected_messages ();
  g_string_truncate (lines, 0);
  teardown ();
}

/* Who answers does not choose the name of the one who was called. */
static void
test_outgoing_number (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_CALLING, "+33177624339");
  PurpleConversation *conversation;

  setup (FALSE);
  conversation = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, "+33177624339");
  call->outgoing = TRUE;
  call->peer = cusax_address_parse_uri ("sip:+33177624339@example.org;user=phone", NULL);
  call->display_name = "Your bank";
  change (call, CUSAX_CALL_CALLING);
  finish (call, CUSAX_CALL_END_BUSY);
  assert_lines ("Calling +33177624339.\n+33177624339 is busy.\n");
  purple_conversation_destroy (conversation);
  teardown ();
}

/* A name from the network is no markup. */
static void
test_markup (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "+33177624339");
  PurpleConversation *conversation;

  setup (FALSE);
  conversation = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, "+33177624339");
  call->peer = cusax_address_parse_uri ("sip:+33177624339@example.org;user=phone", NULL);
  call->display_name = "<a href='http://evil.example'>Bob</a>";
  change (call, CUSAX_CALL_INCOMING);
  g_assert_null (strchr (lines->str, '<'));
  g_assert_nonnull (strstr (lines->str, "&lt;a href="));
  finish (call, CUSAX_CALL_END_DECLINED_HERE);
  purple_conversation_destroy (conversation);
  teardown ();
}

/* R29: while he is not known his conversation says nothing; then it does, and it gets the rest. */
static void
test_known_while_ringing (void)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_INCOMING);

  setup (TRUE);
  call->who = "+33177624339";
  call->grade = CUSAX_BINDING_WEAK;
  change (call, CUSAX_CALL_INCOMING);
  assert_lines ("");
  call->who = "bob@example.org";
  call->grade = CUSAX_BINDING_STRONG;
  change (call, CUSAX_CALL_INCOMING);
  change (call, CUSAX_CALL_INCOMING);
  finish (call, CUSAX_CALL_END_MISSED);
  assert_lines ("Bob &amp; Co is calling. Type /answer or /decline.\nYou have missed a call from Bob &amp; Co.\n");
  g_assert_cmpuint (window_count, ==, 0);
  teardown ();
}

/* A From header that is no SIP address, but the JID of a contact: it does not speak in his conversation. */
static void
test_from_is_a_jid (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "bob@example.org");

  setup (TRUE);
  change (call, CUSAX_CALL_INCOMING);
  change (call, CUSAX_CALL_ACTIVE);
  call->held = TRUE;
  change (call, CUSAX_CALL_ACTIVE);
  finish (call, CUSAX_CALL_END_MISSED);
  assert_lines ("");
  g_assert_true (g_str_has_suffix (g_ptr_array_index (windows, 0), "  somebody unknown"));
  teardown ();
}

/* R31, R19: what is missed is listed by what was proven. */
static void
test_missed_strangers (void)
{
  static const struct
  {
    CusaxBindingGrade grade;
    gboolean anonymous;
    const char *expected;
  } rows[] = { { CUSAX_BINDING_WEAK, FALSE, "  x@evil.example" },
               { CUSAX_BINDING_NONE, FALSE, "  “Bob & Co” (x@evil.example)" },
               { CUSAX_BINDING_NONE, TRUE, "  somebody who hides the number" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "sip:x@evil.example");

      setup (TRUE);
      call->peer = cusax_address_parse_uri ("sip:x@evil.example", NULL);
      call->grade = rows[i].grade;
      call->contact = rows[i].grade == CUSAX_BINDING_WEAK ? "bob@example.org" : NULL;
      call->display_name = "Bob & Co";
      call->caller = g_new0 (CusaxCallerId, 1);
      call->caller->is_anonymous = rows[i].anonymous;
      change (call, CUSAX_CALL_INCOMING);
      finish (call, CUSAX_CALL_END_MISSED);
      assert_lines ("");
      g_assert_cmpuint (windows->len, ==, 1);
      g_assert_true (g_str_has_suffix (g_ptr_array_index (windows, 0), rows[i].expected));
      teardown ();
    }
}

/* Nobody had a conversation open: one window counts, and closing it starts afresh. */
static void
test_missed (void)
{
  setup (FALSE);
  for (guint i = 1; i <= 12; i++)
    {
      CusaxCall *call = call_bob (i, CUSAX_CALL_INCOMING);

      change (call, CUSAX_CALL_INCOMING);
      finish (call, CUSAX_CALL_END_MISSED);
      g_assert_cmpuint (windows->len, ==, 1);
    }
  g_assert_true (g_str_has_prefix (g_ptr_array_index (windows, 0), "Missed calls|12 missed calls|"));
  fake_services_trace = g_string_new (NULL);
  purple_notify_close (PURPLE_NOTIFY_MESSAGE, g_ptr_array_index (windows, 0));
  /* The person's click, and nobody else's, is a look. */
  g_assert_cmpstr (fake_services_trace->str, ==, "seen(0) ");
  g_assert_cmpuint (windows->len, ==, 0);
  finish (call_bob (13, CUSAX_CALL_INCOMING), CUSAX_CALL_END_MISSED);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (windows, 0), "Missed calls|1 missed call|"));
  assert_lines ("");
  teardown ();
  g_assert_cmpstr (fake_services_trace->str, ==, "seen(0) ");
  g_string_free (g_steal_pointer (&fake_services_trace), TRUE);
}

/* P20: one line in the log of the other side, also of a call that no conversation hears of; never two. */
static void
test_logged (gconstpointer talking)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_INCOMING);
  g_autofree char *text = NULL;
  GString *all = g_string_new (NULL);
  PurpleLogReadFlags flags = 0;
  GList *logs;

  setup (talking != NULL);
  purple_prefs_set_bool ("/purple/logging/log_ims", TRUE);
  change (call, CUSAX_CALL_INCOMING);
  finish (call, CUSAX_CALL_END_MISSED);
  /* Closed before the line could be written: then the log gets it. */
  if (talking != NULL && strcmp (talking, "closed") == 0)
    g_clear_pointer (&with_bob, purple_conversation_destroy);
  spin ();
  purple_prefs_set_bool ("/purple/logging/log_ims", FALSE);
  logs = purple_log_get_logs (PURPLE_LOG_IM, "bob@example.org", account);
  for (GList *l = logs; l != NULL; l = l->next)
    {
      g_autofree char *one = purple_log_read (l->data, &flags);

      g_string_append (all, one);
    }
  g_list_free_full (logs, (GDestroyNotify) purple_log_free);
  g_assert_cmpint (strstr (all->str, "Incoming call. ") != NULL, ==,
                   talking == NULL || strcmp (talking, "closed") == 0);
  logs = purple_log_get_logs (PURPLE_LOG_IM, "bob@example.org", account);
  for (GList *l = logs; l != NULL; l = l->next)
    purple_log_delete (l->data);
  g_list_free_full (logs, (GDestroyNotify) purple_log_free);
  g_string_free (all, TRUE);
  g_string_truncate (lines, 0);
  teardown ();
}

static gboolean
is_in_log (const char *words)
{
  GList *logs = purple_log_get_logs (PURPLE_LOG_IM, "bob@example.org", account);
  PurpleLogReadFlags flags = 0;
  gboolean found = FALSE;

  for (GList *l = logs; l != NULL; l = l->next)
    {
      g_autofree char *text = purple_log_read (l->data, &flags);

      found |= strstr (text, words) != NULL;
      purple_log_delete (l->data);
    }
  g_list_free_full (logs, (GDestroyNotify) purple_log_free);
  return found;
}

/* P20: nobody was asked, but somebody called. */
static void
test_refused (void)
{
  static const char words[] = "You have missed a call from Bob &amp; Co, who was told that you are busy.";

  setup (FALSE);
  purple_prefs_set_bool ("/purple/logging/log_ims", TRUE);
  cusax_notices_refused (account, "bob@example.org");
  assert_lines ("");
  g_assert_true (is_in_log (words));
  cusax_notices_refused (account, NULL);
  purple_prefs_set_bool ("/purple/logging/log_ims", FALSE);
  teardown ();

  setup (TRUE);
  cusax_notices_refused (account, "bob@example.org");
  assert_lines ("You have missed a call from Bob &amp; Co, who was told that you are busy.\n");
  teardown ();
}

static void
test_ends_without_conversation (void)
{
  static const struct
  {
    CusaxCallEnd end;
    guint windows;
  } rows[] = { { CUSAX_CALL_END_BUSY, 1 },   { CUSAX_CALL_END_NO_ANSWER, 1 },     { CUSAX_CALL_END_LOCAL, 0 },
               { CUSAX_CALL_END_REMOTE, 1 }, { CUSAX_CALL_END_NOT_PROTECTED, 1 }, { CUSAX_CALL_END_NETWORK, 1 },
               { CUSAX_CALL_END_ELSEWHERE, 1 } };

  setup (FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCall *call = call_bob (1, CUSAX_CALL_CALLING);

      window_count = 0;
      call->outgoing = TRUE;
      finish (call, rows[i].end);
      g_assert_cmpuint (window_count, ==, rows[i].windows);
      g_assert_cmpuint (windows->len, <=, 1);
    }
  teardown ();
}

/* purple-ui.md 3.4: nothing is written into a conversation that is being closed. */
static void
on_deleting (PurpleConversation *conversation, gpointer data)
{
  finish (data, CUSAX_CALL_END_LOCAL);
  g_assert_cmpuint (lines->len, ==, 0);
}

static void
test_end_while_closing (void)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_ACTIVE);
  static int handle;

  setup (TRUE);
  change (call, CUSAX_CALL_ACTIVE);
  g_string_truncate (lines, 0);
  purple_signal_connect (purple_conversations_get_handle (), "deleting-conversation", &handle,
                         PURPLE_CALLBACK (on_deleting), call);
  g_clear_pointer (&with_bob, purple_conversation_destroy);
  purple_signals_disconnect_by_handle (&handle);
  assert_lines ("");
  teardown ();
}

/* Forgotten while a line waits and a call stands. */
static void
test_forget (void)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_ACTIVE);
  CusaxCall *ended = call_bob (2, CUSAX_CALL_ENDED);

  setup (TRUE);
  change (call, CUSAX_CALL_ACTIVE);
  g_string_truncate (lines, 0);
  ended->end = CUSAX_CALL_END_REMOTE;
  change (ended, CUSAX_CALL_ENDED);
  teardown ();
  assert_lines ("");
  fake_call_free (call);
  fake_call_free (ended);
}

/* --------------------------------------------------------------- Pidgin */

/* While it rings there is a dialog, and nothing is opened over what the person is doing. */
static void
test_R49_pidgin (void)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_INCOMING);

  setup (FALSE);
  change (call, CUSAX_CALL_INCOMING);
  change (call, CUSAX_CALL_ANSWERING);
  g_assert_null (purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, "bob@example.org", account));
  call->keys = CUSAX_CALL_KEYS_DTLS;
  call->video_refused = TRUE;
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("In call with Bob &amp; Co, encrypted end to end.\n"
                "Bob &amp; Co does not take your picture: the call goes on with sound.\n");
  with_bob = purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, "bob@example.org", account);
  g_assert_nonnull (with_bob);
  finish (call, CUSAX_CALL_END_REMOTE);
  assert_lines ("Bob &amp; Co has hung up.\n");
  g_assert_cmpuint (window_count, ==, 0);
  teardown ();
}

/* R19: no chat is opened with somebody who hides; the dialog has said whether the call would be encrypted. */
static void
test_R19_pidgin (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "sip:boss@corp.example");

  setup (FALSE);
  call->caller = g_new0 (CusaxCallerId, 1);
  call->caller->is_anonymous = TRUE;
  change (call, CUSAX_CALL_INCOMING);
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("");
  g_assert_null (purple_get_ims ());
  finish (call, CUSAX_CALL_END_LOCAL);
  teardown ();
}

static void
add_pidgin_tests (void)
{
  g_test_add_func ("/notices/pidgin/R49-lock-word", test_R49_pidgin);
  g_test_add_func ("/notices/pidgin/R19-anonymous", test_R19_pidgin);
}

/* ---------------------------------------------------------------- Finch */

/* Finch has no other place for words than a conversation, which needs a connection; and it owns /call. */
static void
test_finch (void)
{
  CusaxCall *call = call_bob (1, CUSAX_CALL_INCOMING);

  setup (FALSE);
  fake_purple_connect (account, FALSE);
  change (call, CUSAX_CALL_INCOMING);
  assert_lines ("");
  fake_purple_connect (account, TRUE);
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("In call with Bob &amp; Co, not encrypted.\n"
                "/dtmf 123 sends digits, /hold puts the call on hold, /hangup ends it.\n");
  with_bob = purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, "bob@example.org", account);
  g_assert_nonnull (with_bob);
  finish (call, CUSAX_CALL_END_REMOTE);
  assert_lines ("Bob &amp; Co has hung up.\n");
  teardown ();
}

/* R19: no chat is opened with somebody who hides. */
static void
test_finch_anonymous (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "sip:boss@corp.example");

  setup (FALSE);
  call->caller = g_new0 (CusaxCallerId, 1);
  call->caller->is_anonymous = TRUE;
  change (call, CUSAX_CALL_INCOMING);
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("");
  g_assert_null (purple_get_conversations ());
  finish (call, CUSAX_CALL_END_REMOTE);
  teardown ();
}

static void
add_finch_tests (void)
{
  g_test_add_func ("/finch/R19-anonymous", test_finch_anonymous);
  g_test_add_func ("/finch/conversation", test_finch);
}

/* A stranger's name is a folder for libpurple. */
static void
test_logged_nowhere (void)
{
  static const char *const names[] = { "", ".", "..", "..." };

  purple_prefs_set_bool ("/purple/logging/log_ims", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      cusax_calllogs_write (account, names[i], FALSE, "bob has hung up.");
      g_assert_null (purple_log_get_logs (PURPLE_LOG_IM, names[i], account));
    }
  purple_prefs_set_bool ("/purple/logging/log_ims", FALSE);
}

static void
add_tests (void)
{
  g_test_add_func ("/notices/refused-once", test_refused_once);
  g_test_add_func ("/notices/P4-asked", test_asked);
  g_test_add_func ("/notices/flapping", test_flapping);
  g_test_add_func ("/notices/both-down", test_both_down);
  g_test_add_func ("/notices/chat-lost", test_chat_lost);
  g_test_add_func ("/notices/status-text", test_status_text);
  g_test_add_func ("/notices/outgoing", test_outgoing);
  g_test_add_func ("/notices/format-hints", test_format_hints);
  g_test_add_func ("/notices/outgoing-number", test_outgoing_number);
  g_test_add_func ("/notices/R49-lock-words", test_R49_lock_words);
  g_test_add_func ("/notices/P25-pictures", test_P25_pictures);
  g_test_add_func ("/notices/P1-silence", test_P1_silence);
  g_test_add_func ("/notices/P1-log", test_P1_log);
  g_test_add_func ("/notices/markup", test_markup);
  g_test_add_func ("/notices/R29-known-while-ringing", test_known_while_ringing);
  g_test_add_func ("/notices/R31-from-is-a-jid", test_from_is_a_jid);
  g_test_add_func ("/notices/P20-logged-nowhere", test_logged_nowhere);
  g_test_add_func ("/notices/missed", test_missed);
  g_test_add_func ("/notices/P20-refused", test_refused);
  g_test_add_func ("/notices/R19-R31-missed-strangers", test_missed_strangers);
  g_test_add_func ("/notices/ends-without-conversation", test_ends_without_conversation);
  g_test_add_func ("/notices/end-while-closing", test_end_while_closing);
  g_test_add_func ("/notices/forget", test_forget);
}

/* libpurple knows its user interface from the start to the end: one run for each ("finch" or "pidgin" behind the options). */
int
main (int argc, char **argv)
{
  gboolean finch, pidgin;
  int result;

  g_test_init (&argc, &argv, NULL);
  finch = argc > 1 && g_str_equal (argv[1], "finch");
  pidgin = argc > 1 && g_str_equal (argv[1], "pidgin");
  fake_purple_start (finch ? "gnt-purple" : pidgin ? "gtk-gaim" : "test");
  purple_conversations_set_ui_ops (&conversation_ops);
  purple_notify_set_ui_ops (&notify_ops);
  purple_prefs_set_bool ("/purple/logging/log_ims", FALSE);
  purple_prefs_set_bool ("/purple/logging/log_system", FALSE);
  lines = g_string_new (NULL);
  windows = g_ptr_array_new_with_free_func (g_free);
  account = fake_purple_account ("alice@example.org");
  purple_blist_add_buddy (purple_buddy_new (account, "bob@example.org", "Bob & Co"), NULL, NULL, NULL);

  /* Finch and Pidgin have a conversation for every call. */
  if (!finch && !pidgin)
    g_test_add_data_func ("/notices/P20-logged", NULL, test_logged);
  g_test_add_data_func ("/notices/P20-logged-closed", "closed", test_logged);
  g_test_add_data_func ("/notices/P20-logged-once", "open", test_logged);
  if (finch)
    add_finch_tests ();
  else if (pidgin)
    add_pidgin_tests ();
  else
    add_tests ();
  result = g_test_run ();

  g_ptr_array_unref (windows);
  g_string_free (lines, TRUE);
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
