# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is at the other end of a cell: a baresip, a SIPp with a recording, GStreamer's pipelines, a second CUSAX account, a
browser. All of them are bob, say 880 Hz, and prove by content what they hear.

    peer = PEERS['baresip'](lab, cell)
    peer.start()                     bob is there
    peer.be_called(); peer.call()    he answers, he calls; peer.call() is over when it rings
    peer.begin(440); wait_hears(peer, 'bob', seconds=1.0, piece=1.0, within=10)
    peer.wait_digits('12'); peer.dial('34')
    peer.hang_up(); peer.wait_ended()
"""

import math
import os
import re
import subprocess
import time

from cusaxlab import audio, browser, gstvoice
from cusaxlab.capture import Capture
from cusaxlab.netns import SERVER, SERVER6
from cusaxlab.place import bracket
from cusaxlab.process import wait_until
from cusaxlab.rtp import DIGITS, EVENTS, tone_octets
from cusaxlab.sipp import Sipp
from product import Person

WHOLE_PICTURE = ('<?xml version="1.0" encoding="utf-8"?><media_control><vc_primitive><to_encoder><picture_fast_update/>'
                 '</to_encoder></vc_primitive></media_control>')
ALICE, BOB, TONE, BOBS = 'alice@cusax.test', 'bob@cusax.test', 440, 880
#: What alice shows and bob shows, red green blue.
GREEN, BLUE = 0x00FF00, 0x0000FF
#: Our number for telephone-event/48000.
EVENTS_OF_OPUS = 110


def near(one, other):
    """Are two colours (0xRRGGBB) nearly the same?"""
    return all(abs((one >> shift & 255) - (other >> shift & 255)) < 60 for shift in (16, 8, 0))


def wait_sees(person, who, colour, within=15):
    """A CUSAX account sees who's colour in the call's window."""
    def seen():
        told = person.ask('seen', who)
        return int(told['count']) > 1 and near(int(told['colour'], 16), colour)
    wait_until(seen, '%s sees %06x' % (person.user, colour), within, lambda: person.ask('seen', who).line, 0.1)


def wait_hears(ear, who, seconds, piece, within=10):
    """Until this much of the tone has come since ear.begin(), in pieces without a gap of at least so long."""
    def enough():
        pieces = [len(one) / 10 for one in re.findall('#+', ear.picture())]
        return sum(one for one in pieces if one >= piece - 0.01) >= seconds - 0.01
    wait_until(enough, '%s hears the tone for %g s' % (who, seconds), within,
               lambda: '[%s]\n%s' % (ear.picture(), ear.tail()), 0.1)


class FileEar:
    """Ears that leave a recording: file() is the newest, or None."""

    _old, _start, _tone = None, 0.0, 0

    def begin(self, tone):
        """From now on, this tone."""
        self._tone, self._old = tone, self.file()
        self._start = audio.Recording(self._old).seconds if self._old else 0.0

    def picture(self):
        """What came since, one character per 100 ms, see audio.Hearing."""
        path = self.file()
        return audio.listen(path, self._tone, self._start if path == self._old else 0).picture if path else ''


class HostEar(FileEar):
    """A CUSAX account's."""

    def __init__(self, person, who):
        self.person, self.who = person, who

    def file(self):
        made = self.person.find('recording who="%s"' % re.escape(self.who))
        return made[-1]['file'] if made else None

    def tail(self):
        return '\n'.join(self.person.tail())


class WireEar:
    """Who listens at a device, to one kind of plain RTP."""

    def __init__(self, wire, payload_type, **options):
        self.wire, self.payload_type, self.options, self._since, self._tone = wire, payload_type, options, 0.0, 0

    def begin(self, tone):
        self._tone, self._since = tone, time.monotonic()

    def picture(self):
        return self.wire.hearing(self._tone, self.payload_type, since=self._since, **self.options).picture

    def tail(self):
        return repr(self.wire.datagrams[-5:])


