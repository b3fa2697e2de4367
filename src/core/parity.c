/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See parity.h. */
#include "parity.h"

CusaxParity
cusax_parity_judge (const CusaxProtection *chat, const CusaxProtection *phone)
{
  g_return_val_if_fail (chat != NULL && phone != NULL, CUSAX_PARITY_UNKNOWN);
  if (!chat->is_up || !phone->is_up)
    return CUSAX_PARITY_UNKNOWN;
  if (chat->is_tls)
    return phone->is_tls ? CUSAX_PARITY_BOTH : CUSAX_PARITY_CHAT_ONLY;
  return phone->is_tls ? CUSAX_PARITY_PHONE_ONLY : CUSAX_PARITY_NONE;
}

gboolean
cusax_parity_should_warn (CusaxParity before, CusaxParity now)
{
  return now != before && now != CUSAX_PARITY_BOTH && now != CUSAX_PARITY_UNKNOWN;
}
