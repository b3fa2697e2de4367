/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BUNDLE (RFC 8843): a guest's packets go through its carrier's network side, and come back by payload type; RTCP by whom it speaks
 * of. See transport-private.h. Both sides of the bond change in the media thread only, on behalf of the main thread: each of the two
 * may look at it without a lock.
 */
#include "transport-private.h"

#include "error.h"
#include "thread.h"

#include <string.h>

/* Of all formats of pictures, and of none of sound that we know (RFC 3551, RFC 6184, RFC 7741). */
#define PICTURE_CLOCK 90000

/* -------------------------------------------------------------- whose it is */

static guint32
get32 (const guint8 *data)
{
  return (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];
}

static gboolean
knows (const Transport *t, guint32 ssrc)
{
  return cusax_statistics_knows_them (t->statistics, ssrc) || cusax_statistics_knows_us (t->statistics, ssrc);
}

enum
{
  RTCP_SR = 200,
  RTCP_RR = 201,
  RTCP_RTPFB = 205, /* RFC 4585 */
  RTCP_PSFB = 206,
  PSFB_FIR = 4 /* RFC 5104: its media source is 0, those who are meant stand in its entries */
};

/* Returns: TRUE if one of the SSRCs at @from, @from + @step ... is one of @t's */
static gboolean
speaks_of_list (const Transport *t, const guint8 *data, gsize length, gsize from, gsize step)
{
  for (gsize offset = from; offset + 4 <= length; offset += step)
    if (knows (t, get32 (data + offset)))
      return TRUE;
  return FALSE;
}

/* One packet of a compound, with a complete header. */
static gboolean
speaks_of (const Transport *t, const guint8 *data, gsize length)
{
  guint count = data[0] & 0x1f;

  if (length >= 8 && knows (t, get32 (data + 4)))
    return TRUE;
  if (data[1] == RTCP_SR || data[1] == RTCP_RR)
    return speaks_of_list (t, data, length, data[1] == RTCP_SR ? 28 : 8, 24);
  if (data[1] != RTCP_RTPFB && data[1] != RTCP_PSFB)
    return FALSE;
  if (length >= 12 && knows (t, get32 (data + 8)))
    return TRUE;
  return data[1] == RTCP_PSFB && count == PSFB_FIR && speaks_of_list (t, data, length, 12, 8);
}

static gboolean
compound_speaks_of (Transport *t, const guint8 *data, gsize left)
{
  gboolean found = FALSE;

  g_mutex_lock (&t->lock);
  while (!found && left >= 4)
    {
      gsize length = 4 * ((data[2] << 8 | data[3]) + 1);

      if (length > left)
        break;
      found = speaks_of (t, data, length);
      data += length;
      left -= length;
    }
  g_mutex_unlock (&t->lock);
  return found;
}

CusaxReceivers
cusax_transport_sort (Transport *t, CusaxPacketKind kind, const guint8 *data, gsize length)
{
  gboolean is_ours, is_guests;

  if (kind == CUSAX_PACKET_RTP)
    {
      g_mutex_lock (&t->lock);
      is_guests = t->is_guest_type[data[1] & 0x7f];
      g_mutex_unlock (&t->lock);
      if (is_guests)
        return t->guest != NULL ? CUSAX_RECEIVER_GUEST : CUSAX_RECEIVER_NONE;
    }
  if (kind == CUSAX_PACKET_RTP || t->guest == NULL)
    return CUSAX_RECEIVER_SELF;
  is_ours = compound_speaks_of (t, data, length);
  is_guests = compound_speaks_of (t->guest, data, length);
  if (is_ours == is_guests)
    return CUSAX_RECEIVER_SELF | CUSAX_RECEIVER_GUEST;
  return is_ours ? CUSAX_RECEIVER_SELF : CUSAX_RECEIVER_GUEST;
}

/* --------------------------------------------------------------------- bond */

void
cusax_transport_tell_guest (Transport *t)
{
  Transport *guest = t->guest;

  if (guest == NULL)
    return;
  g_mutex_lock (&guest->lock);
  guest->carrier_state = t->state;
  cusax_transport_update_state (guest);
  g_mutex_unlock (&guest->lock);
}

