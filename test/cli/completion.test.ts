import { describe, expect, it } from 'vitest';
import { answerShells } from './completion-answers.ts';
import { startFakeGateway } from './fake-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

/** What is offered behind these words, the last of which is under the cursor. */
async function complete(words: readonly string[], url = 'http://127.0.0.1:9'): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await runCli(['complete', '--', ...words], {
    env: { WAYBILL_URL: url },
  });
  expect([exitCode, stderr]).toEqual([0, '']);
  return stdout.split('\n').slice(0, -1);
}

describe('waybill complete', { timeout: PATIENCE_MS }, () => {
  it.each([
    [['wat'], ['watch\tfollow exports until they have ended']],
    [['webhooks', 're'], ['retry\tsend one again that was given up, or waits for its next attempt']],
    [['help', 'acc'], ['accounts\tlist the accounts one may use, and how well their vendors answer']],
    [['list', '--st'], ['--status\tonly those in this status']],
    [
      ['list', '--status', 'ca'],
      ['canceling', 'canceled'],
    ],
    [['list', '--status=queued,ru'], ['--status=queued,running']],
    [['webhooks', 'list', '--status', 'g'], ['given-up']],
    [['--color', 'n'], ['never']],
    [['--color', 'never', 'lis'], ['list\tlist tracked and recent exports']],
    [['start', 'po'], ['power-bi']],
    [
      ['start', 'web-admit', 'exportId=7', ''],
      ['account=', 'userIdentityId='],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['serve', '--config', ''], [':files']],
    [['vendor', 'c'], ['check\tcheck vendor files']],
    [['vendor', 'check', 'acme.vendor.yaml', ''], [':files']],
    [['vendor', 'test', ''], [':files']],
    [
      ['vendor', 'test', '--l'],
      ['--live\tan account of the configuration, and an export there: read it instead'],
    ],
    [['vendor', 'test', 'acme.vendor.yaml', '--config', ''], [':files']],
    [['vendor', 'new', '--openapi', ''], [':files']],
    [
      ['vendor', 'new', '--credential', 'b'],
      ['bearer', 'basic'],
    ],
    [['download', 'hi-energy:42', '-o', ''], [':files']],
    [['list', '--text', ''], []],
    [['nonsense', ''], []],
  ])('offers behind %j %j', async (words, expected) => {
    expect(await complete(words)).toEqual(expected);
  });

  it('offers what the gateway knows now', async () => {
    await using gateway = await startFakeGateway({ onOperation: answerShells });
    const { url } = gateway;

    expect(await complete(['watch', ''], url)).toEqual([
      'hi@hi-energy:42\tRUNNING Sales overview',
      'desk@talkdesk:calls/a-b\tRUNNING Calls of today',
    ]);
    expect(await complete(['watch', 'hi@hi-energy:42', ''], url)).toHaveLength(1);
    expect(await complete(['cancel', 'talkdesk:c'], url)).toEqual([
      'talkdesk:calls/a-b\tRUNNING Calls of today',
    ]);
    expect(await complete(['list', '--account', ''], url)).toEqual(['hi\tHi Energy HEALTHY']);
    expect(await complete(['webhooks', 'send-test', ''], url)).toEqual(['ops']);
    expect(await complete(['webhooks', 'retry', ''], url)).toEqual(['msg_0\tOWED ops export.succeeded']);
  });

  it('asks for those that the command can do something with, at the gateway that the words name', async () => {
    await using gateway = await startFakeGateway({ onOperation: answerShells });

    await complete(['untrack', '--url', gateway.url, '--token', 'not-a-true-key', '']);
    await complete(['cancel', `--url=${gateway.url}`, '']);

    expect(gateway.operations.map(({ variables }) => variables.filter)).toEqual([
      { isTracked: true },
      { statuses: ['QUEUED', 'RUNNING', 'UNKNOWN'] },
      { statuses: ['QUEUED', 'RUNNING', 'UNKNOWN'], isTracked: true },
    ]);
    expect(gateway.queries[0]?.authorization).toBe('Bearer not-a-true-key');
  });

  it('says nothing where the gateway cannot be reached, refuses, or does not answer in time', async () => {
    await using refusing = await startFakeGateway({
      onOperation: () => ({ status: 401, body: { errors: [{ message: 'Who are you?' }] } }),
    });
    await using late = await startFakeGateway({ onOperation: () => 'silence' });

    expect(await complete(['watch', ''])).toEqual([]);
    expect(await complete(['watch', ''], refusing.url)).toEqual([]);
    expect(await complete(['watch', ''], late.url)).toEqual([]);
    expect(await complete(['watch', ''], 'no address')).toEqual([]);
  });
});
