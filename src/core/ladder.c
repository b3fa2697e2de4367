/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ladder.h. All settings are decided at once, because some decide about others; every answer is read from
 * that. */
#include "ladder-private.h"

#include "address.h"
#include "config-private.h"

#include <string.h>

struct _CusaxLadder
{
  CusaxProvision *rungs[CUSAX_PROVISION_N_SOURCES]; /* (nullable) each */
};

/* Below what was typed, best first. */
static const CusaxProvisionSource order[]
  = { CUSAX_PROVISION_USER_FILE, CUSAX_PROVISION_SYSTEM_FILE, CUSAX_PROVISION_SERVICES,
      CUSAX_PROVISION_SIPARK,    CUSAX_PROVISION_DOCUMENT,    CUSAX_PROVISION_CARD };

static const CusaxProvisionSource lock_order[]
  = { CUSAX_PROVISION_SYSTEM_FILE, CUSAX_PROVISION_USER_FILE, CUSAX_PROVISION_DOCUMENT };

CusaxLadder *
cusax_ladder_new (void)
{
  return g_new0 (CusaxLadder, 1);
}

void
cusax_ladder_free (CusaxLadder *ladder)
{
  g_return_if_fail (ladder != NULL);
  for (guint i = 0; i < CUSAX_PROVISION_N_SOURCES; i++)
    g_clear_pointer (&ladder->rungs[i], cusax_provision_unref);
  g_free (ladder);
}

gboolean
cusax_ladder_set (CusaxLadder *ladder, CusaxProvisionSource source, CusaxProvision *provision)
{
  CusaxProvision **rung;

  g_return_val_if_fail (ladder != NULL && source < CUSAX_PROVISION_N_SOURCES, FALSE);
  g_return_val_if_fail (provision == NULL || cusax_provision_get_source (provision) == source, FALSE);
  rung = &ladder->rungs[source];
  if (cusax_provision_equal (*rung, provision))
    return FALSE;
  g_clear_pointer (rung, cusax_provision_unref);
  *rung = provision != NULL ? cusax_provision_ref (provision) : NULL;
  return TRUE;
}

CusaxProvision *
cusax_ladder_get (const CusaxLadder *ladder, CusaxProvisionSource source)
{
  g_return_val_if_fail (ladder != NULL && source < CUSAX_PROVISION_N_SOURCES, NULL);
  return ladder->rungs[source];
}

CusaxProvision *
cusax_ladder_get_lock (const CusaxLadder *ladder, const char *name)
{
  g_return_val_if_fail (ladder != NULL && name != NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (lock_order); i++)
    {
      CusaxProvision *rung = ladder->rungs[lock_order[i]];

      if (rung != NULL && cusax_provision_is_locked (rung, name))
        return rung;
    }
  return NULL;
}

/* ---------------------------------------------------------------- deciding */

static void
free_wiped (char *text)
{
  explicit_bzero (text, strlen (text));
  g_free (text);
}

/* What one setting is, and who says so. */
typedef struct
{
  const CusaxSetting *setting;
  char *typed;           /* (nullable) */
  const char *value;     /* (nullable): NULL = the default */
  CusaxProvision *giver; /* (nullable) (transfer none): NULL = typed, or the default */
} Decision;

typedef struct
{
  const CusaxLadder *ladder;
  Decision *settings;  /* ends with setting == NULL */
  CusaxConfig *narrow; /* (nullable): our domains without what a document says of them; NULL: the JID is none */
  CusaxConfig *wide;   /* (nullable): with that */
  char *aor_host;      /* (nullable): of the address of record; NULL: derived from the JID */
} Decisions;

static void
decisions_clear (Decisions *decisions)
{
  for (Decision *d = decisions->settings; d->setting != NULL; d++)
    g_clear_pointer (&d->typed, free_wiped);
  g_free (decisions->settings);
  g_free (decisions->aor_host);
  g_clear_pointer (&decisions->narrow, cusax_config_unref);
  g_clear_pointer (&decisions->wide, cusax_config_unref);
}

static Decision *
get (const Decisions *decisions, const char *name)
{
  Decision *decision = decisions->settings;

  while (decision->setting != NULL && !g_str_equal (decision->setting->name, name))
    decision++;
  return decision;
}

