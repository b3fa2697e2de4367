# SPDX-License-Identifier: GPL-2.0-or-later
"""A SIP user agent that says exactly what a test wants: any headers, any From, any answer. Over UDP, TCP or TLS to
one proxy, digest MD5 when challenged, plain PCMA in the SDP. Nothing is ever sent there, unless the agent has a tone:
then it speaks it, and hears (sipcall, rtp).

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
import re
import select
import socket
import ssl
import threading
import time

from .message import Message
from .place import HERE, bracket, family_of
from .process import LabError, wait_until
from .rtp import Voice
from .sipcall import Call, Subscription, token, uri_of

#: What an agent with a tone says that it takes.
ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER, INFO, UPDATE, PRACK'


class Link:
    """The connection to the proxy: whole messages in, whole messages out."""

    def __init__(self, transport, host, port, cafile, take, place):
        self.transport, self._peer, self._take = transport, (host, port), take
        self._lock = threading.Lock()
        if transport == 'udp':
            self._socket = place.socket(family_of(place.host), socket.SOCK_DGRAM)
            self._socket.bind((place.host, 0))
        else:
            self._socket = place.connect(self._peer)
            if transport == 'tls':
                context = ssl.create_default_context(cafile=cafile)
                context.check_hostname = False
                self._socket = context.wrap_socket(self._socket)
            self._socket.setblocking(False)
        host, port = self._socket.getsockname()[:2]
        self.address = (bracket(host), port)
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


class SipCaller:
    """One agent. Requests to it are kept in `requests`; BYE, CANCEL, OPTIONS, NOTIFY get their 200 at once."""

    def __init__(self, user, password, domain, host, port, transport='udp', cafile=None, place=HERE,
                 auth_user=None, tone=None, events=True, allow=None, dumb=False, voice=Voice):
        """tone: hertz that its calls speak, None: nothing. events: a toned one takes telephone-event. allow: its Allow;
        None: none, a toned one takes everything. dumb: it hears, but never sends RTP. voice: makes a call's sound, of
        place and tone (gstvoice)."""
        self.user, self._password, self.domain, self.transport = user, password, domain, transport
        self.auth_user = auth_user or user
        self.aor = 'sip:%s@%s' % (user, domain)
        self.tone, self.events, self.allow = tone, events, ALLOW if allow is None and tone is not None else allow
        self.dumb, self._voice = dumb, voice
        self.requests, self.messages, self.calls, self.subscriptions, self.refers = [], [], [], [], []
        self._branches, self._cseq, self._on_invite, self._on_subscribe, self._again = {}, 0, None, 200, {}
        #: How REFER and INFO are answered.
        self.on_refer, self.on_info = '202 Accepted', '200 OK'
        self._lock = threading.Lock()
        self._rtp = place.socket(family_of(place.host), socket.SOCK_DGRAM)
        self._rtp.bind((place.host, 0))
        self.place, self.rtp_port = place, self._rtp.getsockname()[1]
        self.link = Link(transport, host, port, cafile, self._take, place)
        self.contact = 'sip:%s@%s:%d%s' % ((user,) + self.link.address +
                                           ('' if transport == 'udp' else ';transport=' + transport,))

    def make_voice(self):
        return self._voice(self.place, None if self.dumb else self.tone)

    def stop(self):
        for call in self.calls:
            call.close()
        self.link.close()
        self._rtp.close()

    def tail(self, count=12):
        return '==== %s\n%s' % (self.aor, '\n\n'.join(repr(message) for message in self.messages[-count:]))

    # Requests of ours

    def register(self, expires=600):
        reply = self._transact('REGISTER', 'sip:' + self.domain,
                               [('From', '<%s>;tag=%s' % (self.aor, token())), ('To', '<%s>' % self.aor),
                                ('Call-ID', token()), ('Contact', '<%s>' % self.contact),
                                ('Expires', str(expires))])
        if reply.status != 200:
            raise LabError('%s: REGISTER: %r' % (self.aor, reply))
        return self

    def invite(self, target, from_uri=None, display=None, headers=(), contact=None, sdp=None, asserted=None):
        """Calls; gives the Call at once. asserted: a URI that the proxy vouches for, as for a trunk's calls (a list
        for several)."""
        origin = '%s<%s>;tag=%s' % ('"%s" ' % display if display else '', from_uri or self.aor, token())
        extra = list(headers)
        if asserted:
            uris = [asserted] if isinstance(asserted, str) else asserted
            extra += [('P-Asserted-Identity', ', '.join('<%s>' % uri for uri in uris)), ('X-Lab-Trunk', 'yes')]
        contact = '<%s>' % self.contact if contact is None else contact
        call = Call(self, False)
        body = call.sdp() if sdp is None else sdp
        kind = [('Content-Type', 'application/sdp')] if body else []
        allow = [('Allow', self.allow)] if self.allow else []
        call.request = self._request('INVITE', target, [('From', origin), ('To', '<%s>' % target), ('Call-ID', token()),
                                                        ('Contact', contact)] + kind + allow + extra, body)
        self.calls.append(call)
        self._start(call.request, lambda reply: self._on_invite_reply(call, reply))
        return call

    def invite_again(self, call, headers, body):
        """INVITE in a call that stands; gives the final reply, acknowledged."""
        replies = []

        def take(reply):
            if reply.status >= 200:
                self._acknowledge(self._again.pop(call, request), reply, call)
            replies.append(reply)
        request = self._request('INVITE', call.target, headers, body)
        self._again[call] = request
        self._start(request, take)
        return wait_until(lambda: next((reply for reply in replies if reply.status >= 200), None),
                          'a reply to INVITE in the call', 10, self.tail)

    def message(self, target, text, from_uri=None, headers=(), content_type='text/plain'):
        """Sends MESSAGE; gives the final reply."""
        return self._transact('MESSAGE', target, [('From', '<%s>;tag=%s' % (from_uri or self.aor, token())),
                                                  ('To', '<%s>' % target), ('Call-ID', token()),
                                                  ('Content-Type', content_type)] + list(headers), text)

    def subscribe(self, target, event, accept=None, headers=()):
        """Sends SUBSCRIBE; gives the final reply."""
        more = [('Accept', accept)] if accept else []
        return self._transact('SUBSCRIBE', target, [('From', '<%s>;tag=%s' % (self.aor, token())),
                                                    ('To', '<%s>' % target), ('Call-ID', token()), ('Event', event),
                                                    ('Expires', '600'), ('Contact', '<%s>' % self.contact)]
                              + more + list(headers))

    def tell(self, target, event, content_type, body, headers=()):
        """NOTIFY that nobody subscribed to, such as message-summary. Gives the final reply."""
        return self._transact('NOTIFY', target, self._outside(target, [
            ('Event', event), ('Subscription-State', 'active'), ('Content-Type', content_type)] + list(headers)), body)

    def refer(self, target, refer_to, headers=()):
        """REFER outside of calls (third-party call control). Gives the final reply."""
        return self._transact('REFER', target, self._outside(target, [
            ('Refer-To', '<%s>' % refer_to), ('Referred-By', '<%s>' % self.aor)] + list(headers)))

    def _outside(self, target, headers):
        return [('From', '<%s>;tag=%s' % (self.aor, token())), ('To', '<%s>' % target), ('Call-ID', token()),
                ('Contact', '<%s>' % self.contact)] + headers

    def request(self, method, uri, headers, body='', seconds=10):
        """Any request with these headers; gives the final reply."""
        return self._transact(method, uri, headers, body, seconds)

    def _request(self, method, uri, headers, body=''):
        headers = list(headers)
        if not any(name == 'CSeq' for name, _ in headers):
            with self._lock:
                self._cseq += 1
                headers.append(('CSeq', '%d %s' % (self._cseq, method)))
        via = 'SIP/2.0/%s %s:%d;branch=z9hG4bK%s;rport' % ((self.transport.upper(),) + self.link.address + (token(),))
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
            cnonce = token()
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

    def _acknowledge(self, request, reply, call=None):
        """ACK: of a refusal on its own transaction, of a 200 as a request of its own. call: it stood before."""
        kept = [item for item in request.headers if item[0] in ('From', 'Call-ID')]
        kept += [('To', reply.one('to')), ('CSeq', '%d ACK' % request.cseq)]
        if reply.status < 300:
            routes = call.routes if call else reply.all('record-route')[::-1]
            kept += [('Route', route) for route in routes]
            self._send(self._request('ACK', uri_of(reply.one('contact')), kept))
        else:
            head = [item for item in request.headers if item[0] in ('Via', 'Max-Forwards')]
            self._send(Message('ACK %s SIP/2.0' % request.uri, head + kept))

    def _on_invite_reply(self, call, reply):
        if reply.status >= 200:
            self._acknowledge(call.request, reply)
        call.take_reply(reply)

    # Requests of others

    def on_invite(self, ring=(), ok=None, status=None, reason='No', headers=()):
        """Without it tests answer themselves (wait_call). ring: headers of the 180; ok: headers of the 200 that follows
        soon (None: it goes on ringing); status: refuses with it, with reason and headers."""
        self._on_invite = {'ring': ring, 'ok': ok, 'status': status, 'reason': reason, 'headers': headers}
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
            to += ';tag=' + (tag or token())
        kept = [('Via', via) for via in request.lines('via')]
        kept += [('Record-Route', route) for route in request.lines('record-route')]
        kept += [('From', request.one('from')), ('To', to), ('Call-ID', request.call_id), ('CSeq', request.one('cseq'))]
        self._send(Message('SIP/2.0 ' + first, kept + list(headers), body))

    def answer_headers(self, content_type=None, headers=()):
        """What a 200 of ours says besides headers."""
        own = [] if any(name.lower() == 'contact' for name, _ in headers) else [('Contact', '<%s>' % self.contact)]
        own += [('Allow', self.allow)] if self.allow else []
        return list(headers) + own + ([('Content-Type', content_type)] if content_type else [])

    def _call_of(self, message):
        return next((call for call in self.calls if call.call_id == message.call_id), None)

    def _take(self, message):
        message.came = True
        self.messages.append(message)
        if message.status:
            self._take_reply(message)
            return
        self.requests.append(message)
        call = self._call_of(message)
        if message.method == 'INVITE':
            self._take_invite(message, call)
        elif message.method == 'ACK':
            if call:
                call.acknowledged = True
                call.hear(message.body)
        elif message.method == 'CANCEL':
            self._take_cancel(message)
        elif message.method == 'SUBSCRIBE':
            self._take_subscribe(message)
        elif message.method == 'UPDATE' and call and message.body:
            call.take_offer(message)
        elif message.method == 'REFER':
            self.reply(message, self.on_refer, self.answer_headers(), tag=None if message.to_tag else token())
            (call.refers if call else self.refers).append(message)
        elif message.method == 'INFO':
            self.reply(message, self.on_info)
        elif message.method in ('BYE', 'OPTIONS', 'NOTIFY', 'UPDATE', 'PRACK', 'MESSAGE'):
            if call and message.method == 'BYE':
                call.ended = True
                if call.voice:
                    call.voice.quiet()
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
        if request.method == 'INVITE':
            self._acknowledge(request, reply)
        again = self._answer_challenge(request, reply)
        for call in self.calls:
            if call.request is request:
                call.request, call.sent = again, time.monotonic()
            if self._again.get(call) is request:
                self._again[call] = again
        self._start(again, done)

    def _take_invite(self, request, call):
        if call and request.to_tag:
            call.take_offer(request)
        if call:
            return
        call = Call(self, True, request)
        self.reply(request, '100 Trying')
        self.calls.append(call)
        if self._on_invite is None:
            return
        if self._on_invite['status']:
            call.reject(self._on_invite['status'], self._on_invite['reason'], self._on_invite['headers'])
            return
        call.ring(self._on_invite['ring'])
        if self._on_invite['ok'] is not None:
            # Not in one go: over UDP the proxy's processes may overtake each other.
            later = threading.Timer(0.1, call.answer, (list(self._on_invite['ok']),))
            later.daemon = True
            later.start()

    def _take_cancel(self, request):
        self.reply(request, '200 OK')
        for call in self.calls:
            if call.call_id == request.call_id and call.incoming and not call.acknowledged:
                call.cancelled = True
                call.reject(487, 'Request Terminated')

    def _take_subscribe(self, request):
        tag = request.to_tag or token()
        if self._on_subscribe >= 300:
            self.reply(request, '%d No' % self._on_subscribe)
            return
        self.reply(request, '200 OK', [('Expires', request.one('expires') or '600'),
                                       ('Contact', '<%s>' % self.contact)], tag=tag)
        if not request.to_tag:
            self.subscriptions.append(Subscription(self, request, tag))
