# SPDX-License-Identifier: GPL-2.0-or-later
"""A conference of three (P11): mixed here, each hearing exactly the other two, measured by three tones; and through the
provider's bridge."""

import pytest

from cusaxlab.lab import USERS
from product import Person
from telephone import BOBS, ECHOS, TONE, both_hear, call_in, call_out, number_of, wait_calls, wait_hears, wait_quiet

THIRDS = 1230


@pytest.fixture
def lab(make_lab):
    return make_lab(users=dict(USERS, carol='turner-5', bridge='river-6')).start()


def hears_only(call, tones, strange):
    """This far end hears these tones and nothing of those."""
    call.voice.wait_shares(tones, strange)


def test_p11_three_mixed_here(lab):
    bob, echo = lab.sip_caller('bob', tone=BOBS), lab.sip_caller('echo', tone=ECHOS)
    with Person(lab, 'alice', tone=TONE) as alice:
        first, second = call_in(alice, bob), call_out(alice, echo)
        wait_quiet(first)
        alice.command('/conference #1 #2')
        hears_only(first, [TONE, ECHOS], [BOBS])
        hears_only(second, [TONE, BOBS], [ECHOS])
        for call in (first, second):
            wait_hears(alice, call)
        # One leaves: two go on.
        second.bye()
        wait_calls(alice, 1)
        both_hear(alice, first)
        hears_only(first, [TONE], [ECHOS, BOBS])
        first.bye()


def test_p11_a_part_of_the_mix_is_taken_out_and_hears_nothing(lab):
    bob, echo = lab.sip_caller('bob', tone=BOBS), lab.sip_caller('echo', tone=ECHOS)
    with Person(lab, 'alice', tone=TONE) as alice:
        first, second = call_in(alice, bob), call_out(alice, echo)
        alice.command('/conference')
        hears_only(first, [TONE, ECHOS], [BOBS])
        alice.command('/split ' + number_of(alice, 'echo'))
        wait_quiet(second)
        both_hear(alice, first)
        hears_only(first, [TONE], [ECHOS])
        # And back again.
        alice.command('/conference')
        hears_only(first, [TONE, ECHOS], [BOBS])
        hears_only(second, [TONE, BOBS], [ECHOS])
        second.bye()
        first.bye()


def test_p11_four_mixed_here(lab):
    agents = [lab.sip_caller(user, tone=tone) for user, tone in (('bob', BOBS), ('echo', ECHOS), ('carol', THIRDS))]
    with Person(lab, 'alice', tone=TONE) as alice:
        calls = [call_in(alice, agent) for agent in agents]
        alice.command('/conference')
        for call in calls:
            hears_only(call, [TONE] + [agent.tone for agent in agents if agent is not call.agent], [call.agent.tone])
        for call in calls:
            call.bye()
        wait_calls(alice, 0)


def test_p11_the_microphone_may_be_muted_in_the_mix(lab):
    bob, echo = lab.sip_caller('bob', tone=BOBS), lab.sip_caller('echo', tone=ECHOS)
    with Person(lab, 'alice', tone=TONE) as alice:
        first, second = call_in(alice, bob), call_out(alice, echo)
        alice.command('/conference')
        hears_only(first, [TONE, ECHOS], [BOBS])
        alice.do('media', 'mute', alice.find('media-new ')[0]['id'])
        first.voice.wait_heard(ECHOS, seconds=1.0)
        hears_only(first, [ECHOS], [TONE, BOBS])
        first.bye()
        second.bye()


def test_p11_three_through_the_bridge(lab):
    """conference_uri is set: both are transferred there and we call it; the sound is the bridge's."""
    bob, echo = lab.sip_caller('bob', tone=BOBS), lab.sip_caller('echo', tone=ECHOS)
    bridge = lab.sip_caller('bridge', tone=THIRDS)
    bridge.on_invite(ok=[('Contact', '<%s>;isfocus' % bridge.contact)])
    with Person(lab, 'alice', tone=TONE, conference_uri='sip:bridge@cusax.test') as alice:
        calls = [call_in(alice, bob), call_out(alice, echo)]
        alice.command('/conference #1 #2')
        ours = bridge.wait_call()
        for call in calls:
            request = call.wait_refer()
            assert request.one('refer-to') == '<%s>' % bridge.contact, 'the focus, as its Contact says'
            theirs = call.agent.invite(request.one('refer-to').strip('<>'))
            theirs.wait(200)
            call.tell('200 OK', last=True)
        for call in calls:
            call.wait_ended()
        both_hear(alice, ours)
        assert len(wait_calls(alice, 1)) == 1
        ours.bye()
        wait_calls(alice, 0)