/* Returns: (nullable): what @rung says; an empty text says nothing. */
static const char *
say (const CusaxProvision *rung, const char *name)
{
  const char *value = rung != NULL ? cusax_provision_get (rung, name) : NULL;

  return value != NULL && *value != '\0' ? value : NULL;
}

/* ---------------------------------------------------------- which domains */

static const char *
only_related_domains (gpointer related, const char *name, const char *fallback)
{
  return related != NULL && g_str_equal (name, "related_domains") ? related : fallback;
}

static const char *
only_server (gpointer server, const char *name, const char *fallback)
{
  if (g_str_equal (name, "sip_server"))
    return server;
  return g_str_equal (name, "sip_security") ? "allow_plain" : fallback;
}

static gboolean
default_bool (gpointer related, const char *name, gboolean fallback)
{
  return fallback;
}

static int
default_int (gpointer related, const char *name, int fallback)
{
  return fallback;
}

/* Returns: (transfer full) (nullable): a config that knows our domains and nothing else. */
static CusaxConfig *
domains_new (const char *jid, const char *related)
{
  static const CusaxConfigReader reader = { only_related_domains, default_bool, default_int };
  CusaxConfig *domains = cusax_config_new (jid, NULL, &reader, (gpointer) related, NULL);

  /* Typed garbage is named when everything is read; it makes nothing ours. */
  return domains != NULL || related == NULL ? domains : cusax_config_new (jid, NULL, &reader, NULL, NULL);
}

/* The domains that @rung may speak for. */
static const CusaxConfig *
domains_of (const Decisions *decisions, const CusaxProvision *rung)
{
  CusaxProvisionSource source = cusax_provision_get_source (rung);

  return source == CUSAX_PROVISION_DOCUMENT || source == CUSAX_PROVISION_CARD ? decisions->wide
                                                                              : decisions->narrow;
}

/* @host is one of @domains or below one. */
static gboolean
is_below (const CusaxConfig *domains, const char *host)
{
  gboolean is_name = !g_hostname_is_ip_address (host);
  const char *rest = host;

  while (rest != NULL)
    {
      if (cusax_config_is_trusted_domain (domains, rest))
        return TRUE;
      rest = is_name ? strchr (rest, '.') : NULL;
      rest = rest != NULL ? rest + 1 : NULL;
    }
  return FALSE;
}

/* ------------------------------------------------------- who may say what */

static gboolean
may_give_address (const Decisions *decisions, const CusaxProvision *rung)
{
  const CusaxConfig *domains = domains_of (decisions, rung);
  g_autoptr (CusaxAddress) address
    = cusax_address_parse_target (cusax_provision_get (rung, "sip_address"), "invalid", NULL);

  if (domains != NULL && address != NULL
      && cusax_config_is_trusted_domain (domains, cusax_address_get_host (address)))
    return TRUE;
  g_info ("the address from %s is of another domain: not used", cusax_provision_get_where (rung));
  return FALSE;
}

/* For server, transport and credentials: is the address of record one that @rung may speak for? */
static gboolean
speaks_for_address (const Decisions *decisions, const CusaxProvision *rung)
{
  const CusaxConfig *domains = domains_of (decisions, rung);

  return domains != NULL
         && (decisions->aor_host == NULL || cusax_config_is_trusted_domain (domains, decisions->aor_host));
}

/* R47: whoever names the server gets a digest of the password there. */
static gboolean
may_give_server (const Decisions *decisions, const CusaxProvision *rung)
{
  static const CusaxConfigReader reader = { only_server, default_bool, default_int };
  const char *server = say (rung, "sip_server");
  g_autoptr (CusaxConfig) parsed = NULL;
  const char *host;

  if (!speaks_for_address (decisions, rung))
    return FALSE;
  if (server == NULL || get (decisions, "sip_password")->giver == rung)
    return TRUE;
  parsed = cusax_config_new ("user@example.invalid", NULL, &reader, (gpointer) server, NULL);
  host = parsed != NULL ? cusax_config_get_server_host (parsed) : NULL;
  if (host != NULL && is_below (domains_of (decisions, rung), host))
    return TRUE;
  g_info ("the server from %s is of another domain: not used", cusax_provision_get_where (rung));
  return FALSE;
}

