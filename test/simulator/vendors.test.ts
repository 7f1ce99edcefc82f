import { describe, expect, it } from 'vitest';
import {
  DEMO_HI_ENERGY_API_KEY,
  DEMO_POWER_BI_CLIENT_ID,
  DEMO_POWER_BI_CLIENT_SECRET,
  DEMO_TALKDESK_CLIENT_ID,
  DEMO_TALKDESK_CLIENT_SECRET,
  DEMO_WEB_ADMIT_API_KEY,
} from '../../simulator/demo-credentials.ts';
import { FAULT_KINDS, type FaultKind } from '../../simulator/faults.ts';
import { type Simulators, startSimulators } from '../../simulator/server.ts';
import { type ExportSnapshot, isTerminal } from '../../src/export/export.ts';
import { parseIds, toExportKey } from '../../src/export/locator.ts';
import type { FileAccess, VendorAccount } from '../../src/export/ports.ts';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import type { Credential } from '../../src/http/types.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createTestTools } from '../support/tools.ts';
import { call } from './toy-vendor.ts';

interface Stage extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly simulators: Simulators;
  readonly account: VendorAccount;
  /** Every seeded export, read by the vendor's adapter; throws where one cannot be read. */
  readAll(): Promise<readonly ExportSnapshot[]>;
}

/** A vendor's adapter in front of all simulators. Both tell the time by the test's clock, whatever day it is; the adapter's timers run. */
async function startStage(vendor: CodedVendorId): Promise<Stage> {
  const clock = createManualClock();
  const simulators = await startSimulators({ clock });
  const account = CODED_VENDORS[vendor].createAccount(
    {
      key: 'demo',
      tenant: 'default',
      identity: 'default/demo',
      baseUrl: simulators.baseUrls[vendor],
      credential: toCredential(vendor, simulators),
      limits: { requestsPerSecond: 1_000, maxConcurrent: 4, timeoutMs: 2_000 },
      pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 600_000 },
      fileOrigins: [],
    },
    createTestTools({ clock: { now: clock.now, setTimer: systemClock.setTimer } }),
  );
  const keys = simulators.seeds[vendor].map(({ ids }) =>
    toExportKey(
      CODED_VENDORS[vendor].locator,
      vendor,
      'demo',
      parseIds(CODED_VENDORS[vendor].locator, ids, 'seed'),
    ),
  );
  return {
    clock,
    simulators,
    account,
    async readAll() {
      const readings = await account.readMany(keys);
      return readings.map((reading) => {
        if (reading instanceof Error) throw reading;
        return reading;
      });
    },
    async [Symbol.asyncDispose]() {
      await account.close();
      await simulators[Symbol.asyncDispose]();
    },
  };
}

function toCredential(vendor: CodedVendorId, { tokenUrls }: Simulators): Credential {
  const credentials = {
    'power-bi': {
      type: 'client-credentials',
      tokenUrl: tokenUrls['power-bi'],
      clientId: DEMO_POWER_BI_CLIENT_ID,
      clientSecret: DEMO_POWER_BI_CLIENT_SECRET,
    },
    'hi-energy': { type: 'api-key', apiKey: DEMO_HI_ENERGY_API_KEY },
    talkdesk: {
      type: 'client-credentials',
      tokenUrl: tokenUrls.talkdesk,
      clientId: DEMO_TALKDESK_CLIENT_ID,
      clientSecret: DEMO_TALKDESK_CLIENT_SECRET,
    },
    'web-admit': { type: 'api-key', apiKey: DEMO_WEB_ADMIT_API_KEY },
  } as const satisfies Record<CodedVendorId, Credential>;
  return credentials[vendor];
}

