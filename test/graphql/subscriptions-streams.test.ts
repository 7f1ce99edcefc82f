import { describe, expect, it } from 'vitest';
import { toExportKey } from '../../src/export/locator.ts';
import { HI_ENERGY_LOCATOR } from '../../src/vendors/hi-energy/types.ts';
import { hi, startLiveGateway, toHiAccount } from './subscriptions/live-gateway.ts';
import { expectQuiet } from './subscriptions/quiet.ts';
import { TRANSPORTS, toStory } from './subscriptions/transports.ts';

const UUID = 'bbbbbbbb-0000-4000-8000-000000000002';
const ONE = 'exportEvents(locators: [{ hiEnergy: { exportId: "1" } }]) { cursor }';
const ALIASES = Array.from({ length: 31 }, (_, n) => `a${n}: cursor`).join(' ');

expectQuiet();

describe.each(TRANSPORTS)('a subscription over %s', (_name, open) => {
  it('tells the state now, then progress and every transition, then completes by itself', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'pending' });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });

    await stream.until((events) => events.length === 1);
    gateway.say(1, { status: 'processing', parts: 10 });
    await stream.until((events) => events.length === 2);
    gateway.say(1, { status: 'processing', parts: 60 });
    await stream.until((events) => events.length === 3);
    gateway.say(1, { status: 'completed', parts: 100 });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(stream.events)).toEqual([
      'Snapshot 1 QUEUED',
      'StatusChanged 1 RUNNING 10',
      'Progressed 1 RUNNING 60',
      'StatusChanged 1 SUCCEEDED 100',
    ]);
    expect(stream.events[3]).toMatchObject({ from: 'RUNNING', to: 'SUCCEEDED' });
  });

  it.each([
    ['completed', 'Snapshot 1 SUCCEEDED'],
    ['failed', 'Snapshot 1 FAILED'],
  ])('tells an export that is %s already once, and completes', async (status, line) => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status });
    await using stream = await open(gateway.url, { variables: { locators: [hi(1)] } });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(stream.events)).toEqual([line]);
    expect(gateway.polls(1)).toBe(1);
  });

  it('tells whoever joins late the state now, and from then on the same as everybody', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing', parts: 40 });
    const request = { variables: { locators: [hi(1)] } };
    await using early = await open(gateway.url, request);
    await early.until((events) => events.length === 1);
    gateway.say(1, { status: 'processing', parts: 70 });
    await early.until((events) => events.length === 2);

    await using late = await open(gateway.url, request);
    await late.until((events) => events.length === 1);
    gateway.say(1, { status: 'completed', parts: 100 });
    await Promise.all([early.ended, late.ended]);

    expect(toStory(late.events)).toEqual(['Snapshot 1 RUNNING 70', 'StatusChanged 1 SUCCEEDED 100']);
    expect(late.events[1]).toEqual(early.events[2]);
  });

  it('counts an export once, however often and in whatever way it is named', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    const { id } = toExportKey(HI_ENERGY_LOCATOR, 'hi-energy', 'hi', { exportId: '1' });
    const locators = [hi(1), hi(1), hi(1, 'hi'), { id }];
    await using stream = await open(gateway.url, { variables: { locators } });
    await stream.until((events) => events.length === 1);

    gateway.say(1, { status: 'failed' });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    expect(toStory(stream.events)).toEqual(['Snapshot 1 RUNNING', 'StatusChanged 1 FAILED']);
    expect(new Set(stream.events.map(({ exportId }) => exportId))).toEqual(new Set([id]));
  });

  it('ends for each export by itself: hopeless ones fail, the good ones go on', async () => {
    await using gateway = await startLiveGateway({
      accounts: (url) => [toHiAccount(url, { key: 'foreign', tenant: 'acme' })],
    });
    gateway.say(1, { status: 'processing' });
    const locators = [hi(404), hi(7, 'nobody'), hi(1), hi(8, 'foreign')];
    await using stream = await open(gateway.url, { variables: { locators } });

    await stream.until((events) => events.length === 4);
    gateway.say(1, { status: 'completed' });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    // Nobody is asked about unknown accounts; an export that the vendor does not know may have been created just now.
    expect([...toStory(stream.events).slice(0, 3)].sort()).toEqual([
      'Snapshot 1 RUNNING',
      'WatchFailed 7 - EXPORT_NOT_FOUND',
      'WatchFailed 8 - EXPORT_NOT_FOUND',
    ]);
    expect(toStory(stream.events).slice(3)).toEqual([
      'WatchFailed 404 - EXPORT_NOT_FOUND',
      'StatusChanged 1 SUCCEEDED',
    ]);
    expect(gateway.vendor.requests.filter(({ url }) => /\/[78]$/.test(url))).toEqual([]);
  });

  it('completes where every export is hopeless', async () => {
    await using gateway = await startLiveGateway();
    await using stream = await open(gateway.url, {
      variables: {
        locators: [hi(1, 'nobody'), { powerBi: { account: 'no', reportId: UUID, exportId: 'x' } }],
      },
    });

    expect(await stream.ended).toEqual({ type: 'complete', errors: [] });
    expect([...toStory(stream.events)].sort()).toEqual([
      'WatchFailed 1 - EXPORT_NOT_FOUND',
      'WatchFailed x - EXPORT_NOT_FOUND',
    ]);
    expect(gateway.vendor.requests).toEqual([]);
  });

  it.each([
    ['101 locators', { locators: Array.from({ length: 101 }, (_, n) => hi(n + 1)) }, 'locators holds 101'],
    ['no locator', { locators: [] }, 'locators is empty'],
    ['an id that is none', { locators: [hi(1), hi('../2')] }, 'locator.hiEnergy.exportId'],
    ['a forged global id', { locators: [{ id: 'bm9uZQ' }] }, 'not a global id'],
    ['an empty locator', { locators: [{}] }, 'ExportLocator'],
    ['two names for one export', { locators: [{ ...hi(1), id: 'x' }] }, 'ExportLocator'],
    [
      'a vendor without an account',
      { locators: [{ talkdesk: { reportType: 'a', jobId: 'b' } }] },
      'talkdesk',
    ],
    ['a forged cursor', { locators: [hi(1)], after: 'abc.1.0123456789abcd' }, 'after is not a cursor'],
    ['an empty cursor', { locators: [hi(1)], after: '' }, 'after is not a cursor'],
    ['a cursor of 10 kB', { locators: [hi(1)], after: 'a'.repeat(10_000) }, 'after is not a cursor'],
  ])('refuses %s as a whole, and asks nobody', async (_what, variables, message) => {
    await using gateway = await startLiveGateway();
    await using stream = await open(gateway.url, { variables });

    const end = await stream.ended;

    expect(end.type).toBe('errors');
    expect(end.errors).toHaveLength(1);
    expect(end.errors[0]?.message).toContain(message);
    if (!message.startsWith('ExportLocator'))
      expect(end.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(stream.events).toEqual([]);
    expect(gateway.vendor.requests).toEqual([]);
  });

  it.each([
    ['a syntax error', 'subscription {', 'Syntax Error'],
    ['an unknown field', 'subscription { nothing }', 'Cannot query field'],
    ['two root fields', `subscription { a: ${ONE} b: ${ONE} }`, 'must select only one'],
    ['too many aliases', `subscription { ${ONE.replace('{ cursor', `{ ${ALIASES}`)} }`, 'aliases'],
    ['an operation that is not there', `subscription A { ${ONE} }`, 'Could not determine', 'B'],
    [
      'two operations and no name',
      `subscription A { ${ONE} } subscription B { ${ONE} }`,
      'Could not determine',
    ],
  ])('refuses %s', async (_what, query, message, operationName?: string) => {
    await using gateway = await startLiveGateway();
    await using stream = await open(gateway.url, { query, operationName });

    const end = await stream.ended;

    expect(end.type).toBe('errors');
    expect(end.errors[0]?.message).toContain(message);
    expect(gateway.vendor.requests).toEqual([]);
  });
});
