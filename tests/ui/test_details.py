# SPDX-License-Identifier: GPL-2.0-or-later
"""What a company's file locks (R9) in "Telephony settings...", "Connection details" and the warning of legs that are not
protected alike (R46), in Pidgin and Finch; by keys only. What stood on the screen stays in $BUILD_DIR/screenshots."""

import os

import pytest

from cusaxlab.clients import Finch, Pidgin
from cusaxlab.desktop import Desktop
from cusaxlab.lab import build_folder
from cusaxlab.process import LabError, wait_until

ALICE = 'alice@cusax.test'
SETTINGS, DETAILS, WARNING = 'Telephony settings', 'Connection details', 'Encryption'
#: Where the entries stand in the account's menu, below "Edit Account"
STEPS = {SETTINGS: 4, DETAILS: 8}
LOCKS = '''[account]
sip_server=%s
turn_password=not_for_<b>eyes</b>
voicemail=sip:vm_box@cusax.test;a=1&b=2
media_encryption=prefer
locked=sip_server;turn_password;voicemail;media_encryption
'''

pytestmark = pytest.mark.deadline(120)


@pytest.fixture
def lab(make_lab):
    return make_lab().start()


@pytest.fixture
def desktop(lab):
    desktop = Desktop(lab)
    desktop.start_bus()
    os.makedirs(desktop.env['XDG_CONFIG_HOME'], exist_ok=True)
    with open(os.path.join(desktop.env['XDG_CONFIG_HOME'], 'purple-cusax.conf'), 'w', encoding='utf-8') as file:
        file.write(LOCKS % lab.registrar('udp'))
    return desktop


def shot(name):
    folder = os.path.join(build_folder(), 'screenshots')
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, name)


def plain(lab):
    """Telephony without protection, as somebody chose it."""
    return lab.profile('alice', transport='udp', sip_security='allow_plain', sip_password=lab.users['alice'])


def said(desktop, title, words, unsaid=()):
    text = ' '.join(desktop.texts(title).split())
    assert not any(word in text for word in unsaid), text
    assert all(word in text for word in words), text


def open_entry(desktop, title):
    for _ in range(4):
        desktop.activate('Buddy List')
        for keys in (['alt+a'], ['Up'], ['Right'], ['Down'] * STEPS[title], ['Return']):
            desktop.keys(*keys)
        try:
            desktop.wait_window(title, 4)
            return
        except LabError:
            desktop.keys('Escape', 'Escape', 'Escape')
    desktop.wait_window(title, 4)


def test_r9_r46_pidgin(lab, desktop):
    desktop.start_screen()
    pidgin = Pidgin(desktop, plain(lab)).start(gtk_modules='gail:atk-bridge')
    pidgin.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')
    desktop.wait_window(WARNING)
    desktop.activate(WARNING)
    desktop.screenshot(shot('pidgin-parity.png'))
    said(desktop, WARNING, ['Chat is protected, telephony is not.', ALICE, 'Require encryption for both', 'Close'])
    desktop.keys('Return')
    desktop.wait_no_window(WARNING)
    open_entry(desktop, DETAILS)
    desktop.activate(DETAILS)
    desktop.screenshot(shot('pidgin-details.png'))
    said(desktop, DETAILS, ['Telephony: signed in.', 'Telephone protection: none', 'Chat protection: TLS',
                            'purple-cusax.conf'])
    desktop.keys('Return')
    desktop.wait_no_window(DETAILS)
    open_entry(desktop, SETTINGS)
    desktop.activate(SETTINGS)
    desktop.screenshot(shot('pidgin-settings-locked.png'))
    said(desktop, SETTINGS, ['(set by '], ['not_for_', 'eyes'])
    desktop.keys('Return')
    desktop.wait_no_window(SETTINGS)
    assert 'voicemail' not in open(os.path.join(pidgin.profile.folder, 'accounts.xml'), encoding='utf-8').read()


def test_r9_r46_finch(lab, desktop):
    finch = Finch(desktop, plain(lab)).start(columns=80, rows=24)
    finch.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')

    def front(title):
        def in_front():
            if '┤%s├' % title in finch.screen():
                return True
            finch.keys('M-n')
            return False
        wait_until(in_front, '%s in front' % title, 20, finch.screen, 0.4)

    front(WARNING)
    with open(shot('finch-parity.txt'), 'w', encoding='utf-8') as file:
        file.write(finch.screen())
    for words in ('Chat is protected, telephony is not.', 'Require encryption for both', 'Close'):
        assert words in finch.screen(), finch.screen()
