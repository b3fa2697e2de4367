/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ice-services.h. */
#include "ice-services.h"

#define MARGIN 30 /* seconds before the end of credentials at the latest: a call that begins now should have them */
#define SOON 5    /* never asked again sooner than that */
#define TICK 60   /* the wall clock may jump, when the machine sleeps or is set */
#define FIRST_DELAY 10
#define LAST_DELAY 60 /* for credentials that end */
#define SLOW_DELAY 600

struct _CusaxIceServices
{
  CusaxIceServicesPorts ports;
  CusaxIceServicesChanged on_changed;
  gpointer user_data;
  gboolean is_chat_up, is_wanted;

  GPtrArray *servers; /* (element-type CusaxIceServer): as told last */
  guint request;      /* 0: none is under way */
  guint timer;
  gint64 due;         /* wall time, 0: nothing is to be asked for */
  guint delay;        /* seconds: after the last failure, 0: there was none */
  gboolean has_ends;  /* what the server said last had credentials that end */
};

static void ask (CusaxIceServices *services);
static gboolean on_tick (gpointer data);

/* ------------------------------------------------------------------ when */

static void
disarm (CusaxIceServices *services)
{
  if (services->timer != 0)
    services->ports.clock->remove (services->ports.clock, services->timer);
  services->timer = 0;
}

/* Returns: (transfer full): what has not ended */
static GPtrArray *
dup_fresh (const CusaxIceServices *services)
{
  gint64 now = services->ports.wall_time ();
  GPtrArray *fresh = cusax_ice_servers_new ();

  for (guint i = 0; i < services->servers->len; i++)
    {
      const CusaxIceServer *server = g_ptr_array_index (services->servers, i);

      if (server->expires == 0 || server->expires > now)
        g_ptr_array_add (fresh, cusax_ice_server_copy (server));
    }
  return fresh;
}

static void
arm (CusaxIceServices *services)
{
  gint64 now = services->ports.wall_time ();
  gint64 expiry = cusax_ice_servers_get_expiry (services->servers);
  gint64 next = G_MAXINT64;

  disarm (services);
  if (services->due != 0 && services->is_chat_up)
    next = services->due;
  if (expiry != 0)
    next = MIN (next, expiry);
  if (next != G_MAXINT64)
    services->timer = services->ports.clock->add (services->ports.clock, (guint) CLAMP (next - now, 1, TICK) * 1000,
                                                  on_tick, services);
}

/* @servers: (transfer full). Tells if that is new; the last thing to do. */
static void
set_servers (CusaxIceServices *services, GPtrArray *servers)
{
  gboolean is_new = !cusax_ice_servers_equal (services->servers, servers);
  /* The listener may free us. */
  g_autoptr (GPtrArray) told = cusax_ice_servers_copy (servers);

  g_ptr_array_unref (services->servers);
  services->servers = servers;
  arm (services);
  if (is_new)
    services->on_changed (services->user_data, told);
}

static gboolean
on_tick (gpointer data)
{
  CusaxIceServices *services = data;

  services->timer = 0;
  if (services->due != 0 && services->due <= services->ports.wall_time () && services->is_chat_up
      && services->request == 0)
    ask (services);
  set_servers (services, dup_fresh (services));
  return G_SOURCE_REMOVE;
}

/* 80 % of what is left, and MARGIN before the end. */
static void
plan (CusaxIceServices *services, gint64 expiry)
{
  gint64 now = services->ports.wall_time ();

  services->delay = 0;
  services->has_ends = expiry != 0;
  services->due = expiry != 0 ? MAX (MIN (now + (expiry - now) * 4 / 5, expiry - MARGIN), now + SOON) : 0;
}

static void
plan_retry (CusaxIceServices *services)
{
  guint longest = services->has_ends ? LAST_DELAY : SLOW_DELAY;

  services->delay = services->delay == 0 ? FIRST_DELAY : MIN (services->delay * 2, longest);
  services->due = services->ports.wall_time () + services->delay;
}

