import { join } from 'node:path';
import { startChild } from '../fan-out/child.ts';
import { compile } from '../fan-out/compile.ts';
import type { Usage } from '../fan-out/measured-server.ts';
import { type Kind, subscribe, trackExports } from './callers.ts';
import { startReceiver } from './receiver.ts';
import { createFolder, type GatewaySettings, pause, print, serve, toConfig, until } from './setup.ts';
import { startCountingVendor } from './vendor.ts';
import { countCommits } from './wal.ts';

/** Asked once a second, whatever happens. */
const EVERY_SECOND = { minMs: 1_000, maxMs: 1_000 };
/** Not asked again while something else is measured. */
const HARDLY_EVER = { minMs: 600_000, maxMs: 600_000 };

/** Vendor calls for each tracked export until it has ended, by how many look on. */
export async function measureCalls(): Promise<void> {
  const exports = 100;
  for (const kind of ['listing', 'plain'] as const satisfies readonly Kind[])
    for (const subscribers of [0, 1, 100]) {
      await using vendor = await startCountingVendor();
      using folder = createFolder();
      const settings = { store: { kind: 'memory' }, polling: EVERY_SECOND };
      await using gateway = await serve(folder.path, toConfig(vendor, settings));
      await using lookers = subscribe(gateway.url, subscribers);
      vendor.behaviour = { jobMs: 20_000 };

      await trackExports(gateway.url, kind, 1, exports);
      await until('not every export ended', () => vendor.ended.size >= exports);
      // A call more would be one too many, and is counted.
      await pause(3_000);

      const { single, list } = vendor.calls;
      print(
        `vendor calls per tracked export of 20 s, ${kind}, ${subscribers} subscribers`,
        `${((single + list) / exports).toFixed(2)} (${single} single, ${list} lists; ${lookers.events} events)`,
      );
    }
}

/** Durable transactions for each poll, as the file's log shows them. */
export async function measureWrites(): Promise<void> {
  const exports = 100;
  const windowMs = 20_000;
  await using vendor = await startCountingVendor();
  using folder = createFolder();
  const path = join(folder.path, 'waybill.db');
  const settings = { store: { kind: 'sqlite', path }, polling: EVERY_SECOND };
  await using gateway = await serve(folder.path, toConfig(vendor, settings));
  await trackExports(gateway.url, 'plain', 1, exports);
  await pause(3_000);
  using commits = countCommits(path);

  const report = (what: string, before: number): void => {
    const polls = vendor.calls.single + vendor.calls.list;
    print(`transactions in polls that ${what}`, `${commits.count() - before} in ${polls} polls`);
  };

  for (const [what, behaviour] of [
    ['bring nothing', 'still'],
    ['bring progress', 'progress'],
  ] as const) {
    vendor.behaviour = behaviour;
    // Answers under way still tell of what was before.
    await pause(2_000);
    vendor.reset();
    const before = commits.count();
    await pause(windowMs);
    report(what, before);
  }
  vendor.behaviour = { jobMs: 1 };
  vendor.reset();
  const before = commits.count();
  await until('not every export ended', () => vendor.ended.size >= exports);
  await pause(2_000);
  report(`bring the end of ${exports} exports`, before);
}

/** Heap for each tracked export, with nobody looking on. */
export async function measureMemory(exports: number): Promise<void> {
  compile();
  for (const kind of ['memory', 'sqlite'] as const) {
    await using vendor = await startCountingVendor();
    using folder = createFolder();
    const store = kind === 'memory' ? { kind } : { kind, path: join(folder.path, 'waybill.db') };
    const config = toConfig(vendor, { store, polling: HARDLY_EVER });
    await using gateway = await startChild('../tracking/gateway.ts', { config });
    const url = await gateway.ask<string>('url');
    // What only the first of them costs is no cost of each.
    await trackExports(url, 'plain', 1, 200);
    const before = await gateway.ask<Usage>('collectAndUsage');

    await trackExports(url, 'plain', 201, 200 + exports);
    const after = await gateway.ask<Usage>('collectAndUsage');

    const heap = (after.heapBytes - before.heapBytes) / exports;
    const rss = (after.rssBytes - before.rssBytes) / exports;
    print(
      `bytes per tracked export, ${exports} of them, store ${kind}`,
      `${heap.toFixed(0)} heap, ${rss.toFixed(0)} RSS`,
    );
  }
}

