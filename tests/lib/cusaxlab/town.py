# SPDX-License-Identifier: GPL-2.0-or-later
"""Networks between the product and who it speaks to: a switch with the servers, the telephones and the product on it, and
between product and switch what makes calls fail in the world: address translation, loss, a wrong port.

    town = Town(folder, kind='symmetric')
    town.client                    the product's place: behind the router, at 192.168.77.20
    town.peer                      the telephones': 10.77.0.30

KINDS says what there is. All of it is one kernel's namespaces; see netns.
"""

import os
import sys

from .netns import CLIENT, CLIENT6, DEAD, DEAD6, SERVER, SERVER6, Network
from .process import Process

PEER, PEER6 = '10.77.0.30', 'fd77::30'
#: Behind a router: its inner address, the product's.
GATE, INSIDE = '192.168.77.1', '192.168.77.20'
#: Ports that sockets without a wish get at a comedia peer, and where its packets come from instead.
COMEDIA_PORTS, COMEDIA_SHIFT, COMEDIA_COUNT = 10000, 10000, 200
TURN_PORT = 3478

HIDE = '''
table ip nat {
  chain out { type nat hook postrouting priority 100; oifname "wan" %s ; }
  chain in { type nat hook prerouting priority -100; %s ; }
}
table ip house {
  chain pass {
    type filter hook forward priority 0;
    ct state established,related accept
    iifname "wan" ct status dnat accept
    iifname "wan" drop
    %s
  }
}
'''
#: Every port of the public address is the product's, and the one it sends from is the one the world sees.
FULL_CONE = HIDE % ('snat to ' + CLIENT, 'iifname "wan" dnat to ' + INSIDE, '')
#: A port of its own for each target, and nothing but the relay is to be reached by UDP.
SYMMETRIC = HIDE % ('masquerade fully-random', '',
                    'meta l4proto udp ip daddr %s udp dport { 53, 5060, %d } accept; meta l4proto udp drop'
                    % (SERVER, TURN_PORT))
#: The peer's own packets leave from other ports than its programs know, and nobody answers at those they know.
COMEDIA = '''
table inet comedia {
  map away { type inet_service : inet_service; elements = { %s } }
  map home { type inet_service : inet_service; elements = { %s } }
  chain out { type filter hook output priority raw; oifname != "lo" udp sport { %d-%d } udp sport set udp sport map @away; }
  chain in {
    type filter hook prerouting priority raw;
    iifname != "lo" udp dport { %d-%d } drop
    iifname != "lo" udp dport { %d-%d } udp dport set udp dport map @home;
  }
}
'''

KINDS = ('one host', 'lan', 'full cone', 'symmetric', 'comedia', 'ipv6', 'dual', 'lossy', 'moving')


class Town(Network):
    """kind: of KINDS; loss: share of UDP packets that is dropped, jitter: most milliseconds by which one is late ('lossy')."""

    def __init__(self, folder, ipv4=True, ipv6=True, kind='lan', loss=0.05, jitter=40):
        self.kind, self._loss, self._jitter, self._impairer = kind, loss, jitter, None
        super().__init__(folder, ipv4, ipv6)

    def join(self):
        self.server.ip('link add %s type bridge mcast_snooping 0 forward_delay 0' % self.server.device)
        if self.kind == 'one host':
            self.client = self.peer = self.server
            self.settle()
            return
        self.peer = self._neighbour('peer', PEER, PEER6)
        if self.kind == 'dual':
            # The family of the servers' first address: who knows no ICE has to be of the same one as what we offer.
            self.peer.host = PEER6
        if self.kind in ('full cone', 'symmetric'):
            self._house()
        elif self.kind == 'lossy':
            self._wire()
        else:
            self.client = self._neighbour('client', CLIENT, CLIENT6)
        self.settle()

    def _neighbour(self, name, ipv4, ipv6):
        made = self.side(name, *self._of(ipv4, ipv6))
        self._plug(made, made.device, 'to-' + name)
        return made

    def _plug(self, side, device, port):
        """A cable from the switch to this device there."""
        self.server.ip('link add %s type veth peer name %s netns %d' % (port, device, side.pid),
                       'link set %s master %s up' % (port, self.server.device))

    def _house(self):
        """The product behind a router."""
        self.router = self.side('router', GATE, (GATE,))
        self.client = self.side('client', INSIDE, (INSIDE,))
        self._plug(self.router, 'wan', 'to-router')
        self.router.ip('link add %s type veth peer name %s netns %d'
                       % (self.router.device, self.client.device, self.client.pid))

    def _wire(self):
        """The product at the end of a bad line."""
        self.line = self.side('line', SERVER, ())
        self.client = self.side('client', *self._of(CLIENT, CLIENT6))
        self._plug(self.line, 'far', 'to-line')
        self.line.ip('link add %s type veth peer name %s netns %d'
                     % (self.line.device, self.client.device, self.client.pid))

    def settle(self):
        for side in self.sides:
            side.ip('link set lo up', 'link set %s up' % side.device)
            side.prepare_filter()
        self.server.add_address(SERVER, SERVER6, DEAD, DEAD6)
        if self.kind == 'one host':
            return
        self.peer.ways = (SERVER, SERVER6)
        self.peer.add_address(*self.mine(PEER, PEER6))
        if self.kind in ('full cone', 'symmetric'):
            self._settle_house()
        else:
            self.client.ways = (SERVER, SERVER6)
            self.client.add_address(*self.mine(CLIENT, CLIENT6))
        if self.kind == 'lossy':
            self._impair()
        if self.kind == 'comedia':
            self._mix_ports()

    def _settle_house(self):
        self.router.ip('link set wan up', 'address add %s/24 dev wan' % CLIENT)
        self.router.add_address(GATE)
        self.client.ways = (GATE,)
        self.client.add_address(INSIDE)
        self.router.run('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
        self.router.run('nft', '-f', '-', text=FULL_CONE if self.kind == 'full cone' else SYMMETRIC)

    def _impair(self):
        self.line.ip('link set far up')
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'impair.py')
        command = self.line.wrap([sys.executable, '-B', program, self.line.device, 'far', self._loss, self._jitter])
        self._impairer = Process('bad line', command, os.path.join(self.folder, 'impair.log'))
        self._impairer.wait_for_line('ready', 5)

    def _mix_ports(self):
        first, last = COMEDIA_PORTS, COMEDIA_PORTS + COMEDIA_COUNT - 1
        pairs = [(port, port + COMEDIA_SHIFT) for port in range(first, last + 1)]
        self.peer.run('sh', '-c', 'echo %d %d > /proc/sys/net/ipv4/ip_local_port_range' % (first, last))
        self.peer.run('nft', '-f', '-', text=COMEDIA % (
            ', '.join('%d : %d' % pair for pair in pairs), ', '.join('%d : %d' % pair[::-1] for pair in pairs),
            first, last, first, last, first + COMEDIA_SHIFT, last + COMEDIA_SHIFT))

    def stop(self):
        if self._impairer:
            self._impairer.stop(1)
        super().stop()
