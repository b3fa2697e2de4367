# SPDX-License-Identifier: GPL-2.0-or-later
"""The certificate of telephony (A2, P4, R48): a fault is a question in words within 5 s, never a silent yes, and
nothing is sent to a server that nobody vouches for, also when its certificate changes later."""

import re
import time

import pytest

from product import Person

WORDS = {'expired': 'expired', 'not_yet': 'not valid before', 'wrong_name': 'another name', 'self_signed': 'vouches'}
QUESTION = 'request .*ertificate'


def question(alice, since=0, seconds=5):
    """The question about telephony's certificate; with all that is written there."""
    return alice.expect(QUESTION, seconds, since=since)


def fingerprint_is_shown(request, fingerprint):
    shown = re.sub('[^0-9A-F]', '', request.line.upper())
    return fingerprint.replace(':', '') in shown


@pytest.mark.parametrize('fault', sorted(WORDS))
def test_a2_the_fault_is_named_and_nothing_is_sent(netlab, fault):
    certificate, _ = netlab.show_fault(fault)
    with Person(netlab, 'alice', sign_in=False) as alice:
        alice.enable()
        alice.expect('connected ', 15, since=0)
        start = time.monotonic()
        request = question(alice)
        assert time.monotonic() - start < 5
        assert re.search(WORDS[fault], request.line), request
        assert fingerprint_is_shown(request, netlab.authority.fingerprint(certificate)), request
        assert 'cusax.test' in request.line
        assert not netlab.kamailio.requests()
        # Saying no is an answer: it is not asked again by itself, and still nothing is sent.
        mark = alice.mark()
        alice.do('close-request', request['id'])
        assert 'signed in' not in alice.telephony()
        alice.absent(QUESTION, mark)
        assert not netlab.kamailio.requests()


def test_p4_nobody_accepted_what_chat_merely_verified(make_netlab):
    """libpurple keeps every certificate that it verified beside those that a person accepted: not the same thing."""
    lab = make_netlab().start(sip=False)
    lab.show_fault('expired')
    with Person(lab, 'alice', sign_in=False) as alice:
        alice.sign_in(telephony=False)
        lab.kamailio.start()
        lab.adopt(lab.kamailio)
        request = question(alice, seconds=12)
        assert 'expired' in request.line and 'accepted before' not in request.line, request


def test_a2_an_accepted_certificate_is_pinned_for_its_host(netlab):
    netlab.show_fault('self_signed')
    with Person(netlab, 'alice', sign_in=False) as alice:
        alice.enable()
        request = question(alice, seconds=15)
        alice.respond(request, 'Accept')
        netlab.kamailio.wait_registered('alice')
        alice.wait_phone('signed in')
        # The next time nobody is asked.
        alice.do('account disable')
        netlab.kamailio.wait_unregistered('alice')
        mark = alice.mark()
        alice.enable()
        netlab.kamailio.wait_registered('alice')
        alice.absent(QUESTION, mark)


@pytest.mark.parametrize('fault', [None, 'intermediate', 'sni'])
def test_a2_good_ones_ask_nobody(netlab, fault):
    """Signed by the CA, by one below it, or shown only to who names the host."""
    netlab.show_fault(fault)
    with Person(netlab, 'alice') as alice:
        alice.absent(QUESTION)


def test_a2_a_wildcard_is_good(make_netlab):
    lab = make_netlab(domain='voice.cusax.test')
    lab.show_fault('wildcard')
    lab.start()
    with Person(lab, 'alice') as alice:
        alice.absent(QUESTION)


def test_p4_a_client_certificate(netlab):
    """The server wants one: without it there is no connection, with it everything is as usual."""
    own = netlab.authority.client('alice')
    netlab.kamailio.show_certificate((netlab.certificate, netlab.key), clients=netlab.authority.certificate)
    with Person(netlab, 'alice', sign_in=False) as alice:
        alice.sign_in(telephony=False)
        alice.expect('(notify|message) .*Telephony: ', 8, since=0)
        assert not netlab.kamailio.requests()
    with Person(netlab, 'alice', client_certificate=own):
        assert netlab.kamailio.wire('REGISTER')[-1].source.startswith('tls:')


@pytest.mark.parametrize('first', [None, 'self_signed'])
def test_a2_a_certificate_that_changes_later(netlab, first):
    """After a first login with a good one, or with one that was accepted: the new one is looked at as well."""
    netlab.show_fault(first)
    with Person(netlab, 'alice', sign_in=False) as alice:
        alice.enable()
        if first:
            alice.respond(question(alice, seconds=15), 'Accept')
        netlab.kamailio.wait_registered('alice', 15)
        alice.wait_phone('signed in')
        netlab.kamailio.stop()
        certificate, _ = netlab.show_fault('self_signed' if first else 'expired')
        mark = alice.mark()
        netlab.kamailio.start()
        request = question(alice, mark, 15)
        assert fingerprint_is_shown(request, netlab.authority.fingerprint(certificate)), request
        if first:
            assert re.search('chang|different|other', request.line), request
        assert not netlab.kamailio.requests()
