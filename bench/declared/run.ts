/**
 * What a poll of a declared vendor costs beside a coded one's: the same answers of Hi Energy, read by `src/vendors/hi-energy` and by a
 * declaration that says the same. Block by block in turns, so that what else the machine does meets both.
 *
 * `whole`: through the account, its real client and a connection to a vendor in another process. `mapping`: what is made of an answer.
 *
 * Run: node --import tsx bench/declared/run.ts [--rounds 15]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import type { ExportKey } from '../../src/export/export.ts';
import { toExportKey } from '../../src/export/locator.ts';
import type { VendorAccount } from '../../src/export/ports.ts';
import type { AccountClient, AccountResponse } from '../../src/http/types.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Log, Tools } from '../../src/runtime/tools.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { toVendorDefinition } from '../../src/vendors/declared/vendor.ts';
import { hiEnergy } from '../../src/vendors/hi-energy/index.ts';
import type { VendorDefinition } from '../../src/vendors/vendor.ts';
import { HI_ENERGY_TWIN } from './twin.ts';

const ACCOUNT = 'bench';
const CONCURRENT = 16;
const NAMES = ['coded', 'declared'] as const;
type Name = (typeof NAMES)[number];

const silent = (): void => undefined;
const log: Log = { isEnabled: () => false, debug: silent, info: silent, warn: silent, error: silent };
const tools: Tools = { clock: systemClock, random: { next: () => 0.5 }, log, secrets: createSecrets() };

/** An export under way: what nearly every poll meets. */
function toAnswer(exportId: string): string {
  return JSON.stringify({
    export: {
      ...{ id: Number(exportId), report_type: 'deals_excel', display_name: 'Deals of May' },
      ...{ status: 'processing', status_display: 'Processing', parameters: { search_params: { q: 'x' } } },
      ...{ filename: null, download_url: null, download_expires_in_seconds: null, error_message: null },
      ...{ progress: { parts_ready: 3, total_parts: 8 }, parent_report_id: null, chunked_export: true },
      ...{ created_at: '2026-05-18T09:00:00Z', updated_at: '2026-05-18T09:05:00Z' },
      ...{ started_at: '2026-05-18T09:00:03Z', completed_at: null },
    },
  });
}

function serve(): void {
  const server = createServer((request, response) => {
    const id = request.url?.split('/').at(-1) ?? '1';
    response.writeHead(200, { 'content-type': 'application/json' }).end(toAnswer(id));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : undefined);
  });
  process.on('disconnect', () => process.exit(0));
}

function open(definition: VendorDefinition, baseUrl: string): VendorAccount {
  return definition.createAccount(
    {
      ...{ key: ACCOUNT, tenant: 'default', identity: 'default/bench/1', baseUrl, fileOrigins: [] },
      credential: { type: 'api-key', apiKey: 'bench-key' },
      limits: { requestsPerSecond: 10_000, maxConcurrent: CONCURRENT, timeoutMs: 10_000 },
      pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 3_600_000 },
    },
    tools,
  );
}

interface Side {
  readonly account: VendorAccount;
  readonly keys: readonly ExportKey[];
}

function toSide(definition: VendorDefinition, baseUrl: string): Side {
  const keys = Array.from({ length: 512 }, (_, index) =>
    toExportKey(definition.locator, definition.id, ACCOUNT, { exportId: String(index + 1) }),
  );
  return { account: open(definition, baseUrl), keys };
}

/** Processor time of this process for each poll, in microseconds. */
async function pollWhole({ account, keys }: Side, polls: number): Promise<number> {
  const before = process.cpuUsage();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < polls) {
      const key = keys[next % keys.length] as ExportKey;
      next += 1;
      const [reading] = await account.readMany([key]);
      if (reading === undefined || reading instanceof Error) throw reading ?? new Error('no reading');
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / polls;
}

type Definitions = Readonly<Record<Name, VendorDefinition>>;
const DEFINITIONS: Definitions = {
  coded: hiEnergy as unknown as VendorDefinition,
  declared: toVendorDefinition(HI_ENERGY_TWIN),
};

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** One block of each in turns, the first one changing; what each costs, and the ratio of the two of every round. */
async function compare(rounds: number, measure: (name: Name) => Promise<number>) {
  const costs: Record<Name, number[]> = { coded: [], declared: [] };
  const ratios: number[] = [];
  for (const name of NAMES) await measure(name);
  for (let round = 0; round < rounds; round += 1) {
    const cost: Record<Name, number> = { coded: 0, declared: 0 };
    for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) cost[name] = await measure(name);
    for (const name of NAMES) costs[name].push(cost[name]);
    ratios.push(cost.declared / cost.coded);
  }
  const sorted = [...ratios].sort((left, right) => left - right);
  return {
    codedUs: median(costs.coded),
    declaredUs: median(costs.declared),
    ratio: median(ratios),
    from: sorted[0] ?? Number.NaN,
    to: sorted.at(-1) ?? Number.NaN,
  };
}

/** An account's client whose answers are there already. */
function createAnswered(): { readonly http: AccountClient; answer(text: string): void } {
  let response: AccountResponse = { status: 200, headers: {}, text: '', json: undefined, receivedAt: 0 };
  const send = (_request: unknown, _options: unknown, read: (answer: AccountResponse) => unknown) =>
    Promise.resolve(read(response));
  return {
    http: { send } as unknown as AccountClient,
    answer(text) {
      response = { status: 200, headers: {}, text, json: JSON.parse(text), receivedAt: 1_779_095_100_000 };
    },
  };
}

function print(title: string, result: Awaited<ReturnType<typeof compare>>): void {
  const { codedUs, declaredUs, ratio, from, to } = result;
  process.stdout.write(
    `${title}: coded ${codedUs.toFixed(2)} us, declared ${declaredUs.toFixed(2)} us a poll, ratio ${ratio.toFixed(3)} (${from.toFixed(3)} to ${to.toFixed(3)})\n`,
  );
}

async function startVendor(): Promise<{ readonly child: ChildProcess; readonly baseUrl: string }> {
  const child = fork(new URL(import.meta.url), ['--serve'], { execArgv: process.execArgv });
  const [port] = await once(child, 'message');
  return { child, baseUrl: `http://127.0.0.1:${port}` };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '15' },
      polls: { type: 'string', default: '4000' },
      serve: { type: 'boolean' },
    },
  });
  if (values.serve) return serve();
  const rounds = Number(values.rounds);
  const polls = Number(values.polls);
  const { child, baseUrl } = await startVendor();
  const sides = {
    coded: toSide(DEFINITIONS.coded, baseUrl),
    declared: toSide(DEFINITIONS.declared, baseUrl),
  };
  print('whole', await compare(rounds, (name) => pollWhole(sides[name], polls)));
  await Promise.all([sides.coded.account.close(), sides.declared.account.close()]);
  child.disconnect();

  const { http, answer } = createAnswered();
  const { readers } = await import('./readers.ts');
  const reads = readers(http, tools);
  const key = sides.coded.keys[0] as ExportKey;
  answer(toAnswer(key.ids.exportId ?? ''));
  const readMapped = async (name: Name): Promise<number> => {
    const count = polls * 10;
    const before = process.cpuUsage();
    for (let index = 0; index < count; index += 1) await reads[name](key);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  };
  print('mapping', await compare(rounds, readMapped));
}

await main();
