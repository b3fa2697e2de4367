# SPDX-License-Identifier: GPL-2.0-or-later
"""Tones into WAV files, and out of them again: which frequency was heard, how loud, and without gaps?

Plain Python: Goertzel's filter at the frequencies of interest per window of 100 ms. Files that are still being
written (their header not yet final) can be read.
"""

import array
import math
import struct
import sys
import wave

WINDOW_MS = 100
#: What is softer than this, in dB below full scale, counts as silence.
SILENCE_DB = -45.0


def write_tone(path, frequency, seconds=300, rate=8000, channels=1, level_db=-12.0):
    """A sine of a whole number of hertz. One second is computed and repeated: seamless, and fast."""
    amplitude = 32767 * 10 ** (level_db / 20)
    second = array.array('h')
    for index in range(rate):
        value = int(amplitude * math.sin(2 * math.pi * frequency * index / rate))
        second.extend([value] * channels)
    if sys.byteorder == 'big':
        second.byteswap()
    with wave.open(str(path), 'wb') as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        for _ in range(int(seconds)):
            file.writeframesraw(second.tobytes())
    return path


def write_silence(path, seconds=300, rate=8000, channels=1):
    return write_tone(path, 0, seconds, rate, channels)


class Recording:
    """The samples of a WAV file (16-bit or float), first channel, at about 8 kHz.

    Higher rates are averaged down: the telephone's band is what counts, and plain Python is slow. With start
    the first so many seconds are left out."""

    def __init__(self, path, start=0.0):
        with open(path, 'rb') as file:
            data = file.read()
        self.rate, self.samples = 8000, array.array('d')
        if len(data) < 12 or data[:4] != b'RIFF' or data[8:12] != b'WAVE':
            return
        offset, channels, bits, kind = 12, 1, 16, 1
        while offset + 8 <= len(data):
            name, size = data[offset:offset + 4], struct.unpack_from('<I', data, offset + 4)[0]
            offset += 8
            if name == b'fmt ':
                kind, channels, self.rate, _, _, bits = struct.unpack_from('<HHIIHH', data, offset)
                if kind == 0xFFFE:
                    kind = struct.unpack_from('<H', data, offset + 24)[0]
            elif name == b'data':
                # A file in the making says 0 or nonsense: then all the rest is sound.
                end = offset + size if 0 < size <= len(data) - offset else len(data)
                frame = channels * bits // 8
                self._decode(data[offset + int(start * self.rate) * frame:end], channels, bits, kind)
                self._average(self.rate // 8000)
                return
            offset += size + (size & 1)

    def _decode(self, data, channels, bits, kind):
        code, scale = {(1, 16): ('h', 32768.0), (3, 32): ('f', 1.0), (1, 32): ('i', 2147483648.0)}[kind, bits]
        width = bits // 8
        raw = array.array(code, data[:len(data) // width * width])
        if sys.byteorder == 'big':
            raw.byteswap()
        self.samples = array.array('d', (value / scale for value in raw[::channels]))

    def _average(self, factor):
        if factor < 2:
            return
        pieces = zip(*(self.samples[index::factor] for index in range(factor)))
        self.samples = array.array('d', (sum(piece) / factor for piece in pieces))
        self.rate //= factor

    @property
    def seconds(self):
        return len(self.samples) / self.rate

    def windows(self):
        """The sound in pieces of 100 ms; a shorter rest is left out."""
        size = self.rate * WINDOW_MS // 1000
        return [self.samples[start:start + size] for start in range(0, len(self.samples) - size + 1, size)]


def level_db(samples):
    """RMS in dB below full scale."""
    if not samples:
        return -120.0
    power = sum(value * value for value in samples) / len(samples)
    return 10 * math.log10(power) if power > 1e-12 else -120.0


def tone_share(samples, rate, frequency):
    """How much of the power in samples is at this frequency: 0 (none) to 1 (nothing else)."""
    total = sum(value * value for value in samples)
    if total <= 1e-9:
        return 0.0
    step = 2 * math.pi * frequency / rate
    coefficient = 2 * math.cos(step)
    before = last = 0.0
    for value in samples:
        before, last = last, value + coefficient * last - before
    power = last * last + before * before - coefficient * last * before
    return 2 * power / (len(samples) * total)


def dominant(samples, rate, lowest=100, highest=3400, step=10):
    """The strongest frequency on a grid: (hertz, its share)."""
    best, share = 0, 0.0
    for frequency in range(lowest, min(highest, rate // 2 - step) + 1, step):
        value = tone_share(samples, rate, frequency)
        if value > share:
            best, share = frequency, value
    return best, share


class Hearing:
    """What a recording holds of one tone, window by window.

    heard: windows with the tone; silent, other: windows without sound and with another one;
    longest: the longest uninterrupted stretch of the tone in seconds; gaps: lengths in seconds of the
    interruptions between its first and its last window."""

    def __init__(self, recording, frequency, share=0.6):
        self.frequency, self.recording = frequency, recording
        marks = []
        for window in recording.windows():
            if level_db(window) < SILENCE_DB:
                marks.append('.')
            elif tone_share(window, recording.rate, frequency) >= share:
                marks.append('#')
            else:
                marks.append('?')
        self.picture = ''.join(marks)
        self.heard, self.silent, self.other = (self.picture.count(mark) for mark in '#.?')
        seconds = WINDOW_MS / 1000
        stretches = self.picture.replace('.', ' ').replace('?', ' ').split()
        self.longest = max((len(stretch) for stretch in stretches), default=0) * seconds
        inner = self.picture.strip('.?')
        self.gaps = [len(gap) * seconds for gap in inner.split('#') if gap]

    def __str__(self):
        """For people: one sentence, and one character per 100 ms (# the tone, . silence, ? something else)."""
        loud = [window for window in self.recording.windows() if level_db(window) >= SILENCE_DB]
        if not loud:
            return 'silence for %.1f s' % self.recording.seconds
        middle = loud[len(loud) // 2]
        frequency, share = dominant(middle, self.recording.rate)
        return ('%d Hz for %.1f of %.1f s (longest stretch %.1f s, %d gaps); strongest tone %d Hz (%.0f %%) at %.0f dB'
                '\n  [%s]' % (self.frequency, self.heard * WINDOW_MS / 1000, self.recording.seconds, self.longest,
                              len(self.gaps), frequency, share * 100, level_db(middle), self.picture))


def listen(path, frequency, start=0.0):
    """Hearing of the file at path, from start seconds on."""
    return Hearing(Recording(path, start), frequency)
