/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a service ID and a password to settings: who is asked, what waits for whom, what is renewed (R2, R3, R8,
 * R9). */
#include "bootstrap.h"

#include "error.h"
#include "fake-people.h"
#include "note.h"
#include "settings.h"

#include <string.h>

#define JID "alice@example.org"

/* One account's world: the two ports, what was typed, and a trace in people->trace. */
typedef struct
{
  CusaxProviderPort provider;
  CusaxDocumentPort documents;
  FakePeople *people;
  GHashTable *typed;
  CusaxBootstrap *bootstrap;
  CusaxConfig *config; /* the last one given */
  guint next_id;

  guint services_id, account_id, card_id, document_id; /* 0 = not asked */
  CusaxProviderServices services_done;
  CusaxProviderAccount account_done;
  CusaxCardDone card_done;
  CusaxDocumentDone document_done;
  gpointer data; /* the same for all */
  void (*on_changed) (gpointer user_data);
  gpointer changed_data;
  gboolean frees_at_bad, frees_at_config;
} World;

static World *the_world;

/* ----------------------------------------------------------------- ports */

static guint
provider_services (CusaxProviderPort *port, CusaxProviderServices done, gpointer user_data)
{
  fake_people_say (the_world->people, "ask services");
  g_assert_cmpuint (the_world->services_id, ==, 0);
  the_world->services_done = done;
  the_world->data = user_data;
  return the_world->services_id = ++the_world->next_id;
}

static guint
provider_account (CusaxProviderPort *port, CusaxProviderAccount done, gpointer user_data)
{
  fake_people_say (the_world->people, "ask sipark");
  g_assert_cmpuint (the_world->account_id, ==, 0);
  the_world->account_done = done;
  the_world->data = user_data;
  return the_world->account_id = ++the_world->next_id;
}

static guint
provider_card (CusaxProviderPort *port, CusaxCardDone done, gpointer user_data)
{
  fake_people_say (the_world->people, "ask card");
  g_assert_cmpuint (the_world->card_id, ==, 0);
  the_world->card_done = done;
  the_world->data = user_data;
  return the_world->card_id = ++the_world->next_id;
}

static void
provider_cancel (CusaxProviderPort *port, guint id)
{
  guint *ids[] = { &the_world->services_id, &the_world->account_id, &the_world->card_id };

  g_assert_cmpuint (id, !=, 0);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    if (*ids[i] == id)
      {
        *ids[i] = 0;
        return;
      }
  g_assert_not_reached ();
}

static void
provider_set_listener (CusaxProviderPort *port, void (*on_changed) (gpointer user_data), gpointer user_data)
{
  the_world->on_changed = on_changed;
  the_world->changed_data = user_data;
}

static guint
documents_fetch (CusaxDocumentPort *port, const CusaxDocumentQuery *query, CusaxDocumentDone done,
                 gpointer user_data)
{
  fake_people_say (the_world->people, "ask document %s", query->url != NULL ? query->url : "anywhere");
  g_assert_cmpstr (query->jid, ==, JID);
  g_assert_cmpuint (the_world->document_id, ==, 0);
  the_world->document_done = done;
  the_world->data = user_data;
  return the_world->document_id = ++the_world->next_id;
}

static void
documents_cancel (CusaxDocumentPort *port, guint id)
{
  g_assert_cmpuint (id, ==, the_world->document_id);
  the_world->document_id = 0;
}

static const CusaxProviderPortVtable provider_vtable
  = { provider_services, provider_account, provider_card, provider_cancel, provider_set_listener };
static const CusaxDocumentPortVtable documents_vtable = { documents_fetch, documents_cancel };

/* --------------------------------------------------------------- answers */

/* "type transport host user password seconds-from-now", "-" = none; NULL: the server knows nothing of it. */
static void
answer_services (const char *text, gboolean failed)
{
  CusaxProviderServices done = the_world->services_done;
  g_autoptr (GPtrArray) services = NULL;

  g_assert_cmpuint (the_world->services_id, !=, 0);
  the_world->services_id = 0;
  if (text != NULL)
    {
      g_auto (GStrv) w = g_strsplit (text, " ", 6);
      gint64 end = fake_people_wall_time () + g_ascii_strtoll (w[5], NULL, 10);
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (end);
      g_autofree char *expires = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
      gboolean has_user = !g_str_equal (w[3], "-");
      CusaxService *service
        = cusax_service_new (w[0], g_str_equal (w[1], "-") ? NULL : w[1], w[2], NULL, has_user ? w[3] : NULL,
                             has_user ? w[4] : NULL, g_str_equal (w[5], "-") ? NULL : expires, FALSE);

      services = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_service_free);
      g_assert_nonnull (service);
      g_ptr_array_add (services, service);
    }
  done (the_world->data, services, failed);
}

