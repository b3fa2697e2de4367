# SPDX-License-Identifier: GPL-2.0-or-later
"""The first call: one account on Prosody and Kamailio, a real baresip at the other end, sound proven by content.

Alice is cusax-host with the built plugin; her microphone hears 440 Hz. Bob is a baresip that speaks 880 Hz.
"""

import re

import pytest

from cusaxlab.process import wait_until
from product import Person

TRANSPORTS = ['tls', 'tcp', 'udp']
BOB = 'bob@cusax.test'


def talk(alice, bob):
    """Both hear each other's tone, from now on."""
    heard = bob.wait_heard(440, seconds=1.0, anew=True)
    alice.expect_tone(880)
    return heard


def packets_received(person, peer):
    """As /stats says it."""
    return int(re.search(r'Packets received: ([0-9]+)', person.command('/stats', peer.jid)).group(1))


def packets_decoded(phone):
    """The last RTP sequence number that baresip took."""
    return int(re.search(r'seq_put=([0-9]+)', str(phone.control.command('audio_debug'))).group(1))


def connect(alice, bob):
    """alice calls bob, who answers, and both hear each other."""
    bob.mark()
    alice.call(BOB)
    bob.wait_incoming()
    bob.accept()
    talk(alice, bob)


@pytest.mark.parametrize('transport', TRANSPORTS)
def test_outgoing(lab, transport):
    bob = lab.phone('bob', transport, tone=880)
    with Person(lab, 'alice', transport=transport) as alice:
        connect(alice, bob)
        mark = alice.mark()
        alice.hang_up()
        bob.wait_closed()
        alice.expect('media-state .*"end"', since=mark)


@pytest.mark.parametrize('transport', TRANSPORTS)
def test_incoming(lab, transport):
    bob = lab.phone('bob', transport, tone=880)
    with Person(lab, 'alice', transport=transport) as alice:
        alice.do('open', BOB)
        bob.dial('alice@cusax.test')
        ring = alice.wait_ring()
        assert 'bob' in ring['primary'].lower()
        bob.wait_ringing()
        assert not alice.find('microphone-made'), 'the microphone opens only after Answer'
        alice.respond(ring, 'Answer')
        bob.wait_established()
        talk(alice, bob)
        bob.hangup()
        alice.wait_line('hung up')


@pytest.mark.parametrize('codec', ['PCMU', 'PCMA', 'opus/48000/2'])
@pytest.mark.parametrize('security', ['off', 'prefer', 'require'])
def test_codecs_and_security(lab, codec, security):
    """off: plain RTP; prefer: RTP/AVP with a key (RFC 8643); require: RTP/SAVP."""
    theirs = {'off': None, 'prefer': 'srtp', 'require': 'srtp-mand'}[security]
    bob = lab.phone('bob', 'tls', tone=880, codecs=(codec,), media_encryption=theirs)
    with Person(lab, 'alice', media_encryption=security) as alice:
        connect(alice, bob)
        stats = alice.command('/stats', BOB)
        assert codec.split('/')[0].lower() in stats.lower(), stats
        assert ('not encrypted' in stats) == (security == 'off'), stats
        alice.hang_up()
        bob.wait_closed()
        # And the other way round.
        bob.dial('alice@cusax.test')
        alice.respond(alice.wait_ring(), 'Answer')
        talk(alice, bob)
        bob.hangup()


def test_callee_is_busy(lab):
    bob = lab.phone('bob', 'tls')
    with Person(lab, 'alice') as alice:
        bob.mark()
        alice.do('open', BOB)
        alice.call(BOB)
        bob.wait_incoming()
        bob.hangup()
        assert 'bob' in alice.wait_line('busy').line.lower()


def test_caller_gives_up(lab):
    bob = lab.phone('bob', 'tls')
    with Person(lab, 'alice') as alice:
        bob.dial('alice@cusax.test')
        ring = alice.wait_ring()
        bob.wait_ringing()
        bob.hangup()
        alice.expect('request-closed .*id="%s"' % ring['id'])
        alice.wait_line('issed call')


