/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See loginwords.h. */
#include "loginwords.h"

#include "error.h"
#include "text.h"
#include "words.h"
#include "wrap.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* "Made out for: " and this much of a name fit into one line of Finch. */
#define NAME_LENGTH 56

/* ------------------------------------------------------------ certificate */

char *
cusax_loginwords_fingerprint (const char *fingerprint)
{
  g_autofree char *clean = cusax_text_clean (fingerprint, 95);
  g_autoptr (GString) text = g_string_new (clean);

  /* Every 12th character is the colon between two groups of four bytes. */
  for (gsize i = 11; i < text->len; i += 12)
    text->str[i] = i == 47 ? '\n' : ' ';
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* As a date that nobody mistakes for another one; NULL: not known. */
static char *
date_words (gint64 seconds)
{
  g_autoptr (GDateTime) date = seconds != 0 ? g_date_time_new_from_unix_local (seconds) : NULL;

  return date != NULL ? g_date_time_format (date, "%Y-%m-%d") : NULL;
}

/* One line for each fault. */
static void
append_faults (GString *text, const CusaxCertificate *certificate)
{
  CusaxCertificateFaults faults = certificate->faults;
  g_autofree char *begin = date_words (certificate->not_before);
  g_autofree char *end = date_words (certificate->not_after);

  if (faults & CUSAX_CERTIFICATE_UNKNOWN_CA)
    g_string_append (text, _ ("\n- Nobody whom this computer trusts vouches for it."));
  if (faults & CUSAX_CERTIFICATE_WRONG_NAME)
    g_string_append (text, _ ("\n- It is made out for another name than this server's."));
  if ((faults & CUSAX_CERTIFICATE_NOT_YET) && begin != NULL)
    g_string_append_printf (text, _ ("\n- It is not valid before %s; is this computer's clock right?"), begin);
  else if (faults & CUSAX_CERTIFICATE_NOT_YET)
    g_string_append (text, _ ("\n- It is not valid yet; is this computer's clock right?"));
  if ((faults & CUSAX_CERTIFICATE_EXPIRED) && end != NULL)
    g_string_append_printf (text, _ ("\n- It expired on %s."), end);
  else if (faults & CUSAX_CERTIFICATE_EXPIRED)
    g_string_append (text, _ ("\n- It has expired."));
  if (faults & CUSAX_CERTIFICATE_REVOKED)
    g_string_append (text, _ ("\n- Whoever vouched for it has taken that back."));
  if (faults & CUSAX_CERTIFICATE_INSECURE)
    g_string_append (text, _ ("\n- It is made in a way that is not safe any more."));
  if ((faults & ~CUSAX_CERTIFICATE_OTHER) == 0)
    g_string_append (text, _ ("\n- It cannot be checked."));
}

static guint
count_lines (const char *text)
{
  guint lines = 1;

  for (; *text != '\0'; text++)
    lines += *text == '\n';
  return lines;
}

/* @spare: how many lines that may be missing are told: first go the names that the certificate gives itself, which prove
 * nothing. */
#define MAX_SPARE 4
static char *
certificate_text (const char *username, const CusaxCertificate *certificate, int spare)
{
  g_autofree char *host = cusax_words_address (certificate->host, CUSAX_WORDS_NAME_LENGTH);
  g_autofree char *fingerprint = cusax_loginwords_fingerprint (certificate->fingerprint);
  g_autofree char *subject = spare > 2 ? cusax_text_clean (certificate->subject, NAME_LENGTH) : NULL;
  g_autofree char *issuer = spare > 3 ? cusax_text_clean (certificate->issuer, NAME_LENGTH) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, _ ("Server: %s, port %u"), host != NULL ? host : "?", certificate->port);
  if (spare > 1)
    g_string_append_printf (text, _ ("\nAccount: %s"), username);
  if (spare > 0)
    g_string_append (text, _ ("\nWhat is wrong with its certificate:"));
  append_faults (text, certificate);
  if (subject != NULL)
    g_string_append_printf (text, _ ("\nMade out for: %s"), subject);
  if (issuer != NULL)
    g_string_append_printf (text, _ ("\nSigned by: %s"), issuer);
  g_string_append_printf (text, _ ("\nFingerprint (SHA-256):\n%s"), fingerprint);
  if (certificate->pinned != NULL)
    {
      g_autofree char *pinned = cusax_loginwords_fingerprint (certificate->pinned);

      g_string_append_printf (text, _ ("\nThis is another certificate than the one you accepted before:\n%s"), pinned);
    }
  g_string_append (text, _ ("\nAsk your provider whether the fingerprint is right. If it is not, somebody may be "
                            "listening: reject it. Telephony stays off then."));
  return cusax_wrap_text (text->str);
}

