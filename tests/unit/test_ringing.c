/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The incoming-call dialog against hosts that behave as Pidgin and Finch do: callbacks that come twice, or for a
 * window that we closed ourselves, or after the caller gave up; and a call that changes state inside a callback. Who
 * the dialog says is calling, for every grade of a binding (R19, R29 to R31, R34).
 */
#include "fakechat.h"

#include "callerchat.h"
#include "notices.h"
#include "pictures.h"
#include "ringing.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;

/* Before the call is answered, which may take a while. */
void
cusax_notices_answering (PurpleAccount *of, CusaxCall *call)
{
  g_assert_cmpint (call->state, ==, CUSAX_CALL_INCOMING);
  g_assert_null (strstr (call->trace->str, "answer"));
}

static void
make_caller (CusaxCall *call, const char *claimed, gboolean anonymous)
{
  call->caller = g_new0 (CusaxCallerId, 1);
  call->caller->claimed_jid = (char *) claimed;
  call->caller->is_anonymous = anonymous;
}

static CusaxCall *
call_from (const char *uri, CusaxBindingGrade grade, const char *contact)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, grade == CUSAX_BINDING_STRONG ? contact : uri);

  call->peer = uri != NULL ? cusax_address_parse_uri (uri, NULL) : NULL;
  call->grade = grade;
  call->contact = contact;
  return call;
}

static CusaxCall *
ring_bob (void)
{
  CusaxCall *call = call_from ("sip:bob@example.org", CUSAX_BINDING_STRONG, "bob@example.org");

  cusax_ringing_show (account, &fake_phone, call);
  return call;
}

static void
setup (gboolean finch)
{
  fake_dialogs_opened = fake_dialogs_closed = 0;
  fake_dialogs_are_finch = finch;
}

/* design.md section 3: title, caller, address and line, buttons. */
static void
test_words (gconstpointer finch)
{
  CusaxCall *call;

  setup (finch != NULL);
  call = ring_bob ();
  g_assert_cmpstr (fake_dialog->title, ==, "Incoming Call");
  g_assert_cmpstr (fake_dialog->primary, ==, "Bob B. is calling");
  g_assert_cmpstr (fake_dialog->secondary, ==,
                   "Address: bob@example.org\nConfirmed contact: bob@example.org\nYour line: alice@example.org\n"
                   "Encrypted: no");
  g_assert_cmpstr (fake_dialog->ok_text, ==, "Answer");
  g_assert_cmpstr (fake_dialog->cancel_text, ==, "Decline");
  fake_dialog_press (TRUE);
  g_assert_cmpstr (call->trace->str, ==, "answer ");
  fake_chat_check ("");
  fake_call_free (call);
}

/* R49: as in the line that follows the answer. */
static void
test_R49_encrypted (gconstpointer finch)
{
  static const char *const expected[] = {
    [CUSAX_CALL_KEYS_NONE] = "\nEncrypted: no",
    [CUSAX_CALL_KEYS_UNVERIFIED] = "\nEncrypted: yes, but who is at the other end is not proven",
    [CUSAX_CALL_KEYS_SDES] = "\nEncrypted: yes, but servers on the way could listen",
    [CUSAX_CALL_KEYS_DTLS] = "\nEncrypted: yes, end to end",
  };

  setup (finch != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      CusaxCall *call = call_from ("sip:bob@example.org", CUSAX_BINDING_STRONG, "bob@example.org");

      call->keys = (CusaxCallKeys) i;
      cusax_ringing_show (account, &fake_phone, call);
      g_assert_true (g_str_has_suffix (fake_dialog->secondary, expected[i]));
      fake_dialog_press (FALSE);
      fake_call_free (call);
    }
}

