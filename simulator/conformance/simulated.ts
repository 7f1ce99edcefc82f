/** The part of the suite that puts a vendor's adapter in front of its simulator: exports from their start to their files. */
import { VendorError } from '../../src/export/errors.ts';
import { type ExportStatus, isTerminal, type LocatorIds } from '../../src/export/export.ts';
import type { FileAccess } from '../../src/export/ports.ts';
import type { Credential } from '../../src/http/types.ts';
import { type FakeVendor, startFakeVendor } from './fake-vendor.ts';
import type { SuiteRunner } from './runner.ts';
import { type SimulatedHarness, type SimulatedStage, startSimulated } from './simulated-stage.ts';
import { codeOf, expectOnlyWhatTheStatusAllows } from './stage.ts';
import { waitUntil } from './wait-until.ts';

const HOUR_MS = 3_600_000;

/** Runs this part for one vendor. */
export function describeSimulatedVendor(suite: SuiteRunner, name: string, harness: SimulatedHarness): void {
  const { describe } = suite;
  describe(`${name} in front of its simulator`, () => {
    describeExports(suite, harness);
    describeFiles(suite, harness);
    describeTrouble(suite, harness);
    if (harness.definition.capabilities.canStart) describeStarts(suite, harness);
  });
}

function describeExports(suite: SuiteRunner, harness: SimulatedHarness): void {
  const { expect, it } = suite;
  const { canList } = harness.definition.capabilities;

  it('reads every export in place, alone and together, until each has ended as its vendor says', async () => {
    await using stage = await startSimulated(harness);
    const keys = stage.seeds.map(({ ids }) => stage.keyOf(ids));

    const atFirst = await stage.account.readMany(keys);
    stage.clock.advance(HOUR_MS);
    const together = await stage.account.readMany(keys);
    const alone = await Promise.all(keys.map(stage.read));

    for (const reading of [...atFirst, ...together, ...alone]) {
      if (reading instanceof VendorError) throw reading;
      expectOnlyWhatTheStatusAllows(expect, reading);
    }
    expect(atFirst.some((reading) => 'status' in reading && !isTerminal(reading.status))).toBe(true);
    const ends = stage.seeds.map(({ ends: word }) => word);
    expect(alone.map(({ rawStatus }) => rawStatus)).toEqual(ends);
    expect(together.map(codeOf)).toEqual(alone.map(codeOf));
  });

  it('tells an export that is not there from all others', async () => {
    await using stage = await startSimulated(harness);
    const [seed] = stage.seeds;
    if (seed === undefined) return;
    const absent = await findAbsent(stage, seed.ids);

    const [reading] = await stage.account.readMany([stage.keyOf(absent)]);

    expect(codeOf(reading)).toBe('EXPORT_NOT_FOUND');
  });

  it.runIf(canList)('lists the exports in place, page by page', async () => {
    await using stage = await startSimulated(harness);

    const recent = await stage.account.listRecent(stage.seeds.length);

    // A list that is told no id shows an export by those alone without which it has no name.
    const { locator } = harness.definition;
    const asListed = (ids: LocatorIds): LocatorIds =>
      Object.fromEntries(Object.entries(ids).filter(([name]) => locator[name]?.isOptional === false));
    const names = new Set(stage.seeds.map(({ ids }) => stage.keyOf(asListed(ids)).id));
    expect(recent.length).toBeGreaterThan(0);
    for (const { key } of recent) expect(names).toContain(key.id);
    expect(new Set(recent.map(({ key }) => key.id)).size).toBe(recent.length);
  });
}

/** Ids that differ from those of every export in place, of the same grammar. */
async function findAbsent(
  stage: SimulatedStage,
  ids: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const last = Object.keys(ids).at(-1) ?? '';
  const known = new Set(stage.seeds.map((seed) => seed.ids[last]));
  const text = ids[last] ?? '';
  for (let at = text.length - 1; at >= 0; at -= 1) {
    for (const letter of '123456789abcdefABCDEF') {
      const id = text.slice(0, at) + letter + text.slice(at + 1);
      if (known.has(id)) continue;
      try {
        stage.keyOf({ ...ids, [last]: id });
        return { ...ids, [last]: id };
      } catch {
        // Not of this grammar: another one may be.
      }
    }
  }
  throw new RangeError(`No other id than ${text} fits its grammar.`);
}

function describeFiles(suite: SuiteRunner, harness: SimulatedHarness): void {
  const { expect, it } = suite;

  it('opens the file of an export that ended well, and of no other', async () => {
    await using stage = await startSimulated(harness);
    stage.clock.advance(HOUR_MS);
    const keys = stage.seeds.map(({ ids }) => stage.keyOf(ids));
    let opened = 0;

    for (const key of keys) {
      // Their clocks start at the first look.
      await stage.read(key);
    }
    stage.clock.advance(HOUR_MS);
    for (const key of keys) {
      const { status } = await stage.read(key);
      const access = await stage.account.locateFile(key, 0);
      if (status !== 'SUCCEEDED') {
        if (status !== 'FAILED') expect(access.type).toBe('gone');
        continue;
      }
      if (access.type === 'gone') continue;
      const file = await stage.open(access);
      expect(file.status).toBe(200);
      expect(file.bytes).toBeGreaterThan(0);
      opened += 1;
    }

    if (harness.hasFiles === false) expect(opened).toBe(0);
    else expect(opened).toBeGreaterThan(0);
  });

  it('never opens a link that has run out: it asks for a new one', async () => {
    await using stage = await startSimulated(harness);
    const found = await findLink(stage);
    if (found === undefined) return;

    stage.clock.advance(HOUR_MS);
    const late = await stage.open(found.access);
    const anew = await stage.account.locateFile(found.key, 0);

    expect(late.status).toBe(403);
    expect(anew.type).toBe('link');
    expect((await stage.open(anew)).status).toBe(200);
  });
}