/** From the start of the next process to the first poll of the last of its tracked exports. */
export async function measureRestart(exports: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await using vendor = await startCountingVendor();
    using folder = createFolder();
    const path = join(folder.path, 'waybill.db');
    const config = toConfig(vendor, {
      store: { kind: 'sqlite', path },
      polling: { minMs: 1_000, maxMs: 10_000 },
    });
    await using first = await serve(folder.path, config);
    await trackExports(first.url, 'plain', 1, exports);
    await first.end(signal);
    vendor.reset();

    await using second = await serve(folder.path, config);
    await until('not every export was asked for again', () => vendor.seenAt.size >= exports);

    const seen = [...vendor.seenAt.values()].map((at) => at - second.spawnedAt).sort((a, b) => a - b);
    const toSeconds = (ms = Number.NaN): string => `${(ms / 1_000).toFixed(2)} s`;
    print(
      `restart after ${signal} with ${exports} tracked exports`,
      `listens after ${toSeconds(second.listeningAt - second.spawnedAt)}, polls the first after ${toSeconds(seen[0])}, the last after ${toSeconds(seen.at(-1))}`,
    );
  }
}

/** Webhooks sent for each event: to an endpoint that is well, to one that fails at first, and over a kill. */
export async function measureDeliveries(): Promise<void> {
  const exports = 200;
  await using vendor = await startCountingVendor();
  using folder = createFolder();
  await using well = await startReceiver(() => false);
  await using failing = await startReceiver((attempt) => attempt === 1);
  const settings: GatewaySettings = {
    store: { kind: 'sqlite', path: join(folder.path, 'waybill.db') },
    polling: EVERY_SECOND,
    webhooks: [toEndpoint('well', well.url), toEndpoint('failing', failing.url)],
  };
  const config = toConfig(vendor, settings);
  const reportOf = (name: string, { attempts, taken }: typeof well): void => {
    const sent = [...attempts.values()].reduce((sum, count) => sum + count, 0);
    const events = [...taken.values()].reduce((sum, ids) => sum + ids.size, 0);
    print(
      `webhooks, ${name}`,
      `${(sent / attempts.size).toFixed(3)} deliveries per event, ${(events / taken.size).toFixed(3)} events per export, ${taken.size} exports told of`,
    );
  };

  vendor.behaviour = { jobMs: 5_000 };
  {
    await using gateway = await serve(folder.path, config);
    await trackExports(gateway.url, 'plain', 1, exports);
    await until('not all was delivered', () => well.taken.size === exports && failing.taken.size === exports);
    // Whatever comes twice has time to come.
    await pause(10_000);
    reportOf('endpoint well', well);
    reportOf('endpoint fails each first attempt', failing);

    await trackExports(gateway.url, 'plain', exports + 1, 2 * exports);
    await until('nothing was delivered', () => well.taken.size >= exports * 1.5);
    await gateway.end('SIGKILL');
  }
  await using next = await serve(folder.path, config);
  await until('not all was delivered after the kill', () => well.taken.size === 2 * exports);
  await until('not all was delivered after the kill', () => failing.taken.size === 2 * exports);
  await pause(10_000);
  reportOf('endpoint well, one kill -9 amid deliveries', well);
  reportOf('endpoint fails each first attempt, one kill -9', failing);
  await next.end('SIGTERM');
}

function toEndpoint(key: string, url: string): object {
  const secret = `whsec_${Buffer.from(`tracking-bench-${key}`.padEnd(32, '.')).toString('base64')}`;
  return { key, tenant: 'acme', url, secret, allowPrivate: true };
}
