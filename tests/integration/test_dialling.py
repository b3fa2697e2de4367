# SPDX-License-Identifier: GPL-2.0-or-later
"""Calling contacts (T2, T7, R22 to R28, R42, R43, R45): what stands in a card, what is asked first, and what then
stands on the wire. Numbers of the own domain go to echo as to a gateway."""

import pytest

from cusaxlab.process import wait_until
from cusaxlab.prosody import card
from product import Person

ALICE, BOB, ECHO = 'alice@cusax.test', 'bob@cusax.test', 'echo@cusax.test'
CAROL = 'carol@atlanta.com'
COST = 'telephone network'
NETWORK_REFUSED = 'does not allow calls to other networks'

#: The two samples of the seed slides, the second one with its stray back-tick.
SLIDE_NUMBER = '''<vCard xmlns='vcard-temp'><FN>Alice</FN>
  <TEL><CELL/><WORK/><NUMBER>+33.1.77.62.43.39</NUMBER></TEL>
</vCard>'''
SLIDE_URI = '''<vCard xmlns='vcard-temp'>
  <TEL><CELL/>`
    <WORK/>
    <NUMBER>sip:carol@atlanta.com</NUMBER></TEL>
</vCard>'''


@pytest.fixture
def new_lab(make_lab):
    """new_lab({jid: card}): both servers up; echo is the gateway and carol's service answers."""
    def make(cards=None, **options):
        lab = make_lab(cards='stored', further={'atlanta.com': ['carol'], 'other.test': ['dave']}, **options)
        for jid, xml in (cards or {}).items():
            lab.prosody.set_card(jid, xml)
        lab.start()
        lab.kamailio.route_numbers('echo')
        return lab
    return make


def question(host, since):
    """The next dialog that is about a call."""
    return host.expect('request .*', 10, since=since)


def click(host, jid, label='Call'):
    """An entry of the contact's menu; gives where to look from."""
    mark = host.mark()
    host.do('menu', jid, label)
    return mark


def dialled(lab, count=1):
    """What the latest INVITE asked for, as it left us."""
    return lab.kamailio.wait_wire('INVITE', count=count).uri


def give_up(lab, host):
    host.hang_up()
    # The window closes first; the call goes in the next turn of the loop.
    wait_until(lambda: 'There is no call' in host.command('/calls'), 'the call gone', 10, host.tail)


# T2, R23

def test_t2_the_slides_number(new_lab):
    lab = new_lab({BOB: SLIDE_NUMBER})
    gateway = lab.sip_caller('echo').on_invite()
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, '+33177624339')
        mark = click(alice, BOB)
        ask = question(alice, mark)
        assert '+33177624339' in ask.line and COST in ask.line
        alice.respond(ask, 'Call')
        assert dialled(lab) == 'sip:+33177624339@cusax.test;user=phone'
        call = gateway.wait_call()
        assert call.request.one('to').startswith('<sip:+33177624339@cusax.test;user=phone>')
        give_up(lab, alice)
        call.wait_ended()


def test_t2_the_slides_uri(new_lab):
    lab = new_lab({CAROL: SLIDE_URI})
    carol = lab.sip_caller('carol@atlanta.com').on_invite()
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(CAROL, 'sip:carol@atlanta.com')
        mark = click(alice, CAROL)
        told = question(alice, mark)
        assert 'atlanta.com' in told.line and COST not in told.line
        alice.respond(told, 'Call')
        assert dialled(lab) == 'sip:carol@atlanta.com'
        carol.wait_call()
        give_up(lab, alice)
        # One notice per domain.
        mark = click(alice, CAROL)
        carol.wait_call()
        alice.absent('request ', mark)
        give_up(lab, alice)


