import { describe, expect, it } from 'vitest';
import { FAKE_CHANGED, FAKE_EXPORT, FAKE_LOCATOR, startFakeGateway } from './fake-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

const RUNNING = {
  ...FAKE_CHANGED,
  status: 'RUNNING',
  progress: { percent: 40.9, completedParts: null, totalParts: null },
} as const;
const TRACKING = {
  label: 'For Ann',
  startedHere: false,
  trackedBy: 'ops-ui',
  trackedAt: '2026-11-22T10:15:00.000Z',
  keptUntil: null,
};
const LOCATOR = { hiEnergy: { exportId: '42' } };

describe('waybill cancel', { timeout: PATIENCE_MS }, () => {
  it.each([
    ['CANCELED', 0, ''],
    [
      'CANCELING',
      0,
      'Sales overview was asked to stop; until the vendor confirms that, it may still end otherwise.\n',
    ],
    ['SUCCEEDED', 1, 'Sales overview was not canceled: it had ended already.\n'],
    ['FAILED', 1, 'Sales overview was not canceled: it had ended already.\n'],
    ['EXPIRED', 1, 'Sales overview was not canceled: it had ended already.\n'],
  ] as const)('tells the truth: here the export is %s', async (status, code, notice) => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({ cancelExport: { export: { ...FAKE_CHANGED, status } } }),
    });

    const { exitCode, stdout, stderr } = await runCli(['cancel', FAKE_LOCATOR, '--url', gateway.url]);

    expect([exitCode, stdout, stderr]).toEqual([
      code,
      `hi@hi-energy:42  ${status}  Sales overview\n`,
      notice,
    ]);
    expect(gateway.operations).toEqual([{ name: 'CancelExport', variables: { locator: LOCATOR } }]);
  });

  it('says why a vendor cannot', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({
        status: 200,
        body: {
          data: null,
          errors: [
            { message: 'Power BI cannot stop an export.', extensions: { code: 'UNSUPPORTED_BY_VENDOR' } },
          ],
        },
      }),
    });

    const { exitCode, stdout, stderr } = await runCli(['cancel', FAKE_LOCATOR, '--url', gateway.url]);

    expect([exitCode, stdout, stderr]).toEqual([1, '', 'waybill: Power BI cannot stop an export.\n']);
  });

  it('asks again where that may help, as long as the vendor wants it to wait', async () => {
    const busy = {
      message: 'The vendor asks to wait.',
      extensions: { code: 'VENDOR_RATE_LIMITED', retryable: true, retryAfterMs: 7_000 },
    };
    await using gateway = await startFakeGateway({
      onOperation: (_operation, count) =>
        count === 1
          ? { status: 200, body: { data: null, errors: [busy] } }
          : { cancelExport: { export: { ...FAKE_CHANGED, status: 'CANCELED' } } },
    });

    const { exitCode, stderr, waits } = await runCli(['cancel', FAKE_LOCATOR, '--url', gateway.url]);

    expect([exitCode, waits]).toEqual([0, [7_000]]);
    expect(stderr).toBe('That did not work: The vendor asks to wait. Trying again in 7 s.\n');
  });
});

