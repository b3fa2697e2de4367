/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One nua_t behind one relay: made when the relay's outer leg first stands, kept while that leg is lost and
 * dialled again, and brought to its end within bounds. Hands each event of Sofia to the handler of its handle;
 * events that belong to nobody go to the listener. Knows neither REGISTER nor INVITE.
 *
 * States: DOWN -connect-> CONNECTING -leg verified-> UP -leg lost-> DOWN; retire -> RETIRED from everywhere.
 */
#pragma once

#include "relay.h"

#include <sofia-sip/nua.h>
#include <sofia-sip/sip.h>

G_BEGIN_DECLS

typedef struct _CusaxStack CusaxStack;
typedef struct _CusaxHandler CusaxHandler;

/** CusaxSipEvent: one event of Sofia; borrowed for the call. */
typedef struct
{
  nua_event_t type;
  int status; /* as the other side said it, or Sofia's own */
  const char *phrase;
  nua_t *nua;
  nua_handle_t *handle; /* NULL for events of the whole stack */
  const sip_t *sip;     /* (nullable): the message */
  tagi_t *tags;
} CusaxSipEvent;

/**
 * CusaxHandler: what owns a nua handle (a registration, a dialog), first member of the owner's struct. It stays
 * the target of the handle's events until cusax_stack_drop(); an owner that nobody holds any more lives on as a
 * tombstone until then, to finish what is on the wire (2xx after CANCEL, 401 to BYE).
 */
struct _CusaxHandler
{
  void (*on_event) (CusaxHandler *handler, const CusaxSipEvent *event);
  /* The outer leg came (@info) or went (@info NULL). */
  void (*on_leg) (CusaxHandler *handler, const CusaxRelayInfo *info);
  /* End nicely: un-REGISTER, BYE. cusax_stack_drop() when done. */
  void (*wind_up) (CusaxHandler *handler);
  /* Time is over: cusax_stack_drop() now. */
  void (*give_up) (CusaxHandler *handler);
  nua_handle_t *handle;
};

typedef struct
{
  /* The outer leg stands, nua is ready. */
  void (*on_up) (gpointer user_data, const CusaxRelayInfo *info);
  /* connect failed. */
  void (*on_failed) (gpointer user_data, const GError *error);
  /* A standing outer leg is lost, see CusaxRelayListener.on_closed; handlers have been told before. */
  void (*on_down) (gpointer user_data, const GError *error);
  /* A request outside of everything known; any MESSAGE. */
  void (*on_request) (gpointer user_data, const CusaxSipEvent *event);
  /* Retired, and all handlers are gone from the wire or 1 s is over. */
  void (*on_retired) (gpointer user_data);
  /* (nullable): right before on_failed with CUSAX_ERROR_CERTIFICATE; may not do anything to the stack. */
  void (*on_certificate) (gpointer user_data, const CusaxCertificate *certificate);
} CusaxStackListener;

/**
 * cusax_stack_new:
 * @trust: (nullable): must outlive the stack
 * @trace: whether messages go, redacted, to the debug log (category cusax-sip)
 *
 * Returns: (transfer full): DOWN, without nua; NULL with CUSAX_ERROR_UNSUPPORTED if Sofia's loop does not start
 */
CusaxStack *cusax_stack_new (CusaxTrust *trust, gboolean trace, const CusaxStackListener *listener,
                             gpointer user_data, GError **error);

/**
 * cusax_stack_connect:
 *
 * Dials @target, see cusax_relay_connect(). A stack whose nua was made for another transport than @target's
 * cannot: ask cusax_stack_can_connect() first.
 */
void cusax_stack_connect (CusaxStack *stack, const CusaxTarget *target, const char *verify_name,
                          const char *other_name);

/** How cusax_stack_connect() goes about it: see cusax_relay_set_timeout(), cusax_relay_set_client_certificate(). */
void cusax_stack_set_timeout (CusaxStack *stack, guint ms);
void cusax_stack_set_client_certificate (CusaxStack *stack, GTlsCertificate *certificate);

