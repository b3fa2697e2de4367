# SPDX-License-Identifier: GPL-2.0-or-later
"""Keypad digits (P7, A9): by command and by the call window's pad, as telephone events, as INFO, or words."""

import pytest

from cusaxlab.process import wait_until
from product import Person
from telephone import BOB, BOBS, both_hear, call_in, call_out, calls_of


def info_digits(call):
    """What came by INFO, as application/dtmf-relay says it."""
    bodies = [body for kind, body in call.infos() if kind.startswith('application/dtmf-relay')]
    return ''.join(line.partition('=')[2].strip() for body in bodies for line in body.splitlines()
                   if line.lower().startswith('signal'))


def type_command(alice, digits):
    assert 'failed' not in alice.command('/dtmf ' + digits, BOB)


def press_pad(alice, digits):
    """As Pidgin does it for its buttons, and for keys."""
    for digit in digits:
        alice.do('dtmf', digit)


WAYS = {'command': type_command, 'pad': press_pad}


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('codec', ['PCMA', 'opus/48000/2'])
def test_p7_baresip_hears_the_digits(lab, codec, way):
    bob = lab.phone('bob', 'tls', tone=BOBS, codecs=(codec,))
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        bob.mark()
        alice.call(BOB)
        bob.wait_incoming()
        bob.accept()
        bob.wait_heard(440)
        WAYS[way](alice, '12*0#')
        bob.wait_digits('12*0#')
        bob.wait_heard(440, anew=True)
        alice.expect_tone(BOBS)
        alice.hang_up()
        bob.wait_closed()


@pytest.mark.parametrize('way', WAYS)
def test_a9_info_where_there_are_no_telephone_events(lab, way):
    bob = lab.sip_caller('bob', tone=BOBS, events=False)
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        call = call_out(alice, bob)
        WAYS[way](alice, '59#')
        wait_until(lambda: info_digits(call) == '59#', 'three INFO', 10, lambda: '%s\n%s' % (call.infos(), bob.tail()))
        assert not call.voice.digits
        both_hear(alice, call)
        call.bye()


@pytest.mark.parametrize('way', WAYS)
def test_a9_words_where_there_is_neither(lab, way):
    bob = lab.sip_caller('bob', tone=BOBS, events=False, allow='INVITE, ACK, CANCEL, BYE')
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        call = call_out(alice, bob)
        mark = alice.mark()
        if way == 'command':
            alice.send('cmd', BOB, '/dtmf 1')
        else:
            alice.send('dtmf', '1')
        alice.expect('(message|notify|command-result) .*takes no digits', since=mark)
        assert not call.infos() and not call.voice.digits
        assert len(calls_of(alice)) == 1 and not call.ended
        call.bye()


def test_a9_info_that_is_refused_is_told(lab):
    bob = lab.sip_caller('bob', tone=BOBS, events=False)
    bob.on_info = '415 Unsupported Media Type'
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        call = call_out(alice, bob)
        mark = alice.mark()
        alice.send('cmd', BOB, '/dtmf 1')
        wait_until(call.infos, 'INFO', 10, bob.tail)
        alice.expect('(message|notify|command-result .*failed) .*digit', since=mark)
        both_hear(alice, call)
        call.bye()


#: the setting -> whether a far end that takes both gets events
MODES = [('auto', True), ('rfc4733', True), ('info', False)]


@pytest.mark.parametrize('mode, events', MODES, ids=[row[0] for row in MODES])
def test_p7_the_setting_decides(lab, mode, events):
    bob = lab.sip_caller('bob', tone=BOBS)
    with Person(lab, 'alice', dtmf=mode) as alice:
        alice.do('open', BOB)
        call = call_in(alice, bob)
        alice.command('/dtmf 1 2-3', BOB)
        if events:
            call.voice.wait_digits('123')
            assert not call.infos()
        else:
            wait_until(lambda: info_digits(call) == '123', 'three INFO', 10, bob.tail)
            assert not call.voice.digits
        call.bye()


def test_p7_a_comma_is_a_pause_and_nonsense_sends_nothing(lab):
    bob = lab.sip_caller('bob', tone=BOBS)
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        call = call_in(alice, bob)
        for nonsense in ('', 'abc!', '1' * 65, '<b>'):
            mark = alice.mark()
            alice.send('cmd', BOB, '/dtmf ' + nonsense)
            alice.expect('command-result status="failed" .*digits', since=mark)
        assert not call.voice.digits
        alice.command('/dtmf 7,8', BOB)
        call.voice.wait_digits('7')
        start = call.voice.seconds
        call.voice.wait_digits('78')
        assert 1.5 < call.voice.seconds - start < 3.5, 'a pause of 2 s'
        call.bye()
