/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is given, and when. Every answer ends in cusax_bootstrap_go_on(), which alone speaks to the listener
 * about settings; the bootstrap may be freed or stopped from there.
 */
#include "bootstrap-private.h"

#include "address.h"
#include "error.h"

#include <string.h>

#define WAIT_MS 5000

static void
free_wiped (char *text)
{
  explicit_bzero (text, strlen (text));
  g_free (text);
}

static gboolean
is_network (CusaxProvisionSource source)
{
  return source > CUSAX_PROVISION_USER_FILE;
}

CusaxBootstrap *
cusax_bootstrap_new (const CusaxBootstrapPorts *ports, const CusaxConfigReader *typed, gpointer typed_data,
                     const CusaxBootstrapListener *listener, gpointer user_data)
{
  CusaxBootstrap *bootstrap;

  g_return_val_if_fail (ports != NULL && typed != NULL && listener != NULL, NULL);
  bootstrap = g_rc_box_new0 (CusaxBootstrap);
  bootstrap->ports = *ports;
  bootstrap->typed = typed;
  bootstrap->typed_data = typed_data;
  bootstrap->listener = listener;
  bootstrap->user_data = user_data;
  bootstrap->ladder = cusax_ladder_new ();
  return bootstrap;
}

static void
bootstrap_clear (CusaxBootstrap *bootstrap)
{
  cusax_ladder_free (bootstrap->ladder);
}

void
cusax_bootstrap_unref (CusaxBootstrap *bootstrap)
{
  g_rc_box_release_full (bootstrap, (GDestroyNotify) bootstrap_clear);
}

void
cusax_bootstrap_free (CusaxBootstrap *bootstrap)
{
  g_return_if_fail (bootstrap != NULL);
  cusax_bootstrap_stop (bootstrap);
  bootstrap->listener = NULL;
  cusax_bootstrap_unref (bootstrap);
}

gboolean
cusax_bootstrap_is_asking (const CusaxBootstrap *bootstrap)
{
  g_return_val_if_fail (bootstrap != NULL, FALSE);
  return bootstrap->state == CUSAX_BOOTSTRAP_ASKING;
}

const CusaxLadder *
cusax_bootstrap_get_ladder (const CusaxBootstrap *bootstrap)
{
  g_return_val_if_fail (bootstrap != NULL, NULL);
  return bootstrap->ladder;
}

/* ---------------------------------------------------------------- settings */

CusaxConfig *
cusax_bootstrap_make_config (const CusaxBootstrap *bootstrap, GError **error)
{
  return cusax_ladder_make_config (bootstrap->ladder, bootstrap->full_jid, bootstrap->password, bootstrap->typed,
                                   bootstrap->typed_data, error);
}

CusaxProvision *
cusax_bootstrap_find_debtor (const CusaxBootstrap *bootstrap)
{
  CusaxProvision *giver = cusax_ladder_find (bootstrap->ladder, bootstrap->jid, bootstrap->typed,
                                             bootstrap->typed_data, "sip_password");
  CusaxProvisionSource source;
  gint64 expires;

  if (giver == NULL || !is_network (cusax_provision_get_source (giver)))
    return NULL;
  source = cusax_provision_get_source (giver);
  expires = cusax_provision_get_expires (giver);
  if (bootstrap->questions[source].is_owed || (expires != 0 && expires <= bootstrap->ports.wall_time ()))
    return giver;
  return NULL;
}

/* The chat password never stands in for one that the provider gives. */
static CusaxConfig *
make_usable_config (const CusaxBootstrap *bootstrap, GError **error)
{
  const CusaxProvision *debtor = cusax_bootstrap_find_debtor (bootstrap);
  const char *why = "the telephony password comes with the provider's settings, which cannot be had now";

  if (debtor == NULL)
    return cusax_bootstrap_make_config (bootstrap, error);
  if (cusax_provision_get_source (debtor) != CUSAX_PROVISION_DOCUMENT)
    why = bootstrap->chat_up ? "the telephony password comes with chat, whose server gave none"
                             : "the telephony password comes with chat, which is not signed in";
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, why);
  return NULL;
}

/* Tells the listener if it does not know yet, or if @anyway. The last thing to do. */
static void
give (CusaxBootstrap *bootstrap, gboolean anyway)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxConfig) config = make_usable_config (bootstrap, &error);
  const char *message = error != NULL ? error->message : NULL;

  if (!anyway && g_strcmp0 (message, bootstrap->given_error) == 0
      && cusax_config_equal (config, bootstrap->given))
    return;
  g_clear_pointer (&bootstrap->given, cusax_config_unref);
  g_free (bootstrap->given_error);
  bootstrap->given = config != NULL ? cusax_config_ref (config) : NULL;
  bootstrap->given_error = g_strdup (message);
  if (bootstrap->listener != NULL)
    bootstrap->listener->on_config (bootstrap->user_data, config, error);
}

