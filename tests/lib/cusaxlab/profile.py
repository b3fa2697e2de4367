# SPDX-License-Identifier: GPL-2.0-or-later
"""Profiles of libpurple (its user folder) for Pidgin, Finch and the test host.

The server's certificate is pinned in the profile itself, as if the person had accepted it once; the SIP leg
reads the same pins. The system's certificate store is never touched.
"""

import os
import shutil
from xml.sax.saxutils import escape

CUSAX = 'prpl-jabber-cusax'
XMPP = 'prpl-jabber'

#: Account settings are kept per user interface where they say when to sign in.
AUTO_LOGIN = ''.join("<settings ui='%s'><setting name='auto-login' type='bool'>1</setting></settings>" % ui
                     for ui in ('gtk-gaim', 'gnt-purple', 'cusax-host'))

PREFS = '''<?xml version='1.0' encoding='UTF-8' ?>
<pref version='1' name='/'>
  <pref name='purple'>
    <pref name='savedstatus'><pref name='startup_current_status' type='bool' value='1'/></pref>
    <pref name='away'><pref name='idle_reporting' type='string' value='none'/></pref>
    <pref name='logging'>
      <pref name='log_ims' type='bool' value='0'/><pref name='log_chats' type='bool' value='0'/>
    </pref>
  </pref>
  <pref name='pidgin'>
    <pref name='sound'><pref name='method' type='string' value='none'/><pref name='mute' type='bool' value='1'/></pref>
    <pref name='blist'>
      <pref name='list_visible' type='bool' value='1'/><pref name='show_offline_buddies' type='bool' value='1'/>
      <pref name='x' type='int' value='20'/><pref name='y' type='int' value='20'/>
      <pref name='width' type='int' value='300'/><pref name='height' type='int' value='500'/>
    </pref>
    <pref name='docklet'><pref name='show' type='string' value='never'/></pref>
    <pref name='conversations'><pref name='im'>
      <pref name='x' type='int' value='360'/><pref name='y' type='int' value='20'/>
      <pref name='default_width' type='int' value='560'/><pref name='default_height' type='int' value='320'/>
    </pref></pref>
  </pref>
  <pref name='finch'>
    <pref name='sound'><pref name='method' type='string' value='nosound'/></pref>
  </pref>
</pref>
'''


def _setting(name, value):
    if isinstance(value, bool):
        return "<setting name='%s' type='bool'>%d</setting>" % (name, value)
    if isinstance(value, int):
        return "<setting name='%s' type='int'>%d</setting>" % (name, value)
    return "<setting name='%s' type='string'>%s</setting>" % (name, escape(value))


class Account:
    """One account of a profile; settings are the account settings with libpurple's names."""

    def __init__(self, protocol, jid, password, settings):
        self.protocol, self.jid, self.password, self.settings = protocol, jid, password, dict(settings)

    def xml(self):
        return ("<account><protocol>%s</protocol><name>%s</name><password>%s</password>"
                "<statuses><status type='available' name='Available' active='true'><attributes/></status></statuses>"
                "<settings>%s</settings>%s</account>" %
                (self.protocol, escape(self.jid), escape(self.password),
                 ''.join(_setting(*item) for item in self.settings.items()), AUTO_LOGIN))


class Profile:
    """Collects accounts, pins and plugins; write() puts them into the folder (0700)."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.accounts = []
        os.makedirs(self.folder, mode=0o700, exist_ok=True)

    def add(self, protocol, jid, password, **settings):
        self.accounts.append(Account(protocol, jid, password, settings))
        return self.accounts[-1]

    def pin(self, host, certificate):
        """As if the person had accepted this PEM file for this host name: libpurple looks under the name that
        the account connects to, its server setting or else the domain of its JID."""
        peers = os.path.join(self.folder, 'certificates', 'x509', 'tls_peers')
        os.makedirs(peers, mode=0o700, exist_ok=True)
        shutil.copyfile(certificate, os.path.join(peers, host))

    def accept(self, jid, host, port, fingerprint):
        """As if the person had accepted this certificate in our own question."""
        folder = os.path.join(self.folder, 'cusax', jid)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(os.path.join(folder, 'pins'), 'w', encoding='utf-8') as file:
            file.write('1\n%s %d %s\n' % (host, port, fingerprint))

    def add_plugin(self, path):
        """Loads this plugin from where it was built."""
        plugins = os.path.join(self.folder, 'plugins')
        os.makedirs(plugins, exist_ok=True)
        link = os.path.join(plugins, os.path.basename(path))
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink(os.path.abspath(path), link)

    def write(self):
        self._write('accounts.xml', "<?xml version='1.0' encoding='UTF-8' ?>\n<account version='1.0'>\n%s\n</account>\n"
                    % '\n'.join(account.xml() for account in self.accounts))
        self._write('prefs.xml', PREFS)
        return self.folder

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(path, 0o600)
