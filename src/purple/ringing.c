/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ringing.h. */
#include "ringing.h"

#include "connection.h"
#include "peers.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <request.h>
#include <sound.h>

/* play_event is limited to one in 2 s by libpurple. */
#define RING_INTERVAL_SECONDS 3

typedef struct
{
  guint id;
  PurpleAccount *account; /* compared, and handed to libpurple while the dialog opens */
  CusaxCall *call;
} Ring;

/* Open dialogs by id. Process-wide, because libpurple's callbacks are all that comes back from a dialog, and
 * they come once, twice (Finch: the button, then the window's destruction) or, when we close it, not at all
 * (Pidgin). They carry the id, never a pointer; whoever takes the entry out of the table acts, everybody later
 * finds nothing. Freed with the last dialog. */
static GHashTable *rings;
static guint last_id;
static guint tone_source;

static void
ring_free (gpointer data)
{
  Ring *ring = data;

  cusax_call_unref (ring->call);
  g_free (ring);
}

/* ----------------------------------------------------------------- tone */

/* "Attention received" is on by default in Pidgin and Finch; their mute and away rules hold. */
static gboolean
on_tone_timeout (gpointer data)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, rings);
  if (g_hash_table_iter_next (&iter, NULL, &value))
    purple_sound_play_event (PURPLE_SOUND_GOT_ATTENTION, ((Ring *) value)->account);
  return G_SOURCE_CONTINUE;
}

static void
add_ring (Ring *ring)
{
  if (rings == NULL)
    rings = g_hash_table_new_full (NULL, NULL, NULL, ring_free);
  g_hash_table_insert (rings, GUINT_TO_POINTER (ring->id), ring);
  if (tone_source == 0)
    {
      tone_source = g_timeout_add_seconds (RING_INTERVAL_SECONDS, on_tone_timeout, NULL);
      on_tone_timeout (NULL);
    }
}

/* Takes the entry out; the tone ends with the last one. Returns: (transfer full) (nullable) */
static Ring *
steal_ring (guint id)
{
  gpointer ring = NULL;

  if (rings == NULL || !g_hash_table_steal_extended (rings, GUINT_TO_POINTER (id), NULL, &ring))
    return NULL;
  if (g_hash_table_size (rings) == 0)
    {
      g_clear_handle_id (&tone_source, g_source_remove);
      g_clear_pointer (&rings, g_hash_table_destroy);
    }
  return ring;
}

/* --------------------------------------------------------------- dialog */

/* The entry is out of the table before anything happens, so the change of state that follows does not close a
 * dialog whose button handler is still running; the host closes it when the handler returns. */
static void
on_answer (gpointer data, PurpleRequestFields *fields)
{
  Ring *ring = steal_ring (GPOINTER_TO_UINT (data));

  if (ring == NULL)
    return;
  if (purple_request_fields_get_bool (fields, "muted"))
    cusax_call_set_muted (ring->call, TRUE);
  cusax_call_answer (ring->call);
  ring_free (ring);
}

/* Finch calls this for the window's destruction too, with its window in place of @fields. */
static void
on_decline (gpointer data, PurpleRequestFields *fields)
{
  Ring *ring = steal_ring (GPOINTER_TO_UINT (data));

  if (ring == NULL)
    return;
  cusax_call_decline (ring->call, 0);
  ring_free (ring);
}

static char *
dialog_details (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call)
{
  CusaxAddress *peer = cusax_call_get_peer (call);
  CusaxConfig *config = cusax_account_get_config (phone);
  g_autofree char *address = NULL;
  g_autofree char *line = NULL;

  if (peer != NULL)
    address = cusax_address_get_display (peer, config != NULL ? cusax_config_get_domain (config) : NULL);
  if (config != NULL)
    line = cusax_address_get_display (cusax_config_get_aor (config), NULL);
  return g_strdup_printf (_("Address: %s\nYour line: %s\nEncrypted: %s"),
                          address != NULL ? address : _("unknown"),
                          line != NULL ? line : purple_account_get_username (account),
                          cusax_call_is_secure (call) ? _("yes") : _("no"));
}

static char *
dialog_headline (PurpleAccount *account, CusaxCall *call)
{
  const char *who = cusax_call_get_who (call);
  gboolean known = who != NULL && purple_find_buddy (account, who) != NULL;
  g_autofree char *label = cusax_peers_label (account, who);
  g_autofree char *name = cusax_words_call_name (label, known ? NULL : cusax_call_get_display_name (call));

  return g_strdup_printf (_("%s is calling"), name);
}

static PurpleRequestFields *
dialog_fields (void)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);

  purple_request_field_group_add_field (
      group, purple_request_field_bool_new ("muted", _("Start with microphone muted"), FALSE));
  purple_request_fields_add_group (fields, group);
  return fields;
}

void
cusax_ringing_show (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call)
{
  g_autofree char *headline = NULL;
  g_autofree char *details = NULL;
  Ring *ring;

  if (cusax_call_get_state (call) != CUSAX_CALL_INCOMING)
    return;
  ring = g_new0 (Ring, 1);
  ring->id = ++last_id;
  ring->account = account;
  ring->call = cusax_call_ref (call);
  headline = dialog_headline (account, call);
  details = dialog_details (account, phone, call);
  /* Before the dialog opens: a host may answer from within. */
  add_ring (ring);
  purple_request_fields (ring, _("Incoming Call"), headline, details, dialog_fields (), _("Answer"),
                         G_CALLBACK (on_answer), _("Decline"), G_CALLBACK (on_decline), account,
                         cusax_call_get_who (call), NULL, GUINT_TO_POINTER (ring->id));
}

/* ring is the handle of its dialog: compared by libpurple, never followed, so its life may end right after. */
static void
close_ring (guint id)
{
  Ring *ring = steal_ring (id);

  if (ring == NULL)
    return;
  purple_request_close_with_handle (ring);
  ring_free (ring);
}

static GArray *
rings_of (PurpleAccount *account, CusaxCall *call)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint));
  GHashTableIter iter;
  gpointer value;

  if (rings == NULL)
    return ids;
  g_hash_table_iter_init (&iter, rings);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Ring *ring = value;

      if (ring->account == account && (call == NULL || ring->call == call))
        g_array_append_val (ids, ring->id);
    }
  return ids;
}

void
cusax_ringing_update (PurpleAccount *account, CusaxCall *call)
{
  g_autoptr (GArray) ids = NULL;

  if (cusax_call_get_state (call) == CUSAX_CALL_INCOMING)
    return;
  ids = rings_of (account, call);
  for (guint i = 0; i < ids->len; i++)
    close_ring (g_array_index (ids, guint, i));
}

void
cusax_ringing_close_all (PurpleAccount *account)
{
  g_autoptr (GArray) ids = rings_of (account, NULL);

  for (guint i = 0; i < ids->len; i++)
    close_ring (g_array_index (ids, guint, i));
}
