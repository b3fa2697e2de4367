/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls of an account and what the SIP leg reports of them; see account-private.h. */
#include "account-private.h"

#include "disclosure.h"
#include "error.h"

static const CusaxCallOwner call_owner;

void
cusax_account_init_calls (CusaxAccount *account)
{
  account->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_call_unref);
  cusax_account_init_callers (account);
  account->referrals = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_referral_unref);
  account->conferences = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) cusax_conference_free);
}

void
cusax_account_hang_up_all (CusaxAccount *account)
{
  cusax_account_drop_referrals (account);
  cusax_account_forget_bridge (account);
  /* Each hang-up takes its call out of the list by on_call_changed. */
  while (account->calls->len > 0)
    {
      g_autoptr (CusaxCall) call = cusax_call_ref (g_ptr_array_index (account->calls, 0));

      cusax_call_withdraw (call);
    }
}

void
cusax_account_drop_calls (CusaxAccount *account)
{
  g_hash_table_remove_all (account->conferences);
  cusax_account_drop_referrals (account);
  cusax_account_forget_bridge (account);
  account->spoken = NULL;
  g_ptr_array_set_size (account->undecided, 0);
  /* Nobody listens any more, and the account may be on its way out: the calls end on their own. */
  for (guint i = 0; i < account->calls->len; i++)
    cusax_call_detach (g_ptr_array_index (account->calls, i));
  for (guint i = 0; i < account->calls->len; i++)
    cusax_call_withdraw (g_ptr_array_index (account->calls, i));
  g_ptr_array_set_size (account->calls, 0);
}

static guint
free_number (const CusaxAccount *account)
{
  guint number = 1;

  while (cusax_account_get_call (account, number) != NULL)
    number++;
  return number;
}

static void
add_call (CusaxAccount *account, CusaxCall *call)
{
  guint number = cusax_call_get_number (call);
  guint at = 0;

  while (at < account->calls->len && cusax_call_get_number (g_ptr_array_index (account->calls, at)) < number)
    at++;
  g_ptr_array_insert (account->calls, (int) at, cusax_call_ref (call));
}

/* --------------------------------------------------------------- outgoing */

CusaxCall *
cusax_account_place (CusaxAccount *account, const CusaxCallOutgoing *outgoing, GError **error)
{
  g_autoptr (CusaxCall) call = cusax_call_new_outgoing (&account->ports, account->config, free_number (account),
                                                        outgoing, &call_owner, account, error);

  if (call == NULL)
    return NULL;
  add_call (account, call);
  /* The list holds the other reference: whoever lets the main loop run asks get_calls again. */
  return call;
}

CusaxCall *
cusax_account_place_alone (CusaxAccount *account, const CusaxCallOutgoing *outgoing, GError **error)
{
  g_autoptr (CusaxAccount) keep = cusax_account_ref (account);
  CusaxCall *placed = cusax_account_place (account, outgoing, error);
  g_autoptr (CusaxCall) call = placed != NULL ? cusax_call_ref (placed) : NULL;

  if (call == NULL)
    return NULL;
  /* Two who hear each other only by chance: the one that was spoken on waits while the other telephone rings. */
  cusax_account_hold_all (account);
  if (cusax_call_get_state (call) != CUSAX_CALL_ENDED)
    return call;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "the call was ended at once");
  return NULL;
}

static CusaxCall *
dial (CusaxAccount *account, CusaxAddress *target, const char *who, const char *jid, gboolean with_video, GError **error)
{
  CusaxCallOutgoing outgoing = { .target = target, .who = who, .contact = jid, .with_video = with_video };

  if (account->state != CUSAX_PHONE_UP)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "telephony is not signed in");
      return NULL;
    }
  if (account->calls->len >= cusax_config_get_max_calls (account->config))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_BUSY, "no more calls are allowed at a time");
      return NULL;
    }

  outgoing.class_ = cusax_classify_address (target, account->config);
  outgoing.disclosure = cusax_disclosure_to_callee (target, account->config);
  return cusax_account_place_alone (account, &outgoing, error);
}

CusaxCall *
cusax_account_dial (CusaxAccount *account, CusaxAddress *target, const char *who, const char *jid, GError **error)
{
  return dial (account, target, who, jid, FALSE, error);
}

