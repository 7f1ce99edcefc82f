import { describe, expect, it } from 'vitest';
import {
  hi,
  type LiveGateway,
  startLiveGateway,
  toHiAccount,
} from '../graphql/subscriptions/live-gateway.ts';
import { Peer } from '../graphql/subscriptions/peer.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway } from '../support/gateway.ts';
import { readSamples, readSum } from './support.ts';

const READ = 'query Read($locators: [ExportLocator!]!) { exports(locators: $locators) { status } }';
const WATCH = `subscription Watch($locators: [ExportLocator!]!) {
  exportEvents(locators: $locators) { __typename }
}`;

const read = (gateway: LiveGateway, ...ids: number[]) =>
  gateway.query(READ, { locators: ids.map((id) => hi(id)) });

describe('/metrics', () => {
  it('is only read', async () => {
    await using gateway = await startTestGateway();
    const ask = (method: string) => fetch(`${gateway.url}/metrics`, { method });

    expect([(await ask('GET')).status, (await ask('HEAD')).status]).toEqual([200, 200]);
    const refused = await ask('POST');
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('counts operations by type, transport and outcome, and measures queries', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'completed' });
    await read(gateway, 1);
    await read(gateway, 2);
    await using peer = await Peer.connect(gateway.url);
    await peer.ask('1', READ, { locators: [hi(1)] });
    await peer.ask('2', WATCH, { locators: [hi(1)] });

    const counted = async () =>
      Object.fromEntries(await readSamples(gateway.url, 'waybill_operations_total'));
    await expect.poll(counted).toEqual({
      'type="query",transport="http",outcome="ok"': 1,
      'type="query",transport="http",outcome="errors"': 1,
      'type="query",transport="websocket",outcome="ok"': 1,
      'type="subscription",transport="websocket",outcome="ok"': 1,
    });
    const measured = Object.fromEntries(await readSamples(gateway.url, 'waybill_operation_seconds_count'));
    expect(measured).toEqual({ 'type="query",transport="http"': 2, 'type="query",transport="websocket"': 1 });
  });

  it('has no label that a caller chooses', async () => {
    await using gateway = await startLiveGateway();
    for (let round = 0; round < 20; round += 1) {
      await gateway.query(`query Name${round} { alias${round}: __typename }`);
      await fetch(`${gateway.url}/path${round}`);
    }
    await expect.poll(() => readSum(gateway.url, 'waybill_operations_total')).toBe(20);

    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).not.toMatch(/Name\d|alias\d|path\d/);
    expect((await readSamples(gateway.url, 'waybill_operations_total')).size).toBe(1);
  });

  it('counts what is really written to subscribers, by transport', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'completed' });
    await using peer = await Peer.connect(gateway.url);
    await peer.ask('1', WATCH, { locators: [hi(1)] });
    await peer.ask('2', WATCH, { locators: [hi(1)] });
    const stream = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query: WATCH, variables: { locators: [hi(1)] } }),
    });
    await stream.text();

    const pushed = () => readSamples(gateway.url, 'waybill_pushes_total');
    expect(Object.fromEntries(await pushed())).toEqual({ 'transport="websocket"': 2, 'transport="sse"': 1 });
  });

  it('tells how long calls waited for their turn, and what for', async () => {
    await using gateway = await startLiveGateway({
      speed: 1,
      accounts: (url) => [
        toHiAccount(url, { key: 'narrow', limits: { requestsPerSecond: 10_000, maxConcurrent: 1 } }),
        toHiAccount(url, { key: 'slow', limits: { requestsPerSecond: 1, maxConcurrent: 10 } }),
      ],
    });
    // The first of the narrow account holds its place until both of the others have been answered.
    const others = new Set<string>();
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    gateway.vendor.answer(async ({ url }) => {
      const id = url.split('/').at(-1) ?? '';
      if (id === '1') await released;
      else others.add(id);
      if (others.has('3') && others.has('4')) release();
      return { body: { export: { id: Number(id), report_type: 'deals_excel', status: 'pending' } } };
    });
    const one = (id: number, account: string) => gateway.query(READ, { locators: [hi(id, account)] });
    await Promise.all([one(1, 'narrow'), one(2, 'narrow'), one(3, 'slow'), one(4, 'slow')]);

    const waits = Object.fromEntries(await readSamples(gateway.url, 'waybill_limiter_wait_seconds_count'));
    expect(waits).toEqual({
      'vendor="hi-energy",account="narrow",cause="concurrency"': 1,
      'vendor="hi-energy",account="slow",cause="rate"': 1,
    });
    expect(await readSum(gateway.url, 'waybill_limiter_wait_seconds_sum', 'slow')).toBeGreaterThan(0.9);
  });

  it('shows which accounts leave their vendor alone, and which were asked to wait', async () => {
    await using gateway = await startLiveGateway({
      accounts: (url) => [toHiAccount(url, { key: 'waiting' })],
    });
    gateway.vendor.answer(({ url }) => {
      const isWaiting = url.endsWith('/2');
      return isWaiting ? { status: 429, headers: { 'retry-after': '3600' } } : { status: 500 };
    });
    for (let round = 0; round < 5; round += 1) await gateway.query(READ, { locators: [hi(1, 'hi')] });
    await gateway.query(READ, { locators: [hi(2, 'waiting')] });

    expect(Object.fromEntries(await readSamples(gateway.url, 'waybill_breaker_open'))).toEqual({
      'vendor="hi-energy",account="hi"': 1,
      'vendor="hi-energy",account="waiting"': 0,
    });
    expect(Object.fromEntries(await readSamples(gateway.url, 'waybill_account_throttled'))).toEqual({
      'vendor="hi-energy",account="hi"': 0,
      'vendor="hi-energy",account="waiting"': 1,
    });
  });

  it('counts tokens by account and outcome', async () => {
    let round = 0;
    await using vendor = await startFakeVendor(({ url }) => {
      if (!url.includes('token')) return { status: 200, body: {} };
      round += 1;
      return round === 1
        ? { status: 503 }
        : { body: { access_token: 'a-token-of-the-vendor', token_type: 'Bearer', expires_in: 600 } };
    });
    await using gateway = await startTestGateway({
      accounts: [
        {
          key: 'desk',
          vendor: 'talkdesk',
          baseUrl: vendor.url,
          credential: {
            type: 'client-credentials',
            tokenUrl: `${vendor.url}/oauth/token`,
            clientId: 'client',
            clientSecret: 'secret-of-client',
          },
        },
      ],
    });
    const locators = [{ talkdesk: { reportType: 'calls', jobId: '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e03' } }];
    await gateway.query(READ, { locators });
    await gateway.query(READ, { locators });

    expect(Object.fromEntries(await readSamples(gateway.url, 'waybill_tokens_refreshed_total'))).toEqual({
      'vendor="talkdesk",account="desk",outcome="failed"': 1,
      'vendor="talkdesk",account="desk",outcome="renewed"': 1,
    });
  });

  it('counts an account that callers bring tokens for as one, however many tokens there are', async () => {
    await using gateway = await startLiveGateway({
      accounts: (url) => [toHiAccount(url, { key: 'own', credential: { type: 'caller' } })],
    });
    gateway.say(1, { status: 'completed' });
    for (let caller = 0; caller < 20; caller += 1) {
      const headers = { 'x-waybill-token-own': `token-of-caller-${caller}` };
      await gateway.query(READ, { locators: [hi(1, 'own')] }, { headers });
    }

    expect(await readSum(gateway.url, 'waybill_vendor_call_seconds_count', 'account="own"')).toBe(20);
    const calls = [...(await readSamples(gateway.url, 'waybill_vendor_call_seconds_count')).keys()];
    expect(calls.filter((labels) => labels.includes('"own"'))).toHaveLength(1);
    const breakers = [...(await readSamples(gateway.url, 'waybill_breaker_open')).keys()];
    expect(breakers.filter((labels) => labels.includes('"own"'))).toHaveLength(1);
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).not.toContain('token-of-caller');
  });
});

describe('a gateway in production that shows its metrics to strangers', () => {
  const keys = [{ name: 'ops', key: 'key-of-ops' }];
  const WARNING = 'Metrics are served to whoever reaches the public port: set server.metricsPort.';

  it.each([
    [{ access: { mode: 'keys', keys }, server: { mode: 'production' } }, [WARNING]],
    [{ access: { mode: 'keys', keys }, server: { mode: 'production', metricsPort: 0 } }, []],
    [{ access: { mode: 'keys', keys }, server: { mode: 'development' } }, []],
    [{ server: { mode: 'production' } }, []],
  ])('says so when it starts: %j', async (config, warnings) => {
    await using gateway = await startTestGateway({ config });

    const told = gateway.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
    expect(told).toEqual(warnings);
  });
});
