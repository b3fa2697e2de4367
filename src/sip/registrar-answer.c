/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See registrar-answer.h. */
#include "registrar-answer.h"

#include "address.h"
#include "error.h"
#include "registrar.h"

#include <sofia-sip/sip_header.h>
#include <sofia-sip/su_alloc.h>
#include <sofia-sip/url.h>

#include <gio/gio.h>

#include <string.h>

#define MAX_REDIRECTS 8
#define MAX_URI 255
#define MAX_EVENTS 32
#define MAX_EVENT 64

/* The registrar lists every binding of the address of record: ours is the one with our user part. */
guint
cusax_registrar_read_granted (const sip_t *sip, const char *user, guint asked)
{
  for (const sip_contact_t *m = sip->sip_contact; m != NULL; m = m->m_next)
    {
      guint64 seconds;

      if (m->m_url->url_user == NULL || strcmp (m->m_url->url_user, user) != 0)
        continue;
      if (m->m_expires != NULL && g_ascii_string_to_unsigned (m->m_expires, 10, 0, G_MAXUINT32, &seconds, NULL))
        return (guint) MIN (seconds, CUSAX_REGISTRAR_GRANTED_MAX);
    }
  if (sip->sip_expires != NULL)
    return (guint) MIN (sip->sip_expires->ex_delta, CUSAX_REGISTRAR_GRANTED_MAX);
  return asked;
}

/* @host: a literal, IPv6 with or without brackets. Returns: (transfer full) (nullable) */
static char *
read_literal (const char *host)
{
  g_autofree char *plain = NULL;
  g_autoptr (GInetAddress) address = NULL;

  if (host == NULL || strlen (host) > 64)
    return NULL;
  plain = g_strdup (host[0] == '[' ? host + 1 : host);
  plain[strcspn (plain, "]")] = '\0';
  address = g_inet_address_new_from_string (plain);
  if (address == NULL || g_inet_address_get_is_any (address) || g_inet_address_get_is_multicast (address))
    return NULL;
  return g_inet_address_to_string (address);
}

char *
cusax_registrar_read_seen (const sip_t *sip, guint16 *port)
{
  const sip_via_t *via = sip->sip_via;
  guint64 number;

  *port = 0;
  if (via == NULL)
    return NULL;
  if (via->v_rport != NULL && g_ascii_string_to_unsigned (via->v_rport, 10, 1, G_MAXUINT16, &number, NULL))
    *port = (guint16) number;
  /* Without received it is what we wrote ourselves, if the server looked at all. */
  if (via->v_received != NULL)
    return read_literal (via->v_received);
  return *port != 0 ? read_literal (via->v_host) : NULL;
}

/* @value: a parameter's, in quotes or not. Returns: (transfer full) (nullable): what is between them */
static char *
dup_unquoted (const char *value)
{
  gsize length = value != NULL ? strlen (value) : 0;

  if (length == 0 || length > MAX_URI + 2)
    return NULL;
  if (value[0] != '"')
    return g_strdup (value);
  return length >= 2 && value[length - 1] == '"' ? g_strndup (value + 1, length - 2) : NULL;
}

/* It is going to stand in our Contacts, between brackets. */
static gboolean
is_gruu (const char *uri)
{
  g_autoptr (CusaxAddress) address = NULL;
  const char *parameters = strchr (uri, ';');
  const char *gr = parameters != NULL ? strstr (parameters, ";gr") : NULL;

  if (strlen (uri) > MAX_URI || gr == NULL || (gr[3] != '=' && gr[3] != ';' && gr[3] != '\0'))
    return FALSE;
  for (const char *p = uri; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p) || *p == '<' || *p == '>' || *p == '"' || *p == '?')
      return FALSE;
  if (!g_str_has_prefix (uri, "sip:") && !g_str_has_prefix (uri, "sips:"))
    return FALSE;
  address = cusax_address_parse_uri (uri, NULL);
  return address != NULL;
}

char *
cusax_registrar_read_gruu (const sip_t *sip, const char *instance)
{
  g_autofree char *ours = g_strdup_printf ("<urn:uuid:%s>", instance);

  for (const sip_contact_t *m = sip->sip_contact; m != NULL; m = m->m_next)
    {
      g_autofree char *theirs = dup_unquoted (msg_params_find (m->m_params, "+sip.instance="));
      g_autofree char *gruu = dup_unquoted (msg_params_find (m->m_params, "pub-gruu="));

      if (theirs != NULL && gruu != NULL && g_ascii_strcasecmp (theirs, ours) == 0 && is_gruu (gruu))
        return g_steal_pointer (&gruu);
    }
  return NULL;
}

guint
cusax_registrar_read_retry_after (const sip_t *sip)
{
  if (sip == NULL || sip->sip_retry_after == NULL)
    return 0;
  return (guint) MIN (sip->sip_retry_after->af_delta, CUSAX_REGISTRAR_RETRY_MAX);
}

char *
cusax_registrar_read_redirect (const sip_t *sip)
{
  const sip_contact_t *m = sip != NULL ? sip->sip_contact : NULL;

  for (guint i = 0; m != NULL && i < MAX_REDIRECTS; i++, m = m->m_next)
    {
      su_home_t home[1] = { SU_HOME_INIT (home) };
      g_autofree char *text = NULL;
      g_autoptr (CusaxAddress) address = NULL;
      char *url;

      su_home_init (home);
      url = url_as_string (home, m->m_url);
      text = g_strdup (url);
      su_home_deinit (home);
      if (text == NULL || strlen (text) > MAX_URI
          || !(g_str_has_prefix (text, "sip:") || g_str_has_prefix (text, "sips:")))
        continue;
      address = cusax_address_parse_uri (text, NULL);
      if (address != NULL)
        return g_steal_pointer (&text);
    }
  return NULL;
}

GStrv
cusax_registrar_read_events (const sip_t *sip)
{
  const msg_param_t *items = sip != NULL && sip->sip_allow_events != NULL ? sip->sip_allow_events->k_items : NULL;
  GPtrArray *events = g_ptr_array_new ();

  for (guint i = 0; items != NULL && items[i] != NULL && events->len < MAX_EVENTS; i++)
    if (strlen (items[i]) <= MAX_EVENT)
      g_ptr_array_add (events, g_strdup (items[i]));
  g_ptr_array_add (events, NULL);
  return (GStrv) g_ptr_array_free (events, FALSE);
}

GError *
cusax_registrar_make_error (int status, const char *phrase)
{
  CusaxErrorCode code = CUSAX_ERROR_REFUSED;

  if (status == 401 || status == 407 || status == 904)
    code = CUSAX_ERROR_CREDENTIALS;
  else if (status == 408 || status == 504)
    code = CUSAX_ERROR_TIMEOUT;
  /* 423: what it asked for was given, and was too short again. */
  else if (status == 423 || status == 480 || status == 491 || (status >= 500 && status < 600) || status >= 700)
    code = CUSAX_ERROR_UNAVAILABLE;

  /* Sofia's own codes are no SIP. */
  if (status >= 700)
    return g_error_new (CUSAX_ERROR, code, "REGISTER could not be sent: %s", phrase);
  return g_error_new (CUSAX_ERROR, code, "registration was answered with %d %s", status, phrase);
}
