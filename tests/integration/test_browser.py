# SPDX-License-Identifier: GPL-2.0-or-later
"""A browser at the other end, without any media server in between: Chromium's ICE, DTLS-SRTP, rtcp-mux and BUNDLE
against ours, through Kamailio's WebSocket. The telephone in it is a page of ours (tests/browser).
"""

import re

import pytest

from cusaxlab.browser import COLOURS, Browser, why_not
from cusaxlab.process import wait_until
from product import Person

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

#: What both can do, by our preference and by theirs.
LOCKS = ('AEAD_AES_128_GCM', 'SRTP_AEAD_AES_128_GCM', 'SRTP_AES128_CM_HMAC_SHA1_80')


@pytest.fixture
def web(make_lab):
    """A laboratory with a browser."""
    lab = make_lab(websocket=True).start()
    return Browser(lab)


def test_lab_two_browsers(web):
    """What the other cases stand on, without the product: two pages, by ws and wss, hear and see each other."""
    bob = web.phone('bob', tone=880, colour='red')
    alice = web.phone('alice', tone=440, colour='blue', secure=True)
    alice.call('bob@cusax.test', video=True)
    bob.wait_incoming()
    bob.answer(video=True)
    bob.wait_heard(440)
    alice.wait_heard(880, piece=0.5)
    assert alice.heard(440) < 0.1
    bob.wait_seen('blue')
    alice.wait_seen('red')
    state = alice.wait_connected()
    # One transport for both: BUNDLE.
    assert [item['dtls'] for item in state['statistics']['transports']] == ['connected']
    alice.hangup()
    assert bob.wait_closed() == 'hung up there'


def test_lab_browser_refuses_what_is_not_protected(web):
    """Signalling with others: from UDP to a WebSocket, and that plain RTP is no call for a browser."""
    bob = web.phone('bob')
    alice = web.lab.sip_caller('alice')
    call = alice.invite('sip:bob@cusax.test')
    bob.wait_incoming()
    bob.answer()
    assert call.wait_final().status == 488
    again = alice.invite('sip:bob@cusax.test')
    bob.wait_incoming(calls=2)
    again.cancel()
    assert bob.wait_closed() == 'refused'
    alice.on_invite(status=486, reason='Busy Here')
    bob.call('alice@cusax.test')
    assert bob.wait_closed() == '486 Busy Here'


# ------------------------------------------------------------------- the product

BOB = 'bob@cusax.test'


def talk(alice, bob):
    """Both hear each other's tone."""
    bob.wait_heard(440, piece=0.5)
    alice.expect_tone(880)


def ended(alice, mark):
    alice.expect('media-state .*"end"', since=mark)


@pytest.mark.parametrize('codec', ['opus', 'PCMA'])
def test_browser_calls(web, codec):
    """Its offer is UDP/TLS/RTP/SAVPF with BUNDLE; it hangs up."""
    bob = web.phone('bob')
    with Person(web.lab, 'alice') as alice:
        bob.call(alice.jid, codecs=[codec])
        alice.respond(alice.wait_ring(), 'Answer')
        talk(alice, bob)
        state = bob.wait_connected()['statistics']
        assert state['transports'][0]['srtp'] in LOCKS
        assert state['audio']['in']['codec'] == state['audio']['out']['codec'] == codec
        # By our report; -1 would be more than it sent.
        wait_until(lambda: bob.stats()['audio']['heard'], 'a report of ours', 10, lambda: str(bob.stats()))
        assert bob.stats()['audio']['heard']['lost'] == 0
        mark = alice.mark()
        bob.hangup()
        ended(alice, mark)


@pytest.mark.parametrize('codec', ['opus', 'PCMA'])
def test_browser_is_called(web, codec):
    """Our offer, which a telephone without DTLS understands as well; we hang up."""
    bob = web.phone('bob')
    with Person(web.lab, 'alice') as alice:
        alice.call(BOB)
        bob.wait_incoming()
        bob.answer(codecs=[codec])
        talk(alice, bob)
        state = bob.wait_connected()['statistics']
        assert state['transports'][0]['srtp'] in LOCKS
        assert state['audio']['in']['codec'] == state['audio']['out']['codec'] == codec
        alice.hang_up()
        assert bob.wait_closed() == 'hung up there'


