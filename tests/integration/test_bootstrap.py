# SPDX-License-Identifier: GPL-2.0-or-later
"""From a Service ID and a password to a telephone (T1, T5, T6; R2 to R5, R7, R47): nothing but DNS names a server."""

import time

import pytest

from cusaxlab.netns import CLIENT6, DEAD, SERVER
from cusaxlab.process import wait_until
from cusaxlab.prosody import card
from product import Person

ALICE, BOB = 'alice@cusax.test', 'bob@cusax.test'
SMITH = {'smith': 'wonderland-7'}


def presences(lab, user='alice'):
    """Broadcast presences that showed the user online."""
    return [stanza for stanza in lab.prosody.stanzas(user, 'presence')
            if stanza['type'] == 'available' and stanza['to'] == '-']


def sign_in(alice, lab, registers_as='alice', seconds=15):
    alice.enable()
    alice.expect('connected ', timeout=seconds, since=0)
    lab.kamailio.wait_registered(registers_as, seconds)
    alice.wait_phone('signed in')


def pages_of_children(person):
    """What its ended children used: grows with each (proc(5), cminflt). One that has not ended is a failure here."""
    pid = person.process.pid
    with open('/proc/%d/task/%d/children' % (pid, pid), encoding='ascii') as file:
        assert not file.read()
    with open('/proc/%d/stat' % pid, encoding='ascii') as file:
        return int(file.read().rpartition(')')[2].split()[8])


def test_t1_r2_service_id_and_password_is_all(make_netlab):
    lab = make_netlab(ipv6=False).start()
    bob = lab.phone('bob', 'tls', tone=880)
    with Person(lab, 'alice') as alice:
        accounts = (alice.folder / 'accounts.xml').read_text()
        for server in ('sip.cusax.test', 'xmpp.cusax.test', SERVER):
            assert server not in accounts
        register = lab.kamailio.wire('REGISTER')[-1]
        assert register.source.startswith('tls:') and register.uri == 'sip:cusax.test'
        alice.call(BOB)
        bob.wait_incoming()
        bob.accept()
        bob.wait_heard(440)
        alice.expect_tone(880)
        alice.hang_up()
        bob.wait_closed()


def test_t1_r3_the_own_card_names_another_address(make_netlab):
    lab = make_netlab(sip_users=SMITH, cards='stored')
    lab.prosody.set_card('alice', card('+4930123', 'sip:smith@cusax.test'))
    lab.start()
    with Person(lab, 'alice', sign_in=False) as alice:
        sign_in(alice, lab, 'smith')
        assert not lab.kamailio.bindings('alice')
        assert not [request for request in lab.kamailio.requests('REGISTER') if request['auth'] == 'alice']


def test_r3_a_card_leads_to_no_foreign_domain(make_netlab):
    """Whoever may write the card gets neither the password nor a question."""
    lab = make_netlab(cards='stored')
    lab.prosody.set_card('alice', card('sip:alice@evil.example'))
    lab.start()
    with Person(lab, 'alice'):
        assert not lab.names.asked('evil.example') and not lab.names.asked('_sips._tcp.evil.example')


def test_r4_both_legs_find_their_own_hosts(make_netlab):
    """Telephony lives elsewhere than chat; the domain itself has no address."""
    lab = make_netlab()
    lab.names.forget('sip.').host('phones.cusax.test', SERVER).forget('_sips')
    lab.names.srv('_sips._tcp.cusax.test', 'phones.cusax.test', 5061)
    lab.start()
    with Person(lab, 'alice'):
        assert lab.names.asked('phones.cusax.test') and lab.names.asked('_sips._tcp.cusax.test')


def test_r4_chat_finds_its_host_without_a_forked_child(netlab):
    """libpurple's own way forks, and a child of a program with threads may wait for ever (src/purple/nameservice.c)."""
    with Person(netlab, 'alice', sign_in=False) as alice:
        before = pages_of_children(alice)
        alice.sign_in()
        assert netlab.names.asked('_xmpp-client._tcp.cusax.test') and netlab.names.asked('xmpp.cusax.test')
        assert pages_of_children(alice) == before


