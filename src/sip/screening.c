/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See screening.h. */
#define _GNU_SOURCE /* memmem */
#include "screening.h"

#include "agent.h"

#include <sofia-sip/msg.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_util.h>

#include <string.h>

/* In place of a start line, so that Sofia reads the headers of a request whose own one it cannot read. */
#define STAND_IN "OPTIONS sip:stand.in.invalid SIP/2.0"

/* Bytes that end a header for Sofia, and for nobody else: NUL, and CR without LF. */
static gboolean
is_trap (const char *bytes, gsize length, gsize i)
{
  return bytes[i] == '\0' || (bytes[i] == '\r' && (i + 1 == length || bytes[i + 1] != '\n'));
}

static gsize
get_head_length (const char *bytes, gsize length)
{
  const char *end = memmem (bytes, length, "\r\n\r\n", 4);

  return end != NULL ? (gsize) (end - bytes) + 4 : length;
}

static gboolean
has_trap (const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (is_trap (bytes, length, i))
      return TRUE;
  return FALSE;
}

/* Returns: TRUE if Sofia sees the end of the message where it is */
static gboolean
ends_there (const sip_t *sip, gsize body)
{
  return sip->sip_content_length != NULL && sip->sip_content_length->l_length == body;
}

/* Returns: what Sofia would say to @msg before it closes the connection, if it says anything; 0: it takes it. As
 * agent_recv_request() has it in Sofia's nta.c. */
static int
judge (msg_t *msg, gsize body)
{
  const sip_t *sip = sip_object (msg);

  if (sip == NULL || msg_get_flags (msg, MSG_FLG_TOOLARGE | MSG_FLG_ERROR) != 0 || !ends_there (sip, body))
    return 400;
  if (sip->sip_status != NULL)
    return 0;
  if (sip->sip_request == NULL || (msg_extract_errors (msg) & CUSAX_AGENT_BAD_REQUEST_MASK) != 0
      || sip_sanity_check (sip) < 0)
    return 400;
  return g_ascii_strcasecmp (sip->sip_request->rq_version, sip_version_2_0) == 0 ? 0 : 505;
}

/* ------------------------------------------------------------------------- answer */

static void
append_header (GString *text, su_home_t *home, const char *name, const void *header)
{
  const char *value = header != NULL ? sip_header_as_string (home, header) : NULL;

  if (value != NULL)
    g_string_append_printf (text, "%s: %s\r\n", name, value);
}

static void
append_to (GString *text, su_home_t *home, const sip_to_t *to)
{
  append_header (text, home, "To", to);
  if (to == NULL || to->a_tag != NULL)
    return;
  g_string_truncate (text, text->len - 2);
  g_string_append_printf (text, ";tag=%08x\r\n", g_random_int ());
}

/* @msg: with a start line that can be read */
static GBytes *
write_answer (msg_t *msg, int status)
{
  const sip_t *sip = sip_object (msg);
  su_home_t *home = msg_home (msg);
  const char *phrase = status == 505 ? sip_505_Version_not_supported
                       : status == 413 ? sip_413_Request_too_large : sip_400_Bad_request;
  GString *text;

  /* Without it nobody knows whose answer that is. */
  if (sip == NULL || sip->sip_via == NULL)
    return NULL;
  text = g_string_new (NULL);
  g_string_printf (text, "SIP/2.0 %d %s\r\n", status, phrase);
  for (const sip_via_t *via = sip->sip_via; via != NULL; via = via->v_next)
    append_header (text, home, "Via", via);
  append_header (text, home, "From", sip->sip_from);
  append_to (text, home, sip->sip_to);
  append_header (text, home, "Call-ID", sip->sip_call_id);
  append_header (text, home, "CSeq", sip->sip_cseq);
  g_string_append (text, "Content-Length: 0\r\n\r\n");
  return g_string_free_to_bytes (text);
}

/* @head: of a message of which nua must not hear */
static GBytes *
answer_request (const msg_mclass_t *mclass, const char *head, gsize length, int status)
{
  const char *end = memchr (head, '\r', length);
  g_autoptr (GString) text = NULL;
  GBytes *answer;
  msg_t *msg;

  if (end == NULL || g_ascii_strncasecmp (head, "SIP/", MIN (length, 4)) == 0
      || g_ascii_strncasecmp (head, "ACK ", MIN (length, 4)) == 0)
    return NULL;
  text = g_string_new (STAND_IN);
  for (gsize i = (gsize) (end - head); i < length; i++)
    g_string_append_c (text, is_trap (head, length, i) ? '?' : head[i]);
  msg = msg_make (mclass, 0, text->str, (ssize_t) text->len);
  if (msg == NULL)
    return NULL;
  answer = write_answer (msg, status);
  msg_destroy (msg);
  return answer;
}

gboolean
cusax_screening_is_fit (const msg_mclass_t *mclass, CusaxFramed framed, const char *bytes, gsize length,
                        GBytes **answer)
{
  gsize head = get_head_length (bytes, length);
  int status = framed == CUSAX_FRAMING_TOO_LARGE ? 413 : 400;

  if (mclass == NULL)
    mclass = sip_default_mclass ();
  *answer = NULL;
  if (framed == CUSAX_FRAMING_MESSAGE && !has_trap (bytes, head))
    {
      msg_t *msg = msg_make (mclass, 0, bytes, (ssize_t) length);

      status = msg != NULL ? judge (msg, length - head) : 400;
      if (msg != NULL)
        msg_destroy (msg);
    }
  if (status != 0)
    *answer = answer_request (mclass, bytes, head, status);
  return status == 0;
}
