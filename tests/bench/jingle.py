# SPDX-License-Identifier: GPL-2.0-or-later
"""libpurple's own XMPP call (Jingle) between two plain accounts in processes that have nothing of ours: answer to sound
on both sides, or what libpurple says of why there is none. With GStreamer's srtp plugin installed, which we recommend,
Farstream 0.2.9 encrypts nothing by a cipher that the plugin refuses ("Error with your microphone").

    tests/bench/run jingle
"""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))

from cusaxhost import HostError  # noqa: E402
from cusaxlab.lab import Lab  # noqa: E402
from cusaxlab.process import wait_until  # noqa: E402
from cusaxlab.profile import XMPP  # noqa: E402
from product import Person  # noqa: E402

BOB = 'bob@cusax.test'


def call(alice, bob):
    """Milliseconds from the answer until both have a loudspeaker, which the first packet makes."""
    wait_until(lambda: alice.ask('caps', BOB)['audio'] == 'true', 'alice knows that bob takes calls', 10)
    alice.do('call', BOB + '/test')
    bob.expect('media-new ')
    bob.expect('media-state .*state="new" session="audio')
    asked = time.monotonic()
    bob.do('media', 'accept')
    return (max(host.expect('recording who="[^"]').when for host in (alice, bob)) - asked) * 1000


def main():
    with Lab() as lab:
        lab.start(sip=False)
        none = lab.path('no-plugin', 'libcusax.so')
        alice, bob = [Person(lab, user, protocol=XMPP, plugin=none) for user in ('alice', 'bob')]
        try:
            print('answer to sound on both sides: %.0f ms' % call(alice, bob))
        except HostError as error:
            print('no sound between two accounts of libpurple itself:')
            told = [host.name + ': ' + event.line for host in (alice, bob) for event in host.find('media-error ', 0)]
            print('  ' + '\n  '.join(told or [str(error).splitlines()[0]]))
        for host in (alice, bob):
            host.stop(check=False)


if __name__ == '__main__':
    main()
