/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sdp.h"
#include "error.h"
#include "note.h"

#include <string.h>

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define AUDIO "m=audio 4000 RTP/AVP 8\r\n"
#define KEY "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"

static CusaxSdp *
parse (const char *text, GError **error)
{
  return cusax_sdp_parse (text, strlen (text), error);
}

/* Well-formed texts: one word list for the first stream. */
static char *
print (const CusaxSdpMedia *media)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s %s %u %s dir=%d rtcp=%u%s ptime=%u", media->type, media->protocol,
                          media->port, media->address != NULL ? media->address : "-", media->direction,
                          media->rtcp_port, media->rtcp_mux ? "+mux" : "", media->ptime);
  for (guint i = 0; i < media->codecs->len; i++)
    {
      const CusaxCodec *codec = media->codecs->pdata[i];

      g_string_append_printf (text, " %u=%s/%u/%u%s%s", codec->payload_type, codec->name, codec->clock_rate,
                              codec->channels, codec->fmtp != NULL ? ":" : "",
                              codec->fmtp != NULL ? codec->fmtp : "");
    }
  for (guint i = 0; i < media->n_crypto; i++)
    g_string_append_printf (text, " crypto=%u/%d", media->crypto[i].tag, media->crypto[i].suite);
  if (media->has_crypto && media->n_crypto == 0)
    g_string_append (text, " crypto=unusable");
  return g_string_free (text, FALSE);
}

