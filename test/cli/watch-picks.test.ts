import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ListExportsQuery, ListedExportFragment } from '../../src/cli/generated/operations.ts';
import {
  FAKE_CHANGED,
  FAKE_EXPORT,
  type FakeSubscription,
  startFakeGateway,
  toSnapshot,
} from './fake-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

const MOVING: ListedExportFragment = {
  ...FAKE_CHANGED,
  status: 'RUNNING',
  isTerminal: false,
  updatedAt: null,
  tracking: null,
};
const OTHER_ID = Buffer.from(JSON.stringify(['export', 'hi-energy', 'hi', '43'])).toString('base64url');

function toPage(nodes: readonly ListedExportFragment[], hasNextPage = false): ListExportsQuery {
  const pageInfo = { hasNextPage, endCursor: hasNextPage ? 'c' : null };
  return { recentExports: { nodes: [...nodes], pageInfo, unavailable: [] } };
}

const TWO = toPage([MOVING, { ...MOVING, id: OTHER_ID, name: 'Deals, shoes' }]);

/** All that are watched end so. */
function end(status: 'SUCCEEDED' | 'FAILED') {
  return (subscription: FakeSubscription): void => {
    const { locators } = subscription.variables as { readonly locators: readonly { readonly id: string }[] };
    for (const { id } of locators)
      subscription.next({ ...toSnapshot({ id, status }), exportId: id } as ReturnType<typeof toSnapshot>);
    subscription.complete();
  };
}

/** A terminal's keyboard that presses these keys once the question stands there. */
function createKeyboard(keys: readonly string[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  let isAsked = false;
  return {
    stdin,
    onOutput(text: string) {
      if (isAsked || !text.includes('Which ones?')) return;
      isAsked = true;
      for (const key of keys) setImmediate(() => stdin.write(key));
    },
  };
}

const SPACE = ' ';
const ENTER = '\r';
const CTRL_C = '\u0003';

describe('waybill watch without a locator', { timeout: PATIENCE_MS }, () => {
  it('follows all that moves where there is nobody to ask', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => TWO, onSubscribe: end('SUCCEEDED') });

    const { exitCode, stdout, stderr } = await runCli(['watch', '--url', gateway.url]);

    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(gateway.operations[0]?.variables.filter).toEqual({ statuses: ['QUEUED', 'RUNNING', 'CANCELING'] });
    expect(gateway.subscriptions).toEqual([{ locators: [{ id: FAKE_EXPORT.id }, { id: OTHER_ID }] }]);
  });

  it('exits with 1 where one of them ends badly, 0 and a word where nothing moves', async () => {
    await using failing = await startFakeGateway({ onOperation: () => TWO, onSubscribe: end('FAILED') });
    await using idle = await startFakeGateway({ onOperation: () => toPage([]) });

    const failed = await runCli(['watch', '--url', failing.url]);
    const nothing = await runCli(['watch', '--url', idle.url]);

    expect(failed.exitCode).toBe(1);
    expect(nothing).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: 'Nothing moves now. `waybill list` shows what has ended.\n',
    });
  });

  it('exits with 3 where there is no gateway', async () => {
    expect((await runCli(['watch', '--url', 'http://127.0.0.1:9'])).exitCode).toBe(3);
  });

  it('asks on a terminal, and follows what was picked', async () => {
    const { stdin, onOutput } = createKeyboard(['\u001b[B', SPACE, ENTER]);
    await using gateway = await startFakeGateway({ onOperation: () => TWO, onSubscribe: end('SUCCEEDED') });

    const { exitCode, stderr } = await runCli(['watch', '--url', gateway.url], {
      terminal: { columns: 100, rows: 30 },
      stdin,
      onOutput,
    });

    expect(stderr).toContain('RUNNING  Sales overview');
    expect(gateway.subscriptions).toEqual([{ locators: [{ id: OTHER_ID }] }]);
    expect(exitCode).toBe(0);
  });

  it('exits with 130 where the question is left by Ctrl-C, and asks nobody with --json', async () => {
    const { stdin, onOutput } = createKeyboard([CTRL_C]);
    await using gateway = await startFakeGateway({ onOperation: () => TWO, onSubscribe: end('SUCCEEDED') });
    const terminal = { columns: 100, rows: 30 };

    const left = await runCli(['watch', '--url', gateway.url], { terminal, stdin, onOutput });
    const json = await runCli(['watch', '--json', '--url', gateway.url], { terminal, stdin });

    expect(left.exitCode).toBe(130);
    expect([json.exitCode, json.stderr]).toEqual([0, '']);
    expect(gateway.subscriptions).toHaveLength(1);
  });
});