static void
answer_account (const char *address, const char *password)
{
  CusaxProviderAccount done = the_world->account_done;
  g_autoptr (CusaxProvision) provision = NULL;

  g_assert_cmpuint (the_world->account_id, !=, 0);
  the_world->account_id = 0;
  if (address != NULL)
    {
      provision = cusax_provision_new (CUSAX_PROVISION_SIPARK, "sipark.example.org");
      g_assert_true (cusax_provision_set (provision, "sip_address", address, NULL));
      if (password != NULL)
        g_assert_true (cusax_provision_set (provision, "sip_password", password, NULL));
    }
  done (the_world->data, provision, NULL);
}

static void
answer_card (CusaxCardState state, const char *xml)
{
  CusaxCardDone done = the_world->card_done;

  g_assert_cmpuint (the_world->card_id, !=, 0);
  the_world->card_id = 0;
  done (the_world->data, state, xml, xml != NULL ? strlen (xml) : 0);
}

static void
answer_document (const char *text)
{
  CusaxDocumentDone done = the_world->document_done;

  g_assert_cmpuint (the_world->document_id, !=, 0);
  the_world->document_id = 0;
  done (the_world->data, text, text != NULL ? strlen (text) : 0, text != NULL ? "https://example.org/x" : NULL,
        NULL);
}

static void
fail_document (void)
{
  CusaxDocumentDone done = the_world->document_done;
  g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_TIMEOUT, "no answer");

  g_assert_cmpuint (the_world->document_id, !=, 0);
  the_world->document_id = 0;
  done (the_world->data, NULL, 0, NULL, error);
}

static void
answer_nothing (void)
{
  answer_services (NULL, FALSE);
  answer_account (NULL, NULL);
  answer_card (CUSAX_CARD_NONE, NULL);
}

/* -------------------------------------------------------------- listener */

static void
on_config (gpointer user_data, CusaxConfig *config, const GError *error)
{
  World *world = user_data;

  if (config != NULL)
    fake_people_say (
      world->people, "config %s %s %s at %s",
      cusax_address_get_uri (cusax_config_get_aor (config)) + strlen ("sip:"),
      cusax_config_get_auth_user (config),
      cusax_config_password_is_shared (config) ? "SHARED" : cusax_config_get_sip_password (config),
      cusax_config_get_server_host (config) != NULL ? cusax_config_get_server_host (config) : "-");
  else
    fake_people_say (world->people, "no config: %s",
                     g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE) ? "offline" : error->message);
  g_clear_pointer (&world->config, cusax_config_unref);
  world->config = config != NULL ? cusax_config_ref (config) : NULL;
  if (world->frees_at_config)
    g_clear_pointer (&world->bootstrap, cusax_bootstrap_free);
}

static void
on_bad_document (gpointer user_data, const char *where, const GError *error)
{
  World *world = user_data;

  fake_people_say (world->people, "bad %s: %s", where, error->message);
  if (world->frees_at_bad)
    g_clear_pointer (&world->bootstrap, cusax_bootstrap_free);
}

/* ----------------------------------------------------------------- world */

static void
new_bootstrap (World *world)
{
  static const CusaxConfigReader reader = { settings_get_string, settings_get_bool, settings_get_int };
  static const CusaxBootstrapListener listener = { on_config, on_bad_document };
  const CusaxBootstrapPorts ports = { &world->people->clock, fake_people_wall_time, &world->people->store,
                                      &world->provider, &world->documents };

  world->bootstrap = cusax_bootstrap_new (&ports, &reader, world->typed, &listener, world);
}

static World *
world_new (void)
{
  World *world = g_new0 (World, 1);

  the_world = world;
  world->provider.vtable = &provider_vtable;
  world->documents.vtable = &documents_vtable;
  world->people = fake_people_new ();
  world->typed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  new_bootstrap (world);
  return world;
}

static void
type (World *world, const char *name, const char *value)
{
  g_hash_table_insert (world->typed, g_strdup (name), g_strdup (value));
}

static void
check_nothing_asked (const World *world)
{
  g_assert_cmpuint (world->services_id + world->account_id + world->card_id + world->document_id, ==, 0);
}

/* Another run of the program: only the files are left. */
static void
restart (World *world)
{
  cusax_bootstrap_free (world->bootstrap);
  check_nothing_asked (world);
  new_bootstrap (world);
  fake_people_forget (world->people);
}

static void
world_free (World *world)
{
  g_clear_pointer (&world->bootstrap, cusax_bootstrap_free);
  check_nothing_asked (world);
  g_clear_pointer (&world->config, cusax_config_unref);
  g_hash_table_unref (world->typed);
  fake_people_free (world->people);
  g_free (world);
  the_world = NULL;
}

/* Signed in, everybody has been asked. */
static World *
world_settled (const char *services, const char *document)
{
  World *world = world_new ();

  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  answer_services (services, FALSE);
  answer_account (NULL, NULL);
  answer_card (CUSAX_CARD_NONE, NULL);
  answer_document (document);
  g_assert_false (cusax_bootstrap_is_asking (world->bootstrap));
  fake_people_forget (world->people);
  return world;
}