def test_decline_and_closing_the_dialog_declines(lab):
    bob = lab.phone('bob', 'tls')
    with Person(lab, 'alice') as alice:
        bob.dial('alice@cusax.test')
        alice.respond(alice.wait_ring(), 'Decline')
        assert '603' in str(bob.wait_closed())
        bob.dial('alice@cusax.test')
        alice.do('close-request', alice.wait_ring()['id'])
        assert '603' in str(bob.wait_closed())


def test_cancel_before_answer(lab):
    bob = lab.phone('bob', 'tls')
    with Person(lab, 'alice') as alice:
        bob.mark()
        alice.call(BOB)
        bob.wait_incoming()
        alice.hang_up()
        bob.wait_closed()


def test_p11_beyond_the_limit_a_caller_hears_busy(lab):
    bob = lab.phone('bob', 'tls', tone=880)
    echo = lab.phone('echo', 'tls')
    with Person(lab, 'alice', max_calls=1) as alice:
        connect(alice, bob)
        echo.dial('alice@cusax.test')
        assert '486' in str(echo.wait_closed())
        talk(alice, bob)
        alice.hang_up()


def test_two_accounts_of_the_product_talk(lab):
    with Person(lab, 'alice', tone=440) as alice, Person(lab, 'bob', tone=880) as bob:
        alice.do('open', BOB)
        alice.call(BOB)
        bob.respond(bob.wait_ring(), 'Answer')
        alice.expect_tone(880)
        bob.expect_tone(440)
        bob.hang_up()
        alice.wait_line('hung up')


def test_hold_and_resume(lab):
    """Held, bob hears nothing more; resumed, both hear each other again. Twice, from either side."""
    with Person(lab, 'alice', tone=440) as alice, Person(lab, 'bob', tone=880) as bob:
        alice.call(BOB)
        bob.respond(bob.wait_ring(), 'Answer')
        for holder, other in ((alice, bob), (bob, alice)):
            bob.expect_tone(440)
            alice.expect_tone(880)
            holder.command('/hold', other.jid)
            wait_until(lambda: 'held by the other side' in other.command('/stats', holder.jid), 'hold is told', 5)
            before = packets_received(other, holder)
            holder.do('block 300')
            assert packets_received(other, holder) == before, 'sound goes on although the call is on hold'
            holder.command('/resume', other.jid)
        bob.expect_tone(440)
        alice.expect_tone(880)
        bob.hang_up()


def test_hold_and_resume_with_baresip(lab):
    """Its recorder does not survive a re-INVITE, so what it hears is counted; what it says is heard."""
    bob = lab.phone('bob', 'tls', tone=880)
    with Person(lab, 'alice') as alice:
        connect(alice, bob)
        alice.command('/hold', BOB)
        alice.command('/resume', BOB)
        alice.expect_tone(880)
        first = packets_decoded(bob)
        wait_until(lambda: packets_decoded(bob) >= first + 50, 'bob receives again', 10, bob.tail)
        alice.hang_up()
        bob.wait_closed()


def test_call_survives_the_loss_of_chat(lab):
    """Prosody is killed in mid-call: sound goes on, hanging up works, chat comes back."""
    bob = lab.phone('bob', 'tls', tone=880)
    with Person(lab, 'alice') as alice:
        connect(alice, bob)
        mark = alice.mark()
        lab.prosody.kill()
        alice.expect('connection-error', since=mark)
        before = bob.hearing(440).longest
        wait_until(lambda: bob.hearing(440).longest > before + 2, 'bob goes on hearing alice', 10, bob.tail)
        alice.expect_tone(880)
        lab.prosody.start()
        alice.do('account connect')
        alice.expect('connected ', 20, since=mark)
        talk(alice, bob)
        alice.hang_up()
        bob.wait_closed()


