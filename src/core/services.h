/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * External services as a chat server announces them (XEP-0215): values, checked and bounded, and the choice of the one
 * that telephony signs in to. Reading them out of XML is xmpp/'s business.
 */
#pragma once

#include "provision.h"

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_SERVICES_MAX 32

/** CusaxService: one service; strings are owned. */
typedef struct
{
  char *type;      /* lower case: "sip", "sips", "turn", "stun" ... */
  char *transport; /* lower case: "tls", "tcp", "udp", or NULL */
  char *host;      /* a valid host name or IP literal */
  guint16 port;    /* 0 = not given */
  char *username;  /* (nullable) */
  char *password;  /* (nullable): secret */
  gint64 expires;  /* seconds since 1970, 0 = no end */
  gboolean is_restricted; /* credentials exist, but must be asked for */
} CusaxService;

/**
 * cusax_service_new:
 *
 * Returns: (transfer full) (nullable): NULL if a value is out of bounds or @host is none
 */
CusaxService *cusax_service_new (const char *type, const char *transport, const char *host, const char *port,
                                 const char *username, const char *password, const char *expires,
                                 gboolean is_restricted);
CusaxService *cusax_service_copy (const CusaxService *service);
/** Wipes the password. */
void cusax_service_free (CusaxService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxService, cusax_service_free)

/**
 * cusax_services_choose:
 * @services: (element-type CusaxService)
 * @now: seconds since 1970
 *
 * Returns: (transfer none) (nullable): what SIP should use: sips or sip over TLS, then TCP, then UDP; not expired; of
 *   equals the first
 */
const CusaxService *cusax_services_choose (const GPtrArray *services, gint64 now);

/**
 * cusax_service_to_provision:
 * @where: for people: the server that said it
 *
 * Returns: (transfer full): source SERVICES: sip_server, sip_transport, and sip_auth_user with sip_password if it has both;
 *   NULL with CUSAX_ERROR_INVALID
 */
CusaxProvision *cusax_service_to_provision (const CusaxService *service, const char *where, GError **error);

G_END_DECLS
