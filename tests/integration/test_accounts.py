# SPDX-License-Identifier: GPL-2.0-or-later
"""Several accounts in one program (T12, R12, R53): nobody borrows another's legs, cards or answers."""

import pytest

from cusaxlab.process import wait_until
from cusaxlab.profile import XMPP
from cusaxlab.prosody import card
from identities import NUMBER
from product import Person

ALICE, BOB, ECHO, CAROL = 'alice@cusax.test', 'bob@cusax.test', 'echo@cusax.test', 'carol@other.test'


@pytest.fixture
def lab(make_lab):
    lab = make_lab(cards='stored', further={'other.test': ['carol']}, assert_identity=True)
    lab.prosody.set_card(ECHO, card(NUMBER, '+4930111'))
    return lab.start()


@pytest.fixture
def both(lab):
    """alice, and bob as a second CUSAX account."""
    with Person(lab, 'alice') as host:
        add_account(lab, host, 'second', 'prpl-jabber-cusax', BOB + '/second', sip_server=lab.registrar('tls'),
                    sip_transport='tls')
        lab.kamailio.wait_registered('bob')
        yield host


def add_account(lab, host, name, protocol, jid, **settings):
    host.do('account', 'add', name, protocol, jid)
    host.do('password', lab.password(jid.split('/')[0]))
    for setting, value in dict(settings, connect_server=lab.host, port=lab.prosody.port).items():
        host.do('set', setting, value)
    mark = host.mark()
    host.do('account enable')
    host.expect('connected account="%s"' % name, 20, since=mark)


def use(host, account):
    host.do('account', 'use', account)


def test_t12_calls_leave_and_arrive_on_their_own_account(lab, both):
    echo = lab.sip_caller('echo').on_invite()
    for account, jid in (('alice@cusax.test/test', ALICE), ('second', BOB)):
        use(both, account)
        both.command('/dial sip:echo@cusax.test')
        call = echo.wait_call()
        assert call.request.one('from').startswith('<sip:%s>' % jid)
        assert [value.replace(' ', '') for value in call.request.impp()] == ['<xmpp:%s>;purpose=impp' % jid]
        both.hang_up()
        call.wait_ended()
        incoming = echo.invite('sip:' + jid)
        incoming.wait(180)
        assert 'Your line: %s' % jid in both.wait_ring()['secondary']
        incoming.cancel()


def test_t12_cards_of_one_account_name_nobody_at_the_other(lab, both):
    """alice looked at echo's card, bob's account did not: its caller has no name until it knows itself."""
    use(both, ALICE + '/test')
    both.wait_tooltip(ECHO, NUMBER)
    trunk = lab.sip_caller('trunk', register=False)
    address = 'sip:%s@cusax.test' % NUMBER
    for jid, named in ((ALICE, True), (BOB, False)):
        call = trunk.invite('sip:' + jid, from_uri=address, asserted=address)
        call.wait(180)
        assert (both.wait_ring()['primary'] == 'Echo is calling') == named, jid
        call.cancel()
    assert {stanza['from'].split('/')[0] for stanza in lab.prosody.card_requests(to=ECHO)} == {ALICE}


def test_t12_a_consent_holds_for_its_account_only(lab, both):
    lab.kamailio.route_numbers('echo')
    lab.sip_caller('echo').on_invite()
    for account in (ALICE + '/test', 'second'):
        use(both, account)
        both.wait_tooltip(ECHO, '+4930111')
        mark = both.mark()
        label = next(label for label in both.menu(ECHO) if '+4930111' in label)
        both.do('menu', ECHO, label)
        ask = both.expect('request .*charged', since=mark)
        both.respond(ask, 'Always for this number')
        lab.kamailio.wait_wire('INVITE')
        both.hang_up()


