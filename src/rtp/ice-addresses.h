/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which addresses of this machine a call gathers candidates at. The kernel's routes say it: bridges of containers and the
 * like have addresses, but no road to anywhere, so that nothing has to be guessed from names of interfaces.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** More are not used: each costs bytes of the INVITE and time of the checks. */
#define CUSAX_ICE_ADDRESSES_MAX 2

/**
 * cusax_ice_addresses_list:
 * @local_address: literal that routes to the registrar
 *
 * Returns: (transfer full): NULL-terminated literals, @local_address first; then that of the other family on the road out,
 *   then another one of the same family. No link-local ones; if @local_address is loopback, no others.
 */
char **cusax_ice_addresses_list (const char *local_address);

G_END_DECLS
