# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions while telephony signs in, against a registrar that says what it likes: sign in elsewhere (R4), and a server
of another domain that says the chat password is good there (R2)."""

import re
import socket
import ssl
import threading

import pytest

from cusaxlab.process import wait_until
from product import Person

COPIED = re.compile(r'^(?:Via|From|To|Call-ID|CSeq):.*$', re.M)


class Registrar:
    """Answers every REGISTER alike over TLS; keeps what it read."""

    def __init__(self, lab, status, header):
        self.requests, self._answer = [], (status, header)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(lab.certificate, lab.key)
        self._socket = context.wrap_socket(socket.create_server(('127.0.0.1', 0)), server_side=True)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection = self._socket.accept()[0]
            except ssl.SSLError:
                continue
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        text = ''
        while data := connection.recv(65536):
            text += data.decode()
            while '\r\n\r\n' in text:
                request, _, text = text.partition('\r\n\r\n')
                if request.startswith('REGISTER'):
                    self.requests.append(request)
                    lines = ['SIP/2.0 %s' % self._answer[0], *(line.strip() for line in COPIED.findall(request)),
                             self._answer[1], 'Content-Length: 0', '', '']
                    connection.sendall('\r\n'.join(lines).encode())

    def close(self):
        self._socket.close()


@pytest.fixture
def registrar():
    made = []

    def make(*arguments):
        made.append(Registrar(*arguments))
        return made[-1]
    yield make
    for each in made:
        each.close()


def test_r4_sign_in_elsewhere_is_asked(lab, registrar):
    there = '%s;transport=tls' % lab.registrar()
    first = registrar(lab, '302 Moved Temporarily', 'Contact: <sip:%s>' % there)
    with Person(lab, 'alice', sign_in=False, sip_server='127.0.0.1:%d' % first.port) as alice:
        alice.sign_in(telephony=False)
        ask = alice.expect('request .*Another telephone server', since=0)
        assert lab.registrar() in ask.line and 'NOT a server of your domain cusax.test' in ask.line
        assert not lab.kamailio.requests('REGISTER')
        alice.respond(ask, 'Sign in there')
        lab.kamailio.wait_registered('alice')
        alice.wait_phone('signed in')


def test_r2_a_hint_is_asked_about_and_nothing_is_sent_before(lab, registrar):
    other = registrar(lab, '401 Unauthorized', 'WWW-Authenticate: Digest realm="phones.test", nonce="once", '
                      'domain="xmpp:cusax.test", qop="auth", algorithm=MD5')
    with Person(lab, 'alice', sign_in=False, sip_address='alice@phones.test',
                sip_server='127.0.0.1:%d' % other.port) as alice:
        alice.sign_in(telephony=False)
        ask = alice.expect('request .*elephony password', since=0)
        assert 'Use the chat password|Other password...|Cancel' in ask.line and 'was not sent' in ask.line
        assert other.requests and not any('Authorization:' in request for request in other.requests)
        alice.respond(ask, 'Use the chat password')
        wait_until(lambda: any('Authorization: ' in request for request in other.requests), 'an answer', 5, alice.tail)
        assert 'wonderland' not in ''.join(other.requests)
