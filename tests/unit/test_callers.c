/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who rings, what the person hears of it, what the caller is told: the account with fake ports. Carol is a contact of
 * another service, bob one of our own; roster and cards come as purple/ and the XMPP leg would bring them.
 */
#include "fakes.h"

#include <string.h>

#define BOB "bob@example.org"
#define CAROL "carol@other.example"

static FakeWorld *
world_new (const char *const *settings)
{
  FakeWorld *world = fake_world_new (settings);
  CusaxDirectory *directory = cusax_account_get_directory (world->account);

  cusax_directory_add_contact (directory, BOB);
  cusax_directory_add_contact (directory, CAROL);
  cusax_account_set_chat_up (world->account, TRUE);
  fake_world_sign_in (world);
  return world;
}

static void
give_card (FakeWorld *world, const char *jid, const char *number)
{
  g_autofree char *xml = g_strdup_printf ("<vCard xmlns='vcard-temp'><TEL><VOICE/><NUMBER>%s</NUMBER></TEL></vCard>",
                                          number);

  cusax_directory_take (cusax_account_get_directory (world->account), jid, xml, strlen (xml));
}

static CusaxCall *
ring (FakeWorld *world, const CusaxSipHeaders *headers)
{
  fake_sip_incoming_from (world, headers);
  fake_world_pass (world, 0);
  return cusax_account_get_call (world->account, 1);
}

typedef struct
{
  const char *name;
  const char *from;
  const char *claim; /* Call-Info */
  const char *privacy;
  gboolean unprotected;
  CusaxBindingGrade grade;
  const char *contact, *who;
  const char *told;  /* in our 180 and 200 */
} Row;