char *
cusax_loginwords_certificate (const char *username, const CusaxCertificate *certificate)
{
  char *text = certificate_text (username, certificate, MAX_SPARE);

  for (int spare = MAX_SPARE - 1; spare >= 0 && cusax_wrap_is_needed () && count_lines (text) > CUSAX_WRAP_LINES; spare--)
    {
      g_free (text);
      text = certificate_text (username, certificate, spare);
    }
  return text;
}

/* --------------------------------------------------------------- password */

char *
cusax_loginwords_password (const char *username, const CusaxAccount *phone, gboolean with_hint)
{
  const GError *error = cusax_account_get_phone_error (phone);
  CusaxConfig *config = cusax_account_get_config (phone);
  const char *domain = cusax_config_get_domain (config);
  const char *server = cusax_account_get_server (phone);
  g_autofree char *name = cusax_words_address (server != NULL ? server : domain, CUSAX_WORDS_MAX_LENGTH);
  g_autofree char *user = cusax_words_address (cusax_config_get_auth_user (config), CUSAX_WORDS_MAX_LENGTH);
  g_autofree char *home = cusax_words_address (domain, CUSAX_WORDS_MAX_LENGTH);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, _ ("Account: %s"), username);
  g_string_append_printf (text, _ ("\nTelephone server: %s"), name);
  g_string_append_printf (text, _ ("\nUser name there: %s\n"), user);
  if (!g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_WITHHELD))
    g_string_append (text, cusax_config_password_is_shared (config)
                             ? _ ("It refused the chat password for this user name. Chat is not touched by that. Your "
                                  "provider knows whether telephony has a password of its own.")
                             : _ ("It refused the telephony password for this user name. Chat is not touched by "
                                  "that."));
  else if (with_hint)
    g_string_append_printf (text, _ ("It says that your chat password is good there. The password was not sent, because "
                                     "%s is not of your chat service. Use it only if you know that both are of one "
                                     "provider."),
                            home);
  else if (!cusax_config_may_answer_challenge (config, TRUE, NULL))
    g_string_append_printf (text, _ ("It asks for a password. The chat password was not sent, because %s is not of "
                                     "your chat service."),
                            home);
  else
    g_string_append (text, _ ("It asks for a password of another service than yours. The chat password was not sent "
                              "there."));
  return cusax_wrap_text (text->str);
}

/* --------------------------------------------------------------- redirect */

/* "sip2.example.org" is example.org's; "notexample.org" and "example.org.evil.test" are not. */
static gboolean
is_below (const char *host, const char *domain)
{
  gsize length = strlen (host);
  gsize tail = strlen (domain);

  return tail > 0 && length > tail + 1 && host[length - tail - 1] == '.'
         && g_ascii_strcasecmp (host + length - tail, domain) == 0;
}

gboolean
cusax_loginwords_is_own_host (const CusaxConfig *config, const char *host)
{
  const char *const *related = cusax_config_get_related_domains (config);
  g_autofree char *home = cusax_address_jid_domain (cusax_config_get_jid (config), NULL);

  if (cusax_config_is_own_domain (config, host) || is_below (host, cusax_config_get_domain (config))
      || (home != NULL && is_below (host, home)))
    return TRUE;
  for (guint i = 0; related != NULL && related[i] != NULL; i++)
    if (is_below (host, related[i]))
      return TRUE;
  return FALSE;
}

char *
cusax_loginwords_redirect (const char *username, const CusaxAccount *phone, const char *uri, const char *host)
{
  CusaxConfig *config = cusax_account_get_config (phone);
  const char *server = cusax_account_get_server (phone);
  g_autofree char *name
    = cusax_words_address (server != NULL ? server : cusax_config_get_domain (config), CUSAX_WORDS_MAX_LENGTH);
  g_autofree char *there = cusax_words_address (uri, CUSAX_WORDS_FULL_LENGTH);
  g_autofree char *home = cusax_words_address (cusax_config_get_domain (config), CUSAX_WORDS_MAX_LENGTH);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, _ ("Account: %s"), username);
  g_string_append_printf (text, _ ("\n%s does not sign you in and sends you to:\n%s\n"), name, there);
  if (cusax_loginwords_is_own_host (config, host))
    g_string_append_printf (text, _ ("That is a server of your own domains (%s)."), home);
  else
    g_string_append_printf (text, _ ("That is NOT a server of your domain %s. Go there only if your provider has told "
                                     "you of it."),
                            home);
  return cusax_wrap_text (text->str);
}
