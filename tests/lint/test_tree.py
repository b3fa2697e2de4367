# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree keeps its own rules: licences, translations, calls that network input must never meet."""

import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Texts that cannot carry a line of ours.
NO_SPDX = re.compile(r'(^COPYING$|\.png$|\.wav$|\.sdp$|^tests/data/|^po/.*\.po$)')
FORBIDDEN = re.compile(r'\b(atoi|atol|sprintf|vsprintf|strcpy|strcat|sscanf|gets|strtok|g_assert|'
                       r'g_assert_not_reached|system|popen|srtp_shutdown)\s*\(')


def files(*patterns):
    """Tracked files, or what a release tarball holds."""
    done = subprocess.run(['git', '-C', ROOT, 'ls-files', '--', *patterns], capture_output=True, text=True)
    if done.returncode == 0 and done.stdout:
        names = done.stdout.splitlines()
    else:
        names = [os.path.relpath(os.path.join(folder, name), ROOT)
                 for folder, _, found in os.walk(ROOT) for name in found]
    return [name for name in names if os.path.exists(os.path.join(ROOT, name))]


def read(name):
    with open(os.path.join(ROOT, name), encoding='utf-8', errors='replace') as text:
        return text.read()


def test_every_file_names_its_licence():
    missing = [name for name in files() if not NO_SPDX.search(name)
               and 'SPDX-License-Identifier: GPL-2.0-or-later' not in read(name)[:600]]
    assert missing == []


def sources():
    return [name for name in files('src') if name.startswith('src/') and name.endswith(('.c', '.h'))]


def test_translated_files_are_listed():
    """po/POTFILES names exactly the sources that hold words for people."""
    marked = {name for name in sources() if name.endswith('.c')
              and re.search(r'\b(N?_|ngettext|C_)\s*\(\s*"', read(name))}
    listed = {line for line in read('po/POTFILES').split('\n') if line and not line.startswith('#')}
    assert listed == marked


def test_no_forbidden_calls():
    hits = []
    for name in sources():
        for number, line in enumerate(read(name).splitlines(), 1):
            if FORBIDDEN.search(line) and not line.lstrip().startswith(('*', '/*')):
                hits.append('%s:%d: %s' % (name, number, line.strip()))
    assert hits == []


def test_no_machine_paths():
    hits = [name for name in files() if not name.endswith('.png')
            and re.search(r'(?<![\w.])/(work|farm|root|home/[a-z]+)/', read(name))]
    assert hits == []


def test_headers_are_guarded():
    assert [name for name in sources() if name.endswith('.h') and '#pragma once' not in read(name)] == []


def test_no_marks_of_unfinished_work():
    pattern = re.compile(r'\b(TODO|FIXME|XXX|HACK)\b')
    assert [name for name in sources() if pattern.search(read(name))] == []