static void
test_names (void)
{
  static const Row rows[] = {
    { "R29 own domain, same name", "sip:" BOB, NULL, NULL, FALSE, CUSAX_BINDING_STRONG, BOB, BOB, "chat" },
    { "R32 not over TLS", "sip:" BOB, NULL, NULL, TRUE, CUSAX_BINDING_WEAK, BOB, "bob@example.org", "nothing" },
    { "R19 anonymous", "sip:" BOB, "xmpp:" BOB, "id", FALSE, CUSAX_BINDING_NONE, NULL, "nobody", "nothing" },
    { "a contact's JID for a From", BOB, "xmpp:" BOB, NULL, FALSE, CUSAX_BINDING_NONE, NULL, "nobody", "nothing" },
    { "R31 card of another service, nobody vouches", "sip:carol@other.example", "xmpp:" CAROL, NULL, FALSE,
      CUSAX_BINDING_WEAK, CAROL, "carol@other.example", "nothing" },
    { "T3d a stranger's claim", "sip:dora@evil.example", "xmpp:dora@evil.example", NULL, FALSE, CUSAX_BINDING_NONE,
      NULL, "dora@evil.example", "nothing" },
    { "T3c a longer user than the card's", "sip:thecarol@other.example", NULL, NULL, FALSE, CUSAX_BINDING_NONE, NULL,
      "thecarol@other.example", "nothing" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      FakeWorld *world = world_new (NULL);
      CusaxCallInfo info[] = { { row->claim, "impp" }, { NULL, NULL } };
      CusaxSipHeaders headers = { .from_uri = row->from, .privacy = row->privacy, .call_info = info };
      CusaxCall *call;

      g_test_message ("%s", row->name);
      give_card (world, CAROL, "sip:carol@other.example");
      world->is_protected = !row->unprotected;
      call = ring (world, &headers);
      g_assert_nonnull (call);
      g_assert_cmpint (cusax_call_get_grade (call), ==, row->grade);
      g_assert_cmpstr (cusax_call_get_contact (call), ==, row->contact);
      g_assert_cmpstr (cusax_call_get_who (call), ==, row->who);
      g_assert_cmpstr (world->call->told, ==, row->told);
      fake_world_free (world);
    }
}

/* R30: a cue from bob's number, which his card does not list yet; the card is asked for while it rings. */
static void
test_confirmed_while_ringing (void)
{
  FakeWorld *world = world_new (NULL);
  CusaxCallInfo info[] = { { "xmpp:" BOB, "impp" }, { NULL, NULL } };
  CusaxSipHeaders headers = { .from_uri = "sip:+33177624339@example.org;user=phone", .call_info = info };
  CusaxCall *call = ring (world, &headers);

  fake_world_check (world, "call.ring\ncards.fetch " BOB "\ntransport.new 192.0.2.1 crypto\ntransport.gather\n"
                           "incoming #1 +33177624339\n");
  g_assert_cmpint (cusax_call_get_grade (call), ==, CUSAX_BINDING_NONE);
  fake_cards_answer (world, "+33 1 77 62 43 39");
  g_assert_cmpint (cusax_call_get_grade (call), ==, CUSAX_BINDING_STRONG);
  g_assert_cmpstr (cusax_call_get_who (call), ==, BOB);
  g_assert_cmpstr (world->call->told, ==, "chat");
  fake_world_free (world);
}

/* T3b: the card lists another number. */
static void
test_not_confirmed (void)
{
  FakeWorld *world = world_new (NULL);
  CusaxCallInfo info[] = { { "xmpp:" BOB, "impp" }, { NULL, NULL } };
  CusaxSipHeaders headers = { .from_uri = "sip:+33177624339@example.org;user=phone", .call_info = info };
  CusaxCall *call = ring (world, &headers);

  fake_cards_answer (world, "+33177624338");
  g_assert_cmpint (cusax_call_get_grade (call), ==, CUSAX_BINDING_NONE);
  g_assert_cmpstr (cusax_call_get_who (call), ==, "+33177624339");
  g_assert_cmpstr (cusax_call_get_caller (call)->claimed_jid, ==, BOB);
  fake_world_free (world);
}

/* A name that came while it rang never changes once the person has answered. */
static void
test_late_card (void)
{
  FakeWorld *world = world_new (NULL);
  CusaxCallInfo info[] = { { "xmpp:" BOB, "impp" }, { NULL, NULL } };
  CusaxSipHeaders headers = { .from_uri = "sip:+33177624339@example.org;user=phone", .call_info = info };
  CusaxCall *call = ring (world, &headers);

  fake_transport_ready (world);
  cusax_call_answer (call);
  fake_world_pass (world, 0);
  fake_cards_answer (world, "+33177624339");
  g_assert_cmpstr (cusax_call_get_who (call), ==, "+33177624339");
  fake_world_free (world);
}

/* R33 and R19 of requirements.md: who may call at all. */
static void
test_accept_calls (void)
{
  static const struct
  {
    const char *setting, *from, *privacy, *blocked, *claim;
    guint status; /* 0: it rings */
  } rows[] = {
    { "accept_calls=all", "sip:dora@evil.example", NULL, NULL, NULL, 0 },
    { "accept_calls=all", "sip:anonymous@anonymous.invalid", "id", NULL, NULL, 0 },
    { "accept_calls=no_anonymous", "sip:anonymous@anonymous.invalid", "id", NULL, NULL, 433 },
    { "accept_calls=no_anonymous", "sip:dora@evil.example", NULL, NULL, NULL, 0 },
    { "accept_calls=contacts", "sip:" BOB, NULL, NULL, NULL, 0 },
    { "accept_calls=contacts", "sip:dora@evil.example", NULL, NULL, NULL, 603 },
    { "accept_calls=contacts", "sip:anonymous@anonymous.invalid", "id", NULL, NULL, 433 },
    { "accept_calls=all", "sip:" BOB, NULL, BOB, NULL, 603 },
    { "accept_calls=all", "sip:dora@evil.example", NULL, "dora@evil.example", "xmpp:dora@evil.example", 603 },
    { "accept_calls=all", "sip:mallory@example.org", NULL, "mallory@example.org", NULL, 603 },
    { "accept_calls=all", "sip:" BOB, NULL, CAROL, NULL, 0 },
    { "accept_calls=all", "garbage", NULL, NULL, NULL, 0 },
    { "accept_calls=no_anonymous", "garbage", NULL, NULL, NULL, 433 },
    { "accept_calls=contacts", NULL, NULL, NULL, NULL, 433 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const settings[] = { rows[i].setting, NULL };
      FakeWorld *world = world_new (settings);
      CusaxCallInfo info[] = { { rows[i].claim, "impp" }, { NULL, NULL } };
      CusaxSipHeaders headers = { .from_uri = rows[i].from, .privacy = rows[i].privacy, .call_info = info };
      g_autofree char *line = g_strdup_printf ("call.reject %u\n", rows[i].status);

      g_test_message ("%s, from %s, blocked %s", rows[i].setting, rows[i].from, rows[i].blocked);
      world->blocked = rows[i].blocked;
      ring (world, &headers);
      if (rows[i].status == 0)
        g_assert_nonnull (strstr (world->trace->str, "incoming #1"));
      else
        {
          g_assert_nonnull (strstr (world->trace->str, line));
          g_assert_null (strstr (world->trace->str, "incoming #"));
          g_assert_null (strstr (world->trace->str, "ENDED"));
        }
      fake_world_free (world);
    }
}

/* Who is blocked stays so where nobody vouches for senders: only who takes his name has the harm (R33). */
static void
test_blocked_without_tls (void)
{
  static const char *const froms[] = { "sip:" BOB, "sip:+33177624339@example.org" };

  for (gsize i = 0; i < G_N_ELEMENTS (froms); i++)
    {
      FakeWorld *world = world_new (NULL);
      g_autoptr (CusaxAddress) number = cusax_address_parse_uri (froms[1], NULL);
      CusaxSipHeaders headers = { .from_uri = froms[i] };

      g_test_message ("%s", froms[i]);
      cusax_directory_attach (cusax_account_get_directory (world->account), number, BOB);
      fake_world_forget (world);
      world->blocked = BOB;
      world->is_protected = FALSE;
      ring (world, &headers);
      fake_world_check (world, "call.reject 603\ncall.release\n");
      fake_world_free (world);
    }
}

/* R37: by itself is answered only whom the person hears of. */
static void
test_contacts_only_answers_nobody_hidden (void)
{
  static const char *const settings[] = { "accept_calls=contacts", "auto_answer=1", NULL };
  FakeWorld *world = world_new (settings);
  CusaxCallInfo info[] = { { "xmpp:" BOB, "impp" }, { NULL, NULL } };
  CusaxSipHeaders headers = { .from_uri = "sip:+33177624339@example.org;user=phone", .call_info = info };
  CusaxCall *call;

  world->answer_after = 0;
  call = ring (world, &headers);
  fake_transport_ready (world);
  fake_world_pass (world, 1000);
  g_assert_cmpint (cusax_call_get_state (call), ==, CUSAX_CALL_INCOMING);
  g_assert_null (strstr (world->trace->str, "call.accept"));
  fake_world_forget (world);
  fake_cards_answer (world, "+33177624339");
  g_assert_nonnull (strstr (world->trace->str, "incoming #1 " BOB));
  fake_world_free (world);
}

/* Contacts only, and the card that makes him one is not there yet: it rings at his end, and here once it is sure. */
static void
test_contacts_only_waits_for_the_card (gconstpointer data)
{
  const char *number = data;
  const char *const settings[] = { "accept_calls=contacts", NULL };
  FakeWorld *world = world_new (settings);
  CusaxCallInfo info[] = { { "xmpp:" BOB, "impp" }, { NULL, NULL } };
  CusaxSipHeaders headers = { .from_uri = "sip:+33177624339@example.org;user=phone", .call_info = info };

  ring (world, &headers);
  g_assert_nonnull (strstr (world->trace->str, "call.ring"));
  g_assert_null (strstr (world->trace->str, "incoming #"));
  fake_world_forget (world);
  if (g_str_equal (number, "never"))
    fake_world_pass (world, 3000);
  else
    fake_cards_answer (world, number);
  if (g_str_equal (number, "+33177624339"))
    g_assert_nonnull (strstr (world->trace->str, "incoming #1 " BOB));
  else
    {
      g_assert_nonnull (strstr (world->trace->str, "call.reject 603"));
      g_assert_null (strstr (world->trace->str, "incoming #"));
      g_assert_null (strstr (world->trace->str, "ENDED"));
    }
  fake_world_free (world);
}

/* A contact's card must not keep away the calls of another one whose address it lists. */
static void
test_contested_contact_may_call (void)
{
  static const struct
  {
    const char *from, *claim;
    gboolean unprotected, own_card;
    gboolean rings;
  } rows[] = {
    { "sip:" BOB, NULL, FALSE, FALSE, TRUE },
    { "sip:" BOB, NULL, FALSE, TRUE, TRUE },
    { "sip:" BOB, NULL, TRUE, FALSE, FALSE },
    { "sip:+33177624339@example.org", "xmpp:" BOB, FALSE, TRUE, TRUE },
    { "sip:+33177624339@example.org", "xmpp:" BOB, FALSE, FALSE, FALSE },
    { "sip:+33177624339@example.org", NULL, FALSE, TRUE, FALSE },
    { "sip:dora@example.org", "xmpp:dora@example.org", FALSE, TRUE, FALSE },
  };
  static const char *const settings[] = { "accept_calls=contacts", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FakeWorld *world = world_new (settings);
      CusaxCallInfo info[] = { { rows[i].claim, "impp" }, { NULL, NULL } };
      /* What our proxy says, for a number. */
      const char *const asserted[] = { rows[i].from, NULL };
      CusaxSipHeaders headers = { .from_uri = rows[i].from, .asserted = asserted, .call_info = info };

      g_test_message ("row %" G_GSIZE_FORMAT, i);
      if (rows[i].own_card)
        give_card (world, BOB, "sip:" BOB "</NUMBER></TEL><TEL><NUMBER>+33177624339");
      give_card (world, CAROL, "sip:" BOB "</NUMBER></TEL><TEL><NUMBER>+33177624339");
      world->is_protected = !rows[i].unprotected;
      fake_sip_incoming_from (world, &headers);
      fake_world_pass (world, 3000);
      g_assert_true ((strstr (world->trace->str, "incoming #1 ") != NULL) == rows[i].rings);
      if (rows[i].rings)
        g_assert_cmpint (cusax_call_get_grade (cusax_account_get_call (world->account, 1)), ==, CUSAX_BINDING_NONE);
      fake_world_free (world);
    }
}

/* The caller gives up, or his card comes, before the call was announced: who may not call is not even missed. */
static void
test_before_it_rings (void)
{
  static const struct
  {
    const char *setting, *from;
    gboolean gives_up;
    const char *heard;
  } rows[] = {
    { "accept_calls=all", "sip:dora@evil.example", TRUE, "call.ring\ncall.release\ncall #1 ENDED MISSED\n" },
    { "accept_calls=contacts", "sip:" BOB, TRUE, "call.ring\ncall.release\ncall #1 ENDED MISSED\n" },
    { "accept_calls=contacts", "sip:dora@evil.example", TRUE, "call.ring\ncall.release\n" },
    { "accept_calls=all", "sip:+33177624339@example.org", FALSE, "call.ring\ncards.fetch " BOB "\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const settings[] = { rows[i].setting, NULL };
      FakeWorld *world = world_new (settings);
      CusaxCallInfo info[] = { { rows[i].gives_up ? NULL : "xmpp:" BOB, "impp" }, { NULL, NULL } };
      CusaxSipHeaders headers = { .from_uri = rows[i].from, .call_info = info };

      g_test_message ("%s, from %s", rows[i].setting, rows[i].from);
      fake_sip_incoming_from (world, &headers);
      if (rows[i].gives_up)
        world->call->listener->on_ended (world->call->listener_data, 487, NULL, FALSE);
      else
        fake_cards_answer (world, "+33177624339");
      fake_world_check (world, rows[i].heard);
      fake_world_pass (world, 0);
      if (!rows[i].gives_up)
        g_assert_nonnull (strstr (world->trace->str, "incoming #1 " BOB));
      fake_world_free (world);
    }
}

/* R18, R19: what an INVITE says of us. */
static void
test_outgoing_disclosure (void)
{
  static const struct
  {
    const char *setting, *target, *told;
  } rows[] = {
    { "anonymous=0", "sip:" BOB, "chat" },
    { "anonymous=0", "sip:carol@other.example", "nothing" },
    { "share_chat_address_foreign=1", "sip:carol@other.example", "chat" },
    { "share_chat_address=0", "sip:" BOB, "nothing" },
    { "send_xmpp_contact=1", "sip:" BOB, "chat contact" },
    { "anonymous=1", "sip:" BOB, "anonymous" },
    { "anonymous=1", "sip:112@example.org;user=phone", "chat" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const settings[] = { rows[i].setting, NULL };
      FakeWorld *world = world_new (settings);
      g_autoptr (CusaxAddress) target = cusax_address_parse_uri (rows[i].target, NULL);

      g_test_message ("%s, to %s", rows[i].setting, rows[i].target);
      g_assert_nonnull (cusax_account_dial (world->account, target, "who", NULL, NULL));
      fake_transport_ready (world);
      g_assert_cmpstr (world->call->told, ==, rows[i].told);
      fake_world_free (world);
    }
}

/* R21, R38: a response names the one who was dialled, or a conference. */
static void
test_response_names_the_callee (void)
{
  FakeWorld *world = world_new (NULL);
  g_autoptr (CusaxAddress) target = cusax_address_parse_uri ("sip:+33177624339@example.org;user=phone", NULL);
  CusaxSipHeaders headers = { .from_uri = "sip:+33177624339@example.org;user=phone", .focus = "sip:conf1@example.org" };
  g_autofree char *answer = NULL;
  CusaxCall *call;

  give_card (world, BOB, "+33177624339");
  call = cusax_account_dial (world->account, target, "+33177624339", NULL, NULL);
  fake_transport_ready (world);
  g_assert_null (cusax_call_get_contact (call));
  world->call->listener->on_remote (world->call->listener_data, &headers);
  g_assert_cmpstr (cusax_call_get_contact (call), ==, BOB);
  g_assert_cmpint (cusax_call_get_grade (call), ==, CUSAX_BINDING_STRONG);
  answer = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  fake_world_forget (world);
  world->call->listener->on_established (world->call->listener_data, answer, strlen (answer));
  g_assert_nonnull (strstr (world->trace->str, "sip.subscribe sip:conf1@example.org conference\n"));
  g_assert_nonnull (cusax_account_get_conference (world->account, call));
  fake_world_forget (world);
  cusax_call_hang_up (call);
  g_assert_nonnull (strstr (world->trace->str, "subscription.release\n"));
  fake_world_free (world);
}

/* R31: a number that was dialled is what its last response says; whom the person chose stays. */
static void
test_forwarded_call (gconstpointer data)
{
  const char *chosen = data;
  FakeWorld *world = world_new (NULL);
  g_autoptr (CusaxAddress) target = cusax_address_parse_uri ("sip:+33177624339@example.org;user=phone", NULL);
  static const char *const asserted[] = { "sip:mallory@example.org", NULL };
  CusaxSipHeaders headers = { .from_uri = "sip:+33177624339@example.org;user=phone" };
  CusaxCall *call;

  give_card (world, BOB, "+33177624339");
  call = cusax_account_dial (world->account, target, "+33177624339", chosen, NULL);
  fake_transport_ready (world);
  world->call->listener->on_remote (world->call->listener_data, &headers);
  g_assert_cmpstr (cusax_call_get_contact (call), ==, BOB);
  headers.asserted = asserted;
  world->call->listener->on_remote (world->call->listener_data, &headers);
  g_assert_cmpstr (cusax_call_get_contact (call), ==, chosen);
  g_assert_cmpint (cusax_call_get_grade (call), ==, chosen != NULL ? CUSAX_BINDING_STRONG : CUSAX_BINDING_NONE);
  fake_world_free (world);
}

/* Who called us is decided while it rings; a later message of his changes no name, or the person talks to another. */
static void
test_later_messages_name_nobody (void)
{
  FakeWorld *world = world_new (NULL);
  CusaxSipHeaders headers = { .from_uri = "sip:+33177624339@example.org" };
  CusaxCall *call = ring (world, &headers);

  fake_transport_ready (world);
  cusax_call_answer (call);
  fake_world_pass (world, 0);
  give_card (world, BOB, "+33177624339");
  headers.focus = "sip:conf1@example.org";
  world->call->listener->on_remote (world->call->listener_data, &headers);
  g_assert_null (cusax_call_get_contact (call));
  g_assert_cmpint (cusax_call_get_grade (call), ==, CUSAX_BINDING_NONE);
  g_assert_nonnull (cusax_call_get_caller (call)->focus);
  fake_world_free (world);
}

/* R11: a sender apart, even where the number is a contact's. */
static void
test_sip_messages (void)
{
  const char *const settings[] = { "accept_sip_messages=1", "accept_calls=no_anonymous", NULL };
  FakeWorld *world = world_new (settings);
  CusaxSipMessage message = { { .from_uri = "sip:" BOB }, "Lunch?" };

  world->sip_listener->on_message (world->sip_listener_data, &message);
  fake_world_check (world, "message from bob@example.org: Lunch?\n");
  message.headers.privacy = "id";
  world->sip_listener->on_message (world->sip_listener_data, &message);
  message.headers.privacy = NULL;
  world->blocked = BOB;
  world->sip_listener->on_message (world->sip_listener_data, &message);
  fake_world_check (world, "");
  fake_world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/callers/R29-R32-names", test_names);
  g_test_add_func ("/callers/R30-confirmed-while-ringing", test_confirmed_while_ringing);
  g_test_add_func ("/callers/R37-answers-nobody-hidden", test_contacts_only_answers_nobody_hidden);
  g_test_add_func ("/callers/T3b-not-confirmed", test_not_confirmed);
  g_test_add_func ("/callers/R29-late-card", test_late_card);
  g_test_add_func ("/callers/R33-accept-calls", test_accept_calls);
  g_test_add_func ("/callers/R33-blocked-without-tls", test_blocked_without_tls);
  g_test_add_func ("/callers/R31-R33-contested", test_contested_contact_may_call);
  g_test_add_func ("/callers/R33-before-it-rings", test_before_it_rings);
  g_test_add_data_func ("/callers/R33-contacts-only/listed", "+33177624339", test_contacts_only_waits_for_the_card);
  g_test_add_data_func ("/callers/R33-contacts-only/not-listed", "+33177624338",
                        test_contacts_only_waits_for_the_card);
  g_test_add_data_func ("/callers/R33-contacts-only/no-answer", "never", test_contacts_only_waits_for_the_card);
  g_test_add_func ("/callers/R18-R19-outgoing", test_outgoing_disclosure);
  g_test_add_func ("/callers/R21-R38-response", test_response_names_the_callee);
  g_test_add_data_func ("/callers/R31-forwarded/dialled", NULL, test_forwarded_call);
  g_test_add_data_func ("/callers/R31-forwarded/chosen", BOB, test_forwarded_call);
  g_test_add_func ("/callers/R31-later-messages", test_later_messages_name_nobody);
  g_test_add_func ("/callers/R11-messages", test_sip_messages);
  return g_test_run ();
}
