# SPDX-License-Identifier: GPL-2.0-or-later
"""A13: quitting and unloading in the middle of something, with a plugin built for AddressSanitizer and UBSan: no report,
within bounds, and the servers know that we are gone."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cusaxlab.netns import CLIENT, SERVER, SERVER6
from cusaxlab.process import wait_until
from product import Person
from telephone import ALICE, BOBS, ECHOS, call_in, call_out, sip

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get('BUILD_DIR') or ROOT / 'build')
BOB = 'bob@cusax.test'
FAREWELL_S = 2.0
# The sanitizer makes everything two or three times slower, and quitting is more than saying farewell.
SLOWNESS_S = 2.5


@pytest.fixture(scope='session')
def sanitized():
    """The plugin and cusax-host once more, for sanitizers, in a folder of its own that later runs use again."""
    folder = BUILD / 'sanitized'
    if not (folder / 'build.ninja').exists():
        subprocess.run(['meson', 'setup', str(folder), str(ROOT), '-Db_sanitize=address,undefined', '-Db_lundef=false',
                        '-Doptimization=1', '-Dwerror=false'], check=True, capture_output=True)
    subprocess.run(['ninja', '-C', str(folder), 'src/purple/libcusax.so', 'tests/host/cusax-host'], check=True,
                   capture_output=True)
    return folder


@pytest.fixture
def watched(sanitized, monkeypatch):
    """watched(lab) is alice, not signed in; at the end what the sanitizers said is looked at."""
    monkeypatch.setenv('BUILD_DIR', str(sanitized))
    monkeypatch.setenv('ASAN_OPTIONS', 'detect_leaks=0:handle_segv=1:detect_odr_violation=0:exitcode=99')
    monkeypatch.setenv('UBSAN_OPTIONS', 'print_stacktrace=1')
    people = []

    def make(lab, **settings):
        people.append(Person(lab, 'alice', sign_in=False, **settings))
        return people[-1]
    yield make
    for person in people:
        if person.process.poll() is None:
            person.kill()
        said = (person.folder / 'host.stderr').read_text(errors='replace')
        assert 'AddressSanitizer' not in said and 'runtime error' not in said, said[-6000:]


@pytest.fixture
def alice(make_lab, watched):
    return watched(make_lab().start())


@pytest.fixture
def alice_out_there(make_netlab, watched):
    """Telephony is found by DNS only, over IPv4. Chat goes over IPv6, which nobody touches, to an address: for a name
    libpurple forks, and the fork of a program with threads may hang in AddressSanitizer's own locks."""
    lab = make_netlab()
    lab.names.forget('sip.').host('sip.cusax.test', SERVER)
    return watched(lab.start(), connect_server=SERVER6)


def quit_in_time(alice):
    start = time.monotonic()
    code = alice.stop(timeout=20)
    took = time.monotonic() - start
    assert code == 0
    assert took < FAREWELL_S + SLOWNESS_S, took


def unload_in_time(alice):
    start = time.monotonic()
    alice.do('plugin unload prpl-jabber-cusax', timeout=20)
    assert time.monotonic() - start < FAREWELL_S + SLOWNESS_S
    alice.stop(timeout=20)


