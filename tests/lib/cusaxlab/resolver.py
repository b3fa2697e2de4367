# SPDX-License-Identifier: GPL-2.0-or-later
"""A name server of the test's own: dnsmasq on port 53 of a network's server side, and the resolv.conf, hosts and
nsswitch.conf that send programs there. Knows the records that a test gives it and nothing else: any other name does
not exist.

    names = Resolver(folder, network).start()
    names.host('sip.cusax.test', SERVER, SERVER6)
    names.srv('_sips._tcp.cusax.test', 'sip.cusax.test', 5061, priority=10)
    names.apply()
"""

import os

from .netns import SERVER, SERVER6
from .process import Process

CONFIG = '''port=53
no-resolv
no-hosts
no-poll
no-daemon
pid-file=
user=root
group=root
log-queries
log-facility=-
bind-interfaces
listen-address=%s,%s
local=/#/
local-ttl=1
neg-ttl=1
'''

NSSWITCH = 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\nnetworks: files\n'


class Resolver:
    """Records are collected and take effect by apply()."""

    def __init__(self, folder, network):
        self._folder, self._network, self.process = folder, network, None
        self._records = []
        os.makedirs(folder, exist_ok=True)
        self._config = self._write('dnsmasq.conf', '')
        self._hosts = self._write('hosts', '127.0.0.1 localhost\n::1 localhost\n')
        network.put(self._write('resolv.conf', 'nameserver %s\noptions timeout:2 attempts:2\n'
                                % (SERVER if network.ipv4 else SERVER6)), '/etc/resolv.conf',
                    self._hosts, '/etc/hosts', self._write('nsswitch.conf', NSSWITCH), '/etc/nsswitch.conf')

    def _write(self, name, text):
        path = os.path.join(self._folder, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(path, 0o644)
        return path

    # Records

    def host(self, name, *addresses):
        """A and AAAA."""
        self._records.append('host-record=%s' % ','.join((name,) + addresses))
        return self

    def srv(self, service, target='', port=0, priority=0, weight=0):
        """Without a target: "this service is not available here"."""
        self._records.append('srv-host=%s%s' % (service, target and ',%s,%d,%d,%d' % (target, port, priority, weight)))
        return self

    def naptr(self, name, order, preference, flags, service, replacement='', regexp=''):
        fields = [name, str(order), str(preference), flags, service, '"%s"' % regexp if regexp else '']
        self._records.append('naptr-record=' + ','.join(fields + ([replacement] if replacement else [])))
        return self

    def txt(self, name, text):
        self._records.append('txt-record=%s,"%s"' % (name, text))
        return self

    def forget(self, start):
        """Drops the records whose name begins with `start`."""
        self._records = [record for record in self._records if not record.partition('=')[2].startswith(start)]
        return self

    def only_in_hosts_file(self, name, *addresses):
        """The hosts file of both sides; dnsmasq does not read it."""
        with open(self._hosts, 'a', encoding='utf-8') as file:
            file.write(''.join('%s %s\n' % (address, name) for address in addresses))

    # Its life

    def apply(self):
        if self.process:
            self.process.stop()
        self._write('dnsmasq.conf', CONFIG % (SERVER, SERVER6) + '\n'.join(self._records) + '\n')
        command = self._network.server.wrap(['/usr/sbin/dnsmasq', '--conf-file=' + self._config])
        self.process = Process('dnsmasq', command, os.path.join(self._folder, 'dnsmasq.log'))
        self.process.wait_for_line('started', 5)
        return self

    start = apply

    def silent(self, yes=True):
        """A name server that takes questions and never answers."""
        if yes:
            self._network.server.swallow('udp dport 53', 'tcp dport 53')
        else:
            self._network.server.release()

    def asked(self, name):
        """How often a name was asked for since the last apply(), of any type."""
        return sum(1 for line in self.process.log_text().splitlines()
                   if 'query[' in line and (' %s from' % name).lower() in line.lower())

    def stop(self):
        if self.process:
            self.process.stop()
