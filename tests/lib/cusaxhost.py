# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives cusax-host (tests/host): a libpurple user interface without a face.

    with Host(binary, folder, plugins=build / "src/purple", name="alice") as alice:
        alice.do("account add a prpl-jabber-cusax alice@example.test")
        alice.expect(r'connected account="a"', timeout=10)
        event = alice.expect("request .*title=\"Incoming Call\"")
        alice.do("respond", event["id"], "Answer")

Every wait has a deadline. When one passes, the last events of all hosts that run are in the exception, so that a
failed test shows both sides.
"""

import array
import math
import os
import re
import shlex
import subprocess
import threading
import time
import wave
import weakref
from pathlib import Path

_PAIR = re.compile(r'([\w-]+)="((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")
_UNESCAPED = {"n": "\n", "r": "\r"}


class HostError(AssertionError):
    """A wait that passed its deadline, a command that failed, or a host that died."""


class Event(dict):
    """One line of the host: name, the keys as a dict, the line itself, and when it came."""

    def __init__(self, line, when):
        super().__init__(
            (key, _ESCAPE.sub(lambda m: _UNESCAPED.get(m[1], m[1]), value))
            for key, value in _PAIR.findall(line)
        )
        self.name = line.split(" ", 1)[0]
        self.line = line
        self.when = when

    def __repr__(self):
        return self.line


class Host:
    """One running cusax-host."""

    running = weakref.WeakSet()

    def __init__(self, binary, folder, plugins=None, name="host", tone=440, ui=None, env=None, wrapper=()):
        """binary: cusax-host; folder: its profile, log and recordings (made if missing); plugins: folder of the
        built plugin; tone: what its microphone hears (Hz); env: added to the environment; wrapper: command in
        front of it, for example ["valgrind"]."""
        self.name = name
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "host.log"
        self.events = []
        self._seen = 0  # events before this index were consumed by expect()
        self._lines = 0
        self._changed = threading.Condition()
        self._ended = False
        command = [*wrapper, str(binary), "--profile", str(self.folder), "--log", str(self.log), "--tone", str(tone)]
        if plugins:
            command += ["--plugins", str(plugins)]
        if ui:
            command += ["--ui", ui]
        # No display, no bus and no home of the person who runs the tests.
        environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS")}
        environment.update(HOME=str(self.folder), XDG_CONFIG_HOME=str(self.folder / "config"),
                           XDG_CACHE_HOME=str(cache_folder(binary)), **(env or {}))
        self._errors = open(self.folder / "host.stderr", "ab")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self._errors, env=environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        Host.running.add(self)
        self.expect("ready ", timeout=20)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.stop(check=kind is None)

    # ------------------------------------------------------------------ events

    def _read(self):
        for raw in self.process.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            with self._changed:
                self.events.append(Event(line, time.monotonic()))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def expect(self, pattern, timeout=10, since=None):
        """Waits for an event whose line matches pattern (a regular expression, searched from the start of the
        line) and returns it. Looks at events that no earlier expect() has gone past, or at those from index
        `since` on (see mark()) without going past anything."""
        regex = re.compile(pattern)
        deadline = time.monotonic() + timeout
        index = self._seen if since is None else since
        with self._changed:
            while True:
                while index < len(self.events):
                    event = self.events[index]
                    index += 1
                    if regex.match(event.line):
                        if since is None:
                            self._seen = index
                        return event
                left = deadline - time.monotonic()
                if left <= 0 or self._ended:
                    why = "died" if self._ended else f"did not say within {timeout} s"
                    break
                self._changed.wait(left)
        raise HostError(f"{self.name} {why}: {pattern}\n{report()}")

    def mark(self):
        """The index of the next event, for expect(since=...), find() and absent()."""
        with self._changed:
            return len(self.events)

    def find(self, pattern, since=0):
        """All events so far that match, oldest first."""
        regex = re.compile(pattern)
        with self._changed:
            return [e for e in self.events[since:] if regex.match(e.line)]

    def absent(self, pattern, since=0):
        """Fails if such an event has come."""
        found = self.find(pattern, since)
        if found:
            raise HostError(f"{self.name} said {found[0].line}\n{report()}")

    def tail(self, count=25):
        with self._changed:
            return [e.line for e in self.events[-count:]]

    # ---------------------------------------------------------------- commands

    def send(self, *words):
        """Sends a command without waiting. One word with blanks is taken as a whole line."""
        line = words[0] if len(words) == 1 else " ".join(shlex.quote(str(w)) for w in words)
        if "\n" in line:
            raise ValueError("a command is one line")
        self._lines += 1
        try:
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            raise HostError(f"{self.name} died before: {line}\n{report()}") from None
        return self._lines

    def do(self, *words, timeout=10):
        """Sends a command, waits for its end, returns the events since it was sent. The events stay there for
        expect(). Fails if the host says that the command failed."""
        start = self.mark()
        number = self.send(*words)
        end = self.expect(rf'(ok|error) n="{number}"', timeout=timeout, since=start)
        if end.name == "error":
            raise HostError(f"{self.name}: {' '.join(map(str, words))}: {end['text']}\n{report()}")
        with self._changed:
            return [e for e in self.events[start:] if e.name not in ("ok", "error")]

    def ask(self, *words, timeout=10, event=None):
        """As do(), returns the last event of that name, by default the command's: for stat, status, caps, tooltip
        and the like."""
        events = self.do(*words, timeout=timeout)
        wanted = event or words[0].split()[0]
        for found in reversed(events):
            if found.name == wanted:
                return found
        raise HostError(f"{self.name}: no {wanted} in the answer\n{report()}")

    # ------------------------------------------------------------------- sound

    def recording(self, who=None, since=0):
        """The WAV file of the newest call (with who): what was heard in it. who "": a sound of the telephone's own."""
        found = [e for e in self.find("recording ", since) if (e["who"] if who is None else e["who"] == who)]
        if not found:
            raise HostError(f"{self.name} has not heard anything yet\n{report()}")
        return Path(found[-1]["file"])

    def expect_tone(self, hertz, timeout=10, seconds=0.5, who=None, since=0):
        """Waits until the last `seconds` of the newest recording are that tone."""
        deadline = time.monotonic() + timeout
        told = "nothing recorded"
        while time.monotonic() < deadline:
            try:
                share, level = tone_share(self.recording(who, since), hertz, seconds)
                told = f"share {share:.2f}, level {level:.1f} dBFS"
                if share > 0.8 and level > -30:
                    return share, level
            except (HostError, EOFError, wave.Error):
                pass
            with self._changed:
                self._changed.wait(0.1)
        raise HostError(f"{self.name} did not hear {hertz} Hz within {timeout} s ({told})\n{report()}")

    # --------------------------------------------------------------------- end

    def stop(self, timeout=15, check=True):
        """Quits in order (signs off, unloads plugins). Fails if the host crashed or hangs."""
        if self.process.poll() is None:
            try:
                self.send("quit")
            except HostError:
                pass
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                told = report()
                self.kill()
                if check:
                    raise HostError(f"{self.name} hangs at quit\n{told}") from None
        self._reader.join(5)
        Host.running.discard(self)
        self._close()
        if check and self.process.returncode != 0:
            raise HostError(f"{self.name} ended with {self.process.returncode}, see {self.log}\n"
                            + "\n".join(self.tail()))
        return self.process.returncode

    def kill(self):
        """The end without sign-off."""
        self.process.kill()
        self.process.wait()
        Host.running.discard(self)
        self._close()

    def _close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self._errors.close()


