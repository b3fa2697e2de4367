/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A call whose other side is a conference (isfocus, R38): subscribes to its state, knows the chat rooms it announces
 * (R39) and who is in by voice. Joined with the occupants of a room into one list of who is in by text, by voice or
 * both (R41). Never joins or leaves anything by itself.
 */
#pragma once

#include "binding.h"
#include "conference-info.h"
#include "directory.h"
#include "ports.h"

G_BEGIN_DECLS

typedef struct _CusaxConference CusaxConference;

typedef struct
{
  /* Rooms, subject or people changed. */
  void (*on_conference) (gpointer user_data, CusaxConference *conference);
} CusaxConferenceListener;

/**
 * cusax_conference_new:
 * @sip: borrowed, must outlive the conference or its detach
 * @focus: where to subscribe
 *
 * Subscribes; refused: there is just nothing to show. Again after a minute if the leg was lost or they ended it, and
 * anew, at most once a minute, if what they send does not fit together.
 */
CusaxConference *cusax_conference_new (CusaxSipPort *sip, CusaxClock *clock, CusaxAddress *focus,
                                       const CusaxConferenceListener *listener, gpointer user_data);
void cusax_conference_free (CusaxConference *conference);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxConference, cusax_conference_free)

CusaxAddress *cusax_conference_get_focus (const CusaxConference *conference); /* (transfer none) */
const CusaxConferenceInfo *cusax_conference_get_info (const CusaxConference *conference);

/** Returns: TRUE if room @jid is at or below the conference's domain, or both are so with own or related ones (R39):
 * then one click joins without a warning; otherwise the full address has to be confirmed. */
gboolean cusax_conference_trusts_room (const CusaxConference *conference, const char *jid,
                                       const CusaxConfig *config);

/** The rule behind it, for another address of the conference: the one that was dialled. */
gboolean cusax_conference_is_room_of (const char *jid, const CusaxAddress *address, const CusaxConfig *config);

/** CusaxOccupant: one person in the room, as the chat side knows him; borrowed. */
typedef struct
{
  const char *nick;
  const char *jid; /* (nullable): bare; NULL in an anonymous room */
} CusaxOccupant;

/** CusaxParticipant: one line of the joined list. */
typedef struct
{
  char *name;         /* for people: nick, display name or address */
  char *jid;          /* (nullable): bare */
  char *address;      /* (nullable): SIP URI */
  gboolean has_text;
  gboolean has_voice;
} CusaxParticipant;

void cusax_participant_free (CusaxParticipant *participant);

/**
 * cusax_conference_list:
 * @conference: (nullable)
 * @occupants: @n_occupants of the room
 *
 * One person stands in one line only if the binding of his address is strong and equals the JID that the room shows
 * (R41); the notices of a conference are not authenticated messages of its people, so that means a card of the same
 * service, what the person attached, or the same name if the conference is of an own domain. Otherwise he stands twice.
 * Who left is not listed.
 *
 * Returns: (transfer full) (element-type CusaxParticipant): by name
 */
GPtrArray *cusax_conference_list (const CusaxConference *conference, const CusaxOccupant *occupants,
                                  gsize n_occupants, CusaxDirectory *directory, const CusaxConfig *config);

G_END_DECLS
