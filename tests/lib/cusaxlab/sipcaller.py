# SPDX-License-Identifier: GPL-2.0-or-later
"""A SIP user agent that says exactly what a test wants: any headers, any From, any answer. Over UDP, TCP or TLS to
one proxy, digest MD5 when challenged, plain PCMA in the SDP (nothing is ever sent there).

    caller = lab.sip_caller('bob')                       # signs in: registers, answers challenges
    call = caller.invite('sip:alice@cusax.test', headers=[('Call-Info', '<xmpp:bob@cusax.test>;purpose=impp')])
    call.wait(180)
    call.cancel()

    bridge = lab.sip_caller('echo')                      # as callee
    bridge.on_invite(ok=[('Contact', '<%s>;isfocus' % bridge.contact)])
    call = bridge.wait_call()
    subscription = bridge.wait_subscription()
    subscription.notify('application/conference-info+xml', xml)
"""

import hashlib
import random
import re
import select
import socket
import ssl
import threading
import time

from .message import Message
from .place import HERE
from .process import LabError, wait_until

SDP = '''v=0
o=- 1 1 IN IP4 HOST
s=-
c=IN IP4 HOST
t=0 0
m=audio %d RTP/AVP 8
a=rtpmap:8 PCMA/8000
'''


def _token():
    return '%016x' % random.getrandbits(64)


def _uri_of(value):
    match = re.search(r'<([^>]*)>', value)
    return match.group(1) if match else value.split(';')[0].strip()


class Link:
    """The connection to the proxy: whole messages in, whole messages out."""

    def __init__(self, transport, host, port, cafile, take, place):
        self.transport, self._peer, self._take = transport, (host, port), take
        self._lock = threading.Lock()
        if transport == 'udp':
            self._socket = place.socket(kind=socket.SOCK_DGRAM)
            self._socket.bind((place.host, 0))
        else:
            self._socket = place.connect(self._peer)
            if transport == 'tls':
                context = ssl.create_default_context(cafile=cafile)
                context.check_hostname = False
                self._socket = context.wrap_socket(self._socket)
            self._socket.setblocking(False)
        self.address = self._socket.getsockname()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, data):
        with self._lock:
            if self.transport == 'udp':
                self._socket.sendto(data, self._peer)
            else:
                self._send_all(data)

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()

    # One lock for both directions: an SSL object is no place for two threads at a time.

    def _send_all(self, data):
        while data:
            try:
                data = data[self._socket.send(data):]
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                select.select([], [self._socket], [], 0.1)

    def _receive(self):
        while True:
            try:
                with self._lock:
                    return self._socket.recv(65536)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                select.select([self._socket], [], [], 1)

    def _read(self):
        try:
            if self.transport == 'udp':
                while True:
                    data = self._socket.recv(65536)
                    if not data:
                        return
                    if len(data) > 4:
                        self._take(Message.parse(data))
            buffer = b''
            while True:
                while b'\r\n\r\n' in buffer.lstrip(b'\r\n'):
                    buffer = buffer.lstrip(b'\r\n')
                    head, _, rest = buffer.partition(b'\r\n\r\n')
                    length = int(re.search(rb'\r\n(?:content-length|l)\s*:\s*(\d+)', head, re.I).group(1))
                    if len(rest) < length:
                        break
                    self._take(Message.parse(head + b'\r\n\r\n' + rest[:length]))
                    buffer = rest[length:]
                data = self._receive()
                if not data:
                    return
                buffer += data
        except (OSError, ValueError):
            return  # closed


