# SPDX-License-Identifier: GPL-2.0-or-later
"""The laboratory in a town (see town): servers, the product and the telephones each in a place of its own, with what is bad
between them.

    with MediaLab('symmetric', turn=True) as lab:
        lab.start()
        alice = Person(lab, 'alice', **lab.coturn.settings())
        bob = lab.phone('bob')
"""

from .coturn import Coturn
from .netlab import NetLab
from .netns import SERVER, SERVER6
from .place import bracket
from .town import Town

RELAYED = {'relay-user': 'relay-secret-5'}


class MediaLab(NetLab):
    """kind: of town.KINDS. turn: coturn runs beside the servers."""

    def __init__(self, kind='lan', turn=False, **options):
        self.kind = kind
        super().__init__(ipv4=kind != 'ipv6', ipv6=kind in ('ipv6', 'dual'),
                         network=lambda folder, ipv4, ipv6: Town(folder, ipv4, ipv6, kind), **options)
        self.phones = self.network.peer
        self.coturn = self.adopt(Coturn(self, users=RELAYED)) if turn else None


    @property
    def phone_host(self):
        return bracket(SERVER6 if ':' in self.phones.host else SERVER)

    def start(self, xmpp=True, sip=True):
        super().start(xmpp, sip)
        if self.coturn:
            self.coturn.start()
        return self

    @property
    def wire_device(self):
        """The device of the product's packets."""
        return 'lo' if self.client is self.server else self.client.device
