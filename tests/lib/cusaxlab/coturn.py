# SPDX-License-Identifier: GPL-2.0-or-later
"""The STUN and TURN server of the laboratory: coturn with its own configuration, ports and database.

    turn = lab.adopt(Coturn(lab, users={'relay-user': 'relay-secret-5'}))     # or secret='...': ephemeral credentials
    turn.start()
    lab.profile('alice', **turn.settings())
    turn.wait_allocations(1)

Over UDP and TCP on `port`, over TLS on `tls_port` with the laboratory's certificate. Ephemeral credentials are those of
draft-uberti-behave-turn-rest, as mod_external_services of Prosody makes them.
"""

import base64
import hashlib
import hmac
import os
import re
import socket
import time

from .place import bracket, family_of
from .process import LabError, Process

CONFIG = '''listening-port={port}
tls-listening-port={tls_port}
{addresses}
min-port={first}
max-port={last}
realm={realm}
fingerprint
lt-cred-mech
{credentials}
cert={certificate}
pkey={key}
userdb={folder}/turndb
pidfile={folder}/turnserver.pid
log-file=stdout
simple-log
new-log-timestamp
verbose
no-cli
no-dtls
no-multicast-peers
{more}
'''

ALLOCATED = re.compile(r'session (\d+): realm <[^>]*> user <[^>]*>: incoming packet ALLOCATE processed, success')
STARTED = re.compile(r'session (\d+): new, realm=<[^>]*>, username=<([^>]*)>, lifetime=\d+(?:, cipher=([^,\s]+))?')
#: A binding request over UDP: type, length, cookie, transaction.
BINDING = bytes.fromhex('000100002112a442') + b'cusax-lab-00'


def ephemeral(secret, user, seconds=3600):
    """(user name, password) that end by themselves."""
    name = '%d:%s' % (time.time() + seconds, user)
    digest = hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()
    return name, base64.b64encode(digest).decode()


def external_services(host, secret, port, tls_port=None, ttl=86400):
    """host_options of Prosody: announces such a server by mod_external_services, with ephemeral credentials."""
    services = ['{ type = "stun"; transport = "udp"; host = "%s"; port = %d }' % (host, port)]
    services += ['{ type = "turn"; transport = "%s"; host = "%s"; port = %d; secret = true; ttl = %d; algorithm = "turn" }'
                 % (transport, host, port, ttl) for transport in ('udp', 'tcp')]
    if tls_port:
        services.append('{ type = "turns"; transport = "tcp"; host = "%s"; port = %d; secret = true; ttl = %d;'
                        ' algorithm = "turn" }' % (host, tls_port, ttl))
    return ('modules_enabled = { "external_services" }\nexternal_service_secret = "%s"\nexternal_services = { %s }\n'
            % (secret, '; '.join(services)))


class Coturn:
    """start() and stop() as often as a test wants; ports stay."""

    def __init__(self, lab, users=None, secret=None, certificate=None, options='', place=None):
        """users: name -> password, for as long as it runs; secret: ephemeral credentials instead. certificate: another
        (certificate, key) than the lab's. options: further lines of configuration. place: where it runs; else where the
        lab's servers do."""
        if bool(users) == bool(secret):
            raise LabError('coturn has either users or a secret')
        self.place = place or lab.place
        self.host, self.realm, self.users, self.secret = self.place.host, lab.domain, dict(users or {}), secret
        self.folder = lab.path('coturn-%d' % id(self))
        os.makedirs(self.folder)
        is_here = '127.0.0.1' in self.place.addresses
        self.port, self.tls_port = self.place.ports(1, 3478), self.place.ports(1, 5349)
        first = self.place.ports(200, 49152)
        credentials = ['use-auth-secret', 'static-auth-secret=' + secret] if secret else \
            ['user=%s:%s' % item for item in self.users.items()]
        addresses = ['listening-ip=%s\nrelay-ip=%s' % (address, address) for address in self.place.addresses]
        cert, key = certificate or (lab.certificate, lab.key)
        self._config = os.path.join(self.folder, 'turnserver.conf')
        with open(self._config, 'w', encoding='utf-8') as file:
            file.write(CONFIG.format(
                port=self.port, tls_port=self.tls_port, addresses='\n'.join(addresses), first=first, last=first + 199,
                realm=self.realm, credentials='\n'.join(credentials), certificate=cert, key=key, folder=self.folder,
                # else a relay on loopback serves nobody on loopback
                more=('allow-loopback-peers\n' if is_here else '') + options))
        self.process = None

    def start(self):
        self.process = Process('coturn', self.place.wrap(['turnserver', '-c', self._config]),
                               os.path.join(self.folder, 'coturn.log'), cwd=self.folder,
                               env=dict(os.environ, HOME=self.folder))
        self.process.wait_for(self._answers, 'an answer on its ports', 15)
        return self

    def _answers(self):
        """STUN over UDP, and both ports of TCP."""
        if not all(self.place.can_connect(port) for port in (self.port, self.tls_port)):
            return False
        with self.place.socket(family_of(self.host), socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.3)
            try:
                probe.sendto(BINDING, (self.host, self.port))
                return probe.recv(2048)[:2] == b'\x01\x01'
            except OSError:
                return False

    def stop(self):
        if self.process:
            self.process.stop()

    def kill(self):
        """As a crash: allocations end without a word."""
        self.process.kill()

    def tail(self, lines=40):
        return self.process.tail(lines) if self.process else '==== coturn (not started)'

    # For accounts

    def settings(self, kind='udp', user=None):
        """Settings of an account that relays through it over udp, tcp or tls."""
        place = '%s:%d' % (bracket(self.host), self.tls_port if kind == 'tls' else self.port)
        scheme = {'udp': 'turn:%s', 'tcp': 'turn:%s?transport=tcp', 'tls': 'turns:%s'}[kind]
        if self.secret:
            name, password = ephemeral(self.secret, user or 'alice')
        else:
            name = user or next(iter(self.users))
            password = self.users[name]
        return {'turn_server': scheme % place, 'turn_user': name, 'turn_password': password}

    def stun(self):
        """Settings of one that only asks it for its own address."""
        return {'stun_server': '%s:%d' % (bracket(self.host), self.port)}

    # What happened

    def log(self):
        return self.process.log_text()

    def sessions(self):
        """(session, user name, TLS cipher or None) of all that signed in, oldest first."""
        return [(match[1], match[2], match[3]) for match in STARTED.finditer(self.log())]

    def allocations(self):
        """How many relayed addresses it has given away since its start."""
        return len({match[1] for match in ALLOCATED.finditer(self.log())})

    def wait_allocations(self, count, seconds=10):
        self.process.wait_for(lambda: self.allocations() >= count, '%d relayed addresses' % count, seconds)