def test_r7_nobody_looks_online_before_calls_work(netlab):
    """The server's road is blocked for a moment: presence waits for the registration."""
    with Person(netlab, 'alice', sign_in=False) as alice:
        netlab.server.swallow('tcp dport 5061')
        alice.enable()
        alice.expect('connected ', timeout=15, since=0)
        assert not presences(netlab)
        netlab.server.release()
        netlab.kamailio.wait_registered('alice')
        registered = time.time()
        shown = wait_until(lambda: presences(netlab), 'alice is online', 3, alice.tail)
        assert float(shown[0]['when']) > registered - 1.5


@pytest.mark.parametrize('how', ['refuses', 'silent'])
def test_t5_r7_without_telephony_there_is_chat_only(make_netlab, how):
    lab = make_netlab().start(sip=False)
    bob = lab.contact('bob')
    if how == 'silent':
        lab.server.swallow('tcp dport 5061')
    with Person(lab, 'alice', sign_in=False) as alice:
        alice.enable()
        alice.expect('connected ', timeout=15, since=0)
        start = time.monotonic()
        bob.wait_presence(ALICE, seconds=8)
        assert time.monotonic() - start < 7
        # Telephony is named, and chat works.
        alice.wait_line('Telephony', since=0)
        assert 'signed in' not in alice.telephony()
        bob.send_message(ALICE, 'are you there?')
        alice.wait_line('are you there?')
        # And it comes by itself.
        lab.server.release()
        lab.kamailio.start()
        lab.adopt(lab.kamailio)
        lab.kamailio.wait_registered('alice', 10)


UDP_ONLY = '_sip._udp.cusax.test', 'sip.cusax.test', 5060


def test_t6_r47_a_leg_without_tls_does_not_get_the_shared_password(make_netlab):
    """DNS has UDP only, nobody allowed it: not even a REGISTER leaves, and the reason is encryption."""
    lab = make_netlab(sip_records=False)
    lab.names.srv(*UDP_ONLY)
    lab.start()
    with Person(lab, 'alice', sign_in=False) as alice:
        alice.sign_in(telephony=False)
        wait_until(lambda: presences(lab), 'chat is online', 10, alice.tail)
        assert 'signed in' not in alice.telephony()
        assert not lab.kamailio.requests('REGISTER')


def test_t6_r46_legs_that_are_not_protected_alike_are_told(make_netlab):
    """With a telephony password of its own and plain transport allowed: it works, and the person is told."""
    lab = make_netlab(sip_records=False)
    lab.names.srv(*UDP_ONLY)
    lab.start()
    with Person(lab, 'alice', sign_in=False, sip_security='allow_plain', sip_password='wonderland-7') as alice:
        sign_in(alice, lab)
        assert lab.kamailio.wire('REGISTER')[-1].source.startswith('udp:')
        warning = alice.expect('(notify|request|message) .*([Ee]ncrypt|[Pp]rotect)', 5, since=0)
        assert 'elephony' in warning.line


# The second secret

@pytest.mark.parametrize('remember', ['true', 'false'])
def test_r2_only_the_missing_field_is_asked_for(make_netlab, remember):
    """Telephony has a password of its own: after one attempt with the shared one, that one field."""
    lab = make_netlab(sip_users={'alice': 'of-telephony'}).start()
    with Person(lab, 'alice', sign_in=False) as alice:
        alice.sign_in(telephony=False)
        ask = alice.expect('request .*elephony password', 5, since=0)
        assert {name for name in alice.fields(ask)} == {'password', 'remember'}
        tried = [request for request in lab.kamailio.requests('REGISTER') if request['auth'] != '<null>']
        assert len(tried) == 1
        alice.do('field', ask['id'], 'password', 'of-telephony')
        alice.do('field', ask['id'], 'remember', remember)
        alice.respond(ask, 'Sign in')
        lab.kamailio.wait_registered('alice')
        alice.wait_phone('Telephony: signed in')
    stored = (alice.folder / 'accounts.xml').read_text()
    assert ('of-telephony' in stored) == (remember == 'true')
    assert 'of-telephony' not in alice.log.read_text('utf-8', 'replace').replace('field %s password of-telephony'
                                                                                 % ask['id'], '')


