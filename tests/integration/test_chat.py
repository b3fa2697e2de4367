# SPDX-License-Identifier: GPL-2.0-or-later
"""The XMPP leg: everything of the XMPP protocol but its calls, which are SIP's (R10, R11), and the plugin's life.

Alice has a CUSAX account and, in the same process, echo's plain XMPP account; bob is somebody else's client.
"""

import re
import time

import pytest

from cusaxlab.process import wait_until
from cusaxlab.profile import XMPP
from product import Person

ALICE, BOB, ECHO = 'alice@cusax.test', 'bob@cusax.test', 'echo@cusax.test'
ROOM = 'room@conference.cusax.test'
JINGLE = '''<iq type="set" id="%s" to="%s/test"><jingle xmlns="urn:xmpp:jingle:1" action="%s" sid="sid-1"
 initiator="bob@cusax.test/lab"><content creator="initiator" name="audio">
 <description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"><payload-type id="0" name="PCMU"/></description>
 <transport xmlns="urn:xmpp:jingle:transports:raw-udp:1"/></content></jingle></iq>'''
DISCO = '<iq type="get" id="%s" to="%s/test"><query xmlns="http://jabber.org/protocol/disco#info"%s/></iq>'


@pytest.fixture
def lab(make_lab):
    return make_lab().start(sip=False)


@pytest.fixture
def alice(lab):
    """Chat only: there is no registrar here."""
    with Person(lab, 'alice', sign_in=False) as host:
        host.sign_in(telephony=False)
        yield host


def answer(bob, stanza_id):
    return wait_until(lambda: next((s for s in bob.stanzas if 'id="%s"' % stanza_id in s), None),
                      'an answer to %s' % stanza_id, 10, bob.tail)


def presence_of(bob, jid):
    return wait_until(lambda: next((s for s in reversed(bob.stanzas) if ':presence ' in s
                                    and jid in s and 'caps' in s), None), 'presence of ' + jid, 10, bob.tail)


def test_r10_calls_are_neither_offered_nor_taken_on_the_chat_leg(lab, alice):
    bob = lab.contact('bob')
    bob.wait_presence(ALICE)
    assert 'ext=' not in presence_of(bob, ALICE)

    bob.send_raw(DISCO % ('d1', ALICE, ''))
    features = answer(bob, 'd1')
    assert 'urn:xmpp:ping' in features
    assert 'jingle' not in features and 'google.com' not in features
    for node in ('voice-v1', 'video-v1', 'camera-v1'):
        bob.send_raw(DISCO % (node, ALICE, ' node="http://pidgin.im/#%s"' % node))
        assert 'google.com' not in answer(bob, node)

    bob.send_raw(JINGLE % ('j1', ALICE, 'session-initiate'))
    assert 'type="result"' in answer(bob, 'j1')
    ended = wait_until(lambda: next((s for s in bob.stanzas if 'session-terminate' in s), None), 'session-terminate',
                       10, bob.tail)
    assert 'sid-1' in ended and 'unsupported-applications' in ended
    bob.send_raw(JINGLE % ('j2', ALICE, 'content-add'))
    assert 'service-unavailable' in answer(bob, 'j2')
    bob.send_raw('<iq type="set" id="g1" to="%s/test"><session xmlns="http://www.google.com/session" type="initiate" '
                 'id="1" initiator="bob@cusax.test/lab"><description xmlns="http://www.google.com/session/phone"/>'
                 '</session></iq>' % ALICE)
    assert 'service-unavailable' in answer(bob, 'g1')
    assert not alice.find('(request|media)')


def test_r14_a_plain_account_in_the_same_process_keeps_its_calls(lab, alice):
    alice.do('account add plain %s %s/test' % (XMPP, ECHO))
    alice.do('password', lab.users['echo'])
    for name, value in (('connect_server', lab.host), ('port', lab.prosody.port)):
        alice.do('set', name, str(value))
    alice.do('account enable')
    alice.expect('connected account="plain"', timeout=15, since=0)

    bob = lab.contact('bob')
    bob.send_raw(DISCO % ('d2', ECHO, ''))
    assert 'urn:xmpp:jingle:apps:rtp:audio' in answer(bob, 'd2')
    assert 'voice-v1' in presence_of(bob, ECHO)

    alice.do('plugin unload prpl-jabber-cusax')
    bob.send_raw(DISCO % ('d3', ECHO, ''))
    features = [sorted(re.findall(r'var="([^"]*)"', answer(bob, name))) for name in ('d2', 'd3')]
    assert features[0] == features[1]


