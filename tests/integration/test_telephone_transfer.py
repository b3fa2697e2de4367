# SPDX-License-Identifier: GPL-2.0-or-later
"""Transfer (P12) in all roles: alice transfers, blind and attended; is transferred; is where somebody is transferred
to. Refused, failed, and asked about where it leaves the own domain."""

import re
from urllib.parse import unquote

import pytest

from cusaxlab.process import wait_until
from product import Person
from telephone import (ALICE, BOB, BOBS, ECHO, ECHOS, FURTHER, MALLORY, TONE, both_hear, call_in, call_out, calls_of,
                       ended_by, number_of, sip, wait_calls, wait_hears)


@pytest.fixture
def bob(lab):
    return lab.sip_caller('bob', tone=BOBS)


@pytest.fixture
def echo(lab):
    return lab.sip_caller('echo', tone=ECHOS)


def say(alice, words, since, seconds=10):
    """The next line or notice with these words, without regard to case."""
    return alice.expect('(message|notify|request) .*(?i:%s)' % words, seconds, since=since)


# ------------------------------------------------------------------ we transfer


def test_p12_we_transfer_baresip(lab, echo):
    """To a telephone that answers: the two hear each other, we are out of it, and were told how it went."""
    bob = lab.phone('bob', 'tls', tone=BOBS, codecs=('PCMA',))
    with Person(lab, 'alice', tone=TONE) as alice:
        alice.do('open', BOB)
        bob.dial(ALICE)
        alice.respond(alice.wait_ring(), 'Answer')
        bob.wait_heard(TONE)
        mark = alice.mark()
        alice.command('/transfer ' + ECHO, BOB)
        call = echo.wait_call()
        call.ring()
        say(alice, 'being transferred', mark)
        call.accept()
        call.voice.wait_heard(BOBS)
        wait_calls(alice, 0)
        say(alice, 'transferred', mark)
        bob.wait_closed()


def test_p12_the_hold_is_settled_before_the_refer(lab, bob, echo):
    """And the REFER says who transfers and where to, with nothing else in it."""
    with Person(lab, 'alice', tone=TONE) as alice:
        alice.do('open', BOB)
        call = call_in(alice, bob)
        mark = alice.mark()
        alice.command('/transfer ' + ECHO, BOB)
        request = call.wait_refer()
        methods = [message.method for message in bob.messages if message.came and message.method in
                   ('INVITE', 'ACK', 'REFER')]
        assert methods[-3:] == ['INVITE', 'ACK', 'REFER'], methods
        assert re.search('a=(sendonly|inactive)', call.offers[-1].body)
        assert request.one('refer-to').strip('<>').split(';')[0] == sip(ECHO)
        assert sip(ALICE) in request.one('referred-by')
        for status, words in (('100 Trying', 'transfer'), ('180 Ringing', 'ringing')):
            call.tell(status)
            say(alice, words, mark)
        call.tell('200 OK', last=True)
        call.wait_ended()
        wait_calls(alice, 0)


#: what came of it -> words
FAILURES = {
    'declined at once': ('603 Declined', None, 'declined'),
    'not understood': ('405 Method Not Allowed', None, 'transfer'),
    'busy there': (None, '486 Busy Here', 'busy'),
    'not known there': (None, '404 Not Found', 'not known'),
    'nobody answered': (None, '480 Gone', 'nobody'),
    'strange': (None, '699 <b>Huh</b>', 'failed'),
}


@pytest.mark.parametrize('case', FAILURES)
def test_p12_a_transfer_that_fails_leaves_the_call_on_hold(lab, bob, case):
    refusal, report, words = FAILURES[case]
    with Person(lab, 'alice', tone=TONE) as alice:
        alice.do('open', BOB)
        call = call_in(alice, bob)
        mark = alice.mark()
        if refusal:
            bob.on_refer = refusal
        alice.command('/transfer ' + ECHO, BOB)
        call.wait_refer()
        if report:
            call.tell('100 Trying')
            call.tell(report, last=True)
        line = say(alice, words, mark)
        assert 'Huh' not in line['text'] or '<b>Huh</b>' in line['text'], 'their words are text, not markup'
        assert 'on hold' in calls_of(alice)[0]
        alice.command('/resume', BOB)
        both_hear(alice, call)
        # Another try may follow.
        bob.on_refer = '202 Accepted'
        alice.command('/transfer ' + ECHO, BOB)
        call.wait_refer()
        call.tell('200 OK', last=True)
        call.wait_ended()


def test_p12_a_telephone_that_cannot_be_transferred(lab):
    bob = lab.sip_caller('bob', tone=BOBS, allow='INVITE, ACK, CANCEL, BYE, INFO')
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        call = call_in(alice, bob)
        mark = alice.mark()
        alice.send('cmd', BOB, '/transfer ' + ECHO)
        alice.expect('(message|notify|command-result) .*cannot be transferred', since=mark)
        assert not call.refers
        both_hear(alice, call)
        call.bye()


