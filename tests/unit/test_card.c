/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "card.h"
#include "note.h"
#include "settings.h"
#include "text.h"

#include <string.h>

#define LINE "R\t1700000000\talice@example.com"

static CusaxConfig *
make_config (void)
{
  g_autoptr (GError) error = NULL;
  CusaxConfig *config = settings_config (
    "alice@example.com", NULL, "sip_address=alice@sip.example.com\ncountry_code=33\ntrunk_prefix=0", &error);

  g_assert_no_error (error);
  return config;
}

static void
add (GPtrArray *tels, const char *value, CusaxTelTypes types, guint pref)
{
  CusaxTel *tel = g_new0 (CusaxTel, 1);

  tel->value = g_strdup (value);
  tel->types = types;
  tel->pref = pref;
  g_ptr_array_add (tels, tel);
}

static GPtrArray *
make_tels (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_tel_free);
}

static char *
to_line (const CusaxCard *card)
{
  GString *text = g_string_new (NULL);

  cusax_card_to_line (card, text);
  return g_string_free (text, FALSE);
}

/* R23, R31: values as they were written, keys by which callers are compared. */
static void
test_r23_keys (void)
{
  static const struct
  {
    const char *value;
    const char *key;
  } cases[] = {
    { "+33.1.77.62.43.39", "tel:+33177624339" },
    { "+33177624339", "tel:+33177624339" },
    { "0177 62 43 39", "tel:+33177624339" },
    { "tel:+1-303-308-3282", "tel:+13033083282" },
    { "7042", "tel:7042" },
    { "sip:alice@atlanta.com", "sip:alice@atlanta.com" },
    { "sip:Alice@ATLANTA.com", "sip:Alice@atlanta.com" },
    { "alice@atlanta.com", "sip:alice@atlanta.com" },
    { "sip:+33177624339@sip.example.com", "tel:+33177624339" },
    { "javascript:alert(1)", "" },
    { "`", "" },
    { "sip:", "" },
    { "fran\xc3\xa7ois@atlanta.com", "sip:fran%C3%A7ois@atlanta.com" },
  };
  g_autoptr (CusaxConfig) config = make_config ();
  g_autoptr (GPtrArray) tels = make_tels ();
  g_autoptr (CusaxCard) card = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    add (tels, cases[i].value, (CusaxTelTypes) i, i + 1);
  card = cusax_card_new ("bob@example.com", CUSAX_CARD_READ, 1700000000, tels, config);
  g_assert_cmpstr (cusax_card_get_jid (card), ==, "bob@example.com");
  g_assert_cmpint (cusax_card_get_state (card), ==, CUSAX_CARD_READ);
  g_assert_cmpint (cusax_card_get_read_at (card), ==, 1700000000);
  g_assert_cmpuint (cusax_card_get_n_entries (card), ==, G_N_ELEMENTS (cases));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CusaxCardEntry entry;

      note (cases[i].value);
      cusax_card_get_entry (card, i, &entry);
      g_assert_cmpstr (entry.value, ==, cases[i].value);
      g_assert_cmpstr (entry.key, ==, cases[i].key);
      g_assert_cmpuint (entry.types, ==, i);
      g_assert_cmpuint (entry.pref, ==, i + 1);
    }
}

/* What a card may not have does not come in by another way than the parser either. */
static void
test_limits (void)
{
  g_autoptr (CusaxConfig) config = make_config ();
  g_autoptr (GPtrArray) tels = make_tels ();
  g_autofree char *longest = g_strnfill (CUSAX_VCARD_MAX_VALUE, '\xc3');
  g_autofree char *too_long = g_strnfill (CUSAX_VCARD_MAX_VALUE + 1, '1');
  g_autoptr (CusaxCard) card = NULL;
  CusaxCardEntry entry;

  for (guint i = 1; i + 14 < CUSAX_VCARD_MAX_VALUE; i += 2)
    longest[i] = '\xa9';
  strcpy (longest + CUSAX_VCARD_MAX_VALUE - 15, "@xn--e.example.");
  add (tels, "", 0, 101);
  add (tels, "1\t2", 0, 101);
  add (tels, "1\n2", 0, 101);
  add (tels, "\xff", 0, 101);
  add (tels, "1\xe2\x80\xae", 0, 101);
  add (tels, too_long, 0, 101);
  add (tels, "1", 0, 0);
  add (tels, "2", 0, 5000);
  for (guint i = 0; i < 40; i++)
    add (tels, longest, CUSAX_TEL_TEXT, 100);
  card = cusax_card_new ("bob@example.com", CUSAX_CARD_READ, -5, tels, config);
  g_assert_cmpint (cusax_card_get_read_at (card), ==, 0);
  g_assert_cmpuint (cusax_card_get_n_entries (card), ==, CUSAX_VCARD_MAX_TELS);
  cusax_card_get_entry (card, 0, &entry);
  g_assert_cmpuint (entry.pref, ==, 1);
  cusax_card_get_entry (card, 1, &entry);
  g_assert_cmpuint (entry.pref, ==, 101);
  cusax_card_get_entry (card, CUSAX_VCARD_MAX_TELS - 1, &entry);
  g_assert_cmpstr (entry.value, ==, longest);
  g_assert_cmpuint (strlen (entry.key), >, 3 * (CUSAX_VCARD_MAX_VALUE - 16)); /* each byte escaped */
}

