# SPDX-License-Identifier: GPL-2.0-or-later
"""A contact with several numbers in Finch, by keys only (R26): the submenu, the question which, and the choice kept."""

import re

import pytest

from cusaxlab.clients import Finch
from cusaxlab.process import wait_until
from cusaxlab.prosody import card

ALICE, BOB = 'alice@cusax.test', 'bob@cusax.test'

pytestmark = pytest.mark.deadline(120)


@pytest.fixture
def lab(make_lab):
    lab = make_lab(cards='stored')
    lab.prosody.set_card(BOB, card('sip:one_a@cusax.test', 'sip:two@cusax.test'))
    lab.start()
    return lab


@pytest.fixture
def finch(lab, desktop):
    finch = Finch(desktop, lab.profile('alice')).start()
    finch.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')
    finch.wait_screen('Bob')
    return finch


def letter(finch, entry):
    """The key that Finch has given to an entry of the open menu: it stands in brackets behind it."""
    found = []

    def shown():
        found[:] = re.findall(re.escape(entry) + r'[^│]*\((.)\)', finch.screen())
        return found
    wait_until(shown, '%r in the menu' % entry, 10, finch.screen)
    return found[-1]


def open_numbers(finch):
    finch.keys('F11')
    finch.keys(letter(finch, 'Phone'))


def wait_invite(lab, count, uri):
    assert lab.kamailio.wait_wire('INVITE', count=count).uri == uri


def test_r26_submenu_and_question_by_keys(lab, finch):
    finch.keys('Down')

    def card_is_known():
        finch.keys('F11')
        wait_until(lambda: 'Get Info' in finch.screen(), 'the menu', 5, finch.screen)
        known = 'Phone' in finch.screen()
        finch.keys('Escape')
        wait_until(lambda: 'Get Info' not in finch.screen(), 'no menu', 5, finch.screen)
        return known
    wait_until(card_is_known, "bob's card in the menu", 20, finch.screen, 0.5)

    # Finch's own /call asks which, with the first one chosen; closing the window calls nobody.
    finch.keys('Enter')
    finch.wait_screen('┤Bob')
    finch.type('/call')
    finch.keys('Enter')
    finch.wait_screen('Which number of Bob')
    finch.wait_screen('1. sip:one_a@cusax.test')
    finch.wait_screen('2. sip:two@cusax.test')
    finch.keys('M-c')
    wait_until(lambda: 'Which number' not in finch.screen(), 'the question has gone', 10, finch.screen)
    assert not lab.kamailio.wire('INVITE')
    assert 'failed' not in finch.screen()

    # An entry of the submenu calls its number, underscore and all, which is the choice from now on.
    finch.keys('M-1')
    open_numbers(finch)
    finch.keys(letter(finch, 'sip:one_a@cusax.test'))
    wait_invite(lab, 1, 'sip:one_a@cusax.test')
    finch.wait_screen('not known to the telephone server')
    finch.type('/call')
    finch.keys('Enter')
    wait_invite(lab, 2, 'sip:one_a@cusax.test')
