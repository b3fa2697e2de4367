/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See peercert.h. */
#include "peercert.h"

#include <string.h>

struct _CusaxPeercert
{
  CusaxCertificate facts; /* its strings are those below */
  char *host, *fingerprint, *pinned, *subject, *issuer, *pem;
};

static const struct
{
  GTlsCertificateFlags flag;
  CusaxCertificateFaults fault;
  const char *words;
} faults[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, CUSAX_CERTIFICATE_UNKNOWN_CA, "it is signed by nobody known here" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, CUSAX_CERTIFICATE_WRONG_NAME, "it is not for " },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, CUSAX_CERTIFICATE_NOT_YET, "it is not valid yet" },
  { G_TLS_CERTIFICATE_EXPIRED, CUSAX_CERTIFICATE_EXPIRED, "it has expired" },
  { G_TLS_CERTIFICATE_REVOKED, CUSAX_CERTIFICATE_REVOKED, "it has been revoked" },
  { G_TLS_CERTIFICATE_INSECURE, CUSAX_CERTIFICATE_INSECURE, "it is signed in an insecure way" },
};

static CusaxCertificateFaults
convert_flags (GTlsCertificateFlags flags)
{
  CusaxCertificateFaults found = 0;

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    if (flags & faults[i].flag)
      found |= faults[i].fault;
  return found != 0 ? found : CUSAX_CERTIFICATE_OTHER;
}

static char *
make_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  GString *text = g_string_new (NULL);
  guint8 digest[32];
  gsize length = sizeof digest;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der != NULL)
    g_checksum_update (checksum, der->data, der->len);
  g_checksum_get_digest (checksum, digest, &length);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, i > 0 ? ":%02X" : "%02X", digest[i]);
  return g_string_free (text, FALSE);
}

static gint64
get_time (GTlsCertificate *certificate, const char *property)
{
  g_autoptr (GDateTime) time = NULL;

  g_object_get (certificate, property, &time, NULL);
  return time != NULL ? g_date_time_to_unix (time) : 0;
}

static void
lend_strings (CusaxPeercert *peercert)
{
  CusaxCertificate *facts = &peercert->facts;

  facts->host = peercert->host;
  facts->fingerprint = peercert->fingerprint;
  facts->pinned = peercert->pinned;
  facts->subject = peercert->subject;
  facts->issuer = peercert->issuer;
  facts->pem = peercert->pem;
}

CusaxPeercert *
cusax_peercert_new (GTlsCertificate *certificate, GTlsCertificateFlags flags, const char *host, guint16 port,
                    CusaxTrust *trust)
{
  CusaxPeercert *peercert = g_new0 (CusaxPeercert, 1);
  CusaxCertificate *facts = &peercert->facts;

  g_object_get (certificate, "subject-name", &peercert->subject, "issuer-name", &peercert->issuer,
                "certificate-pem", &peercert->pem, NULL);
  peercert->host = g_strdup (host);
  peercert->fingerprint = make_fingerprint (certificate);
  if (trust != NULL && trust->dup_pin != NULL)
    peercert->pinned = trust->dup_pin (trust, host, port);

  facts->port = port;
  facts->faults = convert_flags (flags);
  facts->not_before = get_time (certificate, "not-valid-before");
  facts->not_after = get_time (certificate, "not-valid-after");
  lend_strings (peercert);
  return peercert;
}

CusaxPeercert *
cusax_peercert_copy (const CusaxCertificate *certificate)
{
  CusaxPeercert *peercert = g_new0 (CusaxPeercert, 1);

  peercert->host = g_strdup (certificate->host);
  peercert->fingerprint = g_strdup (certificate->fingerprint);
  peercert->pinned = g_strdup (certificate->pinned);
  peercert->subject = g_strdup (certificate->subject);
  peercert->issuer = g_strdup (certificate->issuer);
  peercert->pem = g_strdup (certificate->pem);
  peercert->facts = *certificate;
  lend_strings (peercert);
  return peercert;
}

void
cusax_peercert_free (CusaxPeercert *peercert)
{
  if (peercert == NULL)
    return;
  g_free (peercert->host);
  g_free (peercert->fingerprint);
  g_free (peercert->pinned);
  g_free (peercert->subject);
  g_free (peercert->issuer);
  g_free (peercert->pem);
  g_free (peercert);
}

const CusaxCertificate *
cusax_peercert_get (const CusaxPeercert *peercert)
{
  return &peercert->facts;
}

char *
cusax_peercert_describe (const CusaxCertificate *certificate)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    if (certificate->faults & faults[i].fault)
      g_string_append_printf (text, "%s%s%s", text->len > 0 ? "; " : "", faults[i].words,
                              faults[i].fault == CUSAX_CERTIFICATE_WRONG_NAME ? certificate->host : "");
  if (text->len == 0)
    g_string_append (text, "it cannot be checked");
  if (certificate->pinned != NULL)
    g_string_append (text, "; it is not the one that was accepted before");
  return g_string_free (text, FALSE);
}

const char *
cusax_peercert_get_tls_version (GTlsConnection *connection)
{
  switch (g_tls_connection_get_protocol_version (connection))
    {
    case G_TLS_PROTOCOL_VERSION_TLS_1_0:
      return "TLS 1.0";
    case G_TLS_PROTOCOL_VERSION_TLS_1_1:
      return "TLS 1.1";
    case G_TLS_PROTOCOL_VERSION_TLS_1_2:
      return "TLS 1.2";
    case G_TLS_PROTOCOL_VERSION_TLS_1_3:
      return "TLS 1.3";
    case G_TLS_PROTOCOL_VERSION_UNKNOWN:
    case G_TLS_PROTOCOL_VERSION_SSL_3_0:
    case G_TLS_PROTOCOL_VERSION_DTLS_1_0:
    case G_TLS_PROTOCOL_VERSION_DTLS_1_2:
      break;
    }
  return NULL;
}
