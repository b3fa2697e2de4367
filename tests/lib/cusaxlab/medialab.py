# SPDX-License-Identifier: GPL-2.0-or-later
"""The laboratory in a town (see town): servers, the product and the telephones each in a place of its own, with what is bad
between them.

    with MediaLab('symmetric') as lab:
        lab.start()
        alice = Person(lab, 'alice', **lab.relay())
        bob = lab.phone('bob')
"""

from .netlab import NetLab
from .netns import SERVER, SERVER6
from .place import bracket
from .town import Town

RELAY_USER, RELAY_PASSWORD = 'relay-user', 'relay-secret-5'


class MediaLab(NetLab):
    """kind: of town.KINDS. turn: coturn runs beside the servers."""

    def __init__(self, kind='lan', turn=False, **options):
        self.kind = kind
        super().__init__(ipv4=kind != 'ipv6', ipv6=kind in ('ipv6', 'dual'),
                         network=lambda folder, ipv4, ipv6: Town(folder, ipv4, ipv6, kind), **options)
        self.phones = self.network.peer
        self.coturn = self._make_turn() if turn else None

    def _make_turn(self):
        from .coturn import Coturn
        return self.adopt(Coturn(self, users={RELAY_USER: RELAY_PASSWORD}))

    @property
    def phone_host(self):
        return bracket(SERVER if self.network.ipv4 else SERVER6)

    def start(self, xmpp=True, sip=True):
        super().start(xmpp, sip)
        if self.coturn:
            self.coturn.start()
        return self

    def stun(self):
        """Settings of an account that knows the STUN server."""
        return {'stun_server': '%s:3478' % SERVER}

    def relay(self):
        """Settings of one that knows the TURN server."""
        return {'turn_server': '%s:3478' % SERVER, 'turn_user': RELAY_USER, 'turn_password': RELAY_PASSWORD}

    @property
    def wire_device(self):
        """The device of the product's packets."""
        return 'lo' if self.client is self.server else self.client.device
