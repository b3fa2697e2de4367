# SPDX-License-Identifier: GPL-2.0-or-later
"""A browser as a telephone: headless Chromium with the page of tests/browser, signed in to Kamailio by WebSocket.

    lab = make_lab(websocket=True).start()
    with Browser(lab) as browser:
        bob = browser.phone('bob', tone=880)
        bob.call('sip:alice@cusax.test')
        bob.wait_standing()
        bob.wait_heard(440)

No media server in between and no device: what it says is an exact tone and a plain colour, what it hears and sees is
measured in the page. Driven by the DevTools protocol over a pipe. One browser has as many telephones as wanted, each in
a page of its own. It resolves no names and calls nobody at home; it is gone, with all its processes, after stop().
"""

import base64
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import threading

from .process import LabError, Process, wait_until

#: The program itself: Debian's script in front of it adds the machine's own switches.
PROGRAMS = ('/usr/lib/chromium/chromium', '/usr/bin/chromium')

SWITCHES = (
    '--headless=new', '--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-dev-shm-usage',
    '--log-level=3', '--disable-breakpad', '--disable-crash-reporter', '--no-first-run', '--no-default-browser-check',
    # Nobody is called at home.
    '--disable-background-networking', '--disable-component-update', '--disable-default-apps', '--disable-extensions',
    '--disable-sync', '--disable-domain-reliability', '--no-pings', '--metrics-recording-only', '--no-proxy-server',
    '--password-store=basic', '--use-mock-keychain',
    # Sound and pictures flow in pages that nobody looks at.
    '--autoplay-policy=no-user-gesture-required', '--disable-background-timer-throttling',
    '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows', '--disable-audio-output',
    '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
    # Candidates show addresses, also that of loopback, and the page may speak to it.
    '--allow-loopback-in-peer-connection',
    '--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,'
    'LocalNetworkAccessChecksWebRTC,MediaRouter,DialMediaRouteProvider,OptimizationHints,Translate,AudioServiceSandbox',
)

#: Colours of pictures: what the middle of one has to be at most away from in each channel, of 255.
COLOURS = {'red': (255, 0, 0), 'lime': (0, 255, 0), 'blue': (0, 0, 255), 'white': (255, 255, 255),
           'yellow': (255, 255, 0), 'black': (0, 0, 0)}
NEAR = 60


def why_not():
    """None, or why there is no browser here, in words."""
    return None if _program() else 'no chromium here: apt install chromium'


def _program():
    return next((path for path in PROGRAMS if os.access(path, os.X_OK)), None) or shutil.which('chromium')


def page_path():
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.normpath(os.path.join(here, '..', '..', 'browser', 'phone.html'))


def _key_pin(certificate):
    """The SHA-256 of a certificate's public key, as base64."""
    public = subprocess.run(['openssl', 'x509', '-in', certificate, '-noout', '-pubkey'], check=True,
                            capture_output=True, timeout=10).stdout
    der = base64.b64decode(b''.join(public.splitlines()[1:-1]))
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


class _Pipe:
    """The DevTools protocol: JSON with a zero byte after it, down one pipe and up another."""

    def __init__(self):
        self._down_end, self._down = os.pipe()
        self._up, self._up_end = os.pipe()
        # Out of the way of 3 and 4, where the browser wants them.
        self.ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 50) for end in (self._down_end, self._up_end)]
        os.close(self._down_end)
        os.close(self._up_end)
        self._replies, self._number, self._closed = {}, 0, False
        self._changed = threading.Condition()
        self.on_event = lambda method, params, session: None

    def begin(self):
        for end in self.ends:
            os.close(end)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        buffer = b''
        while True:
            try:
                data = os.read(self._up, 1 << 16)
            except OSError:
                data = b''
            if not data:
                break
            *messages, buffer = (buffer + data).split(b'\0')
            for text in messages:
                message = json.loads(text)
                if 'id' in message:
                    with self._changed:
                        self._replies[message['id']] = message
                        self._changed.notify_all()
                else:
                    self.on_event(message['method'], message.get('params', {}), message.get('sessionId'))
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def ask(self, method, params=None, session=None, seconds=20):
        with self._changed:
            self._number += 1
            number = self._number
            request = {'id': number, 'method': method, 'params': params or {}}
            if session:
                request['sessionId'] = session
            data = json.dumps(request).encode() + b'\0'
            try:
                while data:
                    data = data[os.write(self._down, data):]
            except OSError as error:
                raise LabError('the browser is gone: %s' % error) from error
            if not self._changed.wait_for(lambda: number in self._replies or self._closed, seconds):
                raise LabError('the browser did not answer %s within %g s' % (method, seconds))
            if number not in self._replies:
                raise LabError('the browser ended before it answered %s' % method)
            reply = self._replies.pop(number)
        if 'error' in reply:
            raise LabError('%s: %s' % (method, reply['error'].get('message')))
        return reply['result']

    def close(self):
        os.close(self._down)
        self._reader.join(5)
        os.close(self._up)


