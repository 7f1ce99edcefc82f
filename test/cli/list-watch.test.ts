import { describe, expect, it } from 'vitest';
import type { ListExportsQuery, ListedExportFragment } from '../../src/cli/generated/operations.ts';
import { FAKE_CHANGED, type FakeSubscription, startFakeGateway } from './fake-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

const TRACKING = {
  label: 'For Ann',
  startedHere: true,
  trackedBy: null,
  trackedAt: '2026-11-22T10:15:00.000Z',
  keptUntil: null,
};
/** In the list at the start, not tracked. */
const OTHER: ListedExportFragment = {
  ...FAKE_CHANGED,
  status: 'QUEUED',
  isTerminal: false,
  updatedAt: null,
  tracking: null,
};
/** Tracked, and new. */
const NEWCOMER: ListedExportFragment = {
  ...OTHER,
  id: Buffer.from(JSON.stringify(['export', 'hi-energy', 'hi', '43'])).toString('base64url'),
  createdAt: '2026-11-22T10:16:00.000Z',
  tracking: TRACKING,
};
const PAGE: ListExportsQuery = {
  recentExports: {
    nodes: [OTHER],
    pageInfo: { hasNextPage: false, endCursor: null },
    unavailable: [],
  },
};

function toEvent(changed: ListedExportFragment, cursor: string) {
  return { __typename: 'ExportStatusChanged', cursor, exportId: changed.id, export: changed };
}

/** Tells of the newcomer, twice the same, and of the other one, which ends. */
function tell(subscription: FakeSubscription): void {
  if (subscription.variables.locators === undefined) {
    for (const cursor of ['t1', 't2']) subscription.send({ trackedExportEvents: toEvent(NEWCOMER, cursor) });
    const running = { ...NEWCOMER, status: 'RUNNING' as const };
    subscription.send({ trackedExportEvents: toEvent(running, 't3') });
    return;
  }
  const ended = { ...OTHER, status: 'SUCCEEDED' as const, outcome: 'PARTIAL' as const, isTerminal: true };
  subscription.send({ exportEvents: toEvent(ended, 'e1') });
  subscription.complete();
}

/** Ends the command once its output holds all of these. */
function interruptAfter(...texts: readonly string[]) {
  let output = '';
  return (text: string, interrupt: () => void): void => {
    output += text;
    if (texts.every((each) => output.includes(each))) interrupt();
  };
}

describe('waybill list --watch', { timeout: PATIENCE_MS }, () => {
  it('prints a line whenever an export is another one than before, newcomers included', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => PAGE, onSubscribe: tell });

    const { exitCode, stdout, stderr } = await runCli(['list', '--watch', '--url', gateway.url], {
      onOutput: interruptAfter('RUNNING', 'SUCCEEDED'),
    });

    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t').slice(0, 3));
    expect([exitCode, stderr]).toEqual([130, '']);
    expect(lines[0]).toEqual(['hi@hi-energy:42', 'QUEUED', 'Sales overview']);
    expect(lines.filter(([locator]) => locator === 'hi@hi-energy:43')).toEqual([
      ['hi@hi-energy:43', 'QUEUED', 'For Ann'],
      ['hi@hi-energy:43', 'RUNNING', 'For Ann'],
    ]);
    expect(lines.filter(([locator]) => locator === 'hi@hi-energy:42').slice(1)).toEqual([
      ['hi@hi-energy:42', 'SUCCEEDED PARTIAL', 'Sales overview'],
    ]);
    expect(gateway.subscriptions).toEqual(
      expect.arrayContaining([{ first: 0 }, { locators: [{ id: OTHER.id }] }]),
    );
  });

  it('prints objects with --json, the newcomers alone with --quiet', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => PAGE, onSubscribe: tell });
    const words = ['list', '-w', '--url', gateway.url];

    const json = await runCli([...words, '--json'], { onOutput: interruptAfter('RUNNING', 'SUCCEEDED') });
    const quiet = await runCli([...words, '--quiet'], { onOutput: interruptAfter('hi@hi-energy:43') });

    const objects = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects).toContainEqual(
      expect.objectContaining({ locator: 'hi@hi-energy:43', tracking: TRACKING }),
    );
    expect(quiet.stdout).toBe('hi@hi-energy:42\nhi@hi-energy:43\n');
  });

  it('draws a table on a screen of its own, and leaves the last one behind', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => PAGE, onSubscribe: tell });

    const { stdout } = await runCli(['list', '--watch', '--color', 'never', '--url', gateway.url], {
      terminal: { columns: 80, rows: 10 },
      onOutput: interruptAfter('RUNNING', 'SUCCEEDED'),
    });

    const [before = '', drawn = '', after = ''] = stdout
      .replace('\u001b[?25h', '\u001b[?25l')
      .split('\u001b[?25l');
    expect(before).toBe('\u001b[?1049h');
    expect(drawn).toContain('QUEUED  Sales overview');
    expect(after.startsWith('\u001b[?1049l')).toBe(true);
    expect(after.trimEnd().split('\n').slice(1)).toEqual([
      expect.stringMatching(/^RUNNING +For Ann .* hi@hi-energy:43$/),
      expect.stringMatching(/^SUCCEEDED PARTIAL +Sales overview .* hi@hi-energy:42$/),
    ]);
  });

  it('lets go of what fits no longer', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => PAGE, onSubscribe: tell });

    const { stdout } = await runCli(
      ['list', '--watch', '--status', 'queued,running', '--color', 'never', '--url', gateway.url],
      {
        terminal: { columns: 80, rows: 10 },
        // Gone once the screen shows the newcomer alone.
        onOutput: (text, interrupt) => {
          if (text.includes('RUNNING') && !text.includes('Sales overview')) interrupt();
        },
      },
    );

    expect(stdout.split('\u001b[?1049l').at(-1)).not.toContain('Sales overview');
    expect(gateway.subscriptions).toContainEqual({
      filter: { statuses: ['QUEUED', 'RUNNING'] },
      first: 0,
    });
  });

  it('goes on after a connection that broke', async () => {
    let count = 0;
    await using gateway = await startFakeGateway({
      onOperation: () => ({ recentExports: { ...PAGE.recentExports, nodes: [] } }),
      onSubscribe: (subscription) => {
        count += 1;
        const status = count === 1 ? ('QUEUED' as const) : ('RUNNING' as const);
        subscription.send({ trackedExportEvents: toEvent({ ...NEWCOMER, status }, `t${count}`) });
        if (count === 1) subscription.close(1012, 'SERVER_DRAINING');
      },
    });

    const { stdout, stderr } = await runCli(['list', '--watch', '--url', gateway.url], {
      onOutput: interruptAfter('RUNNING'),
    });

    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stderr).toContain('Connection lost: the gateway closed the connection: SERVER_DRAINING.');
    expect(gateway.subscriptions.map(({ after }) => after)).toEqual([undefined, 't1']);
  });
});
