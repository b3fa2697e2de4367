/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See offer-plan.h. */
#include "offer-plan.h"

static void
line_free (CusaxOfferLine *line)
{
  g_free (line->type);
  g_free (line->protocol);
  g_free (line->format);
  g_free (line->mid);
  g_free (line);
}

CusaxOfferPlan *
cusax_offer_plan_new (void)
{
  CusaxOfferPlan *plan = g_new0 (CusaxOfferPlan, 1);

  plan->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) line_free);
  for (guint kind = 0; kind < CUSAX_OFFER_KINDS; kind++)
    plan->index[kind] = -1;
  return plan;
}

void
cusax_offer_plan_free (CusaxOfferPlan *plan)
{
  g_ptr_array_unref (plan->lines);
  g_free (plan);
}

void
cusax_offer_plan_add (CusaxOfferPlan *plan, const char *type, const char *protocol, const char *format, const char *mid)
{
  CusaxOfferLine *line = g_new0 (CusaxOfferLine, 1);

  line->type = g_strdup (type);
  line->protocol = g_strdup (protocol);
  line->format = g_strdup (format);
  line->mid = g_strdup (mid);
  g_ptr_array_add (plan->lines, line);
}

CusaxOfferPlan *
cusax_offer_plan_copy (const CusaxOfferPlan *plan)
{
  CusaxOfferPlan *copy = cusax_offer_plan_new ();

  for (guint i = 0; i < plan->lines->len; i++)
    {
      const CusaxOfferLine *line = plan->lines->pdata[i];

      cusax_offer_plan_add (copy, line->type, line->protocol, line->format, line->mid);
    }
  for (guint kind = 0; kind < CUSAX_OFFER_KINDS; kind++)
    {
      copy->index[kind] = plan->index[kind];
      copy->grouped[kind] = plan->grouped[kind];
    }
  return copy;
}

CusaxOfferPlan *
cusax_offer_plan_new_from_sdp (const CusaxSdp *sdp)
{
  CusaxOfferPlan *plan = cusax_offer_plan_new ();

  for (guint i = 0; i < sdp->media->len; i++)
    {
      const CusaxSdpMedia *media = sdp->media->pdata[i];

      cusax_offer_plan_add (plan, media->type, media->protocol, media->format, media->mid);
    }
  return plan;
}

const CusaxOfferLine *
cusax_offer_plan_get (const CusaxOfferPlan *plan, CusaxOfferKind kind)
{
  return plan->index[kind] >= 0 ? plan->lines->pdata[plan->index[kind]] : NULL;
}

static gboolean
has_mid (const CusaxOfferPlan *plan, const char *mid)
{
  for (guint i = 0; i < plan->lines->len; i++)
    if (g_strcmp0 (((const CusaxOfferLine *) plan->lines->pdata[i])->mid, mid) == 0)
      return TRUE;
  return FALSE;
}

gboolean
cusax_offer_plan_ensure_video (CusaxOfferPlan *plan, const char *format)
{
  const CusaxOfferLine *audio = cusax_offer_plan_get (plan, CUSAX_OFFER_AUDIO);
  CusaxOfferLine *line = NULL;

  for (guint i = 0; i < plan->lines->len && plan->index[CUSAX_OFFER_VIDEO] < 0; i++)
    {
      line = plan->lines->pdata[i];
      if (!g_str_equal (line->type, "video"))
        continue;
      plan->index[CUSAX_OFFER_VIDEO] = (int) i;
      /* Whatever stood there is over: it is a new stream. */
      g_free (line->protocol);
      line->protocol = g_strdup (audio->protocol);
    }
  if (plan->index[CUSAX_OFFER_VIDEO] < 0)
    {
      if (plan->lines->len >= CUSAX_SDP_MAX_MEDIA)
        return FALSE;
      plan->index[CUSAX_OFFER_VIDEO] = (int) plan->lines->len;
      cusax_offer_plan_add (plan, "video", audio->protocol, format, NULL);
    }

  /* Where a group stands, the picture comes into it, and is known there by a name (RFC 8843 section 7.5.2). */
  line = plan->lines->pdata[plan->index[CUSAX_OFFER_VIDEO]];
  plan->grouped[CUSAX_OFFER_VIDEO] = plan->grouped[CUSAX_OFFER_AUDIO];
  for (guint i = 1; plan->grouped[CUSAX_OFFER_VIDEO] && line->mid == NULL; i++)
    {
      g_autofree char *mid = g_strdup_printf ("v%u", i);

      if (!has_mid (plan, mid))
        line->mid = g_steal_pointer (&mid);
    }
  return TRUE;
}
