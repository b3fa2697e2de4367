/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the person has told Pidgin or Finch about sounds: the ring obeys. Hosts that are neither have no settings that are
 * known here.
 */
#pragma once

#include <account.h>

G_BEGIN_DECLS

/** CusaxHostsound: how a call may ring. */
typedef enum
{
  CUSAX_HOSTSOUND_SILENT,
  CUSAX_HOSTSOUND_TONE,
  CUSAX_HOSTSOUND_EVENT /* only the host knows how: a command of the person, the console's bell */
} CusaxHostsound;

/**
 * cusax_hostsound_get:
 * @gain: (out): 1 for the host's middle
 *
 * As libpurple and the host would decide for an event of @account now: mute, method, and "sounds when my status is".
 */
CusaxHostsound cusax_hostsound_get (PurpleAccount *account, double *gain);

/** Returns: (nullable): GStreamer's element for the host's own sounds */
const char *cusax_hostsound_get_sink (void);

/** Returns: how loud calls are to be, 0 to 1 */
double cusax_hostsound_get_call_gain (void);

G_END_DECLS
