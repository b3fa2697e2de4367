/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host as a user interface of libpurple: event loop, and tables that turn what libpurple shows
 * (connections, conversations, notices, buddies, calls) into events.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** Sets the tables that must stand before purple_core_init(), and those that it sets up by itself (ui_init). */
void host_uiops_init (void);

/** Connects the signals of libpurple; after purple_core_init(). */
void host_uiops_connect (void);

/**
 * host_uiops_quit:
 *
 * purple_core_quit(), after the idle threads of GLib's pool have gone (five seconds at most): libpurple's quitting
 * shuts NSS down, and a thread that ends after that crashes in NSS.
 */
void host_uiops_quit (void);

/** The name under which events speak of @account: the one given with "account add", else its user name. */
const char *host_account_name (PurpleAccount *account);
void host_account_set_name (PurpleAccount *account, const char *name);

/** Number of the call @media as in its events; 0: unknown. */
guint host_media_number (PurpleMedia *media);

G_END_DECLS
