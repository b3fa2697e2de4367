/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See srtp.h. */
#include "srtp.h"

#include "error.h"

#include <errno.h>
#include <srtp2/srtp.h>
#include <string.h>
#include <sys/random.h>

/* libsrtp keeps a linear list of every SSRC it ever saw; a peer that changes its SSRC with every packet must
 * not make it grow. Mixers and transfers need a handful. */
#define MAX_SENDERS 32

G_STATIC_ASSERT (CUSAX_PACKET_ROOM >= SRTP_MAX_TRAILER_LEN + 4);

/* A jump of sequence numbers beyond these is more than disorder or loss (RFC 3550 appendix A.1). */
#define MAX_BACKWARDS 100
#define MAX_FORWARDS 3000

typedef struct
{
  guint32 ssrc;
  gboolean has_sequence; /* the others are valid; FALSE while only RTCP came */
  guint16 highest;       /* as sent */
  guint16 offset;        /* to add to what comes in */
} Sender;

struct _CusaxSrtp
{
  CusaxSrtpRole role;
  CusaxSrtpSuite suite;
  guint8 key[CUSAX_SRTP_KEY_LENGTH];
  srtp_t context;
  Sender senders[MAX_SENDERS]; /* latest first */
  guint n_senders;
};

/* libsrtp's state is process-wide and shared with GStreamer's srtp element: never srtp_shutdown(). Who comes second gets
 * bad_param, because a module of it is there already, and may use it all the same. */
gboolean
cusax_srtp_prepare (void)
{
  static gsize state = 0;

  if (g_once_init_enter (&state))
    {
      srtp_err_status_t status = srtp_init ();

      g_once_init_leave (&state, status == srtp_err_status_ok || status == srtp_err_status_bad_param ? 1 : 2);
    }
  return state == 1;
}

static void
set_transforms (srtp_policy_t *policy, CusaxSrtpSuite suite)
{
  if (suite == CUSAX_SRTP_AEAD_AES_128_GCM)
    {
      srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy->rtp);
      srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy->rtcp);
      return;
    }
  if (suite == CUSAX_SRTP_AES_CM_128_HMAC_SHA1_32)
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32 (&policy->rtp);
  else
    srtp_crypto_policy_set_rtp_default (&policy->rtp);
  /* RFC 4568 section 6.2.2: the tag of SRTCP stays 80 bits in both suites. */
  srtp_crypto_policy_set_rtcp_default (&policy->rtcp);
}

CusaxSrtp *
cusax_srtp_new (CusaxSrtpRole role, CusaxSrtpSuite suite, const guint8 key[CUSAX_SRTP_KEY_LENGTH],
                GError **error)
{
  g_autoptr (CusaxSrtp) srtp = g_new0 (CusaxSrtp, 1);
  srtp_policy_t policy = { 0 };
  srtp_err_status_t status;

  g_return_val_if_fail (suite != CUSAX_SRTP_NONE, NULL);

  srtp->role = role;
  srtp->suite = suite;
  memcpy (srtp->key, key, CUSAX_SRTP_KEY_LENGTH);

  set_transforms (&policy, suite);
  policy.ssrc.type = role == CUSAX_SRTP_ENCRYPT ? ssrc_any_outbound : ssrc_any_inbound;
  policy.key = srtp->key;
  policy.window_size = 1024;
  policy.allow_repeat_tx = 0; /* receivers drop repetitions, and a forged one would use the key stream twice */

  status = cusax_srtp_prepare () ? srtp_create (&srtp->context, &policy) : srtp_err_status_init_fail;
  if (status != srtp_err_status_ok)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "libsrtp failed with status %d", (int) status);
      return NULL;
    }
  return g_steal_pointer (&srtp);
}

void
cusax_srtp_free (CusaxSrtp *srtp)
{
  if (srtp == NULL)
    return;
  if (srtp->context != NULL)
    srtp_dealloc (srtp->context);
  explicit_bzero (srtp, sizeof *srtp);
  g_free (srtp);
}

gboolean
cusax_srtp_matches (const CusaxSrtp *srtp, CusaxSrtpSuite suite, const guint8 key[CUSAX_SRTP_KEY_LENGTH])
{
  return srtp != NULL && srtp->suite == suite && memcmp (srtp->key, key, CUSAX_SRTP_KEY_LENGTH) == 0;
}

