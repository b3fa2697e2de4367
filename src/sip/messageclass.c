/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See messageclass.h. */
#include "messageclass.h"

#include <sofia-sip/sip_parser.h>

#include <string.h>

static gboolean
is_kept_raw (const char *name)
{
  static const char *const names[] = { "Call-Info", "Privacy", "P-Asserted-Identity" };

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

/* Called for every message when its headers are through. */
static issize_t
extract_body (msg_t *msg, msg_pub_t *pub, char bytes[], isize_t size, int is_all)
{
  sip_t *sip = (sip_t *) pub;

  put_sip_first (sip);
  hide_reason (sip);
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
  mclass->mc_extract_body = extract_body;
  return mclass;
}
