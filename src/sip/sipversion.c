/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See sipversion.h. */
#include "sipversion.h"

#include <sofia-sip/nua.h>

const char *
cusax_sipversion_get (void)
{
  return nua_version;
}
