# SPDX-License-Identifier: GPL-2.0-or-later
"""Cards on a server that keeps one and translates (Prosody's vcard_legacy), and which of our streams ask for news."""

import re

import pytest

from cusaxlab.process import wait_until
from cusaxlab.profile import XMPP
from cusaxlab.prosody import card
from product import Person

ALICE, BOB, ECHO = 'alice@cusax.test', 'bob@cusax.test', 'echo@cusax.test'
ADDRESS = 'sip:alice@cusax.test'
DISCO = '<query xmlns="http://jabber.org/protocol/disco#info"/>'
ITEMS = '<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="urn:xmpp:vcard4"/></pubsub>'
VCARD4 = '''<vcard xmlns="urn:ietf:params:xml:ns:vcard-4.0"><fn><text>Alice &amp; Co</text></fn>
<gender><sex>F</sex></gender><tel><uri>tel:+4930555</uri></tel></vcard>'''
OURS = {'urn:xmpp:vcard4+notify', 'urn:xmpp:reach:0', 'urn:xmpp:reach:0+notify'}


@pytest.fixture
def lab(make_lab):
    return make_lab(cards='converted').start()


def features(contact, jid):
    reply = contact.demand('get', DISCO, jid + '/test')
    return {feature.get('var') for feature in reply.iter('{http://jabber.org/protocol/disco#info}feature')}


def test_r14_r17_only_our_streams_ask_for_news(lab):
    bob = lab.contact('bob')
    with Person(lab, 'alice') as alice:
        alice.do('account add plain %s %s/test' % (XMPP, ECHO))
        alice.do('password', lab.users['echo'])
        for name, value in (('connect_server', lab.host), ('port', lab.prosody.port)):
            alice.do('set', name, str(value))
        alice.do('account enable')
        alice.expect('connected account="plain"', timeout=15, since=0)
        assert OURS <= features(bob, ALICE)
        plain = features(bob, ECHO)
        assert not OURS & plain
        # Nothing of ours stays in libjabber's list, which is one for all.
        alice.do('plugin unload prpl-jabber-cusax')
        assert features(bob, ECHO) == plain


def publish(alice):
    dialog = alice.action('Publish my phone address...')
    alice.respond(dialog, dialog['buttons'].split('|')[0])


def vcard4_of_alice(contact):
    reply = contact.ask('get', ITEMS, ALICE)
    found = reply.find('.//{urn:ietf:params:xml:ns:vcard-4.0}vcard')
    return None if found is None else {re.sub('{.*}', '', part.tag): part.text for part in found.iter()}, \
        [] if found is None else [uri.text for uri in found.iter('{urn:ietf:params:xml:ns:vcard-4.0}uri')]


def test_r15_a_card_that_the_server_translates_loses_nothing(lab):
    """vcard-temp shows only what has a place there: written back it would be all that is left."""
    bob = lab.contact('bob')
    other_device = lab.contact('alice', resource='other')
    other_device.publish('urn:xmpp:vcard4', VCARD4)
    with Person(lab, 'alice') as alice:
        publish(alice)
        wait_until(lambda: ADDRESS in vcard4_of_alice(bob)[1], 'the card has the address', 10,
                   lambda: str(vcard4_of_alice(bob)))
        parts, uris = vcard4_of_alice(bob)
        assert parts['sex'] == 'F'
        assert uris == ['tel:+4930555', ADDRESS]
        # What everybody else reads.
        assert '<ns0:NUMBER>%s</ns0:NUMBER>' % ADDRESS in bob.get_card(ALICE)


def test_r15_the_first_card(lab):
    bob = lab.contact('bob')
    with Person(lab, 'alice') as alice:
        publish(alice)
        wait_until(lambda: ADDRESS in (bob.get_card(ALICE) or ''), 'the card has the address', 10,
                   lambda: str(bob.get_card(ALICE)))
        # Again: it is there, in whatever form the server keeps it.
        written = [s for s in lab.prosody.stanzas('alice', 'iq') if s['type'] == 'set' and
                   ('vcard-temp' in s['namespace'] or 'vcard4' in s['node'])]
        reads = len(lab.prosody.stanzas('alice', 'iq', 'vcard-temp'))
        publish(alice)
        wait_until(lambda: len(lab.prosody.stanzas('alice', 'iq', 'vcard-temp')) > reads, 'the card is read again', 10)
        alice.command('/phone')
        assert bob.get_card(ALICE).count(ADDRESS) == 1
        assert written == [s for s in lab.prosody.stanzas('alice', 'iq') if s['type'] == 'set' and
                           ('vcard-temp' in s['namespace'] or 'vcard4' in s['node'])]


def test_r27_a_translated_card_that_is_pushed_can_be_called(lab):
    """<NUMBER>sip:...</NUMBER> arrives as <uri>tel:sip:...</uri>."""
    bob = lab.contact('bob')
    phone = lab.sip_caller('echo').on_invite()
    with Person(lab, 'alice') as alice:
        bob.wait_presence(ALICE)
        bob.set_card(card('sip:echo@cusax.test'))
        alice.wait_tooltip(BOB, 'sip:echo@cusax.test')
        assert not lab.prosody.card_requests('alice', to=BOB), 'it was pushed'
        alice.call(BOB)
        phone.wait_call()
        alice.hang_up()