def test_r12_r53_a_contact_without_a_number_is_called_by_a_plain_account(lab):
    """carol has no telephone; alice's plain XMPP account can reach her by Jingle. That is offered, by its name, and
    nothing of it goes over our own stream."""
    with Person(lab, 'alice') as alice, Person(lab, 'bob', sign_in=False) as carol:
        # Whoever runs it: a program in which carol's plain account is.
        add_account(lab, carol, 'carol', XMPP, CAROL + '/desk')
        assert not [label for label in alice.menu(CAROL) if 'Call' in label]
        add_account(lab, alice, 'plain', XMPP, ALICE + '/plain')
        use(alice, ALICE + '/test')
        label = 'Call by XMPP with %s/plain' % ALICE
        wait_until(lambda: label in alice.menu(CAROL), 'the other way is offered', 15, lambda: str(alice.menu(CAROL)))
        alice.send('menu', CAROL, label)
        carol.expect('media-new .*who="%s/plain"' % ALICE, 20)
        jingle = lab.prosody.stanzas('alice', 'iq', 'urn:xmpp:jingle:1')
        assert jingle and all(stanza['from'].endswith('/plain') for stanza in jingle)
        assert not lab.kamailio.wire('INVITE')
        carol.do('media', 'reject')


# R11, XEP-0191

ROWS = {'message': lambda caller: caller.message('sip:' + ALICE, 'buy!'),
        'presence': lambda caller: caller.subscribe('sip:' + ALICE, 'presence')}


def test_r11_messages_get_405_and_presence_489(lab):
    bob = lab.sip_caller('bob')
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        reply = ROWS['message'](bob)
        assert reply.status == 405
        allowed = [method.strip() for method in reply.one('allow').split(',')]
        assert 'INVITE' in allowed and 'MESSAGE' not in allowed
        assert ROWS['presence'](bob).status == 489
        alice.do('requests')
        alice.absent('.*buy!', mark)
        invite = bob.invite('sip:' + ALICE)
        assert 'MESSAGE' not in invite.wait(180).one('allow')
        invite.cancel()


def test_r11_sms_by_choice_are_a_sender_of_their_own(lab):
    trunk, bob = lab.sip_caller('trunk', register=False), lab.sip_caller('bob')
    with Person(lab, 'alice', accept_sip_messages=True) as alice:
        mark = alice.mark()
        assert trunk.message('sip:' + ALICE, 'code 1234 <b>x</b>', from_uri='sip:+4915112345@cusax.test',
                             headers=[('P-Asserted-Identity', '<sip:+4915112345@cusax.test>'),
                                      ('X-Lab-Trunk', 'yes')]).status == 200
        line = alice.wait_line('code 1234', since=mark)
        assert '4915112345' in line['conversation'] + line['from'] and '<b>x</b>' in line['text']
        # Not mixed with anybody's chat by a name alone: an unauthenticated From of a contact.
        mark = alice.mark()
        assert trunk.message('sip:' + ALICE, 'I am carol', from_uri='sip:carol@other.test').status == 200
        assert alice.wait_line('I am carol', since=mark)['conversation'] != CAROL
        # And an answer goes back by SIP.
        bob.requests.clear()
        assert bob.message('sip:' + ALICE, 'hello from bob').status == 200
        alice.wait_line('hello from bob', since=mark)


def test_xep_0191_a_blocked_contact_cannot_call_either(lab):
    echo = lab.sip_caller('echo')
    trunk = lab.sip_caller('trunk', register=False)
    other = lab.contact('alice', resource='other')
    address = 'sip:%s@cusax.test' % NUMBER
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(ECHO, NUMBER)
        other.block(ECHO)

        def outcome(caller, **options):
            call = caller.invite('sip:' + ALICE, **options)
            wait_until(lambda: [r for r in call.replies if r.status >= 180], 'an answer', 10)
            status = [r.status for r in call.replies if r.status >= 180][0]
            if status == 180:
                call.cancel()
            return status
        wait_until(lambda: outcome(echo) >= 400, 'echo is refused', 10)
        assert outcome(trunk, from_uri=address, asserted=address) >= 400, 'his number too'
        mark = alice.mark()
        assert outcome(echo) >= 400
        alice.do('requests')
        alice.absent('request .*Incoming', mark)
        other.unblock(ECHO)
        wait_until(lambda: outcome(echo) == 180, 'echo may call again', 10)


def test_xep_0191_blocking_here_counts_for_calls(lab):
    bob = lab.sip_caller('bob')
    with Person(lab, 'alice') as alice:
        alice.do('deny', BOB)
        final = bob.invite('sip:' + ALICE).wait_final()
        assert final.status >= 400
        alice.do('allow', BOB)
        call = bob.invite('sip:' + ALICE)
        call.wait(180)
        call.cancel()
