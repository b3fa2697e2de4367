# SPDX-License-Identifier: GPL-2.0-or-later
"""What knowing people costs: signing in with 10,000 contacts beside the plain XMPP account of the same roster, and the
180 to a caller who is named beside the one to a stranger. Prints medians and ratios; judges nothing.

    tests/bench/run people         one minute
    tests/bench/run people -n 5    fewer rounds
"""

import argparse
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))

from calls import row, rollup  # noqa: E402
from cusaxlab.lab import Lab  # noqa: E402
from cusaxlab.profile import CUSAX, XMPP  # noqa: E402
from product import Person  # noqa: E402
from sipserver import SipServer  # noqa: E402

CONTACTS = 10000
KNOWN, UNKNOWN = '+493012345678', '+493087654321'
BOB = 'bob@cusax.test'


def cpu(pid):
    """Milliseconds of work so far."""
    with open('/proc/%d/stat' % pid, encoding='ascii') as file:
        words = file.read().rpartition(')')[2].split()
    return (int(words[11]) + int(words[12])) * 1000 / os.sysconf('SC_CLK_TCK')


def sign_in_once(lab, server, protocol, folder):
    """From the order until the roster is there and the main loop is idle: milliseconds, of these at work, MB."""
    # The peer knows nothing of us: a process without the plugin.
    settings = {'plugin': lab.path('no-plugin', 'libcusax.so')}
    if protocol == CUSAX:
        settings = {'sip_server': '127.0.0.1:%d' % server.port, 'sip_security': 'allow_plain', 'transport': 'udp'}
    host = Person(lab, 'alice', sign_in=False, protocol=protocol, folder=folder, **settings)
    worked, asked = cpu(host.process.pid), time.perf_counter()
    host.do('account enable', timeout=60)
    host.expect('connected ', 60)
    # An answer means that the main loop is through with what came with the roster.
    host.do('requests', timeout=60)
    took, worked = (time.perf_counter() - asked) * 1000, cpu(host.process.pid) - worked
    memory = rollup(host.process.pid) / 1024
    count = int(host.ask('roster', timeout=60)['count'])
    if count < CONTACTS:
        raise AssertionError('%d contacts came' % count)
    host.stop(timeout=60)
    return took, worked, memory


def sign_in(rounds):
    """protocol -> lists for the first sign-in of a profile (ten thousand new buddies) and for the next start."""
    found = {protocol: {'first': [], 'next': []} for protocol in (CUSAX, XMPP)}
    with Lab(cards='stored') as lab:
        lab.prosody.set_big_roster('alice', CONTACTS)
        server = SipServer()
        for count in range(rounds):
            for protocol in (CUSAX, XMPP) if count % 2 else (XMPP, CUSAX):
                folder = lab.path('profile-%d-%s' % (count, protocol))
                for which in ('first', 'next'):
                    # Afresh: it goes on telling ten thousand contacts that we left.
                    lab.prosody.start()
                    found[protocol][which].append(sign_in_once(lab, server, protocol, folder))
                    lab.prosody.stop()
        server.close()
    return found


def ringing(rounds):
    """INVITE to 180 for a caller whom the index names and for one it does not; milliseconds, interleaved."""
    times = {KNOWN: [], UNKNOWN: []}
    with Lab(cards='stored') as lab:
        lab.start(sip=False)
        server = SipServer()
        host = Person(lab, 'alice', sign_in=False, transport='udp', sip_server='127.0.0.1:%d' % server.port,
                      sip_security='allow_plain')
        host.enable()
        host.expect('connected ', 20)
        host.wait_phone('signed in')
        host.command('/attach %s %s' % (KNOWN, BOB), BOB)
        for count in range(2 * rounds + 2):
            number = (KNOWN, UNKNOWN)[count % 2]
            mark = server.mark()
            sent, call = server.invite('alice', caller='sip:%s@cusax.test' % number)
            took = (server.wait(server.of_call(call, 180), '180', since=mark).when - sent) * 1000
            ring = host.wait_ring()
            # Over UDP nobody vouches for the number, so the name is a possibility: the index is asked all the same.
            if ('Bob' in ring['secondary']) != (number == KNOWN):
                raise AssertionError('%s: %s' % (number, ring))
            if count >= 2:
                times[number].append(took)
            host.respond(ring, 'Decline')
            final = server.wait(server.of_call(call, 603), '603', since=mark)
            server.ack(call, final)
            host.do('requests')
        host.stop()
        server.close()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('-n', type=int, default=7, help='rounds (default 7)')
    rounds = parser.parse_args().n
    found = sign_in(rounds)
    times = ringing(rounds * 10)
    print('\nMedians of %d rounds, milliseconds unless said otherwise.' % rounds)
    print('%-34s %10s %10s %8s   %-14s %s' % ('', 'ours', 'peer', 'ratio', 'peer is', 'goal'))
    for which, name in (('first', 'first sign-in, 10,000 contacts'), ('next', 'next sign-in')):
        for index, what, goal in ((0, '', '<= 1.05 x'), (1, ': CPU', ''), (2, ': private memory, MB', '')):
            row(name + what, goal, *([result[index] for result in found[protocol][which]]
                                     for protocol in (CUSAX, XMPP)), 'plain XMPP')
    row('INVITE in to 180 out, named', 'equal', times[KNOWN], times[UNKNOWN], 'unknown caller')


if __name__ == '__main__':
    main()
