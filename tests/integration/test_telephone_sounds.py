# SPDX-License-Identifier: GPL-2.0-or-later
"""What a telephone sounds by itself (P5): ring, ringback, call waiting, busy; each as it is heard, and silence at once
when it is over. The host gives our sounds a loudspeaker that writes them down."""

import pytest

from cusaxhost import read_wav
from cusaxlab.audio import SILENCE_DB, dominant, level_db
from cusaxlab.process import wait_until
from product import Person
from telephone import ALICE, BOBS, ECHOS, both_hear, sip, wait_hears

TONE_OF_EXCHANGES = 425


class Sounds:
    """The sounds of this person since now."""

    def __init__(self, alice):
        self._alice, self._mark = alice, alice.mark()

    def files(self):
        return [event['file'] for event in self._alice.find('recording who=""', self._mark)]

    def heard(self):
        """The loud windows of 100 ms, all sounds together: (samples, rate)."""
        found = []
        for file in self.files():
            samples, rate = read_wav(file)
            size = rate // 10
            windows = [samples[at:at + size] for at in range(0, len(samples) - size + 1, size)]
            found += [(window, rate) for window in windows if level_db(window) > SILENCE_DB]
        return found

    def wait(self, seconds=0.5, within=8):
        """Waits until so much was heard; gives it."""
        return wait_until(lambda: len(self.heard()) >= seconds * 10 and self.heard(), 'a sound for %g s' % seconds,
                          within, lambda: '%s\n%s' % (self.files(), '\n'.join(self._alice.tail())), 0.1)

    def wait_silence(self, within=1.5, seconds=0.6):
        """No device of ours is fed any more: nothing is written for so long."""
        last = [None]

        def still():
            now = [len(read_wav(file)[0]) for file in self.files()]
            same, last[0] = now == last[0], now
            return same
        wait_until(still, 'our sounds stop', within + seconds, lambda: str(last[0]), seconds)

    def tone(self):
        window, rate = self.wait()[1]
        return dominant(window, rate)[0]


@pytest.fixture
def bob(lab):
    return lab.sip_caller('bob', tone=BOBS)


def test_p5_ringback_until_the_answer(lab, bob):
    with Person(lab, 'alice') as alice:
        sounds = Sounds(alice)
        alice.call('bob@cusax.test')
        call = bob.wait_call()
        assert not sounds.files(), 'nothing before it rings there'
        call.ring()
        assert abs(sounds.tone() - TONE_OF_EXCHANGES) <= 10
        call.accept()
        sounds.wait_silence()
        both_hear(alice, call)
        call.bye()


@pytest.mark.parametrize('rings_first', [False, True])
def test_p5_early_media_instead_of_ringback(lab, bob, rings_first):
    with Person(lab, 'alice') as alice:
        sounds = Sounds(alice)
        alice.call('bob@cusax.test')
        call = bob.wait_call()
        if rings_first:
            call.ring()
            sounds.wait()
        call.progress()
        wait_hears(alice, call)
        sounds.wait_silence()
        if not rings_first:
            call.ring()
            wait_hears(alice, call)
            assert not sounds.heard(), 'their tones and ours at the same time'
        call.accept()
        both_hear(alice, call)
        call.bye()


#: how a call that rings here ends
def answered(alice, call, ring):
    alice.respond(ring, 'Answer')
    call.wait(200)


def declined(alice, call, ring):
    alice.respond(ring, 'Decline')
    call.wait_final()


def closed(alice, call, ring):
    alice.do('close-request', ring['id'])
    call.wait_final()


def given_up(alice, call, ring):
    call.cancel()


@pytest.mark.parametrize('end', [answered, declined, closed, given_up])
def test_p5_the_ring_stops_whatever_ends_it(lab, bob, end):
    with Person(lab, 'alice') as alice:
        sounds, mark = Sounds(alice), alice.mark()
        call = bob.invite(sip(ALICE))
        ring = alice.expect('request .*Incoming', since=mark)
        sounds.wait()
        end(alice, call, ring)
        sounds.wait_silence()
        alice.do('media list')


def test_p5_call_waiting_is_softer_than_the_ring(lab, bob):
    echo = lab.sip_caller('echo', tone=ECHOS)
    with Person(lab, 'alice') as alice:
        sounds, mark = Sounds(alice), alice.mark()
        call = bob.invite(sip(ALICE))
        ring = alice.expect('request .*Incoming', since=mark)
        loud = max(level_db(window) for window, _ in sounds.wait())
        alice.respond(ring, 'Answer')
        call.wait(200)
        sounds.wait_silence()
        both_hear(alice, call)
        waiting, mark = Sounds(alice), alice.mark()
        second = echo.invite(sip(ALICE))
        ring = alice.expect('request .*Incoming', since=mark)
        soft = max(level_db(window) for window, _ in waiting.wait(0.2))
        assert soft < loud - 3, 'ring %.0f dB, waiting %.0f dB' % (loud, soft)
        both_hear(alice, call)
        alice.respond(ring, 'Decline')
        second.wait_final()
        waiting.wait_silence()
        call.bye()


def test_p5_busy_is_heard_and_ends_by_itself(lab, bob):
    bob.on_invite(status=486, reason='Busy Here')
    with Person(lab, 'alice') as alice:
        sounds = Sounds(alice)
        alice.call('bob@cusax.test')
        assert abs(sounds.tone() - TONE_OF_EXCHANGES) <= 10
        sounds.wait_silence(within=5)
        assert len(sounds.heard()) <= 35, 'about 3 s, tone and pause'


@pytest.mark.parametrize('status, rings', [('available', True), ('dnd', False)])
def test_r37_do_not_disturb_does_not_ring(lab, bob, status, rings):
    with Person(lab, 'alice') as alice:
        alice.do('status', status)
        sounds = Sounds(alice)
        call = bob.invite(sip(ALICE))
        if rings:
            sounds.wait()
            call.cancel()
        else:
            assert call.wait_final().status == 486
            assert not sounds.files()
        sounds.wait_silence()
