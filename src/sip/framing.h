/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the messages of a stream begin and end (RFC 3261 section 18.3), and nothing else of them: the head ends at the first
 * empty line, the body is as long as Content-Length says. Stricter than Sofia and most servers on purpose: where one could
 * see the end of a message elsewhere than another, somebody's body could be taken for a message, so nothing is guessed then.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** A longer message is not kept, as NTATAG_MAXSIZE. */
#define CUSAX_FRAMING_MAX 65536

typedef struct _CusaxFraming CusaxFraming;

typedef enum
{
  CUSAX_FRAMING_MORE,      /* nothing whole is there */
  CUSAX_FRAMING_BETWEEN,   /* line ends between messages: keep-alives */
  CUSAX_FRAMING_MESSAGE,
  CUSAX_FRAMING_TOO_LARGE, /* the head of a message whose body will be skipped */
  CUSAX_FRAMING_LOST       /* nobody can know where the next message begins; the head, or what there is of it */
} CusaxFramed;

CusaxFraming *cusax_framing_new (void);
void cusax_framing_free (CusaxFraming *framing);

/** Adds what was read. */
void cusax_framing_push (CusaxFraming *framing, const char *bytes, gsize length);

/**
 * cusax_framing_next:
 * @bytes: (out) (transfer none): unless there is nothing; valid until the next call of anything here
 *
 * After LOST nothing else comes.
 */
CusaxFramed cusax_framing_next (CusaxFraming *framing, const char **bytes, gsize *length);

/** Returns: TRUE if the last message has ended and no other has begun */
gboolean cusax_framing_is_between (CusaxFraming *framing);

G_END_DECLS