def sees_red(alice):
    """Of Bob's pictures."""
    picture = alice.ask('seen', BOB)
    colour = [int(picture['colour'][index:index + 2], 16) for index in (0, 2, 4)]
    return int(picture['count']) > 1 and all(abs(one - other) < 60 for one, other in zip(colour, COLOURS['red']))


def look(alice, bob):
    """Both see each other's picture."""
    bob.wait_seen('blue')
    wait_until(lambda: sees_red(alice), 'alice sees red', 10, lambda: alice.ask('seen', BOB).line)


def test_picture_bundled(web):
    """The browser offers sound and picture in one transport, and insists (max-bundle)."""
    bob = web.phone('bob', colour='red')
    with Person(web.lab, 'alice') as alice:
        alice.do('camera', '0000ff')
        bob.call(alice.jid, video=True, bundle='max-bundle', codecs=['opus', 'VP8'])
        ring = alice.wait_ring()
        alice.do('field', ring['id'], 'video', 'true')
        alice.respond(ring, 'Answer')
        talk(alice, bob)
        look(alice, bob)
        assert len(bob.stats()['transports']) == 1
        alice.hang_up()
        assert bob.wait_closed() == 'hung up there'


def test_picture_by_itself(web):
    """We offer no bundle: two transports, each with ICE and DTLS."""
    bob = web.phone('bob', colour='red')
    with Person(web.lab, 'alice') as alice:
        alice.do('camera', '0000ff')
        alice.do('call', BOB, 'video')
        bob.wait_incoming()
        bob.answer(video=True)
        talk(alice, bob)
        look(alice, bob)
        assert [item['dtls'] for item in bob.stats()['transports']] == ['connected', 'connected']
        mark = alice.mark()
        bob.hangup()
        ended(alice, mark)


def credentials(bob):
    """Of ours, as the browser has them: a user fragment and a password for each section."""
    sdp = bob.do('last.peer.remoteDescription.sdp.toString')
    return re.findall(r'a=ice-(?:ufrag|pwd):(\S+)\r\n', sdp)


def test_browser_restarts_ice(web):
    """RFC 8445 section 9: our answer has other credentials, and sound and picture go on through what ICE then finds. (The
    browser's offer bundles both, as all of its do.)"""
    bob = web.phone('bob', colour='red')
    with Person(web.lab, 'alice') as alice:
        alice.do('camera', '0000ff')
        alice.do('call', BOB, 'video')
        bob.wait_incoming()
        bob.answer(video=True)
        talk(alice, bob)
        look(alice, bob)
        before = credentials(bob)
        assert bob.reoffer(restart=True) == 200
        after = credentials(bob)
        assert len(before) == 4 and after and not set(before) & set(after)
        bob.wait_connected()
        talk(alice, bob)
        look(alice, bob)
        alice.hang_up()
        assert bob.wait_closed() == 'hung up there'


def test_sound_after_a_hold_in_a_bundle(web):
    """The browser adds its picture, which we do not return; held and resumed, it still knows whose our sound is."""
    bob = web.phone('bob', colour='red')
    with Person(web.lab, 'alice') as alice:
        alice.do('camera', '0000ff')
        bob.call(alice.jid)
        alice.respond(alice.wait_ring(), 'Answer')
        talk(alice, bob)
        assert bob.reoffer(video=True) == 200
        talk(alice, bob)
        offers = bob.state()['offers']
        alice.do('media', 'hold')
        bob.wait_silence()
        alice.do('media', 'unhold')
        wait_until(lambda: bob.state()['offers'] >= offers + 2, 'both offers of ours', 10, lambda: str(bob.state()))
        talk(alice, bob)
        assert len(bob.stats()['transports']) == 1
        # What we send is what our text said.
        sdp = bob.do('last.peer.remoteDescription.sdp.toString')
        sources = re.findall(r'a=ssrc:(\d+) cname:[0-9a-f]{24}\r\n', sdp)
        assert len(sources) == 2 and str(bob.stats()['audio']['in']['ssrc']) == sources[0], sdp
        alice.hang_up()
        assert bob.wait_closed() == 'hung up there'