/* They offer a picture: that is said, and ours may be shown where that can be; a plain answer shows nothing. */
static void
test_P25_picture (gconstpointer finch)
{
  static const struct
  {
    gboolean offered, can, sees;
    const char *tick, *secondary, *trace;
  } rows[] = {
    { TRUE, TRUE, TRUE, "video", "\nPicture: offered", "answer-video " },
    { TRUE, TRUE, TRUE, NULL, "\nPicture: offered", "answer " },
    { TRUE, FALSE, TRUE, "video", "\nPicture: offered", "answer-video " },
    { TRUE, FALSE, TRUE, NULL, "\nPicture: offered", "answer " },
    { TRUE, FALSE, FALSE, NULL, "\nPicture: offered", "answer " },
    { FALSE, TRUE, TRUE, NULL, "\nEncrypted: no", "answer " },
  };

  setup (finch != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCall *call = call_from ("sip:bob@example.org", CUSAX_BINDING_STRONG, "bob@example.org");

      call->video_offered = rows[i].offered;
      fake_phone.can_video = rows[i].can;
      fake_phone.can_see = rows[i].sees;
      cusax_ringing_show (account, &fake_phone, call);
      g_assert_true (g_str_has_suffix (fake_dialog->secondary, rows[i].secondary));
      g_assert_cmpint (fake_dialog_has ("video"), ==, rows[i].offered && rows[i].sees);
      if (rows[i].tick != NULL)
        fake_dialog_tick (rows[i].tick);
      fake_dialog_press (TRUE);
      g_assert_cmpstr (call->trace->str, ==, rows[i].trace);
      fake_call_free (call);
    }
  fake_phone.can_video = fake_phone.can_see = FALSE;
}

/* A camera that is plugged in while it rings counts. */
static void
test_P25_camera_comes (gconstpointer finch)
{
  CusaxCall *call = call_from ("sip:bob@example.org", CUSAX_BINDING_STRONG, "bob@example.org");

  setup (finch != NULL);
  call->video_offered = TRUE;
  cusax_ringing_show (account, &fake_phone, call);
  g_assert_false (fake_dialog_has ("video"));
  fake_phone.can_video = TRUE;
  cusax_ringing_update (account, call);
  g_assert_true (fake_dialog_has ("video"));
  fake_dialog_press (TRUE);
  g_assert_cmpstr (call->trace->str, ==, "answer ");
  fake_call_free (call);
  fake_phone.can_video = FALSE;
}

static void
test_muted (gconstpointer finch)
{
  CusaxCall *call;

  setup (finch != NULL);
  call = ring_bob ();
  fake_dialog_tick ("muted");
  fake_dialog_press (TRUE);
  g_assert_cmpstr (call->trace->str, ==, "mute answer ");
  fake_call_free (call);
}

/* One decline, though Finch calls back twice. */
static void
test_decline (gconstpointer finch)
{
  CusaxCall *call;

  setup (finch != NULL);
  call = ring_bob ();
  fake_dialog_press (FALSE);
  g_assert_cmpstr (call->trace->str, ==, "decline(0) ");
  g_assert_cmpuint (fake_dialogs_closed, ==, 1);
  fake_call_free (call);
}

static void
test_close_window (gconstpointer finch)
{
  CusaxCall *call;

  setup (finch != NULL);
  call = ring_bob ();
  fake_dialog_close_window ();
  g_assert_cmpstr (call->trace->str, ==, "decline(0) ");
  fake_chat_check ("");
  fake_call_free (call);
}

/* The caller gives up: the dialog goes, and nothing is sent. */
static void
test_caller_gives_up (gconstpointer finch)
{
  PurpleRequestFieldsCb ok, cancel;
  gpointer data;
  CusaxCall *call;

  setup (finch != NULL);
  call = ring_bob ();
  ok = (PurpleRequestFieldsCb) fake_dialog->ok;
  cancel = (PurpleRequestFieldsCb) fake_dialog->cancel;
  data = fake_dialog->data;
  cusax_ringing_update (account, call);
  g_assert_nonnull (fake_dialog);
  g_assert_cmpuint (fake_dialogs_opened, ==, 1);
  call->state = CUSAX_CALL_ENDED;
  cusax_ringing_update (account, call);
  cusax_ringing_update (account, call);
  g_assert_null (fake_dialog);
  g_assert_cmpstr (call->trace->str, ==, "");
  /* Too late, from a host that is slow. */
  cancel (data, NULL);
  ok (data, NULL);
  g_assert_cmpstr (call->trace->str, ==, "");
  fake_call_free (call);
}

static CusaxCall *changing;
static PurpleRequestFieldsCb real_ok;

static void
answer_and_change (gpointer data, PurpleRequestFields *fields)
{
  real_ok (data, fields);
  changing->state = CUSAX_CALL_ANSWERING;
  cusax_ringing_update (account, changing);
}

