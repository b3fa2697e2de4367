# SPDX-License-Identifier: GPL-2.0-or-later
"""What Pidgin asks while telephony signs in (P4, R2), and an XMPP account that is used for calls too, and back (P17).
What the dialogs say is read as a screen reader does; screenshots stay in $BUILD_DIR/screenshots."""

import os
import re

import pytest

from cusaxlab.clients import Pidgin
from cusaxlab.desktop import Desktop
from cusaxlab.lab import build_folder
from cusaxlab.process import wait_until

ALICE, BOB = 'alice@cusax.test', 'bob@cusax.test'
CERTIFICATE, PASSWORD = 'Certificate of the telephone server', 'Telephony password'

pytestmark = pytest.mark.deadline(120)


@pytest.fixture
def lab(make_lab):
    return make_lab()


@pytest.fixture
def desktop(lab):
    desktop = Desktop(lab)
    desktop.start_bus()
    desktop.start_screen()
    return desktop


@pytest.fixture
def picture(desktop):
    folder = os.path.join(build_folder(), 'screenshots')
    os.makedirs(folder, exist_ok=True)
    return lambda name: desktop.screenshot(os.path.join(folder, 'pidgin-%s.png' % name))


def start(desktop, profile, protocol='prpl-jabber-cusax'):
    pidgin = Pidgin(desktop, profile).start(gtk_modules='gail:atk-bridge')
    pidgin.wait_online(ALICE, protocol)
    return pidgin


def wait_texts(desktop, title, words):
    """Waits until the window says all of this; gives all it says."""
    wait_until(lambda: all(word in desktop.texts(title) for word in words), '%s: %s' % (title, words), 15,
               lambda: desktop.texts(title), 0.3)
    return desktop.texts(title)


def groups(fingerprint):
    """As the dialog has it: four bytes, a blank or line break, four bytes..."""
    return [fingerprint[i:i + 11] for i in range(0, 95, 12)]


def test_p4_a_bad_certificate_is_a_question(lab, desktop, picture):
    bad = lab.authority.self_signed('alone', ['elsewhere.test'])
    lab.kamailio.show_certificate(bad)
    lab.start()
    profile = lab.profile('alice')
    profile.accept(ALICE, lab.host, lab.kamailio.tls_port, lab.authority.fingerprint(lab.certificate))
    pidgin = start(desktop, profile)
    desktop.wait_window(CERTIFICATE, 5)
    said = wait_texts(desktop, CERTIFICATE, [
        'port %d' % lab.kamailio.tls_port, 'Nobody whom this computer trusts vouches for it.',
        'It is made out for another name', 'This is another certificate than the one you accepted before',
        *groups(lab.authority.fingerprint(bad[0])), *groups(lab.authority.fingerprint(lab.certificate))])
    assert 'button: Accept' in said and 'button: Reject' in said, said
    picture('certificate')
    # Return is no.
    desktop.activate(CERTIFICATE)
    desktop.keys('Return')
    desktop.wait_no_window(CERTIFICATE)
    assert lab.kamailio.requests('REGISTER') == []
    assert pidgin.purple.is_connected(pidgin.purple.account(ALICE, 'prpl-jabber-cusax')), 'chat is not touched'


def test_p4_accepting_signs_in_and_is_remembered(lab, desktop):
    lab.kamailio.show_certificate(lab.authority.self_signed('alone', ['elsewhere.test']))
    lab.start()
    profile = lab.profile('alice')
    pidgin = start(desktop, profile)
    desktop.wait_window(CERTIFICATE)
    desktop.press(CERTIFICATE, 'Accept')
    desktop.wait_no_window(CERTIFICATE)
    lab.kamailio.wait_registered('alice')
    pidgin.process.stop()
    start(desktop, profile)
    lab.kamailio.wait_registered('alice')
    assert not any(CERTIFICATE in title for title in desktop.windows())


