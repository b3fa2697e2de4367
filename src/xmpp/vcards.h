/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vCards over libjabber's stream: others' (the CusaxCardPort; XEP-0054, then XEP-0292), what announces a change
 * of them (vcard-temp:x:update in presence, PEP notify of urn:xmpp:vcard4), and one's own to read and write
 * (R15). All replies are matched by id and sender.
 */
#pragma once

#include <purple.h>

#include "ports.h"

G_BEGIN_DECLS

typedef struct _CusaxVcards CusaxVcards;

typedef struct
{
  /* A contact's presence names a photo hash, another than the last one of this run: the card may have changed.
   * @mark is the hash, or "none"; the directory asks once per mark, also over restarts. */
  void (*on_announced) (gpointer user_data, const char *jid, const char *mark);
  /* A vCard4 came by PEP; bare @jid, @xml the vcard element. */
  void (*on_card) (gpointer user_data, const char *jid, const char *xml, gsize length);
  /* XEP-0152 from presence or PEP: NULL-terminated URIs, empty = withdrawn. */
  void (*on_reach) (gpointer user_data, const char *jid, const char *const *uris);
} CusaxVcardsListener;

/** Process-wide, after jabber_plugin_init(): announces the +notify features on our streams only. */
void cusax_vcards_init (PurplePlugin *plugin);
void cusax_vcards_shutdown (void);

/** cusax_vcards_new: for one account; follows its connections by itself. */
CusaxVcards *cusax_vcards_new (PurpleAccount *account, const CusaxVcardsListener *listener, gpointer user_data);
void cusax_vcards_free (CusaxVcards *vcards);

/** (transfer none) */
CusaxCardPort *cusax_vcards_get_port (CusaxVcards *vcards);

typedef enum
{
  CUSAX_PUBLISH_DONE,    /* written, and read back */
  CUSAX_PUBLISH_PRESENT, /* it was there already */
  CUSAX_PUBLISH_MANAGED, /* forbidden or not-allowed: the provider keeps the card (R15: be quiet) */
  CUSAX_PUBLISH_FAILED   /* anything else; @words from the server or NULL */
} CusaxPublishResult;

typedef void (*CusaxPublishDone) (gpointer user_data, CusaxPublishResult result, const char *words);

/**
 * cusax_vcards_publish:
 * @uri: "sip:alice@example.org"
 * @check_only: read, and tell PRESENT, or DONE for "could be added", without writing
 *
 * Reads the own card whole, adds the TEL, writes it, reads it again; the own vCard4 node too if there is one.
 * @done once, from the main loop, within 30 s; not after free.
 *
 * Returns: FALSE if chat is down
 */
gboolean cusax_vcards_publish (CusaxVcards *vcards, const char *uri, gboolean check_only, CusaxPublishDone done,
                               gpointer user_data);

/**
 * cusax_vcards_set_reach:
 * @uri: (nullable): NULL: withdrawn
 *
 * XEP-0152 by PEP, again at each sign-in; nothing is sent if it never was set. At most one publish per change.
 */
void cusax_vcards_set_reach (CusaxVcards *vcards, const char *uri);

G_END_DECLS
