# SPDX-License-Identifier: GPL-2.0-or-later
"""A telephone in Pidgin: ringing, a second call waiting, held, transferring, and the question when somebody sends us
elsewhere; what the dialogs say is read as a screen reader does. Screenshots stay in $BUILD_DIR/screenshots."""

import os

import pytest

from cusaxlab.clients import Pidgin
from cusaxlab.lab import build_folder
from cusaxlab.process import wait_until

ALICE, BOB, ECHO, MALLORY = 'alice@cusax.test', 'bob@cusax.test', 'echo@cusax.test', 'mallory@other.test'
TONE, BOBS, ECHOS = 440, 880, 660

pytestmark = pytest.mark.deadline(240)


@pytest.fixture
def lab(make_lab):
    return make_lab(further={'other.test': ['mallory']}).start()


@pytest.fixture
def pidgin(lab, desktop):
    desktop.start_screen()
    pidgin = Pidgin(desktop, lab.profile('alice')).start(gtk_modules='gail:atk-bridge')
    pidgin.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')
    return pidgin


@pytest.fixture
def echo(lab):
    return lab.sip_caller('echo', tone=ECHOS)


@pytest.fixture
def picture(desktop):
    folder = os.path.join(build_folder(), 'screenshots')
    os.makedirs(folder, exist_ok=True)
    return lambda name: desktop.screenshot(os.path.join(folder, 'pidgin-telephone-%s.png' % name))


def wait_texts(desktop, title, words, seconds=45):
    """Waits until the windows with this title say all of this; gives all they say."""
    last = []

    def said():
        last[:] = [desktop.texts(title)]
        return all(word in last[0] for word in words)
    wait_until(said, '%s: %s' % (title, words), seconds, lambda: last[0], 0.3)
    return last[0]


def chat(pidgin, desktop):
    """The chat with bob. It has the same title as the window of his call: the older of the two is found first."""
    pidgin.purple.open_chat(pidgin.purple.account(ALICE, 'prpl-jabber-cusax'), BOB)
    desktop.wait_window('Bob')


def command(desktop, text):
    """Types a command into the chat with bob."""
    desktop.activate('Bob')
    desktop.type(text)
    desktop.keys('Return')


def answer(desktop):
    desktop.activate('Incoming Call')
    desktop.keys('Return')
    desktop.wait_no_window('Incoming Call')


def new_window(desktop, before):
    return wait_until(lambda: next((title for title in desktop.windows() if title not in before), None),
                      'another window', 10, lambda: str(desktop.windows()), 0.1)


def test_ringing_waiting_held_transferring(lab, pidgin, bob, echo, desktop, picture):
    chat(pidgin, desktop)
    bob.dial(ALICE)
    wait_texts(desktop, 'Incoming Call', ['Bob is calling', 'button: Answer', 'button: Decline'])
    picture('ringing')
    answer(desktop)
    bob.wait_established()
    desktop.wait_heard(BOBS, anew=True)

    call = echo.invite('sip:' + ALICE)
    call.wait(180)
    wait_texts(desktop, 'Incoming Call', ['cho is calling', 'Bob'])
    picture('waiting')
    answer(desktop)
    call.wait(200)
    call.voice.wait_heard(TONE)
    desktop.wait_heard(ECHOS, anew=True)
    # A window that opens while something is typed takes the rest of it.
    desktop.wait_window('Echo')
    picture('two-calls')

    command(desktop, '/swap')
    desktop.wait_heard(BOBS, anew=True)
    command(desktop, '/calls')
    wait_texts(desktop, 'Bob', ['on hold'])
    picture('held')

    command(desktop, '/hangup #2')
    call.wait_ended()
    command(desktop, '/transfer ' + ECHO)
    new = echo.wait_call()
    while new is call:
        new = echo.wait_call()
    new.ring()
    wait_texts(desktop, 'Bob', ['ransfer'])
    picture('transferring')
    new.accept()
    new.voice.wait_heard(BOBS)
    bob.wait_closed()


@pytest.mark.parametrize('key', ['Return', 'Escape'])
def test_somebody_sends_us_elsewhere(lab, pidgin, echo, desktop, picture, key):
    """"Do not call" has the focus; and a question that is closed is answered."""
    mallory = lab.sip_caller(MALLORY, tone=ECHOS)
    call = echo.invite('sip:' + ALICE)
    desktop.wait_window('Incoming Call')
    answer(desktop)
    call.wait(200)
    desktop.wait_window('Echo')
    before = set(desktop.windows())
    assert call.refer('sip:' + MALLORY).status == 202
    title = new_window(desktop, before)
    wait_texts(desktop, title, [MALLORY])
    picture('question')
    desktop.activate(title)
    desktop.keys(key)
    call.wait_frag(603)
    assert not mallory.calls
    call.voice.wait_heard(TONE)
    call.bye()