class Browser:
    """One Chromium with a profile of its own. Adopted by the laboratory, which ends it and shows its log."""

    _count = 0

    def __init__(self, lab, place=None, switches=()):
        """place: where it runs, beside the servers by default. switches: further ones."""
        reason = why_not()
        if reason:
            raise LabError(reason)
        Browser._count += 1
        self.lab, self.place = lab, place or lab.place
        self.phones, self._pipe = [], _Pipe()
        self.folder = lab.path('browser-%d' % Browser._count)
        os.makedirs(self.folder)
        descriptors = self._pipe.ends
        command = [_program(), *SWITCHES, *self._servers(), *switches, '--user-data-dir=' + self.folder,
                   '--remote-debugging-pipe', 'about:blank']
        # A shell puts the pipes where they are wanted; bash, as others know no descriptors of two digits.
        command = ['bash', '-c', 'exec "$@" 3<&%d 4>&%d %d<&- %d>&-' % (*descriptors, *descriptors), 'browser',
                   *self.place.wrap(command)]
        self.process = Process('browser', command, self.folder + '.log', pass_fds=descriptors, cwd=self.folder,
                               env=self._environment())
        self._pipe.on_event = self._take_event
        self._pipe.begin()
        lab.adopt(self)
        self.version = self.ask('Browser.getVersion')['product']

    def _servers(self):
        """Nobody but the laboratory's servers by their addresses; wss: by their key."""
        # Rules know addresses without brackets.
        known = ''.join(', EXCLUDE ' + address for address in self.lab.place.addresses)
        return ['--host-resolver-rules=MAP * ~NOTFOUND' + known,
                # Browsers keep away from SIP's own ports.
                '--explicitly-allowed-ports=%d,%d' % (self.lab.kamailio.port, self.lab.kamailio.tls_port),
                '--ignore-certificate-errors-spki-list=' + _key_pin(self.lab.certificate)]

    def _environment(self):
        env = {name: value for name, value in os.environ.items()
               if name not in ('DISPLAY', 'WAYLAND_DISPLAY', 'PULSE_SERVER') and 'proxy' not in name.lower()}
        env.update(HOME=self.folder, XDG_CONFIG_HOME=self.folder, XDG_CACHE_HOME=self.folder,
                   DBUS_SESSION_BUS_ADDRESS='unix:path=/nonexistent', DBUS_SYSTEM_BUS_ADDRESS='unix:path=/nonexistent')
        return env

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.stop()

    def ask(self, method, session=None, **params):
        """One command of the DevTools protocol."""
        return self._pipe.ask(method, params, session)

    def phone(self, user, register=True, **options):
        """A telephone of this user in a page of its own; options as for BrowserPhone."""
        phone = BrowserPhone(self, user, **options)
        return phone.register() if register else phone

    def _take_event(self, method, params, session):
        for phone in self.phones:
            if phone.session == session:
                phone.take_event(method, params)

    def memory(self):
        """Bytes that it and its processes use, shared ones counted by share."""
        total = 0
        for pid in self.processes():
            try:
                with open('/proc/%d/smaps_rollup' % pid, encoding='ascii') as file:
                    total += 1024 * int(re.search(r'Pss:\s+(\d+)', file.read()).group(1))
            except (OSError, AttributeError):
                pass
        return total

    def processes(self):
        """The processes of its group."""
        found = []
        for name in filter(str.isdigit, os.listdir('/proc')):
            try:
                if os.getpgid(int(name)) == self.process.pid:
                    found.append(int(name))
            except ProcessLookupError:
                pass
        return found

    def stop(self):
        if self.process is None:
            return
        try:
            self._pipe.ask('Browser.close', seconds=5)
            wait_until(lambda: not self.process.running(), 'the end of the browser', 5)
        except LabError:
            pass
        # Ends also what it left behind.
        self.process.stop(2)
        self._pipe.close()
        self._last = self.process.tail()
        self.process = None

    def tail(self, lines=30):
        words = self.process.tail(lines) if self.process else self._last
        return '\n'.join([words] + [phone.tail() for phone in self.phones])


