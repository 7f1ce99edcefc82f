import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportEvent } from '@waybill/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWaybillWith } from '../../../packages/client/src/client.ts';
import { type LiveGateway, startLiveGateway, toHiAccount } from '../../graphql/subscriptions/live-gateway.ts';
import { startProxy } from '../../support/cuttable-proxy.ts';
import { startFakeVendor } from '../../support/fake-vendor.ts';
import { GatewayProcess } from '../../tracking/crash/gateway-process.ts';
import {
  collect,
  connect,
  countSockets,
  createFastClock,
  startPickyProxy,
  startSlowProxy,
  until,
  webSocket,
} from './support.ts';

const toPort = (url: string): number => Number(new URL(url).port);
const statusesOf = (events: readonly ExportEvent[]) => events.map(({ export: now }) => now?.status);

describe('a client on a bad line', () => {
  it.each(['ws', 'sse'] as const)(
    'notices within 45 seconds that nothing comes any more, over %s',
    async (transport) => {
      await using gateway = await startLiveGateway();
      const proxy = await startProxy(toPort(gateway.url));
      gateway.say(1, { status: 'pending' });
      const clock = createFastClock(30);
      const url = `http://127.0.0.1:${proxy.port}`;
      await using client = createWaybillWith({ url, transport, webSocket }, clock);
      await using other = connect(gateway.url);
      const seen = collect(other.watch('hi-energy:1'));
      const { list, end } = collect(client.watch('hi-energy:1'));
      await until(() => list.length === 1 && seen.list.length === 1);

      proxy.hang();
      const hungAt = clock.now();
      gateway.say(1, { status: 'processing' });
      await until(() => client.connection.get().state === 'resuming', 'the loss');
      const noticedMs = clock.now() - hungAt;
      gateway.say(1, { status: 'completed' });
      await seen.end;
      proxy.heal();
      await end;
      await proxy.close();

      expect(noticedMs).toBeLessThan(45_000);
      expect(statusesOf(list)).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
      expect(list.at(-1)?.export?.hasGap).toBe(false);
    },
  );

  it('gives up a connection that is never made', async () => {
    await using gateway = await startLiveGateway();
    const proxy = await startProxy(toPort(gateway.url));
    gateway.say(1, { status: 'completed' });
    proxy.hang();
    const clock = createFastClock(30);
    const url = `http://127.0.0.1:${proxy.port}`;
    await using client = createWaybillWith({ url, webSocket }, clock);
    const done = client.done('hi-energy:1');
    await until(() => client.connection.get().state === 'resuming', 'all ways to be tried');

    proxy.heal();
    const ended = await done;
    await proxy.close();

    expect(ended.status).toBe('SUCCEEDED');
  });

  it.each(['ws', 'sse', 'poll'] as const)(
    'takes its time where the line does, over %s',
    async (transport) => {
      // The gateway's own patience with a silent client is counted by its clock.
      await using gateway = await startLiveGateway({ speed: 2 });
      await using slow = await startSlowProxy(gateway.url, 150);
      for (let id = 1; id <= 20; id += 1) gateway.say(id, { status: 'processing' });
      await using client = connect(slow.url, { transport });
      const { list, end } = collect(
        client.watch(Array.from({ length: 20 }, (_, id) => `hi-energy:${id + 1}`)),
      );
      await until(() => list.length === 20, 'all of them');

      for (let id = 1; id <= 20; id += 1) gateway.say(id, { status: 'completed' });
      await end;

      expect(statusesOf(list).filter((status) => status === 'RUNNING')).toHaveLength(20);
      expect(statusesOf(list).filter((status) => status === 'SUCCEEDED')).toHaveLength(20);
    },
  );

  it('polls what is more than a browser has connections for', async () => {
    await using gateway = await startLiveGateway({ speed: 2 });
    await using proxy = await startPickyProxy(gateway.url, { streams: true });
    for (let id = 1; id <= 620; id += 1) gateway.say(id, { status: 'processing' });
    await using client = connect(proxy.url);
    const set = client.follow(Array.from({ length: 620 }, (_, id) => `hi-energy:${id + 1}`));
    await until(() => set.getSnapshot().length === 620, 'all of them');

    gateway.say(1, { status: 'completed' });
    gateway.say(620, { status: 'completed' });
    await until(() => set.getSnapshot().filter(({ isTerminal }) => isTerminal).length === 2, 'two ends');

    expect(proxy.counts.streams).toBe(4);
    expect(client.connection.get()).toEqual({ state: 'live' });
  });
});

/** A vendor's words for one export, in the order in which they may come. */
const WORDS = ['pending', 'processing', 'completed'] as const;
const EXPORTS = 3;

