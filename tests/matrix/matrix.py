# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the cells of the matrix of media and prints them as a table, with what is void and why, and the counts.

    tests/matrix/run                              all cells
    tests/matrix/run --peer baresip --network lan
    tests/matrix/run --cell baresip-lan-sdes-PCMA-in
    tests/matrix/run --codecs --way in            codec x peer, they call
    tests/matrix/run --digits                     telephone-events x clock rate x peer
    tests/matrix/run --jobs 2 --table media.txt   two cells side by side, what is printed at the end also into a file
    tests/matrix/run --list                       names, and why some are void
"""

import argparse
import multiprocessing
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
        every = not (options.networks or options.codecs or options.digits)
        for wanted, kind in ((options.networks, matrixcells.networks), (options.codecs, matrixcells.codecs),
                             (options.digits, matrixcells.digits)):
            if wanted or every:
                cells += kind(way)
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


def run_alone(cell):
    """In a process of its own kind: cells have networks of their own, and share nothing but the processor."""
    return cell, run(cell)


def run_all(cells, jobs):
    """cell, (result, seconds, words), in whatever order they end. Those that failed beside another are tried once more
    alone, and marked: two of them on one processor tell of the machine, not of the product."""
    if jobs < 2:
        yield from map(run_alone, cells)
        return
    failed = []
    with multiprocessing.get_context('fork').Pool(jobs, maxtasksperchild=1) as pool:
        for cell, found in pool.imap_unordered(run_alone, cells):
            if found[0] == 'FAILED':
                failed.append((cell, found[2]))
            else:
                yield cell, found
    for cell, words in failed:
        state, seconds, again = run(cell)
        yield cell, (state, seconds, again if state == 'FAILED' else 'alone; beside another one: ' + words.splitlines()[0])


def table(results):
    """Rows network and security (or codec), columns peers."""
    lines = []
    peers = [name for name in matrixcells.PEERS if any(cell.peer == name for cell in results)]
    rows = list(dict.fromkeys(row_of(cell) for cell in results))
    lines.append('%-40s' % '' + ''.join('%-14s' % peer for peer in peers))
    for row in rows:
        line = '%-40s' % row
        for peer in peers:
            found = next((results[cell] for cell in results if cell.peer == peer and row_of(cell) == row), None)
            line += '%-14s' % (found and (found[0] + (' %4.1f s' % found[1] if found[0] != 'void' else '')) or '')
        lines.append(line.rstrip())
    return lines


def summary(results):
    """The reasons of what is void, and the counts."""
    count = {state: sum(1 for found in results.values() if found[0] == state) for state in ('ok', 'FAILED', 'void')}
    reasons = dict.fromkeys('  %s: %s' % (cell.peer, found[2]) for cell, found in results.items() if found[0] == 'void')
    lines = [''] + (['Void:', *reasons, ''] if reasons else [])
    alone = sum(1 for found in results.values() if found[0] == 'ok' and found[2])
    lines.append('%d passed%s, %d failed, %d void' % (count['ok'], ' (%d of them at the second try, alone)' % alone if alone else '',
                                                      count['FAILED'], count['void']))
    return lines, count


def row_of(cell):
    security = '' if cell.codec != 'PCMA' or cell.video or cell.digits else cell.security
    events = 'digits at %d' % matrixcells.CLOCKS[cell.codec] if cell.digits else ''
    words = [cell.network, security, cell.codec, cell.video or '', events, 'we call' if cell.way == 'out' else 'they call']
    return ' '.join(word for word in words if word)


def main():
    parser = argparse.ArgumentParser(prog='tests/matrix/run', description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('peer', 'network', 'security', 'cell', 'way'):
        parser.add_argument('--' + name, action='append')
    parser.add_argument('--codecs', action='store_true', help='only codec x peer')
    parser.add_argument('--networks', action='store_true', help='only peer x network x security')
    parser.add_argument('--digits', action='store_true', help='only telephone-events x clock rate x peer')
    parser.add_argument('--jobs', type=int, default=1, help='cells side by side (default 1)')
    parser.add_argument('--table', help='file for what is printed at the end')
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
        for cell, found in run_all(cells, options.jobs):
            results[cell] = found
            print('%-6s %5.1f s  %s%s' % (*found[:2], cell.name, ': ' + found[2] if found[2] else ''), flush=True)
    ordered = {cell: results[cell] for cell in cells}
    lines, count = summary(ordered)
    lines = [''] + table(ordered) + lines
    print('\n'.join(lines))
    if options.table:
        with open(options.table, 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines[1:]) + '\n')
    return 1 if count['FAILED'] or not count['ok'] else 0


sys.exit(main())
