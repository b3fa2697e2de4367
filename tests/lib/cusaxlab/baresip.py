# SPDX-License-Identifier: GPL-2.0-or-later
"""Real telephones: baresip without a screen, driven over its control socket, playing and recording WAV files.

A Phone speaks a tone of known frequency into every call and writes down what it hears, so that sound can be
proven by content in both directions. An echo phone answers every call and sends back what it hears.
"""

import glob
import json
import os
import socket
import subprocess
import threading
import time

from . import audio
from .place import HERE, bracket
from .process import LabError, Process, free_ports, read_tail, wait_until

MODULES = '/usr/lib/baresip/modules'

CONFIG = '''# SPDX-License-Identifier: GPL-2.0-or-later
poll_method epoll
sip_listen {uri_host}:{sip_port}
sip_certificate {pem}
sip_cafile {cafile}
call_local_timeout 120
call_max_calls 4
audio_path /nonexistent
audio_player {player}
audio_source {source}
audio_alert {player}
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_level no
rtp_ports 10000-19998
rtcp_mux no
jitter_buffer_delay {jitter}
rtp_stats yes
statmode_default off
net_interface {interface}
dns_server {uri_host}:9
ctrl_tcp_listen {uri_host}:{control_port}
snd_path {folder}/heard
module_path ''' + MODULES + '''
'''


class Control:
    """baresip's ctrl_tcp: JSON in netstrings. Replies are matched by token, events are kept in order."""

    def __init__(self, link, log):
        self._socket = link
        self._socket.settimeout(None)
        self._log = log
        self._changed = threading.Condition()
        self._replies = {}
        self._count = 0
        self.events = []
        self.closed = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        buffer = b''
        try:
            while True:
                data = self._socket.recv(65536)
                if not data:
                    break
                buffer += data
                while True:
                    head, colon, rest = buffer.partition(b':')
                    if not colon or len(rest) < int(head) + 1:
                        break
                    message, buffer = rest[:int(head)], rest[int(head) + 1:]
                    self._take(json.loads(message.decode('utf-8', 'replace')))
        except (OSError, ValueError) as error:
            self._note('control channel: %s' % error)
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def _note(self, text):
        with open(self._log, 'a', encoding='utf-8') as log:
            log.write('%.3f %s\n' % (time.time(), text))

    def _take(self, message):
        self._note(json.dumps(message))
        with self._changed:
            if message.get('event'):
                message['time'] = time.monotonic()
                self.events.append(message)
            else:
                self._replies[message.get('token', '')] = message
            self._changed.notify_all()

    def command(self, name, parameters='', seconds=5):
        """Sends a command and gives the text of its reply."""
        with self._changed:
            self._count += 1
            token = 'lab-%d' % self._count
        text = json.dumps({'command': name, 'params': parameters, 'token': token}).encode()
        self._note('> %s %s' % (name, parameters))
        self._socket.sendall(b'%d:%s,' % (len(text), text))
        with self._changed:
            if not self._changed.wait_for(lambda: token in self._replies or self.closed, seconds) or self.closed:
                raise LabError('baresip gave no reply to %s %s' % (name, parameters))
            reply = self._replies.pop(token)
        if not reply.get('ok'):
            raise LabError('baresip refused %s %s: %s' % (name, parameters, reply.get('data')))
        return reply.get('data', '')

    def wait_event(self, kinds, since, seconds):
        """The first event with a type in kinds at or after index since, or None."""
        def find():
            return next((event for event in self.events[since:] if event['type'] in kinds), None)
        with self._changed:
            self._changed.wait_for(lambda: find() or self.closed, seconds)
            return find()

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()


