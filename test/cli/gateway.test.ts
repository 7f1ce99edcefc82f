import { describe, expect, it } from 'vitest';
import { TryAgain } from '../../src/cli/command-error.ts';
import { parseGatewayAccess } from '../../src/cli/gateway/address.ts';
import { toWaitMs } from '../../src/cli/gateway/backoff.ts';
import {
  toAnswerTrouble,
  toCloseTrouble,
  toConnectionTrouble,
  toStatusTrouble,
} from '../../src/cli/gateway/trouble.ts';
import { createSeededRandom } from '../support/manual-clock.ts';

const ACCESS = parseGatewayAccess('http://127.0.0.1:4000', undefined);

describe("a gateway's address", () => {
  it.each([
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000/graphql', 'ws://127.0.0.1:4000/graphql'],
    ['http://127.0.0.1:4000/', 'http://127.0.0.1:4000/graphql', 'ws://127.0.0.1:4000/graphql'],
    ['http://127.0.0.1:4000/graphql', 'http://127.0.0.1:4000/graphql', 'ws://127.0.0.1:4000/graphql'],
    [
      'https://x.example/exports/graphql/',
      'https://x.example/exports/graphql',
      'wss://x.example/exports/graphql',
    ],
    ['https://x.example/exports', 'https://x.example/exports/graphql', 'wss://x.example/exports/graphql'],
    ['https://ws.example', 'https://ws.example/graphql', 'wss://ws.example/graphql'],
  ])('may be %s', (url, graphqlUrl, socketUrl) => {
    expect(parseGatewayAccess(url, 'key')).toMatchObject({ graphqlUrl, socketUrl, token: 'key' });
  });

  it.each(['', 'localhost:4000', 'ws://x', 'http://', 'http://x/?a', 'http://x/#a', 'http://a:b@x'])(
    'may not be %j',
    (url) => {
      expect(() => parseGatewayAccess(url, undefined)).toThrow(/cannot be used: it must be/);
    },
  );

  it.each(['', 'two words', 'line\nbreak', 'ümlaut'])(
    'takes no token that a header cannot carry: %j',
    (token) => {
      expect(() => parseGatewayAccess('http://x', token)).toThrow(/The token holds blanks or characters/);
    },
  );
});

describe('the wait before the next try', () => {
  it('doubles up to half a minute, with a quarter of chance', () => {
    const random = createSeededRandom(7);
    const waits = Array.from({ length: 12 }, (_, index) => toWaitMs(index + 1, random));

    waits.forEach((wait, index) => {
      const least = Math.min(30_000, 500 * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(least);
      expect(wait).toBeLessThanOrEqual(least * 1.25);
    });
  });

  it('is never shorter than what the other side asks, but for hours', () => {
    expect(toWaitMs(1, createSeededRandom(1), 9_000)).toBe(9_000);
    expect(toWaitMs(1, createSeededRandom(1), 86_400_000)).toBe(300_000);
  });
});

describe('trouble with the gateway', () => {
  const errorWith = (code: string) => Object.assign(new Error('connect'), { code });

  it.each([
    ['ECONNREFUSED', /nothing listens there/],
    ['ENOTFOUND', /there is no such host/],
    ['EWEIRD', /the connection broke \(EWEIRD\)/],
  ])('is worth another try after %s', (code, expected) => {
    const trouble = toConnectionTrouble(new Error('outer', { cause: errorWith(code) }), ACCESS);

    expect(trouble).toBeInstanceOf(TryAgain);
    expect(trouble).toMatchObject({ message: expect.stringMatching(expected), exitCode: 3 });
  });

  it.each([
    ['CERT_HAS_EXPIRED', /certificate of .* is not trusted \(CERT_HAS_EXPIRED\)/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /NODE_EXTRA_CA_CERTS/],
    ['EPROTO', /does not speak TLS/],
    ['HPE_INVALID_CONSTANT', /does not speak HTTP/],
  ])('ends the command with 3 after %s', (code, expected) => {
    expect(toConnectionTrouble(errorWith(code), ACCESS)).toMatchObject({
      name: 'CommandError',
      exitCode: 3,
      message: expect.stringMatching(expected),
    });
  });

  it.each([
    [401, 'CommandError'],
    [403, 'CommandError'],
    [404, 'CommandError'],
    [200, 'CommandError'],
    [429, 'TryAgain'],
    [502, 'TryAgain'],
  ])('takes an HTTP status %i for a %s', (status, name) => {
    expect(toStatusTrouble(status, ACCESS)).toMatchObject({ name, exitCode: 3 });
  });

  it.each([
    [4403, 'CommandError'],
    [4400, 'CommandError'],
    [1001, 'TryAgain'],
    [1006, 'TryAgain'],
    [4408, 'TryAgain'],
    [4490, 'TryAgain'],
    [4499, 'TryAgain'],
  ])('takes a close code %i for a %s', (code, name) => {
    expect(toCloseTrouble(code, '', ACCESS)).toMatchObject({ name });
  });

  it.each([
    [{ code: 'BAD_USER_INPUT' }, { name: 'CommandError', exitCode: 2 }],
    [{ code: 'BAD_USER_INPUT', field: 'after' }, { name: 'CursorRefused' }],
    [{ code: 'UNAUTHENTICATED' }, { name: 'CommandError', exitCode: 3 }],
    [{ code: 'SUBSCRIPTION_TOKEN_EXPIRED' }, { name: 'CommandError', exitCode: 3 }],
    [{ code: 'FORBIDDEN' }, { name: 'CommandError', exitCode: 1 }],
    [
      { code: 'EXPORT_NOT_FOUND', retryable: false },
      { name: 'CommandError', exitCode: 1 },
    ],
    [
      { code: 'VENDOR_RATE_LIMITED', retryable: true, retryAfterMs: 5 },
      { name: 'TryAgain', retryAfterMs: 5 },
    ],
    [{ code: 'SERVER_DRAINING' }, { name: 'TryAgain' }],
    [undefined, { name: 'CommandError', exitCode: 1 }],
  ])('takes GraphQL errors with %j for %j', (extensions, expected) => {
    expect(toAnswerTrouble([{ message: 'No.', extensions }], ACCESS)).toMatchObject(expected);
  });
});