def digits_of(datagrams, payload_type):
    """The digits in these packets: the same event comes again and again with the same time (RFC 4733)."""
    found = {}
    for one in datagrams:
        if one.payload_type == payload_type and len(one.payload) >= 4 and one.payload[0] < len(DIGITS):
            found.setdefault(one.data[4:12], DIGITS[one.payload[0]])
    return ''.join(found.values())


class Peer:
    """options of a cell: security (plain, sdes, dtls), codec, video (None or a codec), ice (with those who can do without)."""

    name = None
    #: What it cannot do by its nature: word of a cell -> reason.
    voids = {}
    lab_options = {}
    #: Whether it can dial itself. That a CUSAX account got digits is told to nobody: they must not disturb the call.
    dials = False

    def __init__(self, lab, cell):
        self.lab, self.cell = lab, cell

    @classmethod
    def why_not(cls, cell):
        """None, or why there is no such cell by the nature of the peer."""
        words = [cell.network, cell.security, cell.codec, 'video' if cell.video else '', cell.video or '',
                 'digits' if cell.digits else '']
        return next((cls.voids[word] for word in words if word in cls.voids), None)

    def start(self):
        raise NotImplementedError

    def stop(self):
        """What does not end with the laboratory."""


class BaresipPeer(FileEar, Peer):
    name = 'baresip'
    dials = True
    voids = {'H264': 'baresip 1.0 has no picture source here whose content can be told',
             'VP8': 'baresip 1.0 has no picture source here whose content can be told'}
    ENCRYPTION = {'plain': None, 'sdes': 'srtp-mand', 'dtls': 'dtls_srtp'}

    def start(self):
        codec = {'opus': 'opus/48000/2'}.get(self.cell.codec, self.cell.codec)
        self.phone = self.lab.phone('bob', tone=BOBS, codecs=(codec,),
                                    media_encryption=self.ENCRYPTION[self.cell.security], ice=self.cell.ice)

    def be_called(self):
        self.phone.wait_incoming()
        self.phone.accept()

    def call(self):
        self.phone.dial(ALICE)

    def file(self):
        return (self.phone.recordings() or [None])[-1]

    def tail(self):
        return self.phone.tail()

    def hang_up(self):
        self.phone.hangup()

    def wait_ended(self):
        self.phone.wait_closed()

    def dial(self, digits):
        self.phone.digits(digits)

    def wait_digits(self, digits):
        self.phone.wait_digits(digits)


class SippPeer(Peer):
    """What it hears is what arrives at its machine: SIPp itself does not listen."""

    name = 'SIPp'
    voids = {'sdes': 'SIPp 3.6.1 plays recordings in plain RTP only', 'dtls': 'SIPp 3.6.1 plays recordings in plain RTP only',
             'opus': 'SIPp 3.6.1 plays recordings of PCMU and PCMA', 'G722': 'SIPp 3.6.1 plays recordings of PCMU and PCMA',
             'video': 'SIPp 3.6.1 plays recordings of sound here'}
    FORMATS = {'PCMA': '8 PCMA', 'PCMU': '0 PCMU'}

    def start(self):
        self.sipp, self._wire = None, Capture(self.lab.phones, self.device)
        self.lab.adopt(self._wire)
        law = tone_octets(BOBS) if self.cell.codec == 'PCMA' else ulaw_octets(BOBS)
        self._recording = self.lab.path('recording.' + self.cell.codec)
        with open(self._recording, 'wb') as file:
            file.write(law * 2)
        if self.cell.way == 'out':
            self.sipp = self._play('uas-speaks')

    @property
    def device(self):
        return 'lo' if self.lab.phones is self.lab.client else self.lab.phones.device

    def _play(self, scenario):
        form = self.FORMATS[self.cell.codec]
        return Sipp(self.lab, scenario, seconds=90, words={
            'FORMAT': form + (' %d' % EVENTS if self.cell.digits else ''), 'RECORDING': '%s,-1,%s' % (self._recording, form.split()[0])})

    def be_called(self):
        """The scenario answers."""

    def call(self):
        self.sipp = self._play('uac-speaks')

    def begin(self, tone):
        self._ear = WireEar(self._wire, int(self.FORMATS[self.cell.codec].split()[0]), target=self.lab.phones.host)
        self._ear.begin(tone)

    def picture(self):
        return self._ear.picture()

    def tail(self):
        return self.sipp.tail()

    def wait_digits(self, digits):
        came = lambda: digits_of(self._wire.rtp(target=self.lab.phones.host), EVENTS)  # noqa: E731
        wait_until(lambda: came() == digits, 'the digits %s at SIPp' % digits, 10, came)

    def hang_up(self):
        """Its scenarios leave that to the other side."""

    def wait_ended(self):
        self.sipp.wait(10)