/** Returns: TRUE if the stack's nua, if there is one, can talk over @transport. */
gboolean cusax_stack_can_connect (CusaxStack *stack, CusaxTransportKind transport);

/**
 * cusax_stack_retire:
 * @stack: (transfer full): lives on among the dying until Sofia is done
 *
 * Winds up every handler, then on_retired (not from inside this call), at most CUSAX_STACK_WIND_UP_MS later,
 * when the relay is cut and nua destroyed from an idle.
 */
void cusax_stack_retire (CusaxStack *stack);
#define CUSAX_STACK_WIND_UP_MS 1000

/** No listener is called any more. */
void cusax_stack_detach (CusaxStack *stack);

gboolean cusax_stack_is_up (CusaxStack *stack);
gboolean cusax_stack_is_retired (CusaxStack *stack);
gboolean cusax_stack_is_protected (CusaxStack *stack); /* verified TLS, now */
/** Fills transport, is_tls, tls_version and trust of the outer leg, if it is UP. */
void cusax_stack_get_protection (CusaxStack *stack, CusaxProtection *protection);
nua_t *cusax_stack_get_nua (CusaxStack *stack);        /* (transfer none) (nullable) */
/** Returns: how many handlers there are. */
guint cusax_stack_get_n_handlers (CusaxStack *stack);
/** Returns: (transfer container) (element-type CusaxHandler): all of them, in no order. */
GList *cusax_stack_get_handlers (CusaxStack *stack);

/** Remembers, for a while, a dialog that is no handler any more ("call-id;to-tag;from-tag"; RFC 3891 section 3). */
void cusax_stack_note_gone (CusaxStack *stack, const char *dialog);
gboolean cusax_stack_is_gone (CusaxStack *stack, const char *dialog);

/** Binds @handler, with its handle set, to its events. */
void cusax_stack_add (CusaxStack *stack, CusaxHandler *handler);

/** Destroys the handle; no more event comes. Safe from inside an event and for a handler that was dropped. */
void cusax_stack_drop (CusaxStack *stack, CusaxHandler *handler);

/** Answers a request that nobody here can use: 489 to events (R11), 481 to parts of a call, 603 to REFER, else 501. */
void cusax_stack_refuse (const CusaxSipEvent *event);

/** Returns: (transfer full): "<sip:USER@ADDRESS:PORT;transport=...>": where the outer leg, UP once, is heard. */
char *cusax_stack_dup_contact (CusaxStack *stack, const char *user);

/**
 * cusax_stack_set_seen:
 * @address: (nullable): IP literal; NULL: as this machine sees itself
 *
 * Where the server sees us (RFC 3581), behind a NAT another place than this machine thinks: what Contacts say
 * from now on, until the outer leg is dialled again.
 *
 * Returns: TRUE if Contacts are others now
 */
gboolean cusax_stack_set_seen (CusaxStack *stack, const char *address, guint16 port);

/** Returns: (transfer full): what the Contacts of dialogs say: the GRUU if @user has one, else where we are heard. */
char *cusax_stack_dup_target (CusaxStack *stack, const char *user);

/**
 * cusax_stack_set_gruu:
 * @user: of the Contact that it belongs to
 * @gruu: (nullable): the public GRUU that the registrar gave (RFC 5627), a valid SIP URI; NULL: none
 */
void cusax_stack_set_gruu (CusaxStack *stack, const char *user, const char *gruu);

/** Whether MESSAGE stands in our Allow; otherwise Sofia answers 405 (R11). Any time. */
void cusax_stack_set_accepts_messages (CusaxStack *stack, gboolean accepts);

/** Returns: whether every retired stack is gone; for the unloading of the product */
gboolean cusax_stack_is_dry (void);

G_END_DECLS
