# SPDX-License-Identifier: GPL-2.0-or-later
"""The calls and subscriptions of the raw SIP agent (sipcaller): dialogs that do what a test says, in order or not.

    call = bob.invite('sip:alice@cusax.test')            # or bob.wait_call(), then ring() and accept()
    call.wait(200)
    call.reoffer('sendonly')                             # hold; gives the reply
    call.refer('sip:echo@cusax.test')                    # blind transfer; then call.wait_frag(200)
    call.voice.wait_heard(440)                           # agents with a tone have a voice and ears
"""

import random
import re
import time
from urllib.parse import quote

from .process import LabError, wait_until
from .rtp import EVENTS, PCMA, media_of

SDP = ('v=0\r\no=- 1 {version} IN {family} {host}\r\ns=-\r\nc=IN {family} {host}\r\nt=0 0\r\n'
       'm=audio {port} RTP/AVP {formats}\r\na=rtpmap:%d PCMA/8000\r\n{more}' % PCMA)
EVENT_LINES = 'a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n' % (EVENTS, EVENTS)
OPPOSITE = {'sendonly': 'recvonly', 'recvonly': 'sendonly'}


def token():
    return '%016x' % random.getrandbits(64)


def uri_of(value):
    match = re.search(r'<([^>]*)>', value)
    return match.group(1) if match else value.split(';')[0].strip()


