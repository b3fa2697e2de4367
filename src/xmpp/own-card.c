/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See own-card.h. The steps of one job:
 *
 *   READ_CARD -> READ_VCARD4 -> [PRESENT]
 *     -> WRITE_VCARD4 -> READ_AGAIN -> [DONE]    only if there is a vCard4 without the address
 *     -> WRITE_CARD -> READ_BACK -> [DONE]
 *
 * vCard4 first: servers that keep one card and translate (Prosody's vcard_legacy) show in vcard-temp only what
 * has a place there, and writing that back would lose the rest. After WRITE_VCARD4 such a server has the
 * address in both.
 */
#include "own-card.h"

#include "address.h"
#include "card-fetch.h"
#include "stanza.h"
#include "stream.h"
#include "text.h"
#include "vcard.h"

#include <string.h>

#define REPLY_MS 10000
#define JOB_MS 29000
#define MAX_WORDS 200
#define TEL_TYPES (CUSAX_TEL_WORK | CUSAX_TEL_VOICE)

typedef enum
{
  STEP_READ_CARD,
  STEP_READ_VCARD4,
  STEP_WRITE_VCARD4,
  STEP_READ_AGAIN,
  STEP_WRITE_CARD,
  STEP_READ_BACK
} Step;

struct _CusaxOwnCard
{
  PurpleAccount *account;
  GQueue jobs; /* Job; the head is under way */
};

typedef struct
{
  CusaxOwnCard *own;
  char *uri;
  gboolean check_only;
  CusaxPublishDone done;
  gpointer user_data;
  Step step;
  guint request;
  guint deadline;
  char *card; /* (nullable): as read, the pictures in it */
  gboolean is_in_card;
  char *vcard4;  /* (nullable) */
  char *item_id; /* (nullable): of vcard4 */
  gboolean is_in_vcard4;
} Job;

static void take_step (Job *job, Step step);

static void
job_free (Job *job)
{
  cusax_stanza_cancel (job->request);
  if (job->deadline != 0)
    purple_timeout_remove (job->deadline);
  g_free (job->uri);
  g_free (job->card);
  g_free (job->vcard4);
  g_free (job->item_id);
  g_free (job);
}

/* The last thing that happens to a job; the next one begins before anybody is told. */
static void
finish (Job *job, CusaxPublishResult result, const char *words)
{
  CusaxOwnCard *own = job->own;
  CusaxPublishDone done = job->done;
  gpointer user_data = job->user_data;
  g_autofree char *clean = cusax_text_clean (words, MAX_WORDS);
  gboolean was_running = g_queue_peek_head (&own->jobs) == job;

  g_queue_remove (&own->jobs, job);
  job_free (job);
  if (was_running && !g_queue_is_empty (&own->jobs))
    take_step (g_queue_peek_head (&own->jobs), STEP_READ_CARD);
  done (user_data, result, clean);
}

static void
fail (Job *job, const char *words)
{
  purple_debug_info ("cusax-xmpp", "own card: step %d failed\n", (int) job->step);
  finish (job, CUSAX_PUBLISH_FAILED, words);
}

static gboolean
on_job_due (gpointer data)
{
  Job *job = data;

  job->deadline = 0;
  fail (job, NULL);
  return G_SOURCE_REMOVE;
}

/* ------------------------------------------------------------ what a card says */

static gboolean
has_address (const GPtrArray *tels, const char *uri)
{
  g_autoptr (CusaxAddress) wanted = cusax_address_parse_uri (uri, NULL);

  for (guint i = 0; wanted != NULL && i < tels->len; i++)
    {
      const CusaxTel *tel = g_ptr_array_index (tels, i);
      g_autoptr (CusaxAddress) address = cusax_address_parse_uri (tel->value, NULL);
      if (address != NULL && cusax_address_equal (address, wanted)
          && (tel->types & (CUSAX_TEL_FAX | CUSAX_TEL_PAGER | CUSAX_TEL_MODEM | CUSAX_TEL_BBS)) == 0)
        return TRUE;
    }
  return FALSE;
}

/* FALSE: @text (nullable) is no card that may be written back: not understood, or so full of numbers that what
 * stands behind the last one that we read is unknown. */
static gboolean
look_into (const char *text, const char *uri, gboolean *is_in)
{
  *is_in = FALSE;
  if (text == NULL)
    return TRUE;
  g_autoptr (GPtrArray) tels = cusax_vcard_parse (text, strlen (text), NULL);
  if (tels == NULL)
    return FALSE;
  *is_in = has_address (tels, uri);
  return *is_in || tels->len < CUSAX_VCARD_MAX_TELS;
}

/* Returns: (transfer full) (nullable): the error's own words */
static char *
get_words (xmlnode *reply)
{
  xmlnode *error = reply != NULL ? xmlnode_get_child (reply, "error") : NULL;
  xmlnode *text = error != NULL ? xmlnode_get_child (error, "text") : NULL;
  return text != NULL ? xmlnode_get_data (text) : NULL;
}

/* ---------------------------------------------------------------- replies */

/* What no reply or an error to a step about vcard-temp means. Returns: FALSE if the job has ended. */
static gboolean
check (Job *job, xmlnode *reply)
{
  const char *error = reply != NULL ? cusax_stanza_get_error (reply) : "";
  g_autofree char *words = get_words (reply);

  if (error == NULL)
    return TRUE;
  if (purple_strequal (error, "forbidden") || purple_strequal (error, "not-allowed"))
    finish (job, CUSAX_PUBLISH_MANAGED, words);
  else if (purple_strequal (error, "item-not-found") && job->step != STEP_WRITE_CARD)
    return TRUE;
  else
    fail (job, words);
  return FALSE;
}

/* Returns: FALSE if the job has ended */
static gboolean
keep_card (Job *job, xmlnode *reply)
{
  xmlnode *card = xmlnode_get_child_with_namespace (reply, "vCard", CUSAX_NS_VCARD_TEMP);

  g_clear_pointer (&job->card, g_free);
  if (cusax_stanza_get_error (reply) == NULL && card != NULL)
    job->card = xmlnode_to_str (card, NULL);
  if (look_into (job->card, job->uri, &job->is_in_card))
    return TRUE;
  fail (job, NULL);
  return FALSE;
}

/* A vCard4 that cannot be understood, or none: it is left alone. */
static void
keep_vcard4 (Job *job, xmlnode *reply)
{
  xmlnode *pubsub = reply != NULL && cusax_stanza_get_error (reply) == NULL
                      ? xmlnode_get_child_with_namespace (reply, "pubsub", CUSAX_NS_PUBSUB)
                      : NULL;
  xmlnode *items = pubsub != NULL ? xmlnode_get_child (pubsub, "items") : NULL;
  xmlnode *card = cusax_card_fetch_get_vcard4 (items);

  if (card == NULL || !purple_strequal (xmlnode_get_attrib (items, "node"), CUSAX_NODE_VCARD4))
    return;
  job->item_id = g_strdup (xmlnode_get_attrib (xmlnode_get_parent (card), "id"));
  job->vcard4 = xmlnode_to_str (card, NULL);
  if (!look_into (job->vcard4, job->uri, &job->is_in_vcard4))
    g_clear_pointer (&job->vcard4, g_free);
}

static void
decide (Job *job)
{
  gboolean vcard4_lacks_it = job->vcard4 != NULL && !job->is_in_vcard4;

  if (job->is_in_card && !vcard4_lacks_it)
    finish (job, CUSAX_PUBLISH_PRESENT, NULL);
  else if (job->check_only)
    finish (job, CUSAX_PUBLISH_DONE, NULL);
  else
    take_step (job, vcard4_lacks_it ? STEP_WRITE_VCARD4 : STEP_WRITE_CARD);
}

static void
on_reply (gpointer data, xmlnode *reply)
{
  Job *job = data;

  job->request = 0;
  switch (job->step)
    {
    case STEP_READ_CARD:
      if (check (job, reply) && keep_card (job, reply))
        take_step (job, STEP_READ_VCARD4);
      break;
    case STEP_READ_VCARD4:
      keep_vcard4 (job, reply);
      decide (job);
      break;
    case STEP_WRITE_VCARD4:
      /* Refused or not, vcard-temp is what every client reads. */
      take_step (job, STEP_READ_AGAIN);
      break;
    case STEP_READ_AGAIN:
      if (!check (job, reply) || !keep_card (job, reply))
        break;
      if (job->is_in_card)
        finish (job, CUSAX_PUBLISH_DONE, NULL);
      else
        take_step (job, STEP_WRITE_CARD);
      break;
    case STEP_WRITE_CARD:
      if (check (job, reply))
        take_step (job, STEP_READ_BACK);
      break;
    case STEP_READ_BACK:
      if (!check (job, reply) || !keep_card (job, reply))
        break;
      if (job->is_in_card)
        finish (job, CUSAX_PUBLISH_DONE, NULL);
      else
        fail (job, NULL);
      break;
    }
}

/* ------------------------------------------------------------------ steps */

/* Returns: (transfer full) (nullable): @text (nullable) with the address in it */
static xmlnode *
add_to (const char *text, const char *uri)
{
  g_autofree char *whole = cusax_vcard_add_tel (text, uri, TEL_TYPES, NULL);
  return whole != NULL ? xmlnode_from_str (whole, -1) : NULL;
}

static xmlnode *
new_item (Job *job)
{
  xmlnode *card = add_to (job->vcard4, job->uri);
  if (card == NULL)
    return NULL;

  xmlnode *pubsub = xmlnode_new ("pubsub");
  xmlnode_set_namespace (pubsub, CUSAX_NS_PUBSUB);
  xmlnode *publish = xmlnode_new_child (pubsub, "publish");
  xmlnode_set_namespace (publish, CUSAX_NS_PUBSUB);
  xmlnode_set_attrib (publish, "node", CUSAX_NODE_VCARD4);
  xmlnode *item = xmlnode_new_child (publish, "item");
  xmlnode_set_namespace (item, CUSAX_NS_PUBSUB);
  if (job->item_id != NULL)
    xmlnode_set_attrib (item, "id", job->item_id);
  xmlnode_insert_child (item, card);
  return pubsub;
}

static xmlnode *
new_payload (Job *job)
{
  xmlnode *card;

  switch (job->step)
    {
    case STEP_READ_CARD:
    case STEP_READ_AGAIN:
    case STEP_READ_BACK:
      card = xmlnode_new ("vCard");
      xmlnode_set_namespace (card, CUSAX_NS_VCARD_TEMP);
      return card;
    case STEP_READ_VCARD4:
      return cusax_card_fetch_new_items_request (CUSAX_NODE_VCARD4);
    case STEP_WRITE_VCARD4:
      return new_item (job);
    case STEP_WRITE_CARD:
      return add_to (job->card, job->uri);
    }
  return NULL;
}

static void
take_step (Job *job, Step step)
{
  gboolean writes = step == STEP_WRITE_VCARD4 || step == STEP_WRITE_CARD;

  job->step = step;
  xmlnode *payload = new_payload (job);
  if (payload == NULL)
    {
      fail (job, NULL);
      return;
    }
  job->request = cusax_stanza_send_iq (purple_account_get_connection (job->own->account),
                                       writes ? "set" : "get", NULL, payload, REPLY_MS, on_reply, job);
}

/* ------------------------------------------------------------------- life */

gboolean
cusax_own_card_publish (CusaxOwnCard *own, const char *uri, gboolean check_only, CusaxPublishDone done,
                        gpointer user_data)
{
  if (!cusax_stream_is_up (purple_account_get_connection (own->account)))
    return FALSE;

  Job *job = g_new0 (Job, 1);
  job->own = own;
  job->uri = g_strdup (uri);
  job->check_only = check_only;
  job->done = done;
  job->user_data = user_data;
  job->deadline = purple_timeout_add (JOB_MS, on_job_due, job);
  g_queue_push_tail (&own->jobs, job);
  if (g_queue_peek_head (&own->jobs) == job)
    take_step (job, STEP_READ_CARD);
  return TRUE;
}

CusaxOwnCard *
cusax_own_card_new (PurpleAccount *account)
{
  CusaxOwnCard *own = g_new0 (CusaxOwnCard, 1);

  own->account = account;
  g_queue_init (&own->jobs);
  return own;
}

void
cusax_own_card_free (CusaxOwnCard *own)
{
  Job *job;

  while ((job = g_queue_pop_head (&own->jobs)) != NULL)
    job_free (job);
  g_free (own);
}
