/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See messageclass.h. */
#include "messageclass.h"

#include <sofia-sip/sip_extra.h>
#include <sofia-sip/sip_parser.h>

#include <string.h>

/** Where: in answers to which requests. */
typedef enum
{
  TO_ALL,
  TO_OFFERS,   /* INVITE, UPDATE */
  TO_ALL_IN_CALLS /* these, and REFER, NOTIFY, INFO */
} Where;

/* WORKAROUND Sofia-SIP 1.12.11 to 1.13: some answers make it do what nobody asked for, so it is shown another status that
 * means nothing to it. 302 and 305: the forks call the next place by themselves.
 * The others end a call that stands (sip_util.c, sip_response_terminates_dialog). Some drop the whole dialog without a
 * word to the other side (RFC 5057 section 5.1: its target would be gone), although they may speak of something else, as
 * in Asterisk's 404 to a REFER whose target it does not know, or in the 480 of a proxy whose client is just connecting
 * again. After most of 5xx and 6xx Sofia hangs up (nua_session.c, nua_invite_client_report: cr_graceful), and no tag
 * keeps it from that. To a new offer they only mean that all stays as it was (RFC 3261 section 14.1, RFC 3311 section 5.3);
 * 408 and 481 mean the end. A first INVITE has no call to lose: to Sofia it is refused by any of them. */
static const struct
{
  int status;
  int shown;
  Where where;
} disguises[] = {
  { 302, 392, TO_ALL },          { 305, 395, TO_ALL },
  { 404, 454, TO_ALL_IN_CALLS }, { 410, 450, TO_ALL_IN_CALLS }, { 416, 456, TO_ALL_IN_CALLS },
  { 482, 452, TO_ALL_IN_CALLS }, { 484, 453, TO_ALL_IN_CALLS }, { 485, 455, TO_ALL_IN_CALLS },
  { 502, 457, TO_ALL_IN_CALLS }, { 604, 458, TO_ALL_IN_CALLS },
  { 405, 459, TO_OFFERS },       { 480, 471, TO_OFFERS },       { 483, 472, TO_OFFERS },
  { 500, 460, TO_OFFERS },       { 501, 461, TO_OFFERS },       { 503, 463, TO_OFFERS },
  { 504, 464, TO_OFFERS },       { 555, 465, TO_OFFERS },       { 600, 466, TO_OFFERS },
  { 607, 467, TO_OFFERS },       { 608, 468, TO_OFFERS },
};

/* None that Sofia has a number for: it asks Allow for the name. sip_method_unknown it would refuse. */
#define NAMED_METHOD ((sip_method_t) 64)

static gboolean
is_kept_raw (const char *name)
{
  static const char *const names[] = { "Call-Info", "Privacy", "P-Asserted-Identity", "Refer-To", "Referred-By", "Replaces" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_sip (const sip_contact_t *contact)
{
  return contact->m_url->url_type == url_sip || contact->m_url->url_type == url_sips;
}

/* Moves the first SIP contact to the front; the others keep their order. */
static void
put_sip_first (sip_t *sip)
{
  sip_contact_t **link = &sip->sip_contact;
  sip_contact_t *found;

  while (*link != NULL && !is_sip (*link))
    link = &(*link)->m_next;
  found = *link;
  if (found == NULL || found == sip->sip_contact)
    return;
  *link = found->m_next;
  found->m_next = sip->sip_contact;
  sip->sip_contact = found;
}

/* After some reasons Sofia would subscribe anew by itself, without end, and nobody here would know. */
static void
hide_reason (sip_t *sip)
{
  sip_subscription_state_t *state = sip->sip_subscription_state;

  if (state != NULL && state->ss_substate != NULL && g_ascii_strcasecmp (state->ss_substate, "terminated") == 0)
    state->ss_reason = NULL;
}

static gboolean
is_answer_to (Where where, sip_method_t method)
{
  if (where == TO_ALL || method == sip_method_invite || method == sip_method_update)
    return TRUE;
  return where == TO_ALL_IN_CALLS
         && (method == sip_method_refer || method == sip_method_notify || method == sip_method_info);
}

static void
disguise (sip_t *sip)
{
  if (sip->sip_status == NULL || sip->sip_cseq == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (disguises); i++)
    if (sip->sip_status->st_status == disguises[i].status
        && is_answer_to (disguises[i].where, sip->sip_cseq->cs_method))
      {
        sip->sip_status->st_status = disguises[i].shown;
        return;
      }
}

/* WORKAROUND Sofia-SIP 1.12.11 to 1.13 (nua_notifier.c, nua_refer_server_report): a REFER outside of dialogs is told
 * "100 Trying" by nua before anybody has taken it, also when it is refused then. As a method that nua does not know it is
 * left to us. */
static void
hide_refer (sip_t *sip)
{
  if (sip->sip_request == NULL || sip->sip_request->rq_method != sip_method_refer || sip->sip_cseq == NULL
      || sip->sip_to == NULL || sip->sip_to->a_tag != NULL)
    return;
  sip->sip_request->rq_method = NAMED_METHOD;
  sip->sip_cseq->cs_method = NAMED_METHOD;
}

int
cusax_messageclass_get_status (int status)
{
  for (guint i = 0; i < G_N_ELEMENTS (disguises); i++)
    if (status == disguises[i].shown)
      return disguises[i].status;
  return status;
}

/* Called for every message when its headers are through. */
static issize_t
extract_body (msg_t *msg, msg_pub_t *pub, char bytes[], isize_t size, int is_all)
{
  sip_t *sip = (sip_t *) pub;

  put_sip_first (sip);
  hide_reason (sip);
  hide_refer (sip);
  disguise (sip);
  return sip_extract_body (msg, sip, bytes, size, is_all);
}

msg_mclass_t *
cusax_messageclass_new (void)
{
  const msg_mclass_t *original = sip_default_mclass ();
  /* Without its headers: they can be put in, but not taken out. */
  msg_mclass_t *mclass = msg_mclass_clone (original, 0, TRUE);

  if (mclass == NULL)
    return NULL;
  for (int i = 0; i < original->mc_hash_size; i++)
    {
      const msg_href_t *header = &original->mc_hash[i];

      if (header->hr_class != NULL && !is_kept_raw (header->hr_class->hc_name))
        msg_mclass_insert (mclass, header);
    }
  /* nua knows what to do about it, if it can see it. */
  msg_mclass_insert_header (mclass, sip_refer_sub_class, 0);
  mclass->mc_extract_body = extract_body;
  return mclass;
}
