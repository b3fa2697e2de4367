# SPDX-License-Identifier: GPL-2.0-or-later
"""The laboratory's cards, foreign services and raw caller: were these to fail, no test of identities would mean
anything."""

import pytest

from cusaxlab.message import Message
from cusaxlab.process import wait_until
from cusaxlab.prosody import card

ALICE, BOB = 'sip:alice@cusax.test', 'sip:bob@cusax.test'
IMPP = ('Call-Info', '<http://www.example.test/photo.jpg>;purpose=icon, <xmpp:bob@cusax.test>;purpose=impp')


def test_messages_are_taken_apart():
    message = Message.parse(b'SIP/2.0 200 OK\r\nVia: a\r\nv: b\r\nCall-Info: <x:a,b>;purpose=icon, "c,d" <x:c>\r\n'
                            b' ;purpose=impp\r\nm: <sip:a@b;c=d>;isfocus;expires=3\r\nCSeq: 7 INVITE\r\n\r\nbody')
    assert (message.status, message.cseq, message.cseq_method, message.body) == (200, 7, 'INVITE', 'body')
    assert message.lines('via') == ['a', 'b']
    assert message.all('call-info') == ['<x:a,b>;purpose=icon', '"c,d" <x:c> ;purpose=impp']
    assert message.impp() == ['"c,d" <x:c> ;purpose=impp']
    assert message.param('contact', 'isfocus') == 'true' and message.param('contact', 'c') == ''


@pytest.mark.parametrize('transport', ['udp', 'tcp', 'tls'])
def test_raw_caller_and_raw_callee(make_lab, transport):
    lab = make_lab().start(xmpp=False)
    alice, bob = lab.sip_caller('alice', transport), lab.sip_caller('bob', transport)
    alice.on_invite(ring=[('Call-Info', '<xmpp:alice@cusax.test>;purpose=impp')], ok=[])
    call = bob.invite(ALICE, headers=[IMPP])
    assert call.wait(180).impp() == ['<xmpp:alice@cusax.test>;purpose=impp']
    call.wait(200)
    theirs = alice.wait_call()
    wait_until(lambda: theirs.acknowledged, 'ACK')
    assert theirs.request.impp() == ['<xmpp:bob@cusax.test>;purpose=impp']
    call.bye()
    theirs.wait_ended()
    # The wire has it as well: what arrived, in full.
    sent = lab.kamailio.wait_wire('INVITE')
    assert sent.impp() == ['<xmpp:bob@cusax.test>;purpose=impp'] and sent.one('from').startswith('<%s>' % BOB)
    assert lab.kamailio.wait_wire('INVITE', 180).impp() == ['<xmpp:alice@cusax.test>;purpose=impp']

    alice.on_invite()
    call = bob.invite(ALICE)
    call.wait(180)
    call.cancel()
    alice.on_invite(status=603)
    assert bob.invite(ALICE).wait_final().status == 603
    # And the other way round: the callee hangs up.
    alice.on_invite(ok=[])
    call = bob.invite(ALICE)
    call.wait(200)
    alice.calls[-1].bye()
    call.wait_ended()


def test_subscriptions_and_messages(make_lab):
    lab = make_lab().start(xmpp=False)
    alice, bob = lab.sip_caller('alice'), lab.sip_caller('bob')
    assert bob.message(ALICE, 'hello').status == 200
    assert alice.wait_request('MESSAGE').body == 'hello'
    assert bob.subscribe(ALICE, 'conference').status == 200
    reply = alice.wait_subscription().notify('text/plain', 'news')
    assert reply.status == 200 and bob.wait_request('NOTIFY').body == 'news'
    alice.on_subscribe(489)
    assert bob.subscribe(ALICE, 'presence').status == 489


def test_identities_are_asserted_or_stripped(make_lab):
    lab = make_lab(assert_identity=True, anonymous_auth=True).start(xmpp=False)
    alice, bob = lab.sip_caller('alice'), lab.sip_caller('bob')
    lie = [('P-Asserted-Identity', '<sip:boss@cusax.test>')]

    def seen(call):
        call.wait(180)
        call.cancel()
        return alice.wait_call().request.all('p-asserted-identity')
    alice.on_invite()
    assert seen(bob.invite(ALICE, headers=lie)) == ['<sip:bob@cusax.test>']
    assert seen(bob.invite(ALICE, from_uri='sip:mallory@elsewhere.test', headers=lie)) == []
    assert seen(bob.invite(ALICE, from_uri='sip:+331@cusax.test', asserted='sip:+331@cusax.test')) \
        == ['<sip:+331@cusax.test>']
    # Anonymous callers of our own give a password, and their name goes no further.
    hidden = [('Privacy', 'id')]
    assert seen(bob.invite(ALICE, from_uri='sip:anonymous@anonymous.invalid', headers=hidden)) == []
    assert lab.kamailio.wire('INVITE')[-1].one('proxy-authorization')
    # Nobody of ours can take another's name.
    assert bob.invite(ALICE, from_uri=ALICE).wait_final().status == 403


