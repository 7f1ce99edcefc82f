import { describe, expect, it } from 'vitest';
import { problemsOf, withAccount } from './support.ts';

describe('bounds', () => {
  const limits = (yaml: string) => withAccount('', `limits: { ${yaml} }`);
  const polling = (yaml: string) => withAccount('', `polling: { ${yaml} }`);

  it.each([
    limits('timeoutMs: 100'),
    limits('timeoutMs: 120000'),
    limits('requestsPerSecond: 0.001'),
    limits('requestsPerSecond: 10000'),
    limits('maxConcurrent: 1'),
    limits('maxConcurrent: 1000'),
    polling('minMs: 100'),
    polling('minMs: 100, maxMs: 100'),
    withAccount('files: { linkTtlMs: 1000 }'),
    withAccount(`files: { linkSecret: ${'ä'.repeat(16)} }`),
    withAccount('server: { port: 65535 }'),
    withAccount('server: { trustedProxies: [10.0.0.1, 10.0.0.0/8, 192.0.2.0/32, "::1", "fd00::/8"] }'),
    withAccount('limits: { depth: 1, aliases: 0, directives: 0 }'),
    withAccount().replace('key: hi', `key: ${'a'.repeat(40)}`),
  ])('are part of what is allowed: %j', (text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it.each([
    limits('timeoutMs: 99'),
    limits('timeoutMs: 120001'),
    limits('requestsPerSecond: 0'),
    limits('requestsPerSecond: -1'),
    limits('requestsPerSecond: 10001'),
    limits('requestsPerSecond: .inf'),
    limits('maxConcurrent: 0'),
    limits('maxConcurrent: 1001'),
    polling('minMs: 99'),
    polling('maxMs: 99, minMs: 100'),
    withAccount('files: { linkTtlMs: 999 }'),
    withAccount('server: { port: 65536 }'),
    ...['proxy', '10.0.0.0/33', '0.0.0.0/0', '10.0.0.0/08', '10.0.0.0/', '::/129', 'fe80::1%eth0', ''].map(
      (proxy) => withAccount(`server: { trustedProxies: ["${proxy}"] }`),
    ),
    withAccount('limits: { depth: 0 }'),
    withAccount().replace('key: hi', `key: ${'a'.repeat(41)}`),
    withAccount().replace('key: hi', 'key: ""'),
  ])('are kept: %j', (text) => {
    expect(problemsOf(text)).not.toEqual([]);
  });
});