class Phone:
    """One baresip with one account.

    Waits look at events from the last mark on: dial(), mark() and a successful wait_closed() set it, so a test
    reads as a sequence."""

    def __init__(self, folder, user, password, domain, registrar, cafile, pem, tone=880, echo=False,
                 auto_answer=False, codecs=('opus/48000/2', 'PCMU', 'PCMA'), media_encryption=None, ice=False,
                 register_expires=60, level_db=-12.0, place=HERE, jitter='1-5'):
        """registrar: 'host:port;transport=tls' (or udp, tcp) of the proxy; pem: certificate and key in one file;
        tone: hertz it speaks, 0 for silence; media_encryption: None, srtp, srtp-mand, dtls_srtp; jitter: packets that its
        buffer holds, baresip's own default is 5-10."""
        self.folder, self.user, self.domain, self.tone, self.echo = folder, user, domain, tone, echo
        self.aor = '%s@%s' % (user, domain)
        self.place = place
        self.sip_port = free_ports(4)
        self.control_port = self.sip_port + 3
        self.process = self.control = None
        self._mark = 0
        self._heard = os.path.join(folder, 'heard')
        os.makedirs(self._heard, exist_ok=True)
        self._event_log = os.path.join(folder, 'events.log')
        self._write_config(cafile, pem, echo, codecs, media_encryption, ice, level_db, jitter)
        parameters = ['outbound="sip:%s"' % registrar, 'auth_user=%s' % user, 'auth_pass=%s' % password,
                      'regint=%d' % register_expires, 'answermode=%s' % ('auto' if auto_answer else 'manual'),
                      'audio_codecs=%s' % ','.join(codecs), 'ptime=20']
        if media_encryption:
            parameters.append('mediaenc=%s' % media_encryption)
        if ice:
            parameters.append('medianat=ice')
        transport = registrar.rpartition('transport=')[2]
        with open(os.path.join(folder, 'accounts'), 'w', encoding='utf-8') as file:
            file.write('<sip:%s;transport=%s>;%s\n' % (self.aor, transport, ';'.join(parameters)))

    def _write_config(self, cafile, pem, echo, codecs, media_encryption, ice, level_db, jitter):
        folder = self.folder
        modules = []
        names = [codec.split('/')[0].lower() for codec in codecs]
        if 'opus' in names:
            modules.append('module opus.so')
        if 'pcmu' in names or 'pcma' in names:
            modules.append('module g711.so')
        if 'g722' in names:
            modules.append('module g722.so')
        if echo:
            # Its source and its player are one device: what comes in goes out.
            source = player = 'aubridge,loop'
        else:
            voice = os.path.join(folder, 'voice.wav')
            audio.write_tone(voice, self.tone, level_db=level_db)
            source, player = 'aufile,' + voice, 'aubridge,nobody'
            modules.append('module aufile.so')
        modules += ['module aubridge.so', 'module sndfile.so']
        if media_encryption:
            modules.append('module %s.so' % media_encryption.split('-')[0])
        if ice:
            modules.append('module ice.so')
        modules += ['module_tmp account.so', 'module_app menu.so', 'module_app ctrl_tcp.so']
        if echo:
            modules.append('module_app echo.so')
        with open(os.path.join(folder, 'config'), 'w', encoding='utf-8') as file:
            file.write(CONFIG.format(uri_host=bracket(self.place.host), interface=getattr(self.place, 'device', self.place.host),
                                     sip_port=self.sip_port, control_port=self.control_port,
                                     cafile=cafile, pem=pem, folder=folder, source=source, player=player, jitter=jitter))
            file.write('\n'.join(modules) + '\n')

    def start(self, seconds=10):
        """Returns once the registrar has accepted it."""
        env = dict(os.environ, HOME=self.folder, LC_ALL='C.UTF-8')
        self.process = Process('baresip ' + self.user, self.place.wrap(['baresip', '-f', self.folder, '-v']),
                               os.path.join(self.folder, 'baresip.log'), env=env, cwd=self.folder)
        self.process.wait_for(lambda: self.place.can_connect(self.control_port), 'its control port', seconds)
        self.control = Control(self.place.connect((self.place.host, self.control_port)), self._event_log)
        # It may have registered before the control channel stood: then only the log knows.
        self.process.wait_for(self._registered, 'REGISTER accepted', seconds)

    def _registered(self):
        refused = self.control.wait_event(('REGISTER_FAIL',), 0, 0)
        if refused:
            raise LabError('baresip %s: REGISTER not accepted: %s\n%s' % (self.user, refused['param'], self.tail()))
        return self.control.wait_event(('REGISTER_OK',), 0, 0) or '200 OK' in self.process.log_text()

    def stop(self):
        if self.control:
            try:
                self.control.command('quit', seconds=1)
                self.process.child.wait(2)
            except (LabError, OSError, subprocess.TimeoutExpired):
                pass  # process.stop() settles it
            self.control.close()
            self.control = None
        if self.process:
            self.process.stop()

    def kill(self):
        self.process.kill()

    def tail(self, lines=30):
        return '%s\n==== its events\n%s' % (self.process.tail(lines) if self.process else self.user,
                                            read_tail(self._event_log, lines))

    # Calls

    def mark(self):
        """Later waits ignore what has happened so far."""
        self._mark = len(self.control.events)

    def wait_event(self, *kinds, seconds=10):
        event = self.control.wait_event(kinds, self._mark, seconds)
        if event is None:
            raise LabError('baresip %s: no %s within %g s\n%s' % (self.user, ' or '.join(kinds), seconds, self.tail()))
        return event

    def dial(self, target):
        self.mark()
        return self.control.command('dial', target if target.startswith('sip') else 'sip:' + target)

    def accept(self):
        return self.control.command('accept')

    def hangup(self):
        return self.control.command('hangup')

    def digits(self, digits):
        """Sends digits as RFC 4733 events."""
        for digit in digits:
            self.control.command('sndcode', digit)

    def hold(self):
        return self.control.command('hold')

    def resume(self):
        return self.control.command('resume')

    def transfer(self, target):
        """Blind transfer of its call."""
        return self.control.command('transfer', target if target.startswith('sip') else 'sip:' + target)

    def digits_heard(self):
        """The digits that came since the last mark."""
        events = [event for event in self.control.events[self._mark:] if event['type'] == 'CALL_DTMF_START']
        return ''.join(event.get('param', '') for event in events)

    def wait_digits(self, digits, seconds=10):
        wait_until(lambda: self.digits_heard() == digits, '%s hears the digits %s' % (self.user, digits), seconds,
                   lambda: 'came: %r\n%s' % (self.digits_heard(), self.tail()))

    def wait_incoming(self, seconds=10):
        return self.wait_event('CALL_INCOMING', seconds=seconds)

    def wait_ringing(self, seconds=10):
        """The other side rings (180 arrived)."""
        return self.wait_event('CALL_RINGING', 'CALL_PROGRESS', seconds=seconds)

    def wait_established(self, seconds=10):
        return self.wait_event('CALL_ESTABLISHED', seconds=seconds)

    def wait_closed(self, seconds=10):
        """The call has ended; the event's 'param' says why (such as "486 Busy Here")."""
        event = self.wait_event('CALL_CLOSED', seconds=seconds)
        self.mark()
        return event

    # What it heard

    def recordings(self):
        """The files of what it heard, one per call, oldest first."""
        return sorted(glob.glob(os.path.join(self._heard, '*dec*.wav')), key=os.path.getmtime)

    def hearing(self, frequency):
        """What the latest recording has of a tone."""
        files = self.recordings()
        if not files:
            raise LabError('baresip %s has recorded nothing\n%s' % (self.user, self.tail()))
        return audio.listen(files[-1], frequency)

    def wait_heard(self, frequency, seconds=1.0, within=10, anew=False):
        """Waits until it has heard this much of the tone in one piece; gives the Hearing. With anew only
        what it hears from now on counts."""
        files = self.recordings()
        old, start = (files[-1], audio.Recording(files[-1]).seconds) if anew and files else (None, 0)
        last = []

        def enough():
            files = self.recordings()
            last[:] = [audio.listen(files[-1], frequency, start if files[-1] == old else 0)] if files else []
            return last and last[0].longest >= seconds and last[0]
        return wait_until(enough, '%s hears %d Hz for %g s' % (self.user, frequency, seconds), within,
                          lambda: '%s heard: %s\n%s' % (self.user, last[0] if last else 'nothing', self.tail()), 0.2)
