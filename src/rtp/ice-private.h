/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of ICE, shared by ice.c (life, events, packets) and ice-agreement.c (what is announced, and what the other side
 * says).
 */
#pragma once

#include "ice.h"

#include <nice/agent.h>

G_BEGIN_DECLS

struct _CusaxIce
{
  NiceAgent *agent;
  guint stream;
  CusaxIceCallbacks callbacks;
  gpointer user_data;
  GMainContext *context;
  GSource *wake;     /* its callback tells what libnice told */
  GSource *deadline; /* of gathering */
  GSource *early[2]; /* (nullable): until the other side is known */

  char *local_address;
  gboolean is_behind_nat, hides_address;
  gboolean is_controlling;
  gboolean has_relays; /* TURN servers were asked */
  gboolean reads;      /* FALSE: the sockets are somebody else's */
  GPtrArray *candidates; /* (nullable): announced */
  char *remote_ufrag, *remote_password;

  gboolean is_gathered, gathered_told;
  gboolean is_selected[2]; /* by component */
  gboolean is_lost[2];     /* had a pair, and it does not answer any more */
  gboolean has_changed;
};

void cusax_ice_wake (CusaxIce *ice);
/* Begins or ends to read the sockets. */
void cusax_ice_attach (CusaxIce *ice, gboolean reads);
/* Takes what libnice would throw away, while the other side is not known; ends that. */
void cusax_ice_begin_early (CusaxIce *ice);
void cusax_ice_end_early (CusaxIce *ice);
/* Returns: the socket that is bound to our address, -1 if there is none */
int cusax_ice_find_socket (CusaxIce *ice, guint component);

G_END_DECLS
