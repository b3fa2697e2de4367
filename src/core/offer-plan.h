/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The m= lines of a session: every later offer and answer must have a line at each place, refused or not
 * (RFC 3264 section 8). Part of offer.c.
 */
#pragma once

#include "sdp.h"

#include <glib.h>

G_BEGIN_DECLS

/** CusaxOfferLine: an m= line without its port. */
typedef struct
{
  char *type;
  char *protocol;
  char *format; /* one of them, for refusing */
} CusaxOfferLine;

/** CusaxOfferPlan: the lines, and which one is our stream. */
typedef struct
{
  GPtrArray *lines; /* (element-type CusaxOfferLine) */
  guint index;
} CusaxOfferPlan;

/** Returns: (transfer full): no line yet */
CusaxOfferPlan *cusax_offer_plan_new (void);
CusaxOfferPlan *cusax_offer_plan_new_from_sdp (const CusaxSdp *sdp, guint index);
CusaxOfferPlan *cusax_offer_plan_copy (const CusaxOfferPlan *plan);
void cusax_offer_plan_free (CusaxOfferPlan *plan);
void cusax_offer_plan_add (CusaxOfferPlan *plan, const char *type, const char *protocol, const char *format);

/** Returns: the protocol of our stream */
const char *cusax_offer_plan_get_protocol (const CusaxOfferPlan *plan);

G_END_DECLS
