/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See resend.h. */
#include "resend.h"

#include "packet.h"

#include <string.h>

/* RFC 4585: of RTCP's feedback of the transport, that which names lost packets. */
#define RTPFB 205
#define GENERIC_NACK 1
#define NACK_HEADER 12 /* common header, who asks, whose packets */

/* Whoever asks again sooner had not yet seen what was under way. */
#define AGAIN_US (10 * 1000)
/* Of all packets together; more would be sent again only to somebody who wants to do harm. */
#define MAX_CREDIT (CUSAX_RESEND_PACKETS * CUSAX_RESEND_LENGTH)

typedef struct
{
  guint16 length; /* 0: nothing */
  gint64 resent;  /* when last; 0: never */
  guint8 data[CUSAX_RESEND_LENGTH];
} Slot;

struct _CusaxResend
{
  gsize credit; /* bytes that may be sent again */
  Slot slots[CUSAX_RESEND_PACKETS];
};

CusaxResend *
cusax_resend_new (void)
{
  return g_new0 (CusaxResend, 1);
}

void
cusax_resend_free (CusaxResend *resend)
{
  g_free (resend);
}

void
cusax_resend_keep (CusaxResend *resend, const guint8 *data, gsize length)
{
  Slot *slot = &resend->slots[cusax_packet_get_sequence (data) % CUSAX_RESEND_PACKETS];

  resend->credit = MIN (resend->credit + length, MAX_CREDIT);
  slot->length = length <= sizeof slot->data ? (guint16) length : 0;
  slot->resent = 0;
  memcpy (slot->data, data, slot->length);
}

static guint
get16 (const guint8 *data)
{
  return (guint) data[0] << 8 | data[1];
}

static gboolean
send_again (CusaxResend *resend, const guint8 *ssrc, guint16 sequence, gint64 now, CusaxResendSend send, gpointer user_data)
{
  Slot *slot = &resend->slots[sequence % CUSAX_RESEND_PACKETS];

  if (slot->length == 0 || cusax_packet_get_sequence (slot->data) != sequence || memcmp (slot->data + 8, ssrc, 4) != 0
      || slot->length > resend->credit || (slot->resent != 0 && now - slot->resent < AGAIN_US))
    return FALSE;
  resend->credit -= slot->length;
  slot->resent = now;
  send (user_data, slot->data, slot->length);
  return TRUE;
}

/* One packet of the compound: each entry is a number and a mask of the sixteen that follow it. */
static guint
answer_one (CusaxResend *resend, const guint8 *nack, gsize length, gint64 now, CusaxResendSend send, gpointer user_data)
{
  guint count = 0;

  for (gsize offset = NACK_HEADER; offset + 4 <= length; offset += 4)
    {
      guint first = get16 (nack + offset), mask = get16 (nack + offset + 2);

      for (guint i = 0; i <= 16; i++)
        if (i == 0 || (mask >> (i - 1) & 1) != 0)
          count += send_again (resend, nack + 8, (guint16) (first + i), now, send, user_data);
    }
  return count;
}

guint
cusax_resend_answer (CusaxResend *resend, const guint8 *rtcp, gsize length, gint64 now, CusaxResendSend send,
                     gpointer user_data)
{
  guint count = 0;

  while (length >= 4)
    {
      gsize one = 4 * (get16 (rtcp + 2) + 1);

      if (one > length)
        break;
      if (rtcp[1] == RTPFB && (rtcp[0] & 0x1f) == GENERIC_NACK)
        count += answer_one (resend, rtcp, one, now, send, user_data);
      rtcp += one;
      length -= one;
    }
  return count;
}
