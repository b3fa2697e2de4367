# SPDX-License-Identifier: GPL-2.0-or-later
"""P25: pictures in Pidgin, proven from what is on the screen: her camera is GStreamer's test pattern, his shows one colour.
Screenshots stay in $BUILD_DIR/screenshots."""

import os

import pytest

from cusaxlab.clients import Pidgin
from cusaxlab.desktop import Desktop
from cusaxlab.lab import build_folder
from cusaxlab.process import wait_until
from product import Person

ALICE, BOB = 'alice@cusax.test', 'bob@cusax.test'
RED = (255, 0, 0)
#: Of the pattern's bars, where the other side looks: in its middle.
GREEN = (0, 255, 0)
#: As Pidgin keeps them; another camera and window than these are not there.
DEVICES = '''<pref name='vvconfig'><pref name='video'>
  <pref name='src'><pref name='device' type='string' value='%s'/></pref>
  <pref name='sink'><pref name='device' type='string' value='ximagesink'/></pref>
</pref></pref>'''

pytestmark = pytest.mark.deadline(120)


@pytest.fixture
def desktop(lab):
    desktop = Desktop(lab)
    desktop.start_bus()
    desktop.start_sound()
    desktop.start_screen()
    return desktop


@pytest.fixture
def start(lab, desktop):
    """start(camera): her Pidgin, signed in, with the chat with bob open."""
    def begin(camera):
        profile = lab.profile('alice')
        path = os.path.join(profile.folder, 'prefs.xml')
        with open(path, encoding='utf-8') as file:
            before, mark, after = file.read().partition("<pref name='pidgin'>")
        with open(path, 'w', encoding='utf-8') as file:
            file.write(before + mark + DEVICES % camera + after)
        pidgin = Pidgin(desktop, profile).start(gtk_modules='gail:atk-bridge')
        account = pidgin.wait_online(ALICE)
        lab.kamailio.wait_registered('alice')
        pidgin.conversation = pidgin.purple.open_chat(account, BOB)
        pidgin.chat = wait_until(lambda: windows(desktop), 'the chat with bob', 10)[0]
        return pidgin
    return begin


@pytest.fixture
def bob(lab):
    with Person(lab, 'bob', tone=880) as bob:
        bob.do('camera', '%02x%02x%02x' % RED)
        bob.do('open', ALICE)
        yield bob


def windows(desktop):
    """Those with bob's name: the chat, then that of the call."""
    lines = desktop.output(['wmctrl', '-l'], check=False).splitlines()
    return sorted(line.split()[0] for line in lines if line.split(None, 3)[-1].startswith('Bob'))


def read(pidgin):
    """What is written in the chat."""
    messages = pidgin.purple.PurpleConversationGetMessageHistory(pidgin.conversation)
    return [str(pidgin.purple.PurpleConversationMessageGetMessage(message)) for message in messages]


def wait_read(pidgin, words):
    wait_until(lambda: any(words in line for line in read(pidgin)), words, 15, lambda: '\n'.join(read(pidgin)), 0.2)


def command(desktop, pidgin, text):
    desktop.output(['wmctrl', '-ia', pidgin.chat])
    wait_until(lambda: desktop.output(['xdotool', 'getactivewindow']).strip() == str(int(pidgin.chat, 16)),
               'the chat in front', 5)
    desktop.type(text)
    desktop.keys('Return')


def area(desktop, path, colour):
    """How many of the pixels on the screen have this colour, within a little."""
    desktop.screenshot(path)
    out = desktop.output(['convert', path, '-depth', '8', '-fuzz', '10%', '-fill', 'black', '+opaque',
                          'rgb(%d,%d,%d)' % colour, '-fuzz', '0', '-fill', 'white', '+opaque', 'black',
                          '-format', '%[fx:mean*w*h]', 'info:'])
    return float(out)


