/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "binding.h"
#include "note.h"
#include "settings.h"

#include <string.h>

/* Our own service has chat at corp.example and telephony at sip.corp.example; sister.example belongs to it. */
#define SETTINGS                                                                                               \
  "sip_address=alice@sip.corp.example\nrelated_domains=sip.corp.example "                                      \
  "sister.example\ncountry_code=33\ntrunk_prefix=0"

/* A roster: "jid=value,value|jid=...", a JID without "=" has no card that we know, "jid=" an empty one;
 * "!jid=..." is a card of nobody in the roster; "jid+key" attaches; "jid#value" is a fax. */
typedef struct
{
  CusaxConfig *config;
  CusaxIdentity *identity;
  GHashTable *contacts;
  GHashTable *attached;
  CusaxBindingSource source;
} People;

static gboolean
is_contact (gpointer user_data, const char *jid)
{
  return g_hash_table_contains (((People *) user_data)->contacts, jid);
}

static const char *
get_attached (gpointer user_data, const char *key)
{
  return g_hash_table_lookup (((People *) user_data)->attached, key);
}

static void
add_card (People *people, const char *jid, const char *values, gboolean is_fax)
{
  g_autoptr (GPtrArray) tels = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_tel_free);
  g_auto (GStrv) list = g_strsplit (values, ",", -1);
  g_autoptr (CusaxCard) card = NULL;

  for (guint i = 0; list[i] != NULL; i++)
    {
      CusaxTel *tel = g_new0 (CusaxTel, 1);

      tel->value = g_strdup (list[i]);
      tel->types = is_fax ? CUSAX_TEL_FAX : 0;
      tel->pref = 101;
      g_ptr_array_add (tels, tel);
    }
  card = cusax_card_new (jid, CUSAX_CARD_READ, 1, tels, people->config);
  cusax_identity_put (people->identity, card);
}

static void
add_person (People *people, const char *text)
{
  gsize length = strcspn (text, "=+#");
  g_autofree char *jid = g_strndup (text + (*text == '!' ? 1 : 0), length - (*text == '!' ? 1 : 0));
  const char *rest = text + length;

  if (*text != '!')
    g_hash_table_add (people->contacts, g_strdup (jid));
  if (*rest == '+')
    g_hash_table_insert (people->attached, g_strdup (rest + 1), g_strdup (jid));
  else if (*rest != '\0')
    add_card (people, jid, rest + 1, *rest == '#');
}

static People *
people_new (const char *roster, const char *settings)
{
  People *people = g_new0 (People, 1);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) list = g_strsplit (roster, "|", -1);

  people->config = settings_config ("alice@corp.example", NULL, settings, &error);
  g_assert_no_error (error);
  people->identity = cusax_identity_new ();
  people->contacts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  people->attached = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  people->source = (CusaxBindingSource){ people->identity, is_contact, get_attached, people };
  for (guint i = 0; list[i] != NULL; i++)
    add_person (people, list[i]);
  return people;
}

static void
people_free (People *people)
{
  cusax_identity_free (people->identity);
  g_hash_table_unref (people->contacts);
  g_hash_table_unref (people->attached);
  cusax_config_unref (people->config);
  g_free (people);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (People, people_free)

typedef enum
{
  OPEN,     /* UDP, or TLS that nobody verified */
  VERIFIED, /* verified TLS to our own proxy, From only */
  ASSERTED  /* the same, with P-Asserted-Identity */
} Road;

typedef struct
{
  const char *roster;
  const char *from;
  Road road;
  const char *cue; /* (nullable): a JID in Call-Info */
  CusaxBindingGrade grade;
  const char *jid; /* (nullable) */
} Case;

static CusaxCallerId *
make_caller (const Case *c, const char *privacy, const CusaxConfig *config)
{
  g_autofree char *uri = c->cue != NULL ? g_strconcat ("xmpp:", c->cue, NULL) : NULL;
  const CusaxCallInfo info[] = { { uri, "impp" }, { NULL, NULL } };
  const char *const asserted[] = { c->from, NULL };
  CusaxSipHeaders headers = {
    .from_uri = c->road == ASSERTED ? "sip:unknown@sip.corp.example" : c->from,
    .asserted = c->road == ASSERTED ? asserted : NULL,
    .privacy = privacy,
    .call_info = info,
  };

  return cusax_callerid_new (&headers, c->road != OPEN, config);
}

static void
check_with (const char *settings, const Case *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (People) people = people_new (cases[i].roster, settings);
      g_autoptr (CusaxCallerId) caller = make_caller (&cases[i], NULL, people->config);
      g_autoptr (CusaxCallerId) hidden = make_caller (&cases[i], "id", people->config);
      g_autofree char *jid = NULL;
      g_autofree char *nobody = NULL;
      g_autofree char *row
        = g_strdup_printf ("%s calls as %s, road %d, cue %s", cases[i].roster, cases[i].from,
                           (int) cases[i].road, cases[i].cue != NULL ? cases[i].cue : "none");

      note (row);
      g_assert_cmpint (cusax_binding_grade (&people->source, caller, people->config, &jid), ==, cases[i].grade);
      g_assert_cmpstr (jid, ==, cases[i].jid);

      /* R19: whoever hides is nobody, whatever else is known */
      g_assert_cmpint (cusax_binding_grade (&people->source, hidden, people->config, &nobody), ==,
                       CUSAX_BINDING_NONE);
      g_assert_null (nobody);
    }
}

