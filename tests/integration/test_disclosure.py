# SPDX-License-Identifier: GPL-2.0-or-later
"""What one protocol tells about the other (T4, R15, R17 to R21, R50): looked up on the wire, where Kamailio and
Prosody keep what arrived."""

import pytest

from cusaxlab.process import wait_until
from cusaxlab.prosody import card
from identities import NUMBER
from product import Person

ALICE, BOB, ECHO, CAROL = 'alice@cusax.test', 'bob@cusax.test', 'echo@cusax.test', 'carol@other.test'
OURS = '<xmpp:alice@cusax.test>;purpose=impp'
REACH = 'urn:xmpp:reach:0'


@pytest.fixture
def new_lab(make_lab):
    def make(people=None, **options):
        lab = make_lab(**dict({'cards': 'stored', 'further': {'other.test': ['carol']}, 'assert_identity': True},
                              **options))
        for jid, xml in (people or {}).items():
            lab.prosody.set_card(jid, xml)
        return lab.start()
    return make


def values(message):
    return [value.replace(' ', '') for value in message.impp()]


def invite_of(lab, host, target, callee):
    """Dials, and gives the INVITE as it left us, and as it arrived."""
    count = len(lab.kamailio.wire('INVITE'))
    host.command('/dial %s' % target)
    call = callee.wait_call()
    sent = lab.kamailio.wire('INVITE')[count:]
    host.hang_up()
    host.expect('media-state .*state="end"')
    call.wait_ended()
    # Challenged or not, all say the same.
    assert len({(message.one('from').split(';')[0], str(message.all('call-info'))) for message in sent}) == 1
    return sent[-1], call.request


def test_t4_r18_exactly_one_chat_address(new_lab):
    lab = new_lab()
    bob = lab.sip_caller('bob').on_invite()
    with Person(lab, 'alice') as alice:
        for message in invite_of(lab, alice, 'sip:' + BOB, bob):
            assert values(message) == [OURS]
            assert 'xmpp:' not in message.one('contact'), 'R20: never by default'
            assert '/test' not in str(message.all('call-info')), 'no resource'


@pytest.mark.parametrize('settings', [{'share_chat_address': False}, {'anonymous': True}], ids=['off', 'anonymous'])
def test_t4_none_when_switched_off_or_anonymous(new_lab, settings):
    lab = new_lab(anonymous_auth=True)
    bob = lab.sip_caller('bob').on_invite()
    with Person(lab, 'alice', **settings) as alice:
        for message in invite_of(lab, alice, 'sip:' + BOB, bob):
            assert message.all('call-info') == []


def test_r19_anonymous_on_the_wire(new_lab):
    lab = new_lab(anonymous_auth=True)
    bob = lab.sip_caller('bob').on_invite()
    with Person(lab, 'alice', anonymous=True, send_xmpp_contact=True) as alice:
        sent, arrived = invite_of(lab, alice, 'sip:' + BOB, bob)
        assert arrived.one('from').startswith('"Anonymous" <sip:anonymous@anonymous.invalid>')
        assert 'id' in arrived.one('privacy').replace(' ', '').split(';')
        text = '\n'.join(value for name, value in arrived.headers if name.lower() not in ('to', 'proxy-authorization'))
        assert 'alice' not in text and 'xmpp' not in text, arrived
        assert 'alice' not in arrived.body
        assert sent.one('from').startswith('"Anonymous" <sip:anonymous@anonymous.invalid>')


@pytest.mark.parametrize('foreign, expected', [(False, []), (True, [OURS])])
def test_r18_other_domains_hear_nothing_unless_the_person_wants_it(new_lab, foreign, expected):
    lab = new_lab()
    carol = lab.sip_caller('carol@other.test').on_invite()
    with Person(lab, 'alice', share_chat_address_foreign=foreign) as alice:
        for message in invite_of(lab, alice, 'sip:carol@other.test', carol):
            assert values(message) == expected


def test_r18_numbers_are_dialled_at_the_own_service(new_lab):
    lab = new_lab()
    lab.kamailio.route_numbers('echo')
    gateway = lab.sip_caller('echo').on_invite()
    with Person(lab, 'alice') as alice:
        for message in invite_of(lab, alice, '+4930777', gateway):
            assert values(message) == [OURS]