static gboolean
may_say (const Decisions *decisions, const CusaxProvision *rung, const char *name)
{
  CusaxProvisionSource source = cusax_provision_get_source (rung);

  if (source == CUSAX_PROVISION_SYSTEM_FILE || source == CUSAX_PROVISION_USER_FILE)
    return TRUE;
  if (g_str_equal (name, "related_domains"))
    return source == CUSAX_PROVISION_DOCUMENT;
  if (g_str_equal (name, "sip_address"))
    return source != CUSAX_PROVISION_SERVICES && may_give_address (decisions, rung);
  if (g_str_equal (name, "sip_auth_user") || g_str_equal (name, "sip_password"))
    return speaks_for_address (decisions, rung);
  if (g_str_equal (name, "sip_server") || g_str_equal (name, "sip_transport"))
    return may_give_server (decisions, rung);
  return TRUE;
}

/* --------------------------------------------------------------- deciding */

static void
take (Decision *decision, CusaxProvision *rung)
{
  decision->value = cusax_provision_get (rung, decision->setting->name);
  decision->giver = decision->value != NULL ? rung : NULL;
}

static CusaxProvision *
find_lock (const Decisions *decisions, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (lock_order); i++)
    {
      CusaxProvision *rung = decisions->ladder->rungs[lock_order[i]];

      if (rung != NULL && cusax_provision_is_locked (rung, name) && may_say (decisions, rung, name))
        return rung;
    }
  return NULL;
}

/* What belongs together comes from one place; at most this many. */
#define MAX_GROUP 3

/* Returns: (nullable): the best rung that says one of @names */
static CusaxProvision *
find_rung (const Decisions *decisions, const char *const *names)
{
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      CusaxProvision *rung = decisions->ladder->rungs[order[i]];

      for (guint k = 0; names[k] != NULL; k++)
        if (say (rung, names[k]) != NULL && may_say (decisions, rung, names[0]))
          return rung;
    }
  return NULL;
}

/* Returns: FALSE if nobody locks any. What is not locked is the first locker's, or typed. */
static gboolean
decide_locked_group (const Decisions *decisions, const char *const *names)
{
  CusaxProvision *locks[MAX_GROUP] = { NULL };
  CusaxProvision *first = NULL;

  for (guint i = 0; names[i] != NULL; i++)
    {
      locks[i] = find_lock (decisions, names[i]);
      if (first == NULL)
        first = locks[i];
    }
  if (first == NULL)
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    {
      Decision *decision = get (decisions, names[i]);

      take (decision, locks[i] != NULL ? locks[i] : first);
      if (locks[i] == NULL && decision->value == NULL)
        decision->value = decision->typed;
    }
  return TRUE;
}

/* All from whoever locks one, from the person, or from one rung. @names: NULL-terminated, MAX_GROUP at most */
static void
decide_group (const Decisions *decisions, const char *const *names)
{
  gboolean is_typed = FALSE;
  CusaxProvision *rung;

  if (decide_locked_group (decisions, names))
    return;
  for (guint i = 0; names[i] != NULL; i++)
    is_typed = is_typed || get (decisions, names[i])->typed != NULL;
  rung = is_typed ? NULL : find_rung (decisions, names);
  for (guint i = 0; names[i] != NULL; i++)
    if (is_typed)
      get (decisions, names[i])->value = get (decisions, names[i])->typed;
    else if (rung != NULL)
      take (get (decisions, names[i]), rung);
}

static void
decide_alone (const Decisions *decisions, const char *name)
{
  const char *const names[] = { name, NULL };

  decide_group (decisions, names);
}

/* The one field that a person is asked for is the password: its user name may come from elsewhere, unless that
 * one has a password of its own. */
static void
complete_typed_password (const Decisions *decisions)
{
  Decision *user = get (decisions, "sip_auth_user");
  Decision *password = get (decisions, "sip_password");

  if (password->value == NULL || password->value != password->typed || user->value != NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      CusaxProvision *rung = decisions->ladder->rungs[order[i]];

      if (say (rung, "sip_auth_user") != NULL && say (rung, "sip_password") == NULL
          && may_say (decisions, rung, "sip_auth_user"))
        {
          take (user, rung);
          return;
        }
    }
}

