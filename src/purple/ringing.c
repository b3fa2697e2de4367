/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ringing.h. */
#include "ringing.h"

#include "attention.h"
#include "callerchat.h"
#include "callers.h"
#include "callpick.h"
#include "callwords.h"
#include "connection.h"
#include "notices.h"
#include "videocalls.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <request.h>
#include <string.h>

/** Ring: one ringing call and its dialog. */
typedef struct
{
  guint id;               /* of the dialog that stands now */
  PurpleAccount *account; /* compared, and handed to libpurple while the dialog opens */
  CusaxCall *call;
  PurpleRequestFields *fields; /* (nullable): the host's; gone when the dialog is */
  /* What the dialog says. */
  char *headline;
  char *details;
  char *chat_label; /* (nullable): nobody to chat with */
  gboolean can_attach;
  CusaxVideoAnswer video;
} Ring;

/** Ticks: what the person has said in the dialog before pressing a button. */
typedef struct
{
  gboolean muted, video, chat, attach;
} Ticks;

/* Open dialogs by id. Process-wide, because libpurple's callbacks are all that comes back from a dialog, and
 * they come once, twice (Finch: the button, then the window's destruction) or, when we close it, not at all
 * (Pidgin). They carry the id, never a pointer; whoever takes the entry out of the table acts, everybody later
 * finds nothing. Freed with the last dialog. */
static GHashTable *rings;
static guint last_id;

static void
ring_free (gpointer data)
{
  Ring *ring = data;

  cusax_call_unref (ring->call);
  g_free (ring->headline);
  g_free (ring->details);
  g_free (ring->chat_label);
  g_free (ring);
}

/* --------------------------------------------------------------- entries */

static void
add_ring (Ring *ring)
{
  if (rings == NULL)
    rings = g_hash_table_new_full (NULL, NULL, NULL, ring_free);
  g_hash_table_insert (rings, GUINT_TO_POINTER (ring->id), ring);
}

/* Takes the entry out. Returns: (transfer full) (nullable) */
static Ring *
steal_ring (guint id)
{
  gpointer ring = NULL;

  if (rings == NULL || !g_hash_table_steal_extended (rings, GUINT_TO_POINTER (id), NULL, &ring))
    return NULL;
  if (g_hash_table_size (rings) == 0)
    g_clear_pointer (&rings, g_hash_table_destroy);
  return ring;
}

/* -------------------------------------------------------------- buttons */

static gboolean
is_ticked (PurpleRequestFields *fields, const char *id)
{
  return purple_request_fields_exists (fields, id) && purple_request_fields_get_bool (fields, id);
}

/* Finch hands over its window instead of the fields when that is destroyed, and by then has freed them. */
static void
read_ticks (const Ring *ring, PurpleRequestFields *fields, Ticks *ticks)
{
  memset (ticks, 0, sizeof *ticks);
  if (fields == NULL || fields != ring->fields)
    return;
  ticks->muted = is_ticked (fields, "muted");
  ticks->video = is_ticked (fields, "video");
  ticks->chat = is_ticked (fields, "chat");
  ticks->attach = is_ticked (fields, "attach");
}

/* With Decline as with Answer: "not now, I write to you". Pidgin does not tell its closed window from Decline;
 * a box that was ticked counts there, too. */
static void
do_ticked (Ring *ring, const Ticks *ticks)
{
  if (ticks->chat)
    cusax_callerchat_chat (ring->account, ring->call);
  if (ticks->attach && cusax_callerchat_can_attach (ring->call))
    cusax_callerchat_attach (ring->account, cusax_call_get_peer (ring->call),
                             cusax_call_get_contact (ring->call));
}

/* The entry is out of the table before anything happens, so the change of state that follows does not close a
 * dialog whose button handler is still running; the host closes it when the handler returns. */
