# SPDX-License-Identifier: GPL-2.0-or-later
"""STUN and TURN servers: what the chat server announces (XEP-0215), what settings and files name, who is asked for a relay,
and with whose credentials."""

import time

import pytest

from cusaxlab.coturn import Coturn, external_services
from cusaxlab.medialab import MediaLab
from cusaxlab.netns import SERVER, why_not
from cusaxlab.process import wait_until
from product import Person

BOB = 'bob@cusax.test'
SECRET = 'ephemeral-secret-3'
USERS = {'relay-user': 'relay-secret-5'}
EXTDISCO = 'urn:xmpp:extdisco:2'


def announcing(make_netlab, ttl=86400, **options):
    """A lab whose chat server hands out credentials for the coturn beside it."""
    services = external_services(SERVER, SECRET, 3478, 5349, ttl)
    lab = make_netlab(ipv6=False, prosody={'host_options': services}, **options)
    return lab, lab.adopt(Coturn(lab, secret=SECRET))


def with_users(make_netlab, **options):
    lab = make_netlab(ipv6=False)
    return lab, lab.adopt(Coturn(lab, users=USERS, **options))


def questions(lab):
    return lab.prosody.stanzas('alice', 'iq', EXTDISCO)


def talk(lab, alice):
    """A call with sound in both directions."""
    bob = lab.phone('bob', 'tls', tone=880)
    alice.call(BOB)
    bob.wait_incoming()
    bob.accept()
    bob.wait_heard(440)
    alice.expect_tone(880)
    alice.hang_up()
    bob.wait_closed()


def log_of(person):
    return person.log.read_text(errors='replace')


def test_p15_relays_of_the_chat_server(make_netlab):
    """Nothing is typed: each transport is asked for a relay, with the credentials that end by themselves."""
    lab, turn = announcing(make_netlab)
    turn.start()
    lab.start()
    with Person(lab, 'alice') as alice:
        wait_until(lambda: 'announces 4 STUN and TURN servers' in log_of(alice), 'the servers', 10, alice.tail)
        talk(lab, alice)
        turn.wait_allocations(3)
    names = {user for _, user, _ in turn.sessions()}
    assert names and all(name.isdigit() and int(name) > time.time() + 80000 for name in names), names
    assert any(cipher for _, _, cipher in turn.sessions()), turn.sessions()


def test_p15_credentials_are_renewed(make_netlab):
    """40 s: asked for again 30 s before they end; a later call has the newer ones."""
    lab, turn = announcing(make_netlab, ttl=40)
    turn.start()
    lab.start()
    with Person(lab, 'alice') as alice:
        wait_until(lambda: len(questions(lab)) >= 2, 'the first questions', 10, alice.tail)
        first = questions(lab)[-1]['when']
        wait_until(lambda: len(questions(lab)) >= 3, 'another question', 20, alice.tail)
        assert 8 < questions(lab)[-1]['when'] - first < 14
        talk(lab, alice)
        turn.wait_allocations(1)
    assert all(int(user) > first + 45 for _, user, _ in turn.sessions())


def test_p15_the_return_of_chat_asks_again(make_netlab):
    lab, turn = announcing(make_netlab)
    turn.start()
    lab.start()
    with Person(lab, 'alice') as alice:
        before = len(questions(lab))
        lab.prosody.kill()
        alice.expect('disconnected ', timeout=15)
        lab.prosody.start()
        alice.enable()
        wait_until(lambda: len(questions(lab)) >= 2, 'questions to the server that came back', 20, alice.tail)
        assert before == 2


@pytest.mark.parametrize('settings', [{'media_ice': 'off'}, {'sip_enabled': False}], ids=['no ICE', 'no telephony'])
def test_p15_nobody_asks_who_needs_none(make_netlab, settings):
    lab, turn = announcing(make_netlab)
    turn.start()
    lab.start()
    with Person(lab, 'alice', sign_in=False, **settings) as alice:
        alice.sign_in(telephony='sip_enabled' not in settings)
        if 'media_ice' in settings:
            talk(lab, alice)
        assert len(questions(lab)) <= 1
        assert turn.allocations() == 0


