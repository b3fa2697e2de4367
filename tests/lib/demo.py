# SPDX-License-Identifier: GPL-2.0-or-later
"""The demonstration: one service, three people, one call. tests/demo calls it.

With a display a person drives Pidgin as alice and this program plays the others. Without one it drives Pidgin
itself, on a screen and a sound server of its own, and says what it heard.
"""

import argparse
import os
import select
import signal
import subprocess
import sys

from cusaxlab import Lab, LabError, build_folder, plugin_path, repository, wait_until
from cusaxlab import audio
from cusaxlab.clients import Pidgin
from cusaxlab.desktop import Desktop
from run_tests import build

ALICE = 'alice@cusax.test'
ECHO = 'echo@cusax.test'
BOB = 'bob@cusax.test'
#: What alice's microphone hears when nobody sits there, and what bob speaks, in hertz.
VOICE, BOBS_VOICE = 440, 880


def say(text):
    print(text, flush=True)


def start_service(lab):
    """Both servers and the others; gives bob's telephone."""
    lab.start()
    lab.contact('echo', echo=True)
    lab.contact('bob', echo=True)
    lab.echo_phone()
    bob = lab.phone('bob', tone=BOBS_VOICE, auto_answer=True)
    say('Service on 127.0.0.1: XMPP on port %d, SIP on TLS port %d (UDP and TCP %d); domain %s.'
        % (lab.prosody.port, lab.kamailio.tls_port, lab.kamailio.port, lab.domain))
    return bob


# By itself

def call_echo(pidgin, desktop):
    """As a person would: the chat window with Echo, Conversation > Media > Audio Call."""
    pidgin.purple.open_chat(pidgin.purple.account(ALICE, 'prpl-jabber-cusax'), ECHO)
    desktop.activate('Echo')
    desktop.keys('alt+c', 'e', 'a')
    # The window of the call has the title of the chat.
    wait_until(lambda: desktop.windows().count('Echo') == 2, 'the window of the call', 15,
               lambda: 'Windows: %s' % desktop.windows(), 0.1)
    # Beside the others, for the screenshot.
    desktop.output(['wmctrl', '-r', ':ACTIVE:', '-e', '0,860,20,-1,-1'])


def run_by_itself(lab, out):
    os.makedirs(out, exist_ok=True)
    picture, sound = os.path.join(out, 'call.png'), os.path.join(out, 'heard.wav')
    desktop = Desktop(lab)
    desktop.start_bus()
    desktop.start_screen()
    desktop.start_sound()
    desktop.say(VOICE)
    start_service(lab)
    pidgin = Pidgin(desktop, lab.profile('alice')).start()
    pidgin.wait_online(ALICE)
    binding = lab.kamailio.wait_registered('alice', 20)[0]
    say('Pidgin is online as %s: chat at Prosody, telephone at Kamailio (%s).' % (ALICE, binding['Address']))

    desktop.record(sound)
    try:
        say('Calling %s; the microphone hears %d Hz, and Echo sends back what it hears.' % (ECHO, VOICE))
        call_echo(pidgin, desktop)
        desktop.wait_heard(VOICE, seconds=3, within=30)
    finally:
        desktop.screenshot(picture)
        desktop.stop_recording()
        if os.path.exists(sound):
            say('Heard %s' % audio.listen(sound, VOICE))
        say('Screenshot: %s\nRecording:  %s' % (picture, sound))
    # The window of the call is in front: Media > Hangup.
    desktop.keys('alt+m', 'h')
    wait_until(lambda: lab.kamailio.requests('BYE'), 'BYE of alice', 10, pidgin.tail)
    say('Hung up.')
    return 0


# With a person

def persons_environment(desktop):
    """The person's own screen and loudspeaker, everything else private."""
    env = desktop.env
    for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'PULSE_SERVER', 'LANG', 'LANGUAGE'):
        if name in os.environ:
            env[name] = os.environ[name]
    env.pop('LC_ALL', None)
    home = os.path.expanduser('~')
    env.setdefault('XAUTHORITY', os.path.join(home, '.Xauthority'))
    # The sound server and Wayland are found there.
    if 'XDG_RUNTIME_DIR' in os.environ:
        env['XDG_RUNTIME_DIR'] = os.environ['XDG_RUNTIME_DIR']
    cookie = os.path.join(home, '.config', 'pulse', 'cookie')
    if os.path.exists(cookie):
        env['PULSE_COOKIE'] = cookie


HELP = '''Pidgin opens as alice. Right-click Echo or Bob > Audio Call; both answer at once: Echo sends back what
you say, Bob hums at %d Hz. Here, followed by Enter:
  c  Bob calls you        h  Bob hangs up        q  the end (Ctrl-C too)''' % BOBS_VOICE


def run_with_person(lab):
    bob = start_service(lab)
    desktop = Desktop(lab)
    # The private bus needs the private folder, so it comes first.
    desktop.start_bus()
    persons_environment(desktop)
    pidgin = Pidgin(desktop, lab.profile('alice')).start()
    say(HELP)
    watch = [sys.stdin] if sys.stdin.isatty() else []
    while pidgin.process.running():
        ready, _, _ = select.select(watch, [], [], 0.5)
        if not ready:
            continue
        word = sys.stdin.readline()
        try:
            if word.strip() == 'c':
                bob.dial(ALICE)
            elif word.strip() == 'h':
                bob.hangup()
            elif word.strip() == 'q' or not word:
                break
            else:
                say(HELP)
        except LabError as error:
            say(str(error).splitlines()[0])
    return 0


def main():
    parser = argparse.ArgumentParser(prog='tests/demo')
    parser.add_argument('--headless', action='store_true', help='call by itself although there is a display')
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    say('Building in %s ...' % build_folder())
    try:
        build(build_folder())
    except subprocess.CalledProcessError as error:
        say('The build failed: %s' % error)
        return 1
    if not os.path.exists(plugin_path()):
        say('There is no plugin at %s.' % plugin_path())
        return 1

    display = os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')
    out = os.path.abspath(os.environ.get('DEMO_OUT') or os.path.join(repository(), 'out'))
    lab = Lab()
    try:
        if display and not options.headless:
            return run_with_person(lab)
        return run_by_itself(lab, out)
    except LabError as error:
        say('That did not work: %s' % error)
        say(lab.tails(15))
        return 1
    except KeyboardInterrupt:
        say('')
        return 130
    finally:
        # A second Ctrl-C must not leave half of it behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        lab.close()


if __name__ == '__main__':
    sys.exit(main())