def test_p12_the_far_end_hangs_up_in_a_transfer(lab, bob):
    with Person(lab, 'alice') as alice:
        call = call_in(alice, bob)
        alice.command('/transfer ' + ECHO)
        call.wait_refer()
        call.bye()
        wait_calls(alice, 0)


def follow(agent, request):
    """Does what a REFER says: calls there, with its Replaces if it has one."""
    target, _, headers = request.one('refer-to').strip('<>').partition('?')
    replaces = next((unquote(value) for name, _, value in (header.partition('=') for header in headers.split('&'))
                     if name.lower() == 'replaces'), None)
    return agent.invite(target, headers=[('Replaces', replaces)] if replaces else []), replaces


@pytest.mark.parametrize('order', ['#1 #2', '#2 #1'])
def test_p12_we_transfer_attended(lab, bob, echo, order):
    """Both talk to each other; both calls of ours end."""
    with Person(lab, 'alice', tone=TONE) as alice:
        agents = {number: agent for number, agent in (('#1', bob), ('#2', echo))}
        calls = {'#1': call_in(alice, bob), '#2': call_out(alice, echo)}
        assert number_of(alice, 'bob') == '#1' and number_of(alice, 'echo') == '#2'
        asked, other = order.split()
        alice.command('/transfer ' + order)
        new, replaces = follow(agents[asked], calls[asked].wait_refer())
        assert replaces == calls[other].replaces_of_peer(), 'names the call that we have there'
        calls[asked].tell('100 Trying')
        arrived = agents[other].wait_call()
        assert arrived.request.one('replaces')
        arrived.accept()
        calls[other].bye()
        new.wait(200)
        calls[asked].tell('200 OK', last=True)
        new.voice.wait_heard(agents[other].tone)
        arrived.voice.wait_heard(agents[asked].tone)
        wait_calls(alice, 0)
        calls[asked].wait_ended()


def test_p12_an_attended_transfer_that_fails_leaves_both_calls(lab, bob, echo):
    with Person(lab, 'alice', tone=TONE) as alice:
        first, second = call_in(alice, bob), call_out(alice, echo)
        alice.do('open', BOB)
        mark = alice.mark()
        alice.command('/transfer #1 #2')
        first.wait_refer()
        first.tell('481 Call Does Not Exist', last=True)
        say(alice, 'failed', mark)
        assert len(calls_of(alice)) == 2 and not first.ended and not second.ended
        alice.command('/resume #2')
        both_hear(alice, second)
        alice.command('/resume #1')
        both_hear(alice, first)
        first.bye()
        second.bye()


# ------------------------------------------------------------ we are transferred


def test_p12_we_follow_a_transfer_within_our_domain(lab, bob, echo):
    """Without a question; the old call ends once the new one stands; they are told."""
    with Person(lab, 'alice', tone=TONE) as alice:
        call = call_in(alice, bob)
        mark = alice.mark()
        assert call.refer(sip(ECHO)).status == 202
        new = echo.wait_call()
        assert sip(BOB) in new.request.one('referred-by')
        new.ring()
        call.wait_frag(180)
        assert not ended_by(bob, call), 'the old call stands until the new one does'
        new.accept()
        call.wait_frag(200)
        both_hear(alice, new)
        call.wait_ended()
        alice.absent('request ', mark)
        assert len(calls_of(alice)) == 1
        new.bye()


def test_p12_we_follow_a_transfer_with_replaces(lab, bob, echo):
    """bob has spoken with echo before he hands us over: our INVITE takes the place of his."""
    with Person(lab, 'alice', tone=TONE) as alice:
        call = call_in(alice, bob)
        before = bob.invite(sip(ECHO))
        theirs = echo.wait_call()
        theirs.accept()
        before.wait(200)
        assert call.refer(sip(ECHO), replaces=before.replaces()).status == 202
        new = echo.wait_call()
        assert new.request.one('replaces') == before.replaces()
        new.accept()
        theirs.bye()
        call.wait_frag(200)
        both_hear(alice, new)
        call.wait_ended()
        new.bye()


def test_p12_we_follow_baresip(lab, echo):
    bob = lab.phone('bob', 'tls', tone=BOBS)
    with Person(lab, 'alice', tone=TONE) as alice:
        bob.mark()
        alice.call(BOB)
        bob.wait_incoming()
        bob.accept()
        bob.wait_heard(TONE)
        bob.transfer(ECHO)
        new = echo.wait_call()
        new.accept()
        both_hear(alice, new)
        bob.wait_closed()
        new.bye()
        wait_calls(alice, 0)


def test_p12_a_transfer_of_us_that_fails_goes_back(lab, bob, echo):
    echo.on_invite(status=486, reason='Busy Here')
    with Person(lab, 'alice', tone=TONE) as alice:
        call = call_in(alice, bob)
        assert call.refer(sip(ECHO)).status == 202
        call.wait_frag(486)
        assert not call.ended
        if 'on hold' in calls_of(alice)[0]:
            alice.command('/resume')
        both_hear(alice, call)
        call.bye()
        wait_calls(alice, 0)


@pytest.fixture
def foreign(make_lab):
    return make_lab(further=FURTHER).start()