@contextlib.contextmanager
def silent(server):
    """It stands still meanwhile: its sockets are there, and nobody answers."""
    os.killpg(server.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(server.process.pid, signal.SIGCONT)


def nothing(alice):
    alice.sign_in()


def ringing_in(alice):
    alice.sign_in()
    bob = alice.lab.phone('bob', 'tls')
    bob.dial('alice@cusax.test')
    alice.expect('request .*Incoming Call', 20)


def ringing_out(alice):
    alice.sign_in()
    bob = alice.lab.phone('bob', 'tls')
    bob.mark()
    alice.call(BOB)
    bob.wait_incoming()


def talking(alice):
    alice.sign_in()
    bob = alice.lab.phone('bob', 'tls', tone=880)
    bob.mark()
    alice.call(BOB)
    bob.wait_incoming()
    bob.accept()
    bob.wait_heard(440)


def conferring_with_windows_open(alice):
    """Two calls mixed, a third one that rings over them, and every window that hangs on calls."""
    alice.sign_in()
    bob, echo = alice.lab.sip_caller('bob', tone=BOBS), alice.lab.sip_caller('echo', tone=ECHOS)
    call_in(alice, bob)
    call_out(alice, echo)
    alice.command('/conference')
    for label in ('Transfer call...', 'Call history', 'Dial...', 'Privacy...'):
        alice.do('action', label)
    alice.do('uri', 'tel:+33177624339')
    mark = alice.mark()
    bob.invite(sip(ALICE))
    alice.expect('request .*Incoming Call', 20, since=mark)


@pytest.mark.deadline(300)
@pytest.mark.parametrize('leave', [quit_in_time, unload_in_time], ids=['quit', 'unload'])
@pytest.mark.parametrize('middle', [nothing, ringing_in, ringing_out, talking, conferring_with_windows_open])
def test_a13_leaving_in_the_middle(alice, middle, leave):
    middle(alice)
    leave(alice)
    wait_until(lambda: not alice.lab.kamailio.bindings('alice'), 'alice is un-registered', 5, alice.tail)


@pytest.mark.deadline(300)
@pytest.mark.parametrize('leave', [quit_in_time, unload_in_time], ids=['quit', 'unload'])
def test_a13_leaving_while_the_registrar_is_silent(alice, leave):
    """The server has stopped in the middle of REGISTER: nobody waits for it longer than 2 s."""
    with silent(alice.lab.kamailio):
        alice.sign_in(telephony=False)
        leave(alice)



def while_settings_are_asked_for(alice):
    """The web server has taken the question and says a byte now and then."""
    alice.lab.names.host('cusax.test', SERVER).apply()
    alice.lab.web.webfinger('acct:alice@cusax.test', 'https://www.cusax.test/a.json')
    alice.lab.web.document('/a.json', {'sip_address': 'sip:alice@cusax.test'}, seconds=60).start()
    alice.enable()
    wait_until(lambda: alice.lab.web.asked('/a.json'), 'the settings are asked for', 15, alice.tail)
    assert not alice.lab.kamailio.requests('REGISTER')


def while_a_certificate_is_asked_about(alice):
    alice.lab.show_fault('expired')
    alice.enable()
    alice.expect('request .*ertificate', 15, since=0)


def while_the_setup_is_tested(alice):
    alice.sign_in()
    alice.do('action', 'Test call setup...')
    alice.expect('request .*Testing', since=0)
    alice.absent('request .*Calls can')


def while_dialling_again(alice):
    """Another address, and the server does not answer from there."""
    alice.sign_in()
    alice.lab.server.swallow('tcp dport 5061')
    alice.lab.client.change_address(CLIENT, '10.77.0.21')
    wait_until(lambda: 'signed in' not in alice.telephony(), 'the loss is noticed', 10, alice.tail)


@pytest.mark.deadline(300)
@pytest.mark.parametrize('leave', [quit_in_time, unload_in_time], ids=['quit', 'unload'])
@pytest.mark.parametrize('middle', [while_settings_are_asked_for, while_a_certificate_is_asked_about,
                                    while_the_setup_is_tested, while_dialling_again])
def test_a13_leaving_while_signing_in_or_testing(alice_out_there, middle, leave):
    middle(alice_out_there)
    leave(alice_out_there)


@pytest.mark.deadline(120)
def test_a13_threads_outlive_nss(lab):
    """libsrtp2 encrypts with NSS, in GStreamer's threads, and libpurple shuts NSS down before it has quit: a thread that
    ended after that would crash there."""
    bob = lab.phone('bob', 'udp', tone=880)
    alice = Person(lab, 'alice', transport='udp',
                   env={'LD_PRELOAD': str(BUILD / 'tests' / 'host' / 'libslow-farewell.so')})
    bob.mark()
    alice.call(BOB)
    bob.wait_incoming()
    bob.accept()
    bob.wait_heard(440)
    assert alice.stop(timeout=20) == 0


@pytest.mark.deadline(300)
@pytest.mark.parametrize('middle', [nothing, talking])
def test_a13_quitting_twice(alice, middle):
    """Menu and SIGTERM, or an impatient click: while the server, which is silent, is waited for."""
    middle(alice)
    with silent(alice.lab.kamailio):
        start, mark = time.monotonic(), alice.mark()
        alice.send('click-quit')
        alice.expect('quitting-inside', 5, since=mark)
        alice.send('click-quit')
        assert alice.process.wait(20) == 0
        assert time.monotonic() - start < FAREWELL_S + SLOWNESS_S
        assert len(alice.find('quitting-inside', mark)) == 1
