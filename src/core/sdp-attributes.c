/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See sdp-attributes.h. */
#include "sdp-attributes.h"

#include <string.h>

#define TOKEN_MARKS "-!#$%&'*+.^_`{|}~" /* RFC 8866 section 9: token-char beside letters and digits */
#define MAX_TIME 1000                   /* ms in ptime and maxptime */
#define DISCARD 9                       /* the port of "no address yet" */
#define MAX_BANDWIDTH 10000000          /* kbit/s */

gsize
cusax_sdp_span_token (const char *text, const char *more)
{
  gsize n = 0;

  while (
      text[n] != '\0'
      && (g_ascii_isalnum (text[n]) || strchr (TOKEN_MARKS, text[n]) != NULL || strchr (more, text[n]) != NULL))
    n++;
  return n;
}

gboolean
cusax_sdp_is_token (const char *text, const char *more)
{
  return *text != '\0' && text[cusax_sdp_span_token (text, more)] == '\0';
}

GPtrArray *
cusax_sdp_split_words (char *line)
{
  GPtrArray *words = g_ptr_array_new ();

  while (TRUE)
    {
      line += strspn (line, " \t");
      if (*line == '\0')
        return words;
      g_ptr_array_add (words, line);
      line += strcspn (line, " \t");
      if (*line != '\0')
        *line++ = '\0';
    }
}

CusaxSdpMedia *
cusax_sdp_media_new (void)
{
  CusaxSdpMedia *media = g_new0 (CusaxSdpMedia, 1);

  media->direction = CUSAX_DIRECTION_SENDRECV;
  media->codecs = cusax_codecs_new ();
  media->candidates = cusax_candidates_new ();
  return media;
}

void
cusax_sdp_media_free (CusaxSdpMedia *media)
{
  g_free (media->type);
  g_free (media->protocol);
  g_free (media->format);
  g_free (media->address);
  g_ptr_array_unref (media->codecs);
  explicit_bzero (media->crypto, sizeof media->crypto);
  g_free (media->fingerprint_hash);
  g_free (media->fingerprint);
  g_free (media->ice_ufrag);
  g_free (media->ice_password);
  g_ptr_array_unref (media->candidates);
  g_free (media->mid);
  g_free (media);
}

/* -------------------------------------------------------------------- SDES */

/* inline:<key||salt>[|lifetime]. A lifetime is taken and not counted: even the shortest that anybody writes lasts for days of
 * sound, and who runs out of it sends a new key by a new offer. A line with an MKI is not usable: every packet would carry it
 * (RFC 4568 section 6.1), and so is one with several keys, which need MKIs. */
