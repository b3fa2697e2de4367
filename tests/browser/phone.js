// SPDX-License-Identifier: GPL-2.0-or-later
// The telephone page: calls with RTCPeerConnection between SIP and media. `phone` is what tests drive. ICE is not
// trickled: offers and answers wait for all candidates, which takes no time without STUN.
'use strict';

const GATHERING_MS = 2000;

/** Their offer as if it had, of the kinds that one of the names is of, these codecs only (and telephone events). By its own
 * means (setCodecPreferences) Chromium would answer with PCMA alone and send Opus. */
function keepCodecs(sdp, names = []) {
  const wanted = new Set(['telephone-event', ...names].map(name => name.toLowerCase()));
  return sdp.split(/^(?=m=)/m).map(section => {
    const formats = new Map([['0', 'pcmu'], ['8', 'pcma'], ['9', 'g722']]);
    for (const [, format, name] of section.matchAll(/^a=rtpmap:(\d+) ([^/]+)/gm))
      formats.set(format, name.toLowerCase());
    const all = section.match(/^m=\S+ \S+ \S+ (.*)/)?.[1].split(' ') ?? [];
    const kept = all.filter(format => wanted.has(formats.get(format)));
    if (!kept.some(format => formats.get(format) !== 'telephone-event'))
      return section;
    return section.replace(/^(m=\S+ \S+ \S+) .*/, (_, start) => [start, ...kept].join(' '))
      .replace(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) .*\r\n/gm, (line, format) => kept.includes(format) ? line : '');
  }).join('');
}

/** Whether they say port 0 for the stream with this a=mid. */
function isRefused(sdp, mid) {
  return sdp.split(/^(?=m=)/m).some(section => /^m=\S+ 0 /.test(section) && section.includes(`a=mid:${mid}\r\n`));
}

/** One dialog with its RTCPeerConnection. state: calling, ringing (theirs or ours), standing, ended (with `why`). */
class Call {
  constructor(phone, {incoming, callId, localUri, remoteUri, options}) {
    Object.assign(this, {phone, incoming, callId, localUri, remoteUri, options});
    this.leg = phone.leg;
    this.tag = randomToken();
    this.remoteTag = '';
    this.routes = [];
    this.cseq = 1;
    this.state = incoming ? 'ringing' : 'calling';
    this.why = '';
    this.times = {began: performance.now()};
    this.offers = 0;
  }

  note(event) {
    this.times[event] ??= performance.now() - this.times.began;
  }

  end(why) {
    if (this.state === 'ended')
      return;
    this.state = 'ended';
    this.why = why;
    this.ear?.close();
    this.eye?.close();
    this.picture?.close();
    this.peer?.close();
  }

  // Media

  openPeer() {
    const {bundle, relay, servers} = this.options;
    this.peer = new RTCPeerConnection({bundlePolicy: bundle ?? 'balanced', iceServers: servers ?? [],
                                       iceTransportPolicy: relay ? 'relay' : 'all'});
    this.peer.ontrack = ({track}) => {
      if (track.kind === 'audio') {
        this.ear?.close();
        this.ear = new Ear(this.phone.sound.context, track);
      } else {
        this.eye?.close();
        this.eye = new Eye(track);
      }
    };
    this.peer.onconnectionstatechange = () => this.note(this.peer.connectionState);
    this.peer.onicecandidateerror = event => this.phone.complain(`ICE: ${event.url} ${event.errorText}`);
  }

  tracks(video) {
    if (video)
      this.picture ??= new Picture(this.phone.colour);
    return video ? [this.phone.sound.track, this.picture.track] : [this.phone.sound.track];
  }

  /** codecs: names as in SDP ("PCMA", "opus", "VP8"); of a kind that none of them is of, all. */
  prefer() {
    for (const transceiver of this.peer.getTransceivers()) {
      const kind = transceiver.receiver.track.kind;
      const wanted = this.options.codecs ?? [];
      const have = RTCRtpReceiver.getCapabilities(kind).codecs;
      const chosen = wanted.flatMap(name => have.filter(codec => codec.mimeType.toLowerCase() ===
                                                                 `${kind}/${name}`.toLowerCase()));
      if (chosen.length)
        transceiver.setCodecPreferences(chosen);
    }
  }

  /** The local description with all candidates. */
  async gathered(anew = false) {
    const peer = this.peer;
    if (anew || peer.iceGatheringState !== 'complete') {
      await new Promise(resolve => {
        setTimeout(resolve, GATHERING_MS);
        peer.addEventListener('icegatheringstatechange', () => peer.iceGatheringState === 'complete' && resolve());
      });
    }
    return peer.localDescription.sdp;
  }

  async offer(options = {}) {
    this.prefer();
    await this.peer.setLocalDescription(await this.peer.createOffer(options));
    // It says "complete" for a moment longer, of the former gathering.
    return this.gathered(options.iceRestart);
  }

