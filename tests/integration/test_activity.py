# SPDX-License-Identifier: GPL-2.0-or-later
""""On the phone" (R36, T10): contacts see it while a call stands; what stood there before comes back, also after a
crash; nothing where somebody wants none of it."""

import os
import signal
from xml.etree import ElementTree

from cusaxlab.process import wait_until
from product import Person

ALICE, BOB = 'alice@cusax.test', 'bob@cusax.test'
NODE = 'http://jabber.org/protocol/activity'
LUNCH = "<activity xmlns='%s'><eating><having_lunch/></eating><text>Mhm &amp; so</text></activity>" % NODE


def activity(contact, jid=None):
    """What stands there, as text; '' for nothing."""
    question = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='%s'/></pubsub>" % NODE
    return ElementTree.tostring(contact.ask('get', question, jid), encoding='unicode')


def begin_call(alice, callee):
    alice.command('/dial ' + callee.aor)
    call = callee.wait_call()
    wait_until(lambda: 'in call' in alice.command('/calls'), 'the call stands', 15, alice.tail)
    return call


def test_t10_hangup_restores_what_stood_there(lab):
    phone = lab.sip_caller('bob').on_invite(ok=())
    bob = lab.contact('bob')
    own = lab.contact('alice')
    own.publish(NODE, LUNCH)
    with Person(lab, 'alice') as alice:
        presences = len([one for one in lab.prosody.stanzas('alice', 'presence') if '/test' in one['from']])
        call = begin_call(alice, phone)
        wait_until(lambda: 'on_the_phone' in activity(bob, ALICE), 'on the phone', 10, alice.tail)
        alice.hang_up()
        call.wait_ended()
        wait_until(lambda: 'having_lunch' in activity(bob, ALICE), 'lunch', 10, alice.tail)
        assert 'Mhm &amp; so' in activity(bob, ALICE) and 'on_the_phone' not in activity(bob, ALICE)
        # The status was left alone: one presence at sign-in, one that the person chose.
        chosen = [one for one in lab.prosody.stanzas('alice', 'presence') if '/test' in one['from']]
        assert len(chosen) == presences, chosen


def test_r36_two_accounts_see_each_other(lab):
    with Person(lab, 'alice') as alice, Person(lab, 'bob', tone=880) as bob:
        alice.wait_tooltip(BOB, 'sip:' + BOB)
        alice.call(BOB)
        ring = bob.wait_ring()
        assert 'On the phone' not in alice.tooltip(BOB), 'it only rings'
        bob.respond(ring, 'Answer')
        bob.wait_tooltip(ALICE, 'On the phone')
        alice.wait_tooltip(BOB, 'On the phone')
        alice.hang_up()
        wait_until(lambda: 'On the phone' not in bob.tooltip(ALICE), 'bob sees the end', 10, bob.tail)
        wait_until(lambda: 'On the phone' not in alice.tooltip(BOB), 'alice sees the end', 10, alice.tail)


def test_r36_also_after_a_crash(lab):
    phone = lab.sip_caller('bob').on_invite(ok=())
    bob = lab.contact('bob')
    own = lab.contact('alice')
    own.publish(NODE, LUNCH)
    alice = Person(lab, 'alice')
    try:
        begin_call(alice, phone)
        wait_until(lambda: 'on_the_phone' in activity(bob, ALICE), 'on the phone', 10, alice.tail)
    finally:
        os.kill(alice.process.pid, signal.SIGKILL)
        alice.process.wait(10)
        alice.stop(check=False)
    assert 'on_the_phone' in activity(bob, ALICE)
    with Person(lab, 'alice') as alice:
        wait_until(lambda: 'having_lunch' in activity(bob, ALICE), 'lunch', 10, alice.tail)


def test_r36_quit_in_a_call(lab):
    phone = lab.sip_caller('bob').on_invite(ok=())
    bob = lab.contact('bob')
    with Person(lab, 'alice') as alice:
        begin_call(alice, phone)
        wait_until(lambda: 'on_the_phone' in activity(bob, ALICE), 'on the phone', 10, alice.tail)
    wait_until(lambda: 'on_the_phone' not in activity(bob, ALICE), 'gone', 5, bob.tail)


def test_r36_opt_out(lab):
    phone = lab.sip_caller('bob').on_invite(ok=())
    bob = lab.contact('bob')
    with Person(lab, 'alice', share_on_the_phone=False) as alice:
        call = begin_call(alice, phone)
        alice.hang_up()
        call.wait_ended()
        assert 'talking' not in activity(bob, ALICE)
        assert not [one for one in lab.prosody.stanzas('alice', 'iq')
                    if one['namespace'] == 'http://jabber.org/protocol/pubsub' and NODE in str(one)]


def test_r36_switched_off_in_mid_call(lab):
    phone = lab.sip_caller('bob').on_invite(ok=())
    bob = lab.contact('bob')
    with Person(lab, 'alice') as alice:
        begin_call(alice, phone)
        wait_until(lambda: 'on_the_phone' in activity(bob, ALICE), 'on the phone', 10, alice.tail)
        dialog = alice.action('Privacy...')
        alice.do('field', dialog['id'], 'share_on_the_phone', 'false')
        alice.respond(dialog, 'Save')
        wait_until(lambda: 'on_the_phone' not in activity(bob, ALICE), 'gone', 10, alice.tail)
        assert 'in call' in alice.command('/calls')
