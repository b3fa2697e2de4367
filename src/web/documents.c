/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See documents.h. A job without a given address asks WebFinger and NAPTR at once, so that a domain without a web server
 * costs the time of one of them; WebFinger's answer goes before, because it is signed. Who may see the password and who
 * may name an address is in webfinger.h.
 */
#include "documents.h"

#include "error.h"
#include "https.h"
#include "naptr.h"
#include "webfinger.h"

#include <string.h>

#define ANSWER_MS 9500
#define MAX_DOCUMENT CUSAX_PROVISION_MAX_BYTES

typedef struct
{
  CusaxDocumentPort port; /* first */
  GHashTable *jobs;       /* id -> Job */
  guint last_id;
} Documents;

/* Job: held by the table until it is answered, and by each question under way. */
typedef struct
{
  Documents *documents; /* NULL: answered or given up */
  guint id;
  char *jid, *domain;
  char *password; /* (nullable) */
  CusaxDocumentDone done;
  gpointer user_data;
  GCancellable *cancellable;
  guint deadline;
  char *url; /* (nullable): where the document is said to be */
  gboolean is_given;

  gboolean has_finger, has_naptr; /* answered */
  GError *finger_error, *naptr_error;
  char *naptr_url;
} Job;

static void
job_clear (gpointer data)
{
  Job *job = data;

  if (job->password != NULL)
    explicit_bzero (job->password, strlen (job->password));
  g_free (job->jid);
  g_free (job->domain);
  g_free (job->password);
  g_free (job->url);
  g_free (job->naptr_url);
  g_object_unref (job->cancellable);
  g_clear_error (&job->finger_error);
  g_clear_error (&job->naptr_error);
}

static void
job_unref (gpointer data)
{
  g_rc_box_release_full (data, job_clear);
}

/* What is under way comes back cancelled, and finds nobody. */
static void
job_give_up (gpointer data)
{
  Job *job = data;

  job->documents = NULL;
  g_clear_handle_id (&job->deadline, g_source_remove);
  g_cancellable_cancel (job->cancellable);
  job_unref (job);
}

/* The last thing that happens to a job. @text (nullable), @error (nullable): owned by the caller, as all of it is */
static void
answer (Job *job, GBytes *text, const char *url, const GError *error)
{
  CusaxDocumentDone done = job->done;
  gpointer user_data = job->user_data;
  g_autofree char *asked = g_strdup (url != NULL ? url : job->url);
  gsize length = 0;
  const char *bytes = text != NULL ? g_bytes_get_data (text, &length) : NULL;

  g_hash_table_remove (job->documents->jobs, GUINT_TO_POINTER (job->id));
  /* An empty document is one, and a bad one. */
  done (user_data, text != NULL && bytes == NULL ? "" : bytes, length, asked, error);
}

static gboolean
on_deadline (gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_TIMEOUT, "no answer in time");

  job->deadline = 0;
  answer (job, NULL, NULL, error);
  return G_SOURCE_REMOVE;
}

/* --------------------------------------------------------------- the document */

static void
on_document (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  g_autofree char *url = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = cusax_https_get_finish (result, &url, &error);

  if (job->documents != NULL)
    {
      /* The provider's link may be one for everybody, with documents for some. An address that a person typed is right
       * or wrong. */
      if (!job->is_given && g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_REFUSED))
        g_clear_error (&error);
      answer (job, text, url, error);
    }
  job_unref (job);
}

static void
fetch_document (Job *job, const char *url)
{
  gboolean may_know = cusax_webfinger_is_in_domain (url, job->domain);
  CusaxHttpsRequest request = {
    .url = url,
    .accept = "application/json",
    .user = may_know ? job->jid : NULL,
    .password = may_know ? job->password : NULL,
    .max_bytes = MAX_DOCUMENT,
  };

  g_free (job->url);
  job->url = g_strdup (url);
  cusax_https_get_async (&request, job->cancellable, on_document, g_rc_box_acquire (job));
}

/* ------------------------------------------------------------------ discovery */

/* What WebFinger's silence means. A domain without a web server, or with one that knows nothing of this, has no document;
 * that a name is not there is only known while DNS answers. */
static const GError *
judge_silence (const Job *job)
{
  if (job->finger_error == NULL || g_error_matches (job->finger_error, CUSAX_ERROR, CUSAX_ERROR_NO_HOST)
      || g_error_matches (job->finger_error, CUSAX_ERROR, CUSAX_ERROR_REFUSED)
      || g_error_matches (job->finger_error, CUSAX_ERROR, CUSAX_ERROR_CREDENTIALS))
    return job->naptr_error;
  return job->finger_error;
}

