# SPDX-License-Identifier: GPL-2.0-or-later
"""Dialogs that outlive what they ask about: the account is removed, disabled or moved to plain XMPP while one stands open,
and then it is answered. What was freed is filled with rubbish."""

import pytest

from product import Person

RUBBISH = {'MALLOC_PERTURB_': '165', 'G_SLICE': 'always-malloc'}

#: name -> (entry of the account's menu or None: it comes by itself, button)
DIALOGS = {
    'password': (None, 'Sign in'),
    'settings': ('Telephony settings...', 'Save'),
    'privacy': ('Privacy...', 'Save'),
    'test': ('Test call setup...', 'Cancel'),
    'move': ('Use for chat only...', 'Use for chat only'),
}
ENDS = {'remove': 'account remove', 'disable': 'account disable', 'move': 'account protocol prpl-jabber',
        'unload': 'plugin unload prpl-jabber-cusax'}


def open_requests(alice):
    return [event for event in alice.do('requests') if event.name == 'request']


@pytest.mark.parametrize('end', sorted(ENDS))
@pytest.mark.parametrize('name', sorted(DIALOGS))
def test_a_dialog_outlives_its_account(lab, name, end):
    entry, button = DIALOGS[name]
    if name == 'password':
        lab.kamailio.set_password('alice', 'another one')
    with Person(lab, 'alice', sign_in=False, env=RUBBISH) as alice:
        alice.sign_in(telephony=name != 'password')
        request = alice.action(entry) if entry else alice.expect('request .*elephony password', since=0)
        if end in ('move', 'unload'):
            alice.do('account disable')
        alice.do(*ENDS[end].split())
        still = [event['id'] for event in open_requests(alice)]
        if request['id'] in still:
            alice.respond(request, button)
        assert not (name in ('password', 'test') and end != 'disable' and request['id'] in still), still


def test_r51_saving_the_log_outlives_its_account(lab):
    with Person(lab, 'alice', env=RUBBISH) as alice:
        alice.action('Test call setup...')
        result = alice.expect('request .*Save log', 30, since=0)
        alice.respond(result, 'Save log...')
        file = alice.expect('request .*type="file"', since=0)
        alice.do('account remove')
        assert file['id'] not in [event['id'] for event in open_requests(alice)]
