/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one error domain of the house. Codes decide what happens next (retry, ask, give up); messages are English
 * for logs and tests. What a person reads is written in purple/ from the code.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_ERROR (cusax_error_quark ())

/** CusaxErrorCode: */
typedef enum
{
  CUSAX_ERROR_INVALID,      /* a text, setting or message breaks its grammar */
  CUSAX_ERROR_UNSUPPORTED,  /* well formed, but not something we do */
  CUSAX_ERROR_NO_CODEC,     /* no codec in common */
  CUSAX_ERROR_NO_HOST,      /* the name is not in DNS */
  CUSAX_ERROR_UNREACHABLE,  /* no connection to the host */
  CUSAX_ERROR_TIMEOUT,      /* connected, but no answer in time */
  CUSAX_ERROR_CERTIFICATE,  /* the server's certificate is not trusted */
  CUSAX_ERROR_CREDENTIALS,  /* user name or password refused */
  CUSAX_ERROR_REFUSED,      /* the server said no, and would again */
  CUSAX_ERROR_UNAVAILABLE,  /* the server said no for now (5xx) */
  CUSAX_ERROR_NOT_PROTECTED,/* policy asks for TLS or SRTP, and it is not to be had */
  CUSAX_ERROR_MEDIA,        /* sound or picture could not be set up on this machine */
  CUSAX_ERROR_BUSY,         /* the line is in use */
  CUSAX_ERROR_OFFLINE,      /* telephony is not signed in */
  CUSAX_ERROR_WITHHELD,     /* the chat password is not shown to this domain (R47): a password of its own is needed */
  CUSAX_ERROR_REDIRECTED,   /* the server asks to sign in elsewhere: a person decides */
  CUSAX_ERROR_NO_PATH,      /* no way for sound between the two sides (ICE failed) */
  CUSAX_ERROR_HANDSHAKE     /* the keys of the call could not be agreed on: DTLS failed, or another certificate than SDP said */
} CusaxErrorCode;

GQuark cusax_error_quark (void);

/**
 * cusax_error_is_retryable:
 * @error: (nullable): an error of any domain
 *
 * Returns: TRUE if trying the same thing again later may succeed without anybody changing a setting. Errors of
 *   other domains (GIO) count as retryable.
 */
gboolean cusax_error_is_retryable (const GError *error);

G_END_DECLS
