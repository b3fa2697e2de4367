/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dialable.h"
#include "note.h"
#include "settings.h"

#include <string.h>

#define SETTINGS                                                                                               \
  "sip_address=alice@sip.example.com\nrelated_domains=sip.example.com\ncountry_code=33\ntrunk_prefix=0"

static CusaxConfig *
make_config (const char *settings)
{
  g_autoptr (GError) error = NULL;
  CusaxConfig *config = settings_config ("alice@example.com", NULL, settings, &error);

  g_assert_no_error (error);
  return config;
}

/* "value types-in-hex pref|..." as a card; NULL: no card */
static CusaxCard *
make_card (const char *text, const CusaxConfig *config)
{
  g_autoptr (GPtrArray) tels = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_tel_free);
  g_auto (GStrv) entries = text != NULL ? g_strsplit (text, "|", -1) : NULL;

  for (guint i = 0; entries != NULL && entries[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (entries[i], " ", 3);
      CusaxTel *tel = g_new0 (CusaxTel, 1);

      tel->value = g_strdup (words[0]);
      tel->types = (CusaxTelTypes) g_ascii_strtoull (words[1], NULL, 16);
      tel->pref = (guint) g_ascii_strtoull (words[2], NULL, 10);
      g_ptr_array_add (tels, tel);
    }
  return text != NULL ? cusax_card_new ("bob@example.com", CUSAX_CARD_READ, 1, tels, config) : NULL;
}

/* "URI" with a mark of its source: nothing for a card's, + attached, ? guess, ~ hint */
static char *
render (const GPtrArray *list)
{
  static const char *const marks[] = { "", "+", "?", "~" };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const CusaxDialable *dialable = list->pdata[i];

      g_string_append_printf (text, "%s%s%s", i > 0 ? " " : "", marks[dialable->source],
                              cusax_address_get_uri (dialable->address));
    }
  return g_string_free (text, FALSE);
}

typedef struct
{
  const char *jid;
  const char *card;     /* (nullable) */
  const char *attached; /* (nullable): with blanks between them */
  const char *hints;    /* (nullable) */
  const char *expected;
  gboolean video;
  gboolean clear;
} Case;

static void
check (const Case *cases, guint n)
{
  g_autoptr (CusaxConfig) config = make_config (SETTINGS);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (CusaxCard) card = make_card (cases[i].card, config);
      g_auto (GStrv) attached = cases[i].attached != NULL ? g_strsplit (cases[i].attached, " ", -1) : NULL;
      g_auto (GStrv) hints = cases[i].hints != NULL ? g_strsplit (cases[i].hints, " ", -1) : NULL;
      g_autoptr (GPtrArray) list = cusax_dialable_list (cases[i].jid, card, (const char *const *) attached,
                                                        (const char *const *) hints, config);
      g_autofree char *text = render (list);

      note (cases[i].card != NULL ? cases[i].card : "(no card)");
      g_assert_cmpstr (text, ==, cases[i].expected);
      g_assert_cmpint (cusax_dialable_allows_video (list), ==, cases[i].video);
      g_assert_cmpint (cusax_dialable_is_clear (list), ==, cases[i].clear);
    }
}

#define BOB "bob@example.com"
#define EVE "eve@other.example"
#define MOBILE "sip:+33612345678@sip.example.com;user=phone"

