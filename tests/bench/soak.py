# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole calls in a row between two of the product, each with sound both ways over ICE and DTLS-SRTP: what memory and
descriptors do meanwhile. Prints a line every so many calls and the growth per call; judges nothing.

    tests/bench/run soak                 1000 calls, about twenty minutes
    tests/bench/run soak --calls 100 --every 10
"""

import argparse
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))

from cusaxlab.lab import Lab  # noqa: E402
from product import Person  # noqa: E402

BOB = 'bob@cusax.test'
#: The first calls of a process load plugins and fill caches: growth is counted from here on, as far as there are more.
WARM = 10
COLUMNS = ('rss', 'private', 'heap', 'fds', 'threads')


class Soak:
    """alice calls bob, in one laboratory."""

    def __init__(self, lab):
        self.alice, self.bob = Person(lab, 'alice', tone=440), Person(lab, 'bob', tone=880)

    def close(self):
        self.alice.stop()
        self.bob.stop()

    def call(self, seconds=0.0):
        """Rings, is answered, sound comes out of both loudspeakers (for so long), is over on both sides."""
        hosts = self.alice, self.bob
        marks = [host.mark() for host in hosts]
        self.alice.send('call', BOB)
        ring = self.bob.expect('request .*title="Incoming Call"', since=marks[1])
        self.bob.send('respond', ring['id'], 'Answer')
        for host, mark in zip(hosts, marks):
            # The telephone's own sounds are recordings of nobody; this one is made by the other's first packet.
            host.expect('recording who="[^"]', since=mark)
        if seconds:
            time.sleep(seconds)  # what is measured is how long they speak
        self.alice.do('media', 'hangup')
        for host, mark in zip(hosts, marks):
            host.expect('media-state .*state="end"', since=mark)
        for host in hosts:
            host.do('requests')  # the answer: the main loop is through with the end

    def measure(self):
        """Per host: dict with rss, private and heap (kB), fds and threads."""
        return {host.user: measure(host) for host in (self.alice, self.bob)}


def measure(host):
    told = host.ask('stat')
    with open('/proc/%d/smaps_rollup' % host.process.pid, encoding='ascii') as file:
        sizes = {line.split(':')[0]: int(line.split()[1]) for line in list(file)[1:]}
    return {'rss': sizes['Rss'], 'private': sizes['Private_Clean'] + sizes['Private_Dirty'],
            'heap': int(told['heap']) // 1024, 'fds': int(told['fds']), 'threads': int(told['threads'])}


def slope(points, name, user):
    """Growth per call, by least squares, over all points but the warming up."""
    warm = [(calls, found[user][name]) for calls, found in points if calls >= WARM]
    if len(warm) < 2:
        return 0.0
    x, y = (sum(values) / len(warm) for values in zip(*warm))
    return sum((a - x) * (b - y) for a, b in warm) / sum((a - x) ** 2 for a, _ in warm)


def soak(lab, calls, every, tell=lambda calls, found, seconds: None, seconds=0.0):
    """[(calls so far, what was measured)]"""
    both, points, begun = Soak(lab), [], time.monotonic()
    for count in range(1, calls + 1):
        both.call(seconds)
        if count == WARM or count % every == 0 or count == calls:
            points.append((count, both.measure()))
            tell(*points[-1], time.monotonic() - begun)
    both.close()
    return points


def show(calls, found, seconds):
    words = ['%8d %8d %8d %5d %7d' % tuple(one[name] for name in COLUMNS) for one in found.values()]
    print('%6d %8.1f   %s' % (calls, seconds, '   '.join(words)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--calls', '-n', type=int, default=1000)
    parser.add_argument('--every', type=int, default=100, help='calls between two lines (default 100)')
    parser.add_argument('--seconds', type=float, default=0.0,
                        help='how long they speak (default 0: hung up at the first sound)')
    options = parser.parse_args()
    print('%6s %8s   %s' % ('', '', '   '.join('%-40s' % (user + ', kB') for user in ('alice, who calls', 'bob'))))
    print('%6s %8s   %s' % ('calls', 'seconds', '   '.join(['%8s %8s %8s %5s %7s' % COLUMNS] * 2)))
    with Lab() as lab:
        lab.start()
        points = soak(lab, options.calls, options.every, show, options.seconds)
    print('\nGrowth per call since the %dth:' % WARM)
    for user in ('alice', 'bob'):
        print('  %-6s %8.2f kB rss  %8.2f kB private  %8.2f kB heap  %8.4f descriptors  %8.4f threads' % (
            user, *(slope(points, name, user) for name in COLUMNS)))


if __name__ == '__main__':
    main()
