import type { Gateway, GatewayOptions } from '../../src/gateway.ts';
import type { StoreConfig } from '../../src/store/open.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { createSeededRandom } from '../support/manual-clock.ts';
import { createRecordingLog } from '../support/tools.ts';
import { callBack, forgeCallback } from './callback-steps.ts';
import { startCanaryVendor } from './canary-vendor.ts';
import { toCallerKey } from './cast.ts';
import { readConfig } from './config-text.ts';
import {
  breakAccount,
  letTimePass,
  moveAccount,
  renewOwnToken,
  renewSecrets,
  revokeTokens,
} from './fault-steps.ts';
import { download, tamper } from './file-steps.ts';
import { type HookReceiver, startHookReceiver } from './hook-receiver.ts';
import { Ledger } from './ledger.ts';
import { inspectLog, inspectMetrics } from './operator-view.ts';
import { Owners } from './owners.ts';
import {
  queryAccounts,
  queryAsStranger,
  queryMany,
  queryNodes,
  queryOne,
  queryRecent,
} from './query-steps.ts';
import { Remembered } from './remembered.ts';
import { pickCaller, type Step } from './step.ts';
import { createStepClock } from './step-clock.ts';
import { leave, subscribe, subscribeToList, unsubscribe } from './stream-steps.ts';
import { cancelExport, queryTracked, startExport, trackExport, untrackExport } from './tracking-steps.ts';
import { queryDeliveries, retryDelivery, sendTestWebhook } from './webhook-steps.ts';
import { type FileLink, World } from './world.ts';

/** What a step does, and how many of a hundred do it. */
const STEPS: readonly (readonly [weight: number, name: string, run: (step: Step) => Promise<void>])[] = [
  [14, 'query one', queryOne],
  [8, 'query many', queryMany],
  [6, 'query nodes', queryNodes],
  [2, 'query recent', queryRecent],
  [3, 'query accounts', queryAccounts],
  [3, 'query as stranger', queryAsStranger],
  [6, 'start export', startExport],
  [2, 'cancel export', cancelExport],
  [4, 'track export', trackExport],
  [1.5, 'untrack export', untrackExport],
  [2, 'query tracked', queryTracked],
  [4, 'subscribe to list', subscribeToList],
  [1.5, 'query deliveries', queryDeliveries],
  [1, 'retry delivery', retryDelivery],
  [0.5, 'send test webhook', sendTestWebhook],
  [2, 'call back', callBack],
  [1, 'forge callback', forgeCallback],
  [14, 'subscribe', subscribe],
  [14, 'unsubscribe', unsubscribe],
  [1, 'leave', leave],
  [14, 'download', download],
  [7, 'tamper', tamper],
  [8, 'break account', breakAccount],
  [1, 'revoke tokens', revokeTokens],
  [1, 'renew own token', renewOwnToken],
  [4, 'let time pass', letTimePass],
  [0.5, 'move account', moveAccount],
  [0.5, 'renew secrets', renewSecrets],
];

/** Steps under way at once. */
const LANES = 32;
/** How far each step moves the clock. */
const STEP_MS = 5;
const TRACE_LENGTH = 40;
const PROGRESS_STEPS = 10_000;
/** Where every lane waits for time to pass, it passes. */
const IDLE_LOOK_MS = 4;
const IDLE_LOOKS = 5;
const IDLE_ADVANCE_MS = 250;
/** A schedule ends with its first findings: the rest would be more of the same. */
const ENOUGH = 10;

export interface ScheduleOptions {
  readonly seed: number;
  readonly steps: number;
  readonly startGateway: (options: GatewayOptions) => Promise<Gateway>;
  /** Ends after so many findings. Default 10. */
  readonly enough?: number;
  /** Default in memory. */
  readonly store?: StoreConfig;
  /** Called when the steps are done and the gateway still runs. */
  readonly onEnding?: (world: World) => void;
  /** Told every now and then how far it has come. */
  readonly onProgress?: (ledger: Ledger) => void;
}

/** What a schedule came to. */
export interface ScheduleReport {
  readonly seed: number;
  readonly ledger: Ledger;
  /** The last steps before the end, or before the first finding. */
  readonly trace: readonly string[];
  readonly durationMs: number;
}

