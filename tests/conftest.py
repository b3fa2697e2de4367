# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of all pytest folders: a fresh laboratory per test, its logs on failure, a deadline for everything."""

import os
import signal

import pytest

from cusaxlab import Lab
from cusaxlab.netlab import NetLab
from cusaxlab.netns import why_not

DEFAULT_DEADLINE = 120

#: Nothing runs beside these: they listen to long sounds for gaps, measure time, need both processors for a browser, a
#: screen or pictures, or build something. --parallel 2 runs the others side by side.
ALONE = ('/ui/', '/integration/test_media_', '/integration/test_browser.py', '/integration/test_demo.py',
         '/integration/test_quit.py')


def pytest_configure():
    # Ended from outside we unwind as after Ctrl-C, so that every started process is ended too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    for item in items:
        if any(place in str(item.path) for place in ALONE):
            item.add_marker('alone')


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
def labs(request):
    """All laboratories of the test, for its report and its end."""
    request.node.labs = []
    yield request.node.labs
    for lab in request.node.labs:
        lab.close()


@pytest.fixture
def make_lab(labs):
    """make_lab(**options) gives one more laboratory, not started."""
    def make(**options):
        labs.append(Lab(**options))
        return labs[-1]
    return make


@pytest.fixture
def make_netlab(labs):
    """make_netlab(**options) gives one in a network of its own, not started."""
    if why_not():
        pytest.skip(why_not())

    def make(**options):
        labs.append(NetLab(**options))
        return labs[-1]
    return make


@pytest.fixture
def netlab(make_netlab):
    """The usual one in a network of its own, both servers running."""
    return make_netlab().start()


@pytest.fixture
def lab(make_lab):
    """The usual one, both servers running."""
    return make_lab().start()
