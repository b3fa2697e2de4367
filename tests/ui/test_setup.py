# SPDX-License-Identifier: GPL-2.0-or-later
"""R51: "Test call setup..." in Pidgin and in Finch, by keys only: all good, a wrong password, an unknown host; the log that
it saves. What stood on the screen stays in $BUILD_DIR/screenshots."""

import os
import re
import stat

import pytest

from cusaxlab.clients import Finch, Pidgin
from cusaxlab.desktop import Desktop
from cusaxlab.lab import build_folder
from cusaxlab.process import LabError, wait_until

ALICE = 'alice@cusax.test'
TITLE = 'Test call setup'

pytestmark = pytest.mark.deadline(120)

#: name -> (settings of the account, what is read, what is not)
CASES = {
    'good': ({}, ['Calls can be made.', '[ok] Name of the server: sip.cusax.test', '[ok] Connection to the server: TLS 1.',
                  '[ok] Signing in: ', '[ok] Address translation (NAT): none', '[ok] Sound formats: opus',
                  '[ok] Microphone: Monitor of Null Output', '[ok] Loudspeaker: Null Output'], ['FAILED', '[-]']),
    'password': ({'sip_password': 'not-the-right-one'},
                 ['Calls cannot be made: telephony does not work.', '[ok] Connection to the server',
                  '[FAILED] Signing in: sip.cusax.test', 'refused the password. Correct',
                  '[-] Address translation (NAT): not tested', '[ok] Microphone'],
                 ['not-the-right-one', '[FAILED] Connection']),
    'host': ({'sip_server': 'nowhere.cusax.test'},
             ['[FAILED] Name of the server: nowhere.cusax.test was not found. Check the server',
              '[-] Connection to the server: not tested', '[-] Signing in: not tested', '[ok] Loudspeaker'],
             ['[ok] Connection', '[ok] Signing in']),
}


@pytest.fixture
def desktop(netlab):
    """The client's side, with bus and sound; names are found by DNS only."""
    desktop = Desktop(netlab)
    desktop.start_bus()
    desktop.start_sound()
    desktop.say(440)
    return desktop


def shot(name):
    folder = os.path.join(build_folder(), 'screenshots')
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, name)


def is_said(text, words, unsaid):
    """Whatever line breaks and frames stand between."""
    plain = re.sub(r'[\s|│]+', ' ', text)
    assert not any(word in plain for word in unsaid), text
    return all(word in plain for word in words)


def assert_log(path):
    """The file is its owner's, says what helps, and has no secret."""
    with open(path, encoding='utf-8') as file:
        text = file.read()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert text.startswith('CUSAX ') and 'Sofia-SIP' in text and 'Account ' + ALICE in text
    assert '  telephony: up; ' in text and ' cusax-sip: ' in text
    for secret in ('wonderland-7', 'response="', 'inline:'):
        assert not re.search(re.escape(secret) + r'(?!\*\*\*)', text), text


# Finch

def start_finch(netlab, desktop, **settings):
    """80 x 24, the smallest that must do."""
    finch = Finch(desktop, netlab.profile('alice', **settings)).start(columns=80, rows=24)
    finch.wait_online(ALICE)
    finch.wait_screen('Buddy List')
    return finch


def to_front(finch, title):
    """Alt-n until this window is not covered: what no key has caused opens behind the others."""
    def in_front():
        if '┤%s├' % title in finch.screen() and 'Save log' in finch.screen():
            return True
        finch.keys('M-n')
        return False
    wait_until(in_front, '%s in front' % title, 30, finch.screen, 0.4)


def letter(finch, entry):
    """The key that Finch has given to an entry of the open menu: it stands in brackets behind it."""
    found = []

    def shown():
        found[:] = re.findall(re.escape(entry) + r'[^│]*\((.)\)', finch.screen())
        return found
    wait_until(shown, '%r in the menu' % entry, 10, finch.screen)
    return found[-1]


