/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fake-subscriptions.h. */
#include "fake-subscriptions.h"

#include "error.h"

#include <string.h>

typedef struct
{
  CusaxSipSubscription subscription;
  FakeSubscriptions *fake;
  char *uri;
  const CusaxSipSubscriptionListener *listener;
  gpointer user_data;
  gboolean is_over;
} Standing;

static void
release (CusaxSipSubscription *subscription)
{
  Standing *standing = (Standing *) subscription;

  fake_people_say (standing->fake->people, "release %s", standing->uri);
  g_assert_true (g_ptr_array_remove (standing->fake->standing, standing));
}

static const CusaxSipSubscriptionVtable subscription_vtable = { release };

static void
standing_free (gpointer data)
{
  Standing *standing = data;

  g_free (standing->uri);
  g_free (standing);
}

static CusaxSipSubscription *
subscribe (CusaxSipPort *port, const CusaxAddress *target, const char *event, const char *accept,
           const CusaxSipSubscriptionListener *listener, gpointer user_data, GError **error)
{
  FakeSubscriptions *fake = (FakeSubscriptions *) port;
  Standing *standing;

  fake_people_say (fake->people, "subscribe %s %s %s", event, cusax_address_get_uri (target), accept);
  g_array_append_val (fake->times, fake->people->now);
  if (fake->is_offline)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "not registered");
      return NULL;
    }
  standing = g_new0 (Standing, 1);
  standing->subscription.vtable = &subscription_vtable;
  standing->fake = fake;
  standing->uri = g_strdup (cusax_address_get_uri (target));
  standing->listener = listener;
  standing->user_data = user_data;
  g_ptr_array_add (fake->standing, standing);
  return &standing->subscription;
}

static gboolean
announces (CusaxSipPort *port, const char *event)
{
  return g_strcmp0 (((FakeSubscriptions *) port)->announced, event) == 0;
}

static const CusaxSipPortVtable port_vtable = { .subscribe = subscribe, .announces = announces };

static Standing *
find (FakeSubscriptions *fake, const char *uri)
{
  for (guint i = 0; i < fake->standing->len; i++)
    {
      Standing *standing = g_ptr_array_index (fake->standing, i);

      if (!standing->is_over && g_str_equal (standing->uri, uri))
        return standing;
    }
  g_error ("nothing stands for %s", uri);
}

void
fake_subscriptions_notify (FakeSubscriptions *fake, const char *uri, const char *content_type, const char *body)
{
  Standing *standing = find (fake, uri);

  standing->listener->on_notify (standing->user_data, content_type, body, body != NULL ? strlen (body) : 0);
}

void
fake_subscriptions_end (FakeSubscriptions *fake, const char *uri, guint status)
{
  Standing *standing = find (fake, uri);

  standing->is_over = TRUE;
  standing->listener->on_ended (standing->user_data, status);
}

FakeSubscriptions *
fake_subscriptions_new (FakePeople *people)
{
  FakeSubscriptions *fake = g_new0 (FakeSubscriptions, 1);

  fake->port.vtable = &port_vtable;
  fake->people = people;
  fake->standing = g_ptr_array_new_with_free_func (standing_free);
  fake->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  return fake;
}

void
fake_subscriptions_free (FakeSubscriptions *fake)
{
  g_assert_cmpuint (fake->standing->len, ==, 0);
  g_ptr_array_unref (fake->standing);
  g_array_unref (fake->times);
  g_free (fake);
}
