/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fakephone.h. */
#include "fakephone.h"

#include <glib/gstdio.h>
#include <purple.h>
#include <string.h>

CusaxAccount fake_phone;
CusaxConnection *fake_connection;
PurplePlugin *fake_other_plugin;

static char *user_dir;
static GList *
status_types (PurpleAccount *account)
{
  GList *types = g_list_append (NULL, purple_status_type_new (PURPLE_STATUS_OFFLINE, NULL, NULL, TRUE));

  return g_list_append (types, purple_status_type_new (PURPLE_STATUS_AVAILABLE, NULL, NULL, TRUE));
}

/* Logs are kept in a folder of that name. */
static const char *
list_icon (PurpleAccount *account, PurpleBuddy *buddy)
{
  return "cusax";
}

static PurplePluginProtocolInfo fake_protocol = { .status_types = status_types, .list_icon = list_icon };
static PurplePluginInfo fake_info = { .id = (char *) "prpl-jabber-cusax", .extra_info = &fake_protocol };
static PurplePlugin fake_plugin = { .info = &fake_info };
static PurpleConnection fake_gc = { .prpl = &fake_plugin };

/* ---------------------------------------------------------------- calls */

CusaxCall *
fake_call_new (guint number, CusaxCallState state, const char *who)
{
  CusaxCall *call = g_new0 (CusaxCall, 1);

  call->refs = 1;
  call->number = number;
  call->state = state;
  call->who = who;
  call->trace = g_string_new (NULL);
  call->stats.packets_sent = 50;
  call->stats.bytes_sent = 8600;
  call->stats.round_trip_ms = call->video_stats.round_trip_ms = -1.0;
  return call;
}

/* Whoever tested with the call has let go of it. */
void
fake_call_free (CusaxCall *call)
{
  g_assert_cmpint (call->refs, ==, 1);
  g_clear_pointer (&call->peer, cusax_address_unref);
  if (call->caller != NULL)
    g_clear_pointer (&call->caller->address, cusax_address_unref);
  g_free (call->caller);
  g_string_free (call->trace, TRUE);
  g_free (call);
}

CusaxCall *
cusax_call_ref (CusaxCall *call)
{
  call->refs++;
  return call;
}

void
cusax_call_unref (CusaxCall *call)
{
  g_assert_cmpint (call->refs, >, 1);
  call->refs--;
}

#define GETTER(type, name, field)                                                                                  \
  type cusax_call_##name (const CusaxCall *call)                                                                   \
  {                                                                                                                \
    return call->field;                                                                                            \
  }

GETTER (guint, get_number, number)
GETTER (CusaxCallState, get_state, state)
GETTER (gboolean, is_outgoing, outgoing)
GETTER (CusaxAddress *, get_peer, peer)
GETTER (const char *, get_who, who)
GETTER (const char *, get_display_name, display_name)
GETTER (const CusaxCallerId *, get_caller, caller)
GETTER (CusaxBindingGrade, get_grade, grade)
GETTER (const char *, get_contact, contact)
GETTER (CusaxClass, get_class, class_)
GETTER (gboolean, is_held, held)
GETTER (gboolean, is_remote_held, remote_held)
GETTER (gboolean, is_muted, muted)
GETTER (CusaxCallKeys, get_keys, keys)
GETTER (CusaxDirection, get_video, video)
GETTER (gboolean, is_video_offered, video_offered)
GETTER (gboolean, is_video_wanted, video_wanted)
GETTER (gboolean, is_video_refused, video_refused)
GETTER (const GError *, get_video_error, video_error)
GETTER (const char *, get_video_codec, video_codec)
GETTER (gboolean, is_joined, joined)
GETTER (gboolean, has_early_media, early_media)
GETTER (gboolean, is_automatic, automatic)
GETTER (const char *const *, get_redirects, redirects)
GETTER (CusaxCallEnd, get_end, end)
GETTER (guint, get_end_status, status)
GETTER (const char *, get_end_reason, reason)
GETTER (guint, get_seconds, seconds)
GETTER (guint, get_age, seconds)
GETTER (const char *, get_codec, codec)

gboolean
cusax_call_is_hold_settled (const CusaxCall *call)
{
  return !call->hold_unsettled;
}

gboolean
cusax_call_get_stats (CusaxCall *call, CusaxTransportStats *stats)
{
  *stats = call->stats;
  return call->state == CUSAX_CALL_ACTIVE || (call->state == CUSAX_CALL_ENDED && call->seconds > 0);
}

