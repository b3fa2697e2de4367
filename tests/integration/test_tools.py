# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands around the tests: what they count, and that installing starts nothing and leaves no trace."""

import os
import pathlib
import subprocess
import sys

import pytest

LIB = pathlib.Path(__file__).resolve().parent.parent / 'lib'
sys.path.insert(0, str(LIB))

import run_tests  # noqa: E402  it lies where pythonpath points to, but also works by hand


@pytest.fixture
def count():
    def run(result, output, errors=''):
        tally = run_tests.Tally()
        run_tests.count_tap(tally, 't', result, output, errors)
        return tally.passed, [name for name, _, _ in tally.failures], [reason for _, reason in tally.skips]
    return run


def test_cases_of_tap_are_counted_one_by_one(count):
    output = ('# random seed: R02S1\n1..4\nok 1 /a/one\n# words: not ok\nnot ok 2 /a/two - broken\n'
              'ok 3 /a/three # SKIP no IPv6 here\nok 4 /a/four\n')
    assert count('FAIL', output) == (2, ['t /a/two - broken'], ['no IPv6 here'])


def test_a_program_that_dies_is_a_failure(count):
    assert count('ERROR', '1..3\nok 1 /a/one\n') == (1, ['t (error)'], [])
    assert count('TIMEOUT', '') == (0, ['t (timeout)'], [])
    # Its failed case says it already.
    assert count('FAIL', 'not ok 1 /a/one\n') == (0, ['t /a/one'], [])


def test_programs_without_tap_are_one_case(count):
    assert count('OK', 'all is well\n') == (1, [], [])
    assert count('FAIL', 'it is not\n') == (0, ['t (fail)'], [])
    assert count('SKIP', '', 'no clang') == (0, [], ['no clang'])
    assert count('SKIP', '1..0 # SKIP no clang\n') == (0, [], ['no clang'])


def test_nothing_run_is_no_success(capsys):
    tally = run_tests.Tally()
    tally.report()
    assert tally.status() == 1
    assert capsys.readouterr().out.splitlines()[-1] == '0 passed, 0 failed, 0 skipped'


def test_tests_see_nothing_of_the_person(tmp_path, monkeypatch):
    monkeypatch.setenv('DISPLAY', ':0')
    monkeypatch.setenv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nowhere')
    env = run_tests.throw_away_environment(str(tmp_path))
    assert 'DISPLAY' not in env and 'DBUS_SESSION_BUS_ADDRESS' not in env
    for name in ('HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR', 'TMPDIR'):
        assert env[name].startswith(str(tmp_path))


# Installing, with an apt-get of our own that only writes down

@pytest.fixture
def install(tmp_path):
    """Runs install.sh with one package that exists nowhere; gives status, stderr and what apt saw."""
    log, policy = tmp_path / 'apt.log', tmp_path / 'policy-rc.d'
    packages = tmp_path / 'packages'
    packages.write_text('[run]\nno-such-package-here  # to be missed\n[build]\n')
    apt = tmp_path / 'apt-get'

    def run(outcome, *words):
        apt.write_text('#!/bin/sh\necho "$1" >>%s\nsh %s && echo "may start" >>%s || echo "policy $?" >>%s\n%s\n'
                       % (log, policy, log, log, outcome))
        apt.chmod(0o755)
        done = subprocess.run(['sh', str(LIB / 'install.sh'), *words], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True,
                              env=dict(os.environ, PACKAGES_FILE=str(packages), POLICY_FILE=str(policy),
                                       APT_GET=str(apt)))
        return done.returncode, done.stderr, log.read_text() if log.exists() else ''
    run.policy = policy
    return run


@pytest.mark.skipif(os.geteuid() != 0, reason='asks for root')
@pytest.mark.parametrize('outcome, status', [('exit 0', 0), ('[ $1 = update ]', 1), ('kill -TERM $PPID', 143)])
@pytest.mark.parametrize('former', [None, '#!/bin/sh\nexit 0\n'], ids=['none', 'own'])
def test_no_daemon_starts_and_the_policy_comes_back(install, outcome, status, former):
    if former:
        install.policy.write_text(former)
        install.policy.chmod(0o750)
    result, words, seen = install(outcome, 'run')
    assert result == status
    assert 'no-such-package-here' in words and 'to be missed' in words
    assert 'policy 101' in seen and 'may start' not in seen
    if former:
        assert install.policy.read_text() == former and install.policy.stat().st_mode & 0o777 == 0o750
    else:
        assert not install.policy.exists()
    assert {path.name for path in install.policy.parent.glob('policy*')} <= {'policy-rc.d'}


def test_nothing_missing_asks_nobody(install):
    assert install('exit 9', 'build') == (0, '', '')


def test_missing_packages_can_be_listed(install):
    result, words, seen = install('exit 9', '--list', 'run')
    assert result == 1 and 'no-such-package-here' in words and not seen