def test_r2_one_field_for_a_telephony_password(lab, desktop, picture):
    lab.start()
    lab.kamailio.set_password('alice', 'only-for-calls')
    profile = lab.profile('alice')
    start(desktop, profile)
    desktop.wait_window(PASSWORD)
    said = wait_texts(desktop, PASSWORD, ['It refused the chat password for this user name', 'User name there: alice'])
    picture('telephony-password')
    assert said.count('password text:') == 1, said
    desktop.activate(PASSWORD)
    desktop.type('only-for-calls')
    desktop.keys('Return')
    lab.kamailio.wait_registered('alice')
    desktop.wait_no_window(PASSWORD)


LOG = 'bob@cusax.test/2026-01-02.030405+0000UTC.txt'
POUNCES = '''<?xml version='1.0' encoding='UTF-8' ?>
<pounces version='1.0'>
<pounce ui='gtk-gaim'><account protocol='prpl-jabber'>alice@cusax.test/test</account><pouncee>bob@cusax.test</pouncee>
<options/><events><event type='sign-on'/></events>
<actions><action type='popup-notify'/></actions><save/></pounce>
</pounces>
'''


def write(profile, name, text):
    path = os.path.join(profile.folder, name)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def read(profile, name):
    path = os.path.join(profile.folder, name)
    if not os.path.exists(path):
        return ''
    with open(path, encoding='utf-8') as file:
        return file.read()


def choose_account_entry(desktop, window, downs):
    """The account's submenu stands last in the menu Accounts; its entry so many below "Edit Account"."""
    desktop.activate('Buddy List')
    desktop.keys('alt+a', 'Up', 'Right', *['Down'] * downs, 'Return')
    desktop.wait_window(window)


def test_p17_an_xmpp_account_is_used_for_calls_too_and_back(lab, desktop, picture):
    lab.start()
    # There is no DNS here: the server stands in a setting that XMPP does not know.
    profile = lab.profile('alice', protocol='prpl-jabber', sip_server=lab.registrar(), **{'my-own-setting': 'stays'})
    write(profile, 'logs/jabber/alice@cusax.test/' + LOG, 'hello')
    write(profile, 'pounces.xml', POUNCES)
    pidgin = start(desktop, profile, 'prpl-jabber')
    account = pidgin.purple.account(ALICE, 'prpl-jabber')
    buddy = pidgin.purple.PurpleFindBuddy(account, BOB)
    pidgin.purple.PurpleBlistNodeSetString(buddy, 'my-own-note', 'stays')
    picture('xmpp-account')

    choose_account_entry(desktop, 'Use for calls too', 1)
    wait_texts(desktop, 'Use for calls too', ['Contacts, settings, pounces and logs stay.'])
    picture('use-for-calls-too')
    desktop.press('Use for calls too', 'Use for calls too')
    assert pidgin.wait_online(ALICE) == account, 'the account object stays'
    lab.kamailio.wait_registered('alice')
    assert read(profile, 'logs/cusax/alice@cusax.test/' + LOG) == 'hello'
    assert not read(profile, 'logs/jabber/alice@cusax.test/' + LOG)

    def kept(protocol):
        """What stands in the files names the new protocol, so that the next start finds everything."""
        assert pidgin.purple.PurpleAccountGetString(account, 'my-own-setting', '') == 'stays'
        assert pidgin.purple.PurpleFindBuddy(account, BOB) == buddy
        assert pidgin.purple.PurpleBlistNodeGetString(buddy, 'my-own-note') == 'stays'
        for name in ('accounts.xml', 'blist.xml', 'pounces.xml'):
            wait_until(lambda name=name: protocols(read(profile, name)) == {protocol}, '%s names %s' % (name, protocol), 15,
                       lambda name=name: read(profile, name))
    kept('prpl-jabber-cusax')

    choose_account_entry(desktop, 'Use for chat only', 9)
    wait_texts(desktop, 'Use for chat only', ['Calls end'])
    picture('use-for-chat-only')
    desktop.press('Use for chat only', 'Use for chat only')
    assert pidgin.wait_online(ALICE, 'prpl-jabber') == account
    wait_until(lambda: not lab.kamailio.bindings('alice'), 'telephony signed out', 10)
    assert read(profile, 'logs/jabber/alice@cusax.test/' + LOG) == 'hello'
    kept('prpl-jabber')


def protocols(text):
    return set(re.findall(r"prpl-jabber[a-z-]*", text))
