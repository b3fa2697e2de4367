# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/demo itself: Pidgin, driven from its menus, is heard by Echo and hears itself; Ctrl-C leaves nothing."""

import os
import signal
import subprocess

import pytest

from cusaxlab import audio, build_folder, repository, wait_until
from cusaxlab.desktop import Desktop

DEMO = os.path.join(repository(), 'tests', 'demo')


def listen_to_ctrl_c():
    """A shell that runs tests in the background has them, and all they start, ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(log, *words, **env):
    """The lab's programs are direct children of the process that this gives."""
    with open(log, 'w', encoding='utf-8') as sink:
        return subprocess.Popen(['sh', DEMO, '--no-install', *words], stdin=subprocess.DEVNULL, stdout=sink,
                                stderr=subprocess.STDOUT, env=dict(os.environ, BUILD_DIR=build_folder(), **env),
                                preexec_fn=listen_to_ctrl_c)


def children(pid):
    return subprocess.run(['ps', '-o', 'pid=', '--ppid', str(pid)], capture_output=True, text=True).stdout.split()


def is_running(pid):
    try:
        with open('/proc/%s/stat' % pid, encoding='utf-8', errors='replace') as stat:
            return stat.read().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


@pytest.fixture
def demo():
    """Ends it whatever happens."""
    started = []

    def run(*words, **options):
        started.append(start(*words, **options))
        return started[-1]
    yield run
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def test_a_call_by_itself(demo, tmp_path):
    log = tmp_path / 'log'
    process = demo(log, '--headless', DEMO_OUT=str(tmp_path))
    status = process.wait(100)
    words = log.read_text()
    assert status == 0, words[-6000:]
    assert 'Heard 440 Hz' in words and 'Hung up.' in words
    heard = audio.listen(tmp_path / 'heard.wav', 440)
    assert heard.longest >= 3, heard
    assert (tmp_path / 'call.png').stat().st_size > 1000


def test_ctrl_c_ends_all_it_started(demo, make_lab, tmp_path):
    screen = Desktop(make_lab())
    screen.start_screen()
    screen.start_sound()
    log = tmp_path / 'log'
    process = demo(log, DISPLAY=screen.env['DISPLAY'], PULSE_SERVER=screen.env['PULSE_SERVER'])
    screen.wait_window('Buddy List', 60)
    pids = children(process.pid)
    # Prosody, Kamailio, two telephones, a bus and Pidgin.
    assert len(pids) >= 6
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130, log.read_text()
    wait_until(lambda: not any(is_running(pid) for pid in pids), 'all ended', 5)
