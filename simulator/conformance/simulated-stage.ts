import { request } from 'undici';
import { VendorError } from '../../src/export/errors.ts';
import { type ExportKey, type ExportSnapshot, isTerminal, type LocatorIds } from '../../src/export/export.ts';
import { parseIds, toExportKey } from '../../src/export/locator.ts';
import type { FileAccess, StartedExport, StartOptions, VendorAccount } from '../../src/export/ports.ts';
import type { Credential } from '../../src/http/types.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import type { VendorDefinition } from '../../src/vendors/vendor.ts';
import { type Simulators, startSimulators } from '../server.ts';
import type { DemoOrder, SeededJob } from '../simulator.ts';
import type { NamedMount } from '../vendors.ts';
import { createRecordingLog } from './recording-log.ts';
import { createStepClock, type StepClock } from './step-clock.ts';

/** A vendor's adapter, and the simulator that it is put in front of. */
export interface SimulatedHarness {
  readonly definition: VendorDefinition;
  readonly mount: NamedMount;
  /** False for a vendor whose exports have no files that could be opened here; default true. */
  readonly hasFiles?: boolean;
}

/** One account in front of a simulator, on a clock of their own. */
export interface SimulatedStage extends AsyncDisposable {
  readonly clock: StepClock;
  readonly simulators: Simulators;
  readonly account: VendorAccount;
  readonly seeds: readonly SeededJob[];
  keyOf(ids: LocatorIds): ExportKey;
  /** @throws VendorError */
  read(key: ExportKey): Promise<ExportSnapshot>;
  /** An order as the demo makes them up, started. @throws StartError, VendorError */
  start(words?: string, options?: StartOptions): Promise<StartedExport>;
  /** Reads again and again, a second apart, until the export ends. @throws VendorError */
  follow(key: ExportKey): Promise<readonly ExportSnapshot[]>;
  /** Opens a file as a caller would. */
  open(access: FileAccess): Promise<{ readonly status: number; readonly bytes: number }>;
}

const STEP_MS = 1_000;
/** As long as the slowest export of a simulator takes, and more. */
const MAX_STEPS = 900;

/** Opens an account; closing it ends the simulators. @param credential - another one than the demo's */
export async function startSimulated(
  { definition, mount }: SimulatedHarness,
  toCredential: (credential: Credential) => Credential = (credential) => credential,
): Promise<SimulatedStage> {
  const clock = createStepClock();
  let picks = 0;
  // Steps evenly through all numbers, so that no two orders are the same.
  const random = { next: () => (picks = (picks + 0.618_033_988_749_895) % 1) };
  const simulators = await startSimulators({ clock, random, mounts: [mount] });
  const { vendor, demoAccount } = mount;
  const tokenUrl = simulators.tokenUrls[vendor];
  const account = definition.createAccount(
    {
      key: demoAccount.key,
      tenant: 'default',
      identity: `default/${demoAccount.key}`,
      baseUrl: simulators.baseUrls[vendor] ?? '',
      credential: toCredential({
        ...demoAccount.credential,
        ...(tokenUrl === undefined ? {} : { tokenUrl }),
      } as Credential),
      // Whoever is asked to wait for a second or more is told so at once.
      limits: { requestsPerSecond: 10_000, maxConcurrent: 16, timeoutMs: 300 },
      pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 3_600_000 },
      fileOrigins: [],
      ...(demoAccount.settings === undefined ? {} : { settings: demoAccount.settings }),
    },
    {
      clock,
      random: { next: () => 0 },
      log: createRecordingLog(),
      secrets: createSecrets(),
    },
  );
  const keyOf = (ids: LocatorIds): ExportKey =>
    toExportKey(
      definition.locator,
      definition.id,
      demoAccount.key,
      parseIds(definition.locator, ids, 'locator'),
    );
  const read = async (key: ExportKey): Promise<ExportSnapshot> => {
    const [reading] = await account.readMany([key]);
    if (reading === undefined || reading instanceof VendorError)
      throw reading ?? new RangeError('No reading.');
    return reading;
  };
  return {
    clock,
    simulators,
    account,
    seeds: simulators.seeds[vendor] ?? [],
    keyOf,
    read,
    async start(words, options) {
      const { fields } = mount.createDemoOrder?.(random, clock.now()) ?? ({ fields: {} } as DemoOrder);
      const order = definition.parseOrder(toInput(fields), 'input.order');
      if (words !== undefined) simulators.faults.order({ vendor, kind: 'simulate', words, call: 'start' });
      if (account.start === undefined) throw new RangeError('It cannot start exports.');
      return account.start(order, options);
    },
    async follow(key) {
      const seen: ExportSnapshot[] = [];
      for (let step = 0; step < MAX_STEPS; step += 1) {
        const snapshot = await read(key);
        seen.push(snapshot);
        if (isTerminal(snapshot.status)) return seen;
        clock.advance(STEP_MS);
      }
      throw new RangeError(`The export has not ended after ${MAX_STEPS} seconds: ${seen.at(-1)?.rawStatus}.`);
    },
    async open(access) {
      if (access.type === 'link') return measure(await request(access.url));
      if (access.type !== 'stream') throw new RangeError(`There is no file to open: ${access.type}.`);
      const { status, body } = await access.open({ method: 'GET', headers: {} });
      let bytes = 0;
      for await (const piece of body) bytes += (piece as Buffer).length;
      return { status, bytes };
    },
    async [Symbol.asyncDispose]() {
      await account.close();
      await simulators[Symbol.asyncDispose]();
    },
  };
}

async function measure({ statusCode, body }: Awaited<ReturnType<typeof request>>) {
  return { status: statusCode, bytes: (await body.arrayBuffer()).byteLength };
}

/** Instants reach a vendor as the schema's `DateTime` gives them: in epoch milliseconds. */
function toInput(fields: DemoOrder['fields']): Readonly<Record<string, unknown>> {
  const isInstant = (value: unknown): value is string =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isInstant(value) ? Date.parse(value) : value]),
  );
}
