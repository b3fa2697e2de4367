/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See card-fetch.h. */
#include "card-fetch.h"

#include "stanza.h"
#include "stream.h"
#include "vcard.h"

#include <string.h>

#define REPLY_MS 10000
#define ANSWER_MS 14000 /* of both questions and the wait for their turn */
#define OWN_ANSWER_MS 8500
#define RATE 5
/* A little more than a second: what leaves evenly arrives in bunches. */
#define RATE_WINDOW_US (1100 * G_TIME_SPAN_MILLISECOND)

struct _CusaxCardFetch
{
  PurpleAccount *account;
  GHashTable *asks;  /* id -> Ask */
  GQueue waiting;    /* Ask, borrowed: an IQ of theirs waits for its turn */
  gint64 sent[RATE]; /* when the last IQs left, a ring */
  guint oldest;
  guint turn_source;
  guint last_id;
};

typedef struct
{
  CusaxCardFetch *fetch;
  guint id;
  char *jid;
  CusaxCardDone done;
  gpointer user_data;
  guint request;
  guint deadline;
  gboolean is_second; /* vcard-temp has answered; this is what it said: */
  CusaxCardState state;
  char *text;
} Ask;

static void run_turns (CusaxCardFetch *fetch);

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_queue_remove (&ask->fetch->waiting, ask);
  cusax_stanza_cancel (ask->request);
  if (ask->deadline != 0)
    purple_timeout_remove (ask->deadline);
  g_free (ask->jid);
  g_free (ask->text);
  g_free (ask);
}

/* The last thing that happens to an ask. @text: (transfer full) (nullable) */
static void
answer (Ask *ask, CusaxCardState state, char *text)
{
  CusaxCardFetch *fetch = ask->fetch;
  CusaxCardDone done = ask->done;
  gpointer user_data = ask->user_data;
  g_autofree char *owned = text;

  g_hash_table_remove (fetch->asks, GUINT_TO_POINTER (ask->id));
  done (user_data, state, state == CUSAX_CARD_READ ? text : NULL, state == CUSAX_CARD_READ ? strlen (text) : 0);
}

static void
answer_first_half (Ask *ask)
{
  answer (ask, ask->state, g_steal_pointer (&ask->text));
}

static gboolean
on_answer_due (gpointer data)
{
  Ask *ask = data;

  ask->deadline = 0;
  answer_first_half (ask);
  return G_SOURCE_REMOVE;
}

/* ------------------------------------------------------------ reading cards */

xmlnode *
cusax_card_fetch_new_items_request (const char *node)
{
  xmlnode *pubsub = xmlnode_new ("pubsub");
  xmlnode *items = xmlnode_new_child (pubsub, "items");

  xmlnode_set_namespace (pubsub, CUSAX_NS_PUBSUB);
  xmlnode_set_namespace (items, CUSAX_NS_PUBSUB);
  xmlnode_set_attrib (items, "node", node);
  xmlnode_set_attrib (items, "max_items", "1");
  return pubsub;
}

xmlnode *
cusax_card_fetch_get_vcard4 (xmlnode *items)
{
  for (xmlnode *item = items != NULL ? xmlnode_get_child (items, "item") : NULL; item != NULL;
       item = xmlnode_get_next_twin (item))
    {
      xmlnode *card = xmlnode_get_child_with_namespace (item, "vcard", CUSAX_NS_VCARD4);
      if (card != NULL)
        return card;
    }
  return NULL;
}

static gboolean
has_elements (xmlnode *card)
{
  for (xmlnode *child = card->child; child != NULL; child = child->next)
    if (child->type == XMLNODE_TYPE_TAG)
      return TRUE;
  return FALSE;
}

/* Nobody looks for a number in there, and the rest of a card with a large picture is as good as any. */
static void
cut_pictures (xmlnode *card)
{
  static const char *const names[] = { "PHOTO", "LOGO", "SOUND", "KEY", NULL };
  xmlnode *next;

  for (xmlnode *child = card->child; child != NULL; child = next)
    {
      next = child->next;
      g_autofree char *name = child->type == XMLNODE_TYPE_TAG ? g_ascii_strup (child->name, -1) : NULL;
      if (name != NULL && g_strv_contains (names, name))
        xmlnode_free (child);
    }
}

char *
cusax_card_fetch_get_text (xmlnode *card)
{
  if (card == NULL || !has_elements (card))
    return NULL;
  cut_pictures (card);

  int length = 0;
  g_autofree char *text = xmlnode_to_str (card, &length);
  return text != NULL && length <= CUSAX_VCARD_MAX_BYTES ? g_steal_pointer (&text) : NULL;
}

/* @text: (nullable) */
static gboolean
is_readable (const char *text, gboolean *has_number)
{
  g_autoptr (GPtrArray) tels = text != NULL ? cusax_vcard_parse (text, strlen (text), NULL) : NULL;
  *has_number = tels != NULL && tels->len > 0;
  return tels != NULL;
}

/* -------------------------------------------------------------- replies */

/* What an error says of the card: there is none, the other server cannot be asked at all, or this way is
 * closed. */
static gboolean
is_no_card (const char *error)
{
  static const char *const names[]
    = { "item-not-found", "service-unavailable", "feature-not-implemented", NULL };
  return g_strv_contains (names, error);
}

static gboolean
is_out_of_reach (const char *error)
{
  static const char *const names[] = { "remote-server-not-found",
                                       "remote-server-timeout",
                                       "internal-server-error",
                                       "recipient-unavailable",
                                       "gone",
                                       NULL };
  return g_strv_contains (names, error);
}