/* Whose first answer the first settings wait for: everybody's the first time, later only a password's. */
static gboolean
has_to_wait (const CusaxBootstrap *bootstrap)
{
  const CusaxProvision *debtor = cusax_bootstrap_find_debtor (bootstrap);

  if (debtor != NULL)
    return !bootstrap->questions[cusax_provision_get_source (debtor)].is_asked;
  if (bootstrap->is_remembered || bootstrap->is_manual)
    return FALSE;
  for (CusaxProvisionSource source = CUSAX_PROVISION_SERVICES; source < CUSAX_PROVISION_N_SOURCES; source++)
    if (!bootstrap->questions[source].is_asked)
      return TRUE;
  return FALSE;
}

static void
settle (CusaxBootstrap *bootstrap)
{
  if (bootstrap->wait_timer != 0)
    bootstrap->ports.clock->remove (bootstrap->ports.clock, bootstrap->wait_timer);
  bootstrap->wait_timer = 0;
  bootstrap->state = CUSAX_BOOTSTRAP_SETTLED;
}

static gboolean
on_waited (gpointer data)
{
  CusaxBootstrap *bootstrap = data;

  bootstrap->wait_timer = 0;
  settle (bootstrap);
  give (bootstrap, TRUE);
  return G_SOURCE_REMOVE;
}

void
cusax_bootstrap_go_on (CusaxBootstrap *bootstrap)
{
  if (bootstrap->state == CUSAX_BOOTSTRAP_IDLE)
    return;
  cusax_bootstrap_arm (bootstrap);
  if (bootstrap->state == CUSAX_BOOTSTRAP_SETTLED)
    {
      give (bootstrap, FALSE);
      return;
    }
  if (has_to_wait (bootstrap))
    return;
  settle (bootstrap);
  give (bootstrap, TRUE);
}

/* -------------------------------------------------------------- start, stop */

/* Who typed everything hears of nobody (R8): what was remembered does not count either. */
static void
judge_manual (CusaxBootstrap *bootstrap)
{
  g_autoptr (CusaxAddress) valid = cusax_address_new_from_jid (bootstrap->jid, NULL);
  gboolean has_url = FALSE;

  /* Nobody can be asked about an account name that is none. */
  bootstrap->is_manual = valid == NULL || cusax_ladder_is_manual (bootstrap->typed, bootstrap->typed_data);
  if (!bootstrap->is_manual)
    return;
  for (CusaxProvisionSource source = CUSAX_PROVISION_SERVICES; source < CUSAX_PROVISION_N_SOURCES; source++)
    if (source != CUSAX_PROVISION_DOCUMENT)
      {
        cusax_ladder_set (bootstrap->ladder, source, NULL);
        bootstrap->questions[source].is_owed = FALSE;
        bootstrap->questions[source].due = 0;
      }
  cusax_bootstrap_cancel (bootstrap, TRUE);
  {
    g_autoptr (CusaxConfig) config = cusax_bootstrap_make_config (bootstrap, NULL);

    has_url = config != NULL && cusax_config_get_provisioning_url (config) != NULL;
  }
  if (has_url)
    return;
  cusax_bootstrap_cancel (bootstrap, FALSE);
  cusax_ladder_set (bootstrap->ladder, CUSAX_PROVISION_DOCUMENT, NULL);
  bootstrap->questions[CUSAX_PROVISION_DOCUMENT].is_owed = FALSE;
  bootstrap->questions[CUSAX_PROVISION_DOCUMENT].due = 0;
}

/* Whose first answer is awaited is awaited from now on. */
static void
await (CusaxBootstrap *bootstrap)
{
  CusaxClock *clock = bootstrap->ports.clock;

  bootstrap->state = CUSAX_BOOTSTRAP_ASKING;
  cusax_bootstrap_ask (bootstrap, FALSE);
  if (bootstrap->wait_timer != 0)
    clock->remove (clock, bootstrap->wait_timer);
  bootstrap->wait_timer = has_to_wait (bootstrap) ? clock->add (clock, WAIT_MS, on_waited, bootstrap) : 0;
  cusax_bootstrap_go_on (bootstrap);
}

static void
set_password (CusaxBootstrap *bootstrap, const char *password)
{
  char *copy = g_strdup (password);

  g_clear_pointer (&bootstrap->password, free_wiped);
  bootstrap->password = copy;
}

/* Chat signs in again, nobody has signed off: what is known stays, secrets too, and what was complained about. */
static void
resume (CusaxBootstrap *bootstrap, const char *password)
{
  CusaxProvision *debtor;

  set_password (bootstrap, password);
  judge_manual (bootstrap);
  debtor = cusax_bootstrap_find_debtor (bootstrap);
  if (debtor != NULL)
    bootstrap->questions[cusax_provision_get_source (debtor)].is_asked = FALSE;
  await (bootstrap);
}

