# SPDX-License-Identifier: GPL-2.0-or-later
"""The XMPP server of the laboratory: Prosody with its own configuration, data and ports.

STARTTLS is required. The users stand in each other's rosters, subscribed both ways; rooms are at
conference.<domain>, the file transfer proxy at proxy.<domain>. Further domains on the same server play foreign
services: no connection between servers is needed.
"""

import os
import re
import time
import xml.etree.ElementTree as ET

from .place import HERE
from .process import Process

CONFIG = '''-- SPDX-License-Identifier: GPL-2.0-or-later
daemonize = false
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
interfaces = {{ {addresses} }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{ {tls_port} }}
s2s_ports = {{ }}
http_ports = {{ }}
https_ports = {{ }}
plugin_paths = {{ "{modules}" }}
storage = "internal"
authentication = "internal_plain"
c2s_require_encryption = true
allow_registration = false
ssl = {{ certificate = "{certificate}"; key = "{key}" }}
modules_enabled = {{ "roster"; "saslauth"; "tls"; "disco"; "carbons"; "pep"; "private"; "blocklist"; "vcard4";
  {cards}; "lab_watch"; "version"; "time"; "ping"; "posix"; "smacks" }}
modules_disabled = {{ "s2s"; "http" }}
log = {{ {{ levels = {{ min = "debug" }}; to = "console" }} }}
proxy65_ports = {{ {proxy_port} }}
proxy65_interfaces = {{ {addresses} }}
lab_bridges = "{folder}/bridges"
component_ports = {{ {component_ports} }}
component_interfaces = {{ {addresses} }}

VirtualHost "{domain}"
{host_options}
{further}
{components}
Component "conference.{domain}" "muc"
  name = "Rooms"
  restrict_room_creation = false
  muc_room_locking = false
  modules_enabled = {{ "lab_bridges" }}

Component "proxy.{domain}" "proxy65"
  proxy65_address = "{host}"
  proxy65_acl = {{ "{domain}" }}
'''

COMPONENT = 'Component "%s"\n  component_secret = "%s"\n'

#: How cards are kept: converted to vCard4 as new Prosodys do, as they were written, or by the provider alone.
CARDS = {'converted': '"vcard_legacy"', 'stored': '"vcard"', 'managed': '"vcard"; "lab_managed_cards"'}

STANZA = re.compile(r'LAB-STANZA (\S+) (\S+) (\S+) from=(\S+) to=(\S+) (\S+) (\S+) (\S+)')


def _quote(text):
    escaped = text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n').replace('\r', '\\r')
    return '"%s"' % escaped


def _file_name(text):
    """As Prosody's datamanager names files: everything but letters and digits in percent notation."""
    return ''.join(c if c.isascii() and c.isalnum() else '%%%02x' % ord(c) for c in text)


def _lua(element, parent_namespace=None):
    """An XML element as Prosody keeps stanzas in files."""
    namespace, _, name = element.tag.rpartition('}')
    namespace = namespace.lstrip('{') or parent_namespace
    attributes = ['[%s] = %s' % (_quote(key), _quote(value)) for key, value in element.attrib.items()]
    if namespace != parent_namespace:
        attributes.append('["xmlns"] = %s' % _quote(namespace))
    parts = [_quote(element.text)] if element.text else []
    for child in element:
        parts.append(_lua(child, namespace))
        if child.tail:
            parts.append(_quote(child.tail))
    return '{ ["name"] = %s; ["attr"] = { %s }; %s }' % (_quote(name), '; '.join(attributes), '; '.join(parts))


def card(*tels, name=None, extra=''):
    """A vcard-temp with these numbers: each a text, or (text, 'CELL', 'WORK', ...)."""
    entries = []
    for tel in tels:
        value, types = (tel, ('VOICE',)) if isinstance(tel, str) else (tel[0], tel[1:])
        entries.append('<TEL>%s<NUMBER>%s</NUMBER></TEL>' % (''.join('<%s/>' % kind for kind in types), value))
    return "<vCard xmlns='vcard-temp'>%s%s%s</vCard>" % ('<FN>%s</FN>' % name if name else '', ''.join(entries), extra)


def sip_services(secret, ttl, *services):
    """host_options that hand out telephony by mod_cusax_sip. services: (type, transport, host, port)."""
    entries = ['{ type = "%s"; transport = "%s"; host = "%s"; port = %d }' % service for service in services]
    return ('modules_enabled = { "cusax_sip" }\ncusax_sip_secret = "%s"\ncusax_sip_ttl = %d\n'
            'cusax_sip_services = { %s }\n' % (secret, ttl, '; '.join(entries)))


