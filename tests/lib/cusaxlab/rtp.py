# SPDX-License-Identifier: GPL-2.0-or-later
"""The sound of the raw SIP agent (sipcaller): speaks a tone, writes down what it hears and which digits came.

PCMA and telephone-event (RFC 4733) in plain RTP, 20 ms a packet, in a thread of its own. What it hears is kept as time
went by: where nothing came there is silence.
"""

import array
import math
import random
import re
import select
import socket
import struct
import threading
import time

from . import audio
from .place import family_of
from .process import wait_until

RATE, STEP = 8000, 160
PCMA, EVENTS = 8, 101
DIGITS = '0123456789*#ABCD'


def _expand(code):
    """One octet of G.711 A-law to a sample of -1 to 1."""
    code ^= 0x55
    exponent, mantissa = code >> 4 & 7, code & 15
    value = (mantissa * 2 + 1) << 3 if exponent == 0 else (mantissa * 2 + 33) << (exponent + 2)
    return (value if code & 0x80 else -value) / 32768


EXPANDED = [_expand(code) for code in range(256)]
_SORTED = sorted((value, code) for code, value in enumerate(EXPANDED))


def _compress(value):
    return min(_SORTED, key=lambda pair: abs(pair[0] - value))[1]


def tone_octets(frequency, level_db=-6.0):
    """A second of a tone (a whole number of hertz: it may be repeated) as A-law; 0: silence."""
    peak = 10 ** (level_db / 20)
    cache = {}

    def octet(value):
        value = round(value, 3)
        if value not in cache:
            cache[value] = _compress(value)
        return cache[value]
    return bytes(octet(peak * math.sin(2 * math.pi * frequency * n / RATE) if frequency else 0) for n in range(RATE))


def media_of(sdp):
    """What an SDP says of its first stream: dict with address, port, direction, formats, events (payload type or
    None)."""
    session, _, stream = sdp.replace('\r\n', '\n').partition('\nm=')
    stream = stream.partition('\nm=')[0]

    def line(pattern):
        return re.search(pattern, stream, re.M) or re.search(pattern, session, re.M)
    first = re.match(r'audio (\d+) \S+ ([\d ]+)', stream)
    address, direction = line(r'^c=IN IP[46] (\S+)'), line(r'^a=(sendrecv|sendonly|recvonly|inactive)\s*$')
    events = re.search(r'^a=rtpmap:(\d+) telephone-event/8000', stream, re.M)
    return {'address': address.group(1) if address else '', 'port': int(first.group(1)) if first else 0,
            'formats': first.group(2).split() if first else [], 'events': int(events.group(1)) if events else None,
            'direction': direction.group(1) if direction else 'sendrecv'}


class Heard:
    """What came, as audio.Hearing reads recordings."""

    rate = RATE

    def __init__(self, samples):
        self.samples = samples

    @property
    def seconds(self):
        return len(self.samples) / RATE

    def windows(self):
        size = RATE * audio.WINDOW_MS // 1000
        return [self.samples[start:start + size] for start in range(0, len(self.samples) - size + 1, size)]


