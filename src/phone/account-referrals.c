/* SPDX-License-Identifier: GPL-2.0-or-later */
/* REFER from others: who may have us call somebody, who is asked, and what they are told of it; see account-private.h. */
#include "account-private.h"

#include "disclosure.h"
#include "error.h"
#include "refer-to.h"
#include "referral-private.h"

/* As long as a call may ring. */
#define ASK_MS 60000
/* Each is a question to a person. */
#define MAX_REFERRALS 4

static const CusaxReferralOwner referral_owner;

static void
emit (CusaxAccount *account, CusaxReferral *referral)
{
  if (account->listener != NULL && account->listener->on_referral != NULL)
    account->listener->on_referral (account->listener_data, account, referral);
}

static void
clear_timer (CusaxAccount *account, CusaxReferral *referral)
{
  if (referral->timer_id != 0)
    account->ports.clock->remove (account->ports.clock, referral->timer_id);
  referral->timer_id = 0;
}

/* The one way out. @status: what they are told, 0: nothing more */
static void
end (CusaxAccount *account, CusaxReferral *referral, guint status, const char *reason)
{
  g_autoptr (CusaxReferral) keep = cusax_referral_ref (referral);
  CusaxSipReferral *sip = g_steal_pointer (&referral->sip);

  if (referral->state == CUSAX_REFERRAL_ENDED)
    return;
  referral->state = CUSAX_REFERRAL_ENDED;
  referral->owner = NULL;
  clear_timer (account, referral);
  g_ptr_array_remove (account->referrals, referral);
  if (status != 0)
    sip->vtable->notify (sip, status, reason);
  sip->vtable->release (sip);
  emit (account, referral);
}

void
cusax_account_drop_referrals (CusaxAccount *account)
{
  while (account->referrals->len > 0)
    end (account, g_ptr_array_index (account->referrals, 0), 480, NULL);
}

static gboolean
on_ask_timeout (gpointer data)
{
  CusaxReferral *referral = data;

  referral->timer_id = 0;
  end (referral->owner_data, referral, 603, NULL);
  return G_SOURCE_REMOVE;
}

/* A transfer that stays in the house is what every office telephone obeys; who asks for more, asks the person, and so does
 * who is on hold while somebody else is spoken to. */
static gboolean
is_obeyed (CusaxAccount *account, const CusaxReferral *referral)
{
  CusaxAddress *peer = referral->call != NULL ? cusax_call_get_peer (referral->call) : NULL;

  return peer != NULL && (account->spoken == NULL || account->spoken == referral->call)
         && referral->class_ == CUSAX_CLASS_ON_NET
         && cusax_config_is_own_domain (account->config, cusax_address_get_host (peer))
         && cusax_config_is_own_domain (account->config, cusax_address_get_host (referral->target));
}

static void
refuse_at_once (CusaxSipReferral *sip, guint status)
{
  g_message ("a request to call somebody else was refused with %u", status);
  sip->vtable->notify (sip, status, NULL);
  sip->vtable->release (sip);
}

static gboolean
has_referral (CusaxAccount *account, CusaxCall *call)
{
  for (guint i = 0; i < account->referrals->len; i++)
    if (((CusaxReferral *) g_ptr_array_index (account->referrals, i))->call == call)
      return TRUE;
  return FALSE;
}

/* Returns: 0, or the status that refuses */
static guint
judge (CusaxAccount *account, CusaxCall *call, const CusaxCallerId *caller, const CusaxReferTo *refer_to,
       const GError *error)
{
  if (account->state != CUSAX_PHONE_UP)
    return 480;
  if (refer_to == NULL)
    return g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED) ? 416 : 400;
  if (account->referrals->len >= MAX_REFERRALS || has_referral (account, call))
    return 486;
  /* Outside of calls only who is vouched for in an own domain: a stranger's REFER is as good as a stranger's link. */
  if (call == NULL && (!caller->is_authenticated || caller->address == NULL
                       || !cusax_config_is_own_domain (account->config, cusax_address_get_host (caller->address))))
    return 403;
  return 0;
}

static char *
name_target (CusaxAccount *account, CusaxAddress *target)
{
  CusaxCallerId id = { .address = target, .is_authenticated = TRUE };
  g_autofree char *jid = NULL;
  CusaxBindingGrade grade = cusax_directory_grade (account->directory, &id, &jid);

  return cusax_account_name_caller (account, target, grade == CUSAX_BINDING_STRONG ? jid : NULL);
}

void
cusax_account_on_refer (CusaxAccount *account, CusaxCall *call, CusaxSipReferral *sip, const CusaxSipRefer *refer)
{
  g_autoptr (CusaxAccount) keep = cusax_account_ref (account);
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxReferTo) refer_to = cusax_refer_to_parse (refer->refer_to, &error);
  g_autoptr (CusaxCallerId) caller
    = cusax_callerid_new (&refer->headers, cusax_account_is_leg_protected (account), account->config);
  guint status = judge (account, call, caller, refer_to, error);
  CusaxAddress *referrer = call != NULL ? cusax_call_get_peer (call) : caller->address;
  CusaxReferral *referral;

  if (status != 0)
    {
      refuse_at_once (sip, status);
      return;
    }
  referral = cusax_referral_new (&referral_owner, account);
  referral->sip = sip;
  referral->call = call != NULL ? cusax_call_ref (call) : NULL;
  referral->target = cusax_address_ref (refer_to->target);
  referral->replaces = g_strdup (refer_to->replaces);
  referral->referred_by = g_strdup (refer->referred_by);
  referral->referrer = referrer != NULL ? cusax_address_ref (referrer) : NULL;
  referral->class_ = cusax_classify_address (referral->target, account->config);
  referral->who = name_target (account, referral->target);
  g_ptr_array_add (account->referrals, referral);

  if (is_obeyed (account, referral))
    {
      cusax_referral_accept (referral);
      return;
    }
  referral->timer_id = account->ports.clock->add (account->ports.clock, ASK_MS, on_ask_timeout, referral);
  emit (account, referral);
}

