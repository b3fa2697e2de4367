# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the programs of a laboratory run: on this machine's loopback (HERE), or in a network of their own (netns).

A place starts programs (wrap), has addresses and ports, and gives sockets to the test's own agents, which stay in the
process of the test wherever they speak.
"""

import socket

from .process import LOOPBACK, free_ports


def family_of(host):
    return socket.AF_INET6 if ':' in host else socket.AF_INET


def bracket(host):
    """As URIs want it."""
    return '[%s]' % host if ':' in host else host


class Here:
    """This machine; only loopback, only free ports."""

    host = LOOPBACK
    addresses = (LOOPBACK,)

    def wrap(self, command, signal='KILL'):
        """The command that runs `command` there. signal: what it gets when the test's process dies."""
        return [str(word) for word in command]

    def ports(self, count, _usual):
        """The first of `count` neighbouring ports; _usual: what the protocol's own port is."""
        return free_ports(count)

    def socket(self, family=socket.AF_INET, kind=socket.SOCK_STREAM):
        return socket.socket(family, kind)

    def connect(self, address, timeout=5):
        """A TCP connection to (host, port)."""
        link = self.socket(family_of(address[0]))
        link.settimeout(timeout)
        try:
            link.connect(address)
        except OSError:
            link.close()
            raise
        return link

    def can_connect(self, port, host=None):
        try:
            self.connect((host or self.host, port), 1).close()
            return True
        except OSError:
            return False


HERE = Here()
