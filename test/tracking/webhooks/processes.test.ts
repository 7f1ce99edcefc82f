import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/export/store.ts';
import { openStore } from '../../../src/store/open.ts';
import { toRequest, toTracked } from '../../store/made-exports.ts';
import { BUNDLED_CWD, bundleProgram } from '../../support/bundled.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { createTestTools } from '../../support/tools.ts';
import { AT, toDelivery } from './support.ts';

const programs = findPostgres();
const STEPS = ['export.tracked', 'export.running', 'export.succeeded'] as const;
const RUNS = Array.from({ length: 150 }, (_, index) => String(index + 1));
/** Of the one that is killed: the others have to wait for its end. Theirs end in no test. */
const DOOMED_LEASE_MS = 5_000;
const LEASE_MS = 60_000;
/** However busy the machine is. */
const DEADLINE = { timeout: 60_000, interval: 50 };

/** An endpoint that notes who asked for what, and answers each process as it is told to. */
async function startReceiver() {
  const requests: { readonly id: string; readonly by: string }[] = [];
  /** Processes that get no answer, and what waits for one. */
  const held = new Set<string>();
  const waiting = new Map<string, ServerResponse[]>();
  const server = createServer((request, response: ServerResponse) => {
    request.resume();
    const by = request.url?.split('/').at(-1) ?? '';
    requests.push({ id: String(request.headers['webhook-id']), by });
    if (held.has(by)) waiting.set(by, [...(waiting.get(by) ?? []), response]);
    else response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    requests,
    held,
    release(by: string): void {
      held.delete(by);
      for (const response of waiting.get(by) ?? []) response.writeHead(204).end();
    },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe.skipIf(programs === null)('dispatchers in processes on one Postgres', () => {
  let server: PostgresServer;
  let store: Store;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    server = await startPostgres(programs ?? '');
  });
  afterAll(async () => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    await store?.close();
    await server.close();
  });

  it('send each webhook once and in order, and again with the same id what a killed one had under way', async () => {
    const database = await server.createDatabase();
    store = await openStore({ kind: 'postgres', url: database }, createTestTools());
    const receiver = await startReceiver();
    const program = ['--input-type=module', '--eval'];
    const source = bundleProgram("import './test/tracking/webhooks/dispatcher-process.ts'");
    async function start(name: string, leaseMs = LEASE_MS): Promise<ChildProcess> {
      const given = [...program, source, '--', database, `${receiver.url}/${name}`, String(leaseMs)];
      const child = spawn(process.execPath, given, {
        cwd: BUNDLED_CWD,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      children.push(child);
      await once(child.stdout as NodeJS.ReadableStream, 'data');
      return child;
    }
    const owe = async (runs: readonly string[]) => {
      for (const run of runs) {
        const deliveries = STEPS.map((type) => toDelivery(`${run}-${type}`, { run, type, at: AT }));
        const { key, identity, tenant } = deliveries[0] ?? toDelivery('none');
        const entry = toTracked(key.id, { tenant, key, identity, state: null });
        await store.track(toRequest(entry, { deliveries }));
      }
    };
    const underWay = (by: string) => receiver.requests.filter((each) => each.by === by).length;
    for (const name of ['doomed', 'one', 'other']) receiver.held.add(name);
    const both = await Promise.all([start('one'), start('other')]);
    const doomed = await start('doomed', DOOMED_LEASE_MS);
    await owe(RUNS);
    doomed.stdin?.write('!');
    await expect.poll(() => underWay('doomed'), DEADLINE).toBe(4);
    for (const child of both) child.stdin?.write('!');
    await expect.poll(() => ['one', 'other'].map(underWay), DEADLINE).toEqual([4, 4]);
    doomed.kill('SIGKILL');
    await once(doomed, 'exit');
    for (const name of ['one', 'other']) receiver.release(name);
    await expect.poll(() => store.readBacklog(), DEADLINE).toEqual([]);

    const again = receiver.requests.filter(({ by }) => by === 'doomed').map(({ id }) => id);
    expect(again).toHaveLength(4);
    const others = receiver.requests.filter(({ by }) => by !== 'doomed');
    const ids = RUNS.flatMap((run) => STEPS.map((type) => `${run}-${type}`));
    expect(others.map(({ id }) => id).sort()).toEqual([...ids].sort());
    for (const run of RUNS) {
      const own = others.filter(({ id }) => id.startsWith(`${run}-`)).map(({ id }) => id);
      expect(own).toEqual(STEPS.map((type) => `${run}-${type}`));
    }
    const finished = await store.listDeliveries({ tenant: 'default', limit: 1_000 });
    expect(finished.filter(({ status, attempts }) => status !== 'delivered' || attempts !== 1)).toEqual([]);
    await receiver.close();
  }, 120_000);
});
