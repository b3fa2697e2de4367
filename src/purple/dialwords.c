/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dialwords.h. */
#include "dialwords.h"

#include "words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

char *
cusax_dialwords_address (const CusaxAddress *address, const CusaxConfig *config)
{
  g_autofree char *display = cusax_address_get_display (address, cusax_config_get_domain (config));
  gboolean is_number = cusax_address_get_user (address) != NULL && strchr (display, '@') == NULL;
  const char *scheme = cusax_address_is_sips (address) ? "sips:" : "sip:";
  g_autofree char *text = g_strconcat (is_number ? "" : scheme, display, NULL);
  char *clean = cusax_words_address (text, CUSAX_WORDS_MAX_LENGTH);

  return clean != NULL ? clean : g_strdup (cusax_address_get_uri (address));
}

static const char *
kind_of (CusaxTelTypes types)
{
  if (types & CUSAX_TEL_CELL)
    return _ ("mobile");
  if (types & CUSAX_TEL_WORK)
    return _ ("work");
  return types & CUSAX_TEL_HOME ? _ ("home") : NULL;
}

/* Where there is a reason to think twice it is always said: neither the contact nor the person wrote the
 * address. */
static const char *
source_of (CusaxDialableSource source, gboolean with_source)
{
  switch (source)
    {
    case CUSAX_DIALABLE_GUESS:
      return _ ("guess");
    case CUSAX_DIALABLE_HINT:
      return _ ("not confirmed");
    case CUSAX_DIALABLE_CARD:
      return with_source ? _ ("from the card") : NULL;
    case CUSAX_DIALABLE_ATTACHED:
      return with_source ? _ ("attached by you") : NULL;
    }
  return NULL;
}

static const char *
class_of (CusaxClass class_)
{
  switch (class_)
    {
    case CUSAX_CLASS_FOREIGN_SIP:
      return _ ("other service");
    case CUSAX_CLASS_TELEPHONE_NETWORK:
      return _ ("may be charged");
    case CUSAX_CLASS_EMERGENCY:
      return _ ("emergency");
    case CUSAX_CLASS_ON_NET:
      break;
    }
  return NULL;
}

char *
cusax_dialwords_line (const CusaxDialable *dialable, const CusaxConfig *config, gboolean with_source)
{
  const char *const notes[]
    = { kind_of (dialable->types), source_of (dialable->source, with_source), class_of (dialable->class_) };
  g_autofree char *address = cusax_dialwords_address (dialable->address, config);
  g_autoptr (GString) list = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (notes); i++)
    if (notes[i] != NULL)
      /* Translators: between the notes behind an address: "mobile, may be charged" */
      g_string_append_printf (list, "%s%s", list->len > 0 ? _ (", ") : "", notes[i]);
  if (list->len == 0)
    return g_steal_pointer (&address);
  /* Translators: an address and notes about it: "+33177624339 (mobile, may be charged)" */
  return g_strdup_printf (_ ("%s (%s)"), address, list->str);
}
