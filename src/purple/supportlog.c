/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See supportlog.h. */
#include "supportlog.h"

#include "connection.h"
#include "elements.h"
#include "protection.h"
#include "sipversion.h"

#include <purple.h>

#include <string.h>

/* A wire trace with SDP fits; a hostile message does not fill the log alone. */
#define LONGEST_LINE 8192

/* A shorter password would be found in every other word. */
#define SHORTEST_SECRET 4

/* As core/redact masks; no secret of that length is found in it again. */
#define SECRET "***"

/* The ring: process-wide as the log sink that feeds it. */
static GQueue lines = G_QUEUE_INIT; /* char *, oldest first */
static gsize bytes;
static gboolean is_open;

void
cusax_supportlog_init (void)
{
  is_open = TRUE;
}

void
cusax_supportlog_shutdown (void)
{
  is_open = FALSE;
  g_queue_clear_full (&lines, g_free);
  bytes = 0;
}

static char *
format_line (const char *category, const char *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *when = g_date_time_format (now, "%Y-%m-%d %H:%M:%S");
  g_autoptr (GString) line = g_string_new (NULL);
  const char *end = text;

  g_utf8_validate_len (text, MIN (strlen (text), LONGEST_LINE), &end);
  g_string_printf (line, "%s.%03d %s: ", when, g_date_time_get_microsecond (now) / 1000, category);
  g_string_append_len (line, text, end - text);
  if (*end != '\0')
    g_string_append (line, " [...]");
  /* What goes on in a second line belongs to the first. */
  while (line->len > 0 && g_ascii_isspace (line->str[line->len - 1]))
    g_string_truncate (line, line->len - 1);
  g_string_replace (line, "\r", "", 0);
  g_string_replace (line, "\n", "\n    ", 0);
  g_string_append_c (line, '\n');
  return g_string_free (g_steal_pointer (&line), FALSE);
}

void
cusax_supportlog_add (const char *category, const char *text)
{
  char *line;

  if (!is_open)
    return;
  line = format_line (category, text);
  bytes += strlen (line);
  g_queue_push_tail (&lines, line);
  while (bytes > CUSAX_SUPPORTLOG_MAX_BYTES)
    {
      g_autofree char *oldest = g_queue_pop_head (&lines);

      bytes -= strlen (oldest);
    }
}

/* ------------------------------------------------------------------ header */

static void
append_versions (GString *text)
{
  const char *ui = purple_core_get_ui ();
  g_autofree char *gstreamer = cusax_elements_get_version ();

  g_string_append_printf (text, "CUSAX %s, libpurple %s (%s), Sofia-SIP %s, %s, GLib %u.%u.%u\n", CUSAX_VERSION,
                          purple_core_get_version (), ui != NULL ? ui : "-", cusax_sipversion_get (), gstreamer,
                          glib_major_version, glib_minor_version, glib_micro_version);
}

static const char *
phone_state (CusaxPhoneState state)
{
  switch (state)
    {
    case CUSAX_PHONE_SIGNING_IN:
      return "signing in";
    case CUSAX_PHONE_UP:
      return "up";
    case CUSAX_PHONE_WAITING:
      return "waiting for the next try";
    case CUSAX_PHONE_REFUSED:
      return "refused";
    case CUSAX_PHONE_STOPPING:
      return "signing off";
    case CUSAX_PHONE_OFF:
      break;
    }
  return "off";
}

static void
append_leg (GString *text, const char *leg, const char *state, const CusaxProtection *protection)
{
  static const char *const trust[] = { "certificate not known", "certificate of a known authority", "accepted certificate" };

  g_string_append_printf (text, "  %s: %s", leg, state);
  if (protection->is_up)
    g_string_append_printf (text, "; %s; %s; %s; %s; signed in by %s",
                            protection->server != NULL ? protection->server : "-",
                            protection->transport != NULL ? protection->transport : "-",
                            protection->tls_version != NULL ? protection->tls_version : "no TLS version",
                            protection->is_tls ? trust[protection->trust] : "not protected",
                            protection->authentication != NULL ? protection->authentication : "-");
  g_string_append_c (text, '\n');
}

static void
append_account (GString *text, PurpleAccount *account, CusaxAccount *phone)
{
  CusaxConfig *config = cusax_account_get_config (phone);
  const GError *error = cusax_account_get_phone_error (phone);
  const char *server = cusax_account_get_server (phone);
  CusaxProtection chat = { 0 };
  CusaxProtection telephony = { 0 };

  cusax_protection_get (account, &chat);
  cusax_account_get_protection (phone, &telephony);
  g_string_append_printf (text, "Account %s, %s\n", purple_account_get_username (account),
                          config != NULL ? cusax_address_get_uri (cusax_config_get_aor (config)) : "no settings");
  append_leg (text, "chat", cusax_account_is_chat_up (phone) ? "up" : "down", &chat);
  append_leg (text, "telephony", phone_state (cusax_account_get_phone_state (phone)), &telephony);
  if (error != NULL)
    g_string_append_printf (text, "  the last try of %s: %s\n", server != NULL ? server : "-", error->message);
}

/* ----------------------------------------------------------------- secrets */

static void
hide (GString *text, const char *secret)
{
  if (secret != NULL && strlen (secret) >= SHORTEST_SECRET)
    g_string_replace (text, secret, SECRET, 0);
}

/* Redaction knows where protocols put secrets; this finds them where a server or a fault has put them. */
static void
hide_passwords (GString *text, PurpleAccount *account, CusaxAccount *phone)
{
  const CusaxSetting *setting;
  CusaxConfig *config = cusax_account_get_config (phone);

  hide (text, purple_account_get_password (account));
  hide (text, config != NULL ? cusax_config_get_sip_password (config) : NULL);
  for (setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    if (setting->type == CUSAX_SETTING_SECRET)
      hide (text, purple_account_get_string (account, setting->name, NULL));
}

static void
append_accounts (GString *text)
{
  for (GList *l = purple_accounts_get_all (); l != NULL; l = l->next)
    {
      CusaxConnection *connection = cusax_connection_find (l->data);

      if (connection != NULL)
        append_account (text, l->data, cusax_connection_get_account (connection));
    }
}

char *
cusax_supportlog_get (void)
{
  g_autoptr (GString) text = g_string_sized_new (bytes + 4096);

  append_versions (text);
  append_accounts (text);
  g_string_append_c (text, '\n');
  for (GList *l = lines.head; l != NULL; l = l->next)
    g_string_append (text, l->data);
  for (GList *l = purple_accounts_get_all (); l != NULL; l = l->next)
    {
      CusaxConnection *connection = cusax_connection_find (l->data);

      if (connection != NULL)
        hide_passwords (text, l->data, cusax_connection_get_account (connection));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