def test_r21_confirmed_callers_learn_our_chat_address_others_do_not(new_lab):
    lab = new_lab({BOB: card(NUMBER)})
    trunk = lab.sip_caller('trunk', register=False)

    def replies(answer, **options):
        call = trunk.invite('sip:' + ALICE, **options)
        ringing = call.wait(180)
        ring = alice.wait_ring()
        if not answer:
            call.cancel()
            return [ringing]
        alice.respond(ring, 'Answer')
        final = call.wait(200)
        call.bye()
        alice.expect('media-state .*state="end"')
        return [ringing, final]
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, NUMBER)
        known = {'from_uri': 'sip:%s@cusax.test' % NUMBER, 'asserted': 'sip:%s@cusax.test' % NUMBER}
        for message in replies(True, **known):
            assert values(message) == [OURS], message
        cue = [('Call-Info', '<xmpp:bob@cusax.test>;purpose=impp')]
        for message in replies(True, from_uri='sip:x@elsewhere.test', headers=cue):
            assert message.all('call-info') == []
        # Nor one of the own service whom no card knows.
        nobody = 'sip:+4930999@cusax.test'
        for message in replies(False, from_uri=nobody, asserted=nobody, headers=cue):
            assert message.all('call-info') == []
        alice.do('set', 'share_chat_address', 'false')
        alice.do('account disable')
        lab.kamailio.wait_unregistered('alice')
        alice.sign_in()
        for message in replies(False, **known):
            assert message.all('call-info') == []


def test_r50_privacy_switches_count_at_once(new_lab):
    lab = new_lab()
    bob, carol = lab.sip_caller('bob').on_invite(), lab.sip_caller('carol@other.test').on_invite()
    with Person(lab, 'alice') as alice:
        dialog = alice.action('Privacy...')
        fields = alice.fields(dialog)
        for name in ('share_chat_address', 'share_chat_address_foreign', 'send_xmpp_contact', 'share_reachability',
                     'anonymous'):
            assert fields[name]['type'] == 'boolean' and fields[name]['label'], name
        # Save is the first button.
        alice.do('field', dialog['id'], 'share_chat_address_foreign', 'true')
        alice.respond(dialog, dialog['buttons'].split('|')[0])
        assert values(invite_of(lab, alice, 'sip:carol@other.test', carol)[0]) == [OURS]
        dialog = alice.action('Privacy...')
        assert alice.fields(dialog)['share_chat_address_foreign']['value'] == 'true'
        alice.do('field', dialog['id'], 'share_chat_address', 'false')
        alice.respond(dialog, dialog['buttons'].split('|')[0])
        assert values(invite_of(lab, alice, 'sip:' + BOB, bob)[0]) == []


# The seed draft's second Contact

@pytest.mark.parametrize('transport', ['tls', 'udp'])
def test_send_xmpp_contact_works_with_kamailio_and_baresip(new_lab, transport):
    lab = new_lab()
    bob = lab.phone('bob', transport, tone=880)
    with Person(lab, 'alice', transport=transport, send_xmpp_contact=True) as alice:
        bob.mark()
        alice.call(BOB)
        bob.wait_incoming()
        contacts = lab.kamailio.wire('INVITE')[-1].all('contact')
        assert len(contacts) == 2 and contacts[0].startswith('<sip:')
        # As the draft shows it: with the resource.
        assert contacts[1] == '<xmpp:alice@cusax.test/test>'
        bob.accept()
        bob.wait_heard(440)
        alice.expect_tone(880)
        # In-dialog requests find us still.
        bob.hangup()
        alice.wait_line('hung up')


# R15

def own_card(lab, user='alice'):
    contact = lab.contact(user, resource='probe')
    text = contact.get_card()
    contact.stop()
    return text


def test_r15_publishing_writes_into_the_whole_card(new_lab):
    lab = new_lab({ALICE: card('+4930555', name='Alice L.', extra='<NOTE>a &amp; b</NOTE><X-ODD y="z"/>')})
    with Person(lab, 'alice') as alice:
        dialog = alice.action('Publish my phone address...')
        assert 'sip:alice@cusax.test' in dialog.line
        alice.respond(dialog, dialog['buttons'].split('|')[0])
        wait_until(lambda: 'sip:alice@cusax.test' in own_card(lab), 'the card has the address', 10)
        text = own_card(lab)
        for part in ('+4930555', 'Alice L.', 'a &amp; b', 'X-ODD', 'WORK', 'VOICE'):
            assert part in text, text
        # Once is enough.
        alice.do('action', 'Publish my phone address...')
        again = alice.find('request .*Publish')
        if len(again) > 1:
            alice.respond(again[-1], again[-1]['buttons'].split('|')[0])
        assert own_card(lab).count('sip:alice@cusax.test') == 1