static void
on_first_reply (gpointer data, xmlnode *reply)
{
  Ask *ask = data;
  const char *error = reply != NULL ? cusax_stanza_get_error (reply) : NULL;
  gboolean has_number = FALSE;

  ask->request = 0;
  if (reply == NULL || (error != NULL && is_out_of_reach (error)))
    {
      answer (ask, CUSAX_CARD_FAILED, NULL);
      return;
    }
  if (error != NULL)
    ask->state = is_no_card (error) ? CUSAX_CARD_NONE : CUSAX_CARD_FAILED;
  else
    {
      xmlnode *card = xmlnode_get_child_with_namespace (reply, "vCard", CUSAX_NS_VCARD_TEMP);
      gboolean is_empty = card == NULL || !has_elements (card);
      ask->text = cusax_card_fetch_get_text (card);
      ask->state = is_empty                               ? CUSAX_CARD_NONE
                   : is_readable (ask->text, &has_number) ? CUSAX_CARD_READ
                                                          : CUSAX_CARD_FAILED;
    }
  if (has_number)
    {
      answer_first_half (ask);
      return;
    }

  /* Before those who have not asked at all: whoever counts what is under way waits for this one. */
  ask->is_second = TRUE;
  g_queue_push_head (&ask->fetch->waiting, ask);
  run_turns (ask->fetch);
}

static void
on_second_reply (gpointer data, xmlnode *reply)
{
  Ask *ask = data;
  gboolean has_number = FALSE;

  ask->request = 0;
  if (reply == NULL)
    {
      /* "No card" is only half known. */
      if (ask->state == CUSAX_CARD_NONE)
        ask->state = CUSAX_CARD_FAILED;
      answer_first_half (ask);
      return;
    }

  xmlnode *pubsub = xmlnode_get_child_with_namespace (reply, "pubsub", CUSAX_NS_PUBSUB);
  xmlnode *items = pubsub != NULL ? xmlnode_get_child (pubsub, "items") : NULL;
  g_autofree char *text = NULL;
  if (cusax_stanza_get_error (reply) == NULL && items != NULL
      && purple_strequal (xmlnode_get_attrib (items, "node"), CUSAX_NODE_VCARD4))
    text = cusax_card_fetch_get_text (cusax_card_fetch_get_vcard4 (items));
  if (is_readable (text, &has_number) && (has_number || ask->state != CUSAX_CARD_READ))
    answer (ask, CUSAX_CARD_READ, g_steal_pointer (&text));
  else
    answer_first_half (ask);
}

/* ---------------------------------------------------------------- asking */

static void
send (Ask *ask)
{
  PurpleConnection *gc = purple_account_get_connection (ask->fetch->account);
  xmlnode *payload;

  if (ask->is_second)
    payload = cusax_card_fetch_new_items_request (CUSAX_NODE_VCARD4);
  else
    {
      payload = xmlnode_new ("vCard");
      xmlnode_set_namespace (payload, CUSAX_NS_VCARD_TEMP);
    }
  ask->request = cusax_stanza_send_iq (gc, "get", ask->jid, payload, REPLY_MS,
                                       ask->is_second ? on_second_reply : on_first_reply, ask);
}

static gboolean
on_turn (gpointer data)
{
  CusaxCardFetch *fetch = data;

  fetch->turn_source = 0;
  run_turns (fetch);
  return G_SOURCE_REMOVE;
}

static void
run_turns (CusaxCardFetch *fetch)
{
  while (!g_queue_is_empty (&fetch->waiting) && fetch->turn_source == 0)
    {
      gint64 now = g_get_monotonic_time ();
      gint64 next = fetch->sent[fetch->oldest] == 0 ? now : fetch->sent[fetch->oldest] + RATE_WINDOW_US;
      if (next > now)
        {
          fetch->turn_source
            = purple_timeout_add ((guint) ((next - now) / G_TIME_SPAN_MILLISECOND) + 1, on_turn, fetch);
          return;
        }
      fetch->sent[fetch->oldest] = now;
      fetch->oldest = (fetch->oldest + 1) % RATE;
      send (g_queue_pop_head (&fetch->waiting));
    }
}

guint
cusax_card_fetch_ask (CusaxCardFetch *fetch, const char *jid, CusaxCardDone done, gpointer user_data)
{
  if (!cusax_stream_is_up (purple_account_get_connection (fetch->account)))
    return 0;

  Ask *ask = g_new0 (Ask, 1);
  guint id = ask->id = ++fetch->last_id != 0 ? fetch->last_id : ++fetch->last_id;
  ask->fetch = fetch;
  ask->jid = g_strdup (jid);
  ask->done = done;
  ask->user_data = user_data;
  ask->state = CUSAX_CARD_FAILED;
  ask->deadline = purple_timeout_add (jid != NULL ? ANSWER_MS : OWN_ANSWER_MS, on_answer_due, ask);
  g_hash_table_insert (fetch->asks, GUINT_TO_POINTER (id), ask);
  g_queue_push_tail (&fetch->waiting, ask);
  run_turns (fetch);
  return id;
}

void
cusax_card_fetch_cancel (CusaxCardFetch *fetch, guint id)
{
  g_hash_table_remove (fetch->asks, GUINT_TO_POINTER (id));
}

CusaxCardFetch *
cusax_card_fetch_new (PurpleAccount *account)
{
  CusaxCardFetch *fetch = g_new0 (CusaxCardFetch, 1);

  fetch->account = account;
  fetch->asks = g_hash_table_new_full (NULL, NULL, NULL, ask_free);
  g_queue_init (&fetch->waiting);
  return fetch;
}

void
cusax_card_fetch_free (CusaxCardFetch *fetch)
{
  g_hash_table_unref (fetch->asks);
  if (fetch->turn_source != 0)
    purple_timeout_remove (fetch->turn_source);
  g_free (fetch);
}
