# SPDX-License-Identifier: GPL-2.0-or-later
"""Who tells us what (R9, R3, R47, P22): the chat server (XEP-0215, a component of its domain), documents over HTTPS
(WebFinger, RFC 6011), a company's file. A bad one changes nothing and is named; what ends by itself is renewed."""

import base64
import hashlib
import hmac
import os
import re
import time

import pytest

from cusaxlab.component import Sipark
from cusaxlab.netns import SERVER
from cusaxlab.process import wait_until
from cusaxlab.prosody import card, sip_services
from cusaxlab.sipcaller import SipCaller
from product import Person

ALICE = 'alice@cusax.test'
SMITH = {'smith': 'wonderland-7', 'jones': 'wonderland-7'}
SECRET = 'between-the-servers'
PAGE, ADDRESS = 'https://www.cusax.test/alice.json', '/alice.json'


def sign_in(alice, lab, registers_as):
    alice.enable()
    alice.expect('connected ', timeout=15, since=0)
    lab.kamailio.wait_registered(registers_as, 12)
    alice.wait_phone('Telephony: signed in')


def by_webfinger(lab, content, **options):
    lab.names.host('cusax.test', SERVER).apply()
    lab.web.webfinger('acct:' + ALICE, PAGE).document(ADDRESS, content, **options).start()


# Documents

def test_r9_webfinger_leads_to_the_settings(make_netlab):
    """They are for alice alone, and the server asks for her password."""
    lab = make_netlab(sip_users=SMITH).start()
    by_webfinger(lab, {'jid': ALICE, 'sip_address': 'sip:smith@cusax.test'}, user=('alice', ALICE),
                 password=lab.users['alice'])
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'smith')
        # A password goes nowhere before somebody asked for it.
        users = [user for _, user in lab.web.asked(ADDRESS)]
        assert users[0] is None and users[1] in ('alice', ALICE)
        assert all(user is None for _, user in lab.web.asked('/.well-known'))


def test_r9_rfc_6011_leads_to_the_settings(make_netlab):
    lab = make_netlab(sip_users=SMITH)
    lab.names.naptr('cusax.test', 10, 10, 'U', 'SFUA.CFG', regexp='!.*!%s!' % PAGE)
    lab.start()
    lab.web.document(ADDRESS, {'sip_address': 'sip:smith@cusax.test'}).start()
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'smith')


def test_r3_a_document_counts_more_than_the_card(make_netlab):
    lab = make_netlab(sip_users=SMITH, cards='stored')
    lab.prosody.set_card('alice', card('sip:jones@cusax.test'))
    lab.start()
    by_webfinger(lab, {'sip_address': 'sip:smith@cusax.test'})
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'smith')


BAD = {
    'no JSON': {'content': 'sip_address = x'},
    'no object': {'content': ['sip_address']},
    'of another person': {'content': {'jid': 'bob@cusax.test', 'sip_address': 'sip:smith@cusax.test'}},
    'a value that is none': {'content': {'sip_address': 'sip:smith@cusax.test', 'sip_transport': 'pigeon'}},
    'a setting that is not theirs': {'content': {'sip_address': 'sip:smith@cusax.test',
                                                 'client_certificate': '/etc/x'}},
    'media in the clear': {'content': {'sip_address': 'sip:smith@cusax.test', 'media_encryption': 'off'}},
    'endless': {'content': {'sip_address': 'sip:smith@cusax.test', 'x': 'x' * 100000}},
    'to http': {'content': '', 'status': 302, 'Location': 'http://www.cusax.test/plain.json'},
    'another password': {'content': {'sip_address': 'sip:smith@cusax.test'}, 'user': ALICE, 'password': 'no'},
}


@pytest.mark.parametrize('what', sorted(BAD))
def test_r9_a_bad_document_changes_nothing_and_is_named(make_netlab, what):
    lab = make_netlab(sip_users=SMITH).start()
    by_webfinger(lab, **BAD[what])
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'alice')
        alice.expect(r'(notify|message) .*www\.cusax\.test', 5, since=0)
        assert not lab.kamailio.bindings('smith')


def test_r9_a_broken_web_server_is_no_news(make_netlab):
    """Nobody typed its address: it is asked again, and until then nothing is different."""
    lab = make_netlab(sip_users=SMITH).start()
    by_webfinger(lab, '', status=500)
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'alice')
        assert lab.web.asked(ADDRESS)
        alice.absent('notify ')


def test_r9_a_typed_address_that_fails_is_named(make_netlab):
    lab = make_netlab(sip_users=SMITH).start()
    by_webfinger(lab, '', status=500)
    with Person(lab, 'alice', sign_in=False, provisioning_url=PAGE) as alice:
        sign_in(alice, lab, 'alice')
        alice.expect(r'(notify|message) .*www\.cusax\.test', 5, since=0)


