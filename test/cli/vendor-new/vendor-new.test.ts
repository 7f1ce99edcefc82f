import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../support.ts';
import { ACME, OLD } from './documents.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'waybill-vendor-new-'));
  writeFileSync(join(cwd, 'acme.yaml'), ACME);
  writeFileSync(join(cwd, 'old.json'), OLD);
});
afterEach(() => rmSync(cwd, { recursive: true }));

const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
const vendorNew = (...words: readonly string[]) => runCli(['vendor', 'new', ...words], { cwd });
const ALL = ['--list', 'listJobs', '--start', 'createJob', '--cancel', 'cancelJob'];

describe('waybill vendor new --openapi', () => {
  it('writes a vendor file from the names of operations', async () => {
    const { exitCode, stdout, stderr } = await vendorNew(
      '--openapi',
      'acme.yaml',
      '--status',
      'getJob',
      ...ALL,
    );

    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('would be refused');
    expect(parse(read('acme-reports.vendor.yaml'))).toEqual({
      id: 'acme-reports',
      name: 'Acme Reports',
      docs: 'https://docs.acme.example/exports',
      baseUrl: 'https://{region}.api.acme.example/v2',
      settings: { region: { pattern: 'eu|us', default: 'eu' } },
      credentials: {
        'api-key': { header: 'X-Acme-Key' },
        'client-credentials': {
          tokenUrl: 'https://id.acme.example/token',
          scope: 'exports:read',
          client: 'basic',
        },
      },
      locator: {
        projectId: { pattern: '[0-9]{1,19}' },
        jobId: { pattern: '[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}' },
      },
      status: {
        request: { method: 'GET', path: '/projects/{projectId}/jobs/{jobId}', query: { expand: 'files' } },
        at: '/data',
        id: '/id',
        word: '/state',
        words: {
          queued: 'QUEUED',
          working: 'RUNNING',
          stopping: 'CANCELING',
          ready: { status: 'SUCCEEDED', outcome: 'COMPLETE' },
          ready_partial: { status: 'SUCCEEDED', outcome: 'PARTIAL' },
          no_data: { status: 'SUCCEEDED', outcome: 'EMPTY' },
          error: 'FAILED',
          stopped: 'CANCELED',
          deleted: 'EXPIRED',
        },
        fields: {
          name: '/title',
          createdAt: { at: '/created', as: 'epoch-seconds' },
          finishedAt: '/finished',
          percent: { at: '/progress', as: 'fraction' },
          failureCode: '/error/code',
          failureMessage: '/error/message',
        },
        details: { rowCount: { type: 'Int', at: '/row_count', description: 'Rows in the file.' } },
      },
      list: {
        request: {
          method: 'GET',
          path: '/projects/{projectId}/jobs',
          query: { limit: '{limit}' },
        },
        items: '/data',
        next: { cursor: '/next_cursor', query: 'cursor' },
        holds: 'newest',
      },
      start: {
        request: { method: 'POST', path: '/projects/{projectId}/jobs', body: 'json' },
        order: {
          templateId: { type: 'String!', at: '/template_id', description: 'Which report.' },
          format: { type: 'String', at: '/format', description: 'One of csv, xlsx.' },
          columns: { type: '[String!]', at: '/columns' },
          filters: { type: 'JSON', at: '/filters' },
        },
        idempotency: { header: 'Idempotency-Key' },
        answer: { at: '/data', id: '/id' },
      },
      cancel: {
        request: { method: 'DELETE', path: '/projects/{projectId}/jobs/{jobId}', query: { expand: 'files' } },
        gone: [404, 409],
      },
      files: [{ kind: 'link', at: '/download_url' }],
      errors: { code: ['/error/code'], message: ['/error/message'] },
      pacing: { minMs: 5_000, maxMs: 60_000, stallAfterMs: 1_800_000 },
      limits: { requestsPerSecond: 5, maxConcurrent: 4 },
    });
  });

  it('says what it guessed in the file, and what is left there and on the terminal', async () => {
    const { stdout } = await vendorNew('--openapi', 'acme.yaml', '--status', 'getJob');

    const text = read('acme-reports.vendor.yaml');
    expect(text).toContain('    ready: { status: SUCCEEDED, outcome: COMPLETE }   # guessed');
    expect(text).toContain('    # frobnicated: what is this?');
    expect(text).toContain('# - what the word "frobnicated" means could not be told.');
    expect(stdout).toContain('what the word "frobnicated" means could not be told.');
    expect(stdout).toMatch(/\d+ lines were guessed/);
    expect(stdout).toContain('waybill vendor check acme-reports.vendor.yaml');
  });

  it('takes an operation by its method and path, of Swagger 2.0 in JSON, and names what is missing', async () => {
    const { exitCode, stdout } = await vendorNew(
      ...['--openapi', 'old.json', '--status', 'GET /exports/{exportId}', '-o', 'old.vendor.yaml'],
    );

    expect(exitCode).toBe(0);
    expect(parse(read('old.vendor.yaml'))).toMatchObject({
      id: 'old-vendor',
      baseUrl: 'https://api.old.example/rest',
      credentials: { 'api-key': { basic: 'username' } },
      locator: { exportId: { pattern: '[A-Za-z0-9_-]{1,64}' } },
      status: { at: '', id: '/exportId', word: '/status', words: { queued: 'QUEUED', failed: 'FAILED' } },
    });
    expect(stdout).toContain('does not list the words of the status');
    expect(stdout).not.toContain('would be refused');
    expect(stdout).toContain('write `files`');
  });

  it('writes a file that the check takes where a start has no header for a key', async () => {
    const header = '      parameters: [{ name: Idempotency-Key, in: header, schema: { type: string } }]\n';
    writeFileSync(join(cwd, 'acme.yaml'), ACME.replace(header, ''));

    const { exitCode, stdout } = await vendorNew('--openapi', 'acme.yaml', '--status', 'getJob', ...ALL);

    expect(exitCode).toBe(0);
    expect(parse(read('acme-reports.vendor.yaml')).start.idempotency).toBe('none');
    expect(stdout).not.toContain('would be refused');
  });

  it('takes a call that gives the bytes as a stream', async () => {
    await vendorNew('--openapi', 'acme.yaml', '--status', 'getJob', '--file', 'downloadJob');

    expect(parse(read('acme-reports.vendor.yaml')).files).toEqual([
      {
        kind: 'stream',
        request: {
          method: 'GET',
          path: '/projects/{projectId}/jobs/{jobId}/file',
          headers: { Accept: 'text/csv' },
        },
        name: '{jobId}.csv',
      },
    ]);
  });

  it.each([
    [['--openapi', 'none.yaml', '--status', 'x'], /none\.yaml is no such file/],
    [['--openapi', 'acme.yaml'], /Give --status OPERATION, one of listJobs, createJob/],
    [['--openapi', 'acme.yaml', '--status', 'getJobs'], /has no operation getJobs\. Did you mean getJob\?/],
    [['--openapi', 'bad.yaml', '--status', 'x'], /bad\.yaml is neither JSON nor YAML/],
    [['--openapi', 'plain.yaml', '--status', 'x'], /plain\.yaml is no OpenAPI document/],
    [['--openapi', 'acme.yaml', '--status', 'getJob', '--id', 'Acme'], /--id: It is 1 to 40 lower-case/],
    [['--status', 'getJob'], /--status names an operation of an OpenAPI document/],
  ])('refuses %j, and writes nothing', async (words, message) => {
    writeFileSync(join(cwd, 'bad.yaml'), '{ "openapi": ');
    writeFileSync(join(cwd, 'plain.yaml'), 'a: 1\n');

    const { exitCode, stderr } = await vendorNew(...words);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(join(cwd, 'acme-reports.vendor.yaml'))).toBe(false);
  });

  it.each([
    ['a reference that turns in a circle', '#/components/schemas/A'],
    ['a reference out of the document', 'file:///etc/passwd'],
    ['a reference that leads nowhere', '#/components/schemas/none'],
  ])('ends for a document with %s', async (_what, $ref) => {
    const document = JSON.parse(OLD);
    document.definitions.A = { $ref: '#/definitions/B', allOf: [{ $ref: '#/definitions/A' }] };
    document.definitions.B = { $ref: '#/definitions/A', oneOf: Array(50).fill({ $ref: '#/definitions/A' }) };
    document.definitions.Export.properties.more = { $ref };
    document.definitions.Export.properties.a = { $ref: '#/definitions/A' };
    writeFileSync(join(cwd, 'old.json'), JSON.stringify(document));

    const { exitCode } = await vendorNew('--openapi', 'old.json', '--status', 'GET /exports/{exportId}');

    expect(exitCode).toBe(0);
    expect(read('old-vendor.vendor.yaml')).not.toContain('passwd');
  });
});