static void
test_states (void)
{
  g_autoptr (CusaxConfig) config = make_config ();
  const CusaxCardState states[] = { CUSAX_CARD_READ, CUSAX_CARD_NONE, CUSAX_CARD_FAILED };
  static const char *const lines[] = { "R\t1\tb@x.example\n", "N\t1\tb@x.example\n", "F\t1\tb@x.example\n" };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autoptr (CusaxCard) card = cusax_card_new ("b@x.example", states[i], 1, NULL, config);
      g_autofree char *line = to_line (card);
      g_autoptr (CusaxCard) again = cusax_card_from_line (line, strlen (line) - 1);

      g_assert_cmpstr (line, ==, lines[i]);
      g_assert_cmpint (cusax_card_get_state (again), ==, states[i]);
      g_assert_cmpuint (cusax_card_get_n_entries (again), ==, 0);
    }
}

/* What was written is read, and written the same again. */
static void
test_round_trip (void)
{
  g_autoptr (CusaxConfig) config = make_config ();
  g_autoptr (GPtrArray) tels = make_tels ();
  g_autoptr (CusaxCard) card = NULL;
  g_autoptr (CusaxCard) again = NULL;
  g_autofree char *line = NULL;
  g_autofree char *line_again = NULL;

  add (tels, "+33.1.77.62.43.39", CUSAX_TEL_WORK | CUSAX_TEL_CELL, 101);
  add (tels, "+33177624339", 0x3ff, 100);
  add (tels, "sip:alice@atlanta.com", CUSAX_TEL_VIDEO, 1);
  add (tels, "no number", 0, 101);
  card = cusax_card_new ("b\xc3\xbc"
                         "rger@example.com",
                         CUSAX_CARD_READ, G_MAXUINT32, tels, config);
  line = to_line (card);
  g_assert_cmpstr (line, ==,
                   "R\t4294967295\tb\xc3\xbc"
                   "rger@example.com"
                   "\t11\t101\ttel:+33177624339\t+33.1.77.62.43.39\t3ff\t100\ttel:+33177624339\t+33177624339"
                   "\t8\t1\tsip:alice@atlanta.com\tsip:alice@atlanta.com\t0\t101\t\tno number\n");
  again = cusax_card_from_line (line, strlen (line) - 1);
  g_assert_nonnull (again);
  line_again = to_line (again);
  g_assert_cmpstr (line_again, ==, line);
}

/* A cache file may have been edited by anybody. */
static void
test_broken_lines (void)
{
  static const struct
  {
    const char *line;
    gboolean good;
  } cases[] = {
    { LINE, TRUE },
    { LINE "\t0\t101\ttel:1\t1", TRUE },
    { LINE "\t0\t101\t\t1", TRUE },
    { "", FALSE },
    { "R", FALSE },
    { "R\t1", FALSE },
    { "R\t1\t", FALSE },
    { "\t1\ta@b.example", FALSE },
    { "X\t1\ta@b.example", FALSE },
    { "RR\t1\ta@b.example", FALSE },
    { "r\t1\ta@b.example", FALSE },
    { "R\t-1\ta@b.example", FALSE },
    { "R\t\ta@b.example", FALSE },
    { "R\t1x\ta@b.example", FALSE },
    { "R\t4294967296\ta@b.example", FALSE },
    { "R\t1\ta@b.example\r", FALSE },
    { "R\t1\ta\x01@b.example", FALSE },
    { "R\t1\t\xff@b.example", FALSE },
    { LINE "\t", FALSE },
    { LINE "\t0", FALSE },
    { LINE "\t0\t101", FALSE },
    { LINE "\t0\t101\ttel:1", FALSE },
    { LINE "\t0\t101\ttel:1\t", FALSE },
    { LINE "\t0\t101\ttel:1\t1\t", FALSE },
    { LINE "\t400\t101\ttel:1\t1", FALSE },
    { LINE "\t-1\t101\ttel:1\t1", FALSE },
    { LINE "\t0\t0\ttel:1\t1", FALSE },
    { LINE "\t0\t102\ttel:1\t1", FALSE },
    { LINE "\t0\t101\ttel:\xe2\x80\xae\t1", FALSE },
    { LINE "\t0\t101\ttel:1\t1\n", FALSE },
  };
  g_autoptr (GString) many = g_string_new (LINE);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxCard) card = cusax_card_from_line (cases[i].line, strlen (cases[i].line));

      note (cases[i].line);
      g_assert_cmpint (card != NULL, ==, cases[i].good);
    }
  g_assert_null (cusax_card_from_line (LINE "\0", sizeof LINE));

  for (guint i = 0; i <= CUSAX_VCARD_MAX_TELS; i++)
    {
      g_autoptr (CusaxCard) card = cusax_card_from_line (many->str, many->len);

      g_assert_nonnull (card);
      g_assert_cmpuint (cusax_card_get_n_entries (card), ==, i);
      g_string_append (many, "\t0\t101\ttel:1\t1");
    }
  g_assert_null (cusax_card_from_line (many->str, many->len)); /* one too many */
}

