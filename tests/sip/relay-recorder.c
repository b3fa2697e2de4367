/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See relay-recorder.h. */
#include "relay-recorder.h"

#define DEADLINE_MS 8000

static void
copy_text (char **to, const char *from)
{
  g_free (*to);
  *to = g_strdup (from);
}

static void
set_error (Recorder *recorder, const GError *error)
{
  g_assert_nonnull (error);
  g_clear_error (&recorder->error);
  recorder->error = g_error_copy (error);
}

static void
on_ready (gpointer data, const CusaxRelayInfo *info)
{
  Recorder *recorder = data;

  recorder->ready++;
  recorder->transport = info->transport;
  recorder->inner_port = info->inner_port;
  recorder->local_port = info->local_port;
  recorder->nua_port = info->nua_port;
  copy_text (&recorder->local_address, info->local_address);
  copy_text (&recorder->certificate_dir, info->certificate_dir);
  recorder->tls_version = info->tls_version;
  recorder->trust = info->trust;
}

static void
on_failed (gpointer data, const GError *error, const CusaxCertificate *certificate)
{
  static const CusaxCertificate none = { 0 };
  Recorder *recorder = data;

  recorder->failed++;
  set_error (recorder, error);
  recorder->has_certificate = certificate != NULL;
  if (certificate == NULL)
    certificate = &none;
  else
    g_assert_true (g_str_has_prefix (certificate->pem, "-----BEGIN CERTIFICATE"));
  recorder->faults = certificate->faults;
  recorder->port = certificate->port;
  recorder->not_before = certificate->not_before;
  recorder->not_after = certificate->not_after;
  copy_text (&recorder->fingerprint, certificate->fingerprint);
  copy_text (&recorder->pinned, certificate->pinned);
  copy_text (&recorder->subject, certificate->subject);
  copy_text (&recorder->issuer, certificate->issuer);
  copy_text (&recorder->host, certificate->host);
}

static void
on_closed (gpointer data, const GError *error)
{
  Recorder *recorder = data;

  recorder->closed++;
  set_error (recorder, error);
  if (recorder->on_closed != NULL)
    recorder->on_closed (recorder, recorder->on_closed_data);
}

static void
on_trace (gpointer data, gboolean outgoing, const char *bytes, gsize length)
{
  Recorder *recorder = data;

  g_string_append_len (outgoing ? recorder->outgoing : recorder->incoming, bytes, (gssize) length);
}

static const CusaxRelayListener listener = { on_ready, on_failed, on_closed, on_trace };

Recorder *
recorder_new (CusaxTrust *trust)
{
  Recorder *recorder = g_new0 (Recorder, 1);

  recorder->relay = cusax_relay_new (trust, &listener, recorder);
  recorder->outgoing = g_string_new (NULL);
  recorder->incoming = g_string_new (NULL);
  return recorder;
}

void
recorder_free (Recorder *recorder)
{
  cusax_relay_unref (recorder->relay);
  g_clear_error (&recorder->error);
  g_free (recorder->local_address);
  g_free (recorder->certificate_dir);
  g_free (recorder->fingerprint);
  g_free (recorder->pinned);
  g_free (recorder->subject);
  g_free (recorder->issuer);
  g_free (recorder->host);
  g_string_free (recorder->outgoing, TRUE);
  g_string_free (recorder->incoming, TRUE);
  g_free (recorder);
}

gboolean
recorder_connect (Recorder *recorder, CusaxTransportKind transport, guint16 port, const char *verify_name,
                  const char *other_name)
{
  return recorder_connect_to (recorder, transport, "127.0.0.1", port, verify_name, other_name);
}

gboolean
recorder_connect_to (Recorder *recorder, CusaxTransportKind transport, const char *address, guint16 port,
                     const char *verify_name, const char *other_name)
{
  g_autoptr (CusaxTarget) target = cusax_target_new (transport, "sip.example.test", address, port);
  guint ready = recorder->ready, failed = recorder->failed;

  cusax_relay_connect (recorder->relay, target, verify_name, other_name);
  g_assert_cmpuint (recorder->ready + recorder->failed, ==, ready + failed); /* never from inside the call */
  wait_until (recorder->ready > ready || recorder->failed > failed);
  g_assert_cmpuint (recorder->ready + recorder->failed, ==, ready + failed + 1);
  g_assert_cmpint (cusax_relay_is_ready (recorder->relay), ==, recorder->ready > ready);
  return recorder->ready > ready;
}

static gboolean
on_deadline (gpointer what)
{
  g_error ("nothing came of %s", (const char *) what);
  return G_SOURCE_REMOVE;
}

guint
begin_deadline (const char *what)
{
  return g_timeout_add (DEADLINE_MS, on_deadline, (gpointer) what);
}

static gboolean
on_elapsed (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

void
run_for (guint ms)
{
  gboolean elapsed = FALSE;

  g_timeout_add (ms, on_elapsed, &elapsed);
  while (!elapsed)
    g_main_context_iteration (NULL, TRUE);
}

guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}
