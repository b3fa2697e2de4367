# SPDX-License-Identifier: GPL-2.0-or-later
"""No sound, or a sentence within 10 s that says why not (P1, A5): a path that is none, a certificate that is another's, a
relay that dies, a STUN server that does not answer, policies that do not meet."""

import time

import pytest

from cusaxlab.capture import Capture
from cusaxlab.netns import DEAD, why_not
from matrixpeers import certificate_of
from product import Person
from telephone import BOB, BOBS, TONE
from test_media_captures import gst, make_town, talk, unprotected  # noqa: F401

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

#: The goal for words, in seconds.
WORDS_S = 10
#: Click to INVITE with a dead STUN server.
STUN_S = 0.3

ICE = ('a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\n'
       'a=candidate:1 1 UDP 2130706431 %s 40000 typ host\r\na=candidate:1 2 UDP 2130706430 %s 40001 typ host\r\n')


def test_a5_silence_is_named_and_the_call_goes_on(make_town):  # noqa: F811
    """Through an address translation, with ICE and encryption offered."""
    lab = make_town('full cone', turn=True)
    bob = lab.sip_caller('bob', 'tls', tone=BOBS, dumb=True)
    with Person(lab, 'alice', **lab.coturn.stun()) as alice:
        alice.do('open', BOB)
        alice.call(BOB)
        call = bob.wait_call()
        call.accept()
        alice.wait_line('Nothing has been heard from Bob', WORDS_S)
        call.voice.wait_heard(TONE, 0.5)
        call.voice.speak(BOBS)
        alice.expect_tone(BOBS)
        assert call.bye().status == 200


def test_p1_no_way_through_is_said(make_town):  # noqa: F811
    """Their candidates lead nowhere: ICE fails, and the person reads it."""
    lab = make_town()
    bob = lab.sip_caller('bob', 'tls', tone=BOBS)
    with Person(lab, 'alice', media_encryption='off') as alice:
        alice.do('open', BOB)
        mark = alice.mark()
        alice.call(BOB)
        call = bob.wait_call()
        call.ring()
        plain = call.sdp()
        media = plain.replace('10.77.0.30', DEAD) + ICE % (DEAD, DEAD)
        call.reply('200 OK', bob.answer_headers('application/sdp'), media)
        alice.expect('(message|notify) .*No way for the sound was found|(message|notify) .*Nothing has been heard',
                     WORDS_S, since=mark)


@pytest.mark.parametrize('way', ['out', 'in'])
def test_p14_another_certificate_than_sdp_said_is_refused(make_town, way):  # noqa: F811
    """A man in the middle of the media: words, and not a packet of sound to him."""
    lab = make_town()
    bob = gst(lab, 'dtls')
    pem, fingerprint = certificate_of(lab)
    wrong = fingerprint[:-2] + ('00' if fingerprint[-2:] != '00' else '11')
    maker = bob._voice
    bob._voice = lambda place, tone: with_certificate(maker(place, tone), (pem, wrong))
    with Person(lab, 'alice') as alice, Capture(lab.client) as wire:
        alice.do('open', BOB)
        mark = alice.mark()
        if way == 'out':
            alice.call(BOB)
            call = bob.wait_call()
            call.accept()
        else:
            call = bob.invite('sip:alice@cusax.test')
            alice.respond(alice.wait_ring(), 'Answer')
        alice.expect('(message|notify) .*ncryption of the sound could not be agreed on', WORDS_S, since=mark)
        assert wire.udp('dtls', source=lab.client.host), 'there was a handshake'
        assert not wire.rtp(source=lab.client.host)


def with_certificate(voice, certificate):
    voice.sound.certificate = certificate
    return voice


def test_p1_the_relay_dies_in_mid_call(make_town):  # noqa: F811
    """Behind a router that lets nothing but the relay through: the direction that is dead is named."""
    lab = make_town('symmetric', turn=True)
    bob = gst(lab)
    with Person(lab, 'alice', media_encryption='off', **lab.coturn.settings()) as alice:
        alice.do('open', BOB)
        talk(alice, bob)
        mark = alice.mark()
        lab.coturn.kill()
        alice.expect('(message|notify) .*(Nothing has been heard from Bob|has not heard anything|No way for the sound)',
                     WORDS_S, since=mark)
        alice.hang_up()


def test_p1_a_dead_stun_server_costs_little(make_town):  # noqa: F811
    """From the click to the INVITE on the wire; the first call of a process loads plugins and is not counted."""
    lab = make_town()
    bob = gst(lab, transport='udp')
    settings = dict(unprotected('udp'), stun_server=DEAD + ':3478')
    with Person(lab, 'alice', **settings) as alice, Capture(lab.client) as wire:
        took = []
        for _ in range(3):
            click = time.monotonic()
            alice.call(BOB)
            call = bob.wait_call()
            sent = [one.when for one in wire.udp() if one.data.startswith(b'INVITE ') and one.when > click]
            took.append(sent[0] - click)
            call.accept()
            call.voice.wait_heard(TONE, 0.3)
            mark = alice.mark()
            call.bye()
            alice.expect('media-state .*state="end"', since=mark)
    assert min(took[1:]) <= STUN_S, took


#: our policy, what they can do -> what it comes to: a lock, or the words for none.
POLICIES = {
    ('off', None): 'not encrypted', ('off', 'sdes-if'): 'not encrypted', ('off', 'sdes'): None, ('off', 'dtls'): None,
    ('prefer', None): 'not encrypted', ('prefer', 'sdes-if'): 'servers on the way could listen',
    ('prefer', 'dtls-if'): 'encrypted end to end', ('prefer', 'sdes'): 'servers on the way could listen',
    ('prefer', 'dtls'): 'encrypted end to end',
    ('require', None): None, ('require', 'sdes'): 'servers on the way could listen',
    ('require', 'dtls'): 'encrypted end to end',
}


@pytest.mark.parametrize('policy,theirs', POLICIES, ids=lambda value: value or 'plain')
def test_p14_policies(make_town, policy, theirs):  # noqa: F811
    """They call with what they have (RFC 8643 for those that would if they could): a lock in words, or 488."""
    lab = make_town()
    bob = gst(lab, theirs)
    words = POLICIES[policy, theirs]
    with Person(lab, 'alice', media_encryption=policy) as alice:
        alice.do('open', BOB)
        call = bob.invite('sip:alice@cusax.test')
        if words is None:
            assert call.wait_final().status == 488
            return
        alice.respond(alice.wait_ring(), 'Answer')
        call.wait(200)
        alice.expect_tone(BOBS)
        call.voice.wait_heard(TONE, 0.5)
        alice.wait_line(words)


def test_p14_plain_only_peers_are_refused_in_words_where_encryption_is_required(make_town):  # noqa: F811
    lab = make_town()
    bob = gst(lab).on_invite(status=488)
    with Person(lab, 'alice', media_encryption='require') as alice:
        alice.do('open', BOB)
        mark = alice.mark()
        alice.call(BOB)
        alice.expect('(message|notify) .*encryption is required and cannot be had', WORDS_S, since=mark)
        offers = [request.body for request in bob.requests if request.method == 'INVITE']
        assert offers and not any('RTP/AVP ' in offer for offer in offers), offers
