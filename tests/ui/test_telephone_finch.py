# SPDX-License-Identifier: GPL-2.0-or-later
"""A11: a telephone in Finch, by keys only: dial, answer, hold, digits, transfer, hang up; what is heard is measured.
Screens stay as text in $BUILD_DIR/screenshots (finch-*.txt), with all that the terminal got (finch-*.term)."""

import os

import pytest

from cusaxlab.clients import Finch
from cusaxlab.lab import build_folder
from cusaxlab.process import wait_until

ALICE, BOB, ECHO = 'alice@cusax.test', 'bob@cusax.test', 'echo@cusax.test'
TONE, BOBS, ECHOS = 440, 880, 660

pytestmark = pytest.mark.deadline(120)


@pytest.fixture
def finch(lab, desktop):
    finch = Finch(desktop, lab.profile('alice')).start()
    finch.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')
    finch.wait_screen('Bob')
    return finch


@pytest.fixture
def echo(lab):
    """The other telephone."""
    return lab.sip_caller('echo', tone=ECHOS)


@pytest.fixture
def keep(finch, request):
    """keep(name): the screen as it is, into a file; they are numbered."""
    folder = os.path.join(build_folder(), 'screenshots')
    os.makedirs(folder, exist_ok=True)
    test = 'second-call' if 'second' in request.node.name else 'telephone'
    finch.record(os.path.join(folder, 'finch-%s.term' % test))
    count = iter(range(1, 100))

    def write(name):
        path = os.path.join(folder, 'finch-%s-%02d-%s.txt' % (test, next(count), name))
        with open(path, 'w', encoding='utf-8') as file:
            file.write(finch.screen())
    return write


def in_front(finch, name):
    """Alt-n until the conversation with this person is the window in front."""
    def look():
        first = finch.screen().splitlines()[0]
        if '┤%s' % name in first and first.count('┤') == 1:
            return True
        finch.keys('M-n')
        return False
    wait_until(look, 'the conversation with %s in front' % name, 10, finch.screen, 0.4)


def say(finch, text):
    """Types a command into the entry."""
    finch.type(text)
    finch.keys('Enter')


def test_a11_the_telephone_by_keys_only(lab, finch, bob, echo, desktop, keep):
    # Dial, from the conversation with somebody.
    finch.keys('Down', 'Enter')
    finch.wait_screen('┤Bob')
    say(finch, '/dial ' + ECHO)
    call = echo.wait_call()
    call.ring()
    keep('dialling')
    call.accept()
    call.voice.wait_heard(TONE)
    desktop.wait_heard(ECHOS, anew=True)
    in_front(finch, 'Echo')
    finch.wait_screen('In call with Echo')
    keep('in-call')
    # What is being typed goes on into the entry; the button is one Shift-Tab away.
    say(finch, '/calls a b')
    assert not call.ended
    finch.keys('BTab', 'Enter')
    call.wait_ended()
    keep('hung-up')

    # Answer.
    bob.mark()
    bob.dial(ALICE)
    finch.wait_screen('Incoming Call')
    keep('ringing')
    in_front(finch, 'Bob')
    finch.wait_screen('Bob is calling. Type /answer or /decline.')
    say(finch, '/answer')
    bob.wait_established()
    bob.wait_heard(TONE)
    desktop.wait_heard(BOBS, anew=True)
    keep('answered')

    # Digits: baresip reports them.
    say(finch, '/dtmf 12#')
    bob.wait_digits('12#')

    # Hold and resume.
    say(finch, '/hold')
    finch.wait_screen('on hold')
    keep('held')
    say(finch, '/resume')
    desktop.wait_heard(BOBS, anew=True)

    # Transfer: bob and echo talk, we are out of it.
    say(finch, '/transfer ' + ECHO)
    new = echo.wait_call()
    new.ring()
    finch.wait_screen('ransfer')
    keep('transferring')
    new.accept()
    new.voice.wait_heard(BOBS)
    wait_until(lambda: 'no call' in (say(finch, '/calls') or finch.screen()), 'no call of ours is left', 10,
               finch.screen, 0.5)
    keep('transferred')
    assert 'Hangup' not in finch.screen()

    # And a last one, ended by command.
    say(finch, '/dial ' + BOB)
    bob.mark()
    finch.wait_screen('Calling')
    say(finch, '/hangup')
    keep('end')


def test_a11_a_second_call_by_keys_only(finch, bob, echo, desktop, keep):
    bob.dial(ALICE)
    finch.wait_screen('Incoming Call')
    in_front(finch, 'Bob')
    say(finch, '/answer')
    finch.wait_screen('Call in progress')
    call = echo.invite('sip:' + ALICE)
    call.wait(180)
    finch.wait_screen('Incoming Call')
    keep('waiting')
    in_front(finch, 'Bob')
    say(finch, '/calls')
    finch.wait_screen('#2')
    say(finch, '/answer #2')
    call.wait(200)
    call.voice.wait_heard(TONE)
    desktop.wait_heard(ECHOS, anew=True)
    keep('second')
    in_front(finch, 'Bob')
    say(finch, '/swap')
    desktop.wait_heard(BOBS, anew=True)
    keep('swapped')
    say(finch, '/hangup #2')
    call.wait_ended()
    say(finch, '/hangup')
    bob.wait_closed()
