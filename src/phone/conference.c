/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See conference.h. */
#include "conference.h"
#include "classify.h"
#include "text.h"

#include <string.h>

#define EVENT "conference"
#define DOCUMENT "application/conference-info+xml"
#define AGAIN_MS 60000
#define SOON_MS 1000
#define MAX_NAME 80

struct _CusaxConference
{
  CusaxSipPort *sip; /* borrowed */
  CusaxClock *clock; /* borrowed */
  CusaxAddress *focus;
  const CusaxConferenceListener *listener;
  gpointer user_data;
  CusaxSipSubscription *subscription; /* (nullable) */
  guint timer;
  gint64 subscribed_at;
  CusaxConferenceInfo *info;
};

/* ----------------------------------------------------------- subscription */

static void subscribe (CusaxConference *conference);

static gboolean
on_again (gpointer user_data)
{
  CusaxConference *conference = user_data;

  conference->timer = 0;
  if (conference->subscription != NULL)
    {
      CusaxSipSubscription *old = g_steal_pointer (&conference->subscription);

      old->vtable->release (old);
    }
  subscribe (conference);
  return G_SOURCE_REMOVE;
}

static void
subscribe_again (CusaxConference *conference, guint ms)
{
  if (conference->timer == 0)
    conference->timer = conference->clock->add (conference->clock, ms, on_again, conference);
}

static void
clear_timer (CusaxConference *conference)
{
  if (conference->timer != 0)
    conference->clock->remove (conference->clock, conference->timer);
  conference->timer = 0;
}

static void
on_notify (gpointer user_data, const char *content_type, const char *body, gsize length)
{
  CusaxConference *conference = user_data;
  g_autoptr (GError) error = NULL;

  if (body == NULL || length == 0 || !cusax_text_is_media_type (content_type, DOCUMENT))
    return;
  if (!cusax_conference_info_update (conference->info, body, length, &error))
    {
      gint64 age = conference->clock->now (conference->clock) - conference->subscribed_at;

      /* Something was lost between two partial documents: a new subscription begins with a full one (RFC 4575
       * section 4.6). Not at once and not often, for it may as well be a focus that never writes a sound one.
       */
      g_debug ("%s: %s", cusax_address_get_uri (conference->focus), error->message);
      subscribe_again (conference, age >= (gint64) AGAIN_MS * 1000 ? SOON_MS : AGAIN_MS);
      return;
    }
  conference->listener->on_conference (conference->user_data, conference);
}

/* Nobody tells us any more who is in: better no list than an old one. The last thing of whoever calls it. */
static void
forget (CusaxConference *conference)
{
  gboolean was_shown = cusax_conference_info_get_subject (conference->info) != NULL
                       || cusax_conference_info_get_users (conference->info)->len > 0
                       || cusax_conference_info_get_rooms (conference->info)->len > 0;

  cusax_conference_info_free (conference->info);
  conference->info = cusax_conference_info_new ();
  if (was_shown)
    conference->listener->on_conference (conference->user_data, conference);
}

static void
on_ended (gpointer user_data, guint status)
{
  CusaxConference *conference = user_data;
  CusaxSipSubscription *old = g_steal_pointer (&conference->subscription);

  if (old != NULL)
    old->vtable->release (old);
  clear_timer (conference);
  switch (status)
    {
    case 503: /* the leg was lost, or an answer on it: the call may outlive that, and so does what is known */
    case 408:
      subscribe_again (conference, AGAIN_MS);
      break;
    case 0: /* they ended it, and perhaps only to begin anew (RFC 6665 section 4.1.3) */
      subscribe_again (conference, AGAIN_MS);
      forget (conference);
      break;
    default: /* refused for good */
      forget (conference);
      break;
    }
}

static const CusaxSipSubscriptionListener subscription_listener = { on_notify, on_ended };

