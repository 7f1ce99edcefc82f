import { describe, expect, it } from 'vitest';
import { toCommandLineLocator } from '../../simulator/examples.ts';
import { demoConfig } from '../../src/cli/demo-config.ts';
import { startTestGateway } from '../support/gateway.ts';
import { startSimulatedGateway } from '../support/simulated-gateway.ts';
import { FAKE_LOCATOR, type FakeSubscription, startFakeGateway, toSnapshot } from './fake-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

const RUNNING = { status: 'RUNNING', outcome: null, isTerminal: false } as const;

/** The first connection sees it running and ends in some way; the next ones see the end. */
function endFirst(end: (subscription: FakeSubscription) => void) {
  return (subscription: FakeSubscription): void => {
    if (subscription.connection === 1) {
      subscription.next(toSnapshot(RUNNING, 'cursor-1'));
      end(subscription);
    } else {
      subscription.next(toSnapshot({}, 'cursor-2'));
      subscription.complete();
    }
  };
}

describe('a connection that is lost', { timeout: PATIENCE_MS }, () => {
  it.each<[string, (subscription: FakeSubscription) => void, RegExp]>([
    [
      'breaks',
      (s) => setTimeout(() => s.terminate(), 20),
      /Connection lost: the connection was closed \(1006\)/,
    ],
    ['goes away', (s) => s.close(1001, 'Going away'), /the gateway closed the connection: Going away/],
    [
      'is too slow',
      (s) => s.close(4490, 'Slow consumer'),
      /the gateway closed the connection: Slow consumer/,
    ],
    [
      'drains',
      (s) => s.error('This gateway is going down.', { code: 'SERVER_DRAINING' }),
      /Connection lost: This gateway is going down\. Trying again/,
    ],
    ['completes before the end', (s) => s.complete(), /the gateway ended the stream before the exports did/],
  ])('is made anew after the last event when it %s', async (_how, end, notice) => {
    await using gateway = await startFakeGateway({ onSubscribe: endFirst(end) });

    const { exitCode, stdout, stderr } = await runCli(['watch', '--url', gateway.url, FAKE_LOCATOR]);

    expect(exitCode).toBe(0);
    expect(gateway.subscriptions.map(({ after }) => after)).toEqual([undefined, 'cursor-1']);
    expect(stderr).toMatch(notice);
    expect(stderr).toMatch(/Connected again\.\n$/);
    expect(stdout.split('\n').map((line) => line.slice(26))).toEqual([
      'hi-energy  RUNNING  Sales overview',
      'hi-energy  SUCCEEDED  Sales overview',
      '',
    ]);
  });

  it('begins anew where the gateway does not know the cursor any more, and says so', async () => {
    await using gateway = await startFakeGateway({
      onSubscribe: (subscription) => {
        if (subscription.connection === 2) {
          subscription.error('after is not a cursor of this gateway.', {
            code: 'BAD_USER_INPUT',
            field: 'after',
          });
        } else endFirst((first) => first.close(1012, ''))(subscription);
      },
    });

    const { exitCode, stderr } = await runCli(['watch', '--url', gateway.url, FAKE_LOCATOR]);

    expect(exitCode).toBe(0);
    expect(gateway.subscriptions.map(({ after }) => after)).toEqual([undefined, 'cursor-1', undefined]);
    expect(stderr).toMatch(/changes that happened in between are not shown/);
  });

  it('is given up after a bounded number of tries, each later than the one before', async () => {
    const { exitCode, stderr, waits } = await runCli(['watch', '--url', 'http://127.0.0.1:1', FAKE_LOCATOR]);

    expect(exitCode).toBe(3);
    expect(waits).toHaveLength(3);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
    expect(stderr).toMatch(
      /\nwaybill: Cannot reach the gateway at http:\/\/127\.0\.0\.1:1: nothing listens there\. Tried 4 times\./,
    );
  });

  it('is given more tries where the gateway had answered before', async () => {
    const gateway = await startFakeGateway({ onSubscribe: (s) => s.next(toSnapshot(RUNNING)) });

    const { exitCode, waits } = await runCli(['watch', '--url', gateway.url, FAKE_LOCATOR], {
      onOutput: (text) => {
        if (text.includes('RUNNING')) void gateway[Symbol.asyncDispose]();
      },
    });

    expect(exitCode).toBe(3);
    expect(waits).toHaveLength(11);
    expect(Math.max(...waits)).toBeLessThanOrEqual(37_500);
  });

  it('can be interrupted while it waits for the next try', async () => {
    const { exitCode } = await runCli(['watch', '--url', 'http://127.0.0.1:1', FAKE_LOCATOR], {
      onOutput: (text, interrupt) => {
        if (text.includes('Trying again')) interrupt();
      },
    });

    expect(exitCode).toBe(130);
  });

  it('is survived when a real gateway goes down and comes back on its port', async () => {
    await using first = await startSimulatedGateway({ speed: 10 });
    const [job] = first.simulators.seeds['power-bi'].filter(({ ends }) => ends === 'Succeeded');
    if (job === undefined) throw new Error('no job is seeded');
    const { accounts } = JSON.parse(demoConfig(first.simulators, 0)) as { accounts: object[] };
    let second: Awaited<ReturnType<typeof startTestGateway>> | undefined;
    let hasDrained = false;

    const { exitCode, stdout, stderr } = await runCli(
      ['watch', '--url', first.url, toCommandLineLocator('power-bi', job)],
      {
        onOutput: (text) => {
          if (hasDrained || !/QUEUED|RUNNING/.test(text)) return;
          hasDrained = true;
          void first.gateway.drain();
        },
        onWait: async () => {
          if (second !== undefined) return;
          await first.gateway.drain();
          const port = Number(new URL(first.url).port);
          second = await startTestGateway({ accounts, config: { server: { port } } });
        },
      },
    );
    await second?.[Symbol.asyncDispose]();

    expect(stderr).toMatch(/Connection lost: .*\n[\s\S]*Connected again/);
    expect(stdout).toMatch(/SUCCEEDED {2}Quarterly revenue by region\n$/);
    expect(exitCode).toBe(0);
  });
});

