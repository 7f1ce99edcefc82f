import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoreUnavailableError } from '../../src/export/errors.ts';
import type { Store, TrackedExport } from '../../src/export/store.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { StoreOpenError } from '../../src/store/errors.ts';
import { openStore } from '../../src/store/open.ts';
import { PreparedStatements } from '../../src/store/sql/sqlite-file.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createLogBook } from './log-book.ts';
import {
  START,
  toChange,
  toDelivery,
  toKey,
  toRequest,
  toSnapshot,
  toState,
  toTracked,
} from './made-exports.ts';

let folder: string;
let path: string;
let opened: Store[];
const isRoot = process.getuid?.() === 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-store-'));
  path = join(folder, 'waybill.db');
  opened = [];
});

afterEach(async () => {
  for (const store of opened) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(at = path, { log } = createLogBook(), clock = systemClock): Promise<Store> {
  const store = await openStore({ kind: 'sqlite', path: at }, { clock, log });
  opened.push(store);
  return store;
}

/** Fills a store with one of everything. */
async function fill(store: Store): Promise<void> {
  await store.takeKey(toKey('k'), START);
  await store.track(
    toRequest(toTracked('e1', { label: 'mine' }), {
      deliveries: [toDelivery('d1')],
      startKey: { key: 'k', started: toSnapshot('e1') },
    }),
  );
  await store.track(toRequest(toTracked('e2')));
  await store.untrack('acme', 'e2', START);
  await store.record([
    toChange('e1', { duration: { kind: 'daily', ms: 5 }, deliveries: [toDelivery('d2')] }),
  ]);
}

/** What `fill` put there. */
async function readAll(store: Store) {
  return {
    exports: await store.list({ tenant: 'acme', limit: 10 }),
    deliveries: await store.listDeliveries({ tenant: 'acme', limit: 10 }),
    durations: await store.listDurations(10),
    key: await store.takeKey(toKey('k'), START),
    untracked: await store.track(toRequest(toTracked('e2'), { isDiscovered: true })),
  };
}

const refusal = async (at = path) => {
  const error: unknown = await open(at).catch((thrown: unknown) => thrown);
  if (!(error instanceof StoreOpenError)) throw new Error('It was opened.');
  expect(error.message).not.toContain('\n');
  return error.message;
};

describe('a SQLite file', () => {
  it('keeps everything over a restart', async () => {
    const first = await open();
    await fill(first);
    const before = await readAll(first);
    await first.close();

    const after = await readAll(await open());

    expect(after).toEqual(before);
    expect(after.exports).toHaveLength(1);
    expect(after.deliveries).toHaveLength(2);
    expect(after.untracked).toBe('known');
  });

  it('holds no webhook back that was under way when the gateway before ended', async () => {
    const request = {
      now: systemClock.now(),
      busy: new Set<string>(),
      perEndpoint: 4,
      limit: 10,
      leaseMs: 3_600_000,
    };
    const first = await open();
    await first.track(toRequest(toTracked('e1'), { deliveries: [toDelivery('msg_1')] }));
    const taken = await first.takeDeliveries(request);
    const takenAgain = await first.takeDeliveries(request);
    await first.close();

    const afterwards = await (await open()).takeDeliveries({ ...request, now: systemClock.now() });

    expect([taken.length, takenAgain.length]).toEqual([1, 0]);
    expect(afterwards).toMatchObject([{ id: 'msg_1', attempts: 0 }]);
  });

  it('is refused to a second gateway, by whatever name, and free when the first one has gone', async () => {
    const first = await open();
    const link = join(folder, 'link.db');
    symlinkSync(path, link);

    expect(await refusal()).toContain('another gateway has it open');
    expect(await refusal(link)).toContain('another gateway has it open');
    await fill(first);
    await first.close();

    expect((await readAll(await open(link))).exports).toHaveLength(1);
  });

  it('is refused to another process as well', async () => {
    await open();

    const other = spawnSync(
      process.execPath,
      [
        '-e',
        `const D = require(${JSON.stringify(createRequire(import.meta.url).resolve('libsql'))}); const d = new D(process.argv[1]);
         try { d.exec('begin exclusive'); console.log('taken') } catch (error) { console.log(error.code) }`,
        `${path}-lock`,
      ],
      { encoding: 'utf8' },
    );

    expect(other.stdout).toBe('SQLITE_BUSY\n');
  });

  it('is refused with what to do, where it can never be one', async () => {
    const text = join(folder, 'text.db');
    writeFileSync(text, 'This is no database. '.repeat(500));
    const foreign = join(folder, 'foreign.db');
    const other = new Database(foreign);
    other.exec('create table theirs (a integer)');
    other.close();

    expect(await refusal(folder)).toContain('it is a directory: name a file in it');
    expect(await refusal(join(folder, 'none', 'a.db'))).toContain(
      'its directory does not exist, or may not be looked into: create it',
    );
    expect(await refusal(join(text, 'a.db'))).toContain(
      'its directory does not exist, or may not be looked into: create it',
    );
    expect(await refusal(text)).toContain('it is not a database, or damaged');
    expect(await refusal(foreign)).toContain('it is a database of another program');
    expect(await refusal('/dev/null')).toContain('it is not a file');
  });

  it('is refused where it is damaged', async () => {
    const store = await open();
    const ids = Array.from({ length: 300 }, (_, index) => `e${index}`);
    await Promise.all(ids.map((id) => store.track(toRequest(toTracked(id)))));
    await store.close();
    const file = openSync(path, 'r+');
    for (let page = 30; page < 60; page += 1)
      writeSync(file, Buffer.alloc(2_000, 0xa5), 0, 2_000, page * 4_096);

    expect(await refusal()).toContain('it is damaged: move it away and restore a backup');
  });

  it('is refused where a newer version has written it', async () => {
    const store = await open();
    await store.close();
    const file = new Database(path);
    file.exec("insert into waybill_migrations values ('9999_of_tomorrow', '2030-01-01T00:00:00.000Z')");
    file.close();

    expect(await refusal()).toContain('a newer version of Waybill has written it');
  });

  it.each(['the directory', 'the file'])('is refused where %s cannot be written', async (what) => {
    const store = await open();
    await store.close();
    if (isRoot)
      for (const name of ['', 'waybill.db', 'waybill.db-lock']) chownSync(join(folder, name), 65_534, 65_534);
    if (what === 'the directory') rmSync(`${path}-lock`);
    chmodSync(what === 'the directory' ? folder : path, 0o555);

    const message = await asNobody(() => refusal());

    expect(message).toContain('it cannot be written: give the gateway the right');
  });

  it('that is moved away while it is open is told of by the check', async () => {
    const store = await open();
    await store.check();
    renameSync(path, `${path}.old`);

    await expect(store.check()).rejects.toThrow(StoreUnavailableError);

    renameSync(`${path}.old`, path);
    await store.check();
  });

  it('can be copied while the gateway runs, and the copy is a store', async () => {
    const store = await open();
    await fill(store);
    const copy = join(folder, 'copy.db');
    const reader = new Database(path);
    reader.exec(`vacuum into '${copy}'`);
    reader.close();

    expect(await readAll(await open(copy))).toEqual(await readAll(store));
  });

  it('can be copied when the gateway has ended', async () => {
    const store = await open();
    await fill(store);
    await store.close();
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy);

    expect((await readAll(await open(copy))).deliveries).toHaveLength(2);
  });

  it('that another program holds for a moment is waited for, without holding up anything else', async () => {
    const clock = createManualClock();
    const store = await open(path, createLogBook(), clock);
    const other = new Database(path);
    other.exec('begin immediate');

    const written = store.track(toRequest(toTracked('e1')));
    await clock.advance(200);
    expect(await store.find('acme', ['e1'])).toEqual([]);
    other.exec('rollback');
    await clock.advance(50);

    expect(await written).toBe('tracked');
    other.close();
  });

  it('that another program holds for good is trouble that is told once', async () => {
    const clock = createManualClock();
    const book = createLogBook();
    const store = await open(path, book, clock);
    const other = new Database(path);
    other.exec('begin immediate');

    const writes = Promise.allSettled([
      store.track(toRequest(toTracked('e1'))),
      store.releaseKey('acme', 'k'),
    ]);
    await clock.advance(10_000);

    for (const result of await writes) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } });
    }
    expect(book.lines.filter((line) => line.includes('another program holds its file'))).toHaveLength(1);
    other.exec('rollback');
    other.close();
    expect(await store.track(toRequest(toTracked('e1')))).toBe('tracked');
    expect(book.lines.at(-1)).toContain('The store can be used again.');
  });

  it('suffers nothing from one write that cannot be written', async () => {
    const store = await open();
    const broken = toTracked('e2', { identity: true as unknown as string });

    const results = await Promise.allSettled([
      store.track(toRequest(toTracked('e1'))),
      store.track(toRequest(broken)),
      store.track(toRequest(toTracked('e3'))),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await store.find('acme', ['e1', 'e2', 'e3'])).toHaveLength(2);
  });

  it('ends once what waits has been written, and takes nothing after that', async () => {
    const store = await open();
    const last = store.track(toRequest(toTracked('e1')));
    await store.close();

    expect(await last).toBe('tracked');
    await expect(store.track(toRequest(toTracked('e2')))).rejects.toThrow(StoreUnavailableError);
    await expect(store.countOpen('acme')).rejects.toThrow(StoreUnavailableError);
    expect(await (await open()).countOpen('acme')).toBe(1);
  });

  it('is asked nothing that an index does not answer', async () => {
    const prepared = vi.spyOn(PreparedStatements.prototype, 'prepare');
    const store = await open();
    prepared.mockClear();
    await fill(store);
    await useEverything(store);
    const texts = [...new Set(prepared.mock.calls.map(([text]) => text))].filter((text) =>
      /^\s*(select|with|update|delete|insert)/.test(text),
    );
    prepared.mockRestore();
    const connection = new Database(path);

    const scans = texts.flatMap((text) =>
      (connection.prepare(`explain query plan ${text}`).all() as { detail: string }[])
        .filter(({ detail }) =>
          /^SCAN waybill_\w+( AS \w+)?$|^SCAN (older|oldest|head|heads|last)$|TEMP B-TREE/.test(detail),
        )
        .map(({ detail }) => `${detail}: ${text}`),
    );

    connection.close();
    expect(texts.length).toBeGreaterThan(30);
    // In the order of its rows, from the newest, and no further than it must.
    expect(scans.filter((line) => !line.startsWith('SCAN waybill_durations:'))).toEqual([]);
  });
});

