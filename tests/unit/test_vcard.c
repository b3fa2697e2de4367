/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcard.h"
#include "error.h"
#include "note.h"
#include "text.h"

#include <string.h>

#define TEMP(inside) "<vCard xmlns='vcard-temp'>" inside "</vCard>"
#define VCARD4(inside) "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>" inside "</vcard>"
#define TEL(inside) "<TEL>" inside "</TEL>"
#define NUMBER(value) "<NUMBER>" value "</NUMBER>"

/* "value type,type pref|..." */
static char *
render (const GPtrArray *tels)
{
  static const char *const names[]
    = { "work", "home", "voice", "video", "cell", "fax", "pager", "modem", "bbs", "text" };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < tels->len; i++)
    {
      const CusaxTel *tel = tels->pdata[i];

      g_string_append_printf (text, "%s%s ", i > 0 ? "|" : "", tel->value);
      for (guint bit = 0; bit < G_N_ELEMENTS (names); bit++)
        if ((tel->types & (1u << bit)) != 0)
          g_string_append_printf (text, "%s,", names[bit]);
      g_string_append_printf (text, " %u", tel->pref);
    }
  return g_string_free (text, FALSE);
}

typedef struct
{
  const char *xml;
  const char *expected; /* NULL: CUSAX_ERROR_INVALID */
} Case;

static void
check (const Case *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) tels = cusax_vcard_parse (cases[i].xml, strlen (cases[i].xml), &error);
      g_autofree char *text = NULL;

      note (cases[i].xml);
      if (cases[i].expected == NULL)
        {
          g_assert_null (tels);
          g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
          continue;
        }
      g_assert_no_error (error);
      text = render (tels);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