#define ASK_CHAT "ask services\nask sipark\nask card\n"
#define DERIVED "config alice@example.org alice SHARED at -\n"
#define EPHEMERAL "sips - s.example.org 1:alice tmp 1000"
#define WITH_EPHEMERAL "config alice@example.org 1:alice tmp at s.example.org\n"

/* ----------------------------------------------------------------- tests */

/* R2: where nobody says anything, the same name; as soon as the last one has said nothing. */
static void
test_r2_nothing_anywhere (void)
{
  World *world = world_new ();

  cusax_bootstrap_start (world->bootstrap, JID "/desk", "chat");
  fake_people_check (world->people, "load provision\nask document anywhere\n");
  fake_people_pass (world->people, 1000);
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  fake_people_check (world->people, ASK_CHAT);
  answer_document (NULL);
  answer_nothing ();
  fake_people_check (world->people, "save provision\n" DERIVED);
  /* with the resource: contacts are told of it (R15) */
  g_assert_cmpstr (cusax_config_get_full_jid (world->config), ==, JID "/desk");
  g_assert_false (cusax_bootstrap_is_asking (world->bootstrap));
  fake_people_pass (world->people, 60 * 60 * 1000);
  fake_people_check (world->people, "");

  /* the next time nobody is waited for */
  restart (world);
  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  fake_people_check (world->people, "load provision\n" DERIVED);
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  answer_nothing ();
  fake_people_check (world->people, ASK_CHAT);
  world_free (world);
}

/* Slow ones are waited for 5 s; what they say later counts, if it is something else. */
static void
test_wait_has_an_end (void)
{
  World *world = world_new ();

  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  fake_people_pass (world->people, 4999);
  fake_people_check (world->people, "load provision\nask document anywhere\n");
  fake_people_pass (world->people, 1);
  fake_people_check (world->people, DERIVED);
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  fake_people_forget (world->people);
  answer_account (NULL, NULL);
  answer_card (CUSAX_CARD_NONE, NULL);
  answer_document ("{\"sip_transport\":\"auto\"}");
  fake_people_check (world->people, "");
  answer_services (EPHEMERAL, FALSE);
  fake_people_check (world->people, "save provision\n" WITH_EPHEMERAL);
  world_free (world);
}

/* R3: document before card before the same name, whoever answers first. */
static void
test_r3_ladder (void)
{
  static const char card[]
    = "<vCard xmlns='vcard-temp'><TEL><NUMBER>sip:card@example.org</NUMBER></TEL></vCard>";

  for (guint order = 0; order < 2; order++)
    {
      World *world = world_new ();

      cusax_bootstrap_start (world->bootstrap, JID, "chat");
      cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
      answer_services (NULL, FALSE);
      answer_account (NULL, NULL);
      if (order == 0)
        answer_document ("{\"sip_address\":\"doc@example.org\"}");
      fake_people_forget (world->people);
      answer_card (CUSAX_CARD_READ, card);
      if (order == 1)
        answer_document ("{\"sip_address\":\"doc@example.org\"}");
      fake_people_check (world->people, "save provision\nconfig doc@example.org doc SHARED at -\n");
      world_free (world);
    }
}

