# SPDX-License-Identifier: GPL-2.0-or-later
"""The laboratory's own telephones against each other: sound, hold, digits, transfer, news, without the product. What
fails here is no fault of its."""

from cusaxlab.process import wait_until

BOB, ECHO = 'sip:bob@cusax.test', 'sip:echo@cusax.test'


def test_baresip_and_the_raw_agent_talk_hold_and_send_digits(lab):
    bob = lab.phone('bob', 'udp', tone=880, codecs=('PCMA',))
    carol = lab.sip_caller('echo', tone=660)
    call = carol.invite(BOB)
    bob.wait_incoming()
    bob.accept()
    call.wait(200)
    call.voice.wait_heard(880)
    bob.wait_heard(660)
    bob.digits('12#')
    call.voice.wait_digits('12#')
    assert call.reoffer('sendonly').status == 200
    assert call.theirs()['direction'] in ('recvonly', 'inactive')
    assert call.reoffer().status == 200
    call.voice.wait_heard(880)
    bob.hold()
    wait_until(lambda: call.offers, 're-INVITE', events=carol.tail)
    assert call.theirs()['direction'] in ('sendonly', 'inactive')
    bob.resume()
    wait_until(lambda: len(call.offers) == 2, 're-INVITE', events=carol.tail)
    assert call.bye().status == 200


def test_baresip_obeys_a_transfer_and_asks_for_one(lab):
    bob = lab.phone('bob', 'udp', tone=880, codecs=('PCMA',))
    echo = lab.sip_caller('echo', tone=660)
    other = lab.sip_caller('alice', tone=440)
    call = echo.invite(BOB)
    bob.wait_incoming()
    bob.accept()
    call.wait(200)
    assert call.refer('sip:alice@cusax.test').status == 202
    second = other.wait_call()
    second.accept()
    second.voice.wait_heard(880)
    call.wait_frag(200)
    # It leaves the hanging up to us.
    call.bye()
    bob.transfer(ECHO)
    assert ECHO in second.wait_refer().one('refer-to')
    second.tell('100 Trying')
    second.tell('200 OK', last=True)
    wait_until(lambda: second.ended, 'bob hangs up after the transfer', events=other.tail)


def test_raw_agents_replace_redirect_and_tell_outside_of_calls(lab):
    bob, echo = lab.sip_caller('bob', tone=880), lab.sip_caller('echo', tone=660)
    call = echo.invite(BOB)
    theirs = bob.wait_call()
    theirs.progress()
    call.voice.wait_heard(880)
    theirs.accept()
    call.wait(200)
    theirs.voice.wait_heard(660)
    replacing = lab.sip_caller('alice', tone=440).invite(BOB, headers=[('Replaces', call.replaces())])
    new = bob.wait_call()
    assert new.request.one('replaces') == '%s;to-tag=%s;from-tag=%s' % (
        theirs.call_id, theirs.tag, theirs.request.param('from', 'tag'))
    new.accept()
    theirs.bye()
    new.voice.wait_heard(440)
    wait_until(lambda: call.ended, 'the replaced call ends')
    assert replacing.bye().status == 200
    bob.on_invite(status=302, reason='Moved', headers=[('Contact', '<%s>' % ECHO)])
    moved = echo.invite(BOB).wait_final()
    assert moved.status == 302 and ECHO in moved.one('contact')
    assert echo.tell(BOB, 'message-summary', 'application/simple-message-summary', 'Messages-Waiting: yes\r\n').status == 200
    assert echo.refer(BOB, ECHO).status == 202 and bob.refers
