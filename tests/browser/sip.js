// SPDX-License-Identifier: GPL-2.0-or-later
// SIP over a WebSocket (RFC 7118) for the telephone page: messages, transactions of a reliable transport, digest.
'use strict';

const ALLOW = 'INVITE, ACK, BYE, CANCEL, UPDATE, INFO, OPTIONS';

/** A list of header values, cut at commas that stand neither in quotes nor in angle brackets. */
function splitList(text) {
  return (text.match(/(?:"(?:\\.|[^"\\])*"|<[^>]*>|[^,"<])+/g) ?? []).map(value => value.trim());
}

function uriOf(value) {
  return value.match(/<([^>]*)>/)?.[1] ?? value.split(';')[0].trim();
}

function tagOf(value) {
  return value.replace(/<[^>]*>/, '').match(/;\s*tag=([^;\s]+)/)?.[1] ?? '';
}

/** A request (method, uri) or a reply (status, reason); headers are [name, value] in their order. */
class SipMessage {
  constructor(first, headers, body = '') {
    this.first = first;
    this.headers = headers;
    this.body = body;
    const words = first.split(' ');
    this.status = words[0] === 'SIP/2.0' ? Number(words[1]) : 0;
    this.reason = this.status ? words.slice(2).join(' ') : '';
    [this.method, this.uri] = this.status ? ['', ''] : words;
  }

  static parse(text) {
    const end = text.indexOf('\r\n\r\n');
    const lines = text.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n');
    const headers = lines.slice(1).map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });
    return new SipMessage(lines[0], headers, text.slice(end + 4));
  }

  toString() {
    const length = new TextEncoder().encode(this.body).length;
    return [this.first, ...this.headers.map(([name, value]) => `${name}: ${value}`), `Content-Length: ${length}`, '',
            this.body].join('\r\n');
  }

  get(name) {
    const short = {'via': 'v', 'from': 'f', 'to': 't', 'call-id': 'i', 'contact': 'm', 'content-type': 'c'}[name];
    return this.headers.find(([key]) => [name, short].includes(key.toLowerCase()))?.[1] ?? '';
  }

  all(name) {
    const short = {'via': 'v', 'contact': 'm'}[name];
    return this.headers.filter(([key]) => [name, short].includes(key.toLowerCase()))
      .flatMap(([, value]) => splitList(value));
  }

  get callId() { return this.get('call-id'); }
  get cseq() { return Number(this.get('cseq').split(' ')[0]); }
  get cseqMethod() { return this.get('cseq').split(/\s+/)[1] ?? ''; }
  get branch() { return this.all('via')[0]?.match(/branch=([^;\s]+)/)?.[1] ?? ''; }
}

/** The connection to the proxy. onRequest(message) gets what others want; `trace` keeps every message. */
class SipLeg {
  constructor({server, user, password, domain}) {
    Object.assign(this, {server, user, password, domain});
    this.aor = `sip:${user}@${domain}`;
    this.host = `${randomToken()}.invalid`;
    this.contact = `<sip:${user}@${this.host};transport=ws>`;
    this.trace = [];
    this.onRequest = () => {};
    this.pending = new Map();
    this.cseq = 1;
  }

  open() {
    return new Promise((resolve, reject) => {
      this.socket = new WebSocket(this.server, 'sip');
      this.socket.onopen = () => resolve();
      this.socket.onclose = event => {
        reject(new Error(`${this.server}: closed (${event.code} ${event.reason})`));
        for (const done of this.pending.values())
          done.fail(new Error('the connection to the proxy is closed'));
      };
      this.socket.onmessage = async event =>
        this.take(typeof event.data === 'string' ? event.data : await event.data.text());
    });
  }

  close() {
    this.socket?.close();
  }

  send(message) {
    const text = String(message);
    this.trace.push(`>>> ${text}`);
    this.socket.send(text);
  }

  take(text) {
    if (!text.trim())
      return;
    this.trace.push(`<<< ${text}`);
    const message = SipMessage.parse(text);
    if (message.status)
      this.pending.get(`${message.branch} ${message.cseqMethod}`)?.take(message);
    else
      this.onRequest(message);
  }

  build(method, uri, headers, body = '') {
    const via = `SIP/2.0/${this.server.startsWith('wss') ? 'WSS' : 'WS'} ${this.host};branch=z9hG4bK${randomToken()}`;
    return new SipMessage(`${method} ${uri} SIP/2.0`, [['Via', via], ['Max-Forwards', '70'], ...headers], body);
  }

