/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See sdp.h. Sofia's parser must never see a text from the network as it came: a format that begins with a
 * character outside of "token" makes it allocate until memory is gone, a line of one character makes it read
 * behind its buffer, and one odd rtpmap makes it refuse the whole text. So the filter below checks every line
 * against its grammar and lets through only what calls need.
 */
#include "sdp.h"
#include "error.h"

#include <arpa/inet.h>
#include <string.h>

#include <sofia-sip/sdp.h>
#include <sofia-sip/su_alloc.h>

#define TOKEN_MARKS "-!#$%&'*+.^_`{|}~" /* RFC 8866 section 9: token-char beside letters and digits */
#define MAX_CLOCK_RATE 1000000

/* Filter: the text as Sofia may see it, and what it must not see. */
typedef struct
{
  GString *text;
  GPtrArray *protocols; /* per m= line: the real name */
} Filter;

static gboolean
invalid (GError **error, const char *what)
{
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "SDP: %s", what);
  return FALSE;
}

static gsize
span_token (const char *text, const char *more)
{
  gsize n = 0;

  while (
      text[n] != '\0'
      && (g_ascii_isalnum (text[n]) || strchr (TOKEN_MARKS, text[n]) != NULL || strchr (more, text[n]) != NULL))
    n++;
  return n;
}

static gboolean
is_token (const char *text, const char *more)
{
  return *text != '\0' && text[span_token (text, more)] == '\0';
}

/* Splits at blanks; the strings point into @line, which is cut up. */
static GPtrArray *
split_words (char *line)
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

CusaxSdpProfile
cusax_sdp_profile_of (const char *protocol)
{
  /* The F profiles only add feedback messages (RFC 4585, RFC 5124), which nobody is obliged to send. */
  if (g_ascii_strcasecmp (protocol, "RTP/AVP") == 0 || g_ascii_strcasecmp (protocol, "RTP/AVPF") == 0)
    return CUSAX_SDP_RTP;
  if (g_ascii_strcasecmp (protocol, "RTP/SAVP") == 0 || g_ascii_strcasecmp (protocol, "RTP/SAVPF") == 0)
    return CUSAX_SDP_SRTP;
  return CUSAX_SDP_OTHER;
}

/* ----------------------------------------------------------------- filter */

/* m=<media> <port>[/<n>] <proto> <fmt>... */
static gboolean
filter_media (Filter *filter, char *value, GError **error)
{
  static const char *const seen_as[] = { "RTP/AVP", "RTP/SAVP", NULL };
  g_autoptr (GPtrArray) words = split_words (value);
  CusaxSdpProfile profile;
  guint64 number;
  char *slash;

  if (filter->protocols->len == CUSAX_SDP_MAX_MEDIA)
    return invalid (error, "too many m= lines");
  if (words->len < 4 || words->len > 3 + CUSAX_SDP_MAX_FORMATS)
    return invalid (error, "an m= line has too few or too many words");
  slash = strchr (words->pdata[1], '/');
  if (slash != NULL)
    *slash = '\0';
  if (!is_token (words->pdata[0], "") || !is_token (words->pdata[2], "/")
      || !g_ascii_string_to_unsigned (words->pdata[1], 10, 0, G_MAXUINT16, &number, NULL))
    return invalid (error, "a broken m= line");

  profile = cusax_sdp_profile_of (words->pdata[2]);
  g_ptr_array_add (filter->protocols, g_strdup (words->pdata[2]));
  g_string_append_printf (filter->text, "m=%s %s %s", (char *) words->pdata[0], (char *) words->pdata[1],
                          profile != CUSAX_SDP_OTHER ? seen_as[profile] : (char *) words->pdata[2]);
  for (guint i = 3; i < words->len; i++)
    {
      if (profile != CUSAX_SDP_OTHER ? !g_ascii_string_to_unsigned (words->pdata[i], 10, 0, 127, &number, NULL)
                                     : !is_token (words->pdata[i], ""))
        return invalid (error, "an m= line has a broken format");
      g_string_append_printf (filter->text, " %s", (char *) words->pdata[i]);
    }
  g_string_append (filter->text, "\r\n");
  return TRUE;
}

/* rtpmap:<pt> <name>/<rate>[/<channels>] */
static gboolean
rtpmap_is_valid (const char *value)
{
  gsize digits = strspn (value, "0123456789");
  gsize blanks = strspn (value + digits, " \t");
  const char *name = value + digits + blanks;
  gsize length = span_token (name, "");
  gsize rate;

  if (digits == 0 || digits > 3 || blanks == 0 || length == 0 || name[length] != '/')
    return FALSE;
  rate = strspn (name + length + 1, "0123456789");
  return rate > 0 && rate <= 7;
}

