import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createClientAddress } from '../../src/access/client-address.ts';
import { Peer } from '../graphql/subscriptions/peer.ts';
import { startTestGateway } from '../support/gateway.ts';
import { ENDED, linesOf, REFUSED } from './support.ts';

/** Where a request seems to come from that this proxy sent, with this header. */
function addressOf(trusted: readonly string[], remoteAddress: string | undefined, forwarded?: string) {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return createClientAddress(trusted)({ headers, socket: { remoteAddress } } as unknown as IncomingMessage);
}

const PROXIES = ['10.0.0.0/8', '2001:db8::1'];

describe("a client's address", () => {
  it.each([
    // remote, X-Forwarded-For, client
    ['192.0.2.9', undefined, '192.0.2.9'],
    ['192.0.2.9', '203.0.113.5', '192.0.2.9'], // no proxy of ours: whatever it says is its own word
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['::ffff:10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['2001:db8::1', '2001:db8::99', '2001:db8::99'],
    ['10.0.0.1', '203.0.113.5, 10.2.3.4', '203.0.113.5'],
    ['10.0.0.1', '198.51.100.7, 203.0.113.5', '203.0.113.5'], // the first one is the caller's own word
    ['10.0.0.1', '10.9.9.9, 203.0.113.5, 10.2.3.4', '203.0.113.5'],
    ['10.0.0.1', '203.0.113.5:4711', '203.0.113.5'],
    ['10.0.0.1', '[2001:db8::99]:4711', '2001:db8::99'],
    ['10.0.0.1', '::ffff:203.0.113.5', '203.0.113.5'],
    ['10.0.0.1', 'unknown', '10.0.0.1'],
    ['10.0.0.1', '<script>, \n, 999.1.1.1', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', ','.repeat(16_000), '10.0.0.1'],
    ['10.0.0.1', '203.0.113.5, junk', '10.0.0.1'],
    [undefined, '203.0.113.5', ''],
  ])('of a connection from %s that forwards for %j is %s', (remote, forwarded, client) => {
    expect(addressOf(PROXIES, remote, forwarded)).toBe(client);
  });

  it.each([
    ['192.0.2.9', '192.0.2.9'],
    ['::ffff:192.0.2.9', '192.0.2.9'],
    [undefined, ''],
  ])('where no proxy is trusted is that of the connection from %s', (remote, client) => {
    expect(addressOf([], remote, '203.0.113.5')).toBe(client);
  });
});

describe('the log', () => {
  const forwarded = { 'x-forwarded-for': '198.51.100.7, 203.0.113.5' };

  it.each([
    [['127.0.0.1'], '203.0.113.5'],
    [['127.0.0.0/8', '203.0.113.0/24'], '198.51.100.7'],
    [[], '127.0.0.1'],
  ])('with the proxies %j names the client %s, over HTTP and websockets', async (trustedProxies, client) => {
    await using gateway = await startTestGateway({ config: { server: { trustedProxies } } });
    await gateway.query('{ __typename }', {}, { headers: forwarded });
    await using peer = await Peer.connect(gateway.url, { options: { headers: forwarded } });
    await peer.ask('1', '{ __typename }');
    const evil = new Peer(gateway.url, { options: { headers: forwarded, origin: 'https://evil.example' } });
    await evil.closed;

    await expect.poll(() => linesOf(gateway, ENDED)).toHaveLength(2);
    const lines = [...linesOf(gateway, ENDED), ...linesOf(gateway, REFUSED)];
    expect(lines.map(({ clientAddress }) => clientAddress)).toEqual([client, client, client]);
  });
});
