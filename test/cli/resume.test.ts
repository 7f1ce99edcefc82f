import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  FAKE_EXPORT,
  FAKE_LOCATOR,
  type FakeGateway,
  startFakeGateway,
  toDownloadable,
} from './fake-gateway.ts';
import { type CliOptions, PATIENCE_MS, runCli } from './support.ts';

const CONTENT = Buffer.alloc(
  600_000,
  'each line differs from its neighbours by one more byte than it should\n',
);
const ETAG = `"${createHash('md5').update(CONTENT).digest('hex')}"`;
const HALF = 300_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-resume-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function download(gateway: FakeGateway, options: CliOptions = {}, ...words: readonly string[]) {
  return runCli(['download', '--url', gateway.url, FAKE_LOCATOR, ...words], { cwd: folder, ...options });
}

/** Sends the first half of the whole file, then breaks the connection. */
function breakHalfWay(
  response: ServerResponse,
  headers: Readonly<Record<string, string>> = { etag: ETAG },
): void {
  response.writeHead(200, { 'content-length': String(CONTENT.length), ...headers });
  response.write(CONTENT.subarray(0, HALF), () => setTimeout(() => response.destroy(), 20));
}

/** Answers as S3 does: the rest where the validator fits, else all. */
function serve(request: IncomingMessage, response: ServerResponse, etag = ETAG): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
  if (Number.isNaN(start) || request.headers['if-range'] !== etag) {
    response.writeHead(200, { 'content-length': String(CONTENT.length), etag }).end(CONTENT);
    return;
  }
  const range = `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`;
  response.writeHead(206, { 'content-range': range, etag }).end(CONTENT.subarray(start));
}

async function expectWhole(): Promise<void> {
  expect(await readdir(folder)).toEqual(['sales.csv']);
  expect((await readFile(join(folder, 'sales.csv'))).equals(CONTENT)).toBe(true);
}

/** Leaves what a broken download leaves. */
async function leavePart(note: object | string, bytes = CONTENT.subarray(0, HALF)): Promise<void> {
  await writeFile(join(folder, 'sales.csv.part'), bytes);
  await writeFile(
    join(folder, 'sales.csv.part.json'),
    typeof note === 'string' ? note : JSON.stringify(note),
  );
}

const OWN_NOTE = { exportId: FAKE_EXPORT.id, index: 0, etag: ETAG };