/* Address, credentials and server in this order: each decides about the next. */
static void
decide (Decisions *decisions, const char *jid)
{
  static const char *const together[] = {
    "related_domains", "sip_address", "sip_auth_user", "sip_password", "sip_server", "sip_transport",
    "turn_server", "turn_user", "turn_password", NULL
  };
  static const char *const credentials[] = { "sip_auth_user", "sip_password", NULL };
  static const char *const server[] = { "sip_server", "sip_transport", NULL };
  static const char *const turn[] = { "turn_server", "turn_user", "turn_password", NULL };
  const Decision *related = get (decisions, "related_domains");
  const Decision *address = get (decisions, "sip_address");
  gboolean widens;

  decide_alone (decisions, "related_domains");
  widens = related->giver != NULL && cusax_provision_get_source (related->giver) == CUSAX_PROVISION_DOCUMENT;
  decisions->wide = domains_new (jid, related->value);
  decisions->narrow = domains_new (jid, widens ? NULL : related->value);

  decide_alone (decisions, "sip_address");
  if (address->value != NULL && *address->value != '\0')
    {
      g_autoptr (CusaxAddress) aor = cusax_address_parse_target (address->value, "invalid", NULL);

      decisions->aor_host = g_strdup (aor != NULL ? cusax_address_get_host (aor) : "invalid");
    }

  decide_group (decisions, credentials);
  complete_typed_password (decisions);
  decide_group (decisions, server);
  decide_group (decisions, turn);
  for (Decision *d = decisions->settings; d->setting != NULL; d++)
    if (!g_strv_contains (together, d->setting->name))
      decide_alone (decisions, d->setting->name);
}

static void
decisions_init (Decisions *decisions, const CusaxLadder *ladder, const char *jid,
                const CusaxConfigReader *typed, gpointer user_data)
{
  const CusaxSetting *settings = cusax_config_get_settings ();
  guint n = 0;

  while (settings[n].name != NULL)
    n++;
  decisions->ladder = ladder;
  decisions->settings = g_new0 (Decision, n + 1);
  for (guint i = 0; i < n; i++)
    {
      decisions->settings[i].setting = &settings[i];
      decisions->settings[i].typed = cusax_ladder_dup_typed (typed, user_data, &settings[i]);
    }
  decide (decisions, jid);
}

/* ----------------------------------------------------------------- result */

static const char *
decided_string (gpointer decisions, const char *name, const char *fallback)
{
  const Decision *decision = get (decisions, name);

  return decision->value != NULL ? decision->value : fallback;
}

static gboolean
decided_bool (gpointer decisions, const char *name, gboolean fallback)
{
  const Decision *decision = get (decisions, name);

  return decision->value != NULL ? g_str_equal (decision->value, "true") : fallback;
}

static int
decided_int (gpointer decisions, const char *name, int fallback)
{
  const Decision *decision = get (decisions, name);

  return decision->value != NULL ? (int) g_ascii_strtoll (decision->value, NULL, 10) : fallback;
}

CusaxConfig *
cusax_ladder_make_config (const CusaxLadder *ladder, const char *jid, const char *password,
                          const CusaxConfigReader *typed, gpointer user_data, GError **error)
{
  static const CusaxConfigReader reader = { decided_string, decided_bool, decided_int };
  Decisions decisions = { 0 };
  CusaxConfig *config;
  const CusaxProvision *giver;

  g_return_val_if_fail (ladder != NULL && jid != NULL && typed != NULL, NULL);
  decisions_init (&decisions, ladder, jid, typed, user_data);
  config = cusax_config_new (jid, password, &reader, &decisions, error);
  giver = get (&decisions, "sip_address")->giver;
  if (config != NULL && giver != NULL && say (giver, "sip_address") != NULL)
    cusax_config_set_origin (config, cusax_provision_get_source (giver) == CUSAX_PROVISION_CARD
                                       ? CUSAX_ORIGIN_CARD
                                       : CUSAX_ORIGIN_PROVISIONED);
  decisions_clear (&decisions);
  return config;
}

CusaxProvision *
cusax_ladder_find (const CusaxLadder *ladder, const char *jid, const CusaxConfigReader *typed,
                   gpointer user_data, const char *name)
{
  Decisions decisions = { 0 };
  CusaxProvision *giver = NULL;

  g_return_val_if_fail (ladder != NULL && jid != NULL && typed != NULL && name != NULL, NULL);
  decisions_init (&decisions, ladder, jid, typed, user_data);
  giver = get (&decisions, name)->giver;
  decisions_clear (&decisions);
  return giver;
}
