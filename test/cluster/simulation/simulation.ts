import { MemoryBackplane } from '../../../src/backplane/memory.ts';
import type { Backplane, CommitBatch } from '../../../src/export/backplane.ts';
import { createSeededRandom } from '../../support/manual-clock.ts';
import { createSimulatedTime } from './clock.ts';
import { type SimulatedGateway, startGateway } from './gateway.ts';
import { compare, createLedger, type Ledger, Subscriber } from './subscribers.ts';
import { createWindows, SimulatedVendors, toIndex } from './vendors.ts';

export interface SimulationSettings {
  readonly exports: number;
  readonly accounts: number;
  readonly gateways: number;
  /** How many gateways are killed, one after the other; each comes back, knowing nothing. */
  readonly kills: number;
  /** Between two kills. Default one interval. */
  readonly killEveryMs?: number | undefined;
  /** Between two polls of one export. Default 15 s. */
  readonly intervalMs?: number | undefined;
  /** Exports of one account that one subscriber watches. Default 10. */
  readonly perSubscriber?: number | undefined;
  readonly seed?: number | undefined;
  readonly onInterval?: ((counts: IntervalCounts) => void) | undefined;
}

/** What happened within one interval, in all gateways together. */
export interface IntervalCounts {
  readonly number: number;
  /** Gateways that were killed within it. */
  readonly kills: number;
  /** Exports that a vendor told of: with a list call all that were asked for. */
  readonly polls: number;
  /** For each account with a list call. */
  readonly listCallsPerAccount: number;
  readonly singleCalls: number;
  /** Polls that came before their interval had passed, and the most of them of one export: what a gateway that died had asked is asked again. */
  readonly extraPolls: number;
  readonly mostExtraPolls: number;
  /** The longest time between two polls of one export. */
  readonly longestGapMs: number;
}

export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

export interface SimulationReport {
  readonly intervals: readonly IntervalCounts[];
  /** The most calls that one account got in any one second. */
  readonly mostInOneSecond: number;
  /** From a kill until another gateway owns an account of the one that died, and until its vendor is asked; milliseconds. */
  readonly ownedAfterMs: Spread;
  readonly askedAfterMs: Spread;
  readonly accountsTakenOver: number;
  /** Exports that killed gateways had asked about, and had not written down. */
  readonly underWayAtKills: number;
  /** Accounts of killed gateways that no other had taken over at the end. */
  readonly accountsLeft: number;
  readonly subscribers: number;
  readonly reconnects: number;
  /** Exports of whose changes their subscriber was told too few, or some twice. */
  readonly lost: number;
  readonly repeated: number;
  readonly changesTold: number;
  readonly ledger: Ledger;
}

/** When a killed gateway is there again. */
const RESTART_MS = 5_000;
/** Clients come back within this time, spread evenly. */
const RECONNECT_MS = [100, 2_000] as const;

/** Many gateways with the real hub and poller, one backplane in memory, vendors by a formula, and a clock that stands still. */
export async function runSimulation(settings: SimulationSettings): Promise<SimulationReport> {
  const { exports, accounts, gateways, kills, seed = 1 } = settings;
  const { intervalMs = 15_000, killEveryMs = intervalMs, perSubscriber = 10 } = settings;
  const time = createSimulatedTime();
  const random = createSeededRandom(seed);
  const vendors = new SimulatedVendors(
    { exports, accounts, intervalMs, requestsPerSecond: 10, intervalsPerChange: 20 },
    time.now(),
  );
  const windows = createWindows(vendors.settings);
  const ledger = createLedger(exports);
  const backplane = countFacts(new MemoryBackplane({ clock: time }), ledger);
  const takeovers = new Takeovers(accounts, time.now);
  vendors.onCall = takeovers.onCall;

  let started = 0;
  function start(): Promise<SimulatedGateway> {
    started += 1;
    return startGateway({ time, backplane, vendors, windows, number: started, onOwned: takeovers.onOwned });
  }
  const alive: SimulatedGateway[] = [];
  for (let index = 0; index < gateways; index += 1) alive.push(await start());
  /** The balancer: any gateway that is up. */
  const anyGateway = () => alive[Math.floor(random.next() * alive.length)] as SimulatedGateway;

  const subscribers = Array.from({ length: exports / perSubscriber }, (_, index) => {
    const indexes = Array.from({ length: perSubscriber }, (_each, place) => index * perSubscriber + place);
    return new Subscriber(ledger, indexes);
  });
  let reconnects = 0;
  let killed = 0;
  let underWayAtKills = 0;

  /** The one that has been up for the longest time. */
  function kill(): void {
    const dying = alive.shift();
    if (dying === undefined) throw new RangeError('There is no gateway to kill.');
    killed += 1;
    takeovers.onKilled(dying.number);
    underWayAtKills += vendors.underWay.get(dying.number) ?? 0;
    dying.kill();
    for (const subscriber of subscribers) {
      if (!subscriber.isCutOff) continue;
      const [from, to] = RECONNECT_MS;
      time.setTimer(from + random.next() * (to - from), () => {
        reconnects += 1;
        subscriber.connect(anyGateway());
      });
    }
    time.setTimer(RESTART_MS, () => void start().then((gateway) => alive.push(gateway)));
  }

  const intervals: IntervalCounts[] = [];
  async function pass(): Promise<void> {
    const killedBefore = killed;
    vendors.countAnew();
    vendors.takeCounts();
    await time.advance(intervalMs);
    const { polls, listCalls, singleCalls } = vendors.takeCounts();
    const counts: IntervalCounts = {
      ...{ number: intervals.length + 1, kills: killed - killedBefore, polls, singleCalls },
      listCallsPerAccount: listCalls / Math.ceil(accounts / 2),
      extraPolls: vendors.earlyPolls.reduce((sum, count) => sum + count, 0),
      mostExtraPolls: vendors.earlyPolls.reduce((most, count) => Math.max(most, count), 0),
      longestGapMs: vendors.longestGapMs,
    };
    intervals.push(counts);
    settings.onInterval?.(counts);
  }

  // They come within the first interval.
  for (const subscriber of subscribers) {
    time.setTimer(random.next() * intervalMs, () => subscriber.connect(anyGateway()));
  }
  for (let index = 0; index < kills; index += 1) {
    time.setTimer(2 * intervalMs + 1 + index * killEveryMs, kill);
  }
  const rounds = 3 + Math.ceil((kills * killEveryMs) / intervalMs);
  while (intervals.length < rounds) await pass();
  // What was written last has been told by now.
  await time.advance(1);

  return {
    intervals,
    mostInOneSecond: vendors.mostInOneSecond,
    ...takeovers.report(),
    underWayAtKills,
    subscribers: subscribers.length,
    reconnects,
    ...compare(ledger),
    changesTold: ledger.told.reduce((sum, count) => sum + count, 0),
    ledger,
  };
}

