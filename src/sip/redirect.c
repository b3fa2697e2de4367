/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See redirect.h. */
#include "redirect.h"

#include <sofia-sip/sip_header.h>
#include <sofia-sip/su_alloc.h>
#include <sofia-sip/url.h>

#include <string.h>

/* Of the Contacts, so many are looked at. */
#define MAX_READ 64
#define MAX_URI 1024
/* Thousandths; what does not say its q is as good as any. */
#define BEST_Q 1000

typedef struct
{
  char *uri;
  guint q;
} Target;

/* RFC 3261 section 25.1: 0 to 1 with at most three decimals. Anything else counts least. */
static guint
read_q (const char *text)
{
  guint q = 0;

  if (text == NULL)
    return BEST_Q;
  if (text[0] == '1')
    return BEST_Q;
  if (text[0] != '0' || text[1] != '.')
    return 0;
  for (guint i = 2, weight = 100; i < 5 && g_ascii_isdigit (text[i]); i++, weight /= 10)
    q += (text[i] - '0') * weight;
  return q;
}

/* Returns: (transfer full) (nullable) */
static char *
read_uri (const url_t *url)
{
  su_home_t home[1] = { SU_HOME_INIT (home) };
  char *text;

  if (url->url_type != url_sip && url->url_type != url_sips && url->url_type != url_tel)
    return NULL;
  text = g_strdup (url_as_string (home, url));
  su_home_deinit (home);
  if (text == NULL || strlen (text) > MAX_URI)
    g_clear_pointer (&text, g_free);
  for (const char *p = text; p != NULL && *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      {
        g_clear_pointer (&text, g_free);
        break;
      }
  return text;
}

/* Stable, unlike g_array_sort (). */
static void
insert (GArray *targets, const Target *target)
{
  guint at = targets->len;

  while (at > 0 && g_array_index (targets, Target, at - 1).q < target->q)
    at--;
  g_array_insert_val (targets, at, *target);
}

GStrv
cusax_redirect_read (const sip_t *sip)
{
  g_autoptr (GArray) targets = g_array_new (FALSE, FALSE, sizeof (Target));
  GPtrArray *uris = g_ptr_array_new ();
  const sip_contact_t *m = sip != NULL ? sip->sip_contact : NULL;

  for (guint i = 0; m != NULL && i < MAX_READ; i++, m = m->m_next)
    {
      Target target = { read_uri (m->m_url), read_q (m->m_q) };

      if (target.uri != NULL)
        insert (targets, &target);
    }
  for (guint i = 0; i < targets->len; i++)
    {
      char *uri = g_array_index (targets, Target, i).uri;

      if (i < CUSAX_REDIRECT_MAX)
        g_ptr_array_add (uris, uri);
      else
        g_free (uri);
    }
  g_ptr_array_add (uris, NULL);
  return (GStrv) g_ptr_array_free (uris, FALSE);
}
