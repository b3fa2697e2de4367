# SPDX-License-Identifier: GPL-2.0-or-later
"""Two legs, one account (R1, R5, R6): what one leg's failure does to the other, and what a person's wish does."""

import time

from cusaxlab.process import wait_until
from product import Person

BOB = 'bob@cusax.test'


def test_r5_both_or_none_when_the_provider_wants_it(make_lab):
    lab = make_lab().start(sip=False)
    with Person(lab, 'alice', sign_in=False, require_both=True) as alice:
        alice.enable()
        error = alice.expect('connection-error ', timeout=20, since=0)
        assert error['text'].startswith('Telephony: ') and error['fatal'] == 'false'
        alice.expect('disconnected ', since=0)


def test_a_refused_password_is_not_sent_again_until_somebody_changes_it(lab):
    with Person(lab, 'alice', sign_in=False, sip_password='wrong') as alice:
        alice.sign_in(telephony=False)
        alice.wait_phone('password')
        sent = len(lab.kamailio.requests('REGISTER'))
        for _ in range(2):
            mark = alice.mark()
            lab.prosody.kill()
            alice.expect('disconnected ', since=mark)
            lab.prosody.start()
            alice.do('account connect')
            alice.expect('connected ', since=mark, timeout=20)
        assert len(lab.kamailio.requests('REGISTER')) == sent

        alice.do('action', 'Telephony settings...')
        dialog = alice.expect('request id=.*Telephony settings')
        alice.do('field', dialog['id'], 'sip_password', lab.users['alice'])
        alice.respond(dialog, 'Save')
        lab.kamailio.wait_registered('alice')
        alice.wait_phone('signed in')


def test_a_call_outlives_a_session_that_chat_lost_for_good(lab):
    """Another client takes our resource, which is fatal for chat. Nobody hung up; somebody who disables the account
    does."""
    bob = lab.phone('bob', 'tls', tone=880)
    with Person(lab, 'alice') as alice:
        bob.mark()
        alice.call(BOB)
        bob.wait_incoming()
        bob.accept()
        bob.wait_heard(440)
        intruder = lab.contact('alice', resource='test')
        error = alice.expect('connection-error ', since=0)
        assert error['fatal'] == 'true'
        alice.expect('disconnected ', since=0)
        bob.wait_heard(440, anew=True)
        intruder.stop()
        alice.do('account disable')
        bob.wait_closed()
        wait_until(lambda: not lab.kamailio.bindings('alice'), 'alice un-registers', 5, alice.tail)


def test_a_disabled_account_without_chat_signs_off_too(lab):
    with Person(lab, 'alice') as alice:
        lab.prosody.kill()
        alice.expect('disconnected ', since=0)
        assert lab.kamailio.bindings('alice')
        alice.do('account disable')
        wait_until(lambda: not lab.kamailio.bindings('alice'), 'alice un-registers', 5, alice.tail)


def test_unload_gives_everything_back(lab):
    with Person(lab, 'alice', sign_in=False) as alice:
        before = alice.ask('stat')
        alice.sign_in()
        start = time.monotonic()
        alice.do('plugin unload prpl-jabber-cusax')
        assert time.monotonic() - start < 2.5
        assert not lab.kamailio.bindings('alice')
        # libpurple keeps a file or two of its own (the resolver, NSS); what ends in another thread closes a moment later.
        wait_until(lambda: int(alice.ask('stat')['fds']) <= int(before['fds']) + 2, 'files are closed', 3, alice.tail)
        alice.absent('critical ')


def test_one_accepted_certificate_serves_both_legs(lab):
    """Nobody is trusted at first: libpurple asks once, for the chat; the answer holds for telephony on that host."""
    with Person(lab, 'alice', sign_in=False) as alice:
        for pin in (alice.folder / 'certificates' / 'x509' / 'tls_peers').iterdir():
            pin.unlink()
        alice.enable()
        question = alice.expect('request .*ertificate', 15)
        assert not lab.kamailio.requests('REGISTER'), 'no REGISTER before the certificate is accepted'
        alice.respond(question, 'Accept')
        alice.expect('connected ', 15)
        lab.kamailio.wait_registered('alice')
        alice.wait_phone('signed in')


def test_an_account_moved_to_xmpp_while_chat_is_down_gives_its_telephone_up(lab):
    """As the protocol menu of Pidgin's account editor does it."""
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        lab.prosody.kill()
        alice.expect('connection-error', since=mark)
        alice.do('account protocol prpl-jabber')
        lab.prosody.start()
        alice.do('account connect')
        alice.expect('connected ', 20, since=mark)
        lab.kamailio.wait_unregistered('alice')
