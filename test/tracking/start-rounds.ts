import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CodedVendorId } from '../../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';
import type { Fault, SeenOrder } from './fault-line.ts';
import { openStartWorld, type StartWorld, TIMEOUT_MS, type Told } from './start-world.ts';

/** What somebody does who wants one export. */
type Step = 'ask' | 'ask three times at once' | 'restart';

/** One export that somebody wants, and what stands in the way. */
interface StartPlan {
  /** Of the orders, one after another. */
  readonly orders: readonly Fault[];
  /** Of the looks into the vendor's list. */
  readonly lists: readonly Fault[];
  readonly steps: readonly Step[];
}

/** Longer than any request or answer here. */
const MOST_BYTES = 1_200;

const OTHER_ANSWERS = [
  { status: 401, body: '{}', headers: '' },
  {
    status: 401,
    body: '{"error":{"code":"TokenExpired"}}',
    headers: 'www-authenticate: Bearer error="invalid_token"\r\n',
  },
  { status: 429, body: '{"message":"Too many"}', headers: 'retry-after: 1\r\n' },
  { status: 400, body: '{"message":"The body is <b>wrong</b>"}', headers: '' },
  { status: 409, body: '{"error":{"code":"CONFLICT","message":"in progress"}}', headers: '' },
  { status: 500, body: '', headers: '' },
  { status: 502, body: '<html>Bad gateway</html>', headers: 'content-type: text/html\r\n' },
  { status: 503, body: '{}', headers: 'retry-after: 1\r\n' },
  { status: 200, body: '', headers: '' },
  { status: 200, body: '{"id":', headers: 'content-type: application/json\r\n' },
  { status: 201, body: '[1,2,3]', headers: 'content-type: application/json\r\n' },
  { status: 302, body: '', headers: 'location: /elsewhere\r\n' },
] as const;

/** What a vendor that took an order may still answer: nothing that says that it did not. */
const AFTER_ACCEPTING = OTHER_ANSWERS.filter(({ status }) => status >= 500 || status < 400);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('cut-request' as const), bytes: fc.nat(MOST_BYTES) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('cut-answer' as const),
      bytes: fc.nat(MOST_BYTES),
      end: fc.constantFrom('reset' as const, 'close' as const, 'silence' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('spoilt-answer' as const), byte: fc.nat(MOST_BYTES) }),
  },
  { weight: 1, arbitrary: fc.constant<Fault>({ kind: 'swallowed' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('late' as const, 'slow-answer' as const),
      // Up to a little longer than the gateway waits.
      delayMs: fc.integer({ min: 0, max: TIMEOUT_MS + 500 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...OTHER_ANSWERS)
      .map((answer): Fault => ({ kind: 'other-answer', ...answer, reachesVendor: false })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...AFTER_ACCEPTING)
      .map((answer): Fault => ({ kind: 'other-answer', ...answer, reachesVendor: true })),
  },
);

const startPlans: fc.Arbitrary<StartPlan> = fc.record({
  orders: fc.array(fault, { minLength: 1, maxLength: 3 }),
  lists: fc.array(fault, { maxLength: 2 }),
  steps: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constant<Step>('ask') },
      { weight: 2, arbitrary: fc.constant<Step>('ask three times at once') },
      { weight: 1, arbitrary: fc.constant<Step>('restart') },
    ),
    { minLength: 1, maxLength: 4 },
  ),
});

/** Everything that an ask may be told, beside the export. */
const CODES = [
  'START_OUTCOME_UNKNOWN',
  'VENDOR_REJECTED',
  'VENDOR_UNAUTHENTICATED',
  'VENDOR_RATE_LIMITED',
  'VENDOR_TIMEOUT',
  'VENDOR_UNAVAILABLE',
  'VENDOR_BAD_RESPONSE',
];

/** How often a start is asked for once nothing stands in the way any more. */
const LAST_ASKS = 6;

/** What all rounds come to. */
export interface StartCounts {
  rounds: number;
  asks: number;
  unknown: number;
  orders: number;
  accepted: number;
  mostPerKey: number;
}

/**
 * Draws plans until the time is up.
 *
 * @throws as a failed property, with the plan that shows it
 */