static void
go_on (Job *job)
{
  if (!job->has_finger || !job->has_naptr)
    return;
  if (job->naptr_url == NULL)
    {
      g_autoptr (GError) error = judge_silence (job) != NULL ? g_error_copy (judge_silence (job)) : NULL;
      answer (job, NULL, NULL, error);
      return;
    }
  g_autofree char *url = g_steal_pointer (&job->naptr_url);
  fetch_document (job, url);
}

static void
on_finger (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = cusax_https_get_finish (result, NULL, &error);
  gsize length = 0;
  const char *bytes = text != NULL ? g_bytes_get_data (text, &length) : NULL;

  if (job->documents != NULL)
    {
      g_autofree char *url = bytes != NULL ? cusax_webfinger_read (bytes, length, &error) : NULL;
      job->finger_error = g_steal_pointer (&error);
      if (url != NULL)
        fetch_document (job, url);
      else
        {
          job->has_finger = TRUE;
          go_on (job);
        }
    }
  job_unref (job);
}

static void
on_naptr (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = cusax_naptr_lookup_finish (result, &error);

  if (job->documents != NULL)
    {
      job->has_naptr = TRUE;
      job->naptr_error = g_steal_pointer (&error);
      job->naptr_url = records != NULL ? cusax_webfinger_read_naptr (records, job->domain) : NULL;
      go_on (job);
    }
  job_unref (job);
}

static void
discover (Job *job)
{
  g_autofree char *url = cusax_webfinger_build_url (job->jid);
  CusaxHttpsRequest request = {
    .url = url,
    .accept = "application/jrd+json, application/json",
    .max_bytes = CUSAX_WEBFINGER_MAX_BYTES,
  };

  cusax_https_get_async (&request, job->cancellable, on_finger, g_rc_box_acquire (job));
  cusax_naptr_lookup_async (job->domain, NULL, job->cancellable, on_naptr, g_rc_box_acquire (job));
}

/* ------------------------------------------------------------------- the port */

/* The domain is an address, or none: there is nothing to discover. */
static gboolean
on_no_domain (gpointer data)
{
  Job *job = data;

  job->deadline = 0;
  answer (job, NULL, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static guint
port_fetch (CusaxDocumentPort *port, const CusaxDocumentQuery *query, CusaxDocumentDone done, gpointer user_data)
{
  Documents *documents = (Documents *) port;
  Job *job = g_rc_box_new0 (Job);
  guint id = job->id = ++documents->last_id != 0 ? documents->last_id : ++documents->last_id;
  g_autofree char *domain = cusax_webfinger_dup_domain (query->jid);

  job->documents = documents;
  job->jid = g_strdup (query->jid);
  job->domain = g_strdup (domain != NULL ? domain : "");
  job->password = g_strdup (query->password);
  job->done = done;
  job->user_data = user_data;
  job->cancellable = g_cancellable_new ();
  job->is_given = query->url != NULL;
  g_hash_table_insert (documents->jobs, GUINT_TO_POINTER (id), job);
  if (job->is_given || domain != NULL)
    job->deadline = g_timeout_add (ANSWER_MS, on_deadline, job);
  else
    job->deadline = g_idle_add (on_no_domain, job);
  if (job->is_given)
    fetch_document (job, query->url);
  else if (domain != NULL)
    discover (job);
  return id;
}

static void
port_cancel (CusaxDocumentPort *port, guint id)
{
  g_hash_table_remove (((Documents *) port)->jobs, GUINT_TO_POINTER (id));
}

static const CusaxDocumentPortVtable vtable = { .fetch = port_fetch, .cancel = port_cancel };

CusaxDocumentPort *
cusax_documents_new (void)
{
  Documents *documents = g_new0 (Documents, 1);

  cusax_https_init ();
  documents->port.vtable = &vtable;
  documents->jobs = g_hash_table_new_full (NULL, NULL, NULL, job_give_up);
  return &documents->port;
}

void
cusax_documents_free (CusaxDocumentPort *port)
{
  Documents *documents = (Documents *) port;

  if (documents == NULL)
    return;
  g_hash_table_unref (documents->jobs);
  g_free (documents);
  cusax_https_shutdown ();
}
