import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import {
  hi,
  type LiveGateway,
  startLiveGateway,
  toHiAccount,
} from '../graphql/subscriptions/live-gateway.ts';
import { Peer } from '../graphql/subscriptions/peer.ts';
import { startTestGateway } from '../support/gateway.ts';
import { BEGUN, ENDED, linesOf, REFUSED, readSum, SUBSCRIPTION_ENDED } from './support.ts';

const WATCH = `subscription Watch($locators: [ExportLocator!]!) {
  exportEvents(locators: $locators) { __typename }
}`;
const READ = 'query Read($locators: [ExportLocator!]!) { exports(locators: $locators) { status } }';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

const ACCESS = {
  mode: 'keys',
  keys: [
    { name: 'ops', key: 'key-of-acme', tenant: 'acme' },
    { name: 'other', key: 'key-of-other', tenant: 'other' },
  ],
};
const asAcme = { headers: { authorization: 'Bearer key-of-acme' } };

let gateway: LiveGateway;
beforeEach(async () => {
  gateway = await startLiveGateway({
    config: { access: ACCESS, server: { logLevel: 'debug' } },
    accounts: (url) => [toHiAccount(url, { key: 'acme-hi', tenant: 'acme' })],
  });
  gateway.say(1, { status: 'processing' });
});
afterEach(() => gateway[Symbol.asyncDispose]());

function connect(): Promise<Peer> {
  return Peer.connect(gateway.url, { init: { authorization: 'Bearer key-of-acme' } });
}

/** Waits for the first line with this message. */
async function lineOf(message: string) {
  await expect.poll(() => linesOf(gateway, message)).toHaveLength(1);
  return linesOf(gateway, message)[0];
}

describe('a query', () => {
  it('over HTTP is one line: whose, which, how long, how it ended, from where', async () => {
    const { headers } = await gateway.query(READ, { locators: [hi(1)] }, asAcme);

    expect(await lineOf(ENDED)).toEqual({
      requestId: headers.get('x-request-id'),
      tenant: 'acme',
      caller: 'ops',
      type: 'query',
      name: 'Read',
      transport: 'http',
      outcome: 'ok',
      durationMs: expect.any(Number),
      clientAddress: '127.0.0.1',
    });
  });

  it('with errors names their codes, each once', async () => {
    await gateway.query(READ, { locators: [hi(1), hi(2), hi(3)] }, asAcme);

    expect(await lineOf(ENDED)).toMatchObject({ outcome: 'errors', codes: ['EXPORT_NOT_FOUND'] });
  });

  it.each(['{', '{ nothing }', 'query A { __typename } query B { __typename }'])(
    'that GraphQL refuses is a line too: %s',
    async (text) => {
      await gateway.query(text, {}, asAcme);

      const line = await lineOf(ENDED);
      expect(line).toMatchObject({ outcome: 'errors', transport: 'http' });
      expect(line).not.toHaveProperty('name');
    },
  );

  it('that GraphQL refuses is called by its name, where it could be read', async () => {
    await gateway.query('query Wrong { nothing }', {}, asAcme);

    expect(await lineOf(ENDED)).toMatchObject({
      type: 'query',
      name: 'Wrong',
      outcome: 'errors',
      codes: ['GRAPHQL_VALIDATION_FAILED'],
    });
  });

  it('that nobody waits for is told as left', async () => {
    gateway.say(1, { reply: 'hang' });
    const leaving = new AbortController();
    const asked = gateway.query(READ, { locators: [hi(1)] }, { ...asAcme, signal: leaving.signal });
    await gateway.nextPolls(1);
    leaving.abort();

    await expect(asked).rejects.toThrow();
    expect(await lineOf(ENDED)).toMatchObject({ name: 'Read', outcome: 'left' });
  });

  it('over a websocket is one line as well', async () => {
    await using peer = await connect();
    await peer.ask('1', READ, { locators: [hi(1), hi(2)] });

    expect(await lineOf(ENDED)).toEqual({
      requestId: expect.stringMatching(UUID),
      tenant: 'acme',
      caller: 'ops',
      type: 'query',
      name: 'Read',
      transport: 'websocket',
      outcome: 'errors',
      codes: ['EXPORT_NOT_FOUND'],
      durationMs: expect.any(Number),
      clientAddress: '127.0.0.1',
    });
  });

  it('has its name cut off where that is very long', async () => {
    await gateway.query(`query ${'N'.repeat(500)} { __typename }`, {}, asAcme);

    expect(await lineOf(ENDED)).toMatchObject({ name: 'N'.repeat(64) });
  });

  it('tells no document, no variable and no id', async () => {
    gateway.say(777_123, { status: 'completed' });
    await gateway.query(
      `query Named { someAlias: __typename export(locator: { hiEnergy: { exportId: "777123" } }) { id } }`,
      {},
      asAcme,
    );
    await lineOf(ENDED);

    expect(JSON.stringify(gateway.log.lines)).not.toMatch(/777123|someAlias|locator|key-of-acme/);
  });
});

