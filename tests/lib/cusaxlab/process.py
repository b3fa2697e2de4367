# SPDX-License-Identifier: GPL-2.0-or-later
"""Child processes that end with us, waits with deadlines, free loopback ports.

Every process of the laboratory is started here: in its own process group, with its output in a log file, and
told by the kernel to end when the laboratory dies. Nothing is ever found or ended by name.
"""

import ctypes
import os
import random
import signal
import socket
import subprocess
import time

LOOPBACK = '127.0.0.1'
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class LabError(AssertionError):
    """Something that should have happened did not, in words and with the last log lines."""


def wait_until(condition, what, seconds=10, events=None, pause=0.02):
    """Calls condition() until it gives something true, and returns that; LabError after the deadline.

    events is called for the words to add to the error: the last events of both sides.
    """
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() >= end:
            more = events() if events else ''
            more = more if isinstance(more, str) else '\n'.join(more)
            raise LabError('not within %g s: %s%s' % (seconds, what, '\n' + more if more else ''))
        time.sleep(pause)


def can_connect(port, host=LOOPBACK):
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False


def _is_free(port):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                return False
    return True


class _Ports:
    """Ports for this process, each handed out once before any comes again.

    Servers are given their ports some time before they bind them, so a look whether a port is free is not enough:
    two servers of one laboratory would get the same one now and then. Beside it every process keeps to a slice of its
    own, which it holds by an abstract unix socket; the kernel gives it back when the process ends. All of them lie
    below the kernel's range for outgoing connections, so that nobody gets one by accident.
    """

    FIRST, SLICE, SLICES = 20000, 1050, 12

    def __init__(self):
        self._owner = None
        self._mark = None

    def _take_slice(self):
        order = random.sample(range(self.SLICES), self.SLICES)
        for number in order:
            mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            try:
                mark.bind('\0cusax-test-ports-%d' % number)
            except OSError:
                mark.close()
                continue
            self._mark = mark
            break
        else:
            number = order[0]
        self._owner = os.getpid()
        self._start = self.FIRST + number * self.SLICE
        self._next = self._start

    def take(self, count):
        """The first of `count` neighbouring ports that are free for UDP and TCP."""
        if self._owner != os.getpid():
            self._take_slice()
        for _ in range(2 * self.SLICE):
            if self._next + count > self._start + self.SLICE:
                self._next = self._start
            first = self._next
            taken = [index for index in range(count) if not _is_free(first + index)]
            if not taken:
                self._next = first + count
                return first
            self._next = first + taken[-1] + 1
        raise LabError('no free loopback ports')


_ports = _Ports()


def free_ports(count=1):
    """The first of `count` neighbouring ports that are free for UDP and TCP and that nobody else was given."""
    return _ports.take(count)


def read_tail(path, lines=30):
    try:
        with open(path, 'rb') as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - 64 * 1024))
            text = log.read().decode('utf-8', 'replace')
    except OSError as error:
        return '(%s)' % error
    return '\n'.join(text.splitlines()[-lines:])


class Process:
    """One child: start() at construction, stop() ends it and all it started."""

    def __init__(self, name, command, log, env=None, cwd=None, stdin=subprocess.DEVNULL, pass_fds=(),
                 split_stdout=False, death_signal=signal.SIGKILL):
        """Starts command with its output appended to the file log; with split_stdout only stderr goes there
        and stdout is a pipe. death_signal is what it gets when the laboratory dies: programs with children of
        their own need one that they can catch."""
        self.name = name
        self.log = log
        self.command = [str(word) for word in command]
        self._log_start = os.path.getsize(log) if os.path.exists(log) else 0
        with open(log, 'ab') as sink:
            self.child = subprocess.Popen(
                self.command, stdin=stdin, stdout=subprocess.PIPE if split_stdout else sink, stderr=sink, cwd=cwd,
                env=env, pass_fds=pass_fds, start_new_session=True,
                preexec_fn=lambda: _libc.prctl(PR_SET_PDEATHSIG, death_signal))

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def log_text(self):
        """What this process (not an earlier one with the same log) wrote."""
        with open(self.log, 'rb') as log:
            log.seek(self._log_start)
            return log.read().decode('utf-8', 'replace')

    def tail(self, lines=30):
        state = 'running' if self.running() else 'ended with status %s' % self.child.returncode
        return '==== %s (%s, %s)\n%s' % (self.name, state, self.log, read_tail(self.log, lines))

    def wait_for(self, condition, what, seconds=10):
        """wait_until, but a process that has ended is an error at once."""
        def check():
            result = condition()
            if not result and not self.running():
                raise LabError('%s ended (status %s) before: %s\n%s' %
                               (self.name, self.child.returncode, what, self.tail()))
            return result
        return wait_until(check, '%s: %s' % (self.name, what), seconds, self.tail)

    def wait_for_line(self, text, seconds=10):
        self.wait_for(lambda: text in self.log_text(), 'log line with %r' % text, seconds)

    def signal(self, number):
        if self.running():
            os.kill(self.child.pid, number)

    def kill(self):
        """At once, as a crash: no good-bye on any connection."""
        self._kill_group()
        self.child.wait()

    def _kill_group(self):
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def stop(self, seconds=5):
        """Asks it to end, and ends the whole group if it or one of its children does not."""
        if self.running():
            os.kill(self.child.pid, signal.SIGTERM)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        self._kill_group()
        self.child.wait()