static gint
find_sender (const CusaxSrtp *srtp, guint32 ssrc)
{
  for (guint i = 0; i < srtp->n_senders; i++)
    if (srtp->senders[i].ssrc == ssrc)
      return i;
  return -1;
}

/* @sender becomes the latest; the one unheard for longest makes room. */
static void
note_sender (CusaxSrtp *srtp, const Sender *sender, gint position)
{
  if (position < 0)
    {
      if (srtp->n_senders == MAX_SENDERS)
        srtp_remove_stream (srtp->context, g_htonl (srtp->senders[MAX_SENDERS - 1].ssrc));
      else
        srtp->n_senders++;
      position = srtp->n_senders - 1;
    }
  memmove (srtp->senders + 1, srtp->senders, position * sizeof srtp->senders[0]);
  srtp->senders[0] = *sender;
}

/*
 * RFC 3711 section 3.3.1: both ends guess the roll-over counter from the number before, so a jump of half the
 * range (a long hold, a peer that starts anew with the same SSRC) is refused here or at the other end, for
 * minutes. Where numbers jump we go on without a gap instead.
 */
static void
smooth_sequence (Sender *sender, guint8 *data)
{
  guint16 sequence = cusax_packet_get_sequence (data) + sender->offset;
  gint delta = (gint16) (sequence - sender->highest);

  if (sender->has_sequence && (delta < -MAX_BACKWARDS || delta > MAX_FORWARDS))
    {
      delta = 1;
      sender->offset += (guint16) (sender->highest + 1 - sequence);
      sequence = sender->highest + 1;
    }
  if (!sender->has_sequence || delta > 0)
    sender->highest = sequence;
  sender->has_sequence = TRUE;
  cusax_packet_set_sequence (data, sequence);
}

gboolean
cusax_srtp_apply (CusaxSrtp *srtp, CusaxPacketKind kind, guint8 *data, gsize *length)
{
  Sender sender = { .ssrc = cusax_packet_get_ssrc (kind, data) };
  gint position = find_sender (srtp, sender.ssrc);
  int size = *length;
  srtp_err_status_t status;

  if (position >= 0)
    sender = srtp->senders[position];
  /* Forgetting a sender of our own would reset its ROC and use the key stream twice: refuse instead. */
  else if (srtp->role == CUSAX_SRTP_ENCRYPT && srtp->n_senders == MAX_SENDERS)
    return FALSE;

  if (srtp->role == CUSAX_SRTP_ENCRYPT && kind == CUSAX_PACKET_RTP)
    smooth_sequence (&sender, data);
  if (srtp->role == CUSAX_SRTP_ENCRYPT)
    status = kind == CUSAX_PACKET_RTCP ? srtp_protect_rtcp (srtp->context, data, &size)
                                       : srtp_protect (srtp->context, data, &size);
  else
    status = kind == CUSAX_PACKET_RTCP ? srtp_unprotect_rtcp (srtp->context, data, &size)
                                       : srtp_unprotect (srtp->context, data, &size);
  if (status != srtp_err_status_ok || size < 0)
    return FALSE;

  note_sender (srtp, &sender, position);
  *length = size;
  return TRUE;
}

gboolean
cusax_srtp_has_suite (CusaxSrtpSuite suite)
{
  static const guint8 key[CUSAX_SRTP_KEY_LENGTH];
  g_autoptr (CusaxSrtp) srtp = suite != CUSAX_SRTP_NONE ? cusax_srtp_new (CUSAX_SRTP_ENCRYPT, suite, key, NULL) : NULL;

  return srtp != NULL;
}

gboolean
cusax_srtp_make_key (guint8 key[CUSAX_SRTP_KEY_LENGTH], GError **error)
{
  gsize have = 0;

  while (have < CUSAX_SRTP_KEY_LENGTH)
    {
      gssize got = getrandom (key + have, CUSAX_SRTP_KEY_LENGTH - have, 0);

      if (got < 0 && errno != EINTR)
        {
          g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "no random bytes for a key: %s",
                       g_strerror (errno));
          return FALSE;
        }
      have += MAX (got, 0);
    }
  return TRUE;
}