/* He is known in the moment in which the person answers. */
static void
answer_and_learn (gpointer data, PurpleRequestFields *fields)
{
  real_ok (data, fields);
  changing->grade = CUSAX_BINDING_NONE;
  changing->contact = NULL;
  cusax_ringing_update (account, changing);
}

/* What the call does inside Answer must not close the dialog whose handler runs, nor open another. */
static void
test_change_inside_callback (gconstpointer finch)
{
  const GCallback callbacks[] = { G_CALLBACK (answer_and_change), G_CALLBACK (answer_and_learn) };

  for (gsize i = 0; i < G_N_ELEMENTS (callbacks); i++)
    {
      setup (finch != NULL);
      changing = ring_bob ();
      real_ok = (PurpleRequestFieldsCb) fake_dialog->ok;
      fake_dialog->ok = callbacks[i];
      fake_dialog_press (TRUE);
      g_assert_cmpuint (fake_dialogs_opened, ==, 1);
      g_assert_cmpuint (fake_dialogs_closed, ==, 1);
      g_assert_cmpstr (changing->trace->str, ==, "answer ");
      fake_call_free (changing);
    }
}

/* Sign-off, unload: neither answered nor declined by us; who hangs up is the account's business. */
static void
test_close_all (gconstpointer finch)
{
  CusaxCall *call;

  setup (finch != NULL);
  call = ring_bob ();
  cusax_ringing_close_all (account);
  cusax_ringing_close_all (account);
  g_assert_null (fake_dialog);
  g_assert_cmpstr (call->trace->str, ==, "");
  fake_call_free (call);
}

/* R29: the card came while it rang. The name takes the address's place, what was ticked stays so, and the end of the
 * old dialog declines nothing. */
static void
test_known_while_ringing (gconstpointer finch)
{
  CusaxCall *call = call_from ("sip:+33177624339@example.org;user=phone", CUSAX_BINDING_NONE, NULL);

  setup (finch != NULL);
  cusax_ringing_show (account, &fake_phone, call);
  g_assert_cmpstr (fake_dialog->primary, ==, "+33177624339 is calling");
  g_assert_false (fake_dialog_has ("chat"));
  g_assert_true (fake_dialog_has ("attach"));
  fake_dialog_tick ("muted");
  cusax_ringing_update (account, call);
  g_assert_cmpuint (fake_dialogs_opened, ==, 1);

  call->grade = CUSAX_BINDING_STRONG;
  call->contact = "bob@example.org";
  call->who = "bob@example.org";
  cusax_ringing_update (account, call);
  g_assert_cmpuint (fake_dialogs_opened, ==, 2);
  g_assert_cmpuint (fake_dialogs_closed, ==, 1);
  g_assert_cmpstr (call->trace->str, ==, "");
  g_assert_cmpstr (fake_dialog->primary, ==, "Bob B. is calling");
  g_assert_true (g_str_has_prefix (fake_dialog->secondary, "Address: +33177624339\nConfirmed contact: bob@example.org\n"));
  g_assert_true (fake_dialog_has ("chat"));
  g_assert_false (fake_dialog_has ("attach"));
  fake_dialog_press (TRUE);
  g_assert_cmpstr (call->trace->str, ==, "mute answer ");
  cusax_ringing_update (account, call);
  g_assert_null (fake_dialog);
  fake_call_free (call);
}

/* A tick belongs to the name that stood beside it. */
static void
test_another_name (gconstpointer finch)
{
  CusaxCall *call = call_from ("sip:x@other.example", CUSAX_BINDING_WEAK, "carol@other.example");

  setup (finch != NULL);
  cusax_ringing_show (account, &fake_phone, call);
  fake_dialog_tick ("chat");
  call->contact = "dave@other.example";
  cusax_ringing_update (account, call);
  g_assert_cmpstr (fake_dialog_label ("chat"), ==, "Chat with dave@other.example (not confirmed)");
  fake_dialog_press (FALSE);
  fake_chat_check ("");
  g_assert_null (fake_dialog);
  fake_call_free (call);
}

