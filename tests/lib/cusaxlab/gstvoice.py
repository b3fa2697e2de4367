# SPDX-License-Identifier: GPL-2.0-or-later
"""GStreamer as the sound and picture of the raw SIP agent (sipcaller): any codec, plain, SDES or DTLS-SRTP, made and read by
pipelines of gst-launch that know nothing of ours. Voices here have the same methods as rtp.Voice.

    agent = lab.sip_caller('bob', tone=880, voice=GstVoice.maker(codec='opus', security='sdes'))

A forwarder in the test's process owns the socket; the pipelines speak to it over loopback. The pipeline that reads starts
with the first packet, whose SSRC the decryption has to be told.
"""

import base64
import os
import re
import select
import socket
import subprocess
import threading

from . import audio
from .place import family_of
from .process import Process, wait_until
from .rtp import DIGITS

#: name in SDP -> static or our payload type, clock rate and channels, encoder with payloader, depayloader with decoder
AUDIO = {
    'PCMU': (0, '8000', 'mulawenc ! rtppcmupay', 'rtppcmudepay ! mulawdec'),
    'PCMA': (8, '8000', 'alawenc ! rtppcmapay', 'rtppcmadepay ! alawdec'),
    'G722': (9, '8000', 'avenc_g722 ! rtpg722pay', 'rtpg722depay ! avdec_g722'),
    'opus': (111, '48000/2', 'opusenc frame-size=20 ! rtpopuspay', 'rtpopusdepay ! opusdec'),
}
VIDEO = {
    'VP8': (96, '90000', 'vp8enc deadline=1 keyframe-max-dist=15 target-bitrate=200000 ! rtpvp8pay',
            'rtpvp8depay ! vp8dec', ''),
    'H264': (97, '90000', 'openh264enc gop-size=15 bitrate=200000 ! video/x-h264,profile=constrained-baseline ! '
             'h264parse ! rtph264pay config-interval=1 aggregate-mode=none', 'rtph264depay ! h264parse ! avdec_h264',
             'a=fmtp:%d profile-level-id=42e01f;packetization-mode=1\r\n'),
}
#: Samples a second that the encoder is given, if not 8000.
SAMPLING = {'G722': 16000, 'opus': 48000}
NEEDS = {'G722': ('avenc_g722', 'gstreamer1.0-libav'), 'H264': ('openh264enc', 'gstreamer1.0-plugins-bad')}
#: Our number for telephone-events.
EVENTS = 102
SUITE = 'AES_CM_128_HMAC_SHA1_80'
#: A picture is read in so many points.
WIDTH, HEIGHT = 16, 12


def why_not(codec):
    """None, or why GStreamer here has not got this codec."""
    element, package = NEEDS.get(codec, ('srtpenc', 'gstreamer1.0-plugins-bad'))
    try:
        found = subprocess.run(['gst-inspect-1.0', '--exists', element], timeout=20, check=False).returncode == 0
    except FileNotFoundError:
        return 'no gst-launch-1.0: apt install gstreamer1.0-tools'
    return None if found else 'GStreamer has no %s: apt install %s' % (element, package)


def section_of(sdp, kind):
    """The m= section of this kind with its own c= line, or ''."""
    session, *sections = sdp.replace('\r\n', '\n').split('\nm=')
    found = next((section for section in sections if section.startswith(kind)), '')
    if found and '\nc=' not in found:
        line = re.search(r'^c=.*$', session, re.M)
        found += '\n' + (line.group(0) if line else '')
    return found