/* T2: both cards of the slides, the second one with its stray back-tick. */
static void
test_t2_slides (void)
{
  static const Case cases[] = {
    { "<vCard xmlns='vcard-temp'>\n  <TEL>\n    <CELL/>\n    <WORK/>\n"
      "    <NUMBER>+33.1.77.62.43.39</NUMBER>\n  </TEL>\n</vCard>\n",
      "+33.1.77.62.43.39 work,cell, 101" },
    { "<vCard xmlns='vcard-temp'>\n  <TEL>\n    <CELL/>`\n    <WORK/>\n"
      "    <NUMBER>sip:alice@atlanta.com</NUMBER>\n  </TEL>\n</vCard>\n",
      "sip:alice@atlanta.com work,cell, 101" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* XEP-0054, as servers and clients write it. */
static void
test_temp (void)
{
  static const Case cases[] = {
    { "<vCard xmlns='vcard-temp'/>", "" },
    { TEMP (""), "" },
    /* Sipwise */
    { TEMP ("<VERSION>2.0</VERSION><FN>A</FN>" TEL ("<VIDEO/>" NUMBER ("sip:a@b.example"))
              TEL ("<VOICE/>" NUMBER ("4310001"))),
      "sip:a@b.example video, 101|4310001 voice, 101" },
    /* as libpurple's xmlnode_to_str writes what it has read */
    { "<vCard xmlns='vcard-temp'><N><FAMILY>O&apos;Neil &amp; "
      "Co</FAMILY></N><TEL><WORK/><VOICE/><NUMBER>tel:+1-303"
      "</NUMBER></TEL><PHOTO><TYPE>image/png</TYPE><BINVAL>iVBORw0KGgo=</BINVAL></PHOTO></vCard>",
      "tel:+1-303 work,voice, 101" },
    { "<v:vCard xmlns:v='vcard-temp'><v:TEL><v:FAX/><v:NUMBER>1</v:NUMBER></v:TEL></v:vCard>", "1 fax, 101" },
    { "<vCard prodid='x' version='2.0' xmlns=\"vcard-temp\">" TEL (NUMBER ("2")) "</vCard>", "2  101" },
    { "<?xml version='1.0' encoding='UTF-8' ?>\n\n" TEMP (TEL ("<PREF/>" NUMBER ("3"))) "\n<!-- end -->\n",
      "3  1" },
    /* all the types, and some that mean nothing to us */
    { TEMP (TEL ("<HOME/><PAGER/><MSG/><MODEM/><BBS/><ISDN/><PCS/>" NUMBER ("4"))),
      "4 home,pager,modem,bbs,text, 101" },
    { TEMP (TEL ("<work/>" NUMBER ("5"))), "5 work, 101" },
    /* the number straight in TEL, as older clients do; white space and stray text do not count beside NUMBER */
    { TEMP (TEL (" 6 ")), "6  101" },
    { TEMP (TEL ("<HOME/>\n6")), "6 home, 101" },
    { TEMP (TEL ("6" NUMBER ("7"))), "7  101" },
    { TEMP (TEL (NUMBER ("") NUMBER ("8") NUMBER ("9"))), "8  101" },
    { TEMP (TEL (NUMBER ("1<b>2</b>3"))), "13  101" },
    { TEMP (TEL (NUMBER ("<![CDATA[sip:a&b@c.example]]>"))), "sip:a&b@c.example  101" },
    { TEMP (TEL (NUMBER ("sip:a&amp;b&#64;c.example"))), "sip:a&b@c.example  101" },
    /* elsewhere is not here */
    { TEMP ("<AGENT>" TEL (NUMBER ("1")) "</AGENT>" TEL ("<x>" NUMBER ("2") "</x>")), "" },
    { TEMP ("<TEL xmlns='other'><NUMBER>1</NUMBER></TEL>"), "" },
    { TEMP ("<TEL><NUMBER xmlns='other'>1</NUMBER></TEL>"), "" },
    { TEMP ("<o:TEL xmlns:o='other'>" NUMBER ("1") "</o:TEL><TEL>" NUMBER ("2") "</TEL>"), "2  101" },
    { TEMP ("<p:TEL>" NUMBER ("1") "</p:TEL>"), "" },
    { TEMP ("<x xmlns='other'><y/></x><TEL>" NUMBER ("2") "</TEL>"), "2  101" },
    { TEMP ("<tel><uri>sip:a@b.example</uri></tel>"), "" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* XEP-0292. */
static void
test_vcard4 (void)
{
  static const Case cases[] = {
    { VCARD4 ("<tel><parameters><type><text>work</text><text>voice</text><text>video</text></type></parameters>"
              "<uri>sip:alice@sip.example.com</uri></tel>"),
      "sip:alice@sip.example.com work,voice,video, 101" },
    { VCARD4 ("<fn><text>A</text></fn><tel><parameters><pref><integer>2</integer></pref><type><text>home</text>"
              "</type></parameters><uri>tel:+1-303-308-3282</uri></tel>"),
      "tel:+1-303-308-3282 home, 2" },
    { VCARD4 ("<tel><text>+33 1</text></tel><tel><uri>sips:a@b.example</uri></tel>"),
      "+33 1  101|sips:a@b.example  101" },
    { VCARD4 (
        "<group name='x'><tel><parameters><type><text>Cell</text><text>textphone</text></type></parameters>"
        "<text>1</text></tel></group>"),
      "1 cell,text, 101" },
    { VCARD4 ("<tel><parameters><type><text>pref</text></type></parameters><text>1</text></tel>"), "1  1" },
    { VCARD4 ("<tel><parameters><pref><integer>0</integer></pref></parameters><text>1</text></tel>"
              "<tel><parameters><pref><integer>101</integer></pref></parameters><text>2</text></tel>"
              "<tel><parameters><pref><integer>-1</integer></pref></parameters><text>3</text></tel>"
              "<tel><parameters><pref><integer> 100 </integer></pref></parameters><text>4</text></tel>"
              "<tel><parameters><pref><integer>99999999999999999999</integer></pref></parameters><text>5</"
              "text></tel>"),
      "1  101|2  101|3  101|4  100|5  101" },
    { VCARD4 ("<tel>1</tel><TEL><NUMBER>2</NUMBER></TEL><text>3</text><x><tel><text>4</text></tel></x>"), "" },
    /* As a server translates vcard-temp. */
    { VCARD4 ("<tel><uri>tel:sip:bob@example.org</uri></tel><tel><uri>Tel:SIPS:bob@example.org</uri></tel>"
              "<tel><uri>tel:sip</uri></tel>"),
      "sip:bob@example.org  101|SIPS:bob@example.org  101|tel:sip  101" },
    { "<c:vcard "
      "xmlns:c='urn:ietf:params:xml:ns:vcard-4.0'><c:tel><c:text>1</c:text><text>2</text></c:tel></c:vcard>",
      "1  101" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* R23: a card is remote input. */
static void
test_r23_hostile_values (void)
{
  static const Case cases[] = {
    { TEMP (TEL (NUMBER ("")) TEL (NUMBER (" \n\t ")) TEL () "<TEL/>" TEL ("<NUMBER/>")), "" },
    { TEMP (TEL (NUMBER ("1&#10;2")) TEL (NUMBER ("1\r\n2")) TEL (NUMBER ("1\t2")) TEL (NUMBER ("1&#x7f;"))),
      "" },
    { TEMP (TEL (NUMBER ("12\xe2\x80\xae"
                         "34")) TEL (NUMBER ("1\xe2\x80\x8b"
                                             "2")) TEL (NUMBER ("1\xe2\x80\xa8"
                                                                "2"))),
      "" },
    { TEMP (TEL (NUMBER ("javascript:alert(1)"))), "javascript:alert(1)  101" }, /* refused by whoever dials */
    { TEMP (TEL (NUMBER ("\xd9\xa1\xd9\xa2"))), "\xd9\xa1\xd9\xa2  101" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_not_a_card (void)
{
  static const Case cases[] = {
    { "", NULL },
    { " ", NULL },
    { "hello", NULL },
    { "<vCard/>", NULL },
    { "<vCard xmlns='vcard-temp:x:update'/>", NULL },
    { "<vCard xmlns='other'/>", NULL },
    { "<vCard xmlns:v='vcard-temp'/>", NULL },
    { "<v:vCard xmlns='vcard-temp'/>", NULL },
    { "<vcards xmlns='urn:ietf:params:xml:ns:vcard-4.0'/>", NULL },
    { "<query xmlns='vcard-temp'/>", NULL },
    { "<iq>" TEMP ("") "</iq>", NULL },
    { "<vCard xmlns='vcard-temp'>", NULL },
    { "<vCard xmlns='vcard-temp'><TEL>", NULL },
    { "<vCard xmlns='vcard-temp'><TEL></vCard>", NULL },
    { "<vCard xmlns='vcard-temp'/><vCard xmlns='vcard-temp'/>", NULL },
    { "<vCard xmlns='vcard-temp'/>tail", NULL },
    { TEMP ("\xff"), NULL },
    { TEMP ("<![CDATA[\xff]]>"), NULL },
    { TEMP ("<![CDATA[\xff]]></x>"), NULL },
    { TEMP ("&nbsp;"), NULL },
    { TEMP ("&#0;"), NULL },
    { "<vCard xmlns='vcard-temp' x></vCard>", NULL },
    /* a billion laughs: entities are not known, so none is expanded */
    { "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>" TEMP (TEL (NUMBER ("&b;"))),
      NULL },
    { "<!DOCTYPE l [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" TEMP (TEL (NUMBER ("&x;"))), NULL },
  };

  check (cases, G_N_ELEMENTS (cases));
  g_assert_null (cusax_vcard_parse (TEMP ("\0"), sizeof TEMP ("\0") - 1, NULL));
}

static char *
repeat (const char *before, const char *piece, guint count, const char *after)
{
  GString *text = g_string_new (before);

  for (guint i = 0; i < count; i++)
    g_string_append (text, piece);
  return g_string_free (g_string_append (text, after), FALSE);
}

static void
test_long_values (void)
{
  static const guint lengths[] = { 1, 255, 256, 1019, 1020, 1021, 100000 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *xml
        = repeat ("<vCard xmlns='vcard-temp'><TEL><NUMBER> ", "1", lengths[i], " </NUMBER></TEL></vCard>");
      g_autoptr (GPtrArray) tels = cusax_vcard_parse (xml, strlen (xml), NULL);

      g_assert_nonnull (tels);
      g_assert_cmpuint (tels->len, ==, lengths[i] <= CUSAX_VCARD_MAX_VALUE ? 1 : 0);
    }
}

/* Size, depth, width: bounded, and what is within the bounds takes no absurd time. */
static void
test_bounds (void)
{
  static const struct
  {
    const char *piece;
    guint count;
    int tels; /* -1: refused */
  } cases[] = {
    { TEL (NUMBER ("1")), 33, CUSAX_VCARD_MAX_TELS },
    { TEL (NUMBER ("1")), 30000, CUSAX_VCARD_MAX_TELS },
    { "iVBORw0KGgo=", CUSAX_VCARD_MAX_BYTES / 13, 0 },
    { "iVBORw0KGgo=", CUSAX_VCARD_MAX_BYTES / 12 + 1, -1 },
    { ">", 1000000, 0 },
    { "<a/>", 250000, 0 },
    { "<a>", 300000, -1 },
    { "<a xmlns:b='c'>", 40, -1 },
    { "<a xmlns:b='c'/>", 4000, 0 },
    { "<!-- -->", 100000, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *xml = repeat ("<vCard xmlns='vcard-temp'>", cases[i].piece, cases[i].count, "</vCard>");
      gint64 start = g_get_monotonic_time ();
      g_autoptr (GPtrArray) tels = cusax_vcard_parse (xml, strlen (xml), NULL);

      g_test_message ("%u x %s: %d us", cases[i].count, cases[i].piece,
                      (int) (g_get_monotonic_time () - start));
      g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
      g_assert_cmpint (tels != NULL ? (int) tels->len : -1, ==, cases[i].tels);
    }
}

/* Well-formed, but deeper or with more namespaces in force than any card. */
static void
test_nesting (void)
{
  static const struct
  {
    const char *open;
    guint depth; /* below the root */
    gboolean good;
  } cases[] = { { "<a>", 63, TRUE },
                { "<a>", 64, FALSE },
                { "<a>", 100000, FALSE },
                { "<a xmlns:b='c'>", 31, TRUE },
                { "<a xmlns:b='c'>", 32, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *close = repeat ("", "</a>", cases[i].depth, TEL (NUMBER ("1")) "</vCard>");
      g_autofree char *xml = repeat ("<vCard xmlns='vcard-temp'>", cases[i].open, cases[i].depth, close);
      g_autoptr (GPtrArray) tels = cusax_vcard_parse (xml, strlen (xml), NULL);

      g_assert_cmpint (tels != NULL, ==, cases[i].good);
      g_assert_true (tels == NULL || tels->len == 1);
    }
}

/* R15: everything else stays byte for byte. */
static void
test_r15_add (void)
{
#define OURS "<TEL><WORK/><VOICE/><VIDEO/><NUMBER>sip:a&amp;b@c.example</NUMBER></TEL>"
#define OURS4                                                                                                  \
  "<tel><parameters><type><text>work</text><text>voice</text><text>video</text></type></parameters>"           \
  "<uri>sip:a&amp;b@c.example</uri></tel>"
  static const struct
  {
    const char *before;
    const char *after; /* NULL: refused */
  } cases[] = {
    { NULL, TEMP (OURS) },
    { "", TEMP (OURS) },
    { "<vCard xmlns='vcard-temp'/>", TEMP (OURS) },
    { "<vCard xmlns='vcard-temp' />", "<vCard xmlns='vcard-temp' >" OURS "</vCard>" },
    { TEMP (""), TEMP (OURS) },
    { "<?xml version='1.0'?>\n<vCard  version = '2.0' xmlns=\"vcard-temp\">\n <FN>&#65;&lt;</FN><!-- </vCard> "
      "-->"
      "\n <X a='>'/><PHOTO/>\r\n</vCard \n>\n<!-- </vCard> -->\n",
      "<?xml version='1.0'?>\n<vCard  version = '2.0' xmlns=\"vcard-temp\">\n <FN>&#65;&lt;</FN><!-- </vCard> "
      "-->"
      "\n <X a='>'/><PHOTO/>\r\n" OURS "</vCard \n>\n<!-- </vCard> -->\n" },
    { TEMP (TEL (NUMBER ("1")) "<![CDATA[</vCard>]]>"), TEMP (TEL (NUMBER ("1")) "<![CDATA[</vCard>]]>" OURS) },
    { "<v:vCard xmlns:v='vcard-temp'/>",
      "<v:vCard "
      "xmlns:v='vcard-temp'><v:TEL><v:WORK/><v:VOICE/><v:VIDEO/><v:NUMBER>sip:a&amp;b@c.example</v:NUMBER>"
      "</v:TEL></v:vCard>" },
    { VCARD4 ("<fn><text>A</text></fn>"), VCARD4 ("<fn><text>A</text></fn>" OURS4) },
    { "<vCard xmlns='other'/>", NULL },
    { TEMP ("") "x", NULL },
    { " ", NULL },
    { "<vCard xmlns='vcard-temp'>", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *after = cusax_vcard_add_tel (cases[i].before, "sip:a&b@c.example",
                                                    CUSAX_TEL_WORK | CUSAX_TEL_VOICE | CUSAX_TEL_VIDEO, &error);

      note (cases[i].before != NULL ? cases[i].before : "(none)");
      g_assert_cmpstr (after, ==, cases[i].after);
      if (after == NULL)
        g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
    }
}

/* What is written is read again, in both formats and for each set of types. */
static void
test_r15_round_trip (void)
{
  static const char *const cards[]
    = { TEMP (""), VCARD4 (""), "<c:vcard xmlns:c='urn:ietf:params:xml:ns:vcard-4.0'/>" };

  for (guint card = 0; card < G_N_ELEMENTS (cards); card++)
    for (guint types = 0; types < 1u << 10; types++)
      {
        g_autofree char *xml
          = cusax_vcard_add_tel (cards[card], "sip:a@b.example", (CusaxTelTypes) types, NULL);
        g_autoptr (GPtrArray) tels = cusax_vcard_parse (xml, strlen (xml), NULL);
        const CusaxTel *tel;

        g_assert_nonnull (tels);
        g_assert_cmpuint (tels->len, ==, 1);
        tel = tels->pdata[0];
        g_assert_cmpstr (tel->value, ==, "sip:a@b.example");
        g_assert_cmpuint (tel->types, ==, types);
      }
}

/* A card that is full to the last byte does not grow into one that could not be read again. */
static void
test_r15_too_large (void)
{
  g_autofree char *xml = repeat ("<vCard xmlns='vcard-temp'>", "x", CUSAX_VCARD_MAX_BYTES - 40, "</vCard>");
  g_autoptr (GError) error = NULL;

  g_assert_null (cusax_vcard_add_tel (xml, "sip:alice@example.org", 0, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_clear_error (&error);

  xml[CUSAX_VCARD_MAX_VALUE + 1] = '\0';
  g_assert_null (cusax_vcard_add_tel (NULL, xml, 0, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (cusax_vcard_add_tel (NULL, "sip:a@b.example\n", 0, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
}

/* ------------------------------------------------------------------- fuzz */

static const char *const seeds[] = {
  TEMP (TEL ("<CELL/>`<WORK/>" NUMBER ("sip:alice@atlanta.com")) TEL (NUMBER ("+33.1.77.62.43.39"))),
  "<?xml version='1.0'?><v:vCard xmlns:v='vcard-temp' xmlns='o'><v:TEL><v:PREF/><v:NUMBER>1</v:NUMBER></v:TEL>"
  "<!-- x --><TEL><![CDATA[<]]></TEL></v:vCard>",
  VCARD4 ("<group name='x'><tel><parameters><pref><integer>2</integer></pref><type><text>home</text></type>"
          "</parameters><uri>tel:+1</uri></tel></group><tel><text>1</text></tel>"),
  "<vCard xmlns='vcard-temp' />",
};

static const char *const words[] = {
  "<",
  ">",
  "</",
  "/>",
  "'",
  "\"",
  "&",
  "&lt;",
  "&#0;",
  "&#x202e;",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "<?",
  "?>",
  "xmlns=",
  "xmlns:v=",
  "'vcard-temp'",
  "<TEL>",
  "</TEL>",
  "<NUMBER>",
  "</NUMBER>",
  "<WORK/>",
  "</vCard>",
  "\n",
  "\xff",
  "\xe2\x80\xae",
  "\xc3",
  ":",
  "v:",
  "<tel>",
  "<uri>",
  "</uri>",
  "99999999999",
  "<!DOCTYPE x [",
  "]>",
};

static void
mutate (GRand *random, GString *text)
{
  for (int n = g_rand_int_range (random, 1, 4); n > 0; n--)
    {
      gssize at = g_rand_int_range (random, 0, (gint32) text->len + 1);
      gsize length = (gsize) g_rand_int_range (random, 1, 24);

      length = MIN (length, text->len - (gsize) at);
      switch (g_rand_int_range (random, 0, 4))
        {
        case 0:
          g_string_insert (text, at, words[g_rand_int_range (random, 0, G_N_ELEMENTS (words))]);
          break;
        case 1:
          g_string_erase (text, at, (gssize) length);
          break;
        case 2:
          {
            g_autofree char *copy = g_strndup (text->str + at, length);

            g_string_insert (text, g_rand_int_range (random, 0, (gint32) text->len + 1), copy);
            break;
          }
        default:
          if (length > 0)
            text->str[at] = (char) g_rand_int_range (random, 1, 256);
        }
    }
}

static void
check_any (const char *xml)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tels = cusax_vcard_parse (xml, strlen (xml), &error);
  g_autofree char *more = cusax_vcard_add_tel (xml, "sip:us@example.org", CUSAX_TEL_WORK, NULL);
  g_autoptr (GPtrArray) more_tels = NULL;
  gsize head = 0;
  gsize tail = 0;

  if (*xml == '\0')
    return;
  g_assert_true ((tels == NULL) == (more == NULL));
  if (tels == NULL)
    {
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
      return;
    }
  for (guint i = 0; i < tels->len; i++)
    {
      const CusaxTel *tel = tels->pdata[i];

      g_assert_true (cusax_text_is_plain (tel->value));
      g_assert_cmpuint (strlen (tel->value), >, 0);
      g_assert_cmpuint (strlen (tel->value), <=, CUSAX_VCARD_MAX_VALUE);
      g_assert_cmpuint (tel->pref - 1, <=, 100);
    }
  more_tels = cusax_vcard_parse (more, strlen (more), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (more_tels->len, ==, tels->len + 1);
  g_assert_cmpstr (((CusaxTel *) more_tels->pdata[tels->len])->value, ==, "sip:us@example.org");

  /* One piece was put in, nothing else touched: an element's "/" apart, which becomes two tags. */
  while (xml[head] != '\0' && xml[head] == more[head])
    head++;
  while (tail < strlen (xml) - head && xml[strlen (xml) - 1 - tail] == more[strlen (more) - 1 - tail])
    tail++;
  g_assert_true (head + tail == strlen (xml) || (head + tail + 1 == strlen (xml) && xml[head] == '/'));
}

static void
test_fuzz (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7081);
  guint good = 0;

  for (guint i = 0; i < 40000; i++)
    {
      g_autoptr (GString) text = g_string_new (seeds[i % G_N_ELEMENTS (seeds)]);
      g_autoptr (GPtrArray) tels = NULL;

      mutate (random, text);
      check_any (text->str);
      tels = cusax_vcard_parse (text->str, text->len, NULL);
      good += tels != NULL ? 1 : 0;
    }
  g_test_message ("%u of 40000 are cards", good);
  g_assert_cmpuint (good, >, 1000); /* otherwise nothing was tried */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vcard/t2-slides", test_t2_slides);
  g_test_add_func ("/vcard/temp", test_temp);
  g_test_add_func ("/vcard/vcard4", test_vcard4);
  g_test_add_func ("/vcard/r23-hostile-values", test_r23_hostile_values);
  g_test_add_func ("/vcard/not-a-card", test_not_a_card);
  g_test_add_func ("/vcard/long-values", test_long_values);
  g_test_add_func ("/vcard/bounds", test_bounds);
  g_test_add_func ("/vcard/nesting", test_nesting);
  g_test_add_func ("/vcard/r15-add", test_r15_add);
  g_test_add_func ("/vcard/r15-round-trip", test_r15_round_trip);
  g_test_add_func ("/vcard/r15-too-large", test_r15_too_large);
  g_test_add_func ("/vcard/fuzz", test_fuzz);
  return g_test_run ();
}
