/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a message says of its sender, as one line that tests can compare. */
#pragma once

#include "callerid.h"

/** Returns: (transfer full): "FROM 'DISPLAY' pai:A|B 'DISPLAY' privacy:id info:URI(PURPOSE)|... contacts:... focus:URI";
 * what is not there is left out */
char *headers_describe (const CusaxSipHeaders *headers);