static void
test_accepted (void)
{
  static const struct
  {
    const char *text;
    const char *first;
  } cases[] = {
    { HEAD AUDIO, "audio RTP/AVP 4000 192.0.2.1 dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    /* LF, CR, blank lines, blanks at the ends, no end of line at the end */
    { "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\n\n \nt=0 0 \nm=audio 4000 RTP/AVP 8",
      "audio RTP/AVP 4000 192.0.2.1 dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    /* directions of session and stream */
    { "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\na=sendonly\r\n" AUDIO,
      "audio RTP/AVP 4000 192.0.2.1 dir=1 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\na=sendonly\r\n" AUDIO "a=inactive\r\n",
      "audio RTP/AVP 4000 192.0.2.1 dir=0 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { HEAD AUDIO "a=RecvOnly\r\na=ptime:30\r\na=rtcp:5001 IN IP4 192.0.2.9\r\na=rtcp-mux\r\n",
      "audio RTP/AVP 4000 192.0.2.1 dir=2 rtcp=5001+mux ptime=30 8=PCMA/8000/1" },
    /* c= */
    { HEAD AUDIO "c=IN IP6 2001:db8::7\r\n",
      "audio RTP/AVP 4000 2001:db8::7 dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { HEAD AUDIO "c=IN IP4 0.0.0.0\r\n", "audio RTP/AVP 4000 0.0.0.0 dir=1 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { HEAD AUDIO "c=IN IP4 224.2.1.1/127/3\r\n", "audio RTP/AVP 4000 - dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { HEAD AUDIO "c=IN IP4 192.0.2.7\r\nc=IN IP4 192.0.2.8\r\n",
      "audio RTP/AVP 4000 192.0.2.7 dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { HEAD AUDIO "c=IN IP4 224.2.1.1\r\n", "audio RTP/AVP 4000 - dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { HEAD AUDIO "c=IN IP4 255.255.255.255\r\n", "audio RTP/AVP 4000 - dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { HEAD AUDIO "c=IN IP6 ff02::1\r\n", "audio RTP/AVP 4000 - dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { HEAD AUDIO "c=IN IP4 host.example.org\r\n", "audio RTP/AVP 4000 - dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n" AUDIO, "audio RTP/AVP 4000 - dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    /* codecs */
    { HEAD
      "m=audio 4000 RTP/AVP 0 8 96 97 98 0\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1; x=y\r\n"
      "a=rtpmap:98 L16/44100/0\r\n",
      "audio RTP/AVP 4000 192.0.2.1 dir=3 rtcp=0 ptime=0 0=PCMU/8000/1 8=PCMA/8000/1 "
      "96=opus/48000/2:useinbandfec=1; x=y 98=L16/44100/1" },
    { HEAD "m=audio 4000/2 RTP/AVP 8\r\na=rtpmap:8 X\r\na=rtpmap:8\r\na=rtpmap\r\na=rtpmap:200 X/1\r\n"
           "a=rtpmap:8 X/-8000\r\na=rtpmap:8 (/8000\r\na=rtpmap:-8 X/8000\r\na=rtpmap:99 X/8000\r\na=fmtp:x\r\n"
           "a=rtpmap:8 X/99999999999\r\na=fmtp:200 x\r\na=fmtp\r\na=:\r\na=\r\n",
      "audio RTP/AVP 4000 192.0.2.1 dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    /* numbers out of range are as if not said */
    { HEAD AUDIO "a=ptime:0\r\na=ptime:-20\r\na=ptime:99999999999\r\na=rtcp:0\r\na=rtcp:70000\r\na=rtcp:\r\n",
      "audio RTP/AVP 4000 192.0.2.1 dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    /* what we do not know, in all places */
    { "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=\r\ni=x\r\nu=x\r\ne=x\r\np=x\r\nc=IN IP4 "
      "192.0.2.1\r\nb=nonsense\r\n"
      "t=nonsense\r\nr=nonsense\r\nz=nonsense\r\nk=nonsense\r\na=(\r\nx=y\r\n" AUDIO
      "i=x\r\nb=nonsense\r\nk=x\r\n"
      "a=candidate:1 1 udp 1 192.0.2.1 4000 typ host\r\n",
      "audio RTP/AVP 4000 192.0.2.1 dir=3 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { HEAD "m=AUDIO 0 rtp/savpf 8\r\n", "audio rtp/savpf 0 192.0.2.1 dir=0 rtcp=0 ptime=0 8=PCMA/8000/1" },
    { HEAD "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
      "application UDP/DTLS/SCTP 9 192.0.2.1 dir=3 rtcp=0 ptime=0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxSdp) sdp = parse (cases[i].text, &error);
      g_autofree char *text = NULL;

      note (cases[i].text);
      g_assert_no_error (error);
      g_assert_cmpuint (sdp->media->len, ==, 1);
      text = print (sdp->media->pdata[0]);
      g_assert_cmpstr (text, ==, cases[i].first);
    }
}

static void
test_no_media (void)
{
  g_autoptr (CusaxSdp) sdp = parse (HEAD, NULL);

  g_assert_cmpuint (sdp->media->len, ==, 0);
}

/* RFC 4568 section 9.1 */
static void
test_crypto (void)
{
  static const struct
  {
    const char *line;
    const char *crypto;
  } cases[] = {
    { "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY, "crypto=1/1" },
    { "000000002 aes_cm_128_hmac_sha1_32  INLINE:" KEY "|2^31", "crypto=2/2" },
    { "999999999 AES_CM_128_HMAC_SHA1_80 inline:" KEY " WSH=64 -X=1", "crypto=999999999/1" },
    { "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "|1048576", "crypto=1/1" },
    { "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "|1:4", "crypto=unusable" },
    { "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "|2^20|1:4", "crypto=unusable" },
    { "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY ";inline:" KEY, "crypto=unusable" },
    { "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY " KDR=1", "crypto=unusable" },
    { "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY " UNENCRYPTED_SRTP", "crypto=unusable" },
    { "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "A", "crypto=unusable" },
    { "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGV=", "crypto=unusable" },
    { "1 AES_CM_128_HMAC_SHA1_80 inline:", "crypto=unusable" },
    { "1 AES_CM_128_HMAC_SHA1_80 uri:" KEY, "crypto=unusable" },
    { "1 AES_CM_128_HMAC_SHA1_80", "crypto=unusable" },
    { "1 AES_256_CM_HMAC_SHA1_80 inline:" KEY, "crypto=unusable" },
    { "1000000000 AES_CM_128_HMAC_SHA1_80 inline:" KEY, "crypto=unusable" },
    { "-1 AES_CM_128_HMAC_SHA1_80 inline:" KEY, "crypto=unusable" },
    { "x", "crypto=unusable" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strconcat (HEAD AUDIO "a=crypto:", cases[i].line, "\r\n", NULL);
      g_autoptr (CusaxSdp) sdp = parse (text, NULL);
      g_autofree char *printed = print (sdp->media->pdata[0]);

      note (cases[i].line);
      g_assert_true (g_str_has_suffix (printed, cases[i].crypto));
    }
}

static void
test_crypto_key (void)
{
  g_autoptr (CusaxSdp) sdp = parse (HEAD AUDIO "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "\r\n", NULL);
  const CusaxSdpMedia *media = sdp->media->pdata[0];

  g_assert_cmpmem (media->crypto[0].key, CUSAX_SRTP_KEY_LENGTH, "YS___semctl () {\t220;}\n}\nunles", 30);
}

/* What is read beside codecs and keys. "mid ice fingerprint setup bandwidth maxptime bundle-only" as far as it is there. */
static char *
print_more (const CusaxSdpMedia *media)
{
  static const char *const setups[] = { "", " actpass", " active", " passive" };
  GString *text = g_string_new (media->mid != NULL ? media->mid : "-");

  if (media->ice_ufrag != NULL)
    g_string_append_printf (text, " ice=%s:%.4s/%u%s%s", media->ice_ufrag, media->ice_password, media->candidates->len,
                            media->is_ice_lite ? "-lite" : "", media->has_trickle ? "-trickle" : "");
  if (media->ice_mismatch)
    g_string_append (text, " mismatch");
  if (media->fingerprint != NULL)
    g_string_append_printf (text, " %s=%.5s", media->fingerprint_hash, media->fingerprint);
  else if (media->has_fingerprint)
    g_string_append (text, " fingerprint=unusable");
  g_string_append (text, setups[media->setup]);
  if (media->bandwidth != 0)
    g_string_append_printf (text, " max=%u", media->bandwidth);
  if (media->maxptime != 0)
    g_string_append_printf (text, " maxptime=%u", media->maxptime);
  if (media->bundle_only)
    g_string_append (text, " bundle-only");
  if (media->feedback[8] != 0)
    g_string_append_printf (text, " fb=%u", media->feedback[8]);
  return g_string_free (text, FALSE);
}

#define HEX(x) x ":" x ":" x ":" x ":" x ":" x ":" x ":" x
#define SHA256(x) HEX (x) ":" HEX (x) ":" HEX (x) ":" HEX (x)
#define PASSWORD "0123456789abcdefghijkl"

static void
test_more (void)
{
  static const struct
  {
    const char *session, *lines;
    const char *expected;
  } cases[] = {
    { "", "", "-" },
    { "", "a=mid:0\r\na=mid:1\r\n", "0" },
    { "", "a=mid:(\r\n", "-" },
    { "", "a=mid:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", "-" },
    { "", "a=ice-ufrag:abcd\r\na=ice-pwd:" PASSWORD "\r\n", "- ice=abcd:0123/0" },
    { "a=ice-ufrag:abcd\r\na=ice-pwd:" PASSWORD "\r\na=ice-lite\r\na=ice-options:rtp+ecn trickle\r\n", "",
      "- ice=abcd:0123/0-lite-trickle" },
    { "a=ice-ufrag:abcd\r\na=ice-pwd:" PASSWORD "\r\n", "a=ice-ufrag:efgh\r\n", "- ice=efgh:0123/0" },
    { "", "a=ice-ufrag:ab\r\na=ice-pwd:" PASSWORD "\r\n", "-" },
    { "", "a=ice-mismatch\r\n", "- mismatch" },
    { "", "a=fingerprint:SHA-256 " SHA256 ("ab") "\r\na=setup:actpass\r\n", "- sha-256=AB:AB actpass" },
    { "a=fingerprint:sha-256 " SHA256 ("AB") "\r\na=setup:active\r\n", "", "- sha-256=AB:AB active" },
    { "a=fingerprint:sha-256 " SHA256 ("AB") "\r\na=setup:active\r\n",
      "a=fingerprint:sha-256 " SHA256 ("CD") "\r\na=setup:passive\r\n", "- sha-256=CD:CD passive" },
    { "a=fingerprint:sha-256 " SHA256 ("AB") "\r\n", "a=fingerprint:sha-1 AB\r\n", "- fingerprint=unusable" },
    { "", "a=fingerprint:sha-512 " SHA256 ("AB") ":" SHA256 ("AB") "\r\na=fingerprint:sha-256 " SHA256 ("CD") "\r\n",
      "- sha-256=CD:CD" },
    { "", "a=fingerprint:sha-512 " SHA256 ("AB") ":" SHA256 ("AB") "\r\n", "- sha-512=AB:AB" },
    { "", "a=fingerprint:sha-256 " SHA256 ("AB") ":AB\r\n", "- fingerprint=unusable" },
    { "", "a=fingerprint:sha-256 " SHA256 ("GG") "\r\n", "- fingerprint=unusable" },
    { "", "a=fingerprint:sha-256\r\n", "- fingerprint=unusable" },
    { "", "a=fingerprint: \r\na=setup: \r\na=setup:both\r\n", "- fingerprint=unusable" },
    { "b=AS:1000\r\n", "", "- max=1000" },
    { "b=AS:1000\r\n", "b=AS:300\r\n", "- max=300" },
    { "", "b=TIAS:64500\r\nb=AS:80\r\n", "- max=64" },
    { "", "b=AS:80\r\nb=TIAS:100\r\n", "- max=1" },
    { "", "b=AS:0\r\nb=AS:-1\r\nb=AS:99999999999999\r\nb=CT:5\r\nb=\r\n", "-" },
    { "", "a=maxptime:60\r\na=maxptime:x\r\n", "- maxptime=60" },
    { "", "a=bundle-only\r\n", "- bundle-only" },
    { "", "a=rtcp-fb:8 nack pli\r\n", "- fb=1" },
    { "", "a=rtcp-fb:* ccm fir\r\na=rtcp-fb:* nack  pli x\r\n", "- fb=3" },
    { "", "a=rtcp-fb:9 nack pli\r\na=rtcp-fb:8 ccm\r\na=rtcp-fb:8 nack sli\r\na=rtcp-fb:300 nack pli\r\na=rtcp-fb:300 nack\r\n"
          "a=rtcp-fb:\r\na=rtcp-fb\r\na=rtcp-fb:8\r\n", "-" },
    { "", "a=rtcp-fb:8 nack\r\n", "- fb=4" },
    { "", "a=rtcp-fb:* nack pli\r\na=rtcp-fb:8  nack\r\n", "- fb=5" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strconcat (HEAD, cases[i].session, AUDIO, cases[i].lines, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxSdp) sdp = parse (text, &error);
      g_autofree char *printed = NULL;

      note (text);
      g_assert_no_error (error);
      printed = print_more (sdp->media->pdata[0]);
      g_assert_cmpstr (printed, ==, cases[i].expected);
    }
}

static void
test_profiles (void)
{
  static const struct
  {
    const char *protocol;
    CusaxSdpProfile profile;
  } cases[] = {
    { "RTP/AVP", CUSAX_SDP_RTP },
    { "rtp/avpf", CUSAX_SDP_RTP },
    { "RTP/SAVP", CUSAX_SDP_SRTP },
    { "RTP/SAVPF", CUSAX_SDP_SRTP },
    { "UDP/TLS/RTP/SAVP", CUSAX_SDP_DTLS },
    { "UDP/TLS/RTP/SAVPF", CUSAX_SDP_DTLS },
    { "TCP/TLS/RTP/SAVPF", CUSAX_SDP_OTHER },
    { "UDP/DTLS/SCTP", CUSAX_SDP_OTHER },
    { "udptl", CUSAX_SDP_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf (HEAD "m=audio 4000 %s 8\r\n", cases[i].protocol);
      g_autoptr (CusaxSdp) sdp = parse (text, NULL);
      const CusaxSdpMedia *media = sdp->media->pdata[0];

      g_assert_cmpint (media->profile, ==, cases[i].profile);
      g_assert_cmpstr (media->protocol, ==, cases[i].protocol);
      g_assert_cmpuint (media->codecs->len, ==, cases[i].profile != CUSAX_SDP_OTHER ? 1 : 0);
    }
}

static void
test_groups (void)
{
  g_autoptr (CusaxSdp) sdp
      = parse (HEAD "a=group:LS x y\r\na=group:BUNDLE a  b\r\na=group:bundle\r\na=group\r\na=group:BUNDLE c\r\n"
                    "a=group:BUNDLE d\r\na=group:BUNDLE e\r\n" AUDIO "a=mid:a\r\na=group:BUNDLE f\r\n" AUDIO "a=mid:b\r\n" AUDIO
                    "a=mid:b\r\n",
               NULL);
  g_autofree char *first = g_strjoinv ("+", sdp->groups->pdata[0]);

  g_assert_cmpuint (sdp->groups->len, ==, CUSAX_SDP_MAX_GROUPS);
  g_assert_cmpstr (first, ==, "a+b");
  g_assert_cmpint (cusax_sdp_find_mid (sdp, "a"), ==, 0);
  g_assert_cmpint (cusax_sdp_find_mid (sdp, "b"), ==, -1); /* twice */
  g_assert_cmpint (cusax_sdp_find_mid (sdp, "x"), ==, -1);
}

static void
test_refused (void)
{
  static const char *const cases[] = {
    "",
    "\r\n",
    "garbage",
    "<?xml version='1.0'?>",
    "v=0",
    "v=0\r\n",
    "v=1\r\no=- 1 1 IN IP4 192.0.2.1\r\n",
    "o=- 1 1 IN IP4 192.0.2.1\r\nv=0\r\n",
    "v=0\r\no=\r\n" AUDIO,
    "v=0\r\no=- x 1 IN IP4 192.0.2.1\r\n" AUDIO,
    "v=0\r\no=- 1 1 IN\r\n" AUDIO,
    HEAD "v\r\n",
    HEAD "c",
    HEAD "c=IN\r\n" AUDIO,
    HEAD "c=IN IP4\r\n" AUDIO,
    HEAD "c=IN IPX 1.2.3.4\r\n" AUDIO,
    HEAD AUDIO "v=0\r\n",
    HEAD AUDIO "o=- 2 2 IN IP4 192.0.2.1\r\n",
    HEAD "M=audio 4000 RTP/AVP 8\r\n",
    HEAD " m=audio 4000 RTP/AVP 8\r\n",
    HEAD "m=\r\n",
    HEAD "m=audio\r\n",
    HEAD "m=audio 4000\r\n",
    HEAD "m=audio 4000 RTP/AVP\r\n",
    HEAD "m=audio -1 RTP/AVP 8\r\n",
    HEAD "m=audio 65536 RTP/AVP 8\r\n",
    HEAD "m=audio 99999999999999999999 RTP/AVP 8\r\n",
    HEAD "m=audio 0x10 RTP/AVP 8\r\n",
    HEAD "m=audio 4000 RTP/AVP 128\r\n",
    HEAD "m=audio 4000 RTP/AVP -8\r\n",
    HEAD "m=audio 4000 RTP/AVP 99999999999999999999\r\n",
    HEAD "m=audio 4000 RTP/AVP PCMA\r\n",
    HEAD "m=audio 4000 RTP/AVP 8 (\r\n",
    HEAD "m=au(dio 4000 RTP/AVP 8\r\n",
    HEAD "m=audio 4000 RTP\\AVP 8\r\n",
    HEAD "m=image 4000 udptl (\r\n", /* Sofia's parser alone never comes back from this one */
    HEAD "m=image 4000 udptl t38 /\r\n",
    HEAD "a=x\x01\r\n",
    HEAD "a=\x1b[2J\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      note (cases[i]);
      g_assert_null (parse (cases[i], &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
    }
}

static void
test_nul (void)
{
  static const char text[] = HEAD "a=x\0y\r\n" AUDIO;

  g_assert_null (cusax_sdp_parse (text, sizeof text - 1, NULL));
  g_assert_null (cusax_sdp_parse ("\0", 1, NULL));
}

/* Not terminated: the bytes behind the end are not looked at. */
static void
test_length (void)
{
  g_autofree char *exact = g_memdup2 (HEAD AUDIO, strlen (HEAD AUDIO));
  g_autoptr (CusaxSdp) sdp = cusax_sdp_parse (exact, strlen (HEAD AUDIO), NULL);

  g_assert_nonnull (sdp);
}

static char *
repeat (const char *head, const char *what, guint n)
{
  GString *text = g_string_new (head);

  for (guint i = 0; i < n; i++)
    g_string_append (text, what);
  return g_string_free (text, FALSE);
}

static void
test_many (void)
{
  g_autofree char *too_long = repeat (HEAD, "a=x\r\n", 20000);
  g_autofree char *too_many_streams = repeat (HEAD, AUDIO, 3000);
  g_autofree char *streams = repeat (HEAD, AUDIO, CUSAX_SDP_MAX_MEDIA);
  g_autofree char *too_many_formats = repeat (HEAD "m=audio 4000 RTP/AVP", " 8", 5000);
  g_autofree char *formats = repeat (HEAD "m=audio 4000 RTP/AVP", " 8", CUSAX_SDP_MAX_FORMATS);
  g_autofree char *maps = repeat (HEAD AUDIO, "a=rtpmap:8 PCMA/8000\r\n", 2900);
  g_autofree char *cryptos = repeat (HEAD AUDIO, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "\r\n", 700);
  g_autofree char *line = repeat (HEAD "a=", "x", 60000);
  g_autofree char *empty_lines = repeat ("", "\r\n", 30000);
  g_autofree char *words = repeat (HEAD "m=", " ", 60000);
  g_autoptr (CusaxSdp) many = parse (streams, NULL);
  g_autoptr (CusaxSdp) many_formats = parse (formats, NULL);
  g_autoptr (CusaxSdp) many_maps = parse (maps, NULL);
  g_autoptr (CusaxSdp) many_cryptos = parse (cryptos, NULL);
  g_autoptr (CusaxSdp) long_line = parse (line, NULL);

  g_assert_null (parse (too_long, NULL));
  g_assert_null (parse (too_many_streams, NULL));
  g_assert_null (parse (too_many_formats, NULL));
  g_assert_null (parse (empty_lines, NULL));
  g_assert_null (parse (words, NULL));
  g_assert_cmpuint (many->media->len, ==, CUSAX_SDP_MAX_MEDIA);
  g_assert_cmpuint (((CusaxSdpMedia *) many_formats->media->pdata[0])->codecs->len, ==, 1);
  g_assert_nonnull (many_maps);
  g_assert_cmpuint (((CusaxSdpMedia *) many_cryptos->media->pdata[0])->n_crypto, ==, CUSAX_SDP_MAX_CRYPTO);
  g_assert_nonnull (long_line);
}

/* A good text with a few bytes changed or cut away: any answer, but an answer. */
static void
test_damaged (void)
{
  static const char good[]
      = HEAD "m=audio 4000 RTP/SAVP 96 8 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 a=b\r\n"
             "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "|2^20\r\na=rtcp:4001\r\n"
             "a=sendonly\r\nm=image 4002 udptl t38\r\nc=IN IP6 ::1\r\n";
  static const char alphabet[] = "0129=:/ \r\n\t()amvcoxINP.|-\xff\0";

  for (guint i = 0; i < 20000; i++)
    {
      char text[sizeof good];
      gsize length = sizeof good - 1;
      g_autoptr (CusaxSdp) sdp = NULL;
      g_autoptr (GError) error = NULL;

      memcpy (text, good, sizeof good);
      for (gint j = g_test_rand_int_range (0, 5); j > 0; j--)
        text[g_test_rand_int_range (0, (gint) length)] = alphabet[g_test_rand_int_range (0, sizeof alphabet)];
      if (i % 3 == 0)
        length = (gsize) g_test_rand_int_range (0, (gint) length);
      sdp = cusax_sdp_parse (text, length, &error);
      g_assert_true ((sdp == NULL) == (error != NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp/accepted", test_accepted);
  g_test_add_func ("/sdp/no-media", test_no_media);
  g_test_add_func ("/sdp/crypto", test_crypto);
  g_test_add_func ("/sdp/crypto-key", test_crypto_key);
  g_test_add_func ("/sdp/more", test_more);
  g_test_add_func ("/sdp/profiles", test_profiles);
  g_test_add_func ("/sdp/groups", test_groups);
  g_test_add_func ("/sdp/refused", test_refused);
  g_test_add_func ("/sdp/nul", test_nul);
  g_test_add_func ("/sdp/length", test_length);
  g_test_add_func ("/sdp/many", test_many);
  g_test_add_func ("/sdp/damaged", test_damaged);
  return g_test_run ();
}
