/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may call, and who it is: policy, names, and the short wait for a card that confirms; see account-private.h. */
#include "account-private.h"

/* How long a ringing call waits for the card that would name its caller (R29). */
#define CONFIRM_MS 3000

/** Undecided: a call that rings, and whose caller a card may yet confirm. */
typedef struct
{
  CusaxAccount *account; /* borrowed */
  CusaxCall *call;       /* owned */
  char *jid;             /* whose card was asked for */
  gboolean is_hidden;    /* contacts only: the person hears of it when it is decided */
  guint timer_id;
} Undecided;

static void
undecided_free (gpointer data)
{
  Undecided *undecided = data;
  CusaxClock *clock = undecided->account->ports.clock;

  if (undecided->timer_id != 0)
    clock->remove (clock, undecided->timer_id);
  cusax_call_unref (undecided->call);
  g_free (undecided->jid);
  g_free (undecided);
}

void
cusax_account_init_callers (CusaxAccount *account)
{
  account->undecided = g_ptr_array_new_with_free_func (undecided_free);
}

/* ---------------------------------------------------------- names, policy */

/* Only a confirmed contact has a JID's name; anybody else is an address, and who hides or cannot be read is nobody: a
 * From header may hold what Privacy asks to hide (R19), or a contact's JID. */
char *
cusax_account_name_caller (CusaxAccount *account, const CusaxAddress *address, const char *confirmed_jid)
{
  char *name = NULL;

  if (account->listener != NULL)
    name = account->listener->name_peer (account->listener_data, account, address, confirmed_jid);
  return name != NULL ? name : g_strdup ("?");
}

static gboolean
is_jid_blocked (CusaxAccount *account, const char *jid)
{
  return jid != NULL && account->listener != NULL && account->listener->is_blocked != NULL
         && account->listener->is_blocked (account->listener_data, account, jid);
}

/* The same-name JID of an own-domain caller: somebody who is blocked need not be in the roster. Whether somebody vouches
 * for him is no matter: who takes a blocked one's name harms himself only. */
static char *
same_name_jid (const CusaxCallerId *caller, CusaxConfig *config)
{
  g_autofree char *jid = NULL;
  g_autoptr (CusaxAddress) guess = NULL;
  g_autofree char *domain = cusax_address_jid_domain (cusax_config_get_jid (config), NULL);
  g_autofree char *full = NULL;

  if (caller->address == NULL || domain == NULL || cusax_address_get_user (caller->address) == NULL)
    return NULL;
  full = g_strconcat (cusax_address_get_user (caller->address), "@", domain, NULL);
  jid = cusax_address_jid_bare (full, NULL);
  guess = jid != NULL ? cusax_classify_guess (jid, config) : NULL;
  return guess != NULL && cusax_address_equal (guess, caller->address) ? g_steal_pointer (&jid) : NULL;
}

/* (nullable): whose number it is by the person's own word, in the roster or not. */
static const char *
attached_jid (CusaxAccount *account, const CusaxCallerId *caller)
{
  g_autofree char *key = caller->address != NULL ? cusax_classify_key (caller->address, account->config) : NULL;

  return key != NULL ? cusax_memory_get_attached (cusax_directory_get_memory (account->directory), key) : NULL;
}

/* A claim counts here, as it can only harm the one who makes it; a card's does not, or a blocked contact could keep
 * another one's calls away by listing his number. */
static gboolean
is_blocked (CusaxAccount *account, const CusaxCallerId *caller, CusaxBindingGrade grade, const char *jid)
{
  g_autofree char *same_name = same_name_jid (caller, account->config);

  return (grade == CUSAX_BINDING_STRONG && is_jid_blocked (account, jid))
         || is_jid_blocked (account, caller->claimed_jid) || is_jid_blocked (account, same_name)
         || is_jid_blocked (account, attached_jid (account, caller));
}

