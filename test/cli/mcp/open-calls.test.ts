import { describe, expect, it } from 'vitest';
import { OpenCalls } from '../../../src/cli/mcp/open-calls.ts';

describe('a call that is taken back', () => {
  it('is the one of that session and number, and no other', () => {
    const calls = new OpenCalls();
    const [mine, next, others, unnamed] = [
      calls.open('mine', 1),
      calls.open('mine', 2),
      calls.open("somebody else's", 1),
      calls.open(null, 1),
    ];

    calls.cancel('mine', 1);
    calls.cancel(null, 1);
    calls.cancel('mine', { toString: () => '2' });

    expect([mine, next, others, unnamed].map(({ signal }) => signal.aborted)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('is forgotten once it is answered', () => {
    const calls = new OpenCalls();
    const first = calls.open('mine', 1);

    first.close();
    calls.cancel('mine', 1);
    const again = calls.open('mine', 1);
    first.close();
    calls.cancel('mine', 1);

    expect([first.signal.aborted, again.signal.aborted]).toEqual([false, true]);
  });
});