static gboolean
parse_key (const char *text, guint8 *key)
{
  g_auto (GStrv) parts = NULL;
  g_autofree guchar *bytes = NULL;
  gsize length = 0;
  gboolean usable;

  if (g_ascii_strncasecmp (text, "inline:", 7) != 0)
    return FALSE;
  parts = g_strsplit (text + 7, "|", -1);
  usable = parts[0] != NULL && strlen (parts[0]) == CUSAX_SRTP_KEY_LENGTH / 3 * 4
           && strspn (parts[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
                  == CUSAX_SRTP_KEY_LENGTH / 3 * 4;
  for (guint i = 1; usable && parts[i] != NULL; i++)
    usable = strchr (parts[i], ':') == NULL && strchr (parts[i], ';') == NULL;
  if (usable)
    {
      bytes = g_base64_decode (parts[0], &length);
      usable = length == CUSAX_SRTP_KEY_LENGTH;
      if (usable)
        memcpy (key, bytes, CUSAX_SRTP_KEY_LENGTH);
      explicit_bzero (bytes, length);
    }
  for (guint i = 0; parts[i] != NULL; i++)
    explicit_bzero (parts[i], strlen (parts[i]));
  return usable;
}

/* RFC 4568 section 9.1: <tag> <suite> <key> [<session parameters>]. */
static gboolean
parse_crypto (const char *value, CusaxCrypto *crypto)
{
  g_autofree char *copy = g_strdup (value);
  g_autoptr (GPtrArray) words = cusax_sdp_split_words (copy);
  guint64 tag;
  gboolean usable = FALSE;

  memset (crypto, 0, sizeof *crypto);
  if (words->len < 3 || !g_ascii_string_to_unsigned (words->pdata[0], 10, 0, 999999999, &tag, NULL))
    goto out;
  crypto->tag = (guint) tag;
  for (CusaxSrtpSuite suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80; suite <= CUSAX_SRTP_AES_CM_128_HMAC_SHA1_32;
       suite++)
    if (g_ascii_strcasecmp (words->pdata[1], cusax_srtp_suite_get_name (suite)) == 0)
      crypto->suite = suite;
  usable = crypto->suite != CUSAX_SRTP_NONE && parse_key (words->pdata[2], crypto->key);

  /* A window size is a hint and "-" marks what may be ignored (section 6.3); all else changes the packets. */
  for (guint i = 3; i < words->len; i++)
    usable
        = usable && (g_ascii_strncasecmp (words->pdata[i], "WSH=", 4) == 0 || *(char *) words->pdata[i] == '-');

out:
  explicit_bzero (copy, strlen (value));
  return usable;
}

static void
read_crypto (CusaxSdpMedia *media, const char *value)
{
  media->has_crypto = TRUE;
  if (media->n_crypto < CUSAX_SDP_MAX_CRYPTO && parse_crypto (value, &media->crypto[media->n_crypto]))
    media->n_crypto++;
}

/* -------------------------------------------------------------------- DTLS */

/* RFC 8122 section 5: <hash> <XX:XX:...>. The weak ones (sha-1, md5) are left out, as a handshake would refuse them. */
static void
read_fingerprint (CusaxSdpMedia *media, const char *value)
{
  static const struct
  {
    const char *name;
    gsize length;
  } hashes[] = { { "sha-256", 32 }, { "sha-384", 48 }, { "sha-512", 64 } };
  gsize name_length = strcspn (value, " \t");
  const char *print = value + name_length + strspn (value + name_length, " \t");

  media->has_fingerprint = TRUE;
  if (media->fingerprint_hash != NULL && g_str_equal (media->fingerprint_hash, hashes[0].name))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    {
      gboolean valid = name_length == strlen (hashes[i].name)
                       && g_ascii_strncasecmp (value, hashes[i].name, name_length) == 0
                       && strlen (print) == hashes[i].length * 3 - 1;

      for (gsize j = 0; valid && print[j] != '\0'; j++)
        valid = j % 3 == 2 ? print[j] == ':' : g_ascii_isxdigit (print[j]);
      if (!valid || (i > 0 && media->fingerprint_hash != NULL))
        continue;
      g_free (media->fingerprint_hash);
      g_free (media->fingerprint);
      media->fingerprint_hash = g_strdup (hashes[i].name);
      media->fingerprint = g_ascii_strup (print, -1);
    }
}

static void
read_setup (CusaxSdpMedia *media, const char *value)
{
  static const char *const names[] = { "", "actpass", "active", "passive" };

  /* "holdconn" (RFC 4145) means nothing for DTLS. */
  for (guint i = CUSAX_DTLS_SETUP_ACTPASS; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (value, names[i]) == 0)
      media->setup = (CusaxDtlsSetup) i;
}

/* --------------------------------------------------------------------- ICE */

static void
read_credential (char **credential, const char *value, gsize min)
{
  if (*credential == NULL && cusax_ice_credential_is_valid (value, min))
    *credential = g_strdup (value);
}

static void
read_candidate (CusaxSdpMedia *media, const char *value)
{
  CusaxCandidate *candidate;

  if (media->candidates->len == CUSAX_CANDIDATES_MAX)
    {
      media->has_more_candidates = TRUE;
      return;
    }
  candidate = cusax_candidate_parse (value);
  if (candidate != NULL)
    g_ptr_array_add (media->candidates, candidate);
}

static void
read_ice_options (CusaxSdpMedia *media, const char *value)
{
  g_autofree char *copy = g_strdup (value);
  g_autoptr (GPtrArray) words = cusax_sdp_split_words (copy);

  for (guint i = 0; i < words->len; i++)
    media->has_trickle |= g_str_equal (words->pdata[i], "trickle");
}

/* ------------------------------------------------------------- other lines */

/* rtcp-fb:<payload type or *> <kind> [<which>] */
static void
read_feedback (CusaxSdpMedia *media, const char *value)
{
  g_autofree char *copy = g_strdup (value);
  g_autoptr (GPtrArray) words = cusax_sdp_split_words (copy);
  guint64 number = 0;
  gboolean all;
  guint8 bit;

  if (words->len < 2)
    return;
  all = g_str_equal (words->pdata[0], "*");
  if (!all && !g_ascii_string_to_unsigned (words->pdata[0], 10, 0, 127, &number, NULL))
    return;
  if (g_str_equal (words->pdata[1], "nack") && words->len == 2)
    bit = CUSAX_SDP_FEEDBACK_NACK;
  else if (words->len == 2)
    return;
  else if (g_str_equal (words->pdata[1], "nack") && g_str_equal (words->pdata[2], "pli"))
    bit = CUSAX_SDP_FEEDBACK_PLI;
  else if (g_str_equal (words->pdata[1], "ccm") && g_str_equal (words->pdata[2], "fir"))
    bit = CUSAX_SDP_FEEDBACK_FIR;
  else
    return;
  for (guint i = all ? 0 : (guint) number; i <= (all ? 127 : (guint) number); i++)
    media->feedback[i] |= bit;
}

static void
read_number (const char *value, guint max, guint *number)
{
  g_autofree char *word = g_strndup (value, strcspn (value, " \t"));
  guint64 read;

  /* RFC 8866 says whole numbers; some write 20.0. */
  word[strcspn (word, ".")] = '\0';
  if (g_ascii_string_to_unsigned (word, 10, 1, max, &read, NULL))
    *number = (guint) read;
}

void
cusax_sdp_media_read_bandwidth (CusaxSdpMedia *media, const char *value)
{
  guint number = 0;

  if (g_ascii_strncasecmp (value, "TIAS:", 5) == 0)
    {
      read_number (value + 5, G_MAXINT32, &number);
      if (number > 0)
        media->bandwidth = MAX (number / 1000, 1);
      media->has_tias |= number > 0;
    }
  else if (g_ascii_strncasecmp (value, "AS:", 3) == 0 && !media->has_tias)
    read_number (value + 3, MAX_BANDWIDTH, &media->bandwidth);
}

static gboolean
read_flag (CusaxSdpMedia *media, const char *name)
{
  static const char *const directions[] = { "inactive", "sendonly", "recvonly", "sendrecv" };

  for (guint i = 0; i < G_N_ELEMENTS (directions); i++)
    if (g_str_equal (name, directions[i]))
      {
        media->direction = (CusaxDirection) i;
        media->has_direction = TRUE;
        return TRUE;
      }
  if (g_str_equal (name, "rtcp-mux"))
    media->rtcp_mux = TRUE;
  else if (g_str_equal (name, "ice-lite"))
    media->is_ice_lite = TRUE;
  else if (g_str_equal (name, "ice-mismatch"))
    media->ice_mismatch = TRUE;
  else if (g_str_equal (name, "bundle-only"))
    media->bundle_only = TRUE;
  else
    return FALSE;
  return TRUE;
}

void
cusax_sdp_media_read_attribute (CusaxSdpMedia *media, const char *name, const char *value)
{
  guint port = 0;

  if (read_flag (media, name) || value == NULL)
    return;
  if (g_str_equal (name, "crypto"))
    read_crypto (media, value);
  else if (g_str_equal (name, "fingerprint"))
    read_fingerprint (media, value);
  else if (g_str_equal (name, "setup"))
    read_setup (media, value);
  else if (g_str_equal (name, "candidate"))
    read_candidate (media, value);
  else if (g_str_equal (name, "ice-ufrag"))
    read_credential (&media->ice_ufrag, value, 4);
  else if (g_str_equal (name, "ice-pwd"))
    read_credential (&media->ice_password, value, 22);
  else if (g_str_equal (name, "ice-options"))
    read_ice_options (media, value);
  else if (g_str_equal (name, "mid") && media->mid == NULL && strlen (value) <= CUSAX_SDP_MAX_MID
           && cusax_sdp_is_token (value, ""))
    media->mid = g_strdup (value);
  else if (g_str_equal (name, "rtcp-fb"))
    read_feedback (media, value);
  else if (g_str_equal (name, "ptime"))
    read_number (value, MAX_TIME, &media->ptime);
  else if (g_str_equal (name, "maxptime"))
    read_number (value, MAX_TIME, &media->maxptime);
  else if (g_str_equal (name, "rtcp"))
    {
      read_number (value, G_MAXUINT16, &port);
      media->rtcp_port = port != 0 ? (guint16) port : media->rtcp_port;
    }
}

GStrv
cusax_sdp_read_bundle (const char *value)
{
  g_autofree char *copy = g_strdup (value);
  g_autoptr (GPtrArray) words = cusax_sdp_split_words (copy);
  GPtrArray *mids;

  if (words->len == 0 || words->len > 1 + CUSAX_SDP_MAX_MEDIA || g_ascii_strcasecmp (words->pdata[0], "BUNDLE") != 0)
    return NULL;
  mids = g_ptr_array_new ();
  for (guint i = 1; i < words->len; i++)
    g_ptr_array_add (mids, g_strdup (words->pdata[i]));
  g_ptr_array_add (mids, NULL);
  return (GStrv) g_ptr_array_free (mids, FALSE);
}

/* ------------------------------------------------------------------ whole */

void
cusax_sdp_media_inherit (CusaxSdpMedia *media, const CusaxSdpMedia *session)
{
  if (!media->has_direction)
    media->direction = session->direction;
  if (!media->has_fingerprint)
    {
      media->has_fingerprint = session->has_fingerprint;
      media->fingerprint_hash = g_strdup (session->fingerprint_hash);
      media->fingerprint = g_strdup (session->fingerprint);
    }
  if (media->setup == CUSAX_DTLS_SETUP_NONE)
    media->setup = session->setup;
  if (media->ice_ufrag == NULL)
    media->ice_ufrag = g_strdup (session->ice_ufrag);
  if (media->ice_password == NULL)
    media->ice_password = g_strdup (session->ice_password);
  media->is_ice_lite |= session->is_ice_lite;
  media->has_trickle |= session->has_trickle;
  if (media->bandwidth == 0)
    media->bandwidth = session->bandwidth;
  if (media->ptime == 0)
    media->ptime = session->ptime;
  if (media->maxptime == 0)
    media->maxptime = session->maxptime;
}

static gboolean
is_nowhere (const char *address)
{
  return g_strcmp0 (address, "0.0.0.0") == 0 || g_strcmp0 (address, "::") == 0;
}

void
cusax_sdp_media_settle (CusaxSdpMedia *media)
{
  if (media->ice_ufrag == NULL || media->ice_password == NULL)
    {
      g_clear_pointer (&media->ice_ufrag, g_free);
      g_clear_pointer (&media->ice_password, g_free);
    }
  /* With ICE, or in a bundle, the default address may be none yet, and is not a hold (RFC 8840 section 4.1.1). */
  if (is_nowhere (media->address) && media->ice_ufrag == NULL && !media->bundle_only && media->port != DISCARD)
    media->direction &= CUSAX_DIRECTION_SENDONLY;
  if (media->port == 0 && !media->bundle_only)
    media->direction = CUSAX_DIRECTION_INACTIVE;
}
