/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See card.h. A line of the cache file, with tabs between the fields:
 *
 *   state (R, N, F)  read-at  jid  { types in hex  pref  key  value }
 *
 * No field but the key may be empty, none has control characters, so nothing is escaped.
 */
#include "card.h"
#include "card-private.h"
#include "error.h"
#include "text.h"

#include <string.h>

/* A value of 255 bytes, each of them escaped, a host and the account's domain. */
#define MAX_KEY 1280
#define MAX_JID 1280

/* Offsets are bytes from the card's beginning: at most 32 x (1280 + 255 + 12) + 1280 + 16 < 65536. */
typedef struct
{
  guint16 key;
  guint16 value; /* often the end of the key: "+33177" in "tel:+33177" */
  guint16 types;
  guint8 pref;
} Entry;

/* Then follow the texts. The JID and each key have their offset in the two bytes before them. */
struct _CusaxCard
{
  grefcount references;
  guint32 read_at; /* until 2106 */
  guint16 jid;
  guint8 state;
  guint8 n_entries;
  Entry entries[];
};

/* An entry that is not packed yet. */
typedef struct
{
  const char *value;
  const char *key;
  guint types;
  guint pref;
} Draft;

static const char state_letters[]
  = { [CUSAX_CARD_READ] = 'R', [CUSAX_CARD_NONE] = 'N', [CUSAX_CARD_FAILED] = 'F' };

/* ----------------------------------------------------------------- packing */

/* TRUE if @value need not be written, because it stands at the end of @key. */
static gboolean
is_end_of_key (const Draft *draft)
{
  return g_str_has_suffix (draft->key, draft->value);
}

static gsize
size_of (const Draft *draft)
{
  gsize size = *draft->key != '\0' ? sizeof (guint16) + strlen (draft->key) + 1 : 0;

  return is_end_of_key (draft) ? size : size + strlen (draft->value) + 1;
}

/* Returns: the offset of the text */
static guint16
write_found_text (CusaxCard *card, gsize *end, const char *text)
{
  guint16 offset = (guint16) (*end + sizeof (guint16));
  gsize length = strlen (text) + 1;

  memcpy ((char *) card + *end, &offset, sizeof offset);
  memcpy ((char *) card + offset, text, length);
  *end = offset + length;
  return offset;
}

static void
write_entry (CusaxCard *card, gsize *end, Entry *entry, const Draft *draft)
{
  if (*draft->key != '\0')
    entry->key = write_found_text (card, end, draft->key);
  if (is_end_of_key (draft))
    entry->value = (guint16) (entry->key + strlen (draft->key) - strlen (draft->value));
  else
    {
      entry->value = (guint16) *end;
      *end += strlen (draft->value) + 1;
      memcpy ((char *) card + entry->value, draft->value, *end - entry->value);
    }
  if (*draft->key == '\0')
    entry->key = (guint16) (*end - 1); /* the end of the value is as good an empty text as any */
  entry->types = (guint16) draft->types;
  entry->pref = (guint8) draft->pref;
}

static CusaxCard *
pack (const char *jid, CusaxCardState state, gint64 read_at, const Draft *drafts, guint n_drafts)
{
  gsize end = sizeof (CusaxCard) + n_drafts * sizeof (Entry);
  gsize size = end + sizeof (guint16) + strlen (jid) + 1;
  CusaxCard *card;

  for (guint i = 0; i < n_drafts; i++)
    size += size_of (&drafts[i]);
  card = g_malloc (size);
  g_ref_count_init (&card->references);
  card->read_at = (guint32) CLAMP (read_at, 0, G_MAXUINT32);
  card->state = (guint8) state;
  card->n_entries = (guint8) n_drafts;
  card->jid = write_found_text (card, &end, jid);
  for (guint i = 0; i < n_drafts; i++)
    write_entry (card, &end, &card->entries[i], &drafts[i]);
  return card;
}

static gboolean
is_text (const char *text, gsize max)
{
  return *text != '\0' && strlen (text) <= max && cusax_text_is_plain (text);
}

/* ----------------------------------------------------------------- the card */

CusaxCard *
cusax_card_new (const char *jid, CusaxCardState state, gint64 read_at, const GPtrArray *tels,
                const CusaxConfig *config)
{
  Draft drafts[CUSAX_VCARD_MAX_TELS] = { 0 };
  char *keys[CUSAX_VCARD_MAX_TELS];
  guint n = 0;
  CusaxCard *card;

  g_return_val_if_fail (jid != NULL && is_text (jid, MAX_JID), NULL);

  for (guint i = 0; tels != NULL && i < tels->len && n < CUSAX_VCARD_MAX_TELS; i++)
    {
      const CusaxTel *tel = tels->pdata[i];
      g_autoptr (CusaxAddress) address = NULL;

      if (!is_text (tel->value, CUSAX_VCARD_MAX_VALUE))
        continue;
      address = cusax_address_parse_target (tel->value, cusax_config_get_domain (config), NULL);
      keys[n] = address != NULL ? cusax_classify_key (address, config) : g_strdup ("");
      if (strlen (keys[n]) > MAX_KEY)
        *keys[n] = '\0';
      drafts[n] = (Draft){ tel->value, keys[n], tel->types, CLAMP (tel->pref, 1, 101) };
      n++;
    }
  card = pack (jid, state, read_at, drafts, n);
  for (guint i = 0; i < n; i++)
    g_free (keys[i]);
  return card;
}