void
cusax_bootstrap_start (CusaxBootstrap *bootstrap, const char *jid, const char *password)
{
  CusaxProviderPort *provider = bootstrap->ports.provider;
  g_autofree char *bare = NULL;

  g_return_if_fail (bootstrap != NULL && jid != NULL);
  bare = cusax_address_jid_bare (jid, NULL);
  if (bare == NULL)
    bare = g_strdup (jid); /* the settings' error says what is wrong with it */
  if (bootstrap->state != CUSAX_BOOTSTRAP_IDLE && g_str_equal (bare, bootstrap->jid))
    {
      g_free (bootstrap->full_jid);
      bootstrap->full_jid = g_strdup (jid);
      resume (bootstrap, password);
      return;
    }
  cusax_bootstrap_stop (bootstrap);
  bootstrap->jid = g_steal_pointer (&bare);
  bootstrap->full_jid = g_strdup (jid);
  set_password (bootstrap, password);
  cusax_bootstrap_load (bootstrap);
  judge_manual (bootstrap);
  provider->vtable->set_listener (provider, cusax_bootstrap_on_services_changed, bootstrap);
  await (bootstrap);
}

void
cusax_bootstrap_stop (CusaxBootstrap *bootstrap)
{
  CusaxClock *clock = bootstrap->ports.clock;
  CusaxProviderPort *provider = bootstrap->ports.provider;

  g_return_if_fail (bootstrap != NULL);
  if (bootstrap->state == CUSAX_BOOTSTRAP_IDLE)
    return;
  provider->vtable->set_listener (provider, NULL, NULL);
  cusax_bootstrap_cancel (bootstrap, FALSE);
  if (bootstrap->wait_timer != 0)
    clock->remove (clock, bootstrap->wait_timer);
  if (bootstrap->upkeep_timer != 0)
    clock->remove (clock, bootstrap->upkeep_timer);
  bootstrap->wait_timer = bootstrap->upkeep_timer = 0;
  for (CusaxProvisionSource source = CUSAX_PROVISION_SERVICES; source < CUSAX_PROVISION_N_SOURCES; source++)
    {
      cusax_ladder_set (bootstrap->ladder, source, NULL);
      g_free (bootstrap->questions[source].bad);
      bootstrap->questions[source] = (CusaxQuestion){ 0 };
    }
  g_clear_pointer (&bootstrap->jid, g_free);
  g_clear_pointer (&bootstrap->full_jid, g_free);
  g_clear_pointer (&bootstrap->password, free_wiped);
  g_clear_pointer (&bootstrap->remembered, g_free);
  g_clear_pointer (&bootstrap->document_url, g_free);
  g_clear_pointer (&bootstrap->given, cusax_config_unref);
  g_clear_pointer (&bootstrap->given_error, g_free);
  bootstrap->document_asked = 0;
  bootstrap->is_remembered = FALSE;
  bootstrap->state = CUSAX_BOOTSTRAP_IDLE;
}

/* ------------------------------------------------------------------ changes */

void
cusax_bootstrap_set_files (CusaxBootstrap *bootstrap, CusaxProvision *system_file, CusaxProvision *user_file)
{
  gboolean changed;

  g_return_if_fail (bootstrap != NULL);
  changed = cusax_ladder_set (bootstrap->ladder, CUSAX_PROVISION_SYSTEM_FILE, system_file);
  changed = cusax_ladder_set (bootstrap->ladder, CUSAX_PROVISION_USER_FILE, user_file) || changed;
  if (!changed || bootstrap->state == CUSAX_BOOTSTRAP_IDLE)
    return;
  judge_manual (bootstrap);
  cusax_bootstrap_ask (bootstrap, FALSE);
  cusax_bootstrap_go_on (bootstrap);
}

void
cusax_bootstrap_reread (CusaxBootstrap *bootstrap, const char *password)
{
  gboolean is_settled;

  g_return_if_fail (bootstrap != NULL);
  if (bootstrap->state == CUSAX_BOOTSTRAP_IDLE)
    return;
  set_password (bootstrap, password);
  judge_manual (bootstrap);
  cusax_bootstrap_ask (bootstrap, FALSE);
  is_settled = bootstrap->state == CUSAX_BOOTSTRAP_SETTLED;
  if (!is_settled)
    {
      cusax_bootstrap_go_on (bootstrap);
      return;
    }
  cusax_bootstrap_arm (bootstrap);
  give (bootstrap, TRUE);
}

void
cusax_bootstrap_set_chat_up (CusaxBootstrap *bootstrap, gboolean up)
{
  g_return_if_fail (bootstrap != NULL);
  if (!up == !bootstrap->chat_up)
    return;
  bootstrap->chat_up = up;
  if (bootstrap->state == CUSAX_BOOTSTRAP_IDLE)
    return;
  if (up)
    cusax_bootstrap_ask (bootstrap, TRUE);
  else
    cusax_bootstrap_cancel (bootstrap, TRUE);
  cusax_bootstrap_go_on (bootstrap);
}
