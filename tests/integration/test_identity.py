# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is calling (T3, R19, R29 to R35): a raw caller says what it likes, Prosody has the cards, Kamailio vouches or
does not, and the person at alice's reads the dialog.

bob and echo are of the own service, carol and mallory contacts at another one, stranger is nobody's contact.
"""

import base64
import hashlib

import pytest

from cusaxlab.process import wait_until
from cusaxlab.prosody import card
from identities import (ALICE, AT_HOME, BOB, CAROL, ECHO, FURTHER, MALLORY, NUMBER, STRANGER, end, impp, ring_of,
                        wait_named)
from product import Person

#: 8 x 8 pixels in two colours.
PICTURE = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAHElEQVR42mP4f4YBjhRTlsIRAxUlkDnIiqgoAQAI01'
                           '6hGxAv+gAAAABJRU5ErkJggg==')


@pytest.fixture
def new_lab(make_lab):
    """new_lab({jid: card}): both servers up, with these cards."""
    def make(cards=None, **options):
        lab = make_lab(**dict({'cards': 'stored', 'further': FURTHER, 'strangers': [STRANGER],
                               'assert_identity': True}, **options))
        for jid, xml in (cards or {}).items():
            lab.prosody.set_card(jid, xml)
        return lab.start()
    return make


def dial_alice(lab, **options):
    """Somebody from anywhere calls; asserted: our own proxy vouches for that."""
    options.setdefault('from_uri', options.get('asserted') or 'sip:someone@elsewhere.test')
    call = lab.sip_caller('trunk', register=False).invite('sip:' + ALICE, **options)
    call.wait(180)
    return call


def unnamed(host, *names):
    """The dialog as it opened: neither headline nor picture are of these people."""
    ring = ring_of(host)
    for name in names:
        assert name not in ring.headline
    assert ring.picture is None
    return ring


def asked_so_far(lab, host):
    """Whose cards were asked for: a look at echo's goes out behind all that came before."""
    host.do('tooltip', ECHO)
    wait_until(lambda: lab.prosody.card_requests(host.user, to=ECHO), "a request for echo's card", 5)
    return {stanza['to'] for stanza in lab.prosody.card_requests(host.user)} - {ECHO}


# T3

def test_t3a_a_cue_is_confirmed_by_the_card(new_lab):
    """Nothing is known of bob's card; the call says who it is; exactly his card is read and agrees."""
    lab = new_lab({BOB: card('+49 30 1234-5678')})
    with Person(lab, 'alice') as alice:
        call = dial_alice(lab, asserted=AT_HOME, headers=[impp(BOB)])
        ring = wait_named(alice, 'Bob')
        assert NUMBER in ring.details and BOB in ring.details
        # The conversation with echo is open, which is a look at him.
        asked = [stanza for stanza in lab.prosody.card_requests('alice') if stanza['to'] != ECHO]
        assert [stanza['to'] for stanza in asked] == [BOB], asked
        end(alice, call)


@pytest.mark.parametrize('tel', ['+49 30 99999999', '12345678', '345678', '+4930123456789', 'sip:someone@cusax.test',
                                 'sip:+493012345678@evil.test'],
                         ids=['other', 'suffix', 'short', 'longer', 'uri', 'number-elsewhere'])
def test_t3bc_a_card_with_another_address_confirms_nothing(new_lab, tel):
    lab = new_lab({BOB: card(tel)})
    with Person(lab, 'alice') as alice:
        call = dial_alice(lab, asserted=AT_HOME, headers=[impp(BOB)])
        ring = ring_of(alice)
        wait_until(lambda: lab.prosody.card_requests('alice', to=BOB), 'the card is read', 5)
        # The question again, after the answer has come.
        alice.wait_tooltip(BOB, tel.replace('sip:', '').split('@')[0][-4:])
        ring = ring.update()
        assert NUMBER in ring.headline and 'Bob' not in ring.headline and ring.picture is None
        assert 'Claims to be: bob@cusax.test (not confirmed)' in ring.details
        end(alice, call)


