import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Peer } from '../graphql/subscriptions/peer.ts';
import { expectQuiet } from '../graphql/subscriptions/quiet.ts';
import { HOSTILE_OPERATIONS, type HostileOperation } from './operations.ts';
import { startTarget, type Target } from './target.ts';

expectQuiet();

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target[Symbol.asyncDispose]());

/** Each as one line of the table that a verbose run prints: the attack, and what comes of it. */
const ROWS = HOSTILE_OPERATIONS.map(
  (operation) => [`${operation.title}: ${operation.verdict}`, operation] as const,
);

/** The largest websocket message; larger ones close their socket. */
const MESSAGE_BYTES = 65_536;
const ENVELOPE_BYTES = toMessage('').length;
/** What any refusal may weigh, fifty errors included, whatever was sent. */
const MAX_ANSWER_LENGTH = 120_000;

interface Answer {
  readonly text: string;
  readonly errors: readonly string[];
}

function read(text: string): Answer {
  const body = JSON.parse(text) as { errors?: readonly { message: string }[] };
  return { text, errors: (body.errors ?? []).map(({ message }) => message) };
}

async function overHttp(body: string): Promise<Answer> {
  return read(await post(body, 'application/json'));
}

async function overSse(body: string): Promise<Answer> {
  const text = await post(body, 'text/event-stream');
  // What is refused before it is an operation has no stream.
  if (text.startsWith('{')) return read(text);
  return read(/^data: (\{.*\})$/m.exec(text)?.[1] ?? '{}');
}

async function post(body: string, accept: string): Promise<string> {
  const response = await fetch(`${target.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: target.authorization, accept },
    body,
  });
  expect(response.status).toBeLessThan(500);
  return response.text();
}

async function overWebSocket(body: string): Promise<Answer> {
  await using peer = await Peer.connect(target.url, { init: { authorization: target.authorization } });
  const answer = peer.next(({ id }) => id === '1');
  peer.send(toMessage(body));
  const { type, payload } = await answer;
  const errors = type === 'error' ? (payload as readonly { message: string }[]) : undefined;
  return read(JSON.stringify(errors === undefined ? payload : { errors }));
}

/** Over every transport: the same verdict, nothing told, no vendor asked, and the next caller is served. */
async function expectVerdict(verdict: string, { text, errors }: Answer): Promise<void> {
  if (verdict === 'answered') expect(errors).toEqual([]);
  else expect(errors[0]).toContain(verdict);
  expect(errors.length).toBeLessThanOrEqual(51);
  expect(text.length).toBeLessThan(MAX_ANSWER_LENGTH);
  target.expectClean(text);
  expect(target.calls()).toBe(0);
  await target.expectAlive();
}

describe('a hostile operation over HTTP', () => {
  it.each(ROWS)('%s', async (_row, { verdict, inOnePiece = verdict, body }) => {
    await expectVerdict(inOnePiece, await overHttp(body()));
  });
});

describe('a hostile operation over SSE', () => {
  it.each(ROWS)('%s', async (_row, { verdict, body }) => {
    await expectVerdict(verdict, await overSse(body()));
  });
});

describe('a hostile operation over a websocket', () => {
  const sizeOf = ({ body }: HostileOperation) => Buffer.byteLength(body()) + ENVELOPE_BYTES;
  const small = HOSTILE_OPERATIONS.filter((operation) => sizeOf(operation) <= MESSAGE_BYTES);
  const large = HOSTILE_OPERATIONS.filter((operation) => sizeOf(operation) > MESSAGE_BYTES);

  it.each(small.map((operation) => [`${operation.title}: ${verdictOf(operation)}`, operation] as const))(
    '%s',
    async (_row, operation) => {
      await expectVerdict(verdictOf(operation), await overWebSocket(operation.body()));
    },
  );

  it.each(large.map(({ title, body }) => [`${title}: closed with 1009`, body] as const))(
    '%s',
    async (_row, body) => {
      await using peer = await Peer.connect(target.url, { init: { authorization: target.authorization } });

      peer.send(toMessage(body()));

      expect((await peer.closed).code).toBe(1009);
      expect(target.calls()).toBe(0);
      await target.expectAlive();
    },
  );

  function verdictOf({ verdict, overWebSocket: own }: HostileOperation): string {
    return own ?? verdict;
  }
});

function toMessage(payload: string): string {
  return `{"type":"subscribe","id":"1","payload":${payload}}`;
}
