# SPDX-License-Identifier: GPL-2.0-or-later
"""R44: what a call is made of on the wire, in both roles: the product and SIPp through Kamailio. One row per case; the
scenarios (tests/sipp) say and check every message. After each row nothing is left of it, and the o= lines of all that
alice said are checked as a whole.
"""

import re
import time

import pytest

from cusaxlab import Lab
from cusaxlab.process import wait_until
from cusaxlab.sipp import Sipp
from product import Person

BOB = 'bob@cusax.test'
ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'
#: Calls of each kind that have to leave nothing behind; the kinds make 100 together.
MANY = 20


class Stage:
    """One laboratory and one alice for all rows; each row ends as it began."""

    def __init__(self, lab, alice):
        self.lab, self.alice, self.other = lab, alice, None
        self.mark = self.first = 0
        #: Of all SIPps so far: what comes to Kamailio from elsewhere is of alice.
        self.ports = set()

    def play(self, scenario, **options):
        """Another SIPp, which is the row's own from now on."""
        self.other = Sipp(self.lab, scenario, **options)
        self.ports.add(self.other.port)
        return self.other

    def begin(self):
        if self.media():
            # A row before failed.
            self.hang_up()
        self.wait_nothing_left()
        self.mark, self.first = self.alice.mark(), len(self.wire())

    def wire(self):
        """All replies that arrived at Kamailio."""
        return self.lab.kamailio.wire(status=lambda status: True)

    def said(self, pattern=''):
        """What alice said in this row, requests and replies, if it matches."""
        everything = self.lab.kamailio.wire() + self.wire()[self.first:]
        calls = {message.call_id for message in self.wire()[self.first:]}
        return [message for message in everything
                if int(message.source.rpartition(':')[2]) not in self.ports and message.call_id in calls
                and re.search(pattern, message.encode().decode('utf-8', 'replace'))]

    def wait_said(self, pattern, count=1):
        wait_until(lambda: len(self.said(pattern)) >= count, '%d x %r of alice' % (count, pattern), 10, self.other.tail)

    def media(self):
        return int(self.alice.ask('media', 'list', event='media-list')['count'])

    def wait_nothing_left(self):
        wait_until(lambda: self.media() == 0 and '#' not in self.alice.command('/calls'), 'no call is left', 10,
                   self.alice.tail, 0.05)

    # What alice does

    def ring(self):
        return self.alice.expect('request .*title="Incoming Call"', since=self.mark)

    def answer(self):
        self.alice.respond(self.ring(), 'Answer')

    def decline(self):
        self.alice.respond(self.ring(), 'Decline')

    def call(self):
        self.alice.call(BOB)

    def hold(self):
        self.alice.command('/hold', BOB)

    def resume(self):
        self.alice.command('/resume', BOB)

    def hang_up(self):
        self.alice.command('/hangup', BOB)

    def wait_line(self, words):
        self.alice.wait_line(words, since=self.mark)


@pytest.fixture(scope='module', params=['tls', 'udp'])
def whole_stage(request):
    with Lab() as lab:
        lab.start()
        with Person(lab, 'alice', transport=request.param) as alice:
            alice.do('open', BOB)
            stage = Stage(lab, alice)
            # The first call loads GStreamer's elements: its messages wait for that, and SIPp takes a 200 that is sent again
            # for the answer to its next offer.
            stage.begin()
            stage.play('uas-takes')
            called_and_hung_up(stage)
            stage.other.wait()
            yield stage


@pytest.fixture
def stage(whole_stage, request):
    request.node.labs = [whole_stage.lab]
    whole_stage.begin()
    yield whole_stage
    if whole_stage.other:
        whole_stage.other.stop()


