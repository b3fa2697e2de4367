# SPDX-License-Identifier: GPL-2.0-or-later
"""Pidgin on a screen of its own: a call out from the menu, a call in answered and declined. Sound is proven by
content; screenshots stay in $BUILD_DIR/screenshots."""

import os
import signal

import pytest

from cusaxlab.clients import Pidgin
from cusaxlab.lab import build_folder
from cusaxlab.process import wait_until

ALICE, BOB = 'alice@cusax.test', 'bob@cusax.test'

pytestmark = pytest.mark.deadline(90)


@pytest.fixture
def pidgin(lab, desktop):
    desktop.start_screen()
    pidgin = Pidgin(desktop, lab.profile('alice')).start()
    pidgin.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')
    return pidgin


@pytest.fixture
def picture(request, desktop):
    """picture(name) keeps a screenshot."""
    folder = os.path.join(build_folder(), 'screenshots')
    os.makedirs(folder, exist_ok=True)
    return lambda name: desktop.screenshot(os.path.join(folder, 'pidgin-%s.png' % name))


def read(pidgin, who):
    """What is written in the conversation with somebody, if there is one."""
    purple = pidgin.purple
    conversation = purple.PurpleFindConversationWithAccount(1, who, purple.account(ALICE, 'prpl-jabber-cusax'))
    messages = purple.PurpleConversationGetMessageHistory(conversation) if conversation else []
    return [str(purple.PurpleConversationMessageGetMessage(message)) for message in messages]


def role_in_front(desktop):
    """What Pidgin calls the kind of window that has the keyboard."""
    window = desktop.output(['xdotool', 'getactivewindow']).strip()
    return desktop.output(['xprop', '-id', window, 'WM_WINDOW_ROLE'])


def test_call_from_the_menu(pidgin, bob, desktop, talk, picture):
    bob.mark()
    pidgin.purple.open_chat(pidgin.purple.account(ALICE, 'prpl-jabber-cusax'), BOB)
    desktop.activate('Bob')
    # Conversation > Media > Audio Call
    desktop.keys('alt+c', 'e', 'a')
    bob.wait_incoming()
    bob.accept()
    talk()
    picture('call')
    # The window of the call has the title of the chat and is the newest.
    desktop.keys('alt+m', 'h')
    bob.wait_closed()
    wait_until(lambda: desktop.windows().count('Bob') == 1, 'the window of the call gone', 10)


def test_incoming_call_is_answered(pidgin, bob, desktop, talk, picture):
    bob.dial(ALICE)
    desktop.wait_window('Incoming Call')
    picture('incoming')
    desktop.activate('Incoming Call')
    desktop.keys('Return')
    bob.wait_established()
    desktop.wait_no_window('Incoming Call')
    talk()
    # Nobody had opened a conversation: it comes with the call, for what is said of it, and takes nobody's keys away.
    said = wait_until(lambda: read(pidgin, BOB), 'a conversation', 10)
    assert any('In call with Bob, ' in line and 'encrypted' in line for line in said), said
    wait_until(lambda: desktop.windows().count('Bob') == 2, 'chat and call', 10, lambda: str(desktop.windows()))
    picture('answered')
    assert 'conversation' not in role_in_front(desktop)
    bob.hangup()
    wait_until(lambda: desktop.windows().count('Bob') == 1, 'the window of the call gone', 10,
               lambda: str(desktop.windows()))


def test_incoming_call_closed_by_escape_is_declined(pidgin, bob, desktop):
    bob.dial(ALICE)
    desktop.activate('Incoming Call')
    desktop.keys('Escape')
    assert '603' in str(bob.wait_closed())
    desktop.wait_no_window('Incoming Call')


def test_incoming_dialog_goes_when_the_caller_gives_up(pidgin, bob, desktop):
    bob.dial(ALICE)
    desktop.wait_window('Incoming Call')
    bob.hangup()
    desktop.wait_no_window('Incoming Call')


def test_a13_quits_with_a_call_open(pidgin, bob, desktop, talk):
    """GStreamer's threads outlive the library that has encrypted for them: none may end after it."""
    bob.dial(ALICE)
    desktop.activate('Incoming Call')
    desktop.keys('Return')
    bob.wait_established()
    talk()
    os.kill(pidgin.process.child.pid, signal.SIGTERM)
    assert pidgin.process.child.wait(20) == 0
    bob.wait_closed()