describe.each(CODED_VENDOR_IDS)('%s, served with all others', (vendor) => {
  it('has several exports in place, some of them still moving', async () => {
    await using stage = await startStage(vendor);

    const snapshots = await stage.readAll();

    expect(snapshots.length).toBeGreaterThanOrEqual(6);
    expect(snapshots.map(({ status }) => status)).toContain('QUEUED');
    // Power BI has a word of its own for not knowing.
    const unknown = snapshots.filter(({ status }) => status === 'UNKNOWN').map(({ rawStatus }) => rawStatus);
    expect(unknown).toEqual(vendor === 'power-bi' ? ['Undefined'] : []);
  });

  it('ends every one of them as its seed says, within an hour', async () => {
    await using stage = await startStage(vendor);
    await stage.readAll();
    await stage.clock.advance(3_600_000);

    const snapshots = await stage.readAll();

    expect(snapshots.filter(({ status }) => !isTerminal(status))).toEqual([]);
    expect(snapshots.map(({ rawStatus }) => rawStatus)).toEqual(
      stage.simulators.seeds[vendor].map(({ ends }) => ends),
    );
  });

  it('hands out a real file for each export that has one', async () => {
    await using stage = await startStage(vendor);
    await stage.readAll();
    await stage.clock.advance(600_000);
    let opened = 0;

    for (const snapshot of await stage.readAll()) {
      const files =
        snapshot.files === undefined ? await stage.account.describeFiles(snapshot.key) : snapshot.files;
      if (snapshot.status !== 'SUCCEEDED' || files === null || files.length === 0) continue;
      const access = await stage.account.locateFile(snapshot.key, 0);
      if (access.type === 'gone') continue;
      const bytes = await open(access);
      expect(isOfItsKind(files[0]?.name ?? '', bytes), `${files[0]?.name}`).toBe(true);
      opened += 1;
    }

    expect(opened).toBeGreaterThanOrEqual(2);
  });

  const expected = {
    status: 'VENDOR_UNAVAILABLE',
    throttle: 'VENDOR_RATE_LIMITED',
    html: 'VENDOR_UNAVAILABLE',
    garbage: 'VENDOR_BAD_RESPONSE',
    truncated: 'VENDOR_BAD_RESPONSE',
    empty: 'VENDOR_BAD_RESPONSE',
    null: 'VENDOR_BAD_RESPONSE',
    huge: 'VENDOR_BAD_RESPONSE',
    'gzip-bomb': 'VENDOR_BAD_RESPONSE',
    reset: 'VENDOR_UNAVAILABLE',
    'half-body': 'VENDOR_UNAVAILABLE',
  } satisfies Partial<Record<FaultKind, string>>;
  it.each(Object.entries(expected))('breaks by the fault "%s" into %s', async (kind, code) => {
    await using stage = await startStage(vendor);
    const [first] = stage.simulators.seeds[vendor];
    if (first === undefined) throw new Error('nothing is seeded');
    const status = kind === 'status' ? { status: 503 } : {};
    stage.simulators.faults.order({ vendor, kind: kind as FaultKind, times: 50, ...status });
    const grammar = CODED_VENDORS[vendor].locator;
    const key = toExportKey(grammar, vendor, 'demo', parseIds(grammar, first.ids, 'seed'));

    const [reading] = await stage.account.readMany([key]);

    expect(Object.hasOwn(FAULT_KINDS, kind)).toBe(true);
    expect(reading).toMatchObject({ code });
  });
});

async function open(access: FileAccess): Promise<Buffer> {
  if (access.type === 'link') {
    const answer = await call(access.url);
    expect(answer.status).toBe(200);
    return answer.bytes;
  }
  if (access.type !== 'stream') throw new Error(`expected a file, got ${access.type}`);
  const { status, body } = await access.open({ method: 'GET', headers: {} });
  expect(status).toBe(200);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Knows a file by its first bytes, as an operating system does. */
function isOfItsKind(name: string, bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 4);
  if (name.endsWith('.pdf')) return start === '%PDF';
  if (/\.(xlsx?|pptx|zip)$/.test(name)) return start === 'PK\u0003\u0004';
  if (name.endsWith('.png')) return start === '\u0089PNG';
  return bytes.length > 100 && !bytes.includes(0);
}
