/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "callerid.h"
#include "note.h"
#include "settings.h"

#include <string.h>

#define OURS "sip_address=alice@sip.example.com\nrelated_domains=sister.example\ncountry_code=33"

static CusaxConfig *
make_config (void)
{
  return settings_config ("alice@example.com", NULL, OURS, NULL);
}

static CusaxCallerId *
make (const CusaxSipHeaders *headers, gboolean is_protected)
{
  g_autoptr (CusaxConfig) config = make_config ();

  return cusax_callerid_new (headers, is_protected, config);
}

static const char *
uri_of (CusaxAddress *address)
{
  return address != NULL ? cusax_address_get_uri (address) : NULL;
}

/* R32: whose word counts. */
static void
test_r32_identity (void)
{
  static const struct
  {
    const char *from;
    const char *asserted[4];
    gboolean is_protected;
    const char *address; /* NULL: nothing that can be read */
    gboolean authenticated;
  } cases[] = {
    /* From, and who could know it */
    { "sip:bob@sip.example.com", { NULL }, TRUE, "sip:bob@sip.example.com", TRUE },
    { "sip:bob@sip.example.com", { NULL }, FALSE, "sip:bob@sip.example.com", FALSE },
    { "sips:Bob@SIP.example.com;transport=tls",
      { NULL },
      TRUE,
      "sips:Bob@sip.example.com;transport=tls",
      TRUE },
    { "sip:bob@sister.example", { NULL }, TRUE, "sip:bob@sister.example", TRUE },
    { "sip:bob@example.com",
      { NULL },
      TRUE,
      "sip:bob@example.com",
      FALSE }, /* chat's domain is no business of SIP */
    { "sip:bob@sip.example.com:5070", { NULL }, TRUE, "sip:bob@sip.example.com:5070", FALSE },
    { "sip:bob@atlanta.example", { NULL }, TRUE, "sip:bob@atlanta.example", FALSE },
    { "sip:bob@sip.example.com.evil.example", { NULL }, TRUE, "sip:bob@sip.example.com.evil.example", FALSE },
    { "tel:+33177624339", { NULL }, TRUE, "sip:+33177624339@sip.example.com;user=phone", FALSE },
    { "sip:+33177@sip.example.com;user=phone", { NULL }, TRUE, "sip:+33177@sip.example.com;user=phone", TRUE },
    /* P-Asserted-Identity from our own proxy */
    { "sip:liar@sip.example.com", { "sip:bob@sip.example.com" }, TRUE, "sip:bob@sip.example.com", TRUE },
    { "sip:bob@atlanta.example", { "sip:carol@biloxi.example" }, TRUE, "sip:carol@biloxi.example", TRUE },
    { "sip:bob@atlanta.example", { "tel:+33-1-77" }, TRUE, "sip:+33177@sip.example.com;user=phone", TRUE },
    { "sip:x@y.example",
      { "sip:+33177@sip.example.com", "tel:+33177" },
      TRUE,
      "sip:+33177@sip.example.com",
      TRUE },
    { "sip:bob@sip.example.com",
      { "http://evil.example", "", "sip:carol@sip.example.com" },
      TRUE,
      "sip:carol@sip.example.com",
      TRUE },
    { "sip:bob@sip.example.com", { "garbage" }, TRUE, "sip:bob@sip.example.com", TRUE },
    { NULL, { "sip:bob@sip.example.com" }, TRUE, "sip:bob@sip.example.com", TRUE },
    /* ... and from anybody else: as if it were not there */
    { "sip:bob@atlanta.example", { "sip:ceo@sip.example.com" }, FALSE, "sip:bob@atlanta.example", FALSE },
    { "sip:bob@sip.example.com", { "sip:ceo@sip.example.com" }, FALSE, "sip:bob@sip.example.com", FALSE },
    { NULL, { "sip:ceo@sip.example.com" }, FALSE, NULL, FALSE },
    /* nothing to read */
    { NULL, { NULL }, TRUE, NULL, FALSE },
    { "", { NULL }, TRUE, NULL, FALSE },
    { "garbage", { NULL }, TRUE, NULL, FALSE },
    { "bob@sip.example.com", { NULL }, TRUE, NULL, FALSE },
    { "sip:b\nob@sip.example.com", { NULL }, TRUE, NULL, FALSE },
    { "tel:alice", { NULL }, TRUE, NULL, FALSE },
    { "http://sip.example.com/", { NULL }, TRUE, NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CusaxSipHeaders headers = {
        .from_uri = cases[i].from,
        .asserted = cases[i].asserted,
      };
      g_autoptr (CusaxCallerId) id = make (&headers, cases[i].is_protected);

      g_test_message ("%u: %s", i, cases[i].from != NULL ? cases[i].address : "-");
      g_assert_cmpstr (uri_of (id->address), ==, cases[i].address);
      g_assert_cmpint (id->is_authenticated, ==, cases[i].authenticated);
      g_assert_false (id->is_anonymous);
    }
}

/* R19, R32, T3e: who does not want to be known is not, whatever else the message says. */
static void
test_t3e_anonymous (void)
{
  static const struct
  {
    const char *from;
    const char *asserted[2];
    const char *privacy;
    gboolean anonymous;
  } cases[] = {
    { "sip:bob@sip.example.com", { NULL }, "id", TRUE },
    { "sip:bob@sip.example.com", { NULL }, "ID", TRUE },
    { "sip:bob@sip.example.com", { NULL }, "user", TRUE },
    { "sip:bob@sip.example.com", { NULL }, "header", TRUE },
    { "sip:bob@sip.example.com", { NULL }, "critical; id", TRUE },
    { "sip:bob@sip.example.com", { NULL }, "id;critical", TRUE },
    { "sip:bob@sip.example.com", { NULL }, "session,id", TRUE },
    { "sip:bob@sip.example.com", { "sip:bob@sip.example.com" }, "id", TRUE },
    { "sip:anonymous@anonymous.invalid", { NULL }, NULL, TRUE },
    { "sip:anonymous@Anonymous.Invalid", { "sip:bob@sip.example.com" }, NULL, TRUE },
    { "sip:bob@anonymous.invalid", { NULL }, "none", TRUE },
    { "sip:bob@sip.example.com", { "sip:anonymous@anonymous.invalid" }, NULL, TRUE },
    { "sip:bob@sip.example.com", { NULL }, "none", FALSE },
    { "sip:bob@sip.example.com", { NULL }, "session", FALSE },
    { "sip:bob@sip.example.com", { NULL }, "", FALSE },
    { "sip:bob@sip.example.com", { NULL }, "identity;userid", FALSE },
    { "sip:anonymous@sip.example.com", { NULL }, NULL, FALSE },
    { "sip:bob@anonymous.invalid.example", { NULL }, NULL, FALSE },
  };
  static const CusaxCallInfo call_info[] = { { "xmpp:bob@example.com", "impp" }, { NULL, NULL } };
  static const char *const contacts[] = { "xmpp:bob@example.com", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CusaxSipHeaders headers = {
        .from_uri = cases[i].from,
        .from_display = "Bob",
        .asserted = cases[i].asserted,
        .asserted_display = "Bob",
        .privacy = cases[i].privacy,
        .call_info = call_info,
        .contacts = contacts,
        .focus = "sip:conf@sip.example.com",
      };
      g_autoptr (CusaxCallerId) id = make (&headers, TRUE);

      g_test_message ("%s, %s", cases[i].from, cases[i].privacy != NULL ? cases[i].privacy : "-");
      g_assert_cmpint (id->is_anonymous, ==, cases[i].anonymous);
      g_assert_false (id->is_anonymous && id->is_authenticated);
      g_assert_cmpint (id->address == NULL, ==, cases[i].anonymous);
      g_assert_cmpint (id->claimed_jid == NULL, ==, cases[i].anonymous);
      g_assert_cmpint (id->display_name == NULL, ==, cases[i].anonymous);
      g_assert_cmpint (id->focus == NULL, ==, cases[i].anonymous);
    }
}

/* R30, R35, T3f, T3g: the cue, in any place, and nothing but a cue. */
static void
test_r35_cue (void)
{
  static const struct
  {
    CusaxCallInfo call_info[6];
    const char *contacts[4];
    const char *expected;
  } cases[] = {
    { { { "xmpp:bob@example.com", "impp" } }, { NULL }, "bob@example.com" },
    { { { "XMPP:Bob@Example.com/desk?message;body=hi", "IMPP" } }, { NULL }, "bob@example.com" },
    { { { "xmpp:bob@example.com", "\"impp\"" } }, { NULL }, "bob@example.com" },
    /* T3d: a stranger's JID is the same cue; that nobody is asked about it is the directory's business */
    { { { "xmpp:stranger@evil.example", "impp" } }, { NULL }, "stranger@evil.example" },
    /* T3f: not the first value */
    { { { "http://example.com/a.png", "icon" }, { "xmpp:bob@example.com", "impp" } },
      { NULL },
      "bob@example.com" },
    { { { "http://example.com/a.vcf", "card" },
        { "sip:conf@example.com", "ccmp" },
        { "data:application/json,x", "rcd-jcard" },
        { "http://example.com", NULL },
        { "xmpp:bob@example.com", "Impp" } },
      { NULL },
      "bob@example.com" },
    { { { "im:bob@example.com", "impp" }, { "xmpp:bob@example.com", "impp" } }, { NULL }, "bob@example.com" },
    { { { "sip:bob@example.com", "impp" }, { "xmpp:carol@example.com", "impp" } },
      { NULL },
      "carol@example.com" },
    { { { "xmpp:carol@example.com", "icon" }, { "xmpp:bob@example.com", "impp" } },
      { NULL },
      "bob@example.com" },
    { { { "xmpp:example.com", "impp" }, { "xmpp:bob@example.com", "impp" } }, { NULL }, "bob@example.com" },
    { { { "xmpp:bob@example.com", "impp" }, { "xmpp:carol@example.com", "impp" } },
      { NULL },
      "bob@example.com" },
    /* T3g: the seed draft's Contact */
    { { { NULL } }, { "xmpp:bob@example.com/some-resource" }, "bob@example.com" },
    { { { NULL } }, { "mailto:x@example.com", "tel:+33177", "xmpp:bob@example.com" }, "bob@example.com" },
    { { { "http://example.com", "icon" } }, { "xmpp:bob@example.com" }, "bob@example.com" },
    { { { "xmpp:bob@example.com", "impp" } }, { "xmpp:carol@example.com" }, "bob@example.com" },
    /* no cue */
    { { { NULL } }, { NULL }, NULL },
    { { { "xmpp:bob@example.com", NULL } }, { NULL }, NULL },
    { { { "xmpp:bob@example.com", "" } }, { NULL }, NULL },
    { { { "xmpp:bob@example.com", "imp" } }, { NULL }, NULL },
    { { { "xmpp:bob@example.com", "impps" } }, { NULL }, NULL },
    { { { "xmpp:bob@example.com", "\"" } }, { NULL }, NULL },
    { { { "xmpp:bob@example.com", "impp\"" } }, { NULL }, NULL },
    { { { "xmpp:bob@example.com", "ximppx" } }, { NULL }, NULL },
    { { { "xmpp:bob@example.com", "\"icon\"" } }, { NULL }, NULL },
    { { { "sip:bob@example.com", "impp" } }, { NULL }, NULL },
    { { { "", "impp" } }, { NULL }, NULL },
    { { { "xmpp://bob@example.com", "impp" } }, { NULL }, NULL },
    { { { "xmpp:b%00ob@example.com", "impp" } }, { NULL }, NULL },
    { { { "xmpp:bob@example.com\r\nVia: x", "impp" } }, { NULL }, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CusaxSipHeaders headers = {
        .from_uri = "sip:bob@atlanta.example",
        .call_info = cases[i].call_info,
        .contacts = cases[i].contacts,
      };
      g_autoptr (CusaxCallerId) id = make (&headers, TRUE);

      note (cases[i].call_info[0].uri != NULL ? cases[i].call_info[0].uri : "-");
      g_assert_cmpstr (id->claimed_jid, ==, cases[i].expected);
      g_assert_cmpstr (uri_of (id->address), ==, "sip:bob@atlanta.example");
      g_assert_false (id->is_authenticated);
    }
}

/* R35: 8 KB values, and more values than anybody needs. */
static void
test_r35_bounds (void)
{
  g_autofree char *filler = g_strnfill (8192, 'a');
  g_autofree char *big = g_strconcat ("xmpp:", filler, "@example.com", NULL);
  g_autofree CusaxCallInfo *many = g_new0 (CusaxCallInfo, 1001);
  CusaxSipHeaders headers = { .from_uri = "sip:bob@atlanta.example", .call_info = many };

  for (guint i = 0; i < 1000; i++)
    many[i] = (CusaxCallInfo){ big, "impp" };
  many[63].uri = "xmpp:bob@example.com";
  {
    g_autoptr (CusaxCallerId) id = make (&headers, FALSE);

    g_assert_cmpstr (id->claimed_jid, ==, "bob@example.com");
  }
  many[63].uri = big;
  many[64].uri = "xmpp:bob@example.com";
  {
    g_autoptr (CusaxCallerId) id = make (&headers, FALSE);

    g_assert_null (id->claimed_jid);
  }
}

/* The name is for eyes only: clean, short, the proxy's if the proxy vouches. */
static void
test_display_names (void)
{
  g_autofree char *filler = g_strnfill (8192, 'a');
  g_autofree char *cut = g_strnfill (80, 'a');
  const struct
  {
    const char *from;
    const char *asserted;
    gboolean is_protected;
    const char *expected;
  } cases[] = {
    { "Bob", NULL, TRUE, "Bob" },
    { "  Bob \t B.\r\n", NULL, TRUE, "Bob B." },
    { "B\xe2\x80\xaeob\x01", NULL, TRUE, "Bob" },
    { "\xff", NULL, TRUE, "\xef\xbf\xbd" },
    { "", NULL, TRUE, NULL },
    { NULL, NULL, TRUE, NULL },
    { filler, NULL, TRUE, cut },
    { "Liar", "Bob", TRUE, "Bob" },
    { "Bob", "Liar", FALSE, "Bob" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      static const char *const asserted[] = { "sip:bob@sip.example.com", NULL };
      const CusaxSipHeaders headers = {
        .from_uri = "sip:bob@sip.example.com",
        .from_display = cases[i].from,
        .asserted = cases[i].asserted != NULL ? asserted : NULL,
        .asserted_display = cases[i].asserted,
      };
      g_autoptr (CusaxCallerId) id = make (&headers, cases[i].is_protected);

      g_test_message ("%u", i);
      g_assert_cmpstr (id->display_name, ==, cases[i].expected);
    }
}

/* R38: the conference behind a call. */
static void
test_r38_focus (void)
{
  static const struct
  {
    const char *focus;
    const char *expected;
  } cases[] = {
    { NULL, NULL },
    { "sip:conf1@example.com", "sip:conf1@example.com" },
    { "sip:conf1@example.com;isfocus;gr=x", "sip:conf1@example.com" },
    { "xmpp:conf1@example.com", NULL },
    { "garbage", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CusaxSipHeaders headers = { .from_uri = "sip:bob@atlanta.example", .focus = cases[i].focus };
      g_autoptr (CusaxCallerId) id = make (&headers, TRUE);

      g_assert_cmpstr (uri_of (id->focus), ==, cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/callerid/r32-identity", test_r32_identity);
  g_test_add_func ("/callerid/t3e-anonymous", test_t3e_anonymous);
  g_test_add_func ("/callerid/r35-cue", test_r35_cue);
  g_test_add_func ("/callerid/r35-bounds", test_r35_bounds);
  g_test_add_func ("/callerid/display-names", test_display_names);
  g_test_add_func ("/callerid/r38-focus", test_r38_focus);
  return g_test_run ();
}