describe('a download that breaks', { timeout: PATIENCE_MS }, () => {
  it('goes on where it broke, with a fresh link', async () => {
    await using gateway = await startFakeGateway({
      onQuery: (count, { url }) => toDownloadable(url, { token: `link-${count}` }),
      onFile: (request, response, count) => (count === 1 ? breakHalfWay(response) : serve(request, response)),
    });

    const { exitCode, stderr } = await download(gateway);

    expect(exitCode).toBe(0);
    expect(gateway.files.map(({ path }) => path)).toEqual(['/files/link-1', '/files/link-2']);
    const { range, 'if-range': validator } = gateway.files[1]?.headers ?? {};
    expect(range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(validator).toBe(ETAG);
    expect(stderr).toMatch(/the connection broke\. Trying again in 1 s\.\nGoing on after \d+ kB\.\n/);
    await expectWhole();
  });

  it('is resumed by the next command, which asks for the rest alone', async () => {
    await using breaking = await startFakeGateway({ onFile: (_request, response) => breakHalfWay(response) });
    const broken = await download(breaking, {
      onOutput: (text, interrupt) => {
        if (text.includes('Trying again')) interrupt();
      },
    });
    expect(broken.exitCode).toBe(130);
    expect(await readdir(folder)).toEqual(['sales.csv.part', 'sales.csv.part.json']);

    await using gateway = await startFakeGateway({ onFile: (request, response) => serve(request, response) });
    const resumed = await download(gateway);

    expect(resumed.exitCode).toBe(0);
    expect(gateway.files.map(({ headers }) => headers.range)).toEqual([`bytes=${HALF}-`]);
    await expectWhole();
  });

  it('ends with 1 after a bounded number of tries, and keeps what came', async () => {
    await using gateway = await startFakeGateway({
      onFile: (request, response) =>
        request.headers.range === undefined ? breakHalfWay(response) : response.writeHead(503).end(),
    });

    const { exitCode, stderr, stdout } = await download(gateway);

    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(gateway.files).toHaveLength(5);
    expect(stderr).toMatch(
      /could not be fetched: .*Tried 5 times\. What has come is kept in .*sales\.csv\.part: give the same command again\.\n$/,
    );
    expect(await readdir(folder)).toEqual(['sales.csv.part', 'sales.csv.part.json']);
  });

  it.each([
    [
      'the file has changed',
      (request: IncomingMessage, response: ServerResponse) => serve(request, response, '"new"'),
    ],
    [
      'the server knows no ranges',
      (_request: IncomingMessage, response: ServerResponse) => response.end(CONTENT),
    ],
    [
      'the piece is not the one asked for',
      (request: IncomingMessage, response: ServerResponse) => {
        if (request.headers.range === undefined) return serve(request, response);
        response
          .writeHead(206, { 'content-range': `bytes 0-9/${CONTENT.length}`, etag: ETAG })
          .end('0123456789');
      },
    ],
    [
      'the piece is of another file',
      (request: IncomingMessage, response: ServerResponse) => {
        if (request.headers.range === undefined) return serve(request, response);
        const range = `bytes ${HALF}-${HALF + 1}/${HALF + 2}`;
        response.writeHead(206, { 'content-range': range, etag: '"other"' }).end('no');
      },
    ],
    [
      'the part is no shorter than the file',
      (request: IncomingMessage, response: ServerResponse) => {
        if (request.headers.range === undefined) return serve(request, response);
        response.writeHead(416, { 'content-range': 'bytes */100' }).end();
      },
    ],
  ])('starts over where %s', async (_why, onFile) => {
    await leavePart(OWN_NOTE);
    await using gateway = await startFakeGateway({ onFile });

    const { exitCode } = await download(gateway);

    expect(exitCode).toBe(0);
    expect(gateway.files[0]?.headers.range).toBe(`bytes=${HALF}-`);
    await expectWhole();
  });

  it.each([
    ['another export', { ...OWN_NOTE, exportId: 'another' }],
    ['another file', { ...OWN_NOTE, index: 1 }],
    ['nobody knows what', '{"etag":'],
    ['no known version', { ...OWN_NOTE, etag: null }],
  ])('does not go on with a part of %s', async (_what, note) => {
    await leavePart(note);
    await using gateway = await startFakeGateway({ onFile: (request, response) => serve(request, response) });

    const { exitCode } = await download(gateway);

    expect(exitCode).toBe(0);
    expect(gateway.files.map(({ headers }) => headers.range)).toEqual([undefined]);
    await expectWhole();
  });

  it('does not go on by a weak validator', async () => {
    await using gateway = await startFakeGateway({
      onFile: (request, response, count) =>
        count === 1 ? breakHalfWay(response, { etag: `W/${ETAG}` }) : serve(request, response),
    });

    const { exitCode } = await download(gateway);

    expect(exitCode).toBe(0);
    expect(gateway.files.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
    await expectWhole();
  });

  it('takes a file of unknown length that ends as it should, and none that does not', async () => {
    await using gateway = await startFakeGateway({
      onFile: (_request, response, count) => {
        response.write(CONTENT.subarray(0, HALF), () => {
          if (count === 1) setTimeout(() => response.destroy(), 20);
          else response.end(CONTENT.subarray(HALF));
        });
      },
    });

    const { exitCode } = await download(gateway);

    expect(exitCode).toBe(0);
    expect(gateway.files).toHaveLength(2);
    await expectWhole();
  });

  it('does not take a piece that is shorter than the rest', async () => {
    await leavePart(OWN_NOTE);
    await using gateway = await startFakeGateway({
      onFile: (request, response, count) => {
        if (count > 1) return serve(request, response);
        const range = `bytes ${HALF}-${CONTENT.length - 1}/${CONTENT.length}`;
        response
          .writeHead(206, { 'content-range': range, etag: ETAG })
          .end(CONTENT.subarray(HALF, HALF + 10));
      },
    });

    const { exitCode, stderr } = await download(gateway);

    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/300010 bytes came where 600000 were promised/);
    await expectWhole();
  });

  it('refuses a file that comes packed though nobody asked for it', async () => {
    await using gateway = await startFakeGateway({
      onFile: (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('packed'),
    });

    const { exitCode, stderr } = await download(gateway);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/comes packed as "gzip"/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('goes on in a pipe too, and fails where it cannot', async () => {
    await using good = await startFakeGateway({
      onFile: (request, response, count) => (count === 1 ? breakHalfWay(response) : serve(request, response)),
    });
    await using bad = await startFakeGateway({ onFile: (_request, response) => breakHalfWay(response, {}) });

    const resumed = await download(good, {}, '--output', '-');
    const failed = await download(bad, {}, '--output', '-');

    expect(resumed.exitCode).toBe(0);
    expect(resumed.bytes.equals(CONTENT)).toBe(true);
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toMatch(/this file cannot be resumed: what came out is incomplete/);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a file link that is refused', { timeout: PATIENCE_MS }, () => {
  /** As the gateway says it to programs. */
  function refuse(response: ServerResponse, status: number, code: string, message: string): void {
    response
      .writeHead(status, { 'content-type': 'application/json', 'retry-after': '7' })
      .end(JSON.stringify({ error: { code, message } }));
  }

  it.each([
    [410, 'expired'],
    [404, 'unknown'],
    [409, 'unfinished'],
    [502, 'vendor'],
    [503, 'busy'],
  ])('is made anew after %i %s', async (status, code) => {
    await using gateway = await startFakeGateway({
      onQuery: (count, { url }) => toDownloadable(url, { token: `link-${count}` }),
      onFile: (request, response, count) => {
        if (count === 1) refuse(response, status, code, 'Not now. Later.');
        else serve(request, response);
      },
    });

    const { exitCode, waits, stderr } = await download(gateway);

    expect(exitCode).toBe(0);
    expect(gateway.files.map(({ path }) => path)).toEqual(['/files/link-1', '/files/link-2']);
    expect(waits.filter((wait) => wait === 7_000)).toHaveLength(1);
    expect(stderr).toMatch(/That did not work: Not now\. Later\. Trying again in 7 s\./);
    await expectWhole();
  });

  it.each([
    [410, 'gone'],
    [401, 'closed'],
  ])('ends the command with 1 after %i %s, in the words of the gateway', async (status, code) => {
    await using gateway = await startFakeGateway({
      onFile: (_request, response) =>
        refuse(response, status, code, 'The file is gone. \u001b[1mStart again.'),
    });

    const { exitCode, stderr } = await download(gateway);

    expect(exitCode).toBe(1);
    expect(gateway.files).toHaveLength(1);
    expect(stderr).toMatch(/waybill: The file is gone\. Start again\.\n$/);
    expect(await readdir(folder)).toEqual([]);
  });
});