/** Calls each method in each of its forms. */
async function useEverything(store: Store): Promise<void> {
  await readAll(store);
  const busy = new Set<string>();
  for (const query of [
    { text: 'a' },
    { statuses: ['RUNNING' as const] },
    { hasEnded: true },
    { hasEnded: false, from: START },
    { createdAfter: START, createdBefore: START + 1, accounts: ['hi'], vendors: ['hi-energy' as const] },
  ]) {
    await store.list({ tenant: 'acme', limit: 10, ...query });
  }
  await store.listOpen(null, 5);
  await store.listOpen(toTracked('e1'), 5);
  await store.listOpenNames(null, 5);
  await store.listOpenNames({ tenant: 'acme', exportId: 'e1' }, 5);
  await store.countOpen('acme');
  await store.find('acme', ['e1']);
  await store.findKeyed('acme', ['e1']);
  await store.retakeKey(toKey('k'), { sentAt: 1, mark: null, expiresAt: 2 });
  await store.takeDeliveries({ now: START, busy, perEndpoint: 5, limit: 5, leaseMs: 5 });
  await store.nextDeliveryAt(busy);
  await store.wakeEndpoints(['ops'], 'all');
  await store.takeTurn({ name: 'discovery', now: START, everyMs: 1 });
  for (const version of [1, 2]) {
    await store.writeToken({ identity: 'acme/a', version, holder: 'h', heldUntil: 0, sealed: null });
  }
  await store.readToken('acme/a');
  await store.settleDeliveries([
    { id: 'd1', status: 'given-up', nextAttemptAt: null, lastResult: '410', at: START },
  ]);
  await store.retryDelivery('acme', 'd1', START);
  for (const query of [{ endpoint: 'ops' }, { status: 'owed' as const }, { before: 'd2' }]) {
    await store.listDeliveries({ tenant: 'acme', limit: 5, ...query });
  }
  await store.track(toRequest(toTracked('e1'), { setsLabel: true, maxOpen: 5 }));
  await store.check();
  await store.prune(START);
}

