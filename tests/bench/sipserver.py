# SPDX-License-Identifier: GPL-2.0-or-later
"""A registrar and far end for the bench: UDP on loopback, no authentication, no thinking time of its own.

It takes any REGISTER, calls and is called, and says when each message and the first RTP packet arrived. The same
far end measures the product and its peer, so that what it costs itself cancels out.
"""

import random
import re
import socket
import threading
import time


class Message:
    def __init__(self, data, source, when):
        head, _, self.body = data.decode('utf-8', 'replace').partition('\r\n\r\n')
        lines = head.split('\r\n')
        self.first, self.source, self.when = lines[0], source, when
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(':')
            self.headers.setdefault(LONG.get(name.strip().lower(), name.strip().lower()), []).append(value.strip())

    def one(self, name):
        return self.headers.get(name, [''])[0]

    @property
    def status(self):
        match = re.match(r'SIP/2.0 (\d+)', self.first)
        return int(match.group(1)) if match else 0

    @property
    def method(self):
        return '' if self.status else self.first.split(' ')[0]


LONG = {'v': 'via', 'f': 'from', 't': 'to', 'i': 'call-id', 'm': 'contact', 'l': 'content-length',
        'c': 'content-type'}


class SipServer:
    """One socket for SIP, one for RTP, one thread that stamps and answers."""

    def __init__(self):
        self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sip.bind(('127.0.0.1', 0))
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind(('127.0.0.1', 0))
        self.port = self.sip.getsockname()[1]
        self.contacts = {}
        self.messages = []
        self.first_rtp = None
        self._changed = threading.Condition()
        self._closed = False
        for target in (self._serve, self._listen):
            threading.Thread(target=target, daemon=True).start()

    def close(self):
        self._closed = True
        for sock in (self.sip, self.rtp):
            sock.close()

    # ------------------------------------------------------------- threads

    def _serve(self):
        while not self._closed:
            try:
                data, source = self.sip.recvfrom(65536)
            except OSError:
                return
            when = time.perf_counter()
            if len(data) < 12:
                continue
            message = Message(data, source, when)
            if message.method == 'REGISTER':
                self._register(message)
            elif message.method == 'SUBSCRIBE':
                self._reply(message, '489 Bad Event')  # not answered, it would hold up signing off
            elif message.method in ('BYE', 'CANCEL', 'OPTIONS'):
                self._reply(message, '200 OK')
            with self._changed:
                self.messages.append(message)
                self._changed.notify_all()

    def _listen(self):
        while not self._closed:
            try:
                self.rtp.recvfrom(2048)
            except OSError:
                return
            if self.first_rtp is None:
                with self._changed:
                    self.first_rtp = time.perf_counter()
                    self._changed.notify_all()

    def wait(self, test, what, seconds=10, since=0):
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for message in self.messages[since:]:
                    if test(message):
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError('no %s within %s s; last: %s' % (
                        what, seconds, [m.first for m in self.messages[-5:]]))
                self._changed.wait(left)

    def mark(self):
        with self._changed:
            return len(self.messages)

    def wait_rtp(self, seconds=5):
        deadline = time.monotonic() + seconds
        with self._changed:
            while self.first_rtp is None:
                if time.monotonic() > deadline:
                    raise AssertionError('no RTP')
                self._changed.wait(0.1)
            return self.first_rtp

    # ------------------------------------------------------------ messages

    def _reply(self, request, status, extra='', body=''):
        to = request.one('to')
        if 'tag=' not in to:
            to += ';tag=bench'
        via = ''.join('Via: %s\r\n' % v for v in request.headers.get('via', []))
        text = ('SIP/2.0 %s\r\n%sFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\n%sContent-Length: %d\r\n\r\n%s' % (
            status, via, request.one('from'), to, request.one('call-id'), request.one('cseq'), extra, len(body),
            body))
        self.sip.sendto(text.encode(), request.source)

    def _register(self, request):
        user = re.search(r'sip:([^@>]+)@', request.one('to')).group(1)
        contact = request.one('contact')
        uri = re.search(r'<([^>]+)>', contact)
        self.contacts[user] = (uri.group(1) if uri else '', request.source)
        self._reply(request, '200 OK', 'Contact: %s;expires=600\r\n' % re.sub(r';expires=\d+', '', contact))

    def sdp(self, codec='0 PCMU/8000'):
        number, name = codec.split(' ')
        return ('v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'
                'm=audio %d RTP/AVP %s\r\na=rtpmap:%s %s\r\n' % (self.rtp.getsockname()[1], number, number, name))

    def invite(self, user, caller='sip:bob@cusax.test'):
        """Sends an INVITE of caller to the registered user; returns (time sent, call dict)."""
        uri, source = self.contacts[user]
        call = {'id': '%x@bench' % random.getrandbits(64), 'tag': '%x' % random.getrandbits(32), 'uri': uri,
                'source': source, 'user': user, 'caller': caller}
        body = self.sdp()
        self.first_rtp = None
        text = ('INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%x;rport\r\nMax-Forwards: 70\r\n'
                'From: <%s>;tag=%s\r\nTo: <sip:%s@cusax.test>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\n'
                'Contact: <sip:bob@127.0.0.1:%d>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s' % (
                    uri, self.port, random.getrandbits(64), caller, call['tag'], user, call['id'], self.port, len(body),
                    body))
        sent = time.perf_counter()
        self.sip.sendto(text.encode(), source)
        return sent, call

    def of_call(self, call, status):
        return lambda m: m.one('call-id') == call['id'] and m.status == status and 'INVITE' in m.one('cseq')

    def ack(self, call, final):
        self._in_dialog(call, final, 'ACK', 1)

    def bye(self, call, final):
        self._in_dialog(call, final, 'BYE', 2)

    def _in_dialog(self, call, final, method, number):
        target = re.search(r'<([^>]+)>', final.one('contact'))
        text = ('%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%x;rport\r\nMax-Forwards: 70\r\n'
                'From: <%s>;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n'
                'Content-Length: 0\r\n\r\n' % (
                    method, target.group(1) if target else call['uri'], self.port, random.getrandbits(64),
                    call['caller'], call['tag'], final.one('to'), call['id'], number, method))
        self.sip.sendto(text.encode(), call['source'])

    def answer(self, invite, status='200 OK'):
        """Answers an INVITE that came: 200 with SDP, or a refusal."""
        if status.startswith('200'):
            self._reply(invite, status, 'Contact: <sip:bob@127.0.0.1:%d>\r\nContent-Type: application/sdp\r\n'
                        % self.port, self.sdp())
        else:
            self._reply(invite, status)
