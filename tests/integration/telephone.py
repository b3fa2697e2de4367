# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the telephone share: alice is the product, others are raw SIP agents with a voice (sipcaller) or
baresip; who calls whom, and whether they hear each other."""

from cusaxlab.process import wait_until

ALICE, BOB, ECHO = 'alice@cusax.test', 'bob@cusax.test', 'echo@cusax.test'
CAROL, MALLORY = 'carol@other.test', 'mallory@other.test'
FURTHER = {'other.test': ['carol', 'mallory']}
#: What alice says, what the others say.
TONE, BOBS, ECHOS = 440, 880, 660


def sip(jid):
    return 'sip:' + jid


def calls_of(alice):
    """/calls: its lines."""
    return [line for line in alice.command('/calls').splitlines() if line.startswith('#')]


def wait_calls(alice, count, seconds=10):
    return wait_until(lambda: len(calls_of(alice)) == count and (calls_of(alice) or True), '%d calls' % count, seconds,
                      lambda: str(calls_of(alice)), 0.1)


def number_of(alice, word):
    """The number of the call with this word in its line: "#2"."""
    return next(line.split()[0] for line in calls_of(alice) if word.lower() in line.lower())


def call_out(alice, agent, hear=True):
    """alice calls, the agent answers; gives the agent's call once both hear each other."""
    alice.call('%s@%s' % (agent.user, agent.domain))
    call = agent.wait_call()
    call.ring()
    call.accept()
    if hear:
        both_hear(alice, call)
    return call


def call_in(alice, agent, hear=True, **options):
    """The agent calls, alice answers."""
    mark = alice.mark()
    call = agent.invite(sip(ALICE), **options)
    alice.respond(alice.expect('request .*title="Incoming Call"', since=mark), 'Answer')
    call.wait(200)
    if hear:
        both_hear(alice, call)
    return call


def both_hear(alice, call, tone=TONE):
    call.voice.wait_heard(tone, seconds=0.5)
    wait_hears(alice, call)


def who_of(alice, call):
    """libpurple's name for the other side of this call: that of its newest recording."""
    user = call.agent.user
    return next((event['who'] for event in reversed(alice.find('recording ')) if user in event['who'].lower()), None)


def wait_hears(alice, call, timeout=10):
    """alice hears this agent, in the window of its call."""
    wait_until(lambda: who_of(alice, call), 'sound of %s' % call.agent.user, timeout, lambda: '\n'.join(alice.tail()))
    alice.expect_tone(call.agent.tone, timeout, who=who_of(alice, call))


def wait_quiet(call, seconds=0.5):
    """No RTP arrives any more, for so many seconds."""
    before = [-1]

    def quiet():
        last, before[0] = before[0], call.voice.packets
        return last == before[0]
    wait_until(quiet, 'no more RTP to %s' % call.agent.user, 5, lambda: '%d packets came' % call.voice.packets, seconds)


def ended_by(agent, call):
    """The BYE of theirs, if there was one."""
    return next((request for request in agent.requests
                 if request.method == 'BYE' and request.call_id == call.call_id), None)
