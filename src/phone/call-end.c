/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See call-end.h. */
#include "call-end.h"

#include "error.h"

static const struct
{
  guint status;
  CusaxCallEnd end;
} ends[] = {
  { 401, CUSAX_CALL_END_FORBIDDEN }, { 402, CUSAX_CALL_END_FORBIDDEN }, { 403, CUSAX_CALL_END_FORBIDDEN },
  { 404, CUSAX_CALL_END_NOT_FOUND }, { 407, CUSAX_CALL_END_FORBIDDEN }, { 410, CUSAX_CALL_END_NOT_FOUND },
  { 415, CUSAX_CALL_END_NO_CODEC },  { 480, CUSAX_CALL_END_NO_ANSWER }, { 484, CUSAX_CALL_END_NOT_FOUND },
  { 486, CUSAX_CALL_END_BUSY },      { 487, CUSAX_CALL_END_NO_ANSWER }, { 488, CUSAX_CALL_END_NO_CODEC },
  { 503, CUSAX_CALL_END_NETWORK },   { 600, CUSAX_CALL_END_BUSY },      { 603, CUSAX_CALL_END_DECLINED },
  { 604, CUSAX_CALL_END_NOT_FOUND }, { 606, CUSAX_CALL_END_NO_CODEC },
};

CusaxCallEnd
cusax_call_end_from_status (guint status, gboolean was_ringing)
{
  /* 408 is the other person's silence if the telephone rang, and the network's if not. */
  if (status == 408)
    return was_ringing ? CUSAX_CALL_END_NO_ANSWER : CUSAX_CALL_END_NETWORK;

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    if (ends[i].status == status)
      return ends[i].end;

  return CUSAX_CALL_END_FAILED;
}

CusaxCallEnd
cusax_call_end_from_error (const GError *error)
{
  if (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA))
    return CUSAX_CALL_END_MEDIA;
  if (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_NO_PATH))
    return CUSAX_CALL_END_NO_PATH;
  if (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_HANDSHAKE))
    return CUSAX_CALL_END_HANDSHAKE;
  if (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_NO_CODEC)
      || g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED))
    return CUSAX_CALL_END_NO_CODEC;
  if (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED))
    return CUSAX_CALL_END_NOT_PROTECTED;
  if (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE)
      || g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE)
      || g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_TIMEOUT))
    return CUSAX_CALL_END_NETWORK;
  return CUSAX_CALL_END_FAILED;
}

guint
cusax_call_end_status_for_offer (const GError *error)
{
  if (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID))
    return 400;
  if (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_BUSY))
    return 491;
  if (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_NO_CODEC)
      || g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED)
      || g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED))
    return 488;
  return 500;
}
