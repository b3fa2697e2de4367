# SPDX-License-Identifier: GPL-2.0-or-later
"""The layers of src/README.md hold: a wrong include does not compile, with the very flags Meson uses."""

import json
import os
import shlex
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('BUILD_DIR') or os.path.join(ROOT, 'build')

LAYERS = ('core', 'dns', 'phone', 'sip', 'rtp', 'media', 'xmpp', 'web', 'purple')
# A header that stands for each room, and for each outside world.
ROOM = {'core': 'address.h', 'dns': 'naptr.h', 'phone': 'ports.h', 'sip': 'relay.h', 'rtp': 'srtp.h',
        'media': 'session.h', 'xmpp': 'callfeatures.h', 'web': 'https.h', 'purple': 'ringing.h'}
WORLD = {'libpurple': '<purple.h>', 'Sofia': '<sofia-sip/nua.h>', 'GStreamer': '<gst/gst.h>',
         'Farstream': '<farstream/fs-candidate.h>', 'GIO': '<gio/gio.h>', 'JSON': '<json-glib/json-glib.h>',
         'libcurl': '<curl/curl.h>'}

# What each layer may see. Anything else must not compile.
ROOMS_BELOW = {
    'core': {'core'},
    'dns': {'core', 'dns'},
    'phone': {'core', 'phone'},
    'sip': {'core', 'dns', 'phone', 'sip'},
    'rtp': {'core', 'phone', 'rtp'},
    'media': {'core', 'phone', 'media'},
    'xmpp': {'core', 'phone', 'xmpp'},
    'web': {'core', 'dns', 'phone', 'web'},
    'purple': {'core', 'dns', 'phone', 'sip', 'rtp', 'media', 'xmpp', 'web', 'purple'},
}
WORLDS = {
    'core': set(),
    'dns': {'GIO'},
    'phone': set(),
    'sip': {'Sofia', 'GIO'},
    'rtp': {'GIO'},
    'media': {'libpurple', 'GStreamer', 'Farstream'},
    'xmpp': {'libpurple'},
    'web': {'GIO', 'JSON', 'libcurl'},
    'purple': {'libpurple'},
}
# Not guarded by the compiler: pkg-config of a permitted library brings these include paths along.
COMES_ALONG = {('core', 'GIO'), ('phone', 'GIO'), ('media', 'GIO'), ('xmpp', 'GIO'), ('purple', 'GIO'),
               ('purple', 'GStreamer'), ('xmpp', 'GStreamer'), ('purple', 'Farstream'), ('xmpp', 'Farstream')}
# Its headers lie where every compiler looks.
COMES_ALONG |= {(layer, 'libcurl') for layer in LAYERS if layer != 'web'}

# The files of core/ that read a foreign grammar by somebody else's parser.
EXCEPTIONS = ('sdp.c', 'provision-json.c')


def flags_of(layer):
    """The compiler call of one file of @layer, without input and output, of none that is a known exception."""
    with open(os.path.join(BUILD, 'compile_commands.json'), encoding='utf-8') as database:
        for entry in json.load(database):
            path = os.path.normpath(os.path.join(entry['directory'], entry['file']))
            if os.path.dirname(path) == os.path.join(ROOT, 'src', layer) and os.path.basename(path) not in EXCEPTIONS:
                break
        else:
            raise AssertionError('no file of %s is compiled' % layer)
    words = shlex.split(entry['command'])
    kept = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in ('-o', '-MF', '-MQ'):
            skip = True
        elif word not in ('-c', '-MD', entry['file']):
            kept.append(word)
    return kept, entry['directory']


def compiles(layer, include):
    words, directory = flags_of(layer)
    text = '#include %s\nint cusax_lint_unused;\n' % include
    done = subprocess.run(words + ['-fsyntax-only', '-x', 'c', '-'], cwd=directory, input=text, text=True,
                          capture_output=True)
    return done.returncode == 0, done.stderr


@pytest.mark.parametrize('layer', LAYERS)
@pytest.mark.parametrize('room', LAYERS)
def test_rooms(layer, room):
    good, errors = compiles(layer, '"%s"' % ROOM[room])
    if room in ROOMS_BELOW[layer]:
        assert good, errors
    else:
        assert not good, '%s sees a header of %s' % (layer, room)
        assert 'No such file or directory' in errors


@pytest.mark.parametrize('layer', LAYERS)
@pytest.mark.parametrize('world', sorted(WORLD))
def test_worlds(layer, world):
    if (layer, world) in COMES_ALONG:
        used = subprocess.run(['grep', '-nE', '#include %s' % WORLD[world].split('/')[0], '-r',
                               os.path.join(ROOT, 'src', layer)], capture_output=True, text=True).stdout
        assert not used, '%s includes %s' % (layer, world)
        return
    good, errors = compiles(layer, WORLD[world])
    if world in WORLDS[layer]:
        assert good, errors
    else:
        assert not good, '%s sees %s' % (layer, world)


def test_sdp_alone_sees_sofia():
    """core/sdp.c may use Sofia's SDP parser and its allocator, and nothing else of it."""
    with open(os.path.join(ROOT, 'src', 'core', 'sdp.c'), encoding='utf-8') as source:
        includes = {line.split()[1] for line in source if line.startswith('#include <sofia')}
    assert includes == {'<sofia-sip/sdp.h>', '<sofia-sip/su_alloc.h>'}
