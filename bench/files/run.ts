/**
 * Streams a big file of Power BI through a gateway, to a reader at full speed and to a slow one, and prints what it costs.
 *
 * Run `node scripts/build.js && npx tsx bench/files/run.ts [GIGABYTES]`; Linux only, since memory is read from /proc.
 */
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GatewayProcess, startGatewayProcess, startVendor, type Vendor } from './processes.ts';

const MEGABYTE = 1_000_000;
const SAMPLE_MS = 50;
const SLOW_SECONDS = 15;
const SLOW_BYTES_PER_SECOND = 2 * MEGABYTE;

const fileBytes = Number(process.argv[2] ?? 2) * 1024 ** 3;

async function main(): Promise<void> {
  await using vendor = await startVendor(fileBytes);
  await using gateway = await startGatewayProcess(vendor.url);
  const url = await readLink(gateway.url);
  // The first opening loads code and opens connections: that is no cost of a big file.
  await readSlowly(url, 1, MEGABYTE);
  await sleep(1_000);
  await measureFast(gateway, url);
  await sleep(1_000);
  await measureSlow(gateway, vendor, url);
}

async function measureFast(gateway: GatewayProcess, url: string): Promise<void> {
  const startedAt = performance.now();
  const { result: bytes, before, most } = await watchMemory(gateway, () => readWhole(url));
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(
    `full speed   ${toMegabytes(bytes)} MB in ${seconds.toFixed(1)} s: ${toMegabytes(bytes / seconds)} MB/s`,
  );
  printMemory(before, most);
}

async function measureSlow(gateway: GatewayProcess, vendor: Vendor, url: string): Promise<void> {
  const sentBefore = (await vendor.counts()).sentBytes;
  const abortedBefore = (await vendor.counts()).aborted;
  const { result, before, most } = await watchMemory(gateway, async () => {
    const read = await readSlowly(url, SLOW_SECONDS, SLOW_BYTES_PER_SECOND);
    return { read, sent: (await vendor.counts()).sentBytes - sentBefore };
  });
  console.log(
    `slow reader  ${toMegabytes(result.read)} MB read in ${SLOW_SECONDS} s, ${toMegabytes(result.sent)} MB taken from the vendor`,
  );
  printMemory(before, most);
  await sleep(500);
  const calls = (await vendor.counts()).aborted - abortedBefore;
  console.log(`             the reader left: ${calls} call of the vendor ended`);
}

function printMemory(before: number, most: number): void {
  console.log(
    `             RSS ${toMegabytes(before)} MB before, ${toMegabytes(most)} MB at most: ${toMegabytes(most - before)} MB more`,
  );
}

/** Runs work while the gateway's memory is sampled. */
async function watchMemory<Result>(gateway: GatewayProcess, work: () => Promise<Result>) {
  const before = await gateway.rssBytes();
  let most = before;
  const timer = setInterval(async () => {
    most = Math.max(most, await gateway.rssBytes());
  }, SAMPLE_MS);
  try {
    return { result: await work(), before, most };
  } finally {
    clearInterval(timer);
  }
}

async function readLink(gatewayUrl: string): Promise<string> {
  const query = `{ export(locator: { powerBi: { reportId: "bbbbbbbb-0000-4000-8000-000000000002", exportId: "big==" } }) { files { url } } }`;
  const answer = await fetch(`${gatewayUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data } = (await answer.json()) as { data: { export: { files: { url: string }[] } } };
  const [file] = data.export.files;
  if (file === undefined) throw new Error('The export has no file.');
  return file.url;
}

function open(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, resolve).on('error', reject);
  });
}

async function readWhole(url: string): Promise<number> {
  let bytes = 0;
  for await (const piece of await open(url)) bytes += (piece as Buffer).length;
  return bytes;
}

/** Reads at a steady pace, then leaves. */
async function readSlowly(url: string, seconds: number, bytesPerSecond: number): Promise<number> {
  const startedAt = performance.now();
  const response = await open(url);
  let bytes = 0;
  for await (const piece of response) {
    bytes += (piece as Buffer).length;
    const dueMs = (bytes / bytesPerSecond) * 1_000;
    if (dueMs >= seconds * 1_000) break;
    await sleep(Math.max(0, startedAt + dueMs - performance.now()));
  }
  response.destroy();
  return bytes;
}

function toMegabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(0);
}

await main();