/* R22, R23: what can be called, and nothing else. */
static void
test_r22_usable (void)
{
  static const Case cases[] = {
    { EVE, "sip:eve@other.example 0 101", NULL, NULL, "sip:eve@other.example", TRUE, TRUE },
    { EVE, "+33.6.12.34.56.78 10 101", NULL, NULL, MOBILE, FALSE, TRUE },
    { EVE, "+331 20 101|+332 40 101|+333 80 101|+334 100 101|+335 24 101", NULL, NULL, "", FALSE, FALSE },
    { EVE, "+33612345678 20 101|+33612345678 4 101", NULL, NULL, MOBILE, FALSE, TRUE },
    { EVE, "javascript:alert(1) 0 101|mailto:a@b.example 0 101|` 0 101|http://x.example/ 0 101", NULL, NULL, "",
      FALSE, FALSE },
    { EVE, "", NULL, NULL, "", FALSE, FALSE },
    { EVE, NULL, NULL, NULL, "", FALSE, FALSE },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* R2: the same name, while no card says otherwise. */
static void
test_r2_guess (void)
{
  static const Case cases[] = {
    { BOB, NULL, NULL, NULL, "?sip:bob@sip.example.com", TRUE, TRUE },
    { BOB, "", NULL, NULL, "?sip:bob@sip.example.com", TRUE, TRUE },
    { BOB, "+331 20 101|` 0 101", NULL, NULL, "?sip:bob@sip.example.com", TRUE, TRUE },
    { BOB, "sip:robert@sip.example.com 0 101", NULL, NULL, "sip:robert@sip.example.com", TRUE, TRUE },
    { BOB, NULL, "+33612345678", NULL, "?sip:bob@sip.example.com +" MOBILE, TRUE, TRUE },
    { BOB, NULL, "sip:robert@sip.example.com", NULL, "+sip:robert@sip.example.com ?sip:bob@sip.example.com",
      TRUE, TRUE },
    { BOB, NULL, "sip:bob@sip.example.com", NULL, "+sip:bob@sip.example.com", TRUE, TRUE },
    { BOB, NULL, NULL, "sip:bob@sip.example.com", "?sip:bob@sip.example.com", TRUE, TRUE },
    { "bob@sip.example.com", NULL, NULL, NULL, "", FALSE, FALSE },
    { "room@conference.example.com", NULL, NULL, NULL, "", FALSE, FALSE },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* R26: on-net, other SIP, numbers; then pref; then as written; asked only between equals. */
static void
test_r26_order (void)
{
  static const Case cases[] = {
    { BOB, "+33612345678 4 1|sip:bob@other.example 4 1|sip:bob@sip.example.com 4 101", NULL, NULL,
      "sip:bob@sip.example.com sip:bob@other.example " MOBILE, FALSE, TRUE },
    { EVE, "sip:a@x.example 0 101|sip:b@x.example 0 50|sip:c@x.example 0 101|sip:d@x.example 0 1", NULL, NULL,
      "sip:d@x.example sip:b@x.example sip:a@x.example sip:c@x.example", TRUE, TRUE },
    { EVE, "sip:b@x.example 0 101|sip:a@x.example 0 101", NULL, NULL, "sip:b@x.example sip:a@x.example", TRUE,
      FALSE },
    { EVE, "sip:b@x.example 0 7|sip:a@x.example 0 7|+33612345678 0 7", NULL, NULL,
      "sip:b@x.example sip:a@x.example " MOBILE, TRUE, FALSE },
    /* no address twice, however it is written; the best of what is said of it holds */
    { EVE, "06 0 101", NULL, NULL, "sip:06@sip.example.com;user=phone", TRUE, TRUE },
    { EVE,
      "+33612345678 4 101|tel:+33-6-12-34-56-78 8 3|0612345678 0 101|sip:a@x.example 0 101|sip:a@X.example 0 9",
      "+33612345678", "sip:a@x.example", "sip:a@x.example " MOBILE, TRUE, TRUE },
    /* attached: one more, equal to the card's own */
    { EVE, "sip:a@x.example 0 101", "sip:b@x.example", NULL, "sip:a@x.example +sip:b@x.example", TRUE, FALSE },
    { EVE, "sip:a@x.example 0 5", "sip:b@x.example rubbish:", NULL, "sip:a@x.example +sip:b@x.example", TRUE,
      TRUE },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* R17, R22: hints come last, whatever they are; only these schemes. */
static void
test_r17_hints (void)
{
  static const Case cases[] = {
    { EVE, "+33612345678 4 101", NULL, "sip:eve@sip.example.com", MOBILE " ~sip:eve@sip.example.com", FALSE,
      TRUE },
    { EVE, NULL, NULL, "SIP:eve@x.example tel:+331234567 sips:eve@x.example",
      "~sip:eve@x.example ~sips:eve@x.example ~sip:+331234567@sip.example.com;user=phone", TRUE, FALSE },
    { EVE, NULL, NULL, "eve@x.example 0612345678 xmpp:eve@x.example mailto:eve@x.example sip: tel:", "", FALSE,
      FALSE },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* R24 */
static void
test_r24_video (void)
{
  static const Case cases[] = {
    { EVE, "sip:a@x.example 8 101", NULL, NULL, "sip:a@x.example", TRUE, TRUE },
    { EVE, "sip:a@x.example 5 101", NULL, NULL, "sip:a@x.example", FALSE, TRUE },
    { EVE, "sip:a@x.example 4 1|+33612345678 8 101", NULL, NULL, "sip:a@x.example " MOBILE, TRUE, TRUE },
    { EVE, "sip:a@x.example 0 1|+33612345678 4 101", NULL, NULL, "sip:a@x.example " MOBILE, FALSE, TRUE },
    { EVE, "sip:a@x.example 4 101|sip:a@x.example 8 101", NULL, NULL, "sip:a@x.example", TRUE, TRUE },
    { EVE, "+331 28 101|sip:a@x.example 4 101", NULL, NULL, "sip:a@x.example", FALSE, TRUE },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* Each way carries what follows from it. */
static void
test_fields (void)
{
  g_autoptr (CusaxConfig) config = make_config (SETTINGS "\non_net_numbers=+3361");
  g_autoptr (CusaxCard) card
    = make_card ("06.12.34.56.78 11 7|+331234567 1 101|+49301234567 1 101|112 0 101", config);
  g_autoptr (GPtrArray) list = cusax_dialable_list (EVE, card, NULL, NULL, config);
  const CusaxDialable *first;

  g_assert_cmpuint (list->len, ==, 4);
  first = list->pdata[0];
  g_assert_cmpstr (first->key, ==, "tel:+33612345678");
  g_assert_cmpint (first->class_, ==, CUSAX_CLASS_ON_NET);
  g_assert_cmpuint (first->types, ==, CUSAX_TEL_WORK | CUSAX_TEL_CELL);
  g_assert_cmpuint (first->pref, ==, 7);
  g_assert_cmpint (first->source, ==, CUSAX_DIALABLE_CARD);
  g_assert_cmpint (((CusaxDialable *) list->pdata[3])->class_, ==, CUSAX_CLASS_EMERGENCY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dialable/r22-usable", test_r22_usable);
  g_test_add_func ("/dialable/r2-guess", test_r2_guess);
  g_test_add_func ("/dialable/r26-order", test_r26_order);
  g_test_add_func ("/dialable/r17-hints", test_r17_hints);
  g_test_add_func ("/dialable/r24-video", test_r24_video);
  g_test_add_func ("/dialable/fields", test_fields);
  return g_test_run ();
}
