# SPDX-License-Identifier: GPL-2.0-or-later
"""An external component (XEP-0114) that hands out SIP accounts as Openfire's SIP plugin does: answers
<registration xmlns='http://www.jivesoftware.com/protocol/sipark'/> with the values of a test."""

import hashlib
import re
import threading
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from .process import LabError

SIPARK = 'http://www.jivesoftware.com/protocol/sipark'
ACCEPT = '{jabber:component:accept}'


class Sipark:
    """Values are those of the inner <registration>: username, authUsername, password, server, outboundproxy, voicemail,
    enabled... People it has no values for get item-not-found."""

    def __init__(self, jid, secret, prosody, place, **people):
        """people: user part -> dict of values."""
        self.jid, self._secret, self._prosody, self._place = jid, secret, prosody, place
        self._people, self.asked = people, []
        self._link = None

    def start(self):
        self._link = self._place.connect((self._prosody.host, self._prosody.component_port), 10)
        self._send("<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' "
                   "to=%s>" % quoteattr(self.jid))
        head = self._read_until(b'>', b'id=')
        stream_id = re.search(r"\bid=['\"]([^'\"]*)", head).group(1)
        self._send('<handshake>%s</handshake>' % hashlib.sha1((stream_id + self._secret).encode()).hexdigest())
        answer = self._read_until(b'handshake', b'handshake')
        if 'error' in answer:
            raise LabError('%s: %s' % (self.jid, answer))
        self._link.settimeout(None)
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def stop(self):
        if self._link:
            self._link.close()
            self._link = None

    def _send(self, text):
        self._link.sendall(text.encode())

    def _read_until(self, end, having):
        data = b''
        while end not in data or having not in data:
            more = self._link.recv(4096)
            if not more:
                raise LabError('%s: closed: %r' % (self.jid, data))
            data += more
        return data.decode()

    def _serve(self):
        parser = ET.XMLPullParser(('start', 'end'))
        parser.feed('<stream xmlns="jabber:component:accept" xmlns:stream="http://etherx.jabber.org/streams">')
        depth = 0
        try:
            while True:
                data = self._link.recv(65536)
                if not data:
                    return
                parser.feed(data)
                for event, element in parser.read_events():
                    depth += 1 if event == 'start' else -1
                    if event == 'end' and depth == 1 and element.tag == ACCEPT + 'iq':
                        self._answer(element)
        except (OSError, ET.ParseError, AttributeError):
            return  # closed

    def _answer(self, iq):
        if iq.get('type') not in ('get', 'set') or not len(iq):
            return
        sender, tag = iq.get('from'), iq[0].tag
        self.asked.append((sender, tag))
        head = 'id=%s from=%s to=%s' % (quoteattr(iq.get('id', '')), quoteattr(self.jid), quoteattr(sender))
        values = self._people.get(sender.split('@')[0])
        if tag == '{http://jabber.org/protocol/disco#info}query':
            body = ("<query xmlns='http://jabber.org/protocol/disco#info'><identity category='component' type='sip' "
                    "name='SIP'/><feature var='%s'/></query>" % SIPARK)
        elif tag == '{%s}registration' % SIPARK and values:
            inner = ''.join('<%s>%s</%s>' % (name, escape(str(value)), name) for name, value in values.items())
            body = "<registration xmlns='%s'><registration><jid>%s</jid>%s</registration></registration>" % (
                SIPARK, escape(sender.split('/')[0]), inner)
        else:
            self._send("<iq type='error' %s><error type='cancel'><item-not-found "
                       "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>" % head)
            return
        self._send("<iq type='result' %s>%s</iq>" % (head, body))
