import { describe, expect, it } from 'vitest';
import type { ListExportsQuery, ListedExportFragment } from '../../src/cli/generated/operations.ts';
import { FAKE_CHANGED, startFakeGateway } from './fake-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

const GREEN_STATUS = '\u001b[32mSUCCEEDED\u001b[39m';
const GROUP = 'dcf522d1-dfff-4c17-85f1-4e52591f0b2e';
const REPORT = 'aa96f597-1f78-4e38-b47e-b6d621c0c17e';
const POWER_BI_EXPORT = 'Mi9CbG9iSWRWMi02YzRmMjQ4Mi1iMGZhLTQwZjItOTQzZi03MDBhMDg3MjNkMTM=';
const POWER_BI_LOCATOR = `bi@power-bi:${GROUP}/${REPORT}/${POWER_BI_EXPORT}`;

const TRACKING = {
  label: 'For Ann',
  startedHere: true,
  trackedBy: 'ops-ui',
  trackedAt: '2026-11-22T10:15:00.000Z',
  keptUntil: null,
};
const PLAIN: ListedExportFragment = {
  ...FAKE_CHANGED,
  status: 'SUCCEEDED',
  outcome: 'COMPLETE',
  isTerminal: true,
  updatedAt: null,
  tracking: null,
};
const POWER_BI: ListedExportFragment = {
  ...PLAIN,
  id: Buffer.from(JSON.stringify(['export', 'power-bi', 'bi', GROUP, REPORT, POWER_BI_EXPORT])).toString(
    'base64url',
  ),
  name: '売上ダッシュボード 2026年度、全地域と全製品の四半期ごとの売上',
  status: 'RUNNING',
  outcome: null,
  isTerminal: false,
  progress: { percent: 40.9, completedParts: null, totalParts: null },
  vendor: { key: 'power-bi' },
  account: { key: 'bi' },
  createdAt: null,
  tracking: TRACKING,
};

function toPage(
  nodes: readonly ListedExportFragment[],
  rest: Partial<ListExportsQuery['recentExports']> = {},
): ListExportsQuery {
  const pageInfo = { hasNextPage: false, endCursor: null };
  return { recentExports: { nodes: [...nodes], pageInfo, unavailable: [], ...rest } };
}

const PAGE = toPage([POWER_BI, PLAIN]);