class Call:
    """An INVITE that we sent or got. `replies` are those of our INVITE; `request` is the INVITE; `offers` their later
    ones; `refers` their REFERs."""

    def __init__(self, agent, incoming, request=None):
        self.agent, self.incoming, self.request = agent, incoming, request
        self.replies, self.offers, self.refers = [], [], []
        self.sent = time.monotonic()
        self.acknowledged = self.ended = self.cancelled = False
        self.tag, self._cseq, self._times, self._version, self._rseq = token(), 1, {}, 0, 0
        self.direction = 'sendrecv'
        #: Statuses that their next offers get instead of an answer.
        self.refuse_offers = []
        self.voice = agent.make_voice() if agent.tone is not None else None

    @property
    def call_id(self):
        return self.request.call_id if self.request else ''

    def close(self):
        if self.voice:
            self.voice.close()
            self.voice = None

    # The dialog, as we see it

    def _first_reply(self):
        """Ours: the reply that made the dialog, the 200 if there is one."""
        made = [reply for reply in self.replies if reply.to_tag and reply.status > 100]
        return next((reply for reply in made if reply.status == 200), made[-1] if made else None)

    @property
    def local(self):
        return '%s;tag=%s' % (self.request.one('to'), self.tag) if self.incoming else self.request.one('from')

    @property
    def remote(self):
        return self.request.one('from') if self.incoming else self._first_reply().one('to')

    @property
    def target(self):
        return uri_of((self.request if self.incoming else self._first_reply()).one('contact'))

    @property
    def routes(self):
        if self.incoming:
            return self.request.all('record-route')
        return self._first_reply().all('record-route')[::-1]

    def replaces(self):
        """What a Replaces says to have the other side's end of this call replaced (RFC 3891)."""
        local, remote = (re.search(r';tag=([^;]+)', value).group(1) for value in (self.local, self.remote))
        return '%s;to-tag=%s;from-tag=%s' % (self.call_id, remote, local)

    def replaces_of_peer(self):
        """What a Replaces that the other side hands out says, to have our end of this call replaced."""
        local, remote = (re.search(r';tag=([^;]+)', value).group(1) for value in (self.local, self.remote))
        return '%s;to-tag=%s;from-tag=%s' % (self.call_id, local, remote)

    def ask(self, method, headers=(), body='', content_type=None):
        """A request in the dialog; gives the final reply."""
        return self.agent.request(method, self.target, self._headers(method, headers, content_type), body)

    def _headers(self, method, headers=(), content_type=None):
        self._cseq += 1000  # room for challenges
        own = [('From', self.local), ('To', self.remote), ('Call-ID', self.call_id),
               ('CSeq', '%d %s' % (self._cseq, method)), ('Contact', '<%s>' % self.agent.contact)]
        own += [('Route', route) for route in self.routes]
        return own + ([('Content-Type', content_type)] if content_type else []) + list(headers)

    # SDP

    def sdp(self, direction=None, theirs=None):
        """A new version of ours, in this direction from now on. theirs: the offer that it answers."""
        self.direction, self._version = direction or self.direction, self._version + 1
        if hasattr(self.voice, 'describe'):
            return self.voice.describe(self.direction, theirs)
        events = self.voice is not None and self.agent.events
        more = (EVENT_LINES if events else '') + ('' if self.direction == 'sendrecv' else 'a=%s\r\n' % self.direction)
        family = 'IP6' if ':' in self.agent.place.host else 'IP4'
        return SDP.format(version=self._version, host=self.agent.place.host, more=more, family=family,
                          port=self.voice.port if self.voice else self.agent.rtp_port,
                          formats='%d %d' % (PCMA, EVENTS) if events else PCMA)

    def hear(self, sdp):
        """Their SDP: where to speak to from now on."""
        if self.voice and 'm=audio' in sdp:
            self.voice.follow(sdp, self.direction in ('sendrecv', 'sendonly'))

    def theirs(self):
        """Their last offer or answer, see rtp.media_of()."""
        bodies = [message.body for message in self.agent.messages
                  if message.call_id == self.call_id and 'm=audio' in message.body and message.came]
        return media_of(bodies[-1])

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
        if reply.status > 100:
            self.hear(reply.body)

    def cancel(self, seconds=10):
        """CANCEL; waits for 487."""
        self.agent.send_cancel(self.request)
        return self.wait(487, seconds)

    # Both

    def reoffer(self, direction='sendrecv', headers=(), sdp=None):
        """re-INVITE with this direction; gives the final reply, acknowledged."""
        body = self.sdp(direction) if sdp is None else sdp
        headers = self._headers('INVITE', headers, 'application/sdp' if body else None)
        reply = self.agent.invite_again(self, headers, body)
        if reply.status == 200:
            self.hear(reply.body)
        return reply

    def update(self, direction='sendrecv', headers=()):
        """UPDATE with an offer; gives the reply."""
        reply = self.ask('UPDATE', headers, self.sdp(direction), 'application/sdp')
        if reply.status == 200:
            self.hear(reply.body)
        return reply

    def info(self, content_type, body):
        return self.ask('INFO', body=body, content_type=content_type)

    def refer(self, target, replaces=None, headers=()):
        """REFER: they shall call target, in place of the call that replaces (see replaces()) names. Gives the reply."""
        if replaces:
            target += '?Replaces=' + quote(replaces, safe='')
        return self.ask('REFER', [('Refer-To', '<%s>' % target), ('Referred-By', '<%s>' % self.agent.aor)]
                        + list(headers))

    def frags(self):
        """The status lines by which they told what came of our REFER."""
        bodies = [request.body for request in self.agent.requests
                  if request.method == 'NOTIFY' and request.call_id == self.call_id]
        return [int(body.split(' ')[1]) for body in bodies if body.startswith('SIP/2.0 ')]

    def wait_frag(self, status, seconds=10):
        wait_until(lambda: status in self.frags(), 'NOTIFY with %d' % status, seconds, self.agent.tail)

    def wait_refer(self, seconds=10):
        """Their next REFER."""
        wait_until(lambda: self.refers, 'REFER', seconds, self.agent.tail)
        return self.refers.pop(0)

    def tell(self, status, last=False, event='refer'):
        """NOTIFY: what came of their REFER, such as "180 Ringing". Gives the reply."""
        state = 'terminated;reason=noresource' if last else 'active;expires=60'
        return self.ask('NOTIFY', [('Event', event), ('Subscription-State', state)], 'SIP/2.0 %s\r\n' % status,
                        'message/sipfrag;version=2.0')

    def bye(self):
        """Ends a call that stands."""
        if not self.incoming:
            self.wait(200)
        self.ended = True
        return self.ask('BYE')

    def wait_ended(self, seconds=10):
        """They hung up, or gave up."""
        wait_until(lambda: self.ended or self.cancelled, 'the end of the call', seconds, self.agent.tail)

    def infos(self):
        """(content type, body) of each INFO that came."""
        return [(request.one('content-type'), request.body) for request in self.agent.requests
                if request.method == 'INFO' and request.call_id == self.call_id]

    # Theirs

    def take_offer(self, request):
        """A later INVITE or UPDATE of theirs: gets an answer in the opposite direction."""
        self.offers.append(request)
        if self.refuse_offers:
            self.agent.reply(request, '%d No' % self.refuse_offers.pop(0))
            return
        offered = media_of(request.body)['direction'] if request.body else 'sendrecv'
        body = self.sdp(OPPOSITE.get(offered, offered), request.body or None)
        self.hear(request.body)
        self.agent.reply(request, '200 OK', self.agent.answer_headers('application/sdp'), body)

    def reply(self, first, headers=(), body=''):
        self.agent.reply(self.request, first, headers, body, tag=self.tag)

    def ring(self, headers=()):
        self.reply('180 Ringing', headers)

    def progress(self, reliable=False, headers=()):
        """183 with early media: we speak from now on. reliable: 100rel (RFC 3262)."""
        headers = list(headers)
        if reliable:
            self._rseq += 1
            headers += [('Require', '100rel'), ('RSeq', str(self._rseq))]
        body = self.sdp(theirs=self.request.body or None)
        self.hear(self.request.body)
        self.reply('183 Session Progress', self.agent.answer_headers('application/sdp', headers), body)

    def answer(self, headers=()):
        """200, without waiting."""
        headers = self.agent.answer_headers('application/sdp', headers)
        body = self.sdp(theirs=self.request.body or None)
        self.hear(self.request.body)
        self.reply('200 OK', headers, body)

    def accept(self, headers=()):
        """200; waits for ACK."""
        self.answer(headers)
        wait_until(lambda: self.acknowledged, 'ACK', 10, self.agent.tail)

    def reject(self, status, reason='No', headers=()):
        self.reply('%d %s' % (status, reason), headers)


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
        return self.agent.request('NOTIFY', uri_of(request.one('contact')), headers, body)