static void
subscribe (CusaxConference *conference)
{
  g_autoptr (GError) error = NULL;

  conference->subscribed_at = conference->clock->now (conference->clock);
  conference->subscription = conference->sip->vtable->subscribe (
    conference->sip, conference->focus, EVENT, DOCUMENT, &subscription_listener, conference, &error);
  if (conference->subscription == NULL)
    subscribe_again (conference, AGAIN_MS);
}

/* ----------------------------------------------------------------- object */

CusaxConference *
cusax_conference_new (CusaxSipPort *sip, CusaxClock *clock, CusaxAddress *focus,
                      const CusaxConferenceListener *listener, gpointer user_data)
{
  CusaxConference *conference;

  g_return_val_if_fail (sip != NULL && clock != NULL && focus != NULL && listener != NULL, NULL);

  conference = g_new0 (CusaxConference, 1);
  conference->sip = sip;
  conference->clock = clock;
  conference->focus = cusax_address_ref (focus);
  conference->listener = listener;
  conference->user_data = user_data;
  conference->info = cusax_conference_info_new ();
  subscribe (conference);
  return conference;
}

void
cusax_conference_free (CusaxConference *conference)
{
  if (conference == NULL)
    return;
  clear_timer (conference);
  if (conference->subscription != NULL)
    conference->subscription->vtable->release (conference->subscription);
  cusax_conference_info_free (conference->info);
  cusax_address_unref (conference->focus);
  g_free (conference);
}

CusaxAddress *
cusax_conference_get_focus (const CusaxConference *conference)
{
  return conference->focus;
}

const CusaxConferenceInfo *
cusax_conference_get_info (const CusaxConference *conference)
{
  return conference->info;
}

/* Rooms live below the domain of the people ("conference.example.org"), and whoever has that has what is below.
 */
gboolean
cusax_conference_is_room_of (const char *jid, const CusaxAddress *address, const CusaxConfig *config)
{
  g_autofree char *domain = cusax_address_jid_domain (jid, NULL);
  const char *host = cusax_address_get_host (address);

  for (const char *part = domain; part != NULL; part = strchr (part, '.'))
    {
      if (*part == '.')
        part++;
      if ((part == domain || strchr (part, '.') != NULL) && cusax_classify_is_same_service (part, host, config))
        return TRUE;
    }
  return FALSE;
}

gboolean
cusax_conference_trusts_room (const CusaxConference *conference, const char *jid, const CusaxConfig *config)
{
  return cusax_conference_is_room_of (jid, conference->focus, config);
}

/* ------------------------------------------------------------- joined list */

void
cusax_participant_free (CusaxParticipant *participant)
{
  if (participant == NULL)
    return;
  g_free (participant->name);
  g_free (participant->jid);
  g_free (participant->address);
  g_free (participant);
}

static gboolean
card_lists (CusaxDirectory *directory, const char *jid, const char *key)
{
  CusaxCard *card = cusax_directory_get_card (directory, jid);

  for (guint i = 0; card != NULL && i < cusax_card_get_n_entries (card); i++)
    {
      CusaxCardEntry entry;

      cusax_card_get_entry (card, i, &entry);
      if (g_str_equal (entry.key, key))
        return TRUE;
    }
  return FALSE;
}

/*
 * Returns: (transfer full) (nullable): whose address it is, for certain. Graded as if he had called by our own
 * proxy, which leaves cards of the same service, what the person attached, and names of our own domain. For the
 * last the focus must be one of ours: another one may say of anybody that he is in.
 */
static char *
find_jid (const CusaxConference *conference, CusaxAddress *address, CusaxDirectory *directory,
          const CusaxConfig *config)
{
  const CusaxCallerId caller = { .address = address, .is_authenticated = TRUE };
  g_autofree char *key = cusax_classify_key (address, config);
  g_autofree char *own_key = cusax_classify_key (cusax_config_get_aor (config), config);
  g_autofree char *jid = NULL;

  if (g_str_equal (key, own_key))
    return g_strdup (cusax_config_get_jid (config));
  if (cusax_directory_grade (directory, &caller, &jid) != CUSAX_BINDING_STRONG)
    return NULL;
  if (cusax_config_is_own_domain (config, cusax_address_get_host (conference->focus))
      || card_lists (directory, jid, key)
      || cusax_memory_get_attached (cusax_directory_get_memory (directory), key) != NULL)
    return g_steal_pointer (&jid);
  return NULL;
}