describe('waybill list', { timeout: PATIENCE_MS }, () => {
  it('has lines for programs on a pipe: fields divided by tabs, whole, the locator first', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => PAGE });

    const { exitCode, stdout, stderr } = await runCli(['list', '--url', gateway.url]);

    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').map((line) => line.split('\t'))).toEqual([
      [POWER_BI_LOCATOR, 'RUNNING 40%', 'For Ann', '', 'power-bi', 'bi'],
      ['hi@hi-energy:42', 'SUCCEEDED', 'Sales overview', '2026-11-22T10:15:00.000Z', 'hi-energy', 'hi'],
      [''],
    ]);
    expect(gateway.operations).toEqual([{ name: 'ListExports', variables: { first: 20, after: null } }]);
  });

  it.each([60, 80, 160, 300])(
    'has a table that fits a terminal of %i columns, locators whole',
    async (columns) => {
      const named = { ...POWER_BI, tracking: null };
      await using gateway = await startFakeGateway({ onOperation: () => toPage([named, PLAIN]) });

      const { stdout } = await runCli(['list', '--url', gateway.url], {
        terminal: { columns },
        env: { NO_COLOR: '1' },
      });

      const lines = stdout.trimEnd().split('\n');
      expect(lines[0]).toMatch(/^STATUS +NAME +(CREATED +)?LOCATOR$/);
      expect(lines.filter((line) => line.trim() === POWER_BI_LOCATOR)).toHaveLength(columns < 300 ? 1 : 0);
      expect(stdout).toContain(POWER_BI_LOCATOR);
      // Each of these characters is two columns wide.
      const widthOf = (line: string) => line.length + [...line].filter((each) => each > '\u2E80').length;
      const others = lines.filter((line) => line.trim() !== POWER_BI_LOCATOR);
      expect(others.filter((line) => widthOf(line) > columns)).toEqual([]);
      // Its locator stands in the same column as its title.
      const last = lines.find((line) => line.endsWith('hi@hi-energy:42')) ?? '';
      expect(last.indexOf('hi@')).toBe(lines[0]?.indexOf('LOCATOR'));
    },
  );

  it('prints locators alone with --quiet, which other commands take', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => PAGE });

    const { stdout } = await runCli(['list', '-q', '--url', gateway.url]);

    expect(stdout).toBe(`${POWER_BI_LOCATOR}\nhi@hi-energy:42\n`);
  });

  it('prints a JSON object a line with --json: the keys of a webhook, and how it is tracked', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => PAGE });

    const { stdout } = await runCli(['list', '--json', '--url', gateway.url]);

    const [first, second] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      id: POWER_BI.id,
      locator: POWER_BI_LOCATOR,
      vendor: 'power-bi',
      account: 'bi',
      status: 'RUNNING',
      label: 'For Ann',
      tracking: TRACKING,
    });
    expect(second).toMatchObject({ locator: 'hi@hi-energy:42', label: null, tracking: null });
  });

  it('leaves out what options leave out; each may come again, or with commas', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => toPage([]) });

    const { exitCode, stdout, stderr } = await runCli([
      ...['ls', '--url', gateway.url, '--vendor', 'power-bi', '--vendor', 'hi-energy', '--account', 'bi,hi'],
      ...['-s', 'running,QUEUED', '--text', 'shoes', '-L', '5'],
    ]);

    expect([exitCode, stdout, stderr]).toEqual([0, '', 'No export fits.\n']);
    expect(gateway.operations[0]?.variables).toEqual({
      filter: {
        vendors: ['power-bi', 'hi-energy'],
        accounts: ['bi', 'hi'],
        statuses: ['RUNNING', 'QUEUED'],
        text: 'shoes',
      },
      first: 5,
      after: null,
    });
  });

  it('reads page after page until there are as many as --limit says', async () => {
    const hundred = Array<ListedExportFragment>(100).fill(PLAIN);
    await using gateway = await startFakeGateway({
      onOperation: ({ variables }, count) =>
        toPage(hundred.slice(0, variables.first), {
          pageInfo: { hasNextPage: true, endCursor: `c${count}` },
        }),
    });

    const { stdout } = await runCli(['list', '-q', '--limit', '250', '--url', gateway.url]);

    expect(stdout.trimEnd().split('\n')).toHaveLength(250);
    expect(gateway.operations.map(({ variables }) => [variables.first, variables.after])).toEqual([
      [100, null],
      [100, 'c1'],
      [50, 'c2'],
    ]);
  });

  it('says which account could not be listed, and exits with 1; a vendor without a list is no trouble', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () =>
        toPage([PLAIN], {
          unavailable: [
            { account: { key: 'desk' }, code: 'VENDOR_TIMEOUT', message: 'Talkdesk did not answer in time.' },
            { account: { key: 'bi' }, code: 'UNSUPPORTED_BY_VENDOR', message: 'Power BI has no list.' },
          ],
        }),
    });

    const { exitCode, stderr } = await runCli(['list', '--url', gateway.url]);

    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      'desk could not be listed: Talkdesk did not answer in time.\nbi: its vendor has no list, so that only what is tracked is shown.\n',
    );
  });

  it.each([
    [['--status', 'lost'], 'It is one of queued, running, canceling, succeeded'],
    [['--limit', '0'], 'It is a whole number from 1 to 1000.'],
    [['--limit', '1001'], 'It is a whole number from 1 to 1000.'],
    [['--quiet', '--json'], 'Give --quiet or --json, not both.'],
    [['--color', 'blue'], 'Allowed choices are auto, always, never.'],
  ])('says what is wrong with %j', async (words, message) => {
    const { exitCode, stderr } = await runCli(['list', ...words]);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  it('shows no escape sequence of a vendor', async () => {
    const evil = { ...PLAIN, name: '\u001b[31mred\u001b[0m\ttab\nline' };
    await using gateway = await startFakeGateway({ onOperation: () => toPage([evil]) });

    const { stdout } = await runCli(['list', '--url', gateway.url]);

    expect(stdout.split('\t')[2]).toBe('red tab line');
    expect(stdout).not.toContain('\u001b');
  });
});

interface ColorCase {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly terminal: { readonly columns: number } | undefined;
  readonly isColored: boolean;
}

describe('colour', { timeout: PATIENCE_MS }, () => {
  const terminal = { columns: 80 };

  it.each<ColorCase>([
    { words: [], env: {}, terminal, isColored: true },
    { words: [], env: {}, terminal: undefined, isColored: false },
    { words: [], env: { NO_COLOR: '1' }, terminal, isColored: false },
    { words: [], env: { TERM: 'dumb' }, terminal, isColored: false },
    { words: [], env: { FORCE_COLOR: '1' }, terminal: undefined, isColored: true },
    { words: [], env: { FORCE_COLOR: '0' }, terminal, isColored: false },
    { words: ['--color', 'never'], env: { FORCE_COLOR: '1' }, terminal, isColored: false },
    { words: ['--color', 'always'], env: { NO_COLOR: '1' }, terminal: undefined, isColored: true },
  ])(
    'is $isColored for $words, $env, terminal $terminal',
    async ({ words, env, terminal: shown, isColored }) => {
      await using gateway = await startFakeGateway({ onOperation: () => PAGE });

      const { stdout } = await runCli(['list', '--url', gateway.url, ...words], {
        env,
        ...(shown === undefined ? {} : { terminal: shown }),
      });

      expect(stdout.includes(GREEN_STATUS)).toBe(isColored);
      expect(stdout.includes('\u001b')).toBe(isColored);
    },
  );
});