def ask_about(alice, call, target):
    """They want us to call this: gives the question."""
    mark = alice.mark()
    assert call.refer(target).status == 202
    return alice.expect('request .*(?i:%s)' % target.rpartition(':')[2].partition('@')[0], since=mark)


#: accepted -> the button
ANSWERS = {True: 'Call', False: 'Do not call'}


@pytest.mark.parametrize('accepted', [True, False])
def test_p12_a_transfer_out_of_our_domain_is_asked_about(foreign, accepted):
    bob = foreign.sip_caller('bob', tone=BOBS)
    mallory = foreign.sip_caller(MALLORY, tone=ECHOS)
    with Person(foreign, 'alice', tone=TONE) as alice:
        call = call_in(alice, bob)
        question = ask_about(alice, call, sip(MALLORY))
        text = '%s %s' % (question['primary'], question['secondary'])
        assert MALLORY in text and 'bob' in text.lower(), text
        assert not mallory.calls
        both_hear(alice, call)
        alice.respond(question, ANSWERS[accepted])
        if accepted:
            new = mallory.wait_call()
            new.accept()
            call.wait_frag(200)
            both_hear(alice, new)
            call.wait_ended()
            new.bye()
        else:
            call.wait_frag(603)
            assert not mallory.calls
            both_hear(alice, call)
            call.bye()


def test_p12_who_calls_from_elsewhere_may_not_send_us_home(foreign):
    """Refer-To in our domain, but the REFER comes from another one: asked about. He hangs up: the question goes."""
    mallory = foreign.sip_caller(MALLORY, tone=BOBS)
    echo = foreign.sip_caller('echo', tone=ECHOS)
    with Person(foreign, 'alice', tone=TONE) as alice:
        call = call_in(alice, mallory)
        question = ask_about(alice, call, sip(ECHO))
        call.bye()
        alice.expect('request-closed .*id="%s"' % question['id'])
        wait_calls(alice, 0)
        assert not echo.calls


#: What nobody may make us do.
HOSTILE = ['sip:echo@cusax.test;method=BYE', 'tel:112', 'javascript:alert(1)', 'sip:',
           'sip:echo@cusax.test?Replaces=%0d%0aX', 'sip:' + 'e' * 9000 + '@cusax.test']


def test_p12_a_hostile_refer_calls_nobody(lab, bob, echo):
    with Person(lab, 'alice', tone=TONE) as alice:
        call = call_in(alice, bob)
        mark = alice.mark()
        for target in HOSTILE:
            told = len(call.frags())
            if call.refer(target).status == 202:
                wait_until(lambda: [status for status in call.frags()[told:] if status >= 300],
                           '%s is refused' % target[:60], 10, bob.tail)
        both_hear(alice, call)
        assert not echo.calls
        assert {invite.call_id for invite in lab.kamailio.wire('INVITE')} == {call.call_id}
        alice.absent('request ', mark)
        call.bye()


# ----------------------------------------------------- somebody is transferred to us


def test_p12_we_are_where_somebody_is_transferred_to(lab, bob, echo):
    """echo takes bob's place: nothing rings, the old call ends, we hear echo."""
    with Person(lab, 'alice', tone=TONE) as alice:
        call = call_in(alice, bob)
        mark = alice.mark()
        new = echo.invite(sip(ALICE), headers=[('Replaces', call.replaces()), ('Referred-By', '<%s>' % sip(BOB))])
        new.wait(200)
        both_hear(alice, new)
        call.wait_ended()
        alice.absent('request .*Incoming', mark)
        assert len(calls_of(alice)) == 1
        wait_hears(alice, new)
        new.bye()
        wait_calls(alice, 0)


def test_p12_replaces_of_no_call_of_ours(lab, bob, echo):
    with Person(lab, 'alice', tone=TONE) as alice:
        call = call_in(alice, bob)
        mark = alice.mark()
        for replaces in ('nobody;to-tag=1;from-tag=2', call.replaces().replace('to-tag=', 'to-tag=x')):
            assert echo.invite(sip(ALICE), headers=[('Replaces', replaces)]).wait_final().status == 481
        alice.absent('request ', mark)
        both_hear(alice, call)
        call.bye()


# ------------------------------------------------------- third-party call control


@pytest.mark.parametrize('accepted', [True, False])
def test_our_exchange_asks_us_to_call(lab, bob, echo, accepted):
    """REFER outside of a call from the registrar's flow: always a question (RFC 3725)."""
    with Person(lab, 'alice', tone=TONE) as alice:
        mark = alice.mark()
        assert bob.refer(sip(ALICE), sip(ECHO)).status == 202
        question = alice.expect('request .*(?i:echo)', since=mark)
        assert not echo.calls
        alice.respond(question, ANSWERS[accepted])
        if accepted:
            call = echo.wait_call()
            call.accept()
            both_hear(alice, call)
            call.bye()
        wait_until(lambda: [request for request in bob.requests if request.method == 'NOTIFY'
                            and ('SIP/2.0 200' if accepted else 'SIP/2.0 603') in request.body], 'NOTIFY', 10, bob.tail)