def test_t3d_no_stranger_is_asked(new_lab):
    """A request to a stranger's server would tell it that we ring."""
    lab = new_lab({STRANGER: card(NUMBER)})
    with Person(lab, 'alice') as alice:
        call = dial_alice(lab, asserted=AT_HOME, headers=[impp(STRANGER)])
        ring = unnamed(alice, 'Stranger', STRANGER)
        assert 'Claims to be: %s (not confirmed)' % STRANGER in ring.details
        assert asked_so_far(lab, alice) == set()
        assert not lab.prosody.stanzas('alice', to=STRANGER)
        end(alice, call)


@pytest.mark.parametrize('hiding', [{'headers': [('Privacy', 'id'), impp(BOB)], 'asserted': AT_HOME},
                                    {'headers': [('Privacy', 'header;id;critical'), impp(BOB)], 'asserted': AT_HOME},
                                    {'headers': [impp(BOB)], 'from_uri': 'sip:anonymous@anonymous.invalid'}],
                         ids=['id', 'list', 'invalid'])
def test_t3e_r19_who_hides_is_not_looked_up(new_lab, hiding):
    lab = new_lab({BOB: card(NUMBER)})
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, NUMBER)
        before = len(lab.prosody.card_requests('alice'))
        call = dial_alice(lab, **hiding)
        ring = unnamed(alice, 'Bob')
        assert 'hides the number' in ring.headline
        assert NUMBER not in ring.text() and BOB not in ring.text()
        assert len(lab.prosody.card_requests('alice')) == before
        end(alice, call)


CUES = {
    't3f-second-value': [('Call-Info', '<https://x.test/i.png>;purpose=icon, <xmpp:bob@cusax.test>;purpose=impp')],
    't3f-second-header': [('Call-Info', '<https://x.test/card.vcf>;purpose=card'), impp(BOB)],
    'case': [('call-info', '<XMPP:bob@CUSAX.test>;Purpose=IMPP')],
    'quoted-and-resource': [('Call-Info', '<xmpp:bob@cusax.test/desk>;foo="a,b";purpose=impp')],
    'rcd-jcard-first': [('Call-Info', '<data:application/json,%7B%7D>;purpose=jcard'), impp(BOB)],
    'other-im-first': [('Call-Info', '<im:eve@elsewhere.test>;purpose=impp'), impp(BOB)],
    'query-is-dropped': [('Call-Info', '<xmpp:bob@cusax.test?message;body=pay%20me>;purpose=impp')],
    'authority-is-dropped': [('Call-Info', '<xmpp://alice@cusax.test/bob@cusax.test>;purpose=impp')],
    'fragment-is-dropped': [('Call-Info', '<xmpp:bob@cusax.test#x>;purpose=impp')],
    'percent': [('Call-Info', '<xmpp:b%6Fb@cusax.test>;purpose=impp')],
}


@pytest.mark.parametrize('headers', CUES.values(), ids=CUES.keys())
def test_r30_the_cue_is_found_in_any_form(new_lab, headers):
    lab = new_lab({BOB: card(NUMBER)})
    with Person(lab, 'alice') as alice:
        call = dial_alice(lab, asserted=AT_HOME, headers=headers)
        wait_named(alice, 'Bob')
        end(alice, call)


def test_t3g_the_seed_drafts_contact_is_a_cue(new_lab):
    lab = new_lab({BOB: card(NUMBER)})
    with Person(lab, 'alice') as alice:
        caller = lab.sip_caller('trunk', register=False)
        call = caller.invite('sip:' + ALICE, from_uri=AT_HOME, asserted=AT_HOME,
                             contact='<%s>, <xmpp:bob@cusax.test/some-resource>' % caller.contact)
        call.wait(180)
        wait_named(alice, 'Bob')
        end(alice, call)


HOSTILE = {
    'no-purpose': '<xmpp:bob@cusax.test>',
    'other-purpose': '<xmpp:bob@cusax.test>;purpose=card',
    'other-scheme': '<mailto:bob@cusax.test>;purpose=impp',
    'no-node': '<xmpp:cusax.test>;purpose=impp',
    'empty': '<>;purpose=impp',
    'control': '<xmpp:bob%00@cusax.test>;purpose=impp',
    'newline': '<xmpp:bob%0D%0A@cusax.test>;purpose=impp',
    'override': '<xmpp:bob%E2%80%AE@cusax.test>;purpose=impp',
    'two-at': '<xmpp:bob@cusax.test@evil.test>;purpose=impp',
    'huge': '<xmpp:%sbob@cusax.test>;purpose=impp' % ('a' * 8192),
    'many': ', '.join(['<https://x.test/>;purpose=icon'] * 200 + ['<xmpp:bob@cusax.test>;purpose=impp']),
    'markup': '<xmpp:bob%3Cb%3E@cusax.test>;purpose=impp',
}


