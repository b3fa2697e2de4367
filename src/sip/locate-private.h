/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a search, shared by locate.c (order of the phases, result), locate-services.c (NAPTR and SRV
 * records to places) and locate-addresses.c (places to addresses). Each phase has its lookups side by side and
 * a deadline of its own.
 */
#pragma once

#include "locate.h"

G_BEGIN_DECLS

#define CUSAX_LOCATE_MAX_HOSTS 16
#define CUSAX_LOCATE_MAX_SERVICES 8
#define CUSAX_LOCATE_MAX_NAME 253

/** CusaxLocatePlace: a host and port that an SRV record or the query names. */
typedef struct
{
  CusaxTransportKind transport;
  char *host;
  guint16 port;
} CusaxLocatePlace;

/** CusaxLocateHost: a name whose addresses are looked up once, whatever names it. */
typedef struct
{
  char *name;
  GPtrArray *addresses; /* (element-type utf8) */
} CusaxLocateHost;

/** CusaxLocateService: one SRV lookup: _service._protocol.domain */
typedef struct
{
  CusaxTransportKind transport;
  char *service, *protocol, *domain;
  gboolean is_asked;
  GPtrArray *places; /* (element-type CusaxLocatePlace), in order */
} CusaxLocateService;

/** CusaxLocateSearch: the task's data. */
typedef struct
{
  CusaxLocateQuery query;
  char *host; /* query.host, owned */
  GInetSocketAddress *name_server;
  GResolver *resolver;
  GPtrArray *services; /* (element-type CusaxLocateService): the usual three, then what NAPTR adds */
  GPtrArray *listed;   /* (element-type CusaxLocateService): what NAPTR names, in its order; of @services */
  GPtrArray *places;   /* (element-type CusaxLocatePlace) */
  GPtrArray *hosts;    /* (element-type CusaxLocateHost) */
  guint pending;       /* lookups of this phase, NAPTR apart */
  gboolean naptr_is_pending;
  GCancellable *phase; /* ends the lookups of this phase */
  guint timeout_id, grace_id;
  gulong cancelled_id;
  gboolean declined;  /* some SRV record said "not here" */
  gboolean no_answer; /* some lookup failed for lack of an answer */
} CusaxLocateSearch;

/** CusaxLocateLookup: what a lookup in flight belongs to. */
typedef struct
{
  GTask *task;
  gpointer item; /* service or host */
} CusaxLocateLookup;

/* locate.c */
void cusax_locate_begin_phase (GTask *task);
/** Returns: FALSE if the search is over because the caller cancelled it */
gboolean cusax_locate_end_phase (GTask *task);
CusaxLocateLookup *cusax_locate_begin_lookup (GTask *task, gpointer item);
/** Frees @lookup. Returns: TRUE if that was the last one of the phase */
gboolean cusax_locate_end_lookup (CusaxLocateLookup *lookup, const GError *error);
void cusax_locate_place_free (gpointer place);
void cusax_locate_add_place (GPtrArray *places, CusaxTransportKind transport, const char *host, guint16 port);
/** Is @transport one that the query allows? */
gboolean cusax_locate_wants (const CusaxLocateQuery *query, CusaxTransportKind transport);
/** The services are known, or there are none: on to the addresses. */
void cusax_locate_on_services (GTask *task);
/** The addresses are known: the end. */
void cusax_locate_on_addresses (GTask *task);

/* locate-services.c */
void cusax_locate_services_start (GTask *task);
/** A literal or a given port (RFC 3263 section 4.2): no NAPTR, no SRV. */
void cusax_locate_services_given (CusaxLocateSearch *search);
void cusax_locate_service_free (gpointer service);

/* locate-addresses.c */
void cusax_locate_addresses_start (GTask *task);
/** Returns: (transfer full) (element-type CusaxTarget): places times addresses, no doubles */
GPtrArray *cusax_locate_addresses_get_targets (const CusaxLocateSearch *search);
void cusax_locate_host_free (gpointer host);

G_END_DECLS
