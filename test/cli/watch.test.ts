import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toCommandLineLocator } from '../../simulator/examples.ts';
import type { Simulators } from '../../simulator/server.ts';
import type { CodedVendorId } from '../../src/export/vendor-id.ts';
import { startSimulatedGateway } from '../support/simulated-gateway.ts';
import { FAKE_LOCATOR, type FakeSubscription, startFakeGateway, toSnapshot } from './fake-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

const SPEED = 20;

/** The locators of seeded jobs that end with one of these words of their vendors. */
function locatorsOf(simulators: Simulators, vendor: CodedVendorId, ends: string): readonly string[] {
  return simulators.seeds[vendor]
    .filter((job) => job.ends === ends)
    .map((job) => toCommandLineLocator(vendor, job));
}

describe('waybill watch', { timeout: PATIENCE_MS }, () => {
  it('follows exports of several vendors to their ends and exits with 0 where all succeeded', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const { simulators } = gateway;
    const locators = [
      ...locatorsOf(simulators, 'power-bi', 'Succeeded').slice(0, 1),
      ...locatorsOf(simulators, 'hi-energy', 'completed').slice(0, 1),
      ...locatorsOf(simulators, 'talkdesk', 'done').slice(0, 1),
      ...locatorsOf(simulators, 'web-admit', 'Success With Errors').slice(0, 1),
    ];

    const { exitCode, stdout, stderr } = await runCli(['watch', '--url', gateway.url, ...locators]);

    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines) {
      expect(line).toMatch(
        /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z {2}[a-z-]+ {2}[A-Z]+( [A-Z]+| \d+%| \d+\/\d+)? {2}\S.*$/,
      );
    }
    expect(lines.filter((line) => / {2}SUCCEEDED( PARTIAL)? {2}/.test(line))).toHaveLength(4);
    expect(stdout).toMatch(/ {2}power-bi {2}(QUEUED|RUNNING) \d+% {2}/);
  });

  it('exits with 1 where one failed, and says which and why on standard error', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const [good = ''] = locatorsOf(gateway.simulators, 'talkdesk', 'done');
    const [bad = ''] = locatorsOf(gateway.simulators, 'talkdesk', 'failed');

    const { exitCode, stdout, stderr } = await runCli(['watch', good, bad], {
      env: { WAYBILL_URL: gateway.url },
    });

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/ {2}talkdesk {2}FAILED {2}/);
    expect(stdout).toMatch(/ {2}talkdesk {2}SUCCEEDED {2}/);
    expect(stderr).toMatch(/^.+ failed: .+\.\n$/);
  });

  it('exits with 1 where an account does not exist, and still follows the others', async () => {
    await using gateway = await startSimulatedGateway({ speed: SPEED });
    const [good = ''] = locatorsOf(gateway.simulators, 'hi-energy', 'completed');

    const { exitCode, stdout, stderr } = await runCli([
      'watch',
      '--url',
      gateway.url,
      good,
      'nobody@hi-energy:7',
    ]);

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/ {2}hi-energy {2}SUCCEEDED {2}/);
    expect(stdout).toMatch(/ {2}UNREADABLE EXPORT_NOT_FOUND {2}nobody@hi-energy:7 {2}/);
    expect(stderr).toMatch(/^nobody@hi-energy:7 cannot be read: /);
  });

  it('shows what a vendor calls its export without letting it speak to the terminal', async () => {
    const name = 'Q3\u001b]0;owned\u0007 \u001b[2Jrevenue\r\n\u202efdp.exe\u009b31m';
    await using gateway = await startFakeGateway({
      onSubscribe: (subscription) => {
        subscription.next(toSnapshot({ name }));
        subscription.complete();
      },
    });

    const { stdout, exitCode } = await runCli(['watch', '--url', gateway.url, FAKE_LOCATOR]);

    expect(stdout).toBe('2026-11-22T10:15:00.000Z  hi-energy  SUCCEEDED  Q3 revenue fdp.exe\n');
    expect(exitCode).toBe(0);
  });

  it('draws a bar for each export on a terminal, and leaves the cursor as it found it', async () => {
    let subscription: FakeSubscription | undefined;
    await using gateway = await startFakeGateway({
      onSubscribe: (opened) => {
        subscription = opened;
        const progress = { percent: 40, completedParts: null, totalParts: null };
        opened.next(toSnapshot({ status: 'RUNNING', outcome: null, progress }));
      },
    });

    const { exitCode, stdout } = await runCli(['watch', '--url', gateway.url, FAKE_LOCATOR], {
      terminal: { columns: 100 },
      onOutput: (text) => {
        if (!text.includes('40%')) return;
        subscription?.next(toSnapshot({}, 'c2'));
        subscription?.complete();
      },
    });

    expect(exitCode).toBe(0);
    const plain = stripVTControlCharacters(stdout);
    expect(plain).toMatch(/Sales overview {18}RUNNING {5}█{6}░{10} {2}40%/);
    expect(plain).toMatch(/Sales overview {18}SUCCEEDED {3}█{16}(?!░)/);
    expect(stdout).toContain('\u001b[36mRUNNING\u001b[39m');
    expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'));
    expect(stdout.lastIndexOf('\u001b[?7h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?7l'));
    expect(stdout.endsWith('\n')).toBe(true);
  });

  it('writes lines on a terminal that has no room for a bar each, or cannot move its cursor', async () => {
    await using gateway = await startFakeGateway();
    const words = ['watch', '--url', gateway.url, FAKE_LOCATOR];

    const low = await runCli(words, { terminal: { columns: 100, rows: 2 } });
    const dumb = await runCli(words, { terminal: { columns: 100 }, env: { TERM: 'dumb' } });

    expect(low.stdout).toBe(
      '2026-11-22T10:15:00.000Z  hi-energy  \u001b[32mSUCCEEDED\u001b[39m  Sales overview\n',
    );
    expect(dumb.stdout).toBe(stripVTControlCharacters(low.stdout));
  });

  it('ends with 130 on an interruption, the terminal in order', async () => {
    await using gateway = await startFakeGateway({
      onSubscribe: (subscription) => subscription.next(toSnapshot({ status: 'RUNNING', outcome: null })),
    });

    const { exitCode, stdout, stderr } = await runCli(['watch', '--url', gateway.url, FAKE_LOCATOR], {
      terminal: { columns: 80 },
      onOutput: (text, interrupt) => {
        if (text.includes('RUNNING')) interrupt();
      },
    });

    expect(exitCode).toBe(130);
    expect(stderr).toBe('');
    expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'));
  });
});

