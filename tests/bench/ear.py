# SPDX-License-Identifier: GPL-2.0-or-later
"""Mouth to ear: from the microphone of one to the loudspeaker of the other, two of the product beside two baresips on
one machine, both with Opus, ICE and DTLS-SRTP over TLS signalling. Prints medians; judges nothing.

A tone begins; counted is from when its first sample is handed out by the microphone until it is played. baresip's
loudspeaker is one that is a microphone, too (its aubridge): what it plays is written down on the way into its encoder, with one such buffer on the way, as a real microphone has. Its jitter buffer is the default, 5 to 10
packets; the laboratory's telephones have 1 to 5 and are the last row. Ours holds 80 ms.

    tests/bench/run ear         four calls of 5 tones each, two minutes
    tests/bench/run ear -n 2    fewer tones
"""

import argparse
import array
import glob
import math
import os
import statistics
import sys
import threading
import time
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))

from cusaxlab.lab import Lab  # noqa: E402
from cusaxlab.process import wait_until  # noqa: E402
from product import Person  # noqa: E402

ALICE, BOB = 'alice@cusax.test', 'bob@cusax.test'
#: How much a call waits against jitter is settled when it begins.
CALLS = 4
#: A sample from here on is the tone, of a full scale of 1.
LOUD = 0.03
#: Seconds of the tone, and from one to the next: no multiple of a packet.
TONE, PERIOD = 0.3, 1.003


def product(lab, rounds):
    """Milliseconds."""
    alice, bob = Person(lab, 'alice', tone=440), Person(lab, 'bob', tone=880)
    alice.call(BOB)
    bob.respond(bob.wait_ring(), 'Answer')
    alice.expect('recording who="%s' % BOB)
    bob.expect('recording who="%s' % ALICE)
    times = []
    for count in range(rounds + 1):
        alice.do('speak', 0)
        time.sleep(PERIOD - TONE)  # silence, of this length
        bob.do('speak', 0)
        alice.do('speak', 0.5)
        heard = wait_until(lambda: int(bob.ask('heard', ALICE)['at']), 'the tone at bob', 5, pause=0.02)
        if count:
            times.append((heard - int(alice.ask('heard', BOB)['spoken'])) / 1000)
        time.sleep(TONE)  # the tone, of this length
    alice.hang_up()
    bob.expect('media-state .*state="end"')
    alice.stop()
    bob.stop()
    return times


class Growth:
    """When a file in the making had which size."""

    def __init__(self, pattern):
        self.path, self.steps, self._ends = wait_until(lambda: glob.glob(pattern), pattern, 10)[0], [], False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        last = -1
        while not self._ends:
            size = os.stat(self.path).st_size
            if size != last:
                self.steps.append((time.monotonic(), size))
                last = size
            time.sleep(0.0005)  # the grain of this clock

    def stop(self):
        self._ends = True
        self._thread.join(2)

    def onsets(self):
        """When each tone's first sample was written, as if the first sample of a piece had the piece's time."""
        with wave.open(self.path, 'rb') as file:
            channels, rate, count = file.getnchannels(), file.getframerate(), file.getnframes()
            samples = array.array('h', file.readframes(count))[::channels]
        header, found, quiet = os.path.getsize(self.path) - count * channels * 2, [], rate
        for index, sample in enumerate(samples):
            if abs(sample) < LOUD * 32768:
                quiet += 1
                continue
            if quiet > rate // 4:
                found.append(self._when(header, index, channels * 2, rate))
            quiet = 0
        return [when for when in found if when]

    def _when(self, header, index, width, rate):
        before = None
        for when, size in self.steps:
            if size > header + index * width:
                return when + (index - (before - header) / width) / rate if before else None
            before = size
        return None


def write_tones(path, seconds=120, rate=8000):
    second = [math.sin(2 * math.pi * 440 * index / rate) / 2 if index < TONE * rate else 0
              for index in range(int(PERIOD * rate))]
    data = array.array('h', (int(sample * 32767) for sample in second)).tobytes()
    with wave.open(path, 'wb') as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        for _ in range(int(seconds / PERIOD)):
            file.writeframesraw(data)


def baresip(lab, rounds, jitter='5-10'):
    """Milliseconds."""
    options = {'media_encryption': 'dtls_srtp', 'ice': True, 'jitter': jitter}
    bob, alice = lab.phone('bob', echo=True, **options), lab.phone('alice', **options)
    write_tones(os.path.join(alice.folder, 'voice.wav'))
    alice.dial('sip:' + BOB)
    bob.wait_incoming()
    bob.accept()
    files = [Growth(os.path.join(phone.folder, 'heard', '*enc*.wav')) for phone in (alice, bob)]
    time.sleep((rounds + 2) * PERIOD)  # so many tones
    alice.hangup()
    alice.wait_closed()
    for file in files:
        file.stop()
    for phone in (alice, bob):
        phone.stop()
    said, played = (file.onsets() for file in files)
    # The first one falls into the beginning of the call.
    times = [next((late - early for late in played if 0 < late - early < PERIOD / 2), None) for early in said[1:]]
    return [one * 1000 for one in times if one is not None]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('-n', type=int, default=5, help='tones in each call (default 5)')
    rounds = parser.parse_args().n
    found = []
    for measure in (product, baresip, lambda lab, rounds: baresip(lab, rounds, '1-5')):
        with Lab() as lab:
            lab.start()
            found.append([one for _ in range(CALLS) for one in measure(lab, rounds)])
    print('\n%-24s %8s %8s %8s %6s   milliseconds' % ('mouth to ear', 'median', 'least', 'most', 'tones'))
    for name, times in zip(('purple-cusax', 'baresip', 'baresip, 20 ms of jitter'), found):
        if times:
            print('%-24s %8.1f %8.1f %8.1f %6d' % (name, statistics.median(times), min(times), max(times), len(times)))
        else:
            print('%-24s nothing came' % name)
    if found[0] and found[1]:
        print('ours - baresip: %.1f ms; goal <= 20 ms' % (statistics.median(found[0]) - statistics.median(found[1])))


if __name__ == '__main__':
    main()
