/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who we are on the leg as it is now: what every sender of requests on it needs (dialogs, messages,
 * subscriptions). */
#pragma once

#include "credentials.h"

G_BEGIN_DECLS

/** CusaxSelf: borrowed for the call. */
typedef struct
{
  CusaxConfig *config;
  const char *user;      /* of our Contact: random */
  CusaxLogin *login;     /* of the registration */
  guint refer_wait_ms;   /* how long what came of a REFER is waited for; 0: as usual */
  gboolean is_anonymous; /* the account wants to be: for what belongs to calls and has no CusaxSipDisclosure */
} CusaxSelf;

G_END_DECLS
