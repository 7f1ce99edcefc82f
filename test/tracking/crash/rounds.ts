import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreConfig } from '../../../src/store/open.ts';
import { createSeededRandom } from '../../support/manual-clock.ts';
import { SECRET } from '../webhooks/support.ts';
import { GatewayProcess } from './gateway-process.ts';
import { Ledger } from './ledger.ts';
import { type CrashReceiver, startCrashReceiver, toEventName } from './receiver.ts';
import { ask, Traffic } from './traffic.ts';
import { type CrashVendor, startCrashVendor } from './vendor.ts';

export interface CrashOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Left out: a SQLite file of its own. */
  readonly store?: StoreConfig | undefined;
  /** How many gateways live at the same time, each killed by itself for so many rounds. Default one. */
  readonly gateways?: number | undefined;
  /** What they share; left out, each has its own. */
  readonly backplane?: object | undefined;
  readonly onRound?: ((round: number, report: Ledger) => void) | undefined;
}

/** What came of it all. */
export interface CrashReport {
  readonly rounds: number;
  readonly started: number;
  readonly tracked: number;
  readonly untracked: number;
  readonly keys: number;
  /** Exports of which it was told that they are tracked, and that are not. */
  readonly exportsLost: number;
  /** Keys of which it was told what they stand for, and that stand for something else, or for nothing. */
  readonly keysLost: number;
  /** Keys that come to nothing to the end: a vendor's list does not reach back to their orders any more. */
  readonly keysUnknown: number;
  /** Kinds of events of exports that were told. */
  readonly events: number;
  readonly deliveries: number;
  /** Events that should have been told and were not, and webhooks that are still owed or were given up. */
  readonly eventsLost: number;
  /** The most webhook-ids of one kind of event of one export. */
  readonly mostIdsPerEvent: number;
  readonly outOfOrder: number;
  readonly wrongSignatures: number;
  readonly vendorOrders: number;
  /** The most orders that were accepted for one key, at the vendor that has a list. */
  readonly mostOrdersPerKey: number;
  /** At the one without: keys of more orders than START_OUTCOME_UNKNOWN was told for. */
  readonly unannouncedOrders: number;
  readonly problems: readonly string[];
}

/** Nothing that a gateway gave its word for was lost, and nothing was ordered twice. */
export function isClean(report: CrashReport): boolean {
  const { exportsLost, keysLost, eventsLost, outOfOrder, wrongSignatures, unannouncedOrders } = report;
  const lost = exportsLost + keysLost + eventsLost + outOfOrder + wrongSignatures + unannouncedOrders;
  return (
    lost + report.problems.length === 0 && Math.max(report.mostIdsPerEvent, report.mostOrdersPerKey) <= 1
  );
}

/** Who asks at the same time. */
const WORKERS = 4;
/** How long a gateway lives that has begun to listen. */
const SHORTEST_MS = 50;
const LIFE_SPREAD_MS = 900;
/** So many live longer by as much: long enough to look into a vendor's list twice. */
const LONG_LIVED = 0.2;
const LONG_LIFE_MS = 3_000;
/** So many are killed before they listen. */
const KILLED_EARLY = 0.1;
const START_MS = 400;
/** The last gateway lives later: what waits for its next attempt, or belonged to a gateway that was killed, is due at once. */
const AHEAD_MS = 120_000;
const PATIENCE_MS = 150_000;
const LAST_ASKS = 3;
const EVENTS = ['export.tracked', 'export.running', 'export.succeeded', 'export.failed'];

const TRACKED = /* GraphQL */ `
  query Tracked($after: String) {
    recentExports(filter: { isTracked: true }, first: 100, after: $after) {
      nodes { id }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const WAITING = /* GraphQL */ `
  { owed: webhookDeliveries(status: OWED, first: 100) { id } lost: webhookDeliveries(status: GIVEN_UP, first: 100) { id } }