@pytest.mark.parametrize('tel, uri', [
    ('tel:+1-303-308-3282', 'sip:+13033083282@cusax.test;user=phone'),
    ('tel:7042;phone-context=example.com', 'sip:7042;phone-context=example.com@cusax.test;user=phone'),
    ('tel:7042;phone-context=cusax.test', 'sip:7042@cusax.test'),
    ('7042', 'sip:7042@cusax.test;user=phone'),
    ('0177 62 43 39', 'sip:0177624339@cusax.test;user=phone'),
    ('sip:bob@cusax.test?Subject=x', 'sip:bob@cusax.test'),
    ('sip:bob@cusax.test;maddr=127.0.0.1;method=BYE', 'sip:bob@cusax.test'),
    ('**621', 'sip:**621@cusax.test;user=phone'),
    ('*31#0177624339', 'sip:*31%230177624339@cusax.test;user=phone'),
])
def test_r23_what_a_card_says_becomes_this_on_the_wire(new_lab, tel, uri):
    lab = new_lab({BOB: card(tel)})
    lab.sip_caller('echo').on_invite()
    lab.sip_caller('bob').on_invite()
    with Person(lab, 'alice') as alice:
        # Until the card is there the same-name address stands in for it.
        wait_until(lambda: 'Phone' in alice.tooltip(BOB) and 'guess' not in alice.tooltip(BOB), 'the card is read', 15)
        mark = click(alice, BOB)
        wait_until(lambda: lab.kamailio.wire('INVITE') or alice.find('request ', mark), 'a call or a question', 10)
        for ask in alice.find('request ', mark):
            alice.respond(ask, 'Call')
        assert dialled(lab) == uri
        give_up(lab, alice)


@pytest.mark.parametrize('tel', ['javascript:alert(1)', 'http://x.test/', 'mailto:bob@cusax.test',
                                 'xmpp:bob@cusax.test', '+49&#10;30', 'call me', '', 'sip:', 'sip:@', 'tel:',
                                 '+' + '9' * 400])
def test_r23_hostile_values_cannot_be_called(new_lab, tel):
    """carol is of another service, so there is no same-name address to fall back to."""
    lab = new_lab({CAROL: card(tel)})
    with Person(lab, 'alice') as alice:
        wait_until(lambda: alice.tooltip(CAROL) and lab.prosody.card_requests('alice', to=CAROL), 'a request', 10)
        alice.do('requests')
        assert not [label for label in alice.menu(CAROL) if label == 'Call' or label.startswith('Phone')]


# R22, R24, R25, R26

def test_r22_contacts_without_a_card(new_lab):
    """Of the own domain: the same-name address, marked as a guess. Of another one: none."""
    lab = new_lab()
    bob = lab.sip_caller('bob').on_invite()
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, 'guess')
        assert 'Call' in alice.menu(BOB) and 'Call' not in alice.menu(CAROL)
        mark = click(alice, BOB)
        bob.wait_call()
        assert dialled(lab) == 'sip:bob@cusax.test'
        # R25: nobody is asked for an account, or anything.
        alice.absent('request ', mark)
        give_up(lab, alice)


def test_r22_faxes_and_pagers_are_no_telephones(new_lab):
    lab = new_lab({CAROL: card(('+4930111', 'FAX'), ('+4930222', 'WORK', 'PAGER'), ('+4930333', 'MODEM'),
                               ('+4930444', 'BBS'))})
    with Person(lab, 'alice') as alice:
        wait_until(lambda: alice.tooltip(CAROL) and lab.prosody.card_requests('alice', to=CAROL), 'a request', 10)
        assert 'Call' not in alice.menu(CAROL)
        for number in ('111', '222', '333', '444'):
            assert '+4930' + number not in alice.tooltip(CAROL)


def test_r22_a_vcard4_is_read_too(new_lab):
    lab = new_lab()
    lab.contact('carol@atlanta.com').publish_card4('sip:carol@atlanta.com', 'tel:+4930555')
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(CAROL, '+4930555')


