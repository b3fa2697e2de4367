/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See talks.h. */
#include "talks.h"

#include <string.h>

FakeWorld *
talk_signed_in (const char *const *settings)
{
  FakeWorld *world = fake_world_new (settings);

  fake_world_sign_in (world);
  return world;
}

void
talk_far_answers (FakeWorld *world, FakeCall *dialog)
{
  g_autofree char *answer = NULL;

  world->call = dialog;
  fake_far_reset ();
  answer = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  dialog->listener->on_established (dialog->listener_data, answer, strlen (answer));
}

void
talk_far_agrees (FakeWorld *world, FakeCall *dialog, CusaxDirection direction)
{
  g_autofree char *answer = NULL;

  world->call = dialog;
  fake_far_reset ();
  answer = fake_far_answer (world, direction);
  dialog->listener->on_reoffer_done (dialog->listener_data, 200, answer, strlen (answer));
}

Talk
talk_dial (FakeWorld *world, const char *who)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = g_strconcat ("sip:", who, NULL);
  g_autoptr (CusaxAddress) target = cusax_address_parse_uri (uri, &error);
  Talk talk = { cusax_account_dial (world->account, target, who, NULL, &error), NULL };

  g_assert_no_error (error);
  fake_transport_ready (world);
  talk.dialog = world->call;
  return talk;
}

Talk
talk_to (FakeWorld *world, const char *who)
{
  Talk talk = talk_dial (world, who);

  talk_far_answers (world, talk.dialog);
  fake_world_forget (world);
  return talk;
}

Talk
talk_rings (FakeWorld *world, const char *uri)
{
  CusaxSipHeaders headers = { .from_uri = uri };
  const GPtrArray *calls;
  Talk talk;

  fake_far_reset ();
  fake_sip_incoming_from (world, &headers);
  talk.dialog = world->call;
  calls = cusax_account_get_calls (world->account);
  talk.call = g_ptr_array_index (calls, calls->len - 1);
  fake_world_pass (world, 0);
  fake_transport_ready (world);
  return talk;
}