/* R34: with either button; a strong binding asks no more, a weak one shows the full JID once more. */
static void
test_chat (gconstpointer finch)
{
  for (int ok = 0; ok <= 1; ok++)
    {
      CusaxCall *call;

      setup (finch != NULL);
      call = ring_bob ();
      g_assert_cmpstr (fake_dialog_label ("chat"), ==, "Chat with caller");
      fake_dialog_tick ("chat");
      fake_dialog_press (ok);
      g_assert_cmpstr (call->trace->str, ==, ok ? "answer " : "decline(0) ");
      fake_chat_check ("chat(bob@example.org) ");
      fake_call_free (call);

      call = call_from ("sip:x@other.example", CUSAX_BINDING_WEAK, "carol@other.example");
      cusax_ringing_show (account, &fake_phone, call);
      fake_dialog_tick ("chat");
      fake_dialog_press (ok);
      fake_chat_check ("");
      g_assert_cmpstr (fake_dialog->primary, ==, "Chat with carol@other.example?");
      fake_dialog_press (TRUE);
      fake_chat_check ("chat(carol@other.example) ");
      fake_call_free (call);
    }
}

/* Pidgin does not tell its closed window from Decline; Finch has told no ticks then. */
static void
test_chat_and_close_window (gconstpointer finch)
{
  CusaxCall *call;

  setup (finch != NULL);
  call = ring_bob ();
  fake_dialog_tick ("chat");
  fake_dialog_close_window ();
  g_assert_cmpstr (call->trace->str, ==, "decline(0) ");
  fake_chat_check (finch != NULL ? "" : "chat(bob@example.org) ");
  fake_call_free (call);
}

static void
test_attach (gconstpointer finch)
{
  CusaxCall *call = call_from ("sip:+33177624339@example.org;user=phone", CUSAX_BINDING_NONE, NULL);

  setup (finch != NULL);
  cusax_ringing_show (account, &fake_phone, call);
  fake_dialog_tick ("attach");
  fake_dialog_press (FALSE);
  g_assert_cmpstr (call->trace->str, ==, "decline(0) ");
  g_assert_cmpstr (fake_dialog->primary, ==, "Whose is +33177624339?");
  fake_dialog_press (FALSE);
  fake_chat_check ("");
  fake_call_free (call);
}

/* Answered by a command before the dialog could open. */
static void
test_not_ringing_any_more (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_ENDED, "bob@example.org");

  setup (FALSE);
  cusax_ringing_show (account, &fake_phone, call);
  g_assert_cmpuint (fake_dialogs_opened, ==, 0);
  fake_call_free (call);
}

