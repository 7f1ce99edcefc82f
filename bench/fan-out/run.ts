import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { median, type ServerName } from './bench.ts';
import { compile } from './compile.ts';
import { readFileLimit } from './file-limit.ts';
import { measureIdleMemory } from './scenarios/idle-memory.ts';
import { measureOneExport } from './scenarios/one-export.ts';
import { measurePushCost } from './scenarios/push-cost.ts';
import { measureStalled } from './scenarios/stalled.ts';
import { measureVendorCalls } from './scenarios/vendor-calls.ts';
import { startCountingVendor } from './vendor.ts';

/** The whole benchmark in one run: `npx tsx bench/fan-out/run.ts`; see bench/README.md for its options. */
const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'cpu,memory,one-export,stalled,calls' },
    servers: { type: 'string', default: 'peer,gateway,bare' },
    repeat: { type: 'string', default: '3' },
    subscribers: { type: 'string', default: '2000' },
    changes: { type: 'string', default: '50' },
    idle: { type: 'string', default: '5000' },
    many: { type: 'string', default: '10000' },
  },
});
const scenarios = new Set(options.only.split(','));
const servers = options.servers.split(',') as ServerName[];
const repeat = Number(options.repeat);
// A process needs some descriptors besides its sockets.
const most = readFileLimit() - 200;
const many = Math.min(Number(options.many), most);

compile();
await using vendor = await startCountingVendor();
const times = [...Array(repeat).keys()];
console.log(`Node ${process.version}, ${cpus().length} processors, ${most} sockets per process at most`);

if (scenarios.has('cpu')) {
  for (const [sockets, operationsPerSocket] of [
    [Number(options.subscribers), 1],
    [Number(options.subscribers) / 100, 100],
  ] as const) {
    const settings = { vendor, sockets, operationsPerSocket, changes: Number(options.changes) };
    const costs: Partial<Record<ServerName, number>> = {};
    let messageBytes = 600;
    console.log(`\n${sockets} sockets x ${operationsPerSocket} subscriptions, ${options.changes} changes`);
    for (const server of servers) {
      const runs = [];
      for (const _ of times) runs.push(await measurePushCost(server, { ...settings, messageBytes }));
      if (server !== 'bare') messageBytes = runs[0]?.messageBytes ?? messageBytes;
      costs[server] = median(runs.map(({ cpuUs }) => cpuUs));
      const shown = runs.map(({ cpuUs, systemUs }) => `${cpuUs.toFixed(1)} (kernel ${systemUs.toFixed(1)})`);
      console.log(`  ${server.padEnd(8)} CPU per push, us: ${shown.join(', ')}; ${messageBytes} bytes`);
    }
    printRatios('CPU per push', costs);
  }
}

if (scenarios.has('memory')) {
  for (const [sockets, operationsPerSocket] of [
    [Math.min(Number(options.idle), most), 1],
    [Number(options.idle) / 100, 100],
  ] as const) {
    const heap: Partial<Record<ServerName, number>> = {};
    const rss: Partial<Record<ServerName, number>> = {};
    console.log(`\n${sockets} sockets x ${operationsPerSocket} subscriptions, idle`);
    for (const server of servers) {
      const runs = [];
      for (const _ of times)
        runs.push(await measureIdleMemory(server, { vendor, sockets, operationsPerSocket }));
      heap[server] = median(runs.map(({ heapBytes }) => heapBytes));
      rss[server] = median(runs.map(({ rssBytes }) => rssBytes));
      const shown = runs.map(
        ({ heapBytes, rssBytes }) => `${Math.round(heapBytes)} / ${Math.round(rssBytes)}`,
      );
      console.log(`  ${server.padEnd(8)} bytes per idle subscriber, heap / RSS: ${shown.join(', ')}`);
    }
    printRatios('heap per idle subscriber', heap);
    printRatios('RSS per idle subscriber', rss);
  }
}

if (scenarios.has('one-export')) {
  for (const [sockets, operationsPerSocket] of [
    [many, 1],
    [Math.ceil(many / 100), 100],
  ] as const) {
    console.log(`\none export, ${sockets} sockets x ${operationsPerSocket} subscriptions`);
    for (const server of servers) {
      const settings = { vendor, sockets, operationsPerSocket, changes: 5 * repeat };
      const { readyMs, handedMs, receivedMs } = await measureOneExport(server, settings);
      console.log(
        `  ${server.padEnd(8)} ms from the poll to the first write: best ${Math.min(...readyMs).toFixed(1)}, median ${median(readyMs).toFixed(1)};` +
          ` to the last write: best ${Math.min(...handedMs).toFixed(1)}, median ${median(handedMs).toFixed(1)};` +
          ` to the last receipt: best ${Math.min(...receivedMs).toFixed(1)}, median ${median(receivedMs).toFixed(1)}`,
      );
    }
  }
}

if (scenarios.has('stalled')) {
  console.log(`\n${many / 10} of ${many} sockets stop reading`);
  for (const server of servers.filter((name) => name !== 'bare')) {
    const settings = { vendor, sockets: many, stalled: many / 10, changes: 100, paddingBytes: 16_384 };
    const seen = await measureStalled(server, settings).catch((error: unknown) => String(error));
    console.log(`  ${server.padEnd(8)}`, JSON.stringify(seen));
  }
}

if (scenarios.has('calls')) {
  console.log('\nvendor calls per second, 100 exports polled once a second');
  for (const kind of ['listing', 'plain'] as const) {
    for (const subscribers of [1, 100, 10_000]) {
      const calls = await measureVendorCalls({ vendor, subscribers, exports: 100, kind });
      console.log(`  ${kind.padEnd(8)} ${String(subscribers).padStart(6)} subscribers: ${calls.toFixed(1)}`);
    }
  }
}

function printRatios(title: string, values: Partial<Record<ServerName, number>>): void {
  const { gateway, peer, bare } = values;
  if (gateway !== undefined && peer !== undefined)
    console.log(`  ${title}: gateway / peer = ${(gateway / peer).toFixed(2)}`);
  if (gateway !== undefined && bare !== undefined)
    console.log(`  ${title}: gateway / bare = ${(gateway / bare).toFixed(2)}`);
}
