# SPDX-License-Identifier: GPL-2.0-or-later
"""What is on the wire and in our logs (P1, P14, R49, A12): no key outside of protected signalling, none in a log, no sound
in clear when it was to be encrypted, no private address in a Contact that the world sees."""

import os
import re

import pytest

from cusaxlab.capture import Capture
from cusaxlab.gstvoice import GstVoice
from cusaxlab.medialab import MediaLab
from cusaxlab.netns import SERVER, why_not
from cusaxlab.town import INSIDE
from matrixpeers import certificate_of
from product import Person
from telephone import BOB, BOBS, TONE

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


@pytest.fixture
def make_town(labs):
    """make_town(kind, **options) gives a laboratory with such a network, running."""
    def make(kind='lan', **options):
        labs.append(MediaLab(kind, **options))
        return labs[-1].start()
    return make


def gst(lab, security=None, transport='tls', **options):
    """bob by GStreamer."""
    certificate = certificate_of(lab) if security and security.startswith('dtls') else None
    maker = GstVoice.maker(lab.path('gst'), security=security, certificate=certificate, **options)
    return lab.sip_caller('bob', transport, tone=BOBS, voice=maker)


def unprotected(transport):
    """Settings of an account whose signalling everybody reads."""
    return {'sip_transport': transport, 'sip_security': 'allow_plain', 'sip_server': '%s:5060' % SERVER}


def talk(alice, bob):
    """alice calls, both hear each other; gives bob's call."""
    alice.call(BOB)
    call = bob.wait_call()
    call.ring()
    call.accept()
    call.voice.wait_heard(TONE, 0.6)
    alice.expect_tone(BOBS)
    return call


@pytest.mark.parametrize('transport', ['udp', 'tcp'])
def test_r49_no_key_goes_over_unprotected_signalling(make_town, transport):
    lab = make_town()
    bob = gst(lab, transport=transport)
    with Person(lab, 'alice', **unprotected(transport)) as alice, Capture(lab.client) as wire:
        talk(alice, bob).bye()
        said = wire.clear_text(5060)
    assert b'INVITE sip:bob@' in said, 'the capture reads the signalling'
    assert b'a=crypto' not in said and b'inline:' not in said


def test_p14_no_key_in_any_log(make_town):
    """With the trace of SIP messages switched on: neither ours nor theirs, in no file that we write."""
    lab = make_town()
    bob = gst(lab, 'sdes')
    with Person(lab, 'alice', wire_trace=True) as alice:
        call = talk(alice, bob)
        call.bye()
        keys = set(re.findall(r'inline:([A-Za-z0-9+/]{40})', '\n'.join(m.body for m in lab.kamailio.wire('INVITE') +
                                                                      lab.kamailio.wire('INVITE', 200))))
        assert len(keys) >= 2, 'both sides have said theirs'
        folder = str(alice.folder)
    texts = {}
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), 'rb') as file:
                texts[os.path.join(place, name)] = file.read()
    assert any(b'INVITE sip:bob@' in text for text in texts.values()), 'the trace is in one of them'
    for path, text in texts.items():
        for key in keys:
            assert key.encode() not in text, 'a key is in %s' % path


@pytest.mark.parametrize('security', ['plain', 'sdes', 'dtls'])
def test_p14_a_listener_on_the_wire(make_town, security):
    """Hears both sides of a plain call (so the capture can), and nothing of an encrypted one, not even its first packets."""
    lab = make_town()
    bob = gst(lab, None if security == 'plain' else security)
    policy = 'off' if security == 'plain' else 'prefer'
    with Person(lab, 'alice', media_encryption=policy) as alice, Capture(lab.client) as wire:
        talk(alice, bob).bye()
        heard = [wire.hearing(tone) for tone in (TONE, BOBS)]
        assert len(wire.rtp()) > 50
    if security == 'plain':
        assert all(one.longest >= 0.5 for one in heard), '\n'.join(map(str, heard))
    else:
        assert not any(one.heard for one in heard), '\n'.join(map(str, heard))


@pytest.mark.parametrize('way', ['out', 'in'])
@pytest.mark.parametrize('security', ['plain', 'dtls'])
def test_a12_no_rtp_before_the_answer(make_town, way, security):
    """Nor from the network to them: what comes before is theirs alone."""
    lab = make_town()
    bob = gst(lab, None if security == 'plain' else security)
    with Person(lab, 'alice', media_encryption='off' if security == 'plain' else 'prefer') as alice:
        with Capture(lab.client) as wire:
            if way == 'out':
                alice.do('open', BOB)
                alice.call(BOB)
                call = bob.wait_call()
                call.ring()
                alice.wait_line('is ringing')
                assert not wire.rtp(source=lab.client.host), wire.rtp(source=lab.client.host)[:3]
                call.accept()
            else:
                call = bob.invite('sip:alice@cusax.test')
                ring = alice.wait_ring()
                call.wait(180)
                assert not wire.rtp(source=lab.client.host), wire.rtp(source=lab.client.host)[:3]
                alice.respond(ring, 'Answer')
                call.wait(200)
            call.voice.wait_heard(TONE, 0.5)
            wire.wait('rtp', 20, source=lab.client.host)
            call.bye()


@pytest.mark.parametrize('transport', ['tls', 'tcp', 'udp'])
@pytest.mark.parametrize('kind', ['full cone', 'symmetric'])
def test_p1_no_private_address_in_a_contact(make_town, kind, transport):
    """Behind a router: once the server has told where we are seen (received, rport), Contact says that."""
    lab = make_town(kind, turn=True)
    bob = gst(lab)
    settings = lab.coturn.settings() if kind == 'symmetric' else lab.coturn.stun()
    if transport != 'tls':
        settings.update(unprotected(transport))
    with Person(lab, 'alice', **settings) as alice:
        talk(alice, bob).bye()
        registered = lab.kamailio.wire('REGISTER')[-1]
        invites = [message for message in lab.kamailio.wire('INVITE') if 'alice@' in message.one('from')]
        bindings = lab.kamailio.bindings('alice')
    assert INSIDE not in registered.one('contact'), registered.one('contact')
    assert all(INSIDE not in message.one('contact') for message in invites), invites[-1].one('contact')
    assert not any(INSIDE in str(binding) for binding in bindings), bindings
