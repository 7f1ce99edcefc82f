import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/export/store.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { openStore } from '../../src/store/open.ts';
import { BUNDLED_CWD, bundleProgram } from '../support/bundled.ts';
import { createLogBook } from './log-book.ts';
import { START, toKey } from './made-exports.ts';

const WRITER = ['--input-type=module', '--eval', bundleProgram("import './test/store/kill-writer.ts'"), '--'];
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 10);
/** The longest life of a writer, from when it begins to write. */
const LONGEST_MS = 120;

interface Life {
  /** What the process had been told is written: by word, the ids. */
  readonly told: ReadonlyMap<string, ReadonlySet<string>>;
  /** Ids that it may have begun. */
  readonly ids: readonly string[];
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-kill-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Lets a process write for a while, and kills it. */
async function runAndKill(path: string, first: number, lifeMs: number): Promise<Life> {
  const child = spawn(process.execPath, [...WRITER, path, String(first)], {
    cwd: BUNDLED_CWD,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told = new Map<string, Set<string>>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [word = '', id = ''] = line.split(' ');
    if (word === 'ready') setTimeout(() => child.kill('SIGKILL'), lifeMs);
    else told.set(word, (told.get(word) ?? new Set()).add(id));
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  const last = Math.max(first, ...[...(told.get('key') ?? [])].map((id) => Number(id.slice(1))));
  return { told, ids: Array.from({ length: last - first + 17 }, (_, index) => `e${first + index}`) };
}

/** Every word that was given must be kept, and nothing may be there by half. */
async function expectWhole(store: Store, { told, ids }: Life): Promise<void> {
  const tracked = new Map((await store.find('acme', ids)).map((entry) => [entry.key.id, entry]));
  const deliveries = new Set(
    (await store.listDeliveries({ tenant: 'acme', limit: 1_000_000 })).map(({ id }) => id),
  );
  const keyed = await store.findKeyed('acme', ids);
  for (const id of ids) {
    const has = (word: string) => told.get(word)?.has(id) ?? false;
    const entry = tracked.get(id);
    const wasTracked = deliveries.has(`tracked ${id}`);
    const hasEnded = deliveries.has(`ended ${id} one`);
    // Kept:
    if (has('key')) expect(await store.takeKey(toKey(`k${id.slice(1)}`), START)).not.toBeNull();
    if (has('tracked')) expect(wasTracked).toBe(true);
    if (has('ended')) expect(hasEnded).toBe(true);
    if (has('untracked')) expect(entry).toBeUndefined();
    // Whole:
    expect(keyed.has(id)).toBe(wasTracked);
    expect(deliveries.has(`ended ${id} two`)).toBe(hasEnded);
    if (entry !== undefined) expect([wasTracked, hasEnded]).toEqual([true, entry.keptUntil !== null]);
    else if (wasTracked) expect([hasEnded, Number(id.slice(1)) % 3]).toEqual([true, 0]);
  }
}

describe('kill -9 at any moment', () => {
  it(`loses nothing that was told to be written, and leaves nothing half done (${ROUNDS} rounds)`, async () => {
    const path = join(folder, 'waybill.db');
    const lives: Life[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      lives.push(await runAndKill(path, round * 100_000, Math.random() * LONGEST_MS));
    }

    const tools = { clock: systemClock, log: createLogBook().log };
    const store = await openStore({ kind: 'sqlite', path }, tools);
    for (const life of lives) await expectWhole(store, life);
    await store.close();

    const words = lives.reduce(
      (sum, { told }) => sum + [...told.values()].flatMap((ids) => [...ids]).length,
      0,
    );
    expect(words).toBeGreaterThan(ROUNDS * 10);
  }, 600_000);
});
