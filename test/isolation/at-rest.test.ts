import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startGateway } from '../../src/gateway.ts';
import { sweep } from '../support/sweep/sweep.ts';
import { type Canaries, type FoundAtRest, findAtRest, SPELLINGS } from './at-rest.ts';
import { TENANT_COUNT, toHookSecret, toSecret } from './cast.ts';
import { LINK_SECRET } from './config-text.ts';
import { runSchedule } from './schedule.ts';
import type { World } from './world.ts';

const STEPS = 1_000;
/** So many of them that exports have been started, have ended and were told of. */
const STEPS_TO_A_LEAK = 400;

/** What is written down at the moment that must not be; empty where nothing is. */
const planted = vi.hoisted(() => ({ text: '', isLinked: false }));

vi.mock('../../src/store/sql/rows.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/store/sql/rows.ts')>();
  return {
    ...original,
    toStateColumns(state: Parameters<typeof original.toStateColumns>[0]) {
      const columns = original.toStateColumns(state);
      if (planted.text === '' || columns.state === null) return columns;
      return { ...columns, state: JSON.stringify({ ...JSON.parse(columns.state), leak: planted.text }) };
    },
  };
});

vi.mock('../../src/vendors/hi-energy/mapping.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/vendors/hi-energy/mapping.ts')>();
  return {
    ...original,
    toSnapshot(...args: Parameters<typeof original.toSnapshot>) {
      const snapshot = original.toSnapshot(...args);
      if (!planted.isLinked) return snapshot;
      return { ...snapshot, details: { ...snapshot.details, link: original.toLink(args[1]) } };
    },
  };
});

/** One of them is the token that the first tenant's Power BI account has first. */
const TOKENS = Array.from({ length: 60 }, (_, n) => `access-token-t0bi-${n}-9b2e`).join(' ');

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-at-rest-'));
  path = join(folder, 'store.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  planted.text = '';
  planted.isLinked = false;
});

/** What a schedule's store holds of what it must not: while the gateway runs, with its log beside it, and after its end. */
async function lookAtRest(steps: number): Promise<{
  readonly found: readonly FoundAtRest[];
  readonly files: readonly string[];
  /** Where the sweep of the whole suite found something that was planted. */
  readonly swept: readonly string[];
  readonly violations: readonly unknown[];
}> {
  let canaries: Canaries = new Map();
  let running: readonly FoundAtRest[] = [];
  let files: readonly string[] = [];
  const { ledger } = await runSchedule({
    seed: 1,
    steps,
    startGateway,
    store: { kind: 'sqlite', path },
    onEnding(world) {
      canaries = toCanaries(world);
      running = findAtRest(path, canaries);
      files = readdirSync(folder);
    },
  });
  // Where something is planted, the sweep of the whole suite finds it too.
  const isPlanted = planted.text !== '' || planted.isLinked;
  const swept = isPlanted ? await sweep().takeFindings() : [];
  return {
    swept: swept.map(({ place }) => place),
    found: [...running, ...findAtRest(path, canaries)],
    files,
    violations: ledger.violations,
  };
}

function toCanaries({ owners, vendor, links }: World): Canaries {
  const tenants = Array.from({ length: TENANT_COUNT }, (_, tenant) => tenant);
  const hookSecrets = tenants.map(toHookSecret);
  return new Map([
    ['a vendor credential or token', [...owners.credentials]],
    ['a presigned link', [new URL(vendor.url).host, ...owners.all.map(({ name }) => `CANARY-${name}-link`)]],
    ['a caller’s key', ['key-of-caller-']],
    [
      'a webhook secret',
      [...hookSecrets, ...hookSecrets.map((secret) => Buffer.from(secret.slice(6), 'base64').toString())],
    ],
    ['the link secret', [LINK_SECRET]],
    ['a callback link', vendor.callbacks.all.map(({ url }) => url.slice(url.lastIndexOf('/') + 1))],
    ['a file link', links.all.map(({ url }) => url.slice(url.lastIndexOf('/') + 1))],
  ]);
}

describe('The store of a gateway through a whole schedule', () => {
  it('holds no credential, no token, no link and no secret, in no spelling, in none of its files', {
    timeout: 300_000,
  }, async () => {
    const { found, files, violations } = await lookAtRest(STEPS);

    expect(violations).toEqual([]);
    expect(files).toContain('store.db-wal');
    expect(found).toEqual([]);
  });

  // All spellings in one schedule: each schedule takes seconds.
  it('would be found out with a secret at rest, in whichever spelling', { timeout: 300_000 }, async () => {
    const firstSpelling = new Map<string, string>();
    for (const [name, spell] of Object.entries(SPELLINGS)) {
      const [text = ''] = spell(LINK_SECRET);
      // A state is written as JSON: what that spells otherwise stands there as `json`.
      const isKept = JSON.stringify(text) === `"${text}"`;
      if (!firstSpelling.has(text)) firstSpelling.set(text, isKept ? name : 'json');
    }
    planted.text = [...firstSpelling.keys()].join(' ');

    const { found, swept } = await lookAtRest(STEPS_TO_A_LEAK);

    const spellings = found.flatMap(({ kind, spelling }) => (kind === 'the link secret' ? [spelling] : []));
    expect(spellings).toEqual(expect.arrayContaining([...firstSpelling.values()]));
    expect(swept).toEqual(['store']);
  });

  it.each([[[toSecret('t0hi'), toHookSecret(1), 'key-of-caller-0-v1']], [[TOKENS]]])(
    'would be found out with what it must not hold: %.60s',
    { timeout: 300_000 },
    async (texts) => {
      planted.text = texts.join(' ');

      const { found } = await lookAtRest(STEPS_TO_A_LEAK);

      const kinds = ['a vendor credential or token', 'a webhook secret', 'a caller’s key'];
      expect(found.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds.slice(0, texts.length)));
    },
  );

  it('would be found out where it kept the vendor’s links', { timeout: 300_000 }, async () => {
    planted.isLinked = true;

    const { found } = await lookAtRest(STEPS_TO_A_LEAK);

    expect(found.map(({ kind }) => kind)).toContain('a presigned link');
  });
});
