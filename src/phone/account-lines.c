/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several calls at a time: which one is spoken on, swap, mixing, the bridge; see account-private.h. */
#include "account-private.h"

#include "disclosure.h"
#include "error.h"

static gboolean
is_spoken_on (const CusaxCall *call)
{
  return cusax_call_get_state (call) == CUSAX_CALL_ACTIVE && !cusax_call_is_held (call);
}

/* (transfer full) (element-type CusaxCall): a list that stays while calls end */
static GPtrArray *
copy_calls (CusaxAccount *account)
{
  GPtrArray *calls = g_ptr_array_copy (account->calls, (GCopyFunc) (void (*) (void)) cusax_call_ref, NULL);

  g_ptr_array_set_free_func (calls, (GDestroyNotify) cusax_call_unref);
  return calls;
}

static gboolean
are_mixed (const CusaxCall *call, const CusaxCall *other)
{
  return cusax_call_is_joined (call) && cusax_call_is_joined (other);
}

static void
hold_others (CusaxAccount *account, CusaxCall *spoken)
{
  g_autoptr (GPtrArray) calls = copy_calls (account);

  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);

      if (call != spoken && is_spoken_on (call) && (spoken == NULL || !are_mixed (call, spoken)))
        cusax_call_set_hold (call, TRUE);
    }
}

/* Whoever is heard now heard nobody a moment ago: all others wait (P11), however it came to be: an answer here or there,
 * the Hold button of a window, a command. */
static void
follow_speech (CusaxAccount *account, CusaxCall *call)
{
  if (!is_spoken_on (call))
    {
      if (account->spoken == call)
        account->spoken = NULL;
      return;
    }
  if (account->spoken == call)
    return;
  /* Who would not be held takes nobody's place by it: on the wire he goes on, but not here. */
  if (account->spoken != NULL && cusax_call_has_refused_hold (call) && !are_mixed (account->spoken, call))
    {
      cusax_call_hold_here (call);
      return;
    }
  account->spoken = call;
  hold_others (account, call);
}

void
cusax_account_hold_all (CusaxAccount *account)
{
  hold_others (account, NULL);
}

/* ------------------------------------------------------------------- swap */

static CusaxCall *
longest_held (CusaxAccount *account)
{
  CusaxCall *longest = NULL;

  for (guint i = 0; i < account->calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (account->calls, i);

      if (cusax_call_get_state (call) == CUSAX_CALL_ACTIVE && cusax_call_is_held (call)
          && (longest == NULL || cusax_call_get_held_at (call) < cusax_call_get_held_at (longest)))
        longest = call;
    }
  return longest;
}

static void
resume_joined (CusaxAccount *account)
{
  g_autoptr (GPtrArray) calls = copy_calls (account);

  for (guint i = 0; i < calls->len; i++)
    if (cusax_call_is_joined (g_ptr_array_index (calls, i)))
      cusax_call_set_hold (g_ptr_array_index (calls, i), FALSE);
}

gboolean
cusax_account_swap (CusaxAccount *account, GError **error)
{
  CusaxCall *held = longest_held (account);
  guint standing = 0;

  for (guint i = 0; i < account->calls->len; i++)
    standing += cusax_call_get_state (g_ptr_array_index (account->calls, i)) == CUSAX_CALL_ACTIVE;
  if (held == NULL || standing < 2)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "there are no two calls to swap");
      return FALSE;
    }
  if (cusax_call_is_joined (held))
    resume_joined (account);
  else
    cusax_call_set_hold (held, FALSE);
  return TRUE;
}

/* ----------------------------------------------------------------- mixing */

/* Joins @call with everybody who is in already, and with @other (nullable); with all of them or with nobody. */
static gboolean
let_in (CusaxAccount *account, CusaxCall *call, const CusaxCall *other, GError **error)
{
  g_autoptr (GPtrArray) calls = copy_calls (account);

  if (cusax_call_is_joined (call))
    return TRUE;
  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *member = g_ptr_array_index (calls, i);

      if (member != call && (member == other || cusax_call_is_joined (member))
          && !cusax_call_join (call, member, error))
        {
          cusax_call_part (call);
          return FALSE;
        }
    }
  return TRUE;
}

/* One alone is no conference. */
static void
end_lonely (CusaxAccount *account)
{
  CusaxCall *last = NULL;
  guint n = 0;

  for (guint i = 0; i < account->calls->len; i++)
    if (cusax_call_is_joined (g_ptr_array_index (account->calls, i)))
      {
        last = g_ptr_array_index (account->calls, i);
        n++;
      }
  if (n == 1)
    cusax_call_set_joined (last, FALSE);
}

static gboolean
mix (CusaxAccount *account, CusaxCall *call, CusaxCall *other, GError **error)
{
  gboolean was_joined = cusax_call_is_joined (call);

  if (!let_in (account, call, other, error))
    return FALSE;
  if (!let_in (account, other, NULL, error))
    {
      if (!was_joined)
        cusax_call_part (call);
      return FALSE;
    }
  /* Before anything is resumed: those who are in do not hold each other. */
  cusax_call_set_joined (call, TRUE);
  cusax_call_set_joined (other, TRUE);
  resume_joined (account);
  end_lonely (account); /* one may have ended at the news */
  return TRUE;
}

