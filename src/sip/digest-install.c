/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See digest.h: our entry in Sofia's table of authentication schemes. The table is not ours alone: other users
 * of Sofia in this process are served too, so plain credentials must work as well as our marked ones.
 */
#include "digest-private.h"

#include "error.h"

#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/su_alloc.h>

static const auth_client_plugin_t *original; /* Sofia's own, NULL while ours is not in place */
static guint uses;

/* Returns: what Sofia would use for @scheme, NULL if nothing */
static const auth_client_plugin_t *
look_up (const char *scheme)
{
  su_home_t home[1] = { SU_HOME_INIT (home) };
  g_autofree char *text = g_strdup_printf ("%s realm=\"cusax\", nonce=\"0\", algorithm=MD5", scheme);
  const auth_client_plugin_t *found = NULL;
  auth_client_t *clients = NULL;

  su_home_init (home);
  if (auc_challenge (&clients, home, sip_www_authenticate_make (home, text), sip_authorization_class) > 0)
    found = clients->ca_auc;
  su_home_deinit (home);
  return found;
}

/*
 * auc_register_plugin() compares names the wrong way round: it overwrites the first entry whose name differs.
 * So a dummy takes the place of Digest, and then @with that of the dummy. On a Sofia without that slip the
 * dummy is appended once and Digest replaced; the dummy then stays for good, hence it is on the heap and calls
 * into Sofia.
 */
static gboolean
replace_plugin (const auth_client_plugin_t *sofias, const auth_client_plugin_t *with)
{
  auth_client_plugin_t *dummy;
  gboolean done;

  dummy = g_new0 (auth_client_plugin_t, 1);
  dummy->auc_plugin_size = cusax_digest_plugin.auc_plugin_size;
  dummy->auc_size = sofias->auc_size;
  dummy->auc_name = "x-none";
  dummy->auc_challenge = sofias->auc_challenge;
  dummy->auc_authorize = sofias->auc_authorize;

  done = auc_register_plugin (dummy) == 0 && auc_register_plugin (with) == 0 && look_up ("Digest") == with;
  if (look_up ("x-none") != dummy)
    g_free (dummy);
  return done;
}

gboolean
cusax_digest_install (GError **error)
{
  const auth_client_plugin_t *sofias;

  if (original != NULL)
    {
      uses++;
      return TRUE;
    }

  sofias = look_up ("Digest");
  if (sofias == NULL || !replace_plugin (sofias, &cusax_digest_plugin))
    {
      if (sofias != NULL)
        replace_plugin (sofias, sofias);
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
                           "Sofia-SIP does not take our digest authentication: MD5 only");
      return FALSE;
    }
  original = sofias;
  uses = 1;
  return TRUE;
}

void
cusax_digest_restore (void)
{
  g_return_if_fail (uses > 0);
  if (--uses > 0)
    return;

  if (!replace_plugin (original, original))
    g_warning ("Sofia-SIP's own digest authentication could not be put back");
  original = NULL;
}

gboolean
cusax_digest_is_installed (void)
{
  return original != NULL;
}
