# SPDX-License-Identifier: GPL-2.0-or-later
"""The chat side of the other people: a small XMPP client on Python's own library.

It verifies the server, signs in with PLAIN over STARTTLS, shows itself online, writes down messages, and
answers pings and version questions with an error as RFC 6120 wants. Enough to prove that chat works.
"""

import base64
import socket
import ssl
import threading
import time
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from .place import HERE
from .process import LabError, wait_until

STREAM = '{http://etherx.jabber.org/streams}'
TLS = '{urn:ietf:params:xml:ns:xmpp-tls}'
SASL = '{urn:ietf:params:xml:ns:xmpp-sasl}'
CLIENT = '{jabber:client}'
BIND = '{urn:ietf:params:xml:ns:xmpp-bind}'


class Contact:
    """One person online. Messages are (from, text), presences (from, type), oldest first."""

    def __init__(self, jid, password, port, cafile, host='127.0.0.1', resource='lab', echo=False,
                 place=HERE):
        """echo: every chat message is answered with its own text."""
        self.jid, self._password, self._port, self._cafile, self._host = jid, password, port, cafile, host
        self.user, self.domain = jid.split('@')
        self.resource, self.echo, self._place = resource, echo, place
        self.messages, self.presences, self.stanzas = [], [], []
        self._socket = self._parser = None
        self._closing = False
        self._lock = threading.Lock()
        self._replies, self._asked = {}, 0

    def start(self, seconds=10):
        self._closing = False
        self._socket = self._place.connect((self._host, self._port), seconds)
        self._open_stream()
        self._expect(STREAM + 'features')
        self._send('<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>')
        self._expect(TLS + 'proceed')
        context = ssl.create_default_context(cafile=self._cafile)
        self._socket = context.wrap_socket(self._socket, server_hostname=self.domain)
        self._open_stream()
        self._expect(STREAM + 'features')
        secret = base64.b64encode(('\0%s\0%s' % (self.user, self._password)).encode()).decode()
        self._send('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">%s</auth>' % secret)
        self._expect(SASL + 'success')
        self._open_stream()
        self._expect(STREAM + 'features')
        self._send('<iq type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind">'
                   '<resource>%s</resource></bind></iq>' % escape(self.resource))
        self.full_jid = self._expect(CLIENT + 'iq').find(BIND + 'bind/' + BIND + 'jid').text
        self._socket.settimeout(None)
        threading.Thread(target=self._read, daemon=True).start()
        self._send('<presence/>')

    def stop(self):
        if self._socket is None:
            return
        self._closing = True
        try:
            self._send('<presence type="unavailable"/></stream:stream>')
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()
        self._socket = None

    def send_message(self, to, text):
        self._send('<message type="chat" to=%s><body>%s</body></message>' % (quoteattr(to), escape(text)))

    def send_raw(self, stanza):
        self._send(stanza)

    # Requests

    def ask(self, kind, payload, to=None, seconds=10):
        """Sends an IQ of kind get or set, gives the answer: an element of type result or error."""
        with self._lock:
            self._asked += 1
            name = 'ask-%d' % self._asked
        self._send('<iq type="%s" id="%s"%s>%s</iq>' % (kind, name, ' to=%s' % quoteattr(to) if to else '', payload))
        wait_until(lambda: name in self._replies, 'an answer to %s' % payload, seconds, self.tail)
        return self._replies.pop(name)

    def demand(self, kind, payload, to=None):
        """As ask, and an error is one of the test."""
        reply = self.ask(kind, payload, to)
        if reply.get('type') != 'result':
            raise LabError('%s: %s\n%s' % (self.jid, payload, ET.tostring(reply, 'unicode')))
        return reply

    def set_card(self, xml):
        """Writes the own vcard-temp."""
        self.demand('set', xml)

    def get_card(self, jid=None):
        """A vcard-temp as text; None if there is none."""
        reply = self.ask('get', '<vCard xmlns="vcard-temp"/>', jid)
        return ET.tostring(reply[0], 'unicode') if reply.get('type') == 'result' and len(reply) else None

    def publish(self, node, payload, item='current'):
        """Publishes by PEP; an empty node can be read by contacts."""
        self.demand('set', '<pubsub xmlns="http://jabber.org/protocol/pubsub"><publish node=%s><item id="%s">%s</item>'
                    '</publish></pubsub>' % (quoteattr(node), item, payload))

    def publish_card4(self, *uris):
        """A vCard4 with these telephone URIs."""
        tels = ''.join('<tel><parameters><type><text>voice</text></type></parameters><uri>%s</uri></tel>' % escape(uri)
                       for uri in uris)
        self.publish('urn:xmpp:vcard4', '<vcard xmlns="urn:ietf:params:xml:ns:vcard-4.0">%s</vcard>' % tels)

    def publish_reach(self, *uris):
        """XEP-0152 by PEP; without uris it is withdrawn."""
        self.publish('urn:xmpp:reach:0', '<reach xmlns="urn:xmpp:reach:0">%s</reach>'
                     % ''.join('<addr uri=%s/>' % quoteattr(uri) for uri in uris))

    def block(self, jid):
        """XEP-0191; other clients of this user learn it by a push."""
        self.demand('set', '<block xmlns="urn:xmpp:blocking"><item jid=%s/></block>' % quoteattr(jid))

    def unblock(self, jid):
        self.demand('set', '<unblock xmlns="urn:xmpp:blocking"><item jid=%s/></unblock>' % quoteattr(jid))

    def announce_photo(self, digest):
        """Presence with vcard-temp:x:update: the card has changed."""
        self._send('<presence><x xmlns="vcard-temp:x:update"><photo>%s</photo></x></presence>' % escape(digest))

    def join(self, room, nick):
        self._send('<presence to=%s><x xmlns="http://jabber.org/protocol/muc"/></presence>'
                   % quoteattr('%s/%s' % (room, nick)))
        self.wait_presence('%s/%s' % (room, nick))

    def configure_room(self, room, **fields):
        """Sets fields of the room's form: whois='anyone' shows full JIDs."""
        form = ''.join('<field var="muc#roomconfig_%s"><value>%s</value></field>' % item for item in fields.items())
        self.demand('set', '<query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data" type="submit">'
                    '<field var="FORM_TYPE"><value>http://jabber.org/protocol/muc#roomconfig</value></field>%s</x>'
                    '</query>' % form, room)

    def wait_message(self, text, seconds=10):
        """Waits for a message that contains text; gives (from, text)."""
        return wait_until(lambda: next((message for message in self.messages if text in message[1]), None),
                          '%s receives %r' % (self.jid, text), seconds, self.tail)

    def wait_presence(self, jid, kind='available', seconds=10):
        """Waits until the latest presence of a bare JID, or of exactly a full one, is of this kind."""
        def now():
            kinds = [type for sender, type in self.presences if jid in (sender, sender.split('/')[0])]
            return kinds and kinds[-1] == kind
        wait_until(now, '%s sees %s %s' % (self.jid, jid, kind), seconds, self.tail)

    def tail(self, lines=20):
        return '==== %s (chat)\n%s' % (self.jid, '\n'.join(self.stanzas[-lines:]))

    # The stream

    def _send(self, text):
        with self._lock:
            self._socket.sendall(text.encode())

    def _open_stream(self):
        self._parser = ET.XMLPullParser(('start', 'end'))
        self._depth = 0
        self._ready = []
        self._send('<?xml version="1.0"?><stream:stream to=%s version="1.0" xmlns="jabber:client" '
                   'xmlns:stream="http://etherx.jabber.org/streams">' % quoteattr(self.domain))

    def _receive(self):
        """Reads once; complete stanzas go to _ready."""
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError('closed')
        self._parser.feed(data)
        for event, element in self._parser.read_events():
            if event == 'start':
                self._depth += 1
                if self._depth == 1:
                    self._root = element
            else:
                self._depth -= 1
                if self._depth == 1:
                    self._ready.append(element)
                    self._root.remove(element)

    def _next(self):
        while not self._ready:
            self._receive()
        return self._ready.pop(0)

    def _expect(self, tag):
        element = self._next()
        if element.tag != tag or element.get('type') == 'error':
            raise LabError('%s: expected %s, got %s' % (self.jid, tag, ET.tostring(element, 'unicode')))
        return element

    def _read(self):
        try:
            while True:
                self._take(self._next())
        except (OSError, ET.ParseError, AttributeError) as error:
            if not self._closing:
                self.stanzas.append('%.3f the stream ended: %s' % (time.time(), error))

    def _take(self, stanza):
        self.stanzas.append('%.3f %s' % (time.time(), ET.tostring(stanza, 'unicode')))
        sender = stanza.get('from', '')
        if stanza.tag == CLIENT + 'message':
            body = stanza.find(CLIENT + 'body')
            if body is not None and stanza.get('type') != 'error':
                self.messages.append((sender, body.text or ''))
                if self.echo and stanza.get('type', 'chat') == 'chat':
                    self.send_message(sender, body.text or '')
        elif stanza.tag == CLIENT + 'presence':
            self.presences.append((sender, stanza.get('type', 'available')))
        elif stanza.tag == CLIENT + 'iq' and stanza.get('type') in ('result', 'error'):
            self._replies[stanza.get('id', '')] = stanza
        elif stanza.tag == CLIENT + 'iq' and stanza.get('type') in ('get', 'set'):
            self._send('<iq type="error" id=%s to=%s><error type="cancel"><service-unavailable '
                       'xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>'
                       % (quoteattr(stanza.get('id', '')), quoteattr(sender)))