  /** Answers their offer. video: ours is added where they offer it; else their picture is refused. */
  async answerOffer(sdp, video) {
    await this.peer.setRemoteDescription({type: 'offer', sdp: keepCodecs(sdp, this.options.codecs)});
    for (const transceiver of this.peer.getTransceivers()) {
      const kind = transceiver.receiver.track.kind;
      if (transceiver.stopped || transceiver.direction === 'stopped' || isRefused(sdp, transceiver.mid))
        continue;
      if (kind === 'video' && !video) {
        transceiver.direction = 'inactive';  // browsers have no way to say port 0 in an answer
      } else if (!transceiver.sender.track) {
        await transceiver.sender.replaceTrack(this.tracks(video).find(track => track.kind === kind));
        transceiver.direction = 'sendrecv';
      }
    }
    await this.peer.setLocalDescription(await this.peer.createAnswer());
    this.note('answered');
    return this.gathered();
  }

  // The dialog

  headers(method, cseq) {
    const mine = `<${this.localUri}>;tag=${this.tag}`;
    const theirs = `<${this.remoteUri}>${this.remoteTag ? `;tag=${this.remoteTag}` : ''}`;
    return [['From', mine], ['To', theirs], ['Call-ID', this.callId], ['CSeq', `${cseq} ${method}`],
            ...this.routes.map(route => ['Route', route])];
  }

  ask(method, headers = [], body = '', hooks = {}) {
    this.cseq = Math.max(this.cseq, this.leg.cseq) + 1;
    this.leg.cseq = this.cseq + 1;
    return this.leg.request(method, this.target, [...this.headers(method, this.cseq), ...headers], body, hooks);
  }

  takeContact(message) {
    const contact = message.all('contact')[0];
    if (contact)
      this.target = uriOf(contact);
  }

  async dial(target) {
    this.openPeer();
    const stream = new MediaStream();
    for (const track of this.tracks(this.options.video))
      this.peer.addTrack(track, stream);
    const sdp = await this.offer();
    this.target = target;
    const {request, reply} = await this.ask('INVITE', this.sdpHeaders(), sdp, {
      onSent: message => { this.request = message; this.note('invite'); },
      onProvisional: message => this.takeProvisional(message),
    });
    this.note('reply');
    if (reply.status >= 300) {
      this.end(`${reply.status} ${reply.reason}`);
      return;
    }
    this.remoteTag = tagOf(reply.get('to'));
    this.routes = reply.all('record-route').reverse();
    this.takeContact(reply);
    this.acknowledge(request);
    this.leg.onOkAgain(request, () => this.acknowledge(request));
    if (this.state === 'ended') {
      await this.ask('BYE');  // the 200 crossed our CANCEL
      return;
    }
    await this.takeAnswer(reply.body);
  }

  async takeAnswer(sdp) {
    try {
      await this.peer.setRemoteDescription({type: 'answer', sdp});
      this.state = 'standing';
    } catch (error) {
      this.phone.complain(`their answer: ${error.message}`);
      await this.hangup();
      this.why = `their answer: ${error.message}`;
    }
  }

  sdpHeaders() {
    return [['Contact', this.leg.contact], ['Allow', ALLOW], ['Content-Type', 'application/sdp']];
  }

  takeProvisional(reply) {
    this.provisional = true;
    if (reply.status > 100 && this.state === 'calling')
      this.state = 'ringing';
    if (this.cancelling)
      this.cancel();
  }

  cancel() {
    this.cancelling = true;
    if (this.provisional && !this.cancelled) {
      this.cancelled = true;
      this.leg.cancel(this.request);
    }
  }

  acknowledge(request) {
    const headers = this.headers('ACK', request.cseq);
    this.leg.send(this.leg.build('ACK', this.target, headers));
  }

  // Theirs

  takeInvite(request) {
    this.request = request;
    this.remoteTag = tagOf(request.get('from'));
    this.routes = request.all('record-route');
    this.takeContact(request);
    this.leg.reply(request, '180 Ringing', this.tag, [['Contact', this.leg.contact]]);
  }

  async answer(options = {}) {
    Object.assign(this.options, options);
    this.openPeer();
    let sdp;
    try {
      sdp = await this.answerOffer(this.request.body, this.options.video);
    } catch (error) {
      this.leg.reply(this.request, '488 Not Acceptable Here', this.tag);
      this.end(`their offer: ${error.message}`);
      return;
    }
    this.leg.reply(this.request, '200 OK', this.tag, this.sdpHeaders(), sdp);
    this.state = 'standing';
  }

  reject(status = '486 Busy Here') {
    this.leg.reply(this.request, status, this.tag);
    this.end('refused');
  }

  /** An offer within the call, by INVITE or UPDATE; without one (INVITE) we offer. */
  async takeOffer(request) {
    this.takeContact(request);
    this.offers++;
    if (!request.body) {
      if (request.cseqMethod === 'INVITE')
        this.awaitsAnswer = true;
      const sdp = request.cseqMethod === 'INVITE' ? await this.offer() : '';
      this.leg.reply(request, '200 OK', this.tag, sdp ? this.sdpHeaders() : [], sdp);
      return;
    }
    try {
      const sdp = await this.answerOffer(request.body, this.picture || this.options.video || this.options.willShow);
      this.leg.reply(request, '200 OK', this.tag, this.sdpHeaders(), sdp);
    } catch (error) {
      this.phone.complain(`their offer: ${error.message}`);
      this.leg.reply(request, '488 Not Acceptable Here', this.tag);
    }
  }

