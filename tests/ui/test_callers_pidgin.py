# SPDX-License-Identifier: GPL-2.0-or-later
"""Pidgin shows who calls (R29 to R31) and asks before a call may cost (T7), by keys. What the dialogs say is read as a
screen reader does; screenshots stay in $BUILD_DIR/screenshots."""

import os

import pytest

from callers import ALICE, BOB, CALLERS, HONEST, announce_picture, call_alice, cards, wait_cards_known
from cusaxlab.clients import Pidgin
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
def pidgin(lab, desktop):
    desktop.start_screen()
    pidgin = Pidgin(desktop, lab.profile('alice')).start(gtk_modules='gail:atk-bridge')
    pidgin.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')
    return pidgin


@pytest.fixture
def picture(desktop):
    folder = os.path.join(build_folder(), 'screenshots')
    os.makedirs(folder, exist_ok=True)
    return lambda name: desktop.screenshot(os.path.join(folder, 'pidgin-%s.png' % name))


def wait_texts(desktop, title, words):
    """Waits until the window says all of this; gives all it says. Another dialog may take its place at any moment: what was read
    at once counts."""
    said = []

    def is_said():
        said[:] = [desktop.texts(title)]
        return all(word in said[0] for word in words)
    wait_until(is_said, '%s: %s' % (title, words), 30, lambda: said[0], 0.3)
    return said[0]


def test_a_ringing_call_names_whom_it_can_and_nobody_else(lab, pidgin, desktop, picture):
    announce_picture(lab)
    wait_cards_known(lab)
    icons = {}
    for name, (_, said, unsaid) in CALLERS.items():
        call = call_alice(lab, name)
        desktop.wait_window('Incoming Call')
        texts = wait_texts(desktop, 'Incoming Call', said + ['button: Answer', 'button: Decline'])
        picture('caller-' + name)
        for words in unsaid:
            assert words not in texts, name
        icons[name] = texts.count('icon:')
        call.cancel()
        desktop.wait_no_window('Incoming Call')
    assert icons['honest'] == icons['lying-card'] + 1 == icons['lying-call-info'] + 1, 'a picture for the honest one'


def ask_about_cost(pidgin, desktop):
    """As a click on the contact: /call in his chat."""
    pidgin.purple.open_chat(pidgin.purple.account(ALICE, 'prpl-jabber-cusax'), BOB)
    desktop.activate('Bob')
    before = set(desktop.windows())
    desktop.type('/call')
    desktop.keys('Return')
    return wait_until(lambda: next((title for title in desktop.windows() if title not in before), None),
                      'a question', 10, lambda: str(desktop.windows()), 0.1)


def test_t7_the_cost_question_by_keys(lab, pidgin, desktop, picture):
    gateway = lab.sip_caller('echo').on_invite()
    wait_cards_known(lab)
    title = ask_about_cost(pidgin, desktop)
    texts = wait_texts(desktop, title, [HONEST, 'telephone network', 'Call', 'Chat instead', 'Always for this number'])
    picture('cost')
    assert 'charged' in texts
    desktop.activate(title)
    desktop.keys('Escape')
    desktop.wait_no_window(title)
    assert not lab.kamailio.wire('INVITE'), 'Escape calls nobody'
    title = ask_about_cost(pidgin, desktop)
    desktop.activate(title)
    desktop.keys('Return')
    call = gateway.wait_call()
    assert call.request.one('p-called-party-id') == '<sip:%s@cusax.test;user=phone>' % HONEST