def test_text_to_a_telephone_number_stays_here(alice):
    for who in ('+33177624339', '0177 62 43 39', 'sip:someone@elsewhere.test'):
        alice.do('open', who)
        mark = alice.mark()
        alice.do('im', who, 'a secret for nobody')
        alice.wait_line('nothing can be written there', since=mark)
    assert 'a secret' not in ''.join(line for line in alice.log.read_text().splitlines() if 'Sending' in line)


def test_commands_of_the_xmpp_protocol_work_in_rooms(alice):
    alice.do('join', ROOM, 'al')
    alice.expect('conversation .*type="chat"', since=0)
    # What the room says may come in between, so the result is looked up by its name.
    wait_until(lambda: 'ok' in alice.ask('cmd', ROOM, '/topic tea at five', event='command-result')['status'],
               'the room is entered', 10)
    alice.wait_line('set the topic to: tea at five')
    mark = alice.mark()
    alice.do('cmd', ROOM, '/topic')
    alice.wait_line('tea at five', since=mark)
    names = alice.do('help', ROOM)
    listed = [event['name'] for event in names if event.name == 'command-name']
    for name in ('topic', 'kick', 'nick', 'affiliate', 'ban', 'invite', 'part', 'joinaudio', 'people', 'attach'):
        assert listed.count(name) == 1, listed


def settings(alice):
    alice.do('action', 'Telephony settings...')
    return alice.expect('request id=.*Telephony settings')


def test_a_faulty_setting_is_named_and_nothing_is_lost(alice):
    dialog = settings(alice)
    alice.do('field', dialog['id'], 'sip_server', 'two words')
    alice.do('field', dialog['id'], 'sip_auth_user', 'alicia')
    alice.respond(dialog, 'Save')
    again = alice.expect('request id=.*Telephony settings')
    assert 'Telephony server' in again['secondary']
    typed = {event['field']: event['value'] for event in alice.do('requests') if event.name == 'request-field'
             and event['id'] == again['id']}
    assert (typed['sip_server'], typed['sip_auth_user']) == ('two words', 'alicia')

    alice.do('field', again['id'], 'sip_server', 'localhost:5061')
    alice.respond(again, 'Save')
    settings(alice)
    stored = {event['field']: event['value'] for event in alice.do('requests') if event.name == 'request-field'}
    assert (stored['sip_server'], stored['sip_auth_user']) == ('localhost:5061', 'alicia')


def test_reloads_leave_nothing_that_grows(lab):
    with Person(lab, 'alice', sign_in=False) as host:
        host.sign_in(telephony=False)
        host.do('account disable')
        host.do('plugin', 'reload', 'prpl-jabber-cusax', '50', timeout=60)
        before = host.ask('stat')
        host.do('plugin', 'reload', 'prpl-jabber-cusax', '50', timeout=60)
        after = host.ask('stat')
        assert (after['fds'], after['threads']) == (before['fds'], before['threads'])
        # One leaked registration of ours has 50 bytes at least.
        assert int(after['heap']) - int(before['heap']) < 50 * 50
        host.absent('critical ')


def test_unloading_in_mid_session_signs_off(alice):
    start = time.monotonic()
    alice.do('plugin unload prpl-jabber-cusax')
    assert time.monotonic() - start < 2.5
    alice.expect('disconnected ', since=0)
    alice.absent('critical ')


def test_xmpp_links_open_chats_and_rooms(alice):
    alice.do('uri', 'xmpp:%s?message' % BOB)
    alice.expect('conversation .*name="%s"' % BOB, since=0)
    alice.do('uri', 'xmpp:%s?join' % ROOM)
    alice.expect('conversation .*type="chat" .*name="%s"' % ROOM, since=0)


def test_r13_files_go_over_the_chat_leg(lab, alice):
    """alice on CUSAX sends bob, on CUSAX too, a file, byte for byte."""
    with Person(lab, 'bob', sign_in=False) as bob:
        bob.sign_in(telephony=False)
        alice.expect('buddy-signed-on .*name="bob@cusax.test"', 10, since=0)
        path = alice.folder / 'picture.bin'
        path.write_bytes(bytes(range(256)) * 400)
        alice.do('send-file', BOB, str(path))
        received = bob.expect('file-received ', 30)
        alice.expect('file-sent ', 30)
        with open(received['path'], 'rb') as file:
            assert file.read() == path.read_bytes()
