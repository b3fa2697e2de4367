# SPDX-License-Identifier: GPL-2.0-or-later
"""Times of media, two of the product beside two baresips on one machine, both with ICE and DTLS-SRTP over TLS signalling;
processor time of an Opus call; what a STUN server that never answers costs. Prints medians and ratios; judges nothing.
The wire is read from a raw socket: root only.

    tests/bench/run media         all of it, about two minutes
    tests/bench/run media -n 5    fewer rounds
"""

import argparse
import os
import socket
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))

from cusaxlab.capture import Capture  # noqa: E402
from cusaxlab.lab import Lab  # noqa: E402
from cusaxlab.process import wait_until  # noqa: E402
from product import Person  # noqa: E402
from sipserver import SipServer  # noqa: E402

#: Where Farstream listens for the loopback leg, which is not the network.
FARSTREAM = range(7078, 7300)
CALL_SECONDS = 10


class ThisMachine:
    """Capture wants a namespace: the one that everybody is in."""

    device = 'lo'

    @staticmethod
    def socket(family, kind):
        return socket.socket(family, kind)


def both_ways(wire, since):
    """When the first packet of the later direction went over the network, or None."""
    flows = {}
    for one in wire.rtp(since=since):
        if one.source_port not in FARSTREAM and one.target_port not in FARSTREAM:
            flows.setdefault((one.source_port, one.target_port), one.when)
    times = [max(when, flows[flow[::-1]]) for flow, when in flows.items() if flow[::-1] in flows]
    return min(times, default=None)


class Pair:
    """One who calls and one who answers."""

    def two_way(self, rounds):
        """Answer to RTP in both directions, milliseconds; the first call of a process loads plugins and is not counted."""
        times = []
        for count in range(rounds + 1):
            with Capture(ThisMachine()) as wire:
                self.ring()
                asked = time.monotonic()
                self.answer()
                when = wait_until(lambda: both_ways(wire, asked), 'sound both ways', 10)
                self.end()
            if count:
                times.append((when - asked) * 1000)
        return times

    def load(self):
        """Processor time of the one who answered, as a share of a call of some seconds, per cent."""
        self.ring()
        self.answer()
        time.sleep(2)
        begun, before = time.monotonic(), processor_time(self.pid())
        time.sleep(CALL_SECONDS)
        share = (processor_time(self.pid()) - before) / (time.monotonic() - begun) * 100
        self.end()
        return [share]


class Products(Pair):
    def __init__(self, lab):
        self.caller, self.callee = Person(lab, 'alice', tone=440), Person(lab, 'bob', tone=880)

    def ring(self):
        self.marks = self.caller.mark(), self.callee.mark()
        self.caller.send('call', 'bob@cusax.test')
        self.request = self.callee.expect('request .*title="Incoming Call"', since=self.marks[1])

    def answer(self):
        self.callee.send('respond', self.request['id'], 'Answer')

    def end(self):
        self.caller.do('media', 'hangup')
        for host, mark in zip((self.caller, self.callee), self.marks):
            host.expect('media-state .*state="end"', since=mark)
            host.do('requests')

    def pid(self):
        return self.callee.process.pid

    def close(self):
        self.caller.stop()
        self.callee.stop()


class Baresips(Pair):
    def __init__(self, lab):
        options = {'media_encryption': 'dtls_srtp', 'ice': True}
        self.caller, self.callee = lab.phone('alice', tone=440, **options), lab.phone('bob', tone=880, **options)

    def ring(self):
        self.caller.dial('sip:bob@cusax.test')
        self.callee.wait_incoming()

    def answer(self):
        self.callee.accept()

    def end(self):
        self.caller.hangup()
        self.callee.wait_closed()

    def pid(self):
        return self.callee.process.pid

    def close(self):
        self.caller.stop()
        self.callee.stop()


def processor_time(pid):
    with open('/proc/%d/stat' % pid, encoding='ascii') as file:
        fields = file.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def click_to_invite(lab, rounds, **settings):
    server = SipServer()
    host = Person(lab, 'alice', sign_in=False, transport='udp', sip_server='127.0.0.1:%d' % server.port,
                  sip_security='allow_plain', **settings)
    host.enable()
    host.expect('connected ', 20)
    server.wait(lambda m: m.method == 'REGISTER', 'REGISTER')
    host.wait_phone('signed in')
    times = []
    for count in range(rounds + 1):
        mark = server.mark()
        asked = time.perf_counter()
        host.send('call', 'bob@cusax.test')
        invite = server.wait(lambda m: m.method == 'INVITE', 'INVITE', since=mark)
        if count:
            times.append((invite.when - asked) * 1000)
        server.answer(invite, '486 Busy Here')
        server.wait(lambda m: m.method == 'ACK' and m.one('call-id') == invite.one('call-id'), 'ACK', since=mark)
        host.expect('media-state .*state="end"')
        host.do('requests')
    host.stop()
    server.close()
    return times


def row(name, goal, ours, peer, peer_name):
    mine, theirs = statistics.median(ours), statistics.median(peer)
    print('%-40s %9.2f %9.2f %7.2f   %-20s %s' % (name, mine, theirs, mine / theirs if theirs else 0, peer_name, goal))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('-n', type=int, default=15, help='rounds (default 15)')
    rounds = parser.parse_args().n
    results = {}
    for kind in (Products, Baresips):
        with Lab() as lab:
            lab.start()
            pair = kind(lab)
            results[kind] = pair.two_way(rounds), pair.load()
            pair.close()
    with Lab() as lab, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(('127.0.0.1', 0))
        lab.start(sip=False)
        plain = click_to_invite(lab, rounds)
        without = click_to_invite(lab, rounds, media_ice='off')
        waiting = click_to_invite(lab, rounds, stun_server='127.0.0.1:%d' % silent.getsockname()[1])

    ours, peer = results[Products], results[Baresips]
    print('\nMedians of %d rounds, milliseconds unless said otherwise.' % rounds)
    print('%-40s %9s %9s %7s   %-20s %s' % ('', 'ours', 'peer', 'ratio', 'peer is', 'goal'))
    row('answer to sound both ways, ICE + DTLS', '<= 100 ms', ours[0], peer[0], 'baresip')
    row('processor in an Opus call, %', '<= 2 x', ours[1], peer[1], 'baresip')
    row('click to INVITE, ICE, no server', '<= 10 ms', plain, without, 'ours without ICE')
    row('click to INVITE, STUN that is dead', '<= 300 ms', waiting, plain, 'ours without a server')


if __name__ == '__main__':
    main()
