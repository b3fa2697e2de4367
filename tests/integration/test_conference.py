# SPDX-License-Identifier: GPL-2.0-or-later
"""Rooms and bridges (T8, R38 to R41): a raw SIP agent plays the conference, Prosody the rooms."""

import pytest

from cusaxlab.process import wait_until
from cusaxlab.prosody import card
from product import Person

ALICE, BOB, ECHO = 'alice@cusax.test', 'bob@cusax.test', 'echo@cusax.test'
ROOM, FAR_ROOM = 'tea@conference.cusax.test', 'tea@conference.evil.test'
TYPE = 'application/conference-info+xml'
FOCUS = 'sip:7000@cusax.test;gr=conference'
INFO = '''<?xml version="1.0"?>
<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:echo@cusax.test" state="full"
 version="%(version)d">
 <conference-description><subject>Tea</subject><service-uris>%(rooms)s</service-uris></conference-description>
 <users>%(users)s</users>
</conference-info>'''
ENTRY = '<entry><uri>%s</uri><purpose>%s</purpose></entry>'
USER = ('<user entity="%s"><display-text>%s</display-text><endpoint entity="%s"><status>connected</status></endpoint>'
        '</user>')


def info(rooms=(), users=(), version=1):
    """rooms: URIs; users: (SIP URI, name)."""
    return INFO % {'version': version, 'rooms': ''.join(ENTRY % (uri, 'grouptextchat') for uri in rooms),
                   'users': ''.join(USER % (uri, name, uri) for uri, name in users)}


@pytest.fixture
def lab(make_lab):
    lab = make_lab(cards='stored').start()
    lab.kamailio.route_numbers('echo')
    return lab


@pytest.fixture
def bridge(lab):
    """Behind echo's address is a conference."""
    return lab.sip_caller('echo').on_invite(ok=[('Contact', '<%s>;isfocus' % FOCUS)])


def call_bridge(alice, bridge):
    alice.call(ECHO)
    call = bridge.wait_call()
    wait_until(lambda: call.acknowledged, 'the call stands', 10, bridge.tail)
    return call, bridge.wait_subscription()


def joined(lab, room):
    """The presences by which alice entered a room."""
    return [stanza for stanza in lab.prosody.stanzas('alice', 'presence', to=room) if stanza['type'] == 'available']


def test_r38_a_focus_is_subscribed_to_and_others_are_not(lab, bridge):
    plain = lab.sip_caller('bob').on_invite(ok=[])
    with Person(lab, 'alice') as alice:
        call, subscription = call_bridge(alice, bridge)
        request = subscription.request
        assert request.one('event') == 'conference' and TYPE in request.one('accept')
        asked = next(message for message in lab.kamailio.wire('SUBSCRIBE') if message.one('event') == 'conference').uri
        assert asked.startswith('sip:7000@'), 'the focus, not the address that was dialled'
        assert subscription.notify(TYPE, info()).status == 200
        alice.hang_up()
        call.wait_ended()
        # It un-subscribes with the call.
        wait_until(lambda: [r for r in bridge.requests if r.method == 'SUBSCRIBE' and r.one('expires') == '0'],
                   'the subscription ends', 10, bridge.tail)
        alice.call(BOB)
        call = plain.wait_call()
        wait_until(lambda: call.acknowledged, 'the call stands')
        alice.hang_up()
        call.wait_ended()
        assert not plain.subscriptions


def test_r39_the_room_of_the_own_service_is_one_click_away(lab, bridge):
    with Person(lab, 'alice') as alice:
        call, subscription = call_bridge(alice, bridge)
        mark = alice.mark()
        subscription.notify(TYPE, info(['mailto:x@cusax.test', 'xmpp:' + ROOM]))
        offer = alice.expect('request .*%s' % ROOM, since=mark)
        assert not joined(lab, ROOM), 'never by itself'
        alice.respond(offer, offer['buttons'].split('|')[0])
        alice.expect('conversation .*type="chat" .*name="%s"' % ROOM, since=mark)
        assert len(joined(lab, ROOM)) == 1
        # R41: leaving the call does not leave the room.
        alice.hang_up()
        call.wait_ended()
        alice.do('im', ROOM, 'still here')
        alice.wait_line('still here', since=mark)
        alice.absent('conversation-closed .*%s' % ROOM, mark)


def test_t8_a_room_of_another_domain_shows_its_full_address(lab, bridge):
    with Person(lab, 'alice') as alice:
        call, subscription = call_bridge(alice, bridge)
        mark = alice.mark()
        subscription.notify(TYPE, info(['xmpp:' + FAR_ROOM]))
        offer = alice.expect('request .*%s' % FAR_ROOM, since=mark)
        assert not joined(lab, FAR_ROOM)
        alice.do('close-request', offer['id'])
        alice.do('requests')
        assert not joined(lab, FAR_ROOM)
        # Repeated news do not ask again.
        mark = alice.mark()
        subscription.notify(TYPE, info(['xmpp:' + FAR_ROOM], version=2))
        alice.do('requests')
        assert len([event for event in alice.find('request .*%s' % FAR_ROOM, mark)]) == 0
        alice.hang_up()
        call.wait_ended()


@pytest.mark.parametrize('body', ['', '<', '<conference-info/>', '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>',
                                  info(['xmpp:' + 'a' * 4000 + '@x.test', 'xmpp:', 'javascript:alert(1)']),
                                  info(users=[('sip:u%d@x.test' % n, 'u' * 90) for n in range(200)])],
                         ids=['empty', 'broken', 'other', 'entities', 'rooms', 'crowd'])
