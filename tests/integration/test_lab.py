# SPDX-License-Identifier: GPL-2.0-or-later
"""The laboratory itself: were these to fail, no other result here would mean anything."""

import os
import socket
import ssl

import pytest

from cusaxlab import LabError, audio
from cusaxlab.process import free_ports


def test_prosody_takes_sign_in_over_tls(lab):
    bob, echo = lab.contact('bob'), lab.contact('echo', echo=True)
    bob.wait_presence('echo@cusax.test')
    bob.send_message('echo@cusax.test', 'anybody there?')
    assert bob.wait_message('anybody there?')[0].startswith('echo@cusax.test/')


def test_prosody_refuses_a_wrong_password(lab):
    lab.users['bob'] = 'wrong'
    with pytest.raises(LabError, match='not-authorized'):
        lab.contact('bob')


def test_servers_show_a_certificate_of_the_lab_only(lab):
    own = ssl.create_default_context(cafile=lab.authority.certificate)
    for name in ('cusax.test', 'localhost', '127.0.0.1'):
        with socket.create_connection((lab.host, lab.kamailio.tls_port)) as plain:
            own.wrap_socket(plain, server_hostname=name).close()
    with socket.create_connection((lab.host, lab.kamailio.tls_port)) as plain:
        with pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context().wrap_socket(plain, server_hostname='cusax.test')


@pytest.mark.parametrize('transport', ['udp', 'tcp', 'tls'])
@pytest.mark.parametrize('options', [{}, {'qop': False}], ids=['qop', 'no-qop'])
def test_kamailio_registers_a_phone(make_lab, transport, options):
    lab = make_lab(**options).start(xmpp=False)
    phone = lab.phone('bob', transport)
    assert len(lab.kamailio.wait_registered('bob')) == 1
    assert {request['src'].split(':')[0] for request in lab.kamailio.requests('REGISTER')} == {transport}
    phone.stop()
    lab.kamailio.wait_unregistered('bob')


def test_kamailio_challenges_with_sha_256(make_lab):
    """baresip 1.0 knows MD5 only; here only the challenge is looked at."""
    lab = make_lab(algorithm='SHA-256').start(xmpp=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
        agent.bind((lab.host, 0))
        agent.settimeout(5)
        port = agent.getsockname()[1]
        agent.sendto(('REGISTER sip:cusax.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK1;rport\r\n'
                      'From: <sip:bob@cusax.test>;tag=1\r\nTo: <sip:bob@cusax.test>\r\nCall-ID: 1\r\n'
                      'CSeq: 1 REGISTER\r\nMax-Forwards: 9\r\nContact: <sip:bob@127.0.0.1:%d>\r\n'
                      'Content-Length: 0\r\n\r\n' % (port, port)).encode(), (lab.host, lab.kamailio.port))
        reply = agent.recv(4096).decode()
    assert reply.startswith('SIP/2.0 401')
    assert 'algorithm=SHA-256' in reply and 'qop="auth"' in reply


def test_kamailio_refuses_a_wrong_password(make_lab):
    lab = make_lab()
    lab.users['bob'] = 'wrong'
    lab.start(xmpp=False)
    with pytest.raises(LabError, match='REGISTER not accepted'):
        lab.phone('bob', 'udp')
    assert not lab.kamailio.bindings('bob')


def test_answers_of_kamailio_can_be_ordered(lab):
    alice, _bob = lab.phone('alice', 'udp'), lab.phone('bob', 'tls')
    lab.kamailio.answer('INVITE', 503)
    alice.dial('bob@cusax.test')
    assert '503' in alice.wait_closed()['param']
    lab.kamailio.answer('INVITE', None)
    alice.dial('bob@cusax.test')
    alice.wait_ringing()


def test_two_phones_hear_each_other(lab):
    alice, bob = lab.phone('alice', 'udp', tone=440), lab.phone('bob', 'tls', tone=880)
    alice.dial('bob@cusax.test')
    assert 'alice@cusax.test' in bob.wait_incoming()['peeruri']
    bob.accept()
    alice.wait_established()
    assert alice.wait_heard(880).heard >= 10
    assert bob.wait_heard(440).heard >= 10
    # The proof can fail: neither hears what nobody says.
    assert alice.hearing(620).heard == 0
    bob.hangup()
    alice.wait_closed()


@pytest.mark.parametrize('codec', ['PCMU', 'PCMA', 'opus/48000/2'])
def test_echo_phone_sends_back_what_it_hears(lab, codec):
    lab.echo_phone()
    alice = lab.phone('alice', tone=700, codecs=(codec,))
    for _ in range(2):
        alice.dial('echo@cusax.test')
        alice.wait_established()
        alice.wait_heard(700)
        alice.hangup()
        alice.wait_closed()


def test_phones_can_speak_srtp(lab):
    lab.echo_phone(media_encryption='srtp-mand')
    alice = lab.phone('alice', tone=500, media_encryption='srtp-mand')
    alice.dial('echo@cusax.test')
    alice.wait_established()
    alice.wait_heard(500)


def test_prosody_comes_back_on_its_port(lab):
    lab.contact('bob')
    lab.prosody.kill()
    lab.prosody.start()
    lab.contact('echo')


def test_all_ends_with_the_lab(make_lab):
    lab = make_lab().start()
    phone = lab.phone('bob')
    pids = [process.pid for process in (lab.prosody.process, lab.kamailio.process, phone.process)]
    folder = lab.folder
    lab.close()
    for pid in pids:
        assert not os.path.exists('/proc/%d' % pid)
    assert os.path.exists(folder) == bool(os.environ.get('CUSAX_KEEP'))


def test_hearing_tells_tones_gaps_and_silence(tmp_path):
    audio.write_tone(tmp_path / 'a.wav', 440, 2)
    assert audio.listen(tmp_path / 'a.wav', 440).longest == pytest.approx(2)
    assert audio.listen(tmp_path / 'a.wav', 460).heard == 0
    assert audio.listen(tmp_path / 'a.wav', 880).heard == 0
    audio.write_silence(tmp_path / 's.wav', 1)
    assert audio.listen(tmp_path / 's.wav', 440).silent == 10
    # A wide file, still being written: 1 s tone, 1 s silence, 1 s tone, and a header that knows nothing yet.
    for name, tone in (('t', 440), ('z', 0)):
        audio.write_tone(tmp_path / (name + '48.wav'), tone, 1, 48000, 2)
    tone, silence = ((tmp_path / (name + '48.wav')).read_bytes() for name in 'tz')
    (tmp_path / 'gap.wav').write_bytes(tone[:40] + b'\0\0\0\0' + tone[44:] + silence[44:] + tone[44:])
    heard = audio.listen(tmp_path / 'gap.wav', 440)
    assert heard.recording.rate == 8000
    assert heard.gaps == [pytest.approx(1)] and heard.heard == 20 and heard.longest == pytest.approx(1)
    assert audio.listen(tmp_path / 'gap.wav', 440, start=1.5).silent == 5


@pytest.mark.parametrize('transport', ['tcp', 'tls'])
def test_a_broken_connection_ends_the_binding(lab, transport):
    phone = lab.phone('bob', transport)
    lab.kamailio.wait_registered('bob')
    phone.kill()
    lab.kamailio.wait_unregistered('bob')
    alice = lab.phone('alice')
    alice.dial('bob@cusax.test')
    assert '480' in alice.wait_closed()['param']


def test_no_port_is_given_to_two_servers():
    """They bind later than they are told their ports, so that a look whether a port is free would not do."""
    given = [free_ports(2) + index for _ in range(200) for index in range(2)]
    assert len(set(given)) == len(given)