# Discovery

def test_a3_a_name_that_only_the_hosts_file_knows(make_netlab):
    lab = make_netlab(sip_records=False)
    lab.names.only_in_hosts_file('cusax.test', SERVER)
    lab.start()
    with Person(lab, 'alice'):
        assert lab.kamailio.wire('REGISTER')[-1].source.startswith('tls:')


@pytest.mark.parametrize('first', [('dead.cusax.test', 5061), ('sip.cusax.test', 5999), ('nowhere.cusax.test', 5061)])
def test_a3_the_first_target_is_dead(make_netlab, first):
    """Silent, refusing, without an address: the next one within 10 s."""
    lab = make_netlab(sip_records=False)
    lab.names.srv('_sips._tcp.cusax.test', *first, priority=1)
    lab.names.srv('_sips._tcp.cusax.test', 'sip.cusax.test', 5061, priority=2)
    lab.start()
    with Person(lab, 'alice', sign_in=False) as alice:
        start = time.monotonic()
        sign_in(alice, lab, seconds=10)
        assert time.monotonic() - start < 10


def test_a3_naptr_names_the_service(make_netlab):
    """No SRV under the usual name: only NAPTR knows."""
    lab = make_netlab(sip_records=False)
    lab.names.naptr('cusax.test', 10, 10, 'S', 'SIPS+D2T', '_sips._tcp.phones.test')
    lab.names.srv('_sips._tcp.phones.test', 'sip.cusax.test', 5061)
    lab.start()
    with Person(lab, 'alice'):
        assert lab.kamailio.wire('REGISTER')[-1].source.startswith('tls:')


@pytest.mark.parametrize('service, kind', [('SIP+D2U', 'udp'), ('SIP+D2T', 'tcp')])
def test_a3_naptr_decides_the_transport(make_netlab, service, kind):
    """SRV records exist for both; plain transport was allowed."""
    lab = make_netlab(sip_records=False)
    lab.names.naptr('cusax.test', 10, 10, 'S', service, '_sip._%s.cusax.test' % kind)
    for transport in ('udp', 'tcp'):
        lab.names.srv('_sip._%s.cusax.test' % transport, 'sip.cusax.test', 5060)
    lab.start()
    with Person(lab, 'alice', sip_security='allow_plain'):
        assert lab.kamailio.wire('REGISTER')[-1].source.startswith(kind + ':')


def test_r4_a_domain_without_telephony_is_chat_only(make_netlab):
    """SRV with the target "." says that there is none: nobody is asked anything."""
    lab = make_netlab(sip_records=False)
    for name in ('_sips._tcp', '_sip._tcp', '_sip._udp'):
        lab.names.srv('%s.cusax.test' % name)
    lab.names.host('cusax.test', SERVER)
    lab.start()
    with Person(lab, 'alice', sign_in=False) as alice:
        alice.sign_in(telephony=False)
        wait_until(lambda: presences(lab), 'chat is online', 10, alice.tail)
        assert not lab.kamailio.requests()


# IPv6

def test_r4_ipv6_only(make_netlab):
    lab = make_netlab(ipv4=False).start()
    with Person(lab, 'alice'):
        assert '[%s]' % CLIENT6 in lab.kamailio.wire('REGISTER')[-1].source or CLIENT6 in \
            lab.kamailio.wire('REGISTER')[-1].source


def test_r4_dual_stack_with_one_dead_family(make_netlab):
    """The IPv6 address of the server answers nobody."""
    lab = make_netlab()
    lab.names.forget('sip.').host('sip.cusax.test', SERVER, 'fd77::66')
    lab.start()
    with Person(lab, 'alice', sign_in=False) as alice:
        start = time.monotonic()
        sign_in(alice, lab, seconds=10)
        assert time.monotonic() - start < 10 and DEAD not in alice.phone()
