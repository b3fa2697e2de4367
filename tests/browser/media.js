// SPDX-License-Identifier: GPL-2.0-or-later
// What the telephone page says and hears, shows and sees: an exact tone and a plain colour, made here and found again
// in what arrives. No device is involved, and nothing depends on a page being painted.
'use strict';

const SILENCE_DB = -45;

/** One sound context for all: a tone that goes into calls, ears for what comes out of them. */
class Sound {
  constructor(frequency, level = 0.25) {
    this.context = new AudioContext();
    this.oscillator = new OscillatorNode(this.context, {frequency});
    this.gain = new GainNode(this.context, {gain: level});
    const out = new MediaStreamAudioDestinationNode(this.context, {channelCount: 1});
    this.oscillator.connect(this.gain).connect(out);
    this.oscillator.start();
    this.track = out.stream.getAudioTracks()[0];
  }
}

/** Hears one received track. */
class Ear {
  constructor(context, track) {
    const stream = new MediaStream([track]);
    // Without a player Chromium does not pull sound out of a received track.
    this.player = new Audio();
    this.player.muted = true;
    this.player.srcObject = stream;
    this.player.play();
    this.analyser = new AnalyserNode(context, {fftSize: 8192});
    this.source = new MediaStreamAudioSourceNode(context, {mediaStream: stream});
    this.source.connect(this.analyser);
    this.rate = context.sampleRate;
    this.samples = new Float32Array(this.analyser.fftSize);
  }

  /** Of the last 170 ms: how much is at this frequency (0 to 1), and how loud all is (dB of full scale). */
  hear(frequency) {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, value) => sum + value * value, 0);
    if (power < 1e-9)
      return {share: 0, level: -120};
    // The mean over whole periods only would be exact; over 170 ms the error is below 2 %.
    const coefficient = 2 * Math.cos(2 * Math.PI * frequency / this.rate);
    let before = 0;
    let last = 0;
    for (const value of this.samples)
      [before, last] = [last, value + coefficient * last - before];
    const share = 2 * (last * last + before * before - coefficient * last * before) / (this.samples.length * power);
    return {share, level: 10 * Math.log10(power / this.samples.length)};
  }

  /** The strongest frequency on a grid of 10 Hz. */
  strongest() {
    let best = {frequency: 0, share: 0, level: -120};
    for (let frequency = 100; frequency <= 3400; frequency += 10) {
      const found = this.hear(frequency);
      if (found.share > best.share)
        best = {frequency, ...found};
    }
    return best;
  }

  /** From now on one character per 100 ms in `marks`: # the tone, . silence, ? something else. */
  watch(frequency) {
    clearInterval(this.timer);
    this.marks = '';
    this.timer = setInterval(() => {
      const {share, level} = this.hear(frequency);
      this.marks += level < SILENCE_DB ? '.' : share >= 0.6 ? '#' : '?';
    }, 100);
  }

  close() {
    clearInterval(this.timer);
    this.source.disconnect();
    this.player.srcObject = null;
  }
}

/** A picture of one colour with a bar that moves, so that no encoder falls asleep. */
class Picture {
  constructor(colour, width = 320, height = 240, rate = 15) {
    this.canvas = new OffscreenCanvas(width, height);
    this.pen = this.canvas.getContext('2d');
    this.colour = colour;
    this.count = 0;
    this.track = new MediaStreamTrackGenerator({kind: 'video'});
    this.writer = this.track.writable.getWriter();
    this.timer = setInterval(() => this.draw(), 1000 / rate);
  }

  async draw() {
    const {width, height} = this.canvas;
    this.pen.fillStyle = this.colour;
    this.pen.fillRect(0, 0, width, height);
    this.pen.fillStyle = 'gray';
    this.pen.fillRect(this.count++ * 4 % width, height - 16, 16, 16);
    try {
      await this.writer.write(new VideoFrame(this.canvas, {timestamp: Math.round(performance.now() * 1000)}));
    } catch {
      clearInterval(this.timer);  // nobody takes pictures any more
    }
  }

  close() {
    clearInterval(this.timer);
    this.track.stop();
  }
}

/** Looks at one received track: the mean colour of the newest picture's middle. */
class Eye {
  constructor(track) {
    this.canvas = new OffscreenCanvas(8, 8);
    this.pen = this.canvas.getContext('2d', {willReadFrequently: true});
    this.seen = {red: 0, green: 0, blue: 0, width: 0, height: 0, count: 0};
    this.reader = new MediaStreamTrackProcessor({track}).readable.getReader();
    this.look();
  }

  async look() {
    for (;;) {
      const {done, value: frame} = await this.reader.read();
      if (done)
        return;
      const {displayWidth: width, displayHeight: height} = frame;
      this.pen.drawImage(frame, width / 4, height / 4, width / 2, height / 2, 0, 0, 8, 8);
      frame.close();
      const {data} = this.pen.getImageData(0, 0, 8, 8);
      const mean = start => data.filter((_, index) => index % 4 === start).reduce((a, b) => a + b) / 64;
      this.seen = {red: mean(0), green: mean(1), blue: mean(2), width, height, count: this.seen.count + 1};
    }
  }

  close() {
    this.reader.cancel();
  }
}

/** What getStats() says that tests ask for, in plain words. */
async function readStatistics(connection) {
  const report = await connection.getStats();
  const all = [...report.values()];
  const codec = entry => report.get(entry.codecId)?.mimeType.split('/')[1];
  const transports = all.filter(entry => entry.type === 'transport');
  const result = {transports: transports.map(transport => {
    const pair = report.get(transport.selectedCandidatePairId);
    const candidate = id => {
      const found = report.get(id);
      return found && {type: found.candidateType, address: found.address, port: found.port, protocol: found.protocol};
    };
    return {
      ice: transport.iceState, role: transport.iceRole, dtls: transport.dtlsState, dtlsRole: transport.dtlsRole,
      tls: transport.tlsVersion, cipher: transport.dtlsCipher, srtp: transport.srtpCipher,
      pair: pair && {state: pair.state, nominated: pair.nominated, roundTrip: pair.currentRoundTripTime,
                     local: candidate(pair.localCandidateId), remote: candidate(pair.remoteCandidateId)},
    };
  })};
  for (const kind of ['audio', 'video']) {
    const inbound = all.find(entry => entry.type === 'inbound-rtp' && entry.kind === kind);
    const outbound = all.find(entry => entry.type === 'outbound-rtp' && entry.kind === kind);
    const heard = all.find(entry => entry.type === 'remote-inbound-rtp' && entry.kind === kind);
    result[kind] = {
      in: inbound && {codec: codec(inbound), ssrc: inbound.ssrc, packets: inbound.packetsReceived,
                      lost: inbound.packetsLost, jitter: inbound.jitter, frames: inbound.framesDecoded, plis: inbound.pliCount,
                      concealed: inbound.concealedSamples},
      out: outbound && {codec: codec(outbound), packets: outbound.packetsSent, frames: outbound.framesEncoded,
                        plis: outbound.pliCount, nacks: outbound.nackCount},
      heard: heard && {lost: heard.packetsLost, roundTrip: heard.roundTripTime},
    };
  }
  return result;
}
