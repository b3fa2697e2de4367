# SPDX-License-Identifier: GPL-2.0-or-later
"""A12: no media before somebody answered, and no secret in any log or file, also with the trace of SIP switched on."""

import base64
import os
import re
import time

import pytest

from cusaxlab.process import wait_until
from cusaxlab.prosody import sip_services
from product import Person
from test_provisioning import SECRET, auth_users, password_for

BOB = 'bob@cusax.test'
OWN = 'of-telephony-only'

# Media

RINGING_S = 1.0


@pytest.fixture
def counted(make_netlab):
    """counted() is how many datagrams for media came from the client's side: DNS is below, SIP goes over TCP. baresip
    has media over IPv4 only."""
    netlab = make_netlab(ipv6=False).start()
    netlab.server.run('nft', 'add rule inet lab input iifname "%s" udp dport 1024-65535 counter' % netlab.server.device)

    def count():
        table = netlab.server.run('nft', 'list chain inet lab input')
        return int(re.search(r'1024-65535 counter packets (\d+)', table)[1])
    netlab.counted = count
    return netlab


def assert_silent_while_ringing(lab):
    """50 packets would go in that time."""
    end = time.monotonic() + RINGING_S
    while time.monotonic() < end:
        assert lab.counted() == 0
        time.sleep(0.1)


def test_a12_nothing_is_sent_before_we_answer(counted):
    bob = counted.phone('bob', 'tls', tone=880)
    with Person(counted, 'alice') as alice:
        bob.mark()
        bob.dial('alice@cusax.test')
        ring = alice.wait_ring()
        assert_silent_while_ringing(counted)
        alice.respond(ring, 'Answer')
        bob.wait_heard(440)
        assert counted.counted() > 10, 'what was counted is media'


def test_a12_nothing_is_sent_before_they_answer(counted):
    bob = counted.phone('bob', 'tls', tone=880)
    with Person(counted, 'alice') as alice:
        bob.mark()
        alice.call(BOB)
        bob.wait_incoming()
        assert_silent_while_ringing(counted)
        bob.accept()
        bob.wait_heard(440)
        assert counted.counted() > 10, 'what was counted is media'


# Secrets

#: libpurple writes every stanza into its debug log, if there is one; no plugin can keep it from that.
LIBPURPLES_TRACE = re.compile(rb'^\S+ \S+ jabber: (Recv|Sending) .*$', re.MULTILINE)


def forms(secret):
    """As it is, and as protocols write it."""
    plain = secret.encode()
    found = [plain, plain.hex().encode()]
    for form in (plain, b'\0alice\0' + plain, b'alice:' + plain, b'alice@cusax.test:' + plain):
        found.append(base64.b64encode(form).rstrip(b'='))
    return found


def texts(host):
    """Every file below the profile, and what the host printed."""
    yield 'stdout', '\n'.join(event.line for event in list(host.events)).encode()
    for folder, _, names in os.walk(host.folder):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, 'rb') as file:
                    yield path, LIBPURPLES_TRACE.sub(b'', file.read())


def assert_nowhere(host, secrets, remembered=()):
    """remembered: may stand in accounts.xml, where libpurple keeps what a person wants it to."""
    assert any('host.stderr' in path for path, _ in texts(host)) and any('host.log' in path for path, _ in texts(host))
    for path, content in texts(host):
        for name, secret in secrets.items():
            if os.path.basename(path) == 'accounts.xml' and secret in remembered:
                continue
            for form in forms(secret):
                at = content.find(form)
                assert at < 0, '%s in %s: %r' % (name, path, content[max(0, at - 200):at + 60])


def save_support_log(alice):
    alice.do('action', 'Test call setup...')
    result = alice.expect('request .*Save log', 20, since=0)
    mark = alice.mark()
    alice.respond(result, 'Save log...')
    asked = alice.expect('request .*type="file"', 5, since=mark)
    path = alice.folder / 'support.txt'
    alice.do('respond', asked['id'], 'Save', str(path))
    text = wait_until(lambda: path.exists() and path.read_text(), 'the support log', 5, alice.tail)
    assert 'cusax-sip' in text and 'alice@cusax.test' in text


def from_digests(lab):
    """What Authorization fields had to hide: responses and our nonces, by name."""
    found = {}
    for method in ('REGISTER', 'INVITE', 'BYE'):
        for message in lab.kamailio.wire(method):
            if 'alice@' not in message.one('from'):
                continue
            for value in (message.one('authorization'), message.one('proxy-authorization')):
                for name, secret in re.findall(r'(?<!\w)(response|cnonce)="([^"]+)"', value):
                    found['%s of %s, %s' % (name, method, secret)] = secret
    assert found
    return found


def media_keys(lab):
    messages = lab.kamailio.wire('INVITE') + lab.kamailio.wire('INVITE', 200)
    keys = set(re.findall(r'inline:([^|\r\n ]+)', '\n'.join(message.body for message in messages)))
    assert len(keys) >= 2, 'ours and theirs'
    return {'media key %s' % key: key for key in keys}


def assert_traced(alice, is_traced):
    """Else there was nothing that could have been redacted."""
    log = alice.log.read_text('utf-8', 'replace')
    assert bool(re.search(r'cusax-sip: .*REGISTER sip:', log, re.DOTALL)) == is_traced
    assert not is_traced or 'response="***' in log or 'Authorization: ***' in log or '***' in log


@pytest.mark.parametrize('trace', [False, True], ids=['', 'trace'])
@pytest.mark.parametrize('own', [False, True], ids=['shared', 'own'])
def test_a12_no_secret_of_a_call(make_netlab, own, trace):
    """Signing in, a call with SDES keys, the test of the setup, and its log."""
    lab = make_netlab(ipv6=False, sip_users={'alice': OWN} if own else None).start()
    bob = lab.phone('bob', 'tls', tone=880, media_encryption='srtp-mand')
    settings = {'sip_password': OWN} if own else {}
    secrets = {'chat password': lab.users['alice']}
    if own:
        secrets['telephony password'] = OWN
    with Person(lab, 'alice', wire_trace=trace, media_encryption='require', **settings) as alice:
        bob.mark()
        alice.call(BOB)
        bob.wait_incoming()
        bob.accept()
        bob.wait_heard(440)
        alice.hang_up()
        bob.wait_closed()
        save_support_log(alice)
        remembered = tuple(secrets.values())
        secrets.update(from_digests(lab), **media_keys(lab))
        assert_traced(alice, trace)
        assert_nowhere(alice, secrets, remembered)
    assert_nowhere(alice, secrets, remembered)


def test_a12_no_secret_that_the_chat_server_handed_out(make_netlab):
    services = sip_services(SECRET, 3600, ('sips', 'tls', 'sip.cusax.test', 5061))
    lab = make_netlab(ephemeral=SECRET, prosody={'host_options': services}, sip_records=False).start()
    with Person(lab, 'alice', wire_trace=True) as alice:
        save_support_log(alice)
        secrets = {'chat password': lab.users['alice'], **from_digests(lab)}
        remembered = tuple([lab.users['alice']])
        secrets['handed out'] = password_for(auth_users(lab)[0])
        assert_traced(alice, True)
        assert_nowhere(alice, secrets, remembered)
    assert_nowhere(alice, secrets, remembered)
