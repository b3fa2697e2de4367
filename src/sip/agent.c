/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See agent.h. */
#include "agent.h"

#include "loop.h"

#include <sofia-sip/nta_tag.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/tport_tag.h>

#define ALLOW "INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, SUBSCRIBE, NOTIFY, REFER"
/* What we answer ourselves. Never PRACK: listed for the whole stack, nobody would PRACK any more. */
#define APPL_METHOD "INVITE, UPDATE, INFO, SUBSCRIBE, NOTIFY, MESSAGE, REFER"
#define SUPPORTED "100rel, timer, path, outbound, gruu, replaces, norefersub"
/* Broken answers it drops without a word, and the call would hang until the time is over. */
#define BAD_RESPONSE_MASK sip_mask_response

const char *
cusax_agent_get_allow (gboolean accepts_messages)
{
  return accepts_messages ? ALLOW ", MESSAGE" : ALLOW;
}

static char *
format_url (const CusaxRelayInfo *info)
{
  gboolean is_v6 = strchr (info->local_address, ':') != NULL;

  switch (info->transport)
    {
    case CUSAX_TRANSPORT_AUTO:
    case CUSAX_TRANSPORT_TLS:
      break;
    case CUSAX_TRANSPORT_TCP:
      return g_strdup ("sip:*:*;transport=tcp");
    case CUSAX_TRANSPORT_UDP:
      /* maddr binds to loopback, where only the relay is heard; the address before it is what Via shows. */
      return g_strdup_printf (is_v6 ? "sip:[%s]:%u;maddr=127.0.0.1;transport=udp"
                                    : "sip:%s:%u;maddr=127.0.0.1;transport=udp",
                              info->local_address, info->nua_port);
    }
  return g_strdup ("sips:*:*");
}

nua_t *
cusax_agent_create (const CusaxRelayInfo *info, const msg_mclass_t *message_class, gboolean accepts_messages,
                    nua_callback_f callback, gpointer magic)
{
  static const char *const words[] = { "tls", "tls", "tcp", "udp" };
  gboolean is_udp = info->transport == CUSAX_TRANSPORT_UDP;
  g_autofree char *url = format_url (info);
  g_autofree char *proxy
    = g_strdup_printf ("sip:127.0.0.1:%u;transport=%s", info->inner_port, words[info->transport]);

  return nua_create (
    cusax_loop_get_root (), callback, magic, NUTAG_URL (url), TAG_IF (!is_udp, TPTAG_SERVER (0)),
    TAG_IF (info->certificate_dir != NULL, NUTAG_CERTIFICATE_DIR (info->certificate_dir)),
    TAG_IF (info->certificate_dir != NULL, TPTAG_TLS_VERIFY_POLICY (0xF)),
    TAG_IF (is_udp, NTATAG_SERVER_RPORT (2)), TAG_IF (is_udp, NTATAG_UDP_MTU (65535)),
    /* UDP asks by itself: where does the server see us (RFC 3581)? */
    NTATAG_TCP_RPORT (1), NTATAG_TLS_RPORT (1),
    /* A request that brings its Via keeps it (farewell.h); no other one has any. */
    NTATAG_USER_VIA (1), TAG_IF (message_class != NULL, NTATAG_MCLASS (message_class)),
    NUTAG_PROXY (proxy), NUTAG_MEDIA_ENABLE (0), NUTAG_OUTBOUND ("no-natify no-options-keepalive no-validate"),
    NUTAG_AUTOANSWER (0), NUTAG_AUTOALERT (0), NUTAG_AUTOACK (0),
#ifdef CUSAX_HAVE_AUTO302 /* the 1.13 forks have neither */
    NUTAG_AUTO302 (0), NUTAG_AUTO305 (0),
#endif
  /* A Retry-After is for the account to wait for, in words, not for Sofia in silence. */
#ifdef CUSAX_HAVE_MAX_RETRY_AFTER
    NUTAG_MAX_RETRY_AFTER (0),
#endif
#ifdef CUSAX_HAVE_RETRY_AFTER_ENABLE /* the same in the forks */
    NUTAG_RETRY_AFTER_ENABLE (0),
#endif
    SIPTAG_ALLOW_STR (cusax_agent_get_allow (accepts_messages)), NUTAG_APPL_METHOD (NULL),
    NUTAG_APPL_METHOD (APPL_METHOD), SIPTAG_SUPPORTED_STR (SUPPORTED), NUTAG_SESSION_TIMER (1800),
    NUTAG_MIN_SE (90), NTATAG_MAXSIZE (65536), NTATAG_BAD_REQ_MASK (CUSAX_AGENT_BAD_REQUEST_MASK),
    NTATAG_BAD_RESP_MASK (BAD_RESPONSE_MASK),
    SIPTAG_USER_AGENT_STR ("purple-cusax/" CUSAX_VERSION), TAG_END ());
}