def ulaw_octets(frequency):
    def compress(value):
        value = int(max(-1, min(1, value)) * 32635)
        sign, value = (0x80, -value) if value < 0 else (0, value)
        value = min(value + 132, 32767)
        exponent = value.bit_length() - 8
        return ~(sign | exponent << 4 | value >> exponent + 3 & 15) & 0xFF
    return bytes(compress(0.5 * math.sin(2 * math.pi * frequency * n / 8000)) for n in range(8000))


class GstPeer(FileEar, Peer):
    """Sound and picture by GStreamer, signalling by the raw agent."""

    name = 'GStreamer'
    SECURITY = {'plain': None, 'sdes': 'sdes', 'dtls': 'dtls', 'sdes-if': 'sdes-if', 'dtls-if': 'dtls-if'}

    @classmethod
    def why_not(cls, cell):
        return super().why_not(cell) or gstvoice.why_not(cell.video or cell.codec)

    def start(self):
        certificate = certificate_of(self.lab) if self.cell.security.startswith('dtls') else None
        maker = gstvoice.GstVoice.maker(self.lab.path('gst'), events=self.cell.digits, codec=self.cell.codec, video=self.cell.video, colour=BLUE,
                                        security=self.SECURITY[self.cell.security], certificate=certificate)
        self.agent = self.lab.sip_caller('bob', 'tls', tone=BOBS, voice=maker)
        self._call = None

    def be_called(self):
        self._call = self.agent.wait_call()
        self._call.ring()
        self._call.accept()

    def call(self):
        self._call = self.agent.invite('sip:' + ALICE)

    def file(self):
        path = self._call.voice.sound.file
        return path if os.path.exists(path) else None

    def tail(self):
        return self._call.voice.tail()

    def wait_digits(self, digits):
        sound = self._call.voice.sound
        wait_until(lambda: sound.digits == digits, 'the digits %s at GStreamer' % digits, 10, lambda: repr(sound.digits))

    def wait_sees(self, colour, within=15):
        """Its pipeline joins in mid-stream, and gst-launch asks for nothing: whoever drives it asks for a whole picture, as
        telephones without RTCP feedback do (RFC 5168)."""
        asked = []

        def seen():
            now = self._call.voice.seen()
            if not now and self._call.voice.picture.is_reading and (not asked or time.monotonic() - asked[-1] > 2):
                asked.append(time.monotonic())
                self._call.info('application/media_control+xml', WHOLE_PICTURE)
            return now and near(now[0] << 16 | now[1] << 8 | now[2], colour)
        wait_until(seen, 'GStreamer sees %06x' % colour, within,
                   lambda: '%s\n%s' % (self._call.voice.seen(), self._call.voice.tail()), 0.1)

    def hang_up(self):
        self._call.bye()

    def wait_ended(self):
        self._call.wait_ended()


def certificate_of(lab):
    """(PEM of key and certificate, fingerprint as in SDP) for DTLS."""
    certificate, key = lab.authority.issue('dtls', ['gst.invalid'])
    done = subprocess.run(['openssl', 'x509', '-in', certificate, '-noout', '-fingerprint', '-sha256'], check=True,
                          capture_output=True, text=True, timeout=10)
    with open(certificate, encoding='ascii') as file, open(key, encoding='ascii') as other:
        return file.read() + other.read(), done.stdout.strip().partition('=')[2]


