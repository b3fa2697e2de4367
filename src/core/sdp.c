/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See sdp.h. Sofia's parser must never see a text from the network as it came: a format that begins with a
 * character outside of "token" makes it allocate until memory is gone, a line of one character makes it read
 * behind its buffer, and one odd rtpmap makes it refuse the whole text. So the filter below checks every line
 * against its grammar and lets through only m=, c=, rtpmap and fmtp; all other attributes are read in sdp-attributes.c.
 */
#include "sdp.h"
#include "error.h"
#include "sdp-attributes.h"

#include <arpa/inet.h>
#include <string.h>

#include <sofia-sip/sdp.h>
#include <sofia-sip/su_alloc.h>

#define MAX_CLOCK_RATE 1000000

/* Filter: the text as Sofia may see it, and what it does not see. */
typedef struct
{
  GString *text;
  CusaxSdpMedia *session; /* what stands before the first m= line */
  CusaxSdp *sdp;          /* sections with their real protocols and our attributes */
} Filter;

static gboolean
invalid (GError **error, const char *what)
{
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "SDP: %s", what);
  return FALSE;
}

CusaxSdpProfile
cusax_sdp_profile_of (const char *protocol)
{
  /* The F profiles only add feedback messages (RFC 4585, RFC 5124), which nobody is obliged to send. */
  if (g_ascii_strcasecmp (protocol, "RTP/AVP") == 0 || g_ascii_strcasecmp (protocol, "RTP/AVPF") == 0)
    return CUSAX_SDP_RTP;
  if (g_ascii_strcasecmp (protocol, "RTP/SAVP") == 0 || g_ascii_strcasecmp (protocol, "RTP/SAVPF") == 0)
    return CUSAX_SDP_SRTP;
  if (g_ascii_strcasecmp (protocol, "UDP/TLS/RTP/SAVP") == 0 || g_ascii_strcasecmp (protocol, "UDP/TLS/RTP/SAVPF") == 0)
    return CUSAX_SDP_DTLS;
  return CUSAX_SDP_OTHER;
}

/* ----------------------------------------------------------------- filter */

