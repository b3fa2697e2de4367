# SPDX-License-Identifier: GPL-2.0-or-later
"""What Finch asks while telephony signs in (P4, R2), and an XMPP account that is used for calls too, and back (P17), by
keys only, on a screen of 80 x 24, where all of each question has to be seen. What stood there stays in
$BUILD_DIR/screenshots."""

import os
import re

import pytest

from cusaxlab.clients import Finch
from cusaxlab.desktop import Desktop
from cusaxlab.lab import build_folder
from cusaxlab.process import wait_until

ALICE = 'alice@cusax.test'
CERTIFICATE, PASSWORD = '┤Certificate of the telephone server├', '┤Telephony password├'

pytestmark = pytest.mark.deadline(120)


@pytest.fixture
def lab(make_lab):
    return make_lab()


@pytest.fixture
def desktop(lab):
    desktop = Desktop(lab)
    desktop.start_bus()
    return desktop


def start(desktop, profile, protocol='prpl-jabber-cusax'):
    finch = Finch(desktop, profile).start(columns=80, rows=24)
    finch.wait_online(ALICE, protocol)
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




def wait_gone(finch, title):
    wait_until(lambda: title not in finch.screen(), '%s gone' % title, 10, finch.screen)


def groups(fingerprint):
    """As the dialog has it: four bytes, a blank or line break, four bytes..."""
    return [fingerprint[i:i + 11] for i in range(0, 95, 12)]


def test_p4_a_bad_certificate_is_a_question(lab, desktop):
    bad = lab.authority.self_signed('alone', ['elsewhere.test'])
    lab.kamailio.show_certificate(bad)
    lab.start()
    profile = lab.profile('alice')
    profile.accept('alice@cusax.test', lab.host, lab.kamailio.tls_port, lab.authority.fingerprint(lab.certificate))
    finch = start(desktop, profile)
    to_front(finch, CERTIFICATE)
    screen = finch.screen()
    keep('certificate', screen)
    for words in ['The telephone server shows another certificate', 'port %d' % lab.kamailio.tls_port,
                  'Nobody whom this computer trusts vouches for it.', 'It is made out for another name',
                  'than the one you accepted before', 'Telephony stays off then.', 'Accept', 'Reject',
                  *groups(lab.authority.fingerprint(bad[0])), *groups(lab.authority.fingerprint(lab.certificate))]:
        assert words in screen, words + '\n' + screen
    # Reject has the focus.
    finch.keys('Enter')
    wait_gone(finch, CERTIFICATE)
    assert lab.kamailio.requests('REGISTER') == []


def test_p4_accepting_signs_in(lab, desktop):
    lab.kamailio.show_certificate(lab.authority.self_signed('alone', ['elsewhere.test']))
    lab.start()
    finch = start(desktop, lab.profile('alice'))
    to_front(finch, CERTIFICATE)
    finch.keys('Tab', 'Enter')
    wait_gone(finch, CERTIFICATE)
    lab.kamailio.wait_registered('alice')


def test_r2_one_field_for_a_telephony_password(lab, desktop):
    lab.start()
    lab.kamailio.set_password('alice', 'only-for-calls')
    finch = start(desktop, lab.profile('alice'))
    to_front(finch, PASSWORD)
    screen = finch.screen()
    keep('telephony-password', screen)
    for words in ['It refused the chat password', 'User name there: alice', 'Remember', 'Sign in', 'Cancel']:
        assert words in screen, words + '\n' + screen
    finch.type('only-for-calls')
    assert 'only-for-calls' not in finch.screen()
    keep('telephony-password-typed', finch.screen())
    # The box, then the button.
    finch.keys('Tab', 'Tab', 'Enter')
    lab.kamailio.wait_registered('alice')
    wait_gone(finch, PASSWORD)


LOG = 'bob@cusax.test/2026-01-02.030405+0000UTC.txt'


def log_path(profile, protocol):
    return os.path.join(profile.folder, 'logs', protocol, ALICE, LOG)


def letter(finch, entry):
    """The key that Finch has given to an entry of the open menu: it stands in brackets behind it."""
    found = []

    def shown():
        found[:] = re.findall(re.escape(entry) + r'[^│]*\((.)\)', finch.screen())
        return found
    wait_until(shown, '%r in the menu' % entry, 10, finch.screen)
    return found[-1]


def choose_account_entry(finch, entry, title):
    finch.keys('F10')
    finch.wait_screen('Accounts')
    finch.keys('Right')
    # The account's own menu opens by itself the second time.
    key = letter(finch, ALICE)
    if entry not in finch.screen():
        finch.keys(key)
    finch.keys(letter(finch, entry))
    to_front(finch, title)


def test_p17_an_xmpp_account_is_used_for_calls_too_and_back(lab, desktop):
    lab.start()
    # There is no DNS here: the server stands in a setting that XMPP does not know.
    profile = lab.profile('alice', protocol='prpl-jabber', sip_server=lab.registrar())
    os.makedirs(os.path.dirname(log_path(profile, 'jabber')), mode=0o700)
    open(log_path(profile, 'jabber'), 'w').close()
    finch = start(desktop, profile, 'prpl-jabber')
    account = finch.purple.account(ALICE, 'prpl-jabber')

    choose_account_entry(finch, 'Use for calls too...', '┤Use for calls too├')
    keep('use-for-calls-too', finch.screen())
    for words in ['Use alice@cusax.test/test for calls too?', 'Contacts, settings, pounces and logs stay.', 'The way back']:
        assert words in finch.screen(), finch.screen()
    finch.keys('Enter')
    assert finch.wait_online(ALICE) == account, 'the account object stays'
    lab.kamailio.wait_registered('alice')
    assert os.path.exists(log_path(profile, 'cusax')) and not os.path.exists(log_path(profile, 'jabber'))

    choose_account_entry(finch, 'Use for chat only...', '┤Use for chat only├')
    keep('use-for-chat-only', finch.screen())
    finch.keys('Enter')
    assert finch.wait_online(ALICE, 'prpl-jabber') == account
    wait_until(lambda: not lab.kamailio.bindings('alice'), 'telephony signed out', 10)
    assert os.path.exists(log_path(profile, 'jabber')) and not os.path.exists(log_path(profile, 'cusax'))