gboolean
cusax_call_get_video_stats (CusaxCall *call, CusaxTransportStats *stats)
{
  *stats = call->video_stats;
  return call->video_codec != NULL;
}

char *
cusax_call_dup_devices (CusaxCall *call)
{
  return g_strdup (call->devices);
}

void
cusax_call_answer_video (CusaxCall *call)
{
  g_string_append (call->trace, "answer-video ");
}

void
cusax_call_answer (CusaxCall *call)
{
  g_string_append (call->trace, "answer ");
}

void
cusax_call_decline (CusaxCall *call, guint status)
{
  g_string_append_printf (call->trace, "decline(%u) ", status);
}

void
cusax_call_hang_up (CusaxCall *call)
{
  g_string_append (call->trace, "hang-up ");
}

void
cusax_call_set_hold (CusaxCall *call, gboolean held)
{
  g_string_append (call->trace, held ? "hold " : "resume ");
}

void
cusax_call_set_muted (CusaxCall *call, gboolean muted)
{
  g_string_append (call->trace, muted ? "mute " : "unmute ");
}

CusaxTransfer
cusax_call_get_transfer (const CusaxCall *call, guint *status, const char **reason)
{
  if (status != NULL)
    *status = call->transfer_status;
  if (reason != NULL)
    *reason = call->transfer_reason;
  return call->transfer;
}

static gboolean
succeed (const GError *failure, GError **error)
{
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (failure));
  return FALSE;
}

gboolean
cusax_call_set_video (CusaxCall *call, gboolean on, GError **error)
{
  g_string_append (call->trace, on ? "video " : "no-video ");
  return succeed (call->error, error);
}

gboolean
cusax_call_send_digits (CusaxCall *call, const char *digits, GError **error)
{
  g_string_append_printf (call->trace, "digits(%s) ", digits);
  return succeed (call->error, error);
}

gboolean
cusax_call_transfer (CusaxCall *call, CusaxAddress *target, GError **error)
{
  g_string_append_printf (call->trace, "transfer(%s) ", cusax_address_get_uri (target));
  return succeed (call->error, error);
}

gboolean
cusax_call_transfer_to (CusaxCall *call, CusaxCall *other, GError **error)
{
  g_string_append_printf (call->trace, "transfer-to(%u) ", other->number);
  return succeed (call->error, error);
}

/* ------------------------------------------------------------- referral */

CusaxReferral *
fake_referral_new (const char *target, const char *referrer)
{
  CusaxReferral *referral = g_new0 (CusaxReferral, 1);

  referral->refs = 1;
  referral->target = cusax_address_parse_uri (target, NULL);
  referral->referrer = referrer != NULL ? cusax_address_parse_uri (referrer, NULL) : NULL;
  referral->trace = g_string_new (NULL);
  return referral;
}

void
fake_referral_free (CusaxReferral *referral)
{
  g_assert_cmpint (referral->refs, ==, 1);
  g_clear_pointer (&referral->target, cusax_address_unref);
  g_clear_pointer (&referral->referrer, cusax_address_unref);
  g_string_free (referral->trace, TRUE);
  g_free (referral);
}

CusaxReferral *
cusax_referral_ref (CusaxReferral *referral)
{
  referral->refs++;
  return referral;
}

void
cusax_referral_unref (CusaxReferral *referral)
{
  g_assert_cmpint (referral->refs, >, 1);
  referral->refs--;
}

#define REFERRAL_GETTER(type, name, field)                                                                         \
  type cusax_referral_##name (const CusaxReferral *referral)                                                       \
  {                                                                                                                \
    return referral->field;                                                                                        \
  }

REFERRAL_GETTER (CusaxReferralState, get_state, state)
REFERRAL_GETTER (CusaxAddress *, get_target, target)
REFERRAL_GETTER (const char *, get_who, who)
REFERRAL_GETTER (CusaxClass, get_class, class_)
REFERRAL_GETTER (CusaxCall *, get_call, call)
REFERRAL_GETTER (CusaxAddress *, get_referrer, referrer)
REFERRAL_GETTER (gboolean, replaces, replaces)

void
cusax_referral_accept (CusaxReferral *referral)
{
  g_string_append (referral->trace, "accept ");
}