  async takeAck(request) {
    if (this.awaitsAnswer && request.body)
      await this.takeAnswer(request.body);
    this.awaitsAnswer = false;
  }

  // Ours, later

  /** A new offer in the call: {restart: true} ICE anew, {video: true} adds the picture, {direction: 'sendonly'}. */
  async reoffer({restart = false, video = false, direction = null} = {}) {
    if (video)
      this.peer.addTrack(this.tracks(true)[1]);
    for (const transceiver of direction ? this.peer.getTransceivers() : [])
      transceiver.direction = direction;
    const sdp = await this.offer({iceRestart: restart});
    const {request, reply} = await this.ask('INVITE', this.sdpHeaders(), sdp);
    if (reply.status >= 300) {
      await this.peer.setLocalDescription({type: 'rollback'});
      return reply.status;
    }
    this.acknowledge(request);
    await this.takeAnswer(reply.body);
    return reply.status;
  }

  async hangup() {
    const state = this.state;
    this.end('hung up here');
    if (state === 'standing')
      await this.ask('BYE');
    else if (this.incoming)
      this.leg.reply(this.request, '603 Decline', this.tag);
    else
      this.cancel();
  }

  digits(text) {
    this.peer.getSenders().find(sender => sender.dtmf).dtmf.insertDTMF(text, 120, 80);
  }

  async describe() {
    const {state, why, times, offers} = this;
    return {state, why, times, offers, ice: this.peer?.iceConnectionState, connection: this.peer?.connectionState,
            statistics: this.peer && state !== 'ended' ? await readStatistics(this.peer) : null};
  }
}

/** Signs in, has calls; methods without a call mean the newest one. */
class Phone {
  constructor() {
    this.calls = [];
    this.complaints = [];
  }

  complain(text) {
    this.complaints.push(text);
    console.warn(text);
  }

  /** {server: 'ws://...', user, password, domain, tone, colour} */
  async start(settings) {
    this.sound = new Sound(settings.tone);
    this.colour = settings.colour;
    this.leg = new SipLeg(settings);
    this.leg.onRequest = request => this.take(request);
    await this.leg.open();
  }

  register(seconds) {
    return this.leg.register(seconds);
  }

  get last() {
    return this.calls[this.calls.length - 1];
  }

  /** options: video, codecs, bundle, relay, servers; willShow: takes pictures that are offered later, too */
  call(target, options = {}) {
    const call = new Call(this, {incoming: false, callId: randomToken(), localUri: this.leg.aor, remoteUri: target,
                                 options});
    this.calls.push(call);
    call.dial(target).catch(error => {
      this.complain(error.message);
      call.end(error.message);
    });
  }

  take(request) {
    const call = this.calls.find(({callId}) => callId === request.callId);
    switch (request.method) {
    case 'INVITE':
      this.takeInvite(request, call);
      break;
    case 'ACK':
      call?.takeAck(request);
      break;
    case 'CANCEL':
      this.leg.reply(request, '200 OK', call?.tag);
      if (call?.state === 'ringing')
        call.reject('487 Request Terminated');
      break;
    case 'BYE':
      this.leg.reply(request, call ? '200 OK' : '481 Call/Transaction Does Not Exist', call?.tag);
      call?.end('hung up there');
      break;
    case 'UPDATE':
      call?.takeOffer(request);
      break;
    case 'INFO':
    case 'OPTIONS':
    case 'NOTIFY':
      this.leg.reply(request, '200 OK', call?.tag ?? randomToken(), [['Allow', ALLOW]]);
      break;
    default:
      this.leg.reply(request, '405 Method Not Allowed', randomToken(), [['Allow', ALLOW]]);
    }
  }

  takeInvite(request, call) {
    if (call && call.state !== 'ended') {
      call.takeOffer(request);
      return;
    }
    this.leg.reply(request, '100 Trying');
    const fresh = new Call(this, {incoming: true, callId: request.callId, localUri: uriOf(request.get('to')),
                                  remoteUri: uriOf(request.get('from')), options: {}});
    this.calls.push(fresh);
    fresh.takeInvite(request);
  }

  heard(frequency) {
    return this.last?.ear ? this.last.ear.hear(frequency) : {share: 0, level: -120};
  }

  /** Begins a new picture of what is heard; see Ear.watch(). */
  watch(frequency) {
    this.last?.ear?.watch(frequency);
    return Boolean(this.last?.ear);
  }

  strongest() {
    return this.last?.ear ? this.last.ear.strongest() : {frequency: 0, share: 0, level: -120};
  }

  seen() {
    return this.last?.eye?.seen ?? {red: 0, green: 0, blue: 0, width: 0, height: 0, count: 0};
  }
}

const phone = new Phone();
