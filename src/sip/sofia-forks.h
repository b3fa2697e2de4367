/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the 1.13 forks of Sofia-SIP lack, made unusable: stands before every file of this folder when the Meson option
 * sofia_forks is on, so that what is written for 1.12 alone is found without having a fork at hand.
 */
#pragma once

#include <sofia-sip/nua_tag.h>

#pragma GCC poison NUTAG_AUTO302 NUTAG_AUTO302_REF NUTAG_AUTO305 NUTAG_AUTO305_REF
#pragma GCC poison NUTAG_MAX_RETRY_AFTER NUTAG_MAX_RETRY_AFTER_REF
#pragma GCC poison NUTAG_ACCEPT_MULTIPART NUTAG_APPL_EVENT NUTAG_AUTO100 NUTAG_DEFERRABLE_TIMERS