describe('waybill vendor new', () => {
  const GIVEN = ['--id', 'acme', '--name', 'Acme: #1', '--base-url', 'https://api.acme.example'];

  it('writes what the options say, and never over a file', async () => {
    const words = [...GIVEN, '--path', '/v2/jobs/{jobId}', '--at', '/data', '--word', '/state'];

    const first = await vendorNew(...words, '--words', 'queued, in work=RUNNING, done=EMPTY, odd');
    const text = read('acme.vendor.yaml');
    const second = await vendorNew(...words);

    expect(first.exitCode).toBe(0);
    expect(parse(text)).toMatchObject({
      name: 'Acme: #1',
      credentials: { 'api-key': { header: 'Authorization', prefix: 'Bearer ' } },
      locator: { jobId: { pattern: '[A-Za-z0-9_-]{1,64}' } },
      status: {
        at: '/data',
        word: '/state',
        words: { queued: 'QUEUED', 'in work': 'RUNNING', done: { status: 'SUCCEEDED', outcome: 'EMPTY' } },
      },
    });
    expect(first.stdout).toContain('what the word "odd" means');
    expect(second.exitCode).toBe(2);
    expect(second.stderr).toContain('acme.vendor.yaml is there already: nothing was written.');
    expect(read('acme.vendor.yaml')).toBe(text);
  });

  it.each([
    [[], /Give --id, --name, --base-url, --path, or --openapi FILE/],
    [[...GIVEN, '--path', 'jobs'], /--path: It begins with \//],
    [[...GIVEN, '--path', '/jobs'], /It names no export/],
    [[...GIVEN, '--path', '/jobs/{id}'], /"\{id\}" is no name for an id/],
    [[...GIVEN, '--path', '/jobs/{jobId}', '--words', 'a=DONE'], /"DONE" is no status/],
    [['--id', 'acme', '--base-url', 'http://x'], /--base-url: It begins with https/],
  ])('refuses %j and says what is allowed', async (words, message) => {
    const { exitCode, stderr } = await vendorNew(...words);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
