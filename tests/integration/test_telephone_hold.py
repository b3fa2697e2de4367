# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold and resume from either side (P10, A8): what is on the wire, what is heard, what is said. Directions, never
0.0.0.0; a sendonly offer gets recvonly; SDP versions go up."""

import re

import pytest

from cusaxlab.process import wait_until
from product import Person
from telephone import ALICE, BOB, BOBS, TONE, both_hear, call_in, call_out, calls_of, wait_hears, wait_quiet


@pytest.fixture
def bob(lab):
    return lab.sip_caller('bob', tone=BOBS)


def versions(call):
    """The version in the o= line of each SDP that came in this call; a message that came again is the same one."""
    came = {(message.cseq, message.first): message.body for message in call.agent.messages
            if message.came and message.call_id == call.call_id and 'm=audio' in message.body}
    return [int(re.search(r'^o=\S+ \S+ (\d+)', body, re.M).group(1)) for body in came.values()]


def last_offer(call, count):
    wait_until(lambda: len(call.offers) >= count, 'offer %d of theirs' % count, 5, call.agent.tail)
    return call.offers[-1]


@pytest.mark.parametrize('connect', [call_out, call_in], ids=['caller', 'callee'])
def test_p10_we_hold_and_resume(lab, bob, connect):
    with Person(lab, 'alice', tone=TONE) as alice:
        alice.do('open', BOB)
        call = connect(alice, bob)
        mark = alice.mark()
        alice.command('/hold', BOB)
        offer = last_offer(call, 1)
        assert re.search(r'^a=(sendonly|inactive)', offer.body, re.M) and '0.0.0.0' not in offer.body
        wait_quiet(call)
        alice.wait_line('on hold', since=mark)
        assert 'on hold' in calls_of(alice)[0]
        alice.command('/resume', BOB)
        assert not re.search(r'^a=(sendonly|inactive|recvonly)', last_offer(call, 2).body, re.M)
        both_hear(alice, call)
        sent = versions(call)
        assert sent == sorted(set(sent)), 'each SDP that says something else has a version of its own'
        call.bye()


#: offered by them -> the direction of our answer, whether we may send
REMOTE = [('sendonly', 'recvonly', False), ('inactive', 'inactive', False)]


@pytest.mark.parametrize('direction, answered, sends', REMOTE, ids=[row[0] for row in REMOTE])
def test_p10_they_hold_and_resume(lab, bob, direction, answered, sends):
    """sendonly is music on hold: it is heard."""
    with Person(lab, 'alice', tone=TONE) as alice:
        alice.do('open', BOB)
        call = call_in(alice, bob)
        mark = alice.mark()
        reply = call.reoffer(direction)
        assert reply.status == 200 and call.theirs()['direction'] == answered and '0.0.0.0' not in reply.body
        wait_quiet(call)
        alice.wait_line('has put the call on hold', since=mark)
        if direction == 'sendonly':
            wait_hears(alice, call)
        assert call.reoffer().status == 200
        alice.wait_line('has resumed the call', since=mark)
        both_hear(alice, call)
        call.bye()


def test_p10_music_on_hold_of_baresip(lab):
    """It goes on sending: what it plays is heard; what it is sent stops."""
    bob = lab.phone('bob', 'tls', tone=BOBS)
    with Person(lab, 'alice', tone=TONE) as alice:
        alice.do('open', BOB)
        bob.dial(ALICE)
        alice.respond(alice.wait_ring(), 'Answer')
        bob.wait_heard(TONE)
        mark = alice.mark()
        bob.hold()
        alice.wait_line('has put the call on hold', since=mark)
        alice.expect_tone(BOBS, seconds=1.0)
        bob.resume()
        alice.wait_line('has resumed the call', since=mark)
        alice.expect_tone(BOBS)
        bob.hangup()
        alice.wait_line('hung up', since=mark)


def test_p10_both_hold(lab, bob):
    """Each resumes for itself: sound only when neither holds."""
    with Person(lab, 'alice', tone=TONE) as alice:
        alice.do('open', BOB)
        call = call_out(alice, bob)
        alice.command('/hold', BOB)
        last_offer(call, 1)
        reply = call.reoffer('sendonly')
        assert reply.status == 200 and call.theirs()['direction'] == 'inactive'
        assert call.reoffer().status == 200 and call.theirs()['direction'] in ('sendonly', 'inactive'), 'still held'
        wait_quiet(call)
        alice.command('/resume', BOB)
        last_offer(call, 2)
        both_hear(alice, call)
        call.bye()


def test_a8_glare_is_tried_again(lab, bob):
    """491: the owner of the Call-ID waits 2.1 to 4 s (RFC 3261 section 14.1)."""
    with Person(lab, 'alice', tone=TONE) as alice:
        alice.do('open', BOB)
        call = call_in(alice, bob)
        call.refuse_offers = [491]
        alice.command('/hold', BOB)
        last_offer(call, 2)
        wait_quiet(call)
        call.bye()


def test_a8_a_refused_offer_leaves_the_call(lab, bob):
    with Person(lab, 'alice', tone=TONE) as alice:
        alice.do('open', BOB)
        call = call_in(alice, bob)
        call.refuse_offers = [488]
        alice.command('/hold', BOB)
        last_offer(call, 1)
        reply = call.reoffer(sdp='v=0\r\no=- 1 99 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 3\r\n'
                                 'c=IN IP4 127.0.0.1\r\n')
        assert reply.status == 488, 'a codec that we have not'
        assert len(calls_of(alice)) == 1 and not call.ended
        if 'on hold' in calls_of(alice)[0]:
            alice.command('/resume', BOB)
        both_hear(alice, call)
        call.bye()


def test_a8_by_update_and_without_an_offer(lab, bob):
    with Person(lab, 'alice', tone=TONE) as alice:
        alice.do('open', BOB)
        call = call_in(alice, bob)
        assert call.update('sendonly').status == 200 and call.theirs()['direction'] == 'recvonly'
        wait_quiet(call)
        assert call.update().status == 200
        both_hear(alice, call)
        call.bye()


@pytest.mark.parametrize('refresher', ['uas', 'uac'])
def test_a8_session_timer(lab, bob, refresher):
    """They ask for 90 s, and who refreshes: the 200 agrees to it (RFC 4028); less than 90 s is too little."""
    with Person(lab, 'alice', tone=TONE) as alice:
        call = call_in(alice, bob, headers=[('Supported', 'timer'), ('Session-Expires', '90;refresher=' + refresher)])
        agreed = call.wait(200)
        assert agreed.one('session-expires').replace(' ', '') == '90;refresher=' + refresher
        assert refresher == 'uas' or 'timer' in agreed.one('require')
        call.bye()
        short = bob.invite('sip:' + ALICE, headers=[('Supported', 'timer'), ('Session-Expires', '30'),
                                                    ('Min-SE', '30')])
        assert short.wait_final().status == 422 and int(short.wait_final().one('min-se')) >= 90