/** Runs one seed's schedule against a whole gateway. */
export async function runSchedule({
  seed,
  steps,
  startGateway,
  enough = ENOUGH,
  store = { kind: 'memory' },
  onEnding,
  onProgress,
}: ScheduleOptions): Promise<ScheduleReport> {
  const startedAt = performance.now();
  const clock = createStepClock();
  const owners = new Owners();
  const ledger = new Ledger();
  await using vendor = await startCanaryVendor({ owners, clock, ledger });
  const links = new Remembered<FileLink>();
  await using hooks = await startHookReceiver({ owners, ledger, links, vendorUrl: vendor.url });
  const log = createRecordingLog();
  const config = readConfig({
    vendorUrl: vendor.url,
    hooksUrl: hooks.url,
    store,
    holder: 0,
    keyOf: (index) => toCallerKey(index, 1),
    secretOf: (name) => owners.secretOf(name),
  });
  const tools = { clock, random: createSeededRandom(seed), log, secrets: createSecrets() };
  const gateway = await startGateway({ config, tools });
  const world = new World({ clock, owners, vendor, ledger, links, gateway, hooksUrl: hooks.url, store });
  const trace: string[] = [];
  const stopIdling = passTimeWhileIdle(world);

  let next = 0;
  async function runLane(): Promise<void> {
    while (next < steps && ledger.counts.violations < enough) {
      const number = next;
      next += 1;
      const dice = createSeededRandom(seed * 1_000_003 + number);
      const caller = pickCaller(dice);
      const [, name, run] = pickStep(dice.next());
      ledger.step = number;
      ledger.counts.steps += 1;
      if (ledger.counts.violations === 0) note(trace, `${number} caller ${caller.index} ${name}`);
      if (number % PROGRESS_STEPS === PROGRESS_STEPS - 1) onProgress?.(ledger);
      clock.advance(STEP_MS);
      await run({ number, world, caller, dice });
      // Steps that wait for nothing must not run away with the time.
      if (number % LANES === 0) await new Promise(setImmediate);
    }
  }
  await Promise.all(Array.from({ length: LANES }, runLane));
  await inspectMetrics(world);
  inspectLog(ledger, log.lines, vendor.url);
  onEnding?.(world);
  await end(world, gateway);
  countTests(world, hooks);
  stopIdling();
  return { seed, ledger, trace, durationMs: performance.now() - startedAt };
}

const TOTAL_WEIGHT = STEPS.reduce((sum, [weight]) => sum + weight, 0);

function pickStep(dice: number): (typeof STEPS)[number] {
  let left = dice * TOTAL_WEIGHT;
  for (const step of STEPS) {
    left -= step[0];
    if (left < 0) return step;
  }
  return STEPS[0] as (typeof STEPS)[number];
}

function note(trace: string[], line: string): void {
  trace.push(line);
  if (trace.length > TRACE_LENGTH) trace.shift();
}

/**
 * Held-back answers and timeouts wait for the clock, and the clock for steps: where nothing at all moves any more, time does.
 *
 * Several looks in a row, each after a turn of the loop in which whatever had arrived was dealt with: a slow machine is not idle.
 */
function passTimeWhileIdle({ clock, ledger: { counts } }: World): () => void {
  let seen = '';
  let looks = 0;
  const timer = setInterval(() => {
    const now = `${counts.steps} ${counts.vendorCalls} ${counts.bytes}`;
    looks = now === seen ? looks + 1 : 0;
    seen = now;
    if (looks < IDLE_LOOKS) return;
    looks = 0;
    clock.advance(IDLE_ADVANCE_MS);
  }, IDLE_LOOK_MS);
  return () => clearInterval(timer);
}

/** No tenant was sent a test that none of its callers had asked for. */
function countTests({ ledger, testsAsked }: World, { tests }: HookReceiver): void {
  for (const [tenant, count] of tests.entries())
    if (count > (testsAsked[tenant] ?? 0))
      ledger.report(
        'webhook',
        `${count} tests for the tenant ${tenant}, which asked for ${testsAsked[tenant]}`,
      );
}

async function end(world: World, gateway: Gateway): Promise<void> {
  for (const watch of [...world.watches]) watch.leave();
  for (const peer of world.peers.flat()) peer?.close(false);
  await gateway.drain();
  await world.http.destroy();
}
