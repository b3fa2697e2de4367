/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a stack, shared by stack.c (its life) and stack-retire.c (its end). */
#pragma once

#include "stack.h"
#include "wiretrace.h"

G_BEGIN_DECLS

typedef enum
{
  CUSAX_STACK_DOWN,
  CUSAX_STACK_CONNECTING,
  CUSAX_STACK_UP,
  CUSAX_STACK_RETIRED
} CusaxStackState;

struct _CusaxStack
{
  CusaxStackState state;
  const CusaxStackListener *listener; /* NULL: detached */
  gpointer user_data;
  gboolean trace;
  gboolean accepts_messages;
  CusaxWiretrace traced[2]; /* from and to the server */

  CusaxRelay *relay;
  nua_t *nua;
  msg_mclass_t *message_class; /* of nua's messages */
  char *local_address;         /* of the last outer leg */
  guint16 local_port;
  char *gruu;         /* (nullable): what dialogs say instead, if their Contact's user is gruu_user */
  char *gruu_user;
  char *seen_address; /* (nullable): as the server sees it, if that is another */
  guint16 seen_port;
  CusaxTransportKind transport; /* what nua was made for */
  guint16 inner_port;
  guint16 nua_port;
  const char *tls_version; /* of the last outer leg */
  CusaxPeerTrust trust;
  GHashTable *handlers; /* (element-type CusaxHandler): borrowed */
  GQueue gone;          /* (element-type utf8): the last dialogs that ended */

  guint timer_id;   /* retired: end of patience */
  guint settle_id;  /* retired: idle that looks whether all is done */
  guint destroy_id; /* nua_r_shutdown came: nua_destroy from here */
  gboolean retired_told;
};

/* stack.c */
void cusax_stack_clear_traced (CusaxStack *stack);

/* stack-retire.c */
/** nua_r_shutdown came. */
void cusax_stack_on_shutdown (CusaxStack *stack, int status);
/** Retired: looks, from an idle, whether all handlers are gone. */
void cusax_stack_schedule_settle (CusaxStack *stack);

G_END_DECLS