class Prosody:
    """start() and stop() as often as a test wants; ports and data stay."""

    def __init__(self, folder, domain, users, certificate, key, further=None, cards='converted', strangers=(),
                 place=HERE, host_options='', components=None):
        """users: user part -> password. further: domain -> users of it, who stand in the rosters of the first domain
        and have its users in theirs. cards: one of CARDS. strangers: bare JIDs who stand in nobody's roster.
        host_options: lines of configuration for the domain. components: JID of an external one -> its secret."""
        self.folder, self.domain, self.users = folder, domain, dict(users)
        self.further = {name: dict(people) for name, people in (further or {}).items()}
        self.strangers = set(strangers)
        self.place, self.host = place, place.host
        first = place.ports(4, 5222)
        self.port, self.tls_port, self.proxy_port, self.component_port = range(first, first + 4)
        self.process, self._has_components = None, bool(components)
        os.makedirs(os.path.join(folder, 'data'), exist_ok=True)
        self._config = os.path.join(folder, 'prosody.cfg.lua')
        modules = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'prosody-modules')
        with open(self._config, 'w', encoding='utf-8') as file:
            addresses = '; '.join('"%s"' % address for address in place.addresses)
            file.write(CONFIG.format(
                folder=folder, host=self.host, addresses=addresses, port=self.port, tls_port=self.tls_port,
                proxy_port=self.proxy_port, domain=domain, certificate=certificate, key=key, modules=modules,
                cards=CARDS[cards], host_options=host_options,
                component_ports=self.component_port if components else '',
                components=''.join(COMPONENT % item for item in (components or {}).items()),
                further=''.join('VirtualHost "%s"\n' % name for name in self.further)))
        for jid, password in self._people():
            self.set_password(jid, password)
            self.set_roster(jid, [(other, other.split('@')[0].capitalize()) for other in self._contacts_of(jid)])

    def _people(self):
        yield from (('%s@%s' % (user, self.domain), password) for user, password in self.users.items())
        for domain, users in self.further.items():
            yield from (('%s@%s' % (user, domain), password) for user, password in users.items())

    def _contacts_of(self, jid):
        if jid in self.strangers:
            return []
        ours = jid.endswith('@' + self.domain)
        return sorted(other for other, _ in self._people() if other != jid and other not in self.strangers
                      and (ours or other.endswith('@' + self.domain)))

    def full(self, user):
        return user if '@' in user else '%s@%s' % (user, self.domain)

    # Data files: before start(), or while nobody of them is signed in

    def set_password(self, user, password):
        self._write('accounts', user, 'return { ["password"] = %s; };\n' % _quote(password))

    def set_roster(self, user, contacts, group='Lab'):
        """contacts: (bare JID, name), each subscribed both ways as far as this side knows."""
        entries = ['[false] = { ["version"] = 1; ["pending"] = {}; };']
        entries += ['[%s] = { ["subscription"] = "both"; ["name"] = %s; ["groups"] = { [%s] = true; }; };'
                    % (_quote(jid), _quote(name), _quote(group)) for jid, name in contacts]
        self._write('roster', user, 'return { %s };\n' % '\n'.join(entries))

    def set_big_roster(self, user, count, with_cards=0):
        """Besides the usual contacts c00001 and so on at the own domain; the first `with_cards` of them have a card
        with their own number. Gives their JIDs."""
        jids = ['c%05d@%s' % (number, self.domain) for number in range(1, count + 1)]
        usual = [(other, other.split('@')[0].capitalize()) for other in self._contacts_of(self.full(user))]
        self.set_roster(user, usual + [(jid, 'Contact %s' % jid[1:6]) for jid in jids])
        for jid in jids[:with_cards]:
            self.set_card(jid, card('+49301%s' % jid[1:6]))
        return jids

    def set_card(self, user, xml):
        """A vcard-temp, kept as it is (cards 'stored' or 'managed')."""
        self._write('vcard', user, 'return %s;\n' % _lua(ET.fromstring(xml)))

    def announce_bridges(self, *bridges, field='audio-video-uri'):
        """bridges: (room, uri); counts from the next disco#info on."""
        with open(os.path.join(self.folder, 'bridges'), 'w', encoding='utf-8') as file:
            file.write(''.join('%s %s %s\n' % (room, field, uri) for room, uri in bridges))

    def _write(self, store, user, text):
        name, domain = self.full(user).split('@')
        folder = os.path.join(self.folder, 'data', _file_name(domain), store)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, _file_name(name) + '.dat'), 'w', encoding='utf-8') as file:
            file.write(text)

    # Its life

    def start(self):
        env = dict(os.environ, HOME=self.folder, LC_ALL='C.UTF-8')
        self.process = Process('prosody', self.place.wrap(['prosody', '--config', self._config, '-F']),
                               os.path.join(self.folder, 'prosody.log'), env=env, cwd=self.folder)
        self.process.wait_for(self._answers, 'its ports', 15)

    def _answers(self):
        ports = [self.port, self.proxy_port] + ([self.component_port] if self._has_components else [])
        return all(self.place.can_connect(port) for port in ports)

    def stop(self):
        if self.process:
            self.process.stop()

    def kill(self):
        """As a crash: connections break without a word of XMPP."""
        self.process.kill()

    # What arrived

    def stanzas(self, user=None, kind=None, namespace=None, to=None):
        """What clients sent since its start, oldest first, as dicts: when, kind (iq, presence), type, from, to, name,
        namespace and node of the first child. Filtered by sender, kind, namespace, receiver (bare JIDs)."""
        found = []
        for match in STANZA.finditer(self.process.log_text()):
            stanza = dict(zip(('when', 'kind', 'type', 'from', 'to', 'name', 'namespace', 'node'), match.groups()))
            stanza['when'] = float(stanza['when'])
            if (user in (None, stanza['from'].split('/')[0].split('@')[0], stanza['from'].split('/')[0])
                    and kind in (None, stanza['kind']) and namespace in (None, stanza['namespace'])
                    and to in (None, stanza['to'].split('/')[0])):
                found.append(stanza)
        return found

    def card_requests(self, user=None, to=None):
        """Requests for cards of others, in either format (what a client asks of its own is left out)."""
        requests = [stanza for stanza in self.stanzas(user, 'iq', to=to) if stanza['type'] == 'get' and
                    (stanza['namespace'] in ('vcard-temp', 'urn:ietf:params:xml:ns:vcard-4.0')
                     or stanza['node'] == 'urn:xmpp:vcard4')]
        return [stanza for stanza in requests if stanza['to'].split('/')[0] not in
                ('-', stanza['from'].split('/')[0])]

    @staticmethod
    def now():
        """The clock of stanzas()."""
        return time.time()