  /** Sends a request; the promise gives its final reply, after one challenge was answered. onProvisional(reply);
   * onSent(request) tells what is on its way (the second time with credentials). */
  async request(method, uri, headers, body = '', {onProvisional = () => {}, onSent = () => {}} = {}) {
    let request = this.build(method, uri, headers, body);
    let reply = await this.transact(request, onProvisional, onSent);
    if ([401, 407].includes(reply.status) && this.password !== null) {
      const name = reply.status === 401 ? 'www-authenticate' : 'proxy-authenticate';
      const answer = await answerChallenge(reply.get(name), method, uri, this.user, this.password);
      if (answer) {
        const others = headers.filter(([key]) => key !== 'CSeq');
        const cseq = Number(headers.find(([key]) => key === 'CSeq')[1].split(' ')[0]) + 1;
        this.cseq = Math.max(this.cseq, cseq);
        request = this.build(method, uri, [...others, ['CSeq', `${cseq} ${method}`],
          [reply.status === 401 ? 'Authorization' : 'Proxy-Authorization', answer]], body);
        reply = await this.transact(request, onProvisional, onSent);
      }
    }
    return {request, reply};
  }

  transact(request, onProvisional, onSent) {
    const method = request.method;
    const key = `${request.branch} ${method}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(key);
        reject(new Error(`no final reply to ${method}`));
      }, method === 'INVITE' ? 180000 : 10000);
      const forget = () => {
        clearTimeout(timer);
        // An INVITE's 200 may come again, and again wants its ACK.
        if (method !== 'INVITE')
          this.pending.delete(key);
      };
      this.pending.set(key, {
        fail: error => { forget(); reject(error); },
        take: reply => {
          if (reply.status < 200) {
            onProvisional(reply);
            return;
          }
          forget();
          if (method === 'INVITE' && reply.status >= 300)
            this.acknowledgeRefusal(request, reply);
          if (method === 'INVITE' && reply.status < 300)
            this.pending.get(key).take = () => { this.pending.get(key).again?.(); };
          resolve(reply);
        },
      });
      onSent(request);
      this.send(request);
    });
  }

  /** What to do when the 200 to this INVITE comes once more. */
  onOkAgain(request, again) {
    const entry = this.pending.get(`${request.branch} INVITE`);
    if (entry)
      entry.again = again;
  }

  acknowledgeRefusal(request, reply) {
    const kept = request.headers.filter(([name]) => ['Via', 'Max-Forwards', 'From', 'Call-ID', 'Route'].includes(name));
    this.send(new SipMessage(`ACK ${request.uri} SIP/2.0`,
      [...kept, ['To', reply.get('to')], ['CSeq', `${request.cseq} ACK`]]));
  }

  cancel(request) {
    const kept = request.headers.filter(([name]) =>
      ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'Route'].includes(name));
    this.send(new SipMessage(`CANCEL ${request.uri} SIP/2.0`, [...kept, ['CSeq', `${request.cseq} CANCEL`]]));
  }

  /** Answers a request; tag: ours, put into its To if it has none. */
  reply(request, status, tag, headers = [], body = '') {
    const kept = request.headers.filter(([name]) =>
      ['via', 'from', 'call-id', 'cseq', 'record-route'].includes(name.toLowerCase()));
    const to = request.get('to');
    this.send(new SipMessage(`SIP/2.0 ${status}`,
      [...kept, ['To', tagOf(to) || !tag ? to : `${to};tag=${tag}`], ...headers], body));
  }

  /** REGISTER; 0 seconds: takes the binding back. */
  async register(expires = 600) {
    this.registration ??= {callId: randomToken(), tag: randomToken()};
    const {reply} = await this.request('REGISTER', `sip:${this.domain}`, [
      ['From', `<${this.aor}>;tag=${this.registration.tag}`], ['To', `<${this.aor}>`],
      ['Call-ID', this.registration.callId], ['CSeq', `${++this.cseq} REGISTER`], ['Contact', this.contact],
      ['Expires', String(expires)], ['Supported', 'outbound, path']]);
    if (reply.status !== 200)
      throw new Error(`REGISTER: ${reply.first}`);
  }
}