/** The newest file that is behind a link, with its export. */
async function findLink(stage: SimulatedStage) {
  for (const { ids } of [...stage.seeds].reverse()) {
    const key = stage.keyOf(ids);
    if ((await stage.follow(key)).at(-1)?.status !== 'SUCCEEDED') continue;
    const access: FileAccess = await stage.account.locateFile(key, 0);
    if (access.type === 'link') return { key, access };
  }
  return undefined;
}

function describeTrouble(suite: SuiteRunner, harness: SimulatedHarness): void {
  const { expect, it } = suite;
  const { vendor } = harness.mount;

  it('is told by the vendor to wait, and waits', async () => {
    await using stage = await startSimulated(harness);
    const keys = stage.seeds.slice(0, 1).map(({ ids }) => stage.keyOf(ids));
    stage.simulators.faults.order({ vendor, kind: 'throttle', times: 1, retryAfterSeconds: 30 });

    const [first] = await stage.account.readMany(keys);
    const [second] = await stage.account.readMany(keys);

    expect([codeOf(first), codeOf(second)]).toEqual(['VENDOR_RATE_LIMITED', 'VENDOR_RATE_LIMITED']);
    expect(first instanceof VendorError && (first.retryAfterMs ?? 0) > 0).toBe(true);
  });

  it('says that a wrong credential is refused', async () => {
    await using stage = await startSimulated(harness, spoil);
    const [seed] = stage.seeds;

    const [reading] = await stage.account.readMany([stage.keyOf(seed?.ids ?? {})]);

    expect(codeOf(reading)).toBe('VENDOR_UNAUTHENTICATED');
  });

  const { type } = harness.mount.demoAccount.credential;
  it.runIf(type === 'client-credentials' || type === 'refresh-token')(
    'asks for another token when one has run out',
    async () => {
      await using stage = await startSimulated(harness);
      const key = stage.keyOf(stage.seeds[0]?.ids ?? {});
      await stage.read(key);
      stage.simulators.faults.order({ vendor, kind: 'token-expired' });

      await stage.read(key);

      expect(stage.simulators.calls.read()[vendor]?.token).toBe(2);
    },
  );
}

function spoil(credential: Credential): Credential {
  if (credential.type === 'api-key') return { ...credential, apiKey: 'not-the-key' };
  if (credential.type === 'bearer') return { ...credential, token: 'not-the-token' };
  return { ...credential, clientSecret: 'not-the-secret' } as Credential;
}

function describeStarts(suite: SuiteRunner, harness: SimulatedHarness): void {
  const { expect, it } = suite;
  const { definition, mount } = harness;
  const { vendor } = mount;

  it('starts an export, sees it move and end, and opens its file', async () => {
    await using stage = await startSimulated(harness);

    const { snapshot } = await stage.start();
    const seen = await stage.follow(snapshot.key);

    expect(isTerminal(snapshot.status)).toBe(false);
    expect(seen.at(-1)?.status).toBe('SUCCEEDED');
    expect(stage.simulators.orders.read()[vendor]?.count).toBe(1);
    const access = await stage.account.locateFile(snapshot.key, 0);
    if (harness.hasFiles === false) {
      expect(access.type).toBe('gone');
      return;
    }
    const file = await stage.open(access);
    expect([file.status, file.bytes > 0]).toEqual([200, true]);
  });

  it.runIf(definition.capabilities.canCancel)('stops an export that runs', async () => {
    await using stage = await startSimulated(harness);
    const { snapshot } = await stage.start('slow');
    stage.clock.advance(30_000);

    await stage.account.cancel?.(snapshot.key);
    const seen = await stage.follow(snapshot.key).catch((error: unknown) => error);

    const ended: readonly (ExportStatus | undefined)[] = ['CANCELED', 'EXPIRED'];
    if (Array.isArray(seen)) expect(ended).toContain(seen.at(-1)?.status);
    else expect(seen).toMatchObject({ code: 'EXPORT_NOT_FOUND' });
  });

  it('orders an export once, whatever becomes of the answer', async () => {
    await using stage = await startSimulated(harness);
    stage.simulators.faults.order({ vendor, kind: 'lost-answer' });

    const outcome = await stage.start().catch((error: unknown) => error);

    expect(stage.simulators.orders.read()[vendor]?.count).toBe(1);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
  });

  it.runIf(definition.readCallback !== undefined)(
    'knows an export again by what the vendor posts',
    async () => {
      await using listener: FakeVendor = await startFakeVendor(() => ({ status: 204 }));
      await using stage = await startSimulated(harness);

      const { snapshot } = await stage.start(undefined, { callbackUrl: `${listener.url}/callback` });
      await stage.follow(snapshot.key);
      stage.clock.advance(HOUR_MS);
      await waitUntil('the vendor posts to the callback', () => listener.requests.length > 0);

      const told = definition.readCallback?.(listener.requests[0]?.body ?? '') ?? {};
      expect(Object.keys(told).length).toBeGreaterThan(0);
      expect(snapshot.key.ids).toMatchObject(told);
    },
  );
}
