# SPDX-License-Identifier: GPL-2.0-or-later
"""Pidgin and Finch on a private desktop, and libpurple's D-Bus service in either of them."""

import os
import shutil
import signal
import subprocess

from .process import LabError, read_tail, wait_until

SERVICE = 'im.pidgin.purple.PurpleService'
OBJECT = '/im/pidgin/purple/PurpleObject'
INTERFACE = 'im.pidgin.purple.PurpleInterface'


class Purple:
    """libpurple's functions over D-Bus: purple.PurpleAccountsGetAllActive() and so on."""

    def __init__(self, address):
        self._address, self._interface = address, None

    def connect(self):
        import dbus  # here, so that the rest of the laboratory does without
        bus = dbus.bus.BusConnection(self._address)
        if not bus.name_has_owner(SERVICE):
            bus.close()
            return False
        self._interface = dbus.Interface(bus.get_object(SERVICE, OBJECT), INTERFACE)
        return True

    def __getattr__(self, name):
        return getattr(self._interface, name)

    def account(self, jid, protocol):
        """The number of an account, 0 when there is none."""
        for account in self.PurpleAccountsGetAll():
            name = str(self.PurpleAccountGetUsername(account))
            if name.split('/')[0] == jid and str(self.PurpleAccountGetProtocolId(account)) == protocol:
                return int(account)
        return 0

    def is_connected(self, account):
        return bool(account and self.PurpleAccountIsConnected(account))

    def send(self, account, who, text):
        """Says or commands something in a chat with somebody, as if typed (without slash commands)."""
        conversation = self.open_chat(account, who)
        self.PurpleConvImSend(self.PurpleConvIm(conversation), text)

    def open_chat(self, account, who):
        return int(self.PurpleConversationNew(1, account, who))


class Client:
    """One running user interface with a profile."""

    def __init__(self, desktop, profile):
        self.desktop, self.profile = desktop, profile
        self.purple = self.process = None

    def _wait_service(self, seconds):
        self.purple = Purple(self.desktop.env['DBUS_SESSION_BUS_ADDRESS'])
        self.process.wait_for(self.purple.connect, 'D-Bus service of libpurple', seconds)

    def wait_online(self, jid, protocol='prpl-jabber-cusax', seconds=20):
        """Waits until this account's chat is connected; gives the account's number."""
        return self.process.wait_for(
            lambda: (lambda account: self.purple.is_connected(account) and account)(self.purple.account(jid, protocol)),
            '%s online' % jid, seconds)

    def wait_log(self, text, seconds=10):
        """Waits for a line of the debug log."""
        wait_until(lambda: text in self.log(), 'debug log line with %r' % text, seconds, self.tail)

    def log(self):
        raise NotImplementedError

    def tail(self, lines=40):
        return '==== debug log\n' + '\n'.join(self.log().splitlines()[-lines:])


class Pidgin(Client):
    """Pidgin with -d; its debug log is the process's log."""

    def start(self, seconds=20, gtk_modules=None):
        env = dict(self.desktop.env, GTK_MODULES=gtk_modules) if gtk_modules else self.desktop.env
        self.process = self.desktop.run('pidgin', ['pidgin', '-c', self.profile.folder, '-m', '-d'], env=env)
        self._wait_service(seconds)
        return self

    def log(self):
        return self.process.log_text()


class Finch(Client):
    """Finch in a tmux of 100 x 40 with a socket of its own. Its debug lines go to stderr, into a file."""

    def start(self, seconds=20, columns=100, rows=40):
        tmux = shutil.which('tmux')
        if tmux is None:
            raise LabError('tmux is not installed (tests/lib/packages)')
        folder = self.desktop.folder
        self._socket = os.path.join(folder, 'tmux')
        self._log = os.path.join(folder, 'finch.log')
        open(self._log, 'w').close()
        self.desktop.lab.watch_log(self._log)
        # With another TERM the arrow keys arrive as Escape and close menus.
        config = os.path.join(folder, 'tmux.conf')
        with open(config, 'w', encoding='ascii') as file:
            file.write('set -g default-terminal screen\nset -g status off\nset -s escape-time 0\n'
                       'set -g remain-on-exit on\n')
        shell = 'exec finch -c "$0" -d 2>"$1"'
        env = dict(self.desktop.env, TERM='screen')
        # -D: the server stays in the foreground, so that it is ours to end; new-session comes from a client.
        self.process = self.desktop.run('tmux', [tmux, '-S', self._socket, '-f', config, '-D'], env=env,
                                        death_signal=signal.SIGTERM)
        self.process.wait_for(lambda: os.path.exists(self._socket), 'its socket')
        self._tmux('new-session', '-d', '-s', 'finch', '-x', str(columns), '-y', str(rows),
                   '/bin/sh', '-c', shell, self.profile.folder, self._log)
        self._wait_service(seconds)
        return self

    def record(self, path):
        """From now on everything that the terminal gets goes to this file too, to be played with cat."""
        self._tmux('pipe-pane', '-t', 'finch', "cat > '%s'" % path)

    def _tmux(self, *words):
        done = subprocess.run(['tmux', '-S', self._socket, *words], env=self.desktop.env, capture_output=True,
                              text=True, timeout=10)
        if done.returncode:
            raise LabError('tmux %s: %s\n%s' % (words[0], done.stderr.strip(), read_tail(self._log)))
        return done.stdout

    def screen(self):
        return self._tmux('capture-pane', '-p', '-t', 'finch')

    def wait_screen(self, text, seconds=10):
        wait_until(lambda: text in self.screen(), 'Finch shows %r' % text, seconds,
                   lambda: self.screen() + '\n' + self.tail())

    def keys(self, *names):
        """Presses keys as tmux names them ("M-a", "Down", "Enter"), with the pause that Finch needs."""
        for name in names:
            self._tmux('send-keys', '-t', 'finch', name)
            self._tmux('run-shell', '-d', '0.1', 'true')

    def type(self, text):
        self._tmux('send-keys', '-t', 'finch', '-l', text)

    def log(self):
        with open(self._log, encoding='utf-8', errors='replace') as file:
            return file.read()
