# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the cells of the matrix of media one after the other and prints them as tables.

    tests/matrix/run                              all cells
    tests/matrix/run --peer baresip --network lan
    tests/matrix/run --cell baresip-lan-sdes-PCMA-in
    tests/matrix/run --codecs --way in            codec x peer, they call
    tests/matrix/run --list                       names, and why some are void
"""

import argparse
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'lib')]

import matrixcells  # noqa: E402
from cusaxlab.netns import why_not  # noqa: E402


def chosen(options):
    cells = []
    for way in options.way or ['out', 'in']:
        if not options.codecs:
            cells += matrixcells.networks(way)
        if not options.networks:
            cells += matrixcells.codecs(way)
    if options.selection:
        cells = list(matrixcells.SELECTION)
    if options.cell:
        cells = [cell for cell in cells + matrixcells.SELECTION if any(word in cell.name for word in options.cell)]
    wanted = {'peer': options.peer, 'network': options.network, 'security': options.security}
    for field, words in wanted.items():
        if words:
            cells = [cell for cell in cells if getattr(cell, field).replace(' ', '_') in
                     [word.replace(' ', '_') for word in words]]
    return list(dict.fromkeys(cells))


def run(cell):
    """(result, seconds, words)"""
    reason = cell.why_void()
    if reason:
        return 'void', 0.0, reason
    begin = time.monotonic()
    try:
        return 'ok', matrixcells.run_cell(cell), ''
    except Exception as error:  # whatever it is, the other cells run
        return 'FAILED', time.monotonic() - begin, '%s: %s' % (type(error).__name__, error)


def table(results):
    """Rows network and security (or codec), columns peers."""
    peers = [name for name in matrixcells.PEERS if any(cell.peer == name for cell in results)]
    rows = list(dict.fromkeys(row_of(cell) for cell in results))
    print('\n%-34s' % '' + ''.join('%-14s' % peer for peer in peers))
    for row in rows:
        line = '%-34s' % row
        for peer in peers:
            found = next((results[cell] for cell in results if cell.peer == peer and row_of(cell) == row), None)
            line += '%-14s' % (found and (found[0] + (' %4.1f s' % found[1] if found[0] != 'void' else '')) or '')
        print(line.rstrip())


def row_of(cell):
    security = '' if cell.codec != 'PCMA' or cell.video else cell.security
    words = [cell.network, security, cell.codec, cell.video or '', 'we call' if cell.way == 'out' else 'they call']
    return ' '.join(word for word in words if word)


def main():
    parser = argparse.ArgumentParser(prog='tests/matrix/run', description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('peer', 'network', 'security', 'cell', 'way'):
        parser.add_argument('--' + name, action='append')
    parser.add_argument('--codecs', action='store_true', help='only codec x peer')
    parser.add_argument('--networks', action='store_true', help='only peer x network x security')
    parser.add_argument('--selection', action='store_true', help='those of tests/check')
    parser.add_argument('--list', action='store_true')
    options = parser.parse_args()
    if why_not():
        print(why_not())
        return 2
    cells, results = chosen(options), {}
    if options.list:
        for cell in cells:
            print(cell.name + (': void: %s' % cell.why_void() if cell.why_void() else ''))
        return 0
    with tempfile.TemporaryDirectory(prefix='cusax-matrix-') as home:
        os.environ.update(HOME=home, XDG_RUNTIME_DIR=home, LC_ALL='C.UTF-8')
        for cell in cells:
            results[cell] = run(cell)
            state, seconds, words = results[cell]
            print('%-6s %5.1f s  %s%s' % (state, seconds, cell.name, ': ' + words if words else ''), flush=True)
    table(results)
    count = {state: sum(1 for found in results.values() if found[0] == state) for state in ('ok', 'FAILED', 'void')}
    reasons = dict.fromkeys('%s: %s' % (cell.peer, found[2]) for cell, found in results.items() if found[0] == 'void')
    if reasons:
        print('\nVoid:\n  ' + '\n  '.join(reasons))
    print('\n%d passed, %d failed, %d void' % (count['ok'], count['FAILED'], count['void']))
    return 1 if count['FAILED'] or not count['ok'] else 0


sys.exit(main())
