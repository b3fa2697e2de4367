/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conference event package (RFC 4575): who is in by voice, and the chat rooms that a conference announces
 * (service-uris with purpose grouptextchat, RFC 7106). Full and partial documents; bounded, written by strangers.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_CONFERENCE_INFO_MAX_BYTES (256 * 1024)
#define CUSAX_CONFERENCE_INFO_MAX_USERS 500
#define CUSAX_CONFERENCE_INFO_MAX_ROOMS 8

typedef struct _CusaxConferenceInfo CusaxConferenceInfo;

/** CusaxConferenceUser: one who is in by voice. */
typedef struct
{
  char *entity;       /* URI, as written, bounded */
  char *display_name; /* (nullable): cleaned */
  gboolean is_connected; /* some endpoint is connected, or no endpoint says anything */
} CusaxConferenceUser;

CusaxConferenceInfo *cusax_conference_info_new (void);
void cusax_conference_info_free (CusaxConferenceInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxConferenceInfo, cusax_conference_info_free)

/**
 * cusax_conference_info_update:
 * @xml: application/conference-info+xml, @length bytes
 *
 * A full document replaces; a partial one with the next version is merged (section 4.6), with a gap it is refused.
 *
 * Returns: FALSE with CUSAX_ERROR_INVALID; what was known stays
 */
gboolean cusax_conference_info_update (CusaxConferenceInfo *info, const char *xml, gsize length, GError **error);

const char *cusax_conference_info_get_subject (const CusaxConferenceInfo *info); /* (nullable) */
/** (transfer none) (element-type CusaxConferenceUser) */
const GPtrArray *cusax_conference_info_get_users (const CusaxConferenceInfo *info);
/** (transfer none) (element-type utf8): bare JIDs of the rooms, in order; no other schemes (R39) */
const GPtrArray *cusax_conference_info_get_rooms (const CusaxConferenceInfo *info);

G_END_DECLS
