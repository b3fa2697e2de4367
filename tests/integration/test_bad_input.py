# SPDX-License-Identifier: GPL-2.0-or-later
"""INVITEs that no decent telephone sends, through the registrar to a live account: the right answer, no crash, no
dialog left, and the next call works."""

import random
import re
import socket

import pytest

from product import Person

SDP = ('v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'
       'm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n')
G729 = SDP.replace('AVP 0', 'AVP 18').replace('0 PCMU', '18 G729')
VIDEO = SDP.replace('m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000', 'm=video 4000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000')


class Stranger:
    """Somebody elsewhere who speaks SIP from plain text over UDP."""

    def __init__(self, lab):
        self.lab = lab
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((lab.host, 0))
        self.socket.settimeout(8)
        self.port = self.socket.getsockname()[1]

    def request(self, method, body='', kind='application/sdp', contact=True, extra='', call=None, branch=None,
                to_tag=''):
        self.call = call or '%x@elsewhere' % random.getrandbits(64)
        self.branch = branch or 'z9hG4bK%x' % random.getrandbits(64)
        lines = ['%s sip:alice@cusax.test SIP/2.0' % method,
                 'Via: SIP/2.0/UDP 127.0.0.1:%d;branch=%s;rport' % (self.port, self.branch),
                 'Max-Forwards: 70', 'From: "Mallory" <sip:mallory@elsewhere.test>;tag=1',
                 'To: <sip:alice@cusax.test>%s' % to_tag, 'Call-ID: ' + self.call, 'CSeq: 1 ' + method]
        if contact:
            lines.append('Contact: <sip:mallory@127.0.0.1:%d>' % self.port)
        if body:
            lines.append('Content-Type: ' + kind)
        if extra:
            lines.append(extra)
        lines.append('Content-Length: %d' % len(body))
        text = '\r\n'.join(lines) + '\r\n\r\n' + body
        self.socket.sendto(text.encode(), (self.lab.host, self.lab.kamailio.port))

    def statuses(self, until):
        """The statuses that come, up to the first that is at least until."""
        seen = []
        while not seen or seen[-1] < until:
            data = self.socket.recv(65536).decode('utf-8', 'replace')
            match = re.match(r'SIP/2.0 (\d+)', data)
            if match and self.call in data:
                seen.append(int(match.group(1)))
                if seen[-1] >= 200:
                    tag = re.search(r'^To:.*?(;tag=\S+)', data, re.M | re.I)
                    self.request('ACK', call=self.call, branch=self.branch, to_tag=tag.group(1) if tag else '',
                                 contact=False)
        return seen


@pytest.fixture
def stranger(lab):
    return Stranger(lab)


@pytest.mark.parametrize('name, status, what', [
    ('garbage SDP', 400, {'body': 'this is not SDP at all\r\n'}),
    ('binary body', 400, {'body': 'v=0\r\n\x00\x01\x02'}),
    ('unknown codecs', 488, {'body': G729}),
    ('video only', 488, {'body': VIDEO}),
    ('body of another kind', 415, {'body': '<xml/>', 'kind': 'application/xml'}),
    ('without Contact', 400, {'body': SDP, 'contact': False}),
])
def test_refused_with_the_right_status(lab, stranger, name, status, what):
    with Person(lab, 'alice') as alice:
        stranger.request('INVITE', **what)
        assert stranger.statuses(200)[-1] == status
        alice.absent('request .*title="Incoming Call"')
        # The next call works.
        stranger.request('INVITE', body=SDP)
        assert stranger.statuses(180)[-1] == 180
        ring = alice.wait_ring()
        assert 'mallory' in ring['primary'].lower() + ring['secondary'].lower()
        alice.respond(ring, 'Decline')
        assert stranger.statuses(200)[-1] == 603


@pytest.mark.parametrize('name, what', [
    ('without a body', {}),
    ('duplicate headers', {'body': SDP, 'extra': 'Subject: one\r\nSubject: two\r\nContact: <sip:other@127.0.0.1:9>'}),
    ('long header', {'body': SDP, 'extra': 'Subject: ' + 'x' * 8000}),
    ('strange headers', {'body': SDP, 'extra': 'Call-Info: <xmpp:a@b>;purpose=impp\r\nX-Odd: \u202e\u00e9\r\nAllow:'}),
])
def test_strange_but_answered(lab, stranger, name, what):
    """It rings; declining answers it."""
    with Person(lab, 'alice') as alice:
        stranger.request('INVITE', **what)
        assert stranger.statuses(180)[-1] == 180
        alice.respond(alice.wait_ring(), 'Decline')
        assert stranger.statuses(200)[-1] == 603


@pytest.mark.parametrize('method, status', [('MESSAGE', 405), ('SUBSCRIBE', 489), ('PUBLISH', 405)])
def test_r11_no_messages_and_presence_by_sip(lab, stranger, method, status):
    with Person(lab, 'alice') as alice:
        mark = alice.mark()
        stranger.request(method, body='hello' if method == 'MESSAGE' else '', kind='text/plain',
                         extra='Event: presence' if method != 'MESSAGE' else '')
        assert stranger.statuses(200)[-1] == status
        alice.absent('(message|conversation|notify) ', since=mark)
