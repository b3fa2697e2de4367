/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See picturetalks.h. */
#include "picturetalks.h"

#include <string.h>

FakeWorld *
picture_world (gboolean has_camera)
{
  FakeWorld *world = fake_world_new (NULL);

  if (has_camera)
    fake_world_give_camera (world);
  else
    fake_world_give_pictures (world);
  fake_world_sign_in (world);
  return world;
}

CusaxCall *
picture_dial (FakeWorld *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", &error);
  CusaxCall *call = cusax_account_dial_video (world->account, bob, "bob@example.org", NULL, &error);

  g_assert_no_error (error);
  return call;
}

CusaxCall *
picture_rings (FakeWorld *world, CusaxDirection direction)
{
  g_autofree char *offer = NULL;

  fake_far_video (TRUE);
  offer = fake_far_offer (world, direction);
  fake_sip_incoming (world, offer);
  fake_world_pass (world, 0);
  fake_transport_ready (world);
  fake_world_forget (world);
  return cusax_account_get_call (world->account, 1);
}

CusaxCall *
picture_talking (FakeWorld *world)
{
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  CusaxCall *call = cusax_account_dial (world->account, bob, "bob@example.org", NULL, NULL);

  fake_transport_ready (world);
  picture_far_answers (world);
  fake_world_forget (world);
  return call;
}

CusaxCall *
picture_watching (FakeWorld *world)
{
  CusaxCall *call = picture_talking (world);

  picture_far_offers_anew (world, TRUE);
  fake_transport_ready_at (world, 2);
  fake_world_forget (world);
  return call;
}

CusaxCall *
picture_added (FakeWorld *world, const char *feedback)
{
  CusaxCall *call = picture_talking (world);

  g_assert_true (cusax_call_set_video (call, TRUE, NULL));
  fake_transport_ready_at (world, 2);
  fake_far_reset ();
  fake_far_video (TRUE);
  fake_far_feedback (feedback);
  picture_far_says (world, 200);
  g_assert_cmpint (cusax_call_get_video (call), ==, CUSAX_DIRECTION_SENDRECV);
  fake_world_forget (world);
  return call;
}

void
picture_far_answers (FakeWorld *world)
{
  g_autofree char *answer = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);

  world->call->listener->on_established (world->call->listener_data, answer, strlen (answer));
}

void
picture_far_says (FakeWorld *world, guint status)
{
  g_autofree char *answer = NULL;

  if (status >= 200 && status < 300)
    answer = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_reoffer_done (world->call->listener_data, status, answer,
                                          answer != NULL ? strlen (answer) : 0);
}

void
picture_far_offers (FakeWorld *world)
{
  g_autofree char *offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);

  world->call->listener->on_offer (world->call->listener_data, offer, strlen (offer));
}

void
picture_far_offers_anew (FakeWorld *world, gboolean with_video)
{
  g_autofree char *offer = NULL;

  fake_far_reset ();
  fake_far_video (with_video);
  offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);
  fake_far_reset ();
  world->call->listener->on_offer (world->call->listener_data, offer, strlen (offer));
}
