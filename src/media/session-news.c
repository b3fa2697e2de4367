/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See session-private.h. */
#include "session-private.h"

#include "error.h"

/* More than a person presses in one turn of the main loop. */
#define MAX_DIGITS 32

/* Each may end the session. */
static void
tell_digits (CusaxSession *self)
{
  while (!self->cut && self->news_digits->len > 0)
    {
      char digit = self->news_digits->str[0];

      g_string_erase (self->news_digits, 0, 1);
      if (self->listener.on_keypad != NULL)
        self->listener.on_keypad (self->user_data, digit);
    }
}

/* Each may end the session. */
static void
tell_video (CusaxSession *self)
{
  guint16 rtp_port, rtcp_port;

  if (!self->cut && self->news_video_error != NULL)
    {
      g_autoptr (GError) error = g_steal_pointer (&self->news_video_error);

      self->news_video_leg = self->news_keyframe = FALSE;
      cusax_session_video_remove (&self->session);
      if (self->listener.on_video_error != NULL)
        self->listener.on_video_error (self->user_data, self->only_ours, error);
    }
  if (!self->cut && self->news_video_leg)
    {
      self->news_video_leg = FALSE;
      if (self->listener.on_video_leg_ready != NULL && self->video.is_open
          && cusax_stream_get_local_ports (self->media, CUSAX_STREAM_VIDEO, self->who, &rtp_port, &rtcp_port))
        self->listener.on_video_leg_ready (self->user_data, rtp_port, rtcp_port);
    }
  if (!self->cut && self->news_keyframe)
    {
      self->news_keyframe = FALSE;
      if (self->listener.on_keyframe_wanted != NULL && self->video.is_open)
        self->listener.on_keyframe_wanted (self->user_data);
    }
}

/* Each may end the session. */
static void
tell_device (CusaxSession *self, gboolean is_microphone, gboolean *is_news, GError **news)
{
  g_autoptr (GError) error = NULL;

  if (self->cut || !*is_news)
    return;
  *is_news = FALSE;
  error = g_steal_pointer (news);
  if (self->listener.on_device != NULL)
    self->listener.on_device (self->user_data, is_microphone, error);
}

static gboolean
on_news (gpointer user_data)
{
  CusaxSession *self = g_rc_box_acquire (user_data);
  g_autoptr (GError) error = NULL;
  guint16 rtp_port, rtcp_port;

  self->news_source = 0;
  if (self->news_error != NULL)
    {
      error = g_steal_pointer (&self->news_error);
      self->cut = TRUE;
      self->listener.on_error (self->user_data, error);
    }
  if (!self->cut && self->news_leg)
    {
      self->news_leg = FALSE;
      if (cusax_stream_get_local_ports (self->media, CUSAX_STREAM_SESSION, self->who, &rtp_port, &rtcp_port))
        self->listener.on_leg_ready (self->user_data, rtp_port, rtcp_port);
    }
  tell_video (self);
  if (!self->cut && self->news_hold)
    {
      self->news_hold = FALSE;
      self->listener.on_hold (self->user_data, self->held);
    }
  if (!self->cut && self->news_muted)
    {
      self->news_muted = FALSE;
      self->listener.on_muted (self->user_data, self->muted);
    }
  tell_digits (self);
  tell_device (self, TRUE, &self->news_microphone, &self->microphone_error);
  tell_device (self, FALSE, &self->news_speaker, &self->speaker_error);
  if (!self->cut && self->news_hang_up)
    {
      self->cut = TRUE;
      self->listener.on_hang_up (self->user_data);
    }
  cusax_session_release (self);
  return G_SOURCE_REMOVE;
}

void
cusax_session_news_tell (CusaxSession *self)
{
  if (!self->cut && self->news_source == 0)
    self->news_source = g_idle_add_full (G_PRIORITY_DEFAULT, on_news, self, NULL);
}

void
cusax_session_news_tell_digit (CusaxSession *self, char digit)
{
  if (self->news_digits->len >= MAX_DIGITS)
    return;
  g_string_append_c (self->news_digits, digit);
  cusax_session_news_tell (self);
}

void
cusax_session_news_tell_device (CusaxSession *self, gboolean is_microphone, const GError *error)
{
  GError **news = is_microphone ? &self->microphone_error : &self->speaker_error;

  g_clear_error (news);
  if (error != NULL)
    *news = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, error->message);
  *(is_microphone ? &self->news_microphone : &self->news_speaker) = TRUE;
  cusax_session_news_tell (self);
}

void
cusax_session_news_tell_video_error (CusaxSession *self, gboolean only_ours, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  g_info ("%s: no picture: %s", self->who, text);
  if (self->news_video_error == NULL)
    {
      self->only_ours = only_ours;
      self->news_video_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, text);
    }
  cusax_session_news_tell (self);
}

void
cusax_session_news_tell_error (CusaxSession *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  g_info ("%s: %s", self->who, text);
  if (self->news_error == NULL)
    self->news_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, text);
  cusax_session_news_tell (self);
}
