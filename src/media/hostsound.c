/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See hostsound.h. */
#include "hostsound.h"

#include <core.h>
#include <prefs.h>
#include <sound.h>

/* The host's volume is 0 to 100 with 50 as it is. */
#define VOLUME_MIDDLE 50.0

/* Values of /purple/sound/while_status; libpurple has no names for them. */
enum
{
  WHILE_AVAILABLE = 1,
  WHILE_AWAY = 2,
  ALWAYS = 3
};

/* Returns: (transfer full) (nullable): the folder of preferences; NULL: a host that is not known */
static char *
get_folder (void)
{
  const char *ui = purple_core_get_ui ();
  const char *profile;

  if (g_strcmp0 (ui, "gtk-gaim") == 0)
    return g_strdup ("/pidgin/sound");
  if (g_strcmp0 (ui, "gnt-purple") != 0 || !purple_prefs_exists ("/finch/sound/actprofile"))
    return NULL;
  profile = purple_prefs_get_string ("/finch/sound/actprofile");
  return profile != NULL ? g_strconcat ("/finch/sound/profiles/", profile, NULL) : NULL;
}

/* Returns: (transfer full) (nullable) */
static char *
get_name (const char *folder, const char *key)
{
  g_autofree char *name = folder != NULL ? g_strconcat (folder, "/", key, NULL) : NULL;

  return name != NULL && purple_prefs_exists (name) ? g_steal_pointer (&name) : NULL;
}

static gboolean
is_muted (const char *folder)
{
  g_autofree char *name = get_name (folder, "mute");

  return name != NULL && purple_prefs_get_bool (name);
}

static double
get_gain (const char *folder)
{
  g_autofree char *name = get_name (folder, "volume");

  return name != NULL ? CLAMP (purple_prefs_get_int (name), 0, 100) / VOLUME_MIDDLE : 1;
}

/* Returns: (nullable) */
static const char *
get_method (const char *folder)
{
  g_autofree char *name = get_name (folder, "method");

  return name != NULL ? purple_prefs_get_string (name) : NULL;
}

/* As purple_sound_play_event(), which does not tell. */
static gboolean
is_wanted_now (PurpleAccount *account)
{
  int wanted = purple_prefs_get_int ("/purple/sound/while_status");
  PurpleStatus *status = purple_account_get_active_status (account);

  if (wanted == ALWAYS || status == NULL || !purple_status_is_online (status))
    return TRUE;
  return wanted == (purple_status_is_available (status) ? WHILE_AVAILABLE : WHILE_AWAY);
}

CusaxHostsound
cusax_hostsound_get (PurpleAccount *account, double *gain)
{
  g_autofree char *folder = get_folder ();
  const char *method = get_method (folder);

  *gain = get_gain (folder);
  if (!is_wanted_now (account) || is_muted (folder) || g_strcmp0 (method, "none") == 0
      || g_strcmp0 (method, "nosound") == 0)
    return CUSAX_HOSTSOUND_SILENT;
  if (g_strcmp0 (method, "custom") == 0 || g_strcmp0 (method, "beep") == 0)
    return CUSAX_HOSTSOUND_EVENT;
  return CUSAX_HOSTSOUND_TONE;
}

const char *
cusax_hostsound_get_sink (void)
{
  g_autofree char *folder = get_folder ();

  if (folder == NULL)
    return NULL;
  return g_strcmp0 (get_method (folder), "alsa") == 0 ? "alsasink" : "autoaudiosink";
}

double
cusax_hostsound_get_call_gain (void)
{
  const char *name = "/purple/media/audio/volume/output"; /* 0 to 10 */

  return purple_prefs_exists (name) ? CLAMP (purple_prefs_get_int (name), 0, 10) / 10.0 : 1;
}