class Voice:
    """One end of one stream. It speaks once it knows where to, unless quiet()."""

    def __init__(self, place, tone):
        """tone: hertz; 0: it sends silence; None: it never sends, until speak()."""
        self.digits, self.packets = '', 0
        self.speak(tone)
        self._socket = place.socket(family_of(place.host), socket.SOCK_DGRAM)
        self._socket.bind((place.host, 0))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]
        self._target, self._speaks, self._events = None, False, None
        self._samples, self._last, self._event_time = array.array('d'), None, None
        self._ssrc, self._sequence, self._time = random.getrandbits(32), random.getrandbits(15), random.getrandbits(30)
        self._ends = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        self._ends = True
        self._thread.join(2)
        self._socket.close()

    def follow(self, sdp, speaks=True):
        """From now on their side is what this SDP says; we speak if we may and they want it."""
        media = media_of(sdp)
        self._events = media['events']
        self._target = (media['address'], media['port']) if media['port'] else None
        self._speaks = speaks and media['direction'] in ('sendrecv', 'recvonly')

    def speak(self, tone):
        self.tone, self._sound = tone, tone_octets(tone) if tone is not None else None

    def quiet(self):
        """Sends nothing more."""
        self._speaks = False

    # What was heard

    @property
    def seconds(self):
        return len(self._samples) / RATE

    def hearing(self, frequency, start=0.0, share=0.6):
        """audio.Hearing of what came since start seconds."""
        return audio.Hearing(Heard(self._samples[int(start * RATE):]), frequency, share)

    def wait_heard(self, frequency, seconds=1.0, within=10):
        """Waits until, from now on, this much of the tone came in one piece."""
        start, last = self.seconds, []

        def enough():
            last[:] = [self.hearing(frequency, start)]
            return last[0].longest >= seconds and last[0]
        return wait_until(enough, '%d Hz for %g s' % (frequency, seconds), within, lambda: 'heard: %s' % last[0], 0.1)

    def shares(self, *frequencies, seconds=1.0, within=5):
        """How much of the power of the next so many seconds each tone has: a list."""
        start = len(self._samples)
        wait_until(lambda: len(self._samples) >= start + seconds * RATE, 'sound for %g s' % seconds, within, pause=0.05)
        piece = self._samples[start:]
        return [audio.tone_share(piece, RATE, frequency) for frequency in frequencies]

    def wait_shares(self, wanted, strange=(), within=10, seconds=0.6):
        """Waits for a stretch of sound in which each of these tones has a share of 0.1 and more and all of them together
        0.8 and more, and no strange one more than 0.02."""
        start, last = len(self._samples), []

        def mixed():
            if len(self._samples) < start + seconds * RATE:
                return False
            piece = self._samples[-int(seconds * RATE):]
            last[:] = [round(audio.tone_share(piece, RATE, frequency), 3) for frequency in [*wanted, *strange]]
            ours, others = last[:len(wanted)], last[len(wanted):]
            return min(ours) >= 0.1 and sum(ours) >= 0.8 and max(others, default=0) <= 0.02
        wait_until(mixed, 'hears %s Hz and nothing of %s' % (wanted, list(strange)), within,
                   lambda: 'shares at the end: %s' % last, 0.1)

    def wait_digits(self, digits, within=10):
        wait_until(lambda: self.digits == digits, 'digits %s' % digits, within, lambda: 'came: %r' % self.digits)

    # The thread

    def _run(self):
        due = time.monotonic()
        while not self._ends:
            due += STEP / RATE
            if self._speaks and self._sound is not None and self._target:
                self._send()
            while True:
                left = due - time.monotonic()
                if left <= 0:
                    break
                if select.select([self._socket], [], [], left)[0]:
                    self._receive()
            if due < time.monotonic() - 1:
                due = time.monotonic()  # the machine stood still

    def _send(self):
        place = self._time % RATE // STEP * STEP
        self._sequence, self._time = self._sequence + 1 & 0xFFFF, self._time + STEP & 0xFFFFFFFF
        packet = struct.pack('>BBHII', 0x80, PCMA, self._sequence, self._time, self._ssrc)
        try:
            self._socket.sendto(packet + self._sound[place:place + STEP], self._target)
        except OSError:
            pass  # nobody there, or not now

    def _receive(self):
        try:
            data = self._socket.recv(2048)
        except OSError:
            return  # an ICMP error, or nothing
        if len(data) < 13 or data[0] >> 6 != 2:
            return
        kind, stamp = data[1] & 0x7F, struct.unpack_from('>I', data, 4)[0]
        payload = data[12 + (data[0] & 15) * 4:]
        if kind == EVENTS and len(payload) >= 4:
            # The same event comes again and again with the same time.
            if stamp != self._event_time and payload[0] < len(DIGITS):
                self._event_time = stamp
                self.digits += DIGITS[payload[0]]
        elif kind == PCMA:
            self.packets += 1
            now = time.monotonic()
            if self._last is not None and now - self._last > 0.1:
                missing = min(now - self._last - 0.02, 30)
                self._samples.extend([0.0] * int(missing * RATE))
            self._last = now
            self._samples.extend(EXPANDED[octet] for octet in payload)
