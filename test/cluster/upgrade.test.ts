import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT_MAIN, buildProgram, ROOT } from '../support/built-program.ts';
import { findRedis, startRedis } from '../support/redis.ts';
import { startBalancer } from './processes/balancer.ts';
import { Cluster, until } from './processes/cluster.ts';
import { type Layout, toWatched } from './processes/layout.ts';
import { Subscribers } from './processes/subscribers.ts';

/** The first version that several gateways could run. */
const EARLIER = 'ace4ab5';
const SUBSCRIBERS = 60;
const LAYOUT: Layout = {
  ...{ tenants: 2, listAccounts: 2, perList: 10, plainAccounts: 4, perPlain: 4 },
  ...{ requestsPerSecond: 10, intervalMs: 1_000 },
};

const redisProgram = findRedis();
const hasEarlier = spawnSync('git', ['cat-file', '-e', `${EARLIER}^{commit}`], { cwd: ROOT }).status === 0;
if (!hasEarlier)
  process.stderr.write(
    `\n*** Version ${EARLIER} is not in this clone: the test of a rolling upgrade is SKIPPED (git fetch --unshallow). ***\n\n`,
  );

describe.skipIf(redisProgram === null || !hasEarlier)('a rolling upgrade of three gateways', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-upgrade-'));
  let earlier: string;
  beforeAll(() => {
    const archive = execFileSync(
      'git',
      ['archive', EARLIER, '--', '.', ':!test', ':!bench', ':!docs/images'],
      {
        cwd: ROOT,
        maxBuffer: 256_000_000,
      },
    );
    const source = join(folder, 'earlier');
    mkdirSync(source);
    execFileSync('tar', ['-x', '-C', source], { input: archive });
    symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'));
    earlier = buildProgram(source, 'built');
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('puts new ones in the place of old ones one by one, and no subscriber loses a change or is told one twice', async () => {
    const redis = await startRedis(redisProgram ?? '');
    try {
      await using balancer = await startBalancer();
      await using cluster = await Cluster.start({
        ...{ layout: LAYOUT, gateways: 3, redisPort: redis.port, program: earlier, changeMs: 1_500 },
        onPorts: (ports) => balancer.set(ports),
      });
      const subscribers = new Subscribers(balancer.port);
      const { tally } = subscribers;
      for (let index = 0; index < SUBSCRIBERS; index += 1) subscribers.add(toWatched(LAYOUT, index, 2));
      await until('all are told first states', () => tally.begun === SUBSCRIBERS, 30_000);

      const exitCodes: (number | null)[] = [];
      for (const place of [0, 1, 2]) {
        exitCodes.push((await cluster.end(place, 'SIGTERM')).exitCode);
        await cluster.start(place, BUILT_MAIN);
        await until('all are back', () => tally.live === SUBSCRIBERS, 30_000);
        const from = tally.events;
        await until('changes are told', () => tally.events >= from + SUBSCRIBERS, 30_000);
      }
      cluster.vendor.finish();
      await until('all are told the ends', () => tally.completed === SUBSCRIBERS, 30_000);
      subscribers.close();

      expect(exitCodes).toEqual([0, 0, 0]);
      expect(subscribers.countLost(subscribers.told())).toBe(0);
      expect(tally).toMatchObject({ repeated: 0, backward: 0, gaps: 0, firstStatesAgain: 0, errors: {} });
    } finally {
      await redis.close();
    }
  }, 180_000);
});
