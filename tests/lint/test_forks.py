# SPDX-License-Identifier: GPL-2.0-or-later
"""The SIP adapter compiles without what the 1.13 forks of Sofia-SIP lack, whatever Sofia is installed."""

import json
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@pytest.mark.deadline(300)
def test_sip_compiles_without_the_switches_of_1_12(tmp_path):
    build = str(tmp_path / 'build')
    run('meson', 'setup', build, ROOT, '-Dsofia_forks=true', '-Dtests=false', '-Dwerror=true', '-Dbuildtype=plain')
    with open(os.path.join(build, 'compile_commands.json'), encoding='utf-8') as database:
        calls = [entry['command'] for entry in json.load(database) if '/src/sip/' in entry['file']]
    assert calls and all('/src/sip/forks' in call and 'CUSAX_HAVE_' not in call for call in calls)
    run('ninja', '-C', build, '-j2', 'src/sip/libsip.a')
