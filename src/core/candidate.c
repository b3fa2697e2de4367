/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See candidate.h. The reader's bounds are the grammar's own (RFC 8839 section 5.1). */
#include "candidate.h"

#include <arpa/inet.h>
#include <string.h>

#define MAX_FOUNDATION 32
#define MAX_COMPONENT 2
#define MAX_ADDRESS 45 /* INET6_ADDRSTRLEN without its NUL */

static const char *const type_names[] = { "host", "srflx", "prflx", "relay" };

CusaxCandidate *
cusax_candidate_copy (const CusaxCandidate *candidate)
{
  CusaxCandidate *copy;

  g_return_val_if_fail (candidate != NULL, NULL);
  copy = g_new (CusaxCandidate, 1);
  *copy = *candidate;
  copy->foundation = g_strdup (candidate->foundation);
  copy->address = g_strdup (candidate->address);
  copy->related_address = g_strdup (candidate->related_address);
  return copy;
}

void
cusax_candidate_free (CusaxCandidate *candidate)
{
  if (candidate == NULL)
    return;
  g_free (candidate->foundation);
  g_free (candidate->address);
  g_free (candidate->related_address);
  g_free (candidate);
}

GPtrArray *
cusax_candidates_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_candidate_free);
}

GPtrArray *
cusax_candidates_copy (const GPtrArray *candidates)
{
  GPtrArray *copy;

  if (candidates == NULL)
    return NULL;
  copy = cusax_candidates_new ();
  for (guint i = 0; i < candidates->len; i++)
    g_ptr_array_add (copy, cusax_candidate_copy (candidates->pdata[i]));
  return copy;
}

static gboolean
is_ice_text (const char *text, gsize min, gsize max)
{
  gsize n = 0;

  while (g_ascii_isalnum (text[n]) || text[n] == '+' || text[n] == '/')
    n++;
  return text[n] == '\0' && n >= min && n <= max;
}

gboolean
cusax_ice_credential_is_valid (const char *text, gsize min)
{
  return text != NULL && is_ice_text (text, min, CUSAX_ICE_CREDENTIAL_MAX);
}

/* The next word of *@text, at most @max long; NULL at the end and for longer ones. */
static char *
next_word (const char **text, gsize max)
{
  const char *start = *text + strspn (*text, " \t");
  gsize length = strcspn (start, " \t");

  *text = start + length;
  return length > 0 && length <= max ? g_strndup (start, length) : NULL;
}

static gboolean
next_number (const char **text, guint64 min, guint64 max, guint64 *number)
{
  g_autofree char *word = next_word (text, 10);

  return word != NULL && g_ascii_string_to_unsigned (word, 10, min, max, number, NULL);
}

/* One host's address: what is sent to a group, or to everybody, would be an attack, and nobody is at 0.0.0.0. */
static gboolean
is_host_literal (const char *text)
{
  struct in_addr ipv4;
  struct in6_addr ipv6;

  if (inet_pton (AF_INET, text, &ipv4) == 1)
    return !IN_MULTICAST (g_ntohl (ipv4.s_addr)) && ipv4.s_addr != INADDR_BROADCAST && ipv4.s_addr != INADDR_ANY;
  return inet_pton (AF_INET6, text, &ipv6) == 1 && !IN6_IS_ADDR_MULTICAST (&ipv6)
         && !IN6_IS_ADDR_UNSPECIFIED (&ipv6);
}

static gboolean
is_literal (const char *text)
{
  struct in6_addr any;

  return inet_pton (AF_INET, text, &any) == 1 || inet_pton (AF_INET6, text, &any) == 1;
}

static gboolean
read_type (CusaxCandidate *candidate, const char **text)
{
  g_autofree char *typ = next_word (text, 3);
  g_autofree char *name = next_word (text, 5);

  if (g_strcmp0 (typ, "typ") != 0 || name == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (strcmp (name, type_names[i]) == 0)
      {
        candidate->type = (CusaxCandidateType) i;
        return TRUE;
      }
  return FALSE;
}

/* What follows the type are pairs of words. raddr and rport are for people who look for faults: nothing of ours depends on
 * them, so a broken one is as if it were not there. */
static void
read_extensions (CusaxCandidate *candidate, const char *text)
{
  while (*text != '\0')
    {
      g_autofree char *name = next_word (&text, 5);
      const char *behind_name = text;
      g_autofree char *value = next_word (&text, MAX_ADDRESS);
      guint64 port;

      if (g_strcmp0 (name, "raddr") == 0 && value != NULL && candidate->related_address == NULL && is_literal (value))
        candidate->related_address = g_steal_pointer (&value);
      else if (g_strcmp0 (name, "rport") == 0 && next_number (&behind_name, 0, G_MAXUINT16, &port))
        candidate->related_port = (guint16) port;
    }
}

CusaxCandidate *
cusax_candidate_parse (const char *value)
{
  g_autoptr (CusaxCandidate) candidate = g_new0 (CusaxCandidate, 1);
  g_autofree char *transport = NULL;
  guint64 component, priority, port;

  g_return_val_if_fail (value != NULL, NULL);

  candidate->foundation = next_word (&value, MAX_FOUNDATION);
  if (candidate->foundation == NULL || !is_ice_text (candidate->foundation, 1, MAX_FOUNDATION)
      || !next_number (&value, 1, MAX_COMPONENT, &component))
    return NULL;
  transport = next_word (&value, 3);
  if (transport == NULL || g_ascii_strcasecmp (transport, "udp") != 0
      || !next_number (&value, 1, G_MAXINT32, &priority))
    return NULL;
  candidate->address = next_word (&value, MAX_ADDRESS);
  if (candidate->address == NULL || !is_host_literal (candidate->address)
      || !next_number (&value, 1, G_MAXUINT16, &port) || !read_type (candidate, &value))
    return NULL;

  candidate->component = (guint) component;
  candidate->priority = (guint32) priority;
  candidate->port = (guint16) port;
  read_extensions (candidate, value);
  return g_steal_pointer (&candidate);
}

char *
cusax_candidate_write (const CusaxCandidate *candidate)
{
  GString *text;

  g_return_val_if_fail (candidate != NULL && candidate->foundation != NULL && candidate->address != NULL, NULL);
  text = g_string_new (NULL);
  g_string_append_printf (text, "%s %u UDP %u %s %u typ %s", candidate->foundation, candidate->component,
                          candidate->priority, candidate->address, candidate->port, type_names[candidate->type]);
  /* Obligatory for all but hosts; who has none, or does not want to tell it, says so (RFC 8839 section 5.1). */
  if (candidate->type != CUSAX_CANDIDATE_HOST)
    g_string_append_printf (text, " raddr %s rport %u",
                            candidate->related_address != NULL            ? candidate->related_address
                            : strchr (candidate->address, ':') != NULL ? "::"
                                                                          : "0.0.0.0",
                            candidate->related_address != NULL ? candidate->related_port : 9u);
  return g_string_free (text, FALSE);
}
