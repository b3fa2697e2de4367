/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See headers.h. */
#include "headers.h"

#include "valuelist.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/su_alloc.h>

/* Broken values do not count as taken, but to find that out takes time too: for each perhaps as much as the
 * whole message takes, if quotes in it do not close. */
#define MAX_READ (4 * CUSAX_HEADERS_MAX_VALUES)

struct _CusaxHeaders
{
  CusaxSipHeaders view;
  GPtrArray *strings;  /* (element-type utf8): whatever the view points at */
  GPtrArray *asserted; /* (element-type utf8): borrowed from strings, NULL at the end; so are the next two */
  GPtrArray *contacts;
  GArray *call_info; /* (element-type CusaxCallInfo) */
  guint n_call_info; /* read, good or not; so is the next */
  guint n_asserted;
};

static char *
keep (CusaxHeaders *headers, char *text)
{
  if (text != NULL)
    g_ptr_array_add (headers->strings, text);
  return text;
}

static char *
keep_uri (CusaxHeaders *headers, const url_t *url)
{
  su_home_t home[1] = { SU_HOME_INIT (home) };
  g_autofree char *path = NULL;
  url_t whole = *url;
  char *text;

  /* Sofia writes no slash before the path of a URI without "//": xmpp:alice@example.org/desk would come out as
   * somebody at example.orgdesk. */
  if (whole.url_path != NULL && !whole.url_root)
    whole.url_path = path = g_strconcat ("/", whole.url_path, NULL);
  text = keep (headers, g_strdup (url_as_string (home, &whole)));
  su_home_deinit (home);
  return text;
}

/* ------------------------------------------------------------- raw headers */

static void
read_call_info (CusaxHeaders *headers, const char *text)
{
  char *value;

  while (headers->call_info->len < CUSAX_HEADERS_MAX_VALUES && headers->n_call_info < MAX_READ
         && (value = cusax_valuelist_next (&text)) != NULL)
    {
      CusaxCallInfo info = { keep (headers, cusax_valuelist_dup_uri (value)), NULL };

      headers->n_call_info++;
      if (info.uri != NULL)
        {
          info.purpose = keep (headers, cusax_valuelist_dup_param (value, "purpose"));
          g_array_append_val (headers->call_info, info);
        }
      g_free (value);
    }
}

static void
read_asserted (CusaxHeaders *headers, const char *text)
{
  char *value;

  while (headers->asserted->len < CUSAX_HEADERS_MAX_VALUES && headers->n_asserted < MAX_READ
         && (value = cusax_valuelist_next (&text)) != NULL)
    {
      char *uri = keep (headers, cusax_valuelist_dup_uri (value));

      headers->n_asserted++;
      if (uri != NULL && headers->asserted->len == 0)
        headers->view.asserted_display = keep (headers, cusax_valuelist_dup_display (value));
      if (uri != NULL)
        g_ptr_array_add (headers->asserted, uri);
      g_free (value);
    }
}

/* A wish for privacy counts wherever it stands: broken neighbours do not take it away. */
static void
read_privacy (CusaxHeaders *headers, const char *text)
{
  const char *before = headers->view.privacy;
  char *joined = before != NULL ? g_strconcat (before, ";", text, NULL) : g_strdup (text);

  headers->view.privacy = keep (headers, g_strstrip (joined));
}

static void
read_raw (CusaxHeaders *headers, const sip_t *sip)
{
  guint n_privacy = 0;

  for (const sip_unknown_t *header = sip->sip_unknown; header != NULL; header = header->un_next)
    {
      if (header->un_name == NULL || header->un_value == NULL)
        continue;
      if (g_ascii_strcasecmp (header->un_name, "Call-Info") == 0)
        read_call_info (headers, header->un_value);
      else if (g_ascii_strcasecmp (header->un_name, "P-Asserted-Identity") == 0)
        read_asserted (headers, header->un_value);
      else if (g_ascii_strcasecmp (header->un_name, "Privacy") == 0 && n_privacy++ < CUSAX_HEADERS_MAX_VALUES)
        read_privacy (headers, header->un_value);
    }
}

const char *
cusax_headers_find (const sip_t *sip, const char *name, char short_name, guint *n)
{
  const char *found = NULL;

  *n = 0;
  for (const sip_unknown_t *header = sip->sip_unknown; header != NULL; header = header->un_next)
    {
      const char *is = header->un_name;

      if (is == NULL || header->un_value == NULL
          || (g_ascii_strcasecmp (is, name) != 0
              && (short_name == '\0' || g_ascii_tolower (is[0]) != short_name || is[1] != '\0')))
        continue;
      if ((*n)++ == 0)
        found = header->un_value;
    }
  return found;
}

/* ---------------------------------------------------------------- contacts */

static gboolean
is_sip (const sip_contact_t *contact)
{
  return contact->m_url->url_type == url_sip || contact->m_url->url_type == url_sips;
}

static void
read_contacts (CusaxHeaders *headers, const sip_t *sip)
{
  gboolean has_sip = FALSE;

  for (const sip_contact_t *contact = sip->sip_contact; contact != NULL; contact = contact->m_next)
    if (is_sip (contact))
      {
        /* The first one is the dialog's target; what others are for, nobody has said. */
        if (!has_sip && contact->m_params != NULL && msg_params_find (contact->m_params, "isfocus") != NULL)
          headers->view.focus = keep_uri (headers, contact->m_url);
        has_sip = TRUE;
      }
    else if (contact->m_url->url_type != url_any && headers->contacts->len < CUSAX_HEADERS_MAX_VALUES)
      {
        char *uri = keep_uri (headers, contact->m_url);

        if (uri != NULL)
          g_ptr_array_add (headers->contacts, uri);
      }
}

gboolean
cusax_headers_have_target (const sip_t *sip)
{
  return sip->sip_contact != NULL && is_sip (sip->sip_contact) && sip->sip_contact->m_url->url_host != NULL;
}

/* -------------------------------------------------------------------- life */

static const char *const *
finish_array (GPtrArray *array)
{
  if (array->len == 0)
    return NULL;
  g_ptr_array_add (array, NULL);
  return (const char *const *) array->pdata;
}

CusaxHeaders *
cusax_headers_new (const sip_t *sip)
{
  CusaxHeaders *headers = g_new0 (CusaxHeaders, 1);
  const sip_addr_t *sender = sip->sip_request != NULL ? sip->sip_from : sip->sip_to;

  headers->strings = g_ptr_array_new_with_free_func (g_free);
  headers->asserted = g_ptr_array_new ();
  headers->contacts = g_ptr_array_new ();
  headers->call_info = g_array_new (TRUE, TRUE, sizeof (CusaxCallInfo));
  if (sender != NULL)
    {
      headers->view.from_uri = keep_uri (headers, sender->a_url);
      headers->view.from_display = keep (headers, cusax_valuelist_unquote (sender->a_display));
    }
  read_raw (headers, sip);
  read_contacts (headers, sip);
  headers->view.asserted = finish_array (headers->asserted);
  headers->view.contacts = finish_array (headers->contacts);
  if (headers->call_info->len > 0)
    headers->view.call_info = (const CusaxCallInfo *) headers->call_info->data;
  return headers;
}

void
cusax_headers_free (CusaxHeaders *headers)
{
  if (headers == NULL)
    return;
  g_ptr_array_unref (headers->strings);
  g_ptr_array_unref (headers->asserted);
  g_ptr_array_unref (headers->contacts);
  g_array_unref (headers->call_info);
  g_free (headers);
}

const CusaxSipHeaders *
cusax_headers_get (const CusaxHeaders *headers)
{
  return &headers->view;
}