static void
test_r3_own_card (void)
{
  static const struct
  {
    const char *tels;
    const char *config;
  } cases[] = {
    { "<TEL><NUMBER>+33177</NUMBER></TEL>", DERIVED },
    { "<TEL><NUMBER>sip:al@example.org</NUMBER></TEL>", "config al@example.org al SHARED at -\n" },
    { "<TEL><NUMBER>SIPS:al@example.org</NUMBER></TEL>", "config al@example.org al SHARED at -\n" },
    { "<TEL><NUMBER>sip:al@evil.example</NUMBER></TEL>", DERIVED },
    { "<TEL><NUMBER>sip:al@evil.example</NUMBER></TEL><TEL><NUMBER>sip:b@example.org</NUMBER></TEL>",
      "config b@example.org b SHARED at -\n" },
    { "<TEL><NUMBER>sip:a@example.org</NUMBER></TEL><TEL><NUMBER>sip:b@example.org</NUMBER></TEL>",
      "config a@example.org a SHARED at -\n" },
    { "<TEL><NUMBER>sip:a@example.org</NUMBER></TEL><TEL><PREF/><NUMBER>sip:b@example.org</NUMBER></TEL>",
      "config b@example.org b SHARED at -\n" },
    { "<TEL><FAX/><PREF/><NUMBER>sip:a@example.org</NUMBER></TEL><TEL><NUMBER>sip:b@example.org</NUMBER></TEL>",
      "config b@example.org b SHARED at -\n" },
    { "<TEL><NUMBER>sip:@@@</NUMBER></TEL><TEL><NUMBER>sip:b@example.org</NUMBER></TEL>",
      "config b@example.org b SHARED at -\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World *world = world_new ();
      g_autofree char *card = g_strdup_printf ("<vCard xmlns='vcard-temp'>%s</vCard>", cases[i].tels);
      g_autofree char *expected = g_strconcat ("save provision\n", cases[i].config, NULL);

      note (cases[i].tels);
      cusax_bootstrap_start (world->bootstrap, JID, "chat");
      cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
      answer_services (NULL, FALSE);
      answer_account (NULL, NULL);
      answer_document (NULL);
      fake_people_forget (world->people);
      answer_card (CUSAX_CARD_READ, card);
      fake_people_check (world->people, expected);
      world_free (world);
    }
}

/* R8: who typed everything hears of nobody, except from the address that he typed. */
static void
test_r8_manual (void)
{
  World *world = world_settled (EPHEMERAL, "{\"country_code\":\"33\"}");

  restart (world);
  type (world, "sip_address", "me@example.org");
  type (world, "sip_server", "p.example.org");
  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  fake_people_check (world->people, "load provision\nconfig me@example.org me SHARED at p.example.org\n");
  g_assert_cmpstr (cusax_config_get_country_code (world->config), ==, "");

  type (world, "provisioning_url", "https://p.example/");
  cusax_bootstrap_reread (world->bootstrap, "chat");
  fake_people_check (world->people,
                     "ask document https://p.example/\nconfig me@example.org me SHARED at p.example.org\n");
  answer_document ("{\"country_code\":\"44\",\"sip_server\":\"d.example.org\"}");
  fake_people_check (world->people, "save provision\nconfig me@example.org me SHARED at p.example.org\n");
  g_assert_cmpstr (cusax_config_get_country_code (world->config), ==, "44");

  /* and back */
  g_hash_table_remove_all (world->typed);
  cusax_bootstrap_reread (world->bootstrap, "chat");
  fake_people_check (world->people, ASK_CHAT
                     "ask document anywhere\nconfig alice@example.org alice SHARED at d.example.org\n");
  world_free (world);
}

/* R9: no telephony password on this machine: it comes with chat, and the chat password never stands in. */
static void
test_r9_password_comes_with_chat (void)
{
  World *world = world_settled (EPHEMERAL, NULL);
  const char *file = fake_people_get_file (world->people, "provision");

  g_assert_nonnull (strstr (file, "s.example.org"));
  g_assert_null (strstr (file, "tmp"));

  restart (world);
  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  fake_people_check (world->people, "load provision\n");
  g_assert_true (cusax_bootstrap_is_asking (world->bootstrap));
  fake_people_pass (world->people, 5000);
  fake_people_check (world->people, "no config: offline\n");
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  fake_people_check (world->people, ASK_CHAT "no config: offline\n"); /* in other words */
  answer_services (NULL, TRUE);
  fake_people_check (world->people, "");
  fake_people_pass (world->people, 10000);
  fake_people_check (world->people, "ask services\n");
  answer_services (EPHEMERAL, FALSE);
  fake_people_check (world->people, "save provision\n" WITH_EPHEMERAL);

  /* chat goes: what was given holds until it ends */
  answer_account (NULL, NULL);
  answer_card (CUSAX_CARD_NONE, NULL);
  cusax_bootstrap_set_chat_up (world->bootstrap, FALSE);
  fake_people_pass (world->people, 999000);
  fake_people_check (world->people, "");
  fake_people_pass (world->people, 1000);
  fake_people_check (world->people, "no config: offline\n");

  /* a password of one's own goes before */
  type (world, "sip_password", "own");
  cusax_bootstrap_reread (world->bootstrap, "chat");
  fake_people_check (world->people, "config alice@example.org alice own at s.example.org\n");
  world_free (world);
}

/* The server says that there is nothing any more: then the one password is good again. */
static void
test_r9_services_are_gone (void)
{
  World *world = world_settled (EPHEMERAL, NULL);

  restart (world);
  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  fake_people_forget (world->people);
  answer_services (NULL, FALSE);
  fake_people_check (world->people, "save provision\n" DERIVED);
  world_free (world);
}

/* Credentials that are over already are no reason to show the chat password. */
static void
test_r9_stale_services (void)
{
  World *world = world_settled (EPHEMERAL, NULL);

  restart (world);
  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  fake_people_forget (world->people);
  answer_services ("sips - s.example.org 1:alice tmp -5", FALSE);
  fake_people_check (world->people, "no config: offline\n");
  world_free (world);
}

/* Renewed at 80 % of what is left; then after 10, 20, 40, 60 s; at the end the leg has nothing to sign in with.
 */
static void
test_r9_renewal (void)
{
  World *world = world_settled (EPHEMERAL, NULL);

  fake_people_pass (world->people, 799000);
  fake_people_check (world->people, "");
  fake_people_pass (world->people, 1000);
  fake_people_check (world->people, "ask services\n");
  answer_services ("sips - s.example.org 2:alice tmp2 1000", FALSE);
  fake_people_check (world->people, "save provision\nconfig alice@example.org 2:alice tmp2 at s.example.org\n");

  fake_people_pass (world->people, 800000);
  for (guint wait = 10000; wait < 80000; wait = wait == 40000 ? 60000 : wait * 2)
    {
      fake_people_check (world->people, "ask services\n");
      answer_services (NULL, TRUE);
      fake_people_pass (world->people, wait - 1000);
      fake_people_check (world->people, "");
      fake_people_pass (world->people, 1000);
      if (wait == 60000)
        break;
    }
  fake_people_check (world->people, "ask services\n"); /* 130 s later */
  answer_services (NULL, TRUE);
  fake_people_pass (world->people, 60000);
  fake_people_check (world->people, "ask services\n");
  fake_people_pass (world->people, 10000);
  fake_people_check (world->people, "no config: offline\n");
  answer_services ("sips - s.example.org 3:alice tmp3 1000", FALSE);
  fake_people_check (world->people, "save provision\nconfig alice@example.org 3:alice tmp3 at s.example.org\n");
  world_free (world);
}

/* The bounds of short lives: 10 s before the end, 5 s from now. */
static void
test_r9_short_lives (void)
{
  static const struct
  {
    guint life;
    guint asked;
  } cases[] = { { 20, 10 }, { 40, 30 }, { 12, 5 }, { 6, 5 }, { 100, 80 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *service = g_strdup_printf ("sips - s.example.org u p %u", cases[i].life);
      World *world = world_settled (service, NULL);

      g_test_message ("%u s", cases[i].life);
      fake_people_pass (world->people, cases[i].asked * 1000 - 1);
      fake_people_check (world->people, "");
      fake_people_pass (world->people, 1);
      fake_people_check (world->people, "ask services\n");
      world_free (world);
    }
}

/* The machine slept: monotonic time stood still, the wall clock did not. */
static void
test_r9_sleep (void)
{
  World *world = world_settled (EPHEMERAL, NULL);

  fake_people_pass (world->people, 10000);
  world->people->wall += 5000;
  fake_people_pass (world->people, 60000);
  fake_people_check (world->people, "ask services\nno config: offline\n");
  world_free (world);

  /* chat is back sooner */
  world = world_settled (EPHEMERAL, NULL);
  world->people->wall += 5000;
  cusax_bootstrap_set_chat_up (world->bootstrap, FALSE);
  fake_people_forget (world->people);
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  g_assert_nonnull (strstr (world->people->trace->str, "ask services\n"));
  world_free (world);
}

/* XEP-0215 section 3.3. */
static void
test_r9_push (void)
{
  World *world = world_settled (EPHEMERAL, NULL);

  world->on_changed (world->changed_data);
  fake_people_check (world->people, "ask services\n");
  world->on_changed (world->changed_data); /* while it is asked */
  fake_people_check (world->people, "ask services\n");
  answer_services ("sips - t.example.org 9:alice tmp9 1000", FALSE);
  fake_people_check (world->people, "save provision\nconfig alice@example.org 9:alice tmp9 at t.example.org\n");
  world_free (world);
}

/* R9: a bad document changes nothing and is named, once. */
static void
test_r9_bad_document (void)
{
  static const struct
  {
    const char *text;
    const char *complaint;
  } cases[] = {
    { "{", "bad https://example.org/x: line 1: not JSON\n" },
    { "{\"sip_server\":1}", "bad https://example.org/x: sip_server: must be a string\n" },
    { "{\"sip_transport\":\"udp\"}", "bad https://example.org/x: sip_transport: udp is not encrypted; that "
                                     "needs sip_security = allow_plain\n" },
    { "{\"jid\":\"bob@example.org\"}", "bad https://example.org/x: jid: it is for another account\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World *world = world_settled (NULL, "{\"sip_server\":\"d.example.org\"}");
      g_autofree char *before = g_strdup (fake_people_get_file (world->people, "provision"));

      note (cases[i].text);
      fake_people_pass (world->people, 24 * 60 * 60 * 1000);
      fake_people_check (world->people, "ask document anywhere\n");
      fake_people_forget (world->people);
      answer_document (cases[i].text);
      g_assert_true (g_str_has_prefix (world->people->trace->str, cases[i].complaint));
      g_assert_null (strstr (world->people->trace->str, "config"));
      fake_people_forget (world->people);
      cusax_bootstrap_set_chat_up (world->bootstrap, FALSE);
      cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
      fake_people_forget (world->people);
      answer_document (cases[i].text);
      fake_people_check (world->people, "");
      g_assert_cmpstr (cusax_config_get_server_host (world->config), ==, "d.example.org");
      world_free (world);
    }
}

/* Typed garbage is the person's: no document is blamed for it. */
/* A provider's link to what is none is bad; one to what is away just now, and a search that failed, are not news. */
static void
test_r9_linked_document (void)
{
  static const struct
  {
    CusaxErrorCode code;
    const char *url;
    const char *said;
  } cases[] = {
    { CUSAX_ERROR_INVALID, "https://example.org/x", "bad https://example.org/x: why\n" },
    { CUSAX_ERROR_CREDENTIALS, "https://example.org/x", "bad https://example.org/x: why\n" },
    { CUSAX_ERROR_CERTIFICATE, "https://example.org/x", "bad https://example.org/x: why\n" },
    { CUSAX_ERROR_UNAVAILABLE, "https://example.org/x", "" },
    { CUSAX_ERROR_UNREACHABLE, "https://example.org/x", "" },
    { CUSAX_ERROR_TIMEOUT, "https://example.org/x", "" },
    { CUSAX_ERROR_INVALID, NULL, "" },
    { CUSAX_ERROR_CERTIFICATE, NULL, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World *world = world_new ();
      g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, cases[i].code, "why");

      cusax_bootstrap_start (world->bootstrap, JID, "chat");
      fake_people_forget (world->people);
      world->document_id = 0;
      world->document_done (world->data, NULL, 0, cases[i].url, error);
      fake_people_check (world->people, cases[i].said);
      world_free (world);
    }
}

/* Chat comes and goes while signing in: what the provider said first still counts, and no other password stands in. */
static void
test_r47_chat_comes_again (void)
{
  World *world = world_new ();

  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  answer_services (EPHEMERAL, FALSE);
  fake_people_forget (world->people);
  cusax_bootstrap_set_chat_up (world->bootstrap, FALSE);
  for (guint i = 0; i < 10; i++)
    {
      cusax_bootstrap_start (world->bootstrap, JID, "chat");
      fake_people_pass (world->people, 10000);
      g_assert_null (strstr (world->people->trace->str, "SHARED"));
    }
  g_assert_nonnull (strstr (world->people->trace->str, WITH_EPHEMERAL));
  world_free (world);
}

/* A document that is bad is named once, not with each return of chat. */
static void
test_chat_comes_again_without_news (void)
{
  World *world = world_new ();

  type (world, "provisioning_url", "https://p.example/");
  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  answer_nothing ();
  fail_document ();
  g_assert_nonnull (strstr (world->people->trace->str, "bad https://p.example/: no answer\n"));
  for (guint i = 0; i < 3; i++)
    {
      fake_people_forget (world->people);
      cusax_bootstrap_set_chat_up (world->bootstrap, FALSE);
      cusax_bootstrap_start (world->bootstrap, JID, "chat");
      cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
      answer_nothing ();
      fail_document ();
      g_assert_null (strstr (world->people->trace->str, "bad"));
    }
  world_free (world);
}

/* Credentials that ended while chat was away are waited for again, as at the first sign-in. */
static void
test_r47_ended_while_chat_was_away (void)
{
  World *world = world_settled (EPHEMERAL, NULL);

  cusax_bootstrap_set_chat_up (world->bootstrap, FALSE);
  fake_people_pass (world->people, 2000 * 1000);
  fake_people_check (world->people, "no config: offline\n");
  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  g_assert_true (cusax_bootstrap_is_asking (world->bootstrap));
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  fake_people_forget (world->people);
  answer_services (EPHEMERAL, FALSE);
  fake_people_check (world->people, "save provision\n" WITH_EPHEMERAL);
  g_assert_false (cusax_bootstrap_is_asking (world->bootstrap));
  answer_account (NULL, NULL);
  answer_card (CUSAX_CARD_NONE, NULL);
  world_free (world);
}

static void
test_typed_garbage (void)
{
  World *world = world_settled (NULL, NULL);

  type (world, "country_code", "xx");
  cusax_bootstrap_reread (world->bootstrap, "chat");
  fake_people_check (world->people, "no config: country_code: must be 1 to 3 digits, like 33\n");
  world->on_changed (world->changed_data);
  answer_services ("sips - s.example.org - - -", FALSE);
  fake_people_check (world->people, "ask services\nsave provision\n");
  type (world, "country_code", "33");
  cusax_bootstrap_reread (world->bootstrap, "chat");
  fake_people_check (world->people, "config alice@example.org alice SHARED at s.example.org\n");
  world_free (world);
}

/* Where a person says that it is, it should be. */
static void
test_document_of_an_address (void)
{
  World *world = world_settled (NULL, NULL);

  type (world, "provisioning_url", "https://p.example/");
  cusax_bootstrap_reread (world->bootstrap, "chat");
  fake_people_check (world->people, "ask document https://p.example/\n" DERIVED);
  fail_document ();
  g_assert_true (g_str_has_prefix (world->people->trace->str, "bad https://p.example/: no answer\n"));
  world_free (world);

  world = world_settled (NULL, NULL);
  fake_people_pass (world->people, 24 * 60 * 60 * 1000);
  fake_people_forget (world->people);
  fail_document ();
  g_assert_null (strstr (world->people->trace->str, "bad"));
  world_free (world);
}

/* A document with a password: the file has none, so it is asked for again, and waited for. */
static void
test_document_with_password (void)
{
  World *world = world_settled (NULL, "{\"sip_auth_user\":\"trunk\",\"sip_password\":\"HIDDEN\"}");

  g_assert_cmpstr (cusax_config_get_sip_password (world->config), ==, "HIDDEN");
  g_assert_null (strstr (fake_people_get_file (world->people, "provision"), "HIDDEN"));
  restart (world);
  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  fake_people_check (world->people, "load provision\nask document anywhere\n");
  fail_document ();
  fake_people_check (world->people, "save provision\nno config: offline\n");
  fake_people_pass (world->people, 10000);
  fake_people_check (world->people, "ask document anywhere\n");
  answer_document ("{\"sip_auth_user\":\"trunk\",\"sip_password\":\"HIDDEN\"}");
  fake_people_check (world->people, "save provision\nconfig alice@example.org trunk HIDDEN at -\n");
  world_free (world);
}

/* The password of a TURN server is in no file either; nothing waits for it, and it stands in for nothing. */
static void
test_document_with_turn (void)
{
  static const char document[] = "{\"turn_server\":\"turn.example\",\"turn_user\":\"u\",\"turn_password\":\"HIDDEN\"}";
  World *world = world_settled (NULL, document);

  g_assert_cmpuint (cusax_config_get_ice_servers (world->config)->len, ==, 1);
  g_assert_null (strstr (fake_people_get_file (world->people, "provision"), "HIDDEN"));
  restart (world);
  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  fake_people_check (world->people, "load provision\nask document anywhere\nconfig alice@example.org alice SHARED at -\n");
  g_assert_cmpuint (cusax_config_get_ice_servers (world->config)->len, ==, 0);
  answer_document (document);
  g_assert_cmpuint (cusax_config_get_ice_servers (world->config)->len, ==, 1);
  world_free (world);
}

/* "No such component" may be a lost answer: it counts when said twice. */
static void
test_sipark (void)
{
  World *world = world_settled (NULL, NULL);

  cusax_bootstrap_set_chat_up (world->bootstrap, FALSE);
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  answer_services (NULL, FALSE);
  answer_card (CUSAX_CARD_NONE, NULL);
  fake_people_forget (world->people);
  answer_account ("park@example.org", "pp");
  fake_people_check (world->people, "save provision\nconfig park@example.org park pp at -\n");
  restart (world);
  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  cusax_bootstrap_set_chat_up (world->bootstrap, FALSE);
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  fake_people_forget (world->people);
  answer_account (NULL, NULL);
  fake_people_check (world->people, "no config: offline\n");
  fake_people_pass (world->people, 10000);
  fake_people_check (world->people, "ask sipark\n");
  answer_account (NULL, NULL);
  fake_people_check (world->people, "save provision\n" DERIVED);
  world_free (world);
}

/* Whatever the file is, it is no more than a memory. */
static void
test_broken_files (void)
{
  static const struct
  {
    const char *text;
    gboolean is_broken;
  } cases[] = {
    { "", TRUE },
    { "cusax-provision 2\njid\talice@example.org\n", TRUE },
    { "cusax-provision 1\njid\talice@example.org\nasked\tx\t\n", TRUE },
    { "cusax-provision 1\njid\talice@example.org\ncard\tx\t-\t{\"sip_server\":\"h.example\"}\n", TRUE },
    { "cusax-provision "
      "1\njid\talice@example.org\nservices\tx\t-\t{\"sip_server\":\"s.example.org\"}\ngarbage\n",
      TRUE },
    { "\xff\xfe", TRUE },
    { "cusax-provision 1\njid\tbob@example.org\nasked\t1\t\n", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World *world = world_new ();

      note (cases[i].text);
      fake_people_set_file (world->people, "provision", cases[i].text);
      cusax_bootstrap_start (world->bootstrap, JID, "chat");
      fake_people_check (world->people, cases[i].is_broken
                                          ? "load provision\nset aside provision\nask document anywhere\n"
                                          : "load provision\nask document anywhere\n");
      fake_people_pass (world->people, 5000);
      fake_people_check (world->people, DERIVED);
      world_free (world);
    }
}

/* A sign-off forgets secrets and asks nobody; nothing is called any more. */
static void
test_stop (void)
{
  World *world = world_settled (EPHEMERAL, NULL);

  world->on_changed (world->changed_data);
  fake_people_forget (world->people);
  cusax_bootstrap_stop (world->bootstrap);
  check_nothing_asked (world);
  g_assert_null (world->on_changed);
  g_assert_null (cusax_ladder_get (cusax_bootstrap_get_ladder (world->bootstrap), CUSAX_PROVISION_SERVICES));
  fake_people_pass (world->people, 2000000);
  cusax_bootstrap_set_chat_up (world->bootstrap, FALSE);
  cusax_bootstrap_reread (world->bootstrap, "x");
  cusax_bootstrap_set_files (world->bootstrap, NULL, NULL);
  fake_people_check (world->people, "");
  cusax_bootstrap_stop (world->bootstrap);
  world_free (world);
}

/* The listener may end it all. */
static void
test_freed_from_listener (void)
{
  World *world = world_settled (NULL, NULL);

  fake_people_pass (world->people, 24 * 60 * 60 * 1000);
  world->frees_at_bad = TRUE;
  answer_document ("{");
  g_assert_null (world->bootstrap);
  world_free (world);

  world = world_settled (NULL, NULL);
  fake_people_pass (world->people, 24 * 60 * 60 * 1000);
  world->frees_at_config = TRUE;
  answer_document ("{\"sip_server\":\"d.example.org\"}");
  g_assert_null (world->bootstrap);
  world_free (world);

  world = world_new ();
  world->frees_at_config = TRUE;
  cusax_bootstrap_start (world->bootstrap, JID, NULL);
  fake_people_pass (world->people, 5000);
  g_assert_null (world->bootstrap);
  world_free (world);
}

/* Key files are known before anybody is asked, and may change. */
static void
test_r9_files (void)
{
  World *world = world_new ();
  g_autoptr (CusaxProvision) system_file = cusax_provision_new (CUSAX_PROVISION_SYSTEM_FILE, "/etc/x");

  g_assert_true (cusax_provision_set (system_file, "provisioning_url", "https://p.example/", NULL));
  g_assert_true (cusax_provision_set (system_file, "sip_server", "f.example", NULL));
  cusax_bootstrap_set_files (world->bootstrap, system_file, NULL);
  cusax_bootstrap_start (world->bootstrap, JID, "chat");
  fake_people_check (world->people, "load provision\nask document https://p.example/\n");
  fake_people_pass (world->people, 5000);
  fake_people_check (world->people, "config alice@example.org alice SHARED at f.example\n");
  cusax_bootstrap_set_files (world->bootstrap, NULL, NULL);
  fake_people_check (world->people, "ask document anywhere\n" DERIVED);
  world_free (world);
}

static void
test_bad_account_name (void)
{
  World *world = world_new ();

  cusax_bootstrap_start (world->bootstrap, "example.org", "chat");
  g_assert_nonnull (strstr (world->people->trace->str, "no config: jid: "));
  fake_people_forget (world->people);
  cusax_bootstrap_set_chat_up (world->bootstrap, TRUE);
  cusax_bootstrap_reread (world->bootstrap, "chat");
  g_assert_true (g_str_has_prefix (world->people->trace->str, "no config: jid: "));
  check_nothing_asked (world);
  world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bootstrap/r2-nothing-anywhere", test_r2_nothing_anywhere);
  g_test_add_func ("/bootstrap/wait-has-an-end", test_wait_has_an_end);
  g_test_add_func ("/bootstrap/r3-ladder", test_r3_ladder);
  g_test_add_func ("/bootstrap/r3-own-card", test_r3_own_card);
  g_test_add_func ("/bootstrap/r8-manual", test_r8_manual);
  g_test_add_func ("/bootstrap/r9-password-comes-with-chat", test_r9_password_comes_with_chat);
  g_test_add_func ("/bootstrap/r9-services-are-gone", test_r9_services_are_gone);
  g_test_add_func ("/bootstrap/r9-stale-services", test_r9_stale_services);
  g_test_add_func ("/bootstrap/r9-renewal", test_r9_renewal);
  g_test_add_func ("/bootstrap/r9-short-lives", test_r9_short_lives);
  g_test_add_func ("/bootstrap/r9-sleep", test_r9_sleep);
  g_test_add_func ("/bootstrap/r9-push", test_r9_push);
  g_test_add_func ("/bootstrap/r9-bad-document", test_r9_bad_document);
  g_test_add_func ("/bootstrap/r9-linked-document", test_r9_linked_document);
  g_test_add_func ("/bootstrap/r47-chat-comes-again", test_r47_chat_comes_again);
  g_test_add_func ("/bootstrap/chat-comes-again-without-news", test_chat_comes_again_without_news);
  g_test_add_func ("/bootstrap/r47-ended-while-chat-was-away", test_r47_ended_while_chat_was_away);
  g_test_add_func ("/bootstrap/typed-garbage", test_typed_garbage);
  g_test_add_func ("/bootstrap/document-of-an-address", test_document_of_an_address);
  g_test_add_func ("/bootstrap/document-with-password", test_document_with_password);
  g_test_add_func ("/bootstrap/document-with-turn", test_document_with_turn);
  g_test_add_func ("/bootstrap/sipark", test_sipark);
  g_test_add_func ("/bootstrap/broken-files", test_broken_files);
  g_test_add_func ("/bootstrap/stop", test_stop);
  g_test_add_func ("/bootstrap/freed-from-listener", test_freed_from_listener);
  g_test_add_func ("/bootstrap/r9-files", test_r9_files);
  g_test_add_func ("/bootstrap/bad-account-name", test_bad_account_name);
  return g_test_run ();
}