export async function runStartFaults(
  vendor: CodedVendorId,
  { longestMs, seed }: { readonly longestMs: number; readonly seed?: number | undefined },
): Promise<StartCounts> {
  await using world = await openStartWorld(vendor);
  const counts: StartCounts = { rounds: 0, asks: 0, unknown: 0, orders: 0, accepted: 0, mostPerKey: 0 };
  const endsAt = performance.now() + longestMs;
  const { canList } = CODED_VENDORS[vendor].capabilities;
  const property = fc.asyncProperty(startPlans, async (plan) => {
    if (performance.now() > endsAt) return;
    counts.rounds += 1;
    await new StartRound(world, canList, `name ${counts.rounds}`, counts).run(plan);
  });
  // Each try takes a while, and small plans are drawn anyway.
  await fc.assert(property, { seed, numRuns: Math.max(1_000, longestMs / 50), endOnFailure: true });
  return counts;
}

/** Somebody asks until there is an export. @throws what must never be, as a failed expectation */
class StartRound {
  private readonly world: StartWorld;
  private readonly canLook: boolean;
  private readonly name: string;
  private readonly counts: StartCounts;
  /** How often it was told that an order's answer is lost. */
  private lost = 0;
  private startedAs: string | null = null;
  /** Orders of which it was told that nothing was started. */
  private readonly disowned: { readonly order: SeenOrder; readonly told: readonly Told[] }[] = [];

  /** @param canLook - the vendor has a list */
  constructor(world: StartWorld, canLook: boolean, name: string, counts: StartCounts) {
    this.world = world;
    this.canLook = canLook;
    this.name = name;
    this.counts = counts;
  }

  async run({ orders, lists, steps }: StartPlan): Promise<void> {
    const { world, counts } = this;
    world.begin();
    world.line.plan(orders, lists);
    for (const step of steps) {
      if (step === 'restart') await world.restart();
      else await this.ask(step === 'ask' ? 1 : 3);
    }
    world.line.plan([], []);
    await world.line.settled();
    // Another gateway has no breaker open and no wait to keep.
    await world.restart();
    for (let asks = 0; this.startedAs === null && asks < LAST_ASKS; asks += 1) await this.ask(1);
    assert(this.startedAs !== null, `Nothing was started by ${LAST_ASKS} asks without any fault.`);
    await this.ask(1);
    for (const { order, told } of this.disowned)
      assert(order.status === null || order.status >= 300, `It was started: ${JSON.stringify(told)}.`);
    const tracked = await world.trackedIds();
    assert(tracked.has(this.startedAs), `What was started is not tracked: ${this.startedAs}.`);
    counts.accepted += world.accepted();
    counts.mostPerKey = Math.max(counts.mostPerKey, world.accepted());
  }

  private async ask(times: number): Promise<void> {
    const { world, counts } = this;
    const before = world.line.orders.length;
    const told = await Promise.all(Array.from({ length: times }, () => world.ask(this.name)));
    const sent = world.line.orders.length - before;
    const unknown = told.filter((each) => 'code' in each && each.code === 'START_OUTCOME_UNKNOWN').length;
    counts.asks += times;
    counts.unknown += unknown;
    counts.orders += sent;
    // Those who ask at the same time hear of the same order.
    this.lost += unknown === 0 ? 0 : Math.max(1, Math.min(unknown, sent));
    for (const each of told) this.check(each);
    const isNothing = told.every((each) => 'code' in each && each.code !== 'START_OUTCOME_UNKNOWN');
    if (isNothing) this.disowned.push(...world.line.orders.slice(before).map((order) => ({ order, told })));
    const most = this.canLook ? 1 : 1 + this.lost;
    assert(world.accepted() <= most, `${world.accepted()} orders were accepted: ${JSON.stringify(told)}.`);
  }

  private check(told: Told): void {
    if ('code' in told) {
      assert(CODES.includes(told.code), JSON.stringify(told));
      // What was started once is the answer from then on.
      assert.deepEqual([told, this.startedAs], [told, null]);
      return;
    }
    assert(this.world.startedIds().includes(told.id), `The vendor never started ${told.id}.`);
    this.startedAs ??= told.id;
    assert.equal(told.id, this.startedAs);
  }
}
