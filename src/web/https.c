/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See https.h. One libcurl handle per request, made and ended in the request's thread; threads share nothing but counts. */
#include "https-private.h"

#include "error.h"
#include "weburl.h"

#include <curl/curl.h>
#include <string.h>

#define CONNECT_MS 4000

/* libcurl is process-wide, and so is this: how many want it, and how many threads run. */
static GMutex lock;
static guint n_users;
static gint n_running;
/* See https-private.h. */
static char *world_ca_file;
static char *world_connect_to;

/* Exchange: the task's data; the thread's alone while it runs. */
typedef struct
{
  char *url, *accept;
  char *user, *password; /* (nullable) */
  gsize max_bytes;
  GCancellable *cancellable; /* (nullable) */
  GByteArray *body;
  gboolean is_too_large;
  char words[CURL_ERROR_SIZE]; /* libcurl's */
} Exchange;

typedef struct
{
  GBytes *body;
  char *final_url;
} Answer;

static void
exchange_free (gpointer data)
{
  Exchange *exchange = data;

  if (exchange->password != NULL)
    explicit_bzero (exchange->password, strlen (exchange->password));
  g_free (exchange->url);
  g_free (exchange->accept);
  g_free (exchange->user);
  g_free (exchange->password);
  g_clear_object (&exchange->cancellable);
  g_byte_array_unref (exchange->body);
  g_free (exchange);
}

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_bytes_unref (answer->body);
  g_free (answer->final_url);
  g_free (answer);
}

/* ------------------------------------------------------------ load, unload */

void
cusax_https_init (void)
{
  g_mutex_lock (&lock);
  if (n_users++ == 0)
    curl_global_init (CURL_GLOBAL_DEFAULT);
  g_mutex_unlock (&lock);
}

void
cusax_https_shutdown (void)
{
  g_mutex_lock (&lock);
  if (--n_users == 0)
    curl_global_cleanup ();
  g_mutex_unlock (&lock);
}

gboolean
cusax_https_is_idle (void)
{
  return g_atomic_int_get (&n_running) == 0;
}

void
cusax_https_set_world (const char *ca_file, const char *connect_to)
{
  g_free (world_ca_file);
  g_free (world_connect_to);
  world_ca_file = g_strdup (ca_file);
  world_connect_to = g_strdup (connect_to);
}

/* ----------------------------------------------------------------- libcurl */

static size_t
on_body (char *data, size_t size, size_t count, void *user_data)
{
  Exchange *exchange = user_data;
  gsize length = size * count;

  if (length > exchange->max_bytes - exchange->body->len)
    {
      exchange->is_too_large = TRUE;
      return 0;
    }
  g_byte_array_append (exchange->body, (const guint8 *) data, (guint) length);
  return length;
}

static int
on_progress (void *user_data, curl_off_t to_load, curl_off_t loaded, curl_off_t to_send, curl_off_t sent)
{
  return g_cancellable_is_cancelled (((Exchange *) user_data)->cancellable) ? 1 : 0;
}

/* All of this decides whom we speak with: nothing of it is a setting. */
static void
set_security (CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt (curl, CURLOPT_REDIR_PROTOCOLS_STR, "https");
#else
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS, (long) CURLPROTO_HTTPS);
  curl_easy_setopt (curl, CURLOPT_REDIR_PROTOCOLS, (long) CURLPROTO_HTTPS);
#endif
  curl_easy_setopt (curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt (curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt (curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt (curl, CURLOPT_MAXREDIRS, (long) CUSAX_HTTPS_MAX_REDIRECTS);
  curl_easy_setopt (curl, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
  /* The environment's proxy would get our questions, and with some settings its own password. */
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
}

/* Two methods together make libcurl ask without credentials first and take the better one of the challenge's. Redirects
 * to another host, port or protocol get none, unless CURLOPT_UNRESTRICTED_AUTH said so. */
static void
set_credentials (CURL *curl, const Exchange *exchange)
{
  if (exchange->user == NULL || exchange->password == NULL)
    return;
  curl_easy_setopt (curl, CURLOPT_HTTPAUTH, (long) (CURLAUTH_BASIC | CURLAUTH_DIGEST));
  curl_easy_setopt (curl, CURLOPT_USERNAME, exchange->user);
  curl_easy_setopt (curl, CURLOPT_PASSWORD, exchange->password);
}

static void
set_request (CURL *curl, Exchange *exchange, struct curl_slist *headers, struct curl_slist *connect_to)
{
  curl_easy_setopt (curl, CURLOPT_URL, exchange->url);
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (curl, CURLOPT_USERAGENT, "purple-cusax/" CUSAX_VERSION);
  curl_easy_setopt (curl, CURLOPT_ERRORBUFFER, exchange->words);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, exchange);
  curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt (curl, CURLOPT_XFERINFODATA, exchange);
  /* Signals belong to the program, and this is a thread. */
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT_MS, (long) CONNECT_MS);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT_MS, (long) CUSAX_HTTPS_TIMEOUT_MS);
  if (world_ca_file != NULL)
    {
      curl_easy_setopt (curl, CURLOPT_CAINFO, world_ca_file);
      curl_easy_setopt (curl, CURLOPT_CAPATH, NULL);
    }
  if (connect_to != NULL)
    curl_easy_setopt (curl, CURLOPT_CONNECT_TO, connect_to);
}

