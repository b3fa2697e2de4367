/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The people of one account: the roster, their cards (asked for lazily and slowly, kept on disk, R27), where they
 * can be called (R22, R26) and who an address is (R29 to R31). Works from the cache while chat is down. Knows no
 * XMPP: cards come by a port.
 *
 * Asking: what a person looks at first, the rest in the background; at most 5 in flight, 5 a second, and
 * CUSAX_DIRECTORY_MAX_PER_SESSION in the background per session. A card is asked again when it is announced to have
 * changed or is looked at and older than a week; a failure not for an hour, then two, ... a day.
 *
 * Only contacts are asked for, named and kept: a card out of the file is of use from the moment on when its JID is
 * added to the roster, so add the roster that is known from disk before anything is connected.
 */
#pragma once

#include "binding.h"
#include "dialable.h"
#include "memory.h"
#include "ports.h"

G_BEGIN_DECLS

#define CUSAX_DIRECTORY_MAX_IN_FLIGHT 5
#define CUSAX_DIRECTORY_MAX_PER_SECOND 5
#define CUSAX_DIRECTORY_MAX_PER_SESSION 1000

typedef struct _CusaxDirectory CusaxDirectory;

typedef struct
{
  /* Something that is known of @jid changed: menus, tooltips and a ringing call may differ now. May call every
   * function of the directory, free too. Not called for new settings: whoever changes them looks again at all. */
  void (*on_contact) (gpointer user_data, CusaxDirectory *directory, const char *jid);
} CusaxDirectoryListener;

/** CusaxDirectoryPorts: borrowed, must outlive the directory. */
typedef struct
{
  CusaxClock *clock;
  gint64 (*wall_time) (void); /* seconds since 1970 */
  CusaxCardPort *cards;
  CusaxStore *store;
} CusaxDirectoryPorts;

CusaxDirectory *cusax_directory_new (const CusaxDirectoryPorts *ports, const CusaxDirectoryListener *listener,
                                     gpointer user_data);
/** Writes the cache. No listener is called any more. */
void cusax_directory_free (CusaxDirectory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxDirectory, cusax_directory_free)

/** Takes settings; the first time also reads the cache. Keys are made anew if they changed what a number means. */
void cusax_directory_configure (CusaxDirectory *directory, CusaxConfig *config);

/** The roster. @jid: bare, normalised. A removed contact's card is forgotten. */
void cusax_directory_add_contact (CusaxDirectory *directory, const char *jid);
void cusax_directory_remove_contact (CusaxDirectory *directory, const char *jid);
gboolean cusax_directory_is_contact (const CusaxDirectory *directory, const char *jid);

/* Returns: FALSE: enough. Must not change the directory. */
typedef gboolean (*CusaxDirectoryFunc) (gpointer user_data, const char *jid);

/** All contacts, in no order. */
void cusax_directory_foreach_contact (const CusaxDirectory *directory, CusaxDirectoryFunc function, gpointer user_data);

/** Chat came or went. Up: the background begins after 10 s, with contacts that were never asked. */
void cusax_directory_set_online (CusaxDirectory *directory, gboolean online);

/** A person looks at @jid (menu, tooltip): its card is asked for next, if it is not known or old. */
void cusax_directory_look (CusaxDirectory *directory, const char *jid);

/** A change of the card was announced (vcard-temp:x:update, PEP). @mark: what it said; asked once per mark, which is
 * kept over restarts, so the first mark of a session may be told as well: an unchanged one costs nothing. */
void cusax_directory_announce (CusaxDirectory *directory, const char *jid, const char *mark);

/** The card itself came unasked (PEP notify), @xml as for CusaxCardDone. Only contacts' cards are taken; one without
 * telephone entries only announces a change, because the other kind of card may have them. */
void cusax_directory_take (CusaxDirectory *directory, const char *jid, const char *xml, gsize length);

/** The reachability hints of a contact (XEP-0152), NULL = none; in memory only. Takes no more than 4. */
void cusax_directory_set_hints (CusaxDirectory *directory, const char *jid, const char *const *uris);

/**
 * cusax_directory_confirm:
 * @jid: a cue's
 *
 * For a ringing call whose address is not known as @jid's (grade() said so): asks for the card at once if @jid is a
 * contact and was not asked for within the last minute. on_contact follows whatever the answer is, unless chat goes
 * down. Never for anybody outside of the roster (R30).
 *
 * Returns: TRUE if it is worth waiting (3 s)
 */
gboolean cusax_directory_confirm (CusaxDirectory *directory, const char *jid);

/** See cusax_binding_grade(). Answers from memory. */
CusaxBindingGrade cusax_directory_grade (CusaxDirectory *directory, const CusaxCallerId *caller, char **jid);

/**
 * cusax_directory_list:
 *
 * Returns: (transfer full) (element-type CusaxDialable): how @jid can be called, the person's choice first; from
 *   memory. Not only contacts: own-domain JIDs have their guess.
 */
GPtrArray *cusax_directory_list (CusaxDirectory *directory, const char *jid);

/** (transfer none): lives as long as the directory */
CusaxMemory *cusax_directory_get_memory (CusaxDirectory *directory);
/** (nullable) (transfer none) */
CusaxCard *cusax_directory_get_card (CusaxDirectory *directory, const char *jid);

/** Attaches an address to a contact, or takes it away (@jid NULL); on_contact follows. */
void cusax_directory_attach (CusaxDirectory *directory, CusaxAddress *address, const char *jid);

G_END_DECLS
