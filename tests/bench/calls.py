# SPDX-License-Identifier: GPL-2.0-or-later
"""Times of calls and of signing in, the product beside its peer in the same run: baresip for calls, the plain XMPP
account in the same host for signing in and memory. Prints medians and ratios; judges nothing.

    tests/bench/run calls         all of it, about two minutes
    tests/bench/run calls -n 5    fewer rounds
"""

import argparse
import os
import re
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))

from cusaxlab.baresip import Phone  # noqa: E402
from cusaxlab.lab import Lab  # noqa: E402
from cusaxlab.profile import CUSAX, XMPP  # noqa: E402
from product import Person  # noqa: E402
from sipserver import SipServer  # noqa: E402

PEER = 'bob@cusax.test'


class Product:
    """The test host with the built plugin, telephony on the bench's own registrar."""

    name = 'purple-cusax'
    user = 'alice'

    def __init__(self, lab, server):
        self.host = Person(lab, 'alice', sign_in=False, transport='udp', sip_server='127.0.0.1:%d' % server.port,
                           sip_security='allow_plain')
        self.host.enable()
        self.host.expect('connected ', 20)
        server.wait(lambda m: m.method == 'REGISTER', 'REGISTER')
        self.host.wait_phone('signed in')

    def wait_ring(self):
        self.ring = self.host.wait_ring()

    def answer(self):
        when = time.perf_counter()
        self.host.send('respond', self.ring['id'], 'Answer')
        return when

    def dial(self):
        when = time.perf_counter()
        self.host.send('call', PEER)
        return when

    def hang_up(self):
        self.host.do('media', 'hangup')

    def over(self):
        self.host.expect('media-state .*state="end"')
        # An answer means that the main loop is through with the end of the call: what follows is measured at rest.
        self.host.do('requests')

    def close(self):
        self.host.stop()


class Baresip:
    name = 'baresip'
    user = 'bob'

    def __init__(self, lab, server):
        folder = lab.path('bench-baresip')
        os.makedirs(folder)
        self.phone = Phone(folder, 'bob', 'x', lab.domain, '127.0.0.1:%d;transport=udp' % server.port,
                           lab.authority.certificate, lab._phone_pem, tone=880)
        lab.adopt(self.phone)
        self.phone.start()

    def wait_ring(self):
        self.phone.wait_incoming()

    def answer(self):
        when = time.perf_counter()
        self.phone.accept()
        return when

    def dial(self):
        when = time.perf_counter()
        self.phone.dial('sip:%s' % PEER.replace('bob', 'carol'))
        return when

    def hang_up(self):
        self.phone.hangup()

    def over(self):
        self.phone.wait_closed()

    def close(self):
        self.phone.stop()


def incoming(agent, server, rounds):
    """INVITE to 180, Answer to 200, 200 to the first RTP packet; milliseconds."""
    ringing, answered, sounding = [], [], []
    for _ in range(rounds):
        mark = server.mark()
        sent, call = server.invite(agent.user)
        ringing.append((server.wait(server.of_call(call, 180), '180', since=mark).when - sent) * 1000)
        agent.wait_ring()
        asked = agent.answer()
        final = server.wait(server.of_call(call, 200), '200', since=mark)
        answered.append((final.when - asked) * 1000)
        server.ack(call, final)
        sounding.append((server.wait_rtp() - final.when) * 1000)
        server.bye(call, final)
        agent.over()
    return ringing, answered, sounding


def outgoing(agent, server, rounds):
    """Click to INVITE; the first call of a process loads plugins and is not counted."""
    times = []
    for count in range(rounds + 1):
        mark = server.mark()
        asked = agent.dial()
        invite = server.wait(lambda m: m.method == 'INVITE', 'INVITE', since=mark)
        if count:
            times.append((invite.when - asked) * 1000)
        server.answer(invite, '486 Busy Here')
        server.wait(lambda m: m.method == 'ACK' and m.one('call-id') == invite.one('call-id'), 'ACK', since=mark)
        agent.over()
    return times


def sign_in(lab, server, protocol, rounds):
    """From the order to connect until the last leg is up, milliseconds; and the memory after the first time, kB."""
    # The peer knows nothing of us: a process without the plugin.
    settings = {'plugin': lab.path('no-plugin', 'libcusax.so')}
    if protocol == CUSAX:
        settings = {'sip_server': '127.0.0.1:%d' % server.port, 'sip_security': 'allow_plain', 'transport': 'udp'}
    host = Person(lab, 'alice', sign_in=False, protocol=protocol, **settings)
    host.enable()
    host.expect('connected ', 20)
    if protocol == CUSAX:
        host.wait_phone('signed in')
    else:
        host.command('/ping')
    memory = rollup(host.process.pid)
    times = []
    for _ in range(rounds):
        host.do('account disable')
        host.expect('disconnected ', 10)
        mark, first = server.mark(), host.mark()
        asked = time.perf_counter()
        host.send('account enable')
        last = host.expect('connected ', 20, since=first).when
        if protocol == CUSAX:
            last = max(last, server.wait(lambda m: m.method == 'REGISTER' and m.one('expires') != '0', 'REGISTER',
                                         since=mark).when)
        times.append((last - asked) * 1000)
    host.stop()
    return times, memory


def rollup(pid):
    with open('/proc/%d/smaps_rollup' % pid, encoding='ascii') as file:
        found = dict(re.findall(r'^(Pss|Private_Dirty|Private_Clean|Rss):\s+(\d+) kB', file.read(), re.M))
    return int(found['Private_Dirty']) + int(found['Private_Clean'])


def row(name, goal, ours, peer, peer_name):
    mine, theirs = statistics.median(ours), statistics.median(peer)
    print('%-34s %10.2f %10.2f %8.2f   %-14s %s' % (name, mine, theirs, mine / theirs if theirs else 0, peer_name,
                                                    goal))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('-n', type=int, default=20, help='rounds (default 20)')
    rounds = parser.parse_args().n
    with Lab() as lab:
        lab.start(sip=False)
        results = {}
        for kind in (Product, Baresip):
            server = SipServer()
            agent = kind(lab, server)
            out = outgoing(agent, server, rounds)
            results[kind] = incoming(agent, server, rounds) + (out,)
            agent.close()
            server.close()
        server = SipServer()
        both, with_phone, plain, without = [], [], [], []
        for _ in range(3):
            for protocol, times, memory in ((CUSAX, both, with_phone), (XMPP, plain, without)):
                found = sign_in(lab, server, protocol, max(3, rounds // 3))
                times += found[0]
                memory.append(found[1] / 1024)
        server.close()

    ours, peer = results[Product], results[Baresip]
    print('\nMedians of %d rounds, milliseconds unless said otherwise.' % rounds)
    print('%-34s %10s %10s %8s   %-14s %s' % ('', 'ours', 'peer', 'ratio', 'peer is', 'goal'))
    row('INVITE in to 180 out', '<= 2 ms', ours[0], peer[0], 'baresip')
    row('Answer to 200 out', '<= 5 ms', ours[1], peer[1], 'baresip')
    row('200 to first RTP out', '<= 60 ms', ours[2], peer[2], 'baresip')
    row('click to INVITE out (2nd call on)', '<= 15 ms', ours[3], peer[3], 'baresip')
    row('both legs up', '<= 1.2 x', both, plain, 'plain XMPP')
    row('private memory at rest, MB', '<= +6 MB', with_phone, without, 'plain XMPP')


if __name__ == '__main__':
    main()
