# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes wrong, and what is said (R44, A5, A10): warnings of servers, early media, other addresses, silence, devices
that fail."""

import pytest

from cusaxlab.process import wait_until
from product import Person
from telephone import (BOB, BOBS, ECHO, ECHOS, FURTHER, MALLORY, both_hear, call_in, call_out, sip, wait_calls,
                       wait_quiet, who_of)

#: name -> (status, phrase, headers, words that must be read)
REFUSALS = {
    'warning': (480, 'Temporarily Unavailable', [('Warning', '399 cusax.test "Bob is at lunch until two"')],
                'Bob is at lunch until two'),
    'second warning': (488, 'Not Acceptable', [('Warning', '307 cusax.test "Session", 399 cusax.test "Ask the desk"')],
                       'Ask the desk'),
    'reason': (502, 'No', [('Reason', 'SIP;cause=503;text="All lines are busy"')], 'All lines are busy'),
    'phrase': (500, 'The Exchange Is Being Repaired', [], 'The Exchange Is Being Repaired'),
}


@pytest.mark.parametrize('case', REFUSALS)
def test_r44_what_the_server_says_is_read(lab, case):
    status, phrase, headers, words = REFUSALS[case]
    bob = lab.sip_caller('bob').on_invite(status=status, reason=phrase, headers=headers)
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        mark = alice.mark()
        alice.call(BOB)
        bob.wait_call()
        alice.wait_line(words, since=mark)


def test_r44_a_warning_is_text_and_nothing_else(lab):
    evil = '<img src=x> ' + 'A' * 3000
    bob = lab.sip_caller('bob').on_invite(status=480, headers=[('Warning', '399 x "%s"' % evil)])
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        mark = alice.mark()
        alice.call(BOB)
        bob.wait_call()
        line = alice.expect('(message|notify) .*AAAA', since=mark)
        assert len(line.line) < 1500


@pytest.mark.parametrize('reliable', [False, True], ids=['183', '100rel'])
def test_r44_early_media_is_heard_before_the_answer(lab, reliable):
    bob = lab.sip_caller('bob', tone=BOBS)
    with Person(lab, 'alice') as alice:
        alice.call(BOB)
        call = bob.wait_call()
        call.progress(reliable=reliable)
        if reliable:
            bob.wait_request('PRACK')
        wait_until(lambda: who_of(alice, call), 'a recording', 10, lambda: '\n'.join(alice.tail()))
        alice.expect_tone(BOBS)
        wait_quiet(call)
        assert not call.voice.packets, 'A12: nothing of ours is sent before the answer'
        call.accept()
        both_hear(alice, call)
        call.bye()


def test_r44_an_announcement_and_then_a_refusal(lab):
    bob = lab.sip_caller('bob', tone=BOBS)
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        mark = alice.mark()
        alice.call(BOB)
        call = bob.wait_call()
        call.progress()
        alice.expect_tone(BOBS)
        call.reject(404, 'Not Found')
        alice.expect('media-state .*"end"', since=mark)
        wait_calls(alice, 0)
        # The next call is a call.
        both_hear(alice, (again := call_in(alice, bob)))
        again.bye()


# --------------------------------------------------------------------- redirects

#: where they point -> whether the service is ours
MOVED = {'home': (ECHO, 'echo'), 'foreign': (MALLORY, 'mallory')}


@pytest.mark.parametrize('accepted', [True, False], ids=['go', 'stay'])
@pytest.mark.parametrize('where', MOVED)
def test_another_address_is_asked_about(make_lab, where, accepted):
    lab = make_lab(further=FURTHER).start()
    target, user = MOVED[where]
    bob = lab.sip_caller('bob').on_invite(status=302, reason='Moved', headers=[('Contact', '<%s>' % sip(target))])
    other = lab.sip_caller(target if where == 'foreign' else user, tone=ECHOS)
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        alice.call(BOB)
        bob.wait_call()
        question = alice.expect('request .*(?i:%s)' % user, since=mark)
        assert not other.calls
        alice.respond(question, 'Call' if accepted else 'Do not call')
        if accepted:
            call = other.wait_call()
            call.accept()
            both_hear(alice, call)
            call.bye()
        else:
            alice.do('requests')
            assert not other.calls
        wait_calls(alice, 0)


def test_a_redirect_back_and_forth_ends(lab):
    """Each points to the other: somebody who always says yes is not led in circles by the machine alone."""
    bob = lab.sip_caller('bob').on_invite(status=302, headers=[('Contact', '<%s>' % sip(ECHO))])
    echo = lab.sip_caller('echo').on_invite(status=302, headers=[('Contact', '<%s>' % sip(BOB))])
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        alice.call(BOB)
        for agent in (bob, echo):
            agent.wait_call()
            question = alice.expect('request .*title="(?!Incoming)', since=mark)
            mark = alice.mark()
            alice.respond(question, 'Call')
        assert len(bob.calls) + len(echo.calls) <= 3


# ----------------------------------------------------------------------- silence


def test_a5_a_far_end_that_never_sends_is_told_of(lab):
    """Within 10 s, and the call stays usable: they hear us, hold works, and once they speak we hear them."""
    bob = lab.sip_caller('bob', tone=BOBS, dumb=True)
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        mark = alice.mark()
        call = call_out(alice, bob, hear=False)
        alice.expect('message .*(?i:(no sound|nothing|hear))', 10, since=mark)
        call.voice.wait_heard(440)
        alice.command('/hold', BOB)
        wait_quiet(call)
        alice.command('/resume', BOB)
        call.voice.wait_heard(440)
        call.voice.speak(BOBS)
        both_hear(alice, call)
        call.bye()


# ----------------------------------------------------------------------- devices


@pytest.mark.parametrize('fault', ['broken', 'failing'])
def test_a10_after_a_pipeline_error_the_next_call_works(lab, fault):
    """Without a restart: in one way or the other, and after one that was declined meanwhile."""
    bob = lab.sip_caller('bob', tone=BOBS)
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        alice.do('sink', fault)
        mark = alice.mark()
        alice.call(BOB)
        call = bob.wait_call()
        call.accept()
        if fault == 'failing':  # it has played, so the call goes on
            alice.expect('message .*Your loudspeaker has failed', since=mark)
            alice.do('sink', 'wav')
            alice.expect('message .*Your loudspeaker works again', since=mark)
            call.bye()
        else:
            call.wait_ended()
        alice.expect('media-state .*"end"', since=mark)
        wait_calls(alice, 0)
        alice.do('sink', 'wav')
        mark = alice.mark()
        refused = bob.invite('sip:alice@cusax.test')
        alice.respond(alice.expect('request .*Incoming', since=mark), 'Decline')
        assert refused.wait_final().status == 603
        for connect in (call_in, call_out):
            connect(alice, bob).bye()
            wait_calls(alice, 0)
