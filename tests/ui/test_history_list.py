# SPDX-License-Identifier: GPL-2.0-or-later
"""The call history (P20), the question after sign-in, a link's question and "cusax-dial" (P26) as they look in Pidgin, and in
Finch at 80x24 by keys only. What stood on the screen stays in $BUILD_DIR/screenshots."""

import os
import re
import subprocess

import pytest

from cusaxlab.clients import Finch, Pidgin
from cusaxlab.desktop import Desktop
from cusaxlab.lab import build_folder
from cusaxlab.process import LabError, wait_until

ALICE = 'alice@cusax.test'
HELPER = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'data', 'cusax-dial')
HISTORY, MISSED, LINK = 'Call history', 'Missed calls', 'Call from a link'
#: Where the entry stands in the account's menu, below "Edit Account"
STEPS = 3

pytestmark = pytest.mark.deadline(120)


@pytest.fixture
def lab(make_lab):
    return make_lab(assert_identity=True).start()


@pytest.fixture
def desktop(lab):
    desktop = Desktop(lab)
    desktop.start_bus()
    return desktop


def shot(name):
    folder = os.path.join(build_folder(), 'screenshots')
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, name)


def missed_call(lab, number, wait):
    uri = 'sip:%s@cusax.test' % number
    call = lab.sip_caller('trunk', register=False).invite('sip:' + ALICE, from_uri=uri, asserted=uri)
    call.wait(180)
    wait('Incoming Call')
    call.cancel()


def dial_helper(desktop, *arguments):
    return subprocess.run([HELPER, *arguments], env=desktop.env, capture_output=True, text=True, timeout=20)


def test_p20_p26_pidgin(lab, desktop):
    desktop.start_screen()
    pidgin = Pidgin(desktop, lab.profile('alice')).start(gtk_modules='gail:atk-bridge')
    pidgin.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')
    missed_call(lab, '+4930777', desktop.wait_window)
    desktop.wait_window(MISSED)
    desktop.activate(MISSED)
    desktop.keys('Return')
    missed_call(lab, '7042', desktop.wait_window)
    for _ in range(4):
        desktop.activate('Buddy List')
        for keys in (['alt+a'], ['Up'], ['Right'], ['Down'] * STEPS, ['Return']):
            desktop.keys(*keys)
        try:
            desktop.wait_window(HISTORY, 4)
            break
        except LabError:
            desktop.keys('Escape', 'Escape', 'Escape')
    desktop.wait_window(HISTORY, 4)
    desktop.activate(HISTORY)
    desktop.screenshot(shot('pidgin-history.png'))
    text = desktop.texts(HISTORY)
    for words in ('2 calls', 'Call back', 'Clear', 'Close'):
        assert words in text, text

    # P26: what a desktop runs for a link; Enter is no consent.
    assert dial_helper(desktop, 'tel:+33-1-77-62-43-39').returncode == 0
    desktop.wait_window(LINK)
    desktop.activate(LINK)
    desktop.screenshot(shot('pidgin-link.png'))
    assert '+33177624339' in desktop.texts(LINK) and 'may be charged' in desktop.texts(LINK)
    desktop.keys('Return')
    desktop.wait_no_window(LINK)
    assert not [one for one in lab.kamailio.wire('INVITE') if '+33177624339' in one.uri]


def letter(finch, entry):
    """The key that Finch has given to an entry of the open menu: it stands in brackets behind it."""
    found = []

    def shown():
        found[:] = re.findall(re.escape(entry) + r'[^│]*\((.)\)', finch.screen())
        return found
    wait_until(shown, '%r in the menu' % entry, 10, finch.screen)
    return found[-1]


def front(finch, title):
    def in_front():
        if '┤%s├' % title in finch.screen():
            return True
        finch.keys('M-n')
        return False
    wait_until(in_front, '%s in front' % title, 20, finch.screen, 0.4)


def keep(name, finch):
    with open(shot(name), 'w', encoding='utf-8') as file:
        file.write(finch.screen())


def test_p20_p26_finch(lab, desktop):
    finch = Finch(desktop, lab.profile('alice')).start(columns=80, rows=24)
    finch.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')
    lab.kamailio.route_numbers('echo')
    gateway = lab.sip_caller('echo').on_invite()
    missed_call(lab, '+4930777', lambda title: front(finch, title))
    finch.wait_screen('You have missed a call from +4930777.')
    front(finch, 'Buddy List')
    finch.keys('F10')
    finch.wait_screen('Accounts')
    finch.keys('Right')
    key = letter(finch, ALICE)
    if HISTORY not in finch.screen():
        finch.keys(key)
    finch.keys(letter(finch, HISTORY))
    front(finch, HISTORY)
    keep('finch-history.txt', finch)
    for words in ('1 call', '+4930777', 'Missed', 'Call back', 'Clear'):
        assert words in finch.screen(), finch.screen()
    # The row is selected; the first button behind it.
    finch.keys('Tab', 'Enter')
    front(finch, 'Call to the telephone network')
    keep('finch-call-back.txt', finch)
    assert '+4930777' in finch.screen()
    finch.keys('Enter')
    gateway.wait_call()

    assert dial_helper(desktop, '--hangup').returncode == 0
    assert dial_helper(desktop, '7042').returncode == 0
    front(finch, LINK)
    keep('finch-link.txt', finch)
    assert 'Call 7042?' in finch.screen()
