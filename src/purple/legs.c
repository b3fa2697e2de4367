/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See legs.h; what "Connection details" says is in legdetails.c. */
#include "legs.h"

#include "connection.h"
#include "protection.h"

#include <glib/gi18n-lib.h>

/** Legs: what was said of one account's legs. */
typedef struct
{
  guint id;               /* what callbacks carry: unlike an address it is never used again */
  PurpleAccount *account; /* the key, borrowed until cusax_legs_forget() */
  CusaxParity parity;     /* the last one that could be told */
  guint shown;            /* bit = CusaxParity that had its window */
  gboolean is_asking;
  char *logged;
} Legs;

/* Per account, process-wide like libpurple's own list; freed with the last entry. */
static GHashTable *all_legs;
static guint last_id;

static void
close_question (Legs *legs)
{
  if (!legs->is_asking)
    return;
  legs->is_asking = FALSE;
  /* The entry is the handle: numbers are not ours alone. */
  purple_request_close_with_handle (legs);
}

static void
legs_free (gpointer data)
{
  Legs *legs = data;

  close_question (legs);
  g_free (legs->logged);
  g_free (legs);
}

static Legs *
get_legs (PurpleAccount *account)
{
  Legs *legs;

  if (all_legs == NULL)
    all_legs = g_hash_table_new_full (NULL, NULL, NULL, legs_free);
  legs = g_hash_table_lookup (all_legs, account);
  if (legs != NULL)
    return legs;
  legs = g_new0 (Legs, 1);
  legs->id = ++last_id;
  legs->account = account;
  legs->parity = CUSAX_PARITY_UNKNOWN;
  g_hash_table_insert (all_legs, account, legs);
  return legs;
}

void
cusax_legs_forget (PurpleAccount *account)
{
  gpointer legs = NULL;

  if (all_legs == NULL || !g_hash_table_steal_extended (all_legs, account, NULL, &legs))
    return;
  if (g_hash_table_size (all_legs) == 0)
    g_clear_pointer (&all_legs, g_hash_table_destroy);
  legs_free (legs);
}

static Legs *
find_id (gpointer id)
{
  GHashTableIter iter;
  gpointer value;

  if (all_legs == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, all_legs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Legs *) value)->id == GPOINTER_TO_UINT (id))
      return value;
  return NULL;
}

/* ------------------------------------------------------------------- words */

static CusaxParity
judge (PurpleAccount *account, CusaxProtection *chat, CusaxProtection *phone)
{
  CusaxConnection *connection = cusax_connection_find (account);

  *chat = (CusaxProtection) { 0 };
  *phone = (CusaxProtection) { 0 };
  if (connection == NULL)
    return CUSAX_PARITY_UNKNOWN;
  cusax_protection_get (account, chat);
  cusax_account_get_protection (cusax_connection_get_account (connection), phone);
  return cusax_parity_judge (chat, phone);
}

static const char *
words_of (CusaxParity parity)
{
  switch (parity)
    {
    case CUSAX_PARITY_BOTH:
      return _ ("Both protected.");
    case CUSAX_PARITY_CHAT_ONLY:
      return _ ("Chat is protected, telephony is not.");
    case CUSAX_PARITY_PHONE_ONLY:
      return _ ("Telephony is protected, chat is not.");
    case CUSAX_PARITY_NONE:
      return _ ("Neither chat nor telephony is protected.");
    case CUSAX_PARITY_UNKNOWN:
      break;
    }
  return "";
}

char *
cusax_legs_words (PurpleAccount *account)
{
  CusaxProtection chat, phone;

  return g_strdup (words_of (judge (account, &chat, &phone)));
}

/* ----------------------------------------------------------------- warning */

static void
on_require (gpointer id, int action)
{
  Legs *legs = find_id (id);

  if (legs == NULL || !legs->is_asking)
    return;
  legs->is_asking = FALSE;
  cusax_legs_require_both (legs->account);
}

static void
on_close (gpointer id, int action)
{
  Legs *legs = find_id (id);

  if (legs != NULL)
    legs->is_asking = FALSE;
}

static void
warn (Legs *legs)
{
  g_autofree char *secondary
    = g_strdup_printf (_ ("Account: %s\nWhat is not protected can be read and changed by others on its way."),
                       purple_account_get_username (legs->account));
  const char *title = _ ("Encryption");
  const char *primary = words_of (legs->parity);
  gpointer id = GUINT_TO_POINTER (legs->id);

  close_question (legs);
  legs->shown |= 1u << legs->parity;
  if (!cusax_legs_can_require_both (legs->account))
    {
      purple_notify_message (cusax_connection_get_plugin (), PURPLE_NOTIFY_MSG_WARNING, title, primary, secondary, NULL,
                             NULL);
      return;
    }
  legs->is_asking = TRUE;
  /* Enter and Escape change nothing. */
  purple_request_action (legs, title, primary, secondary, 1, legs->account, NULL, NULL, id, 2,
                         _ ("Require encryption for both"), on_require, _ ("Close"), on_close);
}

