# SPDX-License-Identifier: GPL-2.0-or-later
"""The product in a laboratory: cusax-host with the built plugin, signed in to both legs of a Lab.

    with Person(lab, 'alice') as alice:
        alice.call('bob@cusax.test')
        alice.expect_tone(880)
"""

import os
import re

from cusaxhost import Host
from cusaxlab.lab import build_folder, plugin_path
from cusaxlab.process import wait_until
from cusaxlab.profile import CUSAX


#: GLib criticals that come from below us and that nobody here can avoid.
KNOWN_NOISE = re.compile(
    # libpurple sets it on every transmitter, rawudp has none.
    "has no property named 'controlling-mode'"
    # libpurple 2.14 notes the id of the time-out that reports a new stream after it may have fired (backend-fs2.c,
    # src_pad_added_cb, in a streaming thread), and removes it again at the end of the call.
    "|Source ID [0-9]+ was not found when attempting to remove it")


class Person(Host):
    """One account in one host. Its tone is what its microphone hears."""

    def __init__(self, lab, user, sign_in=True, protocol=CUSAX, transport='tls', tone=440, ui=None, password=None,
                 wrapper=(), env=None, plugin=None, place=None, **settings):
        """plugin: another file to load instead of the built one; one that is not there: none. place: where it runs, if
        not where the laboratory has the product."""
        self.lab, self.user, self.jid = lab, user, '%s@%s' % (user, lab.domain)
        plugin = plugin or plugin_path()
        profile = lab.profile(user, protocol=protocol, transport=transport, password=password, plugin=plugin,
                              **settings)
        binary = os.path.join(build_folder(), 'tests', 'host', 'cusax-host')
        super().__init__(binary, profile.folder, plugins=os.path.dirname(plugin), name=user, tone=tone, ui=ui,
                         wrapper=[*(place or lab.client).wrap([]), *wrapper], env=env)
        lab.watch_log(str(self.log))
        self.do('account use %s/test' % self.jid)
        if sign_in:
            self.sign_in(telephony=protocol == CUSAX)

    def stop(self, timeout=15, check=True):
        """Also fails if GLib complained about anything that is not known."""
        status = super().stop(timeout, check)
        criticals = [event.line for event in self.find('critical ') if not KNOWN_NOISE.search(event.line)]
        if check and criticals:
            raise AssertionError('%s: %s\n%s' % (self.user, criticals[0], '\n'.join(self.tail(60))))
        return status

    def enable(self):
        """Signs in without waiting."""
        self.do('account enable')

    def sign_in(self, telephony=True, timeout=15):
        """Signs in and waits until both legs are up."""
        self.enable()
        self.expect('connected ', timeout=timeout, since=0)
        if telephony:
            self.lab.kamailio.wait_registered(self.user)
            self.wait_phone('signed in')

    # ------------------------------------------------------------- telephony

    def phone(self):
        """What /phone says: the state of both legs in words."""
        return self.command('/phone')

    def telephony(self):
        """The half of it that is about telephony."""
        return next(line for line in self.phone().splitlines() if line.startswith('Telephony'))

    def command(self, text, who=None):
        """Runs a slash command in a conversation, gives what it wrote there."""
        who = who or 'echo@%s' % self.lab.domain
        mark = self.mark()
        self.do('open', who)
        self.do('cmd', who, text)
        return '\n'.join(event['text'] for event in self.find('message ', mark))

    def wait_phone(self, words, seconds=10):
        """Waits until /phone says this of telephony. Not of chat, which is signed in a moment earlier: a call that is
        made in between is refused."""
        return wait_until(lambda: words in self.telephony(), '%s: Telephony: %s' % (self.user, words), seconds,
                          self.phone)

    def call(self, who):
        """As a click on Audio Call."""
        self.do('call', who)

    def wait_ring(self, timeout=10):
        """The incoming-call dialog; answer with respond(ring, 'Answer')."""
        return self.expect('request .*title="Incoming Call"', timeout)

    def respond(self, request, button):
        self.do('respond', request['id'], button)

    def hang_up(self):
        self.do('media', 'hangup')

    def wait_line(self, words, timeout=10, since=0):
        """A line in a conversation, or a notice, that contains the words."""
        return self.expect(r'(message|notify) .*%s' % re.escape(words), timeout, since=since)

    # ---------------------------------------------------------------- people

    def tooltip(self, jid):
        return self.ask('tooltip', jid)['text']

    def wait_tooltip(self, jid, words, seconds=15):
        """A person looks at a contact until its card is there."""
        return wait_until(lambda: words in self.tooltip(jid) and self.tooltip(jid),
                          '%r in the tooltip of %s' % (words, jid), seconds, lambda: self.tooltip(jid), 0.2)

    def menu(self, jid):
        """The labels of a contact's menu, submenus as "Phone/...". """
        return [event['label'] for event in self.do('menu', jid) if event.name == 'menu-item']

    def fields(self, request):
        """The fields of a dialog: name -> event with type, label, value, options."""
        return {event['field']: event for event in self.do('requests')
                if event.name == 'request-field' and event['id'] == request['id']}

    def action(self, label):
        """An entry of the account's menu; gives the dialog that it opens."""
        mark = self.mark()
        self.do('action', label)
        return self.expect('request ', since=mark)