describe('a gateway that does not want us', { timeout: PATIENCE_MS }, () => {
  it('ends the command at once with 3, and says what about the token', async () => {
    await using gateway = await startFakeGateway({
      onInit: ({ authorization }) => (authorization === 'Bearer right' ? undefined : 4403),
    });
    const words = ['watch', '--url', gateway.url, FAKE_LOCATOR];

    const without = await runCli(words);
    const wrong = await runCli(words, { env: { WAYBILL_TOKEN: 'wrong-one' } });
    const right = await runCli([...words, '--token', 'right'], { env: { WAYBILL_TOKEN: 'wrong-one' } });

    expect([without.exitCode, wrong.exitCode, right.exitCode]).toEqual([3, 3, 0]);
    expect(without.stderr).toMatch(/It asks for a token: give one with --token or WAYBILL_TOKEN/);
    expect(wrong.stderr).toMatch(/It does not accept this token/);
    expect(wrong.stderr).not.toContain('wrong-one');
    expect(without.waits).toEqual([]);
  });

  it('names what it does not understand with 2', async () => {
    await using gateway = await startFakeGateway({
      onSubscribe: (s) =>
        s.error('locator.hiEnergy.account is missing, and you have several: name one of eu, us.', {
          code: 'BAD_USER_INPUT',
        }),
    });

    const { exitCode, stderr } = await runCli(['watch', '--url', `${gateway.url}/graphql`, FAKE_LOCATOR]);

    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'waybill: locator.hiEnergy.account is missing, and you have several: name one of eu, us.\n',
    );
  });

  it('is told from something that is no gateway at all', async () => {
    await using gateway = await startFakeGateway();

    const { exitCode, stderr } = await runCli(['watch', '--url', `${gateway.url}/elsewhere`, FAKE_LOCATOR]);

    expect(exitCode).toBe(3);
    expect(stderr).toMatch(
      /^waybill: There is no Waybill gateway at http:.*\/elsewhere: it answers with HTTP 400\./,
    );
  });
});
