/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an account needs of its calls and nobody else: making them, and hearing of them. See call.h.
 */
#pragma once

#include "call.h"

G_BEGIN_DECLS

/** CusaxCallOwner: the account's side. Called last in every change; the call may be gone afterwards. */
typedef struct
{
  /* An incoming call is ready for the person: 180 is on its way. */
  void (*on_incoming) (gpointer owner, CusaxCall *call);
  /* State, hold, mute or security changed. */
  void (*on_changed) (gpointer owner, CusaxCall *call);
  void (*on_silence) (gpointer owner, CusaxCall *call, guint seconds);
} CusaxCallOwner;

/**
 * cusax_call_new_outgoing:
 *
 * Opens the media session and gathers; the INVITE leaves when the transport is ready.
 *
 * Returns: (transfer full): PREPARING; NULL with CUSAX_ERROR_MEDIA or CUSAX_ERROR_NOT_PROTECTED
 */
CusaxCall *cusax_call_new_outgoing (const CusaxPorts *ports, CusaxConfig *config, guint number,
                                    CusaxAddress *target, const char *who, const CusaxCallOwner *owner,
                                    gpointer owner_data, GError **error);

/**
 * cusax_call_new_incoming:
 * @sip_call: (transfer full)
 * @peer: (nullable): the caller's address
 *
 * Judges the offer with the codecs of our policy and sends 180 or a refusal, before anything else is built.
 *
 * Returns: (transfer full) (nullable): INCOMING; NULL if it was refused
 */
CusaxCall *cusax_call_new_incoming (const CusaxPorts *ports, CusaxConfig *config, guint number,
                                    CusaxSipCall *sip_call, const CusaxSipIncoming *incoming,
                                    CusaxAddress *peer, const char *who, const CusaxCallOwner *owner,
                                    gpointer owner_data);

/**
 * cusax_call_withdraw:
 *
 * Ends the call because the account goes, not because the person said so: a ringing one is answered 480, so that the
 * caller's proxy tries other devices (603 would end it everywhere, RFC 3261 section 21.6), and counts as missed.
 */
void cusax_call_withdraw (CusaxCall *call);

/** Cuts the owner off: it hears nothing any more. */
void cusax_call_detach (CusaxCall *call);

G_END_DECLS