/* What a dialog says of every kind of caller (R19, R30, R31). */
static void
test_callers (void)
{
#define LINE "\nYour line: alice@example.org\nEncrypted: no"
  static const struct
  {
    const char *uri;
    CusaxBindingGrade grade;
    const char *contact, *claimed, *display_name;
    gboolean anonymous;
    const char *primary, *secondary, *chat;
    gboolean attach;
  } rows[] = {
    /* An alias is shown as the buddy list has it; the name that he gives himself is not needed. */
    { "sip:bob@example.org", CUSAX_BINDING_STRONG, "bob@example.org", "bob@example.org", "Robert", FALSE,
      "Bob B. is calling", "Address: bob@example.org\nConfirmed contact: bob@example.org" LINE, "Chat with caller",
      FALSE },
    /* A contact's card names the address of somebody else, without the service's word for it: no name. */
    { "sip:ceo@corp.example", CUSAX_BINDING_WEAK, "carol@other.example", NULL, "Bob B.", FALSE,
      "ceo@corp.example is calling",
      "Address: ceo@corp.example\nPerhaps: Carol <carol@other.example> (not confirmed)" LINE,
      "Chat with carol@other.example (not confirmed)", TRUE },
    { "sip:x@other.example", CUSAX_BINDING_WEAK, "dave@other.example", NULL, NULL, FALSE, "x@other.example is calling",
      "Address: x@other.example\nPerhaps: dave@other.example (not confirmed)" LINE,
      "Chat with dave@other.example (not confirmed)", TRUE },
    /* T3 (b): he says he is Bob. */
    { "sip:mallory@evil.example", CUSAX_BINDING_NONE, NULL, "bob@example.org", "Bob B.", FALSE,
      "“Bob B.” (mallory@evil.example) is calling",
      "Address: mallory@evil.example\nClaims to be: bob@example.org (not confirmed)" LINE, NULL, TRUE },
    { "sip:+33177624339@example.org;user=phone", CUSAX_BINDING_NONE, NULL, NULL, NULL, FALSE,
      "+33177624339 is calling", "Address: +33177624339" LINE, NULL, TRUE },
    /* A buddy's name in the user part is no binding. */
    { "sip:bob%40example.org@evil.example", CUSAX_BINDING_NONE, NULL, NULL, NULL, FALSE, NULL, NULL, NULL, TRUE },
    /* R19: nothing of him, whatever came along. */
    { "sip:bob@example.org", CUSAX_BINDING_NONE, NULL, "bob@example.org", "Bob B.", TRUE,
      "Somebody who hides the number is calling", "Your line: alice@example.org\nEncrypted: no", NULL, FALSE },
    { "sip:bob@example.org", CUSAX_BINDING_STRONG, "bob@example.org", NULL, NULL, TRUE,
      "Somebody who hides the number is calling", "Your line: alice@example.org\nEncrypted: no", NULL, FALSE },
    /* Markup is text: hosts escape what they are given. A quote does not end ours. */
    { "sip:x@evil.example", CUSAX_BINDING_NONE, NULL, NULL, "Your bank”\n\xe2\x80\xae<b>", FALSE,
      "“Your bank' <b>” (x@evil.example) is calling", "Address: x@evil.example" LINE, NULL, TRUE },
    { NULL, CUSAX_BINDING_NONE, NULL, NULL, "Dr. No", FALSE, "“Dr. No” (somebody unknown) is calling",
      "Address: unknown" LINE, NULL, FALSE },
  };

  setup (FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCall *call = call_from (rows[i].uri, rows[i].grade, rows[i].contact);

      g_test_message ("row %u", (guint) i);
      make_caller (call, rows[i].claimed, rows[i].anonymous);
      call->display_name = rows[i].display_name;
      cusax_ringing_show (account, &fake_phone, call);
      if (rows[i].primary != NULL)
        g_assert_cmpstr (fake_dialog->primary, ==, rows[i].primary);
      else
        g_assert_true (g_str_has_suffix (fake_dialog->primary, "@evil.example is calling"));
      if (rows[i].secondary != NULL)
        g_assert_cmpstr (fake_dialog->secondary, ==, rows[i].secondary);
      g_assert_cmpint (fake_dialog_has ("attach"), ==, rows[i].attach);
      g_assert_cmpint (fake_dialog_has ("chat"), ==, rows[i].chat != NULL);
      if (rows[i].chat != NULL)
        g_assert_cmpstr (fake_dialog_label ("chat"), ==, rows[i].chat);
      fake_dialog_press (FALSE);
      fake_call_free (call);
    }
#undef LINE
}

/* An address longer than there is room for keeps its end: who it belongs to. */
static void
test_long_address (void)
{
  g_autofree char *label = g_strnfill (60, 'a');
  g_autofree char *uri = g_strdup_printf ("sip:ceo@corp.example.%s.%s.evil.example", label, label);
  CusaxCall *call = call_from (uri, CUSAX_BINDING_NONE, NULL);

  setup (FALSE);
  cusax_ringing_show (account, &fake_phone, call);
  g_assert_true (g_str_has_suffix (fake_dialog->primary, "aaa.evil.example is calling"));
  g_assert_cmpint (g_utf8_strlen (fake_dialog->primary, -1), <=, 40 + (glong) strlen (" is calling"));
  fake_dialog_press (FALSE);
  fake_call_free (call);
}

/* Pidgin breaks lines at blanks only, and has the buttons at the far end of the dialog: a caller who writes an endless word
 * anywhere must not push them off the screen. */
