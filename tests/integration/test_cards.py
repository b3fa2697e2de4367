# SPDX-License-Identifier: GPL-2.0-or-later
"""Asking for cards (T11, R27): how many, how fast, how often, and what is kept on disk. Prosody counts."""

import os
import stat

import pytest

from cusaxlab.process import wait_until
from cusaxlab.prosody import card
from identities import NUMBER, impp, ring_of
from product import Person

ALICE, BOB, ECHO, CAROL = 'alice@cusax.test', 'bob@cusax.test', 'echo@cusax.test', 'carol@other.test'
#: R27: at most so many in flight, and a second.
IN_FLIGHT = PER_SECOND = 5
#: The slow fill begins so many seconds after signing in.
QUIET = 10


@pytest.fixture
def lab(make_lab):
    return make_lab(cards='stored', further={'other.test': ['carol']})


def signed_in_at(lab):
    return [stanza['when'] for stanza in lab.prosody.stanzas('alice', 'presence')][0]


def requests(lab):
    """alice's requests for cards, without echo's: the conversation with him is open, which is a look."""
    return [stanza for stanza in lab.prosody.card_requests('alice') if stanza['to'] != ECHO]


def fastest(times, count):
    """The shortest time in which `count` more than one of these came."""
    return min(later - sooner for sooner, later in zip(times, times[count:]))


@pytest.mark.deadline(60)
def test_t11_signing_in_asks_nobody_and_the_fill_is_slow(lab):
    jids = lab.prosody.set_big_roster('alice', 500, with_cards=500)
    lab.start()
    with Person(lab, 'alice') as alice:
        start = signed_in_at(lab)
        wait_until(lambda: len(requests(lab)) >= 40, 'the fill has begun', 40, pause=0.5)
        asked = requests(lab)
        times = [stanza['when'] for stanza in asked]
        assert times[0] - start >= QUIET - 0.5, 'signing in asks for no card'
        # Two at the same moment are within the bound of the clock's grain: 5 a second means 6 take one second.
        assert fastest(times, PER_SECOND) >= 0.75, times
        # Who has no vcard-temp is asked for a vCard4 next, which is the same question.
        first = [stanza['to'] for stanza in asked if stanza['namespace'] == 'vcard-temp']
        assert len(set(first)) == len(first), 'nobody is asked twice'
        # What a person looks at goes first.
        wanted = jids[-1]
        before = len(asked)
        alice.wait_tooltip(wanted, '+4930100500', 5)
        place = [stanza['to'] for stanza in requests(lab)].index(wanted)
        assert place <= before + 2 * PER_SECOND


def test_t11_looking_at_many_is_bounded_too(lab):
    jids = lab.prosody.set_big_roster('alice', 60, with_cards=60)
    lab.start()
    with Person(lab, 'alice') as alice:
        # As a pointer that moves over the list.
        for jid in jids:
            alice.do('tooltip', jid)
            alice.do('tooltip', jid)
        wait_until(lambda: len(requests(lab)) >= 20, 'the first twenty', 15, pause=0.3)
        times = [stanza['when'] for stanza in lab.prosody.card_requests('alice')]
        assert fastest(times, PER_SECOND) >= 0.75
        seen = [stanza['to'] for stanza in requests(lab)]
        assert len(seen) == len(set(seen))


def test_r27_cards_are_kept_privately_on_disk_and_not_asked_again(lab):
    lab.prosody.set_card(BOB, card(NUMBER))
    lab.start()
    folder = lab.path('profile-kept')
    with Person(lab, 'alice', folder=folder) as alice:
        alice.wait_tooltip(BOB, NUMBER)
        # A contact without a card is remembered as such.
        alice.do('tooltip', ECHO)
        wait_until(lambda: len(lab.prosody.card_requests('alice', to=ECHO)) == 2, 'echo is asked for both forms', 10)
        # The answer is read in one of the next turns of the loop: each line here takes one.
        for _ in range(20):
            alice.do('tooltip', BOB)
    kept = os.path.join(folder, 'cusax')
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o700
    files = [os.path.join(where, name) for where, _, names in os.walk(kept) for name in names]
    assert files and all(stat.S_IMODE(os.stat(path).st_mode) == 0o600 for path in files), files
    assert not [path for path in files if path.endswith(('~', '.tmp', '.broken'))]
    assert any('493012345678' in open(path, encoding='utf-8').read() for path in files)

    before = len(lab.prosody.card_requests('alice'))
    with Person(lab, 'alice', folder=folder) as alice:
        assert NUMBER in alice.tooltip(BOB), 'known at once'
        alice.do('tooltip', ECHO)
        # Somebody who was never asked is: requests keep their order.
        alice.do('tooltip', CAROL)
        wait_until(lambda: lab.prosody.card_requests('alice', to=CAROL), 'carol is asked', 10)
        asked = [stanza['to'] for stanza in lab.prosody.card_requests('alice')[before:]]
        assert BOB not in asked and ECHO not in asked, asked


@pytest.mark.parametrize('damage', [b'', b'\0' * 5000, b'nonsense\n' * 100, None],
                         ids=['empty', 'zeros', 'text', 'cut'])
