import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toCommandLineLocator } from '../../simulator/examples.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { startSimulatedGateway } from '../support/simulated-gateway.ts';
import { FAKE_EXPORT, FAKE_LOCATOR, startFakeGateway, toDownloadable, toSnapshot } from './fake-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

const CONTENT = Buffer.from('region,orders\nNorth,12\nSouth,30\n'.repeat(400));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-download-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function download(url: string, ...words: readonly string[]) {
  return runCli(['download', '--url', url, FAKE_LOCATOR, ...words], { cwd: folder });
}

describe('waybill download', { timeout: PATIENCE_MS }, () => {
  it('waits for an export of each vendor and saves its file whole', async () => {
    await using gateway = await startSimulatedGateway({ speed: 20 });
    const { seeds } = gateway.simulators;
    const goodEnds = ['Succeeded', 'completed', 'done', 'Available'];
    const dropped = 'Advertisers of last quarter';

    for (const vendor of CODED_VENDOR_IDS) {
      const job = seeds[vendor].find(({ ends, title }) => goodEnds.includes(ends) && title !== dropped);
      if (job === undefined) throw new Error(`${vendor} seeds no job that succeeds`);
      const words = ['download', '--url', gateway.url, toCommandLineLocator(vendor, job)];
      const piped = await runCli([...words, '--output', '-']);
      const saved = await runCli([...words, '--output', folder]);

      expect(saved.exitCode).toBe(0);
      const path = saved.stdout.trimEnd();
      expect(path.startsWith(`${folder}/`)).toBe(true);
      expect((await readFile(path)).equals(piped.bytes)).toBe(true);
      expect(piped.bytes.byteLength).toBeGreaterThan(100);
    }
    expect(await readdir(folder)).toHaveLength(4);
  });

  it('shows a bar while it waits and one while it saves, where standard error is a terminal', async () => {
    await using gateway = await startFakeGateway({ onFile: (_request, response) => response.end(CONTENT) });

    const { exitCode, stdout, stderr } = await runCli(
      ['download', '--color', 'never', '--url', gateway.url, FAKE_LOCATOR, '--output', folder],
      { terminal: { columns: 100 } },
    );

    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/Sales overview +SUCCEEDED +█{16}/);
    expect(stderr).toMatch(/sales\.csv +█{28} {2}100% {2}12\.8 kB of 12\.8 kB/);
    expect(stdout).toBe(`Saved ${join(folder, 'sales.csv')} (12.8 kB).\n`);
  });

  it('says with --json where the file is, and whose it is', async () => {
    await using gateway = await startFakeGateway({ onFile: (_request, response) => response.end(CONTENT) });
    const words = ['download', '--json', '--url', gateway.url, FAKE_LOCATOR];

    const saved = await runCli([...words, '-o', folder]);
    const piped = await runCli([...words, '-o', '-']);

    expect(JSON.parse(saved.stdout)).toEqual({
      path: join(folder, 'sales.csv'),
      bytes: CONTENT.length,
      name: 'sales.csv',
      id: FAKE_EXPORT.id,
      locator: 'hi@hi-energy:42',
    });
    expect(piped).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('takes the last part of the name alone, made safe', async () => {
    await using gateway = await startFakeGateway({
      onQuery: (_count, { url }) =>
        toDownloadable(url, { name: '../../etc\\cron.d/\u001b[31mjob\u202e.csv' }),
      onFile: (_request, response) => response.end('x'),
    });

    const { exitCode } = await download(gateway.url);

    expect(exitCode).toBe(0);
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^[^\p{Cc}/\\]*job\.csv$/u)]);
  });

  it('follows the redirect to the storage, and sends no credential there nor with the link', async () => {
    await using storage = await startFakeVendor(() => ({ body: CONTENT }));
    await using gateway = await startFakeGateway({
      onFile: (_request, response) =>
        response.writeHead(302, { location: `${storage.url}/object?sig=a%2Fb` }).end(),
    });

    const { exitCode } = await download(gateway.url, '--token', 'hush');

    expect(exitCode).toBe(0);
    expect(gateway.queries[0]?.authorization).toBe('Bearer hush');
    expect(gateway.inits[0]).toEqual({ authorization: 'Bearer hush' });
    expect(JSON.stringify([gateway.files, storage.requests])).not.toContain('hush');
    expect(storage.requests.map(({ url }) => url)).toEqual(['/object?sig=a%2Fb']);
  });

  it.each(['file:///etc/passwd', 'http://user:pass@127.0.0.1/', 'nonsense:', 'http://'])(
    'does not follow a link to %s',
    async (location) => {
      await using gateway = await startFakeGateway({
        onFile: (_request, response) => response.writeHead(302, { location }).end(),
      });

      const { exitCode, stderr } = await download(gateway.url);

      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/leads somewhere that is not fit for a download/);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('picks a file by its place, and names the places there are', async () => {
    await using gateway = await startFakeGateway({
      onQuery: (_count, { url }) => {
        const one = toDownloadable(url, { name: 'one.csv', token: '1' });
        const two = toDownloadable(url, { name: 'two.csv', token: '2' });
        return { ...one, files: [...(one.files ?? []), ...(two.files ?? [])] };
      },
      onFile: (request, response) => response.end(request.url),
    });

    const second = await download(gateway.url, '--index', '1');
    const third = await download(gateway.url, '--index', '2');

    expect(second.exitCode).toBe(0);
    expect(await readFile(join(folder, 'two.csv'), 'utf8')).toBe('/files/2');
    expect(third).toMatchObject({ exitCode: 1, stdout: '' });
    expect(third.stderr).toMatch(/has 2 files, numbers 0 to 1: there is no number 2/);
  });

  it.each([
    [{ outcome: 'EMPTY', files: [] }, /nothing matched, so there is no file/],
    [{ files: [] }, /the vendor offers no file/],
    [{ files: null, status: 'EXPIRED', outcome: null }, /the vendor no longer has it/],
  ] as const)('says why there is no file: %j', async (change, expected) => {
    await using gateway = await startFakeGateway({
      onQuery: (_count, { url }) => ({ ...toDownloadable(url), ...change, files: change.files && [] }),
    });

    const { exitCode, stderr } = await download(gateway.url);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(expected);
  });

  it('says why an export that failed has no file, and does not ask for one', async () => {
    await using gateway = await startFakeGateway({
      onSubscribe: (subscription) => {
        const failure = { message: 'Too many rows.', isRetryable: false };
        subscription.next(toSnapshot({ status: 'FAILED', outcome: null, failure }));
        subscription.complete();
      },
    });

    const { exitCode, stderr } = await download(gateway.url);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/waybill: Sales overview failed: Too many rows\.\n$/);
    expect(gateway.queries).toEqual([]);
  });

  it('asks again where the vendor has a bad moment, and says so when it stays so', async () => {
    const busy = {
      status: 200,
      body: {
        errors: [
          { message: 'The vendor is down.', extensions: { code: 'VENDOR_UNAVAILABLE', retryable: true } },
        ],
      },
    };
    await using passing = await startFakeGateway({
      onQuery: (count, { url }) => (count === 1 ? busy : toDownloadable(url)),
      onFile: (_request, response) => response.end('x'),
    });
    await using lasting = await startFakeGateway({ onQuery: () => busy });

    expect((await download(passing.url)).exitCode).toBe(0);
    const { exitCode, stderr } = await download(lasting.url);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/waybill: The file could not be fetched: The vendor is down\. Tried 5 times\.\n$/);
  });

  it('exits with 3 where the token is refused or the gateway goes away', async () => {
    await using refusing = await startFakeGateway({
      onQuery: () => ({
        status: 401,
        body: { errors: [{ message: 'No valid key.', extensions: { code: 'UNAUTHENTICATED' } }] },
      }),
    });
    await using down = await startFakeGateway({ onQuery: () => ({ status: 503, body: {} }) });

    const refused = await download(refusing.url);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toMatch(/refused us\. No valid key\. It asks for a token/);
    expect((await download(down.url)).exitCode).toBe(3);
    expect((await download('http://127.0.0.1:1')).exitCode).toBe(3);
  });
});

