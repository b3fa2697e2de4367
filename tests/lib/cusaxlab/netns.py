# SPDX-License-Identifier: GPL-2.0-or-later
"""Networks of a test's own: namespaces "server" and "client", joined by a cable that the test can cut and re-address.

Each side is a network and a mount namespace, so that the names, the certificate authorities and the key file that its
programs find under /etc are files of the test. A small holder process keeps a side alive and makes sockets in it
for the agents that live in the test's process. Works as root, and else inside a user namespace of our own where the
kernel permits one. Nothing is ever seen outside of it, and nothing outside is seen in it.
"""

import functools
import os
import socket
import subprocess
import sys

from .place import Here
from .process import LabError, Process, wait_until

#: Lives in a namespace: a socket for each byte pair (family, kind); ends with the test's process.
HOLDER = '''
import socket, sys
channel = socket.socket(fileno=int(sys.argv[1]))
channel.sendall(b"!")
while True:
    wish = channel.recv(2)
    if len(wish) < 2:
        break
    made = socket.socket(wish[0], wish[1])
    socket.send_fds(channel, [b"+"], [made.fileno()])
    made.close()
'''

#: The user namespace's holder: nothing but a process that ends with the test's.
KEEPER = 'import sys; print("!", flush=True); sys.stdin.read()'

SERVER, SERVER6 = '10.77.0.1', 'fd77::1'
CLIENT, CLIENT6 = '10.77.0.20', 'fd77::20'
#: Addresses of the server side on which nobody ever answers, not even with an error.
DEAD, DEAD6 = '10.77.0.66', 'fd77::66'


@functools.lru_cache(None)
def why_not():
    """None, or why there can be no namespaces here, in words."""
    for tool in ('unshare', 'nsenter', 'setpriv', 'ip', 'nft'):
        if not any(os.access(os.path.join(folder, tool), os.X_OK)
                   for folder in os.environ.get('PATH', '').split(':') + ['/usr/sbin', '/sbin']):
            return 'no %s(8) here: apt install util-linux iproute2 nftables' % tool
    if _is_root() or _try(['unshare', '-U', '-r', '-n', '-m', 'true']):
        return None
    return 'the kernel or the container forbids network namespaces, with and without a user namespace'


@functools.lru_cache(None)
def _is_root():
    """Or as good as that: no user namespace is needed."""
    return _try(['unshare', '-n', '-m', 'true'])


def _try(command):
    return subprocess.run(command, env=_environment(), capture_output=True, timeout=10, check=False).returncode == 0


def _environment():
    path = os.environ.get('PATH', '')
    return dict(os.environ, PATH=path + ':/usr/sbin:/sbin', LC_ALL='C.UTF-8')


def _is_ipv6(address):
    return ':' in address


