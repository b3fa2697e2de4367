/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests of others that open something: who may ring us, and whose message is taken. See ua.h. */
#include "ua-private.h"

#include "autoanswer.h"
#include "dialog.h"
#include "headers.h"

#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/url.h>

gboolean
cusax_ua_is_open (CusaxUa *ua)
{
  return ua->state != CUSAX_SIP_STOPPED && !ua->is_stopping && ua->listener != NULL;
}

gboolean
cusax_ua_is_for_us (CusaxUa *ua, const sip_t *sip)
{
  const char *user = sip->sip_request->rq_url->url_user;
  const char *aor_user = cusax_address_get_user (cusax_config_get_aor (ua->config));
  g_autofree char *plain = user != NULL ? g_uri_unescape_string (user, NULL) : NULL;

  return g_strcmp0 (user, ua->user) == 0 || (plain != NULL && g_strcmp0 (plain, aor_user) == 0);
}

/* ------------------------------------------------------------------- calls */

/* Sofia's request line, Contact and body, before anybody hears of the call. Returns 0 or the status to refuse.
 */
static int
judge_invite (CusaxUa *ua, const sip_t *sip, CusaxSipCall **replaced)
{
  const char *sdp;
  gsize length;
  int status;

  if (!cusax_ua_is_open (ua))
    return 480;
  status = cusax_dialog_find_replaced (ua->stack, sip, replaced);
  /* Who knows the tags of a call of ours may name the Contact that it has, an anonymous one too. */
  if (*replaced == NULL && !cusax_ua_is_for_us (ua, sip))
    return 404;
  if (!cusax_headers_have_target (sip))
    return 400;
  if (!cusax_dialog_get_sdp (sip, &sdp, &length))
    return 415;
  return status;
}

static void
on_invite (CusaxUa *ua, const CusaxSipEvent *event)
{
  CusaxSipIncoming incoming = { 0 };
  int status = judge_invite (ua, event->sip, &incoming.replaced);
  CusaxSelf self = cusax_ua_get_self (ua);
  g_autoptr (CusaxHeaders) headers = NULL;
  su_home_t home[1] = { SU_HOME_INIT (home) };
  CusaxSipCall *call;

  if (status != 0)
    {
      nua_respond (event->handle, status, sip_status_phrase (status),
                   NUTAG_WITH_THIS (event->nua), TAG_IF (status == 415, SIPTAG_ACCEPT_STR ("application/sdp")),
                   TAG_END ());
      return;
    }

  headers = cusax_headers_new (event->sip);
  incoming.headers = *cusax_headers_get (headers);
  incoming.to_uri = url_as_string (home, event->sip->sip_to->a_url);
  incoming.call_id = event->sip->sip_call_id->i_id;
  incoming.answer_after = cusax_autoanswer_read (event->sip);
  cusax_dialog_get_sdp (event->sip, &incoming.sdp, &incoming.sdp_length);
  call = cusax_dialog_new_incoming (ua->stack, &self, event, &incoming.headers);
  ua->listener->on_incoming (ua->user_data, call, &incoming);
  su_home_deinit (home);
}

/* ---------------------------------------------------------------- messages */

static gboolean
is_plain_text (const sip_t *sip)
{
  const sip_content_type_t *type = sip->sip_content_type;
  const char *charset;
  g_autofree char *name = NULL;

  if (sip->sip_content_encoding != NULL)
    return FALSE;
  if (type == NULL || type->c_type == NULL)
    return TRUE;
  if (g_ascii_strcasecmp (type->c_type, "text/plain") != 0)
    return FALSE;
  charset = type->c_params != NULL ? msg_params_find (type->c_params, "charset=") : NULL;
  if (charset == NULL)
    return TRUE;
  name = g_strdup (charset[0] == '"' ? charset + 1 : charset);
  name[strcspn (name, "\"")] = '\0';
  return g_ascii_strcasecmp (name, "utf-8") == 0 || g_ascii_strcasecmp (name, "us-ascii") == 0;
}

/* That it is wanted at all, Sofia has looked up in our Allow (R11). */
static int
judge_message (CusaxUa *ua, const sip_t *sip)
{
  if (!cusax_ua_is_open (ua) || ua->listener->on_message == NULL)
    return 480;
  if (!cusax_ua_is_for_us (ua, sip))
    return 404;
  if (!is_plain_text (sip))
    return 415;
  if (sip->sip_payload == NULL)
    return 200;
  if (sip->sip_payload->pl_len > CUSAX_SIP_MESSAGE_MAX)
    return 413;
  return g_utf8_validate_len (sip->sip_payload->pl_data, sip->sip_payload->pl_len, NULL) ? 200 : 415;
}

static void
on_message (CusaxUa *ua, const CusaxSipEvent *event)
{
  int status = judge_message (ua, event->sip);
  g_autoptr (CusaxHeaders) headers = NULL;
  g_autofree char *text = NULL;
  CusaxSipMessage message;

  nua_respond (event->handle, status, sip_status_phrase (status), NUTAG_WITH_THIS (event->nua),
               TAG_IF (status == 415, SIPTAG_ACCEPT_STR ("text/plain")), TAG_END ());
  /* One without a body was asking whether we take any. */
  if (status != 200 || event->sip->sip_payload == NULL || event->sip->sip_payload->pl_len == 0)
    return;
  headers = cusax_headers_new (event->sip);
  text = g_strndup (event->sip->sip_payload->pl_data, event->sip->sip_payload->pl_len);
  message.headers = *cusax_headers_get (headers);
  message.text = text;
  ua->listener->on_message (ua->user_data, &message);
}

/* The one method that Sofia is kept from knowing (messageclass.h). */
static gboolean
is_refer (const sip_t *sip)
{
  return sip != NULL && g_strcmp0 (sip->sip_request->rq_method_name, "REFER") == 0;
}

void
cusax_ua_on_request (gpointer user_data, const CusaxSipEvent *event)
{
  CusaxUa *ua = user_data;

  if (event->type == nua_i_invite && event->status < 200)
    on_invite (ua, event);
  else if (event->type == nua_i_message && event->status < 200)
    on_message (ua, event);
  else if (event->type == nua_i_method && event->status < 200 && is_refer (event->sip))
    cusax_ua_on_refer (ua, event);
  else if (event->type == nua_i_notify && event->status < 200)
    cusax_ua_on_notify (ua, event);
  else
    cusax_stack_refuse (event);
}