class Stream:
    """One m= section: a socket, and the pipelines behind it."""

    def __init__(self, place, folder, kind, codec, security, content, certificate=None, events=False):
        #: Telephone-events (RFC 4733) are taken if the call is plain; digits: those that came.
        self.events, self.digits, self._event_times = events, '', set()
        self.place, self.folder, self.kind, self.codec, self.security = place, folder, kind, codec, security
        self.content, self.certificate = content, certificate
        self.payload_type, self.rate, self._encoder, self._decoder, *fmtp = (AUDIO if kind == 'audio' else VIDEO)[codec]
        self._fmtp = fmtp[0] % self.payload_type if fmtp and fmtp[0] else ''
        self.packets, self._processes, self._target, self._speaks = 0, [], None, False
        self._key, self._their_key, self.is_client = os.urandom(30), None, False
        self._socket = place.socket(family_of(place.host), socket.SOCK_DGRAM)
        self._socket.bind((place.host, 0))
        self.port = self._socket.getsockname()[1]
        self._inner = place.socket(kind=socket.SOCK_DGRAM)
        self._inner.bind(('127.0.0.1', 0))
        with place.socket(kind=socket.SOCK_DGRAM) as probe:
            probe.bind(('127.0.0.1', 0))
            self._reader_port = probe.getsockname()[1]
        self.file = os.path.join(folder, '%s-%d' % (kind, self.port) + ('.wav' if kind == 'audio' else '.rgb'))
        self._ends, self._speaking, self._reading = False, False, False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        self._ends = True
        self._thread.join(2)
        for process in self._processes:
            process.stop(1)
        self._socket.close()
        self._inner.close()

    def tail(self):
        return '\n'.join(process.tail(12) for process in self._processes)

    # SDP

    def describe(self, direction, offers):
        profile = {None: 'RTP/AVP', 'sdes': 'RTP/SAVP', 'dtls': 'UDP/TLS/RTP/SAVP', 'sdes-if': 'RTP/AVP',
                   'dtls-if': 'RTP/AVP'}[self.security]
        lines = 'm=%s %d %s %d%s\r\na=rtpmap:%d %s/%s\r\n%s' % (
            self.kind, self.port, profile, self.payload_type, ' %d' % EVENTS if self.events else '', self.payload_type,
            self.codec, self.rate, self._fmtp)
        if self.events:
            lines += 'a=rtpmap:%d telephone-event/%s\r\na=fmtp:%d 0-15\r\n' % (EVENTS, self.rate.partition('/')[0], EVENTS)
        if self.security in ('sdes', 'sdes-if'):
            lines += 'a=crypto:1 %s inline:%s\r\n' % (SUITE, base64.b64encode(self._key).decode())
        elif self.security:
            setup = 'actpass' if offers else 'active'
            lines += 'a=fingerprint:sha-256 %s\r\na=setup:%s\r\na=rtcp-mux\r\n' % (self.certificate[1], setup)
        return lines + ('' if direction == 'sendrecv' else 'a=%s\r\n' % direction)

    def follow(self, sdp, speaks):
        section = section_of(sdp, self.kind)
        first = re.match(r'\w+ (\d+) \S+ ([\d ]+)', section)
        address = re.search(r'^c=IN IP[46] (\S+)', section, re.M)
        if not first or first.group(1) == '0' or not address:
            self._target = None
            return
        found = re.search(r'^a=rtpmap:(\d+) %s/' % self.codec, section, re.M | re.I)
        if found:
            self.payload_type = int(found.group(1))
        key = re.search(r'^a=crypto:\d+ %s inline:([\w+/=]{40})' % SUITE, section, re.M)
        self._their_key = base64.b64decode(key.group(1)) if key else None
        if self.security == 'sdes-if' and not key or self.security == 'dtls-if' and 'a=fingerprint' not in sdp:
            self.security = None
        setup = re.search(r'a=setup:(\w+)', section) or re.search(r'a=setup:(\w+)', sdp)
        if setup:
            self.is_client = setup.group(1) == 'passive' or self.is_client and setup.group(1) == 'actpass'
        self._target, self._speaks = (address.group(1), int(first.group(1))), speaks
        if not self._speaking:
            self._speaking = True
            self._launch('speaks', self._writer())

    def quiet(self):
        self._speaks = False

    # Pipelines

    def _source(self):
        if self.kind == 'audio':
            return ('audiotestsrc is-live=true freq=%d volume=0.5 ! audio/x-raw,rate=48000 ! audioconvert ! audioresample ! '
                    'audio/x-raw,channels=1,rate=%d ! ' % (self.content, SAMPLING.get(self.codec, 8000)))
        return ('videotestsrc is-live=true pattern=solid-color foreground-color=%d ! '
                'video/x-raw,width=320,height=240,framerate=15/1 ! videoconvert ! ' % (0xFF000000 | self.content))

    def _sink(self):
        if self.kind == 'audio':
            end = 'audioconvert ! audioresample ! audio/x-raw,rate=8000,channels=1,format=S16LE ! wavenc'
        else:
            end = 'videoconvert ! videoscale ! video/x-raw,format=RGB,width=%d,height=%d' % (WIDTH, HEIGHT)
        return '%s ! %s ! filesink buffer-mode=unbuffered location=%s' % (self._decoder, end, self.file)

    def _writer(self):
        text = self._source() + self._encoder + ' pt=%d ! ' % self.payload_type
        out = 'udpsink sync=false async=false host=127.0.0.1 port=%d' % self._inner.getsockname()[1]
        if self.security in ('dtls', 'dtls-if'):
            # Both halves know each other by the connection's name: one process.
            return (text + 'out.rtp_sink_0 dtlssrtpenc name=out connection-id=one is-client=%s ! %s ' % (
                str(self.is_client).lower(), out) +
                'udpsrc address=127.0.0.1 port=%d ! in. dtlssrtpdec name=in connection-id=one pem=PEM in.rtp_src ! '
                'application/x-rtp,%s ! rtpjitterbuffer latency=60 ! %s' % (self._reader_port, self._format(), self._sink()))
        if self.security:
            text += 'srtpenc key=%s rtp-cipher=aes-128-icm rtp-auth=hmac-sha1-80 ! ' % self._key.hex()
        return text + out

    def _format(self):
        rate, _, channels = self.rate.partition('/')
        return 'media=%s,clock-rate=%s,encoding-name=%s,payload=%d%s' % (
            self.kind, rate, self.codec.upper(), self.payload_type, ',encoding-params=(string)2' if channels else '')

    def _reader(self, ssrc):
        if self.security and self._their_key:
            kind = ('x-srtp,ssrc=(uint)%d,roc=(uint)0,srtp-key=(buffer)%s,srtp-cipher=(string)aes-128-icm,'
                    'srtp-auth=(string)hmac-sha1-80,srtcp-cipher=(string)aes-128-icm,srtcp-auth=(string)hmac-sha1-80,'
                    % (ssrc, self._their_key.hex()))
            middle = 'srtpdec ! '
        else:
            kind, middle = 'x-rtp,', ''
        return ('udpsrc address=127.0.0.1 port=%d caps=application/%s%s ! %srtpjitterbuffer latency=60 ! %s'
                % (self._reader_port, kind, self._format(), middle, self._sink()))

    def _launch(self, name, text):
        words = ['pem="%s"' % self.certificate[0] if word == 'pem=PEM' else word for word in text.split()]
        name = 'gst %s %s' % (self.kind, name)
        self._processes.append(Process(name, self.place.wrap(['gst-launch-1.0', '-q'] + words),
                                       os.path.join(self.folder, '%s-%d.log' % (name.replace(' ', '-'), self.port))))

    # The forwarder

    def _run(self):
        while not self._ends:
            for ready in select.select([self._socket, self._inner], [], [], 0.1)[0]:
                try:
                    data = ready.recv(4096)
                    if ready is self._socket:
                        self._take(data)
                    elif self._target and (self._speaks or data[0] < 64):
                        self._socket.sendto(data, self._target)
                except OSError:
                    continue  # nobody there, or not now

    def _take(self, data):
        if len(data) > 12 and data[0] >> 6 == 2:
            if self.events and data[1] & 0x7F == EVENTS and len(data) >= 16:
                self._take_event(data)
                return
            if 192 <= data[1] < 224 or data[1] & 0x7F != self.payload_type:
                return
            self.packets += 1
            if not self._reading and self.security not in ('dtls', 'dtls-if') and self._target:
                self._reading = True
                self._launch('reads', self._reader(int.from_bytes(data[8:12], 'big')))
        elif not data or data[0] < 20:
            return
        self._inner.sendto(data, ('127.0.0.1', self._reader_port))


    def _take_event(self, data):
        """The same event comes again and again with the same time."""
        if data[4:8] not in self._event_times and data[12] < len(DIGITS):
            self._event_times.add(data[4:8])
            self.digits += DIGITS[data[12]]

    @property
    def is_reading(self):
        """Whether a pipeline waits for packets, which takes it a moment to do."""
        return self._reading or self._speaking and self.security in ('dtls', 'dtls-if')