def test_telephony_survives_nothing_but_says_so(lab):
    """Kamailio is killed: chat goes on, words say that telephony is gone, and it comes back by itself."""
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        lab.kamailio.kill()
        alice.expect('(message|notify|buddy-status|connection-notice) .*Telephony', 10, since=mark)
        alice.do('im', 'echo@cusax.test', 'still here')
        alice.absent('connection-error', since=mark)
        lab.kamailio.start()
        lab.kamailio.wait_registered('alice', 20)
        alice.wait_phone('signed in')


def test_wrong_sip_password(lab):
    """Chat works, telephony says who refused it, and there is no retry storm."""
    with Person(lab, 'alice', sign_in=False, sip_password='wrong') as alice:
        alice.enable()
        alice.expect('connected ', 15)
        alice.wait_phone('password')
        requests = len(lab.kamailio.requests('REGISTER'))
        assert requests <= 2
        alice.do('im', 'echo@cusax.test', 'chat works')
        assert len(lab.kamailio.requests('REGISTER')) == requests


def test_wrong_xmpp_password(lab):
    with Person(lab, 'alice', sign_in=False, password='wrong') as alice:
        alice.enable()
        alice.expect('connection-error .*fatal="(true|yes|1)"', 15)


def test_unregisters_at_sign_off(lab):
    with Person(lab, 'alice') as alice:
        alice.do('account disable')
        lab.kamailio.wait_unregistered('alice')
        alice.do('account enable')
        lab.kamailio.wait_registered('alice')


def test_unregisters_at_quit(lab):
    alice = Person(lab, 'alice')
    alice.stop()
    lab.kamailio.wait_unregistered('alice', 5)


def test_sha_256_digest(make_lab):
    lab = make_lab(algorithm='SHA-256').start()
    with Person(lab, 'alice') as alice:
        assert 'signed in' in alice.telephony()


def test_blocked_main_loop_loses_no_packet(lab):
    bob = lab.phone('bob', 'tls', tone=880, codecs=('PCMA',))
    with Person(lab, 'alice') as alice:
        connect(alice, bob)
        alice.do('block 1000', timeout=5)
        talk(alice, bob)
        wait_until(lambda: bob.hearing(440).longest > 3, 'three seconds in one piece', 10, bob.tail)
        alice.hang_up()


def test_unreachable_registrar(lab):
    """Chat works, words say that nobody answers, and telephony comes up by itself once somebody does."""
    lab.kamailio.kill()
    with Person(lab, 'alice', sign_in=False) as alice:
        alice.enable()
        alice.expect('connected ', 15)
        alice.wait_phone('cannot be reached. Next try in')
        lab.kamailio.start()
        lab.kamailio.wait_registered('alice', 20)
        alice.wait_phone('signed in')


def test_r53_two_accounts_side_by_side_never_cross_legs(lab):
    """alice and bob in one program: each call rings on its own account, each call leaves by its own leg."""
    echo = lab.phone('echo', 'tls', tone=660)
    with Person(lab, 'alice', sign_in=False) as both:
        settings = {'connect_server': lab.host, 'port': lab.prosody.port, 'sip_server': lab.registrar('tls'),
                    'sip_transport': 'tls'}
        both.enable()
        both.do('account add second prpl-jabber-cusax bob@cusax.test/second')
        both.do('account use second')
        both.do('password', lab.users['bob'])
        for name, value in settings.items():
            both.do('set', name, value)
        both.do('account enable')
        lab.kamailio.wait_registered('alice')
        lab.kamailio.wait_registered('bob')
        for user in ('alice', 'bob'):
            echo.dial('%s@cusax.test' % user)
            ring = both.wait_ring()
            assert 'Your line: %s@cusax.test' % user in ring['secondary']
            both.respond(ring, 'Decline')
            echo.wait_closed()
        both.do('account use second')
        echo.mark()
        both.call('echo@cusax.test')
        assert 'sip:bob@cusax.test' in str(echo.wait_incoming())
        both.hang_up()
        echo.wait_closed()
