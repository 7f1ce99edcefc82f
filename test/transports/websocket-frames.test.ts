import { describe, expect, it } from 'vitest';
import { PING, type Push, toFrameHead, toFrames } from '../../src/transports/websocket-frames.ts';

function toPush(id: string, payload: string | Buffer): Push {
  const head = toFrameHead(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  return { head, payload: Buffer.from(payload) };
}

/** Texts of unmasked frames, by RFC 6455, section 5.2. */
function readMessages(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    expect(bytes[offset]).toBe(0x81);
    let length = bytes.readUInt8(offset + 1);
    let header = 2;
    if (length === 126) {
      length = bytes.readUInt16BE(offset + 2);
      header = 4;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(offset + 2));
      header = 10;
    }
    messages.push(bytes.toString('utf8', offset + header, offset + header + length));
    offset += header + length;
  }
  return messages;
}

describe('frames of pushes', () => {
  // The head of the id "1" is 35 bytes: around each of these a frame's length is written in another way.
  it.each([1, 89, 90, 91, 16_383, 16_384, 65_500, 65_501, 200_000])(
    'hold a payload of %d bytes whole',
    (size) => {
      const payload = JSON.stringify('x'.repeat(Math.max(0, size - 2)));

      const [message, ...others] = readMessages(Buffer.concat(toFrames([toPush('1', payload)])));

      expect(others).toEqual([]);
      expect(message).toBe(`{"id":"1","type":"next","payload":${payload}}`);
    },
  );

  it('keep the order of pushes, small and large', () => {
    const sizes = [10, 20_000, 5, 100, 70_000, 30_000, 1];
    const pushes = sizes.map((size, index) => toPush(`operation ${index}`, JSON.stringify('y'.repeat(size))));

    const messages = readMessages(Buffer.concat(toFrames(pushes)));

    expect(messages.map((message) => (JSON.parse(message) as { id: string; payload: string }).id)).toEqual(
      sizes.map((_, index) => `operation ${index}`),
    );
    expect(messages.map((message) => (JSON.parse(message) as { payload: string }).payload.length)).toEqual(
      sizes,
    );
  });

  it('are one piece of memory where the payloads are small, and share the large ones', () => {
    const small = toPush('1', '{"data":1}');
    const large = toPush('2', Buffer.alloc(20_000, 0x20));

    expect(toFrames([small, small, small])).toHaveLength(1);
    expect(toFrames([large, large]).filter((piece) => piece === large.payload)).toHaveLength(2);
  });

  it.each([10, 20_000])('of %d bytes have a ping before them where one is due', (size) => {
    const push = toPush('1', JSON.stringify('x'.repeat(size)));

    const bytes = Buffer.concat(toFrames([push, push], true));

    expect(bytes.subarray(0, 2)).toEqual(PING);
    expect(readMessages(bytes.subarray(2))).toHaveLength(2);
  });

  it('hold ids and payloads beyond ASCII', () => {
    const push = toPush('Übung "1" 🦭', '{"data":"für 🦭"}');

    const [message = ''] = readMessages(Buffer.concat(toFrames([push])));

    expect(JSON.parse(message)).toEqual({ id: 'Übung "1" 🦭', type: 'next', payload: { data: 'für 🦭' } });
  });
});