/* ------------------------------------------------------------------ asking */

/* Has credentials that are over, or that were not told: those that it had before are better than none. */
static gboolean
lacks_credentials (const GPtrArray *services, gint64 now)
{
  for (guint i = 0; services != NULL && i < services->len; i++)
    {
      const CusaxService *service = g_ptr_array_index (services, i);

      if (service->is_restricted && (service->username == NULL || service->password == NULL))
        return TRUE;
      if (service->expires != 0 && service->expires <= now)
        return TRUE;
    }
  return FALSE;
}

static void
on_services (gpointer data, const GPtrArray *announced, gboolean failed)
{
  CusaxIceServices *services = data;
  gint64 now = services->ports.wall_time ();
  GPtrArray *servers;

  services->request = 0;
  servers = cusax_ice_servers_new ();
  cusax_ice_servers_add_services (servers, announced, now);
  if (failed || (servers->len == 0 && lacks_credentials (announced, now)))
    {
      g_ptr_array_unref (servers);
      plan_retry (services);
      arm (services);
      return;
    }
  g_info ("the chat server announces %u STUN and TURN servers", servers->len);
  plan (services, cusax_ice_servers_get_expiry (servers));
  set_servers (services, servers);
}

static void
cancel (CusaxIceServices *services)
{
  CusaxProviderPort *provider = services->ports.provider;

  if (services->request != 0)
    provider->vtable->cancel (provider, services->request);
  services->request = 0;
}

static void
ask (CusaxIceServices *services)
{
  CusaxProviderPort *provider = services->ports.provider;

  services->due = 0;
  services->request = provider->vtable->fetch_ice_services (provider, on_services, services);
  if (services->request == 0)
    plan_retry (services);
}

static void
ask_anew (CusaxIceServices *services)
{
  cancel (services);
  services->delay = 0;
  if (services->is_chat_up && services->is_wanted)
    ask (services);
  arm (services);
}

static void
on_pushed (gpointer data)
{
  ask_anew (data);
}

/* ------------------------------------------------------------------- life */

CusaxIceServices *
cusax_ice_services_new (const CusaxIceServicesPorts *ports, CusaxIceServicesChanged on_changed, gpointer user_data)
{
  CusaxIceServices *services;

  g_return_val_if_fail (ports != NULL && on_changed != NULL, NULL);
  services = g_new0 (CusaxIceServices, 1);
  services->ports = *ports;
  services->on_changed = on_changed;
  services->user_data = user_data;
  services->servers = cusax_ice_servers_new ();
  ports->provider->vtable->set_ice_listener (ports->provider, on_pushed, services);
  return services;
}

void
cusax_ice_services_free (CusaxIceServices *services)
{
  CusaxProviderPort *provider;

  if (services == NULL)
    return;
  provider = services->ports.provider;
  provider->vtable->set_ice_listener (provider, NULL, NULL);
  cancel (services);
  disarm (services);
  g_ptr_array_unref (services->servers);
  g_free (services);
}

const GPtrArray *
cusax_ice_services_get_servers (const CusaxIceServices *services)
{
  return services->servers;
}

void
cusax_ice_services_set_chat_up (CusaxIceServices *services, gboolean up)
{
  g_return_if_fail (services != NULL);
  if (!up == !services->is_chat_up)
    return;
  services->is_chat_up = up;
  ask_anew (services);
}

void
cusax_ice_services_set_wanted (CusaxIceServices *services, gboolean wanted)
{
  g_return_if_fail (services != NULL);
  if (!wanted == !services->is_wanted)
    return;
  services->is_wanted = wanted;
  if (wanted)
    {
      ask_anew (services);
      return;
    }
  cancel (services);
  disarm (services);
  services->due = 0;
  services->has_ends = FALSE;
  set_servers (services, cusax_ice_servers_new ());
}
