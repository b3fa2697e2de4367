/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ICE announces, and what the other side says. See ice.h. */
#include "ice-private.h"

#include "ice-candidates.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* --------------------------------------------------------------- announced */

static GPtrArray *
get_candidates (CusaxIce *ice)
{
  GPtrArray *all = cusax_candidates_new ();

  for (guint component = 1; component <= 2; component++)
    {
      GSList *list = nice_agent_get_local_candidates (ice->agent, ice->stream, component);

      for (GSList *i = list; i != NULL; i = i->next)
        {
          CusaxCandidate *candidate = cusax_ice_candidate_from_nice (i->data);

          if (candidate != NULL)
            g_ptr_array_add (all, candidate);
        }
      g_slist_free_full (list, (GDestroyNotify) nice_candidate_free);
    }
  return all;
}

static const CusaxCandidate *
get_default (CusaxIce *ice, guint component)
{
  return ice->candidates == NULL ? NULL
                                 : cusax_ice_candidates_get_default (ice->candidates, component, ice->local_address,
                                                                     ice->is_behind_nat);
}

gboolean
cusax_ice_describe (CusaxIce *ice, CusaxTransportDescription *local)
{
  g_autoptr (GPtrArray) all = get_candidates (ice);
  g_autofree char *ufrag = NULL, *password = NULL;
  const CusaxCandidate *rtp, *rtcp;

  g_clear_pointer (&ice->candidates, g_ptr_array_unref);
  ice->candidates = cusax_ice_candidates_choose (all);
  if (ice->hides_address && cusax_ice_candidates_hide (ice->candidates, ice->local_address, ice->is_behind_nat))
    {
      ice->is_behind_nat = TRUE;
      g_object_set (ice->agent, "force-relay", TRUE, NULL); /* no check of ours leaves from here, either */
    }
  rtp = get_default (ice, 1);
  rtcp = get_default (ice, 2);
  if (rtp == NULL)
    return FALSE;
  g_free (local->address);
  local->address = g_strdup (rtp->address);
  local->rtp_port = rtp->port;
  /* A relay of RTCP that came too late: those who know no ICE then have to do without RTCP. */
  if (rtcp != NULL)
    local->rtcp_port = rtcp->port;
  nice_agent_get_local_credentials (ice->agent, ice->stream, &ufrag, &password);
  local->ice_ufrag = g_steal_pointer (&ufrag);
  local->ice_password = g_steal_pointer (&password);
  local->candidates = cusax_candidates_copy (ice->candidates);
  return TRUE;
}

const char *
cusax_ice_get_base (const CusaxIce *ice)
{
  return ice->local_address;
}

/* ------------------------------------------------------------ theirs, ICE */

gboolean
cusax_ice_has_remote (const CusaxIce *ice)
{
  return ice->remote_ufrag != NULL;
}

/* Our own credentials stay: those who want a restart have been told these in our answer. */
static void
restart (CusaxIce *ice)
{
  g_autofree char *ufrag = NULL, *password = NULL;

  nice_agent_get_local_credentials (ice->agent, ice->stream, &ufrag, &password);
  nice_agent_restart_stream (ice->agent, ice->stream);
  nice_agent_set_local_credentials (ice->agent, ice->stream, ufrag, password);
}

static void
add_remote_candidates (CusaxIce *ice, const CusaxTransportDescription *remote, guint component)
{
  GSList *list = NULL;

  for (guint i = 0; remote->candidates != NULL && i < MIN (remote->candidates->len, CUSAX_CANDIDATES_MAX); i++)
    {
      const CusaxCandidate *candidate = g_ptr_array_index (remote->candidates, i);
      NiceCandidate *theirs = candidate->component == component ? cusax_ice_candidate_to_nice (candidate) : NULL;

      if (theirs != NULL)
        list = g_slist_prepend (list, theirs);
    }
  list = g_slist_reverse (list);
  if (list != NULL)
    nice_agent_set_remote_candidates (ice->agent, ice->stream, component, list);
  g_slist_free_full (list, (GDestroyNotify) nice_candidate_free);
}

