import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { startChild } from '../fan-out/child.ts';
import { compile } from '../fan-out/compile.ts';
import { ATTACKS, type Attack } from './attacks.ts';
import type { Block } from './probe.ts';

/**
 * How long each attack holds the event loop up: `npx tsx bench/hostile/run.ts`; see bench/README.md.
 *
 * Each attack meets a gateway of its own, first as it comes from its start, then warm.
 */
const { values: options } = parseArgs({
  options: { only: { type: 'string', default: '' }, repeat: { type: 'string', default: '3' } },
});
const KEY = 'a-key-of-the-benchmark';
const HONEST = JSON.stringify({ query: '{ vendors { key name } accounts { key } }' });

interface Row {
  readonly title: string;
  readonly cold: Block;
  readonly warm: Block;
  readonly heapBytes: number;
}

compile();
let vendorBody = '{}';
const vendor = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(vendorBody);
});
await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
const vendorUrl = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;

function vendorSays(body: string): void {
  vendorBody = body;
}

const rows: Row[] = [];
for (const attack of ATTACKS.filter(({ title }) => new RegExp(options.only).test(title))) {
  const row = await measure(attack);
  rows.push(row);
  console.log(toLine(row));
}
const worst = rows.toSorted((one, other) => other.warm.busyMs - one.warm.busyMs)[0];
const worstCold = rows.toSorted((one, other) => other.cold.busyMs - one.cold.busyMs)[0];
console.log(`\n${rows.length} attacks. Longest block warm: ${describe(worst?.warm)} (${worst?.title})`);
console.log(`Longest block cold: ${describe(worstCold?.cold)} (${worstCold?.title})`);
vendor.closeAllConnections();
vendor.close();

async function measure({ title, run }: Attack): Promise<Row> {
  await using gateway = await startChild('../hostile/gateway.ts', { vendorUrl, key: KEY });
  const url = await gateway.ask<string>('url');
  const target = { url, key: KEY, gateway, vendorSays };
  const { heapBytes } = await gateway.ask<{ heapBytes: number }>('heap');
  const runOnce = async (): Promise<Block> => {
    await gateway.ask('reset');
    await run(target);
    return gateway.ask<Block>('longest');
  };

  // One honest request: what Node compiles at the first request of all is no attack's doing.
  await askHonestly(url, 1);
  const cold = await runOnce();
  await askHonestly(url, 200);
  let warm: Block = { wallMs: 0, busyMs: 0 };
  for (let n = 0; n < Number(options.repeat); n += 1) {
    const block = await runOnce();
    // The first runs warm up; the last ones are what a lasting attack would see.
    if (n > 0 && block.busyMs > warm.busyMs) warm = block;
  }
  await askHonestly(url, 1);
  const after = await gateway.ask<{ heapBytes: number }>('heap');
  return { title, cold, warm, heapBytes: after.heapBytes - heapBytes };
}

async function askHonestly(url: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
      body: HONEST,
    });
    const text = await response.text();
    if (response.status !== 200 || text.includes('errors'))
      throw new Error(`An honest request failed: ${text}`);
  }
}

function toLine({ title, cold, warm, heapBytes }: Row): string {
  const heap = `${(heapBytes / 1e6).toFixed(1)} MB`;
  return `${describe(cold).padStart(18)} ${describe(warm).padStart(18)} ${heap.padStart(9)}  ${title}`;
}

/** Processor time, and in brackets what whoever waited saw. */
function describe(block: Block | undefined): string {
  return block === undefined ? '-' : `${block.busyMs.toFixed(0)} ms (${block.wallMs.toFixed(0)})`;
}