CusaxCard *
cusax_card_ref (CusaxCard *card)
{
  g_return_val_if_fail (card != NULL, NULL);
  g_ref_count_inc (&card->references);
  return card;
}

void
cusax_card_unref (CusaxCard *card)
{
  g_return_if_fail (card != NULL);
  if (g_ref_count_dec (&card->references))
    g_free (card);
}

const char *
cusax_card_get_jid (const CusaxCard *card)
{
  return (const char *) card + card->jid;
}

CusaxCardState
cusax_card_get_state (const CusaxCard *card)
{
  return (CusaxCardState) card->state;
}

gint64
cusax_card_get_read_at (const CusaxCard *card)
{
  return card->read_at;
}

guint
cusax_card_get_n_entries (const CusaxCard *card)
{
  return card->n_entries;
}

void
cusax_card_get_entry (const CusaxCard *card, guint index, CusaxCardEntry *entry)
{
  g_return_if_fail (index < card->n_entries);

  entry->value = (const char *) card + card->entries[index].value;
  entry->key = (const char *) card + card->entries[index].key;
  entry->types = (CusaxTelTypes) card->entries[index].types;
  entry->pref = card->entries[index].pref;
}

CusaxCard *
cusax_card_from_text (const char *text)
{
  guint16 offset;

  memcpy (&offset, text - sizeof offset, sizeof offset);
  return (CusaxCard *) (text - offset);
}

/* ----------------------------------------------------------------- the line */

void
cusax_card_to_line (const CusaxCard *card, GString *text)
{
  g_string_append_printf (text, "%c\t%u\t%s", state_letters[card->state], card->read_at,
                          cusax_card_get_jid (card));
  for (guint i = 0; i < card->n_entries; i++)
    {
      CusaxCardEntry entry;

      cusax_card_get_entry (card, i, &entry);
      g_string_append_printf (text, "\t%x\t%u\t%s\t%s", (guint) entry.types, entry.pref, entry.key,
                              entry.value);
    }
  g_string_append_c (text, '\n');
}

/* Cuts the next field off @rest; NULL after the last one. */
static const char *
next_field (char **rest)
{
  char *field = *rest;
  char *tab = field != NULL ? strchr (field, '\t') : NULL;

  if (tab != NULL)
    *tab = '\0';
  *rest = tab != NULL ? tab + 1 : NULL;
  return field;
}

static gboolean
read_number (const char *field, guint base, guint64 min, guint64 max, guint64 *number)
{
  return field != NULL && g_ascii_string_to_unsigned (field, base, min, max, number, NULL);
}

static gboolean
read_entry (char **rest, Draft *draft)
{
  const char *types = next_field (rest);
  const char *pref = next_field (rest);
  guint64 types_number;
  guint64 pref_number;

  draft->key = next_field (rest);
  draft->value = next_field (rest);
  if (draft->value == NULL || !is_text (draft->value, CUSAX_VCARD_MAX_VALUE)
      || (*draft->key != '\0' && !is_text (draft->key, MAX_KEY))
      || !read_number (types, 16, 0, 0x3ff, &types_number) || !read_number (pref, 10, 1, 101, &pref_number))
    return FALSE;
  draft->types = (guint) types_number;
  draft->pref = (guint) pref_number;
  return TRUE;
}

CusaxCard *
cusax_card_from_line (const char *line, gsize length)
{
  g_autofree char *text = g_strndup (line, length);
  char *rest = text;
  const char *letter;
  const char *jid;
  const char *found;
  guint64 read_at;
  Draft drafts[CUSAX_VCARD_MAX_TELS];
  guint n = 0;

  if (strlen (text) != length)
    return NULL;
  letter = next_field (&rest);
  if (*letter == '\0' || letter[1] != '\0' || !read_number (next_field (&rest), 10, 0, G_MAXUINT32, &read_at))
    return NULL;
  jid = next_field (&rest);
  found = memchr (state_letters, *letter, sizeof state_letters);
  if (found == NULL || jid == NULL || !is_text (jid, MAX_JID))
    return NULL;
  for (; rest != NULL; n++)
    if (n == CUSAX_VCARD_MAX_TELS || !read_entry (&rest, &drafts[n]))
      return NULL;
  return pack (jid, (CusaxCardState) (found - state_letters), (gint64) read_at, drafts, n);
}