type Step = { readonly export: number } | 'cut' | 'heal' | 'look';

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ export: fc.integer({ min: 0, max: EXPORTS - 1 }) }) },
    { weight: 2, arbitrary: fc.constant('cut' as const) },
    { weight: 2, arbitrary: fc.constant('heal' as const) },
    { weight: 1, arbitrary: fc.constant('look' as const) },
  ),
  { minLength: 4, maxLength: 14 },
);

/** Status by status, what was told of each export. */
function toStories(events: readonly ExportEvent[]): Record<string, readonly (string | undefined)[]> {
  const stories: Record<string, (string | undefined)[]> = {};
  for (const { exportId, export: now } of events) {
    stories[exportId] ??= [];
    stories[exportId].push(now?.status);
  }
  return stories;
}

async function play(gateway: LiveGateway, first: number, plan: readonly Step[], transport: 'ws' | 'sse') {
  const proxy = await startProxy(toPort(gateway.url));
  const ids = Array.from({ length: EXPORTS }, (_, index) => first + index);
  const said = ids.map(() => 0);
  const say = (index: number, word: number): void => {
    said[index] = word;
    gateway.say(ids[index] ?? 0, { status: WORDS[word] ?? 'completed' });
  };
  for (const index of said.keys()) say(index, 0);
  const locators = ids.map((id) => `hi-energy:${id}`);
  await using witness = connect(gateway.url);
  const sockets = countSockets();
  await using client = connect(`http://127.0.0.1:${proxy.port}`, {
    ...sockets,
    transport,
    retry: { minMs: 1, maxMs: 10 },
  });
  const truth = collect(witness.watch(locators));
  const { list, end } = collect(client.watch(locators));
  const set = client.follow(locators);
  await until(() => list.length === EXPORTS && truth.list.length === EXPORTS);

  for (const step of plan) {
    if (step === 'cut') proxy.cut();
    else if (step === 'heal') proxy.heal();
    else if (step === 'look') await new Promise((resolve) => setTimeout(resolve, 15));
    else {
      const word = Math.min((said[step.export] ?? 0) + 1, 2);
      const told = truth.list.length;
      if (said[step.export] === word) continue;
      say(step.export, word);
      // The vendor is asked now and then: what it says in between is nobody's knowledge.
      await until(() => truth.list.length > told, 'the change');
    }
  }
  for (const [index, word] of said.entries()) if (word < 2) say(index, 2);
  await truth.end;
  proxy.heal();
  await end;
  await proxy.close();
  return { truth: truth.list, told: list, shown: set.getSnapshot() };
}

describe.each(['ws', 'sse'] as const)('whatever happens to the line, over %s', (transport) => {
  it('everything is told once, in order, and what is shown is the truth', { timeout: 120_000 }, async () => {
    await using gateway = await startLiveGateway();
    let first = 1;

    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        first += EXPORTS;
        const { truth, told, shown } = await play(gateway, first, plan, transport);

        expect(toStories(told)).toEqual(toStories(truth));
        expect(new Set(told.map(({ cursor }) => cursor)).size).toBe(told.length);
        expect(shown.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
        expect(shown.map(({ hasGap }) => hasGap)).toEqual([false, false, false]);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a gateway that is killed', { timeout: 120_000 }, () => {
  it('is gone without a word; the next one goes on, and says that there may be a gap', async () => {
    let status = 'processing';
    await using vendor = await startFakeVendor(({ url }) => ({
      body: url.includes('?') ? { exports: [] } : { export: { id: 1, report_type: 'deals_excel', status } },
    }));
    const port = await (async () => {
      const proxy = await startProxy(1);
      await proxy.close();
      return proxy.port;
    })();
    const folder = mkdtempSync(join(tmpdir(), 'waybill-client-'));
    const file = join(folder, 'waybill.yaml');
    writeFileSync(
      file,
      JSON.stringify({ server: { host: '127.0.0.1', port }, accounts: [toHiAccount(vendor.url)] }),
    );
    const first = new GatewayProcess(file);
    const url = (await first.url()) ?? '';
    const sockets = countSockets();
    await using client = connect(url, sockets);
    const { list, end } = collect(client.watch('hi-energy:1'));
    await until(() => list.length === 1);

    await first.end('SIGKILL');
    await until(() => client.connection.get().state === 'resuming');
    status = 'completed';
    const second = new GatewayProcess(file);
    await end;
    await second.end('SIGTERM');
    rmSync(folder, { recursive: true });

    expect(statusesOf(list)).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(list.map(({ export: now }) => now?.hasGap)).toEqual([false, true]);
    await until(() => sockets.alive === 0);
  });
});
