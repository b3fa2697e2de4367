/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A SIP leg that does nothing but take subscriptions, for tests of what lives on them: each is a line of the
 * trace of FakePeople ("subscribe EVENT URI ACCEPT", "release URI"), and the test says what comes on it.
 */
#pragma once

#include "fake-people.h"

typedef struct
{
  CusaxSipPort port;
  FakePeople *people;
  const char *announced; /* (nullable): the one package that the registrar names */
  gboolean is_offline;   /* subscribe fails */
  GPtrArray *standing;
  GArray *times; /* gint64: when each SUBSCRIBE left */
} FakeSubscriptions;

FakeSubscriptions *fake_subscriptions_new (FakePeople *people);
/** Nothing may stand any more. */
void fake_subscriptions_free (FakeSubscriptions *fake);

/** Something comes on the one for @uri, which must stand. */
void fake_subscriptions_notify (FakeSubscriptions *fake, const char *uri, const char *content_type,
                                const char *body);
/** Its end; it is not released yet. */
void fake_subscriptions_end (FakeSubscriptions *fake, const char *uri, guint status);