def test_r9_a_web_server_that_nobody_vouches_for_gets_no_password(make_netlab):
    lab = make_netlab(sip_users=SMITH).start()
    by_webfinger(lab, {'sip_address': 'sip:smith@cusax.test'})
    lab.web.show(lab.authority.self_signed('alone', ['cusax.test', 'www.cusax.test']))
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'alice')
        assert not lab.web.requests


def test_r9_no_document_is_no_news(make_netlab):
    """404 for WebFinger: as most domains have it."""
    lab = make_netlab().start()
    lab.names.host('cusax.test', SERVER).apply()
    lab.web.start()
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'alice')
        assert lab.web.asked('/.well-known/webfinger')
        alice.absent('notify ')


def test_r9_an_endless_body_does_not_keep_telephony_waiting(make_netlab):
    lab = make_netlab(sip_users=SMITH).start()
    by_webfinger(lab, {'sip_address': 'sip:smith@cusax.test'}, seconds=60)
    with Person(lab, 'alice', sign_in=False) as alice:
        start = time.monotonic()
        sign_in(alice, lab, 'alice')
        assert time.monotonic() - start < 9


# Companies' files

def test_p22_a_company_file_needs_no_typing_and_locks(make_netlab):
    """What it locks counts more than what the account has."""
    lab = make_netlab(sip_users=SMITH, sip_records=False).start()
    lab.key_file('[account]\njid=cusax.test\nsip_address=sip:smith@cusax.test\nsip_server=sip.cusax.test:5061\n'
                 'sip_transport=tls\nlocked=sip_address;sip_server\n')
    with Person(lab, 'alice', sign_in=False, sip_address='sip:jones@cusax.test') as alice:
        sign_in(alice, lab, 'smith')
        assert not lab.kamailio.bindings('jones')


def test_p22_a_file_for_others_is_none_and_a_broken_one_is_named(make_netlab):
    lab = make_netlab(sip_users=SMITH).start()
    lab.key_file('[account]\njid=other.test\nsip_address=sip:smith@cusax.test\n')
    with Person(lab, 'alice') as alice:
        alice.absent('notify ')
    lab.key_file('[account]\nsip_transport=pigeon\n')
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'alice')
        alice.expect('(notify|message) .*/etc/purple-cusax.conf', 5, since=0)


def test_p22_a_file_that_breaks_changes_nothing_and_is_named_once(make_netlab):
    """What it locked stays so; chat that comes again says nothing anew."""
    lab = make_netlab(sip_users=SMITH).start()
    good = '[account]\nsip_address=sip:smith@cusax.test\nlocked=sip_address\n'
    lab.key_file(good)
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'smith')
        lab.key_file(good + 'sip_transport=pigeon\n')
        before = len(lab.kamailio.wire('REGISTER'))
        for _ in range(2):
            mark = alice.mark()
            lab.prosody.kill()
            alice.expect('disconnected ', since=mark)
            lab.prosody.start()
            mark = alice.mark()
            alice.do('account connect')
            alice.expect('connected ', timeout=20, since=mark)
        assert len([event for event in alice.events if '/etc/purple-cusax.conf' in event.line]) == 1
        assert lab.kamailio.bindings('smith') and not lab.kamailio.bindings('alice')
        assert len(lab.kamailio.wire('REGISTER')) == before


def test_p22_the_persons_own_file_counts_more_than_the_companys(make_netlab):
    lab = make_netlab(sip_users=SMITH).start()
    lab.key_file('[account]\nsip_address=sip:jones@cusax.test\n')
    with Person(lab, 'alice', sign_in=False) as alice:
        folder = alice.folder / 'config'
        folder.mkdir(exist_ok=True)
        (folder / 'purple-cusax.conf').write_text('[account]\nsip_address=sip:smith@cusax.test\n')
        sign_in(alice, lab, 'smith')
        assert not lab.kamailio.bindings('jones')


# The chat server

def test_r9_a_component_of_our_server_hands_out_an_account(make_netlab):
    lab = make_netlab(sip_users={'smith': 'only-for-telephony'},
                      prosody={'components': {'sipark.cusax.test': 'component-secret'}}).start()
    part = lab.adopt(Sipark('sipark.cusax.test', 'component-secret', lab.prosody, lab.place, alice={
        'username': 'smith', 'authUsername': 'smith', 'password': 'only-for-telephony', 'server': 'cusax.test',
        'outboundproxy': 'sip.cusax.test', 'voicemail': '*97', 'enabled': 'true'}).start())
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'smith')
        assert {sender.split('/')[0] for sender, _ in part.asked} == {ALICE}
        assert not holding(alice, 'only-for-telephony')


def password_for(username):
    return base64.b64encode(hmac.new(SECRET.encode(), username.encode(), hashlib.sha1).digest()).decode()