/** Takes note of how many facts are written about each export, but for first states. */
function countFacts(inner: MemoryBackplane, { written }: Ledger): Backplane {
  return {
    epoch: inner.epoch,
    get nodes() {
      return inner.nodes;
    },
    connect: (listener) => inner.connect(listener),
    publish: (journal, entry) => inner.publish(journal, entry),
    load: (topics, after) => inner.load(topics, after),
    close: () => inner.close(),
    async commit(batch: CommitBatch) {
      const results = await inner.commit(batch);
      if (results === 'fenced') return results;
      for (const [place, { topic, facts }] of batch.commits.entries()) {
        if (facts.length === 0 || typeof results[place] !== 'number') continue;
        const index = toIndex(topic.slice(topic.indexOf(' ') + 1));
        for (const { type } of facts)
          if (type !== 'ExportSnapshot') written[index] = (written[index] ?? 0) + 1;
      }
      return results;
    },
  };
}

/** Who owns which account, and how long it took others to take over from those that died. */
class Takeovers {
  private readonly now: () => number;
  /** By account: its gateway, and when that died where no other has taken over yet. */
  private readonly owners: Int32Array;
  private readonly killedAt: Float64Array;
  /** Taken over, and its vendor is not asked yet. */
  private readonly unaskedSince: Float64Array;
  private readonly ownedAfterMs: number[] = [];
  private readonly askedAfterMs: number[] = [];

  constructor(accounts: number, now: () => number) {
    this.now = now;
    this.owners = new Int32Array(accounts);
    this.killedAt = new Float64Array(accounts);
    this.unaskedSince = new Float64Array(accounts);
  }

  onKilled(gateway: number): void {
    for (const [account, owner] of this.owners.entries())
      if (owner === gateway) this.killedAt[account] = this.now();
  }

  onOwned = (account: number, gateway: number): void => {
    this.owners[account] = gateway;
    const killedAt = this.killedAt[account] ?? 0;
    if (killedAt === 0) return;
    this.ownedAfterMs.push(this.now() - killedAt);
    this.killedAt[account] = 0;
    this.unaskedSince[account] = killedAt;
  };

  onCall = (account: number, gateway: number): void => {
    const since = this.unaskedSince[account] ?? 0;
    if (since === 0 || this.owners[account] !== gateway) return;
    this.askedAfterMs.push(this.now() - since);
    this.unaskedSince[account] = 0;
  };

  report(): Pick<SimulationReport, 'ownedAfterMs' | 'askedAfterMs' | 'accountsTakenOver' | 'accountsLeft'> {
    return {
      ownedAfterMs: toSpread(this.ownedAfterMs),
      askedAfterMs: toSpread(this.askedAfterMs),
      accountsTakenOver: this.ownedAfterMs.length,
      accountsLeft: this.killedAt.reduce((sum, at) => sum + (at > 0 ? 1 : 0), 0),
    };
  }
}

function toSpread(values: number[]): Spread {
  values.sort((one, other) => one - other);
  const at = (share: number) => values[Math.floor(share * (values.length - 1))] ?? 0;
  return { least: at(0), median: at(0.5), most: at(1) };
}
