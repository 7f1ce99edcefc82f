import { randomBytes } from 'node:crypto';

/** Bytes on an open websocket that no honest client sends. */
export interface HostileFrames {
  readonly title: string;
  /** The code of the close frame that comes back; 0 where the socket stays open and usable. */
  readonly code: number;
  readonly bytes: () => Buffer;
}

export const TEXT = 0x1;
const CONTINUATION = 0x0;
const BINARY = 0x2;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

export interface FrameOptions {
  readonly opcode?: number;
  /** Default true. */
  readonly isFinal?: boolean;
  /** The three bits that extensions use. */
  readonly reserved?: number;
  /** Default true: a client must mask. */
  readonly isMasked?: boolean;
  /** What the header says of the length, whatever follows. */
  readonly claimedLength?: bigint;
}

/** One frame (RFC 6455, section 5.2). */
export function frame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = TEXT, isFinal = true, reserved = 0, isMasked = true, claimedLength } = options;
  const bytes = Buffer.from(payload);
  const length = claimedLength ?? BigInt(bytes.length);
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const maskBit = isMasked ? 0x80 : 0;
  const head =
    length < 126n
      ? Buffer.from([first, maskBit | Number(length)])
      : length < 65_536n
        ? Buffer.from([first, maskBit | 126, Number(length >> 8n), Number(length & 0xffn)])
        : Buffer.concat([Buffer.from([first, maskBit | 127]), toEightBytes(length)]);
  if (!isMasked) return Buffer.concat([head, bytes]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, bytes.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}

function toEightBytes(length: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(length);
  return bytes;
}

const PING_MESSAGE = '{"type":"ping"}';

function closing(code: number, reason = ''): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return frame(Buffer.concat([bytes, Buffer.from(reason)]), { opcode: CLOSE });
}

function many(count: number, toFrame: (n: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, n) => toFrame(n)));
}

/** Every hostile piece of a websocket; the table that test/hostile/frames.test.ts walks. */
export const HOSTILE_FRAMES: readonly HostileFrames[] = [
  row('a frame without a mask', 1002, () => frame(PING_MESSAGE, { isMasked: false })),
  row('the first reserved bit: compression that nobody agreed on', 1002, () =>
    frame(PING_MESSAGE, { reserved: 4 }),
  ),
  row('the second reserved bit', 1002, () => frame(PING_MESSAGE, { reserved: 2 })),
  row('the third reserved bit', 1002, () => frame(PING_MESSAGE, { reserved: 1 })),
  row('an opcode that nobody knows', 1002, () => frame('', { opcode: 0x3 })),
  row('a control opcode that nobody knows', 1002, () => frame('', { opcode: 0xb })),
  row('a continuation of nothing', 1002, () => frame('a', { opcode: CONTINUATION })),
  row('a message inside a message', 1002, () =>
    Buffer.concat([frame('{"type"', { isFinal: false }), frame(PING_MESSAGE)]),
  ),
  row('a ping in fragments', 1002, () => frame('', { opcode: PING, isFinal: false })),
  row('a ping of 126 bytes', 1002, () => frame(Buffer.alloc(126), { opcode: PING })),
  row('a close frame of one byte', 1002, () => frame('a', { opcode: CLOSE })),
  row('a close frame with a code that nobody may send', 1002, () => closing(1005)),
  row('a close frame whose reason is not UTF-8', 1007, () =>
    frame(Buffer.from([0x03, 0xe8, 0xff, 0xfe]), { opcode: CLOSE }),
  ),
  row('a length of 2^63, it says', 1009, () => frame('', { claimedLength: 1n << 63n })),
  row('a length of 2^53, it says', 1009, () => frame('', { claimedLength: 1n << 53n })),
  row('a length of 1 TB, it says', 1009, () => frame('', { claimedLength: 1n << 40n })),
  row('a length of 65,537, it says', 1009, () => frame('', { claimedLength: 65_537n })),
  row('1 MB in one frame', 1009, () => frame(Buffer.alloc(1_048_576, 'a'))),
  row('1 MB in frames of 1 kB', 1009, () =>
    many(1_024, (n) => frame('a'.repeat(1_024), { opcode: n === 0 ? TEXT : CONTINUATION, isFinal: false })),
  ),
  row('70,000 fragments of one byte', 1008, () =>
    many(70_000, (n) => frame('a', { opcode: n === 0 ? TEXT : CONTINUATION, isFinal: false })),
  ),
  row('binary', 4400, () => frame(PING_MESSAGE, { opcode: BINARY })),
  row('text that is not UTF-8', 1007, () => frame(Buffer.from([0x22, 0xff, 0x22]))),
  row('half a surrogate pair in UTF-8', 1007, () => frame(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))),
  row('overlong UTF-8', 1007, () => frame(Buffer.from([0x22, 0xc0, 0xaf, 0x22]))),
  row('NUL', 4400, () => frame('\0')),
  row('an empty message', 4400, () => frame('')),
  row('30,000 opening brackets', 4400, () => frame('['.repeat(30_000))),
  row('an object nested 10,000 deep', 4400, () => frame(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)),
  row('HTTP on an open websocket', 1002, () =>
    Buffer.from('GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n'),
  ),
  row('random bytes', 1002, () => Buffer.from(`\xff${'\x00'.repeat(200)}`, 'latin1')),
  message('connection_init twice', 4429, { type: 'connection_init' }),
  message('a subscription without a payload', 4400, { type: 'subscribe', id: '1' }),
  message('an answer', 4400, { type: 'next', id: '1', payload: {} }),
  message('a type of 30,000 letters', 4400, { type: 'a'.repeat(30_000) }),
  message('a script for a type', 4400, { type: '<script>alert(1)</script>' }),
  row('10,000 pings', 0, () => many(10_000, () => frame('', { opcode: PING }))),
  row('10,000 pongs', 0, () => many(10_000, () => frame('', { opcode: PONG }))),
  row('2,000 pings of the protocol', 0, () => many(2_000, () => frame(PING_MESSAGE))),
  row('1,000 completes of nothing', 0, () => many(1_000, (n) => frame(`{"type":"complete","id":"${n}"}`))),
  row('10,000 empty fragments, then an end', 4400, () =>
    Buffer.concat([
      many(10_000, (n) => frame('', { opcode: n === 0 ? TEXT : CONTINUATION, isFinal: false })),
      frame('', { opcode: CONTINUATION }),
    ]),
  ),
];

function row(title: string, code: number, bytes: () => Buffer): HostileFrames {
  return { title, code, bytes };
}

function message(title: string, code: number, content: object): HostileFrames {
  return row(title, code, () => frame(JSON.stringify(content)));
}
