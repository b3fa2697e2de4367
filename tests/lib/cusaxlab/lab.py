# SPDX-License-Identifier: GPL-2.0-or-later
"""The laboratory: a CUSAX service on loopback, in a folder of its own, with people and telephones.

    with Lab() as lab:
        lab.start()
        bob = lab.phone('bob', tone=880)
        profile = lab.profile('alice')

Everything that was started ends with the block, by process id. DESIGN: each test takes a fresh lab, so that no
binding of an earlier one is left in the registrar; it starts in well under a second.
"""

import os
import shutil
import tempfile

from . import profile as profiles
from .baresip import Phone
from .certificates import Authority, read
from .kamailio import Kamailio
from .place import HERE
from .process import Process, read_tail
from .prosody import Prosody
from .sipcaller import SipCaller
from .xmpp import Contact

DOMAIN = 'cusax.test'
#: One password each, for both services.
USERS = {'alice': 'wonderland-7', 'bob': 'builder-8', 'echo': 'narcissus-9'}


def repository():
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


def build_folder():
    return os.path.abspath(os.environ.get('BUILD_DIR') or os.path.join(repository(), 'build'))


def plugin_path():
    return os.path.join(build_folder(), 'src', 'purple', 'libcusax.so')


class Lab:
    """CA, Prosody, Kamailio; phones, contacts and profiles on demand."""

    def __init__(self, domain=DOMAIN, users=None, further=None, cards='converted', strangers=(), place=HERE,
                 folder=None, prosody=None, sip_users=None, **kamailio_options):
        """further: other domain -> users of it (a list, or with passwords), a foreign service in chat and telephony.
        cards, strangers: see Prosody; prosody: more of its options. place: where servers and telephones run; folder:
        an empty one. sip_users: users (with passwords) whom only telephony has. kamailio_options: see Kamailio
        (algorithm, assert_identity, ...)."""
        self.domain, self.users = domain, dict(users or USERS)
        self.further = {name: dict(people) if isinstance(people, dict) else {user: user + '-pw' for user in people}
                        for name, people in (further or {}).items()}
        self.place, self.host = place, place.host
        self.client = HERE  # where the product runs
        self.phones = place  # where telephones and agents run
        self.folder = folder or self.new_folder()
        self._parts = []
        self._logs = []
        self.authority = Authority(self.path('ca'))
        names = [domain, 'localhost', 'conference.' + domain, 'proxy.' + domain, *place.addresses, *self.further]
        self.certificate, self.key = self.authority.issue('server', names)
        self._phone_pem = self.path('ca', 'phone.pem')
        with open(self._phone_pem, 'w', encoding='ascii') as file:
            file.write(read(self.certificate, self.key))
        self.prosody = Prosody(self._room('prosody'), domain, self.users, self.certificate, self.key,
                               further=self.further, cards=cards, strangers=strangers, place=place,
                               **(prosody or {}))
        self.kamailio = Kamailio(self._room('kamailio'), domain, dict(self.users, **(sip_users or {})),
                                 self.certificate, self.key, further=list(self.further), place=place,
                                 **kamailio_options)

    @staticmethod
    def new_folder():
        folder = tempfile.mkdtemp(prefix='cusax-lab-')
        if len(folder) > 60:
            # Names of unix sockets end at 107 bytes.
            os.rmdir(folder)
            folder = tempfile.mkdtemp(prefix='cusax-lab-', dir='/tmp')
        return folder

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def _room(self, name):
        os.makedirs(self.path(name), exist_ok=True)
        return self.path(name)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close()

    def start(self, xmpp=True, sip=True):
        if xmpp:
            self.prosody.start()
            self._parts.append(self.prosody)
        if sip:
            self.kamailio.start()
            self._parts.append(self.kamailio)
        return self

    def adopt(self, part):
        """Has part.stop() called at the end, before those that came earlier."""
        self._parts.append(part)
        return part

    def run(self, name, command, place=None, **options):
        """Starts any program as a part of the laboratory, beside the servers or in another place; its log is <name>.log
        in the lab's folder."""
        return self.adopt(Process(name, (place or self.place).wrap(command), self.path(name + '.log'), **options))

    # People and telephones

    def registrar(self, transport='tls'):
        """host:port of Kamailio for a transport, as the sip_server setting takes it."""
        return '%s:%d' % (self.phone_host, self.kamailio.tls_port if transport == 'tls' else self.kamailio.port)

    @property
    def phone_host(self):
        """The servers' address, as telephones dial it."""
        return self.host

    def phone(self, user, transport='tls', room=None, **options):
        """A registered baresip; options as for Phone (tone, echo, auto_answer, codecs, media_encryption...)."""
        room = self._room(room or 'phone-%s-%d' % (user, len(self._parts)))
        phone = Phone(room, user, self.users[user], self.domain,
                      '%s;transport=%s' % (self.registrar(transport), transport), self.authority.certificate,
                      self._phone_pem, place=self.phones, **options)
        self.adopt(phone)
        phone.start()
        return phone

    def echo_phone(self, user='echo', transport='tls', **options):
        """Answers every call and sends back what it hears."""
        return self.phone(user, transport, echo=True, **options)

    def password(self, jid):
        user, _, domain = jid.partition('@')
        return self.users[user] if domain in ('', self.domain) else self.further[domain][user]

    def contact(self, user, **options):
        """This user (or user@further-domain) online in chat."""
        contact = Contact(self.prosody.full(user), self.password(user), self.prosody.port,
                          self.authority.certificate, self.host, place=self.place, **options)
        self.adopt(contact)
        contact.start()
        return contact

    def sip_caller(self, user, transport='udp', register=True, **options):
        """A raw SIP agent (see sipcaller). user@further-domain: of the foreign service, registered without password.
        register=False: somebody from anywhere, who only calls. options: of SipCaller (tone, events, allow)."""
        name, _, domain = user.partition('@')
        own = domain in ('', self.domain)
        port = self.kamailio.tls_port if transport == 'tls' else self.kamailio.port
        caller = SipCaller(name, self.users.get(name) if own else None, domain or self.domain,
                           self.phone_host.strip('[]'), port,
                           transport, self.authority.certificate, self.phones, **options)
        self.adopt(caller)
        return caller.register() if register else caller

    # libpurple's side

    def profile(self, user, protocol=profiles.CUSAX, transport='tls', folder=None, plugin=None, password=None,
                **settings):
        """A written profile folder with one account of this user. More accounts: .add_account() and .write().

        settings override the defaults, by the names of libpurple's account settings."""
        profile = profiles.Profile(folder or self.path('profile-%s-%d' % (user, len(self._parts))))
        self.add_account(profile, user, protocol, transport, password, **settings)
        profile.add_plugin(plugin or plugin_path())
        self.pin(profile)
        profile.write()
        return profile

    def pin(self, profile):
        """Has the profile trust the servers."""
        # Looked up by the name that is connected to: both legs may use any of these.
        for host in (self.domain, self.host, 'localhost'):
            profile.pin(host, self.certificate)

    def usual_settings(self, protocol, transport):
        """What an account here needs besides its name and password."""
        values = {'connect_server': self.host, 'port': self.prosody.port, 'connection_security': 'require_tls',
                  'ft_proxies': 'proxy.' + self.domain}
        if protocol == profiles.CUSAX:
            values.update(sip_server=self.registrar(transport), sip_transport=transport,
                          sip_security='require_tls' if transport == 'tls' else 'allow_plain')
        return values

    def add_account(self, profile, user, protocol=profiles.CUSAX, transport='tls', password=None, resource='test',
                    **settings):
        values = dict(self.usual_settings(protocol, transport), **settings)
        return profile.add(protocol, '%s@%s/%s' % (user, self.domain, resource),
                           self.users[user] if password is None else password, **values)

    # The end

    def tails(self, lines=40):
        """The last lines of everything, for a failed test."""
        pieces = []
        for part in self._parts:
            if isinstance(part, (Prosody, Kamailio)):
                if part.process:
                    pieces.append(part.process.tail(lines))
            elif hasattr(part, 'tail'):
                pieces.append(part.tail(lines))
        pieces += ['==== %s\n%s' % (log, read_tail(log, lines)) for log in self._logs]
        return '\n'.join(pieces)

    def watch_log(self, path):
        """One more file for tails()."""
        self._logs.append(path)

    def close(self, keep=False):
        for part in reversed(self._parts):
            part.stop()
        self._parts.clear()
        if not keep and not os.environ.get('CUSAX_KEEP'):
            shutil.rmtree(self.folder, ignore_errors=True)