void
cusax_account_on_sip_refer (gpointer user_data, CusaxSipReferral *sip, const CusaxSipRefer *refer)
{
  cusax_account_on_refer (user_data, NULL, sip, refer);
}

/* --------------------------------------------------------- what comes of it */

/* Unless somebody else is spoken to by now. */
static void
resume (CusaxAccount *account, CusaxReferral *referral)
{
  if (referral->call != NULL && referral->has_held && account->spoken == NULL
      && cusax_call_get_state (referral->call) == CUSAX_CALL_ACTIVE)
    cusax_call_set_hold (referral->call, FALSE);
}

static void
on_accept (gpointer owner, CusaxReferral *referral)
{
  CusaxAccount *account = owner;
  g_autoptr (CusaxAccount) keep = cusax_account_ref (account);
  g_autoptr (CusaxReferral) keep_referral = cusax_referral_ref (referral);
  g_autoptr (GError) error = NULL;
  CusaxCallOutgoing outgoing = { .target = referral->target,
                                 .who = referral->who,
                                 .class_ = referral->class_,
                                 .disclosure = cusax_disclosure_to_callee (referral->target, account->config),
                                 .replaces = referral->replaces,
                                 .referred_by = referral->referred_by,
                                 .is_automatic = TRUE };
  CusaxCall *made;

  clear_timer (account, referral);
  referral->state = CUSAX_REFERRAL_CALLING;
  if (referral->call != NULL && cusax_call_get_state (referral->call) == CUSAX_CALL_ACTIVE
      && !cusax_call_is_held (referral->call))
    {
      referral->has_held = TRUE;
      cusax_call_set_hold (referral->call, TRUE);
    }
  /* The news of that may have been the end of it all. */
  if (referral->state == CUSAX_REFERRAL_ENDED)
    return;
  made = cusax_account_place (account, &outgoing, &error);
  if (made == NULL)
    {
      g_message ("the call that was asked for failed: %s", error->message);
      resume (account, referral);
      end (account, referral, 503, error->message);
      return;
    }
  referral->made = cusax_call_ref (made);
  referral->sip->vtable->notify (referral->sip, 100, NULL);
  emit (account, referral);
}

static void
on_refuse (gpointer owner, CusaxReferral *referral)
{
  end (owner, referral, 603, NULL);
}

static const CusaxReferralOwner referral_owner = { .on_accept = on_accept, .on_refuse = on_refuse };

static void
on_made_ended (CusaxAccount *account, CusaxReferral *referral, CusaxCall *made)
{
  g_autoptr (CusaxReferral) keep = cusax_referral_ref (referral);
  guint status = cusax_call_get_end_status (made);

  if (status < 300)
    status = cusax_call_get_end (made) == CUSAX_CALL_END_LOCAL ? 487 : 503;
  resume (account, referral);
  end (account, referral, status, cusax_call_get_end_reason (made));
}

static void
follow_made (CusaxAccount *account, CusaxReferral *referral, CusaxCall *made)
{
  g_autoptr (CusaxCall) old = referral->call != NULL ? cusax_call_ref (referral->call) : NULL;

  switch (cusax_call_get_state (made))
    {
    case CUSAX_CALL_RINGING:
      if (!referral->has_rung)
        referral->sip->vtable->notify (referral->sip, 180, NULL);
      referral->has_rung = TRUE;
      break;
    case CUSAX_CALL_ACTIVE:
      end (account, referral, 200, NULL);
      /* Who transferred us may end the old call, or wait for us to do it (RFC 5589 section 6.1). */
      if (old != NULL)
        cusax_call_hang_up (old);
      break;
    case CUSAX_CALL_ENDED:
      on_made_ended (account, referral, made);
      break;
    case CUSAX_CALL_PREPARING:
    case CUSAX_CALL_CALLING:
    case CUSAX_CALL_INCOMING:
    case CUSAX_CALL_ANSWERING:
      break;
    }
}

void
cusax_account_follow_referrals (CusaxAccount *account, CusaxCall *call)
{
  for (guint i = 0; i < account->referrals->len; i++)
    {
      CusaxReferral *referral = g_ptr_array_index (account->referrals, i);

      if (referral->made == call)
        {
          follow_made (account, referral, call);
          return;
        }
      /* Who asked has gone: the question goes too. What is being made goes on: RFC 5589 section 6.1. */
      if (referral->call == call && cusax_call_get_state (call) == CUSAX_CALL_ENDED
          && referral->state == CUSAX_REFERRAL_ASKING)
        {
          end (account, referral, 487, NULL);
          return;
        }
    }
}
