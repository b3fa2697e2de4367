/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "error.h"

#include <glib.h>

static void
test_retryable (void)
{
  static const CusaxErrorCode final[]
      = { CUSAX_ERROR_INVALID,     CUSAX_ERROR_UNSUPPORTED, CUSAX_ERROR_NO_CODEC,     CUSAX_ERROR_CERTIFICATE,
          CUSAX_ERROR_CREDENTIALS, CUSAX_ERROR_REFUSED,     CUSAX_ERROR_NOT_PROTECTED };

  for (int code = CUSAX_ERROR_INVALID; code <= CUSAX_ERROR_OFFLINE; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, code, "x");
      gboolean retryable = TRUE;

      for (guint i = 0; i < G_N_ELEMENTS (final); i++)
        retryable &= (int) final[i] != code;
      g_assert_cmpint (cusax_error_is_retryable (error), ==, retryable);
    }
}

static void
test_foreign (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_IO, "x");

  g_assert_true (cusax_error_is_retryable (error));
  g_assert_true (cusax_error_is_retryable (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/retryable", test_retryable);
  g_test_add_func ("/error/foreign", test_foreign);
  return g_test_run ();
}