class CusaxPeer(FileEar, Peer):
    name = 'CUSAX'
    voids = {'sdes': 'two CUSAX accounts can both do DTLS-SRTP, and take that',
             'PCMU': 'two CUSAX accounts agree on Opus', 'G722': 'two CUSAX accounts agree on Opus'}
    POLICY = {'plain': 'off', 'dtls': 'prefer'}

    @classmethod
    def why_not(cls, cell):
        if cell.video == 'H264':
            return 'two CUSAX accounts agree on VP8'
        if cell.digits and cell.codec != 'opus':
            return 'two CUSAX accounts agree on Opus'
        return super().why_not(cell)

    bob = None

    def start(self):
        options = dict(media_encryption=self.POLICY[self.cell.security])
        if self.cell.network in ('symmetric', 'full cone'):
            options.update(self.lab.coturn.stun())
        self.bob = Person(self.lab, 'bob', tone=BOBS, place=self.lab.phones, **options)
        self._mark = 0
        if self.cell.digits:
            self._wire = self.lab.adopt(Capture(self.lab.phones))
        if self.cell.video:
            self.bob.do('camera', '%06x' % BLUE)

    def be_called(self):
        ring = self.bob.expect('request .*title="Incoming')
        if self.cell.video:
            self.bob.do('field', ring['id'], 'video', 'true')
        self.bob.respond(ring, 'Answer')

    def call(self):
        self.bob.do('call', ALICE, *(['video'] if self.cell.video else []))

    def wait_sees(self, colour, within=15):
        wait_sees(self.bob, ALICE, colour, within)

    def file(self):
        return HostEar(self.bob, ALICE).file()

    def tail(self):
        return '\n'.join(self.bob.tail())

    dials = True

    def dial(self, digits):
        for digit in digits:
            self.bob.do('dtmf', digit)

    def wait_digits(self, digits):
        """A CUSAX account tells nobody that digits came; they arrive at its machine."""
        came = lambda: digits_of(self._wire.rtp(target=self.lab.phones.host), EVENTS_OF_OPUS)  # noqa: E731
        wait_until(lambda: came() == digits, 'the digits %s at bob' % digits, 10, came)

    def hang_up(self):
        self._mark = self.bob.mark()
        self.bob.hang_up()

    def wait_ended(self):
        self.bob.expect('media-state .*state="end"', since=self._mark)

    def stop(self):
        if self.bob:
            self.bob.stop(check=False)


class BrowserPeer(Peer):
    name = 'browser'
    voids = {'plain': 'a browser speaks DTLS-SRTP only (RFC 8827 section 6.5)',
             'sdes': 'a browser speaks DTLS-SRTP only (RFC 8827 section 6.5)',
             'digits': 'a browser tells nobody which digits came'}
    lab_options = {'websocket': True}

    @classmethod
    def why_not(cls, cell):
        return super().why_not(cell) or browser.why_not()

    def start(self):
        self.browser = browser.Browser(self.lab, self.lab.phones)
        host = bracket(SERVER if self.lab.network.ipv4 else SERVER6)
        server = 'ws://%s:%d' % (host, self.lab.kamailio.port)
        self.phone = self.browser.phone('bob', tone=BOBS, colour='blue', server=server)
        self._options = {'codecs': [self.cell.codec] + ([self.cell.video] if self.cell.video else [])}
        if self.cell.video:
            self._options['video'] = True

    def be_called(self):
        self.phone.wait_incoming()
        self.phone.answer(**self._options)

    def call(self):
        self.phone.call(ALICE, **self._options)

    def begin(self, tone):
        wait_until(lambda: self.phone.do('watch', tone), 'the browser hears anything', 10, self.phone.tail)

    def picture(self):
        return self.phone.marks()

    def tail(self):
        return self.phone.tail()

    def wait_sees(self, colour, within=15):
        self.phone.wait_seen({GREEN: 'lime', BLUE: 'blue'}[colour], within)

    def hang_up(self):
        self.phone.hangup()

    def wait_ended(self):
        self.phone.wait_closed()


PEERS = {kind.name: kind for kind in (BaresipPeer, SippPeer, GstPeer, CusaxPeer, BrowserPeer)}