CusaxCall *
cusax_account_dial_video (CusaxAccount *account, CusaxAddress *target, const char *who, const char *jid, GError **error)
{
  return dial (account, target, who, jid, TRUE, error);
}

const char *
cusax_account_get_format_hints (CusaxAccount *account)
{
  CusaxMediaPort *media = account->ports.media;

  return media->vtable->get_hints != NULL ? media->vtable->get_hints (media) : NULL;
}

gboolean
cusax_account_can_do_video (CusaxAccount *account, const char **why)
{
  CusaxMediaPort *media = account->ports.media;
  const char *missing = NULL;
  gboolean can = media->vtable->has_camera != NULL && media->vtable->has_camera (media, &missing);

  if (why != NULL)
    *why = missing;
  return can;
}

gboolean
cusax_account_can_see_video (CusaxAccount *account)
{
  CusaxMediaPort *media = account->ports.media;

  return media->vtable->get_video_codecs != NULL && media->vtable->get_video_codecs (media, NULL)->len > 0;
}

void
cusax_account_set_ice_servers (CusaxAccount *account, const GPtrArray *servers)
{
  g_clear_pointer (&account->ice_servers, g_ptr_array_unref);
  account->ice_servers = cusax_ice_servers_copy (servers);
}

/* ------------------------------------------------------- from the SIP leg */

gboolean
cusax_account_is_leg_protected (CusaxAccount *account)
{
  return account->ports.sip != NULL && account->ports.sip->vtable->is_protected (account->ports.sip);
}

static void
reject (CusaxSipCall *sip_call, guint status)
{
  sip_call->vtable->reject (sip_call, status, NULL);
  sip_call->vtable->release (sip_call);
}

static CusaxCall *
find_replaced (CusaxAccount *account, const CusaxSipCall *sip_call)
{
  for (guint i = 0; i < account->calls->len; i++)
    if (cusax_call_has_dialog (g_ptr_array_index (account->calls, i), sip_call))
      return g_ptr_array_index (account->calls, i);
  return NULL;
}

/* Seconds, or -1. Only what comes in place of a call that stands (RFC 3891), or what the provider may order, and never into
 * a conversation that runs. */
static int
choose_answer (CusaxAccount *account, const CusaxSipIncoming *incoming, const CusaxCallerId *caller,
               const CusaxCall *replaced)
{
  if (replaced != NULL)
    return 0;
  if (incoming->answer_after < 0 || !cusax_config_allows_auto_answer (account->config) || !caller->is_authenticated
      || account->calls->len > 0 || account->dnd)
    return -1;
  return incoming->answer_after;
}

/* Nobody was asked, but somebody called (P20). */
static void
note_refused (CusaxAccount *account, const CusaxCallerId *caller, CusaxBindingGrade grade, const char *jid,
              guint status)
{
  const char *contact = grade == CUSAX_BINDING_STRONG ? jid : NULL;
  g_autofree char *who = cusax_account_name_caller (account, caller->address, contact);

  if (cusax_config_get_accept_calls (account->config) == CUSAX_ACCEPT_CONTACTS
      && !cusax_account_is_contact (account, caller, grade))
    return;
  cusax_history_add_refused (account->history, who, caller->address, caller->display_name, contact, status);
  if (account->listener != NULL && account->listener->on_refused != NULL)
    account->listener->on_refused (account->listener_data, account, caller->is_anonymous ? NULL : who);
}

void
cusax_account_set_dnd (CusaxAccount *account, gboolean dnd)
{
  account->dnd = dnd;
}

