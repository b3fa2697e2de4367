/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the 1.13 forks of Sofia-SIP lack, taken away: found before Sofia's own header when the Meson option
 * sofia_forks is on, so that what is written for 1.12 alone is noticed without having a fork at hand.
 */
#pragma once

#include_next <sofia-sip/nua_tag.h>

#undef NUTAG_ACCEPT_MULTIPART
#undef NUTAG_APPL_EVENT
#undef NUTAG_AUTO100
#undef NUTAG_AUTO302
#undef NUTAG_AUTO305
#undef NUTAG_DEFERRABLE_TIMERS
#undef NUTAG_MAX_RETRY_AFTER
