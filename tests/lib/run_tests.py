# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds and runs all tests of the project: those of Meson and those of pytest, counted together.

tests/check calls it. Every test sees a throw-away home, so that none reads or writes the person's own
profile, and no display, sound server or message bus of theirs. Counted are cases (one line of TAP, one pytest
case), plus one failure for a program that died or timed out without having reported a failed case.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PYTEST_FOLDERS = ('tests/integration', 'tests/ui', 'tests/lint')
HEAD_LINES, TAIL_LINES = 12, 30
REASON_LENGTH = 300
TAP_LINE = re.compile(r'^\s*(not )?ok\b\s*(\d*)\s*-?\s*(.*)$')
TAP_DIRECTIVE = re.compile(r'(?:^|\s)#\s*(SKIP|TODO)\b\s*(.*)$', re.IGNORECASE)


class Tally:
    """The three numbers, and the words behind failures and skips."""

    def __init__(self):
        self.passed = 0
        self.failures = []
        self.skips = []

    def fail(self, name, output, reason=''):
        """@reason: one line that stands at the very end, where a cut log still has it."""
        self.failures.append((name, output, ' '.join(reason.split())[:REASON_LENGTH]))

    def skip(self, name, reason):
        self.skips.append((name, reason or 'no reason given'))

    def report(self):
        for name, output, _ in self.failures:
            print('\n---- FAILED: %s' % name)
            print(excerpt(output))
        if self.skips:
            print('\nSkipped:')
            for name, reason in self.skips:
                print('  %s: %s' % (name, reason))
        if not self.passed + len(self.failures) + len(self.skips):
            print('\nNothing ran.')
        if self.failures:
            print('\nFailed:')
            for name, _, reason in self.failures:
                print('  %s%s' % (name, ': ' + reason if reason else ''))
        print('\n%d passed, %d failed, %d skipped' % (self.passed, len(self.failures), len(self.skips)))
        sys.stdout.flush()

    def status(self):
        return 1 if self.failures or not self.passed else 0


def excerpt(text):
    """Beginning (what was expected) and end (what happened last)."""
    lines = text.rstrip().splitlines()
    if len(lines) > HEAD_LINES + TAIL_LINES:
        lines = lines[:HEAD_LINES] + ['[...]'] + lines[-TAIL_LINES:]
    return '\n'.join('  ' + line for line in lines)


def throw_away_environment(folder):
    """The environment of the tests: nothing in it leads to the person's own files, bus, sound or screen."""
    env = dict(os.environ)
    for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'PULSE_SERVER',
                 'PULSE_SINK', 'PULSE_SOURCE', 'PULSE_RUNTIME_PATH', 'PURPLE_PLUGIN_PATH', 'LANGUAGE',
                 'http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'):
        env.pop(name, None)
    places = {'HOME': 'home', 'XDG_CONFIG_HOME': 'config', 'XDG_DATA_HOME': 'data', 'XDG_CACHE_HOME': 'cache',
              'XDG_STATE_HOME': 'state', 'XDG_RUNTIME_DIR': 'runtime', 'TMPDIR': 'tmp'}
    for name, place in places.items():
        env[name] = os.path.join(folder, place)
        os.makedirs(env[name], mode=0o700, exist_ok=True)
    env['CUSAX_TEST_CACHE'] = env['XDG_CACHE_HOME']
    env['LC_ALL'] = 'C.UTF-8'
    env['PYTHONDONTWRITEBYTECODE'] = '1'
    return env


def build(folder):
    if not os.path.exists(os.path.join(folder, 'build.ninja')):
        # Half a configuration of an earlier run helps nobody.
        options = ['--wipe'] if os.path.isdir(os.path.join(folder, 'meson-private')) else []
        subprocess.run(['meson', 'setup', '-Dwerror=true', *options, folder, ROOT], check=True)
    subprocess.run(['ninja', '-C', folder], check=True)


def meson_tests(folder):
    """All registered tests as (name, suites)."""
    found = subprocess.run(['meson', 'introspect', '--tests', folder], check=True, capture_output=True, text=True)
    return [(test['name'], test['suite']) for test in json.loads(found.stdout)]


def count_tap(tally, name, result, output, errors):
    """Adds the cases of one Meson test. A program without TAP is one case."""
    cases = failed = 0
    everything = output + ('\n' + errors if errors else '')
    for line in output.splitlines():
        match = TAP_LINE.match(line)
        if match is None:
            plan = re.match(r'^1\.\.0\b.*?#\s*skip\w*\s*(.*)$', line, re.IGNORECASE)
            if plan:
                tally.skip(name, plan.group(1))
                cases += 1
            continue
        cases += 1
        case = '%s %s' % (name, match.group(3) or match.group(2))
        directive = TAP_DIRECTIVE.search(match.group(3))
        if directive:
            tally.skip(TAP_DIRECTIVE.sub('', case), directive.group(2) or directive.group(1))
        elif match.group(1):
            failed += 1
            tally.fail(case, everything)
        else:
            tally.passed += 1
    if result in ('FAIL', 'ERROR', 'TIMEOUT', 'INTERRUPT', 'UNEXPECTEDPASS') and not failed:
        tally.fail('%s (%s)' % (name, result.lower()), everything)
    elif not cases and result == 'SKIP':
        tally.skip(name, (everything.strip().splitlines() or [''])[-1])
    elif not cases and result in ('OK', 'EXPECTEDFAIL'):
        tally.passed += 1


