/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callers.h. */
#include "callers.h"

#include "callwords.h"
#include "connection.h"
#include "pictures.h"
#include "words.h"

#include <glib/gi18n-lib.h>

gboolean
cusax_callers_is_anonymous (CusaxCall *call)
{
  const CusaxCallerId *caller = cusax_call_get_caller (call);

  return !cusax_call_is_outgoing (call) && caller != NULL && caller->is_anonymous;
}

static gboolean
is_confirmed (CusaxCall *call)
{
  return !cusax_callers_is_anonymous (call) && cusax_call_get_grade (call) == CUSAX_BINDING_STRONG
         && cusax_call_get_contact (call) != NULL;
}

/* ---------------------------------------------------------------- names */

/* Returns: (transfer full): as in the buddy list; else the JID */
static char *
contact_name (PurpleAccount *account, const char *jid, guint max_chars)
{
  PurpleBuddy *buddy = purple_find_buddy (account, jid);

  return cusax_words_address (buddy != NULL ? purple_buddy_get_alias (buddy) : jid, max_chars);
}

static CusaxConfig *
config_of (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);

  return connection != NULL ? cusax_account_get_config (cusax_connection_get_account (connection)) : NULL;
}

/* Returns: (transfer full) (nullable): never through a name that somebody else chose */
static char *
address_of (PurpleAccount *account, CusaxCall *call, guint max_chars)
{
  CusaxAddress *peer = cusax_call_get_peer (call);
  CusaxConfig *config = config_of (account);
  g_autofree char *display = NULL;

  if (peer == NULL)
    return NULL;
  display = cusax_address_get_display (peer, config != NULL ? cusax_config_get_domain (config) : NULL);
  return cusax_words_address (display, max_chars);
}

char *
cusax_callers_name (PurpleAccount *account, CusaxCall *call)
{
  g_autofree char *name = NULL;

  if (cusax_callers_is_anonymous (call))
    return g_strdup (_ ("somebody who hides the number"));
  if (is_confirmed (call))
    name = contact_name (account, cusax_call_get_contact (call), CUSAX_WORDS_NAME_LENGTH);
  if (name != NULL)
    return g_steal_pointer (&name);
  name = address_of (account, call, CUSAX_WORDS_NAME_LENGTH);
  /* Beside "Perhaps: Carol" a name that the caller chose would read as proof; and whom we call was our choice.
   */
  if (cusax_call_get_grade (call) != CUSAX_BINDING_NONE || cusax_call_is_outgoing (call))
    return cusax_words_call_name (name, NULL);
  return cusax_words_call_name (name, cusax_call_get_display_name (call));
}

char *
cusax_callers_headline (PurpleAccount *account, CusaxCall *call)
{
  g_autofree char *name = NULL;

  if (cusax_callers_is_anonymous (call))
    return g_strdup (_ ("Somebody who hides the number is calling"));
  name = cusax_callers_name (account, call);
  return g_strdup_printf (_ ("%s is calling"), name);
}

/* -------------------------------------------------------------- details */

/* Returns: (transfer full) (nullable): who the address belongs to, or might */
static char *
identity_line (PurpleAccount *account, CusaxCall *call)
{
  const CusaxCallerId *caller = cusax_call_get_caller (call);
  const char *contact = cusax_call_get_contact (call);
  g_autofree char *jid = cusax_words_address (contact, CUSAX_WORDS_MAX_LENGTH);
  g_autofree char *name = contact != NULL ? contact_name (account, contact, CUSAX_WORDS_MAX_LENGTH) : NULL;
  g_autofree char *claimed = NULL;

  if (is_confirmed (call))
    return g_strdup_printf (_ ("Confirmed contact: %s"), jid);
  if (cusax_call_get_grade (call) == CUSAX_BINDING_WEAK && jid != NULL)
    /* Translators: a contact whose address this may be; the second one with his chat address */
    return g_strcmp0 (name, jid) == 0 ? g_strdup_printf (_ ("Perhaps: %s (not confirmed)"), jid)
                                      : g_strdup_printf (_ ("Perhaps: %s <%s> (not confirmed)"), name, jid);
  claimed = cusax_words_address (caller != NULL ? caller->claimed_jid : NULL, CUSAX_WORDS_MAX_LENGTH);
  return claimed != NULL ? g_strdup_printf (_ ("Claims to be: %s (not confirmed)"), claimed) : NULL;
}

/* @line: (transfer full) (nullable) */
static void
add_line (GString *text, char *line)
{
  if (line == NULL)
    return;
  g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", line);
  g_free (line);
}

static gboolean
host_is_finch (void)
{
  return purple_strequal (purple_core_get_ui (), "gnt-purple");
}

char *
cusax_callers_details (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call)
{
  CusaxConfig *config = phone != NULL ? cusax_account_get_config (phone) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *line = NULL;

  if (!cusax_callers_is_anonymous (call))
    {
      g_autofree char *address = address_of (account, call, CUSAX_WORDS_MAX_LENGTH);

      add_line (text, g_strdup_printf (_ ("Address: %s"), address != NULL ? address : _ ("unknown")));
      add_line (text, identity_line (account, call));
    }
  if (config != NULL)
    line = cusax_address_get_display (cusax_config_get_aor (config), NULL);
  add_line (text,
            g_strdup_printf (_ ("Your line: %s"), line != NULL ? line : purple_account_get_username (account)));
  add_line (text, g_strdup_printf (_ ("Encrypted: %s"), cusax_callwords_keys_if_answered (call)));
  if (cusax_call_is_video_offered (call))
    add_line (text, g_strdup (host_is_finch () ? _ ("Picture: offered, but not shown in this program")
                                               : _ ("Picture: offered")));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

PurpleRequestField *
cusax_callers_picture (PurpleAccount *account, CusaxCall *call)
{
  if (!is_confirmed (call) || host_is_finch ())
    return NULL;
  return cusax_pictures_field (account, cusax_call_get_contact (call));
}
