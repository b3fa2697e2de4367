/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See referral.h; what an account does with one is in account-referrals.c. */
#include "referral-private.h"

static void
referral_clear (gpointer data)
{
  CusaxReferral *referral = data;

  g_clear_pointer (&referral->target, cusax_address_unref);
  g_clear_pointer (&referral->referrer, cusax_address_unref);
  g_clear_pointer (&referral->call, cusax_call_unref);
  g_clear_pointer (&referral->made, cusax_call_unref);
  g_free (referral->who);
  g_free (referral->replaces);
  g_free (referral->referred_by);
}

CusaxReferral *
cusax_referral_new (const CusaxReferralOwner *owner, gpointer owner_data)
{
  CusaxReferral *referral = g_rc_box_new0 (CusaxReferral);

  referral->owner = owner;
  referral->owner_data = owner_data;
  return referral;
}

CusaxReferral *
cusax_referral_ref (CusaxReferral *referral)
{
  return g_rc_box_acquire (referral);
}

void
cusax_referral_unref (CusaxReferral *referral)
{
  g_rc_box_release_full (referral, referral_clear);
}

CusaxReferralState
cusax_referral_get_state (const CusaxReferral *referral)
{
  return referral->state;
}

CusaxAddress *
cusax_referral_get_target (const CusaxReferral *referral)
{
  return referral->target;
}

const char *
cusax_referral_get_who (const CusaxReferral *referral)
{
  return referral->who;
}

CusaxClass
cusax_referral_get_class (const CusaxReferral *referral)
{
  return referral->class_;
}

CusaxCall *
cusax_referral_get_call (const CusaxReferral *referral)
{
  return referral->call;
}

CusaxAddress *
cusax_referral_get_referrer (const CusaxReferral *referral)
{
  return referral->referrer;
}

gboolean
cusax_referral_replaces (const CusaxReferral *referral)
{
  return referral->replaces != NULL;
}

void
cusax_referral_accept (CusaxReferral *referral)
{
  if (referral->state == CUSAX_REFERRAL_ASKING && referral->owner != NULL)
    referral->owner->on_accept (referral->owner_data, referral);
}

void
cusax_referral_refuse (CusaxReferral *referral)
{
  if (referral->state == CUSAX_REFERRAL_ASKING && referral->owner != NULL)
    referral->owner->on_refuse (referral->owner_data, referral);
}