def test_r26_several_numbers_give_a_submenu_and_the_choice_is_kept(new_lab):
    lab = new_lab({BOB: card(('+4930111', 'HOME'), ('+4930222', 'CELL'))})
    gateway = lab.sip_caller('echo').on_invite()
    folder = lab.path('profile-kept')
    with Person(lab, 'alice', folder=folder) as alice:
        alice.wait_tooltip(BOB, '+4930222')
        entries = [label for label in alice.menu(BOB) if label.startswith('Phone/')]
        assert len([label for label in entries if '+4930' in label]) == 2, entries
        second = next(label for label in entries if '+4930222' in label)
        mark = click(alice, BOB, second)
        alice.respond(question(alice, mark), 'Always for this number')
        gateway.wait_call()
        give_up(lab, alice)
    lab.kamailio.wait_unregistered('alice')
    with Person(lab, 'alice', folder=folder) as alice:
        # Pidgin's own entry dials the same number from now on, and nothing is asked.
        mark = alice.mark()
        alice.call(BOB)
        gateway.wait_call()
        assert dialled(lab, 2) == 'sip:+4930222@cusax.test;user=phone'
        alice.absent('request ', mark)
        give_up(lab, alice)


def test_r26_only_equals_are_asked_about(new_lab):
    lab = new_lab({BOB: card('+4930111', 'sip:bob@cusax.test'), ECHO: card('sip:one@cusax.test', 'sip:two@cusax.test')})
    bob = lab.sip_caller('bob').on_invite()
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, '+4930111')
        mark = alice.mark()
        alice.call(BOB)
        bob.wait_call()
        assert dialled(lab) == 'sip:bob@cusax.test', 'the one that costs nothing comes first'
        alice.absent('request ', mark)
        give_up(lab, alice)
        alice.wait_tooltip(ECHO, 'two@cusax.test')
        mark = alice.mark()
        alice.call(ECHO)
        ask = question(alice, mark)
        told = ask.line + str(alice.fields(ask))
        assert 'one@cusax.test' in told and 'two@cusax.test' in told
        alice.do('close-request', ask['id'])
        assert len(lab.kamailio.wire('INVITE')) <= 2 and dialled(lab) == 'sip:bob@cusax.test'


# T7, R42, R43

def test_t7_r43_a_click_that_costs_asks_first_and_again_for_another_number(new_lab):
    lab = new_lab({BOB: card('+4930111')})
    gateway = lab.sip_caller('echo').on_invite()
    bob = lab.contact('bob')
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, '+4930111')
        mark = click(alice, BOB)
        ask = question(alice, mark)
        assert ask['buttons'].split('|')[:3] == ['Call', 'Chat instead', 'Always for this number']
        assert 'Bob' in ask.line and '+4930111' in ask.line and COST in ask.line and 'charged' in ask.line
        mark = alice.mark()
        alice.respond(ask, 'Chat instead')
        alice.expect('(present|conversation) .*"%s"' % BOB, since=mark)
        assert not lab.kamailio.wire('INVITE')
        # Closing it calls nobody.
        mark = click(alice, BOB)
        alice.do('close-request', question(alice, mark)['id'])
        assert not lab.kamailio.wire('INVITE')
        # Call is for this once.
        mark = click(alice, BOB)
        alice.respond(question(alice, mark), 'Call')
        gateway.wait_call()
        give_up(lab, alice)
        mark = click(alice, BOB)
        alice.respond(question(alice, mark), 'Always for this number')
        gateway.wait_call()
        give_up(lab, alice)
        mark = click(alice, BOB)
        gateway.wait_call()
        alice.absent('request ', mark)
        give_up(lab, alice)
        # The card says another number now, perhaps a dear one.
        bob.set_card(card('+49900666'))
        bob.announce_photo('0' * 40)
        alice.wait_tooltip(BOB, '+49900666')
        mark = click(alice, BOB)
        assert '+49900666' in question(alice, mark).line


@pytest.mark.parametrize('tel, settings', [('sip:bob@cusax.test', {}), ('112', {}), ('110', {'country_code': '49'}),
                                           ('7042', {'on_net_numbers': '70'}),
                                           ('sip:dave@other.test', {'related_domains': 'other.test'})],
                         ids=['own-domain', 'emergency', 'emergency-of-the-country', 'on-net', 'related'])