def check_descriptions(stage):
    """RFC 3264 section 8: o= counts each change, by one, and nothing else; and nobody is held by 0.0.0.0."""
    sessions = {}
    for message in stage.said(r'\r\no=- '):
        assert 'c=IN IP4 0.0.0.0' not in message.body
        session, version = re.search(r'^o=- (\d+) (\d+) ', message.body, re.M).groups()
        rest = re.sub(r'(?m)^o=.*$', '', message.body)
        versions = sessions.setdefault((message.call_id, session), {})
        assert versions.setdefault(int(version), rest) == rest, 'two descriptions with one version'
    for versions in sessions.values():
        numbers = sorted(versions)
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert all(versions[a] != versions[b] for a, b in zip(numbers, numbers[1:])), 'a version without a change'
    calls = [call for call, _ in sessions]
    assert len(calls) == len(set(calls)), 'a call has one session'


# ------------------------------------------------------------------------------ they call

def answered(stage):
    stage.answer()


def declined(stage):
    stage.decline()


def cancelled(stage):
    # A line in the contact's conversation, a notice for anybody else.
    stage.alice.expect('(message|notify) .*[Mm]issed (a call|calls)', since=stage.mark)


def cancelled_elsewhere(stage):
    stage.wait_line('taken on another device')
    stage.alice.absent('.*missed a call', since=stage.mark)


def nobody_rings(stage):
    """Too fast for anybody to see."""


def crossing_offers(stage):
    stage.answer()
    stage.other.wait_sent('ACK sip:')
    stage.hold()


THEY_CALL = {
    'hold': ('uac-hold', answered, {}),
    'hold-by-update': ('uac-update', answered, {}),
    'offerless': ('uac-offerless', answered, {}),
    '100rel-required': ('uac-100rel', answered, {}),
    'cancel-while-ringing': ('uac-cancel-ringing', cancelled, {'reason': 'SIP;cause=487'}),
    'cancel-answered-elsewhere': ('uac-cancel-ringing', cancelled_elsewhere, {'reason': ELSEWHERE}),
    'cancel-at-once': ('uac-cancel-at-once', nobody_rings, {}),
    'cancel-crosses-200': ('uac-cancel-late', answered, {}),
    'declined': ('uac-declined', declined, {}),
    'timer': ('uac-timer', answered, {}),
    'glare': ('uac-glare', crossing_offers, {}),
    'wrong-and-late': ('uac-wrong', answered, {}),
}


@pytest.mark.parametrize('row', THEY_CALL)
def test_they_call(stage, row):
    scenario, act, keys = THEY_CALL[row]
    stage.play(scenario, keys=keys)
    act(stage)
    stage.other.wait()
    stage.wait_nothing_left()
    check_descriptions(stage)


# --------------------------------------------------------------------------- they are called

def called(stage):
    stage.call()


def called_then_held(stage):
    stage.call()
    stage.wait_said('^ACK')
    stage.hold()
    stage.wait_said('a=sendonly')
    stage.resume()


def glare_as_caller(stage):
    """The Call-ID's owner waits 2.1 s at least."""
    stage.call()
    stage.wait_said('^ACK')
    stage.hold()
    stage.wait_said('^INVITE(.|\n)*a=sendonly')
    begin = time.monotonic()
    stage.wait_said('^INVITE(.|\n)*a=sendonly', 2)
    assert 1.9 < time.monotonic() - begin < 4.5
    stage.other.wait_got('ACK sip:', 3)
    stage.hang_up()


def refused_hold(stage):
    stage.call()
    stage.wait_said('^ACK')
    stage.hold()


def given_up_while_ringing(stage):
    stage.call()
    stage.other.wait_sent('180 Ringing')
    stage.hang_up()


def given_up_in_silence(stage):
    stage.call()
    stage.other.wait_got('INVITE sip:')
    stage.hang_up()


def called_and_hung_up(stage):
    stage.call()
    stage.wait_said('^ACK')
    stage.hang_up()


def busy(stage):
    stage.call()
    stage.wait_line('busy')