static void
check (const Case *cases, guint n)
{
  check_with (SETTINGS, cases, n);
}

#define NONE CUSAX_BINDING_NONE
#define WEAK CUSAX_BINDING_WEAK
#define STRONG CUSAX_BINDING_STRONG

#define BOB "bob@corp.example"
#define BOB_SIP "sip:bob@sip.corp.example"
#define EVE "eve@evil.example"
#define PAL "pal@partner.example"
#define PAL_SIP "sip:pal@partner.example"

/* The table in binding.h, row by row. */
static void
test_r31_table (void)
{
  static const Case cases[] = {
    /* attached by the person */
    { PAL "+" PAL_SIP, PAL_SIP, ASSERTED, NULL, STRONG, PAL },
    { PAL "+tel:+33612345678", "sip:0612345678@sip.corp.example", ASSERTED, NULL, STRONG, PAL },
    { PAL "+" PAL_SIP, PAL_SIP, OPEN, NULL, WEAK, PAL },
    { PAL "+" PAL_SIP, PAL_SIP, OPEN, PAL, WEAK, PAL },
    { PAL "+tel:+33612345678", "sip:0612345678@sip.corp.example", OPEN, NULL, WEAK, PAL },
    { PAL "+" PAL_SIP "|" EVE "=" PAL_SIP, PAL_SIP, ASSERTED, EVE, STRONG, PAL },
    { PAL "+" PAL_SIP "|" EVE "=" PAL_SIP "|" BOB "=" PAL_SIP, PAL_SIP, ASSERTED, NULL, STRONG, PAL },
    /* alone, authenticated, same or related domain */
    { BOB "=" BOB_SIP, BOB_SIP, VERIFIED, NULL, STRONG, BOB },
    { BOB "=" BOB_SIP, BOB_SIP, ASSERTED, NULL, STRONG, BOB },
    { BOB "=sip:bobby@sister.example", "sip:bobby@sister.example", VERIFIED, NULL, STRONG, BOB },
    { "bob@sister.example=sip:robert@sip.corp.example", "sip:robert@sip.corp.example", VERIFIED, NULL, STRONG,
      "bob@sister.example" },
    { PAL "=" PAL_SIP, PAL_SIP, ASSERTED, NULL, STRONG, PAL },
    { BOB "=7042", "sip:7042@sip.corp.example;user=phone", ASSERTED, NULL, STRONG, BOB },
    { BOB "=+33 6 12 34 56 78", "sip:0612345678@sip.corp.example;user=phone", ASSERTED, NULL, STRONG, BOB },
    { BOB "=+33 6 12 34 56 78", "tel:+33612345678", ASSERTED, NULL, STRONG, BOB },
    /* alone, authenticated, and it names that JID itself */
    { PAL "=sip:pal@elsewhere.example", "sip:pal@elsewhere.example", ASSERTED, PAL, STRONG, PAL },
    { PAL "=+33612345678", "tel:+33612345678", ASSERTED, PAL, STRONG, PAL },
    { PAL "=+33612345678", "tel:+33612345678", ASSERTED, "Pal@PARTNER.example/desk?message;body=x", STRONG,
      PAL },
    /* alone, and anything less */
    { BOB "=" BOB_SIP, BOB_SIP, OPEN, NULL, WEAK, BOB },
    { BOB "=" BOB_SIP, BOB_SIP, OPEN, BOB, WEAK, BOB },
    { PAL "=" PAL_SIP, PAL_SIP, VERIFIED, NULL, WEAK, PAL },
    { PAL "=+33612345678", "tel:+33612345678", ASSERTED, NULL, WEAK, PAL },
    { PAL "=+33612345678", "tel:+33612345678", ASSERTED, BOB, WEAK, PAL },
    /* the guess */
    { BOB, BOB_SIP, VERIFIED, NULL, STRONG, BOB },
    { BOB "=", BOB_SIP, ASSERTED, NULL, STRONG, BOB },
    { BOB "=`", BOB_SIP, VERIFIED, NULL, STRONG, BOB },
    { BOB "#+331", BOB_SIP, VERIFIED, NULL, STRONG, BOB },
    { BOB, BOB_SIP, OPEN, NULL, WEAK, BOB },
    { BOB, BOB_SIP, OPEN, BOB, WEAK, BOB },
    { BOB "=+33612345678", BOB_SIP, VERIFIED, NULL, NONE, NULL },
    { BOB "=sip:robert@sip.corp.example", BOB_SIP, VERIFIED, BOB, NONE, NULL },
    /* two, or nobody */
    { BOB "=+331234567|" PAL "=+331234567", "tel:+331234567", ASSERTED, BOB, NONE, NULL },
    { BOB "|" PAL "=" BOB_SIP, BOB_SIP, VERIFIED, NULL, NONE, NULL },
    { BOB "|" PAL "=" BOB_SIP "|" EVE "=" BOB_SIP, BOB_SIP, ASSERTED, BOB, NONE, NULL },
    { BOB, "sip:carol@sip.corp.example", VERIFIED, NULL, NONE, NULL },
    { "", BOB_SIP, ASSERTED, BOB, NONE, NULL },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* R30: what a call says of itself names nobody. */
static void
test_r30_cue_alone (void)
{
  static const Case cases[] = {
    { BOB, "sip:liar@evil.example", ASSERTED, BOB, NONE, NULL },
    { BOB "=" BOB_SIP, "sip:liar@evil.example", ASSERTED, BOB, NONE, NULL },
    { BOB "=" BOB_SIP, "sip:liar@sip.corp.example", VERIFIED, BOB, NONE, NULL },
    { BOB "=" BOB_SIP, "tel:+33699999999", ASSERTED, BOB, NONE, NULL },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* R31: cards that lie. */
static void
test_r31_attacks (void)
{
#define CEO "ceo@corp.example"
#define CEO_SIP "sip:ceo@sip.corp.example"
  static const Case cases[] = {
    /* a card at evil.example lists the CEO's address: never strong, and nothing if the CEO is a contact */
    { EVE "=" CEO_SIP, CEO_SIP, VERIFIED, NULL, WEAK, EVE },
    { EVE "=" CEO_SIP, CEO_SIP, ASSERTED, CEO, WEAK, EVE },
    { EVE "=" CEO_SIP "|" CEO, CEO_SIP, VERIFIED, NULL, NONE, NULL },
    { EVE "=" CEO_SIP "|" CEO "=" CEO_SIP, CEO_SIP, VERIFIED, NULL, NONE, NULL },
    { EVE "=" CEO_SIP "|" CEO "=+33612345678", CEO_SIP, VERIFIED, NULL, NONE, NULL },
    { EVE "=" CEO_SIP "," CEO_SIP "|" CEO, CEO_SIP, ASSERTED, EVE, NONE, NULL },
    /* a colleague's card takes no name that a contact bears */
    { BOB "=" CEO_SIP "|" CEO "=+33612345678", CEO_SIP, VERIFIED, NULL, NONE, NULL },
    /* the CEO's call under a card of EVE's that lists the mobile number */
    { EVE "=+33612345678", "sip:+33612345678@sip.corp.example", VERIFIED, NULL, WEAK, EVE },
    /* who says to be EVE from elsewhere than where EVE's card says */
    { EVE "=sip:eve@evil.example", "sip:eve@other.example", ASSERTED, EVE, NONE, NULL },
    /* the card agrees, the cue agrees, but nobody vouches for a foreign From */
    { EVE "=sip:eve@evil.example", "sip:eve@evil.example", VERIFIED, EVE, WEAK, EVE },
    { EVE "=sip:eve@evil.example", "sip:eve@evil.example", OPEN, EVE, WEAK, EVE },
    /* a part of a number, and longer ones */
    { BOB "=624339", "tel:+33177624339", ASSERTED, BOB, NONE, NULL },
    { BOB "=39", "tel:+33177624339", ASSERTED, BOB, NONE, NULL },
    { BOB "=+33177624339", "tel:+331776243390", ASSERTED, BOB, NONE, NULL },
    { BOB "=+33177624339", "tel:+3317762433", ASSERTED, BOB, NONE, NULL },
    { BOB "=+33177624339", "tel:+1177624339", ASSERTED, BOB, NONE, NULL },
    { BOB "=+33177624339", "sip:+33177624339@evil.example", ASSERTED, BOB, NONE, NULL },
    { BOB "=sip:b", BOB_SIP, VERIFIED, BOB, NONE, NULL },
    { BOB "=sip:xbob@sip.corp.example", BOB_SIP, VERIFIED, BOB, NONE, NULL },
    { BOB "=" BOB_SIP, "sip:bob@sip.corp.example.evil.example", ASSERTED, BOB, NONE, NULL },
    { BOB "=" BOB_SIP, "sip:bob@evil-sip.corp.example", ASSERTED, BOB, NONE, NULL },
    /* letters: the name has a case, the domain has none */
    { BOB "=" BOB_SIP, "sip:Bob@sip.corp.example", VERIFIED, BOB, NONE, NULL },
    { BOB "=" BOB_SIP, "sip:bob@SIP.CORP.example", VERIFIED, NULL, STRONG, BOB },
    { BOB, "sip:BOB@sip.corp.example", VERIFIED, BOB, NONE, NULL },
    { BOB "=sip:b%6Fb@sip.corp.example", BOB_SIP, VERIFIED, NULL, STRONG, BOB },
    /* a port or another scheme is another address */
    { BOB, "sip:bob@sip.corp.example:5066", ASSERTED, BOB, NONE, NULL },
    { BOB, "sips:bob@sip.corp.example", VERIFIED, NULL, NONE, NULL },
    { BOB "=sips:bob@sip.corp.example", BOB_SIP, VERIFIED, NULL, NONE, NULL },
    /* names made to be cut */
    { BOB, "sip:bob%40corp.example%2Fx@sip.corp.example", VERIFIED, BOB, NONE, NULL },
    { BOB, "sip:bob%2Fx@sip.corp.example", VERIFIED, BOB, NONE, NULL },
    { BOB, "sip:bob@corp.example", ASSERTED, BOB, NONE, NULL },
    { BOB, "sip:bob@evil.example", ASSERTED, BOB, NONE, NULL },
    { BOB, "sip:sip.corp.example", VERIFIED, NULL, NONE, NULL },
    { "bob@other.example", BOB_SIP, VERIFIED, NULL, NONE, NULL },
    /* nobody outside of the roster is named, and keeps nobody else from being named */
    { "!" EVE "=" CEO_SIP, CEO_SIP, ASSERTED, EVE, NONE, NULL },
    { "!" EVE "=" CEO_SIP "|" CEO, CEO_SIP, ASSERTED, EVE, STRONG, CEO },
    { "!" CEO "+" CEO_SIP, CEO_SIP, ASSERTED, CEO, NONE, NULL },
    { "!" CEO "+" CEO_SIP "|" BOB "=" CEO_SIP, CEO_SIP, ASSERTED, NULL, STRONG, BOB },
    /* faxes do not telephone */
    { BOB "#+33177624339", "tel:+33177624339", ASSERTED, BOB, NONE, NULL },
    { "bob@corp.example#" BOB_SIP, BOB_SIP, VERIFIED, NULL, STRONG, BOB }, /* by the guess */
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* A separate provider's bob is another bob. */
static void
test_r2_separate_provider (void)
{
  static const Case cases[] = {
    { BOB, "sip:bob@provider.example", VERIFIED, NULL, NONE, NULL },
    { BOB "=sip:bob@provider.example", "sip:bob@provider.example", VERIFIED, NULL, STRONG, BOB },
  };

  check_with ("sip_address=alice@provider.example", cases, G_N_ELEMENTS (cases));
}

static void
test_nothing (void)
{
  g_autoptr (People) people = people_new (BOB, SETTINGS);
  CusaxCallerId caller = { NULL, TRUE, FALSE, (char *) BOB, NULL, NULL };
  g_autofree char *jid = NULL;

  g_assert_cmpint (cusax_binding_grade (&people->source, &caller, people->config, &jid), ==, NONE);
  g_assert_null (jid);

  /* no memory of attached numbers */
  people->source.get_attached = NULL;
  caller.address = cusax_address_parse_uri (BOB_SIP, NULL);
  g_assert_cmpint (cusax_binding_grade (&people->source, &caller, people->config, &jid), ==, STRONG);
  g_assert_cmpstr (jid, ==, BOB);

  /* whoever hides is not named, even if an address should be known */
  g_clear_pointer (&jid, g_free);
  caller.is_anonymous = TRUE;
  g_assert_cmpint (cusax_binding_grade (&people->source, &caller, people->config, &jid), ==, NONE);
  g_assert_null (jid);
  cusax_address_unref (caller.address);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/binding/r31-table", test_r31_table);
  g_test_add_func ("/binding/r30-cue-alone", test_r30_cue_alone);
  g_test_add_func ("/binding/r31-attacks", test_r31_attacks);
  g_test_add_func ("/binding/r2-separate-provider", test_r2_separate_provider);
  g_test_add_func ("/binding/nothing", test_nothing);
  return g_test_run ();
}
