# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of all pytest folders: a fresh laboratory per test, its logs on failure, a deadline for everything."""

import os
import signal

import pytest

from cusaxlab import Lab

DEFAULT_DEADLINE = 120


def pytest_configure():
    # Ended from outside we unwind as after Ctrl-C, so that every started process is ended too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(autouse=True)
def deadline(request):
    """No test hangs: after its deadline it fails where it stands."""
    marker = request.node.get_closest_marker('deadline')
    seconds = marker.args[0] if marker else DEFAULT_DEADLINE

    def give_up(*_):
        pytest.fail('not finished within %d s' % seconds)
    former = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, former)


@pytest.fixture(autouse=True)
def own_home(tmp_path, tmp_path_factory, monkeypatch):
    """Also a test that is run by hand never sees the person's own home."""
    for name in ('HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR'):
        folder = tmp_path / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))
    cache = os.environ.get('CUSAX_TEST_CACHE') or str(tmp_path_factory.getbasetemp() / 'cache')
    for name in ('XDG_CACHE_HOME', 'CUSAX_TEST_CACHE'):
        monkeypatch.setenv(name, cache)
    for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'PULSE_SERVER'):
        monkeypatch.delenv(name, raising=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """While the processes still run: what each of them said last."""
    report = (yield).get_result()
    if report.failed:
        for lab in getattr(item, 'labs', ()):
            report.sections.append(('laboratory %s' % lab.folder, lab.tails()))


@pytest.fixture
def make_lab(request):
    """make_lab(**options) gives one more laboratory, not started."""
    labs = request.node.labs = []

    def make(**options):
        lab = Lab(**options)
        labs.append(lab)
        return lab
    yield make
    for lab in labs:
        lab.close()


@pytest.fixture
def lab(make_lab):
    """The usual one, both servers running."""
    return make_lab().start()
