/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * To be preloaded: NSPR's last function, which libpurple calls in mid-quit, takes two seconds more. Programs with much to tidy
 * up take that long by themselves, and whatever thread ends in that time and has used NSS brings the process down.
 */
#include <dlfcn.h>
#include <unistd.h>

int PR_Cleanup (void);

int
PR_Cleanup (void)
{
  void *nspr = dlopen ("libnspr4.so", RTLD_LAZY);
  int (*cleanup) (void) = (int (*) (void)) dlsym (nspr, "PR_Cleanup");
  int status = cleanup ();

  sleep (2);
  return status;
}
