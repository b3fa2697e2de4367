# SPDX-License-Identifier: GPL-2.0-or-later
"""The built plugin file: what it exports, what it needs and in which order, how it is hardened."""

import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('BUILD_DIR') or os.path.join(ROOT, 'build')
PLUGIN = os.path.join(BUILD, 'src', 'purple', 'libcusax.so')


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def needed():
    return re.findall(r'\(NEEDED\).*\[(.*?)\]', run('readelf', '-d', PLUGIN))


def test_only_purple_init_plugin_is_exported():
    symbols = {line.split()[-1] for line in run('nm', '-D', '--defined-only', PLUGIN).splitlines()}
    assert symbols == {'purple_init_plugin'}


def test_libnice_is_found_before_sofia():
    """Both export stun_message_length; with Sofia's first, libnice drops every check and ICE never connects."""
    names = needed()
    nice = [i for i, name in enumerate(names) if name.startswith('libnice')]
    sofia = [i for i, name in enumerate(names) if name.startswith('libsofia')]
    assert nice and sofia, names
    assert nice[0] < sofia[0], names


def test_the_clash_is_still_one_symbol():
    """If the two libraries ever share more, the order has to be thought over again."""
    paths = {}
    for line in run('ldd', PLUGIN).splitlines():
        match = re.match(r'\s*(libnice|libsofia-sip-ua)\.so\S* => (\S+)', line)
        if match:
            paths[match.group(1)] = match.group(2)
    exported = [{line.split()[-1].split('@')[0] for line in
                 run('nm', '-D', '--defined-only', path).splitlines() if ' T ' in line}
                for path in paths.values()]
    assert len(exported) == 2
    assert exported[0] & exported[1] <= {'stun_message_length', '_init', '_fini'}


def test_hardening():
    dynamic = run('readelf', '-d', PLUGIN)
    assert 'BIND_NOW' in dynamic or re.search(r'FLAGS.*NOW', dynamic)
    assert 'GNU_RELRO' in run('readelf', '-lW', PLUGIN)
    assert not re.search(r'GNU_STACK.*RWE', run('readelf', '-lW', PLUGIN))


def test_runpath_is_the_plugin_folder_alone():
    """libjabber.so.0 lies beside the other protocol plugins, not on the linker's path."""
    paths = re.findall(r'\((?:RUNPATH|RPATH)\).*\[(.*?)\]', run('readelf', '-d', PLUGIN))
    plugindir = run('pkg-config', '--variable=plugindir', 'purple').strip()
    assert paths in ([plugindir], ['$ORIGIN'])


def test_no_ui_toolkit():
    assert not [name for name in needed() if re.match(r'lib(gtk|gdk|pidgin|gnt|finch)', name)]
