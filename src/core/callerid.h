/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who a SIP message says it is from, and what that is worth (R20, R30, R32, R35; RFC 3261, RFC 3323, RFC 3325). The
 * address comes from P-Asserted-Identity if our own verified proxy sent it, else from From; a chat address in
 * Call-Info or in an xmpp: Contact is only a cue. An anonymous message has neither.
 */
#pragma once

#include "address.h"
#include "config.h"

G_BEGIN_DECLS

/** CusaxCallInfo: one value of Call-Info. */
typedef struct
{
  const char *uri;
  const char *purpose; /* (nullable): any case */
} CusaxCallInfo;

/** CusaxSipHeaders: what a message says about its sender; borrowed, hostile. Arrays end with NULL (uri == NULL). */
typedef struct
{
  const char *from_uri;                 /* (nullable) */
  const char *from_display;             /* (nullable): unquoted */
  const char *const *asserted;          /* (nullable): URIs of P-Asserted-Identity, in order */
  const char *asserted_display;         /* (nullable): of the first one */
  const char *privacy;                  /* (nullable): "id;critical" */
  const CusaxCallInfo *call_info;       /* (nullable): all values of all Call-Info headers, in order */
  const char *const *contacts;          /* (nullable): URIs of Contact whose scheme is not SIP */
  const char *focus;                    /* (nullable): URI of the SIP Contact, if it has the parameter isfocus */
} CusaxSipHeaders;

/** CusaxCallerId: */
typedef struct
{
  CusaxAddress *address;      /* (nullable): NULL if anonymous, or nothing that can be read */
  gboolean is_authenticated;  /* our own verified proxy vouches: PAI, or From in an own domain, over verified TLS */
  gboolean is_anonymous;      /* Privacy: id, user or header, or anonymous.invalid: nothing may be matched (R19) */
  char *claimed_jid;          /* (nullable): bare; a cue and nothing more */
  char *display_name;         /* (nullable): cleaned, at most 80 characters; proves nothing */
  CusaxAddress *focus;        /* (nullable): the conference behind this call (R38) */
} CusaxCallerId;

/**
 * cusax_callerid_new:
 * @is_protected: the message came over verified TLS from our own proxy
 *
 * The first Call-Info value with purpose impp and scheme xmpp counts, wherever it stands; without one the first
 * xmpp: Contact. At most 64 values are looked at.
 *
 * Returns: (transfer full)
 */
CusaxCallerId *cusax_callerid_new (const CusaxSipHeaders *headers, gboolean is_protected,
                                   const CusaxConfig *config);
void cusax_callerid_free (CusaxCallerId *id);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxCallerId, cusax_callerid_free)

G_END_DECLS