/* m=<media> <port>[/<n>] <proto> <fmt>... */
static gboolean
filter_media (Filter *filter, char *value, GError **error)
{
  static const char *const seen_as[] = { "RTP/AVP", "RTP/SAVP", "RTP/SAVP", NULL };
  g_autoptr (GPtrArray) words = cusax_sdp_split_words (value);
  CusaxSdpMedia *media;
  CusaxSdpProfile profile;
  guint64 number;
  char *slash;

  if (filter->sdp->media->len == CUSAX_SDP_MAX_MEDIA)
    return invalid (error, "too many m= lines");
  if (words->len < 4 || words->len > 3 + CUSAX_SDP_MAX_FORMATS)
    return invalid (error, "an m= line has too few or too many words");
  slash = strchr (words->pdata[1], '/');
  if (slash != NULL)
    *slash = '\0';
  if (!cusax_sdp_is_token (words->pdata[0], "") || !cusax_sdp_is_token (words->pdata[2], "/")
      || !g_ascii_string_to_unsigned (words->pdata[1], 10, 0, G_MAXUINT16, &number, NULL))
    return invalid (error, "a broken m= line");

  profile = cusax_sdp_profile_of (words->pdata[2]);
  media = cusax_sdp_media_new ();
  media->type = g_ascii_strdown (words->pdata[0], -1);
  media->protocol = g_strdup (words->pdata[2]);
  media->format = g_strdup (words->pdata[3]);
  media->profile = profile;
  media->port = (guint16) number;
  g_ptr_array_add (filter->sdp->media, media);
  g_string_append_printf (filter->text, "m=%s %s %s", (char *) words->pdata[0], (char *) words->pdata[1],
                          profile != CUSAX_SDP_OTHER ? seen_as[profile] : (char *) words->pdata[2]);
  for (guint i = 3; i < words->len; i++)
    {
      if (profile != CUSAX_SDP_OTHER ? !g_ascii_string_to_unsigned (words->pdata[i], 10, 0, 127, &number, NULL)
                                     : !cusax_sdp_is_token (words->pdata[i], ""))
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
  gsize length = cusax_sdp_span_token (name, "");
  gsize rate;

  if (digits == 0 || digits > 3 || blanks == 0 || length == 0 || name[length] != '/')
    return FALSE;
  rate = strspn (name + length + 1, "0123456789");
  return rate > 0 && rate <= 7;
}

static void
filter_attribute (Filter *filter, char *line)
{
  GPtrArray *sections = filter->sdp->media;
  char *value = strchr (line, ':');
  g_autofree char *name = g_ascii_strdown (line, value != NULL ? value - line : -1);
  GStrv group;

  g_strstrip (name);
  if (g_str_equal (name, "rtpmap") || g_str_equal (name, "fmtp"))
    {
      if (value != NULL && (*name == 'f' || rtpmap_is_valid (value + 1)))
        g_string_append_printf (filter->text, "a=%s%s\r\n", name, value);
      return;
    }
  if (value != NULL)
    value = g_strstrip (value + 1);
  cusax_sdp_media_read_attribute (sections->len > 0 ? sections->pdata[sections->len - 1] : filter->session, name, value);
  if (sections->len > 0 || value == NULL || !g_str_equal (name, "group")
      || filter->sdp->groups->len == CUSAX_SDP_MAX_GROUPS)
    return;
  group = cusax_sdp_read_bundle (value);
  if (group != NULL)
    g_ptr_array_add (filter->sdp->groups, group);
}

static gboolean
filter_line (Filter *filter, char *line, GError **error)
{
  GPtrArray *sections = filter->sdp->media;

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
    case 'b':
      cusax_sdp_media_read_bandwidth (
          sections->len > 0 ? sections->pdata[sections->len - 1] : filter->session, line + 2);
      return TRUE;
    case 'c':
      break;
    case 'v':
    case 'o':
      if (sections->len > 0)
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

/* ------------------------------------------------------------- conversion */

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

static void
convert_media (CusaxSdpMedia *media, const CusaxSdpMedia *session, const sdp_media_t *source)
{
  const sdp_connection_t *connection = sdp_media_connections (source);

  media->has_connection = connection != NULL;
  if (connection != NULL)
    media->address = unicast_literal (connection);
  read_codecs (media, source->m_rtpmaps);
  cusax_sdp_media_inherit (media, session);
  cusax_sdp_media_settle (media);
}

static gboolean
convert (const Filter *filter, const sdp_session_t *session, GError **error)
{
  const GPtrArray *sections = filter->sdp->media;
  guint i = 0;

  for (const sdp_media_t *m = session->sdp_media; m != NULL && i < sections->len; m = m->m_next)
    convert_media (sections->pdata[i++], filter->session, m);
  return i == sections->len || invalid (error, "streams were lost");
}

static gboolean
parse_filtered (const Filter *filter, GError **error)
{
  su_home_t home[1] = { SU_HOME_INIT (home) };
  /* Missing c= is judged per stream, later: a stream that we refuse may well have none. */
  sdp_parser_t *parser = sdp_parse (home, filter->text->str, (issize_t) filter->text->len, sdp_f_c_missing);
  const sdp_session_t *session = sdp_session (parser);
  gboolean done = session != NULL ? convert (filter, session, error)
                                  : invalid (error, "v=, o= or c= is missing or broken");

  sdp_parser_free (parser);
  su_home_deinit (home);
  return done;
}

CusaxSdp *
cusax_sdp_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (CusaxSdp) sdp = g_new0 (CusaxSdp, 1);
  Filter filter = { g_string_new (NULL), cusax_sdp_media_new (), sdp };
  gboolean done;

  sdp->media = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_sdp_media_free);
  sdp->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  done = filter_text (&filter, text, length, error) && parse_filtered (&filter, error);
  g_string_free (filter.text, TRUE);
  cusax_sdp_media_free (filter.session);
  return done ? g_steal_pointer (&sdp) : NULL;
}

int
cusax_sdp_find_mid (const CusaxSdp *sdp, const char *mid)
{
  int found = -1;

  for (guint i = 0; i < sdp->media->len; i++)
    if (g_strcmp0 (((const CusaxSdpMedia *) sdp->media->pdata[i])->mid, mid) == 0)
      {
        if (found >= 0)
          return -1;
        found = (int) i;
      }
  return found;
}

void
cusax_sdp_free (CusaxSdp *sdp)
{
  if (sdp == NULL)
    return;
  g_ptr_array_unref (sdp->media);
  g_ptr_array_unref (sdp->groups);
  g_free (sdp);
}