/* Returns: 0, or the status that refuses (R19, R33; RFC 5079 for 433). */
guint
cusax_account_judge_caller (CusaxAccount *account, const CusaxCallerId *caller, CusaxBindingGrade grade,
                            const char *jid)
{
  CusaxAcceptCalls accept = cusax_config_get_accept_calls (account->config);

  if (is_blocked (account, caller, grade, jid))
    return 603;
  /* A From header that nobody can read shows as little as one that hides. */
  if ((caller->is_anonymous || caller->address == NULL) && accept != CUSAX_ACCEPT_ALL)
    return 433;
  return 0;
}

/* TRUE if @caller's address is @jid's by its card, or, without one, by its name. */
static gboolean
has_address (CusaxAccount *account, const char *jid, const char *key)
{
  g_autoptr (GPtrArray) list = cusax_directory_list (account->directory, jid);

  for (guint i = 0; i < list->len; i++)
    {
      const CusaxDialable *dialable = g_ptr_array_index (list, i);

      if (dialable->source != CUSAX_DIALABLE_HINT && (dialable->types & CUSAX_TEL_MACHINES) == 0
          && g_str_equal (dialable->key, key))
        return TRUE;
    }
  return FALSE;
}

/* Contacts only. Two that claim one address have no name (R31), but a contact must not keep another one's calls away by
 * listing his address: whom our proxy vouches for by his own name, or who says himself who he is, may call. */
gboolean
cusax_account_is_contact (CusaxAccount *account, const CusaxCallerId *caller, CusaxBindingGrade grade)
{
  g_autofree char *same_name = same_name_jid (caller, account->config);
  g_autofree char *key = NULL;
  const char *names[] = { same_name, caller->claimed_jid };

  if (grade == CUSAX_BINDING_STRONG)
    return TRUE;
  if (grade == CUSAX_BINDING_WEAK || !caller->is_authenticated || caller->address == NULL)
    return FALSE;
  key = cusax_classify_key (caller->address, account->config);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i] != NULL && cusax_directory_is_contact (account->directory, names[i])
        && has_address (account, names[i], key))
      return TRUE;
  return FALSE;
}

/* ------------------------------------------------- callers not yet decided */

static guint
find_undecided (CusaxAccount *account, CusaxCall *call)
{
  for (guint i = 0; i < account->undecided->len; i++)
    if (((Undecided *) g_ptr_array_index (account->undecided, i))->call == call)
      return i;
  return G_MAXUINT;
}

gboolean
cusax_account_is_welcome (CusaxAccount *account, CusaxCall *call)
{
  return cusax_config_get_accept_calls (account->config) != CUSAX_ACCEPT_CONTACTS
         || cusax_account_is_contact (account, cusax_call_get_caller (call), cusax_call_get_grade (call));
}

/* The person never hears of it, as of everything that the rules for callers refuse. */
void
cusax_account_refuse_unseen (CusaxAccount *account, CusaxCall *call)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  g_message ("call #%u: refused, only contacts may call", cusax_call_get_number (call));
  cusax_call_detach (call);
  g_ptr_array_remove (account->calls, call);
  cusax_call_decline (call, 0);
}

gboolean
cusax_account_hide_undecided (CusaxAccount *account, CusaxCall *call)
{
  guint at = find_undecided (account, call);

  if (at != G_MAXUINT)
    ((Undecided *) g_ptr_array_index (account->undecided, at))->is_hidden = TRUE;
  return at != G_MAXUINT;
}

gboolean
cusax_account_is_hidden (CusaxAccount *account, CusaxCall *call)
{
  guint at = find_undecided (account, call);

  return at != G_MAXUINT && ((Undecided *) g_ptr_array_index (account->undecided, at))->is_hidden;
}

void
cusax_account_forget_undecided (CusaxAccount *account, CusaxCall *call)
{
  guint at = find_undecided (account, call);

  if (at != G_MAXUINT)
    g_ptr_array_remove_index (account->undecided, at);
}

