# SPDX-License-Identifier: GPL-2.0-or-later
"""The call history (P20): what was missed survives a closed program, each call has one line in the contact's log, and
calling back asks what a click would ask."""

import glob
import os

import pytest

from cusaxlab.process import wait_until
from product import Person

ALICE, BOB = 'alice@cusax.test', 'bob@cusax.test'


def log_text(person, who):
    """All that libpurple's logs say of somebody, as text."""
    pattern = os.path.join(glob.escape(str(person.folder)), 'logs', 'cusax', '*', '*' + who.strip('+'), '*.html')
    return '\n'.join(open(name, encoding='utf-8').read() for name in sorted(glob.glob(pattern)))


@pytest.fixture
def lab(make_lab):
    return make_lab(assert_identity=True).start()


def missed_call(host, trunk, uri):
    mark = host.mark()
    call = trunk.invite('sip:' + ALICE, from_uri=uri, asserted=uri)
    call.wait(180)
    host.expect('request .*title="Incoming Call"', 10, since=mark)
    call.cancel()
    host.expect('notify .*title="Missed calls"', 10, since=mark)


def history(host):
    """The account action: its rows, newest first."""
    mark = host.mark()
    host.do('action', 'Call history')
    host.expect('notify .*title="Call history"', 5, since=mark)
    return [event['text'].split('|') for event in host.find('result ', mark)]


def test_p20_each_call_has_a_row_and_a_line_in_the_log(lab):
    bob = lab.sip_caller('bob').on_invite(ok=())
    trunk = lab.sip_caller('trunk', register=False)
    with Person(lab, 'alice') as alice:
        alice.do('pref', '/purple/logging/log_ims', 'true')
        alice.wait_tooltip(BOB, 'sip:' + BOB)
        alice.call(BOB)
        alice.expect('media-state .*state="connected"|media-info .*type="accept"', 15)
        bob.wait_call()
        alice.hang_up()
        missed_call(alice, trunk, 'sip:+4930777@cusax.test')
        rows = wait_until(lambda: len(history(alice)) == 2 and history(alice), 'two rows', 5, alice.tail)
        assert rows[0][2:4] == ['+4930777', 'Missed'], rows
        assert rows[1][2:4] == ['Bob', 'Outgoing'], rows
        outgoing = wait_until(lambda: log_text(alice, BOB), 'a line in the log of bob', 5, alice.tail)
        assert outgoing.count('Outgoing call.') == 1, outgoing
        missed = wait_until(lambda: log_text(alice, '+4930777'), 'a log of the number', 5, alice.tail)
        assert 'Incoming call. You have missed a call from +4930777.' in missed
        # The same as a command; no double line where a conversation is open.
        lines = alice.command('/history 1', BOB)
        assert '+4930777: missed' in lines and 'Bob' not in lines
        alice.command('/dial ' + BOB, BOB)
        bob.wait_call()
        alice.hang_up()
        wait_until(lambda: log_text(alice, BOB).count('nded') == 2, 'the line', 10,
                   lambda: log_text(alice, BOB))
        assert log_text(alice, BOB).count('Outgoing call.') == 1


def test_p20_missed_calls_survive_a_closed_program(lab):
    trunk = lab.sip_caller('trunk', register=False)
    with Person(lab, 'alice') as alice:
        missed_call(alice, trunk, 'sip:+4930777@cusax.test')
        missed_call(alice, trunk, 'sip:+4930778@cusax.test')
        folder = alice.folder
    with Person(lab, 'alice') as alice:
        assert alice.folder == folder
        told = alice.expect('request .*title="Missed calls"', 10, since=0)
        assert told['primary'] == '2 missed calls' and '+4930778' in told['secondary']
        mark = alice.mark()
        alice.respond(told, 'Call history')
        alice.expect('notify .*title="Call history"', 5, since=mark)
        assert [event['text'].split('|')[2] for event in alice.find('result ', mark)] == ['+4930778', '+4930777']
        # A reconnect of chat tells nothing twice.
        alice.do('account disconnect')
        alice.do('account connect')
        alice.expect('connected ', 20, since=mark)
        assert not alice.find('request .*title="Missed calls"', mark)
    with Person(lab, 'alice') as alice:
        alice.command('/phone')
        assert not alice.find('request .*title="Missed calls"', 0), 'looked at'


def test_p20_calling_back_asks_what_a_click_asks(lab):
    lab.kamailio.route_numbers('echo')
    gateway = lab.sip_caller('echo').on_invite()
    trunk = lab.sip_caller('trunk', register=False)
    with Person(lab, 'alice') as alice:
        missed_call(alice, trunk, 'sip:+4930777@cusax.test;user=phone')
        history(alice)
        mark = alice.mark()
        alice.do('results', 'press', 'Call back', '1')
        ask = alice.expect('request .*', 5, since=mark)
        assert 'telephone network' in ask.line and '+4930777' in ask.line
        assert not gateway.calls, 'asked first'
        alice.respond(ask, 'Call')
        call = gateway.wait_call()
        assert call.request.one('to').startswith('<sip:+4930777@cusax.test')
        alice.hang_up()
        call.wait_ended()
        mark = alice.mark()
        alice.command('/history')
        alice.do('cmd', 'echo@cusax.test', '/history call 2')
        assert '+4930777' in alice.expect('request .*', 5, since=mark).line
        mark = alice.mark()
        alice.do('results', 'press', 'Clear')
        alice.expect('results-closed', 5, since=mark)
        assert 'There are no calls yet' in alice.command('/history')