class Namespace(Here):
    """One side; a place for programs. `host` is its IPv4 address, `addresses` all that servers should listen on."""

    def __init__(self, network, name, host, addresses):
        self._network, self.name, self.host, self.addresses = network, name, host, addresses
        self.device = 'lab-' + name
        #: Ways out: a gateway of each family; none: nothing beyond the own network.
        self.ways = ()
        self._mine = []
        ours, theirs = socket.socketpair()
        command = network.outer + ['unshare', '--net', '--mount', '--propagation', 'private', sys.executable, '-I', '-S',
                                   '-c', HOLDER, str(theirs.fileno())]
        self._holder = Process('namespace ' + name, command, os.path.join(network.folder, name + '.log'),
                               pass_fds=[theirs.fileno()], env=_environment())
        theirs.close()
        self._channel = ours
        ours.settimeout(10)
        if ours.recv(1) != b'!':
            raise LabError('no namespace: ' + self._holder.tail())
        self._enter = ['nsenter', '-t', str(self.pid)]
        if network.outer:
            self._enter += ['-U', '--preserve-credentials']
        self._enter += ['-n', '-m', '--wd=' + os.getcwd(), '--']

    @property
    def pid(self):
        return self._holder.pid

    def wrap(self, command, signal='KILL'):
        # Entering a user namespace forgets the signal that the death of the parent sends: said anew.
        return self._enter + ['setpriv', '--pdeathsig', signal] + [str(word) for word in command]

    def ports(self, _count, usual):
        return usual

    def socket(self, family=socket.AF_INET, kind=socket.SOCK_STREAM):
        self._channel.sendall(bytes([family, kind]))
        _, descriptors, _, _ = socket.recv_fds(self._channel, 1, 1)
        if not descriptors:
            raise LabError('no socket there: ' + self._holder.tail())
        return socket.socket(fileno=descriptors[0])

    def run(self, *words, text=None):
        """Runs a short program there; gives what it wrote."""
        done = subprocess.run(self.wrap(words), input=text, env=_environment(), capture_output=True, text=True,
                              timeout=10, check=False)
        if done.returncode != 0:
            raise LabError('%s: %s: %s' % (self.name, ' '.join(words), done.stderr.strip()))
        return done.stdout

    def ip(self, *lines):
        """Lines for ip(8), in one go."""
        return self.run('ip', '-batch', '-', text='\n'.join(lines) + '\n')

    def put(self, *files):
        """put(source, target, ...): from now on programs there see the file or folder `source` of the test under the path
        `target`."""
        pairs = list(zip(files[::2], files[1::2]))
        for _, target in pairs:
            if not os.path.exists(target):
                self._make_room(target)
        self.run('sh', '-ec', 'while [ $# -gt 0 ]; do mount --bind "$1" "$2"; shift 2; done', 'put', *files)

    def _make_room(self, target):
        """A mount needs something to lie over: the folder gives way to one of links to what is in it, and `target`."""
        folder = os.path.dirname(target)
        base = os.path.join(self._network.folder, self.name + folder.replace('/', '-'))
        if os.path.exists(base):
            return
        real, seen = base + '-real', base
        os.mkdir(real)
        os.mkdir(seen)
        for name in os.listdir(folder):
            os.symlink(os.path.join(real, name), os.path.join(seen, name))
        open(os.path.join(seen, os.path.basename(target)), 'w', encoding='ascii').close()
        self.run('mount', '--rbind', folder, real)
        self.run('mount', '--bind', seen, folder)

    # Addresses and the cable

    def add_address(self, *addresses):
        self._set_addresses(addresses)
        self._mine += [address for address in addresses if address not in self._mine]
        self._add_route()

    def _set_addresses(self, addresses):
        self.ip(*('address replace %s dev %s' % (address + ('/64' if _is_ipv6(address) else '/24'), self.device)
                  + (' nodad' if _is_ipv6(address) else '') for address in addresses))

    def _add_route(self):
        # Programs take a machine without a way out for one that is offline.
        families = {_is_ipv6(address) for address in self._mine}
        ways = [way for way in self.ways if _is_ipv6(way) in families]
        # A cable that was just plugged in needs a moment.
        wait_until(lambda: all(self._try_route(way) for way in ways), 'a way out', 3)

    def _try_route(self, way):
        try:
            self.ip('route replace default via ' + way)
            return True
        except LabError:
            return False

    def remove_address(self, address):
        self._mine.remove(address)
        self.ip('address del %s/%d dev %s' % (address, 64 if _is_ipv6(address) else 24, self.device))

    def change_address(self, old, new):
        """As after another Wi-Fi: the old one goes, then the new one comes."""
        self.remove_address(old)
        self.add_address(new)

    def link(self, up):
        self.ip('link set %s %s' % (self.device, 'up' if up else 'down'))
        if up:
            # The kernel has forgotten the IPv6 ones, and the routes.
            self._set_addresses(self._mine)
            self._add_route()

    def swallow(self, *rules):
        """A black hole: what arrives here and matches ("tcp dport 5061", "ip daddr 10.77.0.1"; nothing: everything) is
        dropped without an answer, also of connections that stand. Several calls add up; release() ends it."""
        for rule in rules or ('iifname "%s"' % self.device,):
            self.run('nft', 'add rule inet lab input %s drop' % rule)

    def release(self):
        self.run('nft', '-f', '-', text='flush chain inet lab input\n' + self._swallow_dead())

    def prepare_filter(self):
        self.run('nft', '-f', '-', text='add table inet lab\n'
                 'add chain inet lab input { type filter hook input priority 0; }\n' + self._swallow_dead())

    def _swallow_dead(self):
        """What the server side always drops, for nft(8)."""
        return ('add rule inet lab input ip daddr %s drop\n'
                'add rule inet lab input ip6 daddr %s drop\n' % (DEAD, DEAD6)) if self.name == 'server' else ''

    def stop(self):
        self._channel.close()
        self._holder.stop(1)


class Network:
    """Both sides and the cable. folder: for logs. ipv4, ipv6: what the client has."""

    def __init__(self, folder, ipv4=True, ipv6=True):
        reason = why_not()
        if reason:
            raise LabError(reason)
        self.client = None
        self.folder, self.outer, self._keeper = folder, [], None
        self.ipv4, self.ipv6 = ipv4, ipv6
        if not _is_root():
            self._keep_user_namespace()
        self.sides = []
        self.server = self.side('server', SERVER, (SERVER, SERVER6))
        self.join()

    def side(self, name, host, addresses):
        """One more namespace; its programs see what put() puts."""
        self.sides.append(Namespace(self, name, host, addresses))
        return self.sides[-1]

    def mine(self, ipv4, ipv6):
        """Those of the two addresses whose families this network has."""
        return ((ipv4,) if self.ipv4 else ()) + ((ipv6,) if self.ipv6 else ())

    def join(self):
        """Makes the other sides and the cables."""
        self.client = self.side('client', *self._of(CLIENT, CLIENT6))
        self.server.ip('link add %s type veth peer name %s netns %d'
                       % (self.server.device, self.client.device, self.client.pid))
        self.settle()

    def _of(self, ipv4, ipv6):
        return ipv4 if self.ipv4 else ipv6, (ipv4, ipv6)

    def settle(self):
        """Cables are there: addresses and ways."""
        for side in self.sides:
            side.ip('link set lo up', 'link set %s up' % side.device)
            side.prepare_filter()
        self.server.add_address(SERVER, SERVER6, DEAD, DEAD6)
        self.client.ways = (SERVER, SERVER6)
        self.client.add_address(*self.mine(CLIENT, CLIENT6))

    def _keep_user_namespace(self):
        self._keeper = subprocess.Popen(['unshare', '-U', '-r', sys.executable, '-c', KEEPER], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        if self._keeper.stdout.read(1) != b'!':
            raise LabError('no user namespace')
        self.outer = ['nsenter', '-t', str(self._keeper.pid), '-U', '--preserve-credentials', '--']

    def put(self, *files):
        """As Namespace.put, on all sides."""
        for side in self.sides:
            side.put(*files)

    def stop(self):
        for side in reversed(self.sides):
            side.stop()
        if self._keeper:
            self._keeper.stdin.close()
            self._keeper.wait(5)
            self._keeper.stdout.close()