static void
test_no_endless_words (void)
{
  g_autofree char *word = g_strnfill (250, 'W');
  g_autofree char *uri = g_strdup_printf ("sip:%s@other.example", word);
  g_autofree char *jid = g_strdup_printf ("%s@other.example", word);
  CusaxCall *call = call_from (uri, CUSAX_BINDING_NONE, NULL);

  call->display_name = word;
  call->caller = g_new0 (CusaxCallerId, 1);
  call->caller->claimed_jid = g_strdup (jid);
  for (guint round = 0; round < 2; round++)
    {
      setup (FALSE);
      cusax_ringing_show (account, &fake_phone, call);
      g_autofree char *text = g_strjoin ("\n", fake_dialog->primary, fake_dialog->secondary, NULL);
      g_assert_nonnull (strstr (text, "WW@other.example"));
      g_auto (GStrv) words = g_strsplit_set (text, " \n", -1);
      for (gsize i = 0; words[i] != NULL; i++)
        g_assert_cmpint (g_utf8_strlen (words[i], -1), <=, 82);
      g_assert_cmpint (g_utf8_strlen (words[0], -1), <=, 42);
      if (round > 0)
        g_assert_cmpint (g_utf8_strlen (fake_dialog_label ("chat"), -1), <=, 120);
      fake_dialog_press (FALSE);
      call->grade = CUSAX_BINDING_WEAK;
      call->contact = jid;
    }
  fake_call_free (call);
}

/* -------------------------------------------------------------- picture */

static const guint8 png[] = { 0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 'I', 'H', 'D', 'R',
                              0,    0,   0,   64,  0,    0,    0,    48,   8, 2, 0, 0 };

static void
set_picture (const char *jid, guint8 width_high)
{
  guint8 *data = g_memdup2 (png, sizeof png);

  data[18] = width_high;
  purple_buddy_icons_set_for_user (account, jid, data, sizeof png, NULL);
}

/* Only whom the binding confirms has a face (R31). */
static void
test_picture (void)
{
  CusaxCall *bob, *carol, *hidden;

  setup (FALSE);
  set_picture ("bob@example.org", 0);
  set_picture ("carol@other.example", 0);
  bob = ring_bob ();
  g_assert_true (fake_dialog_has ("picture"));
  g_assert_cmpuint (
      purple_request_field_image_get_size (purple_request_fields_get_field (fake_dialog->fields, "picture")), ==,
      sizeof png);
  fake_dialog_press (FALSE);
  carol = call_from ("sip:x@other.example", CUSAX_BINDING_WEAK, "carol@other.example");
  cusax_ringing_show (account, &fake_phone, carol);
  g_assert_false (fake_dialog_has ("picture"));
  fake_dialog_press (FALSE);
  hidden = call_from ("sip:bob@example.org", CUSAX_BINDING_STRONG, "bob@example.org");
  make_caller (hidden, NULL, TRUE);
  cusax_ringing_show (account, &fake_phone, hidden);
  g_assert_false (fake_dialog_has ("picture"));
  fake_dialog_press (FALSE);
  fake_call_free (bob);
  fake_call_free (carol);
  fake_call_free (hidden);

  /* 1088 pixels wide: Answer and Decline have to stay on the screen. */
  set_picture ("bob@example.org", 4);
  bob = ring_bob ();
  g_assert_false (fake_dialog_has ("picture"));
  fake_dialog_press (FALSE);
  fake_call_free (bob);
}

static void
test_measure (void)
{
  static const guint8 gif[] = "GIF89a\x20\x00\x10\x01";
  static const guint8 jpeg[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc2, 0, 17, 8, 1, 0, 0, 80, 3, 0, 0 };
  static const guint8 endless[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xe0, 0, 0, 0xff, 0xe0, 0, 0, 0, 0 };
  guint width, height;

  g_assert_true (cusax_pictures_measure (png, sizeof png, &width, &height));
  g_assert_cmpuint (width, ==, 64);
  g_assert_cmpuint (height, ==, 48);
  g_assert_true (cusax_pictures_measure (gif, sizeof gif - 1, &width, &height));
  g_assert_cmpuint (width, ==, 32);
  g_assert_cmpuint (height, ==, 272);
  g_assert_true (cusax_pictures_measure (jpeg, sizeof jpeg, &width, &height));
  g_assert_cmpuint (width, ==, 80);
  g_assert_cmpuint (height, ==, 256);
  g_assert_false (cusax_pictures_measure (endless, sizeof endless, &width, &height));
  for (gsize length = 0; length < 24; length++)
    {
      /* A copy of that very size, so that a sanitizer sees reading behind it. */
      g_autofree guint8 *head = g_memdup2 (png, length);
      g_autofree guint8 *cut = g_memdup2 (jpeg, MIN (length, 16));

      g_assert_false (cusax_pictures_measure (head, length, &width, &height));
      g_assert_false (cusax_pictures_measure (cut, MIN (length, 16), &width, &height));
    }
}

