# SPDX-License-Identifier: GPL-2.0-or-later
"""The second call (P11): waiting, answered with the first held, swapped; a limit; Do Not Disturb (R37)."""

import pytest

from cusaxlab.process import wait_until
from product import Person
from telephone import (ALICE, BOB, BOBS, ECHO, ECHOS, both_hear, call_in, call_out, calls_of, number_of, sip,
                       wait_calls, wait_quiet)


@pytest.fixture
def bob(lab):
    return lab.sip_caller('bob', tone=BOBS)


@pytest.fixture
def echo(lab):
    return lab.sip_caller('echo', tone=ECHOS)


def ring_again(alice, agent):
    """A second call rings; gives it and its dialog."""
    mark = alice.mark()
    call = agent.invite(sip(ALICE))
    ring = alice.expect('request .*title="Incoming Call"', since=mark)
    call.wait(180)
    return call, ring


def offers_hold(call):
    return any('a=sendonly' in offer.body or 'a=inactive' in offer.body for offer in call.offers)


def test_p11_answering_holds_the_first_and_swap_goes_between(lab, bob, echo):
    with Person(lab, 'alice') as alice:
        first = call_in(alice, bob)
        second, ring = ring_again(alice, echo)
        assert 'bob' in ring['secondary'].lower(), 'it says whom one speaks with: %s' % ring['secondary']
        both_hear(alice, first)
        alice.respond(ring, 'Answer')
        second.wait(200)
        both_hear(alice, second)
        wait_until(lambda: offers_hold(first), 'the first is put on hold', 5, bob.tail)
        wait_quiet(first)
        lines = calls_of(alice)
        assert len(lines) == 2 and 'on hold' in next(line for line in lines if 'bob' in line.lower())
        alice.command('/swap')
        both_hear(alice, first)
        wait_quiet(second)
        alice.command('/swap')
        both_hear(alice, second)
        wait_quiet(first)
        # The one that is spoken on ends: the other stays on hold until somebody says so.
        second.bye()
        wait_calls(alice, 1)
        alice.command('/resume')
        both_hear(alice, first)
        first.bye()
        wait_calls(alice, 0)


def test_p11_declining_the_second_leaves_the_first(lab, bob, echo):
    with Person(lab, 'alice') as alice:
        first = call_in(alice, bob)
        second, ring = ring_again(alice, echo)
        alice.respond(ring, 'Decline')
        assert second.wait_final().status == 603
        both_hear(alice, first)
        assert not first.offers
        first.bye()


def test_p11_dialling_holds_the_first(lab, bob, echo):
    with Person(lab, 'alice') as alice:
        first = call_in(alice, bob)
        second = call_out(alice, echo)
        wait_until(lambda: offers_hold(first), 'the first is put on hold', 5, bob.tail)
        wait_quiet(first)
        assert len(calls_of(alice)) == 2
        alice.command('/hangup ' + number_of(alice, 'echo'))
        second.wait_ended()
        alice.command('/resume')
        both_hear(alice, first)
        first.bye()


def test_p11_commands_by_number(lab, bob, echo):
    with Person(lab, 'alice') as alice:
        first = call_in(alice, bob)
        second, _ = ring_again(alice, echo)
        number = number_of(alice, 'echo')
        alice.command('/answer ' + number)
        second.wait(200)
        both_hear(alice, second)
        alice.command('/resume ' + number_of(alice, 'bob'))
        both_hear(alice, first)
        wait_quiet(second)
        alice.command('/hangup ' + number)
        second.wait_ended()
        both_hear(alice, first)
        first.bye()


@pytest.mark.parametrize('limit', [1, 2])
def test_p11_the_limit(lab, bob, echo, limit):
    with Person(lab, 'alice', max_calls=limit) as alice:
        calls = [call_in(alice, agent) for agent in (bob, echo)[:limit]]
        mark = alice.mark()
        assert bob.invite(sip(ALICE)).wait_final().status == 486
        alice.absent('request .*Incoming', mark)
        both_hear(alice, calls[-1])
        for call in calls:
            call.bye()
        wait_calls(alice, 0)


def test_r37_do_not_disturb_is_busy(lab, bob, echo):
    with Person(lab, 'alice') as alice:
        alice.do('status', 'dnd')
        mark = alice.mark()
        refused = bob.invite(sip(ALICE))
        assert refused.wait_final().status == 486
        assert not [reply for reply in refused.replies if reply.status == 180]
        alice.absent('request .*Incoming', mark)
        # One may still call, and in that call nothing else rings either.
        call = call_out(alice, echo)
        assert bob.invite(sip(ALICE)).wait_final().status == 486
        call.bye()
        alice.do('status', 'available')
        _, ring = ring_again(alice, bob)
        alice.respond(ring, 'Decline')


def test_p11_a_held_call_that_ends_is_told_and_the_other_goes_on(lab, bob, echo):
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        alice.do('open', ECHO)
        first = call_in(alice, bob)
        second, ring = ring_again(alice, echo)
        alice.respond(ring, 'Answer')
        second.wait(200)
        both_hear(alice, second)
        mark = alice.mark()
        first.bye()
        alice.wait_line('hung up', since=mark)
        both_hear(alice, second)
        second.bye()