/* One line per change of either leg, for whoever reads the log (R51). */
static void
log_legs (Legs *legs, const CusaxProtection *chat, const CusaxProtection *phone)
{
  const CusaxProtection *both[] = { chat, phone };
  g_autoptr (GString) line = g_string_new (purple_account_get_username (legs->account));

  for (gsize i = 0; i < G_N_ELEMENTS (both); i++)
    {
      g_string_append (line, i == 0 ? ": chat " : ", telephony ");
      if (both[i]->is_up)
        g_string_append_printf (line, "up, %s", both[i]->tls_version != NULL ? both[i]->tls_version
                                                : both[i]->is_tls            ? "TLS"
                                                                             : "not protected");
      else
        g_string_append (line, "down");
    }
  if (g_strcmp0 (line->str, legs->logged) == 0)
    return;
  g_info ("%s", line->str);
  g_free (legs->logged);
  legs->logged = g_string_free (g_steal_pointer (&line), FALSE);
}

void
cusax_legs_update (PurpleAccount *account)
{
  CusaxProtection chat, phone;
  CusaxParity before, now;
  Legs *legs;

  if (cusax_connection_find (account) == NULL)
    return;
  legs = get_legs (account);
  now = judge (account, &chat, &phone);
  before = legs->parity;
  log_legs (legs, &chat, &phone);
  /* A leg that comes back as it was is no change. */
  if (now == CUSAX_PARITY_UNKNOWN)
    return;
  legs->parity = now;
  if (now == CUSAX_PARITY_BOTH)
    close_question (legs);
  else if (cusax_parity_should_warn (before, now) && (legs->shown & (1u << now)) == 0)
    warn (legs);
}

/* --------------------------------------------------- requiring encryption */

/* libjabber's other strict value, TLS from the first byte, is as good. */
static gboolean
chat_is_strict (PurpleAccount *account)
{
  const char *security = purple_account_get_string (account, "connection_security", "require_tls");

  return purple_strequal (security, "require_tls") || purple_strequal (security, "old_ssl");
}

static gboolean
is_locked (PurpleAccount *account, const char *name)
{
  CusaxConnection *connection = cusax_connection_find (account);
  const CusaxLadder *ladder = connection != NULL ? cusax_connection_get_ladder (connection) : NULL;

  return ladder != NULL && cusax_ladder_get_lock (ladder, name) != NULL;
}

/* What files and documents say counts, too, unless something is typed. */
static CusaxConfig *
config_of (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);

  return connection != NULL ? cusax_account_get_config (cusax_connection_get_account (connection)) : NULL;
}

static gboolean
phone_security_is_loose (PurpleAccount *account)
{
  CusaxConfig *config = config_of (account);

  return config != NULL && cusax_config_telephony_enabled (config) && !cusax_config_requires_tls (config)
         && !is_locked (account, "sip_security");
}

static gboolean
phone_transport_is_open (PurpleAccount *account)
{
  const char *transport = purple_account_get_string (account, "sip_transport", "auto");

  return (purple_strequal (transport, "tcp") || purple_strequal (transport, "udp"))
         && !is_locked (account, "sip_transport");
}

gboolean
cusax_legs_can_require_both (PurpleAccount *account)
{
  return cusax_connection_find (account) != NULL
         && (!chat_is_strict (account) || phone_security_is_loose (account) || phone_transport_is_open (account));
}

void
cusax_legs_require_both (PurpleAccount *account)
{
  CusaxProtection chat, phone;

  if (!cusax_legs_can_require_both (account))
    return;
  judge (account, &chat, &phone);
  if (!chat_is_strict (account))
    purple_account_set_string (account, "connection_security", "require_tls");
  if (phone_security_is_loose (account))
    purple_account_set_string (account, "sip_security", "require_tls");
  if (phone_transport_is_open (account))
    purple_account_set_string (account, "sip_transport", "auto");
  g_info ("%s: encryption is required for chat and telephony now", purple_account_get_username (account));
  cusax_connection_reconfigure (account);
  /* A protected stream may stay. Not a wanted sign-off: the account stays enabled and online. */
  if (chat.is_up && !chat.is_tls)
    {
      purple_account_disconnect (account);
      purple_account_connect (account);
    }
}
