/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See disclosure.h. */
#include "disclosure.h"

static CusaxDisclosure
chat_address (gboolean is_foreign, const CusaxConfig *config)
{
  if (!cusax_config_shares_chat_address (config)
      || (is_foreign && !cusax_config_shares_chat_address_foreign (config)))
    return CUSAX_DISCLOSURE_NOTHING;
  return cusax_config_sends_xmpp_contact (config)
             ? CUSAX_DISCLOSURE_CHAT_URI | CUSAX_DISCLOSURE_CHAT_CONTACT
             : CUSAX_DISCLOSURE_CHAT_URI;
}

CusaxDisclosure
cusax_disclosure_to_callee (const CusaxAddress *callee, const CusaxConfig *config)
{
  CusaxClass class_ = cusax_classify_address (callee, config);
  gboolean is_foreign
    = class_ == CUSAX_CLASS_FOREIGN_SIP || !cusax_config_is_own_domain (config, cusax_address_get_host (callee));

  if (cusax_config_is_anonymous (config) && class_ != CUSAX_CLASS_EMERGENCY)
    return CUSAX_DISCLOSURE_ANONYMOUS;
  return chat_address (is_foreign, config);
}

CusaxDisclosure
cusax_disclosure_to_caller (CusaxBindingGrade grade, const CusaxAddress *caller, const CusaxConfig *config)
{
  if (cusax_config_is_anonymous (config) || grade != CUSAX_BINDING_STRONG || caller == NULL)
    return CUSAX_DISCLOSURE_NOTHING;
  return chat_address (!cusax_config_is_own_domain (config, cusax_address_get_host (caller)), config);
}