@pytest.mark.parametrize('value', HOSTILE.values(), ids=HOSTILE.keys())
def test_r35_hostile_cues_name_nobody(new_lab, value):
    lab = new_lab({BOB: card(NUMBER)})
    with Person(lab, 'alice') as alice:
        call = dial_alice(lab, asserted=AT_HOME, headers=[('Call-Info', value)])
        ring = unnamed(alice, 'Bob')
        assert NUMBER in ring.headline
        assert asked_so_far(lab, alice) == set()
        end(alice, call)


# The index

def test_r29_a_known_card_names_without_a_cue_and_without_asking(new_lab):
    lab = new_lab({BOB: card('+49 (0)30 1234-5678')})
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, '1234')
        before = len(lab.prosody.card_requests('alice'))
        call = dial_alice(lab, asserted=AT_HOME)
        ring = ring_of(alice)
        assert ring.headline == 'Bob is calling', 'named at once'
        assert len(lab.prosody.card_requests('alice')) == before
        end(alice, call)


def test_numbers_are_compared_as_the_country_writes_them(new_lab):
    lab = new_lab({BOB: card('030 12345678')})
    with Person(lab, 'alice', country_code='49') as alice:
        alice.wait_tooltip(BOB, '12345678')
        call = dial_alice(lab, asserted=AT_HOME)
        assert ring_of(alice).headline == 'Bob is calling'
        end(alice, call)


def test_the_picture_is_shown_for_a_confirmed_caller_only(new_lab):
    photo = '<PHOTO><TYPE>image/png</TYPE><BINVAL>%s</BINVAL></PHOTO>' % base64.b64encode(PICTURE).decode()
    lab = new_lab({BOB: card(NUMBER, extra=photo)})
    bob = lab.contact('bob')
    with Person(lab, 'alice') as alice:
        bob.announce_photo(hashlib.sha1(PICTURE).hexdigest())
        wait_until(lambda: alice.ask('avatar', BOB)['digest'], "bob's picture", 10)
        alice.wait_tooltip(BOB, NUMBER)
        call = dial_alice(lab, asserted=AT_HOME)
        ring = ring_of(alice)
        assert ring.headline == 'Bob is calling' and ring.picture == alice.ask('avatar', BOB)['digest']
        end(alice, call)
        call = dial_alice(lab, asserted='sip:+4930999@cusax.test', headers=[impp(BOB)])
        assert unnamed(alice, 'Bob').picture is None
        end(alice, call)


def test_callers_are_named_from_the_first_second_and_while_chat_is_down(new_lab):
    lab = new_lab({BOB: card(NUMBER)})
    folder = lab.path('profile-kept')
    with Person(lab, 'alice', folder=folder) as alice:
        alice.wait_tooltip(BOB, NUMBER)
    lab.kamailio.wait_unregistered('alice')
    lab.prosody.kill()
    with Person(lab, 'alice', sign_in=False, folder=folder) as alice:
        alice.enable()
        lab.kamailio.wait_registered('alice')
        call = dial_alice(lab, asserted=AT_HOME)
        assert ring_of(alice).headline == 'Bob is calling'
        assert 'connected' not in [event.name for event in alice.events]
        end(alice, call)


# R31

def test_r31_two_claimants_are_none(new_lab):
    lab = new_lab({BOB: card(NUMBER), ECHO: card('+49-30-12345678')})
    with Person(lab, 'alice') as alice:
        for jid in (BOB, ECHO):
            alice.wait_tooltip(jid, '12345678')
        call = dial_alice(lab, asserted=AT_HOME)
        ring = unnamed(alice, 'Bob', 'Echo')
        assert NUMBER in ring.headline
        end(alice, call)
        # Not even with a cue for one of them.
        call = dial_alice(lab, asserted=AT_HOME, headers=[impp(BOB)])
        unnamed(alice, 'Bob', 'Echo')
        end(alice, call)


