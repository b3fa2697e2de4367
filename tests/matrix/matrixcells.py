# SPDX-License-Identifier: GPL-2.0-or-later
"""The matrix of media: peer x network x security with PCMA, codec x peer on the LAN, digits x clock rate x peer.
A cell is a call; it passes when both sides have heard a second of the other's tone (seen the other's colour, got the other's
digits), and the wire shows that it was encrypted, or that it was not.

    run_cell(Cell('baresip', 'lan', 'sdes'))
"""

from dataclasses import dataclass
import time

from cusaxlab.capture import Capture
from cusaxlab.medialab import MediaLab
from cusaxlab.netns import CLIENT
from cusaxlab.town import KINDS
from matrixpeers import BLUE, BOB, BOBS, GREEN, HostEar, PEERS, TONE, wait_hears, wait_sees
from product import Person

SECURITIES = ('plain', 'sdes', 'dtls')
AUDIO, VIDEO = ('PCMU', 'PCMA', 'opus', 'G722'), ('VP8', 'H264')
ELSEWHERE = '10.77.0.21'
#: How much of the tone has to come, in pieces without a gap of how long: in one, but where the line has gaps itself.
HEARD, PIECE = 1.0, {'lossy': 0.3}
#: Codec, and the clock rate of the telephone-events beside it.
CLOCKS = {'PCMA': 8000, 'G722': 8000, 'opus': 48000}
DIGITS = '12*0#'


@dataclass(frozen=True)
class Cell:
    """way: out, we call; in, we are called. policy: our media_encryption; None: what the security needs. digits: both dial
    some while they speak."""

    peer: str
    network: str = 'lan'
    security: str = 'plain'
    codec: str = 'PCMA'
    video: str = None
    way: str = 'out'
    policy: str = None
    digits: bool = False

    @property
    def name(self):
        words = [self.peer, self.network, self.security, self.codec]
        words += [self.video] if self.video else []
        words += ['digits'] if self.digits else []
        return '-'.join(words + [self.way]).replace(' ', '_')

    @property
    def ice(self):
        """Whether peers that can do both, with and without, do it: where nothing else leads through."""
        return self.network in ('symmetric', 'full cone', 'dual')

    def why_void(self):
        """None, or why this cannot be, by the nature of the peer."""
        return PEERS[self.peer].why_not(self)


def networks(way='out'):
    """Peer x network x security."""
    return [Cell(peer, network, security, way=way) for network in KINDS for peer in PEERS for security in SECURITIES]


def codecs(way='out'):
    """Codec x peer on the LAN; a browser and a second account encrypt."""
    sound = [Cell(peer, security='dtls' if peer == 'browser' else 'plain', codec=codec, way=way)
             for codec in AUDIO for peer in PEERS]
    picture = [Cell(peer, security='dtls' if peer == 'browser' else 'plain', codec='opus', video=codec, way=way)
               for codec in VIDEO for peer in PEERS]
    return sound + picture


def digits(way='out'):
    """Telephone-events x clock rate x peer on the LAN."""
    return [Cell(peer, security='dtls' if peer == 'browser' else 'plain', codec=codec, way=way, digits=True)
            for codec in CLOCKS for peer in PEERS]


#: For tests/check: each peer, network, security, codec and way at least once.
SELECTION = [
    Cell('baresip', 'one host', 'plain'), Cell('baresip', 'lan', 'sdes', way='in'), Cell('baresip', 'lan', 'dtls'),
    Cell('baresip', 'symmetric', 'dtls'), Cell('baresip', 'moving', 'sdes'), Cell('baresip', 'lossy', 'plain', way='in'),
    Cell('baresip', 'lan', codec='G722'),
    Cell('SIPp', 'lan', 'plain'), Cell('SIPp', 'symmetric', 'plain', way='in'), Cell('SIPp', 'ipv6', 'plain'),
    Cell('GStreamer', 'full cone', 'sdes'), Cell('GStreamer', 'comedia', 'dtls'), Cell('GStreamer', 'lan', codec='opus'),
    Cell('GStreamer', 'lan', codec='PCMU', way='in'), Cell('GStreamer', 'lan', 'sdes', 'opus', 'H264'),
    Cell('CUSAX', 'lan', 'dtls'), Cell('CUSAX', 'full cone', 'dtls', way='in'), Cell('CUSAX', 'dual', 'dtls'),
    Cell('browser', 'lan', 'dtls', 'opus', 'VP8'), Cell('browser', 'full cone', 'dtls', way='in'),
]

