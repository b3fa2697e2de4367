# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of identities share: how a ringing call is read, and who calls whom with which claims."""

from cusaxlab.process import wait_until

ALICE, BOB, ECHO = 'alice@cusax.test', 'bob@cusax.test', 'echo@cusax.test'
CAROL, MALLORY, STRANGER = 'carol@other.test', 'mallory@other.test', 'stranger@other.test'
NUMBER = '+493012345678'
AT_HOME = 'sip:%s@cusax.test' % NUMBER
FURTHER = {'other.test': ['carol', 'mallory', 'stranger']}


def impp(jid):
    return 'Call-Info', '<xmpp:%s>;purpose=impp' % jid


class Ring:
    """An incoming-call dialog as a person reads it."""

    def __init__(self, host, event):
        self.host, self.event = host, event
        self.headline, self.details = event['primary'], event['secondary']
        self.fields = host.fields(event)

    @property
    def picture(self):
        """(nullable): digest of the picture that is shown."""
        for field in self.fields.values():
            if field['type'] == 'image':
                return field['value'].rpartition(' ')[2]
        return None

    def update(self):
        """The dialog as it is now: it may be another one, with the name, after the cue was confirmed."""
        found = [event for event in self.host.do('requests') if event.name == 'open-request'
                 and event['title'] == 'Incoming Call']
        return Ring(self.host, found[-1]) if found else self

    def text(self):
        return '%s\n%s' % (self.headline, self.details)


def ring_of(host, seconds=10, since=None):
    """The dialog of the next call, as it opened. since: see Host.mark()."""
    return Ring(host, host.expect('request .*title="Incoming Call"', seconds, since=since))


def wait_named(host, name, seconds=4):
    """The ringing dialog names somebody, at once or after his card was read (3 s)."""
    def look():
        found = [event for event in host.do('requests') if event.name == 'open-request'
                 and event['title'] == 'Incoming Call' and event['primary'] == '%s is calling' % name]
        return Ring(host, found[-1]) if found else None
    return wait_until(look, '%s is named' % name, seconds, lambda: '\n'.join(host.tail()), 0.1)


def end(host, call):
    """The caller gives up; the dialog goes."""
    mark = host.mark()
    call.cancel()
    host.expect('request-closed .*title="Incoming Call"', since=mark)