void
cusax_referral_refuse (CusaxReferral *referral)
{
  g_string_append (referral->trace, "refuse ");
}

/* -------------------------------------------------------------- account */

static const char *
read_string (gpointer data, const char *name, const char *fallback)
{
  return fallback;
}

static gboolean
read_bool (gpointer data, const char *name, gboolean fallback)
{
  return fallback;
}

static int
read_int (gpointer data, const char *name, int fallback)
{
  return fallback;
}

void
fake_phone_reset (const char *jid)
{
  static const CusaxConfigReader nothing_set = { read_string, read_bool, read_int };
  g_autoptr (GError) error = NULL;

  g_clear_error (&fake_phone.error);
  g_clear_error (&fake_phone.dial_error);
  g_clear_error (&fake_phone.send_error);
  g_clear_error (&fake_phone.deed_error);
  if (fake_phone.trace != NULL)
    g_string_free (fake_phone.trace, TRUE);
  g_clear_pointer (&fake_phone.sent, g_free);
  g_clear_pointer (&fake_phone.config, cusax_config_unref);
  g_clear_pointer (&fake_phone.calls, g_ptr_array_unref);
  g_clear_pointer (&fake_phone.dialled, g_free);
  memset (&fake_phone, 0, sizeof fake_phone);
  fake_phone.calls = g_ptr_array_new ();
  fake_connection = NULL;
  if (jid == NULL)
    return;
  fake_phone.trace = g_string_new (NULL);
  fake_phone.config = cusax_config_new (jid, "secret", &nothing_set, NULL, &error);
  g_assert_no_error (error);
  fake_connection = (CusaxConnection *) &fake_phone;
}

gboolean
cusax_account_is_chat_up (const CusaxAccount *account)
{
  return account->chat_up;
}

CusaxPhoneState
cusax_account_get_phone_state (const CusaxAccount *account)
{
  return account->state;
}

const GError *
cusax_account_get_phone_error (const CusaxAccount *account)
{
  return account->error;
}

guint
cusax_account_get_retry_seconds (const CusaxAccount *account)
{
  return account->retry_seconds;
}

const char *
cusax_account_get_server (const CusaxAccount *account)
{
  return account->server;
}

CusaxConfig *
cusax_account_get_config (const CusaxAccount *account)
{
  return account->config;
}

CusaxDirectory *
cusax_account_get_directory (CusaxAccount *account)
{
  return account->directory;
}

CusaxCall *
cusax_account_dial (CusaxAccount *account, CusaxAddress *target, const char *who, const char *jid,
                    GError **error)
{
  static CusaxCall begun;

  g_free (account->dialled);
  account->dialled = g_strdup_printf ("%s %s", cusax_address_get_uri (target), who);
  if (account->dial_error == NULL)
    return &begun;
  g_propagate_error (error, g_error_copy (account->dial_error));
  return NULL;
}

CusaxCall *
cusax_account_dial_video (CusaxAccount *account, CusaxAddress *target, const char *who, const char *jid, GError **error)
{
  CusaxCall *call = cusax_account_dial (account, target, who, jid, error);
  g_autofree char *dialled = g_steal_pointer (&account->dialled);

  account->dialled = g_strconcat (dialled, " video", NULL);
  return call;
}

gboolean
cusax_account_can_do_video (CusaxAccount *account, const char **why)
{
  if (why != NULL)
    *why = account->can_video ? NULL : account->video_missing;
  return account->can_video;
}

const char *
cusax_account_get_format_hints (CusaxAccount *account)
{
  return account->format_hints;
}

gboolean
cusax_account_can_see_video (CusaxAccount *account)
{
  return account->can_see || account->can_video;
}

gboolean
cusax_account_send_message (CusaxAccount *account, CusaxAddress *target, const char *text, CusaxSipMessageDone done,
                            gpointer user_data, GError **error)
{
  g_free (account->sent);
  account->sent = g_strdup_printf ("%s %s", cusax_address_get_uri (target), text);
  account->sent_done = done;
  account->sent_data = user_data;
  if (account->send_error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (account->send_error));
  return FALSE;
}

const GPtrArray *
cusax_account_get_calls (const CusaxAccount *account)
{
  return account->calls;
}

CusaxCall *
cusax_account_get_call (const CusaxAccount *account, guint number)
{
  for (guint i = 0; i < account->calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (account->calls, i);

      if (call->number == number)
        return call;
      if (number == 0 && (account->calls->len == 1 || call->state == CUSAX_CALL_ACTIVE))
        return call;
    }
  return NULL;
}