#: What the person reads in the call's conversation.
LOCK = {'plain': 'In call with Bob, not encrypted.', 'sdes': 'encrypted; servers on the way could listen.',
        'dtls': 'encrypted end to end.'}
POLICY = {'plain': 'off', 'sdes': 'prefer', 'dtls': 'prefer'}


def settings_of(lab, cell):
    """What alice's account says besides name and password."""
    settings = {'media_encryption': cell.policy or POLICY[cell.security]}
    if cell.network == 'full cone':
        settings.update(lab.coturn.stun())
    elif cell.network == 'symmetric':
        settings.update(lab.coturn.settings())
    return settings


def open_lab(cell):
    """The laboratory of a cell, not started."""
    return MediaLab(cell.network, turn=cell.network in ('full cone', 'symmetric'), **PEERS[cell.peer].lab_options)


def connect(alice, peer, cell):
    """One calls, the other answers."""
    if cell.way == 'out':
        alice.do('call', BOB, *(['video'] if cell.video else []))
        peer.be_called()
    else:
        mark = alice.mark()
        peer.call()
        ring = alice.expect('request .*title="Incoming', since=mark)
        if cell.video:
            alice.do('field', ring['id'], 'video', 'true')
        alice.respond(ring, 'Answer')


def both_hear(alice, peer, cell, within=15):
    piece = PIECE.get(cell.network, HEARD)
    ear = HostEar(alice, BOB)
    peer.begin(TONE)
    ear.begin(BOBS)
    for one, who in ((peer, cell.peer), (ear, 'alice')):
        wait_hears(one, who, HEARD, piece, within)
    if cell.video:
        peer.wait_sees(GREEN)
        wait_sees(alice, BOB, BLUE)


def both_dial(alice, peer):
    """Digits by the keys of a call's window; who can send some himself does it, too."""
    for digit in DIGITS:
        alice.do('dtmf', digit)
    peer.wait_digits(DIGITS)
    if peer.dials:
        peer.dial(DIGITS)


def on_the_wire(wire, cell):
    """A listener on the wire hears the product if the cell is plain, and nothing if it is not."""
    if cell.codec != 'PCMA' or cell.peer == 'CUSAX' or cell.network == 'symmetric':
        return
    heard = wire.hearing(TONE)
    if cell.security == 'plain':
        assert heard.longest > 0.2, 'the capture has not heard what is plain: %s' % heard
    else:
        assert heard.heard <= 1, 'plain sound on the wire of an encrypted call: %s' % heard


def move(lab, wire):
    """Another address: sound goes both ways there, which it does once the telephone is reachable there."""
    lab.client.change_address(CLIENT, ELSEWHERE)
    wire.wait('rtp', 50, 20, source=ELSEWHERE)
    wire.wait('rtp', 50, 20, target=ELSEWHERE)


def call_of(lab, peer, cell):
    """alice signs in, both hear each other, and again after the address changed in a network where it does; the end."""
    with Person(lab, 'alice', **settings_of(lab, cell)) as alice, Capture(lab.client, lab.wire_device) as wire:
        alice.do('open', BOB)
        if cell.video:
            alice.do('camera', '%06x' % GREEN)
        connect(alice, peer, cell)
        both_hear(alice, peer, cell)
        if cell.digits:
            both_dial(alice, peer)
            both_hear(alice, peer, cell)
        alice.wait_line(LOCK[cell.security])
        if cell.network == 'moving':
            move(lab, wire)
            both_hear(alice, peer, cell)
        on_the_wire(wire, cell)
        alice.hang_up()
        peer.wait_ended()


def run_cell(cell, lab=None):
    """Runs it; gives the seconds it took. lab: made by open_lab(); who made it closes it."""
    begin = time.monotonic()
    own = lab is None
    lab = open_lab(cell) if own else lab
    peer = None
    try:
        lab.start()
        peer = PEERS[cell.peer](lab, cell)
        peer.start()
        call_of(lab, peer, cell)
    finally:
        if peer:
            peer.stop()
        if own:
            lab.close()
    return time.monotonic() - begin