def test_r15_a_provider_that_manages_cards_is_left_alone(new_lab):
    lab = new_lab({ALICE: card('+4930555')}, cards='managed')
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        dialog = alice.action('Publish my phone address...')
        alice.respond(dialog, dialog['buttons'].split('|')[0])
        wait_until(lambda: [s for s in lab.prosody.stanzas('alice', 'iq', 'vcard-temp') if s['type'] == 'set'],
                   'the attempt', 10)
        alice.do('requests')
        alice.absent('notify kind="error"', mark)
        assert 'sip:' not in own_card(lab)


# R17

def reach_of(lab):
    return [stanza for stanza in lab.prosody.stanzas('alice', 'iq') if stanza['node'] == REACH and
            stanza['type'] == 'set']


def test_r17_reachability_is_not_told_by_default(new_lab):
    lab = new_lab()
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, 'hone')
        assert not reach_of(lab)
        assert REACH not in str([stanza['namespace'] for stanza in lab.prosody.stanzas('alice', 'presence')])


def test_r17_reachability_comes_and_goes_with_telephony(new_lab):
    lab = new_lab()
    bob = lab.contact('bob')
    # What a client announces decides what the server sends it.
    with Person(lab, 'alice', share_reachability=True) as alice:
        wait_until(lambda: len(reach_of(lab)) == 1, 'reachability is published', 10, lambda: str(reach_of(lab)))

        def items():
            reply = bob.ask('get', '<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="%s"/></pubsub>'
                            % REACH, ALICE)
            return [addr.get('uri') for addr in reply.iter('{%s}addr' % REACH)]
        assert items() == ['sip:alice@cusax.test']
        lab.kamailio.kill()
        wait_until(lambda: items() == [], 'reachability is withdrawn', 10, alice.tail)
        lab.kamailio.start()
        lab.kamailio.wait_registered('alice', 20)
        wait_until(lambda: items() == ['sip:alice@cusax.test'], 'reachability is back', 10, alice.tail)


def test_r17_switched_off_it_is_withdrawn_at_once(new_lab):
    lab = new_lab()
    with Person(lab, 'alice', share_reachability=True) as alice:
        wait_until(lambda: len(reach_of(lab)) == 1, 'reachability is published', 10, lambda: str(reach_of(lab)))
        for value, count in (('false', 2), ('true', 3)):
            dialog = alice.action('Privacy...')
            alice.do('field', dialog['id'], 'share_reachability', value)
            alice.respond(dialog, 'Save')
            wait_until(lambda: len(reach_of(lab)) == count, 'it counts: ' + value, 5, lambda: str(reach_of(lab)))


@pytest.mark.parametrize('way', ['pep', 'presence'])
def test_r17_others_reachability_is_a_hint(new_lab, way):
    lab = new_lab()
    carol = lab.contact('carol@other.test')
    phone = lab.sip_caller('carol@other.test').on_invite()
    address = 'sip:carol@other.test'
    with Person(lab, 'alice') as alice:
        carol.wait_presence(ALICE)
        if way == 'pep':
            carol.publish_reach(address)
        else:
            carol.send_raw('<presence><reach xmlns="%s"><addr uri="%s"/></reach></presence>' % (REACH, address))
        text = alice.wait_tooltip(CAROL, address)
        assert 'not confirmed' in text
        alice.do('menu', CAROL, 'Call')
        for ask in alice.find('request .*other.test'):
            alice.respond(ask, 'Call')
        phone.wait_call()
        alice.hang_up()
        # Withdrawn it is no way any more.
        if way == 'pep':
            carol.publish_reach()
        else:
            carol.send_raw('<presence/>')
        wait_until(lambda: address not in alice.tooltip(CAROL), 'the hint is gone', 10, lambda: alice.tooltip(CAROL))
