# SPDX-License-Identifier: GPL-2.0-or-later
"""On the phone (R36, T10): what contacts read in a call, and that what stood there before comes back, also after a
crash."""

from xml.etree import ElementTree

import pytest

from cusaxlab.process import wait_until
from product import Person
from telephone import ALICE, BOB, BOBS, both_hear, call_in, call_out

NODE = 'http://jabber.org/protocol/activity'
READING = "<activity xmlns='%s'><relaxing><reading/></relaxing><text>a book</text></activity>" % NODE


@pytest.fixture
def bob(lab):
    return lab.sip_caller('bob', tone=BOBS)


@pytest.fixture
def friend(lab):
    """bob's chat: in alice's roster, so he may read what she publishes."""
    return lab.contact('bob')


def activity(friend):
    """What alice's activity is for a contact, as XML; '' for none."""
    reply = friend.ask('get', "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='%s'/></pubsub>" % NODE,
                       to=ALICE)
    found = next(reply.iter('{%s}activity' % NODE), None)
    return '' if found is None else ElementTree.tostring(found, encoding='unicode')


def wait_activity(friend, test, what):
    return wait_until(lambda: test(activity(friend)), what, 10, lambda: activity(friend), 0.1)


@pytest.mark.parametrize('before', [None, READING], ids=['nothing', 'reading'])
@pytest.mark.parametrize('connect', [call_out, call_in], ids=['caller', 'callee'])
def test_t10_on_the_phone_and_back(lab, bob, friend, connect, before):
    with Person(lab, 'alice') as alice:
        if before:
            lab.contact('alice', resource='other').publish(NODE, before)
        call = connect(alice, bob)
        wait_activity(friend, lambda text: 'on_the_phone' in text, 'on the phone')
        assert BOB not in activity(friend), "with whom is nobody's business"
        both_hear(alice, call)
        call.bye()
        if before:
            wait_activity(friend, lambda text: 'reading' in text and 'a book' in text, 'reading again')
        wait_activity(friend, lambda text: 'on_the_phone' not in text, 'no longer on the phone')


@pytest.mark.parametrize('shared', [True, False])
def test_r36_only_while_a_call_stands_and_only_if_wanted(lab, bob, friend, shared):
    """Ringing is not being on the phone."""
    with Person(lab, 'alice', share_on_the_phone=shared) as alice:
        mark = alice.mark()
        call = bob.invite('sip:' + ALICE)
        ring = alice.expect('request .*Incoming', since=mark)
        assert 'on_the_phone' not in activity(friend)
        alice.respond(ring, 'Answer')
        call.wait(200)
        both_hear(alice, call)
        assert ('on_the_phone' in activity(friend)) == shared
        call.bye()


def test_t10_after_a_crash(lab, bob, friend):
    lab.contact('alice', resource='other').publish(NODE, READING)
    alice = Person(lab, 'alice')
    call_in(alice, bob)
    wait_activity(friend, lambda text: 'on_the_phone' in text, 'on the phone')
    alice.kill()
    with Person(lab, 'alice', folder=str(alice.folder)):
        wait_activity(friend, lambda text: 'reading' in text and 'on_the_phone' not in text, 'reading again')