void
cusax_ice_set_remote (CusaxIce *ice, const CusaxTransportDescription *remote)
{
  gboolean is_same = g_strcmp0 (ice->remote_ufrag, remote->ice_ufrag) == 0
                     && g_strcmp0 (ice->remote_password, remote->ice_password) == 0;

  cusax_ice_end_early (ice);
  cusax_ice_attach (ice, TRUE);
  if (remote->is_ice_lite && !ice->is_controlling)
    {
      ice->is_controlling = TRUE;
      g_object_set (ice->agent, "controlling-mode", TRUE, NULL);
    }
  if (!is_same && cusax_ice_has_remote (ice))
    restart (ice);
  if (!is_same)
    {
      g_free (ice->remote_ufrag);
      g_free (ice->remote_password);
      ice->remote_ufrag = g_strdup (remote->ice_ufrag);
      ice->remote_password = g_strdup (remote->ice_password);
      nice_agent_set_remote_credentials (ice->agent, ice->stream, remote->ice_ufrag, remote->ice_password);
    }
  add_remote_candidates (ice, remote, 1);
  if (!remote->rtcp_mux)
    add_remote_candidates (ice, remote, 2);
  nice_agent_peer_candidate_gathering_done (ice->agent, ice->stream);
}

gboolean
cusax_ice_is_connected (const CusaxIce *ice, guint component)
{
  return ice->is_selected[component] && !ice->is_lost[component];
}

gboolean
cusax_ice_is_lost (const CusaxIce *ice, guint component)
{
  return ice->is_selected[component] && ice->is_lost[component];
}

/* ------------------------------------------------------------ theirs, none */

gboolean
cusax_ice_default_is_relayed (const CusaxIce *ice)
{
  const CusaxCandidate *candidate = get_default ((CusaxIce *) ice, 1);

  return candidate != NULL && candidate->type == CUSAX_CANDIDATE_RELAYED;
}

static NiceCandidate *
make_target (const char *address, guint16 port, guint component)
{
  /* By its foundation it is found again: each target has its own. */
  g_autofree char *foundation = g_strdup_printf ("%08x", g_str_hash (address) ^ port);
  CusaxCandidate candidate = { .foundation = foundation, .component = component, .priority = 1,
                               .address = (char *) address, .port = port, .type = CUSAX_CANDIDATE_HOST };

  return cusax_ice_candidate_to_nice (&candidate);
}

static gboolean
use_relay (CusaxIce *ice, const char *address, guint16 port, guint component, gboolean any_source)
{
  const CusaxCandidate *relay = get_default (ice, component);
  NiceCandidate *target = make_target (address, port, component);
  GSList list = { target, NULL };
  gboolean ok;

  if (relay == NULL || relay->type != CUSAX_CANDIDATE_RELAYED || target == NULL)
    {
      g_clear_pointer (&target, nice_candidate_free);
      return FALSE;
    }
  /* libnice takes packets of any source once this has been called; the pair that it chooses is replaced by ours. */
  if (any_source)
    nice_agent_set_selected_remote_candidate (ice->agent, ice->stream, component, target);
  nice_agent_set_remote_candidates (ice->agent, ice->stream, component, &list);
  ok = nice_agent_set_selected_pair (ice->agent, ice->stream, component, relay->foundation, target->foundation);
  nice_candidate_free (target);
  return ok;
}

gboolean
cusax_ice_use_relay (CusaxIce *ice, const CusaxTransportDescription *remote, gboolean any_source)
{
  cusax_ice_end_early (ice);
  cusax_ice_attach (ice, TRUE);
  if (!use_relay (ice, remote->address, remote->rtp_port, 1, any_source))
    return FALSE;
  if (!remote->rtcp_mux && remote->rtcp_port != 0)
    use_relay (ice, remote->address, remote->rtcp_port, 2, any_source);
  return TRUE;
}

