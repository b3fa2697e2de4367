/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The insides of a referral, shared by referral.c (what people see) and account-referrals.c (what becomes of it). Nobody
 * else includes this. */
#pragma once

#include "ports.h"
#include "referral.h"

G_BEGIN_DECLS

typedef struct
{
  void (*on_accept) (gpointer owner, CusaxReferral *referral);
  void (*on_refuse) (gpointer owner, CusaxReferral *referral);
} CusaxReferralOwner;

struct _CusaxReferral
{
  const CusaxReferralOwner *owner; /* NULL once ENDED */
  gpointer owner_data;
  CusaxReferralState state;
  CusaxSipReferral *sip; /* NULL once ENDED */
  CusaxAddress *target;
  CusaxAddress *referrer; /* (nullable) */
  CusaxClass class_;
  char *who;
  char *replaces;    /* (nullable) */
  char *referred_by; /* (nullable): as sent */
  CusaxCall *call;   /* (nullable): the one it came in */
  CusaxCall *made;   /* (nullable): CALLING: the new one */
  gboolean has_held; /* we put @call on hold for it */
  gboolean has_rung; /* they were told 180 */
  guint timer_id;    /* ASKING */
};

/** Returns: (transfer full): ASKING, nothing filled in */
CusaxReferral *cusax_referral_new (const CusaxReferralOwner *owner, gpointer owner_data);

G_END_DECLS