def cache_folder(binary):
    """Where GStreamer and Farstream keep what they know of the machine's plugins. Making it takes seconds: one for
    all tests of a build, and not that of the person who runs them."""
    folder = Path(binary).resolve().parent / "cache"
    folder.mkdir(exist_ok=True)
    return folder


def report(count=25):
    """The last events of all running hosts, for messages."""
    parts = []
    for host in sorted(Host.running, key=lambda h: h.name):
        parts.append(f"--- {host.name} ({host.log})")
        parts += host.tail(count)
    return "\n".join(parts)


def read_wav(path):
    """Samples (-1 to 1, first channel) and rate. Copes with a file that is still being written."""
    with wave.open(str(path), "rb") as wav:
        rate, channels = wav.getframerate(), wav.getnchannels()
        data = array.array("h")
        raw = wav.readframes(wav.getnframes())
        data.frombytes(raw[: len(raw) // 2 * 2])
    return [s / 32768 for s in data[::channels]], rate


def tone_share(path, hertz, seconds=None):
    """How much of the power in the last `seconds` of a WAV file is that tone (0 to 1), and the level of all in
    dBFS. Goertzel, no libraries."""
    samples, rate = read_wav(path)
    if seconds is not None:
        samples = samples[-int(seconds * rate):]
    count = len(samples)
    if count < rate // 20:
        return 0.0, -120.0
    power = sum(s * s for s in samples) / count
    if power < 1e-12:
        return 0.0, -120.0
    coefficient = 2 * math.cos(2 * math.pi * hertz / rate)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
    magnitude = last * last + before * before - coefficient * last * before
    share = 2 * magnitude / (count * count) / power
    return min(share, 1.0), 10 * math.log10(power)