def test_a_broken_cache_is_set_aside_and_made_anew(lab, damage):
    lab.prosody.set_card(BOB, card(NUMBER))
    lab.start()
    folder = lab.path('profile-kept')
    with Person(lab, 'alice', folder=folder) as alice:
        alice.wait_tooltip(BOB, NUMBER)
    kept = os.path.join(folder, 'cusax')
    files = [os.path.join(where, name) for where, _, names in os.walk(kept) for name in names]
    for path in files:
        with open(path, 'rb') as file:
            whole = file.read()
        with open(path, 'wb') as file:
            file.write(whole[:len(whole) * 2 // 3] if damage is None else damage)
    lab.kamailio.wait_unregistered('alice')
    with Person(lab, 'alice', folder=folder) as alice:
        alice.wait_tooltip(BOB, NUMBER)
        alice.absent('critical ')
        address = 'sip:%s@cusax.test' % NUMBER
        call = lab.sip_caller('trunk', register=False).invite('sip:' + ALICE, from_uri=address, asserted=address)
        assert ring_of(alice).headline == 'Bob is calling'
        call.cancel()
    broken = [name for _, _, names in os.walk(kept) for name in names if name.endswith('.broken')]
    if damage:
        assert broken
    lab.kamailio.wait_unregistered('alice')
    with Person(lab, 'alice', folder=folder) as alice:
        assert NUMBER in alice.tooltip(BOB)


def test_r27_a_changed_card_is_read_again_once(lab):
    lab.prosody.set_card(BOB, card('+4930111'))
    lab.start()
    bob = lab.contact('bob')
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, '+4930111')
        bob.set_card(card('+4930222'))
        bob.announce_photo('a' * 40)
        text = alice.wait_tooltip(BOB, '+4930222')
        assert '+4930111' not in text
        asked = len(lab.prosody.card_requests('alice', to=BOB))
        # The same mark again says nothing new.
        bob.announce_photo('a' * 40)
        alice.do('tooltip', ECHO)
        wait_until(lambda: lab.prosody.card_requests('alice', to=ECHO), 'a later request', 10)
        # libjabber fetches a picture by itself, once.
        assert len(lab.prosody.card_requests('alice', to=BOB)) <= asked + 1


def test_r27_a_vcard4_that_is_pushed_needs_no_request(lab):
    lab.start()
    bob = lab.contact('bob')
    with Person(lab, 'alice') as alice:
        bob.wait_presence(ALICE)
        bob.publish_card4('tel:+4930333')
        alice.wait_tooltip(BOB, '+4930333')


def test_failures_are_remembered(lab):
    """A contact whose server knows nothing of cards is not asked at each look."""
    lab.prosody.set_big_roster('alice', 1)
    lab.start()
    with Person(lab, 'alice') as alice:
        alice.do('tooltip', 'c00001@cusax.test')
        wait_until(lambda: lab.prosody.card_requests('alice', to='c00001@cusax.test'), 'it is asked', 10)
        alice.wait_tooltip(BOB, 'hone')
        first = len(lab.prosody.card_requests('alice', to='c00001@cusax.test'))
        for _ in range(5):
            alice.do('tooltip', 'c00001@cusax.test')
        alice.do('tooltip', ECHO)
        wait_until(lambda: lab.prosody.card_requests('alice', to=ECHO), 'a later request', 10)
        # vcard-temp and vCard4, once each.
        assert len(lab.prosody.card_requests('alice', to='c00001@cusax.test')) <= max(first, 2)


def test_a_ringing_call_comes_before_the_queue(lab):
    """The cue's card is read at once, whatever else waits."""
    jids = lab.prosody.set_big_roster('alice', 50, with_cards=50)
    lab.prosody.set_card(BOB, card(NUMBER))
    lab.start()
    with Person(lab, 'alice') as alice:
        for jid in jids:
            alice.do('tooltip', jid)
        address = 'sip:%s@cusax.test' % NUMBER
        call = lab.sip_caller('trunk', register=False).invite('sip:' + ALICE, from_uri=address, asserted=address,
                                                              headers=[impp(BOB)])
        call.wait(180)
        wait_until(lambda: lab.prosody.card_requests('alice', to=BOB), "bob's card is asked for", 2)
        wait_until(lambda: [event for event in alice.do('requests') if event.name == 'open-request'
                            and event['primary'] == 'Bob is calling'], 'Bob is named', 3)
        call.cancel()


def test_a_removed_contact_is_forgotten(lab):
    lab.prosody.set_card(BOB, card(NUMBER))
    lab.start()
    folder = lab.path('profile-kept')
    with Person(lab, 'alice', folder=folder) as alice:
        alice.wait_tooltip(BOB, NUMBER)
        alice.do('remove-buddy', BOB)
        lab.prosody.set_card(BOB, card(NUMBER))
        address = 'sip:%s@cusax.test' % NUMBER
        call = lab.sip_caller('trunk', register=False).invite('sip:' + ALICE, from_uri=address, asserted=address)
        call.wait(180)
        assert 'Bob' not in ring_of(alice).headline
        call.cancel()
    files = [os.path.join(where, name) for where, _, names in os.walk(os.path.join(folder, 'cusax')) for name in names]
    # That somebody called from there is another thing.
    files = [path for path in files if os.path.basename(path) != 'history']
    assert files and not any('493012345678' in open(path, encoding='utf-8').read() for path in files)
