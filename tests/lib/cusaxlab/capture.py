# SPDX-License-Identifier: GPL-2.0-or-later
"""Every packet of a namespace's device, as a capture of tcpdump would have it, for what must never be on a wire.

    with Capture(lab.client) as wire:
        ...
    wire.rtp()                             Datagrams that look like RTP
    wire.hearing(440, source=address)      audio.Hearing of the A-law in them: who listens on the wire hears that
    wire.clear_text(5060)                  what went over this port
"""

import socket
import struct
import threading
import time

from . import audio
from .process import wait_until
from .rtp import EXPANDED, PCMA, Heard

ALL, OUTGOING = 3, 4


def _expand_ulaw(code):
    code = ~code & 0xFF
    value = ((code & 15) * 8 + 132 << (code >> 4 & 7)) - 132
    return (-value if code & 0x80 else value) / 32768


_LAW = {0: [_expand_ulaw(code) for code in range(256)], PCMA: EXPANDED}


class Datagram:
    """One UDP packet."""

    def __init__(self, when, source, source_port, target, target_port, data):
        self.when, self.source, self.source_port = when, source, source_port
        self.target, self.target_port, self.data = target, target_port, data

    @property
    def kind(self):
        """What its first byte says (RFC 7983), and for RTP the second."""
        first = self.data[0] if self.data else 255
        if first < 4:
            return 'stun'
        if 20 <= first < 64:
            return 'dtls'
        if 64 <= first < 80:
            return 'turn'
        if 128 <= first < 192 and len(self.data) >= 12:
            return 'rtcp' if 192 <= self.data[1] < 224 else 'rtp'
        return 'other'

    @property
    def payload_type(self):
        return self.data[1] & 0x7F

    @property
    def payload(self):
        return self.data[12 + (self.data[0] & 15) * 4:]

    def __repr__(self):
        return '%s %s:%d > %s:%d %d' % (self.kind, self.source, self.source_port, self.target, self.target_port,
                                        len(self.data))


class Capture:
    """Runs until stop(); both directions."""

    def __init__(self, namespace, device=None):
        self._socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
        self._socket.settimeout(0.2)
        device = device or namespace.device
        #: There everything is seen when it leaves and when it arrives.
        self._is_loop = device == 'lo'
        self._socket.bind((device, ALL))
        self.datagrams, self.segments = [], []
        self._ends = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if not self._ends:
            self._ends = True
            self._thread.join(2)
            self._socket.close()

    def _run(self):
        while not self._ends:
            try:
                frame, origin = self._socket.recvfrom(1 << 17)
            except (TimeoutError, OSError):
                continue
            if self._is_loop and origin[2] == OUTGOING:
                continue
            self._take(time.monotonic(), frame)

    def _take(self, now, frame):
        kind = struct.unpack_from('>H', frame, 12)[0]
        if kind == 0x0800 and len(frame) >= 34:
            protocol, start = frame[23], 14 + (frame[14] & 15) * 4
            source, target = (socket.inet_ntop(socket.AF_INET, frame[at:at + 4]) for at in (26, 30))
        elif kind == 0x86DD and len(frame) >= 54:
            protocol, start = frame[20], 54
            source, target = (socket.inet_ntop(socket.AF_INET6, frame[at:at + 16]) for at in (22, 38))
        else:
            return
        if len(frame) < start + 8:
            return
        source_port, target_port = struct.unpack_from('>HH', frame, start)
        if protocol == socket.IPPROTO_UDP:
            length = struct.unpack_from('>H', frame, start + 4)[0]
            self.datagrams.append(Datagram(now, source, source_port, target, target_port, frame[start + 8:start + length]))
        elif protocol == socket.IPPROTO_TCP:
            data = frame[start + (frame[start + 12] >> 4) * 4:]
            self.segments.append(Datagram(now, source, source_port, target, target_port, data))

    # Readings

    def udp(self, kind=None, source=None, target=None, since=0.0, until=None):
        """Datagrams of this kind, from and to these addresses, names left out."""
        return [one for one in list(self.datagrams)
                if kind in (None, one.kind) and source in (None, one.source) and target in (None, one.target)
                and since <= one.when and (until is None or one.when <= until)
                and 53 not in (one.source_port, one.target_port)]

    def rtp(self, **options):
        return self.udp('rtp', **options)

    def wait(self, kind, count=1, seconds=10, **options):
        return wait_until(lambda: len(self.udp(kind, **options)) >= count and self.udp(kind, **options),
                          '%d x %s on the wire' % (count, kind), seconds,
                          lambda: '\n'.join(map(repr, self.datagrams[-10:])))

    def hearing(self, frequency, payload_type=PCMA, **options):
        """What a listener on the wire hears who takes RTP of this type for G.711: the best of all streams."""
        flows = {(): []}
        for one in self.rtp(**options):
            if one.payload_type == payload_type:
                flow = flows.setdefault((one.source, one.source_port, one.target, one.target_port), [])
                flow += map(_LAW[payload_type].__getitem__, one.payload)
        return max((audio.Hearing(Heard(samples), frequency) for samples in flows.values()), key=lambda one: one.heard)

    def wait_heard(self, frequency, seconds=1.0, within=10, **options):
        last = []

        def enough():
            last[:] = [self.hearing(frequency, **options)]
            return last[0].longest >= seconds and last[0]
        return wait_until(enough, '%d Hz for %g s on the wire' % (frequency, seconds), within,
                          lambda: 'on the wire: %s' % last[0], 0.2)

    def clear_text(self, port=None):
        """All that went over TCP and UDP, or over this port of either side, as one piece of bytes."""
        pieces = [one.data for one in list(self.segments) + list(self.datagrams)
                  if port is None or port in (one.source_port, one.target_port)]
        return b'\n'.join(pieces)
