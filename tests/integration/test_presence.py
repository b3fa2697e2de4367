# SPDX-License-Identifier: GPL-2.0-or-later
"""R7 from the other side: a contact watches. Who can be called looks online at once, who cannot a little later; nobody is
missing from chat because of telephony, whatever that does, also when chat itself comes back. Who requires both legs
(require_both) never looks online with one."""

import socket
import time

import pytest

from product import Person

ALICE = 'alice@cusax.test'


def prepare(lab, how):
    """Gives the settings that bring telephony into this state and keep it there."""
    if how == 'refused':
        lab.kamailio.set_password('alice', 'another one')
    if how == 'gone':
        lab.kamailio.stop()
    return {'off': {'sip_enabled': False}, 'invalid': {'sip_address': 'no address'}}.get(how, {})


@pytest.mark.parametrize('how', ['up', 'off', 'invalid', 'refused', 'gone'])
def test_r7_never_missing_from_chat(lab, how):
    settings = prepare(lab, how)
    with Person(lab, 'alice', sign_in=False, **settings) as alice:
        for _ in 'once', 'again':
            mark = alice.mark()
            bob = lab.contact('bob')
            alice.do('account connect' if mark > 10 and alice.find('disconnected ') else 'account enable')
            alice.expect('connected ', 10, since=mark)
            start = time.monotonic()
            # The 5 s are for who may still become callable: here everything is decided at once, or was before.
            bob.wait_presence(ALICE, seconds=4)
            assert time.monotonic() - start < 3
            mark = alice.mark()
            lab.prosody.kill()
            alice.expect('disconnected ', 10, since=mark)
            bob.stop()
            lab.prosody.start()


@pytest.mark.parametrize('how', ['refused', 'gone', 'silent'])
def test_r5_r7_who_requires_both_does_not_look_online_with_one(lab, how):
    bob = lab.contact('bob')
    settings = prepare(lab, how)
    with socket.create_server(('127.0.0.1', 0)) as silent:
        if how == 'silent':
            settings['sip_server'] = '127.0.0.1:%d' % silent.getsockname()[1]
        with Person(lab, 'alice', sign_in=False, require_both=True, **settings) as alice:
            alice.enable()
            alice.expect('disconnected ', 20, since=0)
            assert not [presence for presence in bob.presences
                        if presence[0].startswith(ALICE) and presence[1] == 'available'], bob.presences


def test_r51_the_log_joins_call_numbers_to_the_servers_names(lab):
    lab.echo_phone()
    with Person(lab, 'alice') as alice:
        alice.call('echo@cusax.test')
        alice.expect_tone(440)
        assert 'call #1 is Call-ID %s\n' % lab.kamailio.wire('INVITE')[-1].call_id in alice.log.read_text()
        alice.hang_up()