describe('the target of waybill download', { timeout: PATIENCE_MS }, () => {
  it('is never replaced without --force', async () => {
    await using gateway = await startFakeGateway({ onFile: (_request, response) => response.end(CONTENT) });
    await writeFile(join(folder, 'sales.csv'), 'mine');

    const byName = await download(gateway.url);
    const byPath = await download(gateway.url, '--output', 'sales.csv');

    expect([byName.exitCode, byPath.exitCode]).toEqual([2, 2]);
    expect(byPath.stderr).toMatch(/sales\.csv is there already\. --force replaces it/);
    expect(await readFile(join(folder, 'sales.csv'), 'utf8')).toBe('mine');
    expect(gateway.files).toEqual([]);

    expect((await download(gateway.url, '--force')).exitCode).toBe(0);
    expect((await readFile(join(folder, 'sales.csv'))).equals(CONTENT)).toBe(true);
    expect(await readdir(folder)).toEqual(['sales.csv']);
  });

  it('is not replaced when it came into being while the file was fetched', async () => {
    await using gateway = await startFakeGateway({
      onFile: (_request, response) => {
        void writeFile(join(folder, 'sales.csv'), 'mine').then(() => response.end(CONTENT));
      },
    });

    const { exitCode } = await download(gateway.url);

    expect(exitCode).toBe(2);
    expect(await readFile(join(folder, 'sales.csv'), 'utf8')).toBe('mine');
  });

  it.each([
    [['--output', 'no/such/file.csv'], /There is no folder .*no\/such/],
    [['--output', 'nowhere/'], /There is no folder .*nowhere/],
    [['--output', ''], /--output is empty/],
    [['--output', '/dev/null', '--force'], /is no ordinary file/],
    [['--index', '-1'], /It is a whole number/],
    [['hi-energy:43'], /Name one export/],
  ])('is refused with 2 for %j', async (words, expected) => {
    const { exitCode, stderr } = await download('http://127.0.0.1:1', ...words);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(expected);
  });

  it('is not a terminal, unless --force says so', async () => {
    await using gateway = await startFakeGateway({ onFile: (_request, response) => response.end('x') });
    const words = ['download', '--url', gateway.url, FAKE_LOCATOR, '--output', '-'];
    const terminal = { columns: 80 };

    expect((await runCli(words, { terminal })).exitCode).toBe(2);
    expect((await runCli([...words, '--force'], { terminal })).stdout).toBe('x');
  });

  it('is written by one download at a time; what a dead one left behind is taken over', async () => {
    await using gateway = await startFakeGateway({ onFile: (_request, response) => response.end(CONTENT) });
    const lock = join(folder, 'sales.csv.part.lock');

    await writeFile(lock, `${process.pid} ${hostname()}\n`);
    const busy = await download(gateway.url);
    await writeFile(lock, `1 some-other-host\n`);
    const elsewhere = await download(gateway.url);
    // Above the largest number that Linux gives to a process.
    await writeFile(lock, `4194999 ${hostname()}\n`);
    const taken = await download(gateway.url);

    expect([busy.exitCode, elsewhere.exitCode, taken.exitCode]).toEqual([2, 2, 0]);
    expect(busy.stderr).toMatch(
      /Another download is writing this file\. If there is none, delete .*\.part\.lock/,
    );
    expect(await readdir(folder)).toEqual(['sales.csv']);
  });

  it('is never written through a link that lies under the name of its part', async () => {
    await using gateway = await startFakeGateway({ onFile: (_request, response) => response.end(CONTENT) });
    await mkdir(join(folder, 'out'));
    await writeFile(join(folder, 'victim'), 'mine');
    await symlink(join(folder, 'victim'), join(folder, 'out', 'sales.csv.part'));

    const { exitCode, stderr } = await download(gateway.url, '--output', 'out');

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/cannot be written: a symbolic link has that name/);
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('mine');
    expect(await readdir(join(folder, 'out'))).toEqual(['sales.csv.part']);
  });
});

it('knows the export it asks for', () => {
  expect(Buffer.from(FAKE_EXPORT.id, 'base64url').toString()).toBe('["export","hi-energy","hi","42"]');
});