class GstVoice:
    """What a call of the agent says and hears."""

    events = False

    def __init__(self, place, tone, folder, codec='PCMA', security=None, video=None, colour=0x00FF00, certificate=None,
                 events=False):
        self.sound = Stream(place, folder, 'audio', codec, security, tone, certificate, events)
        self.picture = Stream(place, folder, 'video', video, security, colour, certificate) if video else None
        self.place, self.tone, self.port = place, tone, self.sound.port
        self._version = 0

    @classmethod
    def maker(cls, folder, **options):
        """What SipCaller takes as `voice`."""
        os.makedirs(folder, exist_ok=True)
        return lambda place, tone: cls(place, tone, folder, **options)

    @property
    def _streams(self):
        return [stream for stream in (self.sound, self.picture) if stream]

    def close(self):
        for stream in self._streams:
            stream.close()

    def quiet(self):
        for stream in self._streams:
            stream.quiet()

    def describe(self, direction, theirs=None):
        """Our SDP; theirs: the offer that it answers."""
        self._version += 1
        family = 'IP6' if ':' in self.place.host else 'IP4'
        text = 'v=0\r\no=- 1 %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n' % (
            self._version, family, self.place.host, family, self.place.host)
        if theirs is None:
            return text + ''.join(stream.describe(direction, True) for stream in self._streams)
        for line in re.findall(r'^m=(\w+) \d+ (\S+) ([\d ]+)', theirs, re.M):
            stream = self.sound if line[0] == 'audio' else self.picture if line[0] == 'video' else None
            if stream is None:
                text += 'm=%s 0 %s %s\r\n' % (line[0], line[1], line[2].split()[0])
                continue
            stream.is_client = True
            stream.follow(theirs, False)
            # The answer has the offer's profile.
            text += re.sub(r'^(m=\w+ \d+) \S+', r'\1 ' + line[1], stream.describe(direction, False))
        return text

    def follow(self, sdp, speaks=True):
        for stream in self._streams:
            stream.follow(sdp, speaks)

    @property
    def packets(self):
        return self.sound.packets

    def hearing(self, frequency, start=0.0):
        return audio.listen(self.sound.file, frequency, start)

    def wait_heard(self, frequency, seconds=1.0, within=10, share=0.6):
        """Waits until, from now on, this much of the tone came in one piece."""
        start = audio.Recording(self.sound.file).seconds if os.path.exists(self.sound.file) else 0
        last = []

        def enough():
            if not os.path.exists(self.sound.file):
                return False
            last[:] = [audio.listen(self.sound.file, frequency, start)]
            return last[0].longest >= seconds and last[0]
        return wait_until(enough, 'GStreamer hears %d Hz for %g s' % (frequency, seconds), within,
                          lambda: 'heard: %s\n%s' % (last[0] if last else 'nothing', self.tail()), 0.2)

    def tail(self):
        return '\n'.join(stream.tail() for stream in self._streams)

    def seen(self):
        """The mean colour of the newest picture: (red, green, blue), or None."""
        size = WIDTH * HEIGHT * 3
        try:
            with open(self.picture.file, 'rb') as file:
                data = file.read()
        except OSError:
            return None
        if len(data) < size:
            return None
        last = data[len(data) // size * size - size:][:size]
        return tuple(sum(last[index::3]) // (size // 3) for index in range(3))