def test_foreign_services_and_numbers(make_lab):
    lab = make_lab(further={'other.test': ['carol']}).start(xmpp=False)
    alice, bob = lab.sip_caller('alice'), lab.sip_caller('bob')
    carol = lab.sip_caller('carol@other.test')
    assert lab.kamailio.bindings('carol@other.test') and not lab.kamailio.bindings('carol')
    for agent in (bob, carol):
        agent.on_invite()
    call = alice.invite('sip:carol@other.test')
    call.wait(180)
    call.cancel()
    lab.kamailio.answer('FOREIGN', 403)
    assert alice.invite('sip:carol@other.test').wait_final().status == 403
    assert alice.invite('sip:+33177624339@cusax.test').wait_final().status == 404
    lab.kamailio.route_numbers('bob')
    call = alice.invite('sip:+33177624339@cusax.test;user=phone')
    call.wait(180)
    call.cancel()
    assert bob.wait_call().request.one('p-called-party-id') == '<sip:+33177624339@cusax.test;user=phone>'
    lab.kamailio.answer('NUMBERS', 488)
    assert alice.invite('sip:+33177624339@cusax.test').wait_final().status == 488


def test_cards_written_before_the_start_are_served_as_written(make_lab):
    lab = make_lab(cards='stored', further={'other.test': ['carol']})
    lab.prosody.set_card('bob', card(('+33.1.77.62.43.39', 'CELL', 'WORK'), name='Bob "B" Builder',
                                     extra='<NOTE>line 1\nline 2 \\ end</NOTE>'))
    lab.prosody.set_card('carol@other.test', card('sip:carol@other.test'))
    lab.start(sip=False)
    alice, carol = lab.contact('alice'), lab.contact('carol@other.test')
    carol.wait_presence('alice@cusax.test')
    text = alice.get_card('bob@cusax.test')
    assert '+33.1.77.62.43.39' in text and 'CELL' in text and 'line 1\nline 2 \\ end' in text
    assert 'sip:carol@other.test' in alice.get_card('carol@other.test')
    assert alice.get_card('echo@cusax.test') is None
    asked = lab.prosody.card_requests('alice')
    assert [stanza['to'] for stanza in asked] == ['bob@cusax.test', 'carol@other.test', 'echo@cusax.test']
    alice.set_card(card('1234'))
    assert '1234' in carol.get_card('alice@cusax.test')
    alice.publish_card4('sip:alice@cusax.test')
    alice.publish_reach('sip:alice@cusax.test')
    nodes = [stanza['node'] for stanza in lab.prosody.stanzas('alice', 'iq') if stanza['type'] == 'set']
    assert nodes[-2:] == ['urn:xmpp:vcard4', 'urn:xmpp:reach:0']


def test_a_provider_that_manages_cards_forbids_setting_them(make_lab):
    lab = make_lab(cards='managed')
    lab.prosody.set_card('alice', card('sip:alice@cusax.test'))
    lab.start(sip=False)
    alice = lab.contact('alice')
    assert 'sip:alice@cusax.test' in alice.get_card()
    reply = alice.ask('set', card('1'))
    assert reply.get('type') == 'error' and reply.find('.//{*}forbidden') is not None
    assert 'sip:alice@cusax.test' in alice.get_card()


def test_rooms_announce_bridges_and_people_can_be_blocked(make_lab):
    lab = make_lab().start(sip=False)
    alice, bob = lab.contact('alice'), lab.contact('bob')
    room = 'tea@conference.cusax.test'
    lab.prosody.announce_bridges(('tea', 'sip:conf1@cusax.test'))
    alice.join(room, 'al')
    alice.configure_room(room, whois='anyone')
    info = alice.demand('get', '<query xmlns="http://jabber.org/protocol/disco#info"/>', room)
    fields = {field.get('var'): field.findtext('{*}value') for field in info.iter('{jabber:x:data}field')}
    assert fields['audio-video-uri'] == 'sip:conf1@cusax.test'
    alice.block('bob@cusax.test')
    bob.wait_presence('alice@cusax.test', 'unavailable')
    alice.unblock('bob@cusax.test')


def test_big_rosters(make_lab):
    lab = make_lab(cards='stored')
    jids = lab.prosody.set_big_roster('alice', 500, with_cards=3)
    lab.start(sip=False)
    alice = lab.contact('alice')
    roster = alice.demand('get', '<query xmlns="jabber:iq:roster"/>')
    assert len(roster[0]) == 502
    assert '+4930100003' in alice.get_card(jids[2]) and alice.get_card(jids[3]) is None