/* Ends the wait. Emits last. */
static void
decide (CusaxAccount *account, CusaxCall *call)
{
  guint at = find_undecided (account, call);
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  gboolean was_hidden;

  if (at == G_MAXUINT)
    return;
  was_hidden = ((Undecided *) g_ptr_array_index (account->undecided, at))->is_hidden;
  g_ptr_array_remove_index (account->undecided, at);
  if (!was_hidden || cusax_call_get_state (call) != CUSAX_CALL_INCOMING)
    return;
  if (!cusax_account_is_welcome (account, call))
    cusax_account_refuse_unseen (account, call);
  else
    {
      cusax_account_update_sound (account);
      if (account->listener != NULL)
        account->listener->on_incoming (account->listener_data, account, call);
    }
}

static gboolean
on_confirm_timeout (gpointer data)
{
  Undecided *undecided = data;

  undecided->timer_id = 0;
  g_message ("call #%u: the card that could name the caller did not come in time",
             cusax_call_get_number (undecided->call));
  decide (undecided->account, undecided->call);
  return G_SOURCE_REMOVE;
}

/* A cue names a contact whose card does not say so yet: ask for it while it rings (R30). */
void
cusax_account_confirm (CusaxAccount *account, CusaxCall *call, const char *jid)
{
  CusaxClock *clock = account->ports.clock;
  Undecided *undecided;

  if (jid == NULL || cusax_call_get_grade (call) == CUSAX_BINDING_STRONG
      || !cusax_directory_confirm (account->directory, jid))
    return;
  undecided = g_new0 (Undecided, 1);
  undecided->account = account;
  undecided->call = cusax_call_ref (call);
  undecided->jid = g_strdup (jid);
  undecided->timer_id = clock->add (clock, CONFIRM_MS, on_confirm_timeout, undecided);
  g_ptr_array_add (account->undecided, undecided);
}

/* What is known of somebody changed: whoever rings is looked at again. */
static void
regrade (CusaxAccount *account, CusaxCall *call)
{
  const CusaxCallerId *caller = cusax_call_get_caller (call);
  g_autofree char *jid = NULL;
  g_autofree char *who = NULL;
  CusaxBindingGrade grade;

  if (cusax_call_is_outgoing (call) || cusax_call_get_state (call) != CUSAX_CALL_INCOMING || caller == NULL)
    return;
  grade = cusax_directory_grade (account->directory, caller, &jid);
  if (grade == cusax_call_get_grade (call) && g_strcmp0 (jid, cusax_call_get_contact (call)) == 0)
    return;
  who = cusax_account_name_caller (account, caller->address, grade == CUSAX_BINDING_STRONG ? jid : NULL);
  cusax_call_set_identity (call, grade, jid, who,
                           cusax_disclosure_to_caller (grade, caller->address, account->config));
}

void
cusax_account_on_contact (gpointer user_data, CusaxDirectory *directory, const char *jid)
{
  CusaxAccount *account = user_data;
  g_autoptr (CusaxAccount) keep = cusax_account_ref (account);
  g_autoptr (GPtrArray) calls = g_ptr_array_copy (account->calls, (GCopyFunc) (void (*) (void)) cusax_call_ref, NULL);

  g_ptr_array_set_free_func (calls, (GDestroyNotify) cusax_call_unref);
  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);
      guint at = find_undecided (account, call);

      regrade (account, call);
      if (at != G_MAXUINT && at == find_undecided (account, call)
          && g_strcmp0 (((Undecided *) g_ptr_array_index (account->undecided, at))->jid, jid) == 0)
        decide (account, call);
    }
  if (account->watch != NULL)
    cusax_watch_update (account->watch, jid);
  if (account->listener != NULL && account->listener->on_contact != NULL)
    account->listener->on_contact (account->listener_data, account, jid);
}