/* The longest that a line may hold fits, one byte more does not. */
static void
test_longest_line (void)
{
  static const struct
  {
    gsize jid, key, value;
    gboolean good;
  } cases[] = { { 1280, 1280, 255, TRUE }, { 1281, 1, 1, FALSE }, { 1, 1281, 1, FALSE }, { 1, 1, 256, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *jid = g_strnfill (cases[i].jid, 'j');
      g_autofree char *key = g_strnfill (cases[i].key, 'k');
      g_autofree char *value = g_strnfill (cases[i].value, 'v');
      g_autoptr (GString) line = g_string_new (NULL);
      g_autoptr (CusaxCard) card = NULL;
      g_autofree char *again = NULL;

      g_string_printf (line, "R\t1\t%s", jid);
      for (guint n = 0; n < CUSAX_VCARD_MAX_TELS; n++)
        g_string_append_printf (line, "\t0\t101\t%s\t%s", key, value);
      card = cusax_card_from_line (line->str, line->len);
      g_assert_cmpint (card != NULL, ==, cases[i].good);
      if (card == NULL)
        continue;
      again = to_line (card);
      g_assert_cmpuint (strlen (again), ==, line->len + 1);
      g_assert_cmpmem (again, line->len, line->str, line->len);
    }
}

/* Lines with bytes changed, cut, doubled: broken, or the same after writing and reading again. */
static void
test_fuzz (void)
{
  static const char seed[] = LINE "\t11\t101\ttel:+33177624339\t+33.1.77.62.43.39\t8\t1\tsip:a@b.example"
                                  "\tsip:a@b.example\t0\t50\t\tJ\xc3\xbcrgen\t0\t7\ttel:7042\t7042";
  static const char bytes[] = "\t\t\t\n\0\x7f\xff\xc3\xbc"
                              "0129aRNF+-";
  g_autoptr (GRand) random = g_rand_new_with_seed (3261);
  guint good = 0;

  for (guint i = 0; i < 100000; i++)
    {
      g_autoptr (GString) line = g_string_new (seed);
      g_autoptr (CusaxCard) card = NULL;
      g_autoptr (CusaxCard) again = NULL;
      g_autofree char *text = NULL;
      g_autofree char *text_again = NULL;

      for (int n = g_rand_int_range (random, 1, 4); n > 0; n--)
        {
          gint32 at = g_rand_int_range (random, 0, (gint32) line->len);
          char byte = bytes[g_rand_int_range (random, 0, sizeof bytes - 1)];

          switch (g_rand_int_range (random, 0, 4))
            {
            case 0:
              g_string_truncate (line, (gsize) at + 1);
              break;
            case 1:
              g_string_erase (line, at, 1);
              g_string_append_c (line, '.');
              break;
            case 2:
              g_string_insert_c (line, at, byte);
              break;
            default:
              line->str[at] = byte;
            }
        }
      card = cusax_card_from_line (line->str, line->len);
      if (card == NULL)
        continue;
      good++;
      text = to_line (card);
      again = cusax_card_from_line (text, strlen (text) - 1);
      g_assert_nonnull (again);
      text_again = to_line (again);
      g_assert_cmpstr (text, ==, text_again);
      g_assert_true (cusax_text_is_plain (cusax_card_get_jid (card)));
    }
  g_test_message ("%u of 100000 are cards", good);
  g_assert_cmpuint (good, >, 10000);
}

static void
test_references (void)
{
  CusaxCard *card = cusax_card_from_line (LINE, strlen (LINE));

  g_assert_true (cusax_card_ref (card) == card);
  cusax_card_unref (card);
  g_assert_cmpstr (cusax_card_get_jid (card), ==, "alice@example.com");
  cusax_card_unref (card);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card/r23-keys", test_r23_keys);
  g_test_add_func ("/card/limits", test_limits);
  g_test_add_func ("/card/states", test_states);
  g_test_add_func ("/card/round-trip", test_round_trip);
  g_test_add_func ("/card/broken-lines", test_broken_lines);
  g_test_add_func ("/card/longest-line", test_longest_line);
  g_test_add_func ("/card/fuzz", test_fuzz);
  g_test_add_func ("/card/references", test_references);
  return g_test_run ();
}
