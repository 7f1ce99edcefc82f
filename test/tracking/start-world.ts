import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHiEnergySimulator } from '../../simulator/hi-energy/simulator.ts';
import { createScaledClock } from '../../simulator/scaled-clock.ts';
import { type Simulators, startSimulators } from '../../simulator/server.ts';
import type { SimulatorSurroundings } from '../../simulator/simulator.ts';
import { SIMULATED_VENDORS } from '../../simulator/vendors.ts';
import { toExportKey } from '../../src/export/locator.ts';
import type { CodedVendorId } from '../../src/export/vendor-id.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';
import { type GraphQLAnswer, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type FaultLine, startFaultLine } from './fault-line.ts';

/** Ten seconds of waiting for a vendor pass in one. */
const SPEED = 10;
/** Of one request. Even at this speed a busy machine answers in time, as a rule. */
export const TIMEOUT_MS = 3_000;
export const ACCOUNT = 'main';

const START = /* GraphQL */ `
  mutation Start($input: StartExportInput!) {
    startExport(input: $input) { isExisting export { id status } }
  }
`;
const TRACKED = '{ recentExports(filter: { isTracked: true }, first: 100) { nodes { id } } }';

/** How an ask ended: the export, or the error's code. */
export type Told =
  | { readonly id: string; readonly isExisting: boolean }
  | { readonly code: string; readonly isRetryable: unknown; readonly message: string };

/** One vendor with a line to it that fails as it is told, and a gateway whose store outlives it. */
export interface StartWorld extends AsyncDisposable {
  readonly line: FaultLine;
  /** Forgets what was counted. */
  begin(): void;
  /** How many orders the vendor has accepted. */
  accepted(): number;
  /** Global ids of all exports that orders have started. */
  startedIds(): readonly string[];
  ask(name: string): Promise<Told>;
  trackedIds(): Promise<ReadonlySet<string>>;
  /** Another gateway takes the place of this one, on the same file. */
  restart(): Promise<void>;
}

export async function openStartWorld(vendor: CodedVendorId): Promise<StartWorld> {
  const clock = createScaledClock(systemClock, SPEED);
  const folder = mkdtempSync(join(tmpdir(), 'waybill-starts-'));
  const simulators = await startSimulators({
    clock,
    // It would answer a second order with the export of the first: what the gateway does by itself would not show.
    vendors: {
      [vendor]: vendor === 'hi-energy' ? createForgetfulHiEnergy : SIMULATED_VENDORS[vendor].create,
    },
  });
  const line = await startFaultLine(clock, simulators.url, { 'x-simulate': 'instant' });
  const open = (): Promise<TestGateway> =>
    startTestGateway({
      accounts: [toAccount(simulators, line, vendor)],
      config: {
        store: { kind: 'sqlite', path: join(folder, 'waybill.db') },
        server: { logLevel: 'error' },
        limits: { operationsPerMinute: 100_000, locatorsPerMinute: 100_000 },
      },
      tools: { clock },
    });
  let gateway = await open();
  return {
    line,
    begin: () => simulators.orders.clear(),
    accepted: () => simulators.orders.read()[vendor].count,
    startedIds: () => simulators.orders.read()[vendor].orders.map(({ ids }) => toId(vendor, ids)),
    async ask(name) {
      const input = { order: toOrder(vendor, name), idempotencyKey: `key of ${name}`, label: name };
      return toTold(await gateway.query(START, { input }));
    },
    async trackedIds() {
      const { data } = await gateway.query(TRACKED);
      return new Set(data.recentExports.nodes.map(({ id }: { readonly id: string }) => id));
    },
    async restart() {
      await gateway[Symbol.asyncDispose]();
      gateway = await open();
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await line[Symbol.asyncDispose]();
      await simulators[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A Hi Energy that answers no order with the export of an earlier one: what the gateway finds, it finds by itself. */
function createForgetfulHiEnergy(surroundings: SimulatorSurroundings) {
  return createHiEnergySimulator(surroundings, { dedupeWindowMs: 0 });
}

function toAccount({ accounts, url }: Simulators, line: FaultLine, vendor: CodedVendorId): object {
  const account = accounts.find((each) => (each as { readonly vendor: string }).vendor === vendor) as {
    readonly baseUrl: string;
  };
  return {
    ...account,
    key: ACCOUNT,
    baseUrl: account.baseUrl.replace(url, line.url),
    limits: { timeoutMs: TIMEOUT_MS, requestsPerSecond: 1_000, maxConcurrent: 20 },
    polling: { minMs: 30_000, maxMs: 60_000 },
  };
}

const REPORT_ID = 'bbbbbbbb-0000-4000-8000-000000000001';

/** An order that is told from every other one by its name, at the vendor too. */
function toOrder(vendor: CodedVendorId, name: string): object {
  switch (vendor) {
    case 'power-bi': {
      const reportConfiguration = { defaultBookmark: { name } };
      return { powerBi: { reportId: REPORT_ID, format: 'PDF', reportConfiguration } };
    }
    case 'hi-energy':
      return { hiEnergy: { reportType: 'deals_excel', searchParams: { q: name } } };
    case 'talkdesk': {
      const timespan = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };
      return { talkdesk: { reportType: 'calls', name, ...timespan } };
    }
    case 'web-admit':
      // Its orders have no name; this template has no run from before.
      return { webAdmit: { userIdentityId: '37442', exportId: '86480' } };
  }
}

function toId(vendor: CodedVendorId, ids: Readonly<Record<string, string>>): string {
  return toExportKey(CODED_VENDORS[vendor].locator, vendor, ACCOUNT, ids).id;
}

function toTold({ status, data, errors: [error] }: GraphQLAnswer): Told {
  const { code, retryable } = error?.extensions ?? {};
  if (error !== undefined) return { code: String(code), isRetryable: retryable, message: error.message };
  if (status !== 200) return { code: `HTTP ${status}`, isRetryable: false, message: '' };
  const { isExisting, export: started } = data.startExport;
  return { id: started.id, isExisting };
}