def to_buddy_list(finch):
    def in_front():
        if '┤Buddy List├' in finch.screen() and finch.screen().splitlines()[0].startswith('┌────┤Buddy List├────┐'):
            return True
        finch.keys('M-n')
        return False
    wait_until(in_front, 'the buddy list in front', 10, finch.screen, 0.4)


def run_in_finch(finch):
    to_buddy_list(finch)
    finch.keys('C-o', 'Right', 'Right')
    finch.keys(letter(finch, 'Test call setup...'))
    to_front(finch, TITLE)
    return finch


@pytest.mark.parametrize('name', CASES)
def test_r51_finch(netlab, desktop, name):
    settings, words, unsaid = CASES[name]
    finch = run_in_finch(start_finch(netlab, desktop, **settings))
    wait_until(lambda: is_said(finch.screen(), words, unsaid), 'the lines', 10, finch.screen)
    with open(shot('finch-setup-%s.txt' % name), 'w', encoding='utf-8') as file:
        file.write(finch.screen())


def test_r51_finch_saves_the_log(netlab, desktop):
    finch = start_finch(netlab, desktop)
    netlab.kamailio.wait_registered('alice')
    run_in_finch(finch)
    path = os.path.join(desktop.env['HOME'], 'cusax-log.txt')
    finch.keys('Left', 'Enter')
    wait_until(lambda: 'Select' in finch.screen() or finch.keys('M-n'), 'the file dialog', 10, finch.screen, 0.4)
    # Folders, files, the name, "Cancel", "Select".
    finch.keys('Tab', 'Tab', 'Tab', 'Tab', 'Enter')
    wait_until(lambda: os.path.exists(path), 'the log file', 10, finch.screen)
    assert_log(path)


# Pidgin

def run_in_pidgin(netlab, desktop, **settings):
    desktop.start_screen()
    pidgin = Pidgin(desktop, netlab.profile('alice', **settings)).start(gtk_modules='gail:atk-bridge')
    pidgin.wait_online(ALICE)
    if not settings:
        netlab.kamailio.wait_registered('alice')
    choose_in_menu(desktop)


def appears(desktop, title, seconds=4):
    try:
        return desktop.wait_window(title, seconds)
    except LabError:
        return None


def choose_in_menu(desktop):
    """On a busy machine a menu may open later than the next key comes: then anew."""
    for _ in range(4):
        desktop.activate('Buddy List')
        # Accounts, the last entry, and below "Edit Account", "Dial...", voicemail, history, "Telephony settings..."
        for keys in (['alt+a'], ['Up'], ['Right'], ['Down'] * 5, ['Return']):
            desktop.keys(*keys)
        if appears(desktop, TITLE):
            break
        desktop.keys('Escape', 'Escape', 'Escape')
    wait_until(lambda: 'Save log...' in desktop.texts(TITLE), 'the result', 30, lambda: desktop.texts(TITLE), 0.3)


@pytest.mark.parametrize('name', CASES)
def test_r51_pidgin(netlab, desktop, name):
    settings, words, unsaid = CASES[name]
    run_in_pidgin(netlab, desktop, **settings)
    desktop.activate(TITLE)
    desktop.screenshot(shot('pidgin-setup-%s.png' % name))
    assert is_said(desktop.texts(TITLE), words, unsaid), desktop.texts(TITLE)


def test_r51_pidgin_saves_the_log(netlab, desktop, tmp_path):
    run_in_pidgin(netlab, desktop)
    path = str(tmp_path / 'for-support.txt')
    for _ in range(4):
        desktop.activate(TITLE)
        desktop.keys('Tab')
        desktop.keys('Return')
        if appears(desktop, 'Save log'):
            break
        choose_in_menu(desktop)
    desktop.activate('Save log')
    desktop.keys('ctrl+a')
    desktop.type(path)
    desktop.keys('Return')
    wait_until(lambda: os.path.exists(path), 'the log file', 10, lambda: str(desktop.windows()))
    assert_log(path)