def test_r31_a_foreign_card_alone_is_weak(new_lab):
    """mallory lists a number of our own service: the address stays, he is named as a possibility only."""
    lab = new_lab({MALLORY: card(NUMBER)})
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(MALLORY, NUMBER)
        call = dial_alice(lab, asserted=AT_HOME)
        ring = unnamed(alice, 'Mallory', MALLORY)
        assert NUMBER in ring.headline
        assert 'Perhaps: Mallory <%s> (not confirmed)' % MALLORY in ring.details
        assert ring.event['who'] != MALLORY
        end(alice, call)


def test_r31_a_foreign_card_and_an_authenticated_cue_are_strong(new_lab):
    lab = new_lab({CAROL: card(NUMBER)})
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(CAROL, NUMBER)
        call = dial_alice(lab, asserted=AT_HOME, headers=[impp(CAROL)])
        wait_named(alice, 'Carol')
        end(alice, call)


def test_r31_card_and_address_of_one_foreign_service(new_lab):
    """Strong if our proxy vouches for the address, weak if the caller only says so (R32)."""
    lab = new_lab({CAROL: card('sip:carol@other.test')})
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(CAROL, 'carol@other.test')
        call = dial_alice(lab, asserted='sip:carol@other.test')
        assert ring_of(alice).headline == 'Carol is calling'
        end(alice, call)
        call = dial_alice(lab, from_uri='sip:carol@other.test', headers=[impp(CAROL)])
        ring = unnamed(alice, 'Carol')
        assert 'Perhaps: Carol <%s> (not confirmed)' % CAROL in ring.details
        end(alice, call)


def test_r31_the_same_name_of_the_own_service_is_strong_when_authenticated(new_lab):
    lab = new_lab()
    with Person(lab, 'alice') as alice:
        bob = lab.sip_caller('bob')
        call = bob.invite('sip:' + ALICE)
        call.wait(180)
        assert ring_of(alice).headline == 'Bob is calling'
        end(alice, call)


def test_r31_nobody_takes_a_colleagues_calls_by_a_card(new_lab):
    """mallory's card lists echo's address."""
    lab = new_lab({MALLORY: card('sip:echo@cusax.test')})
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(MALLORY, 'echo@cusax.test')
        call = lab.sip_caller('echo').invite('sip:' + ALICE)
        call.wait(180)
        unnamed(alice, 'Mallory', MALLORY)
        end(alice, call)


def test_r31_user_parts_have_case_and_hosts_have_none(new_lab):
    lab = new_lab({CAROL: card('sip:carol@other.test')})
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(CAROL, 'carol@other.test')
        call = dial_alice(lab, asserted='sip:carol@OTHER.test')
        assert ring_of(alice).headline == 'Carol is calling'
        end(alice, call)
        call = dial_alice(lab, asserted='sip:Carol@other.test')
        assert ring_of(alice).headline != 'Carol is calling'
        end(alice, call)


def test_r32_what_nobody_vouches_for_is_never_strong(new_lab):
    """From and a P-Asserted-Identity of the caller's own making, which the proxy strips."""
    lab = new_lab({BOB: card(NUMBER)})
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, NUMBER)
        call = dial_alice(lab, from_uri='sip:%s@elsewhere.test' % NUMBER, headers=[
            ('P-Asserted-Identity', '<%s>' % AT_HOME), impp(BOB)])
        unnamed(alice, 'Bob')
        end(alice, call)


@pytest.mark.parametrize('transport', ['udp', 'tcp'])
def test_r32_an_unprotected_leg_vouches_for_nothing(new_lab, transport):
    lab = new_lab({BOB: card(NUMBER)})
    with Person(lab, 'alice', transport=transport) as alice:
        alice.wait_tooltip(BOB, NUMBER)
        call = dial_alice(lab, asserted=AT_HOME)
        ring = unnamed(alice, 'Bob is')
        assert NUMBER in ring.headline
        end(alice, call)