`;

/** Kills gateways at random moments of random traffic, lets everything end, and counts. */
export async function runCrashRounds(options: CrashOptions): Promise<CrashReport> {
  const random = createSeededRandom(options.seed);
  const folder = mkdtempSync(join(tmpdir(), 'waybill-crash-'));
  await using vendor = await startCrashVendor(random);
  await using receiver = await startCrashReceiver(SECRET, random);
  const config = join(folder, 'waybill.json');
  const store = options.store ?? { kind: 'sqlite', path: join(folder, 'waybill.db') };
  writeFileSync(config, toConfig(vendor, receiver, { store, backplane: options.backplane }));
  const ledger = new Ledger();
  const traffic = new Traffic(vendor, ledger, random);
  try {
    const lives = Array.from({ length: options.gateways ?? 1 }, async () => {
      for (let round = 1; round <= options.rounds; round += 1) {
        await runRound(config, traffic, ledger, random);
        options.onRound?.(round, ledger);
      }
    });
    await Promise.all(lives);
    // Gateways with a backplane go by its time: there the leases of those that were killed have to end.
    const gateway = new GatewayProcess(config, options.backplane === undefined ? AHEAD_MS : 0);
    try {
      return await settle({ gateway, vendor, receiver, ledger, traffic, rounds: options.rounds });
    } finally {
      await gateway.end('SIGTERM');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runRound(
  config: string,
  traffic: Traffic,
  ledger: Ledger,
  random: { next(): number },
): Promise<void> {
  const gateway = new GatewayProcess(config);
  if (random.next() < KILLED_EARLY) {
    await sleep(random.next() * START_MS);
    await gateway.end('SIGKILL');
    return;
  }
  const url = await gateway.url();
  if (url === null) {
    ledger.problems.push(`A gateway did not start again: ${gateway.lines.join(' ')}`);
    return;
  }
  let isOver = false;
  const workers = Array.from({ length: WORKERS }, () => traffic.run(url, () => isOver));
  workers.push(traffic.catchUp(url));
  const moreMs = random.next() < LONG_LIVED ? LONG_LIFE_MS : 0;
  await sleep(SHORTEST_MS + random.next() * LIFE_SPREAD_MS + moreMs);
  await gateway.end('SIGKILL');
  isOver = true;
  await Promise.all(workers);
}

interface Stage {
  readonly gateway: GatewayProcess;
  readonly vendor: CrashVendor;
  readonly receiver: CrashReceiver;
  readonly ledger: Ledger;
  readonly traffic: Traffic;
  readonly rounds: number;
}

/** Lets everything come to its end, and counts. */
async function settle(stage: Stage): Promise<CrashReport> {
  const { gateway, vendor, receiver, ledger, traffic } = stage;
  const url = await gateway.url();
  if (url === null) throw new Error(`The last gateway did not start: ${gateway.lines.join('\n')}`);
  receiver.behave();
  const before = vendor.acceptedInAll;
  const known = ledger.keys.filter(({ exportId }) => exportId !== null);
  const problems = ledger.problems.length;
  for (const entry of known) await traffic.askWith(url, entry);
  const orderedAnew = vendor.acceptedInAll - before;
  const keysLost = ledger.problems.length - problems + orderedAnew;
  for (const entry of ledger.keys)
    for (let asks = 0; entry.exportId === null && asks < LAST_ASKS; asks += 1)
      await traffic.askWith(url, entry);
  const keysUnknown = ledger.keys.filter(({ exportId }) => exportId === null).length;

  vendor.finish();
  const waiting = await untilTold(url, receiver, ledger);
  const tracked = await readTracked(url);
  const exportsLost = ledger.tracked().filter((id) => !tracked.has(id));
  const returned = ledger.untracked().filter((id) => tracked.has(id));
  for (const id of returned) ledger.problems.push(`It was untracked, and is tracked: ${id}.`);
  return toReport(stage, { keysLost, keysUnknown, exportsLost: exportsLost.length, eventsLost: waiting });
}

/** @returns how many events are owed to the end */
async function untilTold(url: string, receiver: CrashReceiver, ledger: Ledger): Promise<number> {
  const endsAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const silent = ledger.tracked().filter((id) => !isTold(receiver, id)).length;
    const { owed, lost } = (await ask(url, WAITING))?.data ?? { owed: [null], lost: [] };
    if (silent + owed.length === 0 || performance.now() > endsAt) return silent + owed.length + lost.length;
    await sleep(100);
  }
}

/** That it is tracked and how it ended. */
function isTold({ events }: CrashReceiver, id: string): boolean {
  const has = (type: string): boolean => events.has(toEventName(id, type));
  return has('export.tracked') && (has('export.succeeded') || has('export.failed'));
}

async function readTracked(url: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let after: string | null = null;
  do {
    const answer = await ask(url, TRACKED, { after });
    if (answer?.data?.recentExports === undefined) throw new Error(`No list: ${JSON.stringify(answer)}`);
    const { nodes, pageInfo } = answer.data.recentExports;
    for (const { id } of nodes) found.add(id);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

function toReport(
  { vendor, receiver, ledger, rounds }: Stage,
  lost: Pick<CrashReport, 'keysLost' | 'keysUnknown' | 'exportsLost' | 'eventsLost'>,
): CrashReport {
  const listed = ledger.keys.filter(({ vendor: id }) => id === 'hi-energy');
  // An ask without an answer was either the one that sent an order, or the one that was told.
  const unannounced = ledger.keys.filter(
    ({ name, vendor: id, unknown, unanswered }) =>
      id === 'power-bi' && vendor.accepted(name) > 1 + unknown + Math.floor(unanswered / 2),
  );
  return {
    ...{ rounds, started: ledger.started, tracked: ledger.tracks, untracked: ledger.untracks },
    ...{ keys: ledger.keys.length, ...lost },
    events: receiver.events.size,
    deliveries: receiver.deliveries,
    mostIdsPerEvent: Math.max(0, ...[...receiver.events.values()].map(({ taken }) => taken.size)),
    outOfOrder: receiver.outOfOrder,
    wrongSignatures: receiver.wrongSignatures,
    vendorOrders: vendor.acceptedInAll,
    mostOrdersPerKey: Math.max(0, ...listed.map(({ name }) => vendor.accepted(name))),
    unannouncedOrders: unannounced.length,
    problems: ledger.problems,
  };
}

function toConfig(
  vendor: CrashVendor,
  receiver: CrashReceiver,
  shared: { readonly store: StoreConfig; readonly backplane: object | undefined },
): string {
  const account = {
    limits: { requestsPerSecond: 10_000, maxConcurrent: 50, timeoutMs: 1_000 },
    polling: { minMs: 250, maxMs: 1_000 },
  };
  return JSON.stringify({
    server: { host: '127.0.0.1', port: 0, logLevel: 'warn' },
    limits: { operationsPerMinute: 1_000_000, locatorsPerMinute: 1_000_000 },
    files: { linkSecret: 'crash-link-secret-0123456789abcdef' },
    ...shared,
    webhooks: [{ key: 'ops', url: receiver.url, secret: SECRET, allowPrivate: true, events: EVENTS }],
    accounts: [
      {
        ...account,
        key: 'hi',
        vendor: 'hi-energy',
        baseUrl: `${vendor.url}/hi`,
        credential: { type: 'api-key', apiKey: 'crash-test-key-0001' },
      },
      {
        ...account,
        key: 'bi',
        vendor: 'power-bi',
        baseUrl: `${vendor.url}/bi`,
        credential: { type: 'bearer', token: 'crash-test-token-0001' },
      },
    ],
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
