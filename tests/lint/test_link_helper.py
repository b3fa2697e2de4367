# SPDX-License-Identifier: GPL-2.0-or-later
"""What desktops run for telephone links: the helper hands on what is one, refuses the rest, and its desktop file is valid."""

import os
import shutil
import subprocess

import pytest

from test_tree import ROOT

HELPER = os.path.join(ROOT, 'data', 'cusax-dial')
DESKTOP = os.path.join(ROOT, 'data', 'cusax-dial.desktop')

# Stands in for the real one: notes what it was told, and fails as if no client ran.
DBUS_SEND = '#!/bin/sh\nfor a; do printf "%s\\n" "$a"; done >"$NOTES"\nexit ${CLIENT:-0}\n'


def run(folder, *arguments, client=0):
    (folder / 'bin').mkdir(exist_ok=True)
    fake = folder / 'bin' / 'dbus-send'
    fake.write_text(DBUS_SEND)
    fake.chmod(0o755)
    notes = folder / 'notes'
    notes.unlink(missing_ok=True)
    environment = {'PATH': '%s:/usr/bin:/bin' % (folder / 'bin'), 'NOTES': str(notes), 'CLIENT': str(client)}
    done = subprocess.run([HELPER, *arguments], env=environment, capture_output=True, text=True, timeout=20)
    return done, notes.read_text().splitlines() if notes.exists() else None


@pytest.mark.parametrize('argument, link', [
    ('tel:+33-1-77-62-43-39', 'tel:+33-1-77-62-43-39'),
    ('TEL:7042;phone-context=cusax.test', 'TEL:7042;phone-context=cusax.test'),
    ('sip:bob@cusax.test?Subject=x', 'sip:bob@cusax.test?Subject=x'),
    ('sips:bob@cusax.test', 'sips:bob@cusax.test'),
    ('callto:+33177624339', 'callto:+33177624339'),
    ('+33 1 77', 'tel:+33 1 77'),
    ('*21#', 'tel:*21#'),
    ('tel:$(touch /tmp/x)`id`;"\'', 'tel:$(touch /tmp/x)`id`;"\''),
    ('--answer', 'cusax:answer'),
    ('--hangup', 'cusax:hangup'),
])
def test_links_are_handed_on_as_they_are(tmp_path, argument, link):
    done, notes = run(tmp_path, argument)
    assert done.returncode == 0, done.stderr
    assert notes[-1] == 'string:' + link
    assert notes[-2] == 'im.pidgin.purple.PurpleInterface.PurpleGotProtocolHandlerUri'


@pytest.mark.parametrize('arguments', [
    [], ['tel:1', 'tel:2'], [''], ['bob'], ['tel:'], ['http://cusax.test/'], ['xmpp:bob@cusax.test'], ['cusax:answer'],
    ['--delete'], ['-x'], ['tel:1\n2'], ['tel:\x1b[2J'], ['tel:\u0661'], ['sip:' + 600 * 'x'],
])
def test_what_is_none_is_refused(tmp_path, arguments):
    done, notes = run(tmp_path, *arguments)
    assert done.returncode == 2 and done.stderr
    assert notes is None


def test_words_when_nobody_runs(tmp_path):
    done, notes = run(tmp_path, 'tel:7042', client=1)
    assert done.returncode == 1 and notes
    assert 'no Pidgin or Finch is running' in done.stderr


@pytest.mark.skipif(shutil.which('desktop-file-validate') is None, reason='desktop-file-validate is not installed')
def test_desktop_file_is_valid():
    done = subprocess.run(['desktop-file-validate', DESKTOP], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stdout, done.stdout


def test_desktop_file_registers_no_commands():
    """A page that is opened must not answer calls."""
    with open(DESKTOP, encoding='utf-8') as text:
        schemes = [line.split('=', 1)[1].strip().strip(';').split(';') for line in text if line.startswith('MimeType=')]
    assert schemes == [['x-scheme-handler/' + name for name in ('tel', 'sip', 'sips', 'callto')]]
