# SPDX-License-Identifier: GPL-2.0-or-later
"""Signing in at a real proxy that is strict (A1, R47): nonces end soon and count, requests in calls are asked too."""

import pytest

from cusaxlab.process import LabError, wait_until
from product import Person

REFRESHES = 10


@pytest.mark.parametrize('algorithm', ['SHA-256', 'MD5'])
def test_a1_ten_refreshes_and_a_call(make_lab, algorithm):
    lab = make_lab(algorithm=algorithm, in_dialog_auth=True, nonce_expire=3, max_expires=2).start()
    # Nobody refreshes for him, and two seconds may be over before alice has signed in.
    bob = lab.sip_caller('bob', register=False).on_invite(ok=[])
    lab.kamailio.bind('bob', bob.contact)
    with Person(lab, 'alice') as alice:
        def of_alice():
            return [message for message in lab.kamailio.wire('REGISTER') if 'alice@' in message.one('to')]

        mark = alice.mark()
        alice.do('call', 'bob@cusax.test')
        call = bob.wait_call()
        wait_until(lambda: call.acknowledged, 'the call stands', 10, bob.tail)
        wait_until(lambda: len(of_alice()) > 2 * REFRESHES, 'ten refreshes', 40, lab.kamailio.process.tail)
        lab.kamailio.wait_registered('alice')
        assert 'signed in' in alice.telephony()
        alice.hang_up()
        call.wait_ended()
        alice.absent('(notify|disconnected)', mark)

        # No storm: a challenge, where the nonce was too old, is answered by one request, and that is it.
        registers = of_alice()
        assert len({message.call_id for message in registers}) == 1
        numbers = [message.cseq for message in registers]
        assert numbers == sorted(set(numbers))
        answers = [message.one('authorization') for message in registers[1:]]
        assert all('algorithm=' + algorithm in answer for answer in answers)
        nonces = [answer.split('nonce="')[1].split('"')[0] for answer in answers]
        assert len(set(nonces)) < len(nonces), 'a nonce is used as long as it is good'
        for nonce in set(nonces):
            counts = [answer.split('nc=')[1][:8] for answer in answers if nonce in answer]
            assert counts == ['%08x' % (n + 1) for n in range(len(counts))]

        # One Call-ID for the call, asked twice at most for each of its requests.
        invites = lab.kamailio.wire('INVITE', call=call.request.call_id)
        byes = lab.kamailio.wire('BYE', call=call.request.call_id)
        assert 1 <= len(invites) <= 2 and 1 <= len(byes) <= 2
        assert 'algorithm=' + algorithm in invites[-1].one('proxy-authorization')
        assert 'algorithm=' + algorithm in byes[-1].one('proxy-authorization')


def test_chat_alone_is_not_signed_in(lab):
    """What every test waits for before it calls: a call in between is refused."""
    lab.kamailio.answer('REGISTER', 503)
    with Person(lab, 'alice', sign_in=False) as alice:
        alice.sign_in(telephony=False)
        assert 'Chat: signed in' in alice.phone()
        with pytest.raises(LabError):
            alice.wait_phone('signed in', 0.1)
        lab.kamailio.answer('REGISTER', None)
        alice.wait_phone('signed in', 20)
