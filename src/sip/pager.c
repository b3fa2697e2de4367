/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See pager.h. */
#include "pager.h"

#include "credentials.h"
#include "error.h"
#include "loop.h"
#include "presentation.h"

#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_tag.h>

/* Sofia's own time-out is 32 s; one that never tells would keep the stack. */
#define GUARD_MS 40000

typedef struct
{
  CusaxHandler handler; /* first: what Sofia's handle is bound to */
  CusaxStack *stack;
  CusaxCredentials *credentials;
  CusaxSipMessageDone done;
  gpointer user_data;
  guint guard_id;
} Pager;

/* Frees, then tells. */
static void
finish (Pager *pager, guint status, const char *reason)
{
  CusaxSipMessageDone done = pager->done;
  gpointer user_data = pager->user_data;

  g_clear_handle_id (&pager->guard_id, g_source_remove);
  cusax_stack_drop (pager->stack, &pager->handler);
  cusax_credentials_free (pager->credentials);
  g_free (pager);
  done (user_data, status, reason);
}

static gboolean
on_guard (gpointer user_data)
{
  Pager *pager = user_data;

  pager->guard_id = 0;
  finish (pager, 408, "no answer");
  return G_SOURCE_REMOVE;
}

static void
on_event (CusaxHandler *handler, const CusaxSipEvent *event)
{
  Pager *pager = (Pager *) handler;
  g_autofree char *phrase = g_strdup (event->phrase);
  g_autoptr (GError) error = NULL;

  if (cusax_credentials_is_failure (event))
    {
      finish (pager, 403, phrase);
      return;
    }
  if (event->type != nua_r_message || event->status < 200)
    return;
  if (event->status != 401 && event->status != 407)
    /* Sofia's own codes: it did not leave, or the password was of no use (904). */
    finish (pager, event->status < 700 ? event->status : event->status == 904 ? 403 : 503, phrase);
  else if (!cusax_credentials_answer (pager->credentials, event, cusax_stack_is_protected (pager->stack),
                                      &error))
    finish (pager, event->status, error->message);
}

static void
on_leg (CusaxHandler *handler, const CusaxRelayInfo *info)
{
  if (info == NULL)
    finish ((Pager *) handler, 503, "connection lost");
}

/* The answer may still come in the time that is left. */
static void
wind_up (CusaxHandler *handler)
{
}

static void
give_up (CusaxHandler *handler)
{
  finish ((Pager *) handler, 503, "signed off");
}

gboolean
cusax_pager_send (CusaxStack *stack, const CusaxSelf *self, const CusaxAddress *target, const char *text,
                  CusaxSipMessageDone done, gpointer user_data, GError **error)
{
  const CusaxPresentation presentation = { 0 };
  nua_handle_t *handle;
  Pager *pager;

  if (text[0] == '\0' || strlen (text) > CUSAX_SIP_MESSAGE_MAX || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "a message has 1 to %u bytes of UTF-8",
                   CUSAX_SIP_MESSAGE_MAX);
      return FALSE;
    }
  handle = cusax_presentation_make_handle (&presentation, stack, self, target);
  if (handle == NULL)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "Sofia-SIP does not take %s",
                   cusax_address_get_uri (target));
      return FALSE;
    }

  pager = g_new0 (Pager, 1);
  pager->handler.on_event = on_event;
  pager->handler.on_leg = on_leg;
  pager->handler.wind_up = wind_up;
  pager->handler.give_up = give_up;
  pager->handler.handle = handle;
  pager->stack = stack;
  pager->credentials = cusax_credentials_new (self->login, &pager->handler, CUSAX_CREDENTIALS_CALL);
  pager->done = done;
  pager->user_data = user_data;
  pager->guard_id = cusax_loop_add_timeout (GUARD_MS, on_guard, pager);
  cusax_stack_add (stack, &pager->handler);
  nua_message (handle, SIPTAG_CONTENT_TYPE_STR ("text/plain;charset=UTF-8"), SIPTAG_PAYLOAD_STR (text),
               TAG_END ());
  return TRUE;
}
