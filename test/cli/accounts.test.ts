import { describe, expect, it } from 'vitest';
import type { AccountsQuery } from '../../src/cli/generated/operations.ts';
import { startFakeGateway } from './fake-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

const WELL: AccountsQuery['accounts'][number] = {
  id: 'WyJhY2NvdW50IiwiaGkiXQ',
  key: 'hi',
  vendor: {
    key: 'hi-energy',
    name: 'Hi Energy',
    capabilities: { canList: true, canStart: true, canCancel: false },
  },
  health: { state: 'HEALTHY', lastError: null, throttledUntil: null },
};
const THROTTLED: AccountsQuery['accounts'][number] = {
  ...WELL,
  key: 'eu',
  health: {
    state: 'THROTTLED',
    lastError: 'VENDOR_RATE_LIMITED',
    throttledUntil: '2026-11-22T10:15:00.000Z',
  },
};

describe('waybill accounts', { timeout: PATIENCE_MS }, () => {
  it('has a line of fields for each on a pipe', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => ({ accounts: [WELL, THROTTLED] }) });

    const { exitCode, stdout, stderr } = await runCli(['accounts', '--url', gateway.url]);

    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      'hi\thi-energy\tHEALTHY\t\t\tlist start\neu\thi-energy\tTHROTTLED\tVENDOR_RATE_LIMITED\t2026-11-22T10:15:00.000Z\tlist start\n',
    );
  });

  it('has a table on a terminal, without columns that have nothing to say', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => ({ accounts: [WELL] }) });

    const { stdout } = await runCli(['accounts', '--color', 'never', '--url', gateway.url], {
      terminal: { columns: 80 },
    });

    expect(stdout).toBe('ACCOUNT  VENDOR     HEALTH   CAN\nhi       hi-energy  HEALTHY  list start\n');
  });

  it('says what is wrong with one in words, in colour', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => ({ accounts: [THROTTLED] }) });

    const { stdout } = await runCli(['accounts', '--url', gateway.url], { terminal: { columns: 80 } });

    expect(stdout).toContain('\u001b[33mTHROTTLED\u001b[39m  told to wait');
  });

  it('prints a JSON object a line with --json', async () => {
    await using gateway = await startFakeGateway({ onOperation: () => ({ accounts: [THROTTLED] }) });

    const { stdout } = await runCli(['accounts', '--json', '--url', gateway.url]);

    expect(JSON.parse(stdout)).toEqual({
      key: 'eu',
      vendor: 'hi-energy',
      vendorName: 'Hi Energy',
      state: 'THROTTLED',
      lastError: 'VENDOR_RATE_LIMITED',
      throttledUntil: '2026-11-22T10:15:00.000Z',
      canList: true,
      canStart: true,
      canCancel: false,
      id: THROTTLED.id,
    });
  });

  it('exits with 3 and one line where there is no gateway', async () => {
    const { exitCode, stdout, stderr } = await runCli(['accounts', '--url', 'http://127.0.0.1:9']);

    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr.trimEnd().split('\n').at(-1)).toContain('--url or WAYBILL_URL says where it is.');
  });
});