void
cusax_account_on_sip_incoming (gpointer user_data, CusaxSipCall *sip_call, const CusaxSipIncoming *incoming)
{
  CusaxAccount *account = user_data;
  g_autoptr (CusaxCallerId) caller = cusax_callerid_new (&incoming->headers, cusax_account_is_leg_protected (account), account->config);
  g_autoptr (CusaxCall) call = NULL;
  g_autofree char *jid = NULL;
  g_autofree char *who = NULL;
  g_autofree char *claimed = g_strdup (caller->claimed_jid);
  CusaxBindingGrade grade = cusax_directory_grade (account->directory, caller, &jid);
  guint status = cusax_account_judge_caller (account, caller, grade, jid);
  CusaxCall *replaced = find_replaced (account, incoming->replaced);
  gboolean is_busy = account->dnd || account->calls->len >= cusax_config_get_max_calls (account->config);
  CusaxCallIncoming details = { .grade = grade, .contact = jid };

  if (status != 0 || (is_busy && replaced == NULL))
    {
      g_message ("a call was refused with %u", status != 0 ? status : 486);
      if (status == 0)
        note_refused (account, caller, grade, jid, 486);
      reject (sip_call, status != 0 ? status : 486);
      return;
    }

  who = cusax_account_name_caller (account, caller->address, grade == CUSAX_BINDING_STRONG ? jid : NULL);
  details.who = who;
  details.answer_after = choose_answer (account, incoming, caller, replaced);
  details.replaced = replaced;
  details.disclosure = cusax_disclosure_to_caller (grade, caller->address, account->config);
  details.caller = g_steal_pointer (&caller);
  call = cusax_call_new_incoming (&account->ports, account->config, free_number (account), sip_call, incoming,
                                  &details, &call_owner, account);
  if (call == NULL)
    return;
  add_call (account, call);
  cusax_account_confirm (account, call, claimed);
}

void
cusax_account_on_sip_message (gpointer user_data, const CusaxSipMessage *message)
{
  CusaxAccount *account = user_data;
  g_autoptr (CusaxCallerId) caller = cusax_callerid_new (&message->headers, cusax_account_is_leg_protected (account), account->config);
  g_autofree char *jid = NULL;
  g_autofree char *who = NULL;
  CusaxBindingGrade grade = cusax_directory_grade (account->directory, caller, &jid);

  if (cusax_account_judge_caller (account, caller, grade, jid) != 0 || account->listener == NULL
      || account->listener->on_message == NULL
      || (cusax_config_get_accept_calls (account->config) == CUSAX_ACCEPT_CONTACTS
          && !cusax_account_is_contact (account, caller, grade)))
    {
      g_message ("a SIP message was dropped by the rules for callers");
      return;
    }
  /* A sender apart, even if it is a contact's number: the chat with the contact goes over XMPP (R11). */
  who = cusax_account_name_caller (account, caller->address, NULL);
  account->listener->on_message (account->listener_data, account, caller, who, message->text);
}

gboolean
cusax_account_send_message (CusaxAccount *account, CusaxAddress *target, const char *text, CusaxSipMessageDone done,
                            gpointer user_data, GError **error)
{
  CusaxSipPort *sip = account->ports.sip;

  if (account->state != CUSAX_PHONE_UP || sip == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "telephony is not signed in");
      return FALSE;
    }
  if (!cusax_config_accepts_sip_messages (account->config))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "SIP messages are switched off");
      return FALSE;
    }
  return sip->vtable->send_message (sip, target, text, done, user_data, error);
}

/* --------------------------------------------------------- from the calls */

static void
on_call_incoming (gpointer owner, CusaxCall *call)
{
  CusaxAccount *account = owner;

  if (!cusax_account_is_welcome (account, call) && !cusax_call_is_replacement (call))
    {
      if (!cusax_account_hide_undecided (account, call))
        cusax_account_refuse_unseen (account, call);
    }
  else
    {
      cusax_account_update_sound (account);
      if (account->listener != NULL)
        account->listener->on_incoming (account->listener_data, account, call);
    }
}

/* What was so when it came may have changed while it waited. */
static gboolean
may_answer (gpointer owner, CusaxCall *call)
{
  CusaxAccount *account = owner;

  return account->calls->len == 1 && !account->dnd && !cusax_account_is_hidden (account, call);
}

static void
on_conference (gpointer user_data, CusaxConference *conference)
{
  CusaxAccount *account = user_data;
  GHashTableIter iter;
  gpointer call, value;

  g_hash_table_iter_init (&iter, account->conferences);
  while (g_hash_table_iter_next (&iter, &call, &value))
    if (value == conference)
      {
        if (account->listener != NULL && account->listener->on_conference != NULL)
          account->listener->on_conference (account->listener_data, account, call, conference);
        return;
      }
}

static const CusaxConferenceListener conference_listener = { .on_conference = on_conference };

/* The other side of a standing call says that it is a conference (R38). */
static void
follow_conference (CusaxAccount *account, CusaxCall *call)
{
  CusaxAddress *focus = cusax_call_get_focus (call);
  CusaxConference *conference;

  if (cusax_call_get_state (call) != CUSAX_CALL_ACTIVE || focus == NULL || account->ports.sip == NULL
      || g_hash_table_contains (account->conferences, call))
    return;
  conference = cusax_conference_new (account->ports.sip, account->ports.clock, focus, &conference_listener, account);
  g_hash_table_insert (account->conferences, call, conference);
}

