# SPDX-License-Identifier: GPL-2.0-or-later
"""The telephones of contacts (RFC 4235) in tooltip and menu, and picking up a call that rings there (RFC 3891)."""

from cusaxlab.process import wait_until
from cusaxlab.prosody import card
from product import Person

ALICE, BOB = 'alice@cusax.test', 'bob@cusax.test'
KIND = 'application/dialog-info+xml'


def info(version, *dialogs):
    return ('<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="%d" state="full" '
            'entity="sip:%s">%s</dialog-info>' % (version, BOB, ''.join(dialogs)))


def dialog(state, caller):
    return ('<dialog id="d1" call-id="abc@lab" local-tag="l1" remote-tag="r1" direction="recipient"><state>%s</state>'
            '<local><identity>sip:%s</identity></local><remote><identity>%s</identity><target uri="%s"/></remote></dialog>'
            % (state, BOB, caller, caller))


def test_p12_a_contacts_telephone_rings_and_is_picked_up(make_lab):
    lab = make_lab(cards='stored', allow_events=('dialog',))
    lab.prosody.set_card(BOB, card('sip:' + BOB))
    lab.start()
    bob, echo = lab.sip_caller('bob'), lab.sip_caller('echo').on_invite()
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, 'sip:' + BOB)
        subscription = bob.wait_subscription(20)
        subscription.notify(KIND, info(1, dialog('confirmed', 'sip:echo@cusax.test')))
        alice.wait_tooltip(BOB, 'in use')
        assert 'Pick up the call' not in alice.menu(BOB)
        subscription.notify(KIND, info(2, dialog('early', 'sip:echo@cusax.test')))
        alice.wait_tooltip(BOB, 'rings')
        wait_until(lambda: 'Pick up the call' in alice.menu(BOB), 'the entry', 5, alice.tail)
        alice.do('menu', BOB, 'Pick up the call')
        call = echo.wait_call()
        replaces = call.request.one('replaces').replace(' ', '')
        assert replaces.startswith('abc@lab;') and 'l1' in replaces and 'r1' in replaces
        alice.hang_up()
        call.wait_ended()
        subscription.notify(KIND, info(3))
        wait_until(lambda: 'rings' not in alice.tooltip(BOB), 'free', 5, alice.tail)
        assert 'Pick up the call' not in alice.menu(BOB)