class Call:
    """An INVITE that we sent or got. `replies` are those of our INVITE; `request` is the INVITE."""

    def __init__(self, agent, request, incoming):
        self.agent, self.request, self.incoming = agent, request, incoming
        self.call_id, self.replies = request.call_id, []
        self.sent = time.monotonic()
        self.acknowledged = self.ended = self.cancelled = False
        self.tag, self._cseq, self._times = _token(), 1, {}

    # Ours

    def wait(self, status, seconds=10):
        """Waits for a reply to our INVITE with this status; a final one that is not wanted fails at once."""
        def check():
            for reply in self.replies:
                if reply.status == status:
                    return reply
            final = next((reply for reply in self.replies if reply.status >= 200), None)
            if final:
                raise LabError('%d was wanted, this came: %r' % (status, final))
            return None
        return wait_until(check, 'reply %d to INVITE' % status, seconds, self.agent.tail)

    def wait_final(self, seconds=10):
        return wait_until(lambda: next((reply for reply in self.replies if reply.status >= 200), None),
                          'a final reply to INVITE', seconds, self.agent.tail)

    def latency(self, status):
        """Seconds from our INVITE (the one that was accepted by the proxy) to the first reply with this status."""
        return self._times[status] - self.sent

    def take_reply(self, reply):
        self._times.setdefault(reply.status, time.monotonic())
        self.replies.append(reply)

    def cancel(self, seconds=10):
        """CANCEL; waits for 487."""
        self.agent.send_cancel(self.request)
        return self.wait(487, seconds)

    # Both

    def bye(self):
        """Ends a call that stands."""
        if self.incoming:
            remote, local = self.request.one('from'), self.request.one('to') + ';tag=' + self.tag
            target, routes = _uri_of(self.request.one('contact')), self.request.all('record-route')
        else:
            final = self.wait(200)
            remote, local = final.one('to'), self.request.one('from')
            target, routes = _uri_of(final.one('contact')), final.all('record-route')[::-1]
        self._cseq += 1000
        self.agent.request('BYE', target, [('From', local), ('To', remote), ('Call-ID', self.call_id),
                                           ('CSeq', '%d BYE' % self._cseq)] + [('Route', route) for route in routes])
        self.ended = True

    def wait_ended(self, seconds=10):
        """They hung up, or gave up."""
        wait_until(lambda: self.ended or self.cancelled, 'the end of the call', seconds, self.agent.tail)

    # Theirs

    def reply(self, first, headers=(), body=''):
        self.agent.reply(self.request, first, headers, body, tag=self.tag)

    def ring(self, headers=()):
        self.reply('180 Ringing', headers)

    def accept(self, headers=()):
        headers = list(headers)
        if not any(name.lower() == 'contact' for name, _ in headers):
            headers.append(('Contact', '<%s>' % self.agent.contact))
        self.reply('200 OK', headers + [('Content-Type', 'application/sdp')], self.agent.sdp())
        wait_until(lambda: self.acknowledged, 'ACK', 10, self.agent.tail)

    def reject(self, status, reason='No'):
        self.reply('%d %s' % (status, reason))


class Subscription:
    """A SUBSCRIBE that we accepted."""

    def __init__(self, agent, request, tag):
        self.agent, self.request, self._tag, self._cseq = agent, request, tag, 0

    def notify(self, content_type, body, state='active;expires=600'):
        """Sends NOTIFY and gives its reply."""
        request, self._cseq = self.request, self._cseq + 1
        headers = [('From', request.one('to') + ';tag=' + self._tag), ('To', request.one('from')),
                   ('Call-ID', request.call_id), ('CSeq', '%d NOTIFY' % self._cseq),
                   ('Event', request.one('event')), ('Subscription-State', state),
                   ('Contact', '<%s>' % self.agent.contact)]
        headers += [('Route', route) for route in request.all('record-route')]
        if body:
            headers.append(('Content-Type', content_type))
        return self.agent.request('NOTIFY', _uri_of(request.one('contact')), headers, body)


