# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls in a row leave nothing behind; tests/bench/run soak is the long form."""

import os
import sys

from cusaxlab.process import wait_until

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'bench'))

from soak import Soak  # noqa: E402

CALLS = 15
#: After all of them: room for what a busy machine has not closed yet. In kB, per call; a conference that stays is 200.
DESCRIPTORS, HEAP = 12, 120


def test_p1_calls_in_a_row_leave_no_conference_behind(lab):
    both = Soak(lab)
    for _ in range(5):
        both.call()
    before = both.measure()
    for _ in range(CALLS):
        both.call()

    def settled():
        now = both.measure()
        return all(now[user]['fds'] - before[user]['fds'] <= DESCRIPTORS
                   and now[user]['heap'] - before[user]['heap'] <= HEAP * CALLS for user in now)
    # What ended with sound on the way is kept for a second.
    wait_until(settled, 'no descriptors, little memory', 20,
               lambda: 'before: %s, now: %s' % (before, both.measure()), 0.5)
    both.close()