def test_hostile_news_of_a_conference(lab, bridge, body):
    with Person(lab, 'alice') as alice:
        call, subscription = call_bridge(alice, bridge)
        mark = alice.mark()
        assert subscription.notify(TYPE, body).status in (200, 202)
        alice.do('requests')
        alice.absent('(request |critical )', mark)
        alice.hang_up()
        call.wait_ended()


def test_a_refused_subscription_leaves_the_call(lab, bridge):
    bridge.on_subscribe(489)
    with Person(lab, 'alice') as alice:
        alice.call(ECHO)
        call = bridge.wait_call()
        bridge.wait_request('SUBSCRIBE')
        wait_until(lambda: call.acknowledged, 'the call stands')
        assert '#1' in alice.command('/calls')
        alice.hang_up()
        call.wait_ended()


# R40

@pytest.mark.parametrize('field', ['audio-video-uri', 'muc#roominfo_audio-video-uri'])
def test_r40_a_room_with_a_bridge_offers_its_sound(lab, bridge, field):
    lab.prosody.announce_bridges(('tea', 'sip:echo@cusax.test'), field=field)
    with Person(lab, 'alice') as alice:
        alice.do('join', ROOM, 'al')
        alice.expect('conversation .*type="chat"', since=0)
        alice.wait_line('sip:echo@cusax.test', since=0)
        assert not bridge.calls, 'never by itself'
        mark = alice.mark()
        alice.do('room-menu', ROOM, 'Join audio (sip:echo@cusax.test)')
        call = bridge.wait_call()
        alice.absent('request .*charged', mark)
        wait_until(lambda: call.acknowledged, 'the call stands')
        # R41: leaving the room leaves the call.
        alice.do('close', ROOM)
        assert '#1' in alice.command('/calls')
        alice.hang_up()
        call.wait_ended()


def test_r40_a_bridge_on_the_telephone_network_asks_first(lab, bridge):
    lab.kamailio.route_numbers('echo')
    lab.prosody.announce_bridges(('tea', 'tel:+49900123456'))
    with Person(lab, 'alice') as alice:
        alice.do('join', ROOM, 'al')
        alice.wait_line('+49900123456', since=0)
        mark = alice.mark()
        alice.do('room-menu', ROOM, 'Join audio (+49900123456)')
        ask = alice.expect('request .*49900123456', since=mark)
        assert 'charged' in ask.line and not bridge.calls
        alice.do('close-request', ask['id'])


@pytest.mark.parametrize('uri', ['javascript:alert(1)', 'https://x.test/', 'sip:', '', 'sip:a@b.test%0d%0aX: y'])
def test_r40_what_is_no_bridge_is_not_offered(lab, uri):
    lab.prosody.announce_bridges(('tea', uri))
    with Person(lab, 'alice') as alice:
        alice.do('join', ROOM, 'al')
        alice.expect('conversation .*type="chat"', since=0)
        wait_until(lambda: [s for s in lab.prosody.stanzas('alice', 'iq', to=ROOM)
                            if 'disco#info' in s['namespace']], 'the room is asked', 10)
        alice.command('/ping', ROOM)
        assert not [event['label'] for event in alice.do('room-menu', ROOM) if event.name == 'menu-item'
                    and event['label'].startswith('Join audio')]


# R41

def test_r41_one_list_of_who_is_in_by_text_by_voice_or_both(lab, bridge):
    lab.prosody.announce_bridges(('tea', 'sip:echo@cusax.test'))
    bob = lab.contact('bob')
    bob.join(ROOM, 'bobby')
    bob.configure_room(ROOM, whois='anyone')
    with Person(lab, 'alice') as alice:
        alice.do('join', ROOM, 'al')
        alice.expect('chat-user .*bobby', since=0)
        call, subscription = call_bridge(alice, bridge)
        subscription.notify(TYPE, info(['xmpp:' + ROOM], [('sip:bob@cusax.test', 'Bob'),
                                                          ('sip:dave@elsewhere.test', 'Dave')]))

        def people():
            return alice.command('/people', ROOM)
        wait_until(lambda: 'Dave' in people() or 'dave' in people(), 'dave is listed', 10, people)
        lines = [line.lower() for line in people().splitlines()]
        assert any('bob' in line and 'text and voice' in line for line in lines), lines
        assert any('dave' in line and 'voice' in line and 'text' not in line for line in lines), lines
        assert sum('bob' in line for line in lines) == 1, lines
        alice.hang_up()
        call.wait_ended()


def test_r41_an_anonymous_room_joins_nobody(lab, bridge):
    """Its nicks prove nothing: a person stands twice rather than wrongly once."""
    lab.prosody.announce_bridges(('tea', 'sip:echo@cusax.test'))
    bob = lab.contact('bob')
    bob.join(ROOM, 'Bob')
    with Person(lab, 'alice') as alice:
        alice.do('join', ROOM, 'al')
        alice.expect('chat-user .*Bob', since=0)
        call, subscription = call_bridge(alice, bridge)
        subscription.notify(TYPE, info(['xmpp:' + ROOM], [('sip:bob@cusax.test', 'Bob')]))

        def people():
            return [line.lower() for line in alice.command('/people', ROOM).splitlines() if 'bob' in line.lower()]
        wait_until(lambda: len(people()) == 2, 'bob stands twice', 10, lambda: str(people()))
        assert not any('text and voice' in line for line in people())
        alice.hang_up()
        call.wait_ended()