/* P11: what answering does to the call that stands is said, and said anew when that has changed. */
static void
test_P11_waiting (gconstpointer finch)
{
  CusaxCall *standing = fake_call_new (1, CUSAX_CALL_ACTIVE, "carol@other.example");
  CusaxCall *call;

  setup (finch != NULL);
  standing->grade = CUSAX_BINDING_STRONG;
  standing->contact = "carol@other.example";
  g_ptr_array_add (fake_phone.calls, standing);
  call = ring_bob ();
  g_assert_true (g_str_has_prefix (fake_dialog->secondary,
                                   "You are in a call with Carol; answering puts it on hold.\nAddress: "));
  cusax_ringing_update (account, standing);
  g_assert_cmpuint (fake_dialogs_opened, ==, 1);
  standing->joined = TRUE;
  cusax_ringing_update (account, standing);
  g_assert_true (g_str_has_prefix (fake_dialog->secondary, "You are in a conference with Carol and others; answering"));
  g_ptr_array_remove (fake_phone.calls, standing);
  standing->state = CUSAX_CALL_ENDED;
  cusax_ringing_update (account, standing);
  g_assert_true (g_str_has_prefix (fake_dialog->secondary, "Address: "));
  g_assert_cmpuint (fake_dialogs_opened, ==, 3);
  fake_dialog_press (TRUE);
  g_assert_cmpstr (call->trace->str, ==, "answer ");
  fake_call_free (call);
  fake_call_free (standing);
}

/* RFC 5373: nobody is asked what is answered without asking. */
static void
test_automatic (gconstpointer finch)
{
  CusaxCall *call = call_from ("sip:bob@example.org", CUSAX_BINDING_STRONG, "bob@example.org");

  setup (finch != NULL);
  call->automatic = TRUE;
  cusax_ringing_show (account, &fake_phone, call);
  g_assert_null (fake_dialog);
  fake_call_free (call);
}

static const struct
{
  const char *name;
  GTestDataFunc function;
} both_hosts[] = {
  { "P11-waiting", test_P11_waiting },
  { "automatic", test_automatic },
  { "words", test_words },
  { "R49-encrypted", test_R49_encrypted },
  { "P25-picture", test_P25_picture },
  { "P25-camera-comes", test_P25_camera_comes },
  { "muted", test_muted },
  { "decline", test_decline },
  { "close-window", test_close_window },
  { "caller-gives-up", test_caller_gives_up },
  { "change-inside-callback", test_change_inside_callback },
  { "close-all", test_close_all },
  { "R29-known-while-ringing", test_known_while_ringing },
  { "another-name", test_another_name },
  { "R34-chat", test_chat },
  { "chat-and-close-window", test_chat_and_close_window },
  { "attach", test_attach },
};

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  fake_phone_reset ("alice@example.org");
  fake_chat_init ();
  account = fake_purple_account ("alice@example.org");
  purple_blist_add_buddy (purple_buddy_new (account, "bob@example.org", "Bob B."), NULL, NULL, NULL);
  purple_blist_add_buddy (purple_buddy_new (account, "carol@other.example", "Carol"), NULL, NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (both_hosts); i++)
    {
      g_autofree char *pidgin = g_strconcat ("/ringing/pidgin/", both_hosts[i].name, NULL);
      g_autofree char *finch = g_strconcat ("/ringing/finch/", both_hosts[i].name, NULL);

      g_test_add_data_func (pidgin, NULL, both_hosts[i].function);
      g_test_add_data_func (finch, "finch", both_hosts[i].function);
    }
  g_test_add_func ("/ringing/not-ringing-any-more", test_not_ringing_any_more);
  g_test_add_func ("/ringing/R19-R30-R31-callers", test_callers);
  g_test_add_func ("/ringing/long-address", test_long_address);
  g_test_add_func ("/ringing/no-endless-words", test_no_endless_words);
  g_test_add_func ("/ringing/R31-picture", test_picture);
  g_test_add_func ("/ringing/measure", test_measure);
  result = g_test_run ();

  cusax_callerchat_forget (account);
  fake_chat_shutdown ();
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
