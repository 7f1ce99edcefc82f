import { describe, expect, it } from 'vitest';
import {
  FAKE_CHANGED,
  FAKE_EXPORT,
  type FakeGatewayScript,
  startFakeGateway,
  toSnapshot,
} from './fake-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

const ORDER = ['hi-energy', 'reportType=deals_excel'];
const STARTED = { startExport: { isExisting: false, export: FAKE_CHANGED } };
const LINE = 'hi@hi-energy:42  QUEUED  Sales overview\n';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;

/** A gateway that refuses with one GraphQL error. */
function toRefusal(message: string, extensions: object, data: object | null = null): FakeGatewayScript {
  return { onOperation: () => ({ status: 200, body: { data, errors: [{ message, extensions }] } }) };
}

describe('waybill start', { timeout: PATIENCE_MS }, () => {
  it('sends the order with its label and key, and names the export as other commands take it', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => STARTED });

    const { exitCode, stdout, stderr } = await runCli([
      ...['start', ...ORDER, 'searchParams={"status":"active"}', '--url', gateway.url, '--token', 'key-1'],
      ...['--label', 'Deals for Ann', '--idempotency-key', 'monday'],
    ]);

    expect([exitCode, stdout, stderr]).toEqual([0, LINE, '']);
    expect(gateway.operations).toEqual([
      {
        name: 'StartExport',
        variables: {
          input: {
            order: { hiEnergy: { reportType: 'deals_excel', searchParams: { status: 'active' } } },
            label: 'Deals for Ann',
            idempotencyKey: 'monday',
          },
        },
      },
    ]);
    expect(gateway.queries[0]?.authorization).toBe('Bearer key-1');
  });

  it('asks the gateway what the orders of a vendor hold that it does not know itself', async () => {
    const vendor = { name: 'Acme', input: 'hiEnergy', capabilities: { canStart: true }, locator: [] };
    const field = { name: 'reportType', type: 'String!', isRequired: true, description: null, example: null };
    await using gateway = await startFakeGateway({
      onOperation: ({ name }) =>
        name === 'Vendors' ? { vendors: [{ ...vendor, key: 'acme-reports', order: [field] }] } : STARTED,
    });

    const good = await runCli(['start', 'acme-reports', 'reportType=7', '--url', gateway.url]);
    const bad = await runCli(['start', 'acme-report', 'reportType=7', '--url', gateway.url]);

    expect([good.exitCode, bad.exitCode]).toEqual([0, 2]);
    expect(gateway.operations[1]?.variables.input.order).toEqual({ hiEnergy: { reportType: '7' } });
    expect(bad.stderr).toContain('it is one of acme-reports. Did you mean acme-reports?');
  });

  it('makes up a key where none is given, another one each time, and says it', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => STARTED });

    const first = await runCli(['start', ...ORDER, '--url', gateway.url]);
    const second = await runCli(['start', ...ORDER, '--url', gateway.url]);

    const keys = gateway.operations.map(({ variables }) => variables.input.idempotencyKey);
    expect(keys).toEqual([expect.stringMatching(UUID), expect.stringMatching(UUID)]);
    expect(keys[0]).not.toBe(keys[1]);
    expect([first.stderr, second.stderr]).toEqual(keys.map((key) => `Idempotency key: ${key}\n`));
  });

  it('prints one JSON object with --json', async () => {
    const started = { ...FAKE_CHANGED, name: 'a\u001b[2J', tracking: { label: 'Deals' } };
    await using gateway = await startFakeGateway({
      onOperation: () => ({ startExport: { isExisting: true, export: started } }),
    });

    const { exitCode, stdout } = await runCli([
      ...['start', ...ORDER, '--json', '--url', gateway.url, '--idempotency-key', 'k'],
    ]);

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^[^\p{Cc}]*\n$/u);
    expect(JSON.parse(stdout)).toEqual({
      id: FAKE_EXPORT.id,
      vendor: 'hi-energy',
      account: 'hi',
      name: 'a\u001b[2J',
      label: 'Deals',
      status: 'QUEUED',
      rawStatus: 'pending',
      outcome: null,
      failure: null,
      progress: null,
      createdAt: '2026-11-22T10:15:00.000Z',
      finishedAt: null,
      locator: 'hi@hi-energy:42',
      isExisting: true,
      idempotencyKey: 'k',
    });
  });

  it('says so where the export was there already', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({ startExport: { isExisting: true, export: FAKE_CHANGED } }),
    });

    const { exitCode, stdout, stderr } = await runCli(['start', ...ORDER, '--url', gateway.url]);

    expect([exitCode, stdout]).toEqual([0, LINE]);
    expect(stderr).toContain(
      'Sales overview was there already: nothing was started, and this is that one.\n',
    );
  });

  it.each([
    ['SUCCEEDED', 0, ''],
    ['FAILED', 1, 'Sales overview failed: the vendor gives no reason.\n'],
  ] as const)('follows it to its end with --watch, here %s', async (status, code, problem) => {
    await using gateway = await startFakeGateway({
      onOperation: () => STARTED,
      onSubscribe: (subscription) => {
        subscription.next(toSnapshot({ status }));
        subscription.complete();
      },
    });

    const { exitCode, stdout, stderr } = await runCli([
      ...['start', ...ORDER, '--watch', '--url', gateway.url, '--idempotency-key', 'k'],
    ]);

    expect(exitCode).toBe(code);
    expect(stdout).toBe(`2026-11-22T10:15:00.000Z  hi-energy  ${status}  Sales overview\n`);
    expect(stderr).toBe(`Started hi@hi-energy:42.\n${problem}`);
    expect(gateway.subscriptions).toEqual([{ locators: [{ id: FAKE_EXPORT.id }] }]);
  });

  it('prints every change as a JSON object with --watch and --json', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => STARTED });

    const { exitCode, stdout } = await runCli([
      ...['start', ...ORDER, '--watch', '--json', '--url', gateway.url, '--idempotency-key', 'k'],
    ]);

    const [started, snapshot, ...others] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(exitCode).toBe(0);
    expect(started).toMatchObject({ id: FAKE_EXPORT.id, idempotencyKey: 'k' });
    expect(snapshot).toMatchObject({ type: 'ExportSnapshot', exportId: FAKE_EXPORT.id, cursor: 'c1' });
    expect(others).toEqual([]);
  });

  it('asks nobody where the order is wrong', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => STARTED });

    const { exitCode, stdout, stderr } = await runCli([
      'start',
      'hi-energy',
      'report=x',
      '--url',
      gateway.url,
    ]);

    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^waybill: Hi Energy orders have no "report": .*\nwaybill: reportType is missing: /,
    );
    expect(gateway.operations).toEqual([]);
  });

  it.each([
    [{ code: 'BAD_USER_INPUT', field: 'input.order.hiEnergy.reportType' }, 2, ''],
    [{ code: 'IDEMPOTENCY_KEY_REUSED' }, 1, ''],
    [{ code: 'TRACKING_LIMIT' }, 1, ''],
    [{ code: 'UNSUPPORTED_BY_VENDOR', retryable: false }, 1, ''],
    [
      { code: 'VENDOR_REJECTED', vendorMessage: 'No such\u001b[2J report.' },
      1,
      'waybill: The vendor says: No such report.\n',
    ],
    [{ code: 'VENDOR_REJECTED', vendorMessage: 'That was refused.' }, 1, ''],
  ])('tells in the gateway\u2019s words why nothing was started: %j', async (extensions, code, more) => {
    await using gateway = await startFakeGateway(toRefusal('That was refused.', extensions));

    const { exitCode, stdout, stderr } = await runCli([
      ...['start', ...ORDER, '--url', gateway.url, '--idempotency-key', 'k'],
    ]);

    expect([exitCode, stdout]).toEqual([code, '']);
    expect(stderr).toBe(`waybill: That was refused.\n${more}`);
    expect(gateway.operations).toHaveLength(1);
  });

  it.each([
    [{ code: 'START_OUTCOME_UNKNOWN', retryable: false }, ''],
    [{ code: 'START_OUTCOME_UNKNOWN', retryable: true }, ''],
    [{ code: 'INTERNAL_SERVER_ERROR', retryable: false }, ''],
    [{ code: 'STORE_UNAVAILABLE', retryable: true, retryAfterMs: 5_000 }, ' Wait 5 s before that.'],
    [{ code: 'VENDOR_RATE_LIMITED', retryable: true, retryAfterMs: 90_000 }, ' Wait 90 s before that.'],
  ])(
    'says how to ask again with the same key, and sends nothing again by itself: %j',
    async (extensions, wait) => {
      await using gateway = await startFakeGateway(toRefusal('That went wrong.', extensions));

      const { exitCode, stdout, stderr, waits } = await runCli([
        ...['start', ...ORDER, 'searchParams={"q":"it\'s"}', '--url', gateway.url, '--token', 'the-token'],
        ...['--label', 'Two words'],
      ]);

      const [{ variables } = { variables: {} }, ...others] = gateway.operations;
      const again = [
        `waybill start hi-energy reportType=deals_excel 'searchParams={"q":"it'\\''s"}'`,
        `'--label=Two words' --idempotency-key=${variables.input.idempotencyKey} --url=${gateway.url}`,
      ].join(' ');
      expect([exitCode, stdout, waits, others]).toEqual([1, '', [], []]);
      expect(stderr).toBe(
        [
          `Idempotency key: ${variables.input.idempotencyKey}`,
          'waybill: That went wrong.',
          `waybill: To ask again, with the same --token: ${again}${wait}`,
          '',
        ].join('\n'),
      );
      expect(stderr).not.toContain('the-token');
    },
  );

  it.each([
    ['a connection that breaks', 'break', 'the connection broke'],
    ['a proxy without a gateway', { status: 502, body: {} }, 'it answers with HTTP 502'],
  ] as const)('does not know what came of it after %s', async (_what, answer, reason) => {
    await using gateway = await startFakeGateway({ onOperation: () => answer });

    const { exitCode, stdout, stderr } = await runCli(['start', ...ORDER, '--idempotency-key', 'k'], {
      env: { WAYBILL_URL: gateway.url },
    });

    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr).toBe(
      [
        `waybill: The answer of the gateway at ${gateway.url} was lost: ${reason}. It is not known whether the export was started.`,
        'waybill: To ask again: waybill start hi-energy reportType=deals_excel --idempotency-key=k',
        '',
      ].join('\n'),
    );
    expect(gateway.operations).toHaveLength(1);
  });

  it('knows that nothing was started where nothing listens', async () => {
    const gateway = await startFakeGateway();
    await gateway[Symbol.asyncDispose]();

    const { exitCode, stderr } = await runCli([
      'start',
      ...ORDER,
      '--url',
      gateway.url,
      '--idempotency-key',
      'k',
    ]);

    expect(exitCode).toBe(3);
    expect(stderr).toBe(
      `waybill: Cannot reach the gateway at ${gateway.url}: nothing listens there. Nothing was started. --url or WAYBILL_URL says where it is.\n`,
    );
  });

  it('exits with 3 where the gateway refuses the token', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({
        status: 401,
        body: { errors: [{ message: 'No key.', extensions: { code: 'UNAUTHENTICATED' } }] },
      }),
    });

    const { exitCode, stderr } = await runCli([
      ...['start', ...ORDER, '--url', gateway.url, '--token', 'wrong-key', '--idempotency-key', 'k'],
    ]);

    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/ refused us\. No key\. It does not accept this token: check --token/);
    expect(stderr).not.toContain('wrong-key');
  });

  it('says how to ask again where it is interrupted', async () => {
    let interruptNow = (): void => undefined;
    await using gateway = await startFakeGateway({
      onOperation: () => {
        interruptNow();
        return STARTED;
      },
    });

    const { exitCode, stdout, stderr } = await runCli(['start', ...ORDER, '--url', gateway.url], {
      onOutput: (_text, interrupt) => {
        interruptNow = interrupt;
      },
    });

    const key = gateway.operations[0]?.variables.input.idempotencyKey;
    expect([exitCode, stdout]).toEqual([130, '']);
    expect(stderr).toContain(
      `waybill: It is not known whether the export was started. To ask again: waybill start hi-energy reportType=deals_excel --idempotency-key=${key} --url=${gateway.url}\n`,
    );
  });

  it('prints no command to be pasted where a word could speak to the terminal', async () => {
    await using gateway = await startFakeGateway(
      toRefusal('That went wrong.', { code: 'START_OUTCOME_UNKNOWN' }),
    );

    const { stderr } = await runCli([
      ...['start', 'hi-energy', 'reportType=a\u001b[2Jb', '--url', gateway.url, '--idempotency-key', 'k'],
    ]);

    expect(stderr).toBe(
      'waybill: That went wrong.\nwaybill: To ask again, give the same command with --idempotency-key k.\n',
    );
  });
});