void
cusax_account_set_dnd (CusaxAccount *account, gboolean dnd)
{
  g_string_append_printf (account->trace, "dnd(%d) ", dnd);
}

gboolean
cusax_account_swap (CusaxAccount *account, GError **error)
{
  g_string_append (account->trace, "swap ");
  return succeed (account->deed_error, error);
}

gboolean
cusax_account_join (CusaxAccount *account, CusaxCall *call, CusaxCall *other, GError **error)
{
  g_string_append_printf (account->trace, "join(%u,%u) ", call->number, other->number);
  return succeed (account->deed_error, error);
}

void
cusax_account_part (CusaxAccount *account, CusaxCall *call)
{
  g_string_append_printf (account->trace, "part(%u) ", call->number);
}

CusaxCall *
cusax_account_pick_up (CusaxAccount *account, const char *jid, const char *who, GError **error)
{
  static CusaxCall begun;

  g_string_append_printf (account->trace, "pick-up(%s) ", jid);
  return succeed (account->dial_error, error) ? &begun : NULL;
}

CusaxHistory *
cusax_account_get_history (CusaxAccount *account)
{
  return account->history;
}

CusaxMailbox *
cusax_account_get_mailbox (CusaxAccount *account)
{
  return account->mailbox;
}

CusaxWatch *
cusax_account_get_watch (CusaxAccount *account)
{
  return account->watch;
}

/* ------------------------------------------------------------ side table */

PurplePlugin *
cusax_connection_get_plugin (void)
{
  return &fake_plugin;
}

CusaxConnection *
cusax_connection_find (PurpleAccount *account)
{
  return fake_connection;
}

CusaxAccount *
cusax_connection_get_account (CusaxConnection *connection)
{
  return &fake_phone;
}

const GError *
cusax_connection_get_config_error (CusaxConnection *connection)
{
  return NULL;
}

/* -------------------------------------------------------------- libpurple */

/* In place of libpurple's own, which knows only plugins from files; libpurple calls it through here, too. */
__attribute__ ((visibility ("default"))) PurplePlugin *
purple_find_prpl (const char *id)
{
  if (fake_other_plugin != NULL && g_strcmp0 (id, fake_other_plugin->info->id) == 0)
    return fake_other_plugin;
  return g_strcmp0 (id, fake_info.id) == 0 ? &fake_plugin : NULL;
}

static guint
timeout_add_seconds (guint seconds, GSourceFunc function, gpointer data)
{
  return g_timeout_add_seconds (seconds, function, data);
}

static PurpleEventLoopUiOps eventloop_ops = {
  .timeout_add = g_timeout_add,
  .timeout_remove = g_source_remove,
  .input_remove = g_source_remove,
  .timeout_add_seconds = timeout_add_seconds,
};

void
fake_purple_start (const char *ui)
{
  user_dir = g_dir_make_tmp ("cusax-unit-XXXXXX", NULL);
  g_assert_nonnull (user_dir);
  purple_util_set_user_dir (user_dir);
  purple_debug_set_enabled (FALSE);
  purple_eventloop_set_ui_ops (&eventloop_ops);
  g_assert_true (purple_core_init (ui));
  purple_set_blist (purple_blist_new ());
}

void
fake_protocol_set_send_im (int (*send_im) (PurpleConnection *gc, const char *who, const char *message,
                                           PurpleMessageFlags flags))
{
  fake_protocol.send_im = send_im;
}

PurpleAccount *
fake_purple_account (const char *name)
{
  PurpleAccount *account = purple_account_new (name, fake_info.id);

  purple_accounts_add (account);
  return account;
}

void
fake_purple_connect (PurpleAccount *account, gboolean connected)
{
  fake_gc.account = account;
  fake_gc.state = connected ? PURPLE_CONNECTED : PURPLE_DISCONNECTED;
  purple_account_set_connection (account, connected ? &fake_gc : NULL);
}

static void
remove_folder (const char *path)
{
  GDir *folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_clear_pointer (&folder, g_dir_close);
  g_rmdir (path);
}

void
fake_purple_stop (void)
{
  purple_core_quit ();
  remove_folder (user_dir);
  g_clear_pointer (&user_dir, g_free);
}