describe('a vendor call', () => {
  it('is one line at debug, with the request, tenant and caller that it is made for', async () => {
    const { headers } = await gateway.query(READ, { locators: [hi(1)] }, asAcme);

    const requestId = headers.get('x-request-id');
    expect(await lineOf('vendor call')).toMatchObject({
      requestId,
      tenant: 'acme',
      caller: 'ops',
      vendor: 'hi-energy',
      account: 'acme-hi',
      outcome: 200,
    });
  });

  it('that failed is a warning with the same', async () => {
    gateway.say(1, { reply: { status: 403, body: {} } });
    const { headers } = await gateway.query(READ, { locators: [hi(1)] }, asAcme);

    const requestId = headers.get('x-request-id');
    expect(await lineOf('vendor call failed')).toMatchObject({ requestId, tenant: 'acme', outcome: 403 });
  });

  it('of a watch belongs to a tenant, but to no request and no caller', async () => {
    await using peer = await connect();
    peer.send({ type: 'subscribe', id: '1', payload: { query: WATCH, variables: { locators: [hi(1)] } } });
    await gateway.nextPolls(1, 3);

    const calls = linesOf(gateway, 'vendor call');
    expect(calls.length).toBeGreaterThan(1);
    for (const call of calls) {
      expect(call).toMatchObject({ tenant: 'acme', account: 'acme-hi' });
      expect(call).not.toHaveProperty('requestId');
      expect(call).not.toHaveProperty('caller');
    }
  });
});

describe('a subscription', () => {
  const subscribe = (peer: Peer) => {
    peer.send({ type: 'subscribe', id: '1', payload: { query: WATCH, variables: { locators: [hi(1)] } } });
  };

  it('is one line when it begins and one when its exports have ended, under one id', async () => {
    await using peer = await connect();
    subscribe(peer);
    const begun = await lineOf(BEGUN);
    gateway.say(1, { status: 'completed' });
    const ended = await lineOf(SUBSCRIPTION_ENDED);

    const whose = { requestId: expect.stringMatching(UUID), tenant: 'acme', caller: 'ops' };
    const which = { type: 'subscription', name: 'Watch', transport: 'websocket', clientAddress: '127.0.0.1' };
    expect(begun).toEqual({ ...whose, ...which });
    expect(ended).toEqual({
      ...whose,
      ...which,
      requestId: begun?.requestId,
      outcome: 'ok',
      why: 'completed',
      durationMs: expect.any(Number),
    });
  });

  it('says that its caller ended it', async () => {
    await using peer = await connect();
    subscribe(peer);
    await lineOf(BEGUN);
    peer.send({ type: 'complete', id: '1' });

    expect(await lineOf(SUBSCRIPTION_ENDED)).toMatchObject({ outcome: 'left', why: 'unsubscribed' });
  });

  it('says that its caller is gone', async () => {
    await using peer = await connect();
    subscribe(peer);
    await lineOf(BEGUN);
    peer.kill();

    expect(await lineOf(SUBSCRIPTION_ENDED)).toMatchObject({ outcome: 'left', why: 'disconnected' });
  });

  it('says that the gateway went down', async () => {
    await using peer = await connect();
    subscribe(peer);
    await lineOf(BEGUN);
    await gateway.gateway.drain();

    expect(await lineOf(SUBSCRIPTION_ENDED)).toMatchObject({
      outcome: 'errors',
      codes: ['SERVER_DRAINING'],
      why: 'SERVER_DRAINING',
    });
  });

  it('over SSE is two lines too', async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { ...asAcme.headers, accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query: WATCH, variables: { locators: [hi(1)] } }),
    });
    const begun = await lineOf(BEGUN);
    gateway.say(1, { status: 'completed' });
    await response.text();

    const requestId = response.headers.get('x-request-id');
    expect(begun).toMatchObject({ requestId, tenant: 'acme', name: 'Watch', transport: 'sse' });
    expect(await lineOf(SUBSCRIPTION_ENDED)).toMatchObject({ requestId, outcome: 'ok', why: 'completed' });
  });

  it('over SSE says that its caller is gone, or that the gateway went down', async () => {
    const open = async (signal?: AbortSignal) =>
      fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { ...asAcme.headers, accept: 'text/event-stream', 'content-type': 'application/json' },
        body: JSON.stringify({ query: WATCH, variables: { locators: [hi(1)] } }),
        ...(signal === undefined ? {} : { signal }),
      });
    const leaving = new AbortController();
    await open(leaving.signal);
    leaving.abort();
    expect(await lineOf(SUBSCRIPTION_ENDED)).toMatchObject({ outcome: 'left', why: 'disconnected' });

    const second = await open();
    await expect.poll(() => linesOf(gateway, BEGUN)).toHaveLength(2);
    // Cut, so that its client comes back.
    await Promise.all([expect(second.text()).rejects.toThrow(), gateway.gateway.drain()]);
    expect(linesOf(gateway, SUBSCRIPTION_ENDED)[1]).toMatchObject({ why: 'SERVER_DRAINING' });
  });
});