THEY_ARE_CALLED = {
    'early-media-prack-hold': ('uas-early', called_then_held),
    'update-too-early': ('uas-early-offer', called),
    'early-update-moves': ('uas-early-moves', called),
    'glare': ('uas-glare', glare_as_caller),
    'hold-refused': ('uas-refuses-hold', refused_hold),
    'timer': ('uas-timer', called),
    'cancel-while-ringing': ('uas-cancel-ringing', given_up_while_ringing),
    'cancel-before-180': ('uas-cancel-silent', given_up_in_silence),
    'cancel-crosses-200': ('uas-cancel-late', given_up_while_ringing),
    'busy': ('uas-refuses', busy),
    'answered': ('uas-takes', called_and_hung_up),
}


@pytest.mark.parametrize('row', THEY_ARE_CALLED)
def test_they_are_called(stage, row):
    scenario, act = THEY_ARE_CALLED[row]
    stage.play(scenario)
    try:
        act(stage)
        stage.other.wait()
    finally:
        stage.other.forget()
    stage.wait_nothing_left()
    check_descriptions(stage)


def test_two_devices_answer(stage):
    """Both of bob's devices ring and answer: the first is the call, the second gets ACK and BYE, and nobody hears of it."""
    second = stage.play('uas-second')
    stage.play('uas-takes')
    try:
        stage.call()
        second.wait()
        assert stage.media() == 1
        stage.hang_up()
        stage.other.wait()
    finally:
        second.forget()
        stage.other.forget()
    stage.wait_nothing_left()
    targets = [message.uri for message in stage.said('^BYE')]
    assert len(targets) == 2 and len(set(targets)) == 2


def test_rfc5627_gruu(make_lab):
    """A registrar that gives GRUUs: calls in both directions are at it, and what comes to it arrives."""
    lab = make_lab(gruu=True).start()
    with Person(lab, 'alice') as alice:
        alice.do('open', BOB)
        stage = Stage(lab, alice)
        for scenario, act in (('uac-hold', answered), ('uas-early', called_then_held)):
            stage.begin()
            stage.play(scenario)
            act(stage)
            stage.other.wait()
            contacts = {message.one('contact') for message in stage.said('^(INVITE|SIP/2.0 200)')
                        if message.cseq_method == 'INVITE'}
            assert contacts and all(re.match(r'<sip:alice@cusax\.test;gr=urn:uuid:[^>]*>', contact)
                                    for contact in contacts), contacts


# ------------------------------------------------------------------------------- what is left

def many_cancelled(stage):
    stage.play('uac-cancel-ringing', calls=MANY, rate=8, keys={'reason': 'SIP;cause=487'})


def many_cancelled_at_once(stage):
    stage.play('uac-cancel-at-once', calls=MANY, rate=8)


def many_declined(stage):
    stage.play('uac-declined', calls=MANY, rate=3)
    for _ in range(MANY):
        stage.decline()
        stage.mark = stage.alice.mark()


def many_given_up(stage):
    stage.play('uas-cancel-ringing', calls=MANY)
    for count in range(1, MANY + 1):
        stage.call()
        stage.other.wait_sent('180 Ringing', count)
        stage.hang_up()
        stage.wait_nothing_left()


def many_hung_up(stage):
    """As soon as it stands."""
    stage.play('uas-takes', calls=MANY)
    for count in range(1, MANY + 1):
        stage.call()
        stage.other.wait_got('ACK sip:', count)
        stage.hang_up()
        stage.wait_nothing_left()


@pytest.mark.deadline(180)
def test_100_calls_leave_nothing(stage):
    """Cancelled, declined, given up and hung up in every state: no media, source, thread or file."""
    def counts():
        stat = stage.alice.ask('stat')
        return {name: int(stat[name]) for name in ('fds', 'threads', 'sources')}

    before = counts()
    for kind in (many_cancelled, many_cancelled_at_once, many_declined, many_given_up, many_hung_up):
        stage.begin()
        try:
            kind(stage)
            stage.other.wait(30)
        finally:
            stage.other.forget()
        stage.wait_nothing_left()
    wait_until(lambda: all(counts()[name] <= before[name] for name in before), 'as it was: %s' % before, 20,
               lambda: str(counts()), 0.2)