static void
on_answer (gpointer data, PurpleRequestFields *fields)
{
  Ring *ring = steal_ring (GPOINTER_TO_UINT (data));
  Ticks ticks;

  if (ring == NULL)
    return;
  read_ticks (ring, fields, &ticks);
  if (ticks.muted)
    cusax_call_set_muted (ring->call, TRUE);
  cusax_notices_answering (ring->account, ring->call);
  if (ticks.video)
    cusax_call_answer_video (ring->call);
  else
    cusax_call_answer (ring->call);
  do_ticked (ring, &ticks);
  ring_free (ring);
}

/* Finch calls this for the window's destruction too. */
static void
on_decline (gpointer data, PurpleRequestFields *fields)
{
  Ring *ring = steal_ring (GPOINTER_TO_UINT (data));
  Ticks ticks;

  if (ring == NULL)
    return;
  read_ticks (ring, fields, &ticks);
  cusax_call_decline (ring->call, 0);
  do_ticked (ring, &ticks);
  ring_free (ring);
}

/* --------------------------------------------------------------- dialog */

static char *
chat_label (CusaxCall *call)
{
  g_autofree char *jid = NULL;

  if (!cusax_callerchat_can_chat (call))
    return NULL;
  if (cusax_call_get_grade (call) == CUSAX_BINDING_STRONG)
    return g_strdup (_ ("Chat with caller"));
  jid = cusax_words_address (cusax_call_get_contact (call), CUSAX_WORDS_MAX_LENGTH);
  return g_strdup_printf (_ ("Chat with %s (not confirmed)"), jid);
}

/* Returns: (transfer full): what answering does to the call that stands, then who calls */
static char *
details_of (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call)
{
  g_autofree char *details = cusax_callers_details (account, phone, call);
  CusaxCall *other = phone != NULL ? cusax_callpick_beside (phone, call) : NULL;
  g_autofree char *name = NULL;
  g_autofree char *waiting = NULL;

  if (other == NULL)
    return g_steal_pointer (&details);
  name = cusax_callers_name (account, other);
  waiting = cusax_callwords_waiting (other, name);
  return g_strconcat (waiting, "\n", details, NULL);
}

/* Returns: TRUE if the dialog would say something else than it does now. */
static gboolean
take_words (Ring *ring)
{
  CusaxConnection *connection = cusax_connection_find (ring->account);
  CusaxAccount *phone = connection != NULL ? cusax_connection_get_account (connection) : NULL;
  g_autofree char *headline = cusax_callers_headline (ring->account, ring->call);
  g_autofree char *details = details_of (ring->account, phone, ring->call);
  g_autofree char *chat = chat_label (ring->call);
  gboolean can_attach = cusax_callerchat_can_attach (ring->call);
  CusaxVideoAnswer video = phone != NULL ? cusax_videocalls_get_answer (phone, ring->call) : CUSAX_VIDEO_ANSWER_NONE;

  if (g_strcmp0 (headline, ring->headline) == 0 && g_strcmp0 (details, ring->details) == 0
      && g_strcmp0 (chat, ring->chat_label) == 0 && can_attach == ring->can_attach
      && video == ring->video)
    return FALSE;
  g_free (ring->headline);
  g_free (ring->details);
  g_free (ring->chat_label);
  ring->headline = g_steal_pointer (&headline);
  ring->details = g_steal_pointer (&details);
  ring->chat_label = g_steal_pointer (&chat);
  ring->can_attach = can_attach;
  ring->video = video;
  return TRUE;
}

static PurpleRequestFields *
dialog_fields (Ring *ring, const Ticks *ticks)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  PurpleRequestField *picture = cusax_callers_picture (ring->account, ring->call);

  if (picture != NULL)
    purple_request_field_group_add_field (group, picture);
  purple_request_field_group_add_field (
    group, purple_request_field_bool_new ("muted", _ ("Start with microphone muted"), ticks->muted));
  if (ring->video != CUSAX_VIDEO_ANSWER_NONE)
    purple_request_field_group_add_field (
      group, purple_request_field_bool_new ("video", cusax_videocalls_answer_label (ring->video), ticks->video));
  if (ring->chat_label != NULL)
    purple_request_field_group_add_field (
      group, purple_request_field_bool_new ("chat", ring->chat_label, ticks->chat));
  if (ring->can_attach)
    purple_request_field_group_add_field (
      group, purple_request_field_bool_new ("attach", _ ("Attach this number to a buddy..."), ticks->attach));
  purple_request_fields_add_group (fields, group);
  return fields;
}

