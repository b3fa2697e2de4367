/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The account actions "Privacy..." (one switch for each thing that one protocol would tell about the other, R50) and
 * "Publish my phone address..." (R15).
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** The dialog "Privacy...": what is changed counts at once. */
void cusax_privacy_show (PurpleAccount *account);

/** The dialog "Publish my phone address...": says that vCards can be read by everybody, writes, tells the result. */
void cusax_privacy_show_publish (PurpleAccount *account);

G_END_DECLS
