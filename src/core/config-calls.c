/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of calls: how many, keypad digits, voicemail, the bridge. See config.h. */
#include "config-private.h"

/* What a person can keep apart, and what a machine can bear. */
#define MOST_CALLS 20

/* Returns: FALSE with CUSAX_ERROR_INVALID */
static gboolean
read_target (const CusaxConfig *config, const CusaxConfigSource *source, const char *name, CusaxAddress **target,
             GError **error)
{
  g_autofree char *text = cusax_config_read_string (source, name, error);
  g_autoptr (GError) reason = NULL;

  if (text == NULL)
    return FALSE;
  if (*text == '\0')
    return TRUE;
  *target = cusax_address_parse_target (text, cusax_address_get_host (config->aor), &reason);
  return *target != NULL || cusax_config_invalid (error, name, "%s", reason->message);
}

gboolean
cusax_config_read_calls (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  int max_calls = cusax_config_read_int (source, "max_calls");
  g_autofree char *ring_device = cusax_config_read_string (source, "ring_device", error);
  guint choice = 0;

  if (ring_device == NULL || !cusax_config_read_choice (source, "dtmf", &choice, error)
      || !read_target (config, source, "voicemail", &config->voicemail, error)
      || !read_target (config, source, "conference_uri", &config->bridge, error))
    return FALSE;
  if (max_calls < 1 || max_calls > MOST_CALLS)
    return cusax_config_invalid (error, "max_calls", "must be from 1 to %d", MOST_CALLS);
  config->max_calls = (guint) max_calls;
  config->dtmf = (CusaxDtmfMode) choice;
  config->ring_device = *ring_device != '\0' ? g_steal_pointer (&ring_device) : NULL;
  config->allows_auto_answer = cusax_config_read_bool (source, "auto_answer");
  return TRUE;
}

guint
cusax_config_get_max_calls (const CusaxConfig *config)
{
  return config->max_calls;
}

CusaxDtmfMode
cusax_config_get_dtmf (const CusaxConfig *config)
{
  return config->dtmf;
}

CusaxAddress *
cusax_config_get_voicemail (const CusaxConfig *config)
{
  return config->voicemail;
}

CusaxAddress *
cusax_config_get_bridge (const CusaxConfig *config)
{
  return config->bridge;
}

const char *
cusax_config_get_ring_device (const CusaxConfig *config)
{
  return config->ring_device;
}

gboolean
cusax_config_allows_auto_answer (const CusaxConfig *config)
{
  return config->allows_auto_answer;
}
