/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of a fake world for tests that need several of them: dialled, coming in, standing, and what their far ends say. The
 * fakes know one far end at a time, so each step names whose it is.
 */
#pragma once

#include "fakes.h"

typedef struct
{
  CusaxCall *call;  /* borrowed from the account */
  FakeCall *dialog; /* until it is given up */
} Talk;

/** A registered account. */
FakeWorld *talk_signed_in (const char *const *settings);

/** alice dials sip:@who; the INVITE has left. */
Talk talk_dial (FakeWorld *world, const char *who);

/** The same, answered; forgets the trace. */
Talk talk_to (FakeWorld *world, const char *who);

/** @uri calls; the person has been told, and nothing but his answer is missing. */
Talk talk_rings (FakeWorld *world, const char *uri);

/** 200 to the INVITE. */
void talk_far_answers (FakeWorld *world, FakeCall *dialog);

/** The answer to a re-INVITE of ours. */
void talk_far_agrees (FakeWorld *world, FakeCall *dialog, CusaxDirection direction);