@pytest.fixture
def wait_area(desktop):
    """wait_area(colour, least): until so much of the screen has it; most: no more than that."""
    folder = os.path.join(build_folder(), 'screenshots')
    os.makedirs(folder, exist_ok=True)

    def wait(name, colour, least=0, most=1e9):
        path = os.path.join(folder, 'pidgin-video-%s.png' % name)
        last = []

        def enough():
            last[:] = [area(desktop, path, colour)]
            return least <= last[0] <= most
        wait_until(enough, '%s: %d to %d pixels of %s' % (name, least, most, colour), 20, lambda: str(last), 0.3)
    return wait


def wait_seen(bob, colour):
    def seen():
        picture = bob.ask('seen', ALICE)
        got = [int(picture['colour'][index:index + 2], 16) for index in (0, 2, 4)]
        return int(picture['count']) > 5 and all(abs(one - other) < 60 for one, other in zip(got, colour))
    wait_until(seen, 'bob sees %s' % (colour,), 20, lambda: bob.ask('seen', ALICE).line, 0.2)


def test_p25_answered_with_video_dropped_and_shown_again(start, bob, desktop, wait_area):
    """Pidgin's picture of the other side is 320 x 240, of oneself 80 x 60: 76800 and 4800 pixels."""
    pidgin = start('videotestsrc')
    bob.do('call', ALICE, 'video')
    desktop.wait_window('Incoming Call')
    assert 'Picture: offered' in desktop.texts('Incoming Call')
    assert 'check box: Answer with video' in desktop.texts('Incoming Call')
    desktop.activate('Incoming Call')
    desktop.keys('Tab', 'space', 'Return')
    wait_read(pidgin, 'encrypted end to end')
    wait_read(pidgin, 'You and Bob see each other now')
    wait_seen(bob, GREEN)
    wait_area('both', RED, 70000)
    # libpurple reports it for each stream, session and participant, and for the whole.
    assert len([line for line in read(pidgin) if 'Call in progress' in line]) == 1, read(pidgin)

    command(desktop, pidgin, '/hold')
    wait_read(pidgin, 'is on hold')
    mark = bob.mark()
    command(desktop, pidgin, '/resume')
    bob.expect('message .*Alice has resumed the call', since=mark)
    wait_read(pidgin, 'The call with Bob goes on')
    assert not [line for line in read(pidgin) if 'have ended' in line]

    bob.do('cmd', ALICE, '/video off')
    wait_read(pidgin, 'The pictures of the call with Bob have ended: it goes on with sound')
    wait_area('dropped', RED, most=500)
    mark = bob.mark()
    command(desktop, pidgin, '/video on')
    bob.expect('message .*Alice shows a picture. Type /video on', since=mark)
    wait_read(pidgin, 'Bob sees you now')
    bob.do('cmd', ALICE, '/video on')
    wait_read(pidgin, 'Bob shows a picture.')
    wait_area('again', RED, 70000)
    command(desktop, pidgin, '/hangup')
    pidgin.wait_log('; picture VP8')


def test_p25_no_camera(start, bob, desktop, wait_area):
    """None of hers is offered, and she sees his if she wants to."""
    pidgin = start('disabledvideosrc')
    bob.do('call', ALICE, 'video')
    desktop.wait_window('Incoming Call')
    assert 'Answer with video' not in desktop.texts('Incoming Call')
    assert 'check box: See their picture (you have no camera)' in desktop.texts('Incoming Call')
    desktop.activate('Incoming Call')
    desktop.keys('Tab', 'space', 'Return')
    wait_read(pidgin, 'encrypted end to end')
    wait_read(pidgin, 'Bob shows a picture. This computer cannot show your picture: there is no camera.')
    wait_area('theirs', RED, 70000)
    bob.wait_line('Alice sees you now')
    command(desktop, pidgin, '/video on')
    wait_read(pidgin, 'This computer cannot show your picture: there is no camera.')
    command(desktop, pidgin, '/video off')
    wait_area('none', RED, most=500)
