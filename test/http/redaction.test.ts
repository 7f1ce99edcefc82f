import { describe, expect, it } from 'vitest';
import { describeError, toSafeCause } from '../../src/http/errors.ts';

describe('describeError', () => {
  it('tells name and code, and nothing of the message', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:443'), { code: 'ECONNREFUSED' });

    expect(describeError(error)).toBe('Error ECONNREFUSED');
  });

  it.each(['a secret', undefined, null, 5])('tells nothing of %j, which is no error', (thrown) => {
    expect(describeError(thrown)).toBe('unknown');
  });

  it('leaves out a code that is more than a word', () => {
    const error = Object.assign(new TypeError('x'), { code: 'host api.example.com refused token=abc' });

    expect(describeError(error)).toBe('TypeError');
  });
});

describe('toSafeCause', () => {
  it('keeps neither message nor stack nor fields of the original', () => {
    const original = Object.assign(new Error('https://api.example.com/?token=abc'), {
      code: 'ECONNRESET',
      url: 'token=abc',
    });

    const safe = toSafeCause(original);

    expect(safe.message).toBe('Error ECONNRESET');
    expect(`${safe.stack}${JSON.stringify(safe)}${String(safe.cause)}`).not.toMatch(
      /token|example|\.test\.ts/,
    );
  });
});
