# SPDX-License-Identifier: GPL-2.0-or-later
"""Always reachable (A4, P2): another address, a restarted or silent server, and no click. Chat has a road of its own
(IPv6) that nobody touches."""

import time

import pytest

from cusaxlab.netns import CLIENT, SERVER, SERVER6
from cusaxlab.process import wait_until
from product import Person

BOB, OTHER = 'bob@cusax.test', '10.77.0.21'


@pytest.fixture
def lab(make_netlab):
    """Chat over IPv6, telephony over IPv4."""
    lab = make_netlab()
    lab.names.forget('xmpp.').host('xmpp.cusax.test', SERVER6).forget('sip.').host('sip.cusax.test', SERVER)
    return lab.start()


def registers_from(lab, address):
    return [request for request in lab.kamailio.requests('REGISTER')
            if request['auth'] != '<null>' and request['src'].split(':')[1] == address]


def wait_registered_from(lab, address, seconds, count=0):
    wait_until(lambda: len(registers_from(lab, address)) > count and lab.kamailio.bindings('alice'),
               'alice is registered from ' + address, seconds, lab.kamailio.process.tail)


@pytest.mark.parametrize('security', ['require_tls', 'allow_plain'])
def test_a4_another_address(lab, security):
    """Within 10 s, over TLS and over UDP; chat does not notice."""
    transport = 'tls' if security == 'require_tls' else 'udp'
    with Person(lab, 'alice', sip_security=security, sip_server='sip.cusax.test', sip_transport=transport) as alice:
        assert registers_from(lab, CLIENT)
        mark = alice.mark()
        lab.client.change_address(CLIENT, OTHER)
        wait_registered_from(lab, OTHER, 10)
        alice.wait_phone('Telephony: signed in')
        alice.absent('disconnected', mark)
        assert len(lab.kamailio.bindings('alice')) == 1


def test_a4_the_address_goes_and_comes_again(lab):
    with Person(lab, 'alice') as alice:
        mark, before = alice.mark(), len(registers_from(lab, CLIENT))
        lab.client.remove_address(CLIENT)
        alice.wait_phone('Telephony: ')
        wait_until(lambda: 'signed in' not in alice.telephony(), 'the loss is noticed', 10, alice.tail)
        lab.client.add_address(CLIENT)
        wait_registered_from(lab, CLIENT, 10, before)
        alice.absent('disconnected', mark)


def test_a4_a_call_survives_with_sound(lab):
    """The other side gets a re-INVITE with the new address, and both hear each other again."""
    bob = lab.phone('bob', 'tls', tone=880)
    with Person(lab, 'alice') as alice:
        alice.call(BOB)
        bob.wait_incoming()
        bob.accept()
        bob.wait_heard(440)
        alice.expect_tone(880)
        lab.client.change_address(CLIENT, OTHER)
        wait_registered_from(lab, OTHER, 10)
        again = wait_until(lambda: [invite for invite in lab.kamailio.wire('INVITE') if OTHER in invite.body],
                           're-INVITE', 10, lab.kamailio.process.tail)[-1]
        assert again.to_tag and 'c=IN IP4 %s' % OTHER in again.body and 'c=IN IP4 %s\r' % CLIENT not in again.body
        assert OTHER in again.one('contact') or '.invalid' in again.one('contact')
        bob.wait_heard(440, anew=True)
        alice.expect_tone(880)
        alice.absent('media-end')
        alice.hang_up()
        bob.wait_closed()


def test_p2_the_server_comes_again(lab):
    """Registered within 5 s from when it answers."""
    with Person(lab, 'alice') as alice:
        lab.kamailio.kill()
        wait_until(lambda: 'signed in' not in alice.telephony(), 'the loss is noticed', 5, alice.tail)
        lab.kamailio.start()
        lab.kamailio.wait_registered('alice', 5)
        alice.wait_phone('Telephony: signed in')


def test_p2_the_cable_is_pulled(lab):
    """Everything is away for a moment, chat too: both come back by themselves."""
    with Person(lab, 'alice') as alice:
        before = len(registers_from(lab, CLIENT))
        lab.client.link(False)
        lab.client.link(True)
        wait_registered_from(lab, CLIENT, 10, before - 1)
        alice.wait_phone('Telephony: signed in')


def test_p2_a_silent_server_is_recognised(lab):
    """Nothing comes back from one moment to the next. Who dials is told within 8 s, not after the minutes that TCP
    would take; soon nobody reads "signed in" any more, and it comes back by itself."""
    with Person(lab, 'alice') as alice:
        before = len(registers_from(lab, CLIENT))
        lab.server.swallow('tcp dport 5061')
        start = time.monotonic()
        alice.do('call', BOB)
        alice.wait_line('did not react', 9)
        assert time.monotonic() - start <= 8.5
        wait_until(lambda: 'signed in' not in alice.telephony(), 'the loss is shown', 8, alice.tail, 0.2)
        lab.server.release()
        wait_registered_from(lab, CLIENT, 10, before)
        alice.wait_phone('Telephony: signed in')


def test_p2_a_server_that_never_answers_is_recognised(make_netlab):
    lab = make_netlab().start(sip=False)
    lab.server.swallow('tcp dport 5061')
    with Person(lab, 'alice', sign_in=False) as alice:
        start = time.monotonic()
        alice.sign_in(telephony=False)
        wait_until(lambda: 'signing in' not in alice.telephony(), 'the silence is noticed', 9, alice.tail,
                   0.2)
        assert time.monotonic() - start <= 9


@pytest.mark.parametrize('how', ['silent', 'gone'])
def test_p2_signing_off_takes_two_seconds_with_the_server_gone(lab, how):
    with Person(lab, 'alice') as alice:
        if how == 'silent':
            lab.server.swallow('tcp dport 5061')
        else:
            lab.kamailio.kill()
        start = time.monotonic()
        alice.do('plugin unload prpl-jabber-cusax')
        assert time.monotonic() - start < 2.5


def test_r5_telephony_lives_while_chat_is_away(lab):
    """And the other way round it is P2's tests."""
    bob = lab.phone('bob', 'tls', tone=880)
    with Person(lab, 'alice') as alice:
        lab.prosody.kill()
        alice.expect('disconnected ')
        assert 'signed in' in alice.telephony()
        bob.dial('alice@cusax.test')
        alice.wait_ring()
