import { describe, expect, it } from 'vitest';
import type { ListedDeliveryFragment } from '../../src/cli/generated/operations.ts';
import { FAKE_EXPORT, startFakeGateway } from './fake-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

const OWED: ListedDeliveryFragment = {
  id: 'msg_1',
  endpoint: 'ops',
  type: 'export.succeeded',
  at: '2026-11-22T10:15:00.000Z',
  exportId: FAKE_EXPORT.id,
  status: 'OWED',
  attempts: 3,
  nextAttemptAt: '2026-11-22T10:55:00.000Z',
  lastResult: '503',
  lastAttemptAt: '2026-11-22T10:20:35.000Z',
};
const OWED_LINE =
  'msg_1\t2026-11-22T10:15:00.000Z\tops\texport.succeeded\tOWED\thi@hi-energy:42\t3\t503\t2026-11-22T10:20:35.000Z\t2026-11-22T10:55:00.000Z\n';
const FRESH = {
  ...OWED,
  id: 'msg_2',
  attempts: 0,
  nextAttemptAt: null,
  lastResult: null,
  lastAttemptAt: null,
};

describe('waybill webhooks list', { timeout: PATIENCE_MS }, () => {
  it('has a line of fields for each on a pipe', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({ webhookDeliveries: [FRESH, OWED] }),
    });

    const { exitCode, stdout, stderr } = await runCli(['webhooks', 'list', '--url', gateway.url]);

    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      `msg_2\t2026-11-22T10:15:00.000Z\tops\texport.succeeded\tOWED\thi@hi-energy:42\t0\t\t\t\n${OWED_LINE}`,
    );
    expect(gateway.operations).toEqual([{ name: 'WebhookDeliveries', variables: { first: 20 } }]);
  });

  it.each([60, 80, 160])('has a table that fits a terminal of %i columns, ids whole', async (columns) => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({ webhookDeliveries: [FRESH, OWED] }),
    });

    const { stdout } = await runCli(['webhooks', 'list', '--color', 'never', '--url', gateway.url], {
      terminal: { columns },
    });

    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^ID +STATUS +TYPE +ENDPOINT/);
    expect(lines[2]).toMatch(/^msg_1 +OWED +export\.succeeded +ops/);
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(stdout.includes('hi@hi-energy:42')).toBe(columns === 160);
  });

  it('asks for those of one endpoint, of one status, and older ones', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => ({ webhookDeliveries: [] }) });

    const { exitCode, stdout, stderr } = await runCli([
      ...['webhooks', 'list', '--url', gateway.url, '--endpoint', 'ops', '--status', 'given-up'],
      ...['--limit', '100', '--after', 'msg_1'],
    ]);

    expect([exitCode, stdout, stderr]).toEqual([0, '', 'There are none.\n']);
    expect(gateway.operations[0]?.variables).toEqual({
      endpoint: 'ops',
      status: 'GIVEN_UP',
      first: 100,
      after: 'msg_1',
    });
  });

  it('has a JSON object for each with --json', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({ webhookDeliveries: [OWED, FRESH] }),
    });

    const { stdout } = await runCli(['webhooks', 'list', '--json', '--url', gateway.url]);

    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([OWED, FRESH].map((delivery) => ({ ...delivery, locator: 'hi@hi-energy:42' })));
  });

  it.each([
    ['--limit', '0'],
    ['--limit', '101'],
    ['--limit', '1.5'],
    ['--status', 'lost'],
    ['--status', 'constructor'],
  ])('refuses %s %s', async (...words) => {
    const { exitCode, stderr } = await runCli(['webhooks', 'list', ...words]);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/It is (a whole number from 1 to 100|one of owed, delivered, given-up)\./);
  });

  it('has 2 for an --after that the gateway does not know', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({
        status: 200,
        body: {
          data: null,
          errors: [
            { message: 'There is no such id.', extensions: { code: 'BAD_USER_INPUT', field: 'after' } },
          ],
        },
      }),
    });

    const { exitCode, stderr } = await runCli(['webhooks', 'list', '--after', 'x', '--url', gateway.url]);

    expect([exitCode, stderr]).toEqual([2, 'waybill: There is no such id.\n']);
  });
});

describe('waybill webhooks retry', { timeout: PATIENCE_MS }, () => {
  it('has one sent again', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => ({ retryWebhookDelivery: OWED }) });

    const { exitCode, stdout } = await runCli(['webhooks', 'retry', 'msg_1', '--url', gateway.url]);

    expect([exitCode, stdout]).toEqual([0, OWED_LINE]);
    expect(gateway.operations).toEqual([{ name: 'RetryWebhookDelivery', variables: { id: 'msg_1' } }]);
  });

  it('exits with 2 where there is none such', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({
        status: 200,
        body: {
          data: null,
          errors: [
            { message: 'There is no such webhook.', extensions: { code: 'BAD_USER_INPUT', field: 'id' } },
          ],
        },
      }),
    });

    const { exitCode, stderr } = await runCli(['webhooks', 'retry', 'msg_9', '--url', gateway.url]);

    expect([exitCode, stderr]).toEqual([2, 'waybill: There is no such webhook.\n']);
  });
});

describe('waybill webhooks send-test', { timeout: PATIENCE_MS }, () => {
  it.each([
    [true, '204', 'ops\tDELIVERED\t204\n', ''],
    [false, '404', 'ops\tNOT DELIVERED\t404\n', 'it answers with HTTP 404.'],
    [false, '302', 'ops\tNOT DELIVERED\t302\n', 'it answers with HTTP 302, and redirects are not followed.'],
    [false, 'timeout', 'ops\tNOT DELIVERED\ttimeout\n', 'there was no answer in time.'],
    [
      false,
      'address',
      'ops\tNOT DELIVERED\taddress\n',
      'its address is not known, or is one that webhooks are not sent to; `allowPrivate: true` lets private ones through.',
    ],
    [false, 'constructor', 'ops\tNOT DELIVERED\tconstructor\n', 'constructor.'],
    [false, 'some-later-word', 'ops\tNOT DELIVERED\tsome-later-word\n', 'some-later-word.'],
  ])('says how it went: %s, %s', async (isDelivered, result, line, why) => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({ sendTestWebhook: { isDelivered, result } }),
    });

    const { exitCode, stdout, stderr } = await runCli(['webhooks', 'send-test', 'ops', '--url', gateway.url]);

    expect([exitCode, stdout]).toEqual([isDelivered ? 0 : 1, line]);
    expect(stderr).toBe(why === '' ? '' : `ops did not take it: ${why}\n`);
    expect(gateway.operations).toEqual([{ name: 'SendTestWebhook', variables: { endpoint: 'ops' } }]);
  });

  it('prints one JSON object with --json', async () => {
    await using gateway = await startFakeGateway({
      onOperation: () => ({ sendTestWebhook: { isDelivered: false, result: 'connection' } }),
    });

    const { exitCode, stdout, stderr } = await runCli([
      ...['webhooks', 'send-test', 'ops', '--json', '--url', gateway.url],
    ]);

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ endpoint: 'ops', isDelivered: false, result: 'connection' });
    expect(stderr).toMatch(/^ops did not take it: the connection failed or broke\./);
  });
});

describe('waybill webhooks', () => {
  it('alone says what there is, and exits with 2', async () => {
    const { exitCode, stdout, stderr } = await runCli(['webhooks']);

    expect([exitCode, stdout]).toEqual([2, '']);
    for (const command of ['list', 'send-test', 'retry']) expect(stderr).toContain(`  ${command} `);
  });
});
