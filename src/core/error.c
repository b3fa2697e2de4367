/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See error.h. */
#include "error.h"

G_DEFINE_QUARK (cusax-error, cusax_error)

gboolean
cusax_error_is_retryable (const GError *error)
{
  if (error == NULL || error->domain != CUSAX_ERROR)
    return TRUE;

  switch ((CusaxErrorCode) error->code)
    {
    case CUSAX_ERROR_NO_HOST:
    case CUSAX_ERROR_UNREACHABLE:
    case CUSAX_ERROR_TIMEOUT:
    case CUSAX_ERROR_UNAVAILABLE:
    case CUSAX_ERROR_MEDIA:
    case CUSAX_ERROR_BUSY:
    case CUSAX_ERROR_NO_PATH:
    case CUSAX_ERROR_HANDSHAKE:
    case CUSAX_ERROR_OFFLINE:
      return TRUE;
    case CUSAX_ERROR_INVALID:
    case CUSAX_ERROR_UNSUPPORTED:
    case CUSAX_ERROR_NO_CODEC:
    case CUSAX_ERROR_CERTIFICATE:
    case CUSAX_ERROR_CREDENTIALS:
    case CUSAX_ERROR_REFUSED:
    case CUSAX_ERROR_NOT_PROTECTED:
    case CUSAX_ERROR_WITHHELD:
    case CUSAX_ERROR_REDIRECTED:
      return FALSE;
    }
  return FALSE;
}