/* ------------------------------------------------------------------ errors */

static CusaxErrorCode
code_of (CURLcode result)
{
  switch ((int) result)
    {
    case CURLE_COULDNT_RESOLVE_HOST:
      return CUSAX_ERROR_NO_HOST;
    case CURLE_OPERATION_TIMEDOUT:
      return CUSAX_ERROR_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return CUSAX_ERROR_CERTIFICATE;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_LOGIN_DENIED:
      return CUSAX_ERROR_INVALID;
    default:
      return CUSAX_ERROR_UNREACHABLE;
    }
}

static CusaxErrorCode
code_of_status (long status)
{
  switch (status)
    {
    case 401:
      return CUSAX_ERROR_CREDENTIALS;
    case 403:
    case 404:
    case 410:
      return CUSAX_ERROR_REFUSED;
    default:
      return CUSAX_ERROR_UNAVAILABLE;
    }
}

/* Returns: (transfer full): NULL with an error */
static Answer *
read_answer (CURL *curl, Exchange *exchange, CURLcode result, GError **error)
{
  const char *final_url = NULL;
  long status = 0;

  if (g_cancellable_set_error_if_cancelled (exchange->cancellable, error))
    return NULL;
  if (exchange->is_too_large)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "larger than %" G_GSIZE_FORMAT " bytes", exchange->max_bytes);
      return NULL;
    }
  if (result != CURLE_OK)
    {
      g_set_error_literal (error, CUSAX_ERROR, code_of (result),
                           *exchange->words != '\0' ? exchange->words : curl_easy_strerror (result));
      return NULL;
    }
  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200)
    {
      g_set_error (error, CUSAX_ERROR, code_of_status (status), "HTTP status %ld", status);
      return NULL;
    }
  curl_easy_getinfo (curl, CURLINFO_EFFECTIVE_URL, &final_url);

  Answer *answer = g_new0 (Answer, 1);
  answer->body = g_bytes_new (exchange->body->data, exchange->body->len);
  answer->final_url = g_strdup (final_url);
  return answer;
}

/* --------------------------------------------------------------- the thread */

static Answer *
perform (Exchange *exchange, GError **error)
{
  g_autofree char *accept = g_strconcat ("Accept: ", exchange->accept, NULL);
  struct curl_slist *headers = curl_slist_append (NULL, accept);
  struct curl_slist *connect_to = world_connect_to != NULL ? curl_slist_append (NULL, world_connect_to) : NULL;
  CURL *curl = curl_easy_init ();
  Answer *answer = NULL;

  if (curl != NULL)
    {
      set_security (curl);
      set_credentials (curl, exchange);
      set_request (curl, exchange, headers, connect_to);
      answer = read_answer (curl, exchange, curl_easy_perform (curl), error);
      curl_easy_cleanup (curl);
    }
  else
    g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "libcurl does not start");
  curl_slist_free_all (headers);
  curl_slist_free_all (connect_to);
  return answer;
}

static void
run (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  Answer *answer = perform (data, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, answer_free);
  else
    g_task_return_error (task, error);
  cusax_https_shutdown ();
  g_atomic_int_add (&n_running, -1);
}

void
cusax_https_get_async (const CusaxHttpsRequest *request, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GUri) uri = cusax_weburl_parse (request->url);
  Exchange *exchange = g_new0 (Exchange, 1);

  g_task_set_source_tag (task, cusax_https_get_async);
  g_task_set_task_data (task, exchange, exchange_free);
  exchange->url = g_strdup (request->url);
  exchange->accept = g_strdup (request->accept != NULL ? request->accept : "*/*");
  exchange->user = g_strdup (request->user);
  exchange->password = g_strdup (request->password);
  exchange->max_bytes = request->max_bytes;
  exchange->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  exchange->body = g_byte_array_new ();
  /* libcurl guesses: "example.org" would be http:, "https:/x" a host. */
  if (uri == NULL)
    {
      g_task_return_new_error (task, CUSAX_ERROR, CUSAX_ERROR_INVALID, "not an https address");
      return;
    }
  g_task_set_return_on_cancel (task, TRUE);
  cusax_https_init (); /* until the thread ends, however long that takes */
  g_atomic_int_inc (&n_running);
  g_task_run_in_thread (task, run);
}

GBytes *
cusax_https_get_finish (GAsyncResult *result, char **final_url, GError **error)
{
  Answer *answer = g_task_propagate_pointer (G_TASK (result), error);
  GBytes *body;

  if (final_url != NULL)
    *final_url = NULL;
  if (answer == NULL)
    return NULL;
  body = g_bytes_ref (answer->body);
  if (final_url != NULL)
    *final_url = g_steal_pointer (&answer->final_url);
  answer_free (answer);
  return body;
}
