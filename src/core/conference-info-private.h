/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What conference-info.c (the value) and conference-reader.c (the document) share. Nobody else includes this.
 */
#pragma once

#include "conference-info.h"

G_BEGIN_DECLS

/** CusaxConferenceEndpoint: one device of a user. */
typedef struct
{
  char *entity;
  gboolean says_status;
  gboolean is_connected;
} CusaxConferenceEndpoint;

/** CusaxConferenceMember: a user with what partial documents may change of him. */
typedef struct
{
  CusaxConferenceUser shown; /* first: the list that people get is one of these */
  GPtrArray *endpoints;      /* (element-type CusaxConferenceEndpoint) */
} CusaxConferenceMember;

struct _CusaxConferenceInfo
{
  gboolean has_state; /* a full document came, partial ones may follow */
  guint64 version;
  char *subject;      /* (nullable) */
  char *display_text; /* (nullable): stands in for a subject */
  GPtrArray *users;   /* (element-type CusaxConferenceMember) */
  GPtrArray *rooms;   /* (element-type utf8) */
};

/** Returns: (transfer full): one without endpoints; is_connected is to be set */
CusaxConferenceMember *cusax_conference_member_new (const char *entity);

/** Forgets subject and rooms. */
void cusax_conference_info_forget_description (CusaxConferenceInfo *info);

/**
 * cusax_conference_reader_read:
 * @info: what is known; garbage afterwards if the document is not sound
 *
 * Returns: FALSE with CUSAX_ERROR_INVALID
 */
gboolean cusax_conference_reader_read (CusaxConferenceInfo *info, const char *xml, gsize length, GError **error);

G_END_DECLS