/* Of a call that waits for its decision, or has not been announced yet, the person hears nothing but that he missed it,
 * and that only of those who may call. */
static gboolean
is_unheard (CusaxAccount *account, CusaxCall *call)
{
  if (cusax_account_is_hidden (account, call))
    return TRUE;
  return cusax_call_is_unannounced (call)
         && (cusax_call_get_state (call) != CUSAX_CALL_ENDED || !cusax_account_is_welcome (account, call));
}

static void
on_call_changed (gpointer owner, CusaxCall *call)
{
  CusaxAccount *account = owner;
  g_autoptr (CusaxAccount) keep = cusax_account_ref (account);
  g_autoptr (CusaxCall) keep_call = cusax_call_ref (call);
  gboolean unheard = is_unheard (account, call);

  if (cusax_call_get_state (call) == CUSAX_CALL_ENDED)
    {
      cusax_account_forget_undecided (account, call);
      g_hash_table_remove (account->conferences, call);
      g_ptr_array_remove (account->calls, call);
      if (!unheard && account->history != NULL)
        cusax_history_add (account->history, call);
    }
  else
    follow_conference (account, call);
  if (account->listener != NULL && !unheard)
    account->listener->on_call (account->listener_data, account, call);
  /* What others have to do about it, unless the listener has ended everything. */
  if (account->listener == NULL)
    return;
  cusax_account_follow_lines (account, call);
  cusax_account_follow_referrals (account, call);
}

static void
on_call_refer (gpointer owner, CusaxCall *call, CusaxSipReferral *referral, const CusaxSipRefer *refer)
{
  cusax_account_on_refer (owner, call, referral, refer);
}

static void
on_call_digits_refused (gpointer owner, CusaxCall *call, guint status)
{
  CusaxAccount *account = owner;

  if (account->listener != NULL && account->listener->on_digits_refused != NULL)
    account->listener->on_digits_refused (account->listener_data, account, call, status);
}

static void
on_call_remote (gpointer owner, CusaxCall *call, const CusaxSipHeaders *headers)
{
  CusaxAccount *account = owner;
  g_autoptr (CusaxCallerId) caller = cusax_callerid_new (headers, cusax_account_is_leg_protected (account), account->config);
  g_autofree char *jid = NULL;
  CusaxBindingGrade grade = cusax_directory_grade (account->directory, caller, &jid);

  cusax_call_set_caller (call, g_steal_pointer (&caller), grade, jid);
}

static void
on_call_silence (gpointer owner, CusaxCall *call, guint seconds, gboolean incoming)
{
  CusaxAccount *account = owner;

  if (account->listener != NULL)
    account->listener->on_silence (account->listener_data, account, call, seconds, incoming);
}

static void
on_call_device (gpointer owner, CusaxCall *call, gboolean is_microphone, const GError *error)
{
  CusaxAccount *account = owner;

  if (account->listener != NULL && account->listener->on_device != NULL)
    account->listener->on_device (account->listener_data, account, call, is_microphone, error);
}

/* The chat server's first, which are renewed by themselves; then those that somebody set. */
static GPtrArray *
dup_ice_servers (gpointer owner)
{
  CusaxAccount *account = owner;
  g_autoptr (GPtrArray) all = cusax_ice_servers_copy (account->ice_servers);
  const GPtrArray *set = cusax_config_get_ice_servers (account->config);

  for (guint i = 0; set != NULL && i < set->len; i++)
    g_ptr_array_add (all, cusax_ice_server_copy (set->pdata[i]));
  return cusax_ice_servers_select (all, account->ports.wall_time ());
}

static const CusaxCallOwner call_owner = {
  .dup_ice_servers = dup_ice_servers,
  .on_incoming = on_call_incoming,
  .may_answer = may_answer,
  .on_changed = on_call_changed,
  .on_remote = on_call_remote,
  .on_silence = on_call_silence,
  .on_device = on_call_device,
  .on_refer = on_call_refer,
  .on_digits_refused = on_call_digits_refused,
};

CusaxConference *
cusax_account_get_conference (CusaxAccount *account, CusaxCall *call)
{
  return g_hash_table_lookup (account->conferences, call);
}
