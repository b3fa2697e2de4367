/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which Sofia-SIP runs, for logs that people send to those who help. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Returns: "1.12.11devel": of the library, not of the headers */
const char *cusax_sipversion_get (void);

G_END_DECLS