/* Unknown attributes (ICE, bundle, feedback, extensions) are none of our business and are left out. */
static void
filter_attribute (Filter *filter, const char *value)
{
  static const char *const known[] = { "rtpmap",   "fmtp",     "ptime",    "rtcp",     "rtcp-mux", "crypto",
                                       "sendrecv", "sendonly", "recvonly", "inactive", NULL };
  gsize length = strcspn (value, ":");
  g_autofree char *name = g_ascii_strdown (value, (gssize) length);

  if (!g_strv_contains (known, g_strstrip (name)))
    return;
  if (g_str_equal (name, "rtpmap") && (value[length] == '\0' || !rtpmap_is_valid (value + length + 1)))
    return;
  g_string_append_printf (filter->text, "a=%s%s\r\n", name, value + length);
}

static gboolean
filter_line (Filter *filter, char *line, GError **error)
{
  for (const char *p = line; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) && *p != '\t')
      return invalid (error, "control characters");
  g_strchomp (line);
  if (*line == '\0')
    return TRUE;
  if (!g_ascii_islower (line[0]) || line[1] != '=')
    return invalid (error, "a line that is not x=...");
  if (filter->text->len == 0 && line[0] != 'v')
    return invalid (error, "does not begin with v=");

  switch (line[0])
    {
    case 'm':
      return filter_media (filter, line + 2, error);
    case 'a':
      filter_attribute (filter, line + 2);
      return TRUE;
    case 'c':
      break;
    case 'v':
    case 'o':
      if (filter->protocols->len > 0)
        return invalid (error, "v= or o= within a stream");
      break;
    default:
      return TRUE;
    }
  g_string_append_printf (filter->text, "%s\r\n", line);
  return TRUE;
}

static gboolean
filter_text (Filter *filter, const char *text, gsize length, GError **error)
{
  gsize start = 0;

  if (length == 0 || length > CUSAX_SDP_MAX_LENGTH)
    return invalid (error, length == 0 ? "empty" : "too long");
  if (memchr (text, '\0', length) != NULL)
    return invalid (error, "a NUL");

  while (start < length)
    {
      gsize end = start;
      g_autofree char *line = NULL;

      while (end < length && text[end] != '\n' && text[end] != '\r')
        end++;
      line = g_strndup (text + start, end - start);
      if (!filter_line (filter, line, error))
        return FALSE;
      start = end + 1;
    }
  return TRUE;
}

/* -------------------------------------------------------------- attributes */

/* inline:<key||salt>[|lifetime]. A line with an MKI is not usable: every packet would carry it (RFC 4568
 * section 6.1), and so is one with several keys, which need MKIs. */
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
  g_autoptr (GPtrArray) words = split_words (copy);
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
read_attribute (CusaxSdpMedia *media, const char *name, const char *value)
{
  g_autofree char *word = NULL;
  guint64 number;

  if (g_str_equal (name, "rtcp-mux"))
    media->rtcp_mux = TRUE;
  if (value == NULL)
    return;
  if (g_str_equal (name, "crypto"))
    {
      media->has_crypto = TRUE;
      if (media->n_crypto < CUSAX_SDP_MAX_CRYPTO && parse_crypto (value, &media->crypto[media->n_crypto]))
        media->n_crypto++;
      return;
    }
  value += strspn (value, " \t");
  word = g_strndup (value, strcspn (value, " \t"));
  if (g_str_equal (name, "rtcp") && g_ascii_string_to_unsigned (word, 10, 1, G_MAXUINT16, &number, NULL))
    media->rtcp_port = (guint16) number;
  else if (g_str_equal (name, "ptime") && g_ascii_string_to_unsigned (word, 10, 1, 1000, &number, NULL))
    media->ptime = (guint) number;
}

/* ------------------------------------------------------------- conversion */

static void
media_free (CusaxSdpMedia *media)
{
  g_free (media->type);
  g_free (media->protocol);
  g_free (media->format);
  g_free (media->address);
  g_ptr_array_unref (media->codecs);
  explicit_bzero (media->crypto, sizeof media->crypto);
  g_free (media);
}

