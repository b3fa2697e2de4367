/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What came of a REFER, told to whoever sent it: the subscription that a REFER implies (RFC 3515 section 2.4.4), from the
 * notifier's side, behind the CusaxSipReferral port. Lives as long as the port is held or the subscription stands; the
 * handle, of a call or of its own, belongs to somebody else, who hands on what Sofia reports and is told the end.
 *
 * One NOTIFY at a time: a status that another overtakes is not told, so that nothing of ours (BYE) waits behind them.
 */
#pragma once

#include "ports.h"
#include "stack.h"

G_BEGIN_DECLS

typedef struct _CusaxNotifier CusaxNotifier;

typedef struct
{
  /* The subscription is over: the handle is not needed any more. Not after cut. */
  void (*on_over) (gpointer user_data);
} CusaxNotifierListener;

/**
 * cusax_notifier_new:
 * @refer: nua_i_refer, or outside of calls nua_i_method (messageclass.h); its handle is borrowed until on_over or cut
 * @contact: of our NOTIFYs
 * @privacy: (nullable): header line of our NOTIFYs
 *
 * Answers 202 and sends the first NOTIFY, "100 Trying". If the REFER wants none (RFC 4488), the subscription never is:
 * cusax_notifier_is_over().
 *
 * Returns: (transfer full): held once, by the port's release
 */
CusaxNotifier *cusax_notifier_new (const CusaxSipEvent *refer, const char *contact, const char *privacy,
                                   const CusaxNotifierListener *listener, gpointer user_data);
CusaxSipReferral *cusax_notifier_get_port (CusaxNotifier *notifier);
gboolean cusax_notifier_is_over (CusaxNotifier *notifier);

/** Returns: TRUE while a NOTIFY has no answer. */
gboolean cusax_notifier_is_waiting (CusaxNotifier *notifier);

/** nua_r_notify, but for challenges that are answered. */
void cusax_notifier_on_answer (CusaxNotifier *notifier, const CusaxSipEvent *event);
/** nua_i_subscribe: they refresh or end the subscription; Sofia has answered. */
void cusax_notifier_on_subscribe (CusaxNotifier *notifier, const CusaxSipEvent *event);
/** While the leg is down the latest status waits. */
void cusax_notifier_set_leg (CusaxNotifier *notifier, gboolean is_up);
/** As if the port were released: without a last status they are told 603. */
void cusax_notifier_close (CusaxNotifier *notifier);
/** The handle goes; the pointer may be dead. */
void cusax_notifier_cut (CusaxNotifier *notifier);

G_END_DECLS
