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
  char *mid;    /* (nullable) */
} CusaxOfferLine;

/** CusaxOfferKind: the two streams that we do; everything is counted by it. */
typedef enum
{
  CUSAX_OFFER_AUDIO,
  CUSAX_OFFER_VIDEO,
  CUSAX_OFFER_KINDS
} CusaxOfferKind;

/** CusaxOfferPlan: the lines, and which ones are our streams. */
typedef struct
{
  GPtrArray *lines;             /* (element-type CusaxOfferLine) */
  int index[CUSAX_OFFER_KINDS]; /* -1: there is none */
  gboolean grouped[CUSAX_OFFER_KINDS]; /* it is in a=group:BUNDLE, whose first one is the sound */
} CusaxOfferPlan;

/** Returns: (transfer full): no line yet */
CusaxOfferPlan *cusax_offer_plan_new (void);
/** Returns: (transfer full): the lines of @sdp; no stream is chosen yet */
CusaxOfferPlan *cusax_offer_plan_new_from_sdp (const CusaxSdp *sdp);
CusaxOfferPlan *cusax_offer_plan_copy (const CusaxOfferPlan *plan);
void cusax_offer_plan_free (CusaxOfferPlan *plan);
void cusax_offer_plan_add (CusaxOfferPlan *plan, const char *type, const char *protocol, const char *format,
                           const char *mid);

/** Makes sure that there is a line for pictures: the one that was used for them before, or a new one at the end (RFC 3264
 * sections 8.1 and 8.2). @format: first payload type. Returns: FALSE if there are too many lines already. */
gboolean cusax_offer_plan_ensure_video (CusaxOfferPlan *plan, const char *format);

/** Returns: (transfer none) (nullable): the line of @kind */
const CusaxOfferLine *cusax_offer_plan_get (const CusaxOfferPlan *plan, CusaxOfferKind kind);

G_END_DECLS