def auth_users(lab):
    """The digest user names of the REGISTERs that came, in order, without repetition."""
    found = []
    for message in lab.kamailio.wire('REGISTER'):
        name = message.one('authorization').partition('username="')[2].partition('"')[0]
        if name and name not in found:
            found.append(name)
    return found


#: libpurple writes every stanza that it receives into its debug log, if there is one; no plugin can keep it from that.
LIBPURPLES_TRACE = re.compile(rb'^.* jabber: Recv .*$', re.MULTILINE)


def holding(host, text):
    """The files of a host's folder (profile, debug log) that have the text."""
    found = []
    for folder, _, names in os.walk(host.folder):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, 'rb') as file:
                    if text.encode() in LIBPURPLES_TRACE.sub(b'', file.read()):
                        found.append(path)
    return found


def ephemeral_lab(make_netlab, ttl, **options):
    services = sip_services(SECRET, ttl, ('sips', 'tls', 'sip.cusax.test', 5061))
    return make_netlab(ephemeral=SECRET, prosody={'host_options': services}, sip_records=False, **options).start()


def test_r9_one_password_and_no_sip_secret_anywhere(make_netlab):
    """XEP-0215 against Prosody and Kamailio: DNS says nothing of telephony, Kamailio knows nobody's password."""
    lab = ephemeral_lab(make_netlab, 3600)
    with Person(lab, 'alice', sign_in=False, wire_trace=True) as alice:
        sign_in(alice, lab, 'alice')
        names = auth_users(lab)
        assert len(names) == 1 and names[0].endswith(':alice')
        secret = password_for(names[0])
        assert not holding(alice, secret)
        assert not holding(alice, SECRET)
        assert not [event for event in alice.events if secret in event.line]
    assert not holding(alice, secret), 'nor at the end'


def is_sequence(registers):
    """One REGISTER and its answer to the challenge, to stay."""
    return len(registers) == 2 and len({message.call_id for message in registers}) == 1 \
        and not any(message.one('expires') == '0' for message in registers)


def test_r9_each_sign_in_is_one_registration(make_netlab):
    """Whoever answers late says the same: nothing begins anew. Nor does it when chat comes again."""
    lab = make_netlab(sip_users=SMITH).start()
    by_webfinger(lab, {'sip_address': 'sip:smith@cusax.test'})
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'smith')
        alice.do('account disable')
        wait_until(lambda: not lab.kamailio.bindings('smith'), 'signed off', 10, alice.tail)
        first = lab.kamailio.wire('REGISTER')
        assert is_sequence(first[:2]) and not [message for message in first[2:] if message.one('expires') != '0']

        mark = alice.mark()
        alice.enable()
        alice.expect('connected ', timeout=15, since=mark)
        lab.kamailio.wait_registered('smith', 12)
        alice.wait_phone('Telephony: signed in')
        assert is_sequence(lab.kamailio.wire('REGISTER')[len(first):])

        mark, before = alice.mark(), len(lab.kamailio.wire('REGISTER'))
        lab.prosody.kill()
        alice.expect('disconnected ', since=mark)
        mark = alice.mark()
        lab.prosody.start()
        alice.do('account connect')
        alice.expect('connected ', timeout=20, since=mark)
        assert 'signed in' in alice.telephony()
        assert len(lab.kamailio.wire('REGISTER')) == before


def test_r9_credentials_are_renewed_before_they_end(make_netlab):
    """A call stands meanwhile; neither it nor the registration notices. The provider asks for a password also in it."""
    lab = ephemeral_lab(make_netlab, 10, max_expires=8, in_dialog_auth=True, nonce_expire=4)
    lab.names.forget('sip.').host('sip.cusax.test', SERVER).apply()  # bob's sound has IPv4 only
    later = '%d:bob' % (time.time() + 3600)
    bob = lab.adopt(SipCaller('bob', password_for(later), lab.domain, lab.host, 5061, 'tls', lab.authority.certificate,
                              lab.place, later)).register().on_invite(ok=[])
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'alice')
        mark = alice.mark()
        alice.do('call', 'bob@cusax.test')
        call = bob.wait_call()
        wait_until(lambda: call.acknowledged, 'the call stands', 10, bob.tail)

        def renewed():
            assert lab.kamailio.bindings('alice'), 'the registration was lost'
            return len(auth_users(lab)) >= 3
        wait_until(renewed, 'two further credentials were used', 30, lab.kamailio.process.tail, 0.2)
        assert not call.ended
        assert 'signed in' in alice.telephony()
        alice.absent('(notify|disconnected)', mark)
        alice.hang_up()
        call.wait_ended()
        bye = lab.kamailio.wire('BYE')[-1]
        assert auth_users(lab)[0] not in bye.one('proxy-authorization')