/* One line per JID; people without one stand alone. */
static CusaxParticipant *
find_line (GPtrArray *list, GHashTable *by_jid, const char *jid)
{
  CusaxParticipant *line = jid != NULL ? g_hash_table_lookup (by_jid, jid) : NULL;

  if (line != NULL)
    return line;
  line = g_new0 (CusaxParticipant, 1);
  line->jid = g_strdup (jid);
  g_ptr_array_add (list, line);
  if (jid != NULL)
    g_hash_table_insert (by_jid, line->jid, line);
  return line;
}

static void
add_user (GPtrArray *list, GHashTable *by_jid, const CusaxConference *conference,
          const CusaxConferenceUser *user, CusaxDirectory *directory, const CusaxConfig *config)
{
  const char *domain = cusax_config_get_domain (config);
  g_autoptr (CusaxAddress) address = cusax_address_parse_uri (user->entity, NULL);
  g_autofree char *jid = NULL;
  CusaxParticipant *line;

  if (address == NULL && g_ascii_strncasecmp (user->entity, "tel:", 4) == 0)
    address = cusax_address_parse_target (user->entity, domain, NULL);
  if (address != NULL)
    jid = find_jid (conference, address, directory, config);

  line = find_line (list, by_jid, jid);
  line->has_voice = TRUE;
  if (line->address == NULL && address != NULL)
    line->address = g_strdup (cusax_address_get_uri (address));
  if (line->name == NULL)
    line->name = g_strdup (user->display_name);
  if (line->name == NULL)
    line->name = address != NULL ? cusax_address_get_display (address, domain)
                                 : cusax_text_clean (user->entity, MAX_NAME);
  if (line->name == NULL)
    line->name = g_strdup ("?");
}

static void
add_occupant (GPtrArray *list, GHashTable *by_jid, const CusaxOccupant *occupant)
{
  CusaxParticipant *line = find_line (list, by_jid, occupant->jid);

  line->has_text = TRUE;
  if (line->name == NULL)
    line->name = cusax_text_clean (occupant->nick, MAX_NAME);
  if (line->name == NULL)
    line->name = g_strdup (occupant->jid != NULL ? occupant->jid : "?");
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const CusaxParticipant *first = *(CusaxParticipant *const *) a;
  const CusaxParticipant *second = *(CusaxParticipant *const *) b;
  g_autofree char *first_name = g_utf8_casefold (first->name, -1);
  g_autofree char *second_name = g_utf8_casefold (second->name, -1);
  int order = strcmp (first_name, second_name);

  if (order == 0)
    order = g_strcmp0 (first->jid, second->jid);
  return order != 0 ? order : g_strcmp0 (first->address, second->address);
}

GPtrArray *
cusax_conference_list (const CusaxConference *conference, const CusaxOccupant *occupants, gsize n_occupants,
                       CusaxDirectory *directory, const CusaxConfig *config)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_participant_free);
  g_autoptr (GHashTable) by_jid = g_hash_table_new (g_str_hash, g_str_equal);
  const GPtrArray *users = conference != NULL ? cusax_conference_info_get_users (conference->info) : NULL;

  g_return_val_if_fail (directory != NULL && config != NULL, list);

  for (gsize i = 0; i < n_occupants; i++)
    add_occupant (list, by_jid, &occupants[i]);
  for (guint i = 0; users != NULL && i < users->len; i++)
    {
      const CusaxConferenceUser *user = g_ptr_array_index (users, i);

      if (user->is_connected)
        add_user (list, by_jid, conference, user, directory, config);
    }
  g_ptr_array_sort (list, compare);
  return list;
}