describe('the command line of waybill watch', () => {
  it.each([
    [['download'], /^waybill: Name one export: power-bi:REPORT\/EXPORT or /],
    [
      ['watch', 'hi-energy:007', 'Acme:1'],
      /"hi-energy:007" .*\n.*"Acme:1" names no export: before the colon /,
    ],
    [['watch', FAKE_LOCATOR, '--url', 'ftp://x'], /must be an http or https URL/],
    [['watch', FAKE_LOCATOR, '--url', 'http://me:secret@x/'], /^(?!.*secret)/],
    [['watch', FAKE_LOCATOR, '--token', 'Bearer hush'], /^(?!.*hush).*token/],
    [['watch', '--nonsense'], /unknown option '--nonsense'/],
    [['wach'], /Did you mean watch/],
    [[], /Usage: waybill/],
  ])('refuses %j with 2', async (words, expected) => {
    const { exitCode, stdout, stderr } = await runCli(words);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(expected);
    expect(stdout).toBe('');
  });

  it.each([[['--help']], [['watch', '--help']], [['download', '--help']], [['help', 'watch']]])(
    'explains itself for %j with 0',
    async (words) => {
      const { exitCode, stdout, stderr } = await runCli(words);

      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(/Usage: waybill[\s\S]*Exit codes: 0 /);
    },
  );

  it('prints the version of package.json', async () => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });

    expect((await runCli(['--version'])).stdout).toBe(`${manifest.version}\n`);
  });
});
