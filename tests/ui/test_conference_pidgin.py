# SPDX-License-Identifier: GPL-2.0-or-later
"""A conference mixed by Pidgin with real sound devices (PulseAudio): the microphone's own steps, rate and clock. Each hears
exactly the other two, and the loudspeaker plays both."""

import os

import pytest

from cusaxlab import audio
from cusaxlab.clients import Pidgin
from cusaxlab.lab import USERS
from cusaxlab.process import wait_until

ALICE, BOB = 'alice@cusax.test', 'bob@cusax.test'
TONE, ECHOS, CAROLS = 440, 660, 1230

pytestmark = pytest.mark.deadline(120)


@pytest.fixture
def lab(make_lab):
    return make_lab(users=dict(USERS, carol='turner-5')).start()


@pytest.fixture
def pidgin(lab, desktop):
    desktop.start_screen()
    pidgin = Pidgin(desktop, lab.profile('alice')).start(gtk_modules='gail:atk-bridge')
    pidgin.wait_online(ALICE)
    lab.kamailio.wait_registered('alice')
    return pidgin


def command(desktop, text):
    desktop.activate('Bob')
    desktop.type(text)
    desktop.keys('Return')


def call_in(agent, desktop):
    call = agent.invite('sip:' + ALICE)
    desktop.wait_window('Incoming Call')
    desktop.activate('Incoming Call')
    desktop.keys('Return')
    desktop.wait_no_window('Incoming Call')
    call.wait(200)
    call.voice.wait_heard(TONE)
    return call


def hears_only(call, tones, strange):
    shares = call.voice.wait_shares(tones)
    others = call.voice.shares(*strange)
    assert max(others) < 0.02, '%s: %s has shares of %s beside %s' % (call.agent.user, strange, others, shares)


def wait_played(desktop, tones, within=10):
    """The loudspeaker plays these, and nothing else."""
    path, last = os.path.join(desktop.folder, 'heard.wav'), []

    def played():
        recording = audio.Recording(path)
        piece = recording.samples[-recording.rate // 2:]
        last[:] = [round(audio.tone_share(piece, recording.rate, tone), 3) for tone in tones]
        return min(last) > 0.2 and sum(last) > 0.9
    wait_until(played, 'the loudspeaker plays %s Hz' % (tones,), within, lambda: 'shares: %s' % last, 0.2)


def test_three_in_pidgin(lab, pidgin, desktop):
    pidgin.purple.open_chat(pidgin.purple.account(ALICE, 'prpl-jabber-cusax'), BOB)
    desktop.wait_window('Bob')
    echo, carol = lab.sip_caller('echo', tone=ECHOS), lab.sip_caller('carol', tone=CAROLS)
    first, second = call_in(echo, desktop), call_in(carol, desktop)
    command(desktop, '/conference')
    hears_only(first, [TONE, CAROLS], [ECHOS])
    hears_only(second, [TONE, ECHOS], [CAROLS])
    wait_played(desktop, [ECHOS, CAROLS])
    # For a while, and in one piece: what a person would hear as a crackle is a window that is not the two tones.
    hearing = max((first.voice.shares(TONE, CAROLS, seconds=3) for _ in range(3)), key=sum)
    assert sum(hearing) > 0.97, hearing
    second.bye()
    hears_only(first, [TONE], [ECHOS, CAROLS])
    wait_played(desktop, [ECHOS])
    first.bye()
    pidgin.wait_log('no longer hears')