/** Root may write anywhere. */
async function asNobody<Result>(work: () => Promise<Result>): Promise<Result> {
  if (!isRoot) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

const disk = isRoot ? mountSmallDisk() : null;
if (disk === null) {
  process.stderr.write(
    '\n*** No small disk can be mounted here: the test of a full disk is SKIPPED. ***\n\n',
  );
}

/** A disk of 1 MB. @returns where it is; null where none can be made */
function mountSmallDisk(): string | null {
  const at = mkdtempSync(join(tmpdir(), 'waybill-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', at]);
  if (mounted.status === 0) return at;
  rmSync(at, { recursive: true });
  return null;
}

describe.skipIf(disk === null)('a full disk', () => {
  const at = disk ?? '';

  afterEach(async () => {
    for (const store of opened) await store.close();
    opened = [];
    for (const name of readdirSync(at)) rmSync(join(at, name), { recursive: true });
  });
  afterAll(() => {
    // Lazily: what libsql has not forgotten yet still has the file open.
    spawnSync('umount', ['--lazy', at]);
    rmSync(at, { recursive: true, force: true });
  });

  it('is told of at the start as well', async () => {
    const ballast = join(at, 'ballast');
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096']);

    expect(await refusal(join(at, 'waybill.db'))).toMatch(/its disk is full|it cannot be written/);
  });

  it('loses nothing that was told to be written, and is no trouble any more once there is room', async () => {
    mkdirSync(join(at, 'store'));
    const ballast = join(at, 'ballast');
    writeFileSync(ballast, Buffer.alloc(300_000));
    const book = createLogBook();
    const store = await open(join(at, 'store', 'waybill.db'), book);
    const written: string[] = [];
    let failed: unknown;
    for (let index = 0; failed === undefined && index < 5_000; index += 1) {
      const id = `e${index}`;
      await store
        .track(toRequest(toLarge(id), { deliveries: [toDelivery(`d${index}`, { exportId: id })] }))
        .then(
          () => written.push(id),
          (error: unknown) => {
            failed = error;
          },
        );
    }

    expect(failed).toBeInstanceOf(StoreUnavailableError);
    expect((failed as Error).message).not.toContain(at);
    expect(book.lines).toHaveLength(1);
    expect(book.lines[0]).toMatch(/its disk is full|its disk cannot be written/);
    expect(await store.find('acme', written)).toHaveLength(written.length);
    // As large as the one that had no room: a smaller one might have.
    const next = toRequest(toLarge('next'), { deliveries: [toDelivery('next', { exportId: 'next' })] });
    await expect(store.track(next)).rejects.toThrow(StoreUnavailableError);

    rmSync(ballast);
    expect(await store.track(toRequest(toLarge('next')))).toBe('tracked');
    expect(book.lines.at(-1)).toContain('The store can be used again.');
    expect(await store.countOpen('acme')).toBe(written.length + 1);
    expect(await store.listDeliveries({ tenant: 'acme', limit: 9_999 })).toHaveLength(written.length);
    expect(statSync(join(at, 'store', 'waybill.db')).size).toBeGreaterThan(0);
  });
});

function toLarge(id: string): TrackedExport {
  return toTracked(id, { state: toState(id, { details: 'x'.repeat(3_000) }) });
}