void
cusax_account_part (CusaxAccount *account, CusaxCall *call)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (!cusax_call_is_joined (call))
    return;
  /* In this order: out of the mix and still spoken on, it would put the others on hold. */
  cusax_call_set_hold (call, TRUE);
  cusax_call_set_joined (call, FALSE);
  end_lonely (account);
}

/* ----------------------------------------------------------------- bridge */

static gboolean
dial_bridge (CusaxAccount *account, CusaxCall *call, CusaxCall *other, GError **error)
{
  CusaxAddress *target = cusax_config_get_bridge (account->config);
  g_autofree char *who = cusax_account_name_caller (account, target, NULL);
  CusaxCallOutgoing outgoing = { .target = target,
                                 .who = who,
                                 .class_ = cusax_classify_address (target, account->config),
                                 .disclosure = cusax_disclosure_to_callee (target, account->config) };

  if (account->bridge != NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_BUSY, "the bridge is being called");
      return FALSE;
    }
  account->bridge = cusax_account_place_alone (account, &outgoing, error);
  if (account->bridge == NULL)
    return FALSE;
  account->bridged[0] = cusax_call_ref (call);
  account->bridged[1] = cusax_call_ref (other);
  return TRUE;
}

void
cusax_account_forget_bridge (CusaxAccount *account)
{
  account->bridge = NULL;
  g_clear_pointer (&account->bridged[0], cusax_call_unref);
  g_clear_pointer (&account->bridged[1], cusax_call_unref);
}

/* Who cannot be sent there stays on hold, and the person hears why. */
static void
send_to_bridge (CusaxCall *call, CusaxAddress *target)
{
  g_autoptr (GError) error = NULL;

  if (cusax_call_get_state (call) == CUSAX_CALL_ACTIVE && !cusax_call_transfer (call, target, &error))
    cusax_call_fail_transfer (call, 0, error->message);
}

/* It answers: the others are sent there, to the conference itself if it has an address of its own (RFC 4579). */
static void
follow_bridge (CusaxAccount *account)
{
  CusaxCall *bridge = account->bridge;
  CusaxAddress *focus = cusax_call_get_focus (bridge);
  g_autoptr (CusaxAddress) target = cusax_address_ref (focus != NULL ? focus : cusax_call_get_peer (bridge));
  g_autoptr (CusaxCall) first = NULL;
  g_autoptr (CusaxCall) second = NULL;

  if (cusax_call_get_state (bridge) == CUSAX_CALL_ENDED)
    cusax_account_forget_bridge (account);
  if (account->bridge == NULL || cusax_call_get_state (bridge) != CUSAX_CALL_ACTIVE)
    return;
  first = g_steal_pointer (&account->bridged[0]);
  second = g_steal_pointer (&account->bridged[1]);
  cusax_account_forget_bridge (account);
  send_to_bridge (first, target);
  send_to_bridge (second, target);
}

gboolean
cusax_account_join (CusaxAccount *account, CusaxCall *call, CusaxCall *other, GError **error)
{
  g_autoptr (CusaxAccount) keep = cusax_account_ref (account);
  g_autoptr (CusaxCall) keep_call = cusax_call_ref (call);
  g_autoptr (CusaxCall) keep_other = cusax_call_ref (other);

  if (call == other || cusax_call_get_state (call) != CUSAX_CALL_ACTIVE
      || cusax_call_get_state (other) != CUSAX_CALL_ACTIVE)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "both calls must stand");
      return FALSE;
    }
  if (cusax_config_get_bridge (account->config) != NULL)
    return dial_bridge (account, call, other, error);
  return mix (account, call, other, error);
}

/* ----------------------------------------------------------------- changes */

/* What a telephone sounds of itself, of calls that the person knows of. */
static void
update_sound (CusaxAccount *account, CusaxCall *changed)
{
  CusaxSoundPort *sounds = account->ports.sounds;
  g_autoptr (GPtrArray) known = NULL;
  CusaxSound sound;

  if (sounds == NULL)
    return;
  known = g_ptr_array_new ();
  for (guint i = 0; i < account->calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (account->calls, i);

      if (!cusax_account_is_hidden (account, call) && !cusax_call_is_unannounced (call))
        g_ptr_array_add (known, call);
    }
  sound = cusax_ringer_choose (known);
  if (sound == CUSAX_SOUND_NONE && known->len == 0 && changed != NULL && cusax_call_is_outgoing (changed)
      && cusax_call_get_end (changed) == CUSAX_CALL_END_BUSY)
    sound = CUSAX_SOUND_BUSY;
  sounds->play (sounds, sound);
}

void
cusax_account_update_sound (CusaxAccount *account)
{
  update_sound (account, NULL);
}

void
cusax_account_follow_lines (CusaxAccount *account, CusaxCall *call)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  update_sound (account, call);
  if (account->bridge == call)
    follow_bridge (account);
  if (cusax_call_get_state (call) == CUSAX_CALL_ENDED)
    end_lonely (account);
  follow_speech (account, call);
}