def test_r31_a_lying_display_name_is_in_quotes(new_lab):
    lab = new_lab()
    with Person(lab, 'alice') as alice:
        call = dial_alice(lab, from_uri='sip:evil@elsewhere.test', display='Bob')
        ring = ring_of(alice)
        assert ring.headline != 'Bob is calling' and 'evil@elsewhere.test' in ring.headline
        assert ring.event['who'] != BOB
        end(alice, call)


# R33

def test_r33_strangers_may_call_unless_the_person_says_otherwise(new_lab):
    lab = new_lab({BOB: card(NUMBER)})
    caller = lab.sip_caller('trunk', register=False)

    def outcome(alice, **options):
        """180 if alice is asked, otherwise how the call was refused."""
        mark, call = alice.mark(), caller.invite('sip:' + ALICE, **options)
        wait_until(lambda: alice.find('request .*Incoming', mark) or any(r.status >= 200 for r in call.replies),
                   'a dialog or a refusal', 10)
        if alice.find('request .*Incoming', mark):
            call.cancel()
            return 180
        return call.wait_final().status
    stranger = {'from_uri': 'sip:someone@elsewhere.test'}
    nobody = {'from_uri': 'sip:anonymous@anonymous.invalid', 'headers': [('Privacy', 'id')]}
    friend = {'from_uri': AT_HOME, 'asserted': AT_HOME}
    for policy, expected in (('all', (180, 180, 180)), ('contacts', (None, None, 180)),
                             ('no_anonymous', (180, None, 180))):
        with Person(lab, 'alice', accept_calls=policy) as alice:
            alice.wait_tooltip(BOB, NUMBER)
            for who, wanted in zip((stranger, nobody, friend), expected):
                status = outcome(alice, **who)
                assert status == wanted if wanted else status >= 400, (policy, who, status)
        lab.kamailio.wait_unregistered('alice')


# R34 and attaching

def test_attached_numbers_name_the_contact_for_good(new_lab):
    lab = new_lab()
    folder = lab.path('profile-kept')
    with Person(lab, 'alice', folder=folder) as alice:
        alice.command('/attach %s %s' % (NUMBER, BOB), BOB)
        call = dial_alice(lab, asserted=AT_HOME)
        wait_named(alice, 'Bob')
        end(alice, call)
    lab.kamailio.wait_unregistered('alice')
    with Person(lab, 'alice', folder=folder) as alice:
        call = dial_alice(lab, asserted=AT_HOME)
        assert ring_of(alice).headline == 'Bob is calling'
        end(alice, call)


def test_r34_chat_with_the_caller(new_lab):
    """A confirmed caller's chat opens; a possible one's after a question with the full address."""
    lab = new_lab({BOB: card(NUMBER), MALLORY: card('+4930777')})
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, NUMBER)
        alice.wait_tooltip(MALLORY, '777')
        call = dial_alice(lab, asserted=AT_HOME)
        ring_of(alice)
        mark = alice.mark()
        alice.command('/chat')
        alice.expect('(present|conversation) .*"%s"' % BOB, since=mark)
        end(alice, call)
        call = dial_alice(lab, asserted='sip:+4930777@cusax.test')
        ring_of(alice)
        mark = alice.mark()
        alice.command('/chat')
        question = alice.expect('request .*%s' % MALLORY, since=mark)
        alice.absent('(present|conversation) .*"%s"' % MALLORY, mark)
        alice.do('close-request', question['id'])
        end(alice, call)


def test_two_dialogs_of_two_callers_are_not_mixed_up(new_lab):
    lab = new_lab({BOB: card(NUMBER)})
    with Person(lab, 'alice') as alice:
        alice.wait_tooltip(BOB, NUMBER)
        first = dial_alice(lab, asserted=AT_HOME)
        assert ring_of(alice).headline == 'Bob is calling'
        second = lab.sip_caller('trunk', register=False).invite('sip:' + ALICE, from_uri='sip:x@elsewhere.test')
        final = wait_until(lambda: [r for r in second.replies if r.status >= 180], 'an answer', 10)[0]
        if final.status == 180:
            assert 'Bob' not in ring_of(alice).headline
            second.cancel()
        end(alice, first)
