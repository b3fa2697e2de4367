/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Connection details" (R46, R51), part of legs.h: each leg's server, protection, sign-in, and where settings come from. */
#include "legs.h"

#include "callers.h"
#include "callstats.h"
#include "connection.h"
#include "notices.h"
#include "protection.h"
#include "settings.h"
#include "words.h"
#include "wrap.h"

#include <glib/gi18n-lib.h>

/* "Telephone server: sip.example.org (found by DNS)"; what does not fit goes below. */
static void
add_row (GString *text, const char *label, const char *value, const char *source)
{
  glong width;

  if (value == NULL || *value == '\0')
    return;
  g_string_append_printf (text, "\n%s %s", label, value);
  if (source == NULL)
    return;
  width = g_utf8_strlen (label, -1) + g_utf8_strlen (value, -1) + g_utf8_strlen (source, -1) + 4;
  g_string_append_printf (text, "%s(%s)", width > CUSAX_WRAP_COLUMNS ? "\n  " : " ", source);
}

static char *
words_of_document (CusaxProvision *provision)
{
  g_autofree char *where = cusax_words_address (cusax_provision_get_where (provision), CUSAX_WORDS_MAX_LENGTH);

  if (where == NULL)
    where = g_strdup ("?");
  switch (cusax_provision_get_source (provision))
    {
    case CUSAX_PROVISION_SYSTEM_FILE:
    case CUSAX_PROVISION_USER_FILE:
      return g_strdup_printf (_ ("from the file %s"), where);
    case CUSAX_PROVISION_SERVICES:
    case CUSAX_PROVISION_SIPARK:
      return g_strdup_printf (_ ("from your chat server, %s"), where);
    case CUSAX_PROVISION_DOCUMENT:
      return g_strdup_printf (_ ("from your provider, %s"), where);
    case CUSAX_PROVISION_CARD:
      return g_strdup (_ ("from your own card"));
    case CUSAX_PROVISION_N_SOURCES:
      break;
    }
  return g_strdup (where);
}

/* Returns: (transfer full): where @name's value is from; @derived: the words if nobody gave one */
static char *
source_of (PurpleAccount *account, CusaxConnection *connection, const char *name, const char *derived)
{
  const CusaxLadder *ladder = cusax_connection_get_ladder (connection);
  const char *typed = purple_account_get_string (account, name, NULL);
  CusaxProvision *provision = NULL;

  if (ladder != NULL)
    provision = cusax_ladder_find (ladder, purple_account_get_username (account), cusax_settings_get_reader (), account,
                                   name);
  if (provision != NULL)
    return words_of_document (provision);
  return g_strdup (typed != NULL && *typed != '\0' ? _ ("typed") : derived);
}

/* "TLS 1.3, certificate signed by a known authority" */
static char *
words_of_protection (const CusaxProtection *protection)
{
  const char *version = protection->tls_version != NULL ? protection->tls_version : "TLS";

  if (!protection->is_up)
    return NULL;
  if (!protection->is_tls)
    return g_strdup (_ ("none"));
  switch (protection->trust)
    {
    case CUSAX_PEER_TRUSTED:
      return g_strdup_printf (_ ("%s, certificate signed by a known authority"), version);
    case CUSAX_PEER_PINNED:
      return g_strdup_printf (_ ("%s, certificate accepted by you"), version);
    case CUSAX_PEER_UNKNOWN:
      break;
    }
  return g_strdup (version);
}

static void
add_telephony (GString *text, PurpleAccount *account, CusaxConnection *connection)
{
  CusaxAccount *phone = cusax_connection_get_account (connection);
  CusaxConfig *config = cusax_account_get_config (phone);
  CusaxProtection protection = { 0 };
  g_autofree char *address_source = source_of (account, connection, "sip_address", _ ("derived from the chat address"));
  g_autofree char *server_source = source_of (account, connection, "sip_server", _ ("found by DNS"));
  g_autofree char *password_source = source_of (account, connection, "sip_password", _ ("the chat password"));
  g_autofree char *words = NULL;

  cusax_account_get_protection (phone, &protection);
  words = words_of_protection (&protection);
  if (config != NULL)
    add_row (text, _ ("Telephone address:"), cusax_address_get_uri (cusax_config_get_aor (config)), address_source);
  add_row (text, _ ("Telephone server:"), cusax_account_get_server (phone), server_source);
  add_row (text, _ ("Telephone protection:"), words, NULL);
  if (config != NULL && cusax_config_get_sip_password (config) != NULL)
    add_row (text, _ ("Telephone password:"), password_source, NULL);
  if (protection.is_up)
    add_row (text, _ ("Telephone signed in by:"), protection.authentication, NULL);
}

static void
add_chat (GString *text, PurpleAccount *account)
{
  PurpleConnection *gc = purple_account_get_connection (account);
  const char *jid = gc != NULL ? purple_connection_get_display_name (gc) : NULL;
  CusaxProtection protection = { 0 };
  g_autofree char *words = NULL;

  cusax_protection_get (account, &protection);
  words = words_of_protection (&protection);
  add_row (text, _ ("Chat address:"), jid, NULL);
  if (!protection.is_up)
    return;
  add_row (text, _ ("Chat server:"), protection.server, NULL);
  add_row (text, _ ("Chat protection:"), words, NULL);
  add_row (text, _ ("Chat signed in by:"), protection.authentication, NULL);
}

static void
add_calls (GString *text, PurpleAccount *account, CusaxAccount *phone)
{
  const GPtrArray *calls = cusax_account_get_calls (phone);

  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);
      g_autofree char *name = cusax_callers_name (account, call);
      g_autofree char *state = cusax_words_call_state (call, name);

      g_autofree char *stats = cusax_wrap_is_needed () ? NULL : cusax_callstats_words (call);

      /* Where there are 24 lines on the screen "Call details" has the rest. */
      g_string_append_printf (text, "%s\n%s%s%s", stats != NULL ? "\n" : "", state, stats != NULL ? "\n" : "",
                              stats != NULL ? stats : "");
    }
}

void
cusax_legs_show_call (PurpleAccount *account, CusaxCall *call)
{
  g_autofree char *name = cusax_callers_name (account, call);
  g_autofree char *state = cusax_words_call_state (call, name);
  g_autofree char *stats = cusax_callstats_words (call);
  g_autofree char *primary = cusax_wrap_text (state);
  g_autofree char *secondary = cusax_wrap_text (stats);

  purple_notify_message (cusax_connection_get_plugin (), PURPLE_NOTIFY_MSG_INFO, _ ("Call details"), primary, secondary,
                         NULL, NULL);
}

void
cusax_legs_show (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  g_autofree char *status = cusax_notices_status_text (account);
  g_autoptr (GString) text = g_string_new (status);
  g_autofree char *wrapped = NULL;

  if (connection != NULL)
    {
      gsize length;

      g_string_append_c (text, '\n');
      length = text->len;
      add_telephony (text, account, connection);
      if (text->len > length)
        g_string_append_c (text, '\n');
      add_chat (text, account);
      add_calls (text, account, cusax_connection_get_account (connection));
    }
  wrapped = cusax_wrap_text (text->str);
  purple_notify_message (cusax_connection_get_plugin (), PURPLE_NOTIFY_MSG_INFO, _ ("Connection details"),
                         purple_account_get_username (account), wrapped, NULL, NULL);
}
