# SPDX-License-Identifier: GPL-2.0-or-later
"""A desktop for one person: message bus, sound server, and a screen if there is none; all private.

Sound: what programs play goes to the null sink "heard", what they record comes from the null sink "voice":
feed voice, record heard. Nothing touches the person's own bus, sound server or display.
"""

import os
import shutil
import subprocess
import sys

from . import audio
from .process import LabError, Process, wait_until


def _tool(name):
    path = shutil.which(name)
    if path is None:
        raise LabError('%s is not installed (tests/lib/packages)' % name)
    return path


class Desktop:
    """start() what is wanted; `env` is what programs on this desktop are started with.

    Parts are adopted by the lab and end with it."""

    def __init__(self, lab, name='desktop'):
        self.lab, self.name = lab, name
        self.folder = lab.path(name)
        self.env = dict(os.environ)
        for key in ('DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'PULSE_SERVER',
                    'SESSION_MANAGER', 'GTK_MODULES', 'LANGUAGE'):
            self.env.pop(key, None)
        for key, place in (('HOME', 'home'), ('XDG_CONFIG_HOME', 'config'), ('XDG_DATA_HOME', 'data'),
                           ('XDG_RUNTIME_DIR', 'run')):
            self.env[key] = os.path.join(self.folder, place)
            os.makedirs(self.env[key], mode=0o700, exist_ok=True)
        # One cache for all desktops of a test run, so that GStreamer scans its plugins once only.
        self.env['XDG_CACHE_HOME'] = os.environ.get('CUSAX_TEST_CACHE') or os.path.join(self.folder, 'cache')
        self.env['LC_ALL'] = 'C.UTF-8'
        self.bus = self.screen = self.sound = None
        self._player = None
        self._recorder = None

    def run(self, name, command, **options):
        """Where the product runs: in a laboratory with a network of its own on the client's side."""
        return self.lab.run('%s-%s' % (self.name, name), command, self.lab.client, **dict({'env': self.env}, **options))

    # The bus

    def start_bus(self):
        """A session bus; Pidgin and Finch together need two desktops (one bus name each)."""
        read, write = os.pipe()
        # --nopidfile and an own address: no autostart of desktop services from the person's session.
        self.bus = self.run('bus', [_tool('dbus-daemon'), '--session', '--nofork', '--nopidfile',
                                    '--address=unix:path=' + os.path.join(self.env['XDG_RUNTIME_DIR'], 'bus'),
                                    '--print-address=%d' % write], pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as reply:
            self.env['DBUS_SESSION_BUS_ADDRESS'] = reply.readline().strip()
        if not self.env['DBUS_SESSION_BUS_ADDRESS']:
            raise LabError('no session bus\n' + self.bus.tail())

    # The screen

    def start_screen(self, size='1280x1024'):
        """Xvfb on a display number of its own choice, and a window manager."""
        read, write = os.pipe()
        self.screen = self.run('xvfb', [_tool('Xvfb'), '-displayfd', str(write), '-screen', '0', size + 'x24',
                                        '-nolisten', 'tcp', '-noreset'], pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as reply:
            number = reply.readline().strip()
        if not number:
            raise LabError('no screen\n' + self.screen.tail())
        self.env['DISPLAY'] = ':' + number
        manager = self.run('openbox', [_tool('openbox'), '--sm-disable'])
        manager.wait_for(lambda: self.output(['wmctrl', '-m'], check=False).startswith('Name:'), 'window manager')

    def screenshot(self, path):
        self.output(['import', '-window', 'root', str(path)])
        return str(path)

    def windows(self):
        """Titles of the open windows."""
        lines = self.output(['wmctrl', '-l'], check=False).splitlines()
        return [line.split(None, 3)[3] if len(line.split(None, 3)) > 3 else '' for line in lines]

    def wait_window(self, title, seconds=10):
        """Waits for a window whose title contains this; gives the whole title."""
        return wait_until(lambda: next((found for found in self.windows() if title in found), None),
                          'a window with %r in its title' % title, seconds,
                          lambda: 'Windows: %s' % self.windows(), 0.1)

    def wait_no_window(self, title, seconds=10):
        wait_until(lambda: not any(title in found for found in self.windows()),
                   'no window with %r in its title' % title, seconds, lambda: 'Windows: %s' % self.windows(), 0.1)

    def activate(self, title):
        """Raises the oldest window with this title and gives it the keyboard; again if one that opens at the same moment takes
        it. A chat and its call have the same title: which of them is in front, only their numbers tell."""
        self.wait_window(title)

        def number():
            lines = [line.split(None, 3) for line in self.output(['wmctrl', '-l'], check=False).splitlines()]
            return next((int(line[0], 16) for line in lines if len(line) == 4 and title in line[3]), 0)

        def in_front():
            return self.output(['xdotool', 'getactivewindow'], check=False).strip() == str(number())

        def raised():
            self.output(['wmctrl', '-ia', hex(number())], check=False)
            try:
                return wait_until(in_front, '%r in front' % title, 1, pause=0.05)
            except LabError:
                return False
        wait_until(raised, '%r in front' % title, 8, lambda: 'Windows: %s' % self.windows(), 0.05)

    def keys(self, *names):
        """Presses keys in the window in front, as xdotool names them ("alt+c", "Down", "Return")."""
        self.output(['xdotool', 'key', '--delay', '80', *names])

    def type(self, text):
        self.output(['xdotool', 'type', '--delay', '15', text])

    def output(self, command, check=True, seconds=20):
        """What a short program on this desktop prints. It runs where the screen is: screens are numbered per network, and from
        outside the same number may be that of another test, whose Pidgin would get the keys."""
        done = subprocess.run(self.lab.client.wrap([_tool(command[0]), *command[1:]]), env=self.env, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=seconds)
        if check and done.returncode:
            raise LabError('%s: %s' % (' '.join(command), done.stderr.strip()))
        return done.stdout

    def texts(self, title):
        """What the windows with this title show, as a screen reader has it: "label: Bob is calling" and so on. The
        program must have been started with GTK_MODULES=gail:atk-bridge."""
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'widgets.py')
        said = []

        def read():
            # A question to the program for each widget: on a busy machine that takes its time.
            said[:] = [self.output([sys.executable, script, title], seconds=40)]
            return said[0] or not any(title in found for found in self.windows())
        # A window that has just opened is known to the window manager before screen readers know it.
        wait_until(read, 'what %r says' % title, 10, pause=0.3)
        return said[0]

    def press(self, title, button):
        """Presses a button in a window with this title; for programs as texts() needs them."""
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'widgets.py')
        wait_until(lambda: 'pressed' in self.output([sys.executable, script, title, button]),
                   'button %r in %r' % (button, title), 10, lambda: self.texts(title), 0.3)

    # Sound

    def start_sound(self):
        socket = os.path.join(self.env['XDG_RUNTIME_DIR'], 'sound')
        self.sound = self.run('pulseaudio', [
            _tool('pulseaudio'), '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--log-level=info',
            '--high-priority=no', '--realtime=no', '-n',
            '--load=module-native-protocol-unix auth-anonymous=1 socket=%s' % socket,
            '--load=module-null-sink sink_name=heard rate=48000 channels=2',
            '--load=module-null-sink sink_name=voice rate=48000 channels=2'])
        self.env['PULSE_SERVER'] = 'unix:' + socket
        self.env['PULSE_SINK'] = 'heard'
        self.env['PULSE_SOURCE'] = 'voice.monitor'
        self.sound.wait_for(lambda: os.path.exists(socket) and 'voice.monitor' in
                            self.output(['pactl', 'list', 'short', 'sources'], check=False), 'its devices')
        for kind, device in (('sink', 'heard'), ('source', 'voice.monitor')):
            self.output(['pactl', 'set-default-%s' % kind, device])

    def say(self, frequency):
        """From now on the microphone hears this tone."""
        if self._player:
            self._player.stop()
        wav = audio.write_tone(os.path.join(self.folder, 'voice.wav'), frequency, rate=48000)
        # A null sink works in pieces as long as its players allow, 2 s if they do not say: a microphone opened in
        # between would be deaf that long.
        self._player = self.run('voice', [_tool('paplay'), '--latency-msec=20', '--device=voice', wav])

    def record(self, path):
        """Starts to write down what the loudspeaker plays."""
        self.stop_recording()
        self._recorder = self.run('ear', [_tool('parec'), '--device=heard.monitor', '--format=s16le', '--rate=48000',
                                          '--channels=1', '--latency-msec=50', '--file-format=wav', str(path)])
        self._recorder.path = str(path)

    def stop_recording(self):
        if self._recorder:
            self._recorder.stop()
            self._recorder = None

    def wait_heard(self, frequency, seconds=1.0, within=15, anew=False):
        """Waits until the loudspeaker has played this much of a tone in one piece; gives the Hearing. With
        anew only what comes from now on counts."""
        path = self._recorder.path
        start = audio.Recording(path).seconds if anew and os.path.exists(path) else 0
        last = []

        def enough():
            last[:] = [audio.listen(path, frequency, start)] if os.path.exists(path) else []
            return last and last[0].longest >= seconds and last[0]
        return wait_until(enough, 'the loudspeaker plays %d Hz for %g s' % (frequency, seconds), within,
                          lambda: 'it played: %s' % (last[0] if last else 'nothing'), 0.2)
