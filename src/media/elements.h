/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this machine's GStreamer can do: which formats of cusax_codecs_policy() it can encode, decode and carry
 * in RTP, whether it can protect the leg, and which Debian packages would help with what it cannot.
 * Asks for element factories only: nothing is opened.
 */
#pragma once

#include "codecs.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxElements CusaxElements;

/**
 * CusaxElementsHas:
 *
 * Returns: TRUE if the element factory @name exists. Asked once per name.
 */
typedef gboolean (*CusaxElementsHas) (const char *name, gpointer user_data);

/**
 * cusax_elements_new:
 *
 * Starts GStreamer if nobody did, which takes some 30 ms the first time in a process.
 *
 * Returns: (transfer full)
 */
CusaxElements *cusax_elements_new (void);

/** As cusax_elements_new(), but asks @has instead of GStreamer, which is not started. */
CusaxElements *cusax_elements_new_with (CusaxElementsHas has, gpointer user_data);

void cusax_elements_free (CusaxElements *elements);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxElements, cusax_elements_free)

/**
 * cusax_elements_get_codecs:
 * @missing: (out) (nullable) (transfer none): NULL, or, when the list is empty, Debian package names
 *
 * Returns: (transfer none) (element-type CusaxCodec): what can be sent and received, in policy order; empty
 * when no call is possible
 */
const GPtrArray *cusax_elements_get_codecs (const CusaxElements *elements, const char **missing);

/** The same for pictures; an empty list does not hinder calls. */
const GPtrArray *cusax_elements_get_video_codecs (const CusaxElements *elements, const char **missing);

/** Returns: (transfer none) (nullable): Debian packages for formats of ours that this machine has not, also if it has others */
const char *cusax_elements_get_hints (const CusaxElements *elements);

/**
 * cusax_elements_have_srtp:
 *
 * Returns: TRUE if Farstream will insert SRTP elements. It then does so in every call, and without keys fails
 * to start them (cisco/libsrtp issue 728): the leg must be given keys if and only if this is TRUE.
 */
gboolean cusax_elements_have_srtp (const CusaxElements *elements);

/** Returns: (transfer full): "GStreamer 1.22.0" */
char *cusax_elements_get_version (void);

G_END_DECLS