@pytest.mark.parametrize('kind', ['udp', 'tcp', 'tls'])
def test_p15_a_typed_relay(make_netlab, kind):
    lab, turn = with_users(make_netlab)
    turn.start()
    lab.start()
    with Person(lab, 'alice', **turn.settings(kind)) as alice:
        talk(lab, alice)
        turn.wait_allocations(1)
    assert {user for _, user, _ in turn.sessions()} == {'relay-user'}
    assert all(bool(cipher) == (kind == 'tls') for _, _, cipher in turn.sessions())


def test_p15_a_relay_from_the_company(make_netlab):
    lab, turn = with_users(make_netlab)
    turn.start()
    lab.key_file('[account]\n' + ''.join('%s=%s\n' % item for item in turn.settings('tcp').items()))
    lab.start()
    with Person(lab, 'alice') as alice:
        talk(lab, alice)
        turn.wait_allocations(1)


def test_p15_no_relay_for_the_password_of_telephony(make_netlab):
    """A TURN server without credentials of its own is not asked at all."""
    lab, turn = with_users(make_netlab)
    turn.start()
    lab.start()
    typed = turn.settings()
    with Person(lab, 'alice', turn_server=typed['turn_server'], turn_user='alice') as alice:
        talk(lab, alice)
    assert 'user <alice>' not in turn.log()


def test_p15_a_relay_with_another_certificate_is_not_used(make_netlab):
    lab = make_netlab(ipv6=False)
    turn = lab.adopt(Coturn(lab, users=USERS, certificate=lab.authority.self_signed('turn', ['cusax.test', SERVER])))
    turn.start()
    lab.start()
    with Person(lab, 'alice', **turn.settings('tls')) as alice:
        talk(lab, alice)
        wait_until(lambda: 'TURN over TLS at %s:5349 is not used' % SERVER in log_of(alice), 'the reason', 10, alice.tail)
    assert turn.allocations() == 0 and not turn.sessions()


def seconds_to_ring(alice, bob):
    start = time.monotonic()
    alice.call(BOB)
    bob.wait_incoming()
    needed = time.monotonic() - start
    bob.accept()
    bob.wait_heard(440, anew=True)
    alice.hang_up()
    bob.wait_closed()
    return needed


@pytest.mark.parametrize('server', ['dead.cusax.test', 'nobody.cusax.test', SERVER + ':9'])
def test_p15_a_dead_stun_server_costs_300_ms(make_netlab, server):
    """From the second call on: the first one of a program loads GStreamer."""
    lab = make_netlab(ipv6=False).start()
    bob = lab.phone('bob', 'tls', tone=880)
    with Person(lab, 'alice', stun_server=server) as alice:
        seconds_to_ring(alice, bob)
        assert seconds_to_ring(alice, bob) < 0.3 + 0.3


def test_p15_credentials_are_in_no_log_of_ours(make_netlab):
    lab, turn = with_users(make_netlab)
    turn.start()
    lab.start()
    with Person(lab, 'alice', **turn.settings()) as alice:
        talk(lab, alice)
        alice.command('/stats')
        assert turn.allocations() > 0
    assert USERS['relay-user'] not in log_of(alice)


@pytest.fixture
def make_medialab(labs):
    if why_not():
        pytest.skip(why_not())

    def make(kind, **options):
        labs.append(MediaLab(kind, **options))
        return labs[-1]
    return make


@pytest.mark.parametrize('kind', ['udp', 'tcp', 'tls'])
def test_p15_sound_through_the_relay_alone(make_medialab, kind):
    """Behind a router that gives each destination another port: permissions and channels go through the tunnel, too."""
    lab = make_medialab('symmetric', turn=True).start()
    bob = lab.phone('bob', 'tls', tone=880, ice=True)
    with Person(lab, 'alice', **lab.coturn.settings(kind)) as alice:
        alice.call(BOB)
        bob.wait_incoming()
        bob.accept()
        bob.wait_heard(440)
        alice.expect_tone(880)
        wait_until(lambda: 'TURN' in alice.command('/stats'), 'the relay in /stats', 5, lambda: alice.command('/stats'))
        alice.hang_up()
        bob.wait_closed()
    assert lab.coturn.allocations() > 0