describe('a request that is refused', () => {
  const JSON_TYPE = { 'content-type': 'application/json' };
  const post = (headers: Record<string, string>, body = '{"query":"{ __typename }"}') =>
    fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body });

  it.each([
    ['unauthenticated', {}, undefined],
    ['unauthenticated', { authorization: 'Bearer wrong' }, undefined],
    ['forbidden_origin', { origin: 'https://evil.example' }, undefined],
    ['media_type', { 'content-type': 'text/plain' }, undefined],
    ['too_large', asAcme.headers, ' '.repeat(262_145)],
  ] as const)('is one line with the reason %s', async (reason, headers, body) => {
    const response = await post({ ...JSON_TYPE, ...headers }, body);
    await response.text();

    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await lineOf(REFUSED)).toMatchObject({
      requestId: response.headers.get('x-request-id'),
      reason,
      transport: 'http',
      clientAddress: '127.0.0.1',
    });
  });

  it('tells its caller the id of that line', async () => {
    const response = await post(JSON_TYPE);
    const { errors } = (await response.json()) as { errors: { extensions: { requestId: string } }[] };

    expect(errors[0]?.extensions.requestId).toBe(response.headers.get('x-request-id'));
    expect(await lineOf(REFUSED)).toMatchObject({ requestId: errors[0]?.extensions.requestId });
  });

  it('over a websocket is a line as well', async () => {
    const peer = new Peer(gateway.url);
    await peer.opened;
    peer.send({ type: 'connection_init', payload: { authorization: 'Bearer wrong' } });
    await peer.closed;

    expect(await lineOf(REFUSED)).toMatchObject({ reason: 'unauthenticated', transport: 'websocket' });
  });

  it('over a websocket of a foreign origin is a line as well', async () => {
    const peer = new Peer(gateway.url, { options: { origin: 'https://evil.example' } });
    await peer.closed;

    expect(await lineOf(REFUSED)).toMatchObject({ reason: 'forbidden_origin', transport: 'websocket' });
  });

  it('because its body is longer than it says is a line as well', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(' '.repeat(100_000)));
      },
    });
    const init = { method: 'POST', headers: { ...JSON_TYPE, ...asAcme.headers }, body, duplex: 'half' };
    await fetch(`${gateway.url}/graphql`, init as RequestInit).catch(() => undefined);

    expect(await lineOf(REFUSED)).toMatchObject({ reason: 'too_large', tenant: 'acme', caller: 'ops' });
  });

  it('very often is counted each time, and does not drown the log', async () => {
    let now = 0;
    const clock = { now: () => now, setTimer: systemClock.setTimer };
    await using own = await startTestGateway({ config: { access: ACCESS }, tools: { clock } });
    const ask = () => fetch(`${own.url}/graphql`, { method: 'POST', headers: JSON_TYPE, body: '{}' });
    for (let round = 0; round < 250; round += 1) await (await ask()).text();
    now += 10_000;
    await ask();

    const lines = linesOf(own, REFUSED);
    expect(lines).toHaveLength(101);
    expect(lines[100]).toMatchObject({ reason: 'unauthenticated', leftOut: 150 });
    expect(await readSum(own.url, 'waybill_refused_requests_total', 'unauthenticated')).toBe(251);
  });
});
