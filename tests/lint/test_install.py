# SPDX-License-Identifier: GPL-2.0-or-later
"""What a packager gets: every file where libpurple and Pidgin look, under DESTDIR, and nothing else."""

import json
import os
import re
import subprocess

from test_plugin_file import BUILD, run

ICON_SIZES = ('16', '22', '24', '48')


def installed(folder):
    subprocess.run(['meson', 'install', '-C', BUILD, '--no-rebuild', '--quiet'], check=True, capture_output=True,
                   env=dict(os.environ, DESTDIR=str(folder)))
    return {'/' + os.path.relpath(os.path.join(where, name), folder)
            for where, _, names in os.walk(folder) for name in names}


def test_files_lie_where_they_are_looked_for(tmp_path):
    files = installed(tmp_path)
    plugin = run('pkg-config', '--variable=plugindir', 'purple').strip() + '/libcusax.so'
    pixmaps = run('pkg-config', '--variable=datadir', 'purple').strip() + '/pixmaps/pidgin/protocols/'
    icons = {pixmaps + size + '/cusax.png' for size in ICON_SIZES} | {pixmaps + 'scalable/cusax.svg'}
    prefix = json.loads(run('meson', 'introspect', '--buildoptions', BUILD))
    prefix = next(option['value'] for option in prefix if option['name'] == 'prefix')
    links = {prefix + '/bin/cusax-dial', prefix + '/share/applications/cusax-dial.desktop'}
    assert files - {name for name in files if name.endswith('.mo')} == {plugin} | icons | links
    # libjabber.so.0 lies beside it, wherever both are moved.
    assert re.findall(r'\((?:RUNPATH|RPATH)\).*\[(.*?)\]', run('readelf', '-d', str(tmp_path) + plugin)) == ['$ORIGIN']