/* Only where one host listens: sending a call to a group or to everybody would be an attack. */
static char *
unicast_literal (const sdp_connection_t *connection)
{
  struct in_addr ipv4;
  struct in6_addr ipv6;

  if (connection->c_nettype != sdp_net_in || connection->c_address == NULL)
    return NULL;
  if (inet_pton (AF_INET, connection->c_address, &ipv4) == 1)
    {
      if (IN_MULTICAST (g_ntohl (ipv4.s_addr)) || ipv4.s_addr == INADDR_BROADCAST)
        return NULL;
    }
  else if (inet_pton (AF_INET6, connection->c_address, &ipv6) != 1 || IN6_IS_ADDR_MULTICAST (&ipv6))
    return NULL;
  return g_strdup (connection->c_address);
}

static void
read_codecs (CusaxSdpMedia *media, const sdp_rtpmap_t *maps)
{
  gboolean seen[128] = { FALSE };

  for (const sdp_rtpmap_t *map = maps; map != NULL; map = map->rm_next)
    {
      guint64 channels = 1;

      if (seen[map->rm_pt])
        continue;
      seen[map->rm_pt] = TRUE;
      /* A dynamic number without rtpmap means nothing. */
      if (map->rm_encoding == NULL || *map->rm_encoding == '\0' || map->rm_rate == 0
          || map->rm_rate > MAX_CLOCK_RATE)
        continue;
      if (map->rm_params != NULL && !g_ascii_string_to_unsigned (map->rm_params, 10, 1, 255, &channels, NULL))
        channels = 1;
      g_ptr_array_add (media->codecs, cusax_codec_new (map->rm_pt, map->rm_encoding, (guint) map->rm_rate,
                                                       (guint) channels, map->rm_fmtp));
    }
}

static CusaxSdpMedia *
convert_media (const sdp_media_t *source, const char *protocol)
{
  CusaxSdpMedia *media = g_new0 (CusaxSdpMedia, 1);
  const sdp_connection_t *connection = sdp_media_connections (source);

  media->type = g_ascii_strdown (source->m_type_name, -1);
  media->protocol = g_strdup (protocol);
  media->profile = cusax_sdp_profile_of (protocol);
  media->port = (guint16) source->m_port;
  media->direction = (CusaxDirection) source->m_mode;
  media->codecs = cusax_codecs_new ();
  media->has_connection = connection != NULL;
  if (connection != NULL)
    media->address = unicast_literal (connection);

  if (source->m_rtpmaps != NULL)
    media->format = g_strdup_printf ("%u", source->m_rtpmaps->rm_pt);
  else
    media->format = g_strdup (source->m_format != NULL ? source->m_format->l_text : "0");
  read_codecs (media, source->m_rtpmaps);
  for (const sdp_attribute_t *a = source->m_attributes; a != NULL; a = a->a_next)
    read_attribute (media, a->a_name, a->a_value);
  return media;
}

static CusaxSdp *
convert (const sdp_session_t *session, const GPtrArray *protocols, GError **error)
{
  g_autoptr (CusaxSdp) sdp = g_new0 (CusaxSdp, 1);
  guint i = 0;

  sdp->media = g_ptr_array_new_with_free_func ((GDestroyNotify) media_free);
  for (const sdp_media_t *m = session->sdp_media; m != NULL && i < protocols->len; m = m->m_next)
    g_ptr_array_add (sdp->media, convert_media (m, protocols->pdata[i++]));
  if (i != protocols->len)
    {
      invalid (error, "streams were lost");
      return NULL;
    }
  return g_steal_pointer (&sdp);
}

CusaxSdp *
cusax_sdp_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (GPtrArray) protocols = g_ptr_array_new_with_free_func (g_free);
  Filter filter = { g_string_new (NULL), protocols };
  CusaxSdp *sdp = NULL;

  if (filter_text (&filter, text, length, error))
    {
      su_home_t home[1] = { SU_HOME_INIT (home) };
      /* Missing c= is judged per stream, later: a stream that we refuse may well have none. */
      sdp_parser_t *parser
          = sdp_parse (home, filter.text->str, (issize_t) filter.text->len, sdp_f_mode_0000 | sdp_f_c_missing);
      const sdp_session_t *session = sdp_session (parser);

      if (session != NULL)
        sdp = convert (session, protocols, error);
      else
        invalid (error, "v=, o= or c= is missing or broken");
      sdp_parser_free (parser);
      su_home_deinit (home);
    }

  explicit_bzero (filter.text->str, filter.text->len);
  g_string_free (filter.text, TRUE);
  return sdp;
}

void
cusax_sdp_free (CusaxSdp *sdp)
{
  if (sdp == NULL)
    return;
  if (sdp->media != NULL)
    g_ptr_array_unref (sdp->media);
  g_free (sdp);
}
