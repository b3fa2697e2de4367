/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See offer-plan.h. */
#include "offer-plan.h"

static void
line_free (CusaxOfferLine *line)
{
  g_free (line->type);
  g_free (line->protocol);
  g_free (line->format);
  g_free (line);
}

CusaxOfferPlan *
cusax_offer_plan_new (void)
{
  CusaxOfferPlan *plan = g_new0 (CusaxOfferPlan, 1);

  plan->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) line_free);
  return plan;
}

void
cusax_offer_plan_free (CusaxOfferPlan *plan)
{
  g_ptr_array_unref (plan->lines);
  g_free (plan);
}

void
cusax_offer_plan_add (CusaxOfferPlan *plan, const char *type, const char *protocol, const char *format)
{
  CusaxOfferLine *line = g_new0 (CusaxOfferLine, 1);

  line->type = g_strdup (type);
  line->protocol = g_strdup (protocol);
  line->format = g_strdup (format);
  g_ptr_array_add (plan->lines, line);
}

CusaxOfferPlan *
cusax_offer_plan_copy (const CusaxOfferPlan *plan)
{
  CusaxOfferPlan *copy = cusax_offer_plan_new ();

  for (guint i = 0; i < plan->lines->len; i++)
    {
      const CusaxOfferLine *line = plan->lines->pdata[i];

      cusax_offer_plan_add (copy, line->type, line->protocol, line->format);
    }
  copy->index = plan->index;
  return copy;
}

CusaxOfferPlan *
cusax_offer_plan_new_from_sdp (const CusaxSdp *sdp, guint index)
{
  CusaxOfferPlan *plan = cusax_offer_plan_new ();

  for (guint i = 0; i < sdp->media->len; i++)
    {
      const CusaxSdpMedia *media = sdp->media->pdata[i];

      cusax_offer_plan_add (plan, media->type, media->protocol, media->format);
    }
  plan->index = index;
  return plan;
}

const char *
cusax_offer_plan_get_protocol (const CusaxOfferPlan *plan)
{
  return ((const CusaxOfferLine *) plan->lines->pdata[plan->index])->protocol;
}