/* The host may answer from within: then the entry is gone when this returns, and so are the fields. */
static void
open_dialog (Ring *ring, const Ticks *ticks)
{
  guint id = ring->id;
  PurpleRequestFields *fields = dialog_fields (ring, ticks);

  ring->fields = fields;
  if (purple_request_fields (ring, _ ("Incoming Call"), ring->headline, ring->details, fields, _ ("Answer"),
                             G_CALLBACK (on_answer), _ ("Decline"), G_CALLBACK (on_decline), ring->account,
                             cusax_call_get_who (ring->call), NULL, GUINT_TO_POINTER (id))
        != NULL
      || rings == NULL || !g_hash_table_contains (rings, GUINT_TO_POINTER (id)))
    {
      cusax_attention_raise (_ ("Incoming Call"));
      return;
    }
  /* A host without dialogs: /answer and /decline are left. */
  ring->fields = NULL;
  purple_request_fields_destroy (fields);
}

void
cusax_ringing_show (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call)
{
  static const Ticks nothing;
  Ring *ring;

  if (cusax_call_get_state (call) != CUSAX_CALL_INCOMING || cusax_call_is_automatic (call))
    return;
  ring = g_new0 (Ring, 1);
  ring->id = ++last_id;
  ring->account = account;
  ring->call = cusax_call_ref (call);
  take_words (ring);
  /* Before the dialog opens: a host may answer from within. */
  add_ring (ring);
  open_dialog (ring, &nothing);
}

/* A caller who is known while it rings: hosts cannot change a dialog, so another takes its place. What was ticked stays
 * ticked, in Finch only from one replacement to the next, because it tells the fields at the press of a button. */
static void
refresh_ring (guint id)
{
  Ring *ring = rings != NULL ? g_hash_table_lookup (rings, GUINT_TO_POINTER (id)) : NULL;
  g_autofree char *chat_before = NULL;
  Ticks ticks;

  if (ring == NULL)
    return;
  chat_before = g_strdup (ring->chat_label);
  if (!take_words (ring))
    return;
  read_ticks (ring, ring->fields, &ticks);
  /* He ticked another name. */
  if (chat_before != NULL && ring->chat_label != NULL
      && cusax_call_get_grade (ring->call) != CUSAX_BINDING_STRONG
      && g_strcmp0 (chat_before, ring->chat_label) != 0)
    ticks.chat = FALSE;
  /* Under a new number, so that what the old dialog calls back for its end finds nothing. */
  ring->id = ++last_id;
  g_hash_table_insert (rings, GUINT_TO_POINTER (ring->id), ring);
  g_hash_table_steal (rings, GUINT_TO_POINTER (id));
  ring->fields = NULL;
  purple_request_close_with_handle (ring);
  open_dialog (ring, &ticks);
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
rings_of (PurpleAccount *account)
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

      if (ring->account == account)
        g_array_append_val (ids, ring->id);
    }
  return ids;
}

/* Other calls may have changed what answering does. */
void
cusax_ringing_update (PurpleAccount *account, CusaxCall *call)
{
  g_autoptr (GArray) ids = rings_of (account);

  for (guint i = 0; i < ids->len; i++)
    {
      guint id = g_array_index (ids, guint, i);
      Ring *ring = rings != NULL ? g_hash_table_lookup (rings, GUINT_TO_POINTER (id)) : NULL;

      if (ring == NULL)
        continue;
      if (cusax_call_get_state (ring->call) == CUSAX_CALL_INCOMING)
        refresh_ring (id);
      else if (ring->call == call)
        close_ring (id);
    }
}

void
cusax_ringing_close_all (PurpleAccount *account)
{
  g_autoptr (GArray) ids = rings_of (account);

  for (guint i = 0; i < ids->len; i++)
    close_ring (g_array_index (ids, guint, i));
}
