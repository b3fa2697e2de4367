# SPDX-License-Identifier: GPL-2.0-or-later
"""Finch shows who calls (R29 to R31) and asks before a call may cost (T7), by keys. What stood on the screen stays in
$BUILD_DIR/screenshots."""

import os

import pytest

from callers import ALICE, CALLERS, HONEST, call_alice, cards, wait_cards_known
from cusaxlab.clients import Finch
from cusaxlab.lab import build_folder
from cusaxlab.process import wait_until

pytestmark = pytest.mark.deadline(120)


@pytest.fixture
def lab(make_lab):
    lab = make_lab(cards='stored', further={'other.test': ['mallory']}, assert_identity=True)
    for jid, xml in cards().items():
        lab.prosody.set_card(jid, xml)
    lab.start()
    lab.kamailio.route_numbers('echo')
    return lab


@pytest.fixture
def finch(lab, desktop):
    finch = Finch(desktop, lab.profile('alice')).start()
    finch.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')
    finch.wait_screen('Bob')
    return finch


def keep(name, screen):
    folder = os.path.join(build_folder(), 'screenshots')
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, 'finch-%s.txt' % name), 'w', encoding='utf-8') as file:
        file.write(screen)


def to_front(finch, title):
    """Alt-n until the window of this title is not covered: what no key has caused opens behind the others."""
    def in_front():
        if title in finch.screen():
            return True
        finch.keys('M-n')
        return False
    wait_until(in_front, '%s in front' % title, 15, finch.screen, 0.4)


def wait_words(finch, words):
    """Waits until the screen says all of this, whatever line breaks and frames stand between; gives the screen."""
    def said():
        text = finch.screen()
        return text if all(word in text for word in words) else None
    return wait_until(said, 'Finch shows %s' % words, 10, lambda: finch.screen() + finch.tail())


def test_a_ringing_call_names_whom_it_can_and_nobody_else(lab, finch):
    wait_cards_known(lab)
    for name, (_, said, unsaid) in CALLERS.items():
        call = call_alice(lab, name)
        to_front(finch, '┤Incoming Call├')
        screen = wait_words(finch, said + ['Answer', 'Decline'])
        keep('caller-' + name, screen)
        for words in unsaid + ['Not implemented']:
            assert words not in screen, name
        call.cancel()
        wait_until(lambda: 'Incoming Call' not in finch.screen(), 'the dialog has gone', 10, finch.screen)


def test_t7_the_cost_question_by_keys(lab, finch):
    gateway = lab.sip_caller('echo').on_invite()
    wait_cards_known(lab)

    def ask():
        finch.keys('F11')
        finch.wait_screen('Call  ')
        line = next(line for line in finch.screen().splitlines() if ' Call  ' in line or '│Call ' in line)
        finch.keys(line.split('(')[1][0])
        return wait_words(finch, [HONEST, 'telephone network', 'charged', 'Call', 'Chat instead'])
    finch.keys('Down')
    keep('cost', ask())
    finch.keys('M-c')
    wait_until(lambda: 'telephone network' not in finch.screen(), 'the question has gone', 10, finch.screen)
    assert not lab.kamailio.wire('INVITE'), 'closing it calls nobody'
    ask()
    finch.keys('Enter')
    call = gateway.wait_call()
    assert call.request.one('p-called-party-id') == '<sip:%s@cusax.test;user=phone>' % HONEST