int
cusax_ice_find_socket (CusaxIce *ice, guint component)
{
  g_autoptr (GPtrArray) sockets = nice_agent_get_sockets (ice->agent, ice->stream, component);
  CusaxUdpAddress wanted, bound;

  if (sockets == NULL || !cusax_udp_address_parse (&wanted, ice->local_address, 0, NULL))
    return -1;
  for (guint i = 0; i < sockets->len; i++)
    {
      int fd = g_socket_get_fd (g_ptr_array_index (sockets, i)), type = 0;
      socklen_t length = sizeof bound, type_length = sizeof type;

      if (getsockname (fd, &bound.any, &length) != 0 || getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &type_length) != 0
          || type != SOCK_DGRAM)
        continue;
      cusax_udp_address_set_port (&wanted, cusax_udp_address_get_port (&bound));
      if (cusax_udp_address_equal (&wanted, &bound))
        return fd;
    }
  return -1;
}

static int
copy_socket (CusaxIce *ice, guint component)
{
  int fd = cusax_ice_find_socket (ice, component);

  return fd >= 0 ? fcntl (fd, F_DUPFD_CLOEXEC, 0) : -1;
}

gboolean
cusax_ice_take_sockets (CusaxIce *ice, CusaxUdp *pair[2])
{
  int fds[2] = { copy_socket (ice, 1), copy_socket (ice, 2) };

  if (fds[0] < 0 || fds[1] < 0)
    {
      for (guint i = 0; i < 2; i++)
        if (fds[i] >= 0)
          close (fds[i]);
      return FALSE;
    }
  cusax_ice_end_early (ice);
  cusax_ice_attach (ice, FALSE);
  for (guint i = 0; i < 2; i++)
    pair[i] = cusax_udp_new_from_fd (fds[i]);
  return TRUE;
}

void
cusax_ice_give_back (CusaxIce *ice)
{
  cusax_ice_attach (ice, TRUE);
  if (!cusax_ice_has_remote (ice))
    cusax_ice_begin_early (ice);
}

/* -------------------------------------------------------------- statistics */

static const char *
get_kind (NiceCandidateType type)
{
  static const char *const kinds[] = { [NICE_CANDIDATE_TYPE_HOST] = "host",
                                       [NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE] = "srflx",
                                       [NICE_CANDIDATE_TYPE_PEER_REFLEXIVE] = "prflx",
                                       [NICE_CANDIDATE_TYPE_RELAYED] = "relay" };

  return (guint) type < G_N_ELEMENTS (kinds) ? kinds[type] : NULL;
}

gboolean
cusax_ice_get_pair (CusaxIce *ice, guint component, CusaxIcePair *pair)
{
  NiceCandidate *local, *remote;
  CusaxUdpAddress address;

  memset (pair, 0, sizeof *pair);
  if (!ice->is_selected[component]
      || !nice_agent_get_selected_pair (ice->agent, ice->stream, component + 1, &local, &remote))
    return FALSE;
  pair->local_kind = get_kind (local->type);
  pair->remote_kind = get_kind (remote->type);
  memset (&address, 0, sizeof address);
  nice_address_copy_to_sockaddr (&local->addr, &address.any);
  pair->local_address = cusax_udp_address_to_string (&address);
  memset (&address, 0, sizeof address);
  nice_address_copy_to_sockaddr (&remote->addr, &address.any);
  pair->remote_address = cusax_udp_address_to_string (&address);
  return TRUE;
}

void
cusax_ice_pair_clear (CusaxIcePair *pair)
{
  g_clear_pointer (&pair->local_address, g_free);
  g_clear_pointer (&pair->remote_address, g_free);
  pair->local_kind = pair->remote_kind = NULL;
}
