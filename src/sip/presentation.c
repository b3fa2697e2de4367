/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See presentation.h. */
#include "presentation.h"

#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_tag.h>

/* Returns "@before<@uri>@after", NULL if @uri is NULL or would not stay within its brackets. */
static char *
format_line (const char *before, const char *uri, const char *after)
{
  if (uri == NULL || uri[0] == '\0')
    return NULL;
  for (const char *p = uri; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p) || *p == '<' || *p == '>' || *p == '"')
      return NULL;
  return g_strdup_printf ("%s<%s>%s", before, uri, after);
}

void
cusax_presentation_clear (CusaxPresentation *presentation)
{
  presentation->is_anonymous = FALSE;
  g_clear_pointer (&presentation->call_info, g_free);
  g_clear_pointer (&presentation->contact, g_free);
  g_clear_pointer (&presentation->privacy, g_free);
  g_clear_pointer (&presentation->call_id, g_free);
}

void
cusax_presentation_set (CusaxPresentation *presentation, const CusaxSipDisclosure *disclosure)
{
  cusax_presentation_clear (presentation);
  if (disclosure == NULL)
    return;
  presentation->is_anonymous = disclosure->is_anonymous;
  presentation->call_id = g_strdup (disclosure->call_id);
  if (disclosure->is_anonymous)
    {
      presentation->privacy = g_strdup ("Privacy: id");
      return;
    }
  presentation->call_info = format_line ("Call-Info: ", disclosure->chat_uri, ";purpose=impp");
  presentation->contact = format_line ("Contact: ", disclosure->chat_contact, "");
}

char *
cusax_presentation_make_user (const CusaxPresentation *presentation, const char *user)
{
  g_autofree char *random = presentation->is_anonymous ? g_uuid_string_random () : NULL;

  return random != NULL ? g_strdup_printf ("a%.8s", random) : g_strdup (user);
}

char *
cusax_presentation_format_from (const CusaxPresentation *presentation, const CusaxAddress *aor)
{
  if (presentation->is_anonymous)
    return g_strdup ("\"Anonymous\" <sip:anonymous@anonymous.invalid>");
  return g_strdup_printf ("<%s>", cusax_address_get_uri (aor));
}

char *
cusax_presentation_format_preferred (const CusaxPresentation *presentation, const CusaxAddress *aor,
                                     gboolean is_protected)
{
  if (!presentation->is_anonymous || !is_protected)
    return NULL;
  return g_strdup_printf ("P-Preferred-Identity: <%s>", cusax_address_get_uri (aor));
}

nua_handle_t *
cusax_presentation_make_handle (const CusaxPresentation *presentation, CusaxStack *stack, const CusaxSelf *self,
                                const CusaxAddress *target)
{
  CusaxAddress *aor = cusax_config_get_aor (self->config);
  gboolean is_protected = cusax_stack_is_protected (stack);
  g_autofree char *from = cusax_presentation_format_from (presentation, aor);
  g_autofree char *preferred = cusax_presentation_format_preferred (presentation, aor, is_protected);
  g_autofree char *to = g_strdup_printf ("<%s>", cusax_address_get_uri (target));
  /* Sofia's own ends in the address of this computer's network card. */
  g_autofree char *random = presentation->call_id == NULL ? g_uuid_string_random () : NULL;

  return nua_handle (cusax_stack_get_nua (stack), NULL, SIPTAG_FROM_STR (from), SIPTAG_TO_STR (to),
                     SIPTAG_CALL_ID_STR (random != NULL ? random : presentation->call_id),
                     SIPTAG_UNKNOWN_STR (presentation->privacy),
                     SIPTAG_UNKNOWN_STR (preferred), TAG_END ());
}
