import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CountScripts, createCommonCounts } from '../../src/access/common-counts.ts';
import { findRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { ANNA, caller, createLimits, describeCallerLimits, outcome } from './caller-limits-suite.ts';

const program = findRedis();
const SECRET = 'a-secret-that-all-gateways-have';
/** Redis has a clock of its own: what it says of a wait may be so much more than it was set to. */
const DRIFT_MS = 400;

describe.skipIf(program === null)('with a Redis of their own,', () => {
  let server: RedisServer;
  /** How long keys live, on a clock that stands still between two questions. */
  let livesMs: Map<string, number>;
  beforeAll(async () => {
    server = await startRedis(program ?? '');
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.command('FLUSHALL');
    livesMs = new Map();
  });

  const frozen: CountScripts = {
    async run(script, key, args) {
      const leftMs = livesMs.get(key);
      if (leftMs !== undefined && leftMs <= 0) await server.command('DEL', key);
      if (leftMs !== undefined && leftMs > 0) await server.command('PEXPIRE', key, String(leftMs + DRIFT_MS));
      const answer = await server.redis.run(script, key, args);
      if (leftMs === undefined || leftMs <= 0) livesMs.set(key, 60_000);
      return answer;
    },
  };

  describeCallerLimits('by all gateways together', {
    open: async () => ({ common: createCommonCounts(frozen, SECRET) }),
    advance(ms) {
      for (const [key, leftMs] of livesMs) livesMs.set(key, leftMs - ms);
    },
    about: (waitMs) => expect.closeTo(waitMs + DRIFT_MS / 2, -Math.log10(2 * DRIFT_MS)),
  });

  const open = () => ({ common: createCommonCounts(server.redis, SECRET) });

  it('counts a caller once for all gateways', async () => {
    const [one, other] = [1, 2].map(() => createLimits({ operationsPerMinute: 2 }, open()));

    expect(await outcome(one?.operation(ANNA))).toBe('ok');
    expect(await outcome(other?.operation(ANNA))).toBe('ok');
    expect(await outcome(one?.operation(ANNA))).toBeGreaterThan(50_000);
    expect(await outcome(other?.operation(ANNA))).toBeGreaterThan(50_000);
    expect(await outcome(other?.operation(caller('acme', 'bert')))).toBe('ok');
  });

  it('writes neither who they are nor anything that stays', async () => {
    const { operation, locators } = createLimits({ operationsPerMinute: 2, locatorsPerMinute: 9 }, open());
    await operation(caller('acme', 'anna@example.com'));
    await locators(caller('acme', 'anna@example.com'), 3);

    const keys = ((await server.command('KEYS', '*')) as readonly Buffer[]).map(String);

    expect(keys.sort()).toEqual([
      expect.stringMatching(/^wb:callers:locators:[\w-]{43}$/),
      expect.stringMatching(/^wb:callers:operations:[\w-]{43}$/),
    ]);
    for (const key of keys) expect(await server.command('PTTL', key)).toBeGreaterThan(0);
  });

  it('counts for itself alone while nobody else can be asked', async () => {
    let isAway = true;
    const scripts: CountScripts = {
      run: (...call) => (isAway ? Promise.reject(new Error('away')) : server.redis.run(...call)),
    };
    const { operation, locators } = createLimits(
      { operationsPerMinute: 1, locatorsPerMinute: 10 },
      { common: createCommonCounts(scripts, SECRET) },
    );

    expect(await outcome(operation(ANNA))).toBe('ok');
    expect(await outcome(operation(ANNA))).toBeGreaterThan(50_000);
    expect(await outcome(locators(ANNA, 8))).toBe('ok');
    expect(await outcome(locators(ANNA, 3))).toBeGreaterThan(50_000);
    expect(await outcome(locators(ANNA, 2))).toBe('ok');

    isAway = false;
    expect(await outcome(operation(ANNA))).toBe('ok');
  });
});
