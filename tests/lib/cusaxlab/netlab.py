# SPDX-License-Identifier: GPL-2.0-or-later
"""The laboratory in a network of its own: servers on one side, the product on the other, names found by DNS only.

    with NetLab() as lab:
        lab.start()
        alice = Person(lab, 'alice')           # knows her Service ID and password, nothing else

Prosody and Kamailio have their protocols' own ports, and certificates for the domain by a CA that both sides trust (it
lies over /etc/ssl/certs there). Nothing is pinned, no account names a server: discovery has to find them.
"""

import os

from .certificates import make_store
from .lab import DOMAIN, Lab
from .netns import DEAD, SERVER, SERVER6, Network
from .resolver import Resolver
from .webserver import WebServer

KEY_FILE = '/etc/purple-cusax.conf'


class NetLab(Lab):
    """As Lab; `server` and `client` (the two sides), `names`, `web`, besides."""

    def __init__(self, ipv4=True, ipv6=True, domain=DOMAIN, sip_records=True, network=Network, **options):
        """ipv4, ipv6: what the client and the names have. sip_records: SRV for telephony in DNS (or a test makes its
        own). network: makes the network, of a folder, ipv4 and ipv6. options: as for Lab."""
        folder = self.new_folder()
        self.network = network(self._sub(folder, 'network'), ipv4, ipv6)
        try:
            super().__init__(domain=domain, place=self.network.server, folder=folder, **options)
            self.server, self.client = self.network.server, self.network.client
            self.server_addresses = ((SERVER,) if ipv4 else ()) + ((SERVER6,) if ipv6 else ())
            self.names = Resolver(self.path('names'), self.network)
            self.web = WebServer(self.network.server, self.server_addresses[0], self.path('ca', 'web.pem'))
            self.web.show(self.authority.issue('web', [domain, '*.' + domain]))
            self.network.put(make_store(self.path('store'), self.authority), '/etc/ssl/certs')
        except BaseException:
            self.network.stop()
            raise
        self.usual_names(sip_records)

    @staticmethod
    def _sub(folder, name):
        os.makedirs(os.path.join(folder, name))
        return os.path.join(folder, name)

    def usual_names(self, sip_records=True):
        """What a provider's zone has: chat, telephony over TLS, and hosts of other names than the domain."""
        domain = self.domain
        for name in ('xmpp', 'sip', 'www', 'conference', 'proxy'):
            self.names.host('%s.%s' % (name, domain), *self.server_addresses)
        self.names.host('dead.' + domain, DEAD)
        self.names.srv('_xmpp-client._tcp.' + domain, 'xmpp.' + domain, self.prosody.port)
        if sip_records:
            self.names.srv('_sips._tcp.' + domain, 'sip.' + domain, self.kamailio.tls_port)

    def start(self, xmpp=True, sip=True):
        self.names.start()
        return super().start(xmpp, sip)

    def key_file(self, text):
        """The company's /etc/purple-cusax.conf, as the client's programs see it."""
        path = self.path('purple-cusax.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        self.client.put(path, KEY_FILE)

    #: What can be wrong with the certificate of telephony: how it is made.
    FAULTS = {
        None: lambda authority, domain: authority.issue('good', [domain]),
        'expired': lambda authority, domain: authority.issue('expired', [domain], (-10, -1)),
        'not_yet': lambda authority, domain: authority.issue('not-yet', [domain], (1, 10)),
        'wrong_name': lambda authority, domain: authority.issue('other', ['other.example', 'sip.' + domain]),
        'self_signed': lambda authority, domain: authority.self_signed('alone', [domain]),
        'wildcard': lambda authority, domain: authority.issue('wildcard', ['*.' + domain.partition('.')[2]]),
        'intermediate': lambda authority, domain: authority.intermediate().issue('below', [domain]),
    }

    def show_fault(self, fault):
        """Telephony shows such a certificate from now on (a key of FAULTS), or the good one only to those who name
        the domain (sni)."""
        if fault == 'sni':
            self.kamailio.show_certificate(self.FAULTS['wrong_name'](self.authority, self.domain),
                                           {self.domain: self.FAULTS[None](self.authority, self.domain)})
            return None
        pair = self.FAULTS[fault](self.authority, self.domain)
        self.kamailio.show_certificate(pair)
        return pair

    def pin(self, profile):
        """Nothing: the CA is trusted."""

    def usual_settings(self, protocol, transport):
        return {}

    def close(self, keep=False):
        try:
            self.web.stop()
            super().close(keep)
        finally:
            self.names.stop()
            self.network.stop()