def test_t7_what_is_never_asked(new_lab, tel, settings):
    lab = new_lab({BOB: card(tel)})
    for user in ('echo', 'bob', 'dave@other.test'):
        lab.sip_caller(user).on_invite()
    with Person(lab, 'alice', **settings) as alice:
        alice.wait_tooltip(BOB, tel.rpartition(':')[2])
        mark = click(alice, BOB)
        lab.kamailio.wait_wire('INVITE')
        alice.absent('request ', mark)
        give_up(lab, alice)


@pytest.mark.parametrize('code', ['*21*+4930666#', '**04*1#', '##002#'])
def test_r42_service_codes_in_a_card_ask(new_lab, code):
    """A contact's card must not turn call forwarding on by a click."""
    lab = new_lab({BOB: card(code)})
    lab.sip_caller('echo').on_invite()
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, code.strip('#')[-3:])
        mark = click(alice, BOB)
        assert COST in question(alice, mark).line
        assert not lab.kamailio.wire('INVITE')


def test_r28_by_hand_nothing_is_asked(new_lab):
    lab = new_lab()
    gateway, carol = lab.sip_caller('echo').on_invite(), lab.sip_caller('carol@atlanta.com').on_invite()
    with Person(lab, 'alice') as alice:
        ask = alice.action('Dial...')
        mark = alice.mark()
        alice.do('respond', ask['id'], 'Call', '+49 30 777')
        gateway.wait_call()
        assert dialled(lab) == 'sip:+4930777@cusax.test;user=phone'
        give_up(lab, alice)
        alice.command('/dial sip:carol@atlanta.com')
        carol.wait_call()
        give_up(lab, alice)
        alice.absent('request ', mark)


# R45

@pytest.mark.parametrize('code', [403, 404, 484, 488, 603])
def test_r45_refusals_of_other_networks_are_explained(new_lab, code):
    lab = new_lab()
    lab.kamailio.answer('FOREIGN', code)
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        alice.command('/dial sip:carol@atlanta.com')
        alice.wait_line(NETWORK_REFUSED, since=mark)


def test_r45_a_forbidden_number_is_another_network_too(new_lab):
    lab = new_lab()
    lab.kamailio.answer('NUMBERS', 403)
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        alice.command('/dial +4930777')
        alice.wait_line(NETWORK_REFUSED, since=mark)


def test_r45_a_wrong_number_says_nothing_of_the_service(new_lab):
    lab = new_lab()
    lab.kamailio.answer('NUMBERS', 404)
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        alice.command('/dial +4930777')
        alice.wait_line('is not known', since=mark)
        alice.absent('.*%s' % NETWORK_REFUSED, mark)


def test_r45_somebody_over_there_who_declines_has_declined(new_lab):
    lab = new_lab()
    carol = lab.sip_caller('carol@atlanta.com').on_invite()
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        alice.command('/dial sip:carol@atlanta.com')
        call = carol.wait_call()
        lab.kamailio.wait_wire('INVITE', 180)
        call.reject(603, 'Decline')
        alice.wait_line('declined', since=mark)
        alice.absent('.*%s' % NETWORK_REFUSED, mark)


def test_r45_at_home_a_refusal_means_what_it_says(new_lab):
    lab = new_lab()
    lab.sip_caller('bob').on_invite(status=603)
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        alice.call(BOB)
        alice.wait_line('Bob', since=mark)
        alice.expect('(message|notify) .*(declin|reject)', since=mark)
        alice.absent('.*%s' % NETWORK_REFUSED, mark)


# Federation (7.)

def test_calls_to_other_services_go_through_the_own_proxy(new_lab):
    """Whatever the URI's host or port, nobody but our own registrar is talked to."""
    lab = new_lab()
    carol = lab.sip_caller('carol@atlanta.com').on_invite()
    with Person(lab, 'alice') as alice:
        alice.command('/dial sip:carol@atlanta.com:5999;transport=udp')
        carol.wait_call()
        assert lab.kamailio.wire('INVITE')[-1].source.startswith('tls:')
        give_up(lab, alice)
