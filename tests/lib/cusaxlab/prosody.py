# SPDX-License-Identifier: GPL-2.0-or-later
"""The XMPP server of the laboratory: Prosody with its own configuration, data and ports.

STARTTLS is required. The users stand in each other's rosters, subscribed both ways; rooms are at
conference.<domain>, the file transfer proxy at proxy.<domain>.
"""

import os

from .process import LOOPBACK, Process, can_connect, free_ports

CONFIG = '''-- SPDX-License-Identifier: GPL-2.0-or-later
daemonize = false
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
interfaces = {{ "{host}" }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{ {tls_port} }}
s2s_ports = {{ }}
http_ports = {{ }}
https_ports = {{ }}
plugin_paths = {{ }}
storage = "internal"
authentication = "internal_plain"
c2s_require_encryption = true
allow_registration = false
ssl = {{ certificate = "{certificate}"; key = "{key}" }}
modules_enabled = {{ "roster"; "saslauth"; "tls"; "disco"; "carbons"; "pep"; "private"; "blocklist"; "vcard4";
  "vcard_legacy"; "version"; "time"; "ping"; "posix"; "smacks" }}
modules_disabled = {{ "s2s"; "http" }}
log = {{ {{ levels = {{ min = "debug" }}; to = "console" }} }}
proxy65_ports = {{ {proxy_port} }}
proxy65_interfaces = {{ "{host}" }}

VirtualHost "{domain}"

Component "conference.{domain}" "muc"
  name = "Rooms"
  restrict_room_creation = false
  muc_room_locking = false

Component "proxy.{domain}" "proxy65"
  proxy65_address = "{host}"
  proxy65_acl = {{ "{domain}" }}
'''


def _quote(text):
    return '"%s"' % text.replace('\\', '\\\\').replace('"', '\\"')


def _file_name(text):
    """As Prosody's datamanager names files: everything but letters and digits in percent notation."""
    return ''.join(c if c.isascii() and c.isalnum() else '%%%02x' % ord(c) for c in text)


class Prosody:
    """start() and stop() as often as a test wants; ports and data stay."""

    def __init__(self, folder, domain, users, certificate, key):
        """users: user part -> password."""
        self.folder, self.domain, self.users = folder, domain, dict(users)
        self.host = LOOPBACK
        first = free_ports(3)
        self.port, self.tls_port, self.proxy_port = first, first + 1, first + 2
        self.process = None
        os.makedirs(os.path.join(folder, 'data'), exist_ok=True)
        self._config = os.path.join(folder, 'prosody.cfg.lua')
        with open(self._config, 'w', encoding='utf-8') as file:
            file.write(CONFIG.format(folder=folder, host=self.host, port=self.port, tls_port=self.tls_port,
                                     proxy_port=self.proxy_port, domain=domain, certificate=certificate, key=key))
        for user, password in self.users.items():
            self.set_password(user, password)
            self._write_roster(user)

    def set_password(self, user, password):
        self._write('accounts', user, 'return { ["password"] = %s; };\n' % _quote(password))

    def _write_roster(self, user):
        entries = ['[false] = { ["version"] = 1; ["pending"] = {}; };']
        for other in sorted(self.users):
            if other != user:
                entries.append('[%s] = { ["subscription"] = "both"; ["name"] = %s; ["groups"] = { ["Lab"] = true; }; };'
                               % (_quote('%s@%s' % (other, self.domain)), _quote(other.capitalize())))
        self._write('roster', user, 'return { %s };\n' % ' '.join(entries))

    def _write(self, store, user, text):
        folder = os.path.join(self.folder, 'data', _file_name(self.domain), store)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, _file_name(user) + '.dat'), 'w', encoding='utf-8') as file:
            file.write(text)

    def start(self):
        env = dict(os.environ, HOME=self.folder, LC_ALL='C.UTF-8')
        self.process = Process('prosody', ['prosody', '--config', self._config, '-F'],
                               os.path.join(self.folder, 'prosody.log'), env=env, cwd=self.folder)
        self.process.wait_for(lambda: can_connect(self.port) and can_connect(self.proxy_port), 'its ports', 15)

    def stop(self):
        if self.process:
            self.process.stop()

    def kill(self):
        """As a crash: connections break without a word of XMPP."""
        self.process.kill()
