# SPDX-License-Identifier: GPL-2.0-or-later
"""Finch in a terminal, by keys only: a call out, a call in, hold, hang up, and no crash. Sound is proven by content."""

import pytest

from cusaxlab.clients import Finch
from cusaxlab.process import wait_until

ALICE, BOB = 'alice@cusax.test', 'bob@cusax.test'

pytestmark = pytest.mark.deadline(90)


@pytest.fixture
def finch(lab, desktop):
    finch = Finch(desktop, lab.profile('alice')).start()
    finch.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')
    finch.wait_screen('Bob')
    return finch


def to_conversation(finch):
    """Alt-n until the conversation with Bob is in front: its title line is drawn then."""
    def in_front():
        if '┤Bob (' in finch.screen() and finch.screen().splitlines()[0].count('┤') == 1:
            return True
        finch.keys('M-n')
        return False
    wait_until(in_front, 'the conversation with Bob in front', 10, finch.screen, 0.4)


def type_command(finch, text):
    finch.type(text)
    finch.keys('Enter')


def test_call_by_the_contacts_menu(finch, bob, talk):
    bob.mark()
    finch.keys('Down', 'F11')
    finch.wait_screen('Call  ')
    line = next(line for line in finch.screen().splitlines() if ' Call  ' in line or '│Call ' in line)
    finch.keys(line.split('(')[1][0])
    bob.wait_incoming()
    bob.accept()
    finch.wait_screen('In call with Bob')
    talk()
    bob.hangup()
    to_conversation(finch)
    finch.wait_screen('Bob has hung up')


def test_answer_hold_and_hang_up_by_commands(finch, bob, desktop, talk):
    bob.dial(ALICE)
    finch.wait_screen('Incoming Call')
    to_conversation(finch)
    finch.wait_screen('Bob is calling. Type /answer or /decline.')
    type_command(finch, '/answer')
    bob.wait_established()
    talk()
    type_command(finch, '/hold')
    finch.wait_screen('on hold')
    type_command(finch, '/resume')
    # baresip's recorder does not survive a re-INVITE; what it says is heard.
    desktop.wait_heard(880, anew=True)
    type_command(finch, '/hangup')
    bob.wait_closed()


def test_closing_the_conversation_in_a_call_does_not_crash(finch, bob):
    """The crash of stock Finch: conversation closed in a call, then the other side hangs up."""
    bob.dial(ALICE)
    finch.wait_screen('Incoming Call')
    to_conversation(finch)
    type_command(finch, '/answer')
    bob.wait_established()
    finch.keys('M-c')
    bob.wait_closed()
    # It lives, and the next call works.
    bob.dial(ALICE)
    finch.wait_screen('Incoming Call')
    assert finch.purple.is_connected(finch.purple.account(ALICE, 'prpl-jabber-cusax'))
    bob.hangup()
