# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the user interfaces: bob with chat and telephone, and a private desktop with sound."""

import os

import pytest

from cusaxlab.desktop import Desktop


@pytest.fixture
def bob(lab):
    """His telephone, which speaks 880 Hz; his chat makes him the one contact that is online."""
    lab.contact('bob')
    return lab.phone('bob', tone=880)


@pytest.fixture
def desktop(lab, bob):
    """Bus and sound: the microphone hears 440 Hz, the loudspeaker is recorded."""
    desktop = Desktop(lab)
    desktop.start_bus()
    desktop.start_sound()
    desktop.say(440)
    desktop.record(os.path.join(desktop.folder, 'heard.wav'))
    return desktop


@pytest.fixture
def talk(bob, desktop):
    """talk(): both sides hear each other's tone, from now on."""
    def both_hear():
        bob.wait_heard(440, anew=True)
        desktop.wait_heard(880, anew=True)
    return both_hear