describe('waybill track', { timeout: PATIENCE_MS }, () => {
  it('has an export tracked under a label', async () => {
    const changed = { ...RUNNING, tracking: { label: 'For Ann' } };
    await using gateway = await startFakeGateway({
      onOperation: () => ({ trackExport: { export: changed, tracking: TRACKING } }),
    });

    const { exitCode, stdout, stderr } = await runCli([
      ...['track', FAKE_LOCATOR, '--label', 'For Ann', '--url', gateway.url],
    ]);

    expect([exitCode, stdout, stderr]).toEqual([0, 'hi@hi-energy:42  RUNNING 40%  For Ann\n', '']);
    expect(gateway.operations).toEqual([
      { name: 'TrackExport', variables: { locator: LOCATOR, label: 'For Ann' } },
    ]);
  });

  it('leaves the label alone where none is given', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({ trackExport: { export: RUNNING, tracking: TRACKING } }),
    });

    await runCli(['track', FAKE_EXPORT.id, '--url', gateway.url]);

    expect(gateway.operations[0]?.variables).toEqual({ locator: { id: FAKE_EXPORT.id } });
  });

  it('says so where the export could not be read yet', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({ trackExport: { export: null, tracking: TRACKING } }),
    });

    const line = await runCli(['track', FAKE_LOCATOR, '--url', gateway.url]);
    const json = await runCli(['track', FAKE_LOCATOR, '--json', '--url', gateway.url]);

    expect([line.exitCode, line.stdout]).toEqual([0, 'hi-energy:42  TRACKED  For Ann\n']);
    expect(line.stderr).toBe('It could not be read yet; it is tracked all the same.\n');
    expect(JSON.parse(json.stdout)).toEqual({
      locator: 'hi-energy:42',
      label: 'For Ann',
      tracking: TRACKING,
    });
  });

  it('prints one JSON object with --json', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({ trackExport: { export: RUNNING, tracking: TRACKING } }),
    });

    const { stdout } = await runCli(['track', FAKE_LOCATOR, '--json', '--url', gateway.url]);

    expect(JSON.parse(stdout)).toMatchObject({
      id: FAKE_EXPORT.id,
      locator: 'hi@hi-energy:42',
      status: 'RUNNING',
      progress: { percent: 40.9 },
      tracking: TRACKING,
    });
  });
});

describe('waybill untrack', { timeout: PATIENCE_MS }, () => {
  it.each([
    [true, ''],
    [false, 'It was not tracked.\n'],
  ])('has an export forgotten; it was tracked: %s', async (wasTracked, notice) => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({ untrackExport: { exportId: FAKE_EXPORT.id, wasTracked } }),
    });

    const line = await runCli(['untrack', FAKE_LOCATOR, '--url', gateway.url]);
    const json = await runCli(['untrack', FAKE_LOCATOR, '--json', '--url', gateway.url]);

    expect([line.exitCode, line.stdout, line.stderr]).toEqual([0, 'hi@hi-energy:42  UNTRACKED\n', notice]);
    expect(JSON.parse(json.stdout)).toEqual({ id: FAKE_EXPORT.id, locator: 'hi@hi-energy:42', wasTracked });
    expect(gateway.operations[0]).toEqual({ name: 'UntrackExport', variables: { locator: LOCATOR } });
  });
});

describe('waybill cancel, track and untrack', { timeout: PATIENCE_MS }, () => {
  it.each(['cancel', 'track', 'untrack'])('ask nobody about what is no locator: %s', async (command) => {
    await using gateway = await startFakeGateway({ onOperation: () => ({}) });

    const wrong = await runCli([command, 'hi-energy:seven', '--url', gateway.url]);
    const none = await runCli([command, '--url', gateway.url]);
    const two = await runCli([command, FAKE_LOCATOR, FAKE_LOCATOR, '--url', gateway.url]);

    expect([wrong.exitCode, none.exitCode, two.exitCode]).toEqual([2, 2, 2]);
    expect(wrong.stderr).toMatch(/^waybill: "hi-energy:seven" names no export: /);
    expect(gateway.operations).toEqual([]);
  });

  it.each(['cancel', 'track', 'untrack'])('exit with 3 where nothing listens: %s', async (command) => {
    const gateway = await startFakeGateway();
    await gateway[Symbol.asyncDispose]();

    const { exitCode, stderr } = await runCli([command, FAKE_LOCATOR, '--url', gateway.url]);

    expect(exitCode).toBe(3);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      `waybill: Cannot reach the gateway at ${gateway.url}: nothing listens there. Tried 5 times. --url or WAYBILL_URL says where it is.`,
    );
  });
});
