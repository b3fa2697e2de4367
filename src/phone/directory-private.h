/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What directory.c (the people, the file, who an address is) and directory-cards.c (when cards are asked for,
 * what their answers mean) share. Nobody else includes this.
 */
#pragma once

#include "directory-queue.h"
#include "directory.h"

G_BEGIN_DECLS

/** CusaxPersonNews: what most people never have. */
typedef struct
{
  char *mark;   /* (nullable): the last announcement of a change */
  char *pushed; /* (nullable): the last card without telephone that came unasked, a mark likewise */
  char **hints; /* (nullable) */
} CusaxPersonNews;

/**
 * CusaxPerson: somebody of whom more is known than a card: a contact, or one whose card was in the file. There
 * may be 100,000, so this is small, and stands in its table by the text at its end.
 */
typedef struct
{
  CusaxCard *dormant;    /* (nullable): out of the file, of nobody in the roster: names nobody until he is */
  CusaxPersonNews *news; /* (nullable): see cusax_directory_get_news() */
  guint32 failed_at;     /* seconds since 1970, until 2106: the last failure in a row of */
  guint8 fails;
  guint8 announced; /* how often he was asked again for an announcement */
  guint8 is_contact;
  char jid[];
} CusaxPerson;

struct _CusaxDirectory
{
  CusaxDirectoryPorts ports;
  const CusaxDirectoryListener *listener;
  gpointer listener_data;
  CusaxConfig *config; /* (nullable): not configured, and the file not read */
  CusaxMemory *memory;
  CusaxIdentity *identity; /* cards of contacts only */
  GHashTable *people;      /* the set of JIDs, each inside its CusaxPerson */
  CusaxDirectoryQueue *queue;
  GPtrArray *doubts; /* failures that may have been the connection's */
  guint save_id;
  gboolean *is_gone; /* (nullable): of whoever tells of two people, and has to know whether the first news ended it */
};

extern const CusaxDirectoryQueueListener cusax_directory_queue_listener;

/** Returns: (nullable) */
CusaxPerson *cusax_directory_find_contact (const CusaxDirectory *directory, const char *jid);

/** Returns: (transfer none): made if there is none yet */
CusaxPersonNews *cusax_directory_get_news (CusaxPerson *person);

/** Returns: TRUE if @seconds passed since @time; also after the clock was put back: then everything is old. */
gboolean cusax_directory_is_older (const CusaxDirectory *directory, gint64 time, gint64 seconds);

/** The file has to be written some time soon. */
void cusax_directory_schedule_save (CusaxDirectory *directory);

/** The last thing in a turn: the listener may look at and change everything, and end it. */
void cusax_directory_emit (CusaxDirectory *directory, const char *jid);

/** A contact without a card goes to the end of the background. */
void cusax_directory_ask_if_never (CusaxDirectory *directory, const CusaxPerson *person);

/** (transfer full): for doubts */
GPtrArray *cusax_directory_doubts_new (void);

G_END_DECLS
