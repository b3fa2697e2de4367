// SPDX-License-Identifier: GPL-2.0-or-later
// Digest authentication (RFC 7616) for the telephone page: MD5, which browsers lack, and their own SHA-256.
'use strict';

const SHIFTS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
const SINES = Array.from({length: 64}, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32) | 0);

function hex(bytes) {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** RFC 1321, of a string as UTF-8, in hexadecimal. */
function md5(text) {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(((bytes.length + 8 >> 6) + 1) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, bytes.length * 8, true);
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let block = 0; block < padded.length; block += 64) {
    let [a, b, c, d] = state;
    for (let step = 0; step < 64; step++) {
      const round = step >> 4;
      const [mix, word] = [
        [(b & c) | (~b & d), step],
        [(d & b) | (~d & c), (5 * step + 1) % 16],
        [b ^ c ^ d, (3 * step + 5) % 16],
        [c ^ (b | ~d), (7 * step) % 16],
      ][round];
      const sum = (a + mix + SINES[step] + view.getUint32(block + 4 * word, true)) | 0;
      const shift = SHIFTS[round][step % 4];
      [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
    }
    [a, b, c, d].forEach((value, index) => { state[index] = (state[index] + value) | 0; });
  }
  const out = new DataView(new ArrayBuffer(16));
  state.forEach((value, index) => out.setInt32(4 * index, value, true));
  return hex(new Uint8Array(out.buffer));
}

async function sha256(text) {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

function randomToken() {
  return hex(crypto.getRandomValues(new Uint8Array(8)));
}

/** The value of Authorization that answers a challenge; null: an algorithm that we do not know. */
async function answerChallenge(challenge, method, uri, user, password) {
  const values = {};
  for (const [, name, quoted, bare] of challenge.matchAll(/([\w-]+)=(?:"([^"]*)"|([^\s,]+))/g))
    values[name.toLowerCase()] = quoted ?? bare;
  const algorithm = values.algorithm ?? 'MD5';
  const hash = {'MD5': md5, 'SHA-256': sha256}[algorithm.toUpperCase()];
  if (!hash)
    return null;
  const secret = await hash(`${user}:${values.realm}:${password}`);
  const action = await hash(`${method}:${uri}`);
  let text = `Digest username="${user}", realm="${values.realm}", nonce="${values.nonce}", uri="${uri}", ` +
             `algorithm=${algorithm}`;
  if (values.opaque !== undefined)
    text += `, opaque="${values.opaque}"`;
  if (values.qop === undefined)
    return `${text}, response="${await hash(`${secret}:${values.nonce}:${action}`)}"`;
  const cnonce = randomToken();
  const response = await hash(`${secret}:${values.nonce}:00000001:${cnonce}:auth:${action}`);
  return `${text}, qop=auth, nc=00000001, cnonce="${cnonce}", response="${response}"`;
}
