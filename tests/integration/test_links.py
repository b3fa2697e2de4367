# SPDX-License-Identifier: GPL-2.0-or-later
"""Telephone links (RFC 3966, RFC 3261), as the desktop hands them over: nothing is dialled before the person has seen
where it goes. And what hotkeys and headsets run (P26)."""

import pytest

from cusaxlab.process import wait_until
from product import Person


@pytest.fixture
def alice(lab):
    lab.kamailio.route_numbers('echo')
    with Person(lab, 'alice') as person:
        yield person


def asked(host, link):
    mark = host.mark()
    host.do('uri', link)
    return host.expect('request .*title="Call from a link"', 5, since=mark)


@pytest.mark.parametrize('link, primary, words, dialled', [
    ('tel:+33-1-77-62-43-39', 'Call +33177624339?', 'may be charged', 'sip:+33177624339@cusax.test;user=phone'),
    ('callto://+33%20177624339', 'Call +33177624339?', 'may be charged', 'sip:+33177624339@cusax.test;user=phone'),
    ('sip:echo@cusax.test?Subject=x&Replaces=y', 'Call sip:echo@cusax.test?', 'stays within', 'sip:echo@cusax.test'),
])
def test_a_link_asks_and_dials(lab, alice, link, primary, words, dialled):
    echo = lab.sip_caller('echo').on_invite()
    question = asked(alice, link)
    assert question['primary'] == primary and words in question['secondary']
    alice.respond(question, 'Cancel')
    question = asked(alice, link)
    assert not echo.calls
    alice.respond(question, 'Call')
    call = echo.wait_call()
    assert lab.kamailio.wire('INVITE')[-1].uri == dialled
    assert not call.request.all('replaces') and not call.request.all('subject')
    alice.hang_up()
    call.wait_ended()


def test_hostile_links(lab, alice):
    for link in ('tel:', 'tel:;phone-context=cusax.test', 'sip:@', 'sip:echo@cusax.test%0d%0aVia: x', 'callto:javascript:1',
                 'tel:' + 5000 * '1', 'sip:' + 5000 * 'x' + '@cusax.test', 'tel:%00%ff', 'sip:\x01@cusax.test'):
        mark = alice.mark()
        alice.do('uri', link)
        assert not alice.find('request ', mark), link
        assert alice.find('notify .*neither a telephone number nor an address', mark), link
    for number in range(50):
        alice.do('uri', 'tel:+3317762%04d' % number)
    questions = [event for event in alice.do('requests') if event.name == 'open-request']
    assert len(questions) == 1 and questions[0]['primary'] == 'Call +33177620049?'
    assert lab.kamailio.wire('INVITE') == []


def test_p26_commands_of_hotkeys(lab, alice):
    bob = lab.sip_caller('bob')
    call = bob.invite('sip:alice@cusax.test')
    call.wait(180)
    alice.wait_ring()
    alice.do('uri', 'cusax:answer')
    call.wait(200)
    wait_until(lambda: 'in call' in alice.command('/calls'), 'the call stands', 15, alice.tail)
    alice.do('uri', 'cusax:hold')
    wait_until(lambda: 'on hold' in alice.command('/calls'), 'on hold', 10, alice.tail)
    alice.do('uri', 'cusax:resume')
    wait_until(lambda: 'on hold' not in alice.command('/calls'), 'resumed', 10, alice.tail)
    alice.do('uri', 'cusax:hangup')
    call.wait_ended()
    alice.do('uri', 'cusax:hangup')
    alice.do('uri', 'cusax:nonsense')