def run_meson(tally, folder, env, wanted):
    names = [name for name, suites in meson_tests(folder)
             if wanted is None or wanted in name or wanted in suites]
    if not names:
        return
    log = os.path.join(folder, 'meson-logs', 'testlog.json')
    if os.path.exists(log):
        os.unlink(log)
    subprocess.run(['meson', 'test', '-C', folder, '--no-rebuild', '--no-stdsplit', *names], env=env)
    if not os.path.exists(log):
        tally.fail('meson test', 'it left no log')
        return
    ran = 0
    with open(log, encoding='utf-8') as lines:
        for line in lines:
            test = json.loads(line)
            ran += 1
            # 'project:suite / name'
            name = test['name'].rpartition(' / ')[2]
            count_tap(tally, name, test['result'], test.get('stdout') or '', test.get('stderr') or '')
    if ran < len(names):
        tally.fail('meson test', 'only %d of %d tests ran' % (ran, len(names)))


def pytest_folders():
    """Those that have tests: pytest takes an empty one for an error."""
    found = []
    for folder in PYTEST_FOLDERS:
        for _, _, files in os.walk(os.path.join(ROOT, folder)):
            if any(re.match(r'test_.*\.py$', name) for name in files):
                found.append(folder)
                break
    return found


def run_pytest(tally, folder, env, wanted, parallel):
    """Files side by side, but those that conftest.py marks as `alone` afterwards, one test at a time."""
    folders = pytest_folders()
    if not folders:
        return
    env = dict(env, BUILD_DIR=folder)
    if parallel < 2:
        pytest_part(tally, env, wanted, folders)
        return
    print('Side by side:', flush=True)
    pytest_part(tally, env, wanted, ['-m', 'not alone', '-n', str(parallel), '--dist', 'loadfile', *folders])
    print('Alone:', flush=True)
    pytest_part(tally, env, wanted, ['-m', 'alone', *folders])


def pytest_part(tally, env, wanted, words):
    report = os.path.join(env['TMPDIR'], 'pytest.xml')
    if os.path.exists(report):
        os.unlink(report)
    command = ['/usr/bin/python3', '-B', '-m', 'pytest', '-p', 'no:cacheprovider', '-q', '-ra', '--tb=short',
               '--junitxml=' + report, *(['-k', wanted] if wanted else []), *words]
    status = subprocess.run(command, env=env, cwd=ROOT).returncode
    if status == 5:
        return
    try:
        tree = ET.parse(report)
    except (OSError, ET.ParseError):
        tally.fail('pytest', 'it ended with status %d and left no report' % status)
        return
    failed = 0
    for case in tree.iter('testcase'):
        name = '%s::%s' % (case.get('classname', ''), case.get('name', ''))
        bad = [node for node in case if node.tag in ('failure', 'error')]
        skipped = case.find('skipped')
        if bad:
            failed += 1
            tally.fail(name, '\n'.join(node.text or node.get('message', '') for node in case),
                       bad[0].get('message', ''))
        elif skipped is not None:
            tally.skip(name, skipped.get('message'))
        else:
            tally.passed += 1
    if status and not failed:
        tally.fail('pytest', 'it ended with status %d' % status)


def main():
    parser = argparse.ArgumentParser(prog='tests/check', add_help=False)
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--parallel', type=int, metavar='N', default=1)
    parser.add_argument('name', nargs='?')
    options = parser.parse_args()
    folder = os.path.abspath(os.environ.get('BUILD_DIR') or os.path.join(ROOT, 'build'))

    # A terminated run unwinds like an interrupted one, so that the throw-away folder goes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tally = Tally()
    try:
        build(folder)
    except subprocess.CalledProcessError as error:
        tally.fail('build', '%s' % error)
        tally.report()
        return 1
    home = tempfile.mkdtemp(prefix='cusax-check-')
    try:
        env = throw_away_environment(home)
        if options.list:
            for name, suites in meson_tests(folder):
                print('%s  (%s)' % (name, ', '.join(suites)))
            folders = pytest_folders()
            if folders:
                subprocess.run(['/usr/bin/python3', '-B', '-m', 'pytest', '-p', 'no:cacheprovider', '-q',
                                '--collect-only', *folders], env=env, cwd=ROOT)
            return 0
        run_meson(tally, folder, env, options.name)
        run_pytest(tally, folder, env, options.name, options.parallel)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    tally.report()
    return tally.status()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print('\ninterrupted', file=sys.stderr)
        sys.exit(130)
