import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectQuiet } from '../graphql/subscriptions/quiet.ts';
import { sendBytes } from './raw.ts';
import { HOSTILE_REQUESTS } from './requests.ts';
import { startTarget, type Target } from './target.ts';

expectQuiet();

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target[Symbol.asyncDispose]());

describe('a hostile request on a TCP connection', () => {
  const rows = HOSTILE_REQUESTS.map((request) => {
    const verdict = request.statuses.length === 0 ? 'closed without a word' : request.statuses.join(', ');
    return [`${request.title}: ${verdict}`, request] as const;
  });

  it.each(rows)('%s', async (_row, { statuses, bytes }) => {
    const outcome = await sendBytes(target.url, bytes(target.authorization), {
      answers: Math.max(1, statuses.length),
    });

    expect(outcome.statuses).toEqual(statuses);
    target.expectClean(outcome.text);
    expect(target.calls()).toBe(0);
    await target.expectAlive();
  });
});
