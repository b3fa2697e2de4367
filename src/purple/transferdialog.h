/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The account action "Transfer call...": which call (if several stand), and where to: what is typed, or the
 * other side of another call. One dialog at a time; nothing is kept of it.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** Asks, or says why nothing can be transferred. */
void cusax_transferdialog_show (PurpleAccount *account);

/** Closes the dialog if it is of @account. */
void cusax_transferdialog_forget (PurpleAccount *account);

G_END_DECLS
