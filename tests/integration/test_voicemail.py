# SPDX-License-Identifier: GPL-2.0-or-later
"""Voicemail (P16): told by subscription or unasked, in words and once, and called by menu and command."""

import pytest

from cusaxlab.process import wait_until
from product import Person

ALICE = 'alice@cusax.test'
KIND = 'application/simple-message-summary'


def summary(new, old, account='sip:vm@cusax.test', waiting=None):
    waiting = ('yes' if new else 'no') if waiting is None else waiting
    return 'Messages-Waiting: %s\r\nMessage-Account: %s\r\nVoice-Message: %d/%d (0/0)\r\n' % (waiting, account, new, old)


@pytest.fixture
def box(lab):
    """The service's voicemail, which answers subscriptions and calls."""
    lab.kamailio.route_mailbox('bob')
    return lab.sip_caller('bob').on_invite(ok=())


def test_p16_subscription(lab, box):
    with Person(lab, 'alice') as alice:
        subscription = box.wait_subscription()
        mark = alice.mark()
        subscription.notify(KIND, summary(3, 1))
        window = alice.expect('request .*title="Voicemail"', 10, since=mark)
        assert window['primary'] == 'Voicemail: 3 new messages (1 old).'
        assert 'Voicemail: 3 new messages (1 old).' in alice.phone()
        # More is told, in place of the older window; less is not.
        mark = alice.mark()
        subscription.notify(KIND, summary(4, 1))
        assert alice.expect('request .*title="Voicemail"', 10, since=mark)['primary'] == \
            'Voicemail: 4 new messages (1 old).'
        open_ones = [event for event in alice.do('requests') if event.name == 'open-request']
        assert len(open_ones) == 1, open_ones
        mark = alice.mark()
        subscription.notify(KIND, summary(1, 4))
        wait_until(lambda: '1 new message (4 old)' in alice.phone(), 'the words', 10, alice.tail)
        assert not alice.find('request .*title="Voicemail"', mark)
        # Heard: the window goes.
        subscription.notify(KIND, summary(0, 5))
        wait_until(lambda: not [event for event in alice.do('requests') if event.name == 'open-request'],
                   'no window', 10, alice.tail)
        assert 'no new messages (5 old)' in alice.phone()


@pytest.mark.parametrize('how', ['window', 'action', 'command'])
def test_p16_call_voicemail(lab, box, how):
    with Person(lab, 'alice') as alice:
        subscription = box.wait_subscription()
        mark = alice.mark()
        subscription.notify(KIND, summary(1, 0, account='sip:bob@cusax.test'))
        window = alice.expect('request .*title="Voicemail"', 10, since=mark)
        if how == 'window':
            alice.respond(window, 'Call voicemail')
        elif how == 'action':
            alice.do('action', 'Call voicemail')
        else:
            alice.command('/voicemail')
        call = box.wait_call()
        assert lab.kamailio.wire('INVITE')[-1].uri == 'sip:bob@cusax.test'
        alice.hang_up()
        call.wait_ended()


def test_p16_nobody_says_whom_to_call(lab):
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        alice.do('action', 'Call voicemail')
        assert 'Voicemail number or address' in alice.expect('notify ', 5, since=mark).line
        alice.do('set', 'voicemail', 'sip:bob@cusax.test')
        assert 'Voicemail:' not in alice.phone()


def test_p16_what_is_told_unasked_and_what_is_broken(lab, box):
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        assert box.tell('sip:' + ALICE, 'message-summary', KIND, summary(2, 0)).status == 200
        assert alice.expect('request .*title="Voicemail"', 10, since=mark)['primary'] == 'Voicemail: 2 new messages.'
        for body in ('', 'Messages-Waiting: maybe\r\n', '\0' * 50, 'Voice-Message: 99999999999999999999/1\r\n'):
            box.tell('sip:' + ALICE, 'message-summary', KIND, body)
        assert 'Voicemail:' in alice.phone()
        # An address of somebody else's domain is nothing that is called.
        mark = alice.mark()
        box.tell('sip:' + ALICE, 'message-summary', KIND, summary(5, 0, account='sip:+4490000@premium.example'))
        window = alice.expect('request .*title="Voicemail"', 10, since=mark)
        assert window['primary'] == 'Voicemail: 5 new messages.' and 'Call voicemail' not in window.line
