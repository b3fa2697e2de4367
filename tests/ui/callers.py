# SPDX-License-Identifier: GPL-2.0-or-later
"""Callers for the user interfaces: an honest one, one whose Call-Info lies, one whom somebody's card claims, and what a
person must read and must not read of each."""

import base64
import hashlib

from cusaxlab.process import wait_until
from cusaxlab.prosody import card

ALICE, BOB, MALLORY = 'alice@cusax.test', 'bob@cusax.test', 'mallory@other.test'
HONEST, CEO = '+493012345678', '+4930777000'

#: 64 x 64 pixels, quartered in two colours.
PICTURE = base64.b64decode(
    'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAW0lEQVR42u3QMQ0AIBRDwVrBG9ZwgyfQ8Idul7y9uebdVFv7VAsA'
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAwBjQHmgfBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAw7gN7BqlawfWFKwAAAABJRU5ErkJggg==')


def cards():
    """bob's card has his number and picture; mallory's claims a number that is not his."""
    photo = '<PHOTO><TYPE>image/png</TYPE><BINVAL>%s</BINVAL></PHOTO>' % base64.b64encode(PICTURE).decode()
    return {BOB: card(HONEST, name='Bob', extra=photo), MALLORY: card(CEO)}


#: name -> (how it is called, what must be read, what must not)
CALLERS = {
    'honest': ({'from_uri': 'sip:%s@cusax.test' % HONEST, 'asserted': 'sip:%s@cusax.test' % HONEST,
                'headers': [('Call-Info', '<xmpp:%s>;purpose=impp' % BOB)]},
               ['Bob is calling', HONEST, 'Confirmed contact: ' + BOB], ['not confirmed']),
    'lying-call-info': ({'from_uri': 'sip:evil@elsewhere.test', 'display': 'Bob',
                         'headers': [('Call-Info', '<xmpp:%s>;purpose=impp' % BOB)]},
                        ['evil@elsewhere.test', 'Claims to be: %s (not confirmed)' % BOB],
                        ['Bob is calling', 'Confirmed']),
    'lying-card': ({'from_uri': 'sip:%s@cusax.test' % CEO, 'asserted': 'sip:%s@cusax.test' % CEO},
                   [CEO + ' is calling', 'Perhaps: Mallory', MALLORY, 'not confirmed'],
                   ['Mallory is calling', 'Confirmed']),
}


def call_alice(lab, name):
    """The caller of this name rings."""
    call = lab.sip_caller('trunk', register=False).invite('sip:' + ALICE, **CALLERS[name][0])
    call.wait(180)
    return call


def announce_picture(lab):
    bob = lab.contact('bob', resource='picture')
    bob.wait_presence(ALICE)
    bob.announce_photo(hashlib.sha1(PICTURE).hexdigest())


def wait_cards_known(lab):
    """The slow fill has read both cards."""
    wait_until(lambda: {BOB, MALLORY} <= {stanza['to'] for stanza in lab.prosody.card_requests('alice')},
               'the cards are read', 30, lab.tails, 0.2)