class BrowserPhone:
    """One page. Its calls: methods mean the newest one."""

    def __init__(self, browser, user, tone=880, colour='blue', secure=False, server=None):
        """tone: hertz that it says; colour: of its picture, one of COLOURS. secure: by wss."""
        self.browser, self.user, self.colour = browser, user, colour
        self.session, self.words, self._trace = None, [], None
        lab = browser.lab
        port = lab.kamailio.tls_port if secure else lab.kamailio.port
        self.server = server or '%s://%s:%d' % ('wss' if secure else 'ws', lab.host, port)
        browser.phones.append(self)
        target = browser.ask('Target.createTarget', url='about:blank')['targetId']
        self.session = browser.ask('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        # With the permission for a microphone (which is never opened) ICE looks at all addresses of the machine.
        browser.ask('Browser.grantPermissions', permissions=['audioCapture', 'videoCapture'])
        for domain in ('Runtime', 'Page', 'Log'):
            browser.ask(domain + '.enable', self.session)
        browser.ask('Page.navigate', self.session, url='file://' + page_path())
        wait_until(lambda: self._run('document.readyState === "complete" && typeof phone === "object"'),
                   'the page of the telephone', 10, self.tail)
        self.do('start', dict(server=self.server, user=user, password=lab.users[user], domain=lab.domain, tone=tone,
                              colour=colour))

    # The page

    def _run(self, expression):
        result = self.browser.ask('Runtime.evaluate', self.session, expression=expression, awaitPromise=True,
                                  returnByValue=True)
        if 'exceptionDetails' in result:
            problem = result['exceptionDetails']
            raise LabError('%s: %s' % (self.user, problem.get('exception', {}).get('description', problem['text'])))
        return result['result'].get('value')

    def do(self, name, *words):
        """phone.name(words) in the page; name may lead on: 'last.hangup'."""
        return self._run('phone.%s(%s)' % (name, ', '.join(json.dumps(word) for word in words)))

    def take_event(self, method, params):
        if method == 'Runtime.consoleAPICalled':
            self.words.append(' '.join(str(item.get('value', item.get('description'))) for item in params['args']))
        elif method == 'Log.entryAdded':
            self.words.append(params['entry']['text'])
        elif method == 'Runtime.exceptionThrown':
            problem = params['exceptionDetails']
            self.words.append('EXCEPTION ' + problem.get('exception', {}).get('description', problem['text']))

    def trace(self):
        """Its SIP messages, each with ">>> " or "<<< " in front."""
        return self._run('phone.leg ? phone.leg.trace : []')

    def tail(self, count=12):
        try:
            self._trace = self.trace()[-count:]
        except LabError:
            pass
        return '==== browser phone %s\n%s' % (self.user, '\n'.join(self.words[-20:] + (self._trace or [])))

    # Signing in

    def register(self, seconds=600):
        self.do('register', seconds)
        return self

    def unregister(self):
        self.do('register', 0)

    # Calls

    def call(self, target, **options):
        """Dials. video=True; codecs=['PCMA']; bundle='max-bundle'; relay=True with servers=[{'urls': ...}]."""
        self.do('call', target if target.startswith('sip') else 'sip:' + target, options)

    def state(self):
        """state, why (of an end), times (ms since the beginning), ice, connection, statistics; {}: no call yet."""
        return self._run('phone.last ? phone.last.describe() : {}')

    def stats(self):
        """transports, audio and video, see readStatistics in media.js."""
        return self.state()['statistics']

    def _wait_state(self, wanted, seconds):
        def check():
            now = self.state()
            if now.get('state') == 'ended' and wanted != 'ended':
                raise LabError('%s: %s was wanted, the call has ended: %s\n%s'
                               % (self.user, wanted, now['why'], self.tail()))
            return now if now.get('state') == wanted else None
        return wait_until(check, '%s: a call that is %s' % (self.user, wanted), seconds, self.tail)

    def wait_incoming(self, seconds=10, calls=1):
        """calls: the how many-th of this telephone it has to be."""
        wait_until(lambda: self._run('phone.calls.filter(call => call.incoming).length') >= calls,
                   '%s: a call' % self.user, seconds, self.tail)
        return self._wait_state('ringing', seconds)

    def wait_ringing(self, seconds=10):
        return self._wait_state('ringing', seconds)

    def wait_standing(self, seconds=10):
        """Until it is answered; see wait_connected."""
        return self._wait_state('standing', seconds)

    def wait_connected(self, seconds=10):
        """Until ICE and DTLS are through; gives the state with statistics."""
        self._wait_state('standing', seconds)

        def check():
            now = self.state()
            if now.get('connection') in ('failed', 'closed', None):
                raise LabError('%s: ICE or DTLS: %s\n%s' % (self.user, now, self.tail()))
            return now if now['connection'] == 'connected' else None
        return wait_until(check, '%s: ICE and DTLS' % self.user, seconds,
                          lambda: '%s\n%s' % (self.state(), self.tail()))

    def wait_closed(self, seconds=10):
        return self._wait_state('ended', seconds)['why']

    def answer(self, **options):
        """video=True: with a picture, if one is offered; codecs as in call()."""
        self.do('last.answer', options)

    def reject(self, status='486 Busy Here'):
        self.do('last.reject', status)

    def hangup(self):
        """BYE, CANCEL or 603, as the call stands."""
        self.do('last.hangup')

    def reoffer(self, **options):
        """Another offer in the call (restart, video, direction); gives the status of its answer."""
        return self.do('last.reoffer', options)

    def digits(self, text):
        self.do('last.digits', text)

    # What arrives

    def heard(self, frequency):
        """How much of what arrives just now is this tone, 0 to 1; silence is 0."""
        now = self.do('heard', frequency)
        return now['share'] if now['level'] > -45 else 0.0

    def marks(self):
        """What came since do('watch', frequency), one character per 100 ms (see audio.Hearing)."""
        return self._run('phone.last.ear?.marks ?? ""')

    def wait_heard(self, frequency, seconds=10, share=0.8, piece=0.0):
        """piece: that many seconds without a gap, from now on; gives what was heard, one character per 100 ms (see
        audio.Hearing)."""
        if piece:
            wait_until(lambda: self.do('watch', frequency), '%s hears anything' % self.user, seconds, self.tail)
            wanted = '#' * round(piece * 10)
            wait_until(lambda: wanted in self.marks(), '%s hears %d Hz for %g s' % (self.user, frequency, piece), seconds,
                       lambda: '[%s]\n%s\n%s' % (self.marks(), self.state(), self.tail()), pause=0.05)
            return self.marks()
        return wait_until(lambda: self.heard(frequency) >= share, '%s hears %d Hz' % (self.user, frequency), seconds,
                          lambda: '%s\n%s\n%s' % (self.do('strongest'), self.state(), self.tail()), pause=0.05)

    def wait_silence(self, seconds=10):
        return wait_until(lambda: self.do('strongest')['level'] < -45, '%s hears nothing' % self.user, seconds,
                          lambda: str(self.do('strongest')), pause=0.05)

    def seen(self, colour):
        """Is the newest picture of this colour?"""
        now = self.do('seen')
        return now['count'] > 0 and all(abs(now[name] - value) <= NEAR
                                        for name, value in zip(('red', 'green', 'blue'), COLOURS[colour]))

    def wait_seen(self, colour, seconds=10):
        wait_until(lambda: self.seen(colour), '%s sees %s' % (self.user, colour), seconds,
                   lambda: '%s\n%s\n%s' % (self.do('seen'), self.state(), self.tail()), pause=0.05)
        return self.do('seen')