class SipCaller:
    """One agent. Requests to it are kept in `requests`; BYE, CANCEL, OPTIONS, NOTIFY get their 200 at once."""

    def __init__(self, user, password, domain, host, port, transport='udp', cafile=None, place=HERE,
                 auth_user=None):
        self.user, self._password, self.domain, self.transport = user, password, domain, transport
        self.auth_user = auth_user or user
        self.aor = 'sip:%s@%s' % (user, domain)
        self.requests, self.messages, self.calls, self.subscriptions = [], [], [], []
        self._branches, self._cseq, self._on_invite, self._on_subscribe = {}, 0, None, 200
        self._lock = threading.Lock()
        self._rtp = place.socket(kind=socket.SOCK_DGRAM)
        self._rtp.bind((place.host, 0))
        self._place = place
        self.link = Link(transport, host, port, cafile, self._take, place)
        self.contact = 'sip:%s@%s:%d%s' % ((user,) + self.link.address +
                                           ('' if transport == 'udp' else ';transport=' + transport,))

    def stop(self):
        self.link.close()
        self._rtp.close()

    def sdp(self):
        return SDP.replace('\n', '\r\n').replace('HOST', self._place.host) % self._rtp.getsockname()[1]

    def tail(self, count=12):
        return '==== %s\n%s' % (self.aor, '\n\n'.join(repr(message) for message in self.messages[-count:]))

    # Requests of ours

    def register(self, expires=600):
        reply = self._transact('REGISTER', 'sip:' + self.domain,
                               [('From', '<%s>;tag=%s' % (self.aor, _token())), ('To', '<%s>' % self.aor),
                                ('Call-ID', _token()), ('Contact', '<%s>' % self.contact),
                                ('Expires', str(expires))])
        if reply.status != 200:
            raise LabError('%s: REGISTER: %r' % (self.aor, reply))
        return self

    def invite(self, target, from_uri=None, display=None, headers=(), contact=None, sdp=None, asserted=None):
        """Calls; gives the Call at once. asserted: a URI that the proxy vouches for, as for a trunk's calls (a list
        for several)."""
        origin = '%s<%s>;tag=%s' % ('"%s" ' % display if display else '', from_uri or self.aor, _token())
        extra = list(headers)
        if asserted:
            uris = [asserted] if isinstance(asserted, str) else asserted
            extra += [('P-Asserted-Identity', ', '.join('<%s>' % uri for uri in uris)), ('X-Lab-Trunk', 'yes')]
        contact = '<%s>' % self.contact if contact is None else contact
        request = self._request('INVITE', target, [('From', origin), ('To', '<%s>' % target), ('Call-ID', _token()),
                                                   ('Contact', contact), ('Content-Type', 'application/sdp')] + extra,
                                self.sdp() if sdp is None else sdp)
        call = Call(self, request, False)
        self.calls.append(call)
        self._start(request, lambda reply: self._on_invite_reply(call, reply))
        return call

    def message(self, target, text, from_uri=None, headers=(), content_type='text/plain'):
        """Sends MESSAGE; gives the final reply."""
        return self._transact('MESSAGE', target, [('From', '<%s>;tag=%s' % (from_uri or self.aor, _token())),
                                                  ('To', '<%s>' % target), ('Call-ID', _token()),
                                                  ('Content-Type', content_type)] + list(headers), text)

    def subscribe(self, target, event, accept=None, headers=()):
        """Sends SUBSCRIBE; gives the final reply."""
        more = [('Accept', accept)] if accept else []
        return self._transact('SUBSCRIBE', target, [('From', '<%s>;tag=%s' % (self.aor, _token())),
                                                    ('To', '<%s>' % target), ('Call-ID', _token()), ('Event', event),
                                                    ('Expires', '600'), ('Contact', '<%s>' % self.contact)]
                              + more + list(headers))

    def request(self, method, uri, headers, body='', seconds=10):
        """Any request with these headers; gives the final reply."""
        return self._transact(method, uri, headers, body, seconds)

    def _request(self, method, uri, headers, body=''):
        headers = list(headers)
        if not any(name == 'CSeq' for name, _ in headers):
            with self._lock:
                self._cseq += 1
                headers.append(('CSeq', '%d %s' % (self._cseq, method)))
        via = 'SIP/2.0/%s %s:%d;branch=z9hG4bK%s;rport' % ((self.transport.upper(),) + self.link.address + (_token(),))
        return Message('%s %s SIP/2.0' % (method, uri), [('Via', via), ('Max-Forwards', '70')] + headers, body)

    def _start(self, request, done):
        """Sends a request; done(reply) for each of its replies, after challenges were answered."""
        branch = re.search(r'branch=([^;]+)', request.one('via')).group(1)
        self._branches[branch] = (request, done)
        self._send(request)

    def _transact(self, method, uri, headers, body='', seconds=10):
        request, replies = self._request(method, uri, headers, body), []
        self._start(request, replies.append)
        return wait_until(lambda: next((reply for reply in replies if reply.status >= 200), None),
                          'a reply to ' + method, seconds, self.tail)

    def _send(self, message):
        self.messages.append(message)
        self.link.send(message.encode())

    def send_cancel(self, request):
        """CANCEL of a request that is on its way: same branch, same CSeq number."""
        kept = [header for header in request.headers if header[0] in ('Via', 'From', 'To', 'Call-ID', 'Max-Forwards')]
        self._send(Message('CANCEL %s SIP/2.0' % request.uri, kept + [('CSeq', '%d CANCEL' % request.cseq)]))

    def _answer_challenge(self, request, reply):
        """The request once more, with digest credentials."""
        name = 'www-authenticate' if reply.status == 401 else 'proxy-authenticate'
        values = dict(re.findall(r'(\w+)="?([^",]*)"?', reply.one(name)))
        algorithm = values.get('algorithm', 'MD5')
        digest = lambda text: hashlib.new(algorithm.replace('-', ''), text.encode()).hexdigest()  # noqa: E731
        secret = digest('%s:%s:%s' % (self.auth_user, values['realm'], self._password))
        uri, text = request.uri, 'Digest username="%s", realm="%s", nonce="%s", uri="%s", algorithm=%s' % (
            self.auth_user, values['realm'], values['nonce'], request.uri, algorithm)
        action = digest('%s:%s' % (request.method, uri))
        if 'qop' in values:
            cnonce = _token()
            response = digest('%s:%s:00000001:%s:auth:%s' % (secret, values['nonce'], cnonce, action))
            text += ', qop=auth, nc=00000001, cnonce="%s"' % cnonce
        else:
            response = digest('%s:%s:%s' % (secret, values['nonce'], action))
        header = 'Authorization' if reply.status == 401 else 'Proxy-Authorization'
        headers = [item for item in request.headers if item[0] not in ('Via', 'Max-Forwards', 'CSeq', header)]
        headers += [('CSeq', '%d %s' % (request.cseq + 1, request.method)),
                    (header, text + ', response="%s"' % response)]
        with self._lock:
            self._cseq = max(self._cseq, request.cseq + 1)
        return self._request(request.method, request.uri, headers, request.body)

    def _acknowledge(self, call, reply):
        """ACK: of a refusal on its own transaction, of a 200 as a request of its own."""
        request = call.request
        kept = [item for item in request.headers if item[0] in ('From', 'Call-ID')]
        kept += [('To', reply.one('to')), ('CSeq', '%d ACK' % request.cseq)]
        if reply.status < 300:
            routes = [('Route', route) for route in reply.all('record-route')[::-1]]
            self._send(self._request('ACK', _uri_of(reply.one('contact')), kept + routes))
        else:
            head = [item for item in request.headers if item[0] in ('Via', 'Max-Forwards')]
            self._send(Message('ACK %s SIP/2.0' % request.uri, head + kept))

    def _on_invite_reply(self, call, reply):
        if reply.status >= 200:
            self._acknowledge(call, reply)
        call.take_reply(reply)

    # Requests of others

    def on_invite(self, ring=(), ok=None, status=None):
        """Without it tests answer themselves (wait_call). ring: headers of the 180; ok: headers of the 200 that follows
        soon (None: it goes on ringing); status: refuses with it."""
        self._on_invite = {'ring': ring, 'ok': ok, 'status': status}
        return self

    def on_subscribe(self, status):
        """How a SUBSCRIBE is answered (default 200)."""
        self._on_subscribe = status
        return self

    def wait_call(self, seconds=10):
        """The next call to us."""
        def find():
            return next((call for call in self.calls if call.incoming and not call.__dict__.get('seen')), None)
        call = wait_until(find, '%s is called' % self.aor, seconds, self.tail)
        call.seen = True
        return call

    def wait_subscription(self, seconds=10):
        wait_until(lambda: self.subscriptions, '%s is subscribed to' % self.aor, seconds, self.tail)
        return self.subscriptions[-1]

    def wait_request(self, method, seconds=10):
        return wait_until(lambda: next((r for r in self.requests if r.method == method), None), method, seconds,
                          self.tail)

    def reply(self, request, first, headers=(), body='', tag=None):
        to = request.one('to')
        if 'tag=' not in to and not first.startswith('100'):
            to += ';tag=' + (tag or _token())
        kept = [('Via', via) for via in request.lines('via')]
        kept += [('Record-Route', route) for route in request.lines('record-route')]
        kept += [('From', request.one('from')), ('To', to), ('Call-ID', request.call_id), ('CSeq', request.one('cseq'))]
        self._send(Message('SIP/2.0 ' + first, kept + list(headers), body))

    def _take(self, message):
        self.messages.append(message)
        if message.status:
            self._take_reply(message)
            return
        self.requests.append(message)
        if message.method == 'INVITE':
            self._take_invite(message)
        elif message.method == 'ACK':
            for call in self.calls:
                call.acknowledged |= call.call_id == message.call_id
        elif message.method == 'CANCEL':
            self._take_cancel(message)
        elif message.method == 'SUBSCRIBE':
            self._take_subscribe(message)
        elif message.method in ('BYE', 'OPTIONS', 'NOTIFY', 'UPDATE', 'INFO', 'MESSAGE'):
            for call in self.calls:
                call.ended |= message.method == 'BYE' and call.call_id == message.call_id
            self.reply(message, '200 OK')
        else:
            self.reply(message, '405 Method Not Allowed')

    def _take_reply(self, reply):
        found = re.search(r'branch=([^;,\s]+)', reply.one('via'))
        request, done = self._branches.get(found.group(1) if found else '', (None, None))
        if request is None or reply.cseq_method != request.method:
            return
        challenged = reply.status in (401, 407) and not (request.one('authorization')
                                                         or request.one('proxy-authorization'))
        if not challenged or self._password is None:
            done(reply)
            return
        call = next((c for c in self.calls if c.request is request), None)
        if call:
            self._acknowledge(call, reply)
        again = self._answer_challenge(request, reply)
        if call:
            call.request, call.sent = again, time.monotonic()
        self._start(again, done)

    def _take_invite(self, request):
        same = next((call for call in self.calls if call.call_id == request.call_id and call.incoming), None)
        if same:
            if request.to_tag:
                same.request = request
                self.reply(request, '200 OK', [('Contact', '<%s>' % self.contact), ('Content-Type', 'application/sdp')],
                           self.sdp())
            return
        call = Call(self, request, True)
        self.reply(request, '100 Trying')
        self.calls.append(call)
        if self._on_invite is None:
            return
        if self._on_invite['status']:
            call.reject(self._on_invite['status'])
            return
        call.ring(self._on_invite['ring'])
        if self._on_invite['ok'] is not None:
            headers = list(self._on_invite['ok'])
            if not any(name.lower() == 'contact' for name, _ in headers):
                headers.append(('Contact', '<%s>' % self.contact))
            # Not in one go: over UDP the proxy's processes may overtake each other.
            later = threading.Timer(0.1, call.reply, ('200 OK', headers + [('Content-Type', 'application/sdp')],
                                                      self.sdp()))
            later.daemon = True
            later.start()

    def _take_cancel(self, request):
        self.reply(request, '200 OK')
        for call in self.calls:
            if call.call_id == request.call_id and call.incoming and not call.acknowledged:
                call.cancelled = True
                call.reject(487, 'Request Terminated')

    def _take_subscribe(self, request):
        tag = request.to_tag or _token()
        if self._on_subscribe >= 300:
            self.reply(request, '%d No' % self._on_subscribe)
            return
        self.reply(request, '200 OK', [('Expires', request.one('expires') or '600'),
                                       ('Contact', '<%s>' % self.contact)], tag=tag)
        if not request.to_tag:
            self.subscriptions.append(Subscription(self, request, tag))
