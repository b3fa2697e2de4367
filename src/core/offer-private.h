/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the offer/answer engine share: offer.c (states, their texts) and offer-compose.c (our texts).
 */
#pragma once

#include "offer-judge.h"
#include "offer-plan.h"
#include "offer.h"

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_OFFER_PAYLOAD_TYPES 128

typedef enum
{
  CUSAX_OFFER_STABLE,
  CUSAX_OFFER_SENT,
  CUSAX_OFFER_RECEIVED
} CusaxOfferState;

/** CusaxOfferStream: one of the two streams through all rounds. */
typedef struct
{
  GPtrArray *ours; /* (nullable): what we can do, in our order, with our payload types; NULL: no such stream */

  GPtrArray *agreed_codecs;                     /* (nullable): NULL until it was agreed on, and when it is over */
  CusaxCodec *bound[CUSAX_OFFER_PAYLOAD_TYPES]; /* what a number means for the whole session (RFC 3264 section 8.3.2) */
  CusaxKeying keying;
  CusaxDtlsSetup remote_setup; /* of the DTLS association that stands, with */
  char *remote_fingerprint;    /* (nullable) */

  /* SENT */
  GPtrArray *offered; /* (nullable): our codecs in our offer; NULL: not in it */
  CusaxOfferSent sent; /* points into plan and offered */
  /* RECEIVED */
  CusaxOfferResult *received; /* (nullable): out of their offer */
  guint8 feedback[CUSAX_OFFER_PAYLOAD_TYPES];
} CusaxOfferStream;

struct _CusaxOffer
{
  CusaxMediaSecurity security;
  gboolean is_private;
  guint step; /* which try of the first offer */
  gboolean had_key, had_fingerprint; /* the last local description of the sound */
  CusaxOfferState state;

  guint64 session_id;
  guint64 version;
  guint ptime;     /* of the sound: what was agreed on stays said */
  char *cname;     /* random, for this call only: it links nothing to nobody (RFC 7022 section 4.2) */
  char *origin;    /* (nullable): address in o=, never changed (RFC 3264 section 8) */
  char *last_body; /* (nullable): the last text without its o= line; holds a key */

  CusaxTransportDescription *local_video; /* (nullable) */
  CusaxDirection video_direction;

  CusaxOfferPlan *agreed; /* (nullable): NULL until the first answer */
  CusaxOfferPlan *plan;   /* (nullable): SENT, RECEIVED */
  CusaxOfferStream streams[CUSAX_OFFER_KINDS];
};

void cusax_offer_set_last_body (CusaxOffer *offer, char *body);

/** The next round begins: @offer's plan is what both agreed on. */
void cusax_offer_settle_plan (CusaxOffer *offer);
/** @result: (nullable): NULL: there is no such stream any more */
void cusax_offer_settle_stream (CusaxOffer *offer, CusaxOfferKind kind, const CusaxOfferResult *result);
void cusax_offer_forget_pending (CusaxOffer *offer);

/** Returns: the first step from @step on that can be said with this key and fingerprint, -1 if there is none */
int cusax_offer_find_step (const CusaxOffer *offer, guint step, gboolean has_key, gboolean has_fingerprint);

G_END_DECLS
