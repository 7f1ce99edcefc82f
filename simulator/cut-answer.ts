import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { serializeAnswer } from './http-message.ts';
import type { SimulatorResponse } from './simulator.ts';

/**
 * Sends the first bytes of an answer, then ends the connection; none at all are a reset.
 *
 * Past Node's own response, which would end an answer that was begun in order.
 *
 * @param toLength - how many bytes are sent, told how long the head and the whole are; a whole answer where it is as many or more
 */
export function sendCut(
  socket: Socket,
  answer: SimulatorResponse,
  toLength: (headBytes: number, wholeBytes: number) => number,
): void {
  const { status } = answer;
  const { headers, bytes } = serializeAnswer(answer);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`,
    'latin1',
  );
  const whole = Buffer.concat([head, bytes]);
  const piece = whole.subarray(0, toLength(head.length, whole.length));
  if (piece.length === 0) socket.resetAndDestroy();
  else socket.end(piece, () => socket.destroy());
}