/* In the media thread; it has sockets of its own no more. */
static void
close_own_sockets (Transport *t)
{
  CusaxPath *path;

  cusax_transport_end_dtls (t);
  g_mutex_lock (&t->lock);
  path = g_steal_pointer (&t->path);
  t->has_remote = FALSE;
  t->is_relay_fixed = FALSE;
  t->events &= ~EVENT_LOCAL_READY;
  g_clear_pointer (&t->gathered, cusax_transport_description_free);
  g_mutex_unlock (&t->lock);
  cusax_path_free (path);
  cusax_transport_close_ice (t);
  g_mutex_lock (&t->lock);
  cusax_transport_look_at_path (t);
  g_mutex_unlock (&t->lock);
}

typedef struct
{
  Transport *guest, *carrier;
  const guint8 *payload_types;
  guint n;
} Bond;

static void
tie (gpointer data)
{
  const Bond *bond = data;
  Transport *guest = bond->guest, *carrier = bond->carrier;

  if (guest->carrier == NULL)
    close_own_sockets (guest);
  g_mutex_lock (&carrier->lock);
  memset (carrier->is_guest_type, 0, sizeof carrier->is_guest_type);
  for (guint i = 0; i < bond->n; i++)
    carrier->is_guest_type[bond->payload_types[i]] = TRUE;
  carrier->guest = guest;
  cusax_statistics_set_shared (carrier->statistics, TRUE);

  g_mutex_lock (&guest->lock); /* always after its carrier's */
  guest->carrier = carrier;
  cusax_statistics_set_shared (guest->statistics, TRUE);
  g_mutex_unlock (&guest->lock);
  cusax_transport_tell_guest (carrier);
  g_mutex_unlock (&carrier->lock);
}

static void
untie (Transport *guest, Transport *carrier)
{
  g_mutex_lock (&carrier->lock);
  carrier->guest = NULL; /* its payload types stay known: what is still under way is of no use to us */
  g_mutex_lock (&guest->lock);
  guest->carrier = NULL;
  cusax_transport_update_state (guest);
  g_mutex_unlock (&guest->lock);
  g_mutex_unlock (&carrier->lock);
}

void
cusax_transport_part (Transport *t)
{
  if (t->guest != NULL)
    untie (t->guest, t);
  if (t->carrier != NULL)
    untie (t, t->carrier);
}

static const char *
find_fault (Transport *t, Transport *base, const guint8 *payload_types, guint n)
{
  gboolean seen[CUSAX_TRANSPORT_N_TYPES] = { FALSE };

  if (t == base || t->guest != NULL || base->carrier != NULL)
    return "a bundle within a bundle";
  if ((base->guest != NULL && base->guest != t) || (t->carrier != NULL && t->carrier != base))
    return "bundled with another one already";
  if (cusax_transport_has_failed (t) || cusax_transport_has_failed (base))
    return "one of the two transports has failed";
  for (guint i = 0; i < n; i++)
    {
      if (payload_types[i] >= CUSAX_TRANSPORT_N_TYPES || seen[payload_types[i]] || base->is_own_type[payload_types[i]])
        return "a payload type stands twice";
      seen[payload_types[i]] = TRUE;
    }
  return n > 0 ? NULL : "nothing to tell packets by";
}

gboolean
cusax_transport_bundle (CusaxTransport *transport, CusaxTransport *base, const guint8 *payload_types, guint n, GError **error)
{
  Transport *t = (Transport *) transport;
  Bond bond = { t, (Transport *) base, payload_types, n };
  const char *fault = find_fault (t, bond.carrier, payload_types, n);

  if (fault != NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, fault);
      return FALSE;
    }
  g_clear_pointer (&t->servers, cusax_servers_free); /* nothing is gathered any more */
  cusax_thread_run (tie, &bond);
  return TRUE;
}

/* ------------------------------------------------------------------- codecs */

void
cusax_transport_set_codecs (CusaxTransport *transport, const GPtrArray *codecs)
{
  Transport *t = (Transport *) transport;

  g_mutex_lock (&t->lock);
  memset (t->is_own_type, 0, sizeof t->is_own_type);
  t->is_of_pictures = FALSE;
  for (guint i = 0; codecs != NULL && i < codecs->len; i++)
    {
      const CusaxCodec *codec = codecs->pdata[i];
      guint8 type = codec->payload_type & 0x7f;

      t->is_own_type[type] = TRUE;
      t->is_of_pictures |= codec->clock_rate == PICTURE_CLOCK;
      if (t->guest == NULL)
        t->is_guest_type[type] = FALSE; /* of a guest that has gone */
    }
  cusax_statistics_set_codecs (t->statistics, codecs);
  g_mutex_unlock (&t->lock);
}
